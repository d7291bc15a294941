//! The simulated district keeps its promises, from many seeds.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use std::time::{Duration, Instant};

use liuye_core::domain::Kind;
use liuye_tests::sim::{Climate, Regression, Sabotage, Tally, run, run_sabotaged};

/// So many seeds, or so long, whichever is shorter; `cargo xtask sim` goes on from there.
const SEEDS: u64 = 300;
const PATIENCE: Duration = Duration::from_secs(90);

#[test]
fn a_district_keeps_its_promises_whatever_goes_wrong() {
    let started = Instant::now();
    let mut tally = Tally::default();
    for seed in (1..=SEEDS).take_while(|_| started.elapsed() < PATIENCE) {
        let outcome = run(seed, Climate::of(seed));
        assert_eq!(outcome.failure, None, "seed {seed}; look at it with `cargo xtask sim --seeds 1 --from {seed} --trail`");
        tally.add(&outcome.tally);
    }
    // A run in which nothing goes wrong proves nothing.
    assert!(tally.phone_days() > 100 && tally.operations > 500 && tally.faults.len() > 20, "{tally}");
    assert!(tally.milestones > 0 && tally.steps > 20, "{tally}");
    assert_eq!((tally.lost, tally.doubled, tally.stuck), (0, 0, 0));
}

#[test]
fn what_a_failing_run_once_taught_stays_learned() {
    let kept = Regression::all();
    assert!(!kept.is_empty());
    for (name, regression) in kept {
        let outcome = run(regression.seed, regression.climate);
        assert_eq!(outcome.failure, None, "{name}: {}", regression.taught);
    }
}

#[test]
fn the_same_seed_gives_the_same_run_to_the_byte() {
    for seed in [3, 12] {
        let climate = Climate { days: 2, ..Climate::of(seed) };
        let (one, other) = (run(seed, climate), run(seed, climate));
        assert_eq!(one.trail, other.trail, "seed {seed}");
        assert_eq!(one.digest, other.digest, "seed {seed}");
    }
    assert_ne!(run(3, Climate::of(3)).digest, run(4, Climate::of(3)).digest);
}

/// The negative controls: each is a way to break a promise, and the checks that passed above have to notice it.
#[test]
fn the_checks_notice_what_is_broken_on_purpose() {
    for (sabotage, told) in [
        (Sabotage::LyingPhoneDisks, "lost"),
        (Sabotage::HastyAcknowledgement, "not at the hub"),
        (Sabotage::SkippedChange, "differ"),
        (Sabotage::DeafHub, "stuck"),
    ] {
        let noticed = (1..40).find_map(|seed| {
            let climate = Climate { phones: 3, days: 3, deed_minutes: 60, phone_fault_in: 6, hub_fault_in: 8, ..Climate::of(seed) };
            run_sabotaged(seed, climate, Some(sabotage)).failure.filter(|failure| failure.contains(told))
        });
        assert!(noticed.is_some(), "{sabotage:?} went unnoticed");
    }
}

fn holds(seeds: std::ops::Range<u64>, climate: impl Fn(Climate) -> Climate) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let outcome = run(seed, climate(Climate::of(seed)));
        assert_eq!(outcome.failure, None, "seed {seed}");
        tally.add(&outcome.tally);
    }
    tally
}

#[test]
fn p06_every_operation_is_in_one_place_after_every_step() {
    let tally = holds(1_000..1_006, |climate| Climate { phones: 6, days: 2, deed_minutes: 40, phone_fault_in: 10, ..climate });
    assert!(tally.operations > 300, "{tally}");
}

#[test]
fn leaflets_move_and_posts_pass_on_whatever_goes_wrong() {
    let tally = holds(1_300..1_302, |climate| Climate { phones: 7, days: 2, deed_minutes: 40, calls_in: 8, platform_in: 1, ..climate });
    assert!(tally.movements > 10 && tally.handovers > 0, "{tally}");
}

/// Kinds that no simulated day brings forth, and why.
const NOT_SIMULATED: [(Kind, &str); 3] = [
    (Kind::FoundForfeit, "a year has to pass first"),
    (Kind::FoundDispose, "a year has to pass first"),
    (Kind::HazardEvidence, "an operator's browser sends it, and the hub writes it by its own device: tests/operator_link.rs"),
];

#[test]
fn every_kind_that_a_phone_can_write_takes_effect_in_some_simulated_district() {
    let calm = Climate { line_fault_in: 60, ..Climate::calm() };
    let busy = Climate { phones: 8, days: 2, deed_minutes: 20, calls_in: 5, platform_in: 4, found_in: 5, work_in: 2, ..calm };
    let tally = holds(1_400..1_403, |_| busy);
    for (kind, why) in NOT_SIMULATED {
        assert!(!tally.kinds.contains_key(kind.as_str()), "{kind} does occur, though {why}");
    }
    let missing: Vec<_> = Kind::ALL
        .iter()
        .filter(|kind| !tally.kinds.contains_key(kind.as_str()) && NOT_SIMULATED.iter().all(|(but, _)| but != *kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?} never took effect; {:?} did", tally.kinds);
}

#[test]
fn p07_the_queue_empties_by_itself_once_the_network_heals() {
    let tally = holds(1_100..1_106, |climate| Climate { phones: 4, days: 2, line_fault_in: 2, hub_fault_in: 15, ..climate });
    assert!(tally.faults["answer_lost"] > 20, "{tally}");
}

#[test]
fn p10_what_a_phone_may_no_longer_see_goes_and_what_it_has_not_sent_stays() {
    let tally = holds(1_200..1_206, |climate| Climate { phones: 6, days: 2, deed_minutes: 60, churn_in: 5, ..climate });
    assert!(tally.faults["scope_change"] > 20, "{tally}");
}
