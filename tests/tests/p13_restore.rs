//! P13: a hub restored from yesterday's backup gets today's operations back from the phones, without anyone's hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::companion::{Companion, LostReportDraft, SyncReason};
use liuye_core::domain::Contact;
use liuye_hub::ops::backup::backup;
use liuye_tests::{District, lost_keys, png};

fn report(phone: &Companion, seed: u8) -> String {
    let photo = phone.attach(&png(seed, 5_000)).unwrap().sha256;
    let draft = LostReportDraft {
        description: format!("number {seed}"),
        contact: Some(Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None }),
        photos: vec![photo],
        ..lost_keys()
    };
    phone.lost().report(draft).unwrap().id
}

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    assert_eq!(phone.outbox().unwrap().pending, 0);
}

fn enrolled(district: &District, name: &str) -> Companion {
    let phone = district.phone(name);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    phone
}

#[test]
fn p13_a_hub_from_yesterdays_backup_has_todays_records_again() {
    let mut district = District::open();
    let (early, desk) = (enrolled(&district, "early"), district.staff("p-003"));
    let yesterday = report(&early, 1);
    sync(&early);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("yesterday");
    backup(district.hub(), &copy).unwrap();

    // Today: a record of a phone that the backup knows, and of one that it does not.
    let late = enrolled(&district, "late");
    let today = [report(&early, 2), report(&late, 3), report(&late, 4)];
    sync(&early);
    sync(&late);
    sync(&desk);
    assert_eq!(desk.outbox().unwrap().pending, 0);
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 4);

    district.restore(&copy);
    // The control: without the phones, today is gone.
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 1);
    assert!(district.hub().document(&yesterday).unwrap().is_some());
    for phone in [&early, &late, &desk] {
        sync(phone);
    }
    for id in today.iter().chain([&yesterday]) {
        assert!(district.hub().document(id).unwrap().is_some(), "the report is back");
        assert_eq!(district.hub().contact(id, "officer").unwrap().name, "张三", "and so is its contact");
    }
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE state <> 'applied'"), 0, "photos came again too");
    sync(&desk);
    assert_eq!(desk.lost().reports(liuye_core::companion::Page::first(10)).unwrap().len(), 4);
    assert_eq!(district.faults(), Vec::<String>::new());

    // The same backup a second time: another branch of the log, and the same answer.
    district.restore(&copy);
    for phone in [&early, &late, &desk] {
        sync(phone);
    }
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 4);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p13_a_hub_that_was_put_back_by_copying_its_files_is_noticed_too() {
    let mut district = District::open();
    let (phone, desk) = (enrolled(&district, "phone"), district.staff("p-003"));
    report(&phone, 1);
    sync(&phone);
    sync(&desk);
    district.stop();
    let folder = tempfile::tempdir().unwrap();
    liuye_tests::copy_tree(&district.hub_folder(), &folder.path().join("copy"));
    district.start();
    report(&phone, 2);
    sync(&phone);
    sync(&desk);
    district.put_files_back(&folder.path().join("copy"));
    // Another device writes first: positions that the desk has seen now mean something else.
    let other = enrolled(&district, "other");
    for seed in 3..6 {
        report(&other, seed);
    }
    sync(&other);
    sync(&phone);
    sync(&desk);
    sync(&desk);
    assert_eq!(desk.lost().reports(liuye_core::companion::Page::first(10)).unwrap().len(), 5);
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// Whether today's record is back after a restore, where the phone kept what was acknowledged, or threw it away.
fn is_back(keeps: bool) -> bool {
    let mut district = District::open();
    let phone = enrolled(&district, "phone");
    report(&phone, 1);
    sync(&phone);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("yesterday");
    backup(district.hub(), &copy).unwrap();
    let today = report(&phone, 2);
    sync(&phone);
    phone.close().unwrap();
    drop(phone);
    if !keeps {
        let connection = rusqlite::Connection::open(district.phone_path("phone")).unwrap();
        connection
            .execute_batch(&format!("PRAGMA key = \"x'{}'\"; DELETE FROM operations WHERE state = 1", hex::encode([42; 32])))
            .unwrap();
    }
    district.restore(&copy);
    let phone = district.phone("phone");
    let _ = phone.sync(SyncReason::User).unwrap();
    district.hub().document(&today).unwrap().is_some()
}

/// The negative control, and beside it what it controls.
#[test]
fn p13_the_check_notices_a_phone_that_throws_away_what_was_acknowledged() {
    assert!(is_back(true));
    assert!(!is_back(false));
}

#[test]
fn a_restore_overwrites_nothing_and_takes_no_half_backup() {
    let district = District::open();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    backup(district.hub(), &copy).unwrap();
    assert_eq!(backup(district.hub(), &copy).unwrap_err().code, liuye_core::Code::Exists);
    let restore = |from: &std::path::Path, to: &std::path::Path| {
        liuye_hub::ops::backup::restore(from, to, liuye_core::env::Env::system()).map_err(|error| error.code)
    };
    assert_eq!(restore(&copy, &district.hub_folder()), Err(liuye_core::Code::Exists));
    std::fs::remove_file(copy.join("backup.json")).unwrap();
    assert_eq!(restore(&copy, &folder.path().join("new")), Err(liuye_core::Code::NotFound));
}
