//! What the rules promise of disputes: two roads, nobody mediates alone who may not, and each step has its time.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{Actor, Bucket, DisputeMove, DisputeState, Kind, Role, Settings, Verdict, due};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// An officer, by role and, in the base of the lake, by force.
fn officer() -> Actor {
    person("p-005", Role::Inspector)
}

fn auxiliary() -> Actor {
    person("p-012", Role::Auxiliary)
}

fn report() -> Value {
    json!({"event": "report", "category": "purchase", "description": "weighing of crayfish", "parties": 2, "zone": "z1", "place": "stall 12"})
}

fn with_dispute(state: &str) -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&auxiliary(), Kind::DisputeReport, "d1", report()), Verdict::CLEAN);
    world.force("d1", "state", json!(state));
    world.force("d1", "due", Value::Null);
    world
}

fn step(by: DisputeMove, mediators: &[&str]) -> (Kind, Value) {
    match by {
        DisputeMove::Screen => (Kind::DisputeScreen, json!({"event": "screen"})),
        DisputeMove::MediateByPolice => (Kind::DisputeMediate, json!({"event": "mediate", "road": "police", "mediators": mediators})),
        DisputeMove::MediateByPeople => (Kind::DisputeMediate, json!({"event": "mediate", "road": "peoples", "mediators": mediators})),
        DisputeMove::Retry => (Kind::DisputeRetry, json!({"event": "retry", "mediators": mediators})),
        DisputeMove::Refer => (Kind::DisputeRefer, json!({"event": "refer", "authority": "market office", "reason": "theirs"})),
        DisputeMove::Agree => {
            (Kind::DisputeAgree, json!({"event": "agree", "mediators": mediators, "terms": "half back", "perform_by": NOON + DAY}))
        }
        DisputeMove::Perform => (Kind::DisputePerform, json!({"event": "perform"})),
        DisputeMove::Revisit => (Kind::DisputeRevisit, json!({"event": "revisit", "note": "both content"})),
        DisputeMove::Close => (Kind::DisputeClose, json!({"event": "close"})),
        DisputeMove::Fail => (Kind::DisputeFail, json!({"event": "fail", "mediators": mediators, "reason": "no way"})),
        DisputeMove::LegalRoute => (Kind::DisputeLegalRoute, json!({"event": "legal_route", "note": "the court of the district"})),
    }
}

fn act(world: &mut Memory, actor: &Actor, by: DisputeMove, mediators: &[&str]) -> Verdict {
    let (kind, body) = step(by, mediators);
    world.act(actor, kind, "d1", body)
}

const STATES: [(&str, DisputeState); 11] = [
    ("reported", DisputeState::Reported),
    ("screened", DisputeState::Screened),
    ("police_mediation", DisputeState::PoliceMediation),
    ("peoples_mediation", DisputeState::PeoplesMediation),
    ("referred", DisputeState::Referred),
    ("agreed", DisputeState::Agreed),
    ("performed", DisputeState::Performed),
    ("revisited", DisputeState::Revisited),
    ("closed", DisputeState::Closed),
    ("failed", DisputeState::Failed),
    ("legal_route", DisputeState::LegalRoute),
];

const STEPS: [DisputeMove; 11] = [
    DisputeMove::Screen,
    DisputeMove::MediateByPolice,
    DisputeMove::MediateByPeople,
    DisputeMove::Retry,
    DisputeMove::Refer,
    DisputeMove::Agree,
    DisputeMove::Perform,
    DisputeMove::Revisit,
    DisputeMove::Close,
    DisputeMove::Fail,
    DisputeMove::LegalRoute,
];

#[test]
fn a_dispute_takes_every_listed_step_and_no_other() {
    let mut taken = 0;
    for (name, state) in STATES {
        for by in STEPS {
            let mut world = with_dispute(name);
            let verdict = act(&mut world, &officer(), by, &["p-005"]);
            match DisputeState::TRANSITIONS.iter().find(|(from, step, _)| *from == state && *step == by) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {by:?}");
                    assert_eq!(world.body("d1")["state"], serde_json::to_value(to).unwrap(), "{name} {by:?}");
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {by:?}"),
            }
        }
    }
    assert_eq!((taken, DisputeState::TRANSITIONS.len()), (15, 15));
}

#[test]
fn each_step_of_a_dispute_is_for_the_roles_that_the_field_gives_it() {
    for role in Role::ALL {
        let finds = matches!(role, Role::Guard | Role::Volunteer | Role::Auxiliary | Role::Inspector | Role::Desk | Role::Commander);
        let decides = matches!(role, Role::Inspector | Role::Desk | Role::Commander);
        let helps = decides || *role == Role::Auxiliary;
        let actor = person("p-r", *role);
        let verdict = Memory::hub().act(&actor, Kind::DisputeReport, "d2", report());
        assert_eq!(verdict == Verdict::CLEAN, finds, "{role:?}");
        for (state, by, may) in [
            ("reported", DisputeMove::Screen, decides),
            ("screened", DisputeMove::MediateByPolice, decides),
            ("screened", DisputeMove::Refer, decides),
            ("police_mediation", DisputeMove::Retry, decides),
            // Beside an officer, and by whoever was there.
            ("police_mediation", DisputeMove::Agree, helps),
            ("peoples_mediation", DisputeMove::Fail, helps),
            ("agreed", DisputeMove::Perform, helps),
            ("performed", DisputeMove::Revisit, helps),
            ("revisited", DisputeMove::Close, decides),
            ("failed", DisputeMove::LegalRoute, decides),
        ] {
            let verdict = act(&mut with_dispute(state), &actor, by, &["p-r", "p-005"]);
            if may {
                assert_eq!(verdict, Verdict::CLEAN, "{role:?} {by:?}");
            } else {
                assert_eq!(refusal(&verdict), (Code::NotPermitted, ""), "{role:?} {by:?}");
            }
        }
    }
    assert_eq!(refusal(&Memory::hub().act(&Actor::Tourist, Kind::DisputeReport, "d2", report())), (Code::NotPermitted, ""));
}

#[test]
fn an_auxiliary_does_not_mediate_alone() {
    let alone = (Code::NotPermitted, "mediators");
    for (road, agrees) in [(DisputeMove::MediateByPolice, false), (DisputeMove::MediateByPeople, true)] {
        // Two auxiliaries, a guard, a volunteer: none of them may without an officer, on either road.
        for panel in [&["p-012"][..], &["p-012", "p-013"], &["p-019"], &["p-027", "p-012"]] {
            assert_eq!(refusal(&act(&mut with_dispute("screened"), &officer(), road, panel)), alone, "{panel:?}");
        }
        assert_eq!(act(&mut with_dispute("screened"), &officer(), road, &["p-012", "p-005"]), Verdict::CLEAN);
        // People's mediators are of the people; the police are of the base.
        let outsider = act(&mut with_dispute("screened"), &officer(), road, &["调解员 王"]);
        assert_eq!(outsider == Verdict::CLEAN, agrees);
        let state = if agrees { "peoples_mediation" } else { "police_mediation" };
        for by in [DisputeMove::Agree, DisputeMove::Fail] {
            assert_eq!(refusal(&act(&mut with_dispute(state), &auxiliary(), by, &["p-012"])), alone, "{by:?}");
            assert_eq!(act(&mut with_dispute(state), &auxiliary(), by, &["p-012", "p-005"]), Verdict::CLEAN, "{by:?}");
            // Whoever was not there cannot say what came of it, unless they may decide.
            assert_eq!(refusal(&act(&mut with_dispute(state), &auxiliary(), by, &["p-005"])), (Code::NotPermitted, ""), "{by:?}");
            assert_eq!(act(&mut with_dispute(state), &officer(), by, &["p-006"]), Verdict::CLEAN, "{by:?}");
        }
    }
    // Their own name in another form is not a second mediator.
    let verdict = act(&mut with_dispute("peoples_mediation"), &auxiliary(), DisputeMove::Agree, &["p-012", "name of P-012"]);
    assert_eq!(refusal(&verdict), alone);
    // That an agreement was not kept is for an officer to say.
    assert_eq!(refusal(&act(&mut with_dispute("agreed"), &auxiliary(), DisputeMove::Fail, &[])), (Code::NotPermitted, ""));
    assert_eq!(act(&mut with_dispute("agreed"), &officer(), DisputeMove::Fail, &[]), Verdict::CLEAN);
    assert_eq!(refusal(&act(&mut with_dispute("police_mediation"), &officer(), DisputeMove::Fail, &[])), (Code::Missing, "mediators"));
    // An officer who has left mediates nothing.
    let mut world = with_dispute("screened");
    world.force("p-005", "status", json!("left"));
    let left = act(&mut world, &person("p-006", Role::Inspector), DisputeMove::MediateByPolice, &["p-005"]);
    assert_eq!(refusal(&left), alone);
}

#[test]
fn the_police_mediate_twice_at_most_and_people_as_often_as_it_takes() {
    for (road, state, times) in [(DisputeMove::MediateByPolice, "police", 1), (DisputeMove::MediateByPeople, "peoples", 5)] {
        let mut world = with_dispute("screened");
        assert_eq!(act(&mut world, &officer(), road, &["p-005"]), Verdict::CLEAN);
        for _ in 0..times {
            assert_eq!(act(&mut world, &officer(), DisputeMove::Retry, &["p-006"]), Verdict::CLEAN, "{state}");
        }
        let again = act(&mut world, &officer(), DisputeMove::Retry, &["p-005"]);
        assert_eq!(again == Verdict::CLEAN, state == "peoples");
    }
}

#[test]
fn each_step_of_a_dispute_has_its_time_and_what_is_late_is_noted_once() {
    let mut world = Memory::hub();
    assert_eq!(world.act(&auxiliary(), Kind::DisputeReport, "d1", report()), Verdict::CLEAN);
    assert_eq!(world.body("d1")["due"], NOON + 24 * HOUR, "to be screened");
    assert_eq!(world.tick(NOON + 24 * HOUR - 1), Vec::<String>::new());
    assert_eq!(world.tick(NOON + 24 * HOUR), ["d1"]);
    assert_eq!(world.tick(NOON + 30 * HOUR), Vec::<String>::new(), "once");
    assert_eq!(world.body("d1")["overdue"], json!([NOON + 24 * HOUR]));
    // It is late, and goes on all the same; that it was late stays.
    assert_eq!(act(&mut world, &officer(), DisputeMove::Screen, &[]), Verdict::CLEAN);
    assert_eq!(world.body("d1")["due"], Value::Null, "which road is not a matter of a clock");
    assert_eq!(act(&mut world, &officer(), DisputeMove::MediateByPolice, &["p-005"]), Verdict::CLEAN);
    assert_eq!(world.body("d1")["due"], NOON + 30 * DAY, "thirty days from the report");
    assert_eq!(act(&mut world, &officer(), DisputeMove::Retry, &["p-005"]), Verdict::CLEAN);
    assert_eq!(world.body("d1")["due"], NOON + 7 * DAY, "the second time");
    assert_eq!(act(&mut world, &officer(), DisputeMove::Agree, &["p-005"]), Verdict::CLEAN);
    assert_eq!((&world.body("d1")["due"], &world.body("d1")["confirm_until"]), (&json!(NOON + DAY), &Value::Null), "as they agreed");
    assert_eq!(act(&mut world, &officer(), DisputeMove::Perform, &[]), Verdict::CLEAN);
    assert_eq!(world.body("d1")["due"], NOON + 30 * DAY, "to be revisited");
    assert_eq!(act(&mut world, &officer(), DisputeMove::Revisit, &[]), Verdict::CLEAN);
    assert_eq!(act(&mut world, &officer(), DisputeMove::Close, &[]), Verdict::CLEAN);
    assert_eq!(due::deadline(&world.documents["d1"], &Settings::default()), None, "nothing is due any more");
    assert_eq!(world.body("d1")["overdue"], json!([NOON + 24 * HOUR]));
    assert_eq!(world.body("d1")["ended_at"], NOON);
}

#[test]
fn peoples_mediation_has_a_month_and_its_agreement_may_be_confirmed_by_a_court_for_thirty_days() {
    let mut world = with_dispute("screened");
    assert_eq!(act(&mut world, &officer(), DisputeMove::MediateByPeople, &["王调解"]), Verdict::CLEAN);
    assert_eq!(world.body("d1")["due"], NOON + 30 * DAY);
    let (kind, body) = step(DisputeMove::Retry, &["p-005"]);
    let mut later = world.operation(kind, "d1", body);
    later.recorded_at = NOON + 10 * DAY;
    assert_eq!(world.take(&later, &officer()), Verdict::CLEAN);
    assert_eq!(world.body("d1")["due"], NOON + 30 * DAY, "trying again gives no second month");
    assert_eq!(act(&mut world, &officer(), DisputeMove::Agree, &["p-005"]), Verdict::CLEAN);
    assert_eq!(world.body("d1")["confirm_until"], NOON + 30 * DAY);
}

#[test]
fn a_dispute_is_seen_by_its_reporter_its_mediators_inspectors_and_the_desk() {
    let mut world = with_dispute("screened");
    let seen = |world: &Memory| world.documents["d1"].buckets.clone();
    let persons = |buckets: &[Bucket]| buckets.iter().filter(|bucket| matches!(bucket, Bucket::Person(_))).count();
    assert!(!seen(&world).iter().any(|bucket| matches!(bucket, Bucket::Zone(_) | Bucket::Staff | Bucket::Public)));
    assert_eq!(persons(&seen(&world)), 1);
    assert_eq!(act(&mut world, &officer(), DisputeMove::MediateByPeople, &["p-013", "王调解", "p-005"]), Verdict::CLEAN);
    let buckets = seen(&world);
    assert_eq!(persons(&buckets), 3, "a name that is no id is nobody's bucket");
    for bucket in [Bucket::Person("p-013".to_owned()), Bucket::Role(Role::Inspector), Bucket::Role(Role::Desk), Bucket::Device(device(1))] {
        assert!(buckets.contains(&bucket), "{bucket}");
    }
}

#[test]
fn a_report_of_a_dispute_that_is_out_of_order_names_the_field() {
    let refused = |change: fn(&mut Value)| {
        let mut body = report();
        change(&mut body);
        let verdict = Memory::hub().act(&auxiliary(), Kind::DisputeReport, "d9", body);
        let (code, field) = refusal(&verdict);
        (code, field.to_owned())
    };
    let at = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(|body| body["parties"] = json!(1)), at(Code::OutOfRange, "parties"));
    assert_eq!(refused(|body| body["zone"] = json!("z9")), at(Code::UnknownReference, "zone"));
    assert_eq!(refused(|body| body["description"] = json!("  ")), at(Code::Missing, "description"));
    let mut world = with_dispute("police_mediation");
    let early = json!({"event": "agree", "mediators": ["p-005"], "terms": "t", "perform_by": NOON - 1});
    assert_eq!(refusal(&world.act(&officer(), Kind::DisputeAgree, "d1", early)), (Code::TimeOrder, "perform_by"));
}

#[test]
fn two_officers_who_choose_both_roads_leave_one_and_one_conflict() {
    let mut world = with_dispute("screened");
    let [police, people] = [DisputeMove::MediateByPolice, DisputeMove::MediateByPeople].map(|road| step(road, &["p-005"]));
    let first = world.operation(police.0, "d1", police.1);
    let mut second = world.operation(people.0, "d1", people.1);
    second.device = device(2);
    assert_eq!(world.take(&first, &officer()), Verdict::CLEAN);
    assert_eq!(world.take(&second, &officer()), Verdict::Conflict { code: Code::Overtaken, kept: Some(first.id) });
    assert_eq!((&world.body("d1")["road"], world.conflicts("d1").len()), (&json!("police"), 1));
}
