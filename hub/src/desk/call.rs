//! One call: what came in, its clocks, who is on the way, and everything that the desk can do about it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::domain::{
    Assignment, AssignmentEvent, Body, Call, CallEvent, CallFile, CallMove, CallState, Contact, DocumentKind, Kind, Responder, Role,
    SendHint,
};
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};

use super::about::Names;
use super::calls::{ACTORS, Row, category_choices, chosen, open_calls, zone_choices};
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::nouns;
use super::pages::Page;
use super::words::SEVERITIES;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Whom the desk may send, as the dispatch form shows them.
struct Candidate {
    /// `unit:ID` or `person:ID`.
    value: String,
    name: String,
    people: String,
    suits: bool,
    is_free: bool,
    is_in_zone: bool,
    distance: Option<u32>,
}

/// Somebody who was sent.
struct Sent {
    id: String,
    who: String,
    people: String,
    state: &'static str,
    class: &'static str,
    is_live: bool,
    is_unreached: bool,
    steps: Vec<String>,
    note: Option<String>,
}

/// What the desk wrote.
struct Note {
    when: String,
    who: String,
    what: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "desk/call.html")]
struct CallPage {
    frame: Frame,
    id: String,
    row: Row,
    description: Option<String>,
    reporter: String,
    position: Option<String>,
    photos: Vec<String>,
    merged_into: Option<String>,
    referral: Option<String>,
    sent: Vec<Sent>,
    notes: Vec<Note>,
    moves: Vec<CallMove>,
    candidates: Vec<Candidate>,
    is_place_known: bool,
    others: Vec<(String, String)>,
    severities: Vec<(&'static str, &'static str)>,
    severity: &'static str,
    categories: Vec<(&'static str, &'static str)>,
    category: &'static str,
    zones: Vec<(String, String)>,
    muster_zones: Vec<(String, String)>,
    zone: String,
    is_offence: bool,
    may_ask_contact: bool,
    contact: Option<Contact>,
    no_contact: bool,
}

impl CallPage {
    /// Whether the call can go this way now, by this account.
    fn can(&self, step: &str) -> bool {
        self.moves.iter().any(|one| serde_json::to_value(one).is_ok_and(|tag| tag == step))
    }
}

/// `GET /desk/calls/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::Calls, move |hub, frame| build(hub, frame, &id, false)).await
}

/// `POST /desk/calls/{id}/contact`: the reading is written down before anything is shown.
pub(super) async fn contact(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    if !visit.is_own(&fields) || !ACTORS.contains(&visit.session.role) {
        return visit.refuse(&Error::new(Code::NotPermitted, "not with this account"));
    }
    visit.page(Page::Calls, move |hub, frame| build(hub, frame, &id, true)).await
}

/// `POST /desk/calls/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some(form) = STEPS.iter().copied().find(|known| *known == step) else {
        return visit.refuse(&Error::new(Code::NotFound, "no such step"));
    };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| take_step(hub, officer, fields, &id, form);
    visit.act(Page::Calls, ACTORS, form, fields, work, move |hub, frame| build(hub, frame, &again, false)).await
}

/// The steps that the page has forms for, each named as the domain names it.
const STEPS: [&str; 10] = ["triage", "dispatch", "muster", "handle", "close", "cancel", "unfounded", "merge", "reopen", "release"];

fn take_step(hub: &Hub, officer: &Officer, fields: &Fields, id: &str, step: &'static str) -> Result<Done> {
    let call = read(hub, id)?;
    // A drill is whoever holds it's; everything else is the desk's alone, whichever device a call was entered by.
    if officer.role != Role::Desk && !call.record.exercise {
        return Err(Error::new(Code::NotPermitted, "for the desk"));
    }
    let to = format!("/desk/calls/{id}");
    if step == "release" {
        return release(hub, officer, fields, id, to);
    }
    let reason = || fields.get("reason").to_owned();
    let event = match step {
        "triage" => CallEvent::Triage {
            severity: chosen(fields, "severity")?,
            category: Some(chosen(fields, "category")?),
            zone: fields.typed("zone"),
        },
        "dispatch" => CallEvent::Dispatch { responders: fields.all("responders").map(responder).collect::<Result<_>>()? },
        "muster" => CallEvent::Muster { zone: fields.typed("zone") },
        "handle" => CallEvent::Handle {},
        "close" => CallEvent::Close { note: fields.typed("note"), referral: fields.typed("referral") },
        "cancel" => CallEvent::Cancel { reason: reason() },
        "unfounded" => CallEvent::Unfounded { reason: reason() },
        "merge" => CallEvent::Merge { into: fields.get("into").to_owned() },
        "reopen" => CallEvent::Reopen { reason: reason() },
        _ => return Err(Error::new(Code::NotFound, "no such step")),
    };
    let kind = event.kind();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, id, Body::Call(event)))?;
    Ok(Done::new(kind, is_flagged, to))
}

/// The desk needs somebody no more. What is released has to be of this call.
fn release(hub: &Hub, officer: &Officer, fields: &Fields, id: &str, to: String) -> Result<Done> {
    let assignment = fields.get("assignment");
    if !hub.assignments_of(id)?.iter().any(|document| document.id == assignment) {
        return Err(Error::field(Code::UnknownReference, "assignment", "nobody who was sent to this call"));
    }
    let event = AssignmentEvent::Release { reason: fields.get("reason").to_owned() };
    let kind = Kind::AssignmentRelease;
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, assignment, Body::Assignment(event)))?;
    Ok(Done::new(kind, is_flagged, to))
}

fn responder(value: &str) -> Result<Responder> {
    match value.split_once(':') {
        Some(("unit", unit)) => Ok(Responder::Unit { unit: unit.to_owned() }),
        Some(("person", person)) => Ok(Responder::Person { person: person.to_owned() }),
        _ => Err(Error::field(Code::OutOfRange, "responders", "one of the choices")),
    }
}

fn read(hub: &Hub, id: &str) -> Result<Call> {
    let missing = || Error::new(Code::NotFound, "no such call");
    let document = hub.document(id)?.filter(|document| document.kind == DocumentKind::Call.as_str()).ok_or_else(missing)?;
    Ok(serde_json::from_value(document.body)?)
}

fn build(hub: &Hub, frame: Frame, id: &str, with_contact: bool) -> Result<CallPage> {
    let (lang, call, names) = (frame.lang, read(hub, id)?, Names::read(hub, frame.lang)?);
    let file: Option<CallFile> = hub.document(&format!("{id}.file"))?.and_then(|document| serde_json::from_value(document.body).ok());
    let notes = file.iter().flat_map(|file| &file.notes).map(|note| Note {
        when: frame.site.show(note.at),
        who: names.of(&note.by),
        what: lang.call_move(note.step),
        text: note.text.clone(),
    });
    let sent = nouns::<Assignment>(hub.assignments_of(id)?).map(|(id, assignment)| of_sent(id, &assignment, &frame, &names)).collect();
    let moves = moves(&frame, &call);
    let can_send = moves.contains(&CallMove::Dispatch);
    let hints = if can_send { hub.send_hints(&call)? } else { Vec::new() };
    let contact = if with_contact && call.has_contact { hub.contact(id, &frame.session.officer).ok() } else { None };
    Ok(CallPage {
        row: Row::of(id, &call, &frame, &names, hub.now()),
        description: call.record.description.clone(),
        reporter: names.of(&call.reporter),
        position: call.fix.as_ref().map(|fix| format!("{:.6}, {:.6} ± {:.0} m", fix.lat(), fix.lon(), fix.accuracy_m())),
        photos: call.photos.iter().map(Digest::to_string).collect(),
        merged_into: call.merged_into.clone(),
        referral: file.as_ref().and_then(|file| file.referral.clone()),
        notes: notes.collect(),
        sent,
        candidates: hints.iter().map(|hint| candidate(hint, &names)).collect(),
        is_place_known: call.fix.is_some(),
        muster_zones: muster_choices(hub, &frame)?,
        others: if moves.contains(&CallMove::Merge) { others(hub, &frame, &names, id, &call)? } else { Vec::new() },
        moves,
        severities: SEVERITIES.iter().map(|severity| (tag_of_severity(*severity), lang.severity(*severity))).collect(),
        severity: tag_of_severity(call.severity),
        category: category_choices(lang)
            .into_iter()
            .find(|(_, words)| *words == lang.call_category(call.record.category))
            .map_or("", |(tag, _)| tag),
        categories: category_choices(lang),
        zones: zone_choices(hub, lang)?,
        zone: call.record.zone.clone().unwrap_or_default(),
        is_offence: call.record.category.is_offence(),
        may_ask_contact: call.has_contact && frame.is_any(ACTORS),
        no_contact: with_contact && contact.is_none(),
        contact,
        id: id.to_owned(),
        frame,
    })
}

const fn tag_of_severity(severity: liuye_core::domain::Severity) -> &'static str {
    use liuye_core::domain::Severity;
    match severity {
        Severity::Critical => "critical",
        Severity::Urgent => "urgent",
        Severity::General => "general",
    }
}

/// The ways that a call can go now, by the domain's own table: nothing is offered that the rules would refuse anyway.
fn moves(frame: &Frame, call: &Call) -> Vec<CallMove> {
    let may = frame.is_any(&[Role::Desk]) || (call.record.exercise && frame.is_any(ACTORS));
    let from_here = CallState::TRANSITIONS.iter().filter(|(from, ..)| may && *from == call.state);
    from_here.map(|(_, step, _)| *step).collect()
}

fn candidate(hint: &SendHint, names: &Names) -> Candidate {
    let value = match &hint.responder {
        Responder::Unit { unit } => format!("unit:{unit}"),
        Responder::Person { person } => format!("person:{person}"),
    };
    Candidate {
        value,
        name: names.of(hint.responder.id()),
        people: names.of_all(&hint.on_duty),
        suits: hint.suits,
        is_free: hint.is_free,
        is_in_zone: hint.is_in_zone,
        distance: hint.distance_m,
    }
}

fn of_sent(id: String, assignment: &Assignment, frame: &Frame, names: &Names) -> Sent {
    use liuye_core::domain::AssignmentState::{Arrived, Cleared, Declined, Released};
    let steps = assignment.milestones.iter().map(|milestone| {
        let (when, what) = (frame.site.time_of_day(milestone.moment.at), frame.lang.assignment_move(milestone.step));
        let late = if milestone.counted { "" } else { frame.pick("（晚到的记录）", " (came late)") };
        format!("{when} {what} · {}{late}", names.of(&milestone.by))
    });
    let is_unreached = assignment.unreached_at.is_some() && matches!(assignment.state, liuye_core::domain::AssignmentState::Offered);
    Sent {
        who: names.of(assignment.unit.as_deref().or_else(|| assignment.persons.first().map(String::as_str)).unwrap_or_default()),
        people: names.of_all(&assignment.persons),
        state: frame.lang.assignment_state(assignment.state),
        class: match assignment.state {
            Arrived | Cleared => "good",
            Declined => "bad",
            Released => "quiet",
            _ if is_unreached => "bad",
            _ => "wait",
        },
        is_live: assignment.state.is_live(),
        is_unreached,
        steps: steps.collect(),
        note: assignment.note.clone(),
        id,
    }
}

/// The zones, and the whole district.
fn muster_choices(hub: &Hub, frame: &Frame) -> Result<Vec<(String, String)>> {
    let mut choices = zone_choices(hub, frame.lang)?;
    choices[0].1 = frame.pick("全辖区", "The whole district").to_owned();
    Ok(choices)
}

/// The other open calls, a drill's drills, into which this one could go on.
fn others(hub: &Hub, frame: &Frame, names: &Names, id: &str, call: &Call) -> Result<Vec<(String, String)>> {
    let fits = |(other, open): &(String, Call)| other != id && open.record.exercise == call.record.exercise;
    let now = hub.now();
    let named = |(other, open): (String, Call)| {
        let row = Row::of(&other, &open, frame, names, now);
        (other, format!("{} {} {}", row.when, row.what, row.place))
    };
    Ok(open_calls(hub)?.into_iter().filter(fits).map(named).collect())
}
