//! What became of what this phone wrote: the outbox, what needs attention, and the two remedies.

use uuid::Uuid;

use super::enrol::Enrolment;
use super::record::NewOperation;
use super::session::author;
use super::sync::SyncState;
use super::{Companion, Page, Recorded};
use crate::domain::{Actor, Body, Flag, Kind, Text, Until, Verdict};
use crate::store::{Meta, OperationState, OutboxRow, blobs, outbox};
use crate::{Code, Error, Result};

/// Where everything stands, in numbers: `authored = pending + applied + conflicts + held + quarantined`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxStatus {
    /// Operations that the hub has not answered for.
    pub pending: u64,
    /// When the oldest of them was written, UTC ms.
    pub oldest: Option<i64>,
    /// Operations that took effect.
    pub applied: u64,
    /// Operations that wait at the hub.
    pub held: u64,
    /// Operations that break a rule.
    pub quarantined: u64,
    /// Operations that somebody else overtook.
    pub conflicts: u64,
    /// Photos that wait to be sent.
    pub blobs: u64,
    /// When a sync last went through, UTC ms by this phone's clock.
    pub last_ok: Option<i64>,
    /// When the next sync makes sense, UTC ms by this phone's clock; none where there is nothing to wait for.
    pub next_allowed_at: Option<i64>,
    /// Why the last sync did not go through.
    pub blocked_reason: Option<Code>,
}

/// One operation of this phone and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its id.
    pub operation: Uuid,
    /// Its place in the log.
    pub seq: u64,
    /// Under whose name it was written: a person's id, `tourist`, or `self` before enrolment.
    pub actor: String,
    /// What it does, such as `check_in.record`.
    pub kind: String,
    /// The document that it is about.
    pub entity: String,
    /// When it was written, UTC ms by this phone's clock.
    pub recorded_at: i64,
    /// What became of it.
    pub state: OperationState,
    /// Why somebody should look at it.
    pub flags: Vec<Flag>,
    /// The rule that it breaks, or why it was overtaken.
    pub code: Option<Code>,
    /// The field at fault; empty where there is none.
    pub field: String,
    /// What it waits for.
    pub until: Option<Until>,
    /// The operation that it corrects.
    pub amends: Option<Uuid>,
    /// The operation that corrects it.
    pub amended_by: Option<Uuid>,
    /// Whether its author gave it up.
    pub discarded: bool,
}

/// An operation that needs its author: overtaken, held or quarantined, and neither corrected nor given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionItem {
    /// The operation.
    pub entry: OutboxEntry,
    /// Its body as it was typed, JSON; what stays of it where its owner was erased.
    pub body: String,
}

impl From<&OutboxRow> for OutboxEntry {
    fn from(row: &OutboxRow) -> Self {
        let operation = &row.operation;
        let mut entry = Self {
            operation: operation.id,
            seq: operation.seq,
            actor: operation.actor.clone(),
            kind: operation.kind.clone(),
            entity: operation.entity.clone(),
            recorded_at: operation.recorded_at,
            state: row.state,
            flags: Vec::new(),
            code: None,
            field: String::new(),
            until: None,
            amends: operation.amends,
            amended_by: row.amended_by,
            discarded: row.discarded,
        };
        match &row.verdict {
            Some(Verdict::Applied { flags }) => entry.flags.clone_from(flags),
            Some(Verdict::Conflict { code, .. }) => entry.code = Some(*code),
            Some(Verdict::Held { until }) => entry.until = Some(until.clone()),
            Some(Verdict::Quarantined { code, field }) => {
                entry.code = Some(*code);
                entry.field.clone_from(field);
            }
            None => {}
        }
        entry
    }
}

impl Companion {
    /// Where everything stands, in numbers.
    ///
    /// # Errors
    /// Those of the store.
    pub fn outbox(&self) -> Result<OutboxStatus> {
        self.read(|connection| {
            let counts = outbox::counts(connection)?;
            let state = Meta::SyncState.read::<SyncState>(connection)?.unwrap_or_default();
            Ok(OutboxStatus {
                pending: counts.pending,
                oldest: counts.oldest,
                applied: counts.applied,
                held: counts.held,
                quarantined: counts.quarantined,
                conflicts: counts.conflict,
                blobs: blobs::count_to_send(connection)?,
                last_ok: state.last_ok,
                next_allowed_at: state.next_allowed_at(&self.env),
                blocked_reason: state.blocked,
            })
        })
    }

    /// Operations of this phone with what became of them, newest first.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn operations(&self, page: Page) -> Result<Vec<OutboxEntry>> {
        let page = page.checked()?;
        self.read(|connection| Ok(outbox::list(connection, page.limit, page.offset)?.iter().map(OutboxEntry::from).collect()))
    }

    /// What needs its author, oldest first, whole.
    ///
    /// # Errors
    /// Those of the store.
    pub fn needs_attention(&self) -> Result<Vec<AttentionItem>> {
        self.read(|connection| {
            let rows = outbox::needing_attention(connection)?;
            Ok(rows.iter().map(|row| AttentionItem { entry: row.into(), body: row.operation.text_or_residue().to_owned() }).collect())
        })
    }

    /// Corrects an operation by a new one with this body (JSON). Fix and photos stay those of the original.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`] where there is nothing to correct; the rules' own errors for the new body.
    pub fn amend(&self, operation: Uuid, body: &str) -> Result<Recorded> {
        let original = self.original(operation)?;
        let kind = original_kind(&original)?;
        let body = Body::read(kind, body)?.normalised(self.env.clock.wall_ms())?;
        let mut new = NewOperation::new(kind, original.operation.entity.clone(), &body)?;
        new.fix = original.operation.fix;
        new.photos = original.operation.blobs.iter().map(|blob| blob.sha256).collect();
        new.amends = Some(operation);
        Ok(self.record_amendment(new)?.0)
    }

    /// Gives up an operation that needs attention. It stays in the log; nobody has to look at it any more.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`] where it needs no attention, or is somebody else's; [`Code::Missing`] at `reason`.
    pub fn discard(&self, operation: Uuid, reason: &str) -> Result<Recorded> {
        let reason = Text::required("reason", reason, 1000)?.into_string();
        let body = serde_json::json!({ "target": operation, "reason": reason });
        self.write(|connection, changes| {
            let enrolment = Meta::Enrolment.read::<Enrolment>(connection)?;
            let author = author(connection, &self.env, enrolment.as_ref())?;
            let original = outbox::get(connection, operation)?
                .filter(needs_attention)
                .filter(|original| Actor::may_correct(&author.name, &original.operation.actor))
                .ok_or_else(|| Error::field(Code::AmendsNothing, "operation", "only what needs attention can be given up"))?;
            outbox::mark_discarded(connection, operation)?;
            super::view::Judge::new(connection)?.rebuild(&original.operation.entity, changes)?;
            let new = NewOperation::new(Kind::OperationDiscard, operation.to_string(), &body)?;
            Ok(self.append(connection, changes, new)?.0)
        })
    }

    /// The operation that is to be corrected.
    pub(super) fn original(&self, operation: Uuid) -> Result<OutboxRow> {
        self.read(|connection| outbox::get(connection, operation))?
            .ok_or_else(|| Error::field(Code::AmendsNothing, "amends", "this phone wrote no such operation"))
    }

    /// Records a correction and marks the original as corrected, in one transaction.
    pub(super) fn record_amendment(&self, new: NewOperation) -> Result<(Recorded, Vec<crate::domain::Write>)> {
        self.write(|connection, changes| {
            let amends = new.amends.ok_or_else(|| Error::internal("a correction names what it corrects"))?;
            let recorded = self.append(connection, changes, new)?;
            outbox::mark_amended(connection, amends, recorded.0.operation)?;
            Ok(recorded)
        })
    }
}

fn needs_attention(row: &OutboxRow) -> bool {
    !matches!(row.state, OperationState::Pending | OperationState::Applied) && row.amended_by.is_none() && !row.discarded
}

/// The kind of what is to be corrected.
pub(super) fn original_kind(original: &OutboxRow) -> Result<Kind> {
    Kind::parse(&original.operation.kind).ok_or_else(|| Error::field(Code::KindUnknown, "kind", "a newer version wrote it"))
}
