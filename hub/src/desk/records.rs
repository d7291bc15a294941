//! The table of records.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use liuye_core::Result;
use serde::Deserialize;

use super::about::Names;
use super::frame::{Frame, Visit};
use super::pages::Page;
use crate::hub::Hub;
use crate::ledger::{HintRow, OperationRow};

/// Hints on the first page: more urgent things at once are a matter for the radio.
const HINTS: u32 = 20;

/// Rows of one page.
const ROWS: u32 = 50;

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<u64>,
}

/// A record as the table shows it.
struct Row {
    position: u64,
    when: String,
    who: String,
    what: String,
    subject: String,
    verdict: &'static str,
    class: &'static str,
    reason: String,
}

/// What a phone told ahead of its log.
pub(super) struct Hint {
    pub(super) when: String,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) subject: String,
    pub(super) contradicted: bool,
}

#[derive(Template)]
#[template(path = "desk/records.html")]
struct RecordsPage {
    frame: Frame,
    hints: Vec<Hint>,
    rows: Vec<Row>,
    older: Option<u64>,
}

/// `GET /desk/records`
pub(super) async fn all(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Records, move |hub, frame| build(hub, frame, asked.before)).await
}

fn build(hub: &Hub, frame: Frame, before: Option<u64>) -> Result<RecordsPage> {
    let records = hub.recent(before.unwrap_or(u64::MAX), ROWS)?;
    let names = Names::read(hub, frame.lang)?;
    let older = records.last().filter(|_| records.len() == ROWS as usize).map(|last| last.position);
    let rows = records.iter().map(|record| row(hub, record, &frame, &names)).collect::<Result<_>>()?;
    let hints = if before.is_some() { Vec::new() } else { told_ahead(hub, &frame, &names)? };
    Ok(RecordsPage { frame, hints, rows, older })
}

/// What phones told ahead of their turn.
pub(super) fn told_ahead(hub: &Hub, frame: &Frame, names: &Names) -> Result<Vec<Hint>> {
    hub.hints(HINTS)?.iter().map(|told| hint(hub, told, frame, names)).collect()
}

fn hint(hub: &Hub, told: &HintRow, frame: &Frame, names: &Names) -> Result<Hint> {
    let operation = &told.operation;
    Ok(Hint {
        when: frame.site.show(operation.recorded_at),
        who: names.of(&operation.actor),
        what: frame.lang.kind(&operation.kind),
        subject: names.subject_of(hub, &operation.kind, &operation.entity, operation.body_text())?,
        contradicted: told.contradicted,
    })
}

fn row(hub: &Hub, record: &OperationRow, frame: &Frame, names: &Names) -> Result<Row> {
    Ok(Row {
        position: record.position,
        when: frame.site.show(record.recorded_at),
        who: names.of(&record.actor),
        what: frame.lang.kind(&record.kind),
        subject: names.subject(hub, record)?,
        verdict: frame.lang.verdict(&record.verdict),
        class: record.verdict.name(),
        reason: frame.lang.reason(&record.verdict),
    })
}
