//! A new branch for a phone whose log forked: a clone, or a backup that was put back.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::HeaderMap;
use liuye_core::log::{DeviceId, Digest};
use liuye_core::sync::wire::{BranchAnswer, BranchRequest};
use liuye_core::{Code, Error, Result};

use super::openapi::BranchRefusals;
use super::signed::Signed;
use super::{ApiError, State};
use crate::blocking::blocking;
use crate::hub::Hub;

/// Branches of one device at most: a phone that forks more often is not one.
const MAX_BRANCHES: u32 = 10_000;

/// A branch of its own for a phone whose log forked. The same claim gives the same branch.
#[utoipa::path(
    post, operation_id = "claim_branch", path = "/v1/sites/{site}/branches", tag = "phones", request_body = BranchRequest, security(("device" = [])),
    params(("site" = String, Path, description = "The site's id")),
    responses((status = 200, description = "The branch to write on", body = BranchAnswer), BranchRefusals),
)]
pub(super) async fn claim(
    Shared(state): Shared<State>,
    Path(site): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<BranchAnswer>, ApiError> {
    blocking(move || {
        let path = format!("/v1/sites/{site}/branches");
        let (own_site, device) = Signed { method: "POST", path: &path, headers: &headers, body: &body }.device(&state.hub)?;
        if own_site != site {
            return Err(Error::field(Code::DeviceRefused, "site", "the device belongs to another site").into());
        }
        let request: BranchRequest = serde_json::from_slice(&body)?;
        Ok(Json(branch(&state.hub, &site, &device.device, &request)?))
    })
    .await
}

/// Freezes the branch that the phone leaves, and gives it the next free one. The same claim gives the same branch.
fn branch(hub: &Hub, site: &str, device: &DeviceId, request: &BranchRequest) -> Result<BranchAnswer> {
    let claim = request.claim.to_string();
    hub.write(site, |tx| {
        let taken = tx.taken(device)?;
        if let Some(epoch) = tx.branch_of_claim(device, &claim)? {
            return Ok(BranchAnswer { epoch, taken });
        }
        tx.freeze_branch(device, request.from_epoch)?;
        let last = taken.iter().map(|branch| branch.epoch).max().unwrap_or(0).max(request.from_epoch);
        if last >= MAX_BRANCHES {
            return Err(Error::field(Code::OutOfRange, "from_epoch", format!("a device has at most {MAX_BRANCHES} branches")));
        }
        let epoch = last + 1;
        tx.open_branch(device, epoch, &claim)?;
        tx.append_entry("fork", &format!("{device} {} {epoch}", request.from_epoch), &Digest::genesis(device, epoch))?;
        Ok(BranchAnswer { epoch, taken })
    })
}
