//! Lost property: reports, their tracking codes, and what becomes of them.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::error::Result;
use crate::types::{Page, Recorded, digests, hex, mirror, uuid};

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

impl From<Contact> for domain::Contact {
    fn from(contact: Contact) -> Self {
        Self { name: contact.name, phone: contact.phone, identity_number: contact.identity_number, passport: contact.passport }
    }
}

impl From<domain::Contact> for Contact {
    fn from(contact: domain::Contact) -> Self {
        Self { name: contact.name, phone: contact.phone, identity_number: contact.identity_number, passport: contact.passport }
    }
}

/// A loss, as its owner tells it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LostReportDraft {
    /// What it is.
    pub category: ItemCategory,
    /// In the owner's words; 1 to 2,000 characters.
    pub description: String,
    /// Its brand; at most 100 characters.
    #[uniffi(default = None)]
    pub brand: Option<String>,
    /// Its colour; at most 50 characters.
    #[uniffi(default = None)]
    pub colour: Option<String>,
    /// What only the owner knows of it; at most 1,000 characters.
    #[uniffi(default = None)]
    pub marks: Option<String>,
    /// Where; 1 to 500 characters.
    pub place: String,
    /// The zone's id, where it is known.
    #[uniffi(default = None)]
    pub zone: Option<String>,
    /// Lost not before this: RFC 3339 with an offset.
    pub lost_from: String,
    /// Lost not after this: RFC 3339 with an offset.
    pub lost_to: String,
    /// How to reach the owner.
    #[uniffi(default = None)]
    pub contact: Option<Contact>,
    /// SHA-256 of photos that were attached before; at most six.
    #[uniffi(default = [])]
    pub photos: Vec<String>,
}

impl LostReportDraft {
    fn into_core(self) -> Result<core::LostReportDraft> {
        Ok(core::LostReportDraft {
            category: self.category.into(),
            description: self.description,
            brand: self.brand,
            colour: self.colour,
            marks: self.marks,
            place: self.place,
            zone: self.zone,
            lost_from: self.lost_from,
            lost_to: self.lost_to,
            contact: self.contact.map(domain::Contact::from),
            photos: digests(&self.photos)?,
        })
    }
}

/// A loss report that was saved.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReportedLoss {
    /// The operation's id.
    pub operation: String,
    /// The report's id.
    pub id: String,
    /// What its owner needs to ask after it: four groups of four characters. The hub keeps its digest alone.
    pub tracking_code: String,
}

impl From<core::ReportedLoss> for ReportedLoss {
    fn from(reported: core::ReportedLoss) -> Self {
        Self { operation: reported.operation.to_string(), id: reported.id, tracking_code: reported.tracking_code }
    }
}

/// A report as its author and the desk see it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LostReport {
    /// Its id.
    pub id: String,
    /// What it is.
    pub category: ItemCategory,
    /// In the owner's words.
    pub description: String,
    /// Its brand.
    pub brand: Option<String>,
    /// Its colour.
    pub colour: Option<String>,
    /// What only the owner knows of it. Never for the public.
    pub marks: Option<String>,
    /// Where.
    pub place: String,
    /// The zone's id.
    pub zone: Option<String>,
    /// Lost not before this, UTC ms.
    pub lost_from: i64,
    /// Lost not after this, UTC ms.
    pub lost_to: i64,
    /// Where the report stands.
    pub state: LostReportState,
    /// Who reported it: a person's id, or `tourist`.
    pub reporter: String,
    /// The operation that reported it.
    pub operation: String,
    /// When it was reported, UTC ms.
    pub at: i64,
    /// Whether a contact was given.
    pub has_contact: bool,
    /// Photos, by SHA-256.
    pub photos: Vec<String>,
    /// The last word on it.
    pub note: Option<String>,
}

impl From<(String, domain::LostReport)> for LostReport {
    fn from((id, report): (String, domain::LostReport)) -> Self {
        Self {
            id,
            category: report.loss.category.into(),
            description: report.loss.description,
            brand: report.loss.brand,
            colour: report.loss.colour,
            marks: report.loss.marks,
            place: report.loss.place,
            zone: report.loss.zone,
            lost_from: report.loss.lost_from,
            lost_to: report.loss.lost_to,
            state: report.state.into(),
            reporter: report.reporter,
            operation: report.operation.to_string(),
            at: report.at,
            has_contact: report.has_contact,
            photos: hex(&report.photos),
            note: report.note,
        }
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Reports a loss. Works offline and before enrolment.
    ///
    /// # Errors
    /// Those of the rules, with the field, such as `phone_malformed` at `contact.phone`; those of the store.
    pub fn report_loss(&self, draft: LostReportDraft) -> Result<ReportedLoss> {
        Ok(self.core.lost().report(draft.into_core()?)?.into())
    }

    /// Corrects a report that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `report_loss`.
    pub fn amend_loss(&self, operation: &str, draft: LostReportDraft) -> Result<ReportedLoss> {
        Ok(self.core.lost().amend_report(uuid("operation", operation)?, draft.into_core()?)?.into())
    }

    /// Staff found what may be the lost thing.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`, `unknown_reference`.
    pub fn mark_loss_candidate(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        Ok(self.core.lost().mark_candidate(id, note)?.into())
    }

    /// The thing went back to its owner.
    ///
    /// # Errors
    /// As `mark_loss_candidate`.
    pub fn mark_loss_returned(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        Ok(self.core.lost().mark_returned(id, note)?.into())
    }

    /// The owner gives up; for the phone that reported it, and the desk.
    ///
    /// # Errors
    /// As `mark_loss_candidate`.
    pub fn withdraw_loss(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        Ok(self.core.lost().withdraw(id, note)?.into())
    }

    /// Reports that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn lost_reports(&self, page: Page) -> Result<Vec<LostReport>> {
        Ok(self.core.lost().reports(page.try_into()?)?.into_iter().map(LostReport::from).collect())
    }

    /// The tracking code of a report that this phone made.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tracking_code(&self, id: &str) -> Result<Option<String>> {
        Ok(self.core.lost().tracking_code(id)?)
    }

    /// The contact of a report that this phone made; other phones never have it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn loss_contact(&self, id: &str) -> Result<Option<Contact>> {
        Ok(self.core.lost().contact(id)?.map(Contact::from))
    }
}
