//! What a phone has to know to be the same phone after its database is lost: a second file, under the same key.
//!
//! It also tells a wrong key from a damaged database: a key that opens one of the two files is right.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::open::unlock;
use super::salvage::{FileSalt, beside};
use super::{DatabaseKey, Meta, stored};
use crate::{Code, Result};

/// Beside the database.
const SUFFIX: &str = "-identity";

/// The copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keepsake {
    /// The device's secret key, hexadecimal.
    pub(crate) device_key: String,
    /// The enrolment's JSON, where there is one.
    pub(crate) enrolment: Option<String>,
    /// The salt of the database's cipher, hexadecimal: without it none of its pages opens.
    pub(crate) salt: String,
}

impl Keepsake {
    /// The copy beside a database; none where there is none.
    ///
    /// # Errors
    /// [`crate::Code::KeyWrong`] where the key does not open it, or it is damaged; those of the store.
    pub(crate) fn read(path: &Path, key: &DatabaseKey) -> Result<Option<Self>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match Connection::open_with_flags(beside(path, SUFFIX), flags) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => return Ok(None),
            opened => opened?,
        };
        unlock(&connection, key)?;
        if !connection.table_exists(None, "keepsake")? {
            return Ok(None);
        }
        let text: Option<String> = connection.query_row("SELECT value FROM keepsake", [], |row| row.get(0)).optional()?;
        text.map(|text| stored(&text)).transpose()
    }

    /// What a database says of itself; none before the device has its key.
    pub(crate) fn of(connection: &Connection) -> Result<Option<Self>> {
        let Some(device_key) = Meta::DeviceKey.read(connection)? else { return Ok(None) };
        let enrolment = Meta::Enrolment.read::<Box<serde_json::value::RawValue>>(connection)?.map(|json| json.get().to_owned());
        let salt = connection.query_row("PRAGMA cipher_salt", [], |row| row.get(0))?;
        Ok(Some(Self { device_key, enrolment, salt }))
    }

    /// Writes the copy where it is another one. A file that cannot be read is written anew: the database's word counts.
    pub(crate) fn write(&self, path: &Path, key: &DatabaseKey) -> Result<()> {
        let kept = Self::read(path, key);
        if kept.as_ref().is_ok_and(|kept| kept.as_ref() == Some(self)) {
            return Ok(());
        }
        let file = beside(path, SUFFIX);
        if kept.is_err_and(|error| matches!(error.code, Code::KeyWrong | Code::Corrupt)) {
            set_aside(&file);
        }
        let connection = Connection::open(file)?;
        unlock(&connection, key)?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; BEGIN IMMEDIATE")?;
        connection
            .execute_batch("CREATE TABLE IF NOT EXISTS keepsake (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL) STRICT")?;
        connection.execute("INSERT OR REPLACE INTO keepsake (id, value) VALUES (1, ?1)", [serde_json::to_string(self)?])?;
        connection.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Forgets the copy: what is opened next is a new phone. One that cannot be read any more goes as a whole file.
    pub(crate) fn forget(path: &Path, key: &DatabaseKey) -> Result<()> {
        match Self::read(path, key) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => {
                let connection = Connection::open(beside(path, SUFFIX))?;
                unlock(&connection, key)?;
                Ok(connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; DROP TABLE keepsake; VACUUM")?)
            }
            Err(error) if matches!(error.code, Code::KeyWrong | Code::Corrupt) => {
                std::fs::remove_file(beside(path, SUFFIX)).map_err(|_| error)
            }
            Err(error) => Err(error),
        }
    }

    /// The salt as bytes.
    pub(crate) fn file_salt(&self) -> Option<FileSalt> {
        let mut salt = FileSalt::default();
        hex::decode_to_slice(&self.salt, &mut salt).ok()?;
        Some(salt)
    }
}

/// A copy that nobody can read is no reason to lose what made it.
fn set_aside(file: &Path) {
    // Where it cannot be moved, writing it anew fails too, and says so.
    let _ = std::fs::rename(file, beside(file, ".unreadable"));
}
