//! Virtual time, and clocks that do not agree with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use liuye_core::env::Clock;

/// The true time of the simulated world, UTC ms. It only goes forward.
#[derive(Debug, Default)]
pub(crate) struct Time(AtomicI64);

impl Time {
    pub(crate) const fn at(ms: i64) -> Self {
        Self(AtomicI64::new(ms))
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn reach(&self, ms: i64) {
        self.0.fetch_max(ms, Ordering::SeqCst);
    }
}

/// The clock of a machine: its wall may be wrong by any time, its boot may end.
#[derive(Debug)]
pub(crate) struct MachineClock {
    time: Arc<Time>,
    name: String,
    wrong_by: AtomicI64,
    boot: AtomicU64,
    booted_at: AtomicI64,
}

impl MachineClock {
    pub(crate) fn new(time: &Arc<Time>, name: &str) -> Self {
        let booted_at = AtomicI64::new(time.now());
        Self { time: Arc::clone(time), name: name.to_owned(), wrong_by: AtomicI64::new(0), boot: AtomicU64::new(1), booted_at }
    }

    /// Sets the wall clock wrong by so many ms.
    pub(crate) fn set_wrong(&self, ms: i64) {
        self.wrong_by.store(ms, Ordering::SeqCst);
    }

    /// Begins another boot.
    pub(crate) fn reboot(&self) {
        self.boot.fetch_add(1, Ordering::SeqCst);
        self.booted_at.store(self.time.now(), Ordering::SeqCst);
    }

    /// When a time of this wall clock is in truth.
    pub(crate) fn true_time(&self, wall: i64) -> i64 {
        wall - self.wrong_by.load(Ordering::SeqCst)
    }
}

impl Clock for MachineClock {
    fn wall_ms(&self) -> i64 {
        self.time.now() + self.wrong_by.load(Ordering::SeqCst)
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.time.now() - self.booted_at.load(Ordering::SeqCst)).unwrap_or(0)
    }

    fn boot_id(&self) -> String {
        format!("{}-boot-{}", self.name, self.boot.load(Ordering::SeqCst))
    }
}
