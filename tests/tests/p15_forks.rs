//! P15: an edited, dropped, reordered or forked log is detected; and both halves of a fork go on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use liuye_core::companion::{Companion, LostReportDraft, SyncReason};
use liuye_core::native::NativeTransport;
use liuye_tests::{District, lost_keys, open_phone};

fn report(phone: &Companion, what: &str) -> String {
    let draft = LostReportDraft { description: what.to_owned(), ..lost_keys() };
    phone.lost().report(draft).unwrap().operation.to_string()
}

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    assert_eq!(phone.outbox().unwrap().pending, 0);
}

fn open(path: &Path) -> Companion {
    open_phone(path, Arc::new(NativeTransport::new()))
}

/// A phone with three records at the hub, closed.
fn a_phone(district: &District, name: &str) -> std::path::PathBuf {
    let phone = district.phone(name);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    for number in 0..3 {
        report(&phone, &format!("{name} {number}"));
    }
    sync(&phone);
    district.phone_path(name)
}

fn has(district: &District, id: &str) -> bool {
    district.count(&format!("SELECT count(*) FROM operations WHERE id = '{id}'")) == 1
}

#[test]
fn p15_each_way_to_alter_the_evidence_is_found() {
    let alterations = [
        ("a body", "UPDATE operations SET content = replace(content, 'by the lake', 'at the lake') WHERE seq = 3"),
        ("a time", "UPDATE operations SET content = replace(content, '\"recorded_at\":1', '\"recorded_at\":2') WHERE seq = 2"),
        ("a name", "UPDATE operations SET content = replace(content, '\"actor\":\"tourist\"', '\"actor\":\"p-001\"') WHERE seq = 3"),
        ("an operation that is dropped", "DELETE FROM operations WHERE seq = 3"),
        ("the last one dropped", "DELETE FROM operations WHERE seq = 4"),
        ("two in another order", "UPDATE operations SET seq = CASE seq WHEN 2 THEN 103 ELSE 102 END WHERE seq IN (2, 3)"),
        ("the acknowledgement", "UPDATE branches SET acked_seq = acked_seq - 1"),
        ("the signed head", "UPDATE branches SET head_hash = zeroblob(32)"),
        ("an entry", "UPDATE entries SET at = at + 1 WHERE what = 'operation'"),
        ("an entry that is dropped", "DELETE FROM entries WHERE position = 5"),
        ("the head", "UPDATE sites SET head_hash = zeroblob(32)"),
        ("a document", "UPDATE documents SET body = replace(body, 'by the lake', 'at the lake') WHERE kind = 'lost_report'"),
    ];
    for (what, sql) in alterations {
        let district = District::open();
        a_phone(&district, "phone");
        assert_eq!(district.faults(), Vec::<String>::new(), "what nobody altered is sound");
        assert!(district.ledger().execute(sql, []).unwrap() > 0, "{what}: {sql}");
        assert!(!district.faults().is_empty(), "{what} went unnoticed");
    }
}

/// The negative control: what is no evidence may change, and nobody is alarmed.
#[test]
fn p15_what_is_no_evidence_is_not_taken_for_an_alteration() {
    let district = District::open();
    a_phone(&district, "phone");
    for sql in ["UPDATE devices SET last_seen = last_seen + 1, name = 'another name'", "UPDATE enrol_codes SET uses_left = 0"] {
        assert!(district.ledger().execute(sql, []).unwrap() > 0, "{sql}");
    }
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p15_a_cloned_phone_and_its_clone_both_go_on_and_nothing_is_lost_or_doubled() {
    let district = District::open();
    let path = a_phone(&district, "phone");
    let clone = district.phone_path("clone");
    std::fs::copy(&path, &clone).unwrap();
    let (one, other) = (open(&path), open(&clone));
    let mut written = Vec::new();
    for round in 0..3 {
        for (name, phone) in [("one", &one), ("other", &other)] {
            written.push(report(phone, &format!("{name} {round}")));
            sync(phone);
        }
    }
    assert!(written.iter().all(|id| has(&district, id)));
    assert_eq!(district.count("SELECT count(*) FROM operations"), 4 + 6);
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 3 + 6);
    assert_eq!(district.count("SELECT count(*) FROM branches"), 3, "the common one, and one for each");
    assert_eq!(district.count("SELECT count(*) FROM branches WHERE frozen_at IS NOT NULL"), 1);
    assert_eq!(district.count("SELECT count(*) FROM entries WHERE what = 'fork'"), 2, "the desk sees it");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p15_a_phone_from_an_old_backup_goes_on_at_its_first_sync() {
    let district = District::open();
    let path = a_phone(&district, "phone");
    let backup = district.phone_path("backup");
    std::fs::copy(&path, &backup).unwrap();
    let phone = open(&path);
    let after_the_backup = report(&phone, "after the backup");
    sync(&phone);
    phone.close().unwrap();
    drop(phone);
    std::fs::copy(&backup, &path).unwrap();

    // It has nothing to send, and notices all the same.
    let phone = open(&path);
    sync(&phone);
    assert_eq!(district.count("SELECT count(*) FROM branches"), 2);
    let written = report(&phone, "after the restore");
    sync(&phone);
    sync(&phone);
    assert!(has(&district, &after_the_backup) && has(&district, &written));
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 5);
    assert_eq!(district.count("SELECT count(*) FROM branches"), 2, "once is enough");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p15_what_a_clone_sends_again_takes_effect_once() {
    let district = District::open();
    let path = a_phone(&district, "phone");
    let phone = open(&path);
    // Not sent yet when the phone is cloned: both have it.
    let shared = report(&phone, "shared");
    phone.close().unwrap();
    drop(phone);
    let clone = district.phone_path("clone");
    std::fs::copy(&path, &clone).unwrap();
    let (one, other) = (open(&path), open(&clone));
    let own = report(&other, "its own");
    sync(&one);
    report(&one, "the first's own");
    sync(&one);
    sync(&other);
    assert!(has(&district, &shared) && has(&district, &own));
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 6);
    assert_eq!(other.outbox().unwrap().applied, 6);
    assert_eq!(district.faults(), Vec::<String>::new());
}
