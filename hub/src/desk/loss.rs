//! One loss report: what was lost, what may be it, and what the desk can do about it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::domain::{
    Body, Candidate, Contact, DocumentKind, FoundItem, Kind, LostReport, LostReportEvent, LostReportMove, LostReportState,
};
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};

use super::about::Names;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::lost::{DESK, found_in_words, lost_in_words, no_such_step, placed};
use super::matched::Matched;
use super::nouns::noun;
use super::pages::Page;
use super::record::may_read_contacts;
use super::words::loss_class;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Found items that may be it, as the page shows them.
const CANDIDATES: usize = 5;

/// The steps that the page has forms for.
const STEPS: [(&str, LostReportMove, Kind); 3] = [
    ("candidate", LostReportMove::Candidate, Kind::LossCandidate),
    ("return", LostReportMove::Return, Kind::LossReturn),
    ("withdraw", LostReportMove::Withdraw, Kind::LossWithdraw),
];

#[derive(Template)]
#[template(path = "desk/loss.html")]
struct LossPage {
    frame: Frame,
    id: String,
    report: LostReport,
    what: String,
    state: &'static str,
    class: &'static str,
    place: String,
    lost: String,
    reported: String,
    photos: Vec<String>,
    candidates: Vec<Matched>,
    offered: Vec<&'static str>,
    may_have_contact: bool,
    contact: Option<Option<Contact>>,
    first_record: Option<u64>,
}

impl LossPage {
    /// Whether the page has a form for this step, now and for this account.
    fn can(&self, step: &str) -> bool {
        self.offered.contains(&step)
    }
}

/// `GET /desk/lost/reports/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::LostAndFound, move |hub, frame| build(hub, frame, &id, false)).await
}

/// `POST /desk/lost/reports/{id}/contact`: the reading is written down before anything is shown.
pub(super) async fn contact(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    if !visit.is_own(&fields) || !may_read_contacts(&visit.session) {
        return visit.refuse(&Error::new(Code::NotPermitted, "not with this account"));
    }
    visit.page(Page::LostAndFound, move |hub, frame| build(hub, frame, &id, true)).await
}

/// `POST /desk/lost/reports/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some((step, _, kind)) = STEPS.iter().find(|(name, ..)| *name == step) else { return visit.refuse(&no_such_step()) };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| {
        noun::<LostReport>(hub, DocumentKind::LostReport, &id)?;
        let event = LostReportEvent { note: fields.typed("note") };
        let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(*kind, &id, Body::LossEvent(event)))?;
        Ok(Done::new(*kind, is_flagged, format!("/desk/lost/reports/{id}")))
    };
    visit.act(Page::LostAndFound, DESK, step, fields, work, move |hub, frame| build(hub, frame, &again, false)).await
}

fn build(hub: &Hub, frame: Frame, id: &str, with_contact: bool) -> Result<LossPage> {
    let (lang, names) = (frame.lang, Names::read(hub, frame.lang)?);
    let report: LostReport = noun(hub, DocumentKind::LostReport, id)?;
    let tell = hub.read(&hub.site()?, |tx| Ok(tx.settings()?.match_tell))?;
    let found = |candidate: Candidate| {
        let item: FoundItem = noun(hub, DocumentKind::FoundItem, &candidate.id)?;
        Ok(Matched::of(candidate.id, found_in_words(&item, lang), &candidate.fit, tell, lang))
    };
    let may_have_contact = report.has_contact && report.erased_at.is_none() && may_read_contacts(&frame.session);
    let steps =
        STEPS.iter().filter(|(_, by, _)| LostReportState::TRANSITIONS.iter().any(|(from, step, _)| *from == report.state && step == by));
    Ok(LossPage {
        what: lost_in_words(&report, lang),
        state: lang.loss_state(report.state),
        class: loss_class(report.state),
        place: placed(report.loss.zone.as_deref(), &report.loss.place, &names),
        lost: format!("{} – {}", frame.site.minute(report.loss.lost_from), frame.site.minute(report.loss.lost_to)),
        reported: format!("{} · {}", names.of(&report.reporter), frame.site.minute(report.at)),
        photos: report.photos.iter().map(Digest::to_string).collect(),
        candidates: hub
            .candidates(id, CANDIDATES)?
            .into_iter()
            .filter(|one| Matched::is_worth_a_look(&one.fit))
            .map(found)
            .collect::<Result<_>>()?,
        offered: if frame.is_any(DESK) { steps.map(|(name, ..)| *name).collect() } else { Vec::new() },
        // Only the button asks, and every press is logged by whoever pressed it.
        contact: (with_contact && may_have_contact).then(|| hub.contact(id, &frame.session.officer).ok()),
        may_have_contact,
        first_record: hub.about(id)?.first().map(|record| record.position),
        id: id.to_owned(),
        report,
        frame,
    })
}
