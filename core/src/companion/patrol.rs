//! Patrols: check-ins, and the points that are visited.

use uuid::Uuid;

use super::outbox::original_kind;
use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::domain::{
    CheckIn, CheckInEvidence, CheckInRecord, CheckInReview, CheckInVerdict, Checkpoint, DocumentKind, Flag, Kind, Movement, Route, Write,
    Zone,
};
use crate::log::{Digest, Fix};
use crate::{Code, Error, Result};

/// One visit of a checkpoint, as an app knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckInDraft {
    /// The checkpoint's id; may be left out where a QR tag names it.
    pub checkpoint: Option<String>,
    /// How somebody shows that they are there.
    pub evidence: CheckInEvidence,
    /// Where the phone is; required with [`CheckInEvidence::Gps`].
    pub fix: Option<Fix>,
    /// How they move.
    pub movement: Movement,
    /// What there is to say; at most 500 characters.
    pub note: Option<String>,
    /// Photos that were attached before.
    pub photos: Vec<Digest>,
}

/// A check-in that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCheckIn {
    /// The operation's id.
    pub operation: Uuid,
    /// The check-in's id.
    pub id: String,
    /// The checkpoint's id; empty where this phone cannot tell yet.
    pub checkpoint: String,
    /// Whether it counts, as far as this phone can tell; the hub decides.
    pub verdict: CheckInVerdict,
    /// Why somebody should look at it.
    pub flags: Vec<Flag>,
}

/// What patrols do. Get it by [`Companion::patrol`].
#[derive(Debug, Clone, Copy)]
pub struct Patrol<'a>(pub(super) &'a Companion);

impl Companion {
    /// What patrols do.
    #[must_use]
    pub const fn patrol(&self) -> Patrol<'_> {
        Patrol(self)
    }
}

impl Patrol<'_> {
    /// Records a visit of a checkpoint. Works offline and before enrolment.
    ///
    /// # Errors
    /// Those of the rules, with the field: [`Code::TagUnsigned`], [`Code::TagUnknown`], [`Code::TagRetired`],
    /// [`Code::DuplicateCheckIn`], [`Code::Missing`], …; those of the store.
    pub fn check_in(&self, draft: CheckInDraft) -> Result<RecordedCheckIn> {
        let new = operation(self.0.env.new_id().to_string(), self.located(draft)?)?;
        recorded(self.0.record(new)?)
    }

    /// Corrects a check-in that the hub quarantined.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`]; those of [`Patrol::check_in`].
    pub fn amend_check_in(&self, amends: Uuid, draft: CheckInDraft) -> Result<RecordedCheckIn> {
        let original = self.0.original(amends)?;
        if original_kind(&original)? != Kind::CheckInRecord {
            return Err(Error::field(Code::AmendsNothing, "amends", "it is no check-in"));
        }
        let mut new = operation(original.operation.entity, self.located(draft)?)?;
        new.amends = Some(amends);
        recorded(self.0.record_amendment(new)?)
    }

    /// An NFC tag says its UID, not where it hangs: this phone looks that up.
    fn located(&self, mut draft: CheckInDraft) -> Result<CheckInDraft> {
        if let (None, CheckInEvidence::Nfc { uid, .. }) = (&draft.checkpoint, &draft.evidence) {
            let checkpoints = self.checkpoints()?;
            let known = |checkpoint: &Checkpoint| checkpoint.nfc_uid.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(uid));
            let found = checkpoints.into_iter().find(known);
            draft.checkpoint = Some(found.ok_or_else(|| Error::field(Code::TagUnknown, "evidence.uid", "no checkpoint has this tag"))?.id);
        }
        Ok(draft)
    }

    /// A supervisor's decision on a flagged check-in.
    ///
    /// # Errors
    /// [`Code::NotPermitted`], [`Code::StateRefused`], [`Code::Missing`] at `reason`.
    pub fn review(&self, check_in: &str, accepted: bool, reason: &str) -> Result<Recorded> {
        let body = CheckInReview { accepted, reason: reason.trim().to_owned() };
        Ok(self.0.record(NewOperation::new(Kind::CheckInReview, check_in, &body)?)?.0)
    }

    /// All checkpoints that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>> {
        self.0.reference(DocumentKind::Checkpoint)
    }

    /// All routes that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn routes(&self) -> Result<Vec<Route>> {
        self.0.reference(DocumentKind::Route)
    }

    /// All zones that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn zones(&self) -> Result<Vec<Zone>> {
        self.0.reference(DocumentKind::Zone)
    }

    /// Check-ins, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn check_ins(&self, page: Page) -> Result<Vec<(String, CheckIn)>> {
        self.0.typed(DocumentKind::CheckIn, page)
    }
}

fn operation(id: String, draft: CheckInDraft) -> Result<NewOperation> {
    let record = CheckInRecord { checkpoint: draft.checkpoint, evidence: draft.evidence, movement: draft.movement, note: draft.note }
        .normalised()?;
    Ok(NewOperation::new(Kind::CheckInRecord, id, &record)?.with_fix(draft.fix).with_photos(draft.photos))
}

fn recorded((recorded, writes): (Recorded, Vec<Write>)) -> Result<RecordedCheckIn> {
    let write = writes.into_iter().find(|write| write.kind == DocumentKind::CheckIn);
    let check_in = write.map(|write| serde_json::from_value::<CheckIn>(write.body)).transpose()?;
    Ok(RecordedCheckIn {
        operation: recorded.operation,
        id: recorded.id,
        checkpoint: check_in.as_ref().map_or_else(String::new, |check_in| check_in.checkpoint.clone()),
        verdict: check_in.map_or(CheckInVerdict::Accepted, |check_in| check_in.verdict),
        flags: recorded.flags,
    })
}
