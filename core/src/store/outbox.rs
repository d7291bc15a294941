//! The device's own log, and what became of each operation.

use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::{Meta, stored};
use crate::domain::{Kind, Verdict};
use crate::log::{DeviceId, Digest, Operation};
use crate::sync::wire::TakenBranch;
use crate::{Error, Result};

/// What became of an operation, as far as this phone knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// The hub has not answered for it yet.
    Pending,
    /// It took effect.
    Applied,
    /// Somebody else was faster.
    Conflict,
    /// It waits at the hub for something.
    Held,
    /// It breaks a rule.
    Quarantined,
}

impl OperationState {
    const fn code(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Applied => 1,
            Self::Conflict => 2,
            Self::Held => 3,
            Self::Quarantined => 4,
        }
    }

    pub(crate) fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Applied,
            2 => Self::Conflict,
            3 => Self::Held,
            4 => Self::Quarantined,
            _ => Self::Pending,
        }
    }

    /// The state that a verdict leaves.
    #[must_use]
    pub const fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Applied { .. } => Self::Applied,
            Verdict::Conflict { .. } => Self::Conflict,
            Verdict::Held { .. } => Self::Held,
            Verdict::Quarantined { .. } => Self::Quarantined,
        }
    }
}

/// An operation of this phone with what became of it.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// The operation.
    pub operation: Operation,
    /// What became of it.
    pub state: OperationState,
    /// The verdict, once there is one.
    pub verdict: Option<Verdict>,
    /// The operation that corrects it.
    pub amended_by: Option<Uuid>,
    /// Whether its author gave it up.
    pub discarded: bool,
}

/// The branch and the seq of an operation.
pub(crate) type Place = (u32, u64);

/// How many operations stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Not answered yet.
    pub pending: u64,
    /// Took effect.
    pub applied: u64,
    /// Overtaken.
    pub conflict: u64,
    /// Waiting at the hub.
    pub held: u64,
    /// Breaking a rule.
    pub quarantined: u64,
    /// When the oldest unanswered one was written, UTC ms.
    pub oldest: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT content, state, verdict, amended_by, discarded FROM operations ", $rest)
    };
}

/// The last seq and hash of a log; the genesis where it is empty.
pub(crate) fn head(connection: &Connection, device: &DeviceId, epoch: u32) -> Result<(u64, Digest)> {
    Ok(connection
        .prepare_cached("SELECT seq, hash FROM operations WHERE epoch = ?1 ORDER BY seq DESC LIMIT 1")?
        .query_row([epoch], |row| Ok((row.get(0)?, Digest(row.get(1)?))))
        .optional()?
        .unwrap_or((0, Digest::genesis(device, epoch))))
}

/// Appends an operation. Its place in the chain is the caller's business.
pub(crate) fn append(connection: &Connection, operation: &Operation) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO operations (seq, epoch, id, kind, entity, recorded_at, hash, content, amends) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            operation.seq,
            operation.epoch,
            operation.id.as_bytes(),
            &operation.kind,
            &operation.entity,
            operation.recorded_at,
            operation.hash.0,
            serde_json::to_string(operation)?,
            operation.amends.as_ref().map(Uuid::as_bytes),
        ))?;
    Ok(())
}

/// Puts back what was saved from a damaged database, with what became of it.
pub(crate) fn restore(connection: &Connection, row: &OutboxRow, replay: bool) -> Result<()> {
    append(connection, &row.operation)?;
    let verdict = row.verdict.as_ref().map(serde_json::to_string).transpose()?;
    connection
        .prepare_cached("UPDATE operations SET state = ?2, verdict = ?3, replay = ?4, amended_by = ?5, discarded = ?6 WHERE id = ?1")?
        .execute((
            row.operation.id.as_bytes(),
            row.state.code(),
            verdict,
            replay,
            row.amended_by.as_ref().map(Uuid::as_bytes),
            row.discarded,
        ))?;
    Ok(())
}

/// Counts the places of the log that are empty, and writes their number down.
pub(crate) fn note_holes(connection: &Connection) -> Result<u64> {
    let sql = "SELECT coalesce(sum(last - there), 0) FROM (SELECT max(seq) AS last, count(*) AS there FROM operations GROUP BY epoch)";
    let holes = connection.query_row(sql, [], |row| row.get(0))?;
    Meta::Holes.write(connection, &holes)?;
    Ok(holes)
}

/// Operations from a seq on, at most `max` and at most about `max_bytes` of JSON; at least one where there is one.
pub(crate) fn from_seq(connection: &Connection, epoch: u32, first: u64, max: usize, max_bytes: usize) -> Result<Vec<Operation>> {
    let mut statement = connection.prepare_cached("SELECT content FROM operations WHERE epoch = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3")?;
    let mut rows = statement.query((epoch, first, i64::try_from(max).unwrap_or(i64::MAX)))?;
    let (mut operations, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let content = row.get_ref(0)?.as_str().map_err(|_| Error::internal("content is text"))?;
        bytes += content.len();
        if bytes > max_bytes && !operations.is_empty() {
            break;
        }
        operations.push(stored(content)?);
    }
    Ok(operations)
}

/// Urgent operations after a seq that the hub has not answered for: at most `max`, and at most `max_bytes` of JSON.
pub(crate) fn urgent_after(connection: &Connection, epoch: u32, after: u64, max: usize, max_bytes: usize) -> Result<Vec<Operation>> {
    let sql = "SELECT kind, content FROM operations WHERE epoch = ?1 AND seq > ?2 AND state = 0 ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((epoch, after))?;
    let (mut operations, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let text = |index: usize| row.get_ref(index).and_then(|value| Ok(value.as_str()?));
        if !Kind::parse(text(0)?).is_some_and(Kind::is_urgent) {
            continue;
        }
        let content = text(1)?;
        bytes += content.len();
        if bytes > max_bytes || operations.len() == max {
            break;
        }
        operations.push(serde_json::from_str(content)?);
    }
    Ok(operations)
}

/// The first seq that the hub has not answered for; one past the end where it has answered for all.
pub(crate) fn first_pending(connection: &Connection, epoch: u32) -> Result<Option<u64>> {
    Ok(connection
        .prepare_cached("SELECT min(seq) FROM operations INDEXED BY operations_to_replay WHERE replay = 1 AND state = 0 AND epoch = ?1")?
        .query_row([epoch], |row| row.get(0))?)
}

/// Whether this phone wrote an operation of this kind about a document, and the hub has answered for none of them.
pub(crate) fn all_pending(connection: &Connection, entity: &str, kind: &str) -> Result<bool> {
    Ok(connection
        .prepare_cached("SELECT count(*) > 0 AND coalesce(max(state), 0) = 0 FROM operations WHERE entity = ?1 AND kind = ?2")?
        .query_row((entity, kind), |row| row.get(0))?)
}

/// The branch and the seq of an operation. `guess` is where it probably is.
///
/// What is not answered for stands in no index of ids: that page is written when its verdict comes, and not while somebody
/// waits for a save. Verdicts come in the order of the log, so that the guess is right and nothing is searched.
fn place_of(connection: &Connection, operation: Uuid, guess: Option<Place>) -> Result<Option<Place>> {
    let id = operation.as_bytes();
    if let Some((epoch, seq)) = guess
        && connection.prepare_cached("SELECT 1 FROM operations WHERE epoch = ?1 AND seq = ?2 AND id = ?3")?.exists((epoch, seq, id))?
    {
        return Ok(guess);
    }
    let sql = "SELECT epoch, seq FROM operations WHERE id = ?1 AND state > 0
         UNION ALL SELECT epoch, seq FROM operations INDEXED BY operations_to_replay WHERE replay = 1 AND state = 0 AND id = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Writes down what became of an operation, which is probably at `guess`, in the words in which it was `told`. Returns the
/// document that it is about; none where nothing changed.
pub(crate) fn settle(
    connection: &Connection,
    operation: Uuid,
    guess: Option<Place>,
    verdict: &Verdict,
    told: &str,
) -> Result<Option<String>> {
    let Some((epoch, seq)) = place_of(connection, operation, guess)? else { return Ok(None) };
    // A conflict or a quarantined operation leaves the view at once; an applied one stays until its document is here.
    let replay = !matches!(verdict, Verdict::Conflict { .. } | Verdict::Quarantined { .. });
    Ok(connection
        .prepare_cached(
            "UPDATE operations SET state = ?3, verdict = ?4, replay = replay AND ?5 WHERE epoch = ?1 AND seq = ?2 AND verdict IS NOT ?4
             RETURNING entity",
        )?
        .query_row((epoch, seq, OperationState::of(verdict).code(), told, replay), |row| row.get(0))
        .optional()?)
}

/// Reads the verdicts again of which an older build could not make anything but that they wait. Returns the documents that they are about.
pub(crate) fn settle_again(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT epoch, seq, id, verdict FROM operations WHERE state = ?1")?;
    let held = statement.query_map([OperationState::Held.code()], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?, row.get(3)?)))?;
    let mut entities = Vec::new();
    for (place, id, told) in held.collect::<Result<Vec<(Place, [u8; 16], String)>, _>>()? {
        let verdict: Verdict = stored(&told)?;
        if OperationState::of(&verdict) != OperationState::Held {
            connection.execute("UPDATE operations SET verdict = NULL WHERE epoch = ?1 AND seq = ?2", place)?;
            entities.extend(settle(connection, Uuid::from_bytes(id), Some(place), &verdict, &told)?);
        }
    }
    Ok(entities)
}

/// The view has the effects of settled operations from the hub now: returns the documents whose view may change.
pub(crate) fn stop_replaying_settled(connection: &Connection, entity: Option<&str>) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "UPDATE operations SET replay = 0 WHERE replay = 1 AND state = 1 AND (?1 IS NULL OR entity = ?1) RETURNING entity",
    )?;
    let mut entities = statement.query_map([entity], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    entities.sort_unstable();
    entities.dedup();
    Ok(entities)
}

/// What has to be replayed over the hub's word on a document, in its order.
pub(crate) fn to_replay(connection: &Connection, entity: &str) -> Result<Vec<Operation>> {
    let mut statement = connection.prepare_cached("SELECT content FROM operations WHERE entity = ?1 AND replay = 1 ORDER BY epoch, seq")?;
    let contents = statement.query_map([entity], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    contents.iter().map(|content| stored(content)).collect()
}

/// What a hub has not taken that has so much of each branch, and what it has not answered for; in its order.
///
/// Where the hub's last operation of a branch is not this phone's, all of the branch counts as not taken: what is sent twice
/// is done once.
pub(crate) fn not_taken(connection: &Connection, taken: &[TakenBranch]) -> Result<Vec<Operation>> {
    let mut shared = Vec::with_capacity(taken.len());
    for branch in taken {
        let own: Option<[u8; 32]> = connection
            .prepare_cached("SELECT hash FROM operations WHERE epoch = ?1 AND seq = ?2")?
            .query_row((branch.epoch, branch.seq), |row| row.get(0))
            .optional()?;
        shared.push((branch.epoch, if own == Some(branch.hash.0) { branch.seq } else { 0 }));
    }
    let mut statement = connection.prepare_cached("SELECT content, state FROM operations ORDER BY epoch, seq")?;
    let mut rows = statement.query([])?;
    let mut operations = Vec::new();
    while let Some(row) = rows.next()? {
        let content = row.get_ref(0)?.as_str().map_err(|_| Error::internal("content is text"))?;
        let operation: Operation = stored(content)?;
        let acked = shared.iter().find(|(epoch, _)| *epoch == operation.epoch).map_or(0, |(_, seq)| *seq);
        if row.get::<_, i64>(1)? == OperationState::Pending.code() || operation.seq > acked {
            operations.push(operation);
        }
    }
    Ok(operations)
}

/// Writes an operation that moved to another place of the log, or lost its text.
pub(crate) fn replace(connection: &Connection, from: Place, operation: &Operation) -> Result<()> {
    connection
        .prepare_cached("UPDATE operations SET epoch = ?3, seq = ?4, hash = ?5, content = ?6 WHERE epoch = ?1 AND seq = ?2")?
        .execute((from.0, from.1, operation.epoch, operation.seq, operation.hash.0, serde_json::to_string(operation)?))?;
    Ok(())
}

/// Takes an operation out of the view.
pub(crate) fn stop_replaying(connection: &Connection, operation: Uuid) -> Result<()> {
    if let Some(place) = place_of(connection, operation, None)? {
        connection.execute("UPDATE operations SET replay = 0 WHERE epoch = ?1 AND seq = ?2", place)?;
    }
    Ok(())
}

/// Marks an operation as corrected by another.
pub(crate) fn mark_amended(connection: &Connection, operation: Uuid, by: Uuid) -> Result<()> {
    if let Some((epoch, seq)) = place_of(connection, operation, None)? {
        connection.execute("UPDATE operations SET amended_by = ?3 WHERE epoch = ?1 AND seq = ?2", (epoch, seq, by.as_bytes()))?;
    }
    Ok(())
}

/// Marks an operation as given up.
pub(crate) fn mark_discarded(connection: &Connection, operation: Uuid) -> Result<()> {
    if let Some(place) = place_of(connection, operation, None)? {
        connection.execute("UPDATE operations SET discarded = 1, replay = 0 WHERE epoch = ?1 AND seq = ?2", place)?;
    }
    Ok(())
}

/// One operation of this phone.
pub(crate) fn get(connection: &Connection, operation: Uuid) -> Result<Option<OutboxRow>> {
    let Some(place) = place_of(connection, operation, None)? else { return Ok(None) };
    connection.prepare_cached(select!("WHERE epoch = ?1 AND seq = ?2"))?.query_row(place, raw).optional()?.map(parse).transpose()
}

/// Operations of this phone, newest first.
pub(crate) fn list(connection: &Connection, limit: u32, offset: u32) -> Result<Vec<OutboxRow>> {
    let sql = select!("ORDER BY epoch DESC, seq DESC LIMIT ?1 OFFSET ?2");
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map((limit, offset), raw)?.map(|row| parse(row?)).collect()
}

/// What nobody amended or gave up: conflicts, held and quarantined operations, oldest first.
pub(crate) fn needing_attention(connection: &Connection) -> Result<Vec<OutboxRow>> {
    // By the index: the log is long, and what needs somebody is little.
    let sql = select!("INDEXED BY operations_for_attention WHERE state > 1 AND amended_by IS NULL AND discarded = 0 ORDER BY epoch, seq");
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([], raw)?.map(|row| parse(row?)).collect()
}

/// How many operations stand where.
pub(crate) fn counts(connection: &Connection) -> Result<OutboxCounts> {
    let mut counts = OutboxCounts::default();
    let mut statement = connection.prepare_cached("SELECT state, count(*) FROM operations WHERE state > 1 GROUP BY state")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let count = row.get(1)?;
        match OperationState::from_code(row.get(0)?) {
            OperationState::Conflict => counts.conflict = count,
            OperationState::Held => counts.held = count,
            OperationState::Quarantined => counts.quarantined = count,
            OperationState::Pending | OperationState::Applied => {}
        }
    }
    // Nothing leaves the view before it is answered for: what is pending is to be replayed.
    counts.pending = connection
        .prepare_cached("SELECT count(*) FROM operations INDEXED BY operations_to_replay WHERE replay = 1 AND state = 0")?
        .query_row([], |row| row.get(0))?;
    if counts.pending > 0 {
        let sql = "SELECT recorded_at FROM operations WHERE (epoch, seq) =
            (SELECT epoch, min(seq) FROM operations INDEXED BY operations_to_replay WHERE replay = 1 AND state = 0 GROUP BY epoch LIMIT 1)";
        counts.oldest = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    }
    // What is not elsewhere was applied. Counting rows would read the whole table.
    let written: u64 = connection
        .prepare_cached("SELECT coalesce(sum(last), 0) FROM (SELECT max(seq) AS last FROM operations GROUP BY epoch)")?
        .query_row([], |row| row.get(0))?;
    let written = written.saturating_sub(Meta::Holes.read(connection)?.unwrap_or(0));
    counts.applied = written - counts.pending - counts.conflict - counts.held - counts.quarantined;
    Ok(counts)
}

type Raw = (String, i64, Option<String>, Option<[u8; 16]>, bool);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn parse((content, state, verdict, amended_by, discarded): Raw) -> Result<OutboxRow> {
    Ok(OutboxRow {
        operation: stored(&content)?,
        state: OperationState::from_code(state),
        verdict: verdict.map(|text| stored(&text)).transpose()?,
        amended_by: amended_by.map(Uuid::from_bytes),
        discarded,
    })
}
