//! The figures of the district for officers and their programs: `GET /v1/sites/{site}/stats`, by a desk session.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use liuye_core::domain::{Figure, Statistics};
use liuye_core::{Code, Error};
use serde::{Deserialize, Serialize};

use super::Desk;
use super::pages::Page;
use crate::api::{ApiError, FiguresRefusals, officer};
use crate::blocking::blocking;
use crate::ops::stats::BehindAnswer;

/// Lines of an answer where nothing else is asked, and at most.
const BEHIND: usize = 200;
const MAX_BEHIND: usize = 1000;

/// What is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// A day of the site's zone, or RFC 3339.
    from: String,
    /// Not included.
    to: String,
    /// The position of the site's log as of which is counted; now where none is given.
    #[serde(default)]
    as_of: Option<u64>,
    /// The records behind this figure instead.
    #[serde(default)]
    behind: Option<String>,
    /// With `behind`: at most so many, 200 where none is given, 1,000 at most.
    #[serde(default)]
    limit: Option<usize>,
    /// With `behind`: after so many.
    #[serde(default)]
    offset: Option<usize>,
}

/// What is answered.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum StatsAnswer {
    /// Without `behind`.
    Figures(Box<Statistics>),
    /// With it.
    Behind(Vec<BehindAnswer>),
}

/// The description of this part of the api.
#[derive(utoipa::OpenApi)]
#[openapi(paths(show), components(schemas(Statistics, BehindAnswer)))]
pub(crate) struct FiguresApi;

/// The figures of a window, as of a position of the site's log; or, with `behind`, the records that a figure counts. For officers who
/// may read cases.
#[utoipa::path(
    get, operation_id = "figures", path = "/v1/sites/{site}/stats", tag = "figures", security(("officer" = [])),
    params(("site" = String, Path, description = "The site's id"), Asked),
    responses(
        (status = 200, description = "The figures; with `behind`, records in the order of time", body = inline(StatsAnswer)),
        FiguresRefusals,
    ),
)]
pub(super) async fn show(
    State(desk): State<Desk>,
    Path(site): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    officer(&desk.hub, &headers, "for officers of the desk", |role| Page::Figures.is_for(role))?;
    blocking(move || {
        let hub = &desk.hub;
        if hub.site()? != site {
            return Err(Error::field(Code::NotFound, "site", "no such site here").into());
        }
        let (from, to) =
            (hub.moment(&asked.from).map_err(|error| error.within("from"))?, hub.moment(&asked.to).map_err(|error| error.within("to"))?);
        let Some(name) = asked.behind else {
            return Ok(Json(StatsAnswer::Figures(Box::new(hub.statistics(from, to, asked.as_of)?))).into_response());
        };
        let figure = Figure::parse(&name).ok_or_else(|| Error::field(Code::NotFound, "behind", "no such figure"))?;
        let limit = asked.limit.unwrap_or(BEHIND).min(MAX_BEHIND);
        let found = hub.behind(figure, from, to, asked.as_of, limit, asked.offset.unwrap_or(0))?;
        Ok(Json(StatsAnswer::Behind(found.iter().map(BehindAnswer::of).collect())).into_response())
    })
    .await
}
