//! The hazard board: how far the district is from zero, what is open by state and due date, the campaigns, and the inspections that
//! wait for a decision.

use askama::Template;
use axum::Form;
use axum::extract::Query;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{
    Body, Campaign, CampaignEvent, CampaignProgress, DocumentKind, DynamicZero, Hazard, HazardGrade, HazardState, Inspection, Kind, Role,
    Venue,
};
use serde::Deserialize;

use super::about::{Names, shortened};
use super::calls::{chosen, zones};
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::{in_states, nouns};
use super::pages::Page;
use super::site::SiteView;
use super::words::{Lang, campaign_class, hazard_class, inspection_class};
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Campaigns, inspections and hazards that are over, of one page.
const ROWS: u32 = 100;

/// Whoever answers for hazards at a desk.
pub(super) const OFFICERS: &[Role] = &[Role::Inspector, Role::Desk, Role::Commander];

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// What is over instead of what is open.
    over: Option<u8>,
    /// So many of what is over were seen already.
    after: Option<u32>,
}

/// A hazard as the board shows it.
pub(super) struct HazardRow {
    pub(super) id: String,
    pub(super) venue: String,
    pub(super) what: String,
    pub(super) state: &'static str,
    pub(super) class: &'static str,
    pub(super) is_major: bool,
    pub(super) owner: Option<String>,
    pub(super) due: Option<String>,
    pub(super) is_overdue: bool,
    pub(super) when: String,
}

impl HazardRow {
    pub(super) fn of(id: &str, hazard: &Hazard, frame: &Frame, names: &Names, now: i64) -> Self {
        Self {
            id: id.to_owned(),
            venue: names.of(&hazard.venue),
            what: shortened(&hazard.description),
            state: frame.lang.hazard_state(hazard.state),
            class: hazard_class(hazard.state),
            is_major: hazard.grade == HazardGrade::Major,
            owner: hazard.owner.clone(),
            due: hazard.due.map(|due| frame.site.minute(due)),
            is_overdue: hazard.is_overdue(now),
            when: frame.site.minute(hazard.closed_at.unwrap_or(hazard.at)),
        }
    }
}

/// The hazards that wait for the same step.
struct Column {
    words: &'static str,
    rows: Vec<HazardRow>,
}

/// A campaign as a table shows it.
pub(super) struct CampaignRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) purpose: &'static str,
    pub(super) state: &'static str,
    pub(super) class: &'static str,
    pub(super) window: String,
    pub(super) progress: CampaignProgress,
}

impl CampaignRow {
    pub(super) fn of(id: &str, campaign: &Campaign, progress: CampaignProgress, frame: &Frame) -> Self {
        Self {
            id: id.to_owned(),
            name: campaign.name.clone(),
            purpose: frame.lang.campaign_purpose(campaign.purpose),
            state: frame.lang.campaign_state(campaign.state),
            class: campaign_class(campaign.state),
            window: format!("{} – {}", frame.site.minute(campaign.from), frame.site.minute(campaign.to)),
            progress,
        }
    }
}

/// An inspection as a table shows it.
pub(super) struct InspectionRow {
    pub(super) id: String,
    pub(super) venue: String,
    pub(super) inspector: String,
    pub(super) when: String,
    pub(super) state: &'static str,
    pub(super) class: &'static str,
    pub(super) is_outside: bool,
}

impl InspectionRow {
    pub(super) fn of(id: &str, inspection: &Inspection, frame: &Frame, names: &Names) -> Self {
        Self {
            id: id.to_owned(),
            venue: names.of(&inspection.venue),
            inspector: names.of(&inspection.inspector),
            when: frame.site.minute(inspection.submitted_at.unwrap_or(inspection.at)),
            state: frame.lang.inspection_state(inspection.state),
            class: inspection_class(inspection.state),
            is_outside: inspection.outside_campaign,
        }
    }
}

#[derive(Template)]
#[template(path = "desk/safety.html")]
struct SafetyPage {
    frame: Frame,
    over: bool,
    zero: DynamicZero,
    is_zero: bool,
    median_days: Option<String>,
    columns: Vec<Column>,
    closed: Vec<HazardRow>,
    inspections: Vec<InspectionRow>,
    campaigns: Vec<CampaignRow>,
    older: Option<u32>,
    may_plan: bool,
    zones: Vec<(String, String)>,
}

/// `GET /desk/safety`
pub(super) async fn board(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let (over, after) = (asked.over == Some(1), asked.after.unwrap_or(0));
    visit.page(Page::Safety, move |hub, frame| build(hub, frame, over, after)).await
}

/// `POST /desk/safety/campaigns`
pub(super) async fn plan(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::Safety, OFFICERS, "plan", fields, plan_campaign, |hub, frame| build(hub, frame, false, 0)).await
}

fn build(hub: &Hub, frame: Frame, over: bool, after: u32) -> Result<SafetyPage> {
    let (now, names) = (hub.now(), Names::read(hub, frame.lang)?);
    let all: Vec<(String, Hazard)> = nouns(hub.read(&hub.site()?, |tx| tx.between(DocumentKind::Hazard, i64::MIN, i64::MAX))?).collect();
    let zero = DynamicZero::of(&all.iter().map(|(_, hazard)| hazard.clone()).collect::<Vec<_>>(), now);
    let closed: Vec<(String, Hazard)> =
        if over { in_states(hub, DocumentKind::Hazard, &["closed", "referred", "void"], ROWS, after)? } else { Vec::new() };
    let states: &[&str] = if over { &["approved", "returned"] } else { &["submitted"] };
    let inspections: Vec<(String, Inspection)> = in_states(hub, DocumentKind::Inspection, states, ROWS, after)?;
    let states: &[&str] = if over { &["closed"] } else { &["planned", "running"] };
    let campaigns: Vec<(String, Campaign)> = in_states(hub, DocumentKind::Campaign, states, ROWS, after)?;
    let is_full = closed.len().max(inspections.len()).max(campaigns.len()) == ROWS as usize;
    let venues = venues(hub)?;
    let row = |(id, campaign): &(String, Campaign)| Ok(CampaignRow::of(id, campaign, progress(hub, id, campaign, &venues)?, &frame));
    let campaigns = campaigns.iter().map(row).collect::<Result<_>>()?;
    Ok(SafetyPage {
        over,
        is_zero: zero.is_zero(),
        median_days: zero.median_days_to_close().map(|days| format!("{days:.1}")),
        zero,
        columns: if over { Vec::new() } else { columns(&all, &frame, &names, now) },
        closed: closed.iter().map(|(id, hazard)| HazardRow::of(id, hazard, &frame, &names, now)).collect(),
        inspections: inspections.iter().map(|(id, inspection)| InspectionRow::of(id, inspection, &frame, &names)).collect(),
        campaigns,
        older: (over && is_full).then_some(after + ROWS),
        may_plan: !over && frame.is_any(OFFICERS),
        zones: zones(hub, frame.lang)?,
        frame,
    })
}

/// What is open by the step that it waits for, the nearest due date first.
fn columns(all: &[(String, Hazard)], frame: &Frame, names: &Names, now: i64) -> Vec<Column> {
    let column = |words, states: &[HazardState]| {
        let mut fitting: Vec<_> = all.iter().filter(|(_, hazard)| states.contains(&hazard.state)).collect();
        // What has no due date yet has waited since it was found.
        fitting.sort_by_key(|(id, hazard)| (hazard.due.unwrap_or(hazard.at), id));
        Column { words, rows: fitting.into_iter().map(|(id, hazard)| HazardRow::of(id, hazard, frame, names, now)).collect() }
    };
    use HazardState::{Assigned, Extended, Found, Rectifying, Reinspected, Submitted};
    vec![
        column(frame.pick("待交办", "To be assigned"), &[Found]),
        column(frame.pick("整改中", "Being rectified"), &[Assigned, Rectifying, Extended]),
        column(frame.pick("待复查", "To be reinspected"), &[Submitted]),
        column(frame.pick("待销号", "To be closed"), &[Reinspected]),
    ]
}

/// The premises of the site.
pub(super) fn venues(hub: &Hub) -> Result<Vec<Venue>> {
    Ok(nouns(hub.documents(DocumentKind::Venue, 10_000, 0)?).map(|(_, venue)| venue).collect())
}

/// How far a campaign has come.
pub(super) fn progress(hub: &Hub, id: &str, campaign: &Campaign, venues: &[Venue]) -> Result<CampaignProgress> {
    let visits: Vec<_> = visits(hub, id)?.into_iter().map(|(_, visit)| visit).collect();
    Ok(CampaignProgress::of(campaign, venues, &visits, hub.now()))
}

/// The visits of a campaign, in any order.
pub(super) fn visits(hub: &Hub, campaign: &str) -> Result<Vec<(String, Inspection)>> {
    let documents = hub.read(&hub.site()?, |tx| tx.naming(DocumentKind::Inspection, "$.campaign", campaign))?;
    Ok(nouns(documents).collect())
}

fn plan_campaign(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let zone = SiteView::read(hub, Lang::Zh)?.zone();
    let event = CampaignEvent::Plan {
        name: fields.get("name").to_owned(),
        purpose: chosen(fields, "purpose")?,
        venues: Vec::new(),
        zones: fields.all("zones").map(str::to_owned).collect(),
        checklist: None,
        from: fields.moment("from", zone)?,
        to: fields.moment("to", zone)?,
    };
    let id = hub.env().new_id().to_string();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(Kind::CampaignPlan, &id, Body::Campaign(event)))?;
    Ok(Done::new(Kind::CampaignPlan, is_flagged, format!("/desk/safety/campaigns/{id}")))
}
