//! A hub on a simulated disk, called without a socket, and the line that leads to it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use axum::Router;
use liuye_core::env::{Env, HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::sync::wire::SyncAnswer;
use liuye_hub::Hub;
use rusqlite::Connection;
use tokio::runtime::Runtime;

use crate::disk::{Machine, machine};
use crate::router::call;

/// A hub whose databases lie on a [`Machine`], and whose photos lie in a real folder of the same name.
pub struct InlineHub {
    folder: PathBuf,
    runtime: Runtime,
    process: Mutex<Option<(Hub, Router)>>,
    /// How far it acknowledged the first branch of a device's log, in answers that left it.
    acked: Mutex<u64>,
}

impl InlineHub {
    /// A hub in this folder, not started yet. [`crate::disk::install`] comes first.
    #[must_use]
    pub fn new(folder: &Path) -> Arc<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Arc::new(Self { folder: folder.to_owned(), runtime, process: Mutex::default(), acked: Mutex::new(0) })
    }

    /// The disk.
    #[must_use]
    pub fn disk(&self) -> Arc<Machine> {
        machine(&self.folder)
    }

    /// Starts the machine and the hub on it. False where the disk fails at once.
    pub fn start(&self) -> bool {
        self.disk().start();
        self.open()
    }

    /// Starts the hub on a machine that runs.
    pub fn open(&self) -> bool {
        let opened = Hub::open(&self.folder, Env::system());
        let process = opened.ok().map(|hub| (hub.clone(), liuye_hub::router(hub, false)));
        let is_up = process.is_some();
        *self.process.lock().unwrap() = process;
        is_up
    }

    /// Ends the process.
    pub fn stop(&self) {
        self.process.lock().unwrap().take();
    }

    /// The hub itself, while it runs.
    #[must_use]
    pub fn hub(&self) -> Option<Hub> {
        self.process.lock().unwrap().as_ref().map(|(hub, _)| hub.clone())
    }

    /// The seq up to which answers that left the hub acknowledged a log.
    #[must_use]
    pub fn acked(&self) -> u64 {
        *self.acked.lock().unwrap()
    }

    /// How many rows a query counts in the ledger.
    #[must_use]
    pub fn count(&self, sql: &str) -> u64 {
        Connection::open(self.folder.join("ledger.db")).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// What the hub makes of a request; nothing where it is down, or goes down meanwhile.
    #[must_use]
    pub fn answer(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let router = self.process.lock().unwrap().as_ref().map(|(_, router)| router.clone())?;
        let answer = self.runtime.block_on(call(router, request));
        answer.filter(|_| !self.disk().is_down())
    }

    /// Remembers what an answer acknowledges.
    fn note(&self, answer: &HttpResponse) {
        if let Ok(answer) = serde_json::from_slice::<SyncAnswer>(&answer.body) {
            let mut acked = self.acked.lock().unwrap();
            *acked = answer.acked.seq.max(*acked);
        }
    }
}

/// A line to an [`InlineHub`], for as long as there is one.
pub struct InlineLine(Weak<InlineHub>);

impl InlineLine {
    /// A line to this hub.
    #[must_use]
    pub fn to(hub: &Arc<InlineHub>) -> Arc<Self> {
        Arc::new(Self(Arc::downgrade(hub)))
    }
}

impl Transport for InlineLine {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let hub = self.0.upgrade().ok_or(TransportError::Offline)?;
        let answer = hub.answer(&request).ok_or(TransportError::LineCut)?;
        hub.note(&answer);
        Ok(answer)
    }
}

/// Answers first and writes down later, by asking a copy of the hub: what a hub that acknowledges before it commits would do.
pub struct HastyLine {
    hub: Weak<InlineHub>,
    copy: PathBuf,
}

impl HastyLine {
    /// A line to a hub that promises what a copy of it in the folder `copy` would do, before it does it.
    #[must_use]
    pub fn to(hub: &Arc<InlineHub>, copy: &Path) -> Arc<Self> {
        Arc::new(Self { hub: Arc::downgrade(hub), copy: copy.to_owned() })
    }
}

impl Transport for HastyLine {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let hub = self.hub.upgrade().ok_or(TransportError::Offline)?;
        if hub.disk().is_down() {
            return Err(TransportError::Offline);
        }
        hub.disk().copy_to(&self.copy);
        let hasty = InlineHub::new(&self.copy);
        hasty.start();
        let answer = hasty.answer(&request).ok_or(TransportError::LineCut)?;
        hub.note(&answer);
        let _ = hub.answer(&request);
        Ok(answer)
    }
}
