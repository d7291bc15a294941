//! Writing an operation: judged by the rules, chained to the log, and applied to the view, in one transaction.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Companion;
use super::observe::Changes;
use super::view::Judge;
use crate::domain::{Contact, Flag, Kind, Photo, Verdict, Write};
use crate::log::{AuthLevel, ContactSeal, Digest, Fix, Operation, Salt};
use crate::store::{Meta, OperationState, blobs, documents, outbox, private, search};
use crate::{Code, Error, Result};

/// What a save returned: it survives a power cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The operation's id.
    pub operation: Uuid,
    /// The document that it is about.
    pub id: String,
    /// Why the hub may want a look at it, as far as this phone can tell.
    pub flags: Vec<Flag>,
}

/// What is to be written.
pub(super) struct NewOperation {
    pub(super) kind: Kind,
    pub(super) entity: String,
    body: Box<RawValue>,
    pub(super) fix: Option<Fix>,
    pub(super) photos: Vec<Digest>,
    pub(super) contact: Option<Contact>,
    pub(super) amends: Option<Uuid>,
}

impl NewOperation {
    /// An operation with this body.
    pub(super) fn new(kind: Kind, entity: impl Into<String>, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::value::to_raw_value(body)?;
        Ok(Self { kind, entity: entity.into(), body, fix: None, photos: Vec::new(), contact: None, amends: None })
    }

    pub(super) fn with_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    pub(super) fn with_photos(mut self, photos: Vec<Digest>) -> Self {
        self.photos = photos;
        self
    }
}

/// What is known of the hub's clock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HubClock {
    /// The hub's clock in the middle of the exchange, UTC ms.
    pub(super) hub_ms: i64,
    /// This phone's monotonic clock then.
    pub(super) elapsed_ms: u64,
    /// Its boot.
    pub(super) boot_id: String,
    /// Half of the exchange's time.
    pub(super) err_ms: u32,
}

impl Companion {
    /// Judges, writes and shows an operation. Nothing is stored where the rules refuse it.
    pub(super) fn record(&self, new: NewOperation) -> Result<(Recorded, Vec<Write>)> {
        self.write(|connection, changes| self.append(connection, changes, new))
    }

    /// [`Companion::record`] inside a transaction that does more.
    pub(super) fn append(&self, connection: &Connection, changes: &mut Changes, new: NewOperation) -> Result<(Recorded, Vec<Write>)> {
        let judge = Judge::new(connection)?;
        if let Some(amends) = new.amends {
            give_way(connection, &judge, changes, amends, &new)?;
        }
        let contact = new.contact.as_ref().map(|contact| self.seal_contact(contact)).transpose()?;
        let operation = self.chain(connection, &judge, new, contact.as_ref().map(|(_, _, digest)| *digest))?;
        let outcome = judge.judge(&operation)?;
        let flags = match outcome.verdict {
            Verdict::Applied { flags } => flags,
            // The phone lacks what the rules need: the hub will judge.
            Verdict::Held { .. } => Vec::new(),
            Verdict::Conflict { code, .. } => return Err(Error::new(code, "somebody else was faster")),
            Verdict::Quarantined { code, field } => return Err(Error::field(code, field, "the rules refuse it")),
        };
        outbox::append(connection, &operation)?;
        if let Some((salt, content, _)) = contact {
            private::insert_contact(connection, operation.id, &operation.entity, salt, &content)?;
        }
        let outcome = crate::domain::Outcome { verdict: Verdict::CLEAN, writes: outcome.writes };
        judge.predict(&outcome, changes)?;
        // The operation's own document is found for the search index by its place in the log.
        for write in outcome.writes.iter().filter(|write| write.id != operation.entity) {
            search::queue(connection, write.kind.as_str(), &write.id)?;
        }
        changes.outbox();
        Ok((Recorded { operation: operation.id, id: operation.entity, flags }, outcome.writes))
    }

    fn chain(&self, connection: &Connection, judge: &Judge<'_>, new: NewOperation, contact_digest: Option<Digest>) -> Result<Operation> {
        if new.photos.len() > Photo::MAX_PER_RECORD {
            return Err(Error::field(Code::PhotoTooMany, "photos", "a record has at most 6 photos"));
        }
        let epoch = judge.enrolment.as_ref().map_or(1, |enrolment| enrolment.epoch);
        let (last_seq, prev_hash) = outbox::head(connection, &self.device(), epoch)?;
        let base_rev = documents::get(connection, &new.entity)?.map(|document| document.rev).filter(|rev| *rev > 0);
        let (clock_offset_ms, clock_err_ms) = self.clock_offset(connection)?.unzip();
        let mut operation = Operation {
            device: self.device(),
            epoch,
            seq: last_seq + 1,
            id: self.env.new_id(),
            actor: judge.enrolment.as_ref().map_or("self", |enrolment| enrolment.actor_name()).to_owned(),
            auth_level: AuthLevel::Device,
            recorded_at: self.env.clock.wall_ms(),
            elapsed_ms: self.env.clock.elapsed_ms(),
            boot_id: self.env.clock.boot_id(),
            clock_offset_ms,
            clock_err_ms,
            fix: new.fix,
            kind: new.kind.as_str().to_owned(),
            schema_version: Kind::SCHEMA_VERSION,
            entity: new.entity,
            base_rev,
            seen: Meta::Seen.read(connection)?.unwrap_or(0),
            amends: new.amends,
            body: Some(new.body),
            body_salt: new.kind.has_free_text().then(|| Salt(self.env.random())),
            residue: None,
            body_digest: Digest([0; 32]),
            contact_digest,
            blobs: blobs::queue(connection, &new.photos)?,
            prev_hash,
            hash: Digest([0; 32]),
        };
        operation.seal();
        Ok(operation)
    }

    fn seal_contact(&self, contact: &Contact) -> Result<(Salt, String, Digest)> {
        let salt = Salt(self.env.random());
        let content = serde_json::to_string(contact)?;
        let digest = ContactSeal::digest(&content, salt);
        Ok((salt, content, digest))
    }

    /// Hub's clock minus this phone's, with its uncertainty; none where the hub was not heard of since the boot.
    fn clock_offset(&self, connection: &Connection) -> Result<Option<(i64, u32)>> {
        let Some(hub) = Meta::HubClock.read::<HubClock>(connection)? else { return Ok(None) };
        let clock = &self.env.clock;
        // Through the monotonic clock, so that a wall clock that was set since does not count as the hub's.
        Ok((hub.boot_id == clock.boot_id()).then(|| {
            let since = clock.elapsed_ms().saturating_sub(hub.elapsed_ms);
            (hub.hub_ms.saturating_add_unsigned(since).saturating_sub(clock.wall_ms()), hub.err_ms)
        }))
    }
}

/// Takes what is to be corrected out of the view, after checking that there is something to correct.
fn give_way(connection: &Connection, judge: &Judge<'_>, changes: &mut Changes, amends: Uuid, new: &NewOperation) -> Result<()> {
    let original = outbox::get(connection, amends)?.ok_or_else(|| nothing("this phone wrote no such operation"))?;
    if matches!(original.state, OperationState::Pending | OperationState::Applied) {
        return Err(nothing("only what is in conflict, held or quarantined can be corrected"));
    }
    if original.amended_by.is_some() || original.discarded {
        return Err(nothing("it was corrected or given up before"));
    }
    if original.operation.kind != new.kind.as_str() || original.operation.entity != new.entity {
        return Err(nothing("a correction has the kind and the document of what it corrects"));
    }
    outbox::stop_replaying(connection, amends)?;
    judge.rebuild(&new.entity, changes)
}

fn nothing(detail: &'static str) -> Error {
    Error::field(Code::AmendsNothing, "amends", detail)
}
