//! Links of venue operators, by the digests of their tokens.

use liuye_core::Result;
use liuye_core::log::Digest;
use rusqlite::OptionalExtension;

use super::Tx;

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OperatorLink {
    pub(crate) notice: String,
    pub(crate) hazard: String,
    /// When it was made, UTC ms.
    pub(crate) made_at: i64,
}

impl Tx<'_> {
    /// Keeps a link.
    pub(crate) fn insert_link(&self, hash: &Digest, notice: &str, hazard: &str) -> Result<()> {
        let sql = "INSERT INTO operator_links (site, hash, notice, hazard, made_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection.execute(sql, (self.site, hash.0, notice, hazard, self.now))?;
        Ok(())
    }

    /// What the link of this digest opens.
    pub(crate) fn link(&self, hash: &Digest) -> Result<Option<OperatorLink>> {
        let sql = "SELECT notice, hazard, made_at FROM operator_links WHERE site = ?1 AND hash = ?2";
        let row = |row: &rusqlite::Row<'_>| Ok(OperatorLink { notice: row.get(0)?, hazard: row.get(1)?, made_at: row.get(2)? });
        Ok(self.connection.prepare_cached(sql)?.query_row((self.site, hash.0), row).optional()?)
    }
}
