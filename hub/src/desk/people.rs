//! The personnel base: who serves, searched and filtered, and whose papers run out.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{DocumentKind, Person, PersonStatus, Role, Unit};
use serde::Deserialize;

use super::about::Names;
use super::frame::{Frame, Visit};
use super::nouns::nouns;
use super::pages::Page;
use super::words::{FORCES, STATUSES, TRADES};
use crate::hub::Hub;

/// Whose accounts keep people and devices.
pub(super) const KEEPERS: &[Role] = &[Role::Admin];

/// Persons of one page.
const ROWS: usize = 50;

/// Persons of a site at most.
const ALL: u32 = 10_000;

/// A paper that ends within so many days is shown.
const PAPER_DAYS: i64 = 30;

const DAY_MS: i64 = 86_400_000;

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    force: String,
    #[serde(default)]
    trade: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    after: usize,
}

/// Somebody as the table shows them.
struct Row {
    id: String,
    name: String,
    force: &'static str,
    trades: String,
    zones: String,
    units: String,
    status: &'static str,
    class: &'static str,
}

/// A paper that runs out.
struct Paper {
    id: String,
    who: String,
    name: String,
    to: String,
    is_over: bool,
}

#[derive(Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    frame: Frame,
    asked: Asked,
    rows: Vec<Row>,
    found: usize,
    older: Option<String>,
    papers: Vec<Paper>,
    forces: Vec<(&'static str, &'static str)>,
    trades: Vec<(&'static str, &'static str)>,
    units: Vec<(String, String)>,
    statuses: Vec<(&'static str, &'static str)>,
}

/// `GET /desk/people`
pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::People, move |hub, frame| build(hub, frame, asked)).await
}

/// Everyone of the personnel base, by id.
pub(super) fn everyone(hub: &Hub) -> Result<Vec<Person>> {
    let documents = hub.documents(DocumentKind::Person, ALL, 0)?;
    Ok(documents.into_iter().filter_map(|document| Person::read(document.body)).collect())
}

/// The standing teams.
pub(super) fn units(hub: &Hub) -> Result<Vec<Unit>> {
    Ok(nouns(hub.documents(DocumentKind::Unit, ALL, 0)?).map(|(_, unit)| unit).collect())
}

fn build(hub: &Hub, frame: Frame, asked: Asked) -> Result<PeoplePage> {
    let (lang, now, names) = (frame.lang, hub.now(), Names::read(hub, frame.lang)?);
    let (everyone, units) = (everyone(hub)?, units(hub)?);
    let found: Vec<_> = everyone.iter().filter(|person| fits(person, &asked, &units, now)).collect();
    let rows = found.iter().skip(asked.after).take(ROWS).map(|person| row(person, &frame, &names, &units, now)).collect();
    let any = (String::new(), lang.pick("全部", "All").to_owned());
    let mut papers: Vec<_> = everyone
        .iter()
        .filter(|person| person.serves(now))
        .flat_map(|person| person.papers_ending(now + PAPER_DAYS * DAY_MS).map(move |paper| (person, paper)))
        .collect();
    papers.sort_by_key(|(person, paper)| (paper.to, &person.id));
    let papers = papers.into_iter().map(|(person, paper)| Paper {
        id: person.id.clone(),
        who: lang.of_both(&person.name),
        name: paper.name.clone(),
        to: paper.to.map_or_else(String::new, |to| frame.site.day(to - 1).to_string()),
        is_over: paper.to.is_some_and(|to| to <= now),
    });
    Ok(PeoplePage {
        rows,
        older: (found.len() > asked.after.saturating_add(ROWS)).then(|| address(&asked, asked.after + ROWS)),
        found: found.len(),
        papers: papers.collect(),
        forces: choices(&FORCES, |force| lang.force(force), lang.pick("全部", "All")),
        trades: choices(&TRADES, |trade| lang.trade(trade), lang.pick("全部", "All")),
        units: [any].into_iter().chain(units.iter().map(|unit| (unit.id.clone(), lang.of_both(&unit.name)))).collect(),
        statuses: choices(&STATUSES, |status| lang.person_status(status), lang.pick("全部", "All")),
        asked,
        frame,
    })
}

fn choices<T: Copy>(
    known: &[(&'static str, T)],
    words: impl Fn(T) -> &'static str,
    any: &'static str,
) -> Vec<(&'static str, &'static str)> {
    [("", any)].into_iter().chain(known.iter().map(|(tag, value)| (*tag, words(*value)))).collect()
}

/// Whether somebody is of those that were asked for. What is no choice leaves nobody out.
fn fits(person: &Person, asked: &Asked, units: &[Unit], now: i64) -> bool {
    let chosen = |known: &[(&str, bool)], tag: &str| known.iter().find(|(name, _)| *name == tag).is_none_or(|(_, is_so)| *is_so);
    let words = asked.q.trim().to_lowercase();
    let texts = [&person.id, &person.name.zh, &person.name.en].into_iter().chain(&person.company);
    let is_of_unit = asked.unit.is_empty() || units.iter().any(|unit| unit.id == asked.unit && unit.members.contains(&person.id));
    (words.is_empty() || texts.into_iter().any(|text| text.to_lowercase().contains(&words)))
        && chosen(&FORCES.map(|(tag, force)| (tag, person.force == force)), &asked.force)
        && chosen(&TRADES.map(|(tag, trade)| (tag, person.trades.contains(&trade))), &asked.trade)
        && chosen(&STATUSES.map(|(tag, status)| (tag, person.status_at(now) == status)), &asked.status)
        && is_of_unit
}

fn row(person: &Person, frame: &Frame, names: &Names, units: &[Unit], now: i64) -> Row {
    let lang = frame.lang;
    let between = lang.pick("、", ", ");
    let of = units.iter().filter(|unit| unit.members.contains(&person.id)).map(|unit| lang.of_both(&unit.name));
    let status = person.status_at(now);
    Row {
        id: person.id.clone(),
        name: lang.of_both(&person.name),
        force: lang.force(person.force),
        trades: person.trades.iter().map(|trade| lang.trade(*trade)).collect::<Vec<_>>().join(between),
        zones: person.zones_at(now).iter().map(|zone| names.of(zone)).collect::<Vec<_>>().join(between),
        units: of.collect::<Vec<_>>().join(between),
        status: lang.person_status(status),
        class: status_class(status),
    }
}

pub(super) const fn status_class(status: PersonStatus) -> &'static str {
    match status {
        PersonStatus::Active => "good",
        PersonStatus::Suspended => "look",
        PersonStatus::Left => "quiet",
    }
}

/// The address of the next page with the same question.
fn address(asked: &Asked, after: usize) -> String {
    let fields = [("q", &asked.q), ("force", &asked.force), ("trade", &asked.trade), ("unit", &asked.unit), ("status", &asked.status)];
    let asked: String =
        fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}&", encoded(value))).collect();
    format!("/desk/people?{asked}after={after}")
}

/// A value as an address carries it.
pub(super) fn encoded(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
