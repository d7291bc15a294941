//! Lost property: reports, their tracking codes, and what becomes of them.

use uuid::Uuid;

use super::outbox::original_kind;
use super::record::NewOperation;
use super::{Companion, Page, Recorded};
pub use crate::domain::tracking_digest;
use crate::domain::{
    Contact, DocumentKind, ItemCategory, Kind, LossRecord, LostReport, LostReportEvent, Text, parse_rfc3339, serial_digest, tracking_code,
};
use crate::log::Digest;
use crate::store::{outbox, private};
use crate::{Code, Error, Result};

/// A loss, as its owner tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostReportDraft {
    /// What it is.
    pub category: ItemCategory,
    /// In the owner's words; 1 to 2,000 characters.
    pub description: String,
    /// Its brand; at most 100 characters.
    pub brand: Option<String>,
    /// Its colour; at most 50 characters.
    pub colour: Option<String>,
    /// What only the owner knows of it; at most 1,000 characters.
    pub marks: Option<String>,
    /// Where; 1 to 500 characters.
    pub place: String,
    /// The zone's id, where it is known.
    pub zone: Option<String>,
    /// Lost not before this: RFC 3339 with an offset.
    pub lost_from: String,
    /// Lost not after this: RFC 3339 with an offset.
    pub lost_to: String,
    /// How to reach the owner; kept and sent apart from the report.
    pub contact: Option<Contact>,
    /// Photos that were attached before.
    pub photos: Vec<Digest>,
}

/// A loss report that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedLoss {
    /// The operation's id.
    pub operation: Uuid,
    /// The report's id.
    pub id: String,
    /// What its owner needs to ask after it: four groups of four characters. The hub keeps its digest alone.
    pub tracking_code: String,
}

/// What is done about lost property. Get it by [`Companion::lost`].
#[derive(Debug, Clone, Copy)]
pub struct Lost<'a>(pub(super) &'a Companion);

impl Companion {
    /// What is done about lost property.
    #[must_use]
    pub const fn lost(&self) -> Lost<'_> {
        Lost(self)
    }
}

impl Lost<'_> {
    /// Reports a loss. Works offline and before enrolment.
    ///
    /// # Errors
    /// Those of the rules, with the field, such as [`Code::PhoneMalformed`] at `contact.phone` or
    /// [`Code::TimeOrder`] at `lost_from`; those of the store.
    pub fn report(&self, draft: LostReportDraft) -> Result<ReportedLoss> {
        self.file(self.0.env.new_id().to_string(), draft, None, None)
    }

    /// [`Lost::report`] of a thing whose serial number or IMEI its owner knows: its digest alone is kept, and the same one on a found
    /// item decides.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `serial`; those of [`Lost::report`].
    pub fn report_with_serial(&self, draft: LostReportDraft, serial: &str) -> Result<ReportedLoss> {
        let serial = serial_digest(serial).map_err(|error| error.within("serial"))?;
        self.file(self.0.env.new_id().to_string(), draft, Some(serial), None)
    }

    /// Corrects a report that needs attention. The tracking code stays.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`]; those of [`Lost::report`].
    pub fn amend_report(&self, amends: Uuid, draft: LostReportDraft) -> Result<ReportedLoss> {
        let original = self.0.original(amends)?;
        if original_kind(&original)? != Kind::LossReport {
            return Err(Error::field(Code::AmendsNothing, "amends", "it is no loss report"));
        }
        let original_loss: Option<LossRecord> = serde_json::from_str(original.operation.text_or_residue()).ok();
        self.file(original.operation.entity, draft, original_loss.and_then(|loss| loss.serial_digest), Some(amends))
    }

    fn file(&self, id: String, draft: LostReportDraft, serial_digest: Option<Digest>, amends: Option<Uuid>) -> Result<ReportedLoss> {
        let code = match self.tracking_code(&id)? {
            Some(code) => code,
            None => tracking_code(u128::from_be_bytes(self.0.env.random())),
        };
        let now = self.0.env.clock.wall_ms();
        let contact = draft.contact.map(|contact| contact.normalised(now).map_err(|error| error.within("contact"))).transpose()?;
        let loss = LossRecord {
            category: draft.category,
            description: draft.description,
            brand: draft.brand,
            colour: draft.colour,
            marks: draft.marks,
            place: draft.place,
            zone: draft.zone,
            lost_from: time("lost_from", &draft.lost_from)?,
            lost_to: time("lost_to", &draft.lost_to)?,
            tracking_digest: tracking_digest(&code),
            serial_digest,
        }
        .normalised(now)?;
        let mut new = NewOperation::new(Kind::LossReport, id, &loss)?.with_photos(draft.photos);
        (new.contact, new.amends) = (contact, amends);
        let recorded = self.0.write(|connection, changes| {
            let (recorded, _) = self.0.append(connection, changes, new)?;
            private::insert_tracking_code(connection, &recorded.id, &code)?;
            if let Some(amends) = amends {
                outbox::mark_amended(connection, amends, recorded.operation)?;
            }
            Ok(recorded)
        })?;
        Ok(ReportedLoss { operation: recorded.operation, id: recorded.id, tracking_code: code })
    }

    /// Staff found what may be the lost thing.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::StateRefused`], [`Code::UnknownReference`].
    pub fn mark_candidate(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        self.event(Kind::LossCandidate, id, note)
    }

    /// The thing went back to its owner.
    ///
    /// # Errors
    /// As [`Lost::mark_candidate`].
    pub fn mark_returned(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        self.event(Kind::LossReturn, id, note)
    }

    /// The owner gives up; for the phone that reported it, and the desk. Contact, texts and photos are erased here once the hub
    /// has taken that; at once where the report has not left this phone: then both travel without them, and are counted.
    ///
    /// # Errors
    /// As [`Lost::mark_candidate`].
    pub fn withdraw(&self, id: &str, note: Option<String>) -> Result<Recorded> {
        let new = event(Kind::LossWithdraw, id, note)?;
        self.0.write(|connection, changes| {
            let (recorded, _) = self.0.append(connection, changes, new)?;
            self.0.forget_unsent(connection, changes, id, Kind::LossReport)?;
            Ok(recorded)
        })
    }

    fn event(&self, kind: Kind, id: &str, note: Option<String>) -> Result<Recorded> {
        Ok(self.0.record(event(kind, id, note)?)?.0)
    }

    /// Reports that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn reports(&self, page: Page) -> Result<Vec<(String, LostReport)>> {
        self.0.typed(DocumentKind::LostReport, page)
    }

    /// The tracking code of a report that this phone made.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tracking_code(&self, id: &str) -> Result<Option<String>> {
        self.0.read(|connection| private::tracking_code(connection, id))
    }

    /// The contact of a report that this phone made; other phones never have it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn contact(&self, id: &str) -> Result<Option<Contact>> {
        let content = self.0.read(|connection| private::contact_of_entity(connection, id))?;
        Ok(content.map(|content| serde_json::from_str(&content)).transpose()?)
    }
}

fn event(kind: Kind, id: &str, note: Option<String>) -> Result<NewOperation> {
    let note = Text::optional("note", note.as_deref(), 1000)?.map(Text::into_string);
    NewOperation::new(kind, id, &LostReportEvent { note })
}

fn time(field: &'static str, text: &str) -> Result<i64> {
    parse_rfc3339(text).map_err(|error| error.within(field))
}
