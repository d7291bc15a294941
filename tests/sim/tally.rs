//! What a run counted.

use std::collections::BTreeMap;
use std::fmt;

/// Figures of one run, or of many together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Days that phones lived through, in ms of simulated time.
    pub phone_ms: u64,
    /// Operations that a save promised.
    pub operations: u64,
    /// Milestones that took effect at the hub.
    pub milestones: u64,
    /// Movements of leaflets that took effect at the hub.
    pub movements: u64,
    /// Duty posts that passed on.
    pub handovers: u64,
    /// Steps of the hub's clock.
    pub steps: u64,
    /// Operations that took effect at the hub, by kind.
    pub kinds: BTreeMap<String, u64>,
    /// What went wrong, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Promised operations that are nowhere.
    pub lost: u64,
    /// Operations that took effect more than once.
    pub doubled: u64,
    /// Operations and photos that did not move when everything had healed.
    pub stuck: u64,
}

impl Tally {
    /// Adds another run.
    pub fn add(&mut self, other: &Self) {
        self.phone_ms += other.phone_ms;
        self.operations += other.operations;
        self.milestones += other.milestones;
        self.movements += other.movements;
        self.handovers += other.handovers;
        self.steps += other.steps;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.stuck += other.stuck;
        for (kind, count) in &other.kinds {
            *self.kinds.entry(kind.clone()).or_default() += count;
        }
        for (fault, count) in &other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
    }

    /// Whole days that phones lived through.
    #[must_use]
    pub const fn phone_days(&self) -> u64 {
        self.phone_ms / 86_400_000
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "phone-days {} · operations {}", self.phone_days(), self.operations)?;
        write!(f, " · milestones {} · leaflets moved {} · handovers {}", self.milestones, self.movements, self.handovers)?;
        write!(f, " · steps of the clock {} · faults", self.steps)?;
        for (fault, count) in &self.faults {
            write!(f, " {fault} {count}")?;
        }
        write!(f, " · lost {} · doubled {} · stuck {}", self.lost, self.doubled, self.stuck)
    }
}
