//! What the pages do, for programs: JSON in, JSON out, problem documents where something is refused.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use liuye_core::log::Digest;
use liuye_core::{Code, Error};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::Public;
use super::form::{self, MAX_TEXT_BYTES};
use super::limits::name_of;
use super::page::category_of;
use crate::api::{ApiError, ClaimRefusals, CodeRefusals, FoundRefusals, ReportRefusals};
use crate::blocking::blocking;
use crate::public_report::Announced;
use crate::public_report::{LossState, OnceKey, PublicLoss, Receipt, Reported};
use crate::tries::WAIT_S;

/// The header that makes a repeated submit one report.
const ONCE: &str = "idempotency-key";

const HOUR_MS: i64 = 3_600_000;

/// The description of this part of the api.
#[derive(OpenApi)]
#[openapi(paths(report, state, withdraw, claim, found))]
pub(crate) struct PublicApi;

/// A report with photos.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it is read part by part, and stands in the description")]
struct ReportForm {
    /// The report, as JSON.
    report: PublicLoss,
    /// JPEG, PNG or WebP; at most three of 10 MB. What cameras write beside the picture is not kept.
    #[schema(value_type = Vec<String>, format = Binary)]
    photos: Vec<Vec<u8>>,
}

/// A report's tracking code.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CodeRequest {
    /// As it was given out; hyphens, spaces and case say nothing.
    pub(crate) tracking_code: String,
}

/// A claim of an announced item by the code of a report.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ClaimRequest {
    /// The code of a report that came by this page or this api.
    pub(crate) tracking_code: String,
    /// The item's id, as the list has it.
    pub(crate) item: String,
    /// Why it is theirs; 1 to 2,000 characters.
    pub(crate) statement: String,
}

/// A page of what was announced.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPage {
    /// The notices, the latest first.
    pub(crate) found: Vec<Announced>,
    /// Whether there are more.
    pub(crate) more: bool,
}

/// What an address may ask for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Of this category alone.
    category: Option<String>,
    /// The page, from 0; twenty notices each.
    #[serde(default)]
    page: u32,
}

/// Reports a loss without an account, as JSON or, with photos, as a form. The tracking code is in no other answer: the hub keeps its
/// digest alone, and gives it again only to the same submit with the same key, within a day.
#[utoipa::path(
    post, operation_id = "report_loss", path = "/v1/public/lost-reports", tag = "public",
    params(("idempotency-key" = String, Header, description = "16 to 128 visible characters that nobody guesses: the same key with the same \
        contents makes one report")),
    request_body(content((PublicLoss = "application/json"), (ReportForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "Taken", body = Receipt),
        (status = 200, description = "Taken before, by the same submit", body = Receipt),
        ReportRefusals,
    ),
)]
pub(super) async fn report(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let (from, now) = (name_of(address.ip()), public.hub.now());
    let key = headers
        .get(ONCE)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Error::field(Code::Missing, ONCE, "the header is missing"))?;
    let key = OnceKey::of_program(key)?;
    public.limits.may_report(&from, now).map_err(|_| ApiError::too_many(rest_of_hour_s(now)))?;
    let is_json = headers.get(header::CONTENT_TYPE).is_none_or(|kind| !kind.as_bytes().starts_with(b"multipart/"));
    let (loss, photos, _sent): (PublicLoss, _, _) = if is_json {
        (json(request).await?, Vec::new(), None)
    } else {
        let mut sent = form::read(request, &public.limits).await;
        if let Some(fault) = sent.fault.take() {
            return Err(refused(fault));
        }
        (serde_json::from_str(&sent.text("report"))?, std::mem::take(&mut sent.photos), Some(sent))
    };
    let digests: Vec<_> = photos.iter().map(|photo: &Vec<u8>| Digest::of(photo)).collect();
    let contents = Digest::of(&serde_json::to_vec(&(&loss, digests))?);
    let hub = public.hub.clone();
    match blocking(move || hub.report_in_public(key, contents, loss, &photos)).await.map_err(refused)? {
        Reported::Taken(receipt) if receipt.repeated => Ok(private(Json(receipt).into_response())),
        Reported::Taken(receipt) => {
            public.limits.reported(&from, now);
            Ok(private((StatusCode::CREATED, Json(receipt)).into_response()))
        }
        Reported::OtherBefore(_) => {
            Err(ApiError::with_status(Error::field(Code::DuplicateId, ONCE, "this key made a report of other contents"), 422))
        }
    }
}

/// What the holder of a tracking code may know.
#[utoipa::path(
    post, operation_id = "loss_state", path = "/v1/public/lost-reports/state", tag = "public", request_body = CodeRequest,
    responses((status = 200, description = "Where the report stands", body = LossState), CodeRefusals),
)]
pub(super) async fn state(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, ApiError> {
    let CodeRequest { tracking_code } = json(request).await?;
    let found: LossState = public.by_code(address, move |hub| hub.loss_by_code(&tracking_code)).await.map_err(refused)?;
    Ok(private(Json(found).into_response()))
}

/// Withdraws a report: its owner is erased with what they claimed by it. Again is nothing.
#[utoipa::path(
    post, operation_id = "withdraw_loss", path = "/v1/public/lost-reports/withdraw", tag = "public", request_body = CodeRequest,
    responses((status = 204, description = "Withdrawn"), CodeRefusals),
)]
pub(super) async fn withdraw(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let CodeRequest { tracking_code } = json(request).await?;
    public.by_code(address, move |hub| hub.withdraw_by_code(&tracking_code)).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Claims what was announced, by the code of a report that came by this page or this api. What only the owner can know is asked by staff.
/// A claim that is live is not made again.
#[utoipa::path(
    post, operation_id = "claim_found_item", path = "/v1/public/claims", tag = "public", request_body = ClaimRequest,
    responses((status = 204, description = "Claimed"), ClaimRefusals),
)]
pub(super) async fn claim(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let ClaimRequest { tracking_code, item, statement } = json(request).await?;
    public.by_code(address, move |hub| hub.claim_by_code(&tracking_code, &item, &statement)).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was found and announced, the latest first: category, coarse place and part of a day, and nothing by which it could be described.
#[utoipa::path(
    get, operation_id = "found_items", path = "/v1/public/found", tag = "public", params(Asked),
    responses((status = 200, description = "A page of it", body = FoundPage), FoundRefusals),
)]
pub(super) async fn found(State(public): State<Public>, Query(asked): Query<Asked>) -> Result<Json<FoundPage>, ApiError> {
    let category = asked.category.as_deref().filter(|name| !name.is_empty());
    let unknown = || Error::field(Code::NotFound, "category", "no such category");
    let category = category.map(|name| category_of(name).ok_or_else(unknown)).transpose()?;
    let hub = public.hub.clone();
    let (found, more) = blocking(move || hub.announced(category, asked.page)).await?;
    Ok(Json(FoundPage { found, more }))
}

async fn json<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let too_large = |_| Error::field(Code::TooLarge, "body", format!("at most {MAX_TEXT_BYTES} bytes"));
    let bytes = axum::body::to_bytes(request.into_body(), MAX_TEXT_BYTES).await.map_err(too_large)?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Too much at once is to be tried again.
fn refused(error: Error) -> ApiError {
    if error.code == Code::HubBusy { ApiError::too_many(WAIT_S) } else { error.into() }
}

fn rest_of_hour_s(now: i64) -> u64 {
    u64::try_from((HOUR_MS - now.rem_euclid(HOUR_MS)) / 1000 + 1).unwrap_or(WAIT_S)
}

/// What is about one owner is kept by nobody on the way.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
