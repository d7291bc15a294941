//! What happens at a duty post: its book, its consultations, how it is staffed, and how it passes from one to the next.

use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, draft, given, mirror, noun, record};
use crate::error::Result;
use crate::types::{Bilingual, Page, Position, Recorded};

mirror! {
    /// What an entry is about.
    DutyLogTopic = domain::DutyLogTopic {
        /// 情况
        Incident,
        /// 上级指令
        Instruction,
        /// 装备设施
        Equipment,
        /// 来访
        Visit,
        /// 其他
        Other,
    }
}

mirror! {
    /// What a question was about.
    ConsultationTopic = domain::ConsultationTopic {
        /// 问路
        Directions,
        /// 交通停车
        Transport,
        /// 食宿游览
        Visiting,
        /// 失物
        LostProperty,
        /// 法律政策
        Law,
        /// 户籍证件
        Papers,
        /// 安全防范
        Safety,
        /// 投诉建议
        Complaint,
        /// 其他
        Other,
    }
}

mirror! {
    /// What an open matter is.
    MatterKind = domain::MatterKind {
        /// A call that is not over.
        Call,
        /// A welfare timer of theirs, or one that they see to.
        WelfareTimer,
        /// A found thing in their custody.
        FoundItem,
    }
}

mirror! {
    /// Where a handover stands.
    HandoverState = domain::HandoverState {
        /// Somebody wants to pass the post on.
        Offered,
        /// The next one has it.
        Accepted,
    }
}

draft! {
    /// What is to be written into a post's book.
    DutyLogDraft = domain::DutyLogRecord {
        /// Whose book: a duty post.
        post: String,
        /// What it is about.
        topic: DutyLogTopic,
        /// What happened; 1 to 2,000 characters.
        text: String,
        /// The entry of the same book that this one puts right.
        corrects: Option<String> = None,
    }
}

draft! {
    /// A question that was answered. Who asked is not in it.
    ConsultationDraft = domain::ConsultationRecord {
        /// At which duty post.
        post: String,
        /// What it was about.
        topic: ConsultationTopic,
        /// What was asked; at most 500 characters, and nobody's name.
        question: Option<String> = None,
        /// What was answered; at most 1,000 characters.
        answer: Option<String> = None,
    }
}

record! {
    /// A post that must be staffed.
    DutyPost = domain::DutyPost {
        /// Such as `dp-01`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// The zone in which it lies.
        zone: String,
        /// Where it is.
        at: Position,
        /// From when on it is given up UTC ms.
        retired_at: Option<i64>,
    }
}

record! {
    /// A stretch of time.
    StaffingGap = domain::StaffingGap {
        /// From when, UTC ms.
        from: i64,
        /// Until when, UTC ms, not included.
        to: i64,
    }
}

record! {
    /// How a post was staffed over a window: staffed time ÷ time of the window.
    Staffing = domain::Staffing {
        /// The post.
        post: String,
        /// How long somebody was there, in ms; two at once count once.
        staffed_ms: i64,
        /// How long somebody had to be, in ms: the window, up to where the post was given up.
        window_ms: i64,
        /// Every stretch in which nobody was, in its order. With the staffed time they make up the window.
        gaps: Vec<StaffingGap>,
    }
}

noun! {
    /// An entry of a post's book as staff see it.
    DutyLog = domain::DutyLog {
        /// Whose book: a duty post.
        post: String = record.post,
        /// What it is about.
        topic: DutyLogTopic = record.topic,
        /// What happened; 1 to 2,000 characters.
        text: String = record.text,
        /// The entry of the same book that this one puts right.
        corrects: Option<String> = record.corrects,
        /// The post's zone; empty where the phone does not know it yet.
        zone: String,
        /// Who wrote it.
        person: String,
        /// The operation that wrote it.
        operation: String,
        /// When, UTC ms.
        at: i64,
        /// Photos, by SHA-256.
        photos: Vec<String>,
    }
}

noun! {
    /// A consultation as staff see it.
    Consultation = domain::Consultation {
        /// At which duty post.
        post: String = record.post,
        /// What it was about.
        topic: ConsultationTopic = record.topic,
        /// What was asked; at most 500 characters, and nobody's name.
        question: Option<String> = record.question,
        /// What was answered; at most 1,000 characters.
        answer: Option<String> = record.answer,
        /// The post's zone; empty where the phone does not know it yet.
        zone: String,
        /// Who answered.
        person: String,
        /// The operation that recorded it.
        operation: String,
        /// When, UTC ms.
        at: i64,
    }
}

record! {
    /// Something that is not over.
    OpenMatter = domain::OpenMatter {
        /// What it is.
        kind: MatterKind,
        /// The document's id.
        id: String,
    }
}

noun! {
    /// A handover as those two and the desk see it.
    Handover = domain::Handover {
        /// Which post.
        post: String,
        /// The post's zone; empty where the phone does not know it yet.
        zone: String,
        /// Who passes it on.
        from: String,
        /// On which shift of theirs; absent where the phone does not know it.
        shift: Option<String>,
        /// To whom.
        to: String,
        /// Where it stands.
        state: HandoverState,
        /// The operation that offered it.
        operation: String,
        /// When, UTC ms.
        at: i64,
        /// What was open: at the offer, and once it is accepted what was taken over by name.
        matters: Vec<OpenMatter>,
        /// What the next one has to know.
        note: Option<String>,
        /// When it was accepted, UTC ms.
        accepted_at: Option<i64>,
        /// What the next one said to it.
        answer: Option<String>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// All duty posts that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn duty_posts(&self) -> Result<Vec<DutyPost>> {
        given(self.core.duty().posts())
    }

    /// How a post was staffed from `from` to `to` (RFC 3339 with an offset), as far as this phone knows its shifts.
    ///
    /// # Errors
    /// `not_found` at `post`; `time_malformed` or `time_order` at `from` or `to`; those of the store.
    pub fn post_staffing(&self, post: &str, from: &str, to: &str) -> Result<Staffing> {
        given(self.core.duty().staffing(post, from, to))
    }

    /// Writes into a post's book. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` at `post` or `corrects`, `missing` at `text`, `not_permitted`; those of the store.
    pub fn write_duty_log(&self, draft: DutyLogDraft, photos: Vec<String>) -> Result<Recorded> {
        given(self.core.duty().write_log(draft.inward("")?, photos.inward("photos")?))
    }

    /// Entries of the posts' books that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn duty_log(&self, page: Page) -> Result<Vec<DutyLog>> {
        given(self.core.duty().log(page.inward("")?))
    }

    /// Writes down a question that was answered. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` at `post`, `not_permitted`; a text's code at its field; those of the store.
    pub fn record_consultation(&self, draft: ConsultationDraft) -> Result<Recorded> {
        given(self.core.duty().record_consultation(draft.inward("")?))
    }

    /// Consultations that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn consultations(&self, page: Page) -> Result<Vec<Consultation>> {
        given(self.core.duty().consultations(page.inward("")?))
    }

    /// What is open for a person at a post, as far as this phone knows: what the next one has to accept by name.
    ///
    /// # Errors
    /// `not_found` at `post`; those of the store.
    pub fn open_matters(&self, post: &str, person: &str) -> Result<Vec<OpenMatter>> {
        given(self.core.duty().open_matters(post, person))
    }

    /// Wants to pass a post on to the next person. Needs a running shift at that post. Works offline.
    ///
    /// # Errors
    /// `off_shift` at `post`; `unknown_reference` at `post` or `to`; `not_permitted` at `to`; those of the store.
    pub fn offer_handover(&self, post: &str, to: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.duty().offer_handover(post, to, note))
    }

    /// What whoever takes a post over has to accept by name, as far as this phone knows; the hub may know of more.
    ///
    /// # Errors
    /// `not_found` at `handover`; those of the store.
    pub fn matters_to_accept(&self, handover: &str) -> Result<Vec<OpenMatter>> {
        given(self.core.duty().to_accept(handover))
    }

    /// Takes a post over, with what is open: the ids of `matters_to_accept`, each of them.
    ///
    /// # Errors
    /// `handover_open` at `accepted` where one is missing; `off_shift` at `post` where no shift at that post is
    /// running; `not_permitted`, `state_refused`; those of the store.
    pub fn accept_handover(&self, handover: &str, accepted: Vec<String>, note: Option<String>) -> Result<Recorded> {
        given(self.core.duty().accept_handover(handover, accepted, note))
    }

    /// Handovers that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn handovers(&self, page: Page) -> Result<Vec<Handover>> {
        given(self.core.duty().handovers(page.inward("")?))
    }
}
