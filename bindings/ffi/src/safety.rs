//! Safety checks: inspections of venues, and hazards from found to closed.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::campaigns::ChecklistRef;
use crate::companion::CompanionHandle;
use crate::crossing::{Inward, both_ways, draft, given, mirror, noun, record};
use crate::error::Result;
use crate::types::{Bilingual, Fix, Page, Position, Recorded};

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

record! {
    /// Premises that are checked.
    Venue = domain::Venue {
        /// Such as `v-001`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// What it is.
        kind: VenueKind,
        /// The zone in which it lies.
        zone: String,
        /// Where it is.
        at: Position,
        /// From when on it is struck off, UTC ms.
        retired_at: Option<i64>,
    }
}

record! {
    /// A question of a safety check.
    ChecklistItem = domain::ChecklistItem {
        /// Such as `fire-exits`.
        id: String,
        /// The question.
        text: Bilingual,
    }
}

both_ways! {
    /// One answered question.
    ChecklistAnswer = domain::ChecklistAnswer {
        /// The question's id.
        item: String,
        /// The answer.
        outcome: AnswerOutcome,
        /// What there is to say; at most 500 characters.
        note: Option<String> = None,
    }
}

both_ways! {
    /// What a major hazard needs before anyone can be charged with it.
    MajorPlan = domain::MajorPlan {
        /// 措施
        measures: String,
        /// 责任人
        owner: String,
        /// 资金
        funds: String,
        /// 时限, UTC ms
        deadline: i64,
        /// 预案
        contingency: String,
    }
}

draft! {
    /// A visit that begins.
    InspectionDraft = core::InspectionDraft {
        /// The venue's id.
        venue: String,
        /// The campaign that it belongs to; at most 64 characters.
        campaign: Option<String> = None,
        /// Where the phone is.
        fix: Option<Fix> = None,
        /// SHA-256 of photos that were attached before; at most six.
        photos: Vec<String> = [],
    }
}

draft! {
    /// A hazard that was found.
    HazardDraft = core::HazardDraft {
        /// The venue's id.
        venue: String,
        /// The inspection that found it.
        inspection: Option<String> = None,
        /// What is wrong; 1 to 2,000 characters.
        description: String,
        /// How bad it is.
        grade: HazardGrade,
        /// Where the phone is.
        fix: Option<Fix> = None,
        /// SHA-256 of photos that were attached before; at most six.
        photos: Vec<String> = [],
    }
}

draft! {
    /// Who answers for a hazard, and until when.
    AssignDraft = core::AssignDraft {
        /// Who; 1 to 100 characters.
        owner: String,
        /// Until when: RFC 3339 with an offset.
        due: String,
        /// What a major hazard needs.
        plan: Option<MajorPlan> = None,
    }
}

noun! {
    /// An inspection as staff see it.
    Inspection = domain::Inspection {
        /// The venue.
        venue: String,
        /// Its zone; empty where the phone does not know it yet.
        zone: String,
        /// The campaign.
        campaign: Option<String>,
        /// Whether the campaign was not going on then, or is not for this venue.
        outside_campaign: bool,
        /// The questions that it answers.
        checklist: Option<ChecklistRef>,
        /// Where it stands.
        state: InspectionState,
        /// Who planned it.
        planned_by: Option<String>,
        /// Until when it was planned for, UTC ms.
        due: Option<i64>,
        /// Who inspects; who is to, where it is planned.
        inspector: String,
        /// The operation that began it.
        operation: String,
        /// When it began or was planned, UTC ms.
        at: i64,
        /// When it was handed in, UTC ms.
        submitted_at: Option<i64>,
        /// The answers.
        answers: Vec<ChecklistAnswer>,
        /// In a sentence.
        summary: Option<String>,
        /// Photos, by SHA-256.
        photos: Vec<String>,
        /// Who decided on it.
        decided_by: Option<String>,
        /// And why.
        reason: Option<String>,
    }
}

noun! {
    /// A hazard as staff see it.
    Hazard = domain::Hazard {
        /// The venue.
        venue: String,
        /// Its zone; empty where the phone does not know it yet.
        zone: String,
        /// The inspection that found it.
        inspection: Option<String>,
        /// What is wrong.
        description: String,
        /// How bad it is.
        grade: HazardGrade,
        /// Where it stands.
        state: HazardState,
        /// Who found it.
        found_by: String,
        /// The operation that reported it.
        operation: String,
        /// When it was found, UTC ms.
        at: i64,
        /// Who answers for the rectification.
        owner: Option<String>,
        /// Until when, UTC ms.
        due: Option<i64>,
        /// When the due date passed with no rectification handed in, UTC ms.
        overdue_at: Option<i64>,
        /// How often the due date moved.
        extensions: i64,
        /// The plan of a major hazard.
        plan: Option<MajorPlan>,
        /// Who rectified it last.
        rectified_by: Option<String>,
        /// Everyone who ever rectified it: none of them closes it.
        rectifiers: Vec<String>,
        /// The authority to which it was referred.
        referred_to: Option<String>,
        /// Who closed it.
        closed_by: Option<String>,
        /// When it was closed, UTC ms.
        closed_at: Option<i64>,
        /// The second person of a rectification on the spot.
        witness: Option<String>,
        /// When that person said so themselves, UTC ms.
        witnessed_at: Option<i64>,
        /// How often it was there again after it was closed.
        reopened: i64,
        /// When it was so last, UTC ms.
        reopened_at: Option<i64>,
        /// The last word on it.
        note: Option<String>,
        /// Photos from when it was found, by SHA-256.
        photos: Vec<String>,
        /// Photos of the rectification, by SHA-256.
        rectification_photos: Vec<String>,
        /// Photos that the venue's operator sent, by SHA-256.
        operator_photos: Vec<String>,
        /// What they had to say last.
        operator_note: Option<String>,
        /// When they sent something last, UTC ms.
        operator_at: Option<i64>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// All venues that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn venues(&self) -> Result<Vec<Venue>> {
        given(self.core.safety().venues())
    }

    /// The questions of a safety check.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checklist(&self) -> Result<Vec<ChecklistItem>> {
        given(self.core.safety().checklist())
    }

    /// Begins a visit of a venue. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` or `venue_retired` at `venue`, `not_permitted`; those of the store.
    pub fn start_inspection(&self, draft: InspectionDraft) -> Result<Recorded> {
        given(self.core.safety().start_inspection(draft.inward("")?))
    }

    /// Corrects the beginning of a visit that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `start_inspection`.
    pub fn amend_inspection(&self, operation: &str, draft: InspectionDraft) -> Result<Recorded> {
        given(self.core.safety().amend_inspection(operation.inward("operation")?, draft.inward("")?))
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
        given(self.core.safety().submit(inspection, answers.inward("answers")?, summary, photos.inward("photos")?))
    }

    /// The desk takes an inspection.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`.
    pub fn approve_inspection(&self, inspection: &str) -> Result<Recorded> {
        given(self.core.safety().approve(inspection))
    }

    /// The desk sends an inspection back.
    ///
    /// # Errors
    /// `missing` at `reason`, `not_permitted`, `state_refused`.
    pub fn return_inspection(&self, inspection: &str, reason: &str) -> Result<Recorded> {
        given(self.core.safety().return_inspection(inspection, reason))
    }

    /// Reports a hazard. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` or `venue_retired` at `venue`, `missing` at `description`.
    pub fn add_hazard(&self, draft: HazardDraft) -> Result<Recorded> {
        given(self.core.safety().add_hazard(draft.inward("")?))
    }

    /// Corrects a hazard's report that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `add_hazard`.
    pub fn amend_hazard(&self, operation: &str, draft: HazardDraft) -> Result<Recorded> {
        given(self.core.safety().amend_hazard(operation.inward("operation")?, draft.inward("")?))
    }

    /// Gives a hazard an owner and a due date.
    ///
    /// # Errors
    /// `hazard_plan_missing` where a major hazard has no plan, `time_order` at `due`, `not_permitted`, `state_refused`.
    pub fn assign_hazard(&self, hazard: &str, draft: AssignDraft) -> Result<Recorded> {
        given(self.core.safety().assign(hazard, draft.inward("")?))
    }

    /// Rectification begins.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`.
    pub fn start_rectification(&self, hazard: &str) -> Result<Recorded> {
        given(self.core.safety().start_rectification(hazard))
    }

    /// The rectification is done; at least one photo shows it.
    ///
    /// # Errors
    /// `photo_missing` at `photos`, `missing` at `note`, `not_permitted`, `state_refused`.
    pub fn rectify_hazard(&self, hazard: &str, note: &str, photos: Vec<String>) -> Result<Recorded> {
        given(self.core.safety().rectify(hazard, note, photos.inward("photos")?))
    }

    /// Somebody else looks at the rectification.
    ///
    /// # Errors
    /// `hazard_four_eyes` for who rectified it, `not_permitted`, `state_refused`.
    pub fn reinspect_hazard(&self, hazard: &str, passed: bool, note: Option<String>) -> Result<Recorded> {
        given(self.core.safety().reinspect(hazard, passed, note))
    }

    /// Closes a hazard that was reinspected.
    ///
    /// # Errors
    /// As `reinspect_hazard`.
    pub fn close_hazard(&self, hazard: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.safety().close(hazard, note))
    }

    /// Closes a hazard that was rectified while the inspector was still there. `before` and `after` are photos.
    ///
    /// # Errors
    /// `hazard_four_eyes` at `witness`; as `reinspect_hazard`.
    pub fn close_hazard_on_spot(&self, hazard: &str, rectified_by: &str, witness: &str, before: &str, after: &str) -> Result<Recorded> {
        let (before, after) = (before.inward("before")?, after.inward("after")?);
        given(self.core.safety().close_on_spot(hazard, rectified_by, witness, before, after))
    }

    /// Moves the due date (RFC 3339 with an offset).
    ///
    /// # Errors
    /// `time_order` at `due` where it is not later, `missing` at `reason`; as `reinspect_hazard`.
    pub fn extend_hazard(&self, hazard: &str, due: &str, reason: &str) -> Result<Recorded> {
        given(self.core.safety().extend(hazard, due, reason))
    }

    /// Another authority takes over.
    ///
    /// # Errors
    /// `missing` at `authority` or `reason`; as `reinspect_hazard`.
    pub fn refer_hazard(&self, hazard: &str, authority: &str, reason: &str) -> Result<Recorded> {
        given(self.core.safety().refer(hazard, authority, reason))
    }

    /// It was none.
    ///
    /// # Errors
    /// `missing` at `reason`; as `reinspect_hazard`.
    pub fn void_hazard(&self, hazard: &str, reason: &str) -> Result<Recorded> {
        given(self.core.safety().void(hazard, reason))
    }

    /// Inspections that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn inspections(&self, page: Page) -> Result<Vec<Inspection>> {
        given(self.core.safety().inspections(page.inward("")?))
    }

    /// Hazards that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn hazards(&self, page: Page) -> Result<Vec<Hazard>> {
        given(self.core.safety().hazards(page.inward("")?))
    }
}
