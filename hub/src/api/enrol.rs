//! Enrolment by code: a one-time one, or the site's public one for tourists.

use std::net::SocketAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Extension, State as Shared};
use axum::http::HeaderMap;
use liuye_core::domain::{Holders, Text};
use liuye_core::log::{DeviceKey, Digest};
use liuye_core::sync::version::ProtocolVersion;
use liuye_core::sync::wire::{EnrolAnswer, EnrolRequest};
use liuye_core::{Code, Error, Result};

use super::older::readable_scope;
use super::openapi::EnrolRefusals;
use super::signed::{Signed, not_revoked};
use super::{ApiError, State};
use crate::blocking::blocking;
use crate::holders::tell;
use crate::hub::Hub;
use crate::ledger::{DeviceRow, For, Tx};
use crate::ops::enrol_code::digest_of;
use crate::revoke::revoke;
use crate::scope::scope_of;
use crate::ticket::Ticket;
use crate::tries::WAIT_S;

/// Enrols a phone by a one-time code or the site's public one; or takes one in again by the hub's own word. The same code from the same
/// key gives the same answer.
#[utoipa::path(
    post, path = "/v1/enrol", tag = "phones", request_body = EnrolRequest, security(("device" = [])),
    responses((status = 200, description = "Enrolled", body = EnrolAnswer), EnrolRefusals),
)]
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
            None => admit(&state, &who, &request, name),
        };
        if answer.as_ref().is_err_and(ApiError::is_guess) {
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

/// An hour, ms: what a public code's limits count in.
const HOUR_MS: i64 = 3_600_000;

fn admit(state: &State, who: &str, request: &EnrolRequest, name: String) -> Result<EnrolAnswer, ApiError> {
    let hub = &state.hub;
    let site = hub.site().map_err(|_| refused())?;
    let hash = digest_of(&request.code);
    let device = request.public_key.device();
    let key = hub.keys().tag_key(hub.env(), &site)?;
    let nonce = hex::encode(hub.env().random::<16>());
    if let Some(row) = hub.read(&site, |tx| tx.device(&device))? {
        not_revoked(hub, &site, &row)?;
    }
    let mut is_crowded = false;
    let answer = hub.write(&site, |tx| {
        let code = tx.code(&hash)?.filter(|code| !code.is_revoked).ok_or_else(refused)?;
        let again = tx.code_was_used_by(&hash, &device)?;
        if !again && (code.uses_left == 0 || code.expires_at <= tx.now) {
            return Err(refused());
        }
        if let (Some(per_hour), false) = (code.per_hour, again) {
            is_crowded = tx.code_uses_since(&hash, tx.now - HOUR_MS)? >= per_hour || !state.phones.may_try(who, tx.now);
            if is_crowded {
                return Err(refused());
            }
            state.phones.count(who, tx.now);
        }
        let row = match tx.device(&device)? {
            // The answer was lost: the same code from the same key gives the same answer.
            Some(row) if again => row,
            Some(_) => return Err(refused()),
            None => {
                tx.use_code(&code, &device)?;
                take_in(tx, request, &code.whom, name)?
            }
        };
        welcome(tx, &key, row, &nonce)
    });
    if is_crowded { Err(ApiError::too_many(WAIT_S)) } else { Ok(answer?) }
}

/// Takes a device in again by the hub's own word: its enrolment was lost with what came after a backup.
fn readmit(hub: &Hub, request: &EnrolRequest, ticket: &str, name: String) -> Result<EnrolAnswer, ApiError> {
    let site = hub.site().map_err(|_| refused())?;
    let device = request.public_key.device();
    let key = hub.keys().tag_key(hub.env(), &site)?;
    let ticket = Ticket::open(ticket, &key.public()).filter(|ticket| ticket.site == site && ticket.device == device);
    let ticket = ticket.ok_or_else(|| Error::field(Code::EnrolmentRefused, "ticket", "not this site's word on this device"))?;
    let nonce = hex::encode(hub.env().random::<16>());
    let known = hub.read(&site, |tx| tx.device(&device))?;
    // Whoever enrolled and was lost after the backup comes back as one that is lost.
    let revocation = if known.is_none() { hub.revocation_of(&site, &device)? } else { None };
    let row = hub.write(&site, |tx| {
        if let Some(row) = tx.device(&device)? {
            return Ok(row);
        }
        tx.append_entry("readmission", &device.to_string(), &Digest::genesis(&device, 1))?;
        let row = take_in(tx, request, &ticket.whom(), name)?;
        let Some(revocation) = &revocation else { return Ok(row) };
        revoke(tx, revocation)?;
        tx.device(&device)?.ok_or_else(|| Error::internal("it was taken in just now"))
    })?;
    not_revoked(hub, &site, &row)?;
    Ok(hub.write(&site, |tx| welcome(tx, &key, row, &nonce))?)
}

fn take_in(tx: &Tx<'_>, request: &EnrolRequest, whom: &For, name: String) -> Result<DeviceRow> {
    let device = request.public_key.device();
    let (person, persons) = match whom {
        For::Tourist => (None, &[][..]),
        For::Person(person) => (Some(person.clone()), std::slice::from_ref(person)),
        For::Sharers(persons) => (None, persons.as_slice()),
    };
    for person in persons {
        tx.add_holder(&device, person)?;
    }
    let row = DeviceRow {
        person,
        held_by: tx.held_by(&device)?,
        scope: scope_of(tx, &device, persons.iter().map(String::as_str))?,
        ..DeviceRow::enrolled(request.public_key, name, tx.now)
    };
    tx.insert_device(&row)?;
    tx.open_branch(&device, 1, "")?;
    tell(tx, &device)?;
    Ok(row)
}

fn welcome(tx: &Tx<'_>, key: &DeviceKey, row: DeviceRow, nonce: &str) -> Result<EnrolAnswer> {
    tx.heard_of(&row.device, nonce)?;
    let epoch = tx.branches(&row.device)?.last().map_or(1, |branch| branch.epoch);
    let sharers = if row.person.is_none() { row.persons().map(str::to_owned).collect() } else { Vec::new() };
    let ticket = Ticket { site: tx.site.to_owned(), device: row.device, person: row.person.clone(), sharers, enrolled_at: row.enrolled_at };
    let holders = if row.held_by.is_empty() { None } else { Some(tx.holders(&row.device)?).filter(Holders::ask_for_pin) };
    Ok(EnrolAnswer {
        site: tx.site.to_owned(),
        epoch,
        person: row.person,
        scope: row.scope,
        scope_version: row.scope_version,
        server_time: tx.now,
        nonce: nonce.to_owned(),
        ticket: Some(ticket.seal(key)?),
        holders,
        site_key: Some(key.public()),
    })
}
