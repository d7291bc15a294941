//! Somebody of the personnel base: what they were and are, their papers, shifts and phones; and what lets them work: shifts, codes
//! and PINs.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::domain::{Body, DocumentKind, DutyPost, Kind, Person, Shift, ShiftEvent};
use liuye_core::{Code, Error, Result};

use super::about::Names;
use super::calls::zone_choices;
use super::devices::{self, DeviceLine};
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::nouns;
use super::pages::Page;
use super::people::{KEEPERS, status_class, units};
use super::roster::{self, PLANNERS};
use super::site::SiteView;
use super::words::Lang;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};
use crate::ops;

/// Shifts that are shown: so far back, and so far ahead.
const SHIFTS_MS: (i64, i64) = (7 * 86_400_000, 14 * 86_400_000);

/// A span of somebody's history.
struct Span {
    what: String,
    from: String,
    to: String,
    is_now: bool,
}

/// What is shown once.
enum Shown {
    /// A code for a phone, with the hub's address and both as a picture.
    Code { code: String, address: String, picture: String },
    /// A PIN.
    Pin(String),
}

#[derive(Template)]
#[template(path = "desk/person.html")]
struct PersonPage {
    frame: Frame,
    id: String,
    name: String,
    force: &'static str,
    trades: String,
    company: String,
    units: String,
    status: &'static str,
    status_class: &'static str,
    roles: Vec<Span>,
    zones: Vec<Span>,
    statuses: Vec<Span>,
    papers: Vec<Span>,
    shifts: Vec<roster::Row>,
    devices: Vec<DeviceLine>,
    shown: Option<Shown>,
    zone_choices: Vec<(String, String)>,
    post_choices: Vec<(String, String)>,
    may_plan: bool,
    may_keep: bool,
}

/// `GET /desk/people/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::People, move |hub, frame| build(hub, frame, &id, None)).await
}

/// `POST /desk/people/{id}/shift`: a shift is planned.
pub(super) async fn plan(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| plan_shift(hub, officer, fields, &id);
    visit.act(Page::People, PLANNERS, "plan", fields, work, move |hub, frame| build(hub, frame, &again, None)).await
}

/// `POST /desk/people/{id}/code`: a code for a phone of theirs, or of several.
pub(super) async fn code(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    let (again, address) = (id.clone(), visit.host());
    let work = move |hub: &Hub, fields: &Fields| make_code(hub, fields, &id, address.as_deref());
    visit.administer(Page::People, KEEPERS, "code", fields, work, move |hub, frame, shown| build(hub, frame, &again, shown)).await
}

/// `POST /desk/people/{id}/pin`: another PIN, shown once.
pub(super) async fn pin(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    let again = id.clone();
    let work = move |hub: &Hub, _: &Fields| {
        person(hub, &id)?;
        Ok(Shown::Pin(ops::pin::set(hub, &id, None)?.unwrap_or_default()))
    };
    visit.administer(Page::People, KEEPERS, "pin", fields, work, move |hub, frame, shown| build(hub, frame, &again, shown)).await
}

fn plan_shift(hub: &Hub, officer: &Officer, fields: &Fields, id: &str) -> Result<Done> {
    let site = SiteView::read(hub, Lang::Zh)?;
    let event = ShiftEvent::Plan {
        person: id.to_owned(),
        zone: fields.typed("zone"),
        post: fields.typed("post"),
        from: fields.moment("from", site.zone())?,
        to: fields.moment("to", site.zone())?,
    };
    let shift = hub.env().new_id().to_string();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(Kind::ShiftPlan, &shift, Body::Shift(event)))?;
    Ok(Done::new(Kind::ShiftPlan, is_flagged, format!("/desk/people/{id}")))
}

fn make_code(hub: &Hub, fields: &Fields, id: &str, address: Option<&str>) -> Result<Shown> {
    let minutes: u32 = fields.get("minutes").trim().parse().map_err(|_| Error::field(Code::OutOfRange, "minutes", "1 to 10,080"))?;
    if !(1..=7 * 24 * 60).contains(&minutes) {
        return Err(Error::field(Code::OutOfRange, "minutes", "1 to 10,080"));
    }
    let others = fields.get("others").split([',', '，', '、', ' ', '\n']).filter(|other| !other.trim().is_empty());
    let persons: Vec<_> = [id].into_iter().chain(others).map(|person| person.trim().to_owned()).collect();
    person(hub, id)?;
    let at_others = |error: Error| Error::field(error.code, "others", "the others");
    let code = ops::enrol_code::make_shared(hub, &persons, 1, minutes)
        .map_err(|error| if error.field == "person" { at_others(error) } else { error })?;
    let address = address.unwrap_or_default().to_owned();
    // What stands behind the # goes to no server and into no log.
    let picture = crate::qr::picture(&format!("{address}/enrol#{code}"))?;
    Ok(Shown::Code { code, address, picture })
}

fn person(hub: &Hub, id: &str) -> Result<Person> {
    let missing = || Error::new(Code::NotFound, "nobody of this id");
    let document = hub.document(id)?.filter(|document| document.kind == DocumentKind::Person.as_str()).ok_or_else(missing)?;
    Person::read(document.body).ok_or_else(missing)
}

fn build(hub: &Hub, frame: Frame, id: &str, shown: Option<Shown>) -> Result<PersonPage> {
    let (lang, now, names) = (frame.lang, hub.now(), Names::read(hub, frame.lang)?);
    let person = person(hub, id)?;
    let between = lang.pick("、", ", ");
    let of = units(hub)?.into_iter().filter(|unit| unit.members.contains(&person.id)).map(|unit| lang.of_both(&unit.name));
    let span = |what: String, from: Option<i64>, to: Option<i64>| Span {
        what,
        from: from.map_or_else(String::new, |at| frame.site.minute(at)),
        to: to.map_or_else(String::new, |at| frame.site.minute(at)),
        is_now: from.is_none_or(|from| from <= now) && to.is_none_or(|to| now < to),
    };
    let zones = person.zone_history.iter().map(|held| span(names.of(&held.zone), held.from, held.to));
    let always = person.zones.iter().filter(|_| person.zone_history.is_empty()).map(|zone| span(names.of(zone), None, None));
    let ends = person.status_history.iter().skip(1).map(|change| Some(change.from)).chain([None]);
    let statuses = person.status_history.iter().zip(ends);
    let shifts = hub.read(&hub.site()?, |tx| tx.duties_of(DocumentKind::Shift, id, now - SHIFTS_MS.0, now + SHIFTS_MS.1))?;
    let mut shifts: Vec<(String, Shift)> = nouns(shifts).collect();
    shifts.sort_by_key(|(_, shift)| std::cmp::Reverse(shift.from));
    let posts = nouns::<DutyPost>(hub.documents(DocumentKind::DutyPost, 1000, 0)?).map(|(id, post)| (id, lang.of_both(&post.name)));
    let none = (String::new(), lang.pick("（不在值守点）", "(at no post)").to_owned());
    Ok(PersonPage {
        name: lang.of_both(&person.name),
        force: lang.force(person.force),
        trades: person.trades.iter().map(|trade| lang.trade(*trade)).collect::<Vec<_>>().join(between),
        company: person.company.clone().unwrap_or_default(),
        units: of.collect::<Vec<_>>().join(between),
        status: lang.person_status(person.status_at(now)),
        status_class: status_class(person.status_at(now)),
        roles: person.roles.iter().map(|held| span(lang.role(held.role).to_owned(), held.from, held.to)).collect(),
        zones: zones.chain(always).collect(),
        statuses: statuses.map(|(change, to)| span(lang.person_status(change.status).to_owned(), Some(change.from), to)).collect(),
        papers: person.certificates.iter().map(|paper| span(paper.name.clone(), paper.from, paper.to)).collect(),
        shifts: shifts.iter().map(|(id, shift)| roster::Row::of(id, shift, &frame, &names)).collect(),
        devices: devices::of_person(hub, id, &frame, &names)?,
        shown,
        zone_choices: zone_choices(hub, lang)?,
        post_choices: [none].into_iter().chain(posts).collect(),
        may_plan: frame.is_any(PLANNERS),
        may_keep: frame.is_any(KEEPERS),
        id: person.id,
        frame,
    })
}
