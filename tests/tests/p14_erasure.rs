//! P14: an erased person is unreadable in every file of hub and phones, nobody brings them back, no count changes, and the
//! chains still verify.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use liuye_core::companion::{Companion, LostReportDraft, Page, SyncReason};
use liuye_core::domain::{Contact, ItemCategory, LostReport, LostReportState};
use liuye_core::env::{Env, Method, SystemRng};
use liuye_core::native::NativeTransport;
use liuye_hub::Hub;
use liuye_hub::ops::backup::{backup, backup_for, prune};
use liuye_hub::ops::verify::verify;
use liuye_tests::plain::{folder_bytes, holds, phone_bytes};
use liuye_tests::{District, FaultyTransport, HandClock, Mishap, RawPhone, open_phone, png};

const DAY_MS: i64 = 86_400_000;

/// What is typed into a report.
const TEXTS: [&str; 5] = ["amethyst-umbrella", "Quillfeather", "heliotrope", "scratched-owl-mark", "under-the-ninth-lantern"];
/// Who typed it: beside the report, and sealed at the hub.
const CONTACT: [&str; 3] = ["Zephyrine Oakenshield", "+8613912345678", "11010519491231002X"];
/// What the desk wrote about it.
const NOTE: &str = "the-lady-with-the-parrot-called";
const PHOTO: &str = "pixels-of-a-face";

fn photo(phone: &Companion, seed: u8) -> liuye_core::log::Digest {
    let mut bytes = png(seed, 300_000);
    bytes.extend_from_slice(PHOTO.as_bytes());
    phone.attach(&bytes).unwrap().sha256
}

/// A report that is easy to find again: its description is longer than a page.
fn draft(phone: &Companion, photos: &[u8]) -> LostReportDraft {
    LostReportDraft {
        category: ItemCategory::Other,
        description: TEXTS[0].repeat(110),
        brand: Some(TEXTS[1].to_owned()),
        colour: Some(TEXTS[2].to_owned()),
        marks: Some(TEXTS[3].repeat(50)),
        place: TEXTS[4].to_owned(),
        zone: Some("z3".to_owned()),
        lost_from: "2026-01-01T18:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T19:00:00+08:00".to_owned(),
        contact: Some(Contact {
            name: CONTACT[0].to_owned(),
            phone: CONTACT[1].to_owned(),
            identity_number: Some(CONTACT[2].to_owned()),
            passport: None,
        }),
        photos: photos.iter().map(|seed| photo(phone, *seed)).collect(),
    }
}

/// Somebody else's report, which nobody erases.
fn filler(phone: &Companion, number: usize) {
    let (description, contact) = (format!("a bunch of keys {number} ").repeat(1 + number % 40), None);
    let plain = LostReportDraft {
        description,
        contact,
        brand: None,
        colour: None,
        marks: None,
        place: "by the lake".to_owned(),
        ..draft(phone, &[])
    };
    phone.lost().report(plain).unwrap();
}

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    assert_eq!(phone.outbox().unwrap().pending, 0);
}

fn tourist(district: &District, name: &str) -> Companion {
    let phone = district.phone(name);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    phone
}

fn needles() -> impl Iterator<Item = &'static str> {
    TEXTS.into_iter().chain(CONTACT).chain([NOTE, PHOTO])
}

/// Which needles lie in which files of a folder.
fn in_folder(folder: &Path) -> Vec<(String, &'static str)> {
    let files = folder_bytes(folder);
    let found = |(path, bytes): &(std::path::PathBuf, Vec<u8>)| {
        let name = path.strip_prefix(folder).unwrap().display().to_string();
        needles().filter(|needle| holds(bytes, needle)).map(|needle| (name.clone(), needle)).collect::<Vec<_>>()
    };
    files.iter().flat_map(found).collect()
}

/// Which needles lie in a phone's file and its write-ahead log, free pages included.
fn in_phone(district: &District, name: &str) -> Vec<&'static str> {
    let bytes = phone_bytes(&district.phone_path(name), &[42; 32]);
    assert!(holds(&bytes, "CREATE TABLE"), "the pages are decrypted");
    needles().filter(|needle| holds(&bytes, needle)).collect()
}

fn report_of(hub: &Hub, id: &str) -> LostReport {
    serde_json::from_value(hub.document(id).unwrap().unwrap().body).unwrap()
}

/// What statistics are made of: reports by category, zone, state and times.
fn counts(district: &District) -> Vec<String> {
    let sql = "SELECT json_extract(body, '$.loss.category') || ' ' || coalesce(json_extract(body, '$.loss.zone'), '') || ' '
                   || json_extract(body, '$.state') || ' ' || json_extract(body, '$.loss.lost_from') || ' ' || at || ' '
                   || json_extract(body, '$.has_contact') FROM documents WHERE kind = 'lost_report' ORDER BY id";
    let ledger = district.ledger();
    let mut statement = ledger.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The hub of a folder, so many days later.
fn days_later(folder: &Path, days: i64) -> Hub {
    let env = Env { clock: HandClock::ahead(days * DAY_MS), rng: Arc::new(SystemRng) };
    Hub::open(folder, env).unwrap()
}

#[test]
fn p14_an_erased_person_is_unreadable_in_every_file_and_the_chains_still_verify() {
    let district = District::open();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    (0..60).for_each(|number| filler(&author, number));
    let id = author.lost().report(draft(&author, &[1, 2])).unwrap().id;
    (60..120).for_each(|number| filler(&author, number));
    sync(&author);
    sync(&desk);
    desk.lost().mark_candidate(&id, Some(NOTE.to_owned())).unwrap();
    (0..3).for_each(|_| [&desk, &author].into_iter().for_each(sync));
    assert_eq!(district.hub().contact(&id, "wang").unwrap().name, CONTACT[0]);

    // The control: the same look finds everything where it ought to be.
    let at_the_hub: Vec<_> = in_folder(&district.hub_folder()).into_iter().map(|(_, needle)| needle).collect();
    assert!(TEXTS.iter().chain([&NOTE, &PHOTO]).all(|needle| at_the_hub.contains(needle)), "{at_the_hub:?}");
    assert!(CONTACT.iter().all(|needle| !at_the_hub.contains(needle)), "contacts are sealed");
    assert_eq!(in_phone(&district, "author").len(), needles().count());
    assert_eq!(in_phone(&district, "p-003").len(), TEXTS.len() + 1);
    let before = counts(&district);

    let done = district.hub().erase(&id, "operator").unwrap();
    assert_eq!((done.operations, done.photos, done.is_clean), (2, 2, true));
    assert_eq!(in_folder(&district.hub_folder()), []);
    for phone in [&author, &desk] {
        sync(phone);
    }
    assert_eq!((in_phone(&district, "author"), in_phone(&district, "p-003")), (vec![], vec![]));

    assert_eq!(counts(&district), before);
    assert_eq!(district.count("SELECT count(*) FROM access_log WHERE reader = 'wang'"), 1);
    assert_eq!(district.hub().contact(&id, "wang").unwrap_err().code, liuye_core::Code::NotFound);
    let verified = verify(district.hub()).unwrap();
    assert_eq!((verified.faults, verified.redacted), (vec![], 2));
    for phone in [&author, &desk] {
        let seen = phone.lost().reports(Page::first(200)).unwrap().into_iter().find(|(other, _)| *other == id).unwrap().1;
        assert_eq!((seen.loss.category, seen.state), (ItemCategory::Other, LostReportState::Candidate));
        assert!(seen.erased_at.is_some() && seen.loss.description.is_empty() && seen.photos.is_empty());
    }
    assert_eq!(author.lost().tracking_code(&id).unwrap(), None);
    assert_eq!(author.outbox().unwrap().blobs, 0);
    // Work on what is left goes on, and what is written about it now is redacted as well.
    desk.lost().mark_returned(&id, Some(NOTE.to_owned())).unwrap();
    sync(&desk);
    sync(&desk);
    assert_eq!(report_of(district.hub(), &id).state, LostReportState::Returned);
    assert!(district.hub().scrub().unwrap());
    assert_eq!((in_folder(&district.hub_folder()), in_phone(&district, "p-003")), (vec![], vec![]));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_withdrawal_erases_at_once() {
    let district = District::open();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    sync(&desk);
    author.lost().withdraw(&id, Some(NOTE.to_owned())).unwrap();
    assert!(author.lost().contact(&id).unwrap().is_some(), "not before the hub has taken it");
    sync(&author);
    assert_eq!(author.lost().contact(&id).unwrap(), None);
    assert_eq!(in_phone(&district, "author").iter().filter(|needle| CONTACT.contains(needle)).count(), 0);
    [&author, &desk].into_iter().for_each(sync);
    assert!(report_of(district.hub(), &id).erased_at.is_some());
    // The control: without its last step an erasure leaves what the write-ahead log had.
    assert!(in_folder(&district.hub_folder()).iter().any(|(file, _)| file == "ledger.db-wal"));
    assert!(district.hub().scrub().unwrap());
    assert_eq!(in_folder(&district.hub_folder()), []);
    assert_eq!((in_phone(&district, "author"), in_phone(&district, "p-003")), (vec![], vec![]));
    assert_eq!(report_of(district.hub(), &id).state, LostReportState::Withdrawn);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_report_that_was_withdrawn_before_it_was_sent_is_counted_and_names_nobody() {
    let district = District::open();
    let author = tourist(&district, "author");
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    author.lost().withdraw(&id, Some(NOTE.to_owned())).unwrap();
    assert_eq!((author.lost().contact(&id).unwrap(), author.outbox().unwrap().blobs), (None, 0));
    let seen = author.lost().reports(Page::first(10)).unwrap();
    assert_eq!((seen.len(), seen[0].1.state), (1, LostReportState::Withdrawn));
    sync(&author);
    assert_eq!(in_folder(&district.hub_folder()), [], "nothing of it ever came here");
    let report = report_of(district.hub(), &id);
    assert_eq!(
        (report.state, report.loss.category, report.loss.zone.as_deref()),
        (LostReportState::Withdrawn, ItemCategory::Other, Some("z3"))
    );
    assert!(report.erased_at.is_some());
    assert_eq!((author.outbox().unwrap().applied, in_phone(&district, "author")), (3, vec![]));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_withdrawal_after_an_answer_was_lost_erases_what_had_arrived() {
    let district = District::open();
    drop(tourist(&district, "author"));
    let author = open_phone(&district.phone_path("author"), Arc::new(FaultyTransport::new(&[Mishap::AnswerLost])));
    let id = author.lost().report(draft(&author, &[])).unwrap().id;
    assert!(author.sync(SyncReason::User).unwrap().blocked_reason.is_some());
    assert!(!in_folder(&district.hub_folder()).is_empty(), "the hub has it, and the phone does not know");
    author.lost().withdraw(&id, None).unwrap();
    sync(&author);
    sync(&author);
    assert!(district.hub().scrub().unwrap());
    assert_eq!((in_folder(&district.hub_folder()), in_phone(&district, "author")), (vec![], vec![]));
    assert_eq!((report_of(district.hub(), &id).state, counts(&district).len()), (LostReportState::Withdrawn, 1));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_report_that_never_took_effect_and_was_given_up_is_erased_too() {
    let district = District::open();
    // A phone that never met a hub cannot know that there is no such zone.
    let author = district.phone("author");
    let report = author.lost().report(LostReportDraft { zone: Some("z99".to_owned()), ..draft(&author, &[1]) }).unwrap();
    author.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&author);
    assert_eq!(author.outbox().unwrap().quarantined, 1);
    author.discard(report.operation, NOTE).unwrap();
    sync(&author);
    sync(&author);
    assert!(district.hub().scrub().unwrap());
    assert_eq!((in_folder(&district.hub_folder()), in_phone(&district, "author")), (vec![], vec![]));
    assert_eq!((author.outbox().unwrap().quarantined, author.needs_attention().unwrap().len()), (1, 0));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_site_says_how_long_it_keeps_the_owner_of_what_went_back() {
    let district = District::open();
    let mut site: serde_json::Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    site["site"]["settings"]["contact_days"] = 7.into();
    district.hub().import_site(&site.to_string()).unwrap();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    let id = author.lost().report(draft(&author, &[])).unwrap().id;
    [&author, &desk].into_iter().for_each(sync);
    desk.lost().mark_candidate(&id, None).unwrap();
    desk.lost().mark_returned(&id, None).unwrap();
    sync(&desk);
    days_later(&district.hub_folder(), 6).sweep().unwrap();
    assert!(report_of(district.hub(), &id).erased_at.is_none());
    days_later(&district.hub_folder(), 8).sweep().unwrap();
    assert!(report_of(district.hub(), &id).erased_at.is_some());
}

#[test]
fn p14_an_owner_is_erased_ninety_days_after_the_return() {
    let district = District::open();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    sync(&desk);
    desk.lost().mark_candidate(&id, None).unwrap();
    desk.lost().mark_returned(&id, Some(NOTE.to_owned())).unwrap();
    sync(&desk);
    days_later(&district.hub_folder(), 89).sweep().unwrap();
    assert!(district.hub().contact(&id, "wang").is_ok(), "a day too early");
    let before = counts(&district);
    days_later(&district.hub_folder(), 91).sweep().unwrap();
    assert_eq!(in_folder(&district.hub_folder()), []);
    [&author, &desk].into_iter().for_each(sync);
    assert_eq!((in_phone(&district, "author"), in_phone(&district, "p-003")), (vec![], vec![]));
    assert_eq!(counts(&district), before);
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// A district whose report is erased after a backup was made in `folder`.
fn erased_after_a_backup(folder: &Path) -> (District, Companion, String) {
    let district = District::open();
    let author = tourist(&district, "author");
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    backup(district.hub(), &folder.join("yesterday")).unwrap();
    assert!(!in_folder(&folder.join("yesterday")).is_empty(), "the control: the old backup has the text");
    district.hub().erase(&id, "operator").unwrap();
    (district, author, id)
}

#[test]
fn p14_an_old_backup_brings_nobody_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut district, author, id) = erased_after_a_backup(folder.path());
    district.restore(&folder.path().join("yesterday"));
    assert!(report_of(district.hub(), &id).erased_at.is_some());
    assert!(district.hub().scrub().unwrap());
    assert_eq!(in_folder(&district.hub_folder()), []);
    assert_eq!(district.count("SELECT count(*) FROM contacts"), 0);
    sync(&author);
    assert_eq!((in_folder(&district.hub_folder()), in_phone(&district, "author")), (vec![], vec![]));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_without_the_journal_an_old_backup_would_bring_them_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut district, _, id) = erased_after_a_backup(folder.path());
    std::fs::remove_file(folder.path().join("erasures.db")).unwrap();
    district.restore(&folder.path().join("yesterday"));
    assert!(report_of(district.hub(), &id).erased_at.is_none());
    assert!(!in_folder(&district.hub_folder()).is_empty());
}

#[test]
fn p14_a_late_phone_brings_nobody_back() {
    let mut district = District::open();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    let folder = tempfile::tempdir().unwrap();
    backup(district.hub(), &folder.path().join("before")).unwrap();
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    sync(&desk);
    let before = counts(&district);
    district.hub().erase(&id, "operator").unwrap();
    // The hub's disk is lost. The backup has no such report, and the phone, which has not heard yet, sends all of it again.
    district.restore(&folder.path().join("before"));
    assert_eq!(counts(&district), Vec::<String>::new());
    assert!(in_phone(&district, "author").contains(&CONTACT[0]), "the control: the phone has everything to send");
    sync(&author);
    sync(&author);
    assert!(district.hub().scrub().unwrap());
    assert_eq!((in_folder(&district.hub_folder()), in_phone(&district, "author")), (vec![], vec![]));
    assert_eq!(counts(&district), before, "the report is counted again");
    assert_eq!(district.count("SELECT count(*) FROM contacts"), 0);
    sync(&desk);
    assert_eq!(in_phone(&district, "p-003"), Vec::<&str>::new());
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_what_a_phone_redacted_comes_back_as_a_count_even_where_the_journal_is_lost() {
    let mut district = District::open();
    let author = tourist(&district, "author");
    let folder = tempfile::tempdir().unwrap();
    backup(district.hub(), &folder.path().join("before")).unwrap();
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    let before = counts(&district);
    district.hub().erase(&id, "operator").unwrap();
    sync(&author);
    std::fs::remove_file(folder.path().join("erasures.db")).unwrap();
    district.restore(&folder.path().join("before"));
    sync(&author);
    assert_eq!(counts(&district), before);
    assert!(report_of(district.hub(), &id).erased_at.is_some());
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_contacts_of_a_backup_are_readable_until_their_keys_expire() {
    let mut district = District::open();
    let author = tourist(&district, "author");
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    let tag = district.qr("cp-01");
    let folder = tempfile::tempdir().unwrap();
    let (kept, passing) = (folder.path().join("a"), folder.path().join("b"));
    backup_for(district.hub(), &kept, 7).unwrap();
    district.restore(&kept);
    assert_eq!(district.hub().contact(&id, "wang").unwrap().name, CONTACT[0]);

    backup_for(district.hub(), &passing, 1).unwrap();
    let now = Env::system().clock.wall_ms();
    assert_eq!(prune(folder.path(), now, None).unwrap().keys, 0);
    assert_eq!(prune(folder.path(), now + 2 * DAY_MS, None).unwrap().keys, 1);
    district.restore(&passing);
    assert_eq!(district.hub().contact(&id, "wang").unwrap_err().code, liuye_core::Code::NotFound);
    assert_eq!(report_of(district.hub(), &id).loss.brand.as_deref(), Some(TEXTS[1]), "everything else is there");
    assert_eq!(district.qr("cp-01"), tag, "tags on the street stay good");
    sync(&author);
    assert_eq!(district.faults(), Vec::<String>::new());

    // The newest backup stays, whatever its age; a forgotten older one goes, texts and all.
    let pruned = prune(folder.path(), now, Some(now + DAY_MS)).unwrap();
    assert_eq!((pruned.backups, kept.exists(), passing.exists()), (1, false, true));
}

#[test]
fn p14_keys_that_expired_are_not_used_even_where_nobody_removed_them() {
    let district = District::open();
    let author = tourist(&district, "author");
    author.lost().report(draft(&author, &[])).unwrap();
    sync(&author);
    let folder = tempfile::tempdir().unwrap();
    backup_for(district.hub(), &folder.path().join("old"), 1).unwrap();
    let restored = |days: i64| {
        let env = Env { clock: HandClock::ahead(days * DAY_MS), rng: Arc::new(SystemRng) };
        let data = folder.path().join(format!("hub{days}"));
        liuye_hub::ops::backup::restore(&folder.path().join("old"), &data, env).unwrap().has_contacts
    };
    assert!(restored(0) && !restored(2));
}

#[test]
fn p14_a_report_that_never_took_effect_is_reached_as_well() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let mut operation = phone.loss(1, phone.genesis(), "self");
    let body = serde_json::json!({
        "category": "keys", "description": TEXTS[0], "place": TEXTS[4], "lost_from": 2, "lost_to": 1,
        "tracking_digest": liuye_core::log::Digest::of(b"code"),
    });
    operation.body = serde_json::value::to_raw_value(&body).ok();
    operation.seal();
    assert_eq!(phone.sync("liuye-lake", std::slice::from_ref(&operation)).status, 200);
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE state = 'quarantined'"), 1);
    assert!(!in_folder(&district.hub_folder()).is_empty());
    assert!(district.hub().erase(&operation.entity, "operator").unwrap().is_clean);
    assert_eq!(in_folder(&district.hub_folder()), []);
    assert_eq!(district.faults(), Vec::<String>::new());
    assert_eq!(district.hub().erase("nobody-s-report", "operator").unwrap_err().code, liuye_core::Code::NotFound);
}

#[test]
fn p14_nothing_is_smuggled_in_as_what_stays_of_a_text() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let mut operation = phone.loss(1, phone.genesis(), "self");
    let mut residue: serde_json::Value = serde_json::from_str(operation.body_text()).unwrap();
    residue["description"] = TEXTS[0].into();
    (operation.body, operation.residue) = (None, serde_json::value::to_raw_value(&residue).ok());
    assert_eq!(phone.sync("liuye-lake", std::slice::from_ref(&operation)).status, 200);
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE verdict LIKE '%malformed%residue%'"), 1);
    district.hub().erase(&operation.entity, "operator").unwrap();
    assert_eq!(in_folder(&district.hub_folder()), []);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_photo_that_was_still_on_its_way_goes_too_and_is_not_asked_for_again() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let mut bytes = png(9, 1000);
    bytes.extend_from_slice(PHOTO.as_bytes());
    let sha256 = liuye_core::log::Digest::of(&bytes);
    let mut operation = phone.loss(1, phone.genesis(), "self");
    operation.blobs = vec![liuye_core::log::BlobRef { sha256, len: bytes.len() as u64 + 1 }];
    operation.seal();
    assert_eq!(phone.sync("liuye-lake", std::slice::from_ref(&operation)).status, 200);
    let (length, metadata) = ((bytes.len() + 1).to_string(), format!("sha256 {}", BASE64_STANDARD.encode(sha256.to_string())));
    let announced = [("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
    let path = format!("/v1/blobs/{}-{sha256}", phone.key.device());
    assert_eq!(phone.signed(Method::Post, "/v1/blobs", b"", &announced).status, 201);
    assert_eq!(phone.signed(Method::Patch, &path, &bytes, &[("upload-offset", "0")]).status, 204);
    assert!(in_folder(&district.hub_folder()).iter().any(|(file, needle)| file.starts_with("uploads") && *needle == PHOTO));
    district.hub().erase(&operation.entity, "operator").unwrap();
    assert_eq!((in_folder(&district.hub_folder()), district.count("SELECT count(*) FROM uploads")), (vec![], 0));
    let again = phone.signed(Method::Post, "/v1/blobs", b"", &announced);
    assert_eq!((again.status, again.header("upload-offset")), (201, Some(length.as_str())), "for the phone it is done with");
}

#[test]
fn p14_a_photo_that_another_record_needs_stays_until_that_one_goes() {
    let district = District::open();
    let (one, other) = (tourist(&district, "one"), tourist(&district, "other"));
    let ids = [&one, &other].map(|phone| {
        let id = phone.lost().report(draft(phone, &[7])).unwrap().id;
        sync(phone);
        id
    });
    assert_eq!(district.hub().erase(&ids[0], "operator").unwrap().photos, 0);
    assert_eq!(district.count("SELECT count(*) FROM blobs"), 1);
    assert_eq!(district.hub().erase(&ids[1], "operator").unwrap().photos, 1);
    assert_eq!((district.count("SELECT count(*) FROM blobs"), in_folder(&district.hub_folder())), (0, vec![]));
}

#[test]
fn p14_an_erasure_that_broke_off_is_finished_at_the_next_start() {
    let district = District::open();
    let author = tourist(&district, "author");
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    // Nothing but the promise was written when the power went.
    let journal = rusqlite::Connection::open(district.hub_folder().join("erasures.db")).unwrap();
    journal.execute("INSERT INTO erasures (site, subject, at, by) VALUES ('liuye-lake', ?1, 1, 'operator')", [&id]).unwrap();
    assert!(!district.faults().is_empty(), "until then it is a fault");
    let hub = days_later(&district.hub_folder(), 0);
    assert!(hub.scrub().unwrap());
    assert_eq!(in_folder(&district.hub_folder()), []);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_body_that_somebody_took_away_is_a_fault() {
    let district = District::open();
    let author = tourist(&district, "author");
    author.lost().report(draft(&author, &[])).unwrap();
    sync(&author);
    assert_eq!(district.faults(), Vec::<String>::new());
    let sql = "UPDATE operations SET content = json_set(content, '$.body', NULL) WHERE kind = 'loss.report'";
    assert_eq!(district.ledger().execute(sql, []).unwrap(), 1);
    let faults = district.faults();
    assert!(faults.len() == 1 && faults[0].contains("nothing says that it was redacted"), "{faults:?}");
}

#[test]
fn p14_a_clone_that_never_heard_of_it_is_emptied_at_its_next_sync() {
    let district = District::open();
    let author = tourist(&district, "author");
    let id = author.lost().report(draft(&author, &[1])).unwrap().id;
    sync(&author);
    author.close().unwrap();
    drop(author);
    std::fs::copy(district.phone_path("author"), district.phone_path("clone")).unwrap();
    let open = |name: &str| open_phone(&district.phone_path(name), Arc::new(NativeTransport::new()));
    let author = open("author");
    district.hub().erase(&id, "operator").unwrap();
    sync(&author);
    // The original goes on, so that the clone finds its log forked and has to say everything again on a branch of its own.
    filler(&author, 1);
    sync(&author);
    let clone = open("clone");
    filler(&clone, 2);
    assert!(in_phone(&district, "clone").contains(&CONTACT[0]));
    sync(&clone);
    sync(&clone);
    assert_eq!(in_phone(&district, "clone"), Vec::<&str>::new());
    assert!(district.hub().scrub().unwrap());
    assert_eq!(in_folder(&district.hub_folder()), []);
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// Why the files are written anew: what SQLite overwrites where it lay may have an older copy in the unused part of a page.
#[test]
fn p14_overwriting_alone_leaves_traces() {
    use rand::{RngExt, SeedableRng};
    let folder = tempfile::tempdir().unwrap();
    let left = (0..200).find(|seed| {
        let path = folder.path().join(format!("{seed}.db"));
        let mut chance = rand_pcg::Pcg64::seed_from_u64(*seed);
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch("PRAGMA secure_delete = ON; CREATE TABLE t (id TEXT PRIMARY KEY, body TEXT) STRICT; BEGIN").unwrap();
        let put = |number: u32, length: usize| {
            let body = format!("needle-{number:05} {}", "x".repeat(length));
            let id = format!("{:08x}", number.wrapping_mul(2_654_435_761));
            connection.execute("INSERT OR REPLACE INTO t VALUES (?1, ?2)", (id, if length == 0 { String::new() } else { body })).unwrap();
        };
        for number in 0..300 {
            put(number, [5, 100, 400, 900, 2500][chance.random_range(0..5)]);
            put(chance.random_range(0..=number), [5, 100, 400, 900, 2500][chance.random_range(0..5)]);
        }
        let erased: Vec<u32> = (0..300).step_by(5).collect();
        erased.iter().for_each(|number| put(*number, 0));
        connection.execute_batch("COMMIT").unwrap();
        let has_traces = || {
            let bytes = std::fs::read(&path).unwrap();
            erased.iter().any(|number| memchr::memmem::find(&bytes, format!("needle-{number:05}").as_bytes()).is_some())
        };
        let before = has_traces();
        connection.execute_batch("VACUUM").unwrap();
        assert!(!has_traces());
        before
    });
    assert!(left.is_some(), "SQLite leaves nothing any more: the rewriting may go");
}
