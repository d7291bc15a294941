//! Campaigns, checklists, and rectification notices: a part of safety checks.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, Outward, draft, given, mirror, noun, path, record, sum};
use crate::error::Result;
use crate::safety::{ChecklistItem, Hazard, Inspection, VenueKind};
use crate::types::{Bilingual, Fix, Page, Recorded};

mirror! {
    /// What a campaign is for.
    CampaignPurpose = domain::CampaignPurpose {
        /// 安全检查
        SafetyCheck,
        /// 治安清查
        PublicOrder,
    }
}

mirror! {
    /// Where a campaign stands.
    CampaignState = domain::CampaignState {
        /// It will be.
        Planned,
        /// It is going on.
        Running,
        /// It is over.
        Closed,
    }
}

mirror! {
    /// Where a notice stands.
    NoticeState = domain::NoticeState {
        /// It is written.
        Issued,
        /// It is signed for, or the signature was refused before a witness.
        Served,
    }
}

draft! {
    /// A campaign that is planned.
    CampaignDraft = core::CampaignDraft {
        /// Its name; 1 to 100 characters.
        name: String,
        /// What it is for.
        purpose: CampaignPurpose,
        /// The venues that are to be visited; with `zones` empty as well, all of the site.
        venues: Vec<String>,
        /// The zones whose venues are to be visited.
        zones: Vec<String>,
        /// The checklist that its visits ask; each venue's own, where there is none.
        checklist: Option<String> = None,
        /// When it is to begin: RFC 3339 with an offset.
        from: String,
        /// When it is to be over: RFC 3339 with an offset.
        to: String,
    }
}

noun! {
    /// A campaign as those who inspect see it.
    Campaign = domain::Campaign {
        /// Its name.
        name: String,
        /// What it is for.
        purpose: CampaignPurpose,
        /// Where it stands.
        state: CampaignState,
        /// The venues that are to be visited.
        venues: Vec<String>,
        /// The zones whose venues are to be visited.
        zones: Vec<String>,
        /// The checklist that its visits ask.
        checklist: Option<String>,
        /// When it is to begin, UTC ms.
        from: i64,
        /// When it is to be over, UTC ms.
        to: i64,
        /// Who planned it.
        planned_by: String,
        /// The operation that planned it.
        operation: String,
        /// When it was planned, UTC ms.
        at: i64,
        /// When it began, UTC ms.
        started_at: Option<i64>,
        /// When it was over, UTC ms.
        closed_at: Option<i64>,
        /// What came of it.
        summary: Option<String>,
    }
}

record! {
    /// The questions that a checklist asked from some time on.
    ChecklistVersion = domain::ChecklistVersion {
        /// From 1.
        version: i64,
        /// The questions.
        items: Vec<ChecklistItem>,
    }
}

record! {
    /// One version of one checklist.
    ChecklistRef = domain::ChecklistRef {
        /// The checklist's id.
        id: String,
        /// Its version.
        version: i64,
    }
}

record! {
    /// A checklist as phones receive it.
    Checklist = domain::Checklist {
        /// Such as `c-hotel`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// The kinds of venues that it is for.
        venue_kinds: Vec<VenueKind>,
        /// Every version, the newest last.
        versions: Vec<ChecklistVersion>,
        /// Whether no new visit is to ask it.
        retired: bool,
    }
}

draft! {
    /// A notice about a hazard.
    NoticeDraft = core::NoticeDraft {
        /// The hazard, which has its owner and due date.
        hazard: String,
        /// What has to be done; 1 to 2,000 characters.
        requirement: String,
        /// By which law, article by article; 1 to 1,000 characters.
        legal_basis: String,
    }
}

/// A point of a stroke, in thousandths of the box's width; the box is 1000 wide and 400 high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct StrokePoint {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
}

impl Outward<StrokePoint> for [u16; 2] {
    fn outward(self) -> StrokePoint {
        let [x, y] = self.map(i64::from);
        StrokePoint { x, y }
    }
}

impl Inward<[u16; 2]> for StrokePoint {
    fn inward(self, at: &str) -> Result<[u16; 2]> {
        Ok([self.x.inward(&path(at, "x"))?, self.y.inward(&path(at, "y"))?])
    }
}

sum! {
    /// How the venue's operator says that they have the notice.
    Signature = domain::Signature {
        /// Written on the phone.
        Strokes {
            /// 1 to 64 strokes, 2,000 points in all.
            strokes: Vec<Vec<StrokePoint>>,
        },
        /// A photo of the signed paper, attached before.
        Photo {
            /// By SHA-256.
            sha256: String,
        },
        /// 拒签: they will not sign.
        Refused {
            /// Who saw that, another than the author; 1 to 100 characters.
            witness: String,
        },
    }
}

record! {
    /// The number of a notice: the hub gives it, in the order of the site's log.
    NoticeNumber = domain::NoticeNumber {
        /// Of the site's calendar.
        year: i64,
        /// From 1, within the year.
        serial: i64,
    }
}

noun! {
    /// A rectification notice as those who inspect see it.
    RectificationNotice = domain::RectificationNotice {
        /// Its number; none until the hub has it.
        number: Option<NoticeNumber>,
        /// The hazard.
        hazard: String,
        /// The venue.
        venue: String,
        /// Its zone; empty where the phone does not know it yet.
        zone: String,
        /// What is wrong, as it was when the notice was written.
        description: String,
        /// What has to be done.
        requirement: String,
        /// By which law.
        legal_basis: String,
        /// Until when, UTC ms.
        due: i64,
        /// Where it stands.
        state: NoticeState,
        /// Who wrote it.
        issued_by: String,
        /// The operation that wrote it.
        operation: String,
        /// When, UTC ms.
        at: i64,
        /// How it was signed for.
        signature: Option<Signature>,
        /// When, UTC ms.
        served_at: Option<i64>,
    }
}

record! {
    /// What there is to know of a venue on arrival, each with its id.
    VenueHistory = core::VenueHistory {
        /// Hazards that are still to be seen to, newest first.
        open: Vec<Hazard>,
        /// Hazards that were closed, referred or none, newest first.
        earlier: Vec<Hazard>,
        /// Visits, newest first.
        inspections: Vec<Inspection>,
    }
}

record! {
    /// What is open, what is late, and how long closing takes. A hazard counts once, however often it was reopened, and not at all
    /// where it was none.
    DynamicZero = domain::DynamicZero {
        /// Hazards that are neither closed, nor referred, nor void.
        open: i64,
        /// Of these, those whose due date passed before their rectification was handed in.
        overdue: i64,
        /// Hazards that are closed.
        closed: i64,
        /// Of these, those closed on the spot whose second person has not said so yet.
        unwitnessed: i64,
        /// Median of closed − found over the closed ones, ms; none where there are none.
        median_ms_to_close: Option<i64>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Campaigns that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn campaigns(&self, page: Page) -> Result<Vec<Campaign>> {
        given(self.core.safety().campaigns(page.inward("")?))
    }

    /// Plans a campaign. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` at `venues`, `zones` or `checklist`, `time_malformed` at `from` or `to`,
    /// `time_order` at `to`, a text's code at its field, `not_permitted`; those of the store.
    pub fn plan_campaign(&self, draft: CampaignDraft) -> Result<Recorded> {
        given(self.core.safety().plan_campaign(draft.inward("")?))
    }

    /// A campaign begins.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`; those of the store.
    pub fn start_campaign(&self, campaign: &str) -> Result<Recorded> {
        given(self.core.safety().start_campaign(campaign))
    }

    /// A campaign is over. Visits that go on are handed in as before.
    ///
    /// # Errors
    /// `too_long` at `summary`, `not_permitted`, `state_refused`; those of the store.
    pub fn close_campaign(&self, campaign: &str, summary: Option<String>) -> Result<Recorded> {
        given(self.core.safety().close_campaign(campaign, summary))
    }

    /// Writes a rectification notice. Works offline; its number comes from the hub.
    ///
    /// # Errors
    /// `state_refused` at `hazard` where it has no due date or is not open, a text's code at its field,
    /// `not_permitted`; those of the store.
    pub fn issue_notice(&self, draft: NoticeDraft) -> Result<Recorded> {
        given(self.core.safety().issue_notice(draft.inward("")?))
    }

    /// Keeps the signature of the venue's operator, or that they would not sign. A photo of it was attached before.
    ///
    /// # Errors
    /// `out_of_range` at `signature.strokes`, `hazard_four_eyes` at `signature.witness`,
    /// `state_refused` where it was signed before, `not_permitted`; those of the store.
    pub fn sign_notice(&self, notice: &str, signature: Signature) -> Result<Recorded> {
        given(self.core.safety().sign_notice(notice, signature.inward("signature")?))
    }

    /// Rectification notices that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn rectification_notices(&self, page: Page) -> Result<Vec<RectificationNotice>> {
        given(self.core.safety().notices(page.inward("")?))
    }

    /// All checklists that this phone knows, with their versions, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checklists(&self) -> Result<Vec<Checklist>> {
        given(self.core.safety().checklists())
    }

    /// The questions that an inspection answers: those of the version that it began with, whatever the list asks by now.
    ///
    /// # Errors
    /// `unknown_reference` at `inspection`; those of the store.
    pub fn questions(&self, inspection: &str) -> Result<Vec<ChecklistItem>> {
        given(self.core.safety().questions(inspection))
    }

    /// Begins a visit that was planned. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` at `inspection`, `exists` where it began before; those of `start_inspection`.
    pub fn start_planned_inspection(&self, id: &str, fix: Option<Fix>) -> Result<Recorded> {
        given(self.core.safety().start_planned(id, fix.inward("fix")?))
    }

    /// Plans a visit of a venue for somebody, until a time (RFC 3339 with an offset) where there is one.
    ///
    /// # Errors
    /// `unknown_reference` or `venue_retired` at `venue`, `unknown_reference` or `not_permitted` at
    /// `inspector`, `time_malformed` at `due`, `not_permitted`; those of the store.
    pub fn plan_inspection(&self, venue: &str, inspector: &str, campaign: Option<String>, due: Option<String>) -> Result<Recorded> {
        given(self.core.safety().plan_inspection(venue, inspector, campaign, due.as_deref()))
    }

    /// What there is to know of a venue on arrival: its hazards, the open ones first, and its visits; each newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn venue_history(&self, venue: &str) -> Result<VenueHistory> {
        given(self.core.safety().history(venue))
    }

    /// How far the hazards that this phone sees are from zero, as of now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn dynamic_zero(&self) -> Result<DynamicZero> {
        given(self.core.safety().dynamic_zero())
    }

    /// The second person of a closing on the spot says so themselves.
    ///
    /// # Errors
    /// `not_permitted` for anyone else, `state_refused` where it was said before; those of the store.
    pub fn witness_hazard(&self, hazard: &str) -> Result<Recorded> {
        given(self.core.safety().witness(hazard))
    }

    /// A closed hazard is there again: it begins anew, and counts as one.
    ///
    /// # Errors
    /// `missing` at `reason`; as `reinspect_hazard`.
    pub fn reopen_hazard(&self, hazard: &str, reason: &str) -> Result<Recorded> {
        given(self.core.safety().reopen(hazard, reason))
    }
}
