//! What the hub writes itself for those who have no phone here: operations of a device of its own, chained and signed like any
//! phone's, and taken in by the same gate. Its key is the site's.

use liuye_core::domain::{Contact, Kind, Verdict};
use liuye_core::log::{AuthLevel, BlobRef, ContactSeal, Digest, Operation, Salt, head_preimage};
use liuye_core::sync::wire::{ContactEnvelope, HeadSignature};
use liuye_core::{Code, Error, Result};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::hub::Hub;
use crate::ingest::{Ingest, Push, PushError};
use crate::ledger::{Branch, DeviceRow};

/// What is to be written.
pub(crate) struct OwnOperation<'a, B> {
    /// Under which name: that of a person at the desk, or one that is no person's.
    pub(crate) actor: &'a str,
    pub(crate) auth_level: AuthLevel,
    pub(crate) kind: Kind,
    pub(crate) entity: &'a str,
    pub(crate) body: &'a B,
    /// Photos that are here.
    pub(crate) blobs: Vec<BlobRef>,
    /// Who to reach about it, as the rules want it: it rides beside the operation, like a phone's.
    pub(crate) contact: Option<&'a Contact>,
}

impl Hub {
    /// Writes an operation, and returns what the rules say of it.
    ///
    /// # Errors
    /// Those of [`Ingest::write_own`].
    pub(crate) fn write_own<B: Serialize>(&self, site: &str, new: &OwnOperation<'_, B>) -> Result<Verdict> {
        self.ingest(site, |ingest| ingest.write_own(new))
    }

    /// Writes an operation where `accept` agrees with what the rules say of it; nothing is written otherwise.
    ///
    /// # Errors
    /// Those of `accept` and of [`Ingest::write_own`].
    pub(crate) fn write_own_if<B: Serialize, T>(
        &self,
        site: &str,
        new: &OwnOperation<'_, B>,
        accept: impl FnOnce(&Verdict) -> Result<T>,
    ) -> Result<T> {
        // The transaction is not through when the verdict is known: what is refused leaves no trace.
        self.ingest(site, |ingest| accept(&ingest.write_own(new)?))
    }
}

impl Ingest<'_> {
    /// Writes an operation of the hub's own device in this transaction, and returns what the rules say of it.
    ///
    /// # Errors
    /// [`Code::DeviceRevoked`] where somebody revoked the hub's own device; those of the store.
    pub(crate) fn write_own<B: Serialize>(&self, new: &OwnOperation<'_, B>) -> Result<Verdict> {
        let key = self.keys.tag_key(self.env, self.tx.site)?;
        let (device, branch) = own_device(self, &key.public())?;
        if device.revoked_at.is_some() {
            return Err(Error::new(Code::DeviceRevoked, "the hub's own device was revoked"));
        }
        let sealed = new.contact.map(|contact| sealed(self, contact)).transpose()?;
        let operation = chained(self, &device, &branch, new, sealed.as_ref().map(|(_, _, digest)| *digest))?;
        let contacts: Vec<_> =
            sealed.into_iter().map(|(salt, contact, _)| ContactEnvelope { operation: operation.id, salt, contact }).collect();
        let signature = key.sign(&head_preimage(&device.device, branch.epoch, operation.seq, &operation.hash));
        let head = HeadSignature { seq: operation.seq, hash: operation.hash, signature };
        let push = Push {
            device: &device,
            branch: &branch,
            first_seq: operation.seq,
            operations: std::slice::from_ref(&operation),
            contacts: &contacts,
            head: Some(&head),
        };
        let (_, verdicts) = self.push(&push).map_err(|error| match error {
            PushError::Gap(_) => Error::internal("the hub knows where its own log ends"),
            PushError::Other(error) => error,
        })?;
        self.tx.keep_head(&device.device, branch.epoch, &head)?;
        let told = verdicts.into_iter().next().ok_or_else(|| Error::internal("each operation has its verdict"))?;
        Ok(told.verdict)
    }
}

/// A contact's JSON, and the salted digest by which an operation commits to it.
fn sealed(ingest: &Ingest<'_>, contact: &Contact) -> Result<(Salt, Box<RawValue>, Digest)> {
    let (salt, content) = (Salt(ingest.env.random()), serde_json::value::to_raw_value(contact)?);
    let digest = ContactSeal::digest(content.get(), salt);
    Ok((salt, content, digest))
}

/// The hub's own device, made at the first use.
fn own_device(ingest: &Ingest<'_>, key: &liuye_core::log::PublicKey) -> Result<(DeviceRow, Branch)> {
    let (tx, device) = (ingest.tx, key.device());
    let row = match tx.device(&device)? {
        Some(row) => row,
        None => {
            let row = DeviceRow::enrolled(*key, "hub".to_owned(), tx.now);
            tx.insert_device(&row)?;
            tx.open_branch(&device, 1, "")?;
            row
        }
    };
    let branch = tx.branches(&device)?.pop().ok_or_else(|| Error::internal("a device has a branch"))?;
    Ok((row, branch))
}

fn chained<B: Serialize>(
    ingest: &Ingest<'_>,
    device: &DeviceRow,
    branch: &Branch,
    new: &OwnOperation<'_, B>,
    contact_digest: Option<Digest>,
) -> Result<Operation> {
    let (tx, env) = (ingest.tx, ingest.env);
    let mut operation = Operation {
        device: device.device,
        epoch: branch.epoch,
        seq: branch.acked_seq + 1,
        id: env.new_id(),
        actor: new.actor.to_owned(),
        auth_level: new.auth_level,
        recorded_at: tx.now,
        elapsed_ms: env.clock.elapsed_ms(),
        boot_id: env.clock.boot_id(),
        clock_offset_ms: Some(0),
        clock_err_ms: Some(0),
        fix: None,
        kind: new.kind.as_str().to_owned(),
        schema_version: Kind::SCHEMA_VERSION,
        entity: new.entity.to_owned(),
        base_rev: tx.document(new.entity)?.map(|stored| stored.document.rev),
        seen: tx.head()?.0,
        amends: None,
        body: Some(serde_json::value::to_raw_value(new.body)?),
        body_salt: new.kind.has_free_text().then(|| Salt(env.random())),
        residue: None,
        body_digest: Digest([0; 32]),
        contact_digest,
        blobs: new.blobs.clone(),
        prev_hash: branch.acked_hash,
        hash: Digest([0; 32]),
    };
    operation.seal();
    Ok(operation)
}
