//! Branches of the site's own log: each restored backup begins one, and backups that are complete.

use liuye_core::{Error, Result};

use super::Tx;

/// A branch of the site's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogEpoch {
    pub(crate) epoch: u32,
    /// The last position that it shares with the branch before it.
    pub(crate) began_after: u64,
}

impl Tx<'_> {
    /// The branches of the site's log, oldest first. There is at least one.
    pub(crate) fn log_epochs(&self) -> Result<Vec<LogEpoch>> {
        let mut statement = self.connection.prepare_cached("SELECT epoch, began_after FROM log_epochs WHERE site = ?1 ORDER BY epoch")?;
        let rows = statement.query_map([self.site], |row| Ok(LogEpoch { epoch: row.get(0)?, began_after: row.get(1)? }))?;
        let epochs: Vec<_> = rows.collect::<std::result::Result<_, _>>()?;
        if epochs.is_empty() { Err(Error::internal("a site's log has a branch")) } else { Ok(epochs) }
    }

    /// The branch that is being written.
    pub(crate) fn log_epoch(&self) -> Result<u32> {
        Ok(self.log_epochs()?.last().map_or(1, |last| last.epoch))
    }

    /// Begins another branch here: what came after was lost.
    ///
    /// Its number is the time, so that restoring one backup twice gives two branches.
    pub(crate) fn begin_log_epoch(&self) -> Result<u32> {
        let (head, hash) = self.head()?;
        let clock = u32::try_from(self.now / 1000).unwrap_or(u32::MAX);
        let epoch = clock.max(self.log_epoch()? + 1);
        self.connection
            .execute("INSERT INTO log_epochs (site, epoch, began_after, at) VALUES (?1, ?2, ?3, ?4)", (self.site, epoch, head, self.now))?;
        self.append_entry("restore", &epoch.to_string(), &hash)?;
        Ok(epoch)
    }

    /// Writes down that a backup up to this position is complete.
    pub(crate) fn note_backup(&self, position: u64) -> Result<()> {
        self.connection
            .execute("INSERT OR IGNORE INTO backups (site, position, at) VALUES (?1, ?2, ?3)", (self.site, position, self.now))?;
        Ok(())
    }

    /// When the last backup was complete, UTC ms.
    pub(crate) fn last_backup(&self) -> Result<Option<i64>> {
        Ok(self.connection.query_row("SELECT max(at) FROM backups WHERE site = ?1", [self.site], |row| row.get(0))?)
    }
}
