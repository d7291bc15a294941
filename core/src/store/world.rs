//! The phone's side of the rules: the view, inside a transaction.

use rusqlite::Connection;

use super::{blobs, documents};
use crate::Result;
use crate::domain::{Document, DocumentKind, OpenMatter, Overtaker, Visit, World};
use crate::log::{DeviceId, Digest};

/// The hub's documents with this phone's unsettled operations on top.
#[derive(Debug)]
pub struct PhoneWorld<'a> {
    connection: &'a Connection,
    complete: bool,
}

impl<'a> PhoneWorld<'a> {
    /// The world that a connection sees. `complete` says whether a first fill is through.
    #[must_use]
    pub const fn new(connection: &'a Connection, complete: bool) -> Self {
        Self { connection, complete }
    }
}

impl World for PhoneWorld<'_> {
    fn document(&self, id: &str) -> Result<Option<Document>> {
        documents::get(self.connection, id)
    }

    fn visits_of(&self, person: &str, from: i64, to: i64) -> Result<Vec<Visit>> {
        documents::visits_of(self.connection, person, from, to)
    }

    fn duties_of(&self, kind: DocumentKind, person: &str, from: i64, to: i64) -> Result<Vec<Document>> {
        documents::duties_of(self.connection, kind, person, from, to)
    }

    fn overtaken_by(&self, _: &str, _: u64, _: &DeviceId) -> Result<Option<Overtaker>> {
        // What others did is in the hub's documents: on a phone, a state that does not fit is refused.
        Ok(None)
    }

    fn on_duty(&self, zone: Option<&str>, at: i64) -> Result<Vec<String>> {
        documents::on_duty(self.connection, zone, at)
    }

    fn claims_of(&self, device: &DeviceId, from: i64, to: i64) -> Result<Vec<Document>> {
        documents::claims_of(self.connection, device, from, to)
    }

    fn open_matters(&self, person: &str, zone: &str) -> Result<Vec<OpenMatter>> {
        documents::open_matters(self.connection, person, zone)
    }

    fn has_blob(&self, sha256: &Digest) -> Result<bool> {
        Ok(blobs::get(self.connection, sha256)?.is_some())
    }

    fn nfc_key(&self, _: &str) -> Result<Option<[u8; 16]>> {
        Ok(None)
    }

    fn written_at(&self, _: u64) -> Result<Option<i64>> {
        Ok(None)
    }

    fn is_complete(&self) -> bool {
        self.complete
    }
}
