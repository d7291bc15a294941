//! Enrolment codes, kept as digests: one-time ones for staff and tourists, and public ones that many tourists use.

use liuye_core::Result;
use liuye_core::log::{DeviceId, Digest};
use rusqlite::{OptionalExtension, Row};

use super::Tx;

/// For whom a code enrols a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum For {
    /// A tourist.
    Tourist,
    /// One member of the staff.
    Person(String),
    /// Several who share the phone.
    Sharers(Vec<String>),
}

/// An enrolment code as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) hash: Digest,
    pub(crate) whom: For,
    pub(crate) uses_left: u32,
    /// For a public code, which is not used up: how many phones may use it in an hour.
    pub(crate) per_hour: Option<u32>,
    pub(crate) expires_at: i64,
    pub(crate) is_revoked: bool,
}

impl Tx<'_> {
    /// Keeps a code.
    pub(crate) fn insert_code(&self, code: &Code) -> Result<()> {
        let (person, persons) = match &code.whom {
            For::Tourist => (None, None),
            For::Person(person) => (Some(person), None),
            For::Sharers(persons) => (None, Some(serde_json::to_string(persons)?)),
        };
        self.connection.execute(
            "INSERT INTO enrol_codes (site, code_hash, person, persons, uses_left, per_hour, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (self.site, code.hash.0, person, persons, code.uses_left, code.per_hour, code.expires_at),
        )?;
        Ok(())
    }

    /// A code by its digest.
    pub(crate) fn code(&self, hash: &Digest) -> Result<Option<Code>> {
        let sql = "SELECT person, persons, uses_left, per_hour, expires_at, revoked_at FROM enrol_codes WHERE site = ?1 AND code_hash = ?2";
        let found = self.connection.query_row(sql, (self.site, hash.0), raw).optional()?;
        let Some((person, persons, uses_left, per_hour, expires_at, revoked_at)) = found else { return Ok(None) };
        let whom = match (person, persons) {
            (_, Some(persons)) => For::Sharers(serde_json::from_str(&persons)?),
            (Some(person), None) => For::Person(person),
            (None, None) => For::Tourist,
        };
        Ok(Some(Code { hash: *hash, whom, uses_left, per_hour, expires_at, is_revoked: revoked_at.is_some() }))
    }

    /// Lets nobody use a code any more. False where there is no such code, or it was revoked before.
    pub(crate) fn revoke_code(&self, hash: &Digest) -> Result<bool> {
        let sql = "UPDATE enrol_codes SET revoked_at = ?3 WHERE site = ?1 AND code_hash = ?2 AND revoked_at IS NULL";
        Ok(self.connection.execute(sql, (self.site, hash.0, self.now))? > 0)
    }

    /// Whether this device used this code.
    pub(crate) fn code_was_used_by(&self, hash: &Digest, device: &DeviceId) -> Result<bool> {
        let sql = "SELECT 1 FROM enrol_code_uses WHERE site = ?1 AND code_hash = ?2 AND device = ?3";
        Ok(self.connection.query_row(sql, (self.site, hash.0, device.to_string()), |_| Ok(())).optional()?.is_some())
    }

    /// How many phones used a code since then (UTC ms).
    pub(crate) fn code_uses_since(&self, hash: &Digest, since: i64) -> Result<u32> {
        let sql = "SELECT count(*) FROM enrol_code_uses WHERE site = ?1 AND code_hash = ?2 AND at > ?3";
        Ok(self.connection.query_row(sql, (self.site, hash.0, since), |row| row.get(0))?)
    }

    /// Writes down that a device used a code; one that is not public is used up by one.
    pub(crate) fn use_code(&self, code: &Code, device: &DeviceId) -> Result<()> {
        if code.per_hour.is_none() {
            let sql = "UPDATE enrol_codes SET uses_left = uses_left - 1 WHERE site = ?1 AND code_hash = ?2";
            self.connection.execute(sql, (self.site, code.hash.0))?;
        }
        self.connection.execute(
            "INSERT INTO enrol_code_uses (site, code_hash, device, at) VALUES (?1, ?2, ?3, ?4)",
            (self.site, code.hash.0, device.to_string(), self.now),
        )?;
        Ok(())
    }
}

type Raw = (Option<String>, Option<String>, u32, Option<u32>, i64, Option<i64>);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}
