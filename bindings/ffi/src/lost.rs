//! Lost property: reports, their tracking codes, and what becomes of them.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, Outward, draft, given, mirror, noun, record};
use crate::error::Result;
use crate::types::{Page, Recorded};

mirror! {
    /// What was lost.
    ItemCategory = domain::ItemCategory {
        /// 手机
        Phone,
        /// 钱包
        Wallet,
        /// 箱包
        Bag,
        /// 证件
        Document,
        /// 相机
        Camera,
        /// 首饰
        Jewellery,
        /// 钥匙
        Keys,
        /// 衣物
        Clothing,
        /// 电子产品
        Electronics,
        /// 其他
        Other,
    }
}

mirror! {
    /// Where a report stands.
    LostReportState = domain::LostReportState {
        /// Nothing found yet.
        Open,
        /// Staff found what may be it.
        Candidate,
        /// The owner claimed it.
        Claimed,
        /// It went back.
        Returned,
        /// The owner gave up.
        Withdrawn,
        /// Too old.
        Expired,
    }
}

/// Who lost it, and how to reach them. Kept and sent apart from the report.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Contact {
    /// A name, 1 to 100 characters.
    pub name: String,
    /// An E.164 number; a bare Chinese mobile number is completed.
    pub phone: String,
    /// A resident identity number (GB 11643), where the owner gives one.
    #[uniffi(default = None)]
    pub identity_number: Option<String>,
    /// A passport number (6 to 12 letters and digits), where the owner gives one.
    #[uniffi(default = None)]
    pub passport: Option<String>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(…)")
    }
}

impl Inward<domain::Contact> for Contact {
    fn inward(self, _at: &str) -> Result<domain::Contact> {
        Ok(domain::Contact { name: self.name, phone: self.phone, identity_number: self.identity_number, passport: self.passport })
    }
}

impl Outward<Contact> for domain::Contact {
    fn outward(self) -> Contact {
        Contact { name: self.name, phone: self.phone, identity_number: self.identity_number, passport: self.passport }
    }
}

draft! {
    /// A loss, as its owner tells it.
    LostReportDraft = core::LostReportDraft {
        /// What it is.
        category: ItemCategory,
        /// In the owner's words; 1 to 2,000 characters.
        description: String,
        /// Its brand; at most 100 characters.
        brand: Option<String> = None,
        /// Its colour; at most 50 characters.
        colour: Option<String> = None,
        /// What only the owner knows of it; at most 1,000 characters.
        marks: Option<String> = None,
        /// Where; 1 to 500 characters.
        place: String,
        /// The zone's id, where it is known.
        zone: Option<String> = None,
        /// Lost not before this: RFC 3339 with an offset.
        lost_from: String,
        /// Lost not after this: RFC 3339 with an offset.
        lost_to: String,
        /// How to reach the owner.
        contact: Option<Contact> = None,
        /// SHA-256 of photos that were attached before; at most six.
        photos: Vec<String> = [],
    }
}

record! {
    /// A loss report that was saved.
    ReportedLoss = core::ReportedLoss {
        /// The operation's id.
        operation: String,
        /// The report's id.
        id: String,
        /// What its owner needs to ask after it: four groups of four characters. The hub keeps its digest alone.
        tracking_code: String,
    }
}

noun! {
    /// A report as its author and the desk see it.
    LostReport = domain::LostReport {
        /// What it is.
        category: ItemCategory = loss.category,
        /// In the owner's words; 1 to 2,000 characters.
        description: String = loss.description,
        /// Its brand; at most 100 characters.
        brand: Option<String> = loss.brand,
        /// Its colour; at most 50 characters.
        colour: Option<String> = loss.colour,
        /// What only the owner knows of it; at most 1,000 characters. Never shown to the public.
        marks: Option<String> = loss.marks,
        /// Where; at most 500 characters.
        place: String = loss.place,
        /// The zone, where it is known.
        zone: Option<String> = loss.zone,
        /// Lost not before this, UTC ms.
        lost_from: i64 = loss.lost_from,
        /// Lost not after this, UTC ms.
        lost_to: i64 = loss.lost_to,
        /// Where it stands.
        state: LostReportState,
        /// Who reported it: a person's id, or `tourist`.
        reporter: String,
        /// The operation that reported it.
        operation: String,
        /// When it was reported, UTC ms.
        at: i64,
        /// Whether a contact was given; it stays so once that is erased, because counts are made of it.
        has_contact: bool,
        /// Photos, by SHA-256.
        photos: Vec<String>,
        /// The last word on it.
        note: Option<String>,
        /// When it went back, UTC ms: by the hub's clock where a claim was released; absent where an earlier version took it back.
        returned_at: Option<i64>,
        /// When its owner was erased, UTC ms: texts are empty from then on.
        erased_at: Option<i64>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Reports a loss. Works offline and before enrolment.
    ///
    /// # Errors
    /// Those of the rules, with the field, such as `phone_malformed` at `contact.phone`; those of the store.
    pub fn report_loss(&self, draft: LostReportDraft) -> Result<ReportedLoss> {
        given(self.core.lost().report(draft.inward("")?))
    }

    /// Corrects a report that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `report_loss`.
    pub fn amend_loss(&self, operation: &str, draft: LostReportDraft) -> Result<ReportedLoss> {
        given(self.core.lost().amend_report(operation.inward("operation")?, draft.inward("")?))
    }

    /// Staff found what may be the lost thing.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`, `unknown_reference`.
    pub fn mark_loss_candidate(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.lost().mark_candidate(id, note))
    }

    /// The thing went back to its owner.
    ///
    /// # Errors
    /// As `mark_loss_candidate`.
    pub fn mark_loss_returned(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.lost().mark_returned(id, note))
    }

    /// The owner gives up; for the phone that reported it, and the desk.
    ///
    /// # Errors
    /// As `mark_loss_candidate`.
    pub fn withdraw_loss(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.lost().withdraw(id, note))
    }

    /// Reports that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn lost_reports(&self, page: Page) -> Result<Vec<LostReport>> {
        given(self.core.lost().reports(page.inward("")?))
    }

    /// The tracking code of a report that this phone made.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tracking_code(&self, id: &str) -> Result<Option<String>> {
        given(self.core.lost().tracking_code(id))
    }

    /// The contact of a report that this phone made; other phones never have it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn loss_contact(&self, id: &str) -> Result<Option<Contact>> {
        given(self.core.lost().contact(id))
    }
}
