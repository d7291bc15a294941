//! Disputes: found, screened, mediated by one of two roads, and looked at again afterwards.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, draft, given, mirror, noun};
use crate::error::Result;
use crate::types::{Fix, Page, Recorded};

mirror! {
    /// What a dispute is about.
    DisputeCategory = domain::DisputeCategory {
        /// 消费
        Purchase,
        /// 食宿游览服务
        Service,
        /// 交通
        Traffic,
        /// 邻里摊位
        Neighbours,
        /// 劳务
        Labour,
        /// 家庭婚恋
        Family,
        /// 伤害损害
        Damage,
        /// 其他
        Other,
    }
}

mirror! {
    /// Who mediates.
    MediationRoad = domain::MediationRoad {
        /// 治安调解: by the police.
        Police,
        /// 人民调解: by people's mediators.
        Peoples,
    }
}

mirror! {
    /// Where a dispute stands.
    DisputeState = domain::DisputeState {
        /// 发现
        Reported,
        /// 研判
        Screened,
        /// 治安调解
        PoliceMediation,
        /// 人民调解
        PeoplesMediation,
        /// 移送: whoever it went to mediates it.
        Referred,
        /// 达成协议
        Agreed,
        /// 履行
        Performed,
        /// 回访
        Revisited,
        /// 结案
        Closed,
        /// No agreement, or one that was not kept.
        Failed,
        /// 法律途径: the police decide by law, or a court.
        LegalRoute,
    }
}

draft! {
    /// A dispute that was found. Nobody's name belongs in it.
    DisputeDraft = core::DisputeDraft {
        /// What it is about.
        category: DisputeCategory,
        /// What happened; 1 to 2,000 characters.
        description: String,
        /// How many are at odds; 2 to 1,000.
        parties: i64,
        /// In which zone, where that is known.
        zone: Option<String> = None,
        /// Where; 1 to 200 characters.
        place: String,
        /// Where the phone is.
        fix: Option<Fix> = None,
        /// SHA-256 of photos that were attached before; at most six.
        photos: Vec<String> = [],
    }
}

noun! {
    /// A dispute as its reporter, its mediators, inspectors and the desk see it.
    Dispute = domain::Dispute {
        /// What it is about.
        category: DisputeCategory,
        /// What happened.
        description: String,
        /// How many are at odds.
        parties: i64,
        /// In which zone.
        zone: Option<String>,
        /// Where.
        place: String,
        /// Where it stands.
        state: DisputeState,
        /// Who reported it.
        reporter: String,
        /// The operation that reported it.
        operation: String,
        /// When, UTC ms.
        at: i64,
        /// Photos, by SHA-256.
        photos: Vec<String>,
        /// Until when the next step is due, UTC ms. Written down at the step before: a changed setting moves no clock that runs.
        due: Option<i64>,
        /// The due times that went by with nothing done, as the hub's clock saw them, UTC ms.
        overdue: Vec<i64>,
        /// By which road it was mediated.
        road: Option<MediationRoad>,
        /// Who mediates, or mediated.
        mediators: Vec<String>,
        /// How often mediation began.
        attempts: i64,
        /// What was agreed.
        terms: Option<String>,
        /// Until when both sides may have a court confirm the agreement, UTC ms: of people's mediation only.
        confirm_until: Option<i64>,
        /// Who took it over.
        referred_to: Option<String>,
        /// When it ended, UTC ms.
        ended_at: Option<i64>,
        /// The last word on it.
        note: Option<String>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Reports a dispute. Works offline.
    ///
    /// # Errors
    /// `out_of_range` at `parties`; `unknown_reference` at `zone`; a text's code at its field;
    /// `not_permitted`; those of the store.
    pub fn report_dispute(&self, draft: DisputeDraft) -> Result<Recorded> {
        given(self.core.disputes().report(draft.inward("")?))
    }

    /// An officer looks at it.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`; those of the store.
    pub fn screen_dispute(&self, dispute: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.disputes().screen(dispute, note))
    }

    /// Mediation begins. `mediators` are persons of the base by id, and for people's mediation also names of others; they see the
    /// dispute from then on.
    ///
    /// # Errors
    /// `not_permitted` at `mediators` where nobody among them may mediate without an officer; `missing`
    /// or `out_of_range` at `mediators`; as `screen_dispute`.
    pub fn mediate_dispute(&self, dispute: &str, road: MediationRoad, mediators: Vec<String>) -> Result<Recorded> {
        given(self.core.disputes().mediate(dispute, road.inward("road")?, mediators))
    }

    /// They try again; the police once at most.
    ///
    /// # Errors
    /// As `mediate_dispute`.
    pub fn retry_mediation(&self, dispute: &str, mediators: Vec<String>) -> Result<Recorded> {
        given(self.core.disputes().retry(dispute, mediators))
    }

    /// Another authority takes it.
    ///
    /// # Errors
    /// `missing` at `authority` or `reason`; as `screen_dispute`.
    pub fn refer_dispute(&self, dispute: &str, authority: &str, reason: &str) -> Result<Recorded> {
        given(self.core.disputes().refer(dispute, authority, reason))
    }

    /// There is an agreement, to be performed by then (RFC 3339 with an offset).
    ///
    /// # Errors
    /// `time_malformed` or `time_order` at `perform_by`; as `mediate_dispute`.
    pub fn agree_dispute(&self, dispute: &str, mediators: Vec<String>, terms: &str, perform_by: &str) -> Result<Recorded> {
        given(self.core.disputes().agree(dispute, mediators, terms, perform_by))
    }

    /// The agreement was kept.
    ///
    /// # Errors
    /// As `screen_dispute`.
    pub fn perform_agreement(&self, dispute: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.disputes().perform(dispute, note))
    }

    /// Somebody asked how things stand.
    ///
    /// # Errors
    /// `missing` at `note`; as `screen_dispute`.
    pub fn revisit_dispute(&self, dispute: &str, note: &str) -> Result<Recorded> {
        given(self.core.disputes().revisit(dispute, note))
    }

    /// It is over.
    ///
    /// # Errors
    /// As `screen_dispute`.
    pub fn close_dispute(&self, dispute: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.disputes().close(dispute, note))
    }

    /// There is no agreement; or there was one that was not kept, and then `mediators` is empty and an officer says so.
    ///
    /// # Errors
    /// `missing` at `reason`; as `mediate_dispute`.
    pub fn fail_mediation(&self, dispute: &str, mediators: Vec<String>, reason: &str) -> Result<Recorded> {
        given(self.core.disputes().fail(dispute, mediators, reason))
    }

    /// The law takes its course: those at odds were shown which way.
    ///
    /// # Errors
    /// `missing` at `note`; as `screen_dispute`.
    pub fn take_legal_route(&self, dispute: &str, note: &str) -> Result<Recorded> {
        given(self.core.disputes().legal_route(dispute, note))
    }

    /// Disputes that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn disputes(&self, page: Page) -> Result<Vec<Dispute>> {
        given(self.core.disputes().all(page.inward("")?))
    }
}
