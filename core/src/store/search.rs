//! What the index of a phone does not have yet: what the hub changed is queued, what a save wrote is the end of the log.

use rusqlite::Connection;

use super::{Meta, documents};
use crate::Result;
use crate::domain::SearchText;
use crate::search::{MAX_UNINDEXED, SLICE, SearchIndex, Unindexed};

/// Queues a document, where its kind can be searched for.
pub(crate) fn queue(connection: &Connection, kind: &str, id: &str) -> Result<()> {
    if SearchText::has(kind) { index(connection).queue(id) } else { Ok(()) }
}

/// Takes a document out of the index: it is gone, or its text is.
pub(crate) fn forget(connection: &Connection, id: &str) -> Result<()> {
    index(connection).forget(id)
}

/// The index of this phone.
pub(crate) const fn index(connection: &Connection) -> SearchIndex<'_> {
    SearchIndex::new(connection, "")
}

/// Documents that changed since they were indexed, as they are now.
pub(crate) fn unindexed(connection: &Connection) -> Result<Unindexed> {
    let mut ids = index(connection).queued(usize::MAX)?;
    ids.extend(written_since(connection, usize::MAX)?.into_iter().map(|(_, entity)| entity));
    ids.into_iter()
        .map(|id| {
            let document = documents::get(connection, &id)?;
            Ok((id, document))
        })
        .collect()
}

/// Whether there are more unindexed documents than a search should look through.
pub(crate) fn is_behind(connection: &Connection) -> Result<bool> {
    let queued = index(connection).queued(MAX_UNINDEXED)?.len();
    Ok(queued + written_since(connection, MAX_UNINDEXED)?.len() >= MAX_UNINDEXED)
}

/// Indexes a slice of what changed. False where nothing was left to do.
pub(crate) fn catch_up(connection: &Connection) -> Result<bool> {
    let queued = index(connection).queued(SLICE)?;
    let written = written_since(connection, SLICE)?;
    for id in queued.iter().chain(written.iter().map(|(_, entity)| entity)) {
        index(connection).update(id, documents::get(connection, id)?.as_ref())?;
    }
    if let Some((place, _)) = written.last() {
        Meta::Indexed.write(connection, place)?;
    }
    Ok(!queued.is_empty() || !written.is_empty())
}

/// Operations beyond the place up to which the log is indexed, in its order, each with its document.
fn written_since(connection: &Connection, limit: usize) -> Result<Vec<((u32, u64), String)>> {
    let (epoch, seq) = Meta::Indexed.read::<(u32, u64)>(connection)?.unwrap_or_default();
    let mut statement = connection
        .prepare_cached("SELECT epoch, seq, entity FROM operations WHERE (epoch, seq) > (?1, ?2) ORDER BY epoch, seq LIMIT ?3")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map((epoch, seq, limit), |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
