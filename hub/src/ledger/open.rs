//! Opening the ledger: the only place of pragmas and migrations.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use liuye_core::search::SearchIndex;
use liuye_core::{Code, Error, Result};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::Tx;

const MIGRATIONS: &[&str] = &[
    include_str!("sql/001_initial.sql"),
    include_str!("sql/002_branches.sql"),
    include_str!("sql/003_erasures.sql"),
    include_str!("sql/004_holders.sql"),
    include_str!("sql/005_deadlines.sql"),
    include_str!("sql/006_hints.sql"),
    include_str!("sql/007_duties.sql"),
    include_str!("sql/008_search.sql"),
    include_str!("sql/009_operator_links.sql"),
    include_str!("sql/010_lost_property.sql"),
    include_str!("sql/011_open_matters.sql"),
    include_str!("sql/012_facts.sql"),
    include_str!("sql/013_kept.sql"),
    include_str!("sql/014_searched_texts.sql"),
    include_str!("sql/015_zone_days.sql"),
    include_str!("sql/016_public_reports.sql"),
    include_str!("sql/017_desk.sql"),
    include_str!("sql/018_attention.sql"),
];

/// The hub's database: one writer, and a few readers that never wait for it.
pub(crate) struct Ledger {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Ledger {
    /// Opens the file, or makes it, and brings it up to date.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut writer = connect(path)?;
        migrate(&mut writer)?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) })
    }

    /// One write transaction of a site. Nothing is written where the work fails.
    pub(crate) fn write<T>(&self, site: &str, now: i64, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let output = work(&Tx { connection: &transaction, site, now })?;
        transaction.commit()?;
        Ok(output)
    }

    /// Writes a copy of the whole ledger to a new file, as it is at one moment, while others go on writing.
    pub(crate) fn copy_to(&self, path: &Path) -> Result<()> {
        copy_database(&connect(&self.path)?, path)
    }

    /// Writes the file anew without the traces of what was erased. False where another connection was reading.
    pub(crate) fn scrub(&self) -> Result<bool> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        SearchIndex::compact(&writer)?;
        rewrite(&writer)
    }

    /// One consistent look at a site.
    pub(crate) fn read<T>(&self, site: &str, now: i64, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let pooled = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = pooled.map_or_else(|| connect(&self.path), Ok)?;
        let output = {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
            work(&Tx { connection: &transaction, site, now })
        };
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        output
    }
}

/// Writes a database anew, and empties its write-ahead log. False where another connection was reading, and it is not empty.
///
/// Deleted contents are overwritten with zeros where they lay. But a page whose rows moved to another one when it was split
/// may keep an old copy of them in its unused part: only a file that is written anew has none.
pub(crate) fn rewrite(connection: &Connection) -> Result<bool> {
    connection.execute_batch("VACUUM")?;
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

/// Copies a database into a new file, without what was deleted from it.
pub(crate) fn copy_database(connection: &Connection, path: &Path) -> Result<()> {
    connection.execute("VACUUM INTO ?1", [path.to_string_lossy()])?;
    Ok(())
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Before all else: the command line may be writing at the same time.
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch(
        // Readers and the writer do not wait for each other; what was acknowledged survives a power cut.
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;",
    )?;
    // A plan depends on the statement, not on the values bound to it: none is prepared twice.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > MIGRATIONS.len() {
        return Err(Error::new(Code::SchemaNewer, format!("the ledger has schema {found}, this hub knows {}", MIGRATIONS.len())));
    }
    for migration in &MIGRATIONS[found..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    if found < MIGRATIONS.len() {
        let sites: Vec<String> =
            transaction.prepare("SELECT site FROM sites")?.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
        for site in &sites {
            let tx = Tx { connection: &transaction, site, now: 0 };
            tx.begin_digests()?;
            tx.begin_deadlines()?;
            tx.begin_facts()?;
        }
    }
    Ok(transaction.commit()?)
}
