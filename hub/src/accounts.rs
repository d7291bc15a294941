//! Officers of the desk and their sessions, in a file of their own.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use liuye_core::domain::{Role, Text};
use liuye_core::env::Env;
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};
use rusqlite::{Connection, OptionalExtension};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS officers (
        name TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, person TEXT, password TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS sessions (
        token BLOB NOT NULL PRIMARY KEY, officer TEXT NOT NULL, csrf TEXT NOT NULL, began_at INTEGER NOT NULL, seen_at INTEGER NOT NULL
    ) STRICT;";

/// A session that nobody uses ends: a desk that somebody left.
const IDLE_MS: i64 = 60 * 60_000;

/// A session ends with the shift in any case.
const LIFETIME_MS: i64 = 12 * 60 * 60_000;

/// Whoever is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The login.
    pub officer: String,
    /// What they may do.
    pub role: Role,
    /// Whom of the personnel base they are; what they do is done under this name.
    pub person: Option<String>,
    /// What every form of theirs has to carry.
    pub csrf: String,
}

/// Officers and sessions.
pub struct Accounts {
    connection: Mutex<Connection>,
    env: Env,
    /// What an unknown name is held against, so that it takes as long as a known one.
    nobody: OnceLock<String>,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}

impl Accounts {
    pub(crate) fn open(path: &Path, env: Env) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection), env, nobody: OnceLock::new() })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an officer. Without a password one is made and returned: it is shown once.
    ///
    /// # Errors
    /// [`Code::Exists`] at `name`; [`Code::OutOfRange`] at `password` (at least 10 characters) or `role`.
    pub fn add(&self, name: &str, role: Role, person: Option<&str>, password: Option<&str>) -> Result<Option<String>> {
        let name = Text::required("name", name, 64)?;
        if !matches!(role, Role::Inspector | Role::Desk | Role::Commander | Role::Admin | Role::Auditor) {
            return Err(Error::field(Code::OutOfRange, "role", "inspector, desk, commander, admin or auditor"));
        }
        if password.is_some_and(|password| password.chars().count() < 10) {
            return Err(Error::field(Code::OutOfRange, "password", "at least 10 characters"));
        }
        let made = password.is_none().then(|| hex::encode(self.env.random::<8>()));
        let hash = hash(&self.env, made.as_deref().or(password).unwrap_or_default())?;
        let added = self.lock().execute(
            "INSERT OR IGNORE INTO officers (name, role, person, password) VALUES (?1, ?2, ?3, ?4)",
            (name.as_str(), role.as_str(), person, hash),
        )?;
        if added == 0 { Err(Error::field(Code::Exists, "name", "an officer has this name")) } else { Ok(made) }
    }

    /// Begins a session: the token for the cookie. The same work for a name that nobody has.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] where name or password is wrong; those of the store.
    pub fn log_in(&self, name: &str, password: &str) -> Result<String> {
        let stored: Option<String> =
            self.lock().query_row("SELECT password FROM officers WHERE name = ?1", [name], |row| row.get(0)).optional()?;
        let matches = match &stored {
            Some(stored) => verify(stored, password),
            None => verify(self.nobody()?, password),
        };
        if stored.is_none() || !matches {
            return Err(Error::new(Code::NotPermitted, "name or password is wrong"));
        }
        let token = hex::encode(self.env.random::<32>());
        let csrf = hex::encode(self.env.random::<16>());
        let now = self.env.clock.wall_ms();
        let connection = self.lock();
        connection.execute("DELETE FROM sessions WHERE seen_at < ?1 OR began_at < ?2", (now - IDLE_MS, now - LIFETIME_MS))?;
        connection.execute(
            "INSERT INTO sessions (token, officer, csrf, began_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?4)",
            (Digest::of(token.as_bytes()).0, name, csrf, now),
        )?;
        Ok(token)
    }

    /// Says whom of the personnel base an officer is.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `name` where no officer has it; those of the store.
    pub fn link(&self, name: &str, person: &str) -> Result<()> {
        let linked = self.lock().execute("UPDATE officers SET person = ?2 WHERE name = ?1", (name, person))?;
        if linked == 0 { Err(Error::field(Code::NotFound, "name", "no officer has this name")) } else { Ok(()) }
    }

    fn nobody(&self) -> Result<&str> {
        if self.nobody.get().is_none() {
            let _ = self.nobody.set(hash(&self.env, "nobody")?);
        }
        Ok(self.nobody.get().map_or("", String::as_str))
    }

    /// Whose session this is; none where it ended.
    ///
    /// # Errors
    /// Those of the store.
    pub fn session(&self, token: &str) -> Result<Option<Session>> {
        let now = self.env.clock.wall_ms();
        let digest = Digest::of(token.as_bytes()).0;
        let connection = self.lock();
        let found: Option<(String, String, Option<String>, String)> = connection
            .query_row(
                "SELECT officer, role, person, csrf FROM sessions JOIN officers ON name = officer WHERE token = ?1 AND seen_at >= ?2 AND began_at >= ?3",
                (digest, now - IDLE_MS, now - LIFETIME_MS),
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .optional()?;
        let Some((officer, role, person, csrf)) = found else { return Ok(None) };
        connection.execute("UPDATE sessions SET seen_at = ?2 WHERE token = ?1", (digest, now))?;
        Ok(Role::parse(&role).map(|role| Session { officer, role, person, csrf }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Those of the store.
    pub fn log_out(&self, token: &str) -> Result<()> {
        self.lock().execute("DELETE FROM sessions WHERE token = ?1", [Digest::of(token.as_bytes()).0])?;
        Ok(())
    }
}

fn hash(env: &Env, password: &str) -> Result<String> {
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &env.random::<16>());
    Ok(hashed.map_err(|_| Error::internal("a password can be hashed"))?.to_string())
}

fn verify(stored: &str, password: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}
