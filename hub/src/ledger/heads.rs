//! How far the site's log, and each bucket of it, has come.

use liuye_core::Result;
use rusqlite::OptionalExtension;

use super::Tx;

impl Tx<'_> {
    /// The position of the last change in a bucket; 0 where nothing ever lay in it.
    pub(crate) fn head_of_bucket(&self, bucket: &str) -> Result<u64> {
        let mut last = 0;
        for sql in [
            "SELECT rev FROM document_buckets WHERE site = ?1 AND bucket = ?2 ORDER BY rev DESC LIMIT 1",
            "SELECT position FROM departures WHERE site = ?1 AND bucket = ?2 ORDER BY position DESC LIMIT 1",
        ] {
            let found: Option<u64> = self.connection.prepare_cached(sql)?.query_row((self.site, bucket), |row| row.get(0)).optional()?;
            last = found.map_or(last, |found| found.max(last));
        }
        Ok(last)
    }

    /// What tells one state of the hints from another: how many there are, how many of them are contradicted, and when the last came.
    pub(crate) fn state_of_hints(&self) -> Result<(u64, u64, i64)> {
        let sql = "SELECT count(*), count(contradicted_at), coalesce(max(received_at), 0) FROM hints WHERE site = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        Ok(self.connection.prepare_cached(sql)?.query_row([self.site], read)?)
    }
}
