//! Safety checks: inspections of venues, and hazards from found to closed.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::outbox::original_kind;
use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::domain::{
    Campaign, Checklist, ChecklistAnswer, ChecklistItem, ChecklistRef, DocumentKind, DynamicZero, Hazard, HazardEvent, HazardGrade,
    Inspection, InspectionEvent, Kind, MajorPlan, Site, Venue, parse_rfc3339,
};
use crate::log::{Digest, Fix};
use crate::{Code, Error, Result};

/// A visit that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionDraft {
    /// The venue's id.
    pub venue: String,
    /// The campaign that it belongs to; at most 64 characters.
    pub campaign: Option<String>,
    /// Where the phone is.
    pub fix: Option<Fix>,
    /// Photos that were attached before.
    pub photos: Vec<Digest>,
}

/// A hazard that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HazardDraft {
    /// The venue's id.
    pub venue: String,
    /// The inspection that found it.
    pub inspection: Option<String>,
    /// What is wrong; 1 to 2,000 characters.
    pub description: String,
    /// How bad it is.
    pub grade: HazardGrade,
    /// Where the phone is.
    pub fix: Option<Fix>,
    /// Photos that were attached before.
    pub photos: Vec<Digest>,
}

/// Who answers for a hazard, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignDraft {
    /// Who; 1 to 100 characters.
    pub owner: String,
    /// Until when: RFC 3339 with an offset.
    pub due: String,
    /// What a major hazard needs.
    pub plan: Option<MajorPlan>,
}

/// What there is to know of a venue on arrival, each with its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueHistory {
    /// Hazards that are still to be seen to, newest first.
    pub open: Vec<(String, Hazard)>,
    /// Hazards that were closed, referred or none, newest first.
    pub earlier: Vec<(String, Hazard)>,
    /// Visits, newest first.
    pub inspections: Vec<(String, Inspection)>,
}

/// What safety checks consist of. Get it by [`Companion::safety`].
#[derive(Debug, Clone, Copy)]
pub struct Safety<'a>(pub(super) &'a Companion);

impl Companion {
    /// What safety checks consist of.
    #[must_use]
    pub const fn safety(&self) -> Safety<'_> {
        Safety(self)
    }
}

impl Safety<'_> {
    /// All venues that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn venues(&self) -> Result<Vec<Venue>> {
        self.0.reference(DocumentKind::Venue)
    }

    /// The questions of a safety check.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checklist(&self) -> Result<Vec<ChecklistItem>> {
        let sites: Vec<Site> = self.0.reference(DocumentKind::Site)?;
        Ok(sites.into_iter().flat_map(|site| site.checklist).collect())
    }

    /// All checklists that this phone knows, with their versions, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checklists(&self) -> Result<Vec<Checklist>> {
        self.0.reference(DocumentKind::Checklist)
    }

    /// The questions that an inspection answers: those of the version that it began with, whatever the list asks by now.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] at `inspection`; those of the store.
    pub fn questions(&self, inspection: &str) -> Result<Vec<ChecklistItem>> {
        let visit: Inspection = self.noun(DocumentKind::Inspection, inspection, "inspection")?;
        let Some(named) = visit.checklist else { return self.checklist() };
        let lists = self.checklists()?;
        let items = lists.iter().find(|list| list.id == named.id).and_then(|list| list.items(named.version));
        Ok(items.map(<[_]>::to_vec).unwrap_or_default())
    }

    /// Begins a visit of a venue. It answers the newest version of its campaign's checklist, else of the one for such venues, else
    /// of the site's own. Works offline.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] or [`Code::VenueRetired`] at `venue`, [`Code::NotPermitted`]; those of the store.
    pub fn start_inspection(&self, draft: InspectionDraft) -> Result<Recorded> {
        let checklist = self.asked(&draft)?;
        Ok(self.0.record(inspection(self.0.env.new_id().to_string(), draft, checklist)?)?.0)
    }

    /// Begins a visit that was planned. Works offline.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] at `inspection`, [`Code::Exists`] where it began before; those of [`Safety::start_inspection`].
    pub fn start_planned(&self, id: &str, fix: Option<Fix>) -> Result<Recorded> {
        let planned: Inspection = self.noun(DocumentKind::Inspection, id, "inspection")?;
        let draft = InspectionDraft { venue: planned.venue, campaign: planned.campaign, fix, photos: Vec::new() };
        let checklist = self.asked(&draft)?;
        Ok(self.0.record(inspection(id.to_owned(), draft, checklist)?)?.0)
    }

    /// Plans a visit of a venue for somebody, until a time (RFC 3339 with an offset) where there is one.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] or [`Code::VenueRetired`] at `venue`, [`Code::UnknownReference`] or [`Code::NotPermitted`] at
    /// `inspector`, [`Code::TimeMalformed`] at `due`, [`Code::NotPermitted`]; those of the store.
    pub fn plan_inspection(&self, venue: &str, inspector: &str, campaign: Option<String>, due: Option<&str>) -> Result<Recorded> {
        let due = due.map(parse_rfc3339).transpose().map_err(|error| error.within("due"))?;
        let event = InspectionEvent::Plan { venue: venue.to_owned(), inspector: inspector.to_owned(), campaign, due }.normalised()?;
        self.act(Kind::InspectionPlan, &self.0.env.new_id().to_string(), &event, Vec::new())
    }

    /// What there is to know of a venue on arrival: its hazards, the open ones first, and its visits; each newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn history(&self, venue: &str) -> Result<VenueHistory> {
        let mut hazards: Vec<(String, Hazard)> = self.0.all_typed(DocumentKind::Hazard)?;
        hazards.retain(|(_, hazard)| hazard.venue == venue);
        let mut inspections: Vec<(String, Inspection)> = self.0.all_typed(DocumentKind::Inspection)?;
        inspections.retain(|(_, inspection)| inspection.venue == venue);
        let (open, earlier) = hazards.into_iter().partition(|(_, hazard)| hazard.is_open());
        Ok(VenueHistory { open, earlier, inspections })
    }

    /// How far the hazards that this phone sees are from zero, as of now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn dynamic_zero(&self) -> Result<DynamicZero> {
        let hazards: Vec<(String, Hazard)> = self.0.all_typed(DocumentKind::Hazard)?;
        let hazards: Vec<_> = hazards.into_iter().map(|(_, hazard)| hazard).collect();
        Ok(DynamicZero::of(&hazards, self.0.env.clock.wall_ms()))
    }

    /// Corrects the beginning of a visit that the hub quarantined, such as one of a venue that was struck off.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`]; those of [`Safety::start_inspection`].
    pub fn amend_inspection(&self, amends: Uuid, draft: InspectionDraft) -> Result<Recorded> {
        let checklist = self.asked(&draft)?;
        self.amend(amends, Kind::InspectionStart, |entity| inspection(entity, draft, checklist))
    }

    /// Hands in an inspection with every question answered once.
    ///
    /// # Errors
    /// [`Code::Missing`] or [`Code::UnknownReference`] at `answers`, [`Code::StateRefused`].
    pub fn submit(
        &self,
        inspection: &str,
        answers: Vec<ChecklistAnswer>,
        summary: Option<String>,
        photos: Vec<Digest>,
    ) -> Result<Recorded> {
        let event = InspectionEvent::Submit { answers, summary }.normalised()?;
        self.act(Kind::InspectionSubmit, inspection, &event, photos)
    }

    /// The desk takes an inspection.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::StateRefused`].
    pub fn approve(&self, inspection: &str) -> Result<Recorded> {
        self.act(Kind::InspectionApprove, inspection, &InspectionEvent::Decide { reason: None }, Vec::new())
    }

    /// The desk sends an inspection back.
    ///
    /// # Errors
    /// [`Code::Missing`] at `reason`, [`Code::NotPermitted`], [`Code::StateRefused`].
    pub fn return_inspection(&self, inspection: &str, reason: &str) -> Result<Recorded> {
        let event = InspectionEvent::Decide { reason: Some(reason.to_owned()) }.normalised()?;
        self.act(Kind::InspectionReturn, inspection, &event, Vec::new())
    }

    /// Reports a hazard. Works offline.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] or [`Code::VenueRetired`] at `venue`, [`Code::Missing`] at `description`.
    pub fn add_hazard(&self, draft: HazardDraft) -> Result<Recorded> {
        Ok(self.0.record(hazard(self.0.env.new_id().to_string(), draft)?)?.0)
    }

    /// Corrects a hazard's report that the hub quarantined.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`]; those of [`Safety::add_hazard`].
    pub fn amend_hazard(&self, amends: Uuid, draft: HazardDraft) -> Result<Recorded> {
        self.amend(amends, Kind::HazardFind, |entity| hazard(entity, draft))
    }

    /// Gives a hazard an owner and a due date.
    ///
    /// # Errors
    /// [`Code::HazardPlanMissing`] where a major hazard has no plan, [`Code::TimeOrder`] at `due`,
    /// [`Code::NotPermitted`], [`Code::StateRefused`].
    pub fn assign(&self, hazard: &str, draft: AssignDraft) -> Result<Recorded> {
        let due = parse_rfc3339(&draft.due).map_err(|error| error.within("due"))?;
        self.hazard(Kind::HazardAssign, hazard, HazardEvent::Assign { owner: draft.owner, due, plan: draft.plan }, Vec::new())
    }

    /// Rectification begins.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::StateRefused`].
    pub fn start_rectification(&self, hazard: &str) -> Result<Recorded> {
        self.hazard(Kind::HazardStart, hazard, HazardEvent::Start {}, Vec::new())
    }

    /// The rectification is done; at least one photo shows it.
    ///
    /// # Errors
    /// [`Code::PhotoMissing`] at `photos`, [`Code::Missing`] at `note`, [`Code::NotPermitted`], [`Code::StateRefused`].
    pub fn rectify(&self, hazard: &str, note: &str, photos: Vec<Digest>) -> Result<Recorded> {
        self.hazard(Kind::HazardRectify, hazard, HazardEvent::Rectify { note: note.to_owned() }, photos)
    }

    /// Somebody else looks at the rectification.
    ///
    /// # Errors
    /// [`Code::HazardFourEyes`] for who rectified it, [`Code::NotPermitted`], [`Code::StateRefused`].
    pub fn reinspect(&self, hazard: &str, passed: bool, note: Option<String>) -> Result<Recorded> {
        self.hazard(Kind::HazardReinspect, hazard, HazardEvent::Reinspect { passed, note }, Vec::new())
    }

    /// Closes a hazard that was reinspected.
    ///
    /// # Errors
    /// As [`Safety::reinspect`].
    pub fn close(&self, hazard: &str, note: Option<String>) -> Result<Recorded> {
        self.hazard(Kind::HazardClose, hazard, HazardEvent::Close { note }, Vec::new())
    }

    /// Closes a hazard that was rectified while the inspector was still there.
    ///
    /// `rectified_by` and `witness` are a person's id or a name; the photos show before and after.
    ///
    /// # Errors
    /// [`Code::HazardFourEyes`] at `witness`; as [`Safety::reinspect`].
    pub fn close_on_spot(&self, hazard: &str, rectified_by: &str, witness: &str, before: Digest, after: Digest) -> Result<Recorded> {
        let event = HazardEvent::CloseOnSpot { rectified_by: rectified_by.to_owned(), witness: witness.to_owned(), before, after };
        self.hazard(Kind::HazardCloseOnSpot, hazard, event, vec![before, after])
    }

    /// The second person of a closing on the spot says so themselves.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for anyone else, [`Code::StateRefused`] where it was said before; those of the store.
    pub fn witness(&self, hazard: &str) -> Result<Recorded> {
        self.hazard(Kind::HazardWitness, hazard, HazardEvent::Witness {}, Vec::new())
    }

    /// A closed hazard is there again: it begins anew, and counts as one.
    ///
    /// # Errors
    /// [`Code::Missing`] at `reason`; as [`Safety::reinspect`].
    pub fn reopen(&self, hazard: &str, reason: &str) -> Result<Recorded> {
        self.hazard(Kind::HazardReopen, hazard, HazardEvent::Reopen { reason: reason.to_owned() }, Vec::new())
    }

    /// Moves the due date.
    ///
    /// # Errors
    /// [`Code::TimeOrder`] at `due` where it is not later, [`Code::OutOfRange`] where it is further than it may be moved, or was
    /// moved as often as it may, [`Code::Missing`] at `reason`; as [`Safety::reinspect`].
    pub fn extend(&self, hazard: &str, due: &str, reason: &str) -> Result<Recorded> {
        let due = parse_rfc3339(due).map_err(|error| error.within("due"))?;
        self.hazard(Kind::HazardExtend, hazard, HazardEvent::Extend { due, reason: reason.to_owned() }, Vec::new())
    }

    /// Another authority takes over.
    ///
    /// # Errors
    /// [`Code::Missing`] at `authority` or `reason`; as [`Safety::reinspect`].
    pub fn refer(&self, hazard: &str, authority: &str, reason: &str) -> Result<Recorded> {
        let event = HazardEvent::Refer { authority: authority.to_owned(), reason: reason.to_owned() };
        self.hazard(Kind::HazardRefer, hazard, event, Vec::new())
    }

    /// It was none.
    ///
    /// # Errors
    /// [`Code::Missing`] at `reason`; as [`Safety::reinspect`].
    pub fn void(&self, hazard: &str, reason: &str) -> Result<Recorded> {
        self.hazard(Kind::HazardVoid, hazard, HazardEvent::Void { reason: reason.to_owned() }, Vec::new())
    }

    /// Inspections that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn inspections(&self, page: Page) -> Result<Vec<(String, Inspection)>> {
        self.0.typed(DocumentKind::Inspection, page)
    }

    /// Hazards that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn hazards(&self, page: Page) -> Result<Vec<(String, Hazard)>> {
        self.0.typed(DocumentKind::Hazard, page)
    }

    fn hazard(&self, kind: Kind, hazard: &str, event: HazardEvent, photos: Vec<Digest>) -> Result<Recorded> {
        self.act(kind, hazard, &event.normalised()?, photos)
    }

    /// The version of the checklist that a visit answers; none where this phone knows none, so that any will do.
    fn asked(&self, draft: &InspectionDraft) -> Result<Option<ChecklistRef>> {
        let campaign: Option<Campaign> = match &draft.campaign {
            Some(id) => self.noun(DocumentKind::Campaign, id, "campaign").ok(),
            None => None,
        };
        let venue: Option<Venue> = self.noun(DocumentKind::Venue, &draft.venue, "venue").ok();
        let lists = self.checklists()?;
        let list = Checklist::choose(&lists, campaign.and_then(|campaign| campaign.checklist).as_deref(), venue.map(|venue| venue.kind));
        Ok(list.and_then(|list| Some(ChecklistRef { id: list.id.clone(), version: list.newest()?.version })))
    }

    /// A document as its noun.
    pub(super) fn noun<T: DeserializeOwned>(&self, kind: DocumentKind, id: &str, field: &'static str) -> Result<T> {
        let document = self.0.document(id)?.filter(|document| document.kind == kind.as_str());
        let document = document.ok_or_else(|| Error::field(Code::UnknownReference, field, "this phone knows no such document"))?;
        Ok(serde_json::from_value(document.body)?)
    }

    pub(super) fn act(&self, kind: Kind, entity: &str, event: &impl Serialize, photos: Vec<Digest>) -> Result<Recorded> {
        Ok(self.0.record(NewOperation::new(kind, entity, event)?.with_photos(photos))?.0)
    }

    fn amend(&self, amends: Uuid, kind: Kind, draft: impl FnOnce(String) -> Result<NewOperation>) -> Result<Recorded> {
        let original = self.0.original(amends)?;
        if original_kind(&original)? != kind {
            return Err(Error::field(Code::AmendsNothing, "amends", "it is of another kind"));
        }
        let mut new = draft(original.operation.entity)?;
        new.amends = Some(amends);
        Ok(self.0.record_amendment(new)?.0)
    }
}

fn inspection(id: String, draft: InspectionDraft, checklist: Option<ChecklistRef>) -> Result<NewOperation> {
    let event = InspectionEvent::Start { venue: draft.venue, campaign: draft.campaign, checklist }.normalised()?;
    Ok(NewOperation::new(Kind::InspectionStart, id, &event)?.with_fix(draft.fix).with_photos(draft.photos))
}

fn hazard(id: String, draft: HazardDraft) -> Result<NewOperation> {
    let event = HazardEvent::Find { venue: draft.venue, inspection: draft.inspection, description: draft.description, grade: draft.grade }
        .normalised()?;
    Ok(NewOperation::new(Kind::HazardFind, id, &event)?.with_fix(draft.fix).with_photos(draft.photos))
}
