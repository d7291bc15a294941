//! The companion itself: opening, closing, suspending, and who may touch which connection when.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::Config;
use super::observe::{Changes, Observers};
use super::session::restart_waits;
use crate::domain::Text;
use crate::env::{Env, LogLevel, LogSink, NoLog, Transport};
use crate::log::{DeviceId, DeviceKey};
use crate::store::{Database, DatabaseKey, Keepsake, Lease, Meta};
use crate::{Code, Error, Result};

/// Two connections: the app reads while it, or a sync, writes. Whoever writes takes turns at the one writer: a second one could not
/// write at the same time either, and each would have to read anew whatever pages the other had written.
#[derive(Debug)]
struct Connections {
    writer: Mutex<Database>,
    reader: Mutex<Database>,
}

#[derive(Debug)]
enum Gate {
    Open(Box<Connections>),
    Suspended,
    Closed,
    Wiped,
}

/// One open database of one phone. Several may live in one process; all calls may come from any thread.
pub struct Companion {
    pub(super) path: PathBuf,
    pub(super) key: DatabaseKey,
    pub(super) device_name: String,
    pub(super) device_key: DeviceKey,
    pub(super) env: Env,
    pub(super) transport: Option<Arc<dyn Transport>>,
    log: Arc<dyn LogSink>,
    gate: RwLock<Gate>,
    pub(super) observers: Arc<Observers>,
    /// Held for as long as a sync runs.
    pub(super) syncing: Mutex<()>,
    pub(super) cancelled: AtomicBool,
    pub(super) lease: Lease,
}

impl std::fmt::Debug for Companion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Companion").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Companion {
    /// Opens the database, or makes it together with the device's key.
    ///
    /// # Errors
    /// [`Code::KeyWrong`], [`Code::SchemaNewer`], [`Code::Corrupt`] (then [`Companion::recover`] helps), [`Code::DiskFull`],
    /// [`Code::Storage`]; a refused device name at `device.name`.
    pub fn open(config: Config) -> Result<Self> {
        let device_name = Text::required("device.name", &config.device.name, 100)?.into_string();
        let env = config.env();
        let mut writer = Database::open(&config.path, &config.key)?;
        let device_key = device_key(&mut writer, &env)?;
        let connections = Connections::beside(writer, &config.key)?;
        let companion = Self {
            path: config.path,
            key: config.key,
            device_name,
            device_key,
            transport: config.transport,
            log: config.log_sink.unwrap_or_else(|| Arc::new(NoLog)),
            gate: RwLock::new(Gate::Open(Box::new(connections))),
            observers: Arc::new(Observers::default()),
            syncing: Mutex::new(()),
            cancelled: AtomicBool::new(false),
            lease: Lease::new(&env.new_id().to_string()),
            env,
        };
        companion.keep_identity();
        Ok(companion)
    }

    /// Ends what runs and closes the database. Every later call but this one gives [`Code::Closed`].
    ///
    /// # Errors
    /// None today.
    pub fn close(&self) -> Result<()> {
        self.leave(Gate::Closed);
        self.observers.end();
        Ok(())
    }

    /// Ends what runs and releases every lock of the database: for an app that goes to the background.
    ///
    /// # Errors
    /// [`Code::Closed`].
    pub fn suspend(&self) -> Result<()> {
        self.check_not_closed()?;
        self.leave(Gate::Suspended);
        Ok(())
    }

    /// Goes on after [`Companion::suspend`]. Does nothing where nothing is suspended.
    ///
    /// # Errors
    /// [`Code::Closed`], and those of [`Companion::open`].
    pub fn resume(&self) -> Result<()> {
        let mut gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        match *gate {
            Gate::Closed => Err(closed()),
            Gate::Wiped => Err(wiped()),
            Gate::Open(_) => Ok(()),
            Gate::Suspended => {
                let connections = Connections::beside(Database::open(&self.path, &self.key)?, &self.key)?;
                *gate = Gate::Open(Box::new(connections));
                Ok(())
            }
        }
    }

    /// Joins a running sync and every local call, then drops the connections and their locks.
    fn leave(&self, to: Gate) {
        self.cancel();
        let running = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        if !matches!((&*gate, &to), (Gate::Closed, _) | (Gate::Wiped, Gate::Suspended)) {
            *gate = to;
        }
        drop(gate);
        drop(running);
    }

    /// Ends a running sync soon, with [`Code::Cancelled`]. What it has stored stays.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        if let Some(transport) = &self.transport {
            transport.cancel();
        }
    }

    /// This phone's id.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device_key.device()
    }

    pub(super) fn check_not_closed(&self) -> Result<()> {
        match *self.gate.read().unwrap_or_else(PoisonError::into_inner) {
            Gate::Closed => Err(closed()),
            Gate::Wiped => Err(wiped()),
            _ => Ok(()),
        }
    }

    /// Reads what is committed.
    pub(super) fn read<T>(&self, read: impl FnOnce(&rusqlite::Connection) -> Result<T>) -> Result<T> {
        self.with(|connections| &connections.reader, |database| read(database.connection()))
    }

    /// Writes in one transaction, then tells the observers.
    pub(super) fn write<T>(&self, write: impl FnOnce(&rusqlite::Connection, &mut Changes) -> Result<T>) -> Result<T> {
        let mut changes = Changes::default();
        let output = self.maintain(|database| {
            let transaction = database.write()?;
            let output = write(&transaction, &mut changes)?;
            transaction.commit()?;
            Ok(output)
        })?;
        let failed = self.observers.notify(&changes);
        if failed > 0 {
            self.log(LogLevel::Warn, "observe", &format!("{failed} listeners failed"));
        }
        Ok(output)
    }

    /// Reads for whoever writes next: on the writing connection, which has the pages in memory that it wrote before.
    pub(super) fn read_to_write<T>(&self, read: impl FnOnce(&rusqlite::Connection) -> Result<T>) -> Result<T> {
        self.maintain(|database| read(database.connection()))
    }

    /// Works on the writing connection outside of a transaction.
    pub(super) fn maintain<T>(&self, work: impl FnOnce(&mut Database) -> Result<T>) -> Result<T> {
        self.with(|connections| &connections.writer, work)
    }

    fn with<T>(&self, pick: impl FnOnce(&Connections) -> &Mutex<Database>, work: impl FnOnce(&mut Database) -> Result<T>) -> Result<T> {
        let gate = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let connections = match &*gate {
            Gate::Open(connections) => connections,
            Gate::Suspended => return Err(Error::new(Code::Suspended, "call resume first")),
            Gate::Closed => return Err(closed()),
            Gate::Wiped => return Err(wiped()),
        };
        // A panic while the lock was held rolled its transaction back: the connection is as good as new.
        let mut database: MutexGuard<'_, Database> = pick(connections).lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = work(&mut database).map_err(|error| match error.code {
            // It opened the database: what it does not open now is damaged.
            Code::KeyWrong => Error::new(Code::Corrupt, "a page of the database is damaged"),
            _ => error,
        });
        if let Err(error) = &outcome
            && leaves_connection_broken(error.code)
            && let Ok(fresh) = Database::open(&self.path, &self.key)
        {
            *database = fresh;
        }
        outcome
    }

    /// Checks that the database is still this device's: another process may have wiped it.
    ///
    /// # Errors
    /// [`Code::Wiped`].
    pub(super) fn check_not_emptied(&self, connection: &rusqlite::Connection) -> Result<()> {
        let kept = Meta::DeviceKey.read::<String>(connection)?;
        if kept.is_some_and(|kept| kept == hex::encode(self.device_key.secret())) { Ok(()) } else { Err(wiped()) }
    }

    /// Empties the database while nobody else of this process is in it, and closes it for good.
    pub(super) fn empty(&self) -> Result<()> {
        let mut gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        if let Gate::Open(connections) = &mut *gate {
            // First: an empty database beside a copy of the identity passes for one that was damaged.
            Keepsake::forget(&self.path, &self.key)?;
            connections.writer.get_mut().unwrap_or_else(PoisonError::into_inner).empty()?;
            *gate = Gate::Wiped;
        }
        drop(gate);
        self.observers.end();
        Ok(())
    }

    pub(super) fn log(&self, level: LogLevel, target: &str, line: &str) {
        self.log.log(level, target, line);
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        self.observers.end();
    }
}

impl Connections {
    fn beside(writer: Database, key: &DatabaseKey) -> Result<Self> {
        let path = writer.path().to_owned();
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(Database::open(&path, key)?) })
    }
}

/// A cipher that once could not read a page refuses every later one: after such an error only a new connection works.
const fn leaves_connection_broken(code: Code) -> bool {
    matches!(code, Code::KeyWrong | Code::Corrupt | Code::Storage)
}

fn closed() -> Error {
    Error::new(Code::Closed, "the companion is closed")
}

pub(super) fn wiped() -> Error {
    Error::new(Code::Wiped, "the site ordered this phone to forget everything")
}

/// The device's key: made once, kept in the encrypted database alone.
fn device_key(database: &mut Database, env: &Env) -> Result<DeviceKey> {
    let transaction = database.write()?;
    if let Some(text) = Meta::DeviceKey.read::<String>(&transaction)? {
        restart_waits(&transaction, env)?;
        transaction.commit()?;
        let mut secret = [0; 32];
        hex::decode_to_slice(&text, &mut secret).map_err(|_| Error::new(Code::Corrupt, "the device key is not 32 bytes"))?;
        return Ok(DeviceKey::from_bytes(&secret));
    }
    let key = DeviceKey::generate(env);
    Meta::DeviceKey.write(&transaction, &hex::encode(key.secret()))?;
    transaction.commit()?;
    Ok(key)
}
