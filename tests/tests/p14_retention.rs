//! P14, where nobody asks: what is kept for a time only goes from every file of hub and phones when that is over, no count
//! changes, and the chains still verify.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use liuye_core::companion::{Companion, HelpDraft, LostReportDraft, Page, ShiftStart, SyncReason};
use liuye_core::domain::{Call, CallCategory, CallState, Contact, LostReport, LostReportState, Severity, Track};
use liuye_core::env::{Clock, Env, SystemClock};
use liuye_core::log::{Fix, FixSource};
use liuye_hub::Hub;
use liuye_hub::ops::backup::{backup, restore};
use liuye_tests::plain::{folder_bytes, holds, phone_bytes};
use liuye_tests::{District, HandClock, lost_keys};

const DAY_MS: i64 = 86_400_000;
const WORDS: &str = "amethyst-umbrella";
const CONTACT: [&str; 2] = ["Zephyrine Oakenshield", "+8613912345678"];

/// What runs so many days later.
fn days_later(days: i64) -> Env {
    Env { clock: HandClock::ahead(days * DAY_MS), ..Env::system() }
}

fn sweep(folder: &Path, days: i64) {
    Hub::open(folder, days_later(days)).unwrap().sweep().unwrap();
}

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    assert_eq!(phone.outbox().unwrap().pending, 0);
}

fn is_in_folder(folder: &Path, needle: &str) -> bool {
    folder_bytes(folder).iter().any(|(_, bytes)| holds(bytes, needle))
}

fn is_in_phone(district: &District, name: &str, needle: &str) -> bool {
    let bytes = phone_bytes(&district.phone_path(name), &[42; 32]);
    assert!(holds(&bytes, "CREATE TABLE"), "the pages are decrypted");
    holds(&bytes, needle)
}

fn track_of(phone: &Companion, id: &str) -> Track {
    serde_json::from_value(phone.document(id).unwrap().unwrap().body).unwrap()
}

/// Somebody on duty went for a minute. The track's id.
fn walked(walker: &Companion) -> String {
    walker.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 60 }).unwrap();
    let start = SystemClock::new().wall_ms() + 1000;
    let fix = |n: i32| Fix {
        lat_e7: 290_442_000 + n * 600,
        lon_e7: 1_116_871_000,
        accuracy_mm: 8000,
        at: start + i64::from(n) * 5000,
        is_mock: false,
        source: FixSource::Gnss,
    };
    walker.patrol().record_track(&(0..12).map(fix).collect::<Vec<_>>()).unwrap().id
}

#[test]
fn p14_points_of_a_track_go_everywhere_after_thirty_days_and_how_far_somebody_went_stays() {
    let district = District::open();
    let (walker, desk) = (district.staff("p-012"), district.staff("p-003"));
    let id = walked(&walker);
    [&walker, &desk].into_iter().for_each(sync);
    let before = track_of(&desk, &id);
    let points = before.path.as_str().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("kept");
    backup(district.hub(), &kept).unwrap();
    sweep(&district.hub_folder(), 29);
    assert!(is_in_folder(&district.hub_folder(), &points), "a day too early");
    assert!(is_in_phone(&district, "p-012", &points) && is_in_phone(&district, "p-003", &points));
    sweep(&district.hub_folder(), 31);
    assert!(!is_in_folder(&district.hub_folder(), &points));
    [&walker, &desk].into_iter().for_each(sync);
    assert!(!is_in_phone(&district, "p-012", &points) && !is_in_phone(&district, "p-003", &points));
    let after = track_of(&desk, &id);
    assert!(after.erased_at.is_some());
    assert_eq!(after, before.redacted(after.erased_at.unwrap()), "whose it was, when, and how far");
    assert_eq!(district.faults(), Vec::<String>::new());
    // An old backup brings it back for as long as its first sweep takes.
    let folder = elsewhere.path().join("restored");
    restore(&kept, &folder, days_later(31)).unwrap();
    assert!(is_in_folder(&folder, &points), "or this control proves nothing");
    sweep(&folder, 31);
    assert!(!is_in_folder(&folder, &points));
}

/// Somebody called for help and gave their number; the desk closed the call.
fn helped(district: &District, caller: &Companion, desk: &Companion) -> String {
    let contact = Contact { name: CONTACT[0].to_owned(), phone: CONTACT[1].to_owned(), identity_number: None, passport: None };
    let help = HelpDraft {
        category: CallCategory::Medical,
        description: None,
        place: None,
        zone: Some("z1".to_owned()),
        fix: None,
        contact: Some(contact),
        photos: Vec::new(),
    };
    let id = caller.calls().raise(help).unwrap().recorded.id;
    [caller, desk].into_iter().for_each(sync);
    desk.calls().triage(&id, Severity::Urgent, None, None).unwrap();
    desk.calls().unfounded(&id, "nobody there").unwrap();
    [desk, caller].into_iter().for_each(sync);
    assert!(district.hub().contact(&id, "wang").is_ok());
    id
}

fn call_of(phone: &Companion, id: &str) -> Call {
    serde_json::from_value(phone.document(id).unwrap().unwrap().body).unwrap()
}

#[test]
fn p14_the_contact_of_whoever_called_goes_ninety_days_after_the_call_and_the_call_stays() {
    let district = District::open();
    let caller = district.phone("caller");
    caller.enrol(&district.url(), &district.code(None)).unwrap();
    let desk = district.staff("p-003");
    let id = helped(&district, &caller, &desk);
    let before = call_of(&desk, &id);
    sweep(&district.hub_folder(), 89);
    assert!(district.hub().contact(&id, "wang").is_ok(), "a day too early");
    assert!(CONTACT.iter().all(|needle| is_in_phone(&district, "caller", needle)));
    sweep(&district.hub_folder(), 91);
    assert!(district.hub().contact(&id, "wang").is_err());
    [&caller, &desk].into_iter().for_each(sync);
    assert!(!CONTACT.iter().any(|needle| is_in_phone(&district, "caller", needle)));
    let after = call_of(&desk, &id);
    assert!(after.contact_erased_at.is_some() && after.has_contact);
    assert_eq!(Call { contact_erased_at: None, ..after }, before, "nothing else of it changed");
    assert_eq!((before.state, call_of(&caller, &id).state), (CallState::Unfounded, CallState::Unfounded));
    assert_eq!(district.faults(), Vec::<String>::new());
    // An open call keeps its contact, however old it is.
    let help = HelpDraft {
        category: CallCategory::Theft,
        description: None,
        place: None,
        zone: None,
        fix: None,
        contact: None,
        photos: Vec::new(),
    };
    let contact = Contact { name: CONTACT[0].to_owned(), phone: CONTACT[1].to_owned(), identity_number: None, passport: None };
    let open = caller.calls().raise(HelpDraft { contact: Some(contact), ..help }).unwrap().recorded.id;
    sync(&caller);
    sweep(&district.hub_folder(), 400);
    assert!(district.hub().contact(&open, "wang").is_ok());
}

#[test]
fn p14_a_restored_hub_takes_a_call_again_whose_contact_is_gone() {
    let mut district = District::open();
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("kept");
    let caller = district.phone("caller");
    caller.enrol(&district.url(), &district.code(None)).unwrap();
    let desk = district.staff("p-003");
    backup(district.hub(), &kept).unwrap();
    let id = helped(&district, &caller, &desk);
    sweep(&district.hub_folder(), 91);
    [&caller, &desk].into_iter().for_each(sync);
    // The hub is lost, and put back as it was before the call.
    district.restore(&kept);
    assert!(district.hub().document(&id).unwrap().is_none(), "or this control proves nothing");
    [&caller, &desk, &caller].into_iter().for_each(sync);
    let call: Call = serde_json::from_value(district.hub().document(&id).unwrap().unwrap().body).unwrap();
    assert_eq!((call.state, call.has_contact), (CallState::Unfounded, true));
    assert_eq!(caller.calls().open_calls(Page::first(10)).unwrap().len(), 0);
}

/// Somebody reported a loss, and left their name.
fn report(phone: &Companion, zone: &str) -> String {
    let contact = Contact { name: CONTACT[0].to_owned(), phone: CONTACT[1].to_owned(), identity_number: None, passport: None };
    let draft = LostReportDraft { contact: Some(contact), description: WORDS.to_owned(), zone: Some(zone.to_owned()), ..lost_keys() };
    phone.lost().report(draft).unwrap().id
}

fn is_anywhere(district: &District, name: &str) -> bool {
    let needles = || CONTACT.into_iter().chain([WORDS]);
    needles().any(|needle| is_in_folder(&district.hub_folder(), needle) || is_in_phone(district, name, needle))
}

#[test]
fn p14_an_owner_is_erased_ninety_days_after_nobody_looks_for_their_thing_any_more() {
    let district = District::open();
    let author = district.phone("author");
    author.enrol(&district.url(), &district.code(None)).unwrap();
    let id = report(&author, "z1");
    sync(&author);
    let later = Hub::open(&district.hub_folder(), days_later(366)).unwrap();
    later.tick().unwrap();
    later.sweep().unwrap();
    drop(later);
    let of_hub = || -> LostReport { serde_json::from_value(district.hub().document(&id).unwrap().unwrap().body).unwrap() };
    assert_eq!((of_hub().state, of_hub().erased_at), (LostReportState::Expired, None));
    sweep(&district.hub_folder(), 366 + 89);
    assert!(district.hub().contact(&id, "wang").is_ok(), "a day too early");
    let before = of_hub();
    sweep(&district.hub_folder(), 366 + 91);
    sync(&author);
    assert!(!is_anywhere(&district, "author"));
    assert_eq!(of_hub(), before.redacted(of_hub().erased_at.unwrap()), "everything that is counted stays");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_report_that_never_took_effect_and_that_nobody_gave_up_is_not_kept_for_ever() {
    let district = District::open();
    let author = district.phone("author");
    // A phone that never met a hub cannot know that there is no such zone.
    report(&author, "z99");
    author.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&author);
    assert_eq!(author.outbox().unwrap().quarantined, 1);
    sweep(&district.hub_folder(), 365 + 89);
    assert!(is_in_folder(&district.hub_folder(), WORDS), "a day too early: it may still be corrected");
    sweep(&district.hub_folder(), 365 + 91);
    sync(&author);
    assert!(!is_anywhere(&district, "author"));
    assert_eq!(author.outbox().unwrap().quarantined, 1);
    assert_eq!(district.faults(), Vec::<String>::new());
}
