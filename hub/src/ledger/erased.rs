//! Erased subjects: what goes, what stays, and which photos nobody else needs.

use liuye_core::Result;
use liuye_core::domain::{Bucket, Claim, Kind, LostReport, LostReportState, Redaction, Settings, redact_operation};
use liuye_core::log::{DeviceId, Digest, Operation};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use uuid::Uuid;

use super::{SCHEMA, Tx};

impl Tx<'_> {
    /// When a subject was erased, UTC ms.
    pub(crate) fn erased_at(&self, subject: &str) -> Result<Option<i64>> {
        Ok(self
            .connection
            .prepare_cached("SELECT at FROM erased WHERE site = ?1 AND subject = ?2")?
            .query_row((self.site, subject), |row| row.get(0))
            .optional()?)
    }

    /// Writes down that a subject is erased as of this position.
    pub(crate) fn insert_erased(&self, subject: &str, at: i64, by: &str, position: u64) -> Result<()> {
        self.connection.execute(
            "INSERT INTO erased (site, subject, at, by, position) VALUES (?1, ?2, ?3, ?4, ?5)",
            (self.site, subject, at, by, position),
        )?;
        Ok(())
    }

    /// The subject that an operation is about: that of what it gives up, its own document otherwise.
    pub(crate) fn subject_of(&self, operation: &Operation) -> Result<String> {
        if operation.kind == Kind::OperationDiscard.as_str()
            && let Ok(target) = operation.entity.parse::<Uuid>()
            && let Some(given_up) = self.operation(target)?
        {
            return Ok(given_up.operation.entity);
        }
        Ok(operation.entity.clone())
    }

    /// Every copy of an operation about a subject, with where it stands: repeats on other branches, and what gave one of them up.
    fn copies_about(&self, subject: &str) -> Result<Vec<Operation>> {
        let sql = "
            WITH about AS (SELECT id FROM operations WHERE site = ?1 AND entity = ?2
                           UNION SELECT id FROM repeats WHERE site = ?1 AND json_extract(content, '$.entity') = ?2),
                 these AS (SELECT id FROM about
                           UNION SELECT id FROM operations WHERE site = ?1 AND kind = 'operation.discard' AND entity IN (SELECT id FROM about))
            SELECT content FROM operations WHERE site = ?1 AND id IN (SELECT id FROM these)
            UNION ALL SELECT content FROM repeats WHERE site = ?1 AND id IN (SELECT id FROM these)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let contents = statement.query_map((self.site, subject), |row| row.get::<_, String>(0))?;
        contents.map(|content| Ok(serde_json::from_str(&content?)?)).collect()
    }

    /// Whether an operation about a subject still has its text.
    pub(crate) fn has_text_about(&self, subject: &str) -> Result<bool> {
        Ok(self.copies_about(subject)?.iter().any(|operation| operation.body.is_some()))
    }

    /// Takes the texts out of every operation about a subject. Returns those operations, as they are now.
    pub(crate) fn redact_operations(&self, subject: &str) -> Result<Vec<Operation>> {
        let mut operations = self.copies_about(subject)?;
        for operation in &mut operations {
            let before = serde_json::to_string(operation)?;
            redact_operation(operation)?;
            let content = serde_json::to_string(operation)?;
            if content == before {
                continue;
            }
            for table in ["operations", "repeats"] {
                let sql = format!("UPDATE {table} SET content = ?5 WHERE site = ?1 AND device = ?2 AND epoch = ?3 AND seq = ?4");
                let place = (self.site, operation.device.to_string(), operation.epoch, operation.seq, &content);
                self.connection.prepare_cached(&sql)?.execute(place)?;
            }
        }
        Ok(operations)
    }

    /// Takes what was typed out of a subject's document, as changed at `position`: whoever has it receives it so.
    pub(crate) fn redact_document(&self, subject: &str, erased_at: i64, position: u64) -> Result<()> {
        let Some(before) = self.document(subject)? else { return Ok(()) };
        let mut after = before.clone();
        after.document.redact(erased_at);
        (after.document.rev, after.document.schema_version) = (position, SCHEMA);
        self.count_digests(Some(&before.document), Some(&after.document))?;
        self.forget_in_search(subject)?;
        self.put(&after, before.document.buckets)
    }

    /// Tells these devices, and those that were told before, to forget what they wrote about a subject.
    pub(crate) fn tell_of_erasure(&self, subject: &str, devices: &[DeviceId], erased_at: i64, position: u64) -> Result<()> {
        let told = self.document(&Redaction::id_of(subject))?.map(|stored| stored.document.buckets).unwrap_or_default();
        let mut buckets: Vec<Bucket> = devices.iter().copied().map(Bucket::Device).chain(told).collect();
        buckets.sort_unstable();
        buckets.dedup();
        if buckets.is_empty() {
            return Ok(());
        }
        let redaction = Redaction { entity: subject.to_owned(), erased_at };
        self.write_document(&redaction.write(buckets), position)
    }

    /// Whether operations name this photo, and all of them are about erased subjects.
    pub(crate) fn is_erased_photo(&self, sha256: &Digest) -> Result<bool> {
        let mut statement = self.connection.prepare_cached("SELECT operation FROM photo_uses WHERE site = ?1 AND sha256 = ?2")?;
        let users = statement.query_map((self.site, sha256.to_string()), |row| row.get::<_, String>(0))?;
        let users: Vec<String> = users.collect::<std::result::Result<_, _>>()?;
        for id in &users {
            let taken = id.parse().ok().map(|id| self.operation(id)).transpose()?.flatten();
            if let Some(taken) = taken
                && self.erased_at(&taken.operation.entity)?.is_none()
            {
                return Ok(false);
            }
        }
        Ok(!users.is_empty())
    }

    /// Loss reports and claims whose owners are to be erased by now and are not yet.
    pub(crate) fn erasures_due(&self) -> Result<Vec<String>> {
        let settings = self.settings()?;
        let sql = "
            SELECT d.id, d.body,
                   (SELECT max(o.received_at) FROM operations o
                    WHERE o.site = d.site AND o.entity = d.id AND o.kind = 'loss.return' AND o.state = 'applied')
            FROM documents d
            WHERE d.site = ?1 AND d.kind = 'lost_report' AND json_extract(d.body, '$.erased_at') IS NULL
              AND json_extract(d.body, '$.state') IN (?2, ?3, ?4)";
        let withdrawn = serde_json::to_value(LostReportState::Withdrawn)?;
        let returned = serde_json::to_value(LostReportState::Returned)?;
        let mut statement = self.connection.prepare_cached(sql)?;
        let expired = serde_json::to_value(LostReportState::Expired)?;
        let mut rows = statement.query((self.site, withdrawn.as_str(), returned.as_str(), expired.as_str()))?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            let body: serde_json::Value = serde_json::from_str(&row.get::<_, String>(1)?)?;
            let from = LostReport::deserialize(&body).ok().and_then(|report| report.erase_from(row.get(2).ok()?, &settings));
            if from.is_some_and(|from| from <= self.now) {
                due.push(row.get(0)?);
            }
        }
        due.extend(self.claims_due(settings.contact_days)?);
        due.extend(self.never_taken_due(&settings)?);
        Ok(due)
    }

    /// Subjects that never took effect and that nobody gave up either: whoever wrote them is not kept longer than if they had.
    fn never_taken_due(&self, settings: &Settings) -> Result<Vec<String>> {
        let days = i64::from(settings.loss_keep_days) + i64::from(settings.contact_days);
        let sql = "
            SELECT DISTINCT o.entity FROM operations o
            WHERE o.site = ?1 AND o.state = 'quarantined' AND o.kind IN ('loss.report', 'claim.submit') AND o.received_at <= ?2
              AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.site = o.site AND d.id = o.entity)
              AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.site = o.site AND e.subject = o.entity)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map((self.site, self.now - days * 86_400_000), |row| row.get(0))?.collect::<std::result::Result<_, _>>()?)
    }

    /// Claims whose authors are to be erased by now and are not yet: by their own end, or because their report is erased.
    fn claims_due(&self, days: u32) -> Result<Vec<String>> {
        let sql = "SELECT id, body FROM documents WHERE site = ?1 AND kind = 'claim' AND json_extract(body, '$.erased_at') IS NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([self.site])?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            let claim: Option<Claim> = serde_json::from_str(&row.get::<_, String>(1)?).ok();
            if claim.and_then(|claim| claim.erase_from(days)).is_some_and(|from| from <= self.now) {
                due.push(row.get(0)?);
            }
        }
        let mut statement = self.connection.prepare_cached("SELECT subject FROM erased WHERE site = ?1")?;
        for report in statement.query_map([self.site], |row| row.get::<_, String>(0))? {
            due.extend(self.claims_for(&report?)?);
        }
        due.sort_unstable();
        due.dedup();
        Ok(due)
    }

    /// The claims for a report that are not erased yet, whether they took effect or not.
    pub(crate) fn claims_for(&self, report: &str) -> Result<Vec<String>> {
        let sql = "
            SELECT DISTINCT entity FROM operations WHERE site = ?1 AND kind = 'claim.submit' AND json_extract(content, '$.body.report') = ?2
              AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.site = ?1 AND e.subject = operations.entity)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map((self.site, report), |row| row.get(0))?.collect::<std::result::Result<_, _>>()?)
    }
}
