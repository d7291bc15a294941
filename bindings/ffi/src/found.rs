//! Found property: its custody, its notices, and claims of it.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, draft, given, mirror, noun, record, sum};
use crate::error::Result;
use crate::lost::{Contact, ItemCategory, LostReportDraft, ReportedLoss};
use crate::types::{Page, Recorded};

mirror! {
    /// What nobody may give back or keep: it goes straight to the police, and is never noticed.
    Prohibited = domain::Prohibited {
        /// 枪支、弹药、管制刀具
        Weapon,
        /// 违禁品
        Contraband,
    }
}

mirror! {
    /// Where a found item stands.
    FoundItemState = domain::FoundItemState {
        /// 登记
        Registered,
        /// 保管
        InCustody,
        /// 招领公告
        Noticed,
        /// Somebody claims it.
        ClaimPending,
        /// Several claim it: locked.
        Disputed,
        /// 返还
        Released,
        /// 移交
        Transferred,
        /// 无人认领，归国家
        Forfeited,
        /// 处置
        Disposed,
    }
}

mirror! {
    /// A part of the day of a site.
    DayPart = domain::DayPart {
        /// 00:00 to 06:00
        Night,
        /// 06:00 to 12:00
        Morning,
        /// 12:00 to 18:00
        Afternoon,
        /// 18:00 to 24:00
        Evening,
    }
}

mirror! {
    /// Where a claim stands.
    ClaimState = domain::ClaimState {
        /// 提出
        Submitted,
        /// 核问
        Questioned,
        /// 核实
        Verified,
        /// 驳回
        Rejected,
        /// 领回
        Released,
        /// 撤回
        Withdrawn,
    }
}

mirror! {
    /// What speaks for a match, or against it.
    FactorKind = domain::FactorKind {
        /// What sort of thing it is.
        Category,
        /// What it looks like, and its marks.
        Text,
        /// Its brand.
        Brand,
        /// Where.
        Place,
        /// Its colour.
        Colour,
        /// When.
        Time,
        /// The same serial number or IMEI: this alone decides.
        Serial,
        /// Something that cannot be true of one thing.
        Contradiction,
    }
}

mirror! {
    /// What a contradiction is about.
    Contradiction = domain::Contradiction {
        /// Two brands.
        Brand,
        /// Two colours that nobody takes for each other.
        Colour,
        /// Two sorts of things within one category, such as a ring and a watch.
        Thing,
        /// Two materials or patterns.
        Make,
        /// Marks that have nothing in common.
        Marks,
        /// Two zones, and two sorts of places.
        Place,
        /// Two serial numbers.
        Serial,
        /// One turned up days after the other was lost.
        Time,
    }
}

draft! {
    /// Something that was found, as whoever registers it tells it.
    FoundDraft = core::FoundDraft {
        /// What it is.
        category: ItemCategory,
        /// What it looks like, for staff; 1 to 2,000 characters.
        description: String,
        /// Its brand; at most 100 characters.
        brand: Option<String> = None,
        /// Its colour; at most 50 characters.
        colour: Option<String> = None,
        /// Where; 1 to 500 characters.
        place: String,
        /// The zone's id, where it is known.
        zone: Option<String> = None,
        /// When: RFC 3339 with an offset.
        found_at: String,
        /// Whether it is worth two signatures. Phones, cameras, jewellery and electronics always are.
        valuable: bool = false,
        /// A weapon or contraband: it goes straight to the police.
        prohibited: Option<Prohibited> = None,
        /// Its serial number or IMEI; its digest alone is kept.
        serial: Option<String> = None,
        /// Marks and contents that only the owner can know; at most 1,000 characters. No other phone ever has them.
        hidden: Option<String> = None,
        /// SHA-256 of photos that were attached before; at most six.
        photos: Vec<String> = [],
    }
}

draft! {
    /// A claim, as whoever makes it tells it.
    ClaimDraft = core::ClaimDraft {
        /// The item's id, as its notice has it.
        item: String,
        /// The claimant's own loss report, where there is one: it moves on with the claim.
        report: Option<String> = None,
        /// Why it is theirs; 1 to 2,000 characters.
        statement: String,
        /// How to reach the claimant; kept and sent apart from the claim.
        contact: Option<Contact> = None,
    }
}

sum! {
    /// Who holds it.
    Custodian = domain::Custodian {
        /// Somebody of the staff.
        Person {
            /// Their id.
            person: String,
        },
        /// Another authority.
        Authority {
            /// Its name.
            name: String,
        },
    }
}

record! {
    /// One custodian's time.
    CustodyLeg = domain::CustodyLeg {
        /// Who.
        custodian: Custodian,
        /// From when, UTC ms: the moment at which the one before ended.
        from: i64,
        /// Until when, UTC ms; absent while they hold it.
        to: Option<i64>,
    }
}

noun! {
    /// A found item as staff see it.
    FoundItem = domain::FoundItem {
        /// What it is.
        category: ItemCategory = found.category,
        /// What it looks like; 1 to 2,000 characters.
        description: String = found.description,
        /// Its brand; at most 100 characters.
        brand: Option<String> = found.brand,
        /// Its colour; at most 50 characters.
        colour: Option<String> = found.colour,
        /// Where; 1 to 500 characters.
        place: String = found.place,
        /// The zone, where it is known.
        zone: Option<String> = found.zone,
        /// When it was found, UTC ms.
        found_at: i64 = found.found_at,
        /// Whether it is worth two signatures, in the eyes of whoever registers it; some categories always are.
        valuable: bool = found.valuable,
        /// What may never go back over the counter.
        prohibited: Option<Prohibited> = found.prohibited,
        /// Where it stands.
        state: FoundItemState,
        /// Who registered it.
        registered_by: String,
        /// The operation that registered it.
        operation: String,
        /// Its own time, UTC ms: when it was found.
        at: i64,
        /// When it was registered, UTC ms.
        registered_at: i64,
        /// Who else signed for it.
        signatures: Vec<String>,
        /// Who held it, one after another, with no gap.
        custody: Vec<CustodyLeg>,
        /// To whom it is offered.
        offered_to: Option<String>,
        /// Where it is put away.
        kept_at: Option<String>,
        /// When it was first announced, UTC ms: a later notice gives no new year.
        noticed_at: Option<i64>,
        /// From when on it may be forfeited, UTC ms.
        forfeit_from: Option<i64>,
        /// When the hub's clock warned that the statutory day is near, UTC ms.
        year_near_at: Option<i64>,
        /// When the hub's clock said that the year had passed, UTC ms.
        year_over_at: Option<i64>,
        /// The claims that are still alive, in the order in which they came.
        claims: Vec<String>,
        /// The claim by which it went back.
        released_for: Option<String>,
        /// When it went back, UTC ms.
        released_at: Option<i64>,
        /// The authority that keeps or kept it.
        transferred_to: Option<String>,
        /// Photos, by SHA-256.
        photos: Vec<String>,
        /// The last word on it.
        note: Option<String>,
    }
}

record! {
    /// What anyone may know of a found item: category, coarse place and time. It has no field that could say more.
    FoundNotice = domain::FoundNotice {
        /// The item's id.
        item: String,
        /// What it is.
        category: ItemCategory,
        /// The zone in which it was found, where it is known.
        zone: Option<String>,
        /// The beginning of the day on which it was found, in the site's zone, UTC ms.
        day: i64,
        /// In which part of that day.
        part: DayPart,
        /// When it was announced, UTC ms.
        at: i64,
        /// Whether it may still be claimed.
        open: bool,
    }
}

noun! {
    /// A claim as the claimant and the desk see it.
    Claim = domain::Claim {
        /// The item.
        item: String,
        /// The claimant's loss report.
        report: Option<String>,
        /// Where it stands.
        state: ClaimState,
        /// Who claims: a person's id, or `tourist`.
        claimant: String,
        /// The operation that claimed it.
        operation: String,
        /// When it was claimed, UTC ms.
        at: i64,
        /// Whether a contact was given; it stays so once that is erased, because counts are made of it.
        has_contact: bool,
        /// Why it is theirs.
        statement: String,
        /// What they were asked.
        questions: Vec<String>,
        /// What they answered.
        answers: Vec<String>,
        /// Who found that it is theirs.
        verified_by: Option<String>,
        /// When it ended, UTC ms.
        ended_at: Option<i64>,
        /// The last word on it.
        note: Option<String>,
        /// When the claimant was erased, UTC ms: texts are empty from then on.
        erased_at: Option<i64>,
    }
}

record! {
    /// One part of a score.
    Factor = domain::Factor {
        /// What it is about.
        kind: FactorKind,
        /// What it adds, in thousandths; negative where it speaks against.
        points: i64,
        /// What it could add at most, in thousandths; 0 for a contradiction.
        of: i64,
        /// What contradicts.
        contradiction: Option<Contradiction>,
        /// What both sides have in common, by the names of the table of words. Nothing that anybody typed.
        common: Vec<String>,
    }
}

record! {
    /// A found item that may be the one.
    Candidate = domain::Candidate {
        /// The other record's id: an item's for a report, a report's for an item.
        id: String,
        /// 0 to 1,000.
        score: i64 = fit.score,
        /// Why: their points add up to the score, before it is cut to its range.
        factors: Vec<Factor> = fit.factors,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Registers what was found; whoever signs for it here holds it from then on. Works offline.
    ///
    /// # Errors
    /// `not_permitted` for a valuable and somebody who may hold none; those of the rules, with the field; those of the store.
    pub fn register_found(&self, draft: FoundDraft) -> Result<Recorded> {
        given(self.core.lost().register_found(draft.inward("")?))
    }

    /// Corrects a registration that needs attention.
    ///
    /// # Errors
    /// `amends_nothing`; those of `register_found`.
    pub fn amend_found(&self, operation: &str, draft: FoundDraft) -> Result<Recorded> {
        given(self.core.lost().amend_found(operation.inward("operation")?, draft.inward("")?))
    }

    /// Puts an item away that the author holds: a valuable under two signatures.
    ///
    /// # Errors
    /// `custody_two_people`, `not_permitted`, `state_refused`; a text's code at `place`; those of the store.
    pub fn store_found(&self, item: &str, place: &str) -> Result<Recorded> {
        given(self.core.lost().store(item, place))
    }

    /// Signs for an item as the second person: on a phone of their own, or by PIN on the one where it was registered.
    ///
    /// # Errors
    /// As `store_found`.
    pub fn sign_custody(&self, item: &str) -> Result<Recorded> {
        given(self.core.lost().sign_custody(item))
    }

    /// Offers an item that the author holds to another. They hold it once they accept, and not before.
    ///
    /// # Errors
    /// `unknown_reference` or `not_permitted` at `to`; as `store_found`.
    pub fn hand_over_found(&self, item: &str, to: &str) -> Result<Recorded> {
        given(self.core.lost().hand_over(item, to))
    }

    /// Takes an item that was offered to the author; for the desk also one that comes back from another authority.
    ///
    /// # Errors
    /// As `store_found`.
    pub fn accept_custody(&self, item: &str, place: Option<String>) -> Result<Recorded> {
        given(self.core.lost().accept_custody(item, place))
    }

    /// Gives an item to another authority.
    ///
    /// # Errors
    /// `item_prohibited` where a weapon goes to others than the police; as `store_found`.
    pub fn transfer_found(&self, item: &str, authority: &str, police: bool) -> Result<Recorded> {
        given(self.core.lost().transfer(item, authority, police))
    }

    /// Announces an item: its statutory year begins.
    ///
    /// # Errors
    /// `item_prohibited`, `not_permitted`, `state_refused`; those of the store.
    pub fn notice_found(&self, item: &str) -> Result<Recorded> {
        given(self.core.lost().notice(item))
    }

    /// Gives an item back on the spot: only where it is no valuable and the owner is plain.
    ///
    /// # Errors
    /// `custody_two_people` for a valuable; as `store_found`.
    pub fn release_found_on_spot(&self, item: &str, reason: &str) -> Result<Recorded> {
        given(self.core.lost().release_on_spot(item, reason))
    }

    /// Gives an item to whoever made this claim, once it is verified. The claim and the claimant's report move with it.
    ///
    /// # Errors
    /// `item_disputed` where several claim it; `custody_two_people`; `unknown_reference` or
    /// `state_refused` at `claim`; as `store_found`.
    pub fn release_found(&self, item: &str, claim: &str) -> Result<Recorded> {
        given(self.core.lost().release(item, claim))
    }

    /// Writes down that an item is the State's, once its year has passed.
    ///
    /// # Errors
    /// `forfeit_too_early`; as `store_found`.
    pub fn forfeit_found(&self, item: &str) -> Result<Recorded> {
        given(self.core.lost().forfeit(item))
    }

    /// Writes down how a forfeited item was disposed of.
    ///
    /// # Errors
    /// As `store_found`.
    pub fn dispose_found(&self, item: &str, note: &str) -> Result<Recorded> {
        given(self.core.lost().dispose(item, note))
    }

    /// Claims a found item. Works offline and before enrolment.
    ///
    /// # Errors
    /// `claim_limit`; `state_refused` at `item` or `report`; those of the rules, with the field; those of the store.
    pub fn claim_found(&self, draft: ClaimDraft) -> Result<Recorded> {
        given(self.core.lost().claim(draft.inward("")?))
    }

    /// Corrects a claim that needs attention.
    ///
    /// # Errors
    /// `amends_nothing`; those of `claim_found`.
    pub fn amend_claim(&self, operation: &str, draft: ClaimDraft) -> Result<Recorded> {
        given(self.core.lost().amend_claim(operation.inward("operation")?, draft.inward("")?))
    }

    /// Asks a claimant what only the owner can know; 1 to 5 questions.
    ///
    /// # Errors
    /// `out_of_range` at `questions`; `not_permitted`, `state_refused`; those of the store.
    pub fn question_claim(&self, claim: &str, questions: Vec<String>) -> Result<Recorded> {
        given(self.core.lost().question(claim, questions))
    }

    /// Answers, once: for the phone that claimed, and the desk.
    ///
    /// # Errors
    /// `out_of_range` at `answers`; as `question_claim`.
    pub fn answer_claim(&self, claim: &str, answers: Vec<String>) -> Result<Recorded> {
        given(self.core.lost().answer(claim, answers))
    }

    /// Writes down that the item is the claimant's.
    ///
    /// # Errors
    /// `missing` at `answers`; `item_disputed` where another claim is alive; as `question_claim`.
    pub fn verify_claim(&self, claim: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.lost().verify(claim, note))
    }

    /// Writes down that it is not.
    ///
    /// # Errors
    /// `missing` at `reason`; as `question_claim`.
    pub fn reject_claim(&self, claim: &str, reason: &str) -> Result<Recorded> {
        given(self.core.lost().reject(claim, reason))
    }

    /// The claimant gives up; for the phone that claimed, and the desk. Contact and texts are erased here once the hub has taken that;
    /// at once where the claim has not left this phone.
    ///
    /// # Errors
    /// As `question_claim`.
    pub fn withdraw_claim(&self, claim: &str) -> Result<Recorded> {
        given(self.core.lost().withdraw_claim(claim))
    }

    /// Found items that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn found_items(&self, page: Page) -> Result<Vec<FoundItem>> {
        given(self.core.lost().found_items(page.inward("")?))
    }

    /// What anyone may know of found items, newest first. A notice names its item.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn found_notices(&self, page: Page) -> Result<Vec<FoundNotice>> {
        given(self.core.lost().notices(page.inward("")?))
    }

    /// Claims that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn claims(&self, page: Page) -> Result<Vec<Claim>> {
        given(self.core.lost().claims(page.inward("")?))
    }

    /// The found items that may be what this report speaks of, the likeliest first, each with its reasons: among those that this
    /// phone may see, without the marks that only the hub knows.
    ///
    /// # Errors
    /// `not_found` at `report`; those of the store.
    pub fn candidates(&self, report: &str, limit: i64) -> Result<Vec<Candidate>> {
        given(self.core.lost().candidates(report, limit.inward("limit")?))
    }

    /// `report_loss` of a thing whose serial number or IMEI its owner knows: its digest alone is kept, and the same one on a found
    /// item decides.
    ///
    /// # Errors
    /// `malformed` at `serial`; those of `report_loss`.
    pub fn report_loss_with_serial(&self, draft: LostReportDraft, serial: &str) -> Result<ReportedLoss> {
        given(self.core.lost().report_with_serial(draft.inward("")?, serial))
    }
}
