//! The round trip: operations in, verdicts and changes out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State as Shared};
use axum::http::HeaderMap;
use liuye_core::domain::AsTold;
use liuye_core::sync::policy::MAX_CHANGES;
use liuye_core::sync::version::ProtocolVersion;
use liuye_core::sync::wire::{Acked, SyncAnswer, SyncRequest};
use liuye_core::{Code, Error};

use super::older::readable;
use super::signed::Signed;
use super::{ApiError, State, blocking};
use crate::changes::{Asked, page};
use crate::hub::Hub;
use crate::ingest::{Push, PushError};
use crate::ledger::DeviceRow;
use crate::scope::scope_of;

/// `POST /v1/sites/{site}/sync`
pub(super) async fn sync(
    Shared(state): Shared<State>,
    Path(site): Path<String>,
    Extension(version): Extension<ProtocolVersion>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<SyncAnswer>, ApiError> {
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

fn round(hub: &Hub, site: &str, device: &DeviceRow, request: &SyncRequest) -> Result<SyncAnswer, ApiError> {
    let nonce = hex::encode(hub.env().random::<16>());
    let mut gap = None;
    // One transaction takes the operations in and reads what changed: the page speaks of exactly this position.
    let answer = hub.ingest(site, |ingest| {
        let tx = ingest.tx;
        // Another request of the same device may have come in between.
        let device = tx.device(&device.device)?.ok_or_else(|| Error::new(Code::DeviceRefused, "the device is gone"))?;
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
        tx.heard_of(&device.device, &nonce)?;
        if let Some(head) = &request.head_signature {
            tx.keep_head(&device.device, branch.epoch, head)?;
        }
        let scope = scope_of(tx, &device.device, device.person.as_deref())?;
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
