//! What the rules promise of calls and assignments: every listed step works, every other is refused, nothing is lost.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, AssignmentMove, AssignmentState, Bucket, CallMove, CallState, Document, Kind, Role, Settings, Until, Verdict, due,
};
use liuye_core::log::Operation;
use proptest::prelude::*;
use serde_json::{Value, json};

fn desk() -> Actor {
    person("p-003", Role::Desk)
}

fn commander() -> Actor {
    person("p-001", Role::Commander)
}

/// Of the lake's own personnel, so that they can be sent.
fn auxiliary() -> Actor {
    person("p-011", Role::Auxiliary)
}

fn help() -> Value {
    json!({"event": "raise", "source": "app", "category": "drowning", "description": "near the pier", "zone": "z1"})
}

fn dispatch(persons: &[&str]) -> Value {
    json!({"event": "dispatch", "responders": persons.iter().map(|person| json!({"person": person})).collect::<Vec<_>>()})
}

/// A world with a call `c1` of a tourist's, and p-011 sent to it, both in these states.
fn with_call(state: &str, assignment: &str) -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&Actor::Tourist, Kind::CallRaise, "c1", help()), Verdict::CLEAN);
    assert_eq!(world.act(&Actor::Tourist, Kind::CallRaise, "c2", help()), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::CallTriage, "c1", json!({"event": "triage", "severity": "urgent"})), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::CallDispatch, "c1", dispatch(&["p-011"])), Verdict::CLEAN);
    world.force("c1", "state", json!(state));
    world.force("c1.p-011.1", "state", json!(assignment));
    world
}

/// The operation that makes a step, otherwise in order, and who makes it.
fn call_step(world: &mut Memory, step: CallMove) -> (Operation, Actor) {
    let (kind, body) = match step {
        CallMove::Triage => (Kind::CallTriage, json!({"event": "triage", "severity": "general"})),
        CallMove::Dispatch => {
            let sent = world.body("c1")["assigned"].as_array().map_or(0, Vec::len);
            // Somebody new each time: who is on the way is not sent again.
            (Kind::CallDispatch, dispatch(&[&format!("p-0{}", 12 + sent % 15)]))
        }
        CallMove::Arrive => {
            let operation = world.operation(Kind::AssignmentArrive, "c1.p-011.1", json!({"event": "arrive"}));
            return (operation, auxiliary());
        }
        CallMove::Handle => (Kind::CallHandle, json!({"event": "handle"})),
        CallMove::Close => (Kind::CallClose, json!({"event": "close", "referral": "430702-1"})),
        CallMove::Cancel => (Kind::CallCancel, json!({"event": "cancel", "reason": "found"})),
        CallMove::Unfounded => (Kind::CallUnfounded, json!({"event": "unfounded", "reason": "nobody there"})),
        CallMove::Merge => (Kind::CallMerge, json!({"event": "merge", "into": "c2"})),
        CallMove::Reopen => (Kind::CallReopen, json!({"event": "reopen", "reason": "again"})),
    };
    (world.operation(kind, "c1", body), desk())
}

const CALL_STATES: [(&str, CallState); 9] = [
    ("received", CallState::Received),
    ("triaged", CallState::Triaged),
    ("dispatched", CallState::Dispatched),
    ("on_scene", CallState::OnScene),
    ("handling", CallState::Handling),
    ("closed", CallState::Closed),
    ("cancelled", CallState::Cancelled),
    ("unfounded", CallState::Unfounded),
    ("merged", CallState::Merged),
];

const CALL_STEPS: [CallMove; 8] = [
    CallMove::Triage,
    CallMove::Dispatch,
    CallMove::Handle,
    CallMove::Close,
    CallMove::Cancel,
    CallMove::Unfounded,
    CallMove::Merge,
    CallMove::Reopen,
];

#[test]
fn a_call_takes_every_listed_step_and_no_other() {
    let mut taken = 0;
    for (name, state) in CALL_STATES {
        for step in CALL_STEPS {
            let mut world = with_call(name, "acknowledged");
            let (operation, actor) = call_step(&mut world, step);
            let verdict = world.take(&operation, &actor);
            match CallState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("c1")["state"], serde_json::to_value(to).unwrap(), "{name} {step:?}");
                    taken += 1;
                }
                None => {
                    assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {step:?}");
                    assert_eq!(world.body("c1")["state"], name);
                }
            }
        }
        // An arrival is evidence of an assignment: the call follows where its table lets it, and stays where not.
        let mut world = with_call(name, "acknowledged");
        let (operation, actor) = call_step(&mut world, CallMove::Arrive);
        assert_eq!(world.take(&operation, &actor), Verdict::CLEAN, "{name}");
        let listed = CallState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == CallMove::Arrive);
        taken += usize::from(listed.is_some());
        let stands = listed.map_or(state, |(.., to)| *to);
        assert_eq!(world.body("c1")["state"], serde_json::to_value(stands).unwrap(), "{name}");
    }
    // Written down a second time, so that a line cannot fall out of the table unseen.
    assert_eq!((taken, CallState::TRANSITIONS.len()), (27, 27));
}

const ASSIGNMENT_STATES: [(&str, AssignmentState); 8] = [
    ("offered", AssignmentState::Offered),
    ("delivered", AssignmentState::Delivered),
    ("acknowledged", AssignmentState::Acknowledged),
    ("en_route", AssignmentState::EnRoute),
    ("arrived", AssignmentState::Arrived),
    ("cleared", AssignmentState::Cleared),
    ("declined", AssignmentState::Declined),
    ("released", AssignmentState::Released),
];

const ASSIGNMENT_STEPS: [AssignmentMove; 7] = [
    AssignmentMove::Deliver,
    AssignmentMove::Acknowledge,
    AssignmentMove::EnRoute,
    AssignmentMove::Arrive,
    AssignmentMove::Clear,
    AssignmentMove::Decline,
    AssignmentMove::Release,
];

fn assignment_step(world: &mut Memory, step: AssignmentMove) -> (Operation, Actor) {
    let (kind, body, actor) = match step {
        AssignmentMove::Deliver => (Kind::AssignmentDeliver, json!({"event": "deliver"}), auxiliary()),
        AssignmentMove::Acknowledge => (Kind::AssignmentAcknowledge, json!({"event": "acknowledge"}), auxiliary()),
        AssignmentMove::EnRoute => (Kind::AssignmentEnRoute, json!({"event": "en_route"}), auxiliary()),
        AssignmentMove::Arrive => (Kind::AssignmentArrive, json!({"event": "arrive"}), auxiliary()),
        AssignmentMove::Clear => (Kind::AssignmentClear, json!({"event": "clear"}), auxiliary()),
        AssignmentMove::Decline => (Kind::AssignmentDecline, json!({"event": "decline", "reason": "too far"}), auxiliary()),
        AssignmentMove::Release => (Kind::AssignmentRelease, json!({"event": "release", "reason": "enough"}), desk()),
    };
    (world.operation(kind, "c1.p-011.1", body), actor)
}

#[test]
fn an_assignment_takes_every_listed_step_and_no_other() {
    let mut taken = 0;
    for (name, state) in ASSIGNMENT_STATES {
        for step in ASSIGNMENT_STEPS {
            let mut world = with_call("dispatched", name);
            let (operation, actor) = assignment_step(&mut world, step);
            let verdict = world.take(&operation, &actor);
            let listed = AssignmentState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step);
            match listed {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("c1.p-011.1")["state"], serde_json::to_value(to).unwrap(), "{name} {step:?}");
                    taken += 1;
                }
                // What a phone wrote by itself is nobody's trouble.
                None if step == AssignmentMove::Deliver => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("c1.p-011.1")["state"], name);
                }
                None => {
                    assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {step:?}");
                    assert_eq!(world.body("c1.p-011.1")["state"], name);
                }
            }
        }
    }
    assert_eq!((taken, AssignmentState::TRANSITIONS.len()), (20, 20));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a desk and a crowd try in whatever order, and whenever the hub's clock strikes: call and assignment move along
    /// their tables only, every milestone that was taken is kept, and no state goes back but by reopening.
    #[test]
    fn no_walk_leaves_the_tables(walk in prop::collection::vec((0..17_usize, any::<bool>(), 0_i64..90_000), 1..40)) {
        let mut world = with_call("dispatched", "offered");
        let call = |world: &Memory| serde_json::from_value::<CallState>(world.body("c1")["state"].clone()).unwrap();
        let assignment = |world: &Memory| serde_json::from_value::<AssignmentState>(world.body("c1.p-011.1")["state"].clone()).unwrap();
        let milestones = |world: &Memory| world.body("c1.p-011.1")["milestones"].as_array().map_or(0, Vec::len);
        let mut now = NOON;
        for (choice, other_phone, passes) in walk {
            now += passes;
            let (before, sent, kept) = (call(&world), assignment(&world), milestones(&world));
            if choice == 16 {
                world.tick(now);
                prop_assert_eq!((call(&world), assignment(&world)), (before, sent), "the clock warns; it decides nothing");
                continue;
            }
            let (mut operation, actor) = if choice < 9 {
                call_step(&mut world, [CallMove::Arrive, CallMove::Triage, CallMove::Dispatch, CallMove::Handle, CallMove::Close, CallMove::Cancel, CallMove::Unfounded, CallMove::Merge, CallMove::Reopen][choice])
            } else {
                assignment_step(&mut world, ASSIGNMENT_STEPS[choice - 9])
            };
            (operation.recorded_at, operation.device) = (now, if other_phone { device(7) } else { device(1) });
            let outcome = world.judge_at(&operation, &actor, now);
            let verdict = world.store(&operation, outcome);
            match &verdict {
                Verdict::Applied { .. } => {}
                Verdict::Quarantined { code, .. } => prop_assert!(matches!(code, Code::StateRefused | Code::Exists), "{verdict:?}"),
                other => prop_assert!(false, "{other:?}"),
            }
            let (after, went) = (call(&world), assignment(&world));
            let is_step = |(from, _, to): &(CallState, CallMove, CallState)| *from == before && *to == after;
            prop_assert!(before == after || CallState::TRANSITIONS.iter().any(is_step), "{before:?} {after:?}");
            let is_step = |(from, _, to): &(AssignmentState, AssignmentMove, AssignmentState)| *from == sent && *to == went;
            prop_assert!(sent == went || AssignmentState::TRANSITIONS.iter().any(is_step), "{sent:?} {went:?}");
            prop_assert!(milestones(&world) >= kept, "all are kept");
            prop_assert!(after.is_open() || !went.is_live(), "nobody is on the way to a call that is over");
        }
    }

    /// After the hub's clock has struck, nothing is due any more; a step is taken once.
    #[test]
    fn a_step_of_the_clock_is_taken_once(times in prop::collection::vec(1_i64..400_000, 1..12)) {
        let mut world = with_call("dispatched", "offered");
        let mut now = NOON;
        for passes in times {
            now += passes;
            world.tick(now);
            prop_assert_eq!(world.tick(now), Vec::<String>::new());
            for document in world.documents.values() {
                prop_assert!(due::deadline(document, &Settings::default()).is_none_or(|at| at > now), "{}", document.id);
            }
        }
    }
}

#[test]
fn a_tier_about_to_be_missed_is_warned_of_and_then_noted() {
    let mut world = with_call("dispatched", "delivered");
    let tier = |world: &Memory, index: usize, field: &str| world.body("c1")["response"]["tiers"][index].get(field).cloned();
    let deadline = |world: &Memory| due::deadline(&world.documents["c1"], &Settings::default());
    assert_eq!(deadline(&world), Some(NOON + 40_000), "twenty seconds before the first minute is over");
    assert_eq!(world.tick(NOON + 39_999), Vec::<String>::new());
    assert_eq!(world.tick(NOON + 40_000), ["c1", "c2"], "a call that nobody looks at is a call all the same");
    assert_eq!(tier(&world, 0, "warned_at"), Some(json!(NOON + 40_000)));
    assert_eq!((tier(&world, 0, "missed_at"), tier(&world, 1, "warned_at")), (None, None));
    world.tick(NOON + 60_001);
    assert_eq!(tier(&world, 0, "missed_at"), Some(json!(NOON + 60_001)));
    let mut arrive = world.operation(Kind::AssignmentArrive, "c1.p-011.1", json!({"event": "arrive"}));
    arrive.recorded_at = NOON + 100_000;
    assert_eq!(world.take(&arrive, &auxiliary()), Verdict::CLEAN);
    let answers: Vec<_> = (0..3).map(|index| tier(&world, index, "from_received").unwrap()).collect();
    assert_eq!(answers, ["missed", "met", "met"]);
    assert_eq!(deadline(&world), None, "somebody is there: nothing is about to be missed");
}

#[test]
fn a_late_phone_may_show_that_the_limit_was_kept_and_the_alert_stays_on_record() {
    let mut world = with_call("dispatched", "delivered");
    world.tick(NOON + 70_000);
    let mut arrive = world.operation(Kind::AssignmentArrive, "c1.p-011.1", json!({"event": "arrive"}));
    arrive.recorded_at = NOON + 45_000;
    let outcome = world.judge_at(&arrive, &auxiliary(), NOON + 900_000);
    assert_eq!(world.store(&arrive, outcome), Verdict::CLEAN);
    let tier = &world.body("c1")["response"]["tiers"][0];
    assert_eq!((&tier["from_received"], &tier["missed_at"]), (&json!("met"), &json!(NOON + 70_000)));
}

#[test]
fn the_first_to_arrive_is_the_first_whoever_syncs_first() {
    for late_first in [false, true] {
        let mut world = with_call("dispatched", "delivered");
        assert_eq!(world.act(&desk(), Kind::CallDispatch, "c1", dispatch(&["p-012"])), Verdict::CLEAN);
        let mut arrivals = [("p-011", 55_000), ("p-012", 170_000)];
        if late_first {
            arrivals.reverse();
        }
        for (who, after) in arrivals {
            let mut arrive = world.operation(Kind::AssignmentArrive, &format!("c1.{who}.1"), json!({"event": "arrive"}));
            (arrive.recorded_at, arrive.device) = (NOON + after, device(if who == "p-011" { 11 } else { 12 }));
            let outcome = world.judge_at(&arrive, &person(who, Role::Auxiliary), NOON + 600_000);
            assert_eq!(world.store(&arrive, outcome), Verdict::CLEAN);
        }
        let response = &world.body("c1")["response"];
        let answers: Vec<_> = response["tiers"].as_array().unwrap().iter().map(|tier| tier["from_received"].clone()).collect();
        assert_eq!(answers, ["met", "met", "met"]);
        assert_eq!(response["arrivals"].as_array().unwrap().len(), 1, "what surely came later says no more");
    }
}

#[test]
fn an_arrival_that_was_overtaken_is_kept_and_counts_for_the_clock() {
    let mut world = with_call("dispatched", "delivered");
    let mut first = world.operation(Kind::AssignmentArrive, "c1.p-011.1", json!({"event": "arrive"}));
    let mut late = world.operation(Kind::AssignmentArrive, "c1.p-011.1", json!({"event": "arrive"}));
    (first.recorded_at, late.recorded_at, late.device) = (NOON + 90_000, NOON + 50_000, device(2));
    for operation in [&first, &late] {
        let outcome = world.judge_at(operation, &auxiliary(), NOON + 600_000);
        assert_eq!(world.store(operation, outcome), Verdict::CLEAN);
    }
    let milestones = world.body("c1.p-011.1")["milestones"].as_array().unwrap();
    assert_eq!(milestones.iter().map(|milestone| milestone["counted"].clone()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(world.body("c1")["response"]["tiers"][0]["from_received"], "met", "the earlier of the two kept the limit");
    let again = world.operation(Kind::AssignmentArrive, "c1.p-011.1", json!({"event": "arrive"}));
    assert_eq!(refusal(&world.take(&again, &auxiliary())).0, Code::StateRefused, "who had heard of it says nothing new");
}

#[test]
fn an_assignment_that_no_phone_has_taken_is_for_the_radio() {
    let mut world = with_call("dispatched", "offered");
    assert_eq!(world.tick(NOON + 14_999), Vec::<String>::new());
    assert_eq!(world.tick(NOON + 15_000), ["c1.p-011.1"]);
    assert_eq!(world.body("c1.p-011.1")["unreached_at"], NOON + 15_000);
    let mut taken = with_call("dispatched", "offered");
    assert_eq!(taken.act(&auxiliary(), Kind::AssignmentDeliver, "c1.p-011.1", json!({"event": "deliver"})), Verdict::CLEAN);
    assert_eq!(taken.tick(NOON + 15_000), Vec::<String>::new());
    let deliver = world.operation(Kind::AssignmentDeliver, "c1.p-011.1", json!({"event": "deliver"}));
    assert_eq!(refusal(&world.take(&deliver, &desk())).0, Code::NotPermitted, "only their own phone can have it");
    assert_eq!(
        world.act(&desk(), Kind::AssignmentAcknowledge, "c1.p-011.1", json!({"event": "acknowledge"})),
        Verdict::CLEAN,
        "who answers by radio is written down by the desk"
    );
}

#[test]
fn nobody_speaks_for_another_and_nobody_but_the_desk_sends() {
    let stranger = person("p-012", Role::Auxiliary);
    for step in ASSIGNMENT_STEPS {
        let mut world = with_call("dispatched", "delivered");
        let (operation, _) = assignment_step(&mut world, step);
        assert_eq!(refusal(&world.take(&operation, &stranger)).0, Code::NotPermitted, "{step:?}");
    }
    for step in CALL_STEPS {
        let mut world = with_call("triaged", "delivered");
        let (mut operation, _) = call_step(&mut world, step);
        operation.device = device(9);
        for actor in [stranger.clone(), commander(), Actor::Tourist] {
            assert_eq!(refusal(&world.take(&operation, &actor)).0, Code::NotPermitted, "{step:?}");
        }
    }
}

#[test]
fn the_phone_that_called_may_say_that_no_help_is_needed() {
    let mut world = with_call("dispatched", "offered");
    let (mut cancel, _) = call_step(&mut world, CallMove::Cancel);
    cancel.device = device(9);
    assert_eq!(refusal(&world.take(&cancel, &Actor::Tourist)).0, Code::NotPermitted, "another tourist's phone");
    cancel.device = device(1);
    assert_eq!(world.take(&cancel, &Actor::Tourist), Verdict::CLEAN);
    assert_eq!(world.body("c1.p-011.1")["state"], "released", "nobody is on the way any more");
}

#[test]
fn every_unit_answers_once() {
    let mut world = with_call("triaged", "declined");
    let mut shift = |id: &str, person: &str, zone: &str, state: &str, started_at: Option<i64>| {
        let (from, to) = (NOON - 3_600_000, NOON + 3_600_000);
        let body = json!({
            "person": person, "zone": zone, "state": state, "from": from, "to": to, "at": from, "started_at": started_at,
            "device": device(1), "operation": "01a20f1a-7c4f-7230-a3f4-c64beda2e83c",
        });
        let document = Document {
            id: id.to_owned(),
            kind: "shift".to_owned(),
            rev: 1,
            schema_version: 1,
            body,
            buckets: Vec::new(),
            conflicts: Vec::new(),
        };
        world.documents.insert(id.to_owned(), document);
    };
    shift("s1", "p-011", "z1", "active", Some(NOON - 3_600_000));
    shift("s2", "p-012", "z1", "active", Some(NOON - 3_600_000));
    shift("s3", "p-013", "z2", "active", Some(NOON - 3_600_000));
    shift("s4", "p-014", "z1", "planned", None);
    shift("s5", "p-015", "z1", "active", Some(NOON - 25 * 3_600_000));
    assert_eq!(world.act(&desk(), Kind::CallMuster, "c1", json!({"event": "muster", "zone": "z1"})), Verdict::CLEAN);
    let sent = |world: &Memory| {
        let assigned = world.body("c1")["assigned"].as_array().unwrap().clone();
        assigned.iter().map(|assigned| assigned["assignment"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(sent(&world), ["c1.p-011.1", "c1.p-011.2", "c1.p-012.1"], "who declined is asked again, who forgot to go home is not");
    assert_eq!(world.act(&desk(), Kind::CallMuster, "c1", json!({"event": "muster"})), Verdict::CLEAN);
    assert_eq!(sent(&world)[3..], ["c1.p-013.1"], "the whole site, and nobody twice");
    assert_eq!(refusal(&world.act(&desk(), Kind::CallMuster, "c1", json!({"event": "muster"}))), (Code::Exists, "responders"));
    assert_eq!(refusal(&world.act(&desk(), Kind::CallMuster, "c1", json!({"event": "muster", "zone": "z5"}))), (Code::Missing, "zone"));
    let buckets = &world.documents["c1"].buckets;
    assert!(["p-011", "p-012", "p-013"].iter().all(|id| buckets.contains(&Bucket::Person((*id).to_owned()))));
}

#[test]
fn a_unit_is_sent_as_one_and_any_of_its_members_answers() {
    let mut world = with_call("triaged", "released");
    let body = json!({"leader": "p-012", "members": ["p-013", "p-012"], "zone": "z1"});
    let unit = Document {
        id: "u1".to_owned(),
        kind: "unit".to_owned(),
        rev: 1,
        schema_version: 1,
        body,
        buckets: Vec::new(),
        conflicts: Vec::new(),
    };
    world.documents.insert("u1".to_owned(), unit);
    let send = json!({"event": "dispatch", "responders": [{"unit": "u1"}]});
    assert_eq!(world.act(&desk(), Kind::CallDispatch, "c1", send), Verdict::CLEAN);
    assert_eq!((&world.body("c1.u1.1")["unit"], &world.body("c1.u1.1")["persons"]), (&json!("u1"), &json!(["p-012", "p-013"])));
    let member = person("p-013", Role::Guard);
    assert_eq!(world.act(&member, Kind::AssignmentAcknowledge, "c1.u1.1", json!({"event": "acknowledge"})), Verdict::CLEAN);
}

#[test]
fn who_is_not_there_is_not_sent() {
    let refused = |responders: Value| {
        let mut world = with_call("triaged", "offered");
        let verdict = world.act(&desk(), Kind::CallDispatch, "c1", json!({"event": "dispatch", "responders": responders}));
        let (code, field) = refusal(&verdict);
        (code, field.to_owned())
    };
    let at = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(json!([{"person": "p-999"}])), at(Code::UnknownReference, "responders[0]"));
    assert_eq!(refused(json!([{"person": "p-012"}, {"person": "p-030"}])), at(Code::UnknownReference, "responders[1]"), "they have left");
    assert_eq!(refused(json!([{"unit": "p-012"}])), at(Code::UnknownReference, "responders[0]"), "a person is no unit");
    assert_eq!(refused(json!([{"person": "p-011"}])), at(Code::Exists, "responders"), "on the way already");
    assert_eq!(refused(json!([])), at(Code::OutOfRange, "responders"));
    assert_eq!(refused(json!([{"person": "p-012"}, {"person": "p-012"}])), at(Code::DuplicateId, "responders[1]"));
}

#[test]
fn a_drill_is_held_by_the_commander_runs_like_any_call_and_enters_no_figure() {
    let mut world = Memory::hub();
    let drill = json!({"event": "raise", "source": "app", "category": "fire", "exercise": true, "zone": "z1"});
    assert_eq!(refusal(&world.act(&desk(), Kind::CallRaise, "c1", drill.clone())).0, Code::NotPermitted);
    assert_eq!(world.act(&commander(), Kind::CallRaise, "c1", drill), Verdict::CLEAN);
    assert_eq!(world.act(&commander(), Kind::CallTriage, "c1", json!({"event": "triage", "severity": "urgent"})), Verdict::CLEAN);
    assert_eq!(world.act(&commander(), Kind::CallDispatch, "c1", dispatch(&["p-011"])), Verdict::CLEAN);
    assert_eq!(world.body("c1.p-011.1")["exercise"], true);
    let call: liuye_core::domain::Call = serde_json::from_value(world.body("c1").clone()).unwrap();
    assert!(!call.counts());
    assert!(due::deadline(&world.documents["c1"], &Settings::default()).is_some(), "its clocks run");
    assert_eq!(world.act(&Actor::Tourist, Kind::CallRaise, "c2", help()), Verdict::CLEAN);
    let into_drill = world.act(&desk(), Kind::CallMerge, "c2", json!({"event": "merge", "into": "c1"}));
    assert_eq!(refusal(&into_drill), (Code::StateRefused, "into"), "no real call disappears in a drill");
}

#[test]
fn a_call_of_110_is_the_desks_to_enter_and_its_clock_began_at_110() {
    let mut world = Memory::hub();
    let entry = json!({"event": "raise", "source": "dial_110", "category": "affray", "zone": "z1", "told_at": NOON - 120_000});
    assert_eq!(refusal(&world.act(&auxiliary(), Kind::CallRaise, "c1", entry.clone())).0, Code::NotPermitted);
    assert_eq!(world.act(&desk(), Kind::CallRaise, "c1", entry.clone()), Verdict::CLEAN);
    let received = &world.body("c1")["response"]["received"];
    assert_eq!([&received["earliest"], &received["at"], &received["latest"]], [NOON - 180_000, NOON - 120_000, NOON - 60_000]);
    let mut unmeasured = world.operation(Kind::CallRaise, "c7", json!({"event": "raise", "source": "dial_110", "category": "affray"}));
    (unmeasured.clock_offset_ms, unmeasured.clock_err_ms, unmeasured.recorded_at) = (None, None, NOON - 315_360_000_000);
    let outcome = world.judge_at(&unmeasured, &desk(), NOON);
    assert!(world.store(&unmeasured, outcome).is_applied());
    assert_eq!(
        due::deadline(&world.documents["c7"], &Settings::default()),
        Some(NOON + 40_000),
        "a clock that is ten years slow alarms nobody"
    );
    let mut later = entry;
    later["told_at"] = json!(NOON + 60_000);
    assert_eq!(refusal(&world.act(&desk(), Kind::CallRaise, "c9", later)), (Code::TimeInFuture, "told_at"));
}

#[test]
fn a_clue_runs_no_clock_is_not_shown_to_all_and_closes_by_its_referral() {
    let mut world = Memory::hub();
    let clue = json!({"event": "raise", "source": "clue", "category": "gambling", "description": "back room", "zone": "z1"});
    assert_eq!(world.act(&Actor::Tourist, Kind::CallRaise, "c1", clue), Verdict::CLEAN);
    assert_eq!(due::deadline(&world.documents["c1"], &Settings::default()), None);
    assert!(!world.documents["c1"].buckets.contains(&Bucket::Zone("z1".to_owned())));
    assert_eq!(world.act(&desk(), Kind::CallTriage, "c1", json!({"event": "triage", "severity": "general"})), Verdict::CLEAN);
    assert_eq!(refusal(&world.act(&desk(), Kind::CallClose, "c1", json!({"event": "close"}))), (Code::Missing, "referral"));
    assert_eq!(world.act(&desk(), Kind::CallClose, "c1", json!({"event": "close", "referral": "A-77"})), Verdict::CLEAN);
    assert_eq!(world.body("c1.file")["referral"], "A-77");
}

#[test]
fn what_the_desk_writes_of_a_call_is_kept_whole_and_not_shown_to_who_called() {
    let mut world = with_call("dispatched", "delivered");
    assert_eq!(world.act(&desk(), Kind::CallUnfounded, "c1", json!({"event": "unfounded", "reason": "drunk caller"})), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::CallReopen, "c1", json!({"event": "reopen", "reason": "second caller"})), Verdict::CLEAN);
    let notes = world.body("c1.file")["notes"].as_array().unwrap();
    let told: Vec<_> = notes.iter().map(|note| (note["step"].as_str().unwrap(), note["text"].as_str().unwrap())).collect();
    assert_eq!(told, [("unfounded", "drunk caller"), ("reopen", "second caller")]);
    assert_eq!(world.documents["c1.file"].buckets, [Role::Desk, Role::Commander, Role::Auditor].map(Bucket::Role));
    assert!(!world.body("c1").to_string().contains("drunk"));
    assert_eq!(world.body("c1.p-011.1")["note"], "drunk caller", "who was sent is told why they are not needed");
}

#[test]
fn a_call_is_seen_by_its_zone_the_desk_whoever_is_sent_and_its_own_phone() {
    let world = with_call("dispatched", "offered");
    let names: Vec<String> = world.documents["c1"].buckets.iter().map(ToString::to_string).collect();
    let mut wanted: Vec<String> = ["zone:z1", "role:desk", "role:commander", "role:auditor", "person:p-011"].map(str::to_owned).to_vec();
    wanted.push(format!("device:{}", device(1)));
    assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>(), wanted.iter().collect());
    let sent: Vec<String> = world.documents["c1.p-011.1"].buckets.iter().map(ToString::to_string).collect();
    assert_eq!(sent, ["role:desk", "role:commander", "role:auditor", "person:p-011"], "a tourist's phone is not told who comes");
}

#[test]
fn a_merge_waits_for_the_other_call_and_takes_no_dead_end() {
    let merge = |into: &str| json!({"event": "merge", "into": into});
    let mut world = with_call("dispatched", "delivered");
    assert_eq!(world.act(&desk(), Kind::CallMerge, "c1", merge("c8")), Verdict::Held { until: Until::Entity("c8".to_owned()) });
    assert_eq!(refusal(&world.act(&desk(), Kind::CallMerge, "c1", merge("c1"))), (Code::UnknownReference, "into"));
    assert_eq!(refusal(&world.act(&desk(), Kind::CallMerge, "c1", merge("v-001"))), (Code::UnknownReference, "into"));
    assert_eq!(world.act(&desk(), Kind::CallMerge, "c1", merge("c2")), Verdict::CLEAN);
    assert_eq!((&world.body("c1")["merged_into"], &world.body("c1.p-011.1")["state"]), (&json!("c2"), &json!("released")));
    assert_eq!(refusal(&world.act(&desk(), Kind::CallMerge, "c2", merge("c1"))), (Code::StateRefused, "into"), "no two calls in a ring");
}

#[test]
fn times_of_an_assignment_never_run_backwards() {
    let mut world = with_call("dispatched", "delivered");
    let mut at = |kind, event: &str, recorded_at| {
        let mut operation = world.operation(kind, "c1.p-011.1", json!({"event": event}));
        operation.recorded_at = recorded_at;
        let outcome = world.judge_at(&operation, &auxiliary(), NOON + 600_000);
        world.store(&operation, outcome)
    };
    at(Kind::AssignmentAcknowledge, "acknowledge", NOON - 30_000);
    at(Kind::AssignmentEnRoute, "en_route", NOON - 40_000);
    at(Kind::AssignmentArrive, "arrive", NOON + 90_000);
    let milestones = world.body("c1.p-011.1")["milestones"].as_array().unwrap();
    let times: Vec<_> = milestones.iter().map(|milestone| milestone["moment"]["at"].as_i64().unwrap()).collect();
    assert!(times.is_sorted() && times.len() == 3, "{times:?}");
    assert!(times[0] >= world.body("c1.p-011.1")["at"].as_i64().unwrap(), "nobody answers before they are sent: {times:?}");
}

#[test]
fn a_phone_reaches_nobody_by_itself() {
    let mut world = with_call("triaged", "released");
    world.hub = false;
    assert_eq!(world.act(&desk(), Kind::CallDispatch, "c1", dispatch(&["p-012"])), Verdict::CLEAN);
    assert_eq!(world.body("c1")["state"], "dispatched");
    assert!(!world.documents.contains_key("c1.p-012.1"), "the assignment is the hub's to make");
}
