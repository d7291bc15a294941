//! The calls: those that are open, those that are over, the drills apart; and a new one, taken by hand.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::response::Response;
use chrono::{Days, NaiveTime, TimeZone};
use liuye_core::domain::{Body, Call, CallEvent, CallRecord, CallSource, Contact, DocumentKind, Kind, Role, Severity, Zone};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::about::Names;
use super::clock::Clock;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::pages::Page;
use super::site::SiteView;
use super::words::{CATEGORIES, Lang, SEVERITIES};
use crate::hub::Hub;
use crate::nouns::nouns;
use crate::officer::{Officer, OfficerOperation};

/// Whose accounts act on calls: the desk, and whoever holds a drill on the drill's own.
pub(super) const ACTORS: &[Role] = &[Role::Desk, Role::Commander];

/// Calls of one page that are over.
const OVER: u32 = 50;

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// So many of those that are over were seen already.
    after: Option<u32>,
}

/// A call as a table shows it.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) when: String,
    pub(super) time: String,
    pub(super) what: &'static str,
    pub(super) severity: &'static str,
    pub(super) severity_class: &'static str,
    pub(super) state: &'static str,
    pub(super) state_class: &'static str,
    pub(super) source: &'static str,
    pub(super) place: String,
    pub(super) clocks: Vec<Clock>,
    pub(super) sent: usize,
    pub(super) is_drill: bool,
}

impl Row {
    pub(super) fn of(id: &str, call: &Call, frame: &Frame, names: &Names, now: i64) -> Self {
        let (lang, record) = (frame.lang, &call.record);
        let zone = record.zone.as_deref().map(|zone| names.of(zone));
        let place: Vec<_> = zone.into_iter().chain(record.place.clone()).collect();
        let received = call.response.received.as_ref().map_or(call.at, |received| received.at);
        Self {
            id: id.to_owned(),
            when: frame.site.show(received),
            time: frame.site.to_the_second(received),
            what: lang.call_category(record.category),
            severity: lang.severity(call.severity),
            severity_class: severity_class(call.severity),
            state: lang.call_state(call.state),
            state_class: if call.state.is_open() { "wait" } else { "quiet" },
            source: lang.call_source(record.source),
            place: place.join(" · "),
            clocks: Clock::of(call, lang, now),
            sent: call.assigned.len(),
            is_drill: record.exercise,
        }
    }
}

pub(super) const fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "bad",
        Severity::Urgent => "look",
        Severity::General => "quiet",
    }
}

#[derive(Template)]
#[template(path = "desk/calls.html")]
struct CallsPage {
    frame: Frame,
    open: Vec<Row>,
    drills: Vec<Row>,
    over: Vec<Row>,
    older: Option<u32>,
    may_take: bool,
    may_drill: bool,
    categories: Vec<(&'static str, &'static str)>,
    zones: Vec<(String, String)>,
}

/// `GET /desk/calls`
pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Calls, move |hub, frame| build(hub, frame, asked.after.unwrap_or(0))).await
}

/// `POST /desk/calls`: what 110 passed on or somebody told the desk, and a drill.
pub(super) async fn take(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::Calls, ACTORS, "take", fields, raise, |hub, frame| build(hub, frame, 0)).await
}

fn build(hub: &Hub, frame: Frame, after: u32) -> Result<CallsPage> {
    let (lang, now, names) = (frame.lang, hub.now(), Names::read(hub, frame.lang)?);
    let (mut open, mut drills, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for (id, call) in open_calls(hub)? {
        let rows = if call.record.exercise { &mut drills } else { &mut open };
        rows.push(Row::of(&id, &call, &frame, &names, now));
    }
    let page = hub.documents(DocumentKind::Call, OVER, after)?;
    let older = (page.len() == OVER as usize).then(|| after + OVER);
    for (id, call) in nouns::<Call>(page).filter(|(_, call)| !call.state.is_open()) {
        over.push(Row::of(&id, &call, &frame, &names, now));
    }
    Ok(CallsPage {
        may_take: frame.is_any(&[Role::Desk]),
        may_drill: frame.is_any(&[Role::Commander]),
        categories: category_choices(lang),
        zones: zone_choices(hub, lang)?,
        frame,
        open,
        drills,
        over,
        older,
    })
}

/// The calls that are open, the worst first, of those the oldest.
pub(super) fn open_calls(hub: &Hub) -> Result<Vec<(String, Call)>> {
    let matters = hub.open_matters()?.into_iter().filter(|document| document.kind == DocumentKind::Call.as_str()).collect();
    let mut calls: Vec<_> = nouns::<Call>(matters).collect();
    let rank = |call: &Call| SEVERITIES.iter().position(|severity| *severity == call.severity);
    calls.sort_by_key(|(_, call)| (rank(call), call.at));
    Ok(calls)
}

/// The words that a choice travels by are the domain's own.
pub(super) fn category_choices(lang: Lang) -> Vec<(&'static str, &'static str)> {
    const TAGS: [&str; 16] = [
        "medical",
        "drowning",
        "fire",
        "crowding",
        "lost_person",
        "traffic",
        "affray",
        "quarrel",
        "theft",
        "fraud",
        "provoking_trouble",
        "market_bullying",
        "vice",
        "gambling",
        "drugs",
        "other",
    ];
    TAGS.into_iter().zip(CATEGORIES.map(|category| lang.call_category(category))).collect()
}

/// The zones, by id.
pub(super) fn zones(hub: &Hub, lang: Lang) -> Result<Vec<(String, String)>> {
    let zones = nouns::<Zone>(hub.documents(DocumentKind::Zone, 1000, 0)?).map(|(id, zone)| (id, lang.of_both(&zone.name)));
    let mut zones: Vec<_> = zones.collect();
    zones.sort();
    Ok(zones)
}

/// The zones, and none.
pub(super) fn zone_choices(hub: &Hub, lang: Lang) -> Result<Vec<(String, String)>> {
    let mut zones = zones(hub, lang)?;
    zones.insert(0, (String::new(), lang.pick("不清楚", "Not known").to_owned()));
    Ok(zones)
}

/// What a choice stands for.
pub(super) fn chosen<T: DeserializeOwned>(fields: &Fields, name: &'static str) -> Result<T> {
    let value = serde_json::Value::String(fields.get(name).to_owned());
    serde_json::from_value(value).map_err(|_| Error::field(Code::OutOfRange, name, "one of the choices"))
}

fn raise(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let is_drill = officer.role == Role::Commander;
    let source = if is_drill { CallSource::App } else { chosen(fields, "source")? };
    let told_at = fields.typed("told_at").map(|text| told_at(hub, &text)).transpose()?;
    let record = CallRecord {
        source,
        category: chosen(fields, "category")?,
        description: fields.typed("description"),
        place: fields.typed("place"),
        zone: fields.typed("zone"),
        told_at,
        exercise: is_drill,
    };
    let id = hub.env().new_id().to_string();
    let operation =
        OfficerOperation { contact: contact(fields)?, ..OfficerOperation::new(Kind::CallRaise, &id, Body::Call(CallEvent::Raise(record))) };
    let is_flagged = hub.write_as_officer(officer, operation)?;
    Ok(Done::new(Kind::CallRaise, is_flagged, format!("/desk/calls/{id}")))
}

/// Whoever called, where they said so: a name alone reaches nobody.
fn contact(fields: &Fields) -> Result<Option<Contact>> {
    let (name, phone) = (fields.typed("name"), fields.typed("phone"));
    match (name, phone) {
        (None, None) => Ok(None),
        (Some(name), Some(phone)) => Ok(Some(Contact { name, phone, identity_number: None, passport: None })),
        (None, Some(_)) => Err(Error::field(Code::Missing, "name", "who it is")),
        (Some(_), None) => Err(Error::field(Code::Missing, "phone", "how to reach them")),
    }
}

/// When 110 took it, by the clock on the wall: the last time that it showed so.
fn told_at(hub: &Hub, text: &str) -> Result<i64> {
    let malformed = || Error::field(Code::TimeMalformed, "told_at", "hours and minutes");
    let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| malformed())?;
    let (site, now) = (SiteView::read(hub, Lang::Zh)?, hub.now());
    let (zone, today) = (site.zone(), site.day(now));
    let at = |day: chrono::NaiveDate| zone.from_local_datetime(&day.and_time(time)).earliest().map(|at| at.timestamp_millis());
    let told = at(today).filter(|told| *told <= now).or_else(|| at(today.checked_sub_days(Days::new(1))?));
    told.ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_category_travels_by_is_what_the_domain_calls_it() {
        for ((tag, _), category) in category_choices(Lang::En).into_iter().zip(CATEGORIES) {
            assert_eq!(serde_json::to_value(category).unwrap(), tag);
        }
    }
}
