//! Enrolment by one-time code.

use std::net::SocketAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Extension, State as Shared};
use axum::http::HeaderMap;
use liuye_core::domain::Text;
use liuye_core::log::{DeviceKey, Digest};
use liuye_core::sync::version::ProtocolVersion;
use liuye_core::sync::wire::{EnrolAnswer, EnrolRequest};
use liuye_core::{Code, Error, Result};

use super::older::readable_scope;
use super::signed::Signed;
use super::{ApiError, State, blocking};
use crate::hub::Hub;
use crate::ledger::{DeviceRow, Tx};
use crate::ops::enrol_code::digest_of;
use crate::scope::scope_of;
use crate::ticket::Ticket;
use crate::tries::WAIT_S;

/// `POST /v1/enrol`
pub(super) async fn enrol(
    Shared(state): Shared<State>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Extension(version): Extension<ProtocolVersion>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<EnrolAnswer>, ApiError> {
    blocking(move || {
        let now = state.hub.now();
        let who = address.ip().to_string();
        if !state.enrolments.may_try(&who, now) {
            return Err(ApiError::too_many(WAIT_S));
        }
        let request: EnrolRequest = serde_json::from_slice(&body)?;
        Signed { method: "POST", path: "/v1/enrol", headers: &headers, body: &body }.by(&request.public_key)?;
        let name = Text::required("device_name", &request.device_name, 100)?.into_string();
        let answer = match &request.ticket {
            Some(ticket) => readmit(&state.hub, &request, ticket, name),
            None => admit(&state.hub, &request, name),
        };
        if answer.is_err() {
            state.enrolments.failed(&who, now);
        }
        let mut answer = answer?;
        readable_scope(&mut answer.scope, version);
        Ok(Json(answer))
    })
    .await
}

fn refused() -> Error {
    Error::field(Code::EnrolmentRefused, "code", "the code is wrong, used or expired")
}

fn admit(hub: &Hub, request: &EnrolRequest, name: String) -> Result<EnrolAnswer> {
    let site = hub.site().map_err(|_| refused())?;
    let hash = digest_of(&request.code);
    let device = request.public_key.device();
    let key = hub.keys().tag_key(hub.env(), &site)?;
    let nonce = hex::encode(hub.env().random::<16>());
    hub.write(&site, |tx| {
        let code = tx.code(&hash)?.ok_or_else(refused)?;
        let again = tx.code_was_used_by(&hash, &device)?;
        if !again && (code.uses_left == 0 || code.expires_at <= tx.now) {
            return Err(refused());
        }
        let row = match tx.device(&device)? {
            // The answer was lost: the same code from the same key gives the same answer.
            Some(row) if again => row,
            Some(_) => return Err(refused()),
            None => {
                tx.use_code(&hash, &device)?;
                take_in(tx, request, code.person.clone(), name)?
            }
        };
        welcome(tx, &key, row, &nonce)
    })
}

/// Takes a device in again by the hub's own word: its enrolment was lost with what came after a backup.
fn readmit(hub: &Hub, request: &EnrolRequest, ticket: &str, name: String) -> Result<EnrolAnswer> {
    let site = hub.site().map_err(|_| refused())?;
    let device = request.public_key.device();
    let key = hub.keys().tag_key(hub.env(), &site)?;
    let ticket = Ticket::open(ticket, &key.public()).filter(|ticket| ticket.site == site && ticket.device == device);
    let ticket = ticket.ok_or_else(|| Error::field(Code::EnrolmentRefused, "ticket", "not this site's word on this device"))?;
    let nonce = hex::encode(hub.env().random::<16>());
    hub.write(&site, |tx| {
        let row = match tx.device(&device)? {
            Some(row) => row,
            None => {
                tx.append_entry("readmission", &device.to_string(), &Digest::genesis(&device, 1))?;
                take_in(tx, request, ticket.person.clone(), name)?
            }
        };
        welcome(tx, &key, row, &nonce)
    })
}

fn take_in(tx: &Tx<'_>, request: &EnrolRequest, person: Option<String>, name: String) -> Result<DeviceRow> {
    let device = request.public_key.device();
    let scope = scope_of(tx, &device, person.as_deref())?;
    let row =
        DeviceRow { device, public_key: request.public_key, person, name, scope, scope_version: 1, enrolled_at: tx.now, last_seen: tx.now };
    tx.insert_device(&row)?;
    tx.open_branch(&device, 1, "")?;
    Ok(row)
}

fn welcome(tx: &Tx<'_>, key: &DeviceKey, row: DeviceRow, nonce: &str) -> Result<EnrolAnswer> {
    tx.heard_of(&row.device, nonce)?;
    let epoch = tx.branches(&row.device)?.last().map_or(1, |branch| branch.epoch);
    let ticket = Ticket { site: tx.site.to_owned(), device: row.device, person: row.person.clone(), enrolled_at: row.enrolled_at };
    Ok(EnrolAnswer {
        site: tx.site.to_owned(),
        epoch,
        person: row.person,
        scope: row.scope,
        scope_version: row.scope_version,
        server_time: tx.now,
        nonce: nonce.to_owned(),
        ticket: Some(ticket.seal(key)?),
    })
}
