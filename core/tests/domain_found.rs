//! What the rules promise of found items and claims: every listed step works, every other is refused; one custodian and no gap; two
//! live claims lock; the year to the day; and what only the owner can know is told to nobody.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, Bucket, Claim, ClaimMove, ClaimState, FoundItem, FoundItemMove, FoundItemState, Kind, LostReport, LostReportState, Role, Until,
    Verdict, parse_rfc3339, redact_operation,
};
use liuye_core::log::{AuthLevel, Operation};
use proptest::prelude::*;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

fn finder() -> Actor {
    person("p-a", Role::Auxiliary)
}

fn desk() -> Actor {
    person("p-d", Role::Desk)
}

fn second_desk() -> Actor {
    person("p-e", Role::Desk)
}

fn commander() -> Actor {
    person("p-c", Role::Commander)
}

fn thing(category: &str) -> Value {
    json!({"event": "register", "hidden": "SECRET-MARK", "found": {
        "category": category, "description": "black umbrella", "brand": "Paradise", "colour": "black", "place": "bench at the pier",
        "zone": "z3", "found_at": NOON - 3_600_000,
    }})
}

/// An operation of another phone.
fn by_phone(world: &mut Memory, number: u8, kind: Kind, entity: &str, body: Value) -> Operation {
    let mut operation = world.operation(kind, entity, body);
    operation.device = device(number);
    operation
}

fn act_on(world: &mut Memory, number: u8, actor: &Actor, kind: Kind, entity: &str, body: Value) -> Verdict {
    let operation = by_phone(world, number, kind, entity, body);
    world.take(&operation, actor)
}

fn item(world: &Memory) -> FoundItem {
    serde_json::from_value(world.body("f1").clone()).unwrap()
}

fn claim(world: &Memory, id: &str) -> Claim {
    serde_json::from_value(world.body(id).clone()).unwrap()
}

fn claimed(item: &str) -> Value {
    json!({"event": "submit", "item": item, "statement": "it is mine"})
}

/// `f1`, announced: registered by p-a on phone 1, an umbrella unless said otherwise.
fn noticed(category: &str) -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&finder(), Kind::FoundRegister, "f1", thing(category)), Verdict::CLEAN);
    assert_eq!(act_on(&mut world, 2, &desk(), Kind::CustodySign, "f1", json!({"event": "sign"})), Verdict::CLEAN);
    assert_eq!(world.act(&finder(), Kind::CustodyStore, "f1", json!({"event": "store", "place": "shelf 2"})), Verdict::CLEAN);
    assert_eq!(act_on(&mut world, 2, &desk(), Kind::FoundNotice, "f1", json!({"event": "notice"})), Verdict::CLEAN);
    world
}

/// Takes a claim as far as it goes without being released.
fn verified(world: &mut Memory, id: &str) {
    let ask = json!({"event": "question", "questions": ["what is on the handle?"]});
    assert_eq!(act_on(world, 2, &desk(), Kind::ClaimQuestion, id, ask), Verdict::CLEAN);
    let said = json!({"event": "answer", "answers": ["a red ribbon"]});
    assert_eq!(act_on(world, 7, &Actor::Tourist, Kind::ClaimAnswer, id, said), Verdict::CLEAN);
    assert_eq!(act_on(world, 2, &desk(), Kind::ClaimVerify, id, json!({"event": "verify"})), Verdict::CLEAN);
}

const ITEM_STATES: [(&str, FoundItemState); 9] = [
    ("registered", FoundItemState::Registered),
    ("in_custody", FoundItemState::InCustody),
    ("noticed", FoundItemState::Noticed),
    ("claim_pending", FoundItemState::ClaimPending),
    ("disputed", FoundItemState::Disputed),
    ("released", FoundItemState::Released),
    ("transferred", FoundItemState::Transferred),
    ("forfeited", FoundItemState::Forfeited),
    ("disposed", FoundItemState::Disposed),
];

/// Who makes a step, with what: everything about it is in order but, maybe, the state.
fn item_step(step: FoundItemMove, state: FoundItemState) -> (Actor, Kind, &'static str, Value) {
    match step {
        FoundItemMove::Take if state == FoundItemState::Transferred => (desk(), Kind::CustodyAccept, "f1", json!({"event": "accept"})),
        FoundItemMove::Take => (finder(), Kind::CustodyStore, "f1", json!({"event": "store", "place": "shelf"})),
        FoundItemMove::ReleaseOnSpot => (finder(), Kind::FoundReturn, "f1", json!({"event": "release_on_spot", "reason": "name inside"})),
        FoundItemMove::Transfer => (desk(), Kind::FoundTransfer, "f1", json!({"event": "transfer", "authority": "the station"})),
        FoundItemMove::Notice => (desk(), Kind::FoundNotice, "f1", json!({"event": "notice"})),
        FoundItemMove::Claim | FoundItemMove::Dispute => (Actor::Tourist, Kind::ClaimSubmit, "c2", claimed("f1")),
        FoundItemMove::Settle | FoundItemMove::Unclaim => (desk(), Kind::ClaimReject, "c1", json!({"event": "reject", "reason": "no"})),
        FoundItemMove::Release => (second_desk(), Kind::FoundRelease, "f1", json!({"event": "release", "claim": "c1"})),
        FoundItemMove::Forfeit => (commander(), Kind::FoundForfeit, "f1", json!({"event": "forfeit"})),
        FoundItemMove::Dispose => (commander(), Kind::FoundDispose, "f1", json!({"event": "dispose", "note": "given to charity"})),
    }
}

const ITEM_STEPS: [FoundItemMove; 11] = [
    FoundItemMove::Take,
    FoundItemMove::ReleaseOnSpot,
    FoundItemMove::Transfer,
    FoundItemMove::Notice,
    FoundItemMove::Claim,
    FoundItemMove::Dispute,
    FoundItemMove::Settle,
    FoundItemMove::Unclaim,
    FoundItemMove::Release,
    FoundItemMove::Forfeit,
    FoundItemMove::Dispose,
];

#[test]
fn a_found_item_takes_every_listed_step_and_no_other() {
    let mut taken = 0;
    for (name, state) in ITEM_STATES {
        for step in ITEM_STEPS {
            let mut world = noticed("other");
            world.act(&Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("f1"));
            world.force("c1", "state", json!("verified"));
            let claims = if name == "disputed" { json!(["c1", "c9"]) } else { json!(["c1"]) };
            world.force("f1", "claims", claims);
            world.force("f1", "state", json!(name));
            world.force("f1", "forfeit_from", json!(NOON));
            let (actor, kind, entity, body) = item_step(step, state);
            let verdict = act_on(&mut world, 2, &actor, kind, entity, body);
            let after = item(&world).state;
            // Which step a claim is depends on where the item stands.
            let is_claims = kind == Kind::ClaimSubmit || kind == Kind::ClaimReject;
            match FoundItemState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!((verdict, after), (Verdict::CLEAN, *to), "{name} {step:?}");
                    taken += 1;
                }
                None if is_claims => {
                    let by = |by: FoundItemMove| FoundItemState::TRANSITIONS.iter().find(|(from, step, _)| *from == state && *step == by);
                    let pair = if kind == Kind::ClaimSubmit {
                        [FoundItemMove::Claim, FoundItemMove::Dispute]
                    } else {
                        [FoundItemMove::Settle, FoundItemMove::Unclaim]
                    };
                    let expected = pair.into_iter().find_map(by).map_or(state, |(.., to)| *to);
                    assert_eq!(after, expected, "{name} {step:?}");
                }
                None => {
                    let code = refusal(&verdict).0;
                    let expected = if name == "disputed" { Code::ItemDisputed } else { Code::StateRefused };
                    assert_eq!((code, after), (expected, state), "{name} {step:?}");
                }
            }
        }
    }
    // Written down a second time, so that a line cannot fall out of the table unseen.
    assert_eq!((taken, FoundItemState::TRANSITIONS.len()), (14, 14));
}

#[test]
fn a_claim_takes_every_listed_step_and_no_other() {
    let states = [
        ("submitted", ClaimState::Submitted),
        ("questioned", ClaimState::Questioned),
        ("verified", ClaimState::Verified),
        ("rejected", ClaimState::Rejected),
        ("released", ClaimState::Released),
        ("withdrawn", ClaimState::Withdrawn),
    ];
    let steps = [
        (ClaimMove::Question, Kind::ClaimQuestion, json!({"event": "question", "questions": ["q"]})),
        (ClaimMove::Answer, Kind::ClaimAnswer, json!({"event": "answer", "answers": ["a"]})),
        (ClaimMove::Verify, Kind::ClaimVerify, json!({"event": "verify"})),
        (ClaimMove::Reject, Kind::ClaimReject, json!({"event": "reject", "reason": "no"})),
        (ClaimMove::Withdraw, Kind::ClaimWithdraw, json!({"event": "withdraw"})),
    ];
    let mut taken = 0;
    for (name, state) in states {
        for (step, kind, body) in &steps {
            let mut world = noticed("other");
            assert_eq!(act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("f1")), Verdict::CLEAN);
            world.force("c1", "state", json!(name));
            world.force("c1", "questions", json!(["q"]));
            world.force("c1", "answers", if *step == ClaimMove::Answer { json!([]) } else { json!(["a"]) });
            let verdict = act_on(&mut world, 2, &desk(), *kind, "c1", body.clone());
            match ClaimState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && by == step) {
                Some((.., to)) => {
                    assert_eq!((verdict, claim(&world, "c1").state), (Verdict::CLEAN, *to), "{name} {step:?}");
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict).0, Code::StateRefused, "{name} {step:?}"),
            }
        }
    }
    // The ninth, a release, is the item's own operation.
    assert_eq!((taken, ClaimState::TRANSITIONS.len()), (8, 9));
}

#[test]
fn a_claim_takes_item_and_report_with_it_in_one_judgement() {
    let mut world = noticed("other");
    let loss = json!({"category": "other", "description": "umbrella", "place": "pier", "lost_from": NOON - 2 * DAY, "lost_to": NOON - DAY,
        "tracking_digest": "00".repeat(32)});
    assert_eq!(act_on(&mut world, 7, &Actor::Tourist, Kind::LossReport, "l1", loss), Verdict::CLEAN);
    let mut body = claimed("f1");
    body["report"] = json!("l1");
    let foreign = act_on(&mut world, 8, &Actor::Tourist, Kind::ClaimSubmit, "c0", body.clone());
    assert_eq!(refusal(&foreign).0, Code::NotPermitted, "nobody moves somebody else's report");
    assert_eq!(act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimSubmit, "c1", body), Verdict::CLEAN);
    let state = |world: &Memory| serde_json::from_value::<LostReport>(world.body("l1").clone()).unwrap().state;
    assert_eq!((item(&world).state, state(&world)), (FoundItemState::ClaimPending, LostReportState::Claimed));
    verified(&mut world, "c1");
    let release = json!({"event": "release", "claim": "c1"});
    assert_eq!(act_on(&mut world, 2, &desk(), Kind::FoundRelease, "f1", release), Verdict::CLEAN);
    assert_eq!((item(&world).state, state(&world)), (FoundItemState::Released, LostReportState::Returned));
    assert_eq!(claim(&world, "c1").state, ClaimState::Released);
    assert_eq!((item(&world).custodian(), item(&world).released_for.as_deref()), (None, Some("c1")));
    assert_eq!(world.body("f1.notice")["open"], json!(false), "and the notice is closed");
    assert_eq!(world.body("l1")["returned_at"], json!(NOON), "from then on the days run until its owner is erased");
}

#[test]
fn what_is_refused_of_a_claim_says_why() {
    let mut world = noticed("other");
    assert_eq!(
        act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("f9")),
        Verdict::Held { until: Until::Entity("f9".to_owned()) }
    );
    assert_eq!(refusal(&world.act(&Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("z3"))), (Code::UnknownReference, "item"));
    assert_eq!(act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("f1")), Verdict::CLEAN);
    act_on(&mut world, 2, &desk(), Kind::ClaimQuestion, "c1", json!({"event": "question", "questions": ["a?", "b?"]}));
    let verify = json!({"event": "verify"});
    assert_eq!(refusal(&act_on(&mut world, 2, &desk(), Kind::ClaimVerify, "c1", verify)), (Code::Missing, "answers"));
    let answers = |answers: Value| json!({"event": "answer", "answers": answers});
    let answer = |world: &mut Memory, number, said| act_on(world, number, &Actor::Tourist, Kind::ClaimAnswer, "c1", answers(said));
    assert_eq!(refusal(&answer(&mut world, 7, json!(["one"]))), (Code::OutOfRange, "answers"));
    assert_eq!(refusal(&answer(&mut world, 8, json!(["x", "y"]))).0, Code::NotPermitted, "another phone answers nothing");
    assert_eq!(answer(&mut world, 7, json!(["x", "y"])), Verdict::CLEAN);
    assert_eq!(refusal(&answer(&mut world, 7, json!(["x", "z"]))).0, Code::StateRefused, "nobody tries until it fits");
    let nothing = act_on(&mut world, 2, &desk(), Kind::ClaimQuestion, "c1", json!({"event": "question", "questions": []}));
    assert_eq!(refusal(&nothing), (Code::OutOfRange, "questions"));
}

#[test]
fn valuables_take_two_people() {
    let mut world = Memory::hub();
    assert_eq!(refusal(&world.act(&person("p-g", Role::Guard), Kind::FoundRegister, "f1", thing("phone"))).0, Code::NotPermitted);
    assert_eq!(world.act(&person("p-g", Role::Guard), Kind::FoundRegister, "f2", thing("other")), Verdict::CLEAN);
    assert_eq!(world.act(&finder(), Kind::FoundRegister, "f1", thing("phone")), Verdict::CLEAN);
    let store = json!({"event": "store", "place": "safe"});
    assert_eq!(refusal(&world.act(&finder(), Kind::CustodyStore, "f1", store.clone())).0, Code::CustodyTwoPeople);
    let spot = json!({"event": "release_on_spot", "reason": "he says so"});
    assert_eq!(refusal(&world.act(&finder(), Kind::FoundReturn, "f1", spot)).0, Code::CustodyTwoPeople);
    // The second signature is another person's, by their own hand.
    let sign = json!({"event": "sign"});
    assert_eq!(refusal(&act_on(&mut world, 2, &finder(), Kind::CustodySign, "f1", sign.clone())).0, Code::CustodyTwoPeople);
    assert_eq!(refusal(&act_on(&mut world, 1, &desk(), Kind::CustodySign, "f1", sign.clone())).0, Code::CustodyTwoPeople);
    let mut by_pin = by_phone(&mut world, 1, Kind::CustodySign, "f1", sign);
    by_pin.auth_level = AuthLevel::Pin;
    assert_eq!(world.take(&by_pin, &desk()), Verdict::CLEAN);
    assert_eq!(world.act(&finder(), Kind::CustodyStore, "f1", store), Verdict::CLEAN);
    assert_eq!((item(&world).signatures, item(&world).state), (vec!["p-d".to_owned()], FoundItemState::InCustody));
}

#[test]
fn who_releases_an_item_is_not_the_only_one_who_registered_it() {
    let release = json!({"event": "release", "claim": "c1"});
    for (category, registrar, signed, releaser, code) in [
        ("other", desk(), false, desk(), Some(Code::CustodyTwoPeople)),
        ("other", desk(), true, desk(), None),
        ("other", desk(), false, second_desk(), None),
        // A valuable is verified by one (p-d) and released by another.
        ("phone", finder(), true, desk(), Some(Code::CustodyTwoPeople)),
        ("phone", finder(), true, second_desk(), None),
    ] {
        let mut world = Memory::hub();
        world.act(&registrar, Kind::FoundRegister, "f1", thing(category));
        if signed {
            act_on(&mut world, 3, &second_desk(), Kind::CustodySign, "f1", json!({"event": "sign"}));
        }
        assert_eq!(world.act(&registrar, Kind::CustodyStore, "f1", json!({"event": "store", "place": "s"})), Verdict::CLEAN);
        act_on(&mut world, 2, &desk(), Kind::FoundNotice, "f1", json!({"event": "notice"}));
        act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("f1"));
        verified(&mut world, "c1");
        let verdict = act_on(&mut world, 3, &releaser, Kind::FoundRelease, "f1", release.clone());
        match code {
            Some(code) => assert_eq!(refusal(&verdict).0, code, "{category} {registrar:?}"),
            None => assert_eq!(verdict, Verdict::CLEAN, "{category} {registrar:?}"),
        }
    }
}

#[test]
fn nothing_changes_hands_until_the_other_accepts() {
    let mut world = noticed("phone");
    let offer = |to: &str| json!({"event": "hand_over", "to": to});
    assert_eq!(refusal(&act_on(&mut world, 2, &desk(), Kind::CustodyHandOver, "f1", offer("p-011"))).0, Code::NotPermitted);
    assert_eq!(refusal(&world.act(&finder(), Kind::CustodyHandOver, "f1", offer("p-999"))), (Code::UnknownReference, "to"));
    let guard = world.documents.values().find(|document| document.kind == "person" && document.body["roles"][0]["role"] == "guard");
    let guard = guard.map(|document| document.id.clone()).expect("the site has a guard");
    assert_eq!(
        refusal(&world.act(&finder(), Kind::CustodyHandOver, "f1", offer(&guard))),
        (Code::NotPermitted, "to"),
        "holds no valuables"
    );
    assert_eq!(world.act(&finder(), Kind::CustodyHandOver, "f1", offer("p-003")), Verdict::CLEAN);
    assert!(item(&world).is_held_by("p-a"));
    assert!(world.documents["f1"].buckets.contains(&Bucket::Person("p-003".to_owned())), "whoever is to accept it sees it");
    let accept = json!({"event": "accept", "place": "safe 2"});
    assert_eq!(refusal(&act_on(&mut world, 4, &desk(), Kind::CustodyAccept, "f1", accept.clone())).0, Code::NotPermitted);
    let receiver = person("p-003", Role::Desk);
    assert_eq!(refusal(&world.act(&receiver, Kind::CustodyAccept, "f1", accept.clone())).0, Code::CustodyTwoPeople, "on the giver's phone");
    assert_eq!(act_on(&mut world, 4, &receiver, Kind::CustodyAccept, "f1", accept), Verdict::CLEAN);
    assert!(item(&world).is_held_by("p-003") && item(&world).state == FoundItemState::Noticed);
}

#[test]
fn weapons_go_straight_to_the_police_and_are_never_noticed() {
    let mut world = Memory::hub();
    let mut body = thing("other");
    body["found"]["prohibited"] = json!("weapon");
    assert_eq!(world.act(&finder(), Kind::FoundRegister, "f1", body), Verdict::CLEAN);
    for (actor, kind, step) in [
        (desk(), Kind::FoundNotice, json!({"event": "notice"})),
        (finder(), Kind::CustodyStore, json!({"event": "store", "place": "s"})),
        (finder(), Kind::FoundReturn, json!({"event": "release_on_spot", "reason": "r"})),
        (desk(), Kind::FoundTransfer, json!({"event": "transfer", "authority": "a museum"})),
        (finder(), Kind::CustodyHandOver, json!({"event": "hand_over", "to": "p-003"})),
    ] {
        assert_eq!(refusal(&world.act(&actor, kind, "f1", step)).0, Code::ItemProhibited, "{kind}");
    }
    assert_eq!(refusal(&world.act(&Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("f1"))), (Code::ItemProhibited, "item"));
    let police = json!({"event": "transfer", "authority": "Liuye Lake station", "police": true});
    assert_eq!(world.act(&finder(), Kind::FoundTransfer, "f1", police), Verdict::CLEAN);
    let back = world.act(&desk(), Kind::CustodyAccept, "f1", json!({"event": "accept"}));
    assert_eq!(refusal(&back).0, Code::ItemProhibited, "and it does not come back");
}

#[test]
fn forfeiture_one_day_early_is_refused_by_name() {
    let at = |text: &str| parse_rfc3339(text).unwrap();
    let judged = |recorded_at: i64, received_at: i64| {
        let mut world = noticed("other");
        let mut operation = by_phone(&mut world, 2, Kind::FoundForfeit, "f1", json!({"event": "forfeit"}));
        operation.recorded_at = recorded_at;
        world.judge_at(&operation, &commander(), received_at).verdict
    };
    // Noticed on 1 May 2026: the last day is 1 May 2027.
    let last = at("2027-05-01T23:59:59.999+08:00");
    let first = at("2027-05-02T00:00:00+08:00");
    assert_eq!(refusal(&judged(last, last)).0, Code::ForfeitTooEarly);
    assert_eq!(judged(first, first), Verdict::CLEAN);
    assert_eq!(refusal(&judged(first, last)).0, Code::ForfeitTooEarly, "a phone's clock that runs ahead makes no year shorter");
    // A notice after it came back begins no new year.
    let mut world = noticed("other");
    world.force("f1", "state", json!("in_custody"));
    let mut again = by_phone(&mut world, 2, Kind::FoundNotice, "f1", json!({"event": "notice"}));
    again.recorded_at = NOON + 100 * DAY;
    assert_eq!(world.take(&again, &desk()), Verdict::CLEAN);
    assert_eq!(item(&world).forfeit_from, Some(first));
}

#[test]
fn keepers_are_told_before_the_statutory_day_and_on_it_and_once_each() {
    let mut world = noticed("other");
    let over = item(&world).forfeit_from.unwrap();
    assert!(!world.lapse("f1", over - 30 * DAY - 1));
    assert!(world.lapse("f1", over - 30 * DAY));
    assert!(!world.lapse("f1", over - 1));
    assert!(world.lapse("f1", over) && !world.lapse("f1", over + DAY));
    assert_eq!((item(&world).year_near_at, item(&world).year_over_at), (Some(over - 30 * DAY), Some(over)));
    let mut world = noticed("other");
    assert!(world.lapse("f1", over + DAY) && !world.lapse("f1", over + 2 * DAY), "a hub that was down says both at once");
}

#[test]
fn a_loss_that_nobody_found_expires_after_the_sites_days() {
    let mut world = Memory::hub();
    let loss = json!({"category": "other", "description": "d", "place": "p", "lost_from": NOON - 2, "lost_to": NOON - 1, "tracking_digest": "00".repeat(32)});
    world.act(&Actor::Tourist, Kind::LossReport, "l1", loss);
    assert!(!world.lapse("l1", NOON + 365 * DAY - 1));
    assert!(world.lapse("l1", NOON + 365 * DAY));
    assert_eq!(world.body("l1")["state"], "expired");
    assert!(!world.lapse("l1", NOON + 500 * DAY));
}

#[test]
fn a_phone_has_three_claims_open_in_24_hours_and_no_more() {
    let mut world = Memory::hub();
    for number in 1..=5 {
        let id = format!("f{number}");
        world.act(&finder(), Kind::FoundRegister, &id, thing("other"));
        world.act(&finder(), Kind::CustodyStore, &id, json!({"event": "store", "place": "s"}));
        act_on(&mut world, 2, &desk(), Kind::FoundNotice, &id, json!({"event": "notice"}));
    }
    let submit = |world: &mut Memory, number: u32, at: i64, phone: u8| {
        let mut operation = by_phone(world, phone, Kind::ClaimSubmit, &format!("c{number}"), claimed(&format!("f{number}")));
        operation.recorded_at = at;
        world.take(&operation, &Actor::Tourist)
    };
    for number in 1..=3 {
        assert_eq!(submit(&mut world, number, NOON, 7), Verdict::CLEAN);
    }
    assert_eq!(refusal(&submit(&mut world, 4, NOON + DAY - 1, 7)).0, Code::ClaimLimit);
    assert_eq!(submit(&mut world, 5, NOON, 8), Verdict::CLEAN, "another phone");
    assert_eq!(act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimWithdraw, "c1", json!({"event": "withdraw"})), Verdict::CLEAN);
    assert_eq!(submit(&mut world, 4, NOON + DAY - 1, 7), Verdict::CLEAN, "one is not open any more");
}

#[test]
fn whoever_shows_a_reports_code_has_three_claims_for_it_and_withdraws_any_report() {
    let mut world = Memory::hub();
    let loss = json!({"category": "other", "description": "d", "place": "p", "lost_from": NOON - 2, "lost_to": NOON - 1, "tracking_digest": "00".repeat(32)});
    for (number, phone, actor) in [(1, 9, Actor::Public), (2, 9, Actor::Public), (3, 7, Actor::Tourist)] {
        assert_eq!(act_on(&mut world, phone, &actor, Kind::LossReport, &format!("l{number}"), loss.clone()), Verdict::CLEAN);
    }
    for number in 1..=5 {
        let id = format!("f{number}");
        world.act(&finder(), Kind::FoundRegister, &id, thing("other"));
        world.act(&finder(), Kind::CustodyStore, &id, json!({"event": "store", "place": "s"}));
        act_on(&mut world, 2, &desk(), Kind::FoundNotice, &id, json!({"event": "notice"}));
    }
    let submit = |world: &mut Memory, number: u32, report: &str| {
        let body = json!({"event": "submit", "item": format!("f{number}"), "report": report, "statement": "it is mine"});
        act_on(world, 9, &Actor::Public, Kind::ClaimSubmit, &format!("c{number}{report}"), body)
    };
    for number in 1..=3 {
        assert_eq!(submit(&mut world, number, "l1"), Verdict::CLEAN);
    }
    assert_eq!(refusal(&submit(&mut world, 4, "l1")).0, Code::ClaimLimit);
    assert_eq!(submit(&mut world, 4, "l2"), Verdict::CLEAN, "another report, by the same device of the hub");
    assert_eq!(refusal(&submit(&mut world, 5, "l3")).0, Code::NotPermitted, "a phone's report is claimed by its app");
    assert_eq!(refusal(&act_on(&mut world, 8, &Actor::Tourist, Kind::LossWithdraw, "l3", json!({}))).0, Code::NotPermitted);
    assert_eq!(act_on(&mut world, 9, &Actor::Public, Kind::LossWithdraw, "l3", json!({})), Verdict::CLEAN);
    assert_eq!(act_on(&mut world, 9, &Actor::Public, Kind::LossWithdraw, "l1", json!({})), Verdict::CLEAN);
    assert_eq!(
        (claim(&world, "c1l1").state, claim(&world, "c4l2").state),
        (ClaimState::Withdrawn, ClaimState::Submitted),
        "its own claims alone"
    );
    for kind in [Kind::LossCandidate, Kind::LossReturn] {
        assert_eq!(refusal(&act_on(&mut world, 9, &Actor::Public, kind, "l2", json!({}))).0, Code::NotPermitted, "{kind}");
    }
}

#[test]
fn a_report_that_is_withdrawn_takes_its_claims_along_and_leaves_no_item_locked() {
    let mut world = noticed("other");
    let loss = json!({"category": "other", "description": "d", "place": "p", "lost_from": NOON - 2, "lost_to": NOON - 1, "tracking_digest": "00".repeat(32)});
    act_on(&mut world, 7, &Actor::Tourist, Kind::LossReport, "l1", loss);
    let mut mine = claimed("f1");
    mine["report"] = json!("l1");
    assert_eq!(act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimSubmit, "c1", mine), Verdict::CLEAN);
    assert_eq!(act_on(&mut world, 8, &Actor::Tourist, Kind::ClaimSubmit, "c2", claimed("f1")), Verdict::CLEAN);
    assert_eq!(item(&world).state, FoundItemState::Disputed);
    assert_eq!(act_on(&mut world, 7, &Actor::Tourist, Kind::LossWithdraw, "l1", json!({})), Verdict::CLEAN);
    assert_eq!((claim(&world, "c1").state, item(&world).state), (ClaimState::Withdrawn, FoundItemState::ClaimPending));
    assert_eq!(item(&world).claims, ["c2"]);
}

#[test]
fn what_only_the_owner_can_know_lies_where_nobody_receives_it_and_the_notice_cannot_carry_it() {
    let world = noticed("other");
    let told = world.documents.values().filter(|document| !document.buckets.is_empty());
    for document in told {
        assert!(!serde_json::to_string(document).unwrap().contains("SECRET-MARK"), "{}", document.id);
    }
    assert!(world.body("f1.secrets")["hidden"] == "SECRET-MARK", "it is kept all the same");
    let notice = world.body("f1.notice").as_object().unwrap();
    let fields: Vec<&str> = notice.keys().map(String::as_str).collect();
    assert_eq!(fields, ["at", "category", "day", "item", "open", "part", "zone"]);
    let text = world.body("f1.notice").to_string();
    for hidden in ["Paradise", "black", "bench", "umbrella"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert!(world.documents["f1.notice"].buckets.contains(&Bucket::Public));
    assert!(!world.documents["f1"].buckets.contains(&Bucket::Public) && !world.documents["f1"].buckets.contains(&Bucket::Staff));
}

#[test]
fn a_redacted_claim_has_the_same_effect_on_every_count() {
    let (mut whole, mut redacted) = (noticed("other"), noticed("other"));
    let steps = [
        (7, Actor::Tourist, Kind::ClaimSubmit, json!({"event": "submit", "item": "f1", "statement": "Li Lei's"})),
        (2, desk(), Kind::ClaimQuestion, json!({"event": "question", "questions": ["Li Lei?", "and?"]})),
        (7, Actor::Tourist, Kind::ClaimAnswer, json!({"event": "answer", "answers": ["Li Lei!", "yes"]})),
        (2, desk(), Kind::ClaimVerify, json!({"event": "verify", "note": "Li Lei it is"})),
    ];
    for (number, actor, kind, body) in steps {
        let operation = by_phone(&mut whole, number, kind, "c1", body);
        let mut without = operation.clone();
        redact_operation(&mut without).unwrap();
        assert!(!serde_json::to_string(&without).unwrap().contains("Li Lei"));
        assert_eq!((whole.take(&operation, &actor), redacted.take(&without, &actor)), (Verdict::CLEAN, Verdict::CLEAN), "{kind}");
    }
    assert_eq!(claim(&whole, "c1").redacted(NOON), claim(&redacted, "c1").redacted(NOON));
    assert!(!serde_json::to_string(&claim(&whole, "c1").redacted(NOON)).unwrap().contains("Li Lei"));
    let mut document = whole.documents["c1"].clone();
    document.redact(NOON);
    assert!(!serde_json::to_string(&document).unwrap().contains("Li Lei"));
    assert_eq!(
        (&document.body["state"], &document.body["item"], &document.body["erased_at"]),
        (&json!("verified"), &json!("f1"), &json!(NOON))
    );
}

#[test]
fn two_who_claim_before_either_knew_of_the_other_are_both_heard_and_a_blind_release_is_a_conflict() {
    let mut world = noticed("other");
    act_on(&mut world, 7, &Actor::Tourist, Kind::ClaimSubmit, "c1", claimed("f1"));
    verified(&mut world, "c1");
    // The desk's phone is offline when the second one claims.
    let blind = by_phone(&mut world, 3, Kind::FoundRelease, "f1", json!({"event": "release", "claim": "c1"}));
    assert_eq!(act_on(&mut world, 8, &Actor::Tourist, Kind::ClaimSubmit, "c2", claimed("f1")), Verdict::CLEAN);
    assert!(matches!(world.take(&blind, &second_desk()), Verdict::Conflict { code: Code::ItemDisputed, .. }));
    let seen = json!({"event": "release", "claim": "c1"});
    assert_eq!(refusal(&act_on(&mut world, 3, &second_desk(), Kind::FoundRelease, "f1", seen)).0, Code::ItemDisputed);
    act_on(&mut world, 2, &desk(), Kind::ClaimQuestion, "c2", json!({"event": "question", "questions": ["q"]}));
    act_on(&mut world, 8, &Actor::Tourist, Kind::ClaimAnswer, "c2", json!({"event": "answer", "answers": ["a"]}));
    assert_eq!(refusal(&act_on(&mut world, 2, &desk(), Kind::ClaimVerify, "c2", json!({"event": "verify"}))).0, Code::ItemDisputed);
    // The better claim came second: the one that was verified falls.
    let reject = json!({"event": "reject", "reason": "the second knew the ribbon"});
    assert_eq!(act_on(&mut world, 2, &desk(), Kind::ClaimReject, "c1", reject), Verdict::CLEAN);
    assert_eq!(act_on(&mut world, 2, &desk(), Kind::ClaimVerify, "c2", json!({"event": "verify"})), Verdict::CLEAN);
}

/// One of everything that anyone can try.
fn attempt(world: &mut Memory, choice: usize, at: i64, number: u8) -> Verdict {
    let persons = ["p-003", "p-011", "p-005"];
    let who = person(persons[choice % 3], if choice.is_multiple_of(2) { Role::Desk } else { Role::Auxiliary });
    let claim_id = format!("c{}", choice % 4);
    let (actor, kind, entity, body) = match choice % 17 {
        0 => (who, Kind::CustodyStore, "f1", json!({"event": "store", "place": "s"})),
        1 => (who, Kind::CustodySign, "f1", json!({"event": "sign"})),
        2 | 3 => (who, Kind::CustodyHandOver, "f1", json!({"event": "hand_over", "to": persons[(choice / 17) % 3]})),
        4 | 5 => (who, Kind::CustodyAccept, "f1", json!({"event": "accept"})),
        6 => (desk(), Kind::FoundTransfer, "f1", json!({"event": "transfer", "authority": "a"})),
        7 => (desk(), Kind::FoundNotice, "f1", json!({"event": "notice"})),
        8 => (who, Kind::FoundReturn, "f1", json!({"event": "release_on_spot", "reason": "r"})),
        9 => (second_desk(), Kind::FoundRelease, "f1", json!({"event": "release", "claim": claim_id.clone()})),
        10 | 11 => (Actor::Tourist, Kind::ClaimSubmit, claim_id.as_str(), claimed("f1")),
        12 => (desk(), Kind::ClaimQuestion, claim_id.as_str(), json!({"event": "question", "questions": ["q"]})),
        13 => (desk(), Kind::ClaimAnswer, claim_id.as_str(), json!({"event": "answer", "answers": ["a"]})),
        14 => (desk(), Kind::ClaimVerify, claim_id.as_str(), json!({"event": "verify"})),
        15 => (desk(), Kind::ClaimReject, claim_id.as_str(), json!({"event": "reject", "reason": "r"})),
        _ => (desk(), Kind::ClaimWithdraw, claim_id.as_str(), json!({"event": "withdraw"})),
    };
    let mut operation = by_phone(world, number, kind, entity, body);
    operation.recorded_at = at;
    world.take(&operation, &actor)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is tried in whatever order and by whatever clocks: one custodian at any time, no gap, and more than one live claim
    /// always locks the item.
    #[test]
    fn custody_never_has_a_gap_and_two_live_claims_always_lock(
        walk in prop::collection::vec((0..51usize, -5_000_000i64..5_000_000, 3u8..6), 1..60), valuable in any::<bool>()
    ) {
        let mut world = Memory::hub();
        world.act(&person("p-003", Role::Desk), Kind::FoundRegister, "f1", thing(if valuable { "phone" } else { "other" }));
        for (choice, jitter, number) in walk {
            let before = item(&world);
            let verdict = attempt(&mut world, choice, NOON + jitter, number);
            let after = item(&world);
            let legs = &after.custody;
            prop_assert_eq!(legs[0].from, NOON);
            for pair in legs.windows(2) {
                prop_assert_eq!(pair[0].to, Some(pair[1].from), "no gap and no overlap");
            }
            for leg in legs {
                prop_assert!(leg.to.is_none_or(|to| leg.from <= to), "no time runs backwards");
            }
            let is_over = matches!(after.state, FoundItemState::Released | FoundItemState::Disposed);
            prop_assert_eq!(legs.iter().filter(|leg| leg.to.is_none()).count(), usize::from(!is_over));
            prop_assert!(legs.len() - before.custody.len() <= 1);
            let is_live = |id: &String| world.documents.get(id).is_some_and(|_| claim(&world, id).state.is_live());
            let live: Vec<String> = (0..4).map(|number| format!("c{number}")).filter(is_live).collect();
            let mut listed = after.claims.clone();
            listed.sort();
            prop_assert_eq!(&listed, &live, "the item knows its live claims");
            prop_assert_eq!(after.state == FoundItemState::Disputed, live.len() > 1);
            prop_assert_eq!(after.state == FoundItemState::ClaimPending, live.len() == 1);
            if before.state == FoundItemState::Disputed {
                prop_assert!(matches!(after.state, FoundItemState::Disputed | FoundItemState::ClaimPending), "{:?}", verdict);
            }
            if valuable && after.state != FoundItemState::Registered {
                prop_assert!(!after.signatures.is_empty(), "nothing of value left the first hand without a second signature");
            }
        }
    }
}
