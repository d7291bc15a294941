//! Branches of devices' logs: how far each is here, and which are frozen.

use liuye_core::Result;
use liuye_core::log::{DeviceId, Digest, Operation};
use liuye_core::sync::wire::{HeadSignature, TakenBranch};
use rusqlite::{OptionalExtension, Row};

use super::Tx;

/// One branch of a device's log.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    pub(crate) epoch: u32,
    /// How far it is here.
    pub(crate) acked_seq: u64,
    /// The hash of the last operation here.
    pub(crate) acked_hash: Digest,
    /// Whether the device left it.
    pub(crate) is_frozen: bool,
}

/// A branch of a device's log as the desk sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchRow {
    /// Its number, from 1.
    pub epoch: u32,
    /// How far it is here.
    pub acked_seq: u64,
    /// When it began, UTC ms.
    pub opened_at: i64,
    /// Since when nothing is added to it, UTC ms.
    pub frozen_at: Option<i64>,
}

/// Forked devices that are shown at most.
const FORKED: u32 = 50;

impl Tx<'_> {
    /// The devices that have more than one branch, the last fork first.
    pub(crate) fn forked_devices(&self) -> Result<Vec<DeviceId>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT device, max(opened_at) AS forked_at FROM branches WHERE site = ?1 AND epoch > 1
             GROUP BY device ORDER BY forked_at DESC, device LIMIT ?2",
        )?;
        let devices = statement.query_map((self.site, FORKED), |row| row.get::<_, String>(0))?;
        devices.map(|device| DeviceId::parse(&device?)).collect()
    }

    /// Every branch of a device's log with its times, oldest first.
    pub(crate) fn branch_rows(&self, device: &DeviceId) -> Result<Vec<BranchRow>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT epoch, acked_seq, opened_at, frozen_at FROM branches WHERE site = ?1 AND device = ?2 ORDER BY epoch")?;
        let row =
            |row: &Row<'_>| Ok(BranchRow { epoch: row.get(0)?, acked_seq: row.get(1)?, opened_at: row.get(2)?, frozen_at: row.get(3)? });
        Ok(statement.query_map((self.site, device.to_string()), row)?.collect::<Result<_, _>>()?)
    }

    /// A branch of a device's log.
    pub(crate) fn branch(&self, device: &DeviceId, epoch: u32) -> Result<Option<Branch>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT epoch, acked_seq, acked_hash, frozen_at IS NOT NULL FROM branches WHERE site = ?1 AND device = ?2 AND epoch = ?3",
            )?
            .query_row((self.site, device.to_string(), epoch), branch)
            .optional()?)
    }

    /// Every branch of a device's log, oldest first.
    pub(crate) fn branches(&self, device: &DeviceId) -> Result<Vec<Branch>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT epoch, acked_seq, acked_hash, frozen_at IS NOT NULL FROM branches WHERE site = ?1 AND device = ?2 ORDER BY epoch",
        )?;
        Ok(statement.query_map((self.site, device.to_string()), branch)?.collect::<Result<_, _>>()?)
    }

    /// How far each branch of a device's log is here.
    pub(crate) fn taken(&self, device: &DeviceId) -> Result<Vec<TakenBranch>> {
        Ok(self
            .branches(device)?
            .iter()
            .map(|branch| TakenBranch { epoch: branch.epoch, seq: branch.acked_seq, hash: branch.acked_hash })
            .collect())
    }

    /// Begins a branch. `claim` is what the phone asked with; empty for a device's first.
    pub(crate) fn open_branch(&self, device: &DeviceId, epoch: u32, claim: &str) -> Result<()> {
        let genesis = Digest::genesis(device, epoch);
        self.connection.execute(
            "INSERT INTO branches (site, device, epoch, claim, acked_seq, acked_hash, opened_at) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
            (self.site, device.to_string(), epoch, claim, genesis.0, self.now),
        )?;
        Ok(())
    }

    /// The branch that a claim was given.
    pub(crate) fn branch_of_claim(&self, device: &DeviceId, claim: &str) -> Result<Option<u32>> {
        let sql = "SELECT epoch FROM branches WHERE site = ?1 AND device = ?2 AND claim = ?3";
        Ok(self.connection.query_row(sql, (self.site, device.to_string(), claim), |row| row.get(0)).optional()?)
    }

    /// Lets nothing be added to a branch any more. False where it was frozen before, or is not here.
    pub(crate) fn freeze_branch(&self, device: &DeviceId, epoch: u32) -> Result<bool> {
        let sql = "UPDATE branches SET frozen_at = ?4 WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND frozen_at IS NULL";
        Ok(self.connection.execute(sql, (self.site, device.to_string(), epoch, self.now))? > 0)
    }

    /// Writes down how far a branch is here.
    pub(crate) fn acknowledge(&self, device: &DeviceId, epoch: u32, seq: u64, hash: &Digest) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE branches SET acked_seq = ?4, acked_hash = ?5 WHERE site = ?1 AND device = ?2 AND epoch = ?3")?
            .execute((self.site, device.to_string(), epoch, seq, hash.0))?;
        Ok(())
    }

    /// Keeps a device's signed word on where a branch stands.
    pub(crate) fn keep_head(&self, device: &DeviceId, epoch: u32, head: &HeadSignature) -> Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE branches SET head_seq = ?4, head_hash = ?5, head_signature = ?6
                 WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND coalesce(head_seq, 0) <= ?4 AND head_signature IS NOT ?6",
            )?
            .execute((self.site, device.to_string(), epoch, head.seq, head.hash.0, head.signature.to_bytes()))?;
        Ok(())
    }

    /// A device's last signed word on a branch: seq, hash, signature.
    pub(crate) fn signed_head(&self, device: &DeviceId, epoch: u32) -> Result<Option<(u64, Digest, [u8; 64])>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT head_seq, head_hash, head_signature FROM branches WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND head_seq IS NOT NULL",
            )?
            .query_row((self.site, device.to_string(), epoch), |row| Ok((row.get(0)?, Digest(row.get(1)?), row.get(2)?)))
            .optional()?)
    }

    /// A branch's operations in their order, those that came on another one before among them.
    pub(crate) fn operations_of_branch(&self, device: &DeviceId, epoch: u32) -> Result<Vec<Operation>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, content FROM operations WHERE site = ?1 AND device = ?2 AND epoch = ?3
             UNION ALL SELECT seq, content FROM repeats WHERE site = ?1 AND device = ?2 AND epoch = ?3 ORDER BY 1",
        )?;
        let contents = statement.query_map((self.site, device.to_string(), epoch), |row| row.get::<_, String>(1))?;
        contents.map(|content| Ok(serde_json::from_str(&content?)?)).collect()
    }

    /// The last seq of a branch that a complete backup holds; 0 for none.
    pub(crate) fn durable_through(&self, device: &DeviceId, epoch: u32) -> Result<u64> {
        let safe: Option<u64> = self
            .connection
            .prepare_cached("SELECT max(position) FROM backups WHERE site = ?1")?
            .query_row([self.site], |row| row.get(0))?;
        let Some(safe) = safe else { return Ok(0) };
        let last: Option<u64> = self
            .connection
            .prepare_cached(
                "SELECT max(seq) FROM (
                     SELECT seq FROM operations WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND position <= ?4
                     UNION ALL SELECT seq FROM repeats WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND position <= ?4)",
            )?
            .query_row((self.site, device.to_string(), epoch, safe), |row| row.get(0))?;
        Ok(last.unwrap_or(0))
    }
}

fn branch(row: &Row<'_>) -> rusqlite::Result<Branch> {
    Ok(Branch { epoch: row.get(0)?, acked_seq: row.get(1)?, acked_hash: Digest(row.get(2)?), is_frozen: row.get(3)? })
}
