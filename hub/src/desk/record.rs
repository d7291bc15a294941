//! One record whole: what was written, when, what became of it, and what else happened to the same thing.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use liuye_core::domain::{ChecklistAnswer, Contact, Kind, Role};
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};
use serde_json::Value;

use super::Desk;
use super::about::Names;
use super::form::Fields;
use super::frame::{Frame, Visit, forbidden};
use super::pages::Page;
use super::site::Questions;
use super::words::Lang;
use crate::accounts::Session;
use crate::hub::Hub;
use crate::ledger::OperationRow;

/// A label with what stands behind it.
pub(super) struct Field {
    pub(super) label: String,
    pub(super) lines: Vec<String>,
}

/// Another record of the same thing.
struct Other {
    position: u64,
    when: String,
    who: String,
    what: String,
    verdict: &'static str,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "desk/record.html")]
struct RecordPage {
    frame: Frame,
    position: u64,
    what: String,
    subject: String,
    verdict: &'static str,
    class: &'static str,
    reason: String,
    facts: Vec<Field>,
    body: Vec<Field>,
    photos: Vec<String>,
    /// The notice that it is about.
    notice: Option<String>,
    others: Vec<Other>,
    may_have_contact: bool,
    contact: Option<Contact>,
    no_contact: bool,
}

/// `GET /desk/records/{position}`
pub(super) async fn show(visit: Visit, Path(position): Path<u64>) -> Response {
    visit.page(Page::Records, move |hub, frame| build(hub, frame, position, false)).await
}

/// `POST /desk/records/{position}/contact`: the reading is written down before anything is shown.
pub(super) async fn contact(visit: Visit, Path(position): Path<u64>, Form(fields): Form<Fields>) -> Response {
    if !visit.is_own(&fields) || !may_read_contacts(&visit.session) {
        return visit.refuse(&forbidden());
    }
    visit.page(Page::Records, move |hub, frame| build(hub, frame, position, true)).await
}

/// `GET /desk/photos/{sha256}`
pub(super) async fn photo(visit: Visit, State(desk): State<Desk>, Path(sha256): Path<String>) -> Response {
    let missing = || Error::new(Code::NotFound, "no such photo");
    let (reads_all, reads_safety) = (Page::Records.is_for(visit.session.role), Page::Safety.is_for(visit.session.role));
    if !reads_all && !reads_safety {
        return visit.refuse(&forbidden());
    }
    let Ok(digest) = Digest::parse(&sha256) else { return visit.refuse(&missing()) };
    let read = tokio::task::spawn_blocking(move || {
        // Whoever answers for hazards sees what was photographed of them, and of nothing else.
        let is_theirs = reads_all || desk.hub.read(&desk.hub.site()?, |tx| tx.is_photo_of_safety_check(&digest))?;
        if is_theirs { crate::blobs::read(&desk.hub, &digest) } else { Ok(None) }
    });
    let Ok(Ok(Some((format, bytes)))) = read.await else { return visit.refuse(&missing()) };
    let headers = [
        (header::CONTENT_TYPE, format!("image/{format}")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

/// Who answers tourists, and who commands them. An auditor checks that readings are logged, and reads none.
pub(super) fn may_read_contacts(session: &Session) -> bool {
    matches!(session.role, Role::Desk | Role::Commander)
}

fn build(hub: &Hub, frame: Frame, position: u64, with_contact: bool) -> Result<RecordPage> {
    let newest = hub.recent(position.saturating_add(1), 1)?;
    let record = newest.into_iter().find(|record| record.position == position);
    let record = record.ok_or_else(|| Error::new(Code::NotFound, "no such record"))?;
    let (lang, names) = (frame.lang, Names::read(hub, frame.lang)?);
    let is_loss = matches!(Kind::parse(&record.kind), Some(Kind::LossReport | Kind::ClaimSubmit));
    // Only the button asks, and every press is logged by whoever pressed it.
    let contact = if with_contact && is_loss { hub.contact(&record.entity, &frame.session.officer).ok() } else { None };
    let others = hub.about(&record.entity)?.into_iter().filter(|other| other.position != position);
    let others = others.map(|other| Other {
        position: other.position,
        when: frame.site.show(other.recorded_at),
        who: names.of(&other.actor),
        what: lang.kind(&other.kind),
        verdict: lang.verdict(&other.verdict),
        class: other.verdict.name(),
    });
    Ok(RecordPage {
        position,
        what: lang.kind(&record.kind),
        subject: names.subject(hub, &record)?,
        verdict: lang.verdict(&record.verdict),
        class: record.verdict.name(),
        reason: lang.reason(&record.verdict),
        facts: facts(&record, &frame, &names),
        body: fields(&record, &frame, &names, &frame.site.questions(hub)?),
        // Photos of a redacted record may be there for another one's sake.
        photos: if record.is_redacted { Vec::new() } else { record.photos.iter().map(Digest::to_string).collect() },
        notice: matches!(Kind::parse(&record.kind), Some(Kind::NoticeIssue | Kind::NoticeSign)).then(|| record.entity.clone()),
        others: others.collect(),
        may_have_contact: is_loss && may_read_contacts(&frame.session),
        no_contact: with_contact && contact.is_none(),
        contact,
        frame,
    })
}

fn facts(record: &OperationRow, frame: &Frame, names: &Names) -> Vec<Field> {
    let (lang, view) = (frame.lang, &frame.site);
    let field = |zh, en, value: String| Field { label: lang.pick(zh, en).to_owned(), lines: vec![value] };
    let mut facts = vec![
        field("人员", "Who", names.of(&record.actor)),
        field("手机", "Device", record.device.clone()),
        field("记录时间（手机时钟）", "Written (the phone's clock)", view.show(record.recorded_at)),
        field("到达时间", "Arrived", view.show(record.received_at)),
    ];
    if let Some(fix) = &record.fix {
        facts.push(field("位置", "Position", format!("{:.6}, {:.6} ± {:.0} m", fix.lat(), fix.lon(), fix.accuracy_m())));
    }
    if let Some(by) = &record.amended_by {
        facts.push(field("更正记录", "Corrected by", by.clone()));
    }
    if record.is_redacted {
        facts.push(field("内容", "Text", lang.pick("已依法删除", "erased").to_owned()));
    }
    if record.discarded {
        facts.push(field("状态", "State", lang.pick("作者已放弃", "given up by its author").to_owned()));
    }
    facts
}

/// What was typed, each field with its label. What this version has no label for shows under its own name.
pub(super) fn fields(record: &OperationRow, frame: &Frame, names: &Names, questions: &Questions) -> Vec<Field> {
    let (lang, view) = (frame.lang, &frame.site);
    let body: Value = serde_json::from_str(&record.body).unwrap_or_default();
    // The event is the kind, which stands in the title; digests and codes say nothing to anyone; what only an owner can know stands
    // on no page that does not log who reads it.
    const UNTOLD: [&str; 5] = ["event", "tracking_digest", "serial_digest", "hidden", "code"];
    let is_told = |(name, value): &(&String, &Value)| !UNTOLD.contains(&name.as_str()) && value.as_str() != Some("");
    let entries = body.as_object().into_iter().flatten().filter(is_told);
    let value = |name: &str, value: &Value| match (name, value) {
        ("lost_from" | "lost_to" | "due" | "told_at", Value::Number(ms)) => ms.as_i64().map_or_else(String::new, |ms| view.show(ms)),
        ("category", Value::String(category)) => names.call_category(category).unwrap_or_else(|| lang.category(category)),
        ("checkpoint" | "venue" | "person" | "zone", Value::String(id)) => names.of(id),
        // What was drawn is on the notice itself.
        ("signature", Value::Object(signature)) => signature.get("by").and_then(Value::as_str).unwrap_or_default().to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Bool(true)) => lang.pick("是", "yes").to_owned(),
        (_, Value::Bool(false)) => lang.pick("否", "no").to_owned(),
        (_, other) => other.to_string(),
    };
    let lines = |name: &str, content: &Value| match serde_json::from_value::<Vec<ChecklistAnswer>>(content.clone()) {
        Ok(answers) if name == "answers" => answers.iter().map(|answer| answered(answer, lang, questions)).collect(),
        _ => vec![value(name, content)],
    };
    entries.map(|(name, content)| Field { label: lang.field(name), lines: lines(name, content) }).collect()
}

/// A question with its answer, and what was noted with it.
fn answered(answer: &ChecklistAnswer, lang: Lang, questions: &Questions) -> String {
    let question = questions.of(&answer.item, lang);
    let note = answer.note.as_ref().map_or_else(String::new, |note| format!(" · {note}"));
    format!("{} {question}{note}", lang.answer(answer.outcome))
}
