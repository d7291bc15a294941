//! A machine: its files, whether it runs, and what is about to go wrong with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use super::node::Node;

/// What a power cut leaves of what was written and not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: the disk held it all back.
    Nothing,
    /// Everything: the disk happened to be done.
    Everything,
    /// Some sectors of some writes, drawn from this seed: torn pages, writes out of order.
    Some(u64),
}

/// What goes wrong at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process ends there; the operating system still writes what it was given.
    Kill,
    /// The power goes.
    PowerCut(Keep),
    /// This one call fails; the next may work.
    Error,
    /// This one call finds the disk full, where it writes.
    Full,
}

/// A folder of files with one power supply.
#[derive(Debug, Default)]
pub struct Machine {
    /// Files by their whole path.
    files: Mutex<BTreeMap<String, Arc<Node>>>,
    /// Grows with each end of the machine: what was opened before is dead.
    life: AtomicU64,
    down: AtomicBool,
    calls: AtomicU64,
    /// The call at which something goes wrong, and what.
    plan: Mutex<Option<(u64, Fault)>>,
    /// Bytes that fit on the disk; 0 for as many as one likes.
    quota: AtomicU64,
    lies: AtomicBool,
}

static MACHINES: LazyLock<Mutex<BTreeMap<String, Arc<Machine>>>> = LazyLock::new(Mutex::default);

/// The machine whose folder this is.
#[must_use]
pub fn machine(folder: &Path) -> Arc<Machine> {
    let name = folder.to_string_lossy().into_owned();
    Arc::clone(MACHINES.lock().unwrap().entry(name).or_default())
}

/// The machine on which a file lies.
pub(super) fn machine_of(path: &str) -> Arc<Machine> {
    machine(Path::new(path).parent().unwrap_or_else(|| Path::new("")))
}

impl Machine {
    /// Calls to the disk so far, reading and writing.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// Lets something go wrong at the n-th call from now, from 1 on.
    pub fn plan(&self, n: u64, fault: Fault) {
        *self.plan.lock().unwrap() = Some((self.calls() + n, fault));
    }

    /// Forgets what was planned. Returns whether it is still to come.
    pub fn unplan(&self) -> bool {
        self.plan.lock().unwrap().take().is_some()
    }

    /// Ends the processes of the machine: what they wrote is there, what they held in memory is not.
    pub fn kill(&self) {
        self.end(None);
    }

    /// Cuts the power.
    pub fn cut_power(&self, keep: Keep) {
        self.end(Some(keep));
    }

    fn end(&self, keep: Option<Keep>) {
        self.life.fetch_add(1, Ordering::SeqCst);
        self.down.store(true, Ordering::SeqCst);
        for node in self.files.lock().unwrap().values() {
            node.forget_processes();
            if let Some(keep) = keep {
                node.lose_unsynced(keep);
            }
        }
    }

    /// Lets the machine run again.
    pub fn start(&self) {
        self.unplan();
        self.down.store(false, Ordering::SeqCst);
    }

    /// Whether the machine stands still.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::SeqCst)
    }

    /// Lets the disk hold so many bytes more than it does; none for as many as one likes.
    pub fn limit_growth(&self, bytes: Option<u64>) {
        self.quota.store(bytes.map_or(0, |bytes| self.bytes() + bytes), Ordering::SeqCst);
    }

    /// A disk that says that it synced, and did not. For showing that a test can fail.
    pub fn lie_about_syncs(&self, lies: bool) {
        self.lies.store(lies, Ordering::SeqCst);
    }

    /// How many bytes the files have.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.lock().unwrap().values().map(|node| node.len()).sum()
    }

    /// The contents of every file, as a reader of the raw disk would see them.
    #[must_use]
    pub fn contents(&self) -> Vec<(String, Vec<u8>)> {
        self.files.lock().unwrap().iter().map(|(path, node)| (path.clone(), node.bytes())).collect()
    }

    /// Copies every file to another folder's machine, which is cleared before: a clone, a backup, a restore.
    pub fn copy_to(&self, folder: &Path) {
        let copies: Vec<_> = self.contents();
        let target = machine(folder);
        target.clear();
        target.down.store(false, Ordering::SeqCst);
        let mut files = target.files.lock().unwrap();
        for (path, bytes) in copies {
            if let Some(name) = Path::new(&path).file_name() {
                files.insert(folder.join(name).to_string_lossy().into_owned(), Arc::new(Node::with_bytes(bytes)));
            }
        }
    }

    /// Puts a file on the disk, whole and synced.
    pub fn put(&self, path: &Path, bytes: Vec<u8>) {
        self.files.lock().unwrap().insert(path.to_string_lossy().into_owned(), Arc::new(Node::with_bytes(bytes)));
    }

    /// Removes every file.
    pub fn clear(&self) {
        self.life.fetch_add(1, Ordering::SeqCst);
        self.files.lock().unwrap().clear();
    }

    /// Changes the bytes of a file, as a failing disk does.
    pub fn damage(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(node) = self.find(&path.to_string_lossy()) {
            node.damage(change);
        }
    }

    pub(super) fn life(&self) -> u64 {
        self.life.load(Ordering::SeqCst)
    }

    pub(super) fn lies(&self) -> bool {
        self.lies.load(Ordering::SeqCst)
    }

    /// Whether there is no room for so many bytes more.
    pub(super) fn is_full(&self, more: u64) -> bool {
        let quota = self.quota.load(Ordering::SeqCst);
        quota > 0 && more > 0 && self.bytes() + more > quota
    }

    /// Counts a call. Returns what goes wrong at it; a machine that ends has ended by then.
    pub(super) fn call(&self) -> Option<Fault> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = {
            let mut plan = self.plan.lock().unwrap();
            if plan.is_none_or(|(at, _)| at != call) {
                return None;
            }
            plan.take().map(|(_, fault)| fault)
        };
        match fault {
            Some(Fault::Kill) => self.kill(),
            Some(Fault::PowerCut(keep)) => self.cut_power(keep),
            _ => {}
        }
        fault
    }

    pub(super) fn find(&self, path: &str) -> Option<Arc<Node>> {
        self.files.lock().unwrap().get(path).map(Arc::clone)
    }

    pub(super) fn find_or_make(&self, path: &str) -> Arc<Node> {
        Arc::clone(self.files.lock().unwrap().entry(path.to_owned()).or_default())
    }

    pub(super) fn remove(&self, path: &str) -> bool {
        self.files.lock().unwrap().remove(path).is_some()
    }
}
