//! Tries within a span of time, by whoever makes them: an address, a name.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Tries within a minute: a person who mistypes, not a machine that guesses.
const TRIES_A_MINUTE: u32 = 10;

/// Names that are remembered at most; beyond it the memory starts anew.
const MAX_NAMES: usize = 10_000;

/// Phones that enrol by a public code from one address in an hour: a bus of tourists behind one router, not a machine.
const PHONES_AN_HOUR: u32 = 60;

/// Sendings of photos by one link in an hour: a shopkeeper who forgot a photo, not a machine that fills the disk.
const SENDINGS_AN_HOUR: u32 = 12;

/// How long to wait once there were too many, s.
pub(crate) const WAIT_S: u64 = 60;

/// Tries by name and span of time. Nobody is locked out for longer than that span.
#[derive(Debug)]
pub(crate) struct Tries {
    span_ms: i64,
    most: u32,
    made: Mutex<HashMap<String, (i64, u32)>>,
}

/// Ten wrong guesses a minute.
impl Default for Tries {
    fn default() -> Self {
        Self { span_ms: 60_000, most: TRIES_A_MINUTE, made: Mutex::default() }
    }
}

impl Tries {
    /// Enrolments by a public code.
    pub(crate) fn of_phones() -> Self {
        Self { span_ms: 3_600_000, most: PHONES_AN_HOUR, made: Mutex::default() }
    }

    /// Photos by a venue operator's link.
    pub(crate) fn of_sendings() -> Self {
        Self { span_ms: 3_600_000, most: SENDINGS_AN_HOUR, made: Mutex::default() }
    }

    /// Whether this name may try now (UTC ms).
    pub(crate) fn may_try(&self, name: &str, now: i64) -> bool {
        let tries = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(name).is_none_or(|(span, count)| *span != now / self.span_ms || *count < self.most)
    }

    /// Remembers a failed try.
    pub(crate) fn failed(&self, name: &str, now: i64) {
        self.count(name, now);
    }

    /// Remembers something of which there may be only so much.
    pub(crate) fn count(&self, name: &str, now: i64) {
        let span = now / self.span_ms;
        let mut tries = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MAX_NAMES {
            tries.clear();
        }
        let entry = tries.entry(name.to_owned()).or_insert((span, 0));
        *entry = if entry.0 == span { (span, entry.1 + 1) } else { (span, 1) };
    }
}
