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

/// Wrong tracking codes from one address in a minute: a family behind one router that mistypes, not a machine that guesses. A code
/// has 80 bits: the limit is for the load, not for the secret.
const CODES_A_MINUTE: u32 = 20;

/// Wrong tracking codes in a minute in all; beyond it an address has one. No address is ever shut out by what others try.
const CODES_A_MINUTE_IN_ALL: u32 = 2_000;

/// Losses reported from one address in an hour: a hotel or a ship behind one router on a bad day, not a machine that fills the disk.
const REPORTS_AN_HOUR: u32 = 40;

/// Losses reported in an hour in all: ten a minute is more than a district loses, and less than harms a disk.
const REPORTS_AN_HOUR_IN_ALL: u32 = 600;

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

    /// Wrong tracking codes, by address.
    pub(crate) fn of_codes() -> Self {
        Self { span_ms: 60_000, most: CODES_A_MINUTE, made: Mutex::default() }
    }

    /// Wrong tracking codes of everybody.
    pub(crate) fn of_all_codes() -> Self {
        Self { span_ms: 60_000, most: CODES_A_MINUTE_IN_ALL, made: Mutex::default() }
    }

    /// Losses reported without an account, by address.
    pub(crate) fn of_reports() -> Self {
        Self { span_ms: 3_600_000, most: REPORTS_AN_HOUR, made: Mutex::default() }
    }

    /// Losses reported without an account by everybody.
    pub(crate) fn of_all_reports() -> Self {
        Self { span_ms: 3_600_000, most: REPORTS_AN_HOUR_IN_ALL, made: Mutex::default() }
    }

    /// Whether this name has tried nothing in this span.
    pub(crate) fn is_new(&self, name: &str, now: i64) -> bool {
        let tries = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(name).is_none_or(|(span, count)| *span != now / self.span_ms || *count == 0)
    }

    /// Whether this name may try now (UTC ms).
    pub(crate) fn may_try(&self, name: &str, now: i64) -> bool {
        let tries = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(name).is_none_or(|(span, count)| *span != now / self.span_ms || *count < self.most)
    }

    /// Takes one of the tries that this name has, where it has any.
    pub(crate) fn take(&self, name: &str, now: i64) -> bool {
        let may = self.may_try(name, now);
        if may {
            self.count(name, now);
        }
        may
    }

    /// Gives a try back that was none.
    pub(crate) fn give_back(&self, name: &str, now: i64) {
        let mut tries = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((span, count)) = tries.get_mut(name)
            && *span == now / self.span_ms
        {
            *count = count.saturating_sub(1);
        }
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
