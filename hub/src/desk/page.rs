//! The table of records, and what needs attention.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::DateTime;
use chrono_tz::Tz;
use liuye_core::Result;
use liuye_core::domain::{Checklist, ChecklistItem, DocumentKind, Role, Site};
use serde::Deserialize;

use super::Desk;
use super::about::Names;
use super::session::session;
use super::words::Lang;
use crate::accounts::Session;
use crate::hub::Hub;
use crate::ledger::{HintRow, OperationRow};

/// Hints on the first page: more urgent things at once are a matter for the radio.
const HINTS: u32 = 20;

/// Rows of one page.
const ROWS: u32 = 50;

/// Checklists that the pages know the questions of.
const LISTS: u32 = 500;

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    pub(super) lang: Option<String>,
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
    body: String,
}

/// What a phone told ahead of its log.
struct Hint {
    when: String,
    who: String,
    what: String,
    subject: String,
    contradicted: bool,
}

#[derive(Template)]
#[template(path = "records.html")]
struct RecordsPage {
    lang: Lang,
    attention: bool,
    session: Session,
    site: String,
    hints: Vec<Hint>,
    rows: Vec<Row>,
    older: Option<u64>,
}

/// `GET /desk`
pub(super) async fn records(State(desk): State<Desk>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    show(desk, asked, headers, false).await
}

/// `GET /desk/attention`
pub(super) async fn attention(State(desk): State<Desk>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    show(desk, asked, headers, true).await
}

async fn show(desk: Desk, asked: Asked, headers: HeaderMap, attention: bool) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let Some(session) = session(&desk, &headers) else { return Redirect::to("/desk/login").into_response() };
    // An admin keeps accounts and devices, and reads no case.
    if session.role == Role::Admin {
        return (StatusCode::FORBIDDEN, Html(lang.pick("管理员不能查看案件内容", "An admin reads no case content"))).into_response();
    }
    let read = tokio::task::spawn_blocking(move || build(&desk.hub, lang, session, attention, asked.before)).await;
    match read {
        Ok(Ok(page)) => rendered(&page),
        _ => (StatusCode::SERVICE_UNAVAILABLE, Html(lang.pick("暂时无法读取，请稍后再试", "Cannot be read now, please try again")))
            .into_response(),
    }
}

fn build(hub: &Hub, lang: Lang, session: Session, attention: bool, before: Option<u64>) -> Result<RecordsPage> {
    let records = if attention { hub.attention(200)? } else { hub.recent(before.unwrap_or(u64::MAX), ROWS)? };
    let view = SiteView::read(hub, lang)?;
    let names = Names::read(hub, lang)?;
    let full = !attention && records.len() == ROWS as usize;
    let older = records.last().filter(|_| full).map(|last| last.position);
    let rows = records.iter().map(|record| row(hub, record, lang, &view, &names)).collect::<Result<_>>()?;
    let told = if attention || before.is_some() { Vec::new() } else { hub.hints(HINTS)? };
    let hints = told.iter().map(|told| hint(hub, told, lang, &view, &names)).collect::<Result<_>>()?;
    Ok(RecordsPage { lang, attention, session, site: view.site, hints, rows, older })
}

fn hint(hub: &Hub, told: &HintRow, lang: Lang, view: &SiteView, names: &Names) -> Result<Hint> {
    let operation = &told.operation;
    Ok(Hint {
        when: view.show(operation.recorded_at),
        who: names.of(&operation.actor),
        what: lang.kind(&operation.kind),
        subject: names.subject_of(hub, &operation.kind, &operation.entity, operation.body_text())?,
        contradicted: told.contradicted,
    })
}

fn row(hub: &Hub, record: &OperationRow, lang: Lang, view: &SiteView, names: &Names) -> Result<Row> {
    Ok(Row {
        position: record.position,
        when: view.show(record.recorded_at),
        who: names.of(&record.actor),
        what: lang.kind(&record.kind),
        subject: names.subject(hub, record)?,
        verdict: lang.verdict(&record.verdict),
        class: record.verdict.name(),
        reason: lang.reason(&record.verdict),
        body: record.body.clone(),
    })
}

/// The site's name, its time of day and its questions.
pub(super) struct SiteView {
    pub(super) site: String,
    zone: Tz,
    checklist: Vec<ChecklistItem>,
}

impl SiteView {
    pub(super) fn read(hub: &Hub, lang: Lang) -> Result<Self> {
        let site: Option<Site> = hub.document(&hub.site()?)?.map(|document| serde_json::from_value(document.body)).transpose()?;
        let zone = site.as_ref().and_then(|site| site.time_zone.parse().ok()).unwrap_or(Tz::UTC);
        let (name, mut checklist) = site.map_or_else(Default::default, |site| (lang.of_both(&site.name), site.checklist));
        for document in hub.documents(DocumentKind::Checklist, LISTS, 0)? {
            let list: Checklist = serde_json::from_value(document.body)?;
            checklist.extend(list.versions.into_iter().rev().flat_map(|version| version.items));
        }
        Ok(Self { site: name, zone, checklist })
    }

    /// A question of a safety check, of whichever list and version; its id where none asks it.
    pub(super) fn question(&self, id: &str, lang: Lang) -> String {
        self.checklist.iter().find(|item| item.id == id).map_or_else(|| id.to_owned(), |item| lang.of_both(&item.text))
    }

    /// A time (UTC ms) as the site's clocks show it.
    pub(super) fn show(&self, ms: i64) -> String {
        let time = DateTime::from_timestamp_millis(ms).map(|time| time.with_timezone(&self.zone));
        time.map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
    }
}

/// A page with the headers that every page has: nothing from elsewhere, nothing inline, nothing kept.
pub(crate) fn rendered(page: &impl Template) -> Response {
    let policy = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    match page.render() {
        Ok(html) => (headers, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
