//! The round trip: operations in, verdicts and changes out.

use std::net::SocketAddr;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Extension, Path, State as Shared};
use axum::http::{HeaderMap, header};
use liuye_core::domain::AsTold;
use liuye_core::sync::policy::{MAX_BODY_BYTES, MAX_CHANGES};
use liuye_core::sync::signature::SIGNATURE_INPUT;
use liuye_core::sync::version::ProtocolVersion;
use liuye_core::sync::wire::{Acked, SyncAnswer, SyncRequest, URGENT};
use liuye_core::{Code, Error};

use super::older::readable;
use super::openapi::SyncRefusals;
use super::signed::Signed;
use super::{ApiError, State};
use crate::blocking::blocking;
use crate::changes::{Asked, page};
use crate::hub::Hub;
use crate::ingest::{Push, PushError};
use crate::ledger::DeviceRow;
use crate::scope::scope_of;

/// The round trip: operations in, verdicts and changes out, in one transaction.
#[utoipa::path(
    post, path = "/v1/sites/{site}/sync", tag = "phones", request_body = SyncRequest, security(("device" = [])),
    params(
        ("site" = String, Path, description = "The site's id"),
        ("liuye-urgent" = Option<String>, Header, description = "`1` where the body has urgent operations, or hints of them"),
    ),
    responses((status = 200, description = "Everything up to `acked` is durably stored", body = SyncAnswer), SyncRefusals),
)]
pub(super) async fn sync(
    Shared(state): Shared<State>,
    Path(site): Path<String>,
    Extension(version): Extension<ProtocolVersion>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SyncAnswer>, ApiError> {
    // Nothing is proven before the body is here: a name that somebody else claims elsewhere must not use up its owner's turns.
    let _turn = state.gates.turn(format!("{} {}", claimed_sender(&headers), address.ip())).map_err(ApiError::try_again)?;
    let is_urgent = claims_urgent(&headers);
    let _room = state.gates.body.enter(is_urgent, announced_size(&headers)).await.map_err(ApiError::try_again)?;
    let body = read(body).await?;
    let _place = state.gates.work.enter(is_urgent, 1).await.map_err(ApiError::try_again)?;
    blocking(move || {
        let path = format!("/v1/sites/{site}/sync");
        let (own_site, device) = Signed { method: "POST", path: &path, headers: &headers, body: &body }.device(&state.hub)?;
        if own_site != site {
            return Err(Error::field(Code::DeviceRefused, "site", "the device belongs to another site").into());
        }
        let request: SyncRequest = serde_json::from_slice(&body)?;
        Ok(Json(readable(round(&state.hub, &site, &device, &request)?, version)))
    })
    .await
}

fn claims_urgent(headers: &HeaderMap) -> bool {
    headers.get(URGENT).is_some_and(|value| value == "1")
}

/// How many bytes the body is said to have; as many as are allowed, where it is not said.
fn announced_size(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    length.unwrap_or(MAX_BODY_BYTES).min(MAX_BODY_BYTES)
}

/// Whoever the signature names, proven or not.
fn claimed_sender(headers: &HeaderMap) -> String {
    let input = headers.get(SIGNATURE_INPUT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    input.split_once("keyid=\"").and_then(|(_, rest)| rest.split_once('"')).map_or_else(String::new, |(id, _)| id.to_owned())
}

/// The body, once there is a place for it.
async fn read(body: Body) -> Result<Bytes, ApiError> {
    let too_large = |_| Error::field(Code::TooLarge, "body", format!("at most {MAX_BODY_BYTES} bytes")).into();
    axum::body::to_bytes(body, MAX_BODY_BYTES).await.map_err(too_large)
}

fn round(hub: &Hub, site: &str, device: &DeviceRow, request: &SyncRequest) -> Result<SyncAnswer, ApiError> {
    let nonce = hex::encode(hub.env().random::<16>());
    let mut gap = None;
    // One transaction takes the operations in and reads what changed: the page speaks of exactly this position.
    let answer = hub.ingest(site, |ingest| {
        let tx = ingest.tx;
        // Another request of the same device may have come in between.
        let device = tx.device(&device.device)?.ok_or_else(|| Error::new(Code::DeviceRefused, "the device is gone"))?;
        if device.revoked_at.is_some() {
            return Err(Error::new(Code::DeviceRevoked, "the device was reported lost"));
        }
        let unknown = || Error::field(Code::Forked, "epoch", "this hub knows no such branch of the device's log");
        let branch = tx.branch(&device.device, request.epoch)?.ok_or_else(unknown)?;
        let push = Push {
            device: &device,
            branch: &branch,
            first_seq: request.first_seq,
            operations: &request.operations,
            contacts: &request.contacts,
            head: request.head_signature.as_ref(),
        };
        let (acked, verdicts) = ingest.push(&push).map_err(|error| match error {
            PushError::Gap(expected) => {
                gap = Some(expected);
                Error::new(Code::SequenceGap, "the log goes on elsewhere")
            }
            PushError::Other(error) => error,
        })?;
        ingest.keep_hints(&device.device, branch.epoch, acked, &request.hints)?;
        tx.heard_of(&device.device, &nonce)?;
        if let Some(head) = &request.head_signature {
            tx.keep_head(&device.device, branch.epoch, head)?;
        }
        let scope = scope_of(tx, &device.device, device.persons())?;
        let scope_version = if scope == device.scope { device.scope_version } else { device.scope_version + 1 };
        if scope != device.scope {
            tx.set_scope(&device.device, &scope, scope_version)?;
        }
        let limit = usize::try_from(request.limit.clamp(1, MAX_CHANGES)).unwrap_or(1);
        let asked = Asked { scope: &scope, cursor: request.cursor.as_deref(), refill: request.refill.as_deref(), limit };
        let page = page(tx, &asked)?;
        Ok(SyncAnswer {
            acked: Acked { epoch: branch.epoch, seq: acked },
            verdicts: verdicts.into_iter().map(AsTold::from).collect(),
            changes: page.changes,
            cursor: page.cursor,
            more: page.more,
            digest: page.digest,
            log_epoch: page.log_epoch,
            durable_through: tx.durable_through(&device.device, branch.epoch)?,
            position: page.position,
            server_time: tx.now,
            backoff_ms: 0,
            scope_version,
            nonce: nonce.clone(),
        })
    });
    answer.map_err(|error| gap.map_or_else(|| error.into(), ApiError::gap))
}
