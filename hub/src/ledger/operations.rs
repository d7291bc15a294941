//! Operations as they came, and what became of them.

use liuye_core::Result;
use liuye_core::domain::Verdict;
use liuye_core::log::{DeviceId, Digest, Fix, Operation};
use rusqlite::{OptionalExtension, Row};
use uuid::Uuid;

use super::Tx;

/// An operation that was taken in.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) operation: Operation,
    pub(crate) position: u64,
    pub(crate) received_at: i64,
    pub(crate) verdict: Verdict,
    pub(crate) amended_by: Option<String>,
    pub(crate) discarded: bool,
}

/// A row of the desk's table of records.
#[derive(Debug, Clone)]
pub struct OperationRow {
    /// Its place in the site's log.
    pub position: u64,
    /// Its id.
    pub id: String,
    /// When it arrived, UTC ms by the hub's clock.
    pub received_at: i64,
    /// When it was written, UTC ms by the device's clock.
    pub recorded_at: i64,
    /// Who wrote it.
    pub actor: String,
    /// With which device.
    pub device: String,
    /// What it does.
    pub kind: String,
    /// The document that it is about.
    pub entity: String,
    /// What became of it.
    pub verdict: Verdict,
    /// The operation that corrects it.
    pub amended_by: Option<String>,
    /// Whether its author gave it up.
    pub discarded: bool,
    /// Its body, JSON; what stays of it once redacted.
    pub body: String,
    /// Whether its text was redacted.
    pub is_redacted: bool,
    /// Where its phone was.
    pub fix: Option<Fix>,
    /// Its photos.
    pub photos: Vec<Digest>,
}

/// A row of what needs attention.
pub type AttentionRow = OperationRow;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT content, position, received_at, verdict, amended_by, discarded FROM operations WHERE site = ?1 ", $rest)
    };
}

impl Tx<'_> {
    /// Keeps an operation with its first verdict.
    pub(crate) fn insert_operation(&self, operation: &Operation, position: u64, verdict: &Verdict) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO operations (site, id, device, epoch, seq, position, received_at, recorded_at, actor, kind, entity, hash, content,
                                         state, verdict, wait_for, applied_at, amends)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )?
            .execute(rusqlite::params![
                self.site,
                operation.id.to_string(),
                operation.device.to_string(),
                operation.epoch,
                operation.seq,
                position,
                self.now,
                operation.recorded_at,
                operation.actor,
                operation.kind,
                operation.entity,
                operation.hash.0,
                serde_json::to_string(operation)?,
                verdict.name(),
                serde_json::to_string(verdict)?,
                wait_for(verdict),
                verdict.is_applied().then_some(position),
                operation.amends.map(|id| id.to_string()),
            ])?;
        for photo in &operation.blobs {
            self.connection.prepare_cached("INSERT OR IGNORE INTO photo_uses (site, sha256, operation) VALUES (?1, ?2, ?3)")?.execute((
                self.site,
                photo.sha256.to_string(),
                operation.id.to_string(),
            ))?;
        }
        Ok(())
    }

    /// Whether a photo came with a record of a hazard, an inspection or a notice.
    pub(crate) fn is_photo_of_safety_check(&self, sha256: &Digest) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM photo_uses AS uses JOIN operations AS written
                       ON written.site = uses.site AND written.id = uses.operation
                   WHERE uses.site = ?1 AND uses.sha256 = ?2
                       AND (written.kind GLOB 'hazard.*' OR written.kind GLOB 'inspection.*' OR written.kind GLOB 'notice.*'))";
        Ok(self.connection.prepare_cached(sql)?.query_row((self.site, sha256.to_string()), |row| row.get(0))?)
    }

    /// Changes the verdict of an operation that took effect, or failed, at `position`.
    pub(crate) fn set_verdict(&self, operation: Uuid, verdict: &Verdict, position: u64) -> Result<()> {
        self.connection.execute(
            "UPDATE operations SET state = ?3, verdict = ?4, wait_for = ?5, applied_at = ?6 WHERE site = ?1 AND id = ?2",
            (
                self.site,
                operation.to_string(),
                verdict.name(),
                serde_json::to_string(verdict)?,
                wait_for(verdict),
                verdict.is_applied().then_some(position),
            ),
        )?;
        Ok(())
    }

    /// An operation by its id.
    pub(crate) fn operation(&self, id: Uuid) -> Result<Option<Taken>> {
        self.connection
            .prepare_cached(select!("AND id = ?2"))?
            .query_row((self.site, id.to_string()), raw)
            .optional()?
            .map(parse)
            .transpose()
    }

    /// An operation by its place in its device's log.
    pub(crate) fn operation_at(&self, device: &DeviceId, epoch: u32, seq: u64) -> Result<Option<Taken>> {
        self.connection
            .prepare_cached(select!("AND device = ?2 AND epoch = ?3 AND seq = ?4"))?
            .query_row((self.site, device.to_string(), epoch, seq), raw)
            .optional()?
            .map(parse)
            .transpose()
    }

    /// Held operations that wait for this, oldest first.
    pub(crate) fn held_for(&self, wait: &str) -> Result<Vec<Taken>> {
        let mut statement = self.connection.prepare_cached(select!("AND wait_for = ?2 ORDER BY position"))?;
        statement.query_map((self.site, wait), raw)?.map(|row| parse(row?)).collect()
    }

    /// Everything that is held, oldest first.
    pub(crate) fn all_held(&self) -> Result<Vec<Taken>> {
        let mut statement = self.connection.prepare_cached(select!("AND wait_for IS NOT NULL ORDER BY position"))?;
        statement.query_map([self.site], raw)?.map(|row| parse(row?)).collect()
    }

    /// The operation of the same device and document that stands in the way of a later one.
    ///
    /// A correction takes the place of what it corrects: what waits for that must not stand in its way.
    pub(crate) fn unsettled_before(&self, operation: &Operation) -> Result<Option<Uuid>> {
        let place = match operation.amends {
            Some(amended) => {
                self.operation(amended)?.map_or((operation.epoch, operation.seq), |taken| (taken.operation.epoch, taken.operation.seq))
            }
            None => (operation.epoch, operation.seq),
        };
        let found: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT id FROM operations WHERE site = ?1 AND device = ?2 AND entity = ?3 AND (epoch, seq) < (?4, ?5)
                 AND state IN ('held', 'quarantined') AND amended_by IS NULL AND discarded = 0 ORDER BY epoch DESC, seq DESC LIMIT 1",
            )?
            .query_row((self.site, operation.device.to_string(), &operation.entity, place.0, place.1), |row| row.get(0))
            .optional()?;
        Ok(found.and_then(|id| id.parse().ok()))
    }

    /// Marks an operation as corrected.
    pub(crate) fn mark_amended(&self, operation: Uuid, by: Uuid) -> Result<()> {
        self.connection.execute(
            "UPDATE operations SET amended_by = ?3 WHERE site = ?1 AND id = ?2",
            (self.site, operation.to_string(), by.to_string()),
        )?;
        Ok(())
    }

    /// Marks an operation as given up.
    pub(crate) fn mark_discarded(&self, operation: Uuid) -> Result<()> {
        self.connection.execute("UPDATE operations SET discarded = 1 WHERE site = ?1 AND id = ?2", (self.site, operation.to_string()))?;
        Ok(())
    }

    /// Records before a position, newest first.
    pub(crate) fn recent(&self, before: u64, limit: u32) -> Result<Vec<OperationRow>> {
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(select!("AND position < ?2 ORDER BY position DESC LIMIT ?3"))?;
        statement.query_map((self.site, before, limit), raw)?.map(|row| parse(row?).map(OperationRow::from)).collect()
    }

    /// Records about one document, oldest first.
    pub(crate) fn about(&self, entity: &str) -> Result<Vec<OperationRow>> {
        let mut statement = self.connection.prepare_cached(select!("AND entity = ?2 ORDER BY position"))?;
        statement.query_map((self.site, entity), raw)?.map(|row| parse(row?).map(OperationRow::from)).collect()
    }

    /// What needs attention before a position, newest first: conflicts, held and quarantined, neither corrected nor given up.
    pub(crate) fn attention(&self, before: u64, limit: u32) -> Result<Vec<AttentionRow>> {
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        // The condition is the index's own, so that what took effect is not looked at.
        let mut statement = self.connection.prepare_cached(select!(
            "AND state <> 'applied' AND amended_by IS NULL AND discarded = 0 AND position < ?2 ORDER BY position DESC LIMIT ?3"
        ))?;
        statement.query_map((self.site, before, limit), raw)?.map(|row| parse(row?).map(OperationRow::from)).collect()
    }

    /// Whether its own device gave an operation up. The desk's word settles it for the desk, and leaves it to its author.
    pub(crate) fn is_given_up(&self, taken: &Taken) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM operations WHERE site = ?1 AND entity = ?2 AND kind = 'operation.discard'
                   AND device = ?3 AND state = 'applied')";
        let (id, device) = (taken.operation.id.to_string(), taken.operation.device.to_string());
        Ok(taken.discarded && self.connection.prepare_cached(sql)?.query_row((self.site, id, device), |row| row.get(0))?)
    }

    /// The last operation of a device, on whichever branch; none where it wrote nothing.
    pub(crate) fn last_of(&self, device: &DeviceId) -> Result<Option<Taken>> {
        self.connection
            .prepare_cached(select!("AND device = ?2 ORDER BY epoch DESC, seq DESC LIMIT 1"))?
            .query_row((self.site, device.to_string()), raw)
            .optional()?
            .map(parse)
            .transpose()
    }
}

impl From<Taken> for OperationRow {
    fn from(taken: Taken) -> Self {
        let operation = taken.operation;
        Self {
            position: taken.position,
            id: operation.id.to_string(),
            received_at: taken.received_at,
            recorded_at: operation.recorded_at,
            device: operation.device.to_string(),
            body: operation.text_or_residue().to_owned(),
            is_redacted: operation.body.is_none(),
            fix: operation.fix,
            photos: operation.blobs.iter().map(|blob| blob.sha256).collect(),
            actor: operation.actor,
            kind: operation.kind,
            entity: operation.entity,
            verdict: taken.verdict,
            amended_by: taken.amended_by,
            discarded: taken.discarded,
        }
    }
}

/// What a held verdict waits for, as it is looked up.
fn wait_for(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Held { until } => Some(until.to_string()),
        _ => None,
    }
}

type Raw = (String, u64, i64, String, Option<String>, bool);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn parse((content, position, received_at, verdict, amended_by, discarded): Raw) -> Result<Taken> {
    Ok(Taken {
        operation: serde_json::from_str(&content)?,
        position,
        received_at,
        verdict: serde_json::from_str(&verdict)?,
        amended_by,
        discarded,
    })
}
