//! What came without an account: which submit made which report, reports by their codes, and what was announced.

use liuye_core::Result;
use liuye_core::domain::{Document, FoundNotice, LostReport};
use liuye_core::log::Digest;
use rusqlite::OptionalExtension;

use super::Tx;

/// The report that a submit made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicReport {
    /// Of what was submitted.
    pub(crate) contents: Digest,
    /// The report's id.
    pub(crate) report: String,
}

impl Tx<'_> {
    /// Remembers which report a submit made.
    pub(crate) fn insert_public_report(&self, key: &Digest, made: &PublicReport) -> Result<()> {
        let sql = "INSERT INTO public_reports (site, key, contents, report, at) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection.execute(sql, (self.site, key.0, made.contents.0, &made.report, self.now))?;
        Ok(())
    }

    /// The report that a submit made.
    pub(crate) fn public_report(&self, key: &Digest) -> Result<Option<PublicReport>> {
        let sql = "SELECT contents, report FROM public_reports WHERE site = ?1 AND key = ?2";
        let row = |row: &rusqlite::Row<'_>| Ok(PublicReport { contents: Digest(row.get(0)?), report: row.get(1)? });
        Ok(self.connection.prepare_cached(sql)?.query_row((self.site, key.0), row).optional()?)
    }

    /// Forgets submits from before a time (UTC ms).
    pub(crate) fn forget_public_reports(&self, before: i64) -> Result<()> {
        self.connection.execute("DELETE FROM public_reports WHERE site = ?1 AND at < ?2", (self.site, before))?;
        Ok(())
    }

    /// The report of a tracking code's digest, with its id.
    pub(crate) fn report_by_code(&self, code: &Digest) -> Result<Option<(String, LostReport)>> {
        let sql = "SELECT id, body FROM documents INDEXED BY documents_tracking
                   WHERE site = ?1 AND kind = 'lost_report' AND json_extract(body, '$.loss.tracking_digest') = ?2 ORDER BY at LIMIT 1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found: Option<(String, String)> =
            self.connection.prepare_cached(sql)?.query_row((self.site, code.to_string()), row).optional()?;
        Ok(found.map(|(id, body)| serde_json::from_str(&body).map(|report| (id, report))).transpose()?)
    }

    /// Notices of what may be claimed, the latest first; of one category where it is named.
    pub(crate) fn open_notices(&self, category: Option<&str>, limit: u32, offset: u32) -> Result<Vec<FoundNotice>> {
        let sql = "SELECT body FROM documents INDEXED BY documents_notices
                   WHERE site = ?1 AND kind = 'found_notice' AND json_extract(body, '$.open') = 1
                       AND (?2 IS NULL OR json_extract(body, '$.category') = ?2)
                   ORDER BY at DESC, id DESC LIMIT ?3 OFFSET ?4";
        let mut statement = self.connection.prepare_cached(sql)?;
        let bodies = statement.query_map((self.site, category, limit, offset), |row| row.get::<_, String>(0))?;
        bodies.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// The zones, by id.
    pub(crate) fn zones(&self) -> Result<Vec<Document>> {
        let mut zones: Vec<_> = self.documents("zone", 1_000, 0)?.into_iter().map(|stored| stored.document).collect();
        zones.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(zones)
    }
}
