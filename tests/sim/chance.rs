//! Chance from a seed.

use std::sync::Mutex;

use liuye_core::env::Rng;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A stream of chance. Two streams of one seed do not disturb each other.
pub(crate) struct Chance(Mutex<Pcg64Mcg>);

impl Chance {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(Mutex::new(Pcg64Mcg::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream)))
    }

    /// True once in so many times; never for 0.
    pub(crate) fn one_in(&self, times: u32) -> bool {
        times > 0 && self.0.lock().unwrap().random_range(0..times) == 0
    }

    /// A whole number of the range.
    pub(crate) fn of(&self, range: std::ops::Range<u64>) -> u64 {
        self.0.lock().unwrap().random_range(range)
    }

    /// A time of the range, ms.
    pub(crate) fn ms(&self, range: std::ops::Range<i64>) -> i64 {
        self.0.lock().unwrap().random_range(range)
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { of.get(self.of(0..of.len() as u64) as usize) }
    }
}

impl Rng for Chance {
    fn fill(&self, target: &mut [u8]) {
        self.0.lock().unwrap().fill(target);
    }
}
