//! Zones and units for maps of others. Anyone may know the zones; where units were last seen is for officers and the staff.

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use liuye_core::domain::Bucket;
use liuye_core::sync::signature::SIGNATURE;
use liuye_core::{Code, Error};
use serde::Serialize;

use super::officer::{officer, reads_cases};
use super::openapi::{SiteRefusals, UnitRefusals};
use super::signed::Signed;
use super::{ApiError, State};
use crate::blocking::blocking;
use crate::hub::Hub;
use crate::map::{UnitCollection, ZoneCollection};

/// The zones of a site as GeoJSON. Anyone may know them.
#[utoipa::path(
    get, path = "/v1/sites/{site}/zones.geojson", tag = "maps", params(("site" = String, Path, description = "The site's id")),
    responses((status = 200, description = "The zones, by id", body = ZoneCollection, content_type = "application/geo+json"), SiteRefusals),
)]
pub(super) async fn zones(Shared(state): Shared<State>, Path(site): Path<String>) -> Result<Response, ApiError> {
    blocking(move || {
        of_this_site(&state.hub, &site)?;
        Ok(geojson(&state.hub.zone_map()?))
    })
    .await
}

/// The units that stand, each at the checkpoint where one of its members on duty was last seen. For officers of the desk, and for
/// phones of the staff; persons are not named.
#[utoipa::path(
    get, path = "/v1/sites/{site}/units.geojson", tag = "maps", params(("site" = String, Path, description = "The site's id")),
    security(("officer" = []), ("device" = [])),
    responses((status = 200, description = "The units, by id", body = UnitCollection, content_type = "application/geo+json"), UnitRefusals),
)]
pub(super) async fn units(Shared(state): Shared<State>, Path(site): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    blocking(move || {
        let hub = &state.hub;
        if headers.contains_key(SIGNATURE) {
            check_staff(hub, &site, &headers)?;
        } else {
            officer(hub, &headers, "for officers of the desk, and the staff", reads_cases)?;
        }
        of_this_site(hub, &site)?;
        Ok(geojson(&hub.unit_map()?))
    })
    .await
}

fn check_staff(hub: &Hub, site: &str, headers: &HeaderMap) -> Result<(), ApiError> {
    let path = format!("/v1/sites/{site}/units.geojson");
    let (_, device) = Signed { method: "GET", path: &path, headers, body: &[] }.device(hub)?;
    if device.scope.contains(&Bucket::Staff) { Ok(()) } else { Err(Error::new(Code::NotPermitted, "for the staff").into()) }
}

fn of_this_site(hub: &Hub, site: &str) -> Result<(), ApiError> {
    if hub.site()? == site { Ok(()) } else { Err(Error::field(Code::NotFound, "site", "no such site here").into()) }
}

fn geojson(collection: &impl Serialize) -> Response {
    let mut response = Json(collection).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/geo+json"));
    response
}
