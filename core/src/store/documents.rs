//! What everyone sees, with this phone's unsettled operations on top.
//!
//! `documents` is the view; `bases` keeps the hub's word wherever the view shows more than that. A read touches one
//! table, and settling an operation is putting the base back.

use rusqlite::{Connection, OptionalExtension, Row};

use super::search;
use super::stored;
use crate::Result;
use crate::domain::{Bucket, Document, DocumentKind, OpenMatter, Shift, Visit, Write};
use crate::log::DeviceId;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, kind, rev, schema_version, body, buckets, conflicts FROM documents ", $rest)
    };
}

/// A document as the view shows it.
pub(crate) fn get(connection: &Connection, id: &str) -> Result<Option<Document>> {
    connection.prepare_cached(select!("WHERE id = ?1"))?.query_row([id], raw).optional()?.map(parse).transpose()
}

/// Documents of a kind: newest first by their own time, reference data by id.
pub(crate) fn list(connection: &Connection, kind: &str, limit: u32, offset: u32) -> Result<Vec<Document>> {
    let mut statement = connection.prepare_cached(select!("WHERE kind = ?1 ORDER BY at DESC, id LIMIT ?2 OFFSET ?3"))?;
    statement.query_map((kind, limit, offset), raw)?.map(|row| parse(row?)).collect()
}

/// Documents of a kind whose own time lies in `[from, to)` (UTC ms), in that order.
pub(crate) fn between(connection: &Connection, kind: DocumentKind, from: i64, to: i64) -> Result<Vec<Document>> {
    let mut statement = connection.prepare_cached(select!("WHERE kind = ?1 AND at >= ?2 AND at < ?3 ORDER BY at, id"))?;
    statement.query_map((kind.as_str(), from, to), raw)?.map(|row| parse(row?)).collect()
}

/// Shifts or tours of a person within a span of time, in any order.
pub(crate) fn duties_of(connection: &Connection, kind: DocumentKind, person: &str, from: i64, to: i64) -> Result<Vec<Document>> {
    // The kind stands in the text, so that the partial index of that kind is used.
    let sql = format!("{} WHERE kind = '{kind}' AND person = ?1 AND at BETWEEN ?2 AND ?3", select!(""));
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map((person, from, to), raw)?.map(|row| parse(row?)).collect()
}

/// Claims that a device made within a span of time, in any order.
pub(crate) fn claims_of(connection: &Connection, device: &DeviceId, from: i64, to: i64) -> Result<Vec<Document>> {
    let sql = select!("WHERE kind = 'claim' AND json_extract(body, '$.device') = ?1 AND at BETWEEN ?2 AND ?3");
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map((device.to_string(), from, to), raw)?.map(|row| parse(row?)).collect()
}

/// Visits of a person within a span of time, in any order.
pub(crate) fn visits_of(connection: &Connection, person: &str, from: i64, to: i64) -> Result<Vec<Visit>> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM documents WHERE kind = 'check_in' AND person = ?1 AND at BETWEEN ?2 AND ?3")?;
    let mut rows = statement.query((person, from, to))?;
    let mut visits = Vec::new();
    while let Some(row) = rows.next()? {
        visits.extend(row.get_ref(0)?.as_str().ok().and_then(Visit::read));
    }
    Ok(visits)
}

/// The persons who are on duty, as far as this phone knows the shifts; each once, by id.
pub(crate) fn on_duty(connection: &Connection, zone: Option<&str>, at: i64) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT body FROM documents WHERE kind = ?1")?;
    let mut rows = statement.query([DocumentKind::Shift.as_str()])?;
    let mut persons = Vec::new();
    while let Some(row) = rows.next()? {
        let shift = row.get_ref(0)?.as_str().ok().and_then(|body| serde_json::from_str::<Shift>(body).ok());
        persons.extend(shift.filter(|shift| shift.is_on(zone, at)).map(|shift| shift.person));
    }
    persons.sort_unstable();
    persons.dedup();
    Ok(persons)
}

/// What is open for a person who serves at a post in that zone, as far as this phone knows.
pub(crate) fn open_matters(connection: &Connection, person: &str, zone: &str) -> Result<Vec<OpenMatter>> {
    let mut statement = connection.prepare_cached(select!("WHERE kind IN ('call', 'welfare_timer', 'found_item')"))?;
    let documents: Vec<_> = statement.query_map([], raw)?.map(|row| parse(row?)).collect::<Result<_>>()?;
    Ok(OpenMatter::of_all(documents, person, zone))
}

/// Writes what an unsettled operation of this phone makes of a document.
pub(crate) fn write_prediction(connection: &Connection, write: &Write, schema_version: u32) -> Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO bases SELECT * FROM documents WHERE id = ?1 AND rev > 0 AND NOT EXISTS (SELECT 1 FROM bases WHERE id = ?1)")?
        .execute([&write.id])?;
    connection
        .prepare_cached(
            "INSERT INTO documents (id, kind, rev, schema_version, person, at, body, buckets) VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET schema_version = excluded.schema_version, person = excluded.person, at = excluded.at,
                 body = excluded.body, buckets = excluded.buckets",
        )?
        .execute((
            &write.id,
            write.kind.as_str(),
            schema_version,
            &write.person,
            write.at,
            serde_json::to_string(&write.body)?,
            serde_json::to_string(&write.buckets)?,
        ))?;
    Ok(())
}

/// Writes the hub's word on a document. What this phone has on top has to be replayed by the caller.
pub(crate) fn write_from_hub(connection: &Connection, document: &Document) -> Result<()> {
    let (person, at) = listed_by(document);
    connection.prepare_cached("DELETE FROM bases WHERE id = ?1")?.execute([&document.id])?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO documents (id, kind, rev, schema_version, person, at, body, buckets, conflicts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            &document.id,
            &document.kind,
            document.rev,
            document.schema_version,
            person,
            at,
            serde_json::to_string(&document.body)?,
            serde_json::to_string(&document.buckets)?,
            serde_json::to_string(&document.conflicts)?,
        ))?;
    search::queue(connection, &document.kind, &document.id)
}

/// Puts the hub's word back where the view shows more; a document that the hub never had goes.
pub(crate) fn restore_base(connection: &Connection, id: &str) -> Result<()> {
    let restored = connection
        .prepare_cached("INSERT OR REPLACE INTO documents SELECT * FROM bases WHERE id = ?1 RETURNING kind")?
        .query_row([id], |row| row.get::<_, String>(0))
        .optional()?;
    if let Some(kind) = restored {
        connection.prepare_cached("DELETE FROM bases WHERE id = ?1")?.execute([id])?;
        return search::queue(connection, &kind, id);
    }
    if connection.prepare_cached("DELETE FROM documents WHERE id = ?1 AND rev = 0")?.execute([id])? > 0 {
        search::forget(connection, id)?;
    }
    Ok(())
}

/// Removes the hub's word on a document, and the view of it. What this phone has on top has to be replayed.
/// Returns the kind of what went.
pub(crate) fn remove(connection: &Connection, id: &str) -> Result<Option<String>> {
    search::forget(connection, id)?;
    connection.prepare_cached("DELETE FROM bases WHERE id = ?1")?.execute([id])?;
    Ok(connection.prepare_cached("DELETE FROM documents WHERE id = ?1 RETURNING kind")?.query_row([id], |row| row.get(0)).optional()?)
}

/// Takes a bucket from every document of the hub. Returns those that now lie in none.
pub(crate) fn leave_bucket(connection: &Connection, bucket: &Bucket) -> Result<Vec<String>> {
    let pattern = format!("%{}%", serde_json::to_string(bucket)?);
    let mut orphans = Vec::new();
    for table in ["documents", "bases"] {
        let sql = format!("SELECT id, buckets FROM {table} WHERE rev > 0 AND buckets LIKE ?1");
        let rows = connection
            .prepare(&sql)?
            .query_map([&pattern], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        for (id, buckets) in rows {
            let mut buckets: Vec<Bucket> = stored(&buckets)?;
            buckets.retain(|lies_in| lies_in != bucket);
            if buckets.is_empty() {
                orphans.push(id);
            } else {
                let sql = format!("UPDATE {table} SET buckets = ?2 WHERE id = ?1");
                connection.execute(&sql, (id, serde_json::to_string(&buckets)?))?;
            }
        }
    }
    Ok(orphans)
}

/// The hub does not send the columns by which a phone lists: they stand in the body.
fn listed_by(document: &Document) -> (Option<String>, i64) {
    let person = ["person", "inspector", "found_by", "reporter", "registered_by", "claimant"]
        .iter()
        .find_map(|name| document.body.get(name)?.as_str())
        .map(str::to_owned);
    (person, document.body.get("at").and_then(serde_json::Value::as_i64).unwrap_or(0))
}

type Raw = (String, String, u64, u32, String, String, String);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn parse((id, kind, rev, schema_version, body, buckets, conflicts): Raw) -> Result<Document> {
    Ok(Document { id, kind, rev, schema_version, body: stored(&body)?, buckets: stored(&buckets)?, conflicts: stored(&conflicts)? })
}
