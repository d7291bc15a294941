//! One-time enrolment codes: kept as digests, bound to a person or to tourists.

use liuye_core::Result;
use liuye_core::log::{DeviceId, Digest};
use rusqlite::OptionalExtension;

use super::Tx;

/// An enrolment code as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) hash: Digest,
    pub(crate) person: Option<String>,
    pub(crate) uses_left: u32,
    pub(crate) expires_at: i64,
}

impl Tx<'_> {
    /// Keeps a code.
    pub(crate) fn insert_code(&self, code: &Code) -> Result<()> {
        self.connection.execute(
            "INSERT INTO enrol_codes (site, code_hash, person, uses_left, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            (self.site, code.hash.0, &code.person, code.uses_left, code.expires_at),
        )?;
        Ok(())
    }

    /// A code by its digest.
    pub(crate) fn code(&self, hash: &Digest) -> Result<Option<Code>> {
        Ok(self
            .connection
            .query_row(
                "SELECT person, uses_left, expires_at FROM enrol_codes WHERE site = ?1 AND code_hash = ?2",
                (self.site, hash.0),
                |row| Ok(Code { hash: *hash, person: row.get(0)?, uses_left: row.get(1)?, expires_at: row.get(2)? }),
            )
            .optional()?)
    }

    /// Whether this device used this code.
    pub(crate) fn code_was_used_by(&self, hash: &Digest, device: &DeviceId) -> Result<bool> {
        let sql = "SELECT 1 FROM enrol_code_uses WHERE site = ?1 AND code_hash = ?2 AND device = ?3";
        Ok(self.connection.query_row(sql, (self.site, hash.0, device.to_string()), |_| Ok(())).optional()?.is_some())
    }

    /// Uses a code up by one.
    pub(crate) fn use_code(&self, hash: &Digest, device: &DeviceId) -> Result<()> {
        self.connection
            .execute("UPDATE enrol_codes SET uses_left = uses_left - 1 WHERE site = ?1 AND code_hash = ?2", (self.site, hash.0))?;
        self.connection.execute(
            "INSERT INTO enrol_code_uses (site, code_hash, device) VALUES (?1, ?2, ?3)",
            (self.site, hash.0, device.to_string()),
        )?;
        Ok(())
    }
}
