//! What the rules promise of welfare timers: who does not come back is asked after, and duress shows nowhere but at the desk.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{Actor, Bucket, Kind, Role, Settings, Verdict, WelfareMove, WelfareState, due, welfare_code};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn desk() -> Actor {
    person("p-003", Role::Desk)
}

fn holder() -> Actor {
    person("p-019", Role::Guard)
}

fn arm() -> Value {
    json!({"event": "arm", "duration_s": 1200, "note": "boathouse", "code": welfare_code("w1", "2580"), "duress": welfare_code("w1", "2581")})
}

fn cancel(code: &str) -> Value {
    json!({"event": "cancel", "code": welfare_code("w1", code)})
}

fn armed() -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&holder(), Kind::WelfareArm, "w1", arm()), Verdict::CLEAN);
    world
}

const STATES: [(&str, WelfareState); 6] = [
    ("armed", WelfareState::Armed),
    ("prompted", WelfareState::Prompted),
    ("alarmed", WelfareState::Alarmed),
    ("acknowledged", WelfareState::Acknowledged),
    ("resolved", WelfareState::Resolved),
    ("false_alarm", WelfareState::FalseAlarm),
];

#[test]
fn a_timer_takes_every_listed_step_and_no_other() {
    let steps = [
        WelfareMove::Prompt,
        WelfareMove::Alarm,
        WelfareMove::Cancel,
        WelfareMove::Acknowledge,
        WelfareMove::Resolve,
        WelfareMove::FalseAlarm,
    ];
    let mut taken = 0;
    for (name, state) in STATES {
        for step in steps {
            let mut world = armed();
            world.force("w1", "state", json!(name));
            world.force("w1", "prompted_at", json!(NOON));
            let (kind, body, actor) = match step {
                WelfareMove::Cancel => (Kind::WelfareCancel, cancel("2580"), holder()),
                WelfareMove::Acknowledge => (Kind::WelfareAcknowledge, json!({"event": "acknowledge"}), desk()),
                WelfareMove::Resolve => (Kind::WelfareResolve, json!({"event": "resolve"}), desk()),
                WelfareMove::FalseAlarm => (Kind::WelfareFalseAlarm, json!({"event": "false_alarm"}), desk()),
                WelfareMove::Prompt | WelfareMove::Alarm => {
                    // The clock's own: it takes the one that the state has, where it has one.
                    let listed = WelfareState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step);
                    if let Some((.., to)) = listed {
                        world.tick(NOON + 20 * MINUTE);
                        assert_eq!(world.body("w1")["state"], serde_json::to_value(to).unwrap());
                        taken += 1;
                    } else if !matches!(state, WelfareState::Armed | WelfareState::Prompted) {
                        assert_eq!(world.tick(NOON + 20 * MINUTE), Vec::<String>::new(), "{name}");
                    }
                    continue;
                }
            };
            let verdict = world.act(&actor, kind, "w1", body);
            match WelfareState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("w1")["state"], serde_json::to_value(to).unwrap(), "{name} {step:?}");
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {step:?}"),
            }
        }
    }
    assert_eq!((taken, WelfareState::TRANSITIONS.len()), (7, 7));
}

#[test]
fn who_does_not_come_back_is_asked_and_then_the_desk_is_alarmed() {
    let mut world = armed();
    assert_eq!(due::deadline(&world.documents["w1"], &Settings::default()), Some(NOON + 20 * MINUTE));
    assert_eq!(world.tick(NOON + 20 * MINUTE - 1), Vec::<String>::new());
    assert_eq!(world.tick(NOON + 20 * MINUTE), ["w1"]);
    assert_eq!(world.body("w1")["state"], "prompted");
    assert_eq!(world.tick(NOON + 21 * MINUTE - 1), Vec::<String>::new(), "a minute to answer");
    assert_eq!(world.tick(NOON + 21 * MINUTE), ["w1"]);
    assert_eq!((&world.body("w1")["state"], &world.body("w1")["alarmed_at"]), (&json!("alarmed"), &json!(NOON + 21 * MINUTE)));
}

#[test]
fn who_is_asked_late_has_their_time_to_answer_all_the_same() {
    let mut world = armed();
    world.tick(NOON + 300 * MINUTE);
    assert_eq!(world.body("w1")["state"], "prompted", "a hub that was down alarms nobody over somebody who was never asked");
    assert_eq!(due::deadline(&world.documents["w1"], &Settings::default()), Some(NOON + 301 * MINUTE));
}

#[test]
fn a_clock_that_is_ten_years_wrong_alarms_nobody() {
    for wrong in [-315_360_000_000, 315_360_000_000] {
        let mut world = Memory::hub();
        let mut operation = world.operation(Kind::WelfareArm, "w1", arm());
        (operation.clock_offset_ms, operation.clock_err_ms, operation.recorded_at) = (None, None, NOON + wrong);
        let outcome = world.judge_at(&operation, &holder(), NOON);
        assert!(world.store(&operation, outcome).is_applied());
        assert_eq!(due::deadline(&world.documents["w1"], &Settings::default()), Some(NOON + 20 * MINUTE), "{wrong}");
    }
}

#[test]
fn a_duress_code_looks_like_the_other_and_alarms_the_desk() {
    let judged = |code: &str| {
        let mut world = armed();
        let operation = world.operation(Kind::WelfareCancel, "w1", cancel(code));
        let outcome = world.judge(&operation, &holder());
        (world.store(&operation, outcome), world)
    };
    let ((calm, quiet), (duress, loud)) = (judged("2580"), judged("2581"));
    assert_eq!((&calm, &duress), (&Verdict::CLEAN, &Verdict::CLEAN));
    assert_eq!(quiet.documents["w1"], loud.documents["w1"], "all that the phone ever receives of it");
    assert!(!quiet.documents.contains_key("w1.duress"));
    let alarm = &loud.documents["w1.duress"];
    assert_eq!((&alarm.body["state"], &alarm.body["duress"], &alarm.body["person"]), (&json!("alarmed"), &json!(true), &json!("p-019")));
    assert_eq!(alarm.buckets, [Role::Desk, Role::Commander, Role::Auditor].map(Bucket::Role), "the phone has none of these");
    let mut loud = loud;
    assert_eq!(loud.act(&desk(), Kind::WelfareAcknowledge, "w1.duress", json!({"event": "acknowledge"})), Verdict::CLEAN);
    assert_eq!(loud.act(&desk(), Kind::WelfareResolve, "w1.duress", json!({"event": "resolve"})), Verdict::CLEAN);
}

#[test]
fn a_phone_predicts_the_same_for_both_codes_and_refuses_a_third() {
    let mut phone = armed();
    phone.hub = false;
    let mut outcome = |code: &str| {
        let operation = phone.operation(Kind::WelfareCancel, "w1", cancel(code));
        phone.judge(&operation, &holder())
    };
    assert_eq!(outcome("2580"), outcome("2581"));
    assert_eq!(refusal(&outcome("0000").verdict), (Code::Malformed, "code"));
}

#[test]
fn a_duress_code_that_comes_too_late_alarms_the_desk_all_the_same() {
    let mut world = armed();
    let late = world.operation(Kind::WelfareCancel, "w1", cancel("2581"));
    world.tick(NOON + 20 * MINUTE);
    world.tick(NOON + 21 * MINUTE);
    let outcome = world.judge(&late, &holder());
    assert_eq!(world.store(&late, outcome), Verdict::Conflict { code: Code::Overtaken, kept: None }, "the hub's clock was faster");
    assert_eq!(world.body("w1.duress")["state"], "alarmed");
    assert_eq!(world.conflicts("w1").len(), 1, "the desk sees that they answered");
}

#[test]
fn the_codes_are_for_the_timers_own_phone_alone() {
    let world = armed();
    assert_eq!(world.documents["w1.codes"].buckets, [Bucket::Device(device(1))]);
    assert_eq!(welfare_code("w1", " 2580 "), welfare_code("w1", "2580"));
    assert_ne!(welfare_code("w1", "2580"), welfare_code("w2", "2580"), "a digest says nothing of another timer's code");
    assert!(!world.documents["w1"].body.to_string().contains(&welfare_code("w1", "2580").to_string()));
}

#[test]
fn a_timer_is_its_holders_and_an_alarm_the_desks() {
    let mut world = armed();
    let mut foreign = world.operation(Kind::WelfareCancel, "w1", cancel("2580"));
    foreign.device = device(2);
    assert_eq!(refusal(&world.take(&foreign, &person("p-020", Role::Guard))).0, Code::NotPermitted);
    assert_eq!(world.take(&foreign, &holder()), Verdict::CLEAN, "their other phone");
    let mut world = armed();
    world.force("w1", "state", json!("alarmed"));
    assert_eq!(refusal(&world.act(&holder(), Kind::WelfareAcknowledge, "w1", json!({"event": "acknowledge"}))).0, Code::NotPermitted);
    assert_eq!(refusal(&world.act(&Actor::Tourist, Kind::WelfareArm, "w9", arm())).0, Code::NotPermitted);
}
