//! One visit of a venue: what was asked and answered, what was found, and the desk's decision.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{
    AnswerOutcome, Body, Campaign, DocumentKind, Hazard, Inspection, InspectionEvent, InspectionMove, InspectionState, Kind, Role,
};
use liuye_core::log::Digest;

use super::about::Names;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::lost::no_such_step;
use super::nouns::{noun, nouns};
use super::pages::Page;
use super::safety::{HazardRow, InspectionRow};
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Whoever decides on inspections.
const DECIDERS: &[Role] = &[Role::Desk, Role::Commander];

const STEPS: [(&str, InspectionMove, Kind); 2] =
    [("approve", InspectionMove::Approve, Kind::InspectionApprove), ("return", InspectionMove::Return, Kind::InspectionReturn)];

/// A question with its answer.
struct Answer {
    question: String,
    words: &'static str,
    class: &'static str,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/inspection.html")]
struct InspectionPage {
    frame: Frame,
    id: String,
    row: InspectionRow,
    /// The campaign's id and name.
    campaign: Option<(String, String)>,
    answers: Vec<Answer>,
    summary: Option<String>,
    decided: Option<String>,
    reason: Option<String>,
    photos: Vec<String>,
    hazards: Vec<HazardRow>,
    offered: Vec<&'static str>,
}

impl InspectionPage {
    /// Whether the page has a form for this step, now and for this account.
    fn can(&self, step: &str) -> bool {
        self.offered.contains(&step)
    }
}

/// `GET /desk/safety/inspections/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::Safety, move |hub, frame| build(hub, frame, &id)).await
}

/// `POST /desk/safety/inspections/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some((step, _, kind)) = STEPS.iter().find(|(name, ..)| *name == step) else { return visit.refuse(&no_such_step()) };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| {
        noun::<Inspection>(hub, DocumentKind::Inspection, &id)?;
        let event = InspectionEvent::Decide { reason: fields.typed("reason") };
        let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(*kind, &id, Body::Inspection(event)))?;
        Ok(Done::new(*kind, is_flagged, format!("/desk/safety/inspections/{id}")))
    };
    visit.act(Page::Safety, DECIDERS, step, fields, work, move |hub, frame| build(hub, frame, &again)).await
}

fn build(hub: &Hub, frame: Frame, id: &str) -> Result<InspectionPage> {
    let (lang, names, now) = (frame.lang, Names::read(hub, frame.lang)?, hub.now());
    let (inspection, questions): (Inspection, _) = (noun(hub, DocumentKind::Inspection, id)?, frame.site.questions(hub)?);
    let answers = inspection.answers.iter().map(|answer| Answer {
        question: questions.of(&answer.item, lang),
        words: match answer.outcome {
            AnswerOutcome::Pass => lang.pick("合格", "In order"),
            AnswerOutcome::Fail => lang.pick("不合格", "Not in order"),
            AnswerOutcome::NotApplicable => lang.pick("不适用", "Does not arise"),
        },
        class: match answer.outcome {
            AnswerOutcome::Pass => "good",
            AnswerOutcome::Fail => "bad",
            AnswerOutcome::NotApplicable => "quiet",
        },
        note: answer.note.clone(),
    });
    // A phone of the first version names a campaign by any text.
    let campaign = inspection.campaign.as_deref().map(|id| {
        let name = hub.document(id).ok().flatten().and_then(|document| serde_json::from_value::<Campaign>(document.body).ok());
        (id.to_owned(), name.map_or_else(|| id.to_owned(), |campaign| campaign.name))
    });
    let hazards: Vec<(String, Hazard)> = nouns(hub.read(&hub.site()?, |tx| tx.naming(DocumentKind::Hazard, "$.inspection", id))?).collect();
    let allows = |by| InspectionState::TRANSITIONS.iter().any(|(from, step, _)| *from == inspection.state && *step == by);
    let steps = STEPS.iter().filter(|(_, by, _)| allows(*by)).map(|(name, ..)| *name);
    Ok(InspectionPage {
        row: InspectionRow::of(id, &inspection, &frame, &names),
        campaign,
        answers: answers.collect(),
        summary: inspection.summary.clone(),
        decided: inspection.decided_by.as_deref().map(|by| names.of(by)),
        reason: inspection.reason.clone(),
        photos: inspection.photos.iter().map(Digest::to_string).collect(),
        hazards: hazards.iter().map(|(id, hazard)| HazardRow::of(id, hazard, &frame, &names, now)).collect(),
        offered: if frame.is_any(DECIDERS) { steps.collect() } else { Vec::new() },
        id: id.to_owned(),
        frame,
    })
}
