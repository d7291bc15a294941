//! Safety checks: inspections of venues, and hazards from found to closed.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::error::Result;
use crate::types::{Bilingual, Fix, Page, Position, Recorded, digest, digests, fix, hex, mirror, uuid};

mirror! {
    /// What a venue is.
    VenueKind = domain::VenueKind {
        /// 商店
        Shop,
        /// 餐饮
        Restaurant,
        /// 宾馆民宿
        Hotel,
        /// 摊位
        Stall,
        /// 游船码头
        Pier,
        /// 娱乐场所
        Entertainment,
    }
}

mirror! {
    /// The answer to a question of a safety check.
    AnswerOutcome = domain::AnswerOutcome {
        /// In order.
        Pass,
        /// Not in order.
        Fail,
        /// Does not arise here.
        NotApplicable,
    }
}

mirror! {
    /// Where an inspection stands.
    InspectionState = domain::InspectionState {
        /// Somebody will go.
        Planned,
        /// Somebody is there.
        InProgress,
        /// Handed in.
        Submitted,
        /// The desk took it.
        Approved,
        /// The desk sent it back.
        Returned,
    }
}

mirror! {
    /// How bad a hazard is.
    HazardGrade = domain::HazardGrade {
        /// 一般隐患
        General,
        /// 重大隐患
        Major,
    }
}

mirror! {
    /// Where a hazard stands.
    HazardState = domain::HazardState {
        /// 发现
        Found,
        /// 交办
        Assigned,
        /// 整改
        Rectifying,
        /// The rectification is handed in.
        Submitted,
        /// 复查, passed
        Reinspected,
        /// 销号
        Closed,
        /// 延期
        Extended,
        /// 移送
        Referred,
        /// It was none.
        Void,
    }
}

/// Premises that are checked.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Venue {
    /// Such as `v-001`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// What it is.
    pub kind: VenueKind,
    /// The zone in which it lies.
    pub zone: String,
    /// Where it is.
    pub at: Position,
    /// From when on it is struck off, UTC ms.
    pub retired_at: Option<i64>,
}

impl From<domain::Venue> for Venue {
    fn from(venue: domain::Venue) -> Self {
        Self {
            id: venue.id,
            name: venue.name.into(),
            kind: venue.kind.into(),
            zone: venue.zone,
            at: venue.at.into(),
            retired_at: venue.retired_at,
        }
    }
}

/// A question of a safety check.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChecklistItem {
    /// Such as `fire-exits`.
    pub id: String,
    /// The question.
    pub text: Bilingual,
}

impl From<domain::ChecklistItem> for ChecklistItem {
    fn from(item: domain::ChecklistItem) -> Self {
        Self { id: item.id, text: item.text.into() }
    }
}

/// One answered question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChecklistAnswer {
    /// The question's id.
    pub item: String,
    /// The answer.
    pub outcome: AnswerOutcome,
    /// What there is to say; at most 500 characters.
    #[uniffi(default = None)]
    pub note: Option<String>,
}

impl From<ChecklistAnswer> for domain::ChecklistAnswer {
    fn from(answer: ChecklistAnswer) -> Self {
        Self { item: answer.item, outcome: answer.outcome.into(), note: answer.note }
    }
}

impl From<domain::ChecklistAnswer> for ChecklistAnswer {
    fn from(answer: domain::ChecklistAnswer) -> Self {
        Self { item: answer.item, outcome: answer.outcome.into(), note: answer.note }
    }
}

/// What a major hazard needs before anyone can be charged with it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MajorPlan {
    /// 措施
    pub measures: String,
    /// 责任人
    pub owner: String,
    /// 资金
    pub funds: String,
    /// 时限, UTC ms
    pub deadline: i64,
    /// 预案
    pub contingency: String,
}

impl From<MajorPlan> for domain::MajorPlan {
    fn from(plan: MajorPlan) -> Self {
        Self { measures: plan.measures, owner: plan.owner, funds: plan.funds, deadline: plan.deadline, contingency: plan.contingency }
    }
}

impl From<domain::MajorPlan> for MajorPlan {
    fn from(plan: domain::MajorPlan) -> Self {
        Self { measures: plan.measures, owner: plan.owner, funds: plan.funds, deadline: plan.deadline, contingency: plan.contingency }
    }
}

/// A visit that begins.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct InspectionDraft {
    /// The venue's id.
    pub venue: String,
    /// The campaign that it belongs to; at most 64 characters.
    #[uniffi(default = None)]
    pub campaign: Option<String>,
    /// Where the phone is.
    #[uniffi(default = None)]
    pub fix: Option<Fix>,
    /// SHA-256 of photos that were attached before; at most six.
    #[uniffi(default = [])]
    pub photos: Vec<String>,
}

impl InspectionDraft {
    fn into_core(self) -> Result<core::InspectionDraft> {
        Ok(core::InspectionDraft { venue: self.venue, campaign: self.campaign, fix: fix(self.fix)?, photos: digests(&self.photos)? })
    }
}

/// A hazard that was found.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct HazardDraft {
    /// The venue's id.
    pub venue: String,
    /// The inspection that found it.
    #[uniffi(default = None)]
    pub inspection: Option<String>,
    /// What is wrong; 1 to 2,000 characters.
    pub description: String,
    /// How bad it is.
    pub grade: HazardGrade,
    /// Where the phone is.
    #[uniffi(default = None)]
    pub fix: Option<Fix>,
    /// SHA-256 of photos that were attached before; at most six.
    #[uniffi(default = [])]
    pub photos: Vec<String>,
}

impl HazardDraft {
    fn into_core(self) -> Result<core::HazardDraft> {
        Ok(core::HazardDraft {
            venue: self.venue,
            inspection: self.inspection,
            description: self.description,
            grade: self.grade.into(),
            fix: fix(self.fix)?,
            photos: digests(&self.photos)?,
        })
    }
}

/// Who answers for a hazard, and until when.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AssignDraft {
    /// Who; 1 to 100 characters.
    pub owner: String,
    /// Until when: RFC 3339 with an offset.
    pub due: String,
    /// What a major hazard needs.
    #[uniffi(default = None)]
    pub plan: Option<MajorPlan>,
}

/// An inspection as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Inspection {
    /// Its id.
    pub id: String,
    /// The venue.
    pub venue: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// The campaign.
    pub campaign: Option<String>,
    /// Where it stands.
    pub state: InspectionState,
    /// Who inspects.
    pub inspector: String,
    /// The operation that began it.
    pub operation: String,
    /// When it began, UTC ms.
    pub at: i64,
    /// When it was handed in, UTC ms.
    pub submitted_at: Option<i64>,
    /// The answers.
    pub answers: Vec<ChecklistAnswer>,
    /// In a sentence.
    pub summary: Option<String>,
    /// Photos, by SHA-256.
    pub photos: Vec<String>,
    /// Who decided on it.
    pub decided_by: Option<String>,
    /// And why.
    pub reason: Option<String>,
}

impl From<(String, domain::Inspection)> for Inspection {
    fn from((id, inspection): (String, domain::Inspection)) -> Self {
        Self {
            id,
            venue: inspection.venue,
            zone: inspection.zone,
            campaign: inspection.campaign,
            state: inspection.state.into(),
            inspector: inspection.inspector,
            operation: inspection.operation.to_string(),
            at: inspection.at,
            submitted_at: inspection.submitted_at,
            answers: inspection.answers.into_iter().map(ChecklistAnswer::from).collect(),
            summary: inspection.summary,
            photos: hex(&inspection.photos),
            decided_by: inspection.decided_by,
            reason: inspection.reason,
        }
    }
}

/// A hazard as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Hazard {
    /// Its id.
    pub id: String,
    /// The venue.
    pub venue: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// The inspection that found it.
    pub inspection: Option<String>,
    /// What is wrong.
    pub description: String,
    /// How bad it is.
    pub grade: HazardGrade,
    /// Where it stands.
    pub state: HazardState,
    /// Who found it.
    pub found_by: String,
    /// The operation that reported it.
    pub operation: String,
    /// When it was found, UTC ms.
    pub at: i64,
    /// Who answers for the rectification.
    pub owner: Option<String>,
    /// Until when, UTC ms.
    pub due: Option<i64>,
    /// The plan of a major hazard.
    pub plan: Option<MajorPlan>,
    /// Who rectified it last.
    pub rectified_by: Option<String>,
    /// Everyone who ever rectified it: none of them closes it.
    pub rectifiers: Vec<String>,
    /// The authority to which it was referred.
    pub referred_to: Option<String>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// When it was closed, UTC ms.
    pub closed_at: Option<i64>,
    /// The second person of a rectification on the spot.
    pub witness: Option<String>,
    /// The last word on it.
    pub note: Option<String>,
    /// Photos from when it was found, by SHA-256.
    pub photos: Vec<String>,
    /// Photos of the rectification, by SHA-256.
    pub rectification_photos: Vec<String>,
}

impl From<(String, domain::Hazard)> for Hazard {
    fn from((id, hazard): (String, domain::Hazard)) -> Self {
        Self {
            id,
            venue: hazard.venue,
            zone: hazard.zone,
            inspection: hazard.inspection,
            description: hazard.description,
            grade: hazard.grade.into(),
            state: hazard.state.into(),
            found_by: hazard.found_by,
            operation: hazard.operation.to_string(),
            at: hazard.at,
            owner: hazard.owner,
            due: hazard.due,
            plan: hazard.plan.map(MajorPlan::from),
            rectified_by: hazard.rectified_by,
            rectifiers: hazard.rectifiers,
            referred_to: hazard.referred_to,
            closed_by: hazard.closed_by,
            closed_at: hazard.closed_at,
            witness: hazard.witness,
            note: hazard.note,
            photos: hex(&hazard.photos),
            rectification_photos: hex(&hazard.rectification_photos),
        }
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// All venues that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn venues(&self) -> Result<Vec<Venue>> {
        Ok(self.core.safety().venues()?.into_iter().map(Venue::from).collect())
    }

    /// The questions of a safety check.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checklist(&self) -> Result<Vec<ChecklistItem>> {
        Ok(self.core.safety().checklist()?.into_iter().map(ChecklistItem::from).collect())
    }

    /// Begins a visit of a venue. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` or `venue_retired` at `venue`, `not_permitted`; those of the store.
    pub fn start_inspection(&self, draft: InspectionDraft) -> Result<Recorded> {
        Ok(self.core.safety().start_inspection(draft.into_core()?)?.into())
    }

    /// Corrects the beginning of a visit that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `start_inspection`.
    pub fn amend_inspection(&self, operation: &str, draft: InspectionDraft) -> Result<Recorded> {
        Ok(self.core.safety().amend_inspection(uuid("operation", operation)?, draft.into_core()?)?.into())
    }

    /// Hands in an inspection with every question answered once.
    ///
    /// # Errors
    /// `missing` or `unknown_reference` at `answers`, `state_refused`.
    pub fn submit_inspection(
        &self,
        inspection: &str,
        answers: Vec<ChecklistAnswer>,
        summary: Option<String>,
        photos: Vec<String>,
    ) -> Result<Recorded> {
        let answers = answers.into_iter().map(domain::ChecklistAnswer::from).collect();
        Ok(self.core.safety().submit(inspection, answers, summary, digests(&photos)?)?.into())
    }

    /// The desk takes an inspection.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`.
    pub fn approve_inspection(&self, inspection: &str) -> Result<Recorded> {
        Ok(self.core.safety().approve(inspection)?.into())
    }

    /// The desk sends an inspection back.
    ///
    /// # Errors
    /// `missing` at `reason`, `not_permitted`, `state_refused`.
    pub fn return_inspection(&self, inspection: &str, reason: &str) -> Result<Recorded> {
        Ok(self.core.safety().return_inspection(inspection, reason)?.into())
    }

    /// Reports a hazard. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` or `venue_retired` at `venue`, `missing` at `description`.
    pub fn add_hazard(&self, draft: HazardDraft) -> Result<Recorded> {
        Ok(self.core.safety().add_hazard(draft.into_core()?)?.into())
    }

    /// Corrects a hazard's report that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `add_hazard`.
    pub fn amend_hazard(&self, operation: &str, draft: HazardDraft) -> Result<Recorded> {
        Ok(self.core.safety().amend_hazard(uuid("operation", operation)?, draft.into_core()?)?.into())
    }

    /// Gives a hazard an owner and a due date.
    ///
    /// # Errors
    /// `hazard_plan_missing` where a major hazard has no plan, `time_order` at `due`, `not_permitted`, `state_refused`.
    pub fn assign_hazard(&self, hazard: &str, draft: AssignDraft) -> Result<Recorded> {
        let draft = core::AssignDraft { owner: draft.owner, due: draft.due, plan: draft.plan.map(domain::MajorPlan::from) };
        Ok(self.core.safety().assign(hazard, draft)?.into())
    }

    /// Rectification begins.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`.
    pub fn start_rectification(&self, hazard: &str) -> Result<Recorded> {
        Ok(self.core.safety().start_rectification(hazard)?.into())
    }

    /// The rectification is done; at least one photo shows it.
    ///
    /// # Errors
    /// `photo_missing` at `photos`, `missing` at `note`, `not_permitted`, `state_refused`.
    pub fn rectify_hazard(&self, hazard: &str, note: &str, photos: Vec<String>) -> Result<Recorded> {
        Ok(self.core.safety().rectify(hazard, note, digests(&photos)?)?.into())
    }

    /// Somebody else looks at the rectification.
    ///
    /// # Errors
    /// `hazard_four_eyes` for who rectified it, `not_permitted`, `state_refused`.
    pub fn reinspect_hazard(&self, hazard: &str, passed: bool, note: Option<String>) -> Result<Recorded> {
        Ok(self.core.safety().reinspect(hazard, passed, note)?.into())
    }

    /// Closes a hazard that was reinspected.
    ///
    /// # Errors
    /// As `reinspect_hazard`.
    pub fn close_hazard(&self, hazard: &str, note: Option<String>) -> Result<Recorded> {
        Ok(self.core.safety().close(hazard, note)?.into())
    }

    /// Closes a hazard that was rectified while the inspector was still there. `before` and `after` are photos.
    ///
    /// # Errors
    /// `hazard_four_eyes` at `witness`; as `reinspect_hazard`.
    pub fn close_hazard_on_spot(&self, hazard: &str, rectified_by: &str, witness: &str, before: &str, after: &str) -> Result<Recorded> {
        let (before, after) = (digest("before", before)?, digest("after", after)?);
        Ok(self.core.safety().close_on_spot(hazard, rectified_by, witness, before, after)?.into())
    }

    /// Moves the due date (RFC 3339 with an offset).
    ///
    /// # Errors
    /// `time_order` at `due` where it is not later, `missing` at `reason`; as `reinspect_hazard`.
    pub fn extend_hazard(&self, hazard: &str, due: &str, reason: &str) -> Result<Recorded> {
        Ok(self.core.safety().extend(hazard, due, reason)?.into())
    }

    /// Another authority takes over.
    ///
    /// # Errors
    /// `missing` at `authority` or `reason`; as `reinspect_hazard`.
    pub fn refer_hazard(&self, hazard: &str, authority: &str, reason: &str) -> Result<Recorded> {
        Ok(self.core.safety().refer(hazard, authority, reason)?.into())
    }

    /// It was none.
    ///
    /// # Errors
    /// `missing` at `reason`; as `reinspect_hazard`.
    pub fn void_hazard(&self, hazard: &str, reason: &str) -> Result<Recorded> {
        Ok(self.core.safety().void(hazard, reason)?.into())
    }

    /// Inspections that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn inspections(&self, page: Page) -> Result<Vec<Inspection>> {
        Ok(self.core.safety().inspections(page.try_into()?)?.into_iter().map(Inspection::from).collect())
    }

    /// Hazards that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn hazards(&self, page: Page) -> Result<Vec<Hazard>> {
        Ok(self.core.safety().hazards(page.try_into()?)?.into_iter().map(Hazard::from).collect())
    }
}
