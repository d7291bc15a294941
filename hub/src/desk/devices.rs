//! The phones: whose they are, when they were last heard of, and what to do when one is lost.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use axum::response::Response;
use liuye_core::domain::Role;
use liuye_core::log::DeviceId;
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::Names;
use super::form::Fields;
use super::frame::{Frame, Visit};
use super::pages::Page;
use crate::hub::Hub;
use crate::ledger::{BranchRow, DeviceRow};
use crate::ops;

/// Whose accounts put a lost phone out of use: it is lost at night as well.
const REVOKERS: &[Role] = &[Role::Desk, Role::Commander, Role::Admin];

/// Devices of one page.
const ROWS: usize = 100;

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    after: usize,
}

/// A phone as a table shows it.
pub(super) struct DeviceLine {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) who: String,
    pub(super) enrolled: String,
    pub(super) seen: String,
    pub(super) state: &'static str,
    pub(super) class: &'static str,
}

impl DeviceLine {
    fn of(row: &DeviceRow, frame: &Frame, names: &Names) -> Self {
        let (state, class) = frame.lang.device_state(row);
        let who = if row.held_by.is_empty() {
            frame.pick("游客", "a tourist").to_owned()
        } else {
            row.persons().map(|person| names.of(person)).collect::<Vec<_>>().join(frame.pick("、", ", "))
        };
        Self {
            id: row.device.to_string(),
            name: row.name.clone(),
            who,
            enrolled: frame.site.minute(row.enrolled_at),
            seen: frame.site.minute(row.last_seen),
            state,
            class,
        }
    }
}

#[derive(Template)]
#[template(path = "desk/devices.html")]
struct DevicesPage {
    frame: Frame,
    rows: Vec<DeviceLine>,
    older: Option<usize>,
}

#[derive(Template)]
#[template(path = "desk/device.html")]
struct DevicePage {
    frame: Frame,
    line: DeviceLine,
    branches: Vec<(u32, String, u64, bool)>,
    revoked: Option<String>,
    is_own: bool,
    is_wiped: bool,
    may_revoke: bool,
}

/// `GET /desk/people/devices`
pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit
        .page(Page::People, move |hub, frame| {
            let (names, devices) = (Names::read(hub, frame.lang)?, hub.devices()?);
            let rows = devices.iter().skip(asked.after).take(ROWS).map(|row| DeviceLine::of(row, &frame, &names)).collect();
            let older = (devices.len() > asked.after.saturating_add(ROWS)).then(|| asked.after + ROWS);
            Ok(DevicesPage { rows, older, frame })
        })
        .await
}

/// `GET /desk/people/devices/{device}`
pub(super) async fn show(visit: Visit, Path(device): Path<String>) -> Response {
    visit.page(Page::People, move |hub, frame| build(hub, frame, &device)).await
}

/// `POST /desk/people/devices/{device}/revoke`: with `wipe`, also an order to forget everything. Neither is ever taken back.
pub(super) async fn revoke(visit: Visit, Path(device): Path<String>, Form(fields): Form<Fields>) -> Response {
    let again = device.clone();
    let work = move |hub: &Hub, fields: &Fields| {
        let row = read(hub, &device)?.0;
        if row.device == own(hub)? {
            return Err(Error::field(Code::NotPermitted, "confirm", "the hub's own device"));
        }
        if fields.get("confirm") != "yes" {
            return Err(Error::field(Code::Missing, "confirm", "that it is meant"));
        }
        ops::device::revoke(hub, &device, fields.get("wipe") == "yes")
    };
    visit.administer(Page::People, REVOKERS, "revoke", fields, work, move |hub, frame, _| build(hub, frame, &again)).await
}

/// The phones that somebody holds.
pub(super) fn of_person(hub: &Hub, person: &str, frame: &Frame, names: &Names) -> Result<Vec<DeviceLine>> {
    let devices = hub.devices()?;
    Ok(devices.iter().filter(|row| row.persons().any(|one| one == person)).map(|row| DeviceLine::of(row, frame, names)).collect())
}

/// The device by which the desk itself writes.
fn own(hub: &Hub) -> Result<DeviceId> {
    Ok(hub.keys().tag_key(hub.env(), &hub.site()?)?.public().device())
}

fn read(hub: &Hub, device: &str) -> Result<(DeviceRow, Vec<BranchRow>)> {
    let missing = |_| Error::new(Code::NotFound, "no such device");
    let id = DeviceId::parse(device).map_err(missing)?;
    hub.read(&hub.site()?, |tx| {
        let row = tx.device(&id)?.ok_or_else(|| Error::new(Code::NotFound, "no such device"))?;
        Ok((row, tx.branch_rows(&id)?))
    })
}

fn build(hub: &Hub, frame: Frame, device: &str) -> Result<DevicePage> {
    let (row, branches) = read(hub, device)?;
    let branch = |branch: BranchRow| (branch.epoch, frame.site.minute(branch.opened_at), branch.acked_seq, branch.frozen_at.is_some());
    Ok(DevicePage {
        line: DeviceLine::of(&row, &frame, &Names::read(hub, frame.lang)?),
        branches: branches.into_iter().map(branch).collect(),
        revoked: row.revoked_at.map(|at| frame.site.minute(at)),
        is_own: row.device == own(hub)?,
        is_wiped: row.wipe,
        may_revoke: frame.is_any(REVOKERS),
        frame,
    })
}
