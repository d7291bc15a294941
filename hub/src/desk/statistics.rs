//! The figures of the district for officers and their programs: `GET /v1/sites/{site}/stats`, by a desk session.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use liuye_core::domain::Figure;
use liuye_core::{Code, Error};
use serde::Deserialize;

use super::Desk;
use super::pages::Page;
use super::session::session;
use crate::api::{ApiError, blocking};
use crate::ops::stats::behind_json;

/// Lines of an answer where nothing else is asked, and at most.
const BEHIND: usize = 200;
const MAX_BEHIND: usize = 1000;

/// What is asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// A day of the site's zone, or RFC 3339.
    from: String,
    /// Not included.
    to: String,
    #[serde(default)]
    as_of: Option<u64>,
    /// The records behind this figure instead.
    #[serde(default)]
    behind: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    offset: Option<usize>,
}

/// `GET /v1/sites/{site}/stats?from=&to=[&as_of=][&behind=FIGURE[&limit=][&offset=]]`
pub(super) async fn show(
    State(desk): State<Desk>,
    Path(site): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let refused = |status| ApiError::with_status(Error::new(Code::NotPermitted, "for officers of the desk"), status);
    let session = session(&desk, &headers).ok_or_else(|| refused(401))?;
    if !Page::Figures.is_for(session.role) {
        return Err(refused(403));
    }
    blocking(move || {
        let hub = &desk.hub;
        if hub.site()? != site {
            return Err(Error::field(Code::NotFound, "site", "no such site here").into());
        }
        let (from, to) =
            (hub.moment(&asked.from).map_err(|error| error.within("from"))?, hub.moment(&asked.to).map_err(|error| error.within("to"))?);
        let Some(name) = asked.behind else { return Ok(Json(hub.statistics(from, to, asked.as_of)?).into_response()) };
        let figure = Figure::parse(&name).ok_or_else(|| Error::field(Code::NotFound, "behind", "no such figure"))?;
        let limit = asked.limit.unwrap_or(BEHIND).min(MAX_BEHIND);
        let found = hub.behind(figure, from, to, asked.as_of, limit, asked.offset.unwrap_or(0))?;
        Ok(Json(found.iter().map(behind_json).collect::<Vec<_>>()).into_response())
    })
    .await
}
