//! The journal of what no backup may take back: who was erased, and which phones were reported lost. Ids alone, in a file of its
//! own that is in no backup. An old backup and a late phone are held against it, so that neither brings anybody back.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use liuye_core::Result;
use liuye_core::log::DeviceId;
use rusqlite::Connection;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS erasures (
        site TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, PRIMARY KEY (site, subject)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS revocations (
        site TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL, wipe INTEGER NOT NULL, PRIMARY KEY (site, device)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS mirrors (path TEXT NOT NULL PRIMARY KEY) STRICT;
    CREATE TABLE IF NOT EXISTS traces (store TEXT NOT NULL PRIMARY KEY) STRICT;";

/// The name of the journal's file, in the data folder and beside backups.
pub(crate) const FILE: &str = "erasures.db";

/// An erasure that was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Erasure {
    pub(crate) site: String,
    /// A loss report's id.
    pub(crate) subject: String,
    /// UTC ms by the hub's clock.
    pub(crate) at: i64,
    /// Who asked for it.
    pub(crate) by: String,
}

/// A phone that was reported lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revocation {
    pub(crate) site: String,
    pub(crate) device: DeviceId,
    /// UTC ms by the hub's clock.
    pub(crate) at: i64,
    /// Whether it is to forget everything.
    pub(crate) wipe: bool,
}

/// The journal, and where its copies lie.
pub(crate) struct Journal(Mutex<Connection>);

impl Journal {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        // One file and nothing beside it: a copy lies on whatever disk the backups are on. EXTRA, so that a promise outlives
        // a power cut without a write-ahead log.
        connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Promises an erasure. The first promise stands.
    pub(crate) fn promise(&self, erasure: &Erasure) -> Result<()> {
        self.lock().execute(
            "INSERT OR IGNORE INTO erasures (site, subject, at, by) VALUES (?1, ?2, ?3, ?4)",
            (&erasure.site, &erasure.subject, erasure.at, &erasure.by),
        )?;
        Ok(())
    }

    /// Everything that was promised for a site.
    pub(crate) fn of_site(&self, site: &str) -> Result<Vec<Erasure>> {
        Ok(self.all()?.into_iter().filter(|erasure| erasure.site == site).collect())
    }

    fn all(&self) -> Result<Vec<Erasure>> {
        let connection = self.lock();
        let mut statement = connection.prepare("SELECT site, subject, at, by FROM erasures ORDER BY site, subject")?;
        let rows =
            statement.query_map([], |row| Ok(Erasure { site: row.get(0)?, subject: row.get(1)?, at: row.get(2)?, by: row.get(3)? }))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Promises that a phone stays refused. The first promise stands, and may become one to wipe it.
    pub(crate) fn promise_revocation(&self, revocation: &Revocation) -> Result<()> {
        self.lock().execute(
            "INSERT INTO revocations (site, device, at, wipe) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (site, device) DO UPDATE SET wipe = wipe OR excluded.wipe",
            (&revocation.site, revocation.device.to_string(), revocation.at, revocation.wipe),
        )?;
        Ok(())
    }

    /// Every phone that was reported lost.
    pub(crate) fn revocations(&self) -> Result<Vec<Revocation>> {
        let connection = self.lock();
        let mut statement = connection.prepare("SELECT site, device, at, wipe FROM revocations ORDER BY site, device")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?)))?;
        rows.map(|row| {
            let (site, device, at, wipe) = row?;
            Ok(Revocation { site, device: DeviceId::parse(&device)?, at, wipe })
        })
        .collect()
    }

    /// Takes in what another copy of the journal has.
    pub(crate) fn merge(&self, other: &Self) -> Result<()> {
        other.all()?.iter().try_for_each(|erasure| self.promise(erasure))?;
        other.revocations()?.iter().try_for_each(|revocation| self.promise_revocation(revocation))
    }

    /// Keeps a copy of the journal in this folder from now on.
    pub(crate) fn mirror_in(&self, folder: &Path) -> Result<()> {
        let path = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).join(FILE);
        Self::open(&path)?.merge(self)?;
        self.lock().execute("INSERT OR IGNORE INTO mirrors (path) VALUES (?1)", [path.to_string_lossy()])?;
        Ok(())
    }

    /// Writes a promise into the copies. Returns those that cannot be reached: a disk that is not there today.
    pub(crate) fn copy_out(&self, promise: impl Fn(&Self) -> Result<()>) -> Result<Vec<PathBuf>> {
        let paths: Vec<String> = {
            let connection = self.lock();
            let mut statement = connection.prepare("SELECT path FROM mirrors ORDER BY path")?;
            statement.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?
        };
        let copied = |path: &PathBuf| path.parent().is_some_and(Path::exists) && Self::open(path).and_then(|copy| promise(&copy)).is_ok();
        let missing: Vec<_> = paths.into_iter().map(PathBuf::from).filter(|path| !copied(path)).collect();
        for path in &missing {
            tracing::warn!(path = %path.display(), "the journal's copy beside the backups cannot be reached");
        }
        Ok(missing)
    }

    /// Notes that files may still have traces of what was erased, until they are written anew.
    pub(crate) fn note_traces(&self) -> Result<()> {
        self.lock().execute("INSERT OR IGNORE INTO traces (store) VALUES ('ledger')", [])?;
        Ok(())
    }

    /// Whether files may still have traces of what was erased.
    pub(crate) fn has_traces(&self) -> Result<bool> {
        Ok(self.lock().query_row("SELECT count(*) > 0 FROM traces", [], |row| row.get(0))?)
    }

    /// Files have no traces of what was erased any more.
    pub(crate) fn clear_traces(&self) -> Result<()> {
        self.lock().execute("DELETE FROM traces", [])?;
        Ok(())
    }
}
