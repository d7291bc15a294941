//! Losses and finds side by side: what may belong together, what nears its statutory day, and a find that is handed in at the desk.

use std::collections::HashMap;

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::response::Response;
use liuye_core::domain::{
    Body, Custodian, DocumentKind, FoundItem, FoundItemEvent, FoundItemState, FoundRecord, ItemCategory, Kind, LostReport, Prohibited,
    Role, serial_digest,
};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::{Names, shortened};
use super::calls::{chosen, zone_choices};
use super::form::{Fields, at_own_field};
use super::frame::{Done, Frame, Visit};
use super::matched::Matched;
use super::nouns::in_states;
use super::pages::Page;
use super::site::SiteView;
use super::words::{Lang, found_class, loss_class};
use crate::hub::Hub;
use crate::lost::Told;
use crate::officer::{Officer, OfficerOperation};

/// Rows of one side. Open ones beyond it are older than any that still matter tonight; the address leads to them.
const ROWS: u32 = 100;

/// Matches that staff are told of on one page.
const MATCHES: usize = 20;

const DAY_MS: i64 = 86_400_000;

pub(super) const DESK: &[Role] = &[Role::Desk];

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// What is over instead of what is open.
    over: Option<u8>,
    /// So many of either side were seen already.
    after: Option<u32>,
}

/// A loss as its side shows it.
struct LossRow {
    id: String,
    when: String,
    what: String,
    place: String,
    state: &'static str,
    class: &'static str,
    matches: usize,
}

/// A find as its side shows it.
struct FindRow {
    id: String,
    when: String,
    what: String,
    place: String,
    state: &'static str,
    class: &'static str,
    keeper: String,
    is_valuable: bool,
    is_prohibited: bool,
}

/// A match that staff are told of.
struct MatchRow {
    report: String,
    lost: String,
    found: Matched,
}

/// An item whose statutory day is near.
struct Near {
    id: String,
    what: String,
    day: String,
    days: i64,
    is_over: bool,
}

#[derive(Template)]
#[template(path = "desk/lost.html")]
struct LostPage {
    frame: Frame,
    over: bool,
    matches: Vec<MatchRow>,
    near: Vec<Near>,
    losses: Vec<LossRow>,
    finds: Vec<FindRow>,
    older: Option<u32>,
    may_register: bool,
    categories: Vec<(String, String)>,
    zones: Vec<(String, String)>,
}

/// `GET /desk/lost`
pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let (over, after) = (asked.over == Some(1), asked.after.unwrap_or(0));
    visit.page(Page::LostAndFound, move |hub, frame| build(hub, frame, over, after)).await
}

/// `POST /desk/lost/items`: what somebody hands in at the desk.
pub(super) async fn register(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::LostAndFound, DESK, "register", fields, take_in, |hub, frame| build(hub, frame, false, 0)).await
}

/// The states of what is open, and of what is over.
const LOSS_STATES: [&[&str]; 2] = [&["open", "candidate", "claimed"], &["returned", "withdrawn", "expired"]];
const FIND_STATES: [&[&str]; 2] =
    [&["registered", "in_custody", "noticed", "claim_pending", "disputed", "transferred", "forfeited"], &["released", "disposed"]];

fn build(hub: &Hub, frame: Frame, over: bool, after: u32) -> Result<LostPage> {
    let (lang, names) = (frame.lang, Names::read(hub, frame.lang)?);
    let losses: Vec<(String, LostReport)> = in_states(hub, DocumentKind::LostReport, LOSS_STATES[usize::from(over)], ROWS, after)?;
    let finds: Vec<(String, FoundItem)> = in_states(hub, DocumentKind::FoundItem, FIND_STATES[usize::from(over)], ROWS, after)?;
    let is_full = losses.len().max(finds.len()) == ROWS as usize;
    let told = if over { Vec::new() } else { hub.matches_to_tell()? };
    let near = if over { Vec::new() } else { near(hub, &frame)? };
    let matches = told.iter().take(MATCHES).map(|told| match_row(hub, told, lang)).collect::<Result<_>>()?;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for told in &told {
        *counts.entry(&told.report).or_default() += 1;
    }
    Ok(LostPage {
        over,
        matches,
        near,
        losses: losses.iter().map(|(id, report)| loss_row(id, report, counts.get(id.as_str()), &frame, &names)).collect(),
        finds: finds.iter().map(|(id, item)| find_row(id, item, &frame, &names)).collect(),
        older: is_full.then_some(after + ROWS),
        may_register: frame.is_any(DESK),
        categories: categories(lang),
        zones: zone_choices(hub, lang)?,
        frame,
    })
}

fn loss_row(id: &str, report: &LostReport, matches: Option<&usize>, frame: &Frame, names: &Names) -> LossRow {
    let loss = &report.loss;
    LossRow {
        id: id.to_owned(),
        when: frame.site.minute(report.at),
        what: lost_in_words(report, frame.lang),
        place: placed(loss.zone.as_deref(), &loss.place, names),
        state: frame.lang.loss_state(report.state),
        class: loss_class(report.state),
        matches: matches.copied().unwrap_or(0),
    }
}

fn find_row(id: &str, item: &FoundItem, frame: &Frame, names: &Names) -> FindRow {
    let found = &item.found;
    FindRow {
        id: id.to_owned(),
        when: frame.site.minute(found.found_at),
        what: found_in_words(item, frame.lang),
        place: placed(found.zone.as_deref(), &found.place, names),
        state: frame.lang.found_state(item.state),
        class: found_class(item.state),
        keeper: item.custodian().map_or_else(String::new, |custodian| keeper(custodian, names)),
        is_valuable: found.is_valuable(),
        is_prohibited: found.prohibited.is_some(),
    }
}

fn match_row(hub: &Hub, told: &Told, lang: Lang) -> Result<MatchRow> {
    let report: Option<LostReport> = read(hub, &told.report)?;
    let item: Option<FoundItem> = read(hub, &told.item)?;
    let lost = report.map_or_else(String::new, |report| lost_in_words(&report, lang));
    let found = item.map_or_else(String::new, |item| found_in_words(&item, lang));
    // It is told of: that is why it is here.
    Ok(MatchRow { report: told.report.clone(), lost, found: Matched::of(told.item.clone(), found, &told.fit, 0, lang) })
}

fn read<T: serde::de::DeserializeOwned>(hub: &Hub, id: &str) -> Result<Option<T>> {
    Ok(hub.document(id)?.and_then(|document| serde_json::from_value(document.body).ok()))
}

/// The items whose year is over or will be within the days of which their keepers are told before, the nearest first.
fn near(hub: &Hub, frame: &Frame) -> Result<Vec<Near>> {
    let (now, days) = (hub.now(), hub.read(&hub.site()?, |tx| Ok(tx.settings()?.statutory_warning_days))?);
    let horizon = now + i64::from(days) * DAY_MS;
    let announced: Vec<(String, FoundItem)> = in_states(hub, DocumentKind::FoundItem, &["noticed", "forfeited"], u32::MAX, 0)?;
    let mut near: Vec<_> =
        announced.iter().filter_map(|(id, item)| item.forfeit_from.filter(|from| *from <= horizon).map(|from| (from, id, item))).collect();
    near.sort_by_key(|(from, id, _)| (*from, *id));
    let row = |(from, id, item): (i64, &String, &FoundItem)| Near {
        id: id.clone(),
        what: found_in_words(item, frame.lang),
        day: frame.site.day(from).to_string(),
        days: (from - now + DAY_MS - 1).div_euclid(DAY_MS),
        is_over: from <= now || item.state == FoundItemState::Forfeited,
    };
    Ok(near.into_iter().map(row).collect())
}

/// A loss in a line.
pub(super) fn lost_in_words(report: &LostReport, lang: Lang) -> String {
    in_words(report.loss.category, &report.loss.description, lang)
}

/// A find in a line.
pub(super) fn found_in_words(item: &FoundItem, lang: Lang) -> String {
    in_words(item.found.category, &item.found.description, lang)
}

fn in_words(category: ItemCategory, description: &str, lang: Lang) -> String {
    let category = lang.category(&tag_of(category));
    // What its owner wrote is gone once they are erased.
    if description.is_empty() { category } else { shortened(&format!("{category}{}{description}", lang.pick("：", ": "))) }
}

fn tag_of(category: ItemCategory) -> String {
    serde_json::to_value(category).ok().and_then(|tag| tag.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A place with its zone.
pub(super) fn placed(zone: Option<&str>, place: &str, names: &Names) -> String {
    let zone = zone.map(|zone| names.of(zone));
    zone.into_iter().chain(Some(place.to_owned()).filter(|place| !place.is_empty())).collect::<Vec<_>>().join(" · ")
}

/// Who holds an item.
pub(super) fn keeper(custodian: &Custodian, names: &Names) -> String {
    match custodian {
        Custodian::Person { person } => names.of(person),
        Custodian::Authority { name } => name.clone(),
    }
}

fn categories(lang: Lang) -> Vec<(String, String)> {
    let tags = ItemCategory::ALL.into_iter().map(tag_of);
    tags.map(|tag| (tag.clone(), lang.category(&tag))).collect()
}

fn take_in(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let prohibited: Option<Prohibited> = fields.typed("prohibited").map(|_| chosen(fields, "prohibited")).transpose()?;
    let serial = fields.typed("serial").map(|serial| serial_digest(&serial)).transpose().map_err(|error| error.within("serial"))?;
    let found = FoundRecord {
        category: chosen(fields, "category")?,
        description: fields.get("description").to_owned(),
        brand: fields.typed("brand"),
        colour: fields.typed("colour"),
        place: fields.get("place").to_owned(),
        zone: fields.typed("zone"),
        found_at: fields.moment("found_at", SiteView::read(hub, Lang::Zh)?.zone())?,
        valuable: fields.has("valuable", "yes"),
        prohibited,
        serial_digest: serial,
    };
    let event = FoundItemEvent::Register { found, hidden: fields.typed("hidden") };
    let id = hub.env().new_id().to_string();
    let operation = OfficerOperation::new(Kind::FoundRegister, &id, Body::Found(event));
    let is_flagged = hub.write_as_officer(officer, operation).map_err(|error| at_own_field(error, "found"))?;
    Ok(Done::new(Kind::FoundRegister, is_flagged, format!("/desk/lost/items/{id}")))
}

/// What a step that is none is answered.
pub(super) fn no_such_step() -> Error {
    Error::new(Code::NotFound, "no such step")
}
