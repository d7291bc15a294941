//! The duty book: how the posts are staffed and who is there, what is written down, and what people asked.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use axum::response::Response;
use liuye_core::domain::{
    Body, Consultation, ConsultationRecord, DocumentKind, DutyLog, DutyLogRecord, DutyPost, Kind, Role, ShiftEvent, Staffing,
};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::{Names, shortened};
use super::calls::chosen;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::handover::{Handovers, Matter};
use super::nouns::nouns;
use super::pages::Page;
use super::when::{days_after, days_before, length};
use super::words::{CONSULTATION_TOPICS, LOG_TOPICS};
use crate::duty::AtPost;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Whose accounts write in the book and pass a post on; what the person may do, the rules say.
pub(super) const ACTORS: &[Role] = &[Role::Desk, Role::Commander];

/// Days of staffing that are shown, up to the one asked for.
const DAYS: u64 = 7;

/// Entries of one page.
const ENTRIES: u32 = 30;

/// Gaps of a post that are listed one by one; a post with more is not staffed at all.
const GAPS: usize = 50;

/// The length of a bar of staffing, in units of its picture.
const BAR: i64 = 1000;

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    /// The last day of staffing.
    day: Option<String>,
    /// So many entries were seen already.
    after: Option<u32>,
}

/// A stretch in which nobody was at a post.
struct Gap {
    words: String,
    length: String,
    x: i64,
    width: i64,
}

/// A post with how it was staffed.
struct Post {
    name: String,
    share: String,
    class: &'static str,
    missing: String,
    gaps: Vec<Gap>,
    more: usize,
}

/// Somebody at a post.
struct Present {
    post: String,
    who: String,
    since: String,
    until: String,
    matters: Vec<Matter>,
    /// The shift, where it is the reader's own.
    own_shift: Option<String>,
}

/// An entry of the book, or a question with its answer.
struct Entry {
    id: String,
    when: String,
    who: String,
    post: String,
    topic: &'static str,
    text: String,
    answer: Option<String>,
    corrects: Option<String>,
    photos: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/duty.html")]
pub(super) struct DutyPage {
    frame: Frame,
    day: String,
    earlier: String,
    later: Option<String>,
    posts: Vec<Post>,
    present: Vec<Present>,
    log: Vec<Entry>,
    corrections: Vec<(String, String)>,
    older: Option<u32>,
    consultations: Vec<Entry>,
    handovers: Handovers,
    may_act: bool,
    post_choices: Vec<(String, String)>,
    log_topics: Vec<(&'static str, &'static str)>,
    consultation_topics: Vec<(&'static str, &'static str)>,
}

/// `GET /desk/duty`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::DutyBook, move |hub, frame| build(hub, frame, &asked)).await
}

/// `POST /desk/duty/log`
pub(super) async fn write(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::DutyBook, ACTORS, "log", fields, write_log, again).await
}

/// `POST /desk/duty/consultation`
pub(super) async fn consult(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::DutyBook, ACTORS, "consultation", fields, record_consultation, again).await
}

/// `POST /desk/duty/shift/{step}`: an officer comes to a post, or leaves it.
pub(super) async fn shift(visit: Visit, Path(step): Path<String>, Form(fields): Form<Fields>) -> Response {
    match step.as_str() {
        "start" => visit.act(Page::DutyBook, ACTORS, "start", fields, come, again).await,
        "end" => visit.act(Page::DutyBook, ACTORS, "end", fields, go, again).await,
        _ => visit.refuse(&Error::new(Code::NotFound, "no such step")),
    }
}

/// The page once more, for a form that was refused.
pub(super) fn again(hub: &Hub, frame: Frame) -> Result<DutyPage> {
    build(hub, frame, &Asked::default())
}

fn write_log(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let record = DutyLogRecord {
        post: fields.get("post").to_owned(),
        topic: chosen(fields, "topic")?,
        text: fields.get("text").to_owned(),
        corrects: fields.typed("corrects"),
    };
    written(hub, officer, Kind::DutyLogWrite, Body::DutyLog(record))
}

fn record_consultation(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let record = ConsultationRecord {
        post: fields.get("post").to_owned(),
        topic: chosen(fields, "topic")?,
        question: fields.typed("question"),
        answer: fields.typed("answer"),
    };
    written(hub, officer, Kind::ConsultationRecord, Body::Consultation(record))
}

fn written(hub: &Hub, officer: &Officer, kind: Kind, body: Body) -> Result<Done> {
    let id = hub.env().new_id().to_string();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, &id, body))?;
    Ok(Done::new(kind, is_flagged, "/desk/duty"))
}

fn come(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let hours: u32 = fields.get("hours").trim().parse().map_err(|_| Error::field(Code::OutOfRange, "hours", "1 to 24"))?;
    if !(1..=24).contains(&hours) {
        return Err(Error::field(Code::OutOfRange, "hours", "1 to 24"));
    }
    let event = ShiftEvent::Start { zone: None, post: fields.typed("post"), minutes: Some(hours * 60) };
    written(hub, officer, Kind::ShiftStart, Body::Shift(event))
}

fn go(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let event = ShiftEvent::End { note: fields.typed("note") };
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(Kind::ShiftEnd, fields.get("shift"), Body::Shift(event)))?;
    Ok(Done::new(Kind::ShiftEnd, is_flagged, "/desk/duty"))
}

fn build(hub: &Hub, frame: Frame, asked: &Asked) -> Result<DutyPage> {
    let (lang, now, names) = (frame.lang, hub.now(), Names::read(hub, frame.lang)?);
    let (day, today) = (frame.site.asked_day(asked.day.as_deref(), now)?, frame.site.day(now));
    let window = (frame.site.begin(days_before(day, DAYS - 1))?, frame.site.begin(days_after(day, 1))?);
    let after = asked.after.unwrap_or(0);
    let posts = posts(hub)?;
    let at_posts = hub.at_posts()?;
    let entries: Vec<_> = nouns::<DutyLog>(hub.documents(DocumentKind::DutyLog, ENTRIES, after)?).collect();
    let log: Vec<_> = entries.into_iter().map(|(id, entry)| logged(id, entry, &frame, &names)).collect();
    let questions = nouns::<Consultation>(hub.documents(DocumentKind::Consultation, ENTRIES, 0)?);
    Ok(DutyPage {
        day: day.to_string(),
        earlier: days_before(day, DAYS).to_string(),
        later: (day < today).then(|| days_after(day, DAYS).min(today).to_string()),
        posts: hub.staffing(window.0, window.1)?.iter().map(|post| staffed(post, window.0, &frame, &names)).collect(),
        present: at_posts.iter().map(|one| present(hub, one, &frame, &names)).collect::<Result<_>>()?,
        older: (log.len() == ENTRIES as usize).then(|| after + ENTRIES),
        corrections: corrections(&frame, &log),
        log,
        consultations: questions.map(|(id, question)| asked_and_answered(id, question, &frame, &names)).collect(),
        handovers: Handovers::read(hub, &frame, &names, &at_posts)?,
        may_act: frame.is_any(ACTORS),
        post_choices: posts.iter().filter(|post| !is_retired(post, now)).map(|post| (post.id.clone(), lang.of_both(&post.name))).collect(),
        log_topics: LOG_TOPICS.into_iter().map(|(tag, topic)| (tag, lang.log_topic(topic))).collect(),
        consultation_topics: CONSULTATION_TOPICS.into_iter().map(|(tag, topic)| (tag, lang.consultation_topic(topic))).collect(),
        frame,
    })
}

/// The entries that another one can put right, and none.
fn corrections(frame: &Frame, log: &[Entry]) -> Vec<(String, String)> {
    let none = (String::new(), frame.pick("（新记录）", "(a new entry)").to_owned());
    let entries = log.iter().map(|entry| (entry.id.clone(), format!("{} {}", entry.when, shortened(&entry.text))));
    [none].into_iter().chain(entries).collect()
}

fn posts(hub: &Hub) -> Result<Vec<DutyPost>> {
    Ok(nouns(hub.documents(DocumentKind::DutyPost, 1000, 0)?).map(|(_, post)| post).collect())
}

fn is_retired(post: &DutyPost, now: i64) -> bool {
    post.retired_at.is_some_and(|retired| retired <= now)
}

fn staffed(staffing: &Staffing, from: i64, frame: &Frame, names: &Names) -> Post {
    // What is still to come is no part of it.
    let place = |at: i64| (at - from).saturating_mul(BAR) / staffing.window_ms.max(1);
    let gap = |gap: &liuye_core::domain::StaffingGap| Gap {
        words: format!("{} – {}", frame.site.minute(gap.from), frame.site.minute(gap.to)),
        length: length(gap.to - gap.from),
        x: place(gap.from),
        width: (place(gap.to) - place(gap.from)).max(2),
    };
    let permille = staffing.permille();
    Post {
        name: names.of(&staffing.post),
        share: permille.map_or_else(|| "–".to_owned(), |permille| format!("{}.{} %", permille / 10, permille % 10)),
        class: match permille {
            None => "quiet",
            Some(1000) if staffing.gaps.is_empty() => "good",
            Some(_) => "bad",
        },
        missing: length(staffing.window_ms - staffing.staffed_ms),
        gaps: staffing.gaps.iter().rev().take(GAPS).map(gap).collect(),
        more: staffing.gaps.len().saturating_sub(GAPS),
    }
}

fn present(hub: &Hub, one: &AtPost, frame: &Frame, names: &Names) -> Result<Present> {
    let is_own = frame.session.person.as_deref() == Some(one.person.as_str());
    Ok(Present {
        post: names.of(&one.post),
        who: names.of(&one.person),
        since: frame.site.minute(one.since),
        until: frame.site.minute(one.until),
        matters: one.matters.iter().map(|matter| Matter::of(hub, matter, frame, names)).collect::<Result<_>>()?,
        own_shift: is_own.then(|| one.shift.clone()),
    })
}

fn logged(id: String, entry: DutyLog, frame: &Frame, names: &Names) -> Entry {
    Entry {
        id,
        when: frame.site.minute(entry.at),
        who: names.of(&entry.person),
        post: names.of(&entry.record.post),
        topic: frame.lang.log_topic(entry.record.topic),
        text: entry.record.text,
        answer: None,
        corrects: entry.record.corrects,
        photos: entry.photos.iter().map(ToString::to_string).collect(),
    }
}

fn asked_and_answered(id: String, question: Consultation, frame: &Frame, names: &Names) -> Entry {
    Entry {
        id,
        when: frame.site.minute(question.at),
        who: names.of(&question.person),
        post: names.of(&question.record.post),
        topic: frame.lang.consultation_topic(question.record.topic),
        text: question.record.question.unwrap_or_default(),
        answer: question.record.answer,
        corrects: None,
        photos: Vec::new(),
    }
}
