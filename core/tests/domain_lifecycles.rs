//! What the rules promise of lost reports, inspections and hazards: every listed step works, every other is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use std::str::FromStr;

use domain_world::{Memory, NOON, device, flags, person, photo, refusal};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, Bucket, Contact, HazardMove, HazardState, InspectionMove, InspectionState, Kind, LostReportMove, LostReportState, Role, Until,
    Verdict,
};
use liuye_core::log::Operation;
use proptest::prelude::*;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

fn inspector() -> Actor {
    person("p-i", Role::Inspector)
}

fn second() -> Actor {
    person("p-j", Role::Inspector)
}

fn desk() -> Actor {
    person("p-d", Role::Desk)
}

fn loss() -> Value {
    json!({"category": "phone", "description": "black phone", "place": "pier 2", "zone": "z3", "lost_from": NOON - 7_200_000, "lost_to": NOON - 3_600_000, "tracking_digest": "00".repeat(32)})
}

fn answers(world: &Memory) -> Value {
    let items = world.body("liuye-lake")["checklist"].as_array().unwrap().clone();
    items.iter().map(|item| json!({"item": item["id"], "outcome": "pass"})).collect()
}

fn found() -> Value {
    json!({"event": "find", "venue": "v-001", "description": "exit blocked", "grade": "general"})
}

/// A world with a hazard `h1` found by p-i, in this state.
fn with_hazard(state: &str) -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&inspector(), Kind::HazardFind, "h1", found()), Verdict::CLEAN);
    world.force("h1", "state", json!(state));
    world.force("h1", "due", json!(NOON + DAY));
    world.force("h1", "rectified_by", json!("p-r"));
    world.blobs.extend([photo(1).sha256, photo(2).sha256]);
    world
}

/// The operation that makes a step, otherwise in order.
fn hazard_step(world: &mut Memory, step: HazardMove) -> Operation {
    let (kind, body) = match step {
        HazardMove::Assign => (Kind::HazardAssign, json!({"event": "assign", "owner": "owner", "due": NOON + DAY})),
        HazardMove::Start => (Kind::HazardStart, json!({"event": "start"})),
        HazardMove::Rectify => (Kind::HazardRectify, json!({"event": "rectify", "note": "cleared"})),
        HazardMove::Pass => (Kind::HazardReinspect, json!({"event": "reinspect", "passed": true})),
        HazardMove::Fail => (Kind::HazardReinspect, json!({"event": "reinspect", "passed": false})),
        HazardMove::Close => (Kind::HazardClose, json!({"event": "close"})),
        HazardMove::CloseOnSpot => (
            Kind::HazardCloseOnSpot,
            json!({"event": "close_on_spot", "rectified_by": "shopkeeper", "witness": "p-w", "before": photo(1).sha256, "after": photo(2).sha256}),
        ),
        HazardMove::Extend => (Kind::HazardExtend, json!({"event": "extend", "due": NOON + 2 * DAY, "reason": "parts are late"})),
        HazardMove::Refer => (Kind::HazardRefer, json!({"event": "refer", "authority": "fire brigade", "reason": "theirs"})),
        HazardMove::Void => (Kind::HazardVoid, json!({"event": "void", "reason": "was none"})),
        HazardMove::Reopen => (Kind::HazardReopen, json!({"event": "reopen", "reason": "blocked again"})),
    };
    let mut operation = world.operation(kind, "h1", body);
    operation.blobs = vec![photo(1), photo(2)];
    operation
}

const HAZARD_STATES: [(&str, HazardState); 9] = [
    ("found", HazardState::Found),
    ("assigned", HazardState::Assigned),
    ("rectifying", HazardState::Rectifying),
    ("submitted", HazardState::Submitted),
    ("reinspected", HazardState::Reinspected),
    ("closed", HazardState::Closed),
    ("extended", HazardState::Extended),
    ("referred", HazardState::Referred),
    ("void", HazardState::Void),
];

const HAZARD_STEPS: [HazardMove; 11] = [
    HazardMove::Assign,
    HazardMove::Start,
    HazardMove::Rectify,
    HazardMove::Pass,
    HazardMove::Fail,
    HazardMove::Close,
    HazardMove::CloseOnSpot,
    HazardMove::Extend,
    HazardMove::Refer,
    HazardMove::Void,
    HazardMove::Reopen,
];

#[test]
fn a_hazard_takes_every_listed_step_and_no_other() {
    let mut taken = 0;
    for (name, state) in HAZARD_STATES {
        for step in HAZARD_STEPS {
            let mut world = with_hazard(name);
            let operation = hazard_step(&mut world, step);
            let verdict = world.take(&operation, &inspector());
            let listed = HazardState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step);
            match listed {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("h1")["state"], serde_json::to_value(to).unwrap(), "{name} {step:?}");
                    taken += 1;
                }
                None => {
                    assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {step:?}");
                    assert_eq!(world.body("h1")["state"], name);
                }
            }
        }
    }
    // Written down a second time, so that a line cannot fall out of the table unseen.
    assert_eq!(taken, 24);
}

#[test]
fn a_lost_report_takes_every_listed_step_and_no_other() {
    let states = [
        ("open", LostReportState::Open),
        ("candidate", LostReportState::Candidate),
        ("claimed", LostReportState::Claimed),
        ("returned", LostReportState::Returned),
        ("withdrawn", LostReportState::Withdrawn),
        ("expired", LostReportState::Expired),
    ];
    let steps = [
        (Kind::LossCandidate, LostReportMove::Candidate),
        (Kind::LossReturn, LostReportMove::Return),
        (Kind::LossWithdraw, LostReportMove::Withdraw),
    ];
    let mut taken = 0;
    for (name, state) in states {
        for (kind, step) in steps {
            let mut world = Memory::hub();
            assert_eq!(world.act(&Actor::Tourist, Kind::LossReport, "l1", loss()), Verdict::CLEAN);
            world.force("l1", "state", json!(name));
            let verdict = world.act(&desk(), kind, "l1", json!({"note": "n"}));
            match LostReportState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("l1")["state"], serde_json::to_value(to).unwrap());
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict).0, Code::StateRefused, "{name} {step:?}"),
            }
        }
    }
    assert_eq!((taken, LostReportState::TRANSITIONS.len()), (6, 10));
}

#[test]
fn an_inspection_takes_every_listed_step_and_no_other() {
    let states = [
        ("planned", InspectionState::Planned),
        ("in_progress", InspectionState::InProgress),
        ("submitted", InspectionState::Submitted),
        ("approved", InspectionState::Approved),
        ("returned", InspectionState::Returned),
    ];
    let mut taken = 0;
    for (name, state) in states {
        for step in [InspectionMove::Start, InspectionMove::Submit, InspectionMove::Approve, InspectionMove::Return] {
            let mut world = Memory::hub();
            assert_eq!(world.act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": "v-001"})), Verdict::CLEAN);
            world.force("i1", "state", json!(name));
            let (actor, kind, body) = match step {
                InspectionMove::Start => (inspector(), Kind::InspectionStart, json!({"venue": "v-001"})),
                InspectionMove::Submit => (inspector(), Kind::InspectionSubmit, json!({"answers": answers(&world)})),
                InspectionMove::Approve => (desk(), Kind::InspectionApprove, json!({})),
                InspectionMove::Return => (desk(), Kind::InspectionReturn, json!({"reason": "again"})),
            };
            let verdict = world.act(&actor, kind, "i1", body);
            match InspectionState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("i1")["state"], serde_json::to_value(to).unwrap());
                    taken += 1;
                }
                None => {
                    let code = if step == InspectionMove::Start { Code::Exists } else { Code::StateRefused };
                    assert_eq!(refusal(&verdict).0, code, "{name} {step:?}");
                }
            }
        }
    }
    assert_eq!(taken, 4);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a crowd tries in whatever order, a hazard moves along its table only.
    #[test]
    fn no_walk_leaves_the_table(walk in prop::collection::vec((0..HAZARD_STEPS.len(), any::<bool>()), 1..25)) {
        let mut world = with_hazard("found");
        world.force("h1", "rectified_by", Value::Null);
        let state_of = |world: &Memory| serde_json::from_value::<HazardState>(world.body("h1")["state"].clone()).unwrap();
        for (index, (step, first)) in walk.into_iter().enumerate() {
            let before = state_of(&world);
            let step = HAZARD_STEPS[step];
            let mut operation = hazard_step(&mut world, step);
            if step == HazardMove::Extend {
                // Each extension is later than the one before.
                let due = NOON + (2 + i64::try_from(index).unwrap()) * DAY;
                operation.body = Some(serde_json::value::to_raw_value(&json!({"event": "extend", "due": due, "reason": "r"})).unwrap());
            }
            let actor = if first { inspector() } else { second() };
            let verdict = world.take(&operation, &actor);
            let after = state_of(&world);
            let listed = HazardState::TRANSITIONS.iter().find(|(from, by, _)| *from == before && *by == step);
            match (verdict, listed) {
                (Verdict::Applied { .. }, Some((.., to))) => prop_assert_eq!(after, *to),
                (Verdict::Quarantined { code: Code::HazardFourEyes, .. }, Some(_)) => {
                    prop_assert!(matches!(step, HazardMove::Pass | HazardMove::Fail | HazardMove::Close));
                    prop_assert_eq!(after, before);
                }
                (Verdict::Quarantined { code: Code::OutOfRange, .. }, Some(_)) => {
                    prop_assert_eq!((step, world.body("h1")["extensions"].as_u64()), (HazardMove::Extend, Some(2)));
                    prop_assert_eq!(after, before);
                }
                (Verdict::Quarantined { code: Code::StateRefused, .. }, None) => prop_assert_eq!(after, before),
                (verdict, listed) => prop_assert!(false, "{:?} {:?} {:?} {:?}", before, step, verdict, listed),
            }
            let closed_by = world.body("h1").get("closed_by").cloned().unwrap_or_default();
            let rectifiers = world.body("h1").get("rectifiers").cloned().unwrap_or_else(|| json!([]));
            prop_assert!(!rectifiers.as_array().unwrap().contains(&closed_by), "who closes never rectified");
        }
    }

    /// No body, however odd, makes the judgement fail: every operation ends in a verdict.
    #[test]
    fn every_body_ends_in_a_verdict(kind in 0..Kind::ALL.len(), text in "\\PC{0,40}", key in "event|venue|note|answers|evidence|category|target", number in any::<i64>()) {
        let mut world = with_hazard("found");
        for body in [json!(text), json!({key.clone(): text}), json!({key: number})] {
            let operation = world.operation(Kind::ALL[kind], "h1", body);
            world.judge(&operation, &inspector());
        }
    }
}

#[test]
fn two_inspectors_who_both_rectify_leave_one_result_and_one_conflict_with_its_evidence() {
    let mut world = with_hazard("rectifying");
    let first = hazard_step(&mut world, HazardMove::Rectify);
    let mut late = hazard_step(&mut world, HazardMove::Rectify);
    (late.device, late.actor) = (device(2), "p-j".to_owned());
    assert_eq!(world.take(&first, &inspector()), Verdict::CLEAN);
    let stands = world.body("h1").clone();
    assert_eq!(world.take(&late, &second()), Verdict::Conflict { code: Code::Overtaken, kept: Some(first.id) });
    assert_eq!(*world.body("h1"), stands, "the document stands as the first left it");
    let [conflict] = world.conflicts("h1") else { panic!() };
    assert_eq!((conflict.operation, conflict.actor.as_str(), conflict.code), (late.id, "p-j", Code::Overtaken));
    assert_eq!((conflict.photos.len(), &conflict.body["note"]), (2, &json!("cleared")));
    let mut again = hazard_step(&mut world, HazardMove::Rectify);
    again.device = device(2);
    assert_eq!(refusal(&world.take(&again, &second())).0, Code::StateRefused, "who had seen the result cannot be overtaken by it");
}

#[test]
fn a_rectification_waits_for_its_photos_and_is_none_without() {
    let mut world = with_hazard("rectifying");
    world.blobs.remove(&photo(2).sha256);
    let operation = hazard_step(&mut world, HazardMove::Rectify);
    assert_eq!(world.take(&operation, &inspector()), Verdict::Held { until: Until::Blob(photo(2).sha256) });
    world.blobs.insert(photo(2).sha256);
    assert_eq!(world.take(&operation, &inspector()), Verdict::CLEAN);
    assert_eq!((&world.body("h1")["rectified_by"], world.body("h1")["rectification_photos"].as_array().unwrap().len()), (&json!("p-i"), 2));
    let mut world = with_hazard("rectifying");
    let mut bare = hazard_step(&mut world, HazardMove::Rectify);
    bare.blobs.clear();
    assert_eq!(refusal(&world.take(&bare, &inspector())), (Code::PhotoMissing, "photos"));
}

#[test]
fn nobody_passes_or_closes_what_they_ever_rectified() {
    for (state, step) in [("submitted", HazardMove::Pass), ("submitted", HazardMove::Fail), ("reinspected", HazardMove::Close)] {
        let mut world = with_hazard(state);
        world.force("h1", "rectifiers", json!(["p-i", "p-r"]));
        let operation = hazard_step(&mut world, step);
        assert_eq!(refusal(&world.take(&operation, &inspector())).0, Code::HazardFourEyes, "{step:?}");
        assert_eq!(world.take(&operation, &second()), Verdict::CLEAN, "{step:?}");
    }
}

#[test]
fn closing_on_the_spot_takes_three_pairs_of_eyes_and_two_photos() {
    let judged = |rectified_by: &str, witness: &str, photos: &[u8], after: u8| {
        let mut world = with_hazard("found");
        let body = json!({"event": "close_on_spot", "rectified_by": rectified_by, "witness": witness, "before": photo(1).sha256, "after": photo(after).sha256});
        let mut operation = world.operation(Kind::HazardCloseOnSpot, "h1", body);
        operation.blobs = photos.iter().map(|number| photo(*number)).collect();
        world.take(&operation, &inspector())
    };
    let refused = |field: &str, code| Verdict::Quarantined { code, field: field.to_owned() };
    assert_eq!(judged("shopkeeper", "p-w", &[1, 2], 2), Verdict::CLEAN);
    assert_eq!(judged("p-i", "p-w", &[1, 2], 2), refused("rectified_by", Code::HazardFourEyes));
    assert_eq!(judged("shopkeeper", "p-i", &[1, 2], 2), refused("witness", Code::HazardFourEyes));
    assert_eq!(
        judged("shopkeeper", "name of P-I", &[1, 2], 2),
        refused("witness", Code::HazardFourEyes),
        "one's own name is no second person"
    );
    assert_eq!(judged("shopkeeper", "shopkeeper", &[1, 2], 2), refused("witness", Code::HazardFourEyes));
    assert_eq!(judged("p-001", "覃伯远", &[1, 2], 2), refused("witness", Code::HazardFourEyes), "the same person by id and by name");
    assert_eq!(judged("shopkeeper", "p-w", &[2], 2), refused("before", Code::PhotoMissing));
    assert_eq!(judged("shopkeeper", "p-w", &[1], 2), refused("after", Code::PhotoMissing));
    assert_eq!(judged("shopkeeper", "p-w", &[1], 1), refused("after", Code::PhotoMissing), "one photo is not two");
    assert_eq!(judged("shopkeeper", "p-w", &[1, 3, 2], 2), Verdict::Held { until: Until::Blob(photo(3).sha256) });
}

#[test]
fn a_major_hazard_needs_its_plan_before_anyone_is_charged_with_it() {
    let plan = json!({"measures": "m", "owner": "o", "funds": "f", "deadline": NOON + DAY, "contingency": "c"});
    let judged = |plan: Value, due: i64| {
        let mut world = with_hazard("found");
        world.force("h1", "grade", json!("major"));
        world.act(&inspector(), Kind::HazardAssign, "h1", json!({"event": "assign", "owner": "owner", "due": due, "plan": plan}))
    };
    assert_eq!(judged(plan.clone(), NOON + DAY), Verdict::CLEAN);
    assert_eq!(refusal(&judged(Value::Null, NOON + DAY)), (Code::HazardPlanMissing, "plan"));
    assert_eq!(refusal(&judged(plan.clone(), NOON - 1)), (Code::TimeOrder, "due"));
    for part in ["measures", "owner", "funds", "contingency"] {
        let mut plan = plan.clone();
        plan[part] = json!(" ");
        assert_eq!(refusal(&judged(plan, NOON + DAY)), (Code::HazardPlanMissing, format!("plan.{part}").as_str()));
    }
    let mut early = plan;
    early["deadline"] = json!(NOON - 1);
    assert_eq!(refusal(&judged(early, NOON + DAY)), (Code::TimeOrder, "plan.deadline"));
}

#[test]
fn an_extension_is_later_than_what_it_extends() {
    let mut world = with_hazard("assigned");
    let extend = |due: i64| json!({"event": "extend", "due": due, "reason": "r"});
    assert_eq!(refusal(&world.act(&inspector(), Kind::HazardExtend, "h1", extend(NOON + DAY))), (Code::TimeOrder, "due"));
    assert_eq!(world.act(&inspector(), Kind::HazardExtend, "h1", extend(NOON + DAY + 1)), Verdict::CLEAN);
}

#[test]
fn each_step_is_for_the_roles_that_the_field_gives_it() {
    let officers: &[Role] = &[Role::Inspector, Role::Desk, Role::Commander];
    let finders: &[Role] = &[Role::Auxiliary, Role::Inspector];
    for (state, step, roles) in [
        ("found", HazardMove::Assign, &[Role::Inspector][..]),
        ("assigned", HazardMove::Start, finders),
        ("rectifying", HazardMove::Rectify, finders),
        ("submitted", HazardMove::Pass, &[Role::Inspector]),
        ("reinspected", HazardMove::Close, &[Role::Inspector]),
        ("found", HazardMove::CloseOnSpot, &[Role::Inspector]),
        ("assigned", HazardMove::Extend, &[Role::Inspector]),
        ("assigned", HazardMove::Refer, officers),
        ("assigned", HazardMove::Void, officers),
        ("closed", HazardMove::Reopen, officers),
    ] {
        for &role in Role::ALL {
            let mut world = with_hazard(state);
            let operation = hazard_step(&mut world, step);
            let verdict = world.take(&operation, &person("p-x", role));
            assert_eq!(verdict == Verdict::CLEAN, roles.contains(&role), "{step:?} by {role:?}");
            assert!(verdict == Verdict::CLEAN || refusal(&verdict).0 == Code::NotPermitted);
        }
    }
    for (kind, entity, roles) in [
        (Kind::HazardFind, "h2", finders),
        (Kind::InspectionStart, "i2", finders),
        (Kind::LossCandidate, "l1", &[Role::Auxiliary, Role::Inspector, Role::Desk][..]),
    ] {
        for &role in Role::ALL {
            let mut world = Memory::hub();
            world.act(&Actor::Tourist, Kind::LossReport, "l1", loss());
            let body = match kind {
                Kind::HazardFind => found(),
                Kind::InspectionStart => json!({"venue": "v-001"}),
                _ => json!({}),
            };
            let verdict = world.act(&person("p-x", role), kind, entity, body);
            assert_eq!(verdict == Verdict::CLEAN, roles.contains(&role), "{kind} by {role:?}");
        }
    }
}

#[test]
fn a_loss_is_its_authors_and_the_desks() {
    let mut world = Memory::hub();
    let mut operation = world.operation(Kind::LossReport, "l1", loss());
    operation.contact_digest = Some(photo(9).sha256);
    assert_eq!(world.take(&operation, &Actor::Tourist), Verdict::CLEAN);
    assert_eq!((&world.body("l1")["reporter"], &world.body("l1")["has_contact"]), (&json!("tourist"), &json!(true)));
    let buckets = &world.documents["l1"].buckets;
    assert!(buckets.contains(&Bucket::Device(device(1))) && buckets.contains(&Bucket::Role(Role::Desk)));
    for hidden in ["public", "staff", "zone:z3", "role:auxiliary", "role:inspector", "role:guard", "role:admin"] {
        assert!(!buckets.contains(&Bucket::from_str(hidden).unwrap()), "{hidden}");
    }
    let mut stranger = world.operation(Kind::LossWithdraw, "l1", json!({}));
    stranger.device = device(5);
    assert_eq!(refusal(&world.take(&stranger, &Actor::Tourist)).0, Code::NotPermitted, "another phone cannot take it back");
    assert_eq!(world.act(&Actor::Tourist, Kind::LossWithdraw, "l1", json!({})), Verdict::CLEAN);
    assert_eq!(refusal(&world.act(&person("p-a", Role::Auditor), Kind::LossReport, "l2", loss())).0, Code::NotPermitted);
}

#[test]
fn the_times_of_a_loss_stand_in_order_and_not_in_the_future() {
    let judged = |from: i64, to: i64| {
        let mut body = loss();
        (body["lost_from"], body["lost_to"]) = (json!(from), json!(to));
        Memory::hub().act(&Actor::Tourist, Kind::LossReport, "l1", body)
    };
    assert_eq!(judged(NOON, NOON), Verdict::CLEAN);
    assert_eq!(refusal(&judged(NOON - 1, NOON - 2)), (Code::TimeOrder, "lost_from"));
    assert_eq!(refusal(&judged(NOON, NOON + 1)), (Code::TimeInFuture, "lost_to"));
    assert_eq!(refusal(&judged(NOON + 1, NOON + 2)), (Code::TimeInFuture, "lost_from"));
}

#[test]
fn a_contact_names_the_field_that_is_wrong() {
    let contact = || Contact {
        name: " 覃·伯 ".to_owned(),
        phone: "13800138000".to_owned(),
        identity_number: Some("11010519491231002x".to_owned()),
        passport: Some(" ".to_owned()),
    };
    let good = contact().normalised(NOON).unwrap();
    assert_eq!(
        (good.name.as_str(), good.phone.as_str(), good.identity_number.as_deref(), good.passport),
        ("覃·伯", "+8613800138000", Some("11010519491231002X"), None)
    );
    let wrong = |change: fn(&mut Contact)| {
        let mut contact = contact();
        change(&mut contact);
        let error = contact.normalised(NOON).unwrap_err().within("contact");
        (error.code, error.field.into_owned())
    };
    assert_eq!(wrong(|contact| contact.name = String::new()), (Code::Missing, "contact.name".to_owned()));
    assert_eq!(wrong(|contact| contact.phone = "110".to_owned()), (Code::PhoneEmergency, "contact.phone".to_owned()));
    assert_eq!(
        wrong(|contact| contact.identity_number = Some("430702199003070011".to_owned())),
        (Code::IdentityChecksum, "contact.identity_number".to_owned())
    );
    assert_eq!(wrong(|contact| contact.passport = Some("E-1".to_owned())), (Code::Malformed, "contact.passport".to_owned()));
}

#[test]
fn a_checklist_is_answered_whole_and_once() {
    let judged = |change: fn(&mut Vec<Value>)| {
        let mut world = Memory::hub();
        world.act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": "v-001"}));
        let Value::Array(mut answers) = answers(&world) else { panic!() };
        change(&mut answers);
        world.act(&inspector(), Kind::InspectionSubmit, "i1", json!({"answers": answers}))
    };
    assert_eq!(judged(|_| {}), Verdict::CLEAN);
    assert_eq!(refusal(&judged(|answers| drop(answers.pop()))), (Code::Missing, "answers"));
    assert_eq!(refusal(&judged(|answers| answers[1] = answers[0].clone())), (Code::Malformed, "answers[1].item"));
    assert_eq!(refusal(&judged(|answers| answers[2]["item"] = json!("moat"))), (Code::UnknownReference, "answers[2].item"));
    assert_eq!(refusal(&judged(|answers| answers[2]["note"] = json!("a\u{7}b"))), (Code::TextForbiddenCharacter, "answers[2].note"));
}

#[test]
fn a_venue_is_judged_as_of_the_operations_time() {
    for kind in [Kind::InspectionStart, Kind::HazardFind] {
        let body = |venue: &str| match kind {
            Kind::HazardFind => json!({"event": "find", "venue": venue, "description": "d", "grade": "general"}),
            _ => json!({"venue": venue}),
        };
        let mut world = Memory::hub();
        assert_eq!(refusal(&world.act(&inspector(), kind, "n1", body("v-999"))), (Code::UnknownReference, "venue"));
        world.force("v-001", "retired_at", json!("2026-05-01T00:00:00Z"));
        assert_eq!(refusal(&world.act(&inspector(), kind, "n1", body("v-001"))), (Code::VenueRetired, "venue"));
        let mut before = world.operation(kind, "n1", body("v-001"));
        before.recorded_at = NOON - 1;
        assert_eq!(world.take(&before, &inspector()), Verdict::CLEAN);
        assert_eq!(Memory::stranger().act(&Actor::Unknown, kind, "n1", body("v-999")), Verdict::CLEAN, "the hub will know");
    }
}

#[test]
fn what_is_not_there_yet_is_waited_for_and_only_a_full_phone_says_no() {
    let start = json!({"event": "start"});
    let held = Verdict::Held { until: Until::Entity("h9".to_owned()) };
    assert_eq!(Memory::hub().act(&inspector(), Kind::HazardStart, "h9", start.clone()), held);
    assert_eq!(Memory::stranger().act(&Actor::Unknown, Kind::HazardStart, "h9", start.clone()), held);
    assert_eq!(refusal(&Memory::phone().act(&inspector(), Kind::HazardStart, "h9", start.clone())), (Code::UnknownReference, "entity"));
    assert_eq!(
        refusal(&Memory::hub().act(&inspector(), Kind::HazardStart, "v-001", start)),
        (Code::UnknownReference, "entity"),
        "a venue is no hazard"
    );
    let mut with_inspection = found();
    with_inspection["inspection"] = json!("i9");
    assert_eq!(
        Memory::hub().act(&inspector(), Kind::HazardFind, "h9", with_inspection),
        Verdict::Held { until: Until::Entity("i9".to_owned()) }
    );
}

#[test]
fn a_field_of_a_newer_version_survives_a_change() {
    let mut world = with_hazard("assigned");
    world.force("h1", "insured_by", json!("a field of tomorrow"));
    assert!(flags(&world.act(&inspector(), Kind::HazardStart, "h1", json!({"event": "start"}))).is_empty());
    assert_eq!((&world.body("h1")["insured_by"], &world.body("h1")["state"]), (&json!("a field of tomorrow"), &json!("rectifying")));
}

#[test]
fn the_same_judgement_twice_is_the_same() {
    let mut world = with_hazard("rectifying");
    let operation = hazard_step(&mut world, HazardMove::Rectify);
    assert_eq!(world.judge(&operation, &inspector()), world.judge(&operation, &inspector()));
}
