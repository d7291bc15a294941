//! Opening the database: the only place of pragmas. Each one has its reason.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::keepsake::Keepsake;
use super::migrate::migrate;
use super::salvage::key_fits;
use crate::search::SearchIndex;
use crate::{Code, Error, Result};

/// How long a connection waits for another one's write: longer than any transaction of ours takes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A file of more than 128 MiB (pages of 4 KiB) is not written anew: the copy is made in memory, since no temporary file is
/// encrypted.
const MAX_REWRITE_PAGES: u64 = 32 << 10;

/// The 32 raw bytes that open the database. They come from the platform's keystore, and are wiped when dropped.
#[derive(Clone, ZeroizeOnDrop)]
pub struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    /// The key of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of a slice.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `key` where it has not 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.try_into().map_err(|_| Error::field(Code::Malformed, "key", "a database key has 32 bytes"))?;
        Ok(Self(bytes))
    }

    /// The bytes, for the store alone.
    pub(super) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseKey(…)")
    }
}

/// An open connection with its schema up to date.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the file, or makes it, and brings it up to date.
    ///
    /// # Errors
    /// [`Code::KeyWrong`], [`Code::SchemaNewer`], [`Code::Corrupt`], [`Code::DiskFull`], [`Code::Storage`].
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self> {
        Self::try_open(path, key).map_err(|error| match error.code {
            // To SQLCipher a damaged page and a wrong key look alike.
            Code::KeyWrong if is_key_right(path, key) => Error::new(Code::Corrupt, "the key is right, and the file is damaged"),
            _ => error,
        })
    }

    fn try_open(path: &Path, key: &DatabaseKey) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        prepare(&connection, key)?;
        migrate(&mut connection, || Ok(Keepsake::read(path, key)?.is_some()))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, path: path.to_owned() })
    }

    /// The connection, for reading.
    #[must_use]
    pub const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file anew without the traces of what was erased, and empties the write-ahead log. False where another
    /// connection was reading: try again later.
    ///
    /// Deleted contents are overwritten with zeros where they lay. But a page whose rows moved to another one when it was
    /// split may keep an old copy of them in its unused part: only a file that is written anew has none.
    ///
    /// # Errors
    /// [`Code::Busy`], [`Code::DiskFull`], [`Code::Storage`].
    pub fn scrub(&self) -> Result<bool> {
        SearchIndex::compact(&self.connection)?;
        self.rewrite()
    }

    fn rewrite(&self) -> Result<bool> {
        let pages: u64 = self.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        if pages <= MAX_REWRITE_PAGES {
            self.connection.execute_batch("VACUUM")?;
        }
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// Forgets everything: the file is as a new one, and what lay in it is overwritten. Nobody else of this process may be
    /// reading.
    ///
    /// # Errors
    /// [`Code::Busy`], [`Code::Storage`]; the file is untouched then.
    pub fn empty(&mut self) -> Result<()> {
        let transaction = self.write()?;
        // Until the end, or a table could not go before those that refer to it.
        transaction.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        let tables: Vec<String> = transaction
            .prepare(
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'",
            )?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for table in tables {
            transaction.execute_batch(&format!("DROP TABLE IF EXISTS \"{table}\""))?;
        }
        transaction.pragma_update(None, "user_version", 0)?;
        transaction.commit()?;
        // What was written before lies in the log file and in unused parts of pages yet. Another process that is reading keeps
        // it a little longer.
        self.rewrite().map(drop)
    }

    /// A transaction that holds the write lock from its start, so that it never fails half-way for being late.
    ///
    /// # Errors
    /// [`Code::Busy`], [`Code::Storage`].
    pub fn write(&mut self) -> Result<Transaction<'_>> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// Whether it is the file that is wrong: the key opens the copy of the identity beside it, or another page of its own.
fn is_key_right(path: &Path, key: &DatabaseKey) -> bool {
    Keepsake::read(path, key).is_ok_and(|kept| kept.is_some()) || key_fits(path, key, None)
}

/// Gives a new connection its key.
pub(super) fn unlock(connection: &Connection, key: &DatabaseKey) -> Result<()> {
    // Before all else: whatever comes next may meet another process's lock.
    connection.busy_timeout(BUSY_TIMEOUT)?;

    // A library does not print: what SQLCipher finds comes back as an error of ours.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;

    // Raw key bytes: a passphrase would cost every connection a key derivation of a quarter of a second.
    let mut pragma = format!("PRAGMA key = \"x'{}'\"", hex::encode(key.0));
    let keyed = connection.execute_batch(&pragma);
    pragma.zeroize();
    Ok(keyed?)
}

fn prepare(connection: &Connection, key: &DatabaseKey) -> Result<()> {
    unlock(connection, key)?;

    // The first read shows whether the key is right; everything later may rely on it.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;

    connection.execute_batch(
        // Readers and the writer do not wait for each other.
        "PRAGMA journal_mode = WAL;
         -- A save that returned survives a power cut.
         PRAGMA synchronous = FULL;
         -- Nothing of the database goes to an unencrypted temporary file; Android has no usable place for one either.
         PRAGMA temp_store = MEMORY;
         -- Erased contents are overwritten with zeros.
         PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON;
         -- A hostile file must not run code through its schema.
         PRAGMA trusted_schema = OFF;",
    )?;
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A plan depends on the statement, not on the values bound to it: none is prepared twice.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> DatabaseKey {
        DatabaseKey::from_bytes([byte; 32])
    }

    #[test]
    fn a_wrong_key_is_a_clear_error_and_harms_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("phone.db");
        drop(Database::open(&path, &key(1)).unwrap());
        let before = std::fs::read(&path).unwrap();
        assert_eq!(Database::open(&path, &key(2)).unwrap_err().code, Code::KeyWrong);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        Database::open(&path, &key(1)).unwrap();
    }

    #[test]
    fn nothing_in_the_file_is_readable_without_the_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("phone.db");
        let mut database = Database::open(&path, &key(1)).unwrap();
        let transaction = database.write().unwrap();
        transaction.execute("INSERT INTO meta VALUES ('note', 'purple umbrella')", []).unwrap();
        transaction.commit().unwrap();
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for plain in [&b"SQLite format 3"[..], b"purple umbrella", b"CREATE TABLE"] {
                assert!(!bytes.windows(plain.len()).any(|window| window == plain));
            }
        }
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("phone.db");
        let database = Database::open(&path, &key(1)).unwrap();
        database.connection().pragma_update(None, "user_version", 99).unwrap();
        drop(database);
        assert_eq!(Database::open(&path, &key(1)).unwrap_err().code, Code::SchemaNewer);
    }
}
