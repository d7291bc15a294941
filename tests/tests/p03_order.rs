//! P3: a device's operations are taken in its order, with no hole below an acknowledgement.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_tests::{District, RawPhone, problem};
use proptest::prelude::*;

const LOG: u64 = 9;

/// Sends pieces of a log in any order to a hub, and holds it against the oracle after each.
fn holds(sabotage: &str, pieces: &[(u64, u64)]) -> Result<(), TestCaseError> {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let site = district.hub().site().unwrap();
    district.ledger().execute_batch(sabotage).unwrap();
    let mut log = Vec::new();
    let mut last = phone.genesis();
    for seq in 1..=LOG {
        let operation = phone.loss(seq, last, "tourist");
        last = operation.hash;
        log.push(operation);
    }
    // The oracle: how far a hub of this description has the log.
    let mut acked = 0;
    for (first, len) in pieces.iter().copied() {
        let end = (first + len - 1).min(LOG);
        let piece = &log[usize::try_from(first - 1).unwrap()..usize::try_from(end).unwrap()];
        let answer = phone.sync(&site, piece);
        if first > acked + 1 {
            let (status, code, body) = problem(&answer);
            prop_assert_eq!((status, code.as_str(), body["expected_seq"].as_u64()), (409, "sequence_gap", Some(acked + 1)));
        } else {
            acked = acked.max(end);
            prop_assert_eq!(problem(&answer).2["acked"]["seq"].as_u64(), Some(acked));
            prop_assert_eq!(problem(&answer).2["verdicts"].as_array().unwrap().len(), piece.len());
        }
        prop_assert_eq!(district.count("SELECT count(*) FROM operations"), acked);
        prop_assert_eq!(district.count("SELECT coalesce(max(seq), 0) FROM operations"), acked);
    }
    prop_assert_eq!(district.faults(), Vec::<String>::new());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn p03_pieces_of_a_log_in_any_order_leave_no_hole(pieces in prop::collection::vec((1..=LOG, 1..=4_u64), 1..12)) {
        holds("", &pieces)?;
    }
}

/// The negative controls: a hub that acknowledges what it does not store, and one that stores what it does not acknowledge.
#[test]
fn p03_the_oracle_notices_a_hole_below_an_acknowledgement_and_one_that_is_too_low() {
    let drops = "CREATE TRIGGER drops AFTER INSERT ON operations WHEN NEW.seq = 3 BEGIN DELETE FROM operations WHERE id = NEW.id; END";
    let lags = "CREATE TRIGGER lags AFTER UPDATE OF acked_seq ON branches BEGIN
        UPDATE branches SET acked_seq = OLD.acked_seq, acked_hash = OLD.acked_hash WHERE device = NEW.device; END";
    let pieces = [(1, 4), (5, 4)];
    holds("", &pieces).unwrap();
    for sabotage in [drops, lags] {
        assert!(holds(sabotage, &pieces).is_err(), "{sabotage}");
    }
}
