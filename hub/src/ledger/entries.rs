//! The site's own log: gapless positions by the site's row, chained by SHA-256.

use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};
use rusqlite::OptionalExtension;

use super::Tx;

/// The hash of an entry: what it is, what it is about, and the entry before it.
pub(crate) fn entry_hash(previous: &Digest, position: u64, what: &str, reference: &str, digest: &Digest, at: i64) -> Digest {
    let mut bytes = Vec::with_capacity(160);
    bytes.extend_from_slice(b"liuye-entry-1");
    bytes.extend_from_slice(&previous.0);
    bytes.extend_from_slice(&position.to_be_bytes());
    for text in [what, reference] {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.extend_from_slice(&digest.0);
    bytes.extend_from_slice(&at.to_be_bytes());
    Digest::of(&bytes)
}

/// What stands before the first entry of a site.
pub(crate) fn genesis(site: &str) -> Digest {
    Digest::of(format!("liuye-site-1\n{site}").as_bytes())
}

impl Tx<'_> {
    /// Makes the site's row where there is none.
    pub(crate) fn ensure_site(&self) -> Result<()> {
        self.connection.execute("INSERT OR IGNORE INTO sites (site, head_hash) VALUES (?1, ?2)", (self.site, genesis(self.site).0))?;
        self.connection
            .execute("INSERT OR IGNORE INTO log_epochs (site, epoch, began_after, at) VALUES (?1, 1, 0, ?2)", (self.site, self.now))?;
        Ok(())
    }

    /// The last position and its hash.
    pub(crate) fn head(&self) -> Result<(u64, Digest)> {
        self.connection
            .prepare_cached("SELECT head, head_hash FROM sites WHERE site = ?1")?
            .query_row([self.site], |row| Ok((row.get(0)?, Digest(row.get(1)?))))
            .optional()?
            .ok_or_else(|| Error::field(Code::NotFound, "site", "no such site here"))
    }

    /// Appends an entry and returns its position. The site's row is the lock: no position is skipped or taken twice.
    pub(crate) fn append_entry(&self, what: &str, reference: &str, digest: &Digest) -> Result<u64> {
        let (head, previous) = self.head()?;
        let position = head + 1;
        let hash = entry_hash(&previous, position, what, reference, digest, self.now);
        self.connection
            .prepare_cached("INSERT INTO entries (site, position, what, reference, digest, at, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute((self.site, position, what, reference, digest.0, self.now, hash.0))?;
        self.connection
            .prepare_cached("UPDATE sites SET head = ?2, head_hash = ?3 WHERE site = ?1")?
            .execute((self.site, position, hash.0))?;
        Ok(position)
    }

    /// What a position is about: what it is, and its reference.
    pub(crate) fn entry(&self, position: u64) -> Result<Option<(String, String)>> {
        Ok(self
            .connection
            .prepare_cached("SELECT what, reference FROM entries WHERE site = ?1 AND position = ?2")?
            .query_row((self.site, position), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    /// The chain's hash at a position; the genesis at 0.
    pub(crate) fn hash_at(&self, position: u64) -> Result<Option<Digest>> {
        if position == 0 {
            return Ok(Some(genesis(self.site)));
        }
        Ok(self
            .connection
            .prepare_cached("SELECT hash FROM entries WHERE site = ?1 AND position = ?2")?
            .query_row((self.site, position), |row| Ok(Digest(row.get(0)?)))
            .optional()?)
    }

    /// When a position was written.
    pub(crate) fn written_at(&self, position: u64) -> Result<Option<i64>> {
        Ok(self
            .connection
            .prepare_cached("SELECT at FROM entries WHERE site = ?1 AND position = ?2")?
            .query_row((self.site, position), |row| row.get(0))
            .optional()?)
    }
}
