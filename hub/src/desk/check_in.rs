//! One check-in with its evidence side by side, and the decision on it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{Body, CheckIn, CheckInReview, CheckInVerdict, Checkpoint, DocumentKind, Kind};
use liuye_core::log::{Digest, Fix};

use super::about::Names;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::lost::no_such_step;
use super::nouns::noun;
use super::pages::Page;
use super::patrol::DECIDERS;
use super::words::check_in_class;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// How far from it another check-in of the same person still says something, ms.
const AROUND_MS: i64 = 30 * 60_000;

/// Where the phone was against the checkpoint, in metres: the checkpoint is the middle, north is up.
struct Sketch {
    /// Half of what is shown.
    reach: f64,
    radius: f64,
    x: f64,
    y: f64,
    accuracy: f64,
    dot: f64,
}

impl Sketch {
    fn of(fix: &Fix, checkpoint: &Checkpoint) -> Self {
        const M_PER_DEGREE: f64 = 111_320.0;
        let x = (fix.lon() - checkpoint.at.lon()) * M_PER_DEGREE * checkpoint.at.lat().to_radians().cos();
        let y = (checkpoint.at.lat() - fix.lat()) * M_PER_DEGREE;
        let (radius, accuracy) = (f64::from(checkpoint.radius_m), fix.accuracy_m());
        let reach = (radius.max(x.hypot(y) + accuracy) * 1.1).max(1.0);
        Self { reach, radius, x, y, accuracy, dot: reach / 40.0 }
    }
}

/// The position that the phone gave.
struct Position {
    place: String,
    accuracy: String,
    source: &'static str,
    /// How long before the record it was taken, s.
    age_s: i64,
    is_mock: bool,
}

/// Another check-in of the same person.
struct Near {
    when: String,
    place: String,
    /// Minutes from the one that is looked at, with a sign.
    minutes: String,
}

#[derive(Template)]
#[template(path = "desk/check_in.html")]
struct CheckInPage {
    frame: Frame,
    id: String,
    check_in: CheckIn,
    who: String,
    place: String,
    zone: String,
    when: String,
    verdict: &'static str,
    class: &'static str,
    flags: Vec<String>,
    position: Option<Position>,
    inside: &'static str,
    radius_m: Option<u32>,
    sketch: Option<Sketch>,
    /// By the phone's clock, and by the hub's when it came.
    recorded: String,
    received: Option<String>,
    /// How far the phone's clock was off, s, and how surely that is known, s.
    offset: Option<(String, Option<String>)>,
    method: String,
    movement: &'static str,
    photos: Vec<String>,
    near: Vec<Near>,
    reviewed: Option<String>,
    position_in_log: Option<u64>,
    may_decide: bool,
    is_own: bool,
}

/// `GET /desk/patrol/check-ins/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::Patrol, move |hub, frame| build(hub, frame, &id)).await
}

/// `POST /desk/patrol/check-ins/{id}/{decision}`
pub(super) async fn decide(visit: Visit, Path((id, decision)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let (accepted, form) = match decision.as_str() {
        "accept" => (true, "accept"),
        "reject" => (false, "reject"),
        _ => return visit.refuse(&no_such_step()),
    };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| {
        noun::<CheckIn>(hub, DocumentKind::CheckIn, &id)?;
        let review = CheckInReview { accepted, reason: fields.get("reason").to_owned() };
        let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(Kind::CheckInReview, &id, Body::Review(review)))?;
        Ok(Done::new(Kind::CheckInReview, is_flagged, format!("/desk/patrol/check-ins/{id}")))
    };
    visit.act(Page::Patrol, DECIDERS, form, fields, work, move |hub, frame| build(hub, frame, &again)).await
}

fn build(hub: &Hub, frame: Frame, id: &str) -> Result<CheckInPage> {
    let (lang, names) = (frame.lang, Names::read(hub, frame.lang)?);
    let check_in: CheckIn = noun(hub, DocumentKind::CheckIn, id)?;
    let checkpoint: Option<Checkpoint> = noun(hub, DocumentKind::Checkpoint, &check_in.checkpoint).ok();
    let taken = hub.read(&hub.site()?, |tx| tx.operation(check_in.operation))?;
    let offset = taken.as_ref().and_then(|taken| {
        let off = taken.operation.clock_offset_ms?;
        Some((signed_tenths(off, 1000), taken.operation.clock_err_ms.map(|ms| format!("{:.1}", f64::from(ms) / 1000.0))))
    });
    let position = check_in.fix.as_ref().map(|fix| Position {
        place: format!("{:.6}, {:.6}", fix.lat(), fix.lon()),
        accuracy: format!("{:.0}", fix.accuracy_m()),
        source: lang.fix_source(fix.source),
        age_s: (check_in.recorded_at - fix.at) / 1000,
        is_mock: fix.is_mock,
    });
    Ok(CheckInPage {
        who: names.of(&check_in.person),
        place: names.of(&check_in.checkpoint),
        zone: names.of(&check_in.zone),
        when: frame.site.show(check_in.at),
        verdict: lang.check_in_verdict(check_in.verdict),
        class: check_in_class(check_in.verdict),
        flags: check_in.flags.iter().map(|flag| lang.flag(flag.as_str())).collect(),
        position,
        inside: lang.inside(check_in.inside),
        radius_m: checkpoint.as_ref().map(|checkpoint| checkpoint.radius_m),
        sketch: check_in.fix.as_ref().zip(checkpoint.as_ref()).map(|(fix, checkpoint)| Sketch::of(fix, checkpoint)),
        recorded: frame.site.show(check_in.recorded_at),
        received: taken.as_ref().map(|taken| frame.site.show(taken.received_at)),
        offset,
        method: lang.check_in_method(&check_in.method).to_owned(),
        movement: lang.movement(check_in.movement),
        photos: check_in.photos.iter().map(Digest::to_string).collect(),
        near: near(hub, &check_in, &frame, &names)?,
        reviewed: check_in.reviewed_by.as_deref().map(|by| names.of(by)),
        position_in_log: taken.map(|taken| taken.position),
        may_decide: check_in.verdict == CheckInVerdict::Flagged && frame.is_any(DECIDERS),
        is_own: frame.session.person.as_deref() == Some(check_in.person.as_str()),
        id: id.to_owned(),
        check_in,
        frame,
    })
}

/// The other check-ins of the same person around it: whether they can have come from there.
fn near(hub: &Hub, check_in: &CheckIn, frame: &Frame, names: &Names) -> Result<Vec<Near>> {
    let (from, to) = (check_in.at - AROUND_MS, check_in.at + AROUND_MS);
    let mut visits = hub.read(&hub.site()?, |tx| tx.visits_of(&check_in.person, from, to))?;
    visits.retain(|visit| visit.operation != check_in.operation);
    visits.sort_by_key(|visit| visit.at);
    let row = |visit: &liuye_core::domain::Visit| Near {
        when: frame.site.show(visit.at),
        place: names.of(&visit.checkpoint),
        minutes: signed_tenths(visit.at - check_in.at, 60_000),
    };
    Ok(visits.iter().map(row).collect())
}

/// A span (ms) in units of so many ms, with its sign and one decimal.
fn signed_tenths(ms: i64, unit_ms: i64) -> String {
    let tenths = ms.saturating_mul(10) / unit_ms;
    format!("{}{}.{}", if tenths < 0 { "−" } else { "+" }, tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_keeps_its_sign_and_one_decimal() {
        assert_eq!([signed_tenths(-90_000, 60_000), signed_tenths(250, 1000), signed_tenths(-9, 1000)], ["−1.5", "+0.2", "+0.0"]);
    }
}
