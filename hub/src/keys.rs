//! The key store: a file of its own, whose backups expire within days. Without it the ledger holds no contact.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use liuye_core::env::Env;
use liuye_core::log::{DeviceKey, Salt};
use liuye_core::{Code, Error, Result};
use rusqlite::{Connection, OptionalExtension};

use crate::ledger::rewrite;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS subjects (operation TEXT NOT NULL PRIMARY KEY, key BLOB NOT NULL, salt BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS sites (site TEXT NOT NULL PRIMARY KEY, tag_secret BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS nfc (site TEXT NOT NULL, checkpoint TEXT NOT NULL, key BLOB NOT NULL, PRIMARY KEY (site, checkpoint)) STRICT;";

/// What a site cannot do without: its QR tags and its word to phones are signed with it.
pub(crate) const LASTING: &[&str] = &["sites", "nfc"];

/// What makes contacts readable: its backups expire.
pub(crate) const PASSING: &[&str] = &["subjects"];

/// Copies tables of one key store into another, which is made where it is not there.
pub(crate) fn copy_tables(from: &Path, to: &Path, tables: &[&str]) -> Result<()> {
    let mut connection = Connection::open(to)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch("PRAGMA secure_delete = ON;")?;
    connection.execute_batch(SCHEMA)?;
    connection.execute("ATTACH ?1 AS source", [from.to_string_lossy()])?;
    let transaction = connection.transaction()?;
    for table in tables {
        transaction.execute(&format!("INSERT OR REPLACE INTO main.{table} SELECT * FROM source.{table}"), [])?;
    }
    Ok(transaction.commit()?)
}

/// Keys by subject, by site and by tag.
pub(crate) struct Keys(Mutex<Connection>);

impl Keys {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seals a contact under a new key of its operation's subject. The key is durable before the contact is.
    pub(crate) fn seal(&self, env: &Env, operation: &str, salt: Salt, contact: &str) -> Result<Vec<u8>> {
        let key: [u8; 32] = env.random();
        let nonce: [u8; 24] = env.random();
        self.lock().execute("INSERT OR REPLACE INTO subjects (operation, key, salt) VALUES (?1, ?2, ?3)", (operation, key, salt.0))?;
        let sealed = XChaCha20Poly1305::new(&Key::from(key))
            .encrypt(&XNonce::from(nonce), contact.as_bytes())
            .map_err(|_| Error::internal("sealing has no failure"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens a sealed contact, with the salt of its digest. None where its key was destroyed.
    pub(crate) fn unseal(&self, operation: &str, sealed: &[u8]) -> Result<Option<(Salt, String)>> {
        let found: Option<([u8; 32], [u8; 16])> = self
            .lock()
            .query_row("SELECT key, salt FROM subjects WHERE operation = ?1", [operation], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((key, salt)) = found else { return Ok(None) };
        let broken = || Error::new(Code::Corrupt, "a sealed contact does not open");
        let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or_else(broken)?;
        let opened = XChaCha20Poly1305::new(&Key::from(key)).decrypt(&XNonce::from(*nonce), sealed).map_err(|_| broken())?;
        Ok(Some((Salt(salt), String::from_utf8(opened).map_err(|_| broken())?)))
    }

    /// Destroys the key and the salt of an operation's subject: what was sealed under it is noise from now on.
    pub(crate) fn destroy(&self, operation: &str) -> Result<()> {
        self.lock().execute("DELETE FROM subjects WHERE operation = ?1", [operation])?;
        Ok(())
    }

    /// Writes the file anew without the traces of destroyed keys. False where another connection was reading.
    pub(crate) fn scrub(&self) -> Result<bool> {
        rewrite(&self.lock())
    }

    /// What a site's QR tags are signed with; made at the first use.
    pub(crate) fn tag_key(&self, env: &Env, site: &str) -> Result<DeviceKey> {
        let connection = self.lock();
        connection.execute("INSERT OR IGNORE INTO sites (site, tag_secret) VALUES (?1, ?2)", (site, env.random::<32>()))?;
        let secret: [u8; 32] = connection.query_row("SELECT tag_secret FROM sites WHERE site = ?1", [site], |row| row.get(0))?;
        Ok(DeviceKey::from_bytes(&secret))
    }

    /// Keeps the key of a checkpoint's NFC tag.
    pub(crate) fn set_nfc_key(&self, site: &str, checkpoint: &str, key: [u8; 16]) -> Result<()> {
        self.lock().execute("INSERT OR REPLACE INTO nfc (site, checkpoint, key) VALUES (?1, ?2, ?3)", (site, checkpoint, key))?;
        Ok(())
    }

    /// The key of a checkpoint's NFC tag.
    pub(crate) fn nfc_key(&self, site: &str, checkpoint: &str) -> Result<Option<[u8; 16]>> {
        let sql = "SELECT key FROM nfc WHERE site = ?1 AND checkpoint = ?2";
        Ok(self.lock().query_row(sql, (site, checkpoint), |row| row.get(0)).optional()?)
    }
}
