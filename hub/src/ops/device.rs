//! Devices: who shares them, and what to do when one is lost.

use liuye_core::domain::format_rfc3339;
use liuye_core::log::DeviceId;
use liuye_core::{Code, Error, Result};

use super::person_of;
use crate::holders::tell;
use crate::hub::Hub;
use crate::journal::Revocation;
use crate::ledger::{DeviceRow, Tx};

/// Lets a person share a phone that was enrolled for staff. The phone learns it with its next sync, and then asks for PINs.
///
/// # Errors
/// [`Code::NotFound`] at `device`; [`Code::UnknownReference`] at `person`; [`Code::StateRefused`] for a tourist's phone;
/// [`Code::Exists`] where they share it; those of the store.
pub fn add_person(hub: &Hub, device: &str, person: &str) -> Result<()> {
    person_of(hub, person)?;
    change(hub, device, |tx, row| {
        if row.held_by.is_empty() {
            return Err(Error::field(Code::StateRefused, "device", "a tourist's phone is nobody else's"));
        }
        let added = tx.add_holder(&row.device, person)?;
        if added { Ok(()) } else { Err(Error::field(Code::Exists, "person", "they share this phone already")) }
    })
}

/// Takes a person off a phone. Their buckets leave it with the next sync; what they wrote before is taken in whenever it comes.
///
/// # Errors
/// [`Code::NotFound`] at `device` or `person`; those of the store.
pub fn remove_person(hub: &Hub, device: &str, person: &str) -> Result<()> {
    change(hub, device, |tx, row| {
        let removed = tx.remove_holder(&row.device, person)?;
        if removed { Ok(()) } else { Err(Error::field(Code::NotFound, "person", "they do not share this phone")) }
    })
}

/// Revokes a lost device: from its next request on the hub takes nothing from it and gives it nothing. With `wipe` it is also
/// told to forget everything. Neither is ever taken back, by no backup either; a phone that is found enrols anew.
///
/// # Errors
/// [`Code::NotFound`] at `device`; those of the store.
pub fn revoke(hub: &Hub, device: &str, wipe: bool) -> Result<()> {
    let device = DeviceId::parse(device)?;
    let site = hub.site()?;
    if hub.read(&site, |tx| tx.device(&device))?.is_none() {
        return Err(no_such_device());
    }
    hub.revoke(&Revocation { site, device, at: hub.now(), wipe })
}

fn no_such_device() -> Error {
    Error::field(Code::NotFound, "device", "no such device")
}

/// A device on one line: id, who shares it, when it was last heard of, how it stands, what it calls itself.
#[must_use]
pub fn line(row: &DeviceRow) -> String {
    let persons: Vec<_> = row.persons().collect();
    let who = match (row.held_by.is_empty(), persons.is_empty()) {
        (true, _) => "tourist".to_owned(),
        (false, true) => "nobody".to_owned(),
        (false, false) => persons.join(","),
    };
    let standing = match (row.revoked_at, row.wipe, row.wipe_told_at) {
        (None, ..) => "in use",
        (Some(_), false, _) => "revoked",
        (Some(_), true, None) => "to be wiped",
        (Some(_), true, Some(_)) => "told to wipe itself",
    };
    format!("{} | {who} | {} | {standing} | {}", row.device, format_rfc3339(row.last_seen), row.name)
}

fn change(hub: &Hub, device: &str, change: impl FnOnce(&Tx<'_>, &DeviceRow) -> Result<()>) -> Result<()> {
    let device = DeviceId::parse(device)?;
    hub.write(&hub.site()?, |tx| {
        let row = tx.device(&device)?.ok_or_else(no_such_device)?;
        change(tx, &row)?;
        tell(tx, &device)
    })
}
