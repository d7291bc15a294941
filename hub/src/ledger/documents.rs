//! Documents, where they lie, and where they lay before.

use liuye_core::Result;
use liuye_core::domain::{AsTold, Bucket, Document, DocumentKind, OpenMatter, Settings, Shift, Site, Visit, Write};
use liuye_core::log::DeviceId;
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, Row, params_from_iter};
use serde::de::DeserializeOwned;

use super::{SCHEMA, Tx};

/// A document with the columns by which it is listed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) document: Document,
    pub(crate) person: Option<String>,
    pub(crate) at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, kind, rev, schema_version, body, buckets, conflicts, person, at FROM documents WHERE site = ?1 ", $rest)
    };
}

impl Tx<'_> {
    /// A document by its id.
    pub(crate) fn document(&self, id: &str) -> Result<Option<Stored>> {
        self.connection.prepare_cached(select!("AND id = ?2"))?.query_row((self.site, id), raw).optional()?.map(parse).transpose()
    }

    /// A document's contents as their noun; none where there is no such document.
    pub(crate) fn noun<T: DeserializeOwned>(&self, id: &str) -> Result<Option<T>> {
        Ok(self.document(id)?.map(|stored| serde_json::from_value(stored.document.body)).transpose()?)
    }

    /// Documents of a kind, newest first.
    pub(crate) fn documents(&self, kind: &str, limit: u32, offset: u32) -> Result<Vec<Stored>> {
        let mut statement = self.connection.prepare_cached(select!("AND kind = ?2 ORDER BY at DESC, id LIMIT ?3 OFFSET ?4"))?;
        statement.query_map((self.site, kind, limit, offset), raw)?.map(|row| parse(row?)).collect()
    }

    /// Documents of a kind whose own time lies in `[from, to)` (UTC ms), in that order.
    pub(crate) fn between(&self, kind: DocumentKind, from: i64, to: i64) -> Result<Vec<Document>> {
        let mut statement = self.connection.prepare_cached(select!("AND kind = ?2 AND at >= ?3 AND at < ?4 ORDER BY at, id"))?;
        statement.query_map((self.site, kind.as_str(), from, to), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Documents of a kind in one of these states, newest first.
    pub(crate) fn in_states(&self, kind: DocumentKind, states: &[&str], limit: u32, offset: u32) -> Result<Vec<Document>> {
        let sql = select!(
            "AND kind = ?2 AND json_extract(body, '$.state') IN (SELECT value FROM json_each(?3)) ORDER BY at DESC, id LIMIT ?4 OFFSET ?5"
        );
        let mut statement = self.connection.prepare_cached(sql)?;
        let states = serde_json::to_string(states)?;
        statement.query_map((self.site, kind.as_str(), states, limit, offset), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Shifts or tours of a person within a span of time, in any order.
    pub(crate) fn duties_of(&self, kind: DocumentKind, person: &str, from: i64, to: i64) -> Result<Vec<Document>> {
        // The kind stands in the text, so that the partial index of that kind is used.
        let sql = format!("{} kind = '{kind}' AND person = ?2 AND at BETWEEN ?3 AND ?4", select!("AND"));
        let mut statement = self.connection.prepare_cached(&sql)?;
        statement.query_map((self.site, person, from, to), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Claims that a device made within a span of time, in any order.
    pub(crate) fn claims_of(&self, device: &DeviceId, from: i64, to: i64) -> Result<Vec<Document>> {
        let sql = select!("AND kind = 'claim' AND json_extract(body, '$.device') = ?2 AND at BETWEEN ?3 AND ?4");
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_map((self.site, device.to_string(), from, to), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Check-ins that somebody still has to look at, newest first.
    pub(crate) fn flagged_check_ins(&self, limit: u32, offset: u32) -> Result<Vec<Document>> {
        // The condition is the index's own.
        let sql = select!("AND kind = 'check_in' AND json_extract(body, '$.verdict') = 'flagged' ORDER BY at DESC, id LIMIT ?2 OFFSET ?3");
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_map((self.site, limit, offset), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Documents of a kind that name another document at a place of their body, such as `$.hazard`, in any order.
    pub(crate) fn naming(&self, kind: DocumentKind, place: &str, id: &str) -> Result<Vec<Document>> {
        let mut statement = self.connection.prepare_cached(select!("AND kind = ?2 AND json_extract(body, ?3) = ?4"))?;
        statement.query_map((self.site, kind.as_str(), place, id), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Claims of a found item, in any order.
    pub(crate) fn claims_about(&self, item: &str) -> Result<Vec<Document>> {
        let mut statement = self.connection.prepare_cached(select!("AND kind = 'claim' AND json_extract(body, '$.item') = ?2"))?;
        statement.query_map((self.site, item), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Found items of a category that were found no earlier than `from` (UTC ms).
    pub(crate) fn found_since(&self, category: &str, from: i64) -> Result<Vec<Document>> {
        let sql = select!("AND kind = 'found_item' AND json_extract(body, '$.found.category') = ?2 AND at >= ?3");
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_map((self.site, category, from), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Loss reports of a category of what was lost no later than `until` (UTC ms).
    pub(crate) fn lost_until(&self, category: &str, until: i64) -> Result<Vec<Document>> {
        let sql = select!(
            "AND kind = 'lost_report' AND json_extract(body, '$.loss.category') = ?2 AND json_extract(body, '$.loss.lost_from') <= ?3"
        );
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_map((self.site, category, until), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// The settings of this site; the defaults before it has a document.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let site: Option<Site> = self.document(self.site)?.map(|stored| serde_json::from_value(stored.document.body)).transpose()?;
        Ok(site.map_or_else(Settings::default, |site| site.settings))
    }

    /// Visits of a person within a span of time, in any order.
    pub(crate) fn visits_of(&self, person: &str, from: i64, to: i64) -> Result<Vec<Visit>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT body FROM documents WHERE site = ?1 AND kind = 'check_in' AND person = ?2 AND at BETWEEN ?3 AND ?4")?;
        let mut rows = statement.query((self.site, person, from, to))?;
        let mut visits = Vec::new();
        while let Some(row) = rows.next()? {
            visits.extend(row.get_ref(0)?.as_str().ok().and_then(Visit::read));
        }
        Ok(visits)
    }

    /// The shifts of whoever is on duty.
    pub(crate) fn shifts_on_duty(&self, zone: Option<&str>, at: i64) -> Result<Vec<(String, Shift)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, body FROM documents INDEXED BY documents_on_duty
             WHERE site = ?1 AND kind = 'shift' AND json_extract(body, '$.state') = 'active'",
        )?;
        let mut rows = statement.query([self.site])?;
        let mut shifts = Vec::new();
        while let Some(row) = rows.next()? {
            let shift = row.get_ref(1)?.as_str().ok().and_then(|body| serde_json::from_str::<Shift>(body).ok());
            if let Some(shift) = shift.filter(|shift| shift.is_on(zone, at)) {
                shifts.push((row.get(0)?, shift));
            }
        }
        Ok(shifts)
    }

    /// The persons who are on duty, each once, by id.
    pub(crate) fn on_duty(&self, zone: Option<&str>, at: i64) -> Result<Vec<String>> {
        let mut persons: Vec<_> = self.shifts_on_duty(zone, at)?.into_iter().map(|(_, shift)| shift.person).collect();
        persons.sort_unstable();
        persons.dedup();
        Ok(persons)
    }

    /// Every call, timer and found item that somebody still has to see to, by id.
    pub(crate) fn all_open_matters(&self) -> Result<Vec<Document>> {
        // The condition is the index's own, so that what is over is not read at all.
        let mut statement = self.connection.prepare_cached(select!(
            "AND kind IN ('call', 'welfare_timer', 'found_item')
             AND json_extract(body, '$.state') NOT IN
                 ('closed', 'cancelled', 'unfounded', 'merged', 'resolved', 'false_alarm', 'released', 'disposed') ORDER BY id"
        ))?;
        statement.query_map([self.site], raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// What is open for a person who serves at a post in that zone, in its order.
    pub(crate) fn open_matters(&self, person: &str, zone: &str) -> Result<Vec<OpenMatter>> {
        Ok(OpenMatter::of_all(self.all_open_matters()?, person, zone))
    }

    /// Who was sent to a call, by the assignments' ids.
    pub(crate) fn assignments_of(&self, call: &str) -> Result<Vec<Document>> {
        let mut statement =
            self.connection.prepare_cached(select!("AND kind = 'assignment' AND json_extract(body, '$.call') = ?2 ORDER BY id"))?;
        statement.query_map((self.site, call), raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Writes what an operation makes of a document, as changed at `position`.
    pub(crate) fn write_document(&self, write: &Write, position: u64) -> Result<()> {
        let before = self.document(&write.id)?;
        let mut conflicts = before.as_ref().map(|stored| stored.document.conflicts.clone()).unwrap_or_default();
        conflicts.extend(write.conflict.clone().map(AsTold::from));
        let document = Document {
            id: write.id.clone(),
            kind: write.kind.as_str().to_owned(),
            rev: position,
            schema_version: SCHEMA,
            body: write.body.clone(),
            buckets: write.buckets.clone(),
            conflicts,
        };
        self.count_digests(before.as_ref().map(|stored| &stored.document), Some(&document))?;
        self.keep_deadline(&document)?;
        self.keep_facts(&document, position)?;
        let stored = Stored { document, person: write.person.clone(), at: write.at };
        self.put(&stored, before.map(|stored| stored.document.buckets).unwrap_or_default())
    }

    /// Writes a late verdict for its author.
    pub(crate) fn write_verdict(&self, id: String, body: serde_json::Value, bucket: Bucket, position: u64) -> Result<()> {
        let kind = DocumentKind::Verdict;
        self.write_document(&Write { id, kind, body, buckets: vec![bucket], person: None, at: self.now, conflict: None }, position)
    }

    pub(super) fn put(&self, stored: &Stored, before: Vec<Bucket>) -> Result<()> {
        let document = &stored.document;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO documents (site, id, kind, rev, schema_version, body, buckets, conflicts, person, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                self.site,
                &document.id,
                &document.kind,
                document.rev,
                document.schema_version,
                serde_json::to_string(&document.body)?,
                serde_json::to_string(&document.buckets)?,
                serde_json::to_string(&document.conflicts)?,
                &stored.person,
                stored.at,
            ))?;
        self.queue_for_search(document)?;
        self.move_between(&document.id, &before, &document.buckets, document.rev)
    }

    /// Removes a document: whoever had it is told at `position`.
    pub(crate) fn remove_document(&self, id: &str, position: u64) -> Result<()> {
        if let Some(stored) = self.document(id)? {
            self.count_digests(Some(&stored.document), None)?;
            self.drop_deadline(id)?;
            self.drop_facts(id, position)?;
            self.forget_in_search(id)?;
            self.connection.execute("DELETE FROM documents WHERE site = ?1 AND id = ?2", (self.site, id))?;
            self.move_between(id, &stored.document.buckets, &[], position)?;
        }
        Ok(())
    }

    fn move_between(&self, id: &str, before: &[Bucket], after: &[Bucket], position: u64) -> Result<()> {
        self.connection.prepare_cached("DELETE FROM document_buckets WHERE site = ?1 AND id = ?2")?.execute((self.site, id))?;
        for bucket in after {
            let bucket = bucket.to_string();
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO document_buckets (site, bucket, rev, id) VALUES (?1, ?2, ?3, ?4)")?
                .execute((self.site, &bucket, position, id))?;
            self.connection
                .prepare_cached("DELETE FROM departures WHERE site = ?1 AND id = ?2 AND bucket = ?3")?
                .execute((self.site, id, &bucket))?;
        }
        for bucket in before.iter().filter(|bucket| !after.contains(bucket)) {
            self.connection
                .prepare_cached("INSERT OR REPLACE INTO departures (site, bucket, position, id) VALUES (?1, ?2, ?3, ?4)")?
                .execute((self.site, bucket.to_string(), position, id))?;
        }
        Ok(())
    }

    /// What changed in these buckets after `after` and up to `upto`: position, document, and whether it lies there still.
    pub(crate) fn moved(&self, scope: &[Bucket], after: u64, upto: u64, limit: usize) -> Result<Vec<(u64, String)>> {
        let marks = vec!["?"; scope.len()].join(", ");
        let sql = format!(
            "SELECT rev, id FROM document_buckets WHERE site = ? AND rev > ? AND rev <= ? AND bucket IN ({marks})
             UNION SELECT position, id FROM departures WHERE site = ? AND position > ? AND position <= ? AND bucket IN ({marks})
             ORDER BY 1, 2 LIMIT ?"
        );
        let range = || {
            let bounds = [Sql::from(self.site.to_owned()), Sql::from(signed(after)), Sql::from(signed(upto))];
            bounds.into_iter().chain(scope.iter().map(|bucket| Sql::from(bucket.to_string())))
        };
        let values = range().chain(range()).chain([Sql::from(signed(limit as u64))]);
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Every document of the site.
    pub(crate) fn all_documents(&self) -> Result<Vec<Document>> {
        let mut statement = self.connection.prepare(select!(""))?;
        statement.query_map([self.site], raw)?.map(|row| Ok(parse(row?)?.document)).collect()
    }

    /// Looks at every document of the site, one after the other: there may be more of them than memory should hold.
    pub(crate) fn each_document(&self, mut look: impl FnMut(Document) -> Result<()>) -> Result<()> {
        let mut statement = self.connection.prepare(select!(""))?;
        let mut rows = statement.query([self.site])?;
        while let Some(row) = rows.next()? {
            look(parse(raw(row)?)?.document)?;
        }
        Ok(())
    }

    /// All documents that a site file brings, with their kinds.
    pub(crate) fn reference_documents(&self) -> Result<Vec<Stored>> {
        let mut statement = self.connection.prepare_cached(select!(
            "AND kind IN ('site', 'zone', 'checkpoint', 'route', 'venue', 'person', 'unit', 'key_road', 'duty_post', 'topic', 'material')
             ORDER BY id"
        ))?;
        statement.query_map([self.site], raw)?.map(|row| parse(row?)).collect()
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

type Raw = (String, String, u64, u32, String, String, String, Option<String>, i64);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?))
}

fn parse((id, kind, rev, schema_version, body, buckets, conflicts, person, at): Raw) -> Result<Stored> {
    let document = Document {
        id,
        kind,
        rev,
        schema_version,
        body: serde_json::from_str(&body)?,
        buckets: serde_json::from_str(&buckets)?,
        conflicts: serde_json::from_str(&conflicts)?,
    };
    Ok(Stored { document, person, at })
}
