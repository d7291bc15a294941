//! What a host gives to open a companion.

use std::sync::Arc;

use liuye_core::companion as core;
use liuye_core::env::SystemClock;
use zeroize::Zeroize;

use crate::error::Result;
use crate::traits::{Clock, HostClock, HostLog, HostTransport, LogSink, Transport};

/// Which database, and for whom.
#[derive(Clone, uniffi::Record)]
pub struct OpenConfig {
    /// The database file. Photos live inside it; SQLite keeps two more files beside it.
    pub path: String,
    /// The 32 bytes that open it, from the platform's keystore.
    pub key: Vec<u8>,
    /// What the desk shows for this device, such as `Pixel 9, Android 16`; 1 to 100 characters.
    pub device_name: String,
}

impl std::fmt::Debug for OpenConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenConfig").field("path", &self.path).field("device_name", &self.device_name).finish_non_exhaustive()
    }
}

pub(crate) fn config(
    mut open: OpenConfig,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    log_sink: Option<Arc<dyn LogSink>>,
) -> Result<core::Config> {
    let key = core::DatabaseKey::from_slice(&open.key);
    open.key.zeroize();
    let mut config = core::Config::new(open.path, key?, open.device_name);
    if let Some(transport) = transport {
        config.transport = Some(Arc::new(HostTransport(transport)));
    }
    if let Some(host) = clock {
        config.clock = Some(Arc::new(HostClock { host, fallback: SystemClock::new() }));
    }
    if let Some(log_sink) = log_sink {
        config.log_sink = Some(Arc::new(HostLog(log_sink)));
    }
    Ok(config)
}
