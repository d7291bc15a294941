//! P1: a save that returned survives a kill and a power cut, wherever in the save it comes.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use liuye_core::companion::{Companion, Config, DatabaseKey, LostReportDraft, Page};
use liuye_core::domain::ItemCategory;
use liuye_tests::disk::{self, Fault, Keep, machine};
use liuye_tests::lost_keys;

fn phone(folder: &Path) -> liuye_core::Result<Companion> {
    Companion::open(Config::new(folder.join("phone.db"), DatabaseKey::from_bytes([7; 32]), "a phone of the tests"))
}

fn save(phone: &Companion, what: &str) -> liuye_core::Result<String> {
    let draft = LostReportDraft {
        category: ItemCategory::Other,
        description: what.to_owned(),
        place: "the river street".to_owned(),
        lost_from: "2026-10-01T10:00:00+08:00".to_owned(),
        lost_to: "2026-10-01T11:00:00+08:00".to_owned(),
        ..lost_keys()
    };
    Ok(phone.lost().report(draft)?.operation.to_string())
}

fn saved(phone: &Companion) -> Vec<String> {
    phone.operations(Page { limit: 100, offset: 0 }).unwrap().iter().map(|entry| entry.operation.to_string()).collect()
}

/// Saves until the fault comes, opens again, and says which of what was promised is gone; none where the fault did not come.
fn lost_after(folder: &Path, n: u64, fault: Fault) -> Option<Vec<String>> {
    let machine = machine(folder);
    machine.clear();
    machine.start();
    let companion = phone(folder).unwrap();
    let mut promised = vec![save(&companion, "before").unwrap()];
    machine.plan(n, fault);
    promised.extend(save(&companion, "during"));
    promised.extend(save(&companion, "after"));
    let came = !machine.unplan();
    if !machine.is_down() {
        // Whatever one call did to it, the companion goes on.
        promised.push(save(&companion, "at last").unwrap());
    }
    drop(companion);
    machine.start();
    let companion = phone(folder).unwrap();
    let there = saved(&companion);
    promised.push(save(&companion, "later").unwrap());
    assert!(there.len() <= 4, "something was stored twice");
    promised.retain(|id| !saved(&companion).contains(id));
    came.then_some(promised)
}

fn every_call(folder: &str, fault: impl Fn(u64) -> Fault) -> u64 {
    let folder = PathBuf::from(folder);
    let mut n = 0;
    loop {
        n += 1;
        match lost_after(&folder, n, fault(n)) {
            Some(lost) => assert_eq!(lost, Vec::<String>::new(), "call {n}"),
            None => return n,
        }
    }
}

#[test]
fn p01_a_save_that_returned_survives_a_kill_at_every_call_to_the_disk() {
    disk::install();
    assert!(every_call("/p01/kill", |_| Fault::Kill) > 10);
}

#[test]
fn p01_a_save_that_returned_survives_a_power_cut_at_every_call_to_the_disk() {
    disk::install();
    assert!(every_call("/p01/nothing", |_| Fault::PowerCut(Keep::Nothing)) > 10);
    assert!(every_call("/p01/everything", |_| Fault::PowerCut(Keep::Everything)) > 10);
    for seed in 0..4 {
        assert!(every_call("/p01/torn", |n| Fault::PowerCut(Keep::Some(n * 31 + seed))) > 10);
    }
}

#[test]
fn p01_a_call_that_fails_loses_nothing_that_returned() {
    disk::install();
    assert!(every_call("/p01/error", |_| Fault::Error) > 10);
    assert!(every_call("/p01/full", |_| Fault::Full) > 10);
}

/// The negative control: a disk that lies about its syncs loses what returned, and the same check notices.
#[test]
fn p01_the_check_notices_a_disk_that_does_not_sync() {
    disk::install();
    let folder = PathBuf::from("/p01/lies");
    machine(&folder).lie_about_syncs(true);
    let noticed = (1..40).any(|n| {
        let machine = machine(&folder);
        let outcome = std::panic::catch_unwind(|| lost_after(&folder, n, Fault::PowerCut(Keep::Nothing)));
        machine.start();
        !matches!(outcome, Ok(None)) && outcome.as_ref().map_or(true, |lost| lost.as_ref().is_some_and(|lost| !lost.is_empty()))
    });
    assert!(noticed);
}
