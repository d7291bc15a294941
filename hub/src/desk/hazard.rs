//! One hazard: before and after, who answers for it until when, its notices, and the steps that whoever looks may take.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{
    Body, DocumentKind, Hazard, HazardEvent, HazardGrade, HazardMove, HazardState, Kind, MajorPlan, NoticeEvent, NoticeState,
    RectificationNotice, Role,
};
use liuye_core::log::Digest;

use super::about::Names;
use super::form::{Fields, at_own_field};
use super::frame::{Done, Frame, Visit};
use super::lost::no_such_step;
use super::nouns::{noun, nouns};
use super::pages::Page;
use super::safety::{HazardRow, OFFICERS};
use super::site::SiteView;
use super::words::Lang;
use crate::hub::Hub;
use crate::notice::number;
use crate::officer::{Officer, OfficerOperation};

const INSPECTOR: &[Role] = &[Role::Inspector];

/// A step that the page has a form for: what moves the hazard on, where it does, and whose accounts take it. (A rectification is
/// shown by photos, which the phone of whoever stands before it sends.)
struct Step {
    name: &'static str,
    moves: Option<HazardMove>,
    by: &'static [Role],
}

const STEPS: &[Step] = &[
    Step { name: "assign", moves: Some(HazardMove::Assign), by: INSPECTOR },
    Step { name: "start", moves: Some(HazardMove::Start), by: INSPECTOR },
    Step { name: "pass", moves: Some(HazardMove::Pass), by: INSPECTOR },
    Step { name: "fail", moves: Some(HazardMove::Fail), by: INSPECTOR },
    Step { name: "close", moves: Some(HazardMove::Close), by: INSPECTOR },
    Step { name: "extend", moves: Some(HazardMove::Extend), by: INSPECTOR },
    Step { name: "refer", moves: Some(HazardMove::Refer), by: OFFICERS },
    Step { name: "void", moves: Some(HazardMove::Void), by: OFFICERS },
    Step { name: "reopen", moves: Some(HazardMove::Reopen), by: OFFICERS },
    Step { name: "witness", moves: None, by: OFFICERS },
    Step { name: "notice", moves: None, by: INSPECTOR },
];

/// A rectification notice as the hazard's page lists it.
struct NoticeRow {
    id: String,
    number: String,
    when: String,
    who: String,
    state: &'static str,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "desk/hazard.html")]
struct HazardPage {
    frame: Frame,
    id: String,
    row: HazardRow,
    hazard: Hazard,
    grade: &'static str,
    zone: String,
    found: String,
    /// Everyone who rectified it.
    rectifiers: String,
    closed: Option<String>,
    witness: Option<String>,
    awaits_witness: bool,
    plan: Option<MajorPlan>,
    plan_deadline: String,
    before: Vec<String>,
    after: Vec<String>,
    sent: Vec<String>,
    sent_at: Option<String>,
    notices: Vec<NoticeRow>,
    offered: Vec<&'static str>,
    /// Whether whoever looks rectified it, so that somebody else has to judge it.
    is_own: bool,
    first_record: Option<u64>,
}

impl HazardPage {
    /// Whether the page has a form for this step, now and for this account.
    fn can(&self, step: &str) -> bool {
        self.offered.contains(&step)
    }
}

/// `GET /desk/safety/hazards/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::Safety, move |hub, frame| build(hub, frame, &id)).await
}

/// `POST /desk/safety/hazards/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some(step) = STEPS.iter().find(|known| known.name == step) else { return visit.refuse(&no_such_step()) };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| take_step(hub, officer, fields, &id, step.name);
    visit.act(Page::Safety, step.by, step.name, fields, work, move |hub, frame| build(hub, frame, &again)).await
}

fn take_step(hub: &Hub, officer: &Officer, fields: &Fields, id: &str, step: &str) -> Result<Done> {
    let hazard: Hazard = noun(hub, DocumentKind::Hazard, id)?;
    let (reason, note) = (|| fields.get("reason").to_owned(), || fields.typed("note"));
    let due = || fields.moment("due", SiteView::read(hub, Lang::Zh)?.zone());
    let event = match step {
        "notice" => return issue(hub, officer, fields, id),
        "assign" => assignment(&hazard, fields, due()?),
        "start" => HazardEvent::Start {},
        "pass" | "fail" => HazardEvent::Reinspect { passed: step == "pass", note: note() },
        "close" => HazardEvent::Close { note: note() },
        "extend" => HazardEvent::Extend { due: due()?, reason: reason() },
        "refer" => HazardEvent::Refer { authority: fields.get("authority").to_owned(), reason: reason() },
        "void" => HazardEvent::Void { reason: reason() },
        "reopen" => HazardEvent::Reopen { reason: reason() },
        "witness" => HazardEvent::Witness {},
        _ => return Err(no_such_step()),
    };
    let kind = event.kind();
    let written = hub.write_as_officer(officer, OfficerOperation::new(kind, id, Body::Hazard(event)));
    let is_flagged = written.map_err(|error| at_own_field(error, "plan"))?;
    Ok(Done::new(kind, is_flagged, to(id)))
}

fn to(id: &str) -> String {
    format!("/desk/safety/hazards/{id}")
}

/// A major hazard's plan has the hazard's own owner and day: the form asks for neither twice.
fn assignment(hazard: &Hazard, fields: &Fields, due: i64) -> HazardEvent {
    let text = |name| fields.get(name).to_owned();
    let plan = (hazard.grade == HazardGrade::Major).then(|| MajorPlan {
        measures: text("measures"),
        owner: text("owner"),
        funds: text("funds"),
        deadline: due,
        contingency: text("contingency"),
    });
    HazardEvent::Assign { owner: text("owner"), due, plan }
}

/// A new rectification notice; the browser goes on to it.
fn issue(hub: &Hub, officer: &Officer, fields: &Fields, hazard: &str) -> Result<Done> {
    let event = NoticeEvent::Issue {
        hazard: hazard.to_owned(),
        requirement: fields.get("requirement").to_owned(),
        legal_basis: fields.get("legal_basis").to_owned(),
    };
    let id = hub.env().new_id().to_string();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(Kind::NoticeIssue, &id, Body::Notice(event)))?;
    Ok(Done::new(Kind::NoticeIssue, is_flagged, to(hazard)))
}

/// The steps that the hazard's state allows, by whoever looks. The rules judge each one all the same.
fn offered(hazard: &Hazard, frame: &Frame) -> Vec<&'static str> {
    let me = frame.session.person.as_deref();
    let is_own = me.is_some_and(|me| hazard.was_rectified_by(me));
    let allows = |by| HazardState::TRANSITIONS.iter().any(|(from, step, _)| *from == hazard.state && *step == by);
    let fits = |step: &Step| match (step.name, step.moves) {
        // Nobody passes or closes what they rectified.
        ("pass" | "close", Some(by)) => allows(by) && !is_own,
        (_, Some(by)) => allows(by),
        ("witness", None) => hazard.awaits_witness() && hazard.closed_by.as_deref() != me,
        (_, None) => hazard.is_open() && hazard.due.is_some(),
    };
    STEPS.iter().filter(|step| frame.is_any(step.by) && fits(step)).map(|step| step.name).collect()
}

fn build(hub: &Hub, frame: Frame, id: &str) -> Result<HazardPage> {
    let (lang, names, now) = (frame.lang, Names::read(hub, frame.lang)?, hub.now());
    let hazard: Hazard = noun(hub, DocumentKind::Hazard, id)?;
    let notices = hub.read(&hub.site()?, |tx| tx.naming(DocumentKind::RectificationNotice, "$.hazard", id))?;
    let mut notices: Vec<(String, RectificationNotice)> = nouns(notices).collect();
    notices.sort_by_key(|(_, notice)| notice.at);
    let listed = notices.into_iter().map(|(id, notice)| NoticeRow {
        id,
        number: number(notice.number, lang),
        when: frame.site.minute(notice.at),
        who: names.of(&notice.issued_by),
        state: lang.notice_state(notice.state),
        class: if notice.state == NoticeState::Served { "good" } else { "wait" },
    });
    let photos = |photos: &[Digest]| photos.iter().map(Digest::to_string).collect();
    let signed = |at: Option<i64>, by: &str| at.map(|at| format!("{} · {}", names.of(by), frame.site.minute(at)));
    Ok(HazardPage {
        row: HazardRow::of(id, &hazard, &frame, &names, now),
        grade: lang.hazard_grade(hazard.grade),
        zone: names.of(&hazard.zone),
        found: format!("{} · {}", names.of(&hazard.found_by), frame.site.minute(hazard.at)),
        rectifiers: names.of_all(&hazard.rectifiers),
        closed: hazard.closed_by.as_deref().and_then(|by| signed(hazard.closed_at, by)),
        witness: hazard.witness.as_deref().map(|by| signed(hazard.witnessed_at, by).unwrap_or_else(|| names.of(by))),
        awaits_witness: hazard.awaits_witness(),
        plan_deadline: hazard.plan.as_ref().map_or_else(String::new, |plan| frame.site.minute(plan.deadline)),
        plan: hazard.plan.clone(),
        before: photos(&hazard.photos),
        after: photos(&hazard.rectification_photos),
        sent: photos(&hazard.operator_photos),
        sent_at: hazard.operator_at.map(|at| frame.site.minute(at)),
        notices: listed.collect(),
        offered: offered(&hazard, &frame),
        is_own: frame.is_any(INSPECTOR) && frame.session.person.as_deref().is_some_and(|me| hazard.was_rectified_by(me)),
        first_record: if Page::Records.is_for(frame.session.role) { hub.about(id)?.first().map(|record| record.position) } else { None },
        id: id.to_owned(),
        hazard,
        frame,
    })
}
