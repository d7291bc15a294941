//! The personnel base: authority as of an operation's time, and what the next edition of an entry keeps of the last.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, flags, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{Actor, Certificate, Flag, Kind, Person, PersonStatus, Role, Verdict};
use serde_json::json;

const DAY: i64 = 86_400_000;

fn entry(role: Role) -> Person {
    match person("p-g", role) {
        Actor::Person(person) => Person { zones: vec!["z1".to_owned(), "z2".to_owned()], ..*person },
        _ => unreachable!(),
    }
}

fn check_in(actor: &Actor, recorded_at: i64, received_at: i64, synced: bool) -> Verdict {
    let mut world = Memory::hub();
    let body = json!({"checkpoint": "cp-01", "evidence": {"method": "gps"}});
    let mut operation = world.operation(Kind::CheckInRecord, "c1", body);
    operation.recorded_at = recorded_at;
    operation.clock_offset_ms = synced.then_some(0);
    world.judge_at(&operation, actor, received_at).verdict
}

#[test]
fn whoever_has_left_keeps_what_they_did_before() {
    let left = Person { status: PersonStatus::Left, ..entry(Role::Guard) }.succeeding(&entry(Role::Guard), NOON);
    let actor = Actor::Person(Box::new(left.clone()));
    // Uploaded a day after they left: written before it, after it, and by a clock of which nobody knows.
    assert_eq!(flags(&check_in(&actor, NOON - 1, NOON + DAY, true)), [Flag::FixMissing]);
    assert_eq!(refusal(&check_in(&actor, NOON, NOON + DAY, true)).0, Code::NotPermitted);
    assert_eq!(flags(&check_in(&actor, NOON - 1, NOON + DAY, false)), [Flag::FixMissing, Flag::AuthorityUncertain]);
    // Without the date, as version 0.1 wrote it, all of it is lost: that is what the date is for.
    let undated = Actor::Person(Box::new(Person { status_history: Vec::new(), ..left }));
    assert_eq!(refusal(&check_in(&undated, NOON - 1, NOON + DAY, true)).0, Code::NotPermitted);
}

#[test]
fn whoever_comes_back_did_not_serve_in_between() {
    let gone = Person { status: PersonStatus::Left, ..entry(Role::Guard) }.succeeding(&entry(Role::Guard), NOON);
    let back = entry(Role::Guard).succeeding(&gone, NOON + 10 * DAY);
    let serves: Vec<_> = [-1, 0, 10 * DAY - 1, 10 * DAY].iter().map(|after| back.serves(NOON + after)).collect();
    assert_eq!(serves, [true, false, false, true]);
    assert_eq!(entry(Role::Guard).succeeding(&back, NOON + 20 * DAY), back, "the same word again changes nothing");
}

#[test]
fn zones_and_roles_have_a_history_and_what_is_equal_has_none() {
    let before = entry(Role::Guard);
    assert_eq!(before.clone().succeeding(&before, NOON), before);
    let moved = Person { zones: vec!["z2".to_owned(), "z3".to_owned()], ..before.clone() }.succeeding(&before, NOON);
    let zones = |at: i64| moved.zones_at(at);
    assert_eq!(zones(NOON - 1), ["z1", "z2"]);
    assert_eq!(zones(NOON), ["z2", "z3"]);
    assert_eq!(moved.zones, ["z2", "z3"], "whoever does not read histories sees the last word");
    let mut promoted = before;
    promoted.assign_roles(&[Role::Guard], NOON);
    assert_eq!(promoted.roles.len(), 1, "held already");
    promoted.assign_roles(&[Role::Auxiliary], NOON);
    assert_eq!((promoted.roles_at(NOON - 1), promoted.roles_at(NOON)), (vec![Role::Guard], vec![Role::Auxiliary]));
    promoted.assign_roles(&[Role::Guard, Role::Auxiliary], NOON + DAY);
    assert_eq!(promoted.roles_at(NOON + DAY), [Role::Auxiliary, Role::Guard]);
    promoted.assign_roles(&[Role::Guard], NOON);
    assert_eq!(promoted.roles_at(NOON + 2 * DAY), [Role::Guard], "a word about an earlier time replaces what was to come after it");
    promoted.check().unwrap();
}

#[test]
fn a_certificate_is_good_for_its_time_and_a_history_in_disorder_is_refused() {
    let paper = |from, to| Certificate { name: "保安员证".to_owned(), from, to };
    let dated = paper(Some(NOON), Some(NOON + DAY));
    assert_eq!([NOON - 1, NOON, NOON + DAY - 1, NOON + DAY].map(|at| dated.is_good(at)), [false, true, true, false]);
    assert!(paper(None, None).is_good(i64::MAX));
    let wrong = Person { certificates: vec![dated, paper(Some(NOON), Some(NOON))], ..entry(Role::Guard) };
    let error = wrong.check().unwrap_err();
    assert_eq!((error.code, error.field.as_ref()), (Code::TimeOrder, "certificates[1].to"));
    let read: Person = serde_json::from_value(json!({
        "id": "p-1", "name": {"zh": "甲", "en": "A"}, "force": "guard", "trades": ["patrol"], "roles": [], "status": "active",
        "status_history": [{"status": "left", "from": "2026-05-01T08:00:00+08:00"}, {"status": "active", "from": "2026-05-01T08:00:00+08:00"}],
    }))
    .unwrap();
    assert_eq!(read.check().unwrap_err().field, "status_history[1].from");
}

#[test]
fn an_entry_of_0_1_is_written_as_it_was_read() {
    let text = r#"{"id":"p-1","name":{"zh":"甲","en":"A"},"force":"guard","trades":["patrol"],"roles":[{"role":"guard"}],"zones":["z1"],"status":"left"}"#;
    let read: Person = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert!(!read.serves(0), "without a date it holds always");
}
