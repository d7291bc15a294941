//! A day of patrols: which hours of which zones somebody was in, how densely the night was patrolled, the tours, and the check-ins that
//! somebody still has to look at.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::response::Response;
use chrono::{Days, NaiveDate};
use liuye_core::domain::{
    Body, CheckIn, Coverage, DensityHour, DocumentKind, KeyRoad, Kind, Person, Role, Route, Tour, TourEvent, TourState, Zone, ZoneHour,
};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::Names;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::nouns;
use super::pages::Page;
use super::site::SiteView;
use super::words::{Lang, tour_class};
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Flagged check-ins of one page.
const FLAGGED: u32 = 50;

const HOUR_MS: i64 = 3_600_000;

/// Whoever decides on check-ins and schedules tours.
pub(super) const DECIDERS: &[Role] = &[Role::Desk, Role::Commander];

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// A day of the site's calendar; today where there is none.
    day: Option<String>,
    /// So many flagged check-ins were seen already.
    after: Option<u32>,
}

/// A clock hour of a place.
struct Cell {
    /// Such as `heat-2`.
    class: &'static str,
    words: String,
    /// What it says, for those who cannot see where it stands.
    told: String,
}

/// A place over the hours.
struct Line {
    name: String,
    cells: Vec<Cell>,
}

/// Hours of a day and what they say of each place.
struct Grid {
    hours: Vec<String>,
    lines: Vec<Line>,
}

/// A tour as the page lists it.
struct TourRow {
    route: String,
    walker: String,
    window: String,
    state: &'static str,
    class: &'static str,
    visited: String,
    missing: String,
    doubtful: u32,
    /// When the hub's clock ended it: the alert that went out stays.
    lapsed: Option<String>,
    note: Option<String>,
}

/// A check-in that somebody has to look at.
struct FlaggedRow {
    id: String,
    when: String,
    who: String,
    place: String,
    flags: String,
}

#[derive(Template)]
#[template(path = "desk/patrol.html")]
struct PatrolPage {
    frame: Frame,
    day: String,
    before: String,
    next: Option<String>,
    covered: u32,
    planned: u32,
    coverage: Grid,
    roads: Grid,
    zones: Grid,
    tours: Vec<TourRow>,
    missed: usize,
    late: usize,
    flagged: Vec<FlaggedRow>,
    more: Option<u32>,
    may_schedule: bool,
    routes: Vec<(String, String)>,
    walkers: Vec<(String, String)>,
}

/// `GET /desk/patrol`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Patrol, move |hub, frame| build(hub, frame, asked.day.as_deref(), asked.after.unwrap_or(0))).await
}

/// `POST /desk/patrol/tours`
pub(super) async fn schedule(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::Patrol, DECIDERS, "schedule", fields, schedule_tour, |hub, frame| build(hub, frame, None, 0)).await
}

fn build(hub: &Hub, frame: Frame, asked: Option<&str>, after: u32) -> Result<PatrolPage> {
    let (now, names) = (hub.now(), Names::read(hub, frame.lang)?);
    let today = frame.site.day(now);
    let day = asked.map_or(Ok(today), |text| text.parse::<NaiveDate>().map_err(|_| no_such_day()))?;
    let next = day.succ_opt().ok_or_else(no_such_day)?;
    let window = (frame.site.begin(day)?, frame.site.begin(next)?);
    // A night belongs to the day on which it falls.
    let night = (window.0 + 12 * HOUR_MS, window.1 + 12 * HOUR_MS);
    let (coverage, density) = (hub.coverage(window.0, window.1)?, hub.night_density(night.0, night.1)?);
    let zones: Vec<_> = sorted(nouns::<Zone>(hub.documents(DocumentKind::Zone, 1000, 0)?).map(|(id, _)| id));
    let roads: Vec<_> = sorted(nouns::<KeyRoad>(hub.documents(DocumentKind::KeyRoad, 1000, 0)?).map(|(id, _)| id));
    let tours: Vec<(String, Tour)> = nouns(hub.read(&hub.site()?, |tx| tx.between(DocumentKind::Tour, window.0, window.1))?).collect();
    let flagged: Vec<(String, CheckIn)> = nouns(hub.read(&hub.site()?, |tx| tx.flagged_check_ins(FLAGGED, after))?).collect();
    let count = |state| tours.iter().filter(|(_, tour)| tour.state == state).count();
    let may_schedule = frame.is_any(DECIDERS);
    Ok(PatrolPage {
        day: day.to_string(),
        before: day.pred_opt().unwrap_or(day).to_string(),
        next: (day < today.checked_add_days(Days::new(1)).unwrap_or(today)).then(|| next.to_string()),
        covered: coverage.covered,
        planned: coverage.planned,
        coverage: coverage_grid(&coverage, &zones, window, now, &frame, &names),
        roads: density_grid(&density.roads, &roads, now, &frame, &names),
        zones: density_grid(&density.zones, &zones, now, &frame, &names),
        missed: count(TourState::Missed) + count(TourState::Incomplete),
        late: count(TourState::CompletedLate),
        tours: tours.iter().map(|(_, tour)| tour_row(tour, &frame, &names)).collect(),
        more: (flagged.len() == FLAGGED as usize).then_some(after + FLAGGED),
        flagged: flagged.iter().map(|(id, check_in)| flagged_row(id, check_in, &frame, &names)).collect(),
        routes: if may_schedule { choices::<Route>(hub, DocumentKind::Route, &names)? } else { Vec::new() },
        walkers: if may_schedule { walkers(hub, now, &names)? } else { Vec::new() },
        may_schedule,
        frame,
    })
}

fn no_such_day() -> Error {
    Error::field(Code::TimeMalformed, "day", "a day such as 2026-05-01")
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids
}

fn coverage_grid(coverage: &Coverage, zones: &[String], (from, to): (i64, i64), now: i64, frame: &Frame, names: &Names) -> Grid {
    let hours: Vec<i64> = (0..).map(|hour| from + hour * HOUR_MS).take_while(|hour| *hour < to).collect();
    let line = |zone: &String| {
        let at = |from: &i64| coverage.hours.iter().find(|hour| hour.zone == *zone && hour.from == *from);
        Line { name: names.of(zone), cells: hours.iter().map(|hour| covered_cell(at(hour), now, frame)).collect() }
    };
    Grid { hours: hours.iter().map(|hour| hour_of_day(*hour, frame)).collect(), lines: zones.iter().map(line).collect() }
}

fn hour_of_day(hour: i64, frame: &Frame) -> String {
    frame.site.time_of_day(hour).split(':').next().unwrap_or_default().to_owned()
}

fn covered_cell(hour: Option<&ZoneHour>, now: i64, frame: &Frame) -> Cell {
    let Some(hour) = hour else {
        return Cell { class: "heat-none", words: String::new(), told: frame.pick("没有安排", "nothing planned").to_owned() };
    };
    let check_ins = format!("{} {}", hour.check_ins, frame.pick("次签到", "check-ins"));
    match (hour.is_open(), hour.to() <= now) {
        (true, true) => {
            Cell { class: "heat-missed", words: "✕".to_owned(), told: frame.pick("应有人，无人签到", "nobody came").to_owned() }
        }
        (true, false) => Cell { class: "heat-due", words: "…".to_owned(), told: frame.pick("待签到", "still to come").to_owned() },
        (false, _) => Cell { class: heat(hour.check_ins), words: hour.check_ins.to_string(), told: check_ins },
    }
}

const fn heat(check_ins: u32) -> &'static str {
    match check_ins {
        0 => "heat-none",
        1 => "heat-1",
        2..=3 => "heat-2",
        4..=7 => "heat-3",
        _ => "heat-4",
    }
}

fn density_grid(density: &[DensityHour], places: &[String], now: i64, frame: &Frame, names: &Names) -> Grid {
    let mut hours: Vec<i64> = density.iter().map(|hour| hour.from).collect();
    hours.sort_unstable();
    hours.dedup();
    let line = |place: &String| {
        let at = |from: &i64| density.iter().find(|hour| hour.place == *place && hour.from == *from);
        Line { name: names.of(place), cells: hours.iter().map(|hour| density_cell(at(hour), now, frame)).collect() }
    };
    let lines = places.iter().map(line).collect();
    Grid { hours: hours.iter().map(|hour| hour_of_day(*hour, frame)).collect(), lines }
}

fn density_cell(hour: Option<&DensityHour>, now: i64, frame: &Frame) -> Cell {
    let Some(hour) = hour else {
        return Cell { class: "heat-none", words: String::new(), told: frame.pick("不在时段内", "not watched").to_owned() };
    };
    let is_over = hour.from + HOUR_MS <= now;
    let count = if hour.wanted > 0 { format!("{}/{}", hour.check_ins, hour.wanted) } else { hour.check_ins.to_string() };
    let told = format!("{} {}, {} {}", hour.check_ins, frame.pick("次签到", "check-ins"), hour.persons, frame.pick("人", "persons"));
    match (hour.is_thin(), is_over) {
        (true, true) => Cell { class: "heat-missed", words: format!("✕ {count}"), told },
        (true, false) => Cell { class: "heat-due", words: format!("… {count}"), told },
        // A zone wants no number, but an hour that has not been says nothing yet.
        (false, false) if hour.check_ins == 0 => Cell { class: "heat-due", words: "…".to_owned(), told },
        (false, _) => Cell { class: heat(hour.check_ins), words: count, told },
    }
}

fn tour_row(tour: &Tour, frame: &Frame, names: &Names) -> TourRow {
    let progress = tour.progress.as_ref();
    let is_over = !matches!(tour.state, TourState::Scheduled | TourState::InProgress);
    let visited = progress.map_or(0, |progress| progress.visits.len());
    TourRow {
        route: names.of(&tour.route),
        walker: names.of(&tour.person),
        window: format!("{} – {}", frame.site.time_of_day(tour.from), frame.site.time_of_day(tour.to)),
        state: frame.lang.tour_state(tour.state),
        class: tour_class(tour.state),
        visited: if is_over { format!("{visited} / {}", tour.checkpoints.len()) } else { format!("– / {}", tour.checkpoints.len()) },
        missing: progress.map_or_else(String::new, |progress| names.of_all(&progress.missing)),
        doubtful: progress.map_or(0, |progress| progress.doubtful),
        lapsed: tour.lapsed_at.map(|at| frame.site.minute(at)),
        note: tour.note.clone(),
    }
}

fn flagged_row(id: &str, check_in: &CheckIn, frame: &Frame, names: &Names) -> FlaggedRow {
    FlaggedRow {
        id: id.to_owned(),
        when: frame.site.show(check_in.at),
        who: names.of(&check_in.person),
        place: names.of(&check_in.checkpoint),
        flags: check_in.flags.iter().map(|flag| frame.lang.flag(flag.as_str())).collect::<Vec<_>>().join(frame.pick("；", "; ")),
    }
}

fn choices<T: serde::de::DeserializeOwned>(hub: &Hub, kind: DocumentKind, names: &Names) -> Result<Vec<(String, String)>> {
    let mut choices: Vec<_> = nouns::<T>(hub.documents(kind, 1000, 0)?).map(|(id, _)| (id.clone(), names.of(&id))).collect();
    choices.sort();
    Ok(choices)
}

/// Whoever may walk a tour.
fn walkers(hub: &Hub, now: i64, names: &Names) -> Result<Vec<(String, String)>> {
    let persons = nouns::<Person>(hub.documents(DocumentKind::Person, 10_000, 0)?);
    let mut walkers: Vec<_> = persons
        .filter(|(_, person)| person.serves(now) && person.holds(Role::PATROLLING, now))
        .map(|(id, _)| (id.clone(), names.of(&id)))
        .collect();
    walkers.sort();
    Ok(walkers)
}

fn schedule_tour(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let day: NaiveDate = fields.get("day").trim().parse().map_err(|_| no_such_day())?;
    let unknown = || Error::field(Code::UnknownReference, "route", "no such route");
    let route = hub.document(fields.get("route"))?.filter(|document| document.kind == DocumentKind::Route.as_str()).ok_or_else(unknown)?;
    let route: Route = serde_json::from_value(route.body)?;
    let (from, to) = route.window(day, SiteView::read(hub, Lang::Zh)?.zone())?;
    let event = TourEvent::Schedule { route: route.id, person: fields.get("person").to_owned(), from, to };
    let id = hub.env().new_id().to_string();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(Kind::TourSchedule, &id, Body::Tour(event)))?;
    Ok(Done::new(Kind::TourSchedule, is_flagged, format!("/desk/patrol?day={day}")))
}
