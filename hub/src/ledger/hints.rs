//! Urgent operations that were told ahead of their turn.

use liuye_core::Result;
use liuye_core::log::{DeviceId, Operation};
use rusqlite::{OptionalExtension, Row};

use super::Tx;

/// An urgent operation that the log has not brought yet, or has contradicted.
#[derive(Debug, Clone)]
pub struct HintRow {
    /// The operation as its phone told it. It is not applied, and may never be.
    pub operation: Operation,
    /// When it arrived, UTC ms by the hub's clock.
    pub received_at: i64,
    /// Whether the log brought other contents under its name, or another operation at its place.
    pub contradicted: bool,
}

impl Tx<'_> {
    /// Keeps a hint, unless it is here or the log has the operation already.
    pub(crate) fn insert_hint(&self, operation: &Operation) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO hints (site, device, id, epoch, seq, received_at, content) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
                 WHERE NOT EXISTS (SELECT 1 FROM operations WHERE site = ?1 AND id = ?3)",
            )?
            .execute((
                self.site,
                operation.device.to_string(),
                operation.id.to_string(),
                operation.epoch,
                operation.seq,
                self.now,
                serde_json::to_string(operation)?,
            ))?;
        Ok(())
    }

    /// How many hints a device has here.
    pub(crate) fn count_hints(&self, device: &DeviceId) -> Result<usize> {
        let sql = "SELECT count(*) FROM hints WHERE site = ?1 AND device = ?2";
        Ok(self.connection.prepare_cached(sql)?.query_row((self.site, device.to_string()), |row| row.get(0))?)
    }

    /// The log brought an operation: what its hint said of it is proven, or was something else.
    pub(crate) fn prove_hint(&self, operation: &Operation) -> Result<()> {
        let (device, id) = (operation.device.to_string(), operation.id.to_string());
        let sql = "SELECT content FROM hints WHERE site = ?1 AND device = ?2 AND id = ?3";
        let Some(content) =
            self.connection.prepare_cached(sql)?.query_row((self.site, &device, &id), |row| row.get::<_, String>(0)).optional()?
        else {
            return Ok(());
        };
        if operation.says_the_same_as(&serde_json::from_str(&content)?) {
            self.connection.execute("DELETE FROM hints WHERE site = ?1 AND device = ?2 AND id = ?3", (self.site, &device, &id))?;
        } else {
            self.connection.execute(
                "UPDATE hints SET contradicted_at = ?4 WHERE site = ?1 AND device = ?2 AND id = ?3",
                (self.site, &device, &id, self.now),
            )?;
        }
        Ok(())
    }

    /// The log went past these places of a branch: what was hinted there is not what stands there.
    pub(crate) fn pass_hints(&self, device: &DeviceId, epoch: u32, acked: u64) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE hints SET contradicted_at = ?5 WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND seq <= ?4 AND contradicted_at IS NULL",
            )?
            .execute((self.site, device.to_string(), epoch, acked, self.now))?;
        Ok(())
    }

    /// Forgets hints that are older than this (UTC ms).
    pub(crate) fn forget_hints(&self, before: i64) -> Result<usize> {
        Ok(self.connection.prepare_cached("DELETE FROM hints WHERE site = ?1 AND received_at < ?2")?.execute((self.site, before))?)
    }

    /// All hints, newest first.
    pub(crate) fn hints(&self, limit: u32) -> Result<Vec<HintRow>> {
        let sql =
            "SELECT content, received_at, contradicted_at IS NOT NULL FROM hints WHERE site = ?1 ORDER BY received_at DESC, id LIMIT ?2";
        let raw = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?));
        let mut statement = self.connection.prepare_cached(sql)?;
        statement
            .query_map((self.site, limit), raw)?
            .map(|row| {
                let (content, received_at, contradicted) = row?;
                Ok(HintRow { operation: serde_json::from_str(&content)?, received_at, contradicted })
            })
            .collect()
    }
}
