//! The roster: who is to be on duty on a day, and who was.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{Body, DocumentKind, Kind, Role, Shift, ShiftEvent, ShiftState};
use serde::Deserialize;

use super::about::Names;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::noun;
use super::nouns::nouns;
use super::pages::Page;
use super::when::{days_after, days_before};
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Whose accounts plan shifts and call them off.
pub(super) const PLANNERS: &[Role] = &[Role::Desk, Role::Commander];

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    day: Option<String>,
}

/// A shift as a table shows it.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) person: String,
    pub(super) who: String,
    pub(super) place: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) came: String,
    pub(super) went: String,
    pub(super) state: &'static str,
    pub(super) class: &'static str,
    pub(super) is_planned: bool,
}

impl Row {
    pub(super) fn of(id: &str, shift: &Shift, frame: &Frame, names: &Names) -> Self {
        let (state, class) = frame.lang.shift_state(shift.state);
        let time = |at: Option<i64>| at.map_or_else(String::new, |at| frame.site.time_of_day(at));
        let place = [shift.post.as_deref(), Some(shift.zone.as_str())].into_iter().flatten().filter(|place| !place.is_empty());
        Self {
            id: id.to_owned(),
            person: shift.person.clone(),
            who: names.of(&shift.person),
            place: place.map(|place| names.of(place)).collect::<Vec<_>>().join(" · "),
            from: frame.site.minute(shift.from),
            to: frame.site.minute(shift.to),
            came: time(shift.started_at),
            went: time(shift.ended_at),
            state,
            class,
            is_planned: shift.state == ShiftState::Planned,
        }
    }
}

#[derive(Template)]
#[template(path = "desk/roster.html")]
struct RosterPage {
    frame: Frame,
    day: String,
    earlier: String,
    later: String,
    rows: Vec<Row>,
    may_plan: bool,
}

/// `GET /desk/people/roster`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::People, move |hub, frame| build(hub, frame, &asked)).await
}

/// `POST /desk/people/roster/{shift}/cancel`
pub(super) async fn cancel(visit: Visit, Path(shift): Path<String>, Form(fields): Form<Fields>) -> Response {
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| {
        let planned: Shift = noun(hub, DocumentKind::Shift, &shift)?;
        let event = ShiftEvent::Cancel { reason: fields.get("reason").to_owned() };
        let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(Kind::ShiftCancel, &shift, Body::Shift(event)))?;
        let day = super::site::SiteView::read(hub, super::words::Lang::Zh)?.day(planned.from);
        Ok(Done::new(Kind::ShiftCancel, is_flagged, format!("/desk/people/roster?day={day}")))
    };
    visit.act(Page::People, PLANNERS, "cancel", fields, work, |hub, frame| build(hub, frame, &Asked::default())).await
}

fn build(hub: &Hub, frame: Frame, asked: &Asked) -> Result<RosterPage> {
    let names = Names::read(hub, frame.lang)?;
    let day = frame.site.asked_day(asked.day.as_deref(), hub.now())?;
    let (from, to) = (frame.site.begin(day)?, frame.site.begin(days_after(day, 1))?);
    // A shift lies by where it begins, and may have begun the day before.
    let around = hub.read(&hub.site()?, |tx| tx.between(DocumentKind::Shift, from.saturating_sub(Shift::MAX_MS), to))?;
    let mut shifts: Vec<(String, Shift)> = nouns(around).filter(|(_, shift): &(String, Shift)| from < shift.to).collect();
    shifts.sort_by(|(a, x), (b, y)| (x.from, &x.zone, &x.person, a).cmp(&(y.from, &y.zone, &y.person, b)));
    Ok(RosterPage {
        day: day.to_string(),
        earlier: days_before(day, 1).to_string(),
        later: days_after(day, 1).to_string(),
        rows: shifts.iter().map(|(id, shift)| Row::of(id, shift, &frame, &names)).collect(),
        may_plan: frame.is_any(PLANNERS),
        frame,
    })
}
