//! P14 and P1 together: an erasure that breaks off anywhere is whole after the next start or the next sweep, or never began.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use liuye_core::companion::{LostReportDraft, SyncReason};
use liuye_core::domain::{Contact, ItemCategory};
use liuye_core::env::Env;
use liuye_hub::Hub;
use liuye_hub::ops::verify::verify;
use liuye_tests::District;
use liuye_tests::disk::{self, Fault, Keep, machine};
use liuye_tests::plain::holds;

const TEXT: &str = "amethyst-umbrella";

fn is_on_disk(folder: &Path) -> bool {
    machine(folder).contents().iter().any(|(_, bytes)| holds(bytes, TEXT))
}

/// How the erasure stands after the fault and the next start, or the next sweep of a hub that goes on; none where the fault did
/// not come any more.
fn erased_after(prepared: &Path, folder: &Path, id: &str, n: u64, fault: Fault) -> Option<bool> {
    machine(prepared).copy_to(folder);
    let disk = machine(folder);
    let hub = Hub::open(folder, Env::system()).unwrap();
    disk.plan(n, fault);
    let promised = hub.erase(id, "operator").is_ok();
    let came = !disk.unplan();
    let hub = if disk.is_down() {
        drop(hub);
        disk.start();
        Hub::open(folder, Env::system()).unwrap()
    } else {
        hub.sweep().unwrap();
        hub
    };
    assert!(hub.scrub().unwrap());
    let is_erased = hub.document(id).unwrap().unwrap().body.get("erased_at").is_some();
    assert_eq!(is_on_disk(folder), !is_erased, "{fault:?} at call {n}");
    assert_eq!(hub.contact(id, "wang").is_err(), is_erased, "{fault:?} at call {n}");
    assert_eq!(verify(&hub).unwrap().faults, Vec::<String>::new(), "{fault:?} at call {n}");
    assert!(is_erased || !promised, "{fault:?} at call {n}: it returned, and is undone");
    came.then_some(is_erased)
}

#[test]
fn p14_an_erasure_that_breaks_off_anywhere_is_whole_after_the_next_look_or_never_began() {
    disk::install();
    let district = District::open();
    let phone = district.phone("author");
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    let draft = LostReportDraft {
        category: ItemCategory::Other,
        description: TEXT.to_owned(),
        brand: None,
        colour: None,
        marks: None,
        place: "the river street".to_owned(),
        zone: None,
        lost_from: "2026-01-01T10:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T11:00:00+08:00".to_owned(),
        contact: Some(Contact { name: "某某".to_owned(), phone: "13900001234".to_owned(), identity_number: None, passport: None }),
        photos: Vec::new(),
    };
    let id = phone.lost().report(draft).unwrap().id;
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
    let prepared = district.hub_folder();
    assert!(is_on_disk(&prepared), "the control: it is there to be erased");
    let folder = tempfile::tempdir().unwrap();
    let (mut begun, mut undone, mut n) = (0, 0, 1);
    loop {
        let faults = [Fault::Kill, Fault::PowerCut(Keep::Nothing), Fault::PowerCut(Keep::Some(n)), Fault::Error, Fault::Full];
        let fault = faults[usize::try_from(n).unwrap() % faults.len()];
        match erased_after(&prepared, folder.path(), &id, n, fault) {
            Some(true) => begun += 1,
            Some(false) => undone += 1,
            None => break,
        }
        // Every call up to the promise and a while beyond; then those of the rewriting, of which there are many alike.
        n += if n < 60 { 1 } else { 7 };
    }
    assert!(begun > 20 && undone > 5, "{begun} erased, {undone} never began, {n} calls");
}
