//! Searching and P1 together: an index that breaks off anywhere is finished by the next search, and nothing is missed or found twice.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use liuye_core::companion::{Companion, Config, DatabaseKey, LostReportDraft};
use liuye_tests::disk::{self, Fault, Keep, machine};
use liuye_tests::lost_keys;

/// More than a search looks through without an index.
const MANY: usize = 70;

fn phone(folder: &Path) -> Companion {
    Companion::open(Config::new(folder.join("phone.db"), DatabaseKey::from_bytes([7; 32]), "a phone of the tests")).unwrap()
}

fn report(phone: &Companion, description: String) {
    let draft = LostReportDraft {
        description,
        place: "河街".to_owned(),
        lost_from: "2026-01-01T10:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T11:00:00+08:00".to_owned(),
        ..lost_keys()
    };
    phone.lost().report(draft).unwrap();
}

fn found(phone: &Companion, text: &str) -> usize {
    phone.search(text, &[], 200).unwrap().len()
}

/// Whether the fault came while the first search indexed what was saved.
fn holds_after(prepared: &Path, folder: &Path, n: u64, fault: Fault) -> bool {
    let machine = machine(folder);
    disk::machine(prepared).copy_to(folder);
    let companion = phone(folder);
    machine.plan(n, fault);
    let during = companion.search("钥匙", &[], 200).map(|found| found.len());
    let came = !machine.unplan();
    assert!(during.as_ref().is_err() || during == Ok(MANY), "{fault:?} at call {n}: {during:?}");
    drop(companion);
    machine.start();
    let companion = phone(folder);
    report(&companion, "另一串钥匙".to_owned());
    assert_eq!(
        (found(&companion, "钥匙"), found(&companion, "另一串"), found(&companion, "69")),
        (MANY + 1, 1, 1),
        "{fault:?} at call {n}"
    );
    came
}

#[test]
fn an_index_that_breaks_off_anywhere_is_finished_by_the_next_search() {
    disk::install();
    let (prepared, folder) = (Path::new("/search/prepared"), Path::new("/search/phone"));
    machine(prepared).start();
    let companion = phone(prepared);
    (0..MANY).for_each(|number| report(&companion, format!("钥匙 {number}")));
    drop(companion);
    let mut n = 1;
    let faults = [Fault::Kill, Fault::PowerCut(Keep::Nothing), Fault::Error, Fault::PowerCut(Keep::Some(7)), Fault::Full];
    while holds_after(prepared, folder, n, faults[usize::try_from(n).unwrap() % faults.len()]) {
        n += 1;
    }
    assert!(n > 20, "{n} calls");
}
