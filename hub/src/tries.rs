//! Failed tries within a minute, by whoever makes them: an address, a name.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Tries within a minute: a person who mistypes, not a machine that guesses.
const TRIES_A_MINUTE: u32 = 10;

/// Names that are remembered at most; beyond it the memory starts anew.
const MAX_NAMES: usize = 10_000;

/// How long to wait once there were too many, s.
pub(crate) const WAIT_S: u64 = 60;

/// Failed tries by name and minute. Nobody is locked out for longer than that minute.
#[derive(Debug, Default)]
pub(crate) struct Tries(Mutex<HashMap<String, (i64, u32)>>);

impl Tries {
    /// Whether this name may try now (UTC ms).
    pub(crate) fn may_try(&self, name: &str, now: i64) -> bool {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(name).is_none_or(|(minute, count)| *minute != now / 60_000 || *count < TRIES_A_MINUTE)
    }

    /// Remembers a failed try.
    pub(crate) fn failed(&self, name: &str, now: i64) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MAX_NAMES {
            tries.clear();
        }
        let entry = tries.entry(name.to_owned()).or_insert((now / 60_000, 0));
        *entry = if entry.0 == now / 60_000 { (entry.0, entry.1 + 1) } else { (now / 60_000, 1) };
    }
}
