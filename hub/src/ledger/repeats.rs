//! Operations that came again on another branch of their device's log.

use liuye_core::Result;
use liuye_core::domain::Verdict;
use liuye_core::log::{DeviceId, Operation};
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::Tx;

impl Tx<'_> {
    /// Keeps an operation that is here already; `verdict` where it has one of its own.
    pub(crate) fn insert_repeat(&self, operation: &Operation, position: u64, verdict: Option<&Verdict>) -> Result<()> {
        self.connection.execute(
            "INSERT INTO repeats (site, device, epoch, seq, id, position, content, verdict) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                self.site,
                operation.device.to_string(),
                operation.epoch,
                operation.seq,
                operation.id.to_string(),
                position,
                serde_json::to_string(operation)?,
                verdict.map(serde_json::to_string).transpose()?,
            ),
        )?;
        Ok(())
    }

    /// What was repeated at this place of a branch, with its own verdict where it has one.
    pub(crate) fn repeat_at(&self, device: &DeviceId, epoch: u32, seq: u64) -> Result<Option<(Operation, Option<Verdict>)>> {
        let found: Option<(String, Option<String>)> = self
            .connection
            .prepare_cached("SELECT content, verdict FROM repeats WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND seq = ?4")?
            .query_row((self.site, device.to_string(), epoch, seq), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((content, verdict)) = found else { return Ok(None) };
        Ok(Some((serde_json::from_str(&content)?, verdict.map(|text| serde_json::from_str(&text)).transpose()?)))
    }

    /// Whether this operation was repeated at this position of the site's log.
    pub(crate) fn is_repeated_at(&self, id: Uuid, position: u64) -> Result<Option<Operation>> {
        let sql = "SELECT content FROM repeats WHERE site = ?1 AND id = ?2 AND position = ?3";
        let content: Option<String> =
            self.connection.prepare_cached(sql)?.query_row((self.site, id.to_string(), position), |row| row.get(0)).optional()?;
        content.map(|content| Ok(serde_json::from_str(&content)?)).transpose()
    }
}
