//! Sealed contacts, and who read them.

use liuye_core::Result;
use liuye_core::log::Digest;
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::Tx;

/// Somebody read something that is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingRow {
    /// When, UTC ms.
    pub at: i64,
    /// The account that read.
    pub reader: String,
    /// What: the id of whose contact it is, or the page's address.
    pub subject: String,
}

impl Tx<'_> {
    /// Keeps a sealed contact.
    pub(crate) fn insert_contact(&self, operation: Uuid, entity: &str, digest: &Digest, sealed: &[u8]) -> Result<()> {
        self.connection.execute(
            "INSERT INTO contacts (site, operation, entity, digest, sealed) VALUES (?1, ?2, ?3, ?4, ?5)",
            (self.site, operation.to_string(), entity, digest.0, sealed),
        )?;
        Ok(())
    }

    /// The last sealed contact of a document: its operation and the bytes.
    pub(crate) fn contact_of(&self, entity: &str) -> Result<Option<(String, Vec<u8>)>> {
        Ok(self
            .connection
            .query_row(
                "SELECT operation, sealed FROM contacts WHERE site = ?1 AND entity = ?2 ORDER BY rowid DESC LIMIT 1",
                (self.site, entity),
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?)
    }

    /// All sealed contacts: operation, digest, bytes.
    pub(crate) fn contacts(&self) -> Result<Vec<(String, Digest, Vec<u8>)>> {
        let mut statement = self.connection.prepare("SELECT operation, digest, sealed FROM contacts WHERE site = ?1")?;
        Ok(statement.query_map([self.site], |row| Ok((row.get(0)?, Digest(row.get(1)?), row.get(2)?)))?.collect::<Result<_, _>>()?)
    }

    /// Removes every sealed contact of a document.
    pub(crate) fn remove_contacts(&self, entity: &str) -> Result<()> {
        self.connection.execute("DELETE FROM contacts WHERE site = ?1 AND entity = ?2", (self.site, entity))?;
        Ok(())
    }

    /// Writes down that somebody read a contact.
    pub(crate) fn log_access(&self, reader: &str, subject: &str) -> Result<()> {
        self.connection.execute(
            "INSERT INTO access_log (site, at, reader, subject) VALUES (?1, ?2, ?3, ?4)",
            (self.site, self.now, reader, subject),
        )?;
        Ok(())
    }

    /// Who read what, newest first.
    pub(crate) fn readings(&self, limit: u32) -> Result<Vec<ReadingRow>> {
        let mut statement =
            self.connection.prepare_cached("SELECT at, reader, subject FROM access_log WHERE site = ?1 ORDER BY rowid DESC LIMIT ?2")?;
        let rows =
            statement.query_map((self.site, limit), |row| Ok(ReadingRow { at: row.get(0)?, reader: row.get(1)?, subject: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
