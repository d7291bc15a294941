//! One campaign: how far it has come, and its visits.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{Body, Campaign, CampaignEvent, CampaignMove, CampaignState, DocumentKind};

use super::about::Names;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::lost::no_such_step;
use super::nouns::noun;
use super::pages::Page;
use super::safety::{CampaignRow, InspectionRow, OFFICERS, progress, venues, visits};
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

const STEPS: [(&str, CampaignMove); 2] = [("start", CampaignMove::Start), ("close", CampaignMove::Close)];

#[derive(Template)]
#[template(path = "desk/campaign.html")]
struct CampaignPage {
    frame: Frame,
    id: String,
    row: CampaignRow,
    summary: Option<String>,
    planned_by: String,
    zones: String,
    visits: Vec<InspectionRow>,
    /// Premises that nobody has handed in a visit of.
    left: Vec<String>,
    offered: Vec<&'static str>,
}

impl CampaignPage {
    /// Whether the page has a form for this step, now and for this account.
    fn can(&self, step: &str) -> bool {
        self.offered.contains(&step)
    }
}

/// `GET /desk/safety/campaigns/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::Safety, move |hub, frame| build(hub, frame, &id)).await
}

/// `POST /desk/safety/campaigns/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some((step, _)) = STEPS.iter().find(|(name, _)| *name == step) else { return visit.refuse(&no_such_step()) };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| {
        noun::<Campaign>(hub, DocumentKind::Campaign, &id)?;
        let event = if *step == "start" { CampaignEvent::Start {} } else { CampaignEvent::Close { summary: fields.typed("summary") } };
        let kind = event.kind();
        let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, &id, Body::Campaign(event)))?;
        Ok(Done::new(kind, is_flagged, format!("/desk/safety/campaigns/{id}")))
    };
    visit.act(Page::Safety, OFFICERS, step, fields, work, move |hub, frame| build(hub, frame, &again)).await
}

fn build(hub: &Hub, frame: Frame, id: &str) -> Result<CampaignPage> {
    let (campaign, names): (Campaign, _) = (noun(hub, DocumentKind::Campaign, id)?, Names::read(hub, frame.lang)?);
    let venues = venues(hub)?;
    let progress = progress(hub, id, &campaign, &venues)?;
    let mut made = visits(hub, id)?;
    made.sort_by_key(|(id, visit)| (std::cmp::Reverse(visit.submitted_at.unwrap_or(visit.at)), id.clone()));
    let steps =
        STEPS.iter().filter(|(_, by)| CampaignState::TRANSITIONS.iter().any(|(from, step, _)| *from == campaign.state && step == by));
    Ok(CampaignPage {
        summary: campaign.summary.clone(),
        planned_by: names.of(&campaign.planned_by),
        zones: names.of_all(&campaign.zones),
        visits: made.iter().map(|(id, visit)| InspectionRow::of(id, visit, &frame, &names)).collect(),
        left: progress.left.iter().map(|venue| names.of(venue)).collect(),
        row: CampaignRow::of(id, &campaign, progress, &frame),
        offered: if frame.is_any(OFFICERS) { steps.map(|(name, _)| *name).collect() } else { Vec::new() },
        id: id.to_owned(),
        frame,
    })
}
