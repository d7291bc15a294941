//! What the rules promise of ratings: whoever was helped taps once, and nobody else.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{Actor, Body, Bucket, Kind, RatedKind, Rating, Role, Until, Verdict, rating_id, tracking_digest};
use liuye_core::log::Operation;
use serde_json::{Value, json};

const CODE: &str = "7K3M-9PQR-2TVW-XY4Z";

/// A world with a tourist's returned report `l1` and closed call `c1`, both of the first device.
fn world() -> Memory {
    let mut world = Memory::hub();
    let loss = json!({"category": "phone", "description": "black phone", "place": "pier 2", "zone": "z3",
        "lost_from": NOON - 7_200_000, "lost_to": NOON - 3_600_000, "tracking_digest": tracking_digest(CODE)});
    assert_eq!(world.act(&Actor::Tourist, Kind::LossReport, "l1", loss), Verdict::CLEAN);
    world.force("l1", "state", json!("returned"));
    let call = json!({"event": "raise", "source": "app", "category": "medical", "zone": "z1"});
    assert_eq!(world.act(&Actor::Tourist, Kind::CallRaise, "c1", call), Verdict::CLEAN);
    world.force("c1", "state", json!("closed"));
    world
}

fn rating(world: &mut Memory, about: &str, stars: u8, code: Option<&str>, of: u8) -> Operation {
    let mut body = json!({"about": about, "stars": stars});
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    let mut operation = world.operation(Kind::RatingGive, &rating_id(about), body);
    operation.device = device(of);
    operation
}

fn rate(world: &mut Memory, actor: &Actor, about: &str, code: Option<&str>, of: u8) -> Verdict {
    let operation = rating(world, about, 5, code, of);
    world.take(&operation, actor)
}

#[test]
fn whoever_was_helped_rates_a_closed_call_and_a_returned_report_once_each() {
    let mut world = world();
    for (about, kind) in [("c1", RatedKind::Call), ("l1", RatedKind::LostReport)] {
        assert_eq!(rate(&mut world, &Actor::Tourist, about, None, 1), Verdict::CLEAN, "{about}");
        let given: Rating = serde_json::from_value(world.body(&rating_id(about)).clone()).unwrap();
        assert_eq!((given.about.as_str(), given.kind, given.stars, given.rater.as_str()), (about, Some(kind), 5, "tourist"));
        assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, about, None, 1)), (Code::Exists, "about"), "{about}");
    }
    // By the tracking code too it is the same report.
    assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, "l1", Some(CODE), 2)), (Code::Exists, "about"));
}

#[test]
fn another_phone_needs_the_tracking_code_and_no_document_keeps_it() {
    let mut world = world();
    assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, "l1", None, 2)), (Code::NotPermitted, "about"));
    assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, "l1", Some("7K3M-9PQR-2TVW-XY4A"), 2)), (Code::NotPermitted, "about"));
    assert_eq!(rate(&mut world, &Actor::Tourist, "l1", Some("7k3m 9pqr 2tvw xy4z"), 2), Verdict::CLEAN, "however it is typed");
    assert!(!world.body("l1.rating").to_string().to_lowercase().contains("7k3m"));
    // A call has no code: only its own phone rates it.
    assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, "c1", Some(CODE), 2)), (Code::NotPermitted, "about"));
    // What stays of a redacted rating is the rating.
    let body = Body::read(Kind::RatingGive, &json!({"about": "l1", "stars": 4, "code": CODE}).to_string()).unwrap();
    assert_eq!(serde_json::to_value(body.redacted().unwrap()).unwrap(), json!({"about": "l1", "stars": 4}));
}

#[test]
fn nobody_rates_what_is_not_over() {
    for (about, states) in
        [("c1", &["received", "handling", "cancelled", "unfounded", "merged"][..]), ("l1", &["open", "claimed", "withdrawn"])]
    {
        for state in states {
            let mut world = world();
            world.force(about, "state", json!(state));
            assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, about, None, 1)), (Code::StateRefused, "about"), "{about} {state}");
        }
    }
}

#[test]
fn the_staff_does_not_rate_itself() {
    for role in Role::ALL {
        let mut world = world();
        let verdict = rate(&mut world, &person("p-r", *role), "c1", None, 1);
        let helped = matches!(role, Role::Tourist | Role::VenueOperator);
        assert_eq!(verdict == Verdict::CLEAN, helped, "{role:?}");
    }
    // What the desk entered for 110, a clue and a drill helped nobody who has this phone.
    for (field, value) in [("source", json!("dial_110")), ("source", json!("clue")), ("exercise", json!(true))] {
        let mut world = world();
        world.force("c1", field, value);
        assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, "c1", None, 1)), (Code::NotPermitted, "about"), "{field}");
    }
}

#[test]
fn a_rating_waits_for_what_it_is_about_and_is_in_order() {
    let mut world = world();
    assert_eq!(rate(&mut world, &Actor::Tourist, "l9", None, 1), Verdict::Held { until: Until::Entity("l9".to_owned()) });
    assert_eq!(refusal(&rate(&mut world, &Actor::Tourist, "v-001", None, 1)), (Code::UnknownReference, "about"));
    for stars in [0, 6] {
        let operation = rating(&mut world, "c1", stars, None, 1);
        assert_eq!(refusal(&world.take(&operation, &Actor::Tourist)), (Code::OutOfRange, "stars"));
    }
    // A second rating under another name would be a second rating.
    let operation = world.operation(Kind::RatingGive, "another", json!({"about": "c1", "stars": 5}));
    assert_eq!(refusal(&world.take(&operation, &Actor::Tourist)), (Code::Malformed, "entity"));
    // A phone that does not have the report asks for the code, and leaves the rest to the hub.
    let mut phone = Memory::phone();
    assert_eq!(refusal(&rate(&mut phone, &Actor::Tourist, "l1", None, 1)), (Code::UnknownReference, "about"));
    assert_eq!(rate(&mut phone, &Actor::Tourist, "l1", Some(CODE), 1), Verdict::CLEAN);
    assert_eq!(phone.body("l1.rating")["kind"], Value::Null);
}

#[test]
fn a_rating_is_its_authors_and_the_desks() {
    let mut world = world();
    assert_eq!(rate(&mut world, &Actor::Tourist, "c1", None, 1), Verdict::CLEAN);
    let desk = [Role::Desk, Role::Commander, Role::Auditor].map(Bucket::Role);
    let mut expected = [vec![Bucket::Device(device(1))], desk.to_vec()].concat();
    expected.sort_unstable();
    assert_eq!(world.documents["c1.rating"].buckets, expected);
}
