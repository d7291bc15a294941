//! P2: an operation takes effect exactly once, whatever becomes of the requests that carry it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::companion::{Companion, LostReportDraft, SyncReason};
use liuye_tests::{District, FaultyTransport, Mishap, RawPhone, lost_keys, open_phone};

fn report(phone: &Companion, what: &str) {
    let draft = LostReportDraft { description: what.to_owned(), ..lost_keys() };
    phone.lost().report(draft).unwrap();
}

#[test]
fn p02_an_operation_takes_effect_once_whatever_becomes_of_its_request() {
    let district = District::open();
    let mut written = 0;
    for mishap in [Mishap::RequestLost, Mishap::AnswerLost, Mishap::Repeated] {
        for position in 0..4 {
            let mut mishaps = vec![Mishap::None; position];
            mishaps.push(mishap);
            let name = format!("{mishap:?}-{position}");
            let phone = open_phone(&district.phone_path(&name), Arc::new(FaultyTransport::new(&mishaps)));
            report(&phone, "before enrolment");
            let code = district.code(None);
            while phone.enrol(&district.url(), &code).is_err() {}
            for round in 0..3 {
                report(&phone, &format!("round {round}"));
                while phone.sync(SyncReason::User).unwrap().blocked_reason.is_some() {}
            }
            written += 4;
            let outbox = phone.outbox().unwrap();
            assert_eq!((outbox.pending, outbox.applied), (0, 5), "{name}");
        }
    }
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE kind = 'loss.report'"), written);
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), written);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p02_two_hubs_on_one_ledger_take_an_operation_once() {
    let district = District::open();
    let first = RawPhone::enrol(&district, None);
    let second = first.at(&district.second_hub());
    let site = district.hub().site().unwrap();
    let mut log = Vec::new();
    let mut last = first.genesis();
    for seq in 1..=40 {
        let operation = first.loss(seq, last, "tourist");
        last = operation.hash;
        log.push(operation);
    }
    std::thread::scope(|scope| {
        for phone in [&first, &second, &first, &second] {
            scope.spawn(|| {
                for end in (4..=log.len()).step_by(4) {
                    // Each sends everything so far, as a phone does that heard no answer.
                    assert_eq!(phone.sync(&site, &log[..end]).status, 200);
                }
            });
        }
    });
    assert_eq!(district.count("SELECT count(*) FROM operations"), 40);
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 40);
    assert_eq!(district.count("SELECT count(*) FROM repeats"), 0);
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// A hub that forgets at once what it has taken in, and how far.
const FORGETFUL: &str = "
    CREATE TRIGGER forgets_operations AFTER INSERT ON operations BEGIN
        UPDATE operations SET id = id || hex(randomblob(8)), seq = abs(random()) WHERE site = NEW.site AND id = NEW.id; END;
    CREATE TRIGGER forgets_how_far AFTER UPDATE OF acked_seq ON branches BEGIN
        UPDATE branches SET acked_seq = OLD.acked_seq, acked_hash = OLD.acked_hash
        WHERE site = NEW.site AND device = NEW.device AND epoch = NEW.epoch; END;";

/// How many operations a hub took in of four that came twice.
fn taken_in(sabotage: &str) -> u64 {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let site = district.hub().site().unwrap();
    district.ledger().execute_batch(sabotage).unwrap();
    let mut log = Vec::new();
    let mut last = phone.genesis();
    for seq in 1..=4 {
        let operation = phone.loss(seq, last, "tourist");
        last = operation.hash;
        log.push(operation);
    }
    for _ in 0..2 {
        assert_eq!(phone.sync(&site, &log).status, 200);
    }
    district.count("SELECT count(*) FROM entries WHERE what = 'operation'")
}

/// The negative control, and beside it what it controls.
#[test]
fn p02_the_count_notices_a_hub_that_forgets_what_it_took_in() {
    assert_eq!(taken_in(""), 4);
    assert_eq!(taken_in(FORGETFUL), 8);
}
