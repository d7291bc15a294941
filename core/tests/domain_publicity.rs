//! What the rules promise of publicity: sessions that somebody else vouches for, and leaflets of which none is made or lost.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, Bucket, Kind, LeafletUse, Leaflets, PublicityMove, PublicitySession, PublicityState, Role, SiteFile, Until, Verdict,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

fn desk() -> Actor {
    person("p-003", Role::Desk)
}

fn commander() -> Actor {
    person("p-001", Role::Commander)
}

fn auxiliary() -> Actor {
    person("p-012", Role::Auxiliary)
}

fn plan() -> Value {
    json!({"event": "plan", "topics": ["t-fraud"], "materials": ["m-fraud-leaflet", "m-driving-rhyme"], "zone": "z1",
        "place": "night market", "from": NOON, "to": NOON + 2 * HOUR})
}

fn hold() -> Value {
    json!({"event": "hold", "audience": 120})
}

/// A world with a session `s1`, planned and held by an auxiliary where `held`, and a batch `l1` of `stocked` leaflets.
fn world(held: bool, stocked: u32) -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&auxiliary(), Kind::PublicityPlan, "s1", plan()), Verdict::CLEAN);
    if held {
        assert_eq!(world.act(&auxiliary(), Kind::PublicityHold, "s1", hold()), Verdict::CLEAN);
    }
    let stock = json!({"event": "stock", "material": "m-fraud-leaflet", "quantity": stocked});
    assert_eq!(world.act(&desk(), Kind::LeafletsStock, "l1", stock), Verdict::CLEAN);
    world
}

fn leaflets(world: &Memory) -> Leaflets {
    serde_json::from_value(world.body("l1").clone()).unwrap()
}

fn movement(kind: Kind, session: &str, quantity: u32) -> Value {
    let event = kind.as_str().split_once('.').unwrap().1;
    json!({"event": event, "session": session, "quantity": quantity})
}

fn act(world: &mut Memory, kind: Kind, session: &str, quantity: u32) -> Verdict {
    world.act(&auxiliary(), kind, "l1", movement(kind, session, quantity))
}

#[test]
fn a_session_takes_every_listed_step_and_no_other() {
    let states = [("planned", PublicityState::Planned), ("held", PublicityState::Held), ("verified", PublicityState::Verified)];
    let steps =
        [(PublicityMove::Hold, Kind::PublicityHold, hold()), (PublicityMove::Verify, Kind::PublicityVerify, json!({"event": "verify"}))];
    let mut taken = 0;
    for (name, state) in states {
        for (step, kind, body) in &steps {
            let mut world = world(true, 1);
            world.force("s1", "state", json!(name));
            let verdict = world.act(&desk(), *kind, "s1", body.clone());
            match PublicityState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(world.body("s1")["state"], serde_json::to_value(to).unwrap());
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {step:?}"),
            }
        }
    }
    assert_eq!((taken, PublicityState::TRANSITIONS.len()), (2, 2));
}

#[test]
fn each_step_of_publicity_is_for_the_roles_that_the_field_gives_it() {
    for role in Role::ALL {
        let actor = person("p-r", *role);
        let permitted = |verdict: Verdict| match verdict {
            Verdict::Applied { .. } => true,
            other => {
                assert_eq!(refusal(&other).0, Code::NotPermitted, "{role:?}");
                false
            }
        };
        let holds = matches!(role, Role::Auxiliary | Role::Inspector | Role::Desk | Role::Commander);
        let leads = matches!(role, Role::Desk | Role::Commander);
        assert_eq!(permitted(Memory::hub().act(&actor, Kind::PublicityPlan, "s2", plan())), holds, "{role:?}");
        assert_eq!(permitted(world(false, 1).act(&actor, Kind::PublicityHold, "s1", hold())), holds, "{role:?}");
        assert_eq!(permitted(world(true, 1).act(&actor, Kind::PublicityVerify, "s1", json!({"event": "verify"}))), leads, "{role:?}");
        let issue = movement(Kind::LeafletsIssue, "s1", 1);
        assert_eq!(permitted(world(true, 1).act(&actor, Kind::LeafletsIssue, "l1", issue)), holds, "{role:?}");
        let stock = json!({"event": "stock", "material": "m-fraud-leaflet", "quantity": 1});
        assert_eq!(permitted(Memory::hub().act(&actor, Kind::LeafletsStock, "l2", stock)), leads, "{role:?}");
    }
}

#[test]
fn nobody_vouches_for_a_session_that_they_held() {
    let mut world = world(false, 1);
    assert_eq!(world.act(&desk(), Kind::PublicityHold, "s1", hold()), Verdict::CLEAN);
    assert_eq!(refusal(&world.act(&desk(), Kind::PublicityVerify, "s1", json!({"event": "verify"}))), (Code::NotPermitted, ""));
    assert_eq!(world.act(&commander(), Kind::PublicityVerify, "s1", json!({"event": "verify"})), Verdict::CLEAN);
    let session: PublicitySession = serde_json::from_value(world.body("s1").clone()).unwrap();
    assert!(session.counts());
    assert_eq!((session.held_by.as_deref(), session.verified_by.as_deref(), session.audience), (Some("p-003"), Some("p-001"), Some(120)));
    assert!(world.documents["s1"].buckets.contains(&Bucket::Staff), "all of the staff takes part in publicity");
}

#[test]
fn a_session_speaks_on_topics_that_the_site_has_and_uses() {
    let refused = |change: fn(&mut Value)| {
        let mut body = plan();
        change(&mut body);
        let verdict = Memory::hub().act(&auxiliary(), Kind::PublicityPlan, "s9", body);
        let (code, field) = refusal(&verdict);
        (code, field.to_owned())
    };
    let at = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(|body| body["topics"] = json!([])), at(Code::Missing, "topics"));
    assert_eq!(refused(|body| body["topics"] = json!(["t-nothing"])), at(Code::UnknownReference, "topics"));
    assert_eq!(refused(|body| body["topics"] = json!(["t-fraud", "t-fraud"])), at(Code::DuplicateId, "topics"));
    assert_eq!(refused(|body| body["materials"] = json!(["t-fraud"])), at(Code::UnknownReference, "materials"));
    assert_eq!(refused(|body| body["zone"] = json!("z9")), at(Code::UnknownReference, "zone"));
    assert_eq!(refused(|body| body["to"] = body["from"].clone()), at(Code::TimeOrder, "to"));
    assert_eq!(refused(|body| body["to"] = json!(NOON + 25 * HOUR)), at(Code::OutOfRange, "to"));
    let mut world = Memory::hub();
    world.force("t-fraud", "retired_at", json!("2026-01-01T00:00:00+08:00"));
    assert_eq!(refusal(&world.act(&auxiliary(), Kind::PublicityPlan, "s1", plan())), (Code::UnknownReference, "topics"));
}

#[test]
fn leaflets_leave_the_stock_come_back_or_are_spoilt_and_the_rest_was_handed_out() {
    let mut world = world(true, 100);
    assert_eq!(refusal(&act(&mut world, Kind::LeafletsIssue, "s1", 101)), (Code::LeafletsShort, "quantity"));
    assert_eq!(act(&mut world, Kind::LeafletsIssue, "s1", 60), Verdict::CLEAN);
    assert_eq!(refusal(&act(&mut world, Kind::LeafletsReturn, "s1", 61)), (Code::LeafletsShort, "quantity"));
    assert_eq!(act(&mut world, Kind::LeafletsReturn, "s1", 10), Verdict::CLEAN);
    assert_eq!(act(&mut world, Kind::LeafletsWaste, "s1", 5), Verdict::CLEAN);
    assert_eq!(refusal(&act(&mut world, Kind::LeafletsWaste, "s1", 46)), (Code::LeafletsShort, "quantity"));
    let batch = leaflets(&world);
    assert_eq!(batch.sessions, [LeafletUse { session: "s1".to_owned(), at: batch.sessions[0].at, issued: 60, returned: 10, wasted: 5 }]);
    assert_eq!((batch.in_stock(), batch.distributed(|_| true), batch.distributed(|id| id == "s2")), (50, 45, 0));
    for quantity in [0, 1_000_001] {
        assert_eq!(refusal(&act(&mut world, Kind::LeafletsIssue, "s1", quantity)), (Code::OutOfRange, "quantity"));
    }
}

#[test]
fn leaflets_that_came_back_go_out_again() {
    let mut world = world(true, 100);
    for _ in 0..3 {
        assert_eq!(act(&mut world, Kind::LeafletsIssue, "s1", 80), Verdict::CLEAN);
        assert_eq!(act(&mut world, Kind::LeafletsReturn, "s1", 75), Verdict::CLEAN);
    }
    assert_eq!((leaflets(&world).in_stock(), leaflets(&world).distributed(|_| true)), (85, 15));
}

#[test]
fn a_batch_is_of_leaflets_and_goes_to_sessions_that_are_known_or_on_their_way() {
    let mut world = world(true, 10);
    let stock = json!({"event": "stock", "material": "m-driving-rhyme", "quantity": 5});
    assert_eq!(refusal(&world.act(&desk(), Kind::LeafletsStock, "l2", stock)), (Code::UnknownReference, "material"));
    assert_eq!(refusal(&act(&mut world, Kind::LeafletsIssue, "z1", 1)), (Code::UnknownReference, "session"));
    assert_eq!(act(&mut world, Kind::LeafletsIssue, "s7", 1), Verdict::Held { until: Until::Entity("s7".to_owned()) });
    world.hub = false;
    assert_eq!(refusal(&act(&mut world, Kind::LeafletsIssue, "s7", 1)), (Code::UnknownReference, "session"));
}

#[test]
fn two_who_take_the_last_leaflets_leave_one_issue_and_one_conflict_with_its_evidence() {
    let mut world = world(true, 10);
    let first = world.operation(Kind::LeafletsIssue, "l1", movement(Kind::LeafletsIssue, "s1", 7));
    let mut second = world.operation(Kind::LeafletsIssue, "l1", movement(Kind::LeafletsIssue, "s1", 4));
    second.device = device(2);
    assert_eq!(world.take(&first, &auxiliary()), Verdict::CLEAN);
    let verdict = world.take(&second, &auxiliary());
    assert_eq!(verdict, Verdict::Conflict { code: Code::LeafletsShort, kept: Some(first.id) });
    assert_eq!(leaflets(&world).in_stock(), 3);
    assert_eq!(world.conflicts("l1")[0].body["quantity"], 4);
}

#[test]
fn the_leaflets_of_a_session_stay_as_somebody_vouched_for_them() {
    let mut world = world(true, 10);
    assert_eq!(act(&mut world, Kind::LeafletsIssue, "s1", 7), Verdict::CLEAN);
    let mut late = world.operation(Kind::LeafletsReturn, "l1", movement(Kind::LeafletsReturn, "s1", 2));
    late.device = device(2);
    assert_eq!(world.act(&commander(), Kind::PublicityVerify, "s1", json!({"event": "verify"})), Verdict::CLEAN);
    assert!(matches!(world.take(&late, &auxiliary()), Verdict::Conflict { code: Code::Overtaken, .. }), "written before that was known");
    // Whoever knows is refused.
    let mut known = world.operation(Kind::LeafletsReturn, "l1", movement(Kind::LeafletsReturn, "s1", 2));
    known.seen = world.documents["s1"].rev;
    assert_eq!(refusal(&world.take(&known, &auxiliary())), (Code::StateRefused, "session"));
    assert_eq!(leaflets(&world).distributed(|_| true), 7);
}

#[test]
fn a_site_file_with_publicity_that_is_out_of_order_names_the_place() {
    let refused = |change: fn(&mut Value)| {
        let mut site: Value = serde_json::from_str(include_str!("../../fixtures/liuye-lake/site.json")).unwrap();
        change(&mut site);
        let error = SiteFile::parse(&site.to_string()).expect_err("must be refused");
        (error.code, error.field.into_owned())
    };
    let at = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(|site| site["materials"][1]["topics"] = json!([])), at(Code::Missing, "materials[1].topics"));
    assert_eq!(refused(|site| site["materials"][1]["topics"][1] = json!("t-9")), at(Code::UnknownReference, "materials[1].topics[1]"));
    assert_eq!(refused(|site| site["materials"][3]["text"] = Value::Null), at(Code::Missing, "materials[3].text"));
    assert_eq!(refused(|site| site["materials"][3]["text"]["en"] = json!("")), at(Code::Missing, "materials[3].text.en"));
    assert_eq!(refused(|site| site["topics"][1]["name"]["zh"] = json!(" ")), at(Code::Missing, "topics[1].name.zh"));
    assert_eq!(refused(|site| site["topics"][1]["id"] = json!("z1")), at(Code::DuplicateId, "topics[1].id"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever is moved in whatever order: no leaflet is made, none is lost, and what is refused changes nothing.
    #[test]
    fn no_leaflet_is_made_or_lost(stocked in 1u32..200, moves in prop::collection::vec((0usize..3, 0usize..2, 1u32..120), 0..24)) {
        let mut world = world(true, stocked);
        assert_eq!(world.act(&auxiliary(), Kind::PublicityPlan, "s2", plan()), Verdict::CLEAN);
        // A model that knows no more than where each leaflet is.
        let (mut stock, mut out, mut spoilt) = (i64::from(stocked), [0i64; 2], 0i64);
        for (kind, session, quantity) in moves {
            let kind = [Kind::LeafletsIssue, Kind::LeafletsReturn, Kind::LeafletsWaste][kind];
            let many = i64::from(quantity);
            let before = world.body("l1").clone();
            let verdict = act(&mut world, kind, ["s1", "s2"][session], quantity);
            let there = if kind == Kind::LeafletsIssue { stock } else { out[session] };
            if many > there {
                prop_assert_eq!(refusal(&verdict), (Code::LeafletsShort, "quantity"));
                prop_assert_eq!(world.body("l1"), &before);
                continue;
            }
            prop_assert_eq!(verdict, Verdict::CLEAN);
            match kind {
                Kind::LeafletsIssue => (stock, out[session]) = (stock - many, out[session] + many),
                Kind::LeafletsReturn => (stock, out[session]) = (stock + many, out[session] - many),
                _ => (out[session], spoilt) = (out[session] - many, spoilt + many),
            }
        }
        let batch = leaflets(&world);
        let many = |count: u64| i64::try_from(count).unwrap();
        prop_assert_eq!(many(batch.in_stock()), stock);
        prop_assert_eq!([many(batch.distributed(|id| id == "s1")), many(batch.distributed(|id| id == "s2"))], out);
        let wasted: u64 = batch.sessions.iter().map(|used| used.wasted).sum();
        prop_assert_eq!(many(batch.in_stock()) + many(batch.distributed(|_| true)) + many(wasted), i64::from(stocked));
        prop_assert_eq!(many(wasted), spoilt);
    }
}
