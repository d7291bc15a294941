//! Times on the monotonic clock: a wall clock that is set must neither shorten a wait nor put it off by years.

use serde::{Deserialize, Serialize};

use crate::env::Env;

/// A time on the monotonic clock of one boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moment {
    boot_id: String,
    elapsed_ms: u64,
}

impl Moment {
    /// So many ms from now.
    pub(super) fn after(env: &Env, wait_ms: u64) -> Self {
        Self { boot_id: env.clock.boot_id(), elapsed_ms: env.clock.elapsed_ms().saturating_add(wait_ms) }
    }

    /// How long until then, ms; after a reboot there is nothing left to wait for.
    pub(super) fn remaining(&self, env: &Env) -> u64 {
        if self.is_of_this_boot(env) { self.elapsed_ms.saturating_sub(env.clock.elapsed_ms()) } else { 0 }
    }

    /// How long ago that was, ms; none where nobody can tell: before a reboot, or on a clock that began anew.
    pub(super) fn ago(&self, env: &Env) -> Option<u64> {
        if self.is_of_this_boot(env) { env.clock.elapsed_ms().checked_sub(self.elapsed_ms) } else { None }
    }

    /// Whether the phone runs since.
    pub(super) fn is_of_this_boot(&self, env: &Env) -> bool {
        self.boot_id == env.clock.boot_id()
    }
}
