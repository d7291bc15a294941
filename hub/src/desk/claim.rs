//! Claims of a found item: taken down for whoever comes to the counter, asked, judged, given up. Each stands on its item's page.

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::domain::{Body, Claim, ClaimEvent, ClaimMove, ClaimState, Contact, DocumentKind, FoundItem, FoundItemState, Kind};
use liuye_core::{Code, Error, Result};

use super::about::Names;
use super::form::{Fields, at_own_field};
use super::found_item::{self, Told, item_of};
use super::frame::{Done, Frame, Visit};
use super::lost::{DESK, lost_in_words, no_such_step};
use super::nouns::{noun, nouns};
use super::pages::Page;
use super::record::may_read_contacts;
use super::words::claim_class;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// The steps that the page has forms for. A form is named with its claim, so that a fault stands at the right one.
const STEPS: [(&str, ClaimMove); 5] = [
    ("question", ClaimMove::Question),
    ("answer", ClaimMove::Answer),
    ("verify", ClaimMove::Verify),
    ("reject", ClaimMove::Reject),
    ("withdraw", ClaimMove::Withdraw),
];

/// A claim as its item's page shows it.
pub(super) struct ClaimView {
    pub(super) id: String,
    pub(super) who: String,
    pub(super) when: String,
    pub(super) state: &'static str,
    pub(super) class: &'static str,
    pub(super) statement: String,
    pub(super) is_erased: bool,
    /// The loss report that it goes with: its id, and in words.
    pub(super) report: Option<(String, String)>,
    /// What was asked, with what was answered.
    pub(super) asked: Vec<(String, Option<String>)>,
    pub(super) verified_by: Option<String>,
    pub(super) note: Option<String>,
    pub(super) offered: Vec<&'static str>,
    pub(super) may_have_contact: bool,
    /// Whether the contact was asked for just now, and what there is.
    pub(super) contact: Option<Option<Contact>>,
}

impl ClaimView {
    /// Whether the page has a form for this step.
    pub(super) fn can(&self, step: &str) -> bool {
        self.offered.contains(&step)
    }

    /// The claims of an item, the live ones first.
    pub(super) fn of_item(
        hub: &Hub,
        id: &str,
        item: &FoundItem,
        frame: &Frame,
        names: &Names,
        mut told: Option<(String, Option<Contact>)>,
    ) -> Result<Vec<Self>> {
        let mut claims: Vec<(String, Claim)> = nouns(hub.read(&hub.site()?, |tx| tx.claims_about(id))?).collect();
        claims.sort_by_key(|(_, claim)| (!claim.state.is_live(), claim.at));
        let mut views = Vec::new();
        for (id, claim) in claims {
            let contact = told.take_if(|(of, _)| *of == id).map(|(_, contact)| contact);
            let report = claim.report.as_deref().map(|report| report_of(hub, report, frame)).transpose()?;
            views.push(Self::of(id, &claim, item, frame, names, report, contact));
        }
        Ok(views)
    }

    fn of(
        id: String,
        claim: &Claim,
        item: &FoundItem,
        frame: &Frame,
        names: &Names,
        report: Option<(String, String)>,
        contact: Option<Option<Contact>>,
    ) -> Self {
        let answers = claim.answers.iter().map(|answer| Some(answer.clone())).chain(std::iter::repeat(None));
        Self {
            who: names.of(&claim.claimant),
            when: frame.site.minute(claim.at),
            state: frame.lang.claim_state(claim.state),
            class: claim_class(claim.state),
            statement: claim.statement.clone(),
            is_erased: claim.erased_at.is_some(),
            report,
            asked: claim.questions.iter().cloned().zip(answers).collect(),
            verified_by: claim.verified_by.as_deref().map(|by| names.of(by)),
            note: claim.note.clone(),
            offered: offered(claim, item, frame),
            may_have_contact: claim.has_contact && claim.erased_at.is_none() && may_read_contacts(&frame.session),
            contact,
            id,
        }
    }
}

fn report_of(hub: &Hub, id: &str, frame: &Frame) -> Result<(String, String)> {
    let report = hub.document(id)?.and_then(|document| serde_json::from_value(document.body).ok());
    Ok((id.to_owned(), report.map_or_else(|| id.to_owned(), |report| lost_in_words(&report, frame.lang))))
}

/// What can be done with a claim now, by whoever looks.
fn offered(claim: &Claim, item: &FoundItem, frame: &Frame) -> Vec<&'static str> {
    if !frame.is_any(DESK) {
        return Vec::new();
    }
    let allows = |by| ClaimState::TRANSITIONS.iter().any(|(from, step, _)| *from == claim.state && *step == by);
    let fits = |by| match by {
        ClaimMove::Answer => claim.answers.is_empty(),
        ClaimMove::Verify => !claim.answers.is_empty() && !item.is_locked(),
        _ => true,
    };
    let steps = STEPS.iter().filter(|(_, by)| allows(*by) && fits(*by)).map(|(name, _)| *name);
    let may_go = allows(ClaimMove::Release) && item.state == FoundItemState::ClaimPending && !item.is_locked();
    steps.chain(may_go.then_some("release")).collect()
}

/// `POST /desk/lost/items/{id}/claims`: by whoever comes to the counter.
pub(super) async fn submit(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| take_down(hub, officer, fields, &id);
    let shown = move |hub: &Hub, frame: Frame| found_item::page(hub, frame, &again, Told::default());
    visit.act(Page::LostAndFound, DESK, "claim", fields, work, shown).await
}

fn take_down(hub: &Hub, officer: &Officer, fields: &Fields, item: &str) -> Result<Done> {
    noun::<FoundItem>(hub, DocumentKind::FoundItem, item)?;
    let event = ClaimEvent::Submit { item: item.to_owned(), report: fields.typed("report"), statement: fields.get("statement").to_owned() };
    let contact = Contact {
        name: fields.get("name").to_owned(),
        phone: fields.get("phone").to_owned(),
        identity_number: fields.typed("identity_number"),
        passport: fields.typed("passport"),
    };
    let id = hub.env().new_id().to_string();
    let operation = OfficerOperation { contact: Some(contact), ..OfficerOperation::new(Kind::ClaimSubmit, &id, Body::Claim(event)) };
    let is_flagged = hub.write_as_officer(officer, operation).map_err(|error| at_own_field(error, "contact"))?;
    Ok(Done::new(Kind::ClaimSubmit, is_flagged, format!("/desk/lost/items/{item}")))
}

/// `POST /desk/lost/claims/{id}/contact`: the reading is written down before anything is shown.
pub(super) async fn contact(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    if !visit.is_own(&fields) || !may_read_contacts(&visit.session) {
        return visit.refuse(&Error::new(Code::NotPermitted, "not with this account"));
    }
    let told = move |hub: &Hub, frame: Frame| {
        let item = item_of(hub, &id)?;
        let contact = hub.contact(&id, &frame.session.officer).ok();
        found_item::page(hub, frame, &item, Told { contact: Some((id, contact)), ..Told::default() })
    };
    visit.page(Page::LostAndFound, told).await
}

/// `POST /desk/lost/claims/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some((step, _)) = STEPS.iter().find(|(name, _)| *name == step) else { return visit.refuse(&no_such_step()) };
    let (of, again) = (id.clone(), id.clone());
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| take_step(hub, officer, fields, &id, step);
    let shown = move |hub: &Hub, frame: Frame| {
        let item = item_of(hub, &again)?;
        found_item::page(hub, frame, &item, Told::default())
    };
    visit.act(Page::LostAndFound, DESK, &format!("{step}-{of}"), fields, work, shown).await
}

fn take_step(hub: &Hub, officer: &Officer, fields: &Fields, id: &str, step: &str) -> Result<Done> {
    let item = item_of(hub, id)?;
    // Lines that were left empty are no questions; an answer that was left empty is one.
    let questions = || fields.all("questions").filter(|text| !text.trim().is_empty()).map(str::to_owned).collect();
    let event = match step {
        "question" => ClaimEvent::Question { questions: questions() },
        "answer" => ClaimEvent::Answer { answers: fields.all("answers").map(str::to_owned).collect() },
        "verify" => ClaimEvent::Verify { note: fields.typed("note") },
        "reject" => ClaimEvent::Reject { reason: fields.get("reason").to_owned() },
        "withdraw" => ClaimEvent::Withdraw {},
        _ => return Err(no_such_step()),
    };
    let kind = event.kind();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, id, Body::Claim(event)))?;
    Ok(Done::new(kind, is_flagged, format!("/desk/lost/items/{item}")))
}
