//! One sender at a time, across processes: app, background worker, extension.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::Result;
use crate::env::Clock;

/// The name of the lease that a sender holds.
const SENDER: &str = "sender";

/// A claim on being the one sender. It runs out by itself, so that a killed process blocks nobody for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    holder: String,
}

impl Lease {
    /// A claim by one companion of this process; `id` tells it from the process's others.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self { holder: format!("{}:{id}", std::process::id()) }
    }

    /// Takes or renews the lease for `duration_ms`. False where somebody else holds it.
    ///
    /// Call it inside a write transaction.
    ///
    /// # Errors
    /// Those of the store.
    pub fn take(&self, connection: &Connection, clock: &dyn Clock, duration_ms: u64) -> Result<bool> {
        let now = i64::try_from(clock.elapsed_ms()).unwrap_or(i64::MAX);
        let boot = clock.boot_id();
        let held: Option<(String, String, i64)> = connection
            .prepare_cached("SELECT holder, boot_id, expires_ms FROM leases WHERE name = ?1")?
            .query_row([SENDER], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        if let Some((holder, held_boot, expires)) = held
            && holder != self.holder
            && held_boot == boot
            && may_be_alive(&holder)
            && expires > now
            // A monotonic clock that does not count sleep, or another process's, must not hold it for ever.
            && expires.saturating_sub(now) <= i64::try_from(duration_ms).unwrap_or(i64::MAX)
        {
            return Ok(false);
        }
        connection
            .prepare_cached("INSERT OR REPLACE INTO leases (name, holder, boot_id, expires_ms) VALUES (?1, ?2, ?3, ?4)")?
            .execute((SENDER, &self.holder, boot, now.saturating_add_unsigned(duration_ms)))?;
        Ok(true)
    }

    /// Gives the lease back.
    ///
    /// # Errors
    /// Those of the store.
    pub fn release(&self, connection: &Connection) -> Result<()> {
        connection.prepare_cached("DELETE FROM leases WHERE name = ?1 AND holder = ?2")?.execute((SENDER, &self.holder))?;
        Ok(())
    }
}

/// Whether the holder's process may still run. A killed sender must not keep its successor waiting where the platform can tell.
fn may_be_alive(holder: &str) -> bool {
    let Some((process, _)) = holder.split_once(':') else { return true };
    let processes = Path::new("/proc");
    !processes.join("self").exists() || processes.join(process).exists()
}
