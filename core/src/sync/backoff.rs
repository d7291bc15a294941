//! How long to wait after a failure: exponential with full jitter, so that 800 phones do not come back together.

use super::policy::{BACKOFF_BASE_MS, BACKOFF_CAP_MS};

/// A wait in ms after so many failures in a row (1 for the first), from 64 random bits.
///
/// Uniform between 0 and the doubled base, capped; never under the hub's own wish.
#[must_use]
pub fn wait_ms(failures: u32, random: u64, hub_wish_ms: u64) -> u64 {
    let ceiling = BACKOFF_BASE_MS.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(BACKOFF_CAP_MS);
    // A hub under load asks for a time: spread the herd beyond it, not before it.
    hub_wish_ms.saturating_add(random % (ceiling + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_cap_and_spread_over_the_whole_range() {
        assert!((0..1000).all(|random| wait_ms(1, random * 7919, 0) <= BACKOFF_BASE_MS));
        assert_eq!(wait_ms(1, BACKOFF_BASE_MS, 0), BACKOFF_BASE_MS);
        assert_eq!(wait_ms(3, 4 * BACKOFF_BASE_MS, 0), 4 * BACKOFF_BASE_MS);
        assert_eq!(wait_ms(60, BACKOFF_CAP_MS, 0), BACKOFF_CAP_MS);
        assert_eq!(wait_ms(5, 0, 0), 0);
    }

    #[test]
    fn the_hubs_wish_is_a_floor() {
        assert!(wait_ms(1, 0, 7_000) >= 7_000);
    }
}
