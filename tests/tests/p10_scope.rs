//! P10: what a device may no longer see is gone from it, what it has not sent is not; buckets come and go one by one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};

use liuye_core::Code;
use liuye_core::companion::{CheckInDraft, Companion, HazardDraft, Page, SyncReason, SyncReport};
use liuye_core::domain::{CheckInEvidence, DocumentKind, HazardGrade, Movement};
use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::native::NativeTransport;
use liuye_hub::ops;
use liuye_tests::{District, open_phone};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::{Value, json};

/// More than one page of changes.
const MANY: usize = 700;

/// Lets somebody else act after each answer of a sync.
struct Busy {
    native: NativeTransport,
    others: Mutex<Box<dyn FnMut() + Send>>,
}

impl Transport for Busy {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let is_sync = request.url.ends_with("/sync");
        let answer = self.native.send(request);
        if is_sync {
            (self.others.lock().unwrap())();
        }
        answer
    }
}

fn add_hazard(inspector: &Companion, venue: &str) {
    let draft = HazardDraft {
        venue: venue.to_owned(),
        inspection: None,
        description: "安全出口堆放杂物".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    inspector.safety().add_hazard(draft).unwrap();
}

fn sync(phone: &Companion) -> SyncReport {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None);
    report
}

fn check_in(district: &District, checkpoint: &str) -> CheckInDraft {
    CheckInDraft {
        checkpoint: None,
        evidence: CheckInEvidence::Qr { payload: district.qr(checkpoint) },
        fix: None,
        movement: Movement::Foot,
        note: None,
        photos: Vec::new(),
    }
}

/// A site file in which this person's entry is changed.
fn site_with(person: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut site: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    change(site["persons"].as_array_mut().unwrap().iter_mut().find(|entry| entry["id"] == person).unwrap());
    site.to_string()
}

/// The first venue of a zone.
fn venue(zone: &str) -> String {
    let site: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    let venues = site["venues"].as_array().unwrap();
    venues.iter().find(|venue| venue["zone"] == zone).unwrap()["id"].as_str().unwrap().to_owned()
}

/// The hazards that a phone shows, by the zone of their venue.
fn hazards(phone: &Companion, zone: &str) -> usize {
    let mut count = 0;
    for offset in (0_u32..).step_by(200) {
        let page = phone.safety().hazards(Page { limit: 200, offset }).unwrap();
        if page.is_empty() {
            return count;
        }
        count += page.iter().filter(|(_, hazard)| hazard.zone == zone).count();
    }
    count
}

#[test]
fn p10_a_zone_that_is_given_to_somebody_else_goes_and_the_new_one_comes_whole_while_others_write() {
    let district = District::open();
    let (old, new) = (venue("z1"), venue("z5"));
    let inspector = Arc::new(district.staff("p-005"));
    add_hazard(&inspector, &old);
    for _ in 0..MANY {
        add_hazard(&inspector, &new);
    }
    sync(&inspector);

    let colleague = inspector.clone();
    let busy_venue = new.clone();
    let writes = Arc::new(Mutex::new(0));
    let written = writes.clone();
    let transport = Busy {
        native: NativeTransport::new(),
        others: Mutex::new(Box::new(move || {
            add_hazard(&colleague, &busy_venue);
            sync(&colleague);
            *written.lock().unwrap() += 1;
        })),
    };
    let phone = open_phone(&district.phone_path("p-011"), Arc::new(transport));
    phone.enrol(&district.url(), &district.code(Some("p-011"))).unwrap();
    sync(&phone);
    assert_eq!((hazards(&phone, "z1"), hazards(&phone, "z5")), (1, 0));

    phone.patrol().check_in(check_in(&district, "cp-02")).unwrap();
    district.hub().import_site(&site_with("p-011", |person| person["zones"] = json!(["z5"]))).unwrap();
    sync(&phone);
    assert!(*writes.lock().unwrap() >= 3, "the bucket came in more than one page");
    sync(&phone);
    assert_eq!(hazards(&phone, "z1"), 0, "what this phone may no longer see is gone from it");
    let at_hub = |zone: &str| {
        let all = district.hub().documents(DocumentKind::Hazard, 10_000, 0).unwrap();
        all.iter().filter(|document| document.body["zone"] == zone).count()
    };
    // The last sync's own answer was followed by one more write.
    assert_eq!(hazards(&phone, "z5"), at_hub("z5") - 1);
    assert_eq!(phone.patrol().check_ins(Page::first(10)).unwrap().len(), 1, "what it did itself stays");
    let outbox = phone.outbox().unwrap();
    assert_eq!((outbox.pending, outbox.applied), (0, 2));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p10_a_shared_phone_holds_what_each_may_see_and_loses_with_a_person_theirs_alone() {
    let mut district = District::open();
    for (person, pin) in [("p-011", "704913"), ("p-014", "550218")] {
        ops::pin::set(district.hub(), person, Some(pin)).unwrap();
    }
    let inspector = district.staff("p-005");
    add_hazard(&inspector, &venue("z1"));
    add_hazard(&inspector, &venue("z3"));
    sync(&inspector);
    let phone = district.shared("phone", &["p-011", "p-014"], &Arc::default());
    assert_eq!((hazards(&phone, "z1"), hazards(&phone, "z3")), (1, 1));
    phone.sign_in("p-014", "550218").unwrap();
    phone.patrol().check_in(check_in(&district, "cp-01")).unwrap();
    sync(&phone);

    district.stop();
    phone.patrol().check_in(check_in(&district, "cp-02")).unwrap();
    ops::device::remove_person(district.hub(), &phone.device().to_string(), "p-014").unwrap();
    district.start();
    let documents = |phone: &Companion| DocumentKind::ALL.iter().map(|kind| count(phone, *kind)).sum::<usize>();
    let before = documents(&phone);
    let report = sync(&phone);
    assert_eq!((hazards(&phone, "z1"), hazards(&phone, "z3")), (1, 0));
    assert_eq!(report.gone, 1, "the one hazard went, and nothing else: the check-ins lie in the phone's own bucket too");
    assert_eq!(documents(&phone), before - 1);
    assert_eq!(phone.patrol().check_ins(Page::first(10)).unwrap().len(), 2);
    assert_eq!((phone.outbox().unwrap().pending, phone.outbox().unwrap().quarantined), (0, 0), "what was not sent yet was taken in");
    assert!(phone.identity().unwrap().locked, "and its author is signed out");
    assert_eq!(phone.sign_in("p-014", "550218").unwrap_err().code, Code::UnknownReference);
    assert_eq!(sync(&phone).received, 0, "nothing comes again");
    assert_eq!(district.faults(), Vec::<String>::new());
}

fn count(phone: &Companion, kind: DocumentKind) -> usize {
    phone.documents(kind, Page::first(200)).unwrap().len()
}

#[test]
fn p10_a_person_who_joins_brings_their_buckets_and_nothing_else_moves() {
    let district = District::open();
    let inspector = district.staff("p-005");
    add_hazard(&inspector, &venue("z1"));
    add_hazard(&inspector, &venue("z3"));
    sync(&inspector);
    let phone = district.staff("p-011");
    assert_eq!((hazards(&phone, "z1"), hazards(&phone, "z3")), (1, 0));
    let device = phone.device().to_string();
    ops::device::add_person(district.hub(), &device, "p-014").unwrap();
    let report = sync(&phone);
    assert_eq!((hazards(&phone, "z1"), hazards(&phone, "z3")), (1, 1));
    assert_eq!((report.received, report.gone, report.mended), (2, 0, 0), "the hazard, and who shares the phone");
    assert_eq!(ops::device::add_person(district.hub(), &device, "p-014").unwrap_err().code, Code::Exists);
    ops::device::remove_person(district.hub(), &device, "p-011").unwrap();
    sync(&phone);
    assert_eq!((hazards(&phone, "z1"), hazards(&phone, "z3")), (0, 1));
    assert_eq!(phone.identity().unwrap().person.as_deref(), Some("p-014"), "alone, and without a PIN: as any phone of one");
    phone.patrol().check_in(check_in(&district, "cp-01")).unwrap();
    sync(&phone);
    assert_eq!(phone.outbox().unwrap().quarantined, 0);
    assert_eq!(phone.patrol().check_ins(Page::first(10)).unwrap()[0].1.person, "p-014");
}

#[test]
fn p10_who_no_longer_serves_sees_nothing_of_the_staffs_and_keeps_what_was_not_sent() {
    let mut district = District::open();
    let phone = district.staff("p-011");
    assert_eq!(count(&phone, DocumentKind::Venue), 60);
    district.stop();
    let unsent = phone.patrol().check_in(check_in(&district, "cp-02")).unwrap();
    district.hub().import_site(&site_with("p-011", |person| person["status"] = json!("suspended"))).unwrap();
    district.start();
    sync(&phone);
    for kind in [DocumentKind::Venue, DocumentKind::Checkpoint, DocumentKind::Route, DocumentKind::Person] {
        assert_eq!(count(&phone, kind), 0, "{kind}");
    }
    assert_eq!((count(&phone, DocumentKind::Site), count(&phone, DocumentKind::Zone)), (1, 5), "what anyone may know stays");
    let entries = phone.operations(Page::first(10)).unwrap();
    assert!(entries.iter().any(|entry| entry.operation == unsent.operation), "and so does the record, with what became of it");
}

/// Lets one answer of a sync through, with something to do before it is stored; then the network is gone.
struct OneAnswer {
    native: NativeTransport,
    before_storing: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Transport for OneAnswer {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let Some(act) = self.before_storing.lock().unwrap().take() else { return Err(TransportError::Offline) };
        let answer = self.native.send(request);
        act();
        answer
    }
}

#[test]
fn p10_what_was_not_sent_goes_on_showing_when_its_bucket_is_purged() {
    let district = District::open();
    let inspector = district.staff("p-005");
    add_hazard(&inspector, &venue("z1"));
    sync(&inspector);
    let phone = Arc::new(district.staff("p-011"));
    assert_eq!(hazards(&phone, "z1"), 1);
    district.hub().import_site(&site_with("p-011", |person| person["zones"] = json!(["z5"]))).unwrap();
    // The answer purges the zone in which a record was written while it was under way.
    let (writer, draft) = (phone.clone(), check_in(&district, "cp-22"));
    let act: Box<dyn FnOnce() + Send> = Box::new(move || drop(writer.patrol().check_in(draft).unwrap()));
    let transport = OneAnswer { native: NativeTransport::new(), before_storing: Mutex::new(Some(act)) };
    let syncing = open_phone(&district.phone_path("p-011"), Arc::new(transport));
    assert_eq!(syncing.sync(SyncReason::User).unwrap().blocked_reason, Some(Code::Offline));
    assert_eq!(hazards(&phone, "z1"), 0, "the zone is gone");
    assert_eq!(phone.outbox().unwrap().pending, 1);
    let shown = phone.patrol().check_ins(Page::first(10)).unwrap();
    assert_eq!(shown.iter().map(|(_, check_in)| check_in.zone.as_str()).collect::<Vec<_>>(), ["z1"]);
    sync(&phone);
    assert_eq!((phone.outbox().unwrap().pending, phone.outbox().unwrap().quarantined), (0, 0));
    assert_eq!(phone.patrol().check_ins(Page::first(10)).unwrap().len(), 1);
}

/// Those who may share the phone, with their zones.
const SHARERS: [(&str, &[&str]); 4] = [("p-011", &["z1"]), ("p-012", &["z1", "z2"]), ("p-014", &["z3"]), ("p-015", &["z2", "z3", "z5"])];
const ZONES: [&str; 5] = ["z1", "z2", "z3", "z4", "z5"];

/// What happens between two syncs.
#[derive(Debug, Clone)]
enum Deed {
    /// A person joins the phone, or is taken off it.
    Turn(usize),
    Hazard(usize),
    Sync,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => (0..SHARERS.len()).prop_map(Deed::Turn),
        2 => (0..ZONES.len()).prop_map(Deed::Hazard),
        2 => Just(Deed::Sync),
    ]
}

fn churn(district: &District, inspector: &Companion, name: &str, deeds: &[Deed]) -> TestCaseResult {
    let phone = district.shared(name, &[SHARERS[0].0], &Arc::default());
    let device = phone.device().to_string();
    let mut shares = [true, false, false, false];
    let whole = |zone: &str| hazards(inspector, zone);
    for deed in deeds.iter().chain([&Deed::Sync]) {
        match deed {
            Deed::Turn(index) => {
                let change = if shares[*index] { ops::device::remove_person } else { ops::device::add_person };
                change(district.hub(), &device, SHARERS[*index].0).unwrap();
                shares[*index] = !shares[*index];
            }
            Deed::Hazard(index) => {
                add_hazard(inspector, &venue(ZONES[*index]));
                sync(inspector);
            }
            Deed::Sync => {
                prop_assert_eq!(sync(&phone).mended, 0, "the buckets hold what the hub says they hold");
                for zone in ZONES {
                    let may_see = SHARERS.iter().zip(shares).any(|((_, zones), shares)| shares && zones.contains(&zone));
                    prop_assert_eq!(hazards(&phone, zone), if may_see { whole(zone) } else { 0 }, "{}", zone);
                }
                let staff = if shares.contains(&true) { 60 } else { 0 };
                prop_assert_eq!(count(&phone, DocumentKind::Venue), staff);
            }
        }
    }
    Ok(())
}

#[test]
fn p10_whoever_joins_and_leaves_a_phone_holds_exactly_what_they_may_see() {
    let district = District::open();
    // The desk sees every zone: what it holds is what there is.
    let desk = district.staff("p-003");
    let inspector = district.staff("p-005");
    for zone in ZONES {
        add_hazard(&inspector, &venue(zone));
    }
    sync(&inspector);
    sync(&desk);
    assert!(ZONES.iter().all(|zone| hazards(&inspector, zone) == hazards(&desk, zone)));
    let phones = std::cell::Cell::new(0);
    let config = ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&proptest::collection::vec(deed(), 4..20), |deeds| {
            phones.set(phones.get() + 1);
            churn(&district, &inspector, &format!("phone-{}", phones.get()), &deeds)
        })
        .unwrap();
    assert_eq!(district.faults(), Vec::<String>::new());
}
