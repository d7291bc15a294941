//! The hub as a process on a simulated machine: the real router, called without a socket.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use liuye_core::env::{Env, HttpRequest, HttpResponse};
use liuye_hub::Hub;
use liuye_hub::ops::backup::{backup, restore};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::chance::Chance;
use super::clock::{MachineClock, Time};
use crate::disk::{Machine, machine};

/// Where phones believe the hub to be.
pub(super) const URL: &str = "http://hub.test";

/// The hub's machine, and the process on it while there is one.
pub(super) struct HubMachine {
    pub(super) folder: PathBuf,
    pub(super) disk: Arc<Machine>,
    pub(super) clock: Arc<MachineClock>,
    env: Env,
    runtime: Runtime,
    process: Mutex<Option<(Hub, Router)>>,
}

impl HubMachine {
    pub(super) fn new(folder: &Path, time: &Arc<Time>, seed: u64) -> Self {
        let clock = Arc::new(MachineClock::new(time, "hub"));
        let env = Env { clock: Arc::clone(&clock) as _, rng: Arc::new(Chance::new(seed, 1)) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { folder: folder.to_owned(), disk: machine(folder), clock, env, runtime, process: Mutex::new(None) }
    }

    /// Starts the machine and the hub on it. A disk that fails at once leaves it down.
    pub(super) fn start(&self) {
        self.disk.start();
        if let Ok(hub) = Hub::open(&self.folder, self.env.clone()) {
            let router = liuye_hub::router(hub.clone(), false);
            *self.process.lock().unwrap() = Some((hub, router));
        }
    }

    /// Ends the process where the machine went down.
    pub(super) fn notice_end(&self) -> bool {
        self.disk.is_down() && self.process.lock().unwrap().take().is_some()
    }

    fn backup_folder(&self) -> PathBuf {
        self.folder.with_extension("backup")
    }

    /// Backs the hub up while it runs; an older backup goes.
    pub(super) fn back_up(&self) -> bool {
        let Some(hub) = self.hub() else { return false };
        let folder = self.backup_folder();
        let _ = std::fs::remove_dir_all(&folder);
        machine(&folder).clear();
        backup(&hub, &folder).is_ok()
    }

    /// Loses the hub's disk, and puts the hub back from its last whole backup.
    pub(super) fn put_back(&self) -> bool {
        let folder = self.backup_folder();
        if !folder.join("backup.json").exists() {
            return false;
        }
        self.stop();
        self.disk.kill();
        self.disk.clear();
        self.disk.start();
        let _ = std::fs::remove_dir_all(&self.folder);
        restore(&folder, &self.folder, self.env.clone()).unwrap();
        self.start();
        true
    }

    /// Ends the process in order.
    pub(super) fn stop(&self) {
        self.process.lock().unwrap().take();
    }

    pub(super) fn is_up(&self) -> bool {
        !self.disk.is_down() && self.process.lock().unwrap().is_some()
    }

    /// The hub itself, while it runs.
    pub(super) fn hub(&self) -> Option<Hub> {
        self.process.lock().unwrap().as_ref().map(|(hub, _)| hub.clone())
    }

    /// Lets the hub take a request in. No answer where it is down, or goes down meanwhile.
    pub(super) fn answer(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let router = self.process.lock().unwrap().as_ref().map(|(_, router)| router.clone())?;
        let path = request.url.strip_prefix(URL)?;
        let mut builder = axum::http::Request::builder().method(request.method.as_str()).uri(path);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let mut message = builder.body(Body::from(request.body.clone())).ok()?;
        message.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        let answer = self.runtime.block_on(async {
            let response = router.oneshot(message).await.ok()?;
            let (head, body) = response.into_parts();
            let headers = head.headers.iter();
            let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
            let body = axum::body::to_bytes(body, usize::MAX).await.ok()?.to_vec();
            Some(HttpResponse { status: head.status.as_u16(), headers, body })
        });
        if self.disk.is_down() { None } else { answer }
    }
}
