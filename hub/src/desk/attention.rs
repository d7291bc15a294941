//! What somebody has to look at: records that did not take effect, with both versions side by side; forked logs; devices that are
//! silent or whose clocks are wrong; backups that are late; and who read what.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::response::Response;
use liuye_core::domain::{Body, Kind, OperationDiscard, Role, Verdict};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::Names;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::pages::Page;
use super::record::{Field, fields};
use super::site::Questions;
use super::when::length;
use crate::attention::{Fork, WrongClock};
use crate::hub::Hub;
use crate::ledger::{DeviceRow, OperationRow};
use crate::officer::{Officer, OfficerOperation};

/// Records of one page.
const ROWS: u32 = 20;

/// Readings that are shown.
const READINGS: u32 = 50;

/// A backup that is older than this is late: the design's own day.
const BACKUP_MS: i64 = 24 * 3_600_000;

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    before: Option<u64>,
}

/// One of two versions.
struct Version {
    what: String,
    who: String,
    when: String,
    position: u64,
    body: Vec<Field>,
    photos: Vec<String>,
}

/// A record that did not take effect.
struct Item {
    id: String,
    position: u64,
    verdict: &'static str,
    class: &'static str,
    code: String,
    subject: String,
    happened: String,
    remedy: &'static str,
    written: Version,
    /// What stands instead.
    stands: Option<Version>,
}

/// A device as a line of this page.
struct Device {
    id: String,
    name: String,
    who: String,
    seen: String,
    words: String,
}

/// A device whose log forked.
struct Forked {
    device: Device,
    branches: Vec<(u32, String, bool, u64, String)>,
}

#[derive(Template)]
#[template(path = "desk/attention.html")]
pub(super) struct AttentionPage {
    frame: Frame,
    items: Vec<Item>,
    older: Option<u64>,
    forks: Vec<Forked>,
    silent: Vec<Device>,
    clocks: Vec<Device>,
    /// Why the last backup is a matter of concern.
    backup: Option<String>,
    readings: Vec<(String, String, String)>,
    may_settle: bool,
    sees_readings: bool,
}

/// `GET /desk/attention`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Attention, move |hub, frame| build(hub, frame, &asked)).await
}

/// `POST /desk/attention/settle`: nobody has to look at it any more, and why.
pub(super) async fn settle(visit: Visit, Form(fields): Form<Fields>) -> Response {
    let again = |hub: &Hub, frame: Frame| build(hub, frame, &Asked::default());
    visit.act(Page::Attention, OperationDiscard::SETTLERS, "settle", fields, give_up, again).await
}

fn give_up(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let unknown = |_| Error::field(Code::UnknownReference, "operation", "no such record");
    let discard = OperationDiscard { target: fields.get("operation").parse().map_err(unknown)?, reason: fields.get("reason").to_owned() };
    let (id, kind) = (discard.target.to_string(), Kind::OperationDiscard);
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, &id, Body::Discard(discard)))?;
    Ok(Done::new(kind, is_flagged, "/desk/attention"))
}

fn build(hub: &Hub, frame: Frame, asked: &Asked) -> Result<AttentionPage> {
    let (now, names) = (hub.now(), Names::read(hub, frame.lang)?);
    let questions = frame.site.questions(hub)?;
    let rows = hub.attention_before(asked.before.unwrap_or(u64::MAX), ROWS)?;
    let older = rows.last().filter(|_| rows.len() == ROWS as usize).map(|last| last.position);
    let is_first = asked.before.is_none();
    let (forks, silent, clocks) = if is_first { (hub.forks()?, hub.silent_devices()?, hub.wrong_clocks()?) } else { Default::default() };
    let sees_readings = frame.is_any(&[Role::Auditor, Role::Commander]) && is_first;
    let readings = if sees_readings { hub.readings(READINGS)? } else { Vec::new() };
    Ok(AttentionPage {
        items: rows.iter().map(|row| item(hub, row, &frame, &names, &questions)).collect::<Result<_>>()?,
        older,
        forks: forks.iter().map(|fork| forked(fork, &frame, &names)).collect(),
        silent: silent.iter().map(|row| silent_for(row, &frame, &names, now)).collect(),
        clocks: clocks.iter().map(|clock| wrong(clock, &frame, &names)).collect(),
        backup: if is_first { late_backup(hub, &frame, now)? } else { None },
        readings: readings.into_iter().map(|row| (frame.site.show(row.at), row.reader, row.subject)).collect(),
        may_settle: frame.is_any(OperationDiscard::SETTLERS),
        sees_readings,
        frame,
    })
}

fn item(hub: &Hub, row: &OperationRow, frame: &Frame, names: &Names, questions: &Questions) -> Result<Item> {
    let lang = frame.lang;
    let stands = standing(hub, row)?;
    Ok(Item {
        id: row.id.clone(),
        position: row.position,
        verdict: lang.verdict(&row.verdict),
        class: row.verdict.name(),
        code: match &row.verdict {
            Verdict::Conflict { code, .. } | Verdict::Quarantined { code, .. } => code.as_str().to_owned(),
            Verdict::Held { until } => until.to_string(),
            Verdict::Applied { .. } => String::new(),
        },
        subject: names.subject(hub, row)?,
        happened: lang.happened(&row.verdict),
        remedy: lang.remedy(&row.verdict),
        written: version(row, frame, names, questions),
        stands: stands.map(|row| version(&row, frame, names, questions)),
    })
}

/// What stands instead: the record that was faster, else the last one about the same thing that took effect.
fn standing(hub: &Hub, row: &OperationRow) -> Result<Option<OperationRow>> {
    if let Verdict::Conflict { kept: Some(kept), .. } = &row.verdict {
        return hub.operation(*kept);
    }
    Ok(hub.about(&row.entity)?.into_iter().rfind(|other| other.verdict.is_applied()))
}

fn version(row: &OperationRow, frame: &Frame, names: &Names, questions: &Questions) -> Version {
    Version {
        what: frame.lang.kind(&row.kind),
        who: names.of(&row.actor),
        when: frame.site.show(row.recorded_at),
        position: row.position,
        body: fields(row, frame, names, questions),
        photos: if row.is_redacted { Vec::new() } else { row.photos.iter().map(ToString::to_string).collect() },
    }
}

fn device(row: &DeviceRow, frame: &Frame, names: &Names, words: String) -> Device {
    let who: Vec<_> = row.persons().map(|person| names.of(person)).collect();
    Device {
        id: row.device.to_string(),
        name: row.name.clone(),
        who: if row.held_by.is_empty() { frame.pick("游客", "a tourist").to_owned() } else { who.join("、") },
        seen: frame.site.minute(row.last_seen),
        words,
    }
}

fn forked(fork: &Fork, frame: &Frame, names: &Names) -> Forked {
    let branches = fork.branches.iter().map(|(branch, last)| {
        let last = last.as_ref().map(|last| format!("{} · {}", frame.site.show(last.recorded_at), frame.lang.kind(&last.kind)));
        let opened = frame.site.show(branch.opened_at);
        (branch.epoch, opened, branch.frozen_at.is_some(), branch.acked_seq, last.unwrap_or_default())
    });
    Forked { branches: branches.collect(), device: device(&fork.device, frame, names, String::new()) }
}

fn silent_for(row: &DeviceRow, frame: &Frame, names: &Names, now: i64) -> Device {
    let words = format!("{} {}", frame.pick("已失联（小时:分）", "silent for (hours:minutes)"), length(now - row.last_seen));
    device(row, frame, names, words)
}

fn wrong(clock: &WrongClock, frame: &Frame, names: &Names) -> Device {
    let off = clock.behind_ms.unwrap_or(clock.last.received_at - clock.last.recorded_at);
    let which = if off < 0 { frame.pick("快", "ahead by") } else { frame.pick("慢", "behind by") };
    let words = format!("{which} {} {}", length(off.saturating_abs()), frame.pick("（小时:分）", "(hours:minutes)"));
    device(&clock.device, frame, names, words)
}

fn late_backup(hub: &Hub, frame: &Frame, now: i64) -> Result<Option<String>> {
    Ok(match hub.last_backup()? {
        None => Some(frame.pick("还没有做过备份。", "No backup was ever made.").to_owned()),
        Some(at) if now.saturating_sub(at) > BACKUP_MS => {
            Some(format!("{} {}", frame.pick("最近一次备份：", "The last backup was made at"), frame.site.minute(at)))
        }
        Some(_) => None,
    })
}
