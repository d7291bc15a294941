//! Makes a failing run smaller: fewer days, fewer phones, fewer kinds of trouble, as long as a promise still breaks.

use super::climate::Climate;
use super::world::run;

/// The smallest climate that was found in which this seed still breaks a promise.
#[must_use]
pub fn shrink(seed: u64, failing: Climate) -> Climate {
    let mut smallest = failing;
    while let Some(smaller) = steps(smallest).into_iter().find(|climate| run(seed, *climate).failure.is_some()) {
        smallest = smaller;
    }
    smallest
}

/// One step down in each direction, the largest first.
fn steps(climate: Climate) -> Vec<Climate> {
    let mut smaller = Vec::new();
    for phones in [climate.phones / 2, climate.phones.saturating_sub(1)] {
        smaller.push(Climate { phones, ..climate });
    }
    for days in [climate.days / 2, climate.days - 1] {
        smaller.push(Climate { days, ..climate });
    }
    smaller.push(Climate { hub_fault_in: 0, ..climate });
    smaller.push(Climate { phone_fault_in: 0, ..climate });
    smaller.push(Climate { line_fault_in: 0, ..climate });
    smaller.push(Climate { churn_in: 0, ..climate });
    smaller.push(Climate { restore_in: 0, ..climate });
    smaller.push(Climate { calls_in: 0, ..climate });
    smaller.push(Climate { platform_in: 0, ..climate });
    smaller.push(Climate { fork_in: 0, ..climate });
    smaller.push(Climate { meanwhile_in: 0, ..climate });
    smaller.push(Climate { upgrade_in: 0, ..climate });
    smaller.push(Climate { hubs: 1, ..climate });
    smaller.push(Climate { shared_in: 0, ..climate });
    smaller.push(Climate { erase_in: 0, ..climate });
    smaller.push(Climate { wipe_in: 0, ..climate });
    smaller.retain(|candidate| *candidate != climate && candidate.phones > 0 && candidate.days > 0);
    smaller
}
