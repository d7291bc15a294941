//! P1 in what rewrites whole files: making and migrating a database, and moving pages from the log to their places. Wherever it
//! ends, the next opening finds everything.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use liuye_core::companion::{Companion, Config, DatabaseKey, LostReportDraft, Page};
use liuye_core::domain::{DocumentKind, ItemCategory};
use liuye_core::env::Env;
use liuye_hub::{Hub, ops};
use liuye_tests::disk::{self, Fault, Keep, Machine, machine};
use liuye_tests::{District, lost_keys, repository};
use rusqlite::Connection;

/// What goes wrong, once at each call. A kill leaves what a power cut leaves that keeps everything.
const FAULTS: [fn(u64) -> Fault; 5] =
    [|_| Fault::Kill, |_| Fault::PowerCut(Keep::Nothing), |n| Fault::PowerCut(Keep::Some(n * 29 + 5)), |_| Fault::Error, |_| Fault::Full];

fn phone(folder: &Path) -> liuye_core::Result<Companion> {
    Companion::open(Config::new(folder.join("phone.db"), DatabaseKey::from_bytes([42; 32]), "a phone of the tests"))
}

/// A connection of another program with the phone's key.
fn other(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("phone.db")).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode([42; 32]))).unwrap();
    connection
}

fn save(phone: &Companion, number: usize) -> String {
    let draft = LostReportDraft {
        category: ItemCategory::Other,
        description: format!("number {number} {}", "with many words ".repeat(30)),
        place: "the river street".to_owned(),
        lost_from: "2026-01-01T10:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T11:00:00+08:00".to_owned(),
        ..lost_keys()
    };
    phone.lost().report(draft).unwrap().operation.to_string()
}

fn saved(phone: &Companion) -> Vec<String> {
    phone.operations(Page { limit: 200, offset: 0 }).unwrap().iter().map(|entry| entry.operation.to_string()).collect()
}

/// Sets the stage, lets `work` run into each fault at each call, and holds what is there afterwards against `check`. Returns how
/// many calls the work has.
fn every_call<T>(folder: &Path, set: impl Fn(&Machine) -> T, work: impl Fn(T), check: impl Fn()) -> u64 {
    disk::install();
    let machine = machine(folder);
    let mut calls = 0;
    for fault in FAULTS {
        for n in 1.. {
            machine.clear();
            machine.start();
            let stage = set(&machine);
            machine.plan(n, fault(n));
            work(stage);
            let came = !machine.unplan();
            machine.start();
            check();
            if !came {
                calls = n;
                break;
            }
        }
    }
    calls
}

#[test]
fn p01_a_phone_that_ends_while_its_database_is_made_makes_it_at_the_next_start() {
    let folder = PathBuf::from("/p01/made");
    let calls = every_call(
        &folder,
        |_| (),
        |()| drop(phone(&folder)),
        || {
            let phone = phone(&folder).unwrap();
            let id = save(&phone, 1);
            assert_eq!(saved(&phone), [id]);
        },
    );
    assert!(calls > 20, "{calls}");
}

#[test]
fn p01_a_database_of_0_1_survives_the_end_of_its_migration() {
    let folder = PathBuf::from("/p01/migrated");
    let golden = fs::read(repository().join("tests/golden/0.1/inspector.db")).unwrap();
    let calls = every_call(
        &folder,
        |machine| machine.put(&folder.join("phone.db"), golden.clone()),
        |()| drop(phone(&folder)),
        || {
            let phone = phone(&folder).unwrap();
            let outbox = phone.outbox().unwrap();
            assert_eq!((outbox.applied, outbox.pending), (5, 2));
            assert_eq!(saved(&phone).len(), 7);
            assert_eq!(phone.documents(DocumentKind::Venue, Page::first(200)).unwrap().len(), 60);
            let version: u32 = other(&folder).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            assert_eq!(version, liuye_core::store::SCHEMA_VERSION);
        },
    );
    assert!(calls > 10, "{calls}");
}

#[test]
fn p01_a_ledger_of_0_1_survives_the_end_of_its_migration() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    let golden = repository().join("tests/golden/0.1/hub");
    let files = ["ledger.db", "keys.db", "accounts.db"].map(|name| (folder.join(name), fs::read(golden.join(name)).unwrap()));
    liuye_tests::copy_tree(&golden.join("blobs"), &folder.join("blobs"));
    let calls = every_call(
        folder,
        |machine| files.iter().for_each(|(path, bytes)| machine.put(path, bytes.clone())),
        |()| drop(Hub::open(folder, Env::system())),
        || {
            let hub = Hub::open(folder, Env::system()).unwrap();
            assert_eq!(ops::verify::verify(&hub).unwrap().faults, Vec::<String>::new());
            assert_eq!(hub.documents(DocumentKind::Hazard, 10, 0).unwrap().len(), 1);
            let report = hub.documents(DocumentKind::LostReport, 10, 0).unwrap().remove(0);
            assert_eq!(hub.contact(&report.id, "officer").unwrap().phone, "+8613800138000");
        },
    );
    assert!(calls > 40, "{calls}");
}

#[test]
fn p01_a_phone_that_ends_while_pages_move_from_its_log_loses_none() {
    let folder = PathBuf::from("/p01/checkpoint");
    disk::install();
    let before = PathBuf::from("/p01/checkpoint-before");
    let companion = phone(&before).unwrap();
    let mut promised: Vec<String> = (0..40).map(|number| save(&companion, number)).collect();
    promised.reverse();
    assert!(machine(&before).bytes() > 400_000, "there is a log with pages to move");
    let calls = every_call(
        &folder,
        |_| {
            machine(&before).copy_to(&folder);
            // It stays open: the last one to leave would move the pages itself.
            (phone(&folder).unwrap(), other(&folder))
        },
        |(companion, other)| {
            let _ = other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            drop((other, companion));
        },
        || {
            let phone = phone(&folder).unwrap();
            assert_eq!(saved(&phone), promised);
            assert_eq!(phone.lost().reports(Page::first(100)).unwrap().len(), promised.len());
            let whole: String = other(&folder).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(whole, "ok");
        },
    );
    assert!(calls > 20, "{calls}");
}

#[test]
fn p01_a_hub_that_ends_while_pages_move_from_its_log_loses_none() {
    let dir = tempfile::tempdir().unwrap();
    disk::install();
    let (folder, before) = (dir.path().join("hub"), dir.path().join("before"));
    let hub = Hub::open(&before, Env::system()).unwrap();
    hub.import_site(&District::site_file("site.json")).unwrap();
    let head = hub.head().unwrap();
    fs::create_dir_all(&folder).unwrap();
    let calls = every_call(
        &folder,
        |_| {
            machine(&before).copy_to(&folder);
            (Hub::open(&folder, Env::system()).unwrap(), Connection::open(folder.join("ledger.db")).unwrap())
        },
        |(hub, ledger)| {
            let _ = ledger.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            drop((ledger, hub));
        },
        || {
            let hub = Hub::open(&folder, Env::system()).unwrap();
            assert_eq!(hub.head().unwrap(), head);
            assert_eq!(ops::verify::verify(&hub).unwrap().faults, Vec::<String>::new());
            let ledger = Connection::open(folder.join("ledger.db")).unwrap();
            let whole: String = ledger.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(whole, "ok");
        },
    );
    assert!(calls > 20, "{calls}");
}
