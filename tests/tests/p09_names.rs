//! P9: nobody's record travels under another's name, and logging out loses nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use liuye_core::Code;
use liuye_core::companion::{Companion, LostReportDraft, Page, SyncReason};
use liuye_core::domain::Pin;
use liuye_core::log::{AuthLevel, Operation};
use liuye_core::native::NativeTransport;
use liuye_hub::ops;
use liuye_tests::{District, HandClock, RawPhone, lost_keys, open_phone_at, problem};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

const PERSONS: [&str; 3] = ["p-011", "p-012", "p-014"];
const PINS: [&str; 3] = ["704913", "550218", "918273"];
const MINUTE_MS: u64 = 60_000;

/// What happens on a shared phone.
#[derive(Debug, Clone)]
enum Deed {
    SignIn(usize),
    WrongPin(usize),
    SignOut,
    Record,
    Sync,
    /// The process ends without a word, and another opens the file.
    Kill,
    /// Nobody uses the phone for so many minutes.
    Leave(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let person = 0..PERSONS.len();
    prop_oneof![
        3 => person.clone().prop_map(Deed::SignIn),
        1 => person.prop_map(Deed::WrongPin),
        1 => Just(Deed::SignOut),
        6 => Just(Deed::Record),
        2 => Just(Deed::Sync),
        1 => Just(Deed::Kill),
        1 => (1_u64..8).prop_map(Deed::Leave),
    ]
}

fn with_pins(district: &District) {
    for (person, pin) in PERSONS.iter().zip(PINS) {
        assert_eq!(ops::pin::set(district.hub(), person, Some(pin)).unwrap(), None);
    }
}

fn keys() -> LostReportDraft {
    LostReportDraft { place: "沙滩公园".to_owned(), ..lost_keys() }
}

fn record(phone: &Companion) -> Result<String, Code> {
    phone.lost().report(keys()).map(|recorded| recorded.operation.to_string()).map_err(|error| error.code)
}

fn sign_in(phone: &Companion, person: &str, pin: &str) -> Result<(), Code> {
    phone.sign_in(person, pin).map(drop).map_err(|error| error.code)
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

/// The names under which the hub has a device's operations, but for its enrolment, and how sure the phone was.
fn names_at_hub(district: &District, phone: &Companion) -> BTreeMap<String, (String, AuthLevel)> {
    let ledger = district.ledger();
    let mut statement = ledger
        .prepare("SELECT id, actor, content FROM operations WHERE device = ?1 AND kind <> 'device.enrol' AND state = 'applied'")
        .unwrap();
    let rows = statement.query_map([phone.device().to_string()], |row| {
        let operation: Operation = serde_json::from_str(&row.get::<_, String>(2)?).unwrap();
        Ok((row.get(0)?, (row.get(1)?, operation.auth_level)))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// What should be true of a phone, kept beside it.
struct Model {
    /// Whoever is signed in, and when the phone was last used, in ms that passed by hand.
    session: Option<(usize, u64)>,
    failures: [u32; PERSONS.len()],
    next_try: [u64; PERSONS.len()],
    now: u64,
    written: BTreeMap<String, (String, AuthLevel)>,
}

impl Model {
    const fn new() -> Self {
        Self { session: None, failures: [0; PERSONS.len()], next_try: [0; PERSONS.len()], now: 0, written: BTreeMap::new() }
    }

    fn author(&self) -> Option<usize> {
        self.session.filter(|(_, used)| self.now - used < 5 * MINUTE_MS).map(|(person, _)| person)
    }

    fn try_pin(&mut self, person: usize, right: bool) -> Result<(), Code> {
        if self.now < self.next_try[person] {
            return Err(Code::PinLocked);
        }
        if right {
            (self.failures[person], self.next_try[person], self.session) = (0, 0, Some((person, self.now)));
            return Ok(());
        }
        self.failures[person] += 1;
        self.next_try[person] = self.now + Pin::wait_after_ms(self.failures[person]);
        Err(Code::PinWrong)
    }
}

fn live(district: &District, name: &str, deeds: &[Deed]) -> TestCaseResult {
    let clock = Arc::new(HandClock::default());
    let mut phone = district.shared(name, &PERSONS, &clock);
    let mut model = Model::new();
    for deed in deeds {
        match deed {
            Deed::SignIn(person) => {
                prop_assert_eq!(sign_in(&phone, PERSONS[*person], PINS[*person]), model.try_pin(*person, true));
            }
            Deed::WrongPin(person) => prop_assert_eq!(sign_in(&phone, PERSONS[*person], "999998"), model.try_pin(*person, false)),
            Deed::SignOut => {
                phone.sign_out().unwrap();
                model.session = None;
            }
            Deed::Record => match (record(&phone), model.author()) {
                (Ok(operation), Some(person)) => {
                    model.session = Some((person, model.now));
                    model.written.insert(operation, (PERSONS[person].to_owned(), AuthLevel::Pin));
                }
                (Err(Code::Locked), None) => {}
                (outcome, author) => prop_assert!(false, "{outcome:?} while {author:?} is signed in"),
            },
            Deed::Sync => sync(&phone),
            Deed::Kill => {
                drop(phone);
                phone = open_phone_at(&district.phone_path(name), Arc::new(NativeTransport::new()), &clock);
            }
            Deed::Leave(minutes) => {
                clock.pass(minutes * MINUTE_MS);
                model.now += minutes * MINUTE_MS;
            }
        }
        let identity = phone.identity().unwrap();
        prop_assert_eq!(identity.locked, model.author().is_none());
        prop_assert_eq!(identity.person.as_deref(), model.session.map(|(person, _)| PERSONS[person]));
    }
    sync(&phone);
    prop_assert_eq!(phone.outbox().unwrap().pending, 0);
    prop_assert_eq!(names_at_hub(district, &phone), model.written);
    Ok(())
}

#[test]
fn p09_whoever_comes_and_goes_each_record_has_the_name_that_wrote_it() {
    let district = District::open();
    with_pins(&district);
    let phones = std::cell::Cell::new(0);
    let config = ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&proptest::collection::vec(deed(), 5..30), |deeds| {
            phones.set(phones.get() + 1);
            live(&district, &format!("phone-{}", phones.get()), &deeds)
        })
        .unwrap();
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// The negative control: a hub that put one record under a colleague's name would be noticed.
#[test]
fn p09_a_record_under_another_name_is_noticed() {
    let district = District::open();
    with_pins(&district);
    let phone = district.shared("phone", &PERSONS, &Arc::default());
    sign_in(&phone, "p-011", PINS[0]).unwrap();
    let written = BTreeMap::from([(record(&phone).unwrap(), ("p-011".to_owned(), AuthLevel::Pin))]);
    sync(&phone);
    assert_eq!(names_at_hub(&district, &phone), written);
    district.ledger().execute("UPDATE operations SET actor = 'p-012' WHERE kind = 'loss.report'", []).unwrap();
    assert_ne!(names_at_hub(&district, &phone), written);
}

#[test]
fn p09_logging_out_loses_nothing_and_the_next_person_sends_it_under_its_own_name() {
    let mut district = District::open();
    with_pins(&district);
    let phone = district.shared("phone", &PERSONS[..2], &Arc::default());
    district.stop();
    assert_eq!(record(&phone), Err(Code::Locked));
    sign_in(&phone, "p-011", PINS[0]).unwrap();
    let first = record(&phone).unwrap();
    phone.sign_out().unwrap();
    assert_eq!(record(&phone), Err(Code::Locked));
    assert_eq!(phone.outbox().unwrap().pending, 1);
    sign_in(&phone, "p-012", PINS[1]).unwrap();
    assert_eq!(phone.identity().unwrap().person_name.unwrap().zh, "易书禾");
    let second = record(&phone).unwrap();
    let shown = |operation: &str| {
        let entries = phone.operations(Page::first(10)).unwrap();
        entries.into_iter().find(|entry| entry.operation.to_string() == operation).unwrap().actor
    };
    assert_eq!((shown(&first).as_str(), shown(&second).as_str()), ("p-011", "p-012"));
    district.start();
    sync(&phone);
    let names = names_at_hub(&district, &phone);
    assert_eq!((names[&first].0.as_str(), names[&second].0.as_str()), ("p-011", "p-012"));
    let reports = phone.lost().reports(Page::first(10)).unwrap();
    let mut reporters: Vec<_> = reports.iter().map(|(_, report)| report.reporter.as_str()).collect();
    reporters.sort_unstable();
    assert_eq!(reporters, ["p-011", "p-012"], "documents name their authors too");
}

#[test]
fn p09_five_wrong_pins_lock_a_person_out_whatever_is_done_to_the_phone() {
    let district = District::open();
    with_pins(&district);
    let clock = Arc::new(HandClock::default());
    let open = || open_phone_at(&district.phone_path("phone"), Arc::new(NativeTransport::new()), &clock);
    let phone = district.shared("phone", &PERSONS[..2], &clock);
    for _ in 0..5 {
        assert_eq!(sign_in(&phone, "p-011", "999998"), Err(Code::PinWrong));
    }
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Err(Code::PinLocked), "the right one comes too late");
    assert!(phone.identity().unwrap().sharers[0].next_try_at.is_some());
    assert_eq!(sign_in(&phone, "p-012", PINS[1]), Ok(()), "a colleague is not locked out");
    clock.set_wall_by(86_400_000);
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Err(Code::PinLocked), "another wall clock changes nothing");
    drop(phone);
    let phone = open();
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Err(Code::PinLocked), "nor does a restart");
    clock.pass(50_000);
    drop(phone);
    clock.reboot();
    let phone = open();
    clock.pass(50_000);
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Err(Code::PinLocked), "a reboot begins the wait anew");
    clock.pass(11_000);
    assert_eq!(sign_in(&phone, "p-011", "999998"), Err(Code::PinWrong), "one try after the minute");
    clock.pass(61_000);
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Err(Code::PinLocked), "and then the wait is longer");
    clock.pass(60_000);
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Ok(()));
    assert_eq!(sign_in(&phone, "p-011", "999998"), Err(Code::PinWrong), "the right one begins the count anew");
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Ok(()));
}

#[test]
fn p09_an_officer_who_sets_another_pin_signs_out_and_lets_in() {
    let district = District::open();
    with_pins(&district);
    let phone = district.shared("phone", &PERSONS[..2], &Arc::default());
    sign_in(&phone, "p-011", PINS[0]).unwrap();
    for _ in 0..5 {
        assert_eq!(sign_in(&phone, "p-011", "999998"), Err(Code::PinWrong));
    }
    let made = ops::pin::set(district.hub(), "p-011", None).unwrap().unwrap();
    sync(&phone);
    assert_eq!(record(&phone), Err(Code::Locked), "the old PIN's session is over");
    assert_eq!(sign_in(&phone, "p-011", &made), Ok(()), "and so is the wait");
    assert_eq!(ops::pin::set(district.hub(), "p-011", Some("123456")).unwrap_err().code, Code::OutOfRange);
    assert_eq!(ops::pin::set(district.hub(), "p-999", None).unwrap_err().code, Code::UnknownReference);
}

#[test]
fn p09_a_phone_locks_itself_when_nobody_uses_it_after_what_its_site_says() {
    let district = District::open();
    with_pins(&district);
    let clock = Arc::new(HandClock::default());
    let phone = district.shared("phone", &PERSONS[..2], &clock);
    sign_in(&phone, "p-011", PINS[0]).unwrap();
    clock.pass(4 * MINUTE_MS);
    record(&phone).unwrap();
    clock.pass(4 * MINUTE_MS);
    phone.touch().unwrap();
    clock.pass(4 * MINUTE_MS);
    record(&phone).unwrap();
    clock.pass(5 * MINUTE_MS);
    let identity = phone.identity().unwrap();
    assert!(identity.locked && identity.person.as_deref() == Some("p-011"), "the app knows whose PIN to ask for");
    phone.touch().unwrap();
    assert_eq!(record(&phone), Err(Code::Locked), "a touch opens nothing");
    assert_eq!(phone.needs_attention().unwrap(), Vec::new(), "reading goes on");
    sync(&phone);

    let mut site: serde_json::Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    site["site"]["settings"] = serde_json::json!({ "app_lock_s": 60 });
    district.hub().import_site(&site.to_string()).unwrap();
    sync(&phone);
    sign_in(&phone, "p-011", PINS[0]).unwrap();
    clock.pass(MINUTE_MS);
    assert_eq!(record(&phone), Err(Code::Locked));
    sign_in(&phone, "p-011", PINS[0]).unwrap();
    clock.reboot();
    assert_eq!(record(&phone), Err(Code::Locked), "nobody can tell how long a phone was off");
}

#[test]
fn p09_a_phone_of_one_asks_for_nothing_until_a_pin_is_set() {
    let district = District::open();
    let phone = district.staff("p-011");
    let before = record(&phone).unwrap();
    assert!(!phone.identity().unwrap().locked && phone.identity().unwrap().sharers.is_empty());
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Err(Code::UnknownReference));
    with_pins(&district);
    sync(&phone);
    assert_eq!(record(&phone), Err(Code::Locked));
    sign_in(&phone, "p-011", PINS[0]).unwrap();
    let after = record(&phone).unwrap();
    sync(&phone);
    let names = names_at_hub(&district, &phone);
    assert_eq!(names[&before], ("p-011".to_owned(), AuthLevel::Device));
    assert_eq!(names[&after], ("p-011".to_owned(), AuthLevel::Pin));
}

#[test]
fn p09_nobody_signs_in_who_does_not_share_the_phone_or_has_no_pin() {
    let district = District::open();
    ops::pin::set(district.hub(), "p-011", Some(PINS[0])).unwrap();
    let phone = district.phone("phone");
    assert_eq!(sign_in(&phone, "p-011", PINS[0]), Err(Code::NotEnrolled));
    let before = record(&phone).unwrap();
    drop(phone);
    let phone = district.shared("phone", &PERSONS[..2], &Arc::default());
    assert_eq!(sign_in(&phone, "p-014", PINS[2]), Err(Code::UnknownReference));
    assert_eq!(sign_in(&phone, "p-012", PINS[1]), Err(Code::PinMissing));
    assert_eq!(sign_in(&phone, "p-011", "12345"), Err(Code::OutOfRange));
    // Nobody knows who held a phone before several shared it: it is put under nobody's name.
    let names = names_at_hub(&district, &phone);
    assert_eq!(names[&before].0, "self");
    assert_eq!(phone.lost().reports(Page::first(10)).unwrap()[0].1.reporter, "tourist");
}

/// What the hub says of a loss of p-011's, by a phone that p-011 was taken off. `seen` and `offset` as the phone writes them.
fn verdict_after_leaving(seen: bool, offset: Option<i64>, before: bool) -> (String, serde_json::Value) {
    let district = District::open();
    let persons = ["p-011", "p-012"].map(str::to_owned);
    let phone = RawPhone::enrol_by(&district, &ops::enrol_code::make_shared(district.hub(), &persons, 1, 60).unwrap());
    let written = phone.loss(1, phone.genesis(), "p-011");
    std::thread::sleep(std::time::Duration::from_millis(5));
    ops::device::remove_person(district.hub(), &phone.key.device().to_string(), "p-011").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let mut operation = if before { written } else { phone.loss(1, phone.genesis(), "p-011") };
    operation.seen = if seen { district.hub().head().unwrap() } else { 1 };
    (operation.clock_offset_ms, operation.clock_err_ms) = (offset, offset.map(|_| 1));
    operation.seal();
    let colleague = phone.loss(2, operation.hash, "p-012");
    let body = problem(&phone.sync(&district.hub().site().unwrap(), &[operation, colleague])).2;
    assert_eq!(body["verdicts"][1]["verdict"], "applied", "a colleague's record is not touched by it");
    let verdict = &body["verdicts"][0];
    (verdict["verdict"].as_str().unwrap().to_owned(), verdict.get("flags").or(verdict.get("code")).cloned().unwrap_or_default())
}

#[test]
fn p09_who_is_taken_off_a_phone_keeps_what_they_wrote_before_and_writes_nothing_more() {
    let nothing = serde_json::Value::Null;
    let uncertain = serde_json::json!(["authority_uncertain"]);
    assert_eq!(verdict_after_leaving(false, Some(0), true), ("applied".to_owned(), nothing));
    // The phone had not heard of it: nobody can say that they knew.
    assert_eq!(verdict_after_leaving(false, Some(0), false), ("applied".to_owned(), uncertain.clone()));
    assert_eq!(verdict_after_leaving(false, None, true), ("applied".to_owned(), uncertain));
    assert_eq!(verdict_after_leaving(true, Some(0), false), ("quarantined".to_owned(), serde_json::json!("not_permitted")));
}

#[test]
fn p09_nobody_corrects_or_gives_up_a_colleagues_record() {
    let district = District::open();
    let persons = ["p-011", "p-012"].map(str::to_owned);
    let phone = RawPhone::enrol_by(&district, &ops::enrol_code::make_shared(district.hub(), &persons, 1, 60).unwrap());
    let mut broken = phone.loss(1, phone.genesis(), "p-011");
    broken.body = serde_json::value::RawValue::from_string("{}".to_owned()).ok();
    broken.seal();
    let amend = |seq, prev, actor| {
        let mut operation = phone.loss(seq, prev, actor);
        operation.entity.clone_from(&broken.entity);
        operation.amends = Some(broken.id);
        operation.seal();
        operation
    };
    let theirs = amend(2, broken.hash, "p-012");
    let own = amend(3, theirs.hash, "p-011");
    let body = problem(&phone.sync(&district.hub().site().unwrap(), &[broken.clone(), theirs, own])).2;
    let verdicts: Vec<_> = body["verdicts"].as_array().unwrap().iter().map(|verdict| &verdict["verdict"]).collect();
    assert_eq!(verdicts, ["quarantined", "quarantined", "applied"]);
    assert_eq!(body["verdicts"][1]["code"], "amends_nothing");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p09_who_left_the_phone_and_the_service_does_not_write_on_as_anyone() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, Some("p-011"));
    ops::device::remove_person(district.hub(), &phone.key.device().to_string(), "p-011").unwrap();
    let mut site: serde_json::Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    site["persons"].as_array_mut().unwrap().retain(|person| person["id"] != "p-011");
    site["units"] = serde_json::json!([]);
    district.hub().import_site(&site.to_string()).unwrap();
    let mut operation = phone.loss(1, phone.genesis(), "p-011");
    operation.seen = district.hub().head().unwrap();
    operation.seal();
    let body = problem(&phone.sync(&district.hub().site().unwrap(), &[operation])).2;
    assert_eq!((&body["verdicts"][0]["verdict"], &body["verdicts"][0]["field"]), (&"quarantined".into(), &"actor".into()));
}
