//! The hub's side of the rules: the ledger, inside the transaction that takes an operation in.

use liuye_core::Result;
use liuye_core::domain::{Document, DocumentKind, OpenMatter, Overtaker, Visit, World};
use liuye_core::log::{DeviceId, Digest};
use rusqlite::OptionalExtension;

use super::Tx;
use crate::keys::Keys;

/// What the rules see of the ledger.
pub(crate) struct HubWorld<'a> {
    pub(crate) tx: &'a Tx<'a>,
    pub(crate) keys: &'a Keys,
}

impl HubWorld<'_> {
    /// Who changed a document last, after `base_rev`, without being about it: an operation on another document that also says
    /// something of this one, or the hub's clock.
    fn changed_last_by(&self, id: &str, base_rev: u64, device: &DeviceId) -> Result<Option<Overtaker>> {
        let Some(rev) = self.tx.document(id)?.map(|stored| stored.document.rev).filter(|rev| *rev > base_rev) else { return Ok(None) };
        let Some((what, reference)) = self.tx.entry(rev)? else { return Ok(None) };
        if what == "due" {
            return Ok(Some(Overtaker::Clock));
        }
        let operation = reference.parse().ok().map(|id| self.tx.operation(id)).transpose()?.flatten();
        Ok(operation.filter(|taken| taken.operation.device != *device).map(|taken| Overtaker::Operation(taken.operation.id)))
    }
}

impl World for HubWorld<'_> {
    fn document(&self, id: &str) -> Result<Option<Document>> {
        Ok(self.tx.document(id)?.map(|stored| stored.document))
    }

    fn visits_of(&self, person: &str, from: i64, to: i64) -> Result<Vec<Visit>> {
        self.tx.visits_of(person, from, to)
    }

    fn duties_of(&self, kind: DocumentKind, person: &str, from: i64, to: i64) -> Result<Vec<Document>> {
        self.tx.duties_of(kind, person, from, to)
    }

    fn overtaken_by(&self, entity: &str, base_rev: u64, device: &DeviceId) -> Result<Option<Overtaker>> {
        let found: Option<String> = self
            .tx
            .connection
            .prepare_cached(
                "SELECT id FROM operations WHERE site = ?1 AND entity = ?2 AND applied_at > ?3 AND device <> ?4 ORDER BY applied_at DESC LIMIT 1",
            )?
            .query_row((self.tx.site, entity, base_rev, device.to_string()), |row| row.get(0))
            .optional()?;
        match found.and_then(|id| id.parse().ok()) {
            Some(id) => Ok(Some(Overtaker::Operation(id))),
            None => self.changed_last_by(entity, base_rev, device),
        }
    }

    fn on_duty(&self, zone: Option<&str>, at: i64) -> Result<Vec<String>> {
        self.tx.on_duty(zone, at)
    }

    fn claims_of(&self, device: &DeviceId, from: i64, to: i64) -> Result<Vec<Document>> {
        self.tx.claims_of(device, from, to)
    }

    fn open_matters(&self, person: &str, zone: &str) -> Result<Vec<OpenMatter>> {
        self.tx.open_matters(person, zone)
    }

    fn has_blob(&self, sha256: &Digest) -> Result<bool> {
        Ok(self.tx.blob(sha256)?.is_some())
    }

    fn nfc_key(&self, checkpoint: &str) -> Result<Option<[u8; 16]>> {
        self.keys.nfc_key(self.tx.site, checkpoint)
    }

    fn written_at(&self, position: u64) -> Result<Option<i64>> {
        self.tx.written_at(position)
    }

    fn left_device_at(&self, device: &DeviceId, person: &str) -> Result<Option<i64>> {
        let held = self.tx.held_by(device)?.into_iter().find(|held| held.person == person);
        Ok(held.and_then(|held| held.left_at))
    }

    fn is_complete(&self) -> bool {
        true
    }
}
