//! What the rules promise of duty posts: a book that nobody rewrites, a post that passes on with all that is open, and every
//! minute that nobody was there.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use std::sync::OnceLock;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, Bucket, DutyPost, Handover, HandoverMove, HandoverState, Kind, MatterKind, OpenMatter, Role, Shift, Staffing, StaffingGap,
    Until, Verdict, welfare_code,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const POST: &str = "dp-platform";

fn giver() -> Actor {
    person("p-012", Role::Auxiliary)
}

fn taker() -> Actor {
    person("p-013", Role::Auxiliary)
}

fn desk() -> Actor {
    person("p-003", Role::Desk)
}

fn start() -> Value {
    json!({"event": "start", "post": POST, "minutes": 480})
}

fn offer() -> Value {
    json!({"event": "offer", "post": POST, "to": "p-013", "note": "the radio needs a battery"})
}

fn accept(ids: &[&str]) -> Value {
    json!({"event": "accept", "accepted": ids})
}

/// A world in which both are on shift at the post.
fn on_shift() -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&giver(), Kind::ShiftStart, "sh-1", start()), Verdict::CLEAN);
    assert_eq!(world.act(&taker(), Kind::ShiftStart, "sh-2", start()), Verdict::CLEAN);
    world
}

fn raise(world: &mut Memory, id: &str, zone: Option<&str>) {
    let mut body = json!({"event": "raise", "source": "app", "category": "medical"});
    if let Some(zone) = zone {
        body["zone"] = json!(zone);
    }
    assert_eq!(world.act(&Actor::Tourist, Kind::CallRaise, id, body), Verdict::CLEAN);
}

fn arm(world: &mut Memory, actor: &Actor, id: &str) {
    let body = json!({"event": "arm", "duration_s": 1200, "code": welfare_code(id, "2580"), "duress": welfare_code(id, "2581")});
    assert_eq!(world.act(actor, Kind::WelfareArm, id, body), Verdict::CLEAN);
}

/// A found thing in somebody's custody, as whoever found it registers it.
fn found(world: &mut Memory, id: &str, finder: &str) {
    let found = json!({"category": "clothing", "description": "a scarf", "place": "river street", "found_at": NOON - HOUR});
    let body = json!({"event": "register", "found": found});
    assert_eq!(world.act(&person(finder, Role::Auxiliary), Kind::FoundRegister, id, body), Verdict::CLEAN);
}

fn handover(world: &Memory) -> Handover {
    serde_json::from_value(world.body("ho-1").clone()).unwrap()
}

fn ids(matters: &[OpenMatter]) -> Vec<&str> {
    matters.iter().map(|matter| matter.id.as_str()).collect()
}

#[test]
fn a_handover_takes_its_one_step_and_no_other() {
    for (name, state) in [("offered", HandoverState::Offered), ("accepted", HandoverState::Accepted)] {
        let mut world = on_shift();
        assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
        world.force("ho-1", "state", json!(name));
        let verdict = world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&[]));
        match HandoverState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == HandoverMove::Accept) {
            Some((.., to)) => {
                assert_eq!(verdict, Verdict::CLEAN);
                assert_eq!(handover(&world).state, *to);
                assert_eq!((handover(&world).shift.as_deref(), handover(&world).accepted_at), (Some("sh-1"), Some(NOON)));
            }
            None => assert_eq!(refusal(&verdict), (Code::StateRefused, "")),
        }
    }
    assert_eq!(HandoverState::TRANSITIONS.len(), 1);
}

#[test]
fn a_post_passes_on_only_with_everything_that_is_open_by_name() {
    let mut world = on_shift();
    raise(&mut world, "c-here", Some("z1"));
    raise(&mut world, "c-somewhere", None);
    raise(&mut world, "c-elsewhere", Some("z2"));
    arm(&mut world, &giver(), "w-giver");
    arm(&mut world, &desk(), "w-desk");
    found(&mut world, "f-giver", "p-012");
    found(&mut world, "f-other", "p-014");
    assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
    let all = ["c-here", "c-somewhere", "w-giver", "f-giver"];
    assert_eq!(ids(&handover(&world).matters), all);
    for missing in 0..all.len() {
        let mut named = all.to_vec();
        named.remove(missing);
        let verdict = world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&named));
        assert_eq!(refusal(&verdict), (Code::HandoverOpen, "accepted"), "without {}", all[missing]);
    }
    // What came in after the offer has to be accepted too; what is over by then need not.
    raise(&mut world, "c-new", Some("z1"));
    world.force("c-here", "state", json!("closed"));
    assert_eq!(refusal(&world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&all))), (Code::HandoverOpen, "accepted"));
    let named = ["c-new", "c-somewhere", "w-giver", "f-giver"];
    assert_eq!(world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&named)), Verdict::CLEAN);
    let after = handover(&world);
    assert_eq!((after.state, ids(&after.matters)), (HandoverState::Accepted, named.to_vec()));
}

#[test]
fn what_a_phone_may_not_see_of_the_offer_is_accepted_by_name_all_the_same() {
    let mut world = on_shift();
    raise(&mut world, "c-here", Some("z1"));
    assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
    // The next one's phone serves in another zone: it has the handover, and not the call.
    world.hub = false;
    world.documents.remove("c-here");
    assert_eq!(refusal(&world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&[]))), (Code::HandoverOpen, "accepted"));
    assert_eq!(world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&["c-here"])), Verdict::CLEAN);
    assert_eq!(ids(&handover(&world).matters), ["c-here"]);
}

#[test]
fn a_call_follows_whoever_was_sent_to_it_and_a_clue_nobody_else() {
    let mut world = on_shift();
    raise(&mut world, "c-far", Some("z3"));
    let clue = json!({"event": "raise", "source": "clue", "category": "gambling", "zone": "z1", "description": "cards"});
    assert_eq!(world.act(&person("p-020", Role::Guard), Kind::CallRaise, "c-clue", clue), Verdict::CLEAN);
    let matters = |world: &Memory| OpenMatter::of_all(world.documents.values().cloned(), "p-012", "z1");
    assert_eq!(matters(&world), []);
    for id in ["c-far", "c-clue"] {
        world.force(id, "assigned", json!([{"assignment": format!("{id}.p-012.1"), "persons": ["p-012"]}]));
    }
    assert_eq!(ids(&matters(&world)), ["c-clue", "c-far"]);
    for state in ["closed", "cancelled", "unfounded", "merged"] {
        world.force("c-far", "state", json!(state));
        assert_eq!(ids(&matters(&world)), ["c-clue"], "{state}");
    }
}

#[test]
fn an_alarm_under_duress_is_in_no_handover() {
    let mut world = on_shift();
    arm(&mut world, &giver(), "w1");
    let duress = json!({"event": "cancel", "code": welfare_code("w1", "2581")});
    assert_eq!(world.act(&giver(), Kind::WelfareCancel, "w1", duress), Verdict::CLEAN);
    assert_eq!(world.body("w1.duress")["state"], "alarmed");
    world.force("w1.duress", "acknowledged_by", json!("p-012"));
    assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
    assert_eq!(handover(&world).matters, [], "whoever forces the victim may read this phone");
    // One that they see to for somebody else is.
    arm(&mut world, &desk(), "w2");
    world.force("w2", "state", json!("acknowledged"));
    world.force("w2", "acknowledged_by", json!("p-012"));
    let open = OpenMatter { kind: MatterKind::WelfareTimer, id: "w2".to_owned() };
    assert_eq!(OpenMatter::of_all(world.documents.values().cloned(), "p-012", "z1"), [open]);
}

#[test]
fn only_whoever_is_on_shift_at_the_post_passes_it_on_and_only_to_whom_it_was_offered() {
    let mut world = Memory::hub();
    assert_eq!(refusal(&world.act(&giver(), Kind::HandoverOffer, "ho-1", offer())), (Code::OffShift, "post"));
    let elsewhere = json!({"event": "start", "zone": "z1", "minutes": 480});
    assert_eq!(world.act(&giver(), Kind::ShiftStart, "sh-1", elsewhere), Verdict::CLEAN);
    assert_eq!(refusal(&world.act(&giver(), Kind::HandoverOffer, "ho-1", offer())), (Code::OffShift, "post"), "a zone is no post");
    let mut world = Memory::hub();
    assert_eq!(world.act(&giver(), Kind::ShiftStart, "sh-1", start()), Verdict::CLEAN);
    for (field, value, code) in
        [("to", "p-012", Code::NotPermitted), ("to", "p-999", Code::UnknownReference), ("post", "dp-9", Code::UnknownReference)]
    {
        let mut body = offer();
        body[field] = json!(value);
        assert_eq!(refusal(&world.act(&giver(), Kind::HandoverOffer, "ho-1", body)), (code, field), "{value}");
    }
    assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
    assert_eq!(refusal(&world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&[]))), (Code::OffShift, "post"), "not come yet");
    for other in [giver(), desk(), person("p-014", Role::Auxiliary)] {
        assert_eq!(refusal(&world.act(&other, Kind::HandoverAccept, "ho-1", accept(&[]))), (Code::NotPermitted, ""));
    }
    for role in [Role::Tourist, Role::VenueOperator, Role::Admin, Role::Auditor] {
        assert_eq!(refusal(&world.act(&person("p-r", role), Kind::HandoverOffer, "ho-2", offer())), (Code::NotPermitted, ""), "{role:?}");
    }
}

#[test]
fn a_guard_takes_no_custody_over() {
    let guard = person("p-013", Role::Guard);
    let mut world = on_shift();
    assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
    found(&mut world, "f1", "p-012");
    assert_eq!(refusal(&world.act(&guard, Kind::HandoverAccept, "ho-1", accept(&["f1"]))), (Code::NotPermitted, ""));
    for state in ["released", "disposed"] {
        let mut world = world_with(&world, state);
        assert_eq!(world.act(&guard, Kind::HandoverAccept, "ho-1", accept(&[])), Verdict::CLEAN, "{state}");
    }
    assert_eq!(world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&["f1"])), Verdict::CLEAN);
}

/// The same world with the found thing in another state.
fn world_with(world: &Memory, state: &str) -> Memory {
    let mut other = on_shift();
    other.documents.clone_from(&world.documents);
    other.force("f1", "state", json!(state));
    other
}

#[test]
fn a_handover_is_between_two_persons_and_the_desk() {
    let mut world = on_shift();
    assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
    let buckets = &world.documents["ho-1"].buckets;
    for bucket in [Bucket::Person("p-012".to_owned()), Bucket::Person("p-013".to_owned()), Bucket::Role(Role::Desk)] {
        assert!(buckets.contains(&bucket), "{bucket}");
    }
    assert!(!buckets.iter().any(|bucket| matches!(bucket, Bucket::Zone(_) | Bucket::Staff)));
}

#[test]
fn the_book_of_a_post_is_added_to_and_never_rewritten() {
    let entry = |text: &str, corrects: Option<&str>| {
        let mut body = json!({"post": POST, "topic": "incident", "text": text});
        if let Some(id) = corrects {
            body["corrects"] = json!(id);
        }
        body
    };
    let mut world = Memory::hub();
    assert_eq!(world.act(&giver(), Kind::DutyLogWrite, "e1", entry("two boats collided at pier 2", None)), Verdict::CLEAN);
    let first = world.body("e1").clone();
    assert_eq!((&first["person"], &first["zone"], &first["at"]), (&json!("p-012"), &json!("z1"), &json!(NOON)));
    assert_eq!(refusal(&world.act(&giver(), Kind::DutyLogWrite, "e1", entry("no", None))), (Code::Exists, "entity"));
    assert_eq!(world.act(&taker(), Kind::DutyLogWrite, "e2", entry("at pier 3", Some("e1"))), Verdict::CLEAN);
    assert_eq!(world.body("e1"), &first);
    assert_eq!(refusal(&world.act(&taker(), Kind::DutyLogWrite, "e3", entry("x", Some("z1")))), (Code::UnknownReference, "corrects"));
    let waits = world.act(&taker(), Kind::DutyLogWrite, "e3", entry("x", Some("e9")));
    assert_eq!(waits, Verdict::Held { until: Until::Entity("e9".to_owned()) });
    assert_eq!(refusal(&world.act(&giver(), Kind::DutyLogWrite, "e4", entry(" ", None))), (Code::Missing, "text"));
    for role in [Role::Tourist, Role::VenueOperator, Role::Admin, Role::Auditor] {
        assert_eq!(refusal(&world.act(&person("p-r", role), Kind::DutyLogWrite, "e5", entry("x", None))).0, Code::NotPermitted);
    }
    world.force(POST, "retired_at", json!("2026-01-01T00:00:00+08:00"));
    assert_eq!(refusal(&world.act(&giver(), Kind::DutyLogWrite, "e6", entry("x", None))), (Code::UnknownReference, "post"));
}

#[test]
fn a_consultation_is_written_down_once_by_whoever_answers() {
    let body = || json!({"post": POST, "topic": "law", "question": "may I fly a drone here?", "answer": "not over the lake"});
    for role in Role::ALL {
        let mut world = Memory::hub();
        let answers = matches!(role, Role::Guard | Role::Volunteer | Role::Auxiliary | Role::Inspector | Role::Desk | Role::Commander);
        let verdict = world.act(&person("p-r", *role), Kind::ConsultationRecord, "q1", body());
        assert_eq!(verdict == Verdict::CLEAN, answers, "{role:?}");
        if answers {
            assert_eq!(refusal(&world.act(&person("p-r", *role), Kind::ConsultationRecord, "q1", body())), (Code::Exists, "entity"));
            assert!(world.documents["q1"].buckets.contains(&Bucket::Zone("z1".to_owned())));
            assert!(world.documents["q1"].buckets.contains(&Bucket::Device(device(1))));
        }
    }
}

/// The post, and a shift at it; reading the whole site takes longer than all that is counted here.
fn at_post() -> &'static (DutyPost, Shift) {
    static AT_POST: OnceLock<(DutyPost, Shift)> = OnceLock::new();
    AT_POST.get_or_init(|| {
        let world = on_shift();
        (serde_json::from_value(world.body(POST).clone()).unwrap(), serde_json::from_value(world.body("sh-1").clone()).unwrap())
    })
}

fn post() -> DutyPost {
    at_post().0.clone()
}

/// A shift at the post, with its minutes from the beginning of the window.
fn shift(planned: (i64, i64), came: Option<i64>, went: Option<i64>) -> Shift {
    let at = |minute: i64| NOON + minute * MINUTE;
    Shift { from: at(planned.0), to: at(planned.1), started_at: came.map(at), ended_at: went.map(at), ..at_post().1.clone() }
}

fn staffing(shifts: &[Shift], hours: i64) -> Staffing {
    Staffing::count(&post(), shifts, (NOON, NOON + hours * HOUR), i64::MAX)
}

fn gaps(staffing: &Staffing) -> Vec<(i64, i64)> {
    staffing.gaps.iter().map(|StaffingGap { from, to }| ((from - NOON) / MINUTE, (to - NOON) / MINUTE)).collect()
}

#[test]
fn every_stretch_in_which_nobody_was_at_the_post_is_listed() {
    // Early to come and late to go count; two at once count once.
    let shifts = [shift((0, 480), Some(-5), Some(490)), shift((480, 960), Some(470), Some(950)), shift((960, 1440), Some(965), Some(1440))];
    let day = staffing(&shifts, 24);
    assert_eq!((gaps(&day), day.staffed_ms, day.window_ms), (vec![(950, 965)], (1440 - 15) * MINUTE, 1440 * MINUTE));
    assert_eq!(day.permille(), Some(989), "rounded down: a gap is a gap");
    // Nobody came, and nobody at all.
    assert_eq!(gaps(&staffing(&[shift((0, 480), None, None)], 8)), [(0, 480)]);
    let empty = staffing(&[], 1);
    assert_eq!((gaps(&empty), empty.staffed_ms, empty.permille()), (vec![(0, 60)], 0, Some(0)));
    // Who never said that they went was there as long as planned.
    assert_eq!(gaps(&staffing(&[shift((0, 60), Some(0), None)], 2)), [(60, 120)]);
    // Another post's shift, and one at no post, staff nothing here.
    for elsewhere in [None, Some("dp-other".to_owned())] {
        let shift = Shift { post: elsewhere, ..shift((0, 60), Some(0), Some(60)) };
        assert_eq!(gaps(&staffing(&[shift], 1)), [(0, 60)]);
    }
}

#[test]
fn what_is_still_to_come_and_what_was_given_up_is_no_gap() {
    let shifts = [shift((0, 480), Some(0), None)];
    let now = Staffing::count(&post(), &shifts, (NOON, NOON + 24 * HOUR), NOON + 2 * HOUR);
    assert_eq!((gaps(&now), now.window_ms), (vec![], 2 * HOUR));
    let given_up = DutyPost { retired_at: Some(NOON + HOUR), ..post() };
    let count = Staffing::count(&given_up, &shifts, (NOON, NOON + 24 * HOUR), i64::MAX);
    assert_eq!((count.permille(), count.window_ms), (Some(1000), HOUR));
    let before = Staffing::count(&post(), &shifts, (NOON, NOON + HOUR), NOON - HOUR);
    assert_eq!((before.window_ms, before.staffed_ms, before.permille(), gaps(&before)), (0, 0, None, vec![]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Minute by minute, as somebody with a pencil would count.
    #[test]
    fn staffed_minutes_and_gaps_are_those_of_a_pencil(spans in prop::collection::vec((-60i64..300, 0i64..120), 0..8)) {
        let shifts: Vec<_> = spans.iter().map(|(came, minutes)| shift((*came, came + minutes), Some(*came), Some(came + minutes))).collect();
        let count = staffing(&shifts, 4);
        let there = |minute: i64| spans.iter().any(|(came, minutes)| (*came..came + minutes).contains(&minute));
        let staffed = (0..240).filter(|minute| there(*minute)).count();
        prop_assert_eq!(count.staffed_ms, i64::try_from(staffed).unwrap() * MINUTE);
        for minute in 0..240 {
            prop_assert_eq!(gaps(&count).iter().any(|(from, to)| (*from..*to).contains(&minute)), !there(minute), "minute {}", minute);
        }
        // Gaps stand apart and in order, and are none of them empty.
        prop_assert!(gaps(&count).windows(2).all(|pair| pair[0].1 < pair[1].0));
        prop_assert!(gaps(&count).iter().all(|(from, to)| from < to));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However many calls, timers and found things there are, and whichever of them are named: the post passes on exactly where
    /// none that is open is missing.
    #[test]
    fn a_handover_is_refused_exactly_while_something_open_is_not_named(
        calls in prop::collection::vec((0usize..3, any::<bool>(), any::<bool>()), 0..4),
        timers in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 0..3),
        items in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 0..3),
    ) {
        let mut world = on_shift();
        let (mut named, mut complete) = (vec!["unknown".to_owned()], true);
        let mut note = |id: String, is_open: bool, is_named: bool| {
            complete &= !is_open || is_named;
            if is_named {
                named.push(id);
            }
        };
        for (index, (zone, closed, is_named)) in calls.into_iter().enumerate() {
            let id = format!("c{index}");
            raise(&mut world, &id, [None, Some("z1"), Some("z2")][zone]);
            if closed {
                world.force(&id, "state", json!("closed"));
            }
            note(id, zone < 2 && !closed, is_named);
        }
        for (index, (is_givers, over, is_named)) in timers.into_iter().enumerate() {
            let id = format!("w{index}");
            arm(&mut world, &if is_givers { giver() } else { desk() }, &id);
            if over {
                world.force(&id, "state", json!("resolved"));
            }
            note(id, is_givers && !over, is_named);
        }
        for (index, (is_givers, gone, is_named)) in items.into_iter().enumerate() {
            let id = format!("f{index}");
            found(&mut world, &id, if is_givers { "p-012" } else { "p-014" });
            if gone {
                world.force(&id, "state", json!("released"));
            }
            note(id, is_givers && !gone, is_named);
        }
        prop_assert_eq!(world.act(&giver(), Kind::HandoverOffer, "ho-1", offer()), Verdict::CLEAN);
        let named: Vec<_> = named.iter().map(String::as_str).collect();
        let verdict = world.act(&taker(), Kind::HandoverAccept, "ho-1", accept(&named));
        if complete {
            prop_assert_eq!(verdict, Verdict::CLEAN);
        } else {
            prop_assert_eq!(refusal(&verdict), (Code::HandoverOpen, "accepted"));
            prop_assert_eq!(handover(&world).state, HandoverState::Offered);
        }
    }
}
