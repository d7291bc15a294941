//! Disputes: what was found, by which road each goes, when it is due, and its next step.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use axum::response::Response;
use liuye_core::domain::{Body, Dispute, DisputeEvent, DisputeMove, DisputeState, DocumentKind, MediationRoad, Role};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::Names;
use super::calls::{chosen, zone_choices};
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::noun;
use super::nouns::nouns;
use super::pages::Page;
use super::site::SiteView;
use super::words::{DISPUTE_CATEGORIES, Lang};
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Whose accounts act here; what the person may do, the rules say.
const ACTORS: &[Role] = &[Role::Desk, Role::Commander];

/// Disputes of one page.
const ROWS: u32 = 100;

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    after: Option<u32>,
}

/// A dispute as the page shows it.
struct Row {
    id: String,
    when: String,
    category: &'static str,
    place: String,
    state: &'static str,
    class: &'static str,
    due: String,
    is_overdue: bool,
    road: &'static str,
    mediators: String,
    /// When it has to be seen to, for the order of the table; the last where nobody waits for it.
    rank: i64,
}

#[derive(Template)]
#[template(path = "desk/disputes.html")]
struct DisputesPage {
    frame: Frame,
    open: Vec<Row>,
    over: Vec<Row>,
    older: Option<u32>,
    categories: Vec<(&'static str, &'static str)>,
    zones: Vec<(String, String)>,
    may_act: bool,
}

/// A step that can be taken now.
struct Step {
    name: &'static str,
    words: &'static str,
    step: DisputeMove,
}

#[derive(Template)]
#[template(path = "desk/dispute.html")]
struct DisputePage {
    frame: Frame,
    row: Row,
    description: String,
    parties: u32,
    reporter: String,
    attempts: u32,
    terms: Option<String>,
    confirm_until: Option<String>,
    referred_to: Option<String>,
    note: Option<String>,
    photos: Vec<String>,
    steps: Vec<Step>,
}

/// `GET /desk/disputes`
pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Disputes, move |hub, frame| build(hub, frame, asked.after.unwrap_or(0))).await
}

/// `POST /desk/disputes`: one is reported.
pub(super) async fn report(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::Disputes, ACTORS, "report", fields, take, |hub, frame| build(hub, frame, 0)).await
}

/// `GET /desk/disputes/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::Disputes, move |hub, frame| build_one(hub, frame, &id)).await
}

/// `POST /desk/disputes/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some((form, step)) = STEPS.iter().copied().find(|(known, _)| *known == step) else {
        return visit.refuse(&Error::new(Code::NotFound, "no such step"));
    };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| take_step(hub, officer, fields, &id, step);
    visit.act(Page::Disputes, ACTORS, form, fields, work, move |hub, frame| build_one(hub, frame, &again)).await
}

/// The steps that the page has forms for, by the names in their addresses.
const STEPS: [(&str, DisputeMove); 11] = [
    ("screen", DisputeMove::Screen),
    ("police", DisputeMove::MediateByPolice),
    ("peoples", DisputeMove::MediateByPeople),
    ("retry", DisputeMove::Retry),
    ("refer", DisputeMove::Refer),
    ("agree", DisputeMove::Agree),
    ("perform", DisputeMove::Perform),
    ("revisit", DisputeMove::Revisit),
    ("close", DisputeMove::Close),
    ("fail", DisputeMove::Fail),
    ("legal", DisputeMove::LegalRoute),
];

fn take(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let event = DisputeEvent::Report {
        category: chosen(fields, "category")?,
        description: fields.get("description").to_owned(),
        parties: fields.get("parties").trim().parse().map_err(|_| Error::field(Code::OutOfRange, "parties", "2 to 1,000"))?,
        zone: fields.typed("zone"),
        place: fields.get("place").to_owned(),
    };
    let (id, kind) = (hub.env().new_id().to_string(), event.kind());
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, &id, Body::Dispute(event)))?;
    Ok(Done::new(kind, is_flagged, format!("/desk/disputes/{id}")))
}

fn take_step(hub: &Hub, officer: &Officer, fields: &Fields, id: &str, step: DisputeMove) -> Result<Done> {
    noun::<Dispute>(hub, DocumentKind::Dispute, id)?;
    let (note, reason) = (fields.typed("note"), || fields.get("reason").to_owned());
    let event = match step {
        DisputeMove::Screen => DisputeEvent::Screen { note },
        DisputeMove::MediateByPolice => DisputeEvent::Mediate { road: MediationRoad::Police, mediators: panel(fields) },
        DisputeMove::MediateByPeople => DisputeEvent::Mediate { road: MediationRoad::Peoples, mediators: panel(fields) },
        DisputeMove::Retry => DisputeEvent::Retry { mediators: panel(fields) },
        DisputeMove::Refer => DisputeEvent::Refer { authority: fields.get("authority").to_owned(), reason: reason() },
        DisputeMove::Agree => DisputeEvent::Agree {
            mediators: panel(fields),
            terms: fields.get("terms").to_owned(),
            perform_by: fields.moment("perform_by", SiteView::read(hub, Lang::Zh)?.zone())?,
        },
        DisputeMove::Perform => DisputeEvent::Perform { note },
        DisputeMove::Revisit => DisputeEvent::Revisit { note: note.unwrap_or_default() },
        DisputeMove::Close => DisputeEvent::Close { note },
        DisputeMove::Fail => DisputeEvent::Fail { mediators: panel(fields), reason: reason() },
        DisputeMove::LegalRoute => DisputeEvent::LegalRoute { note: note.unwrap_or_default() },
    };
    let kind = event.kind();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, id, Body::Dispute(event)))?;
    Ok(Done::new(kind, is_flagged, format!("/desk/disputes/{id}")))
}

/// Who mediates: ids of the personnel base, and names of others.
fn panel(fields: &Fields) -> Vec<String> {
    let names = fields.get("mediators").split([',', '，', '、', '\n']).map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn is_over(state: DisputeState) -> bool {
    matches!(state, DisputeState::Closed | DisputeState::Referred | DisputeState::LegalRoute)
}

fn build(hub: &Hub, frame: Frame, after: u32) -> Result<DisputesPage> {
    let (lang, now, names) = (frame.lang, hub.now(), Names::read(hub, frame.lang)?);
    let found: Vec<(String, Dispute)> = nouns(hub.documents(DocumentKind::Dispute, ROWS, after)?).collect();
    let (over, open): (Vec<_>, Vec<_>) = found.iter().partition(|(_, dispute)| is_over(dispute.state));
    let rows = |found: Vec<&(String, Dispute)>| found.into_iter().map(|(id, dispute)| row(id, dispute, &frame, &names, now)).collect();
    let mut open: Vec<Row> = rows(open);
    open.sort_by_key(|row| row.rank);
    Ok(DisputesPage {
        open,
        over: rows(over),
        older: (found.len() == ROWS as usize).then(|| after + ROWS),
        categories: DISPUTE_CATEGORIES.into_iter().map(|(tag, category)| (tag, lang.dispute_category(category))).collect(),
        zones: zone_choices(hub, lang)?,
        may_act: frame.is_any(ACTORS),
        frame,
    })
}

fn row(id: &str, dispute: &Dispute, frame: &Frame, names: &Names, now: i64) -> Row {
    let (state, class) = frame.lang.dispute_state(dispute.state);
    let zone = dispute.zone.as_deref().map(|zone| names.of(zone));
    Row {
        id: id.to_owned(),
        when: frame.site.minute(dispute.at),
        category: frame.lang.dispute_category(dispute.category),
        place: zone.into_iter().chain([dispute.place.clone()]).collect::<Vec<_>>().join(" · "),
        state,
        class,
        due: dispute.due.map_or_else(String::new, |due| frame.site.minute(due)),
        is_overdue: dispute.due.is_some_and(|due| due <= now),
        road: dispute.road.map_or("", |road| frame.lang.road(road)),
        mediators: dispute.mediators.iter().map(|one| names.of(one)).collect::<Vec<_>>().join(frame.pick("、", ", ")),
        rank: dispute.due.unwrap_or(i64::MAX),
    }
}

fn build_one(hub: &Hub, frame: Frame, id: &str) -> Result<DisputePage> {
    let (lang, names) = (frame.lang, Names::read(hub, frame.lang)?);
    let dispute: Dispute = noun(hub, DocumentKind::Dispute, id)?;
    let may_act = frame.is_any(ACTORS);
    // Nothing is offered that the domain's own table would refuse anyway.
    let can = |step: DisputeMove| DisputeState::TRANSITIONS.iter().any(|(from, by, _)| *from == dispute.state && *by == step);
    let steps = STEPS.into_iter().filter(|(_, step)| may_act && can(*step));
    Ok(DisputePage {
        row: row(id, &dispute, &frame, &names, hub.now()),
        parties: dispute.parties,
        reporter: names.of(&dispute.reporter),
        attempts: dispute.attempts,
        confirm_until: dispute.confirm_until.map(|until| frame.site.minute(until)),
        photos: dispute.photos.iter().map(ToString::to_string).collect(),
        steps: steps.map(|(name, step)| Step { name, words: lang.dispute_move(step), step }).collect(),
        description: dispute.description,
        terms: dispute.terms,
        referred_to: dispute.referred_to,
        note: dispute.note,
        frame,
    })
}

impl Step {
    fn has_mediators(&self) -> bool {
        use DisputeMove::{Agree, Fail, MediateByPeople, MediateByPolice, Retry};
        matches!(self.step, MediateByPolice | MediateByPeople | Retry | Agree | Fail)
    }

    fn has_reason(&self) -> bool {
        matches!(self.step, DisputeMove::Refer | DisputeMove::Fail)
    }

    fn is_agreement(&self) -> bool {
        self.step == DisputeMove::Agree
    }

    fn is_referral(&self) -> bool {
        self.step == DisputeMove::Refer
    }

    fn has_note(&self) -> bool {
        !self.has_mediators() && !self.has_reason()
    }

    fn needs_note(&self) -> bool {
        matches!(self.step, DisputeMove::Revisit | DisputeMove::LegalRoute)
    }
}
