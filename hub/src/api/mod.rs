//! What phones and other programs talk to: enrolment, sync, photos, maps, and the description of it all. Errors are RFC 9457 problem documents with our stable codes.

mod blobs;
mod branches;
mod enrol;
mod gate;
mod geojson;
mod live;
mod officer;
mod older;
mod openapi;
mod oversize;
mod problem;
mod protocol;
mod signed;
mod sync;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, patch, post};
use liuye_core::sync::policy::MAX_BODY_BYTES;

use crate::hub::Hub;
use crate::tries::Tries;

pub(crate) use officer::officer;
pub(crate) use openapi::{ClaimRefusals, CodeRefusals, FiguresRefusals, FoundRefusals, ReportRefusals};
pub(crate) use problem::ApiError;

/// The routes of the api.
pub(crate) fn router(hub: Hub) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/openapi.json", get(openapi::openapi_json))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/sites/{site}/sync", post(sync::sync))
        .route("/v1/sites/{site}/live", get(live::listen))
        .route("/v1/sites/{site}/branches", post(branches::claim))
        .route("/v1/sites/{site}/zones.geojson", get(geojson::zones))
        .route("/v1/sites/{site}/units.geojson", get(geojson::units))
        .route("/v1/blobs", post(blobs::create).options(blobs::options))
        .route("/v1/blobs/{id}", patch(blobs::append).head(blobs::progress))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(axum::middleware::from_fn(protocol::negotiate))
        .layer(axum::middleware::from_fn(oversize::refuse))
        .with_state(State { hub, enrolments: Arc::default(), phones: Arc::new(Tries::of_phones()), gates: gate::Gates::default() })
}

/// Whether the hub answers.
#[utoipa::path(get, path = "/healthz", tag = "hub", responses((status = 200, description = "It does", body = String, content_type = "text/plain")))]
async fn healthz() -> &'static str {
    "ok"
}

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) hub: Hub,
    /// Who tried to enrol lately, and failed.
    pub(crate) enrolments: Arc<Tries>,
    /// From where phones enrolled by a public code.
    pub(crate) phones: Arc<Tries>,
    /// Who syncs first under load.
    pub(crate) gates: gate::Gates,
}
