//! A phone's clock that a test moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use liuye_core::env::{Clock, SystemClock};

/// The system's clock, to which a test adds: time that passes, a wall clock that is set, a reboot.
#[derive(Debug, Default)]
pub struct HandClock {
    system: SystemClock,
    passed_ms: AtomicU64,
    set_by_ms: AtomicI64,
    boot: AtomicU64,
    booted_at: AtomicU64,
}

impl HandClock {
    /// The system's clock, whose wall is so many ms ahead.
    #[must_use]
    pub fn ahead(ms: i64) -> Arc<Self> {
        let clock = Self::default();
        clock.set_wall_by(ms);
        Arc::new(clock)
    }

    /// Lets so many ms pass.
    pub fn pass(&self, ms: u64) {
        self.passed_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the wall clock, by so many ms.
    pub fn set_wall_by(&self, ms: i64) {
        self.set_by_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Begins another boot.
    pub fn reboot(&self) {
        self.booted_at.store(self.running(), Ordering::SeqCst);
        self.boot.fetch_add(1, Ordering::SeqCst);
    }

    fn running(&self) -> u64 {
        self.system.elapsed_ms() + self.passed_ms.load(Ordering::SeqCst)
    }
}

impl Clock for HandClock {
    fn wall_ms(&self) -> i64 {
        let passed = i64::try_from(self.passed_ms.load(Ordering::SeqCst)).unwrap();
        self.system.wall_ms() + passed + self.set_by_ms.load(Ordering::SeqCst)
    }

    fn elapsed_ms(&self) -> u64 {
        self.running() - self.booted_at.load(Ordering::SeqCst)
    }

    fn boot_id(&self) -> String {
        format!("{}-{}", self.system.boot_id(), self.boot.load(Ordering::SeqCst))
    }
}
