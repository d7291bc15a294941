//! What an app gives to open a companion.

use std::path::PathBuf;
use std::sync::Arc;

pub use crate::store::DatabaseKey;

use crate::env::{Clock, Env, LogSink, Rng, SystemClock, SystemRng, Transport};

/// What the desk shows for this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Such as `Pixel 9, Android 16`; 1 to 100 characters.
    pub name: String,
}

/// What an app gives to open a companion.
#[derive(Clone)]
pub struct Config {
    /// The database file. Photos live inside it. SQLite keeps two more files beside it, and `…-identity` holds under the same key
    /// what makes this phone this phone: back up, move or remove all of them together.
    pub path: PathBuf,
    /// The key that opens it, from the platform's keystore.
    pub key: DatabaseKey,
    /// What the desk shows for this device.
    pub device: DeviceInfo,
    /// The host's HTTP client. Without one, everything works but enrolment and sync.
    pub transport: Option<Arc<dyn Transport>>,
    /// The clocks; the system's own where absent.
    pub clock: Option<Arc<dyn Clock>>,
    /// The randomness; the system's own where absent. For simulations.
    pub rng: Option<Arc<dyn Rng>>,
    /// Where log lines go; nowhere where absent.
    pub log_sink: Option<Arc<dyn LogSink>>,
}

impl Config {
    /// A configuration with the system's clock and randomness, no transport and no log.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, key: DatabaseKey, device_name: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            key,
            device: DeviceInfo { name: device_name.into() },
            transport: None,
            clock: None,
            rng: None,
            log_sink: None,
        }
    }

    /// Clock and randomness, the system's own where none was given.
    pub(super) fn env(&self) -> Env {
        Env {
            clock: self.clock.clone().unwrap_or_else(|| Arc::new(SystemClock::new())),
            rng: self.rng.clone().unwrap_or_else(|| Arc::new(SystemRng)),
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("path", &self.path).field("device", &self.device).finish_non_exhaustive()
    }
}
