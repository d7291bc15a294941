//! The hub as one or two processes on a simulated machine: the real router, called without a socket.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use liuye_core::domain::Kind;
use liuye_core::env::{Env, HttpRequest, HttpResponse};
use liuye_hub::ops::backup::{backup, restore};
use liuye_hub::{Edition, Hub};
use tokio::runtime::Runtime;

use super::chance::Chance;
use super::clock::{MachineClock, Time};
use crate::disk::{Machine, machine};
use crate::router::call;

/// As the real one.
const SWEEP_EVERY_MS: i64 = 3_600_000;

/// What yesterday's hub did not understand.
const YESTERDAY: Edition = Edition::without(&[
    Kind::HazardFind,
    Kind::HazardAssign,
    Kind::HazardStart,
    Kind::HazardRectify,
    Kind::HazardReinspect,
    Kind::HazardClose,
    Kind::CheckInReview,
    Kind::LossWithdraw,
]);

/// The hub's machine, and the processes on it while there are any. They share one ledger and nothing else.
pub(crate) struct HubMachine {
    pub(crate) folder: PathBuf,
    pub(crate) disk: Arc<Machine>,
    pub(crate) clock: Arc<MachineClock>,
    env: Env,
    chance: Chance,
    runtime: Runtime,
    count: usize,
    is_old: AtomicBool,
    swept_at: AtomicI64,
    processes: Mutex<Vec<(Hub, Router)>>,
}

impl HubMachine {
    pub(crate) fn new(folder: &Path, time: &Arc<Time>, seed: u64, count: usize) -> Self {
        let clock = Arc::new(MachineClock::new(time, "hub"));
        let env = Env { clock: Arc::clone(&clock) as _, rng: Arc::new(Chance::new(seed, 1)) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self {
            folder: folder.to_owned(),
            disk: machine(folder),
            clock,
            env,
            chance: Chance::new(seed, 4),
            runtime,
            count,
            is_old: AtomicBool::new(false),
            swept_at: AtomicI64::new(0),
            processes: Mutex::default(),
        }
    }

    /// Starts the machine and the hubs on it. A disk that fails at once leaves it down.
    pub(crate) fn start(&self) {
        self.disk.start();
        let edition = if self.is_old.load(Ordering::SeqCst) { YESTERDAY } else { Edition::default() };
        let open = || Hub::open_edition(&self.folder, self.env.clone(), edition);
        let Ok(hubs) = (0..self.count).map(|_| open()).collect::<Result<Vec<_>, _>>() else { return };
        // What a hub does at its start: it looks again at what an older one held.
        let swept = hubs.first().is_some_and(|hub| hub.sweep().is_ok());
        if swept {
            let with_router = |hub: Hub| (hub.clone(), liuye_hub::router(hub, false));
            *self.processes.lock().unwrap() = hubs.into_iter().map(with_router).collect();
        }
    }

    /// Ends the processes where the machine went down.
    pub(crate) fn notice_end(&self) -> bool {
        self.disk.is_down() && !std::mem::take(&mut *self.processes.lock().unwrap()).is_empty()
    }

    /// What a hub does by itself: what is due every second, and a sweep every hour. A disk that fails meanwhile is its process's
    /// trouble; what was left undone is done the next time.
    pub(super) fn chores(&self, now: i64) {
        let Some(hub) = self.hub() else { return };
        let _ = hub.tick();
        if now - self.swept_at.load(Ordering::SeqCst) >= SWEEP_EVERY_MS && hub.sweep().is_ok() {
            self.swept_at.store(now, Ordering::SeqCst);
        }
    }

    /// Replaces the hubs by those of another day: forward to today's, or back to yesterday's.
    pub(crate) fn change_edition(&self, is_old: bool) {
        self.is_old.store(is_old, Ordering::SeqCst);
        self.stop();
        self.start();
    }

    pub(crate) fn is_old(&self) -> bool {
        self.is_old.load(Ordering::SeqCst)
    }

    fn backup_folder(&self) -> PathBuf {
        self.folder.with_extension("backup")
    }

    /// Backs the hub up while it runs; an older backup goes.
    pub(crate) fn back_up(&self) -> bool {
        let Some(hub) = self.hub() else { return false };
        let folder = self.backup_folder();
        let _ = std::fs::remove_dir_all(&folder);
        machine(&folder).clear();
        backup(&hub, &folder).is_ok()
    }

    /// Loses the hub's disk, and puts the hub back from its last whole backup.
    pub(crate) fn put_back(&self) -> bool {
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

    /// Ends the processes in order.
    pub(crate) fn stop(&self) {
        self.processes.lock().unwrap().clear();
    }

    pub(crate) fn is_up(&self) -> bool {
        !self.disk.is_down() && !self.processes.lock().unwrap().is_empty()
    }

    /// The hub itself, while it runs.
    pub(crate) fn hub(&self) -> Option<Hub> {
        self.processes.lock().unwrap().first().map(|(hub, _)| hub.clone())
    }

    /// Lets one of the hubs take a request in. No answer where it is down, or goes down meanwhile.
    pub(crate) fn answer(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let router = {
            let processes = self.processes.lock().unwrap();
            let (_, router) = if processes.len() > 1 { self.chance.pick(&processes)? } else { processes.first()? };
            router.clone()
        };
        let answer = self.runtime.block_on(call(router, request));
        if self.disk.is_down() { None } else { answer }
    }
}
