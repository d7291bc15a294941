//! What the rules promise of shifts, tours and tracks: every listed step works, every other is refused, no two shifts of a
//! person overlap, and a phone that was offline loses nothing to the hub's clock.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, SITE, device, flags, person, refusal, tag_key};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, Bucket, DocumentKind, Flag, Kind, Role, Settings, Shift, ShiftMove, ShiftState, TagSeal, Tour, TourMove, TourState, TrackPath,
    TrackPoint, Verdict, World, due,
};
use liuye_core::log::Operation;
use proptest::prelude::*;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn walker() -> Actor {
    person("p-012", Role::Auxiliary)
}

fn desk() -> Actor {
    person("p-003", Role::Desk)
}

fn plan(person: &str, from: i64, to: i64) -> Value {
    json!({"event": "plan", "person": person, "zone": "z1", "from": from, "to": to})
}

fn unplanned(minutes: u32) -> Value {
    json!({"event": "start", "zone": "z1", "minutes": minutes})
}

fn at(world: &mut Memory, time: i64, kind: Kind, entity: &str, body: Value) -> Operation {
    let mut operation = world.operation(kind, entity, body);
    operation.recorded_at = time;
    operation
}

fn act_at(world: &mut Memory, actor: &Actor, time: i64, kind: Kind, entity: &str, body: Value) -> Verdict {
    let operation = at(world, time, kind, entity, body);
    world.take(&operation, actor)
}

fn shift(world: &Memory, id: &str) -> Shift {
    serde_json::from_value(world.body(id).clone()).unwrap()
}

fn tour(world: &Memory, id: &str) -> Tour {
    serde_json::from_value(world.body(id).clone()).unwrap()
}

fn with_shift(state: &str) -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s1", plan("p-012", NOON, NOON + 8 * HOUR)), Verdict::CLEAN);
    world.force("s1", "state", json!(state));
    world
}

#[test]
fn a_shift_takes_every_listed_step_and_no_other() {
    let states = [
        ("planned", ShiftState::Planned),
        ("active", ShiftState::Active),
        ("ended", ShiftState::Ended),
        ("no_show", ShiftState::NoShow),
        ("cancelled", ShiftState::Cancelled),
    ];
    let mut taken = 0;
    for (name, state) in states {
        for step in [ShiftMove::Start, ShiftMove::End, ShiftMove::Cancel, ShiftMove::NoShow] {
            let mut world = with_shift(name);
            let verdict = match step {
                ShiftMove::Start => world.act(&walker(), Kind::ShiftStart, "s1", json!({"event": "start"})),
                ShiftMove::End => world.act(&walker(), Kind::ShiftEnd, "s1", json!({"event": "end"})),
                ShiftMove::Cancel => world.act(&desk(), Kind::ShiftCancel, "s1", json!({"event": "cancel", "reason": "rain"})),
                ShiftMove::NoShow if world.lapse("s1", NOON + HOUR) => Verdict::CLEAN,
                ShiftMove::NoShow => Verdict::Quarantined { code: Code::StateRefused, field: String::new() },
            };
            match ShiftState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(shift(&world, "s1").state, *to, "{name} {step:?}");
                    taken += 1;
                }
                None => {
                    assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {step:?}");
                    assert_eq!(world.body("s1")["state"], name);
                }
            }
        }
    }
    assert_eq!((taken, ShiftState::TRANSITIONS.len()), (5, 5));
}

#[test]
fn a_shift_is_planned_by_the_desk_and_begun_and_ended_by_whoever_it_is_of() {
    let mut world = Memory::hub();
    let body = plan("p-012", NOON, NOON + 8 * HOUR);
    assert_eq!(refusal(&world.act(&walker(), Kind::ShiftPlan, "s1", body.clone())).0, Code::NotPermitted);
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s1", body), Verdict::CLEAN);
    assert_eq!(shift(&world, "s1").planned_by.as_deref(), Some("p-003"));
    let start = json!({"event": "start"});
    assert_eq!(refusal(&world.act(&person("p-013", Role::Auxiliary), Kind::ShiftStart, "s1", start.clone())).0, Code::NotPermitted);
    assert_eq!(act_at(&mut world, &walker(), NOON - 5 * MINUTE, Kind::ShiftStart, "s1", start), Verdict::CLEAN);
    assert_eq!(
        act_at(&mut world, &walker(), NOON + 9 * HOUR, Kind::ShiftEnd, "s1", json!({"event": "end", "note": "quiet"})),
        Verdict::CLEAN
    );
    let shift = shift(&world, "s1");
    assert_eq!((shift.started_at, shift.ended_at, shift.state), (Some(NOON - 5 * MINUTE), Some(NOON + 9 * HOUR), ShiftState::Ended));
    assert_eq!(shift.occupies(), Some((NOON, NOON + 8 * HOUR)), "coming early and staying late move no window");
    for bucket in ["zone:z1", "role:desk", "person:p-012"] {
        assert!(world.documents["s1"].buckets.contains(&bucket.parse().unwrap()), "{bucket}");
    }
}

#[test]
fn each_fault_of_a_shift_names_its_field() {
    let mut world = Memory::hub();
    let mut try_plan = |body: Value| {
        let verdict = world.act(&desk(), Kind::ShiftPlan, "s1", body);
        let (code, field) = refusal(&verdict);
        (code, field.to_owned())
    };
    let field = |code, field: &str| (code, field.to_owned());
    assert_eq!(try_plan(plan("p-012", NOON, NOON)), field(Code::TimeOrder, "to"));
    assert_eq!(try_plan(plan("p-012", NOON, NOON + 24 * HOUR + 1)), field(Code::OutOfRange, "to"));
    assert_eq!(try_plan(plan("p-999", NOON, NOON + HOUR)), field(Code::UnknownReference, "person"));
    assert_eq!(try_plan(plan("p-030", NOON, NOON + HOUR)), field(Code::UnknownReference, "person"), "has left");
    assert_eq!(try_plan(json!({"event": "plan", "person": "p-012", "from": NOON, "to": NOON + HOUR})), field(Code::Missing, "zone"));
    assert_eq!(
        try_plan(json!({"event": "plan", "person": "p-012", "zone": "z9", "from": NOON, "to": NOON + HOUR})),
        field(Code::UnknownReference, "zone")
    );
    assert_eq!(
        try_plan(json!({"event": "plan", "person": "p-012", "post": "dp-0", "from": NOON, "to": NOON + HOUR})),
        field(Code::UnknownReference, "post")
    );
    assert_eq!(try_plan(json!({"event": "end"})), field(Code::Malformed, "event"));
    assert_eq!(refusal(&world.act(&walker(), Kind::ShiftStart, "s2", unplanned(0))), (Code::OutOfRange, "minutes"));
    assert_eq!(refusal(&world.act(&walker(), Kind::ShiftStart, "s2", json!({"event": "start", "zone": "z1"}))), (Code::Missing, "minutes"));
    let at_post = json!({"event": "plan", "person": "p-012", "post": "dp-platform", "from": NOON, "to": NOON + HOUR});
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s3", at_post), Verdict::CLEAN);
    assert_eq!(world.body("s3")["zone"], "z1", "a post lies in its zone");
}

#[test]
fn a_shift_that_overlaps_is_refused_and_one_that_touches_is_not() {
    let mut world = Memory::hub();
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s1", plan("p-012", NOON, NOON + 8 * HOUR)), Verdict::CLEAN);
    for (from, to) in
        [(NOON - HOUR, NOON + 1), (NOON + HOUR, NOON + 2 * HOUR), (NOON + 8 * HOUR - 1, NOON + 9 * HOUR), (NOON - HOUR, NOON + 9 * HOUR)]
    {
        assert_eq!(refusal(&world.act(&desk(), Kind::ShiftPlan, "s2", plan("p-012", from, to))), (Code::ShiftOverlap, "from"));
    }
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s2", plan("p-012", NOON + 8 * HOUR, NOON + 9 * HOUR)), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s3", plan("p-013", NOON, NOON + HOUR)), Verdict::CLEAN, "another person");
    // What was called off, ended early or not attended leaves room.
    assert_eq!(world.act(&walker(), Kind::ShiftStart, "s1", json!({"event": "start"})), Verdict::CLEAN);
    assert_eq!(act_at(&mut world, &walker(), NOON + 2 * HOUR, Kind::ShiftEnd, "s1", json!({"event": "end"})), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s4", plan("p-012", NOON + 2 * HOUR, NOON + 3 * HOUR)), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::ShiftCancel, "s4", json!({"event": "cancel", "reason": "rain"})), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s5", plan("p-012", NOON + 2 * HOUR, NOON + 3 * HOUR)), Verdict::CLEAN);
}

#[test]
fn one_shift_has_to_end_before_another_begins() {
    let mut world = Memory::hub();
    assert_eq!(world.act(&walker(), Kind::ShiftStart, "s1", unplanned(60)), Verdict::CLEAN);
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s2", plan("p-012", NOON + HOUR, NOON + 2 * HOUR)), Verdict::CLEAN);
    let early = NOON + 50 * MINUTE;
    let start = json!({"event": "start"});
    assert_eq!(refusal(&act_at(&mut world, &walker(), early, Kind::ShiftStart, "s2", start.clone())), (Code::ShiftOverlap, "from"));
    assert_eq!(act_at(&mut world, &walker(), early, Kind::ShiftEnd, "s1", json!({"event": "end"})), Verdict::CLEAN);
    assert_eq!(act_at(&mut world, &walker(), early + 1, Kind::ShiftStart, "s2", start), Verdict::CLEAN);
}

#[test]
fn a_start_that_somebody_elses_plan_overtook_is_a_conflict_at_the_plan() {
    let mut world = Memory::hub();
    let mut offline = world.operation(Kind::ShiftStart, "s-phone", unplanned(120));
    (offline.recorded_at, offline.device) = (NOON + HOUR, device(2));
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s-desk", plan("p-012", NOON, NOON + 8 * HOUR)), Verdict::CLEAN);
    match world.take(&offline, &walker()) {
        Verdict::Conflict { code: Code::ShiftOverlap, kept: Some(_) } => {}
        other => panic!("{other:?}"),
    }
    let kept = &world.conflicts("s-desk")[0];
    assert_eq!((kept.operation, kept.actor.as_str(), kept.code), (offline.id, "p-012", Code::ShiftOverlap));
    assert_eq!((kept.body["minutes"].as_u64(), world.documents.contains_key("s-phone")), (Some(120), false));
    // Had the phone known of the plan, it would have been refused there.
    offline.seen = 1000;
    assert_eq!(refusal(&world.judge(&offline, &walker()).verdict), (Code::ShiftOverlap, "from"));
}

#[test]
fn nobody_is_a_no_show_before_the_grace_and_whoever_came_offline_is_none_for_long() {
    let settings = Settings::default();
    let mut world = with_shift("planned");
    let deadline = NOON + 30 * MINUTE;
    assert_eq!(due::deadline(&world.documents["s1"], &settings), Some(deadline));
    assert!(!world.lapse("s1", deadline - 1));
    assert!(world.lapse("s1", deadline));
    assert!(!world.lapse("s1", deadline + HOUR), "looking twice does nothing");
    assert_eq!(due::deadline(&world.documents["s1"], &settings), None);
    // The phone was out of reach and says so now.
    assert_eq!(act_at(&mut world, &walker(), NOON - MINUTE, Kind::ShiftStart, "s1", json!({"event": "start"})), Verdict::CLEAN);
    let shift = shift(&world, "s1");
    assert_eq!((shift.state, shift.started_at, shift.no_show_at), (ShiftState::Active, Some(NOON - MINUTE), Some(deadline)));
}

#[test]
fn a_phone_takes_an_unplanned_start_with_no_site_at_all() {
    let mut world = Memory::stranger();
    assert_eq!(world.act(&Actor::Unknown, Kind::ShiftStart, "s1", unplanned(480)), Verdict::CLEAN);
    assert_eq!(act_at(&mut world, &walker(), NOON + HOUR, Kind::ShiftEnd, "s1", json!({"event": "end"})), Verdict::CLEAN);
}

#[derive(Debug, Clone)]
enum Deed {
    Plan { from: i64, length: i64 },
    Unplanned { minutes: u32 },
    Start(usize),
    End(usize),
    Cancel(usize),
    Clock,
}

fn deeds() -> impl Strategy<Value = Vec<(i64, Deed)>> {
    let deed = prop_oneof![
        4 => (0_i64..72, 1_i64..24).prop_map(|(from, length)| Deed::Plan { from, length }),
        2 => (1_u32..1440).prop_map(|minutes| Deed::Unplanned { minutes }),
        3 => (0_usize..12).prop_map(Deed::Start),
        3 => (0_usize..12).prop_map(Deed::End),
        1 => (0_usize..12).prop_map(Deed::Cancel),
        1 => Just(Deed::Clock),
    ];
    proptest::collection::vec((-90_i64..600, deed), 1..40)
}

proptest! {
    #[test]
    fn no_two_shifts_of_a_person_overlap_whatever_the_order(deeds in deeds()) {
        let mut world = Memory::hub();
        let mut now = NOON;
        for (step, (minutes, deed)) in deeds.into_iter().enumerate() {
            // Phones come in late: time also goes backwards.
            now += minutes * MINUTE;
            let (id, start) = (format!("s-{step}"), json!({"event": "start"}));
            let named = |index: usize| format!("s-{index}");
            match deed {
                Deed::Plan { from, length } => {
                    let from = NOON + from * HOUR;
                    act_at(&mut world, &desk(), now, Kind::ShiftPlan, &id, plan("p-012", from, from + length * HOUR));
                }
                Deed::Unplanned { minutes } => { act_at(&mut world, &walker(), now, Kind::ShiftStart, &id, unplanned(minutes)); }
                Deed::Start(index) => { act_at(&mut world, &walker(), now, Kind::ShiftStart, &named(index), start); }
                Deed::End(index) => { act_at(&mut world, &walker(), now, Kind::ShiftEnd, &named(index), json!({"event": "end"})); }
                Deed::Cancel(index) => {
                    act_at(&mut world, &desk(), now, Kind::ShiftCancel, &named(index), json!({"event": "cancel", "reason": "r"}));
                }
                Deed::Clock => {
                    for document in world.duties_of(DocumentKind::Shift, "p-012", i64::MIN, i64::MAX).unwrap() {
                        world.lapse(&document.id, now);
                    }
                }
            }
            let documents = world.duties_of(DocumentKind::Shift, "p-012", i64::MIN, i64::MAX).unwrap();
            let shifts = documents.iter().map(|document| serde_json::from_value::<Shift>(document.body.clone()).unwrap());
            let mut windows: Vec<_> = shifts.filter_map(|shift| shift.occupies()).collect();
            windows.sort_unstable();
            for pair in windows.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].0, "{windows:?}");
            }
        }
    }
}

#[test]
fn coming_days_early_hides_no_window() {
    // Found by the test above: the start had become the shift's own time, and a search around its window went past it.
    let mut world = Memory::hub();
    let from = NOON + 72 * HOUR;
    assert_eq!(world.act(&desk(), Kind::ShiftPlan, "s1", plan("p-012", from, from + 13 * HOUR)), Verdict::CLEAN);
    assert_eq!(world.act(&walker(), Kind::ShiftStart, "s1", json!({"event": "start"})), Verdict::CLEAN);
    let clash = act_at(&mut world, &desk(), NOON, Kind::ShiftPlan, "s2", plan("p-012", from + HOUR, from + 2 * HOUR));
    assert_eq!(refusal(&clash), (Code::ShiftOverlap, "from"));
}

/// The river street by day: cp-26, cp-22, cp-23, cp-24, cp-25 in order, 15 minutes of grace.
const ROUTE: [&str; 5] = ["cp-26", "cp-22", "cp-23", "cp-24", "cp-25"];

fn schedule(person: &str) -> Value {
    json!({"event": "schedule", "route": "r-river-day", "person": person, "from": NOON, "to": NOON + 2 * HOUR})
}

fn with_tour() -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&desk(), Kind::TourSchedule, "t1", schedule("p-012")), Verdict::CLEAN);
    world
}

fn visit(world: &mut Memory, checkpoint: &str, time: i64) -> Verdict {
    let body = json!({"evidence": {"method": "qr", "payload": TagSeal::qr(&tag_key(), SITE, checkpoint)}});
    let id = format!("c-{checkpoint}-{time}");
    act_at(world, &walker(), time, Kind::CheckInRecord, &id, body)
}

/// Walks these checkpoints, ten minutes each, from `from` on.
fn walk(world: &mut Memory, checkpoints: &[&str], from: i64) {
    for (index, checkpoint) in checkpoints.iter().enumerate() {
        visit(world, checkpoint, from + i64::try_from(index).unwrap() * 10 * MINUTE);
    }
}

fn begin(world: &mut Memory, time: i64) -> Verdict {
    act_at(world, &walker(), time, Kind::TourStart, "t1", json!({"event": "start"}))
}

fn finish(world: &mut Memory, time: i64) -> Verdict {
    act_at(world, &walker(), time, Kind::TourFinish, "t1", json!({"event": "finish"}))
}

#[test]
fn a_tour_takes_every_listed_step_and_no_other() {
    let states = [
        ("scheduled", TourState::Scheduled),
        ("in_progress", TourState::InProgress),
        ("completed", TourState::Completed),
        ("incomplete", TourState::Incomplete),
        ("missed", TourState::Missed),
        ("completed_late", TourState::CompletedLate),
    ];
    let mut taken = 0;
    for (name, state) in states {
        for step in [TourMove::Start, TourMove::Complete, TourMove::BreakOff, TourMove::Miss] {
            let mut world = with_tour();
            if step != TourMove::Start && state != TourState::Scheduled {
                begin(&mut world, NOON);
            }
            if step == TourMove::Complete {
                walk(&mut world, &ROUTE, NOON + MINUTE);
            }
            world.force("t1", "state", json!(name));
            let verdict = match step {
                TourMove::Start => begin(&mut world, NOON),
                TourMove::Complete | TourMove::BreakOff => finish(&mut world, NOON + HOUR),
                TourMove::Miss => {
                    let lapsed = world.lapse("t1", NOON + 3 * HOUR) && tour(&world, "t1").state == TourState::Missed;
                    if lapsed { Verdict::CLEAN } else { Verdict::Quarantined { code: Code::StateRefused, field: String::new() } }
                }
            };
            match TourState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {step:?}");
                    assert_eq!(tour(&world, "t1").state, *to, "{name} {step:?}");
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {step:?}"),
            }
        }
    }
    assert_eq!((taken, TourState::TRANSITIONS.len()), (10, 10));
}

#[test]
fn a_walk_in_order_is_complete_and_each_check_in_names_its_shift_and_tour() {
    let mut world = with_tour();
    assert_eq!(tour(&world, "t1").zones, ["z1"]);
    assert_eq!(act_at(&mut world, &walker(), NOON - HOUR, Kind::ShiftStart, "s1", unplanned(480)), Verdict::CLEAN);
    visit(&mut world, "cp-26", NOON - 30 * MINUTE);
    begin(&mut world, NOON);
    walk(&mut world, &ROUTE, NOON + MINUTE);
    visit(&mut world, "cp-27", NOON + 55 * MINUTE);
    let links = |id: &str| (world.body(id)["shift"].clone(), world.body(id)["tour"].clone());
    assert_eq!(links(&format!("c-cp-26-{}", NOON - 30 * MINUTE)), (json!("s1"), Value::Null), "before the walk");
    assert_eq!(links(&format!("c-cp-26-{}", NOON + MINUTE)), (json!("s1"), json!("t1")));
    assert_eq!(links(&format!("c-cp-27-{}", NOON + 55 * MINUTE)), (json!("s1"), Value::Null), "no checkpoint of the route");
    assert_eq!(finish(&mut world, NOON + HOUR), Verdict::CLEAN);
    let tour = tour(&world, "t1");
    let progress = tour.progress.unwrap();
    assert_eq!((tour.state, progress.missing.len(), progress.doubtful), (TourState::Completed, 0, 0));
    assert_eq!(progress.visits.iter().map(|visit| visit.checkpoint.as_str()).collect::<Vec<_>>(), ROUTE);
    assert_eq!(refusal(&finish(&mut world, NOON + HOUR)).0, Code::StateRefused, "what its walker finished is finished");
}

#[test]
fn a_walk_out_of_order_or_out_of_time_is_not() {
    let mut world = with_tour();
    begin(&mut world, NOON);
    walk(&mut world, &["cp-26", "cp-23", "cp-22", "cp-24", "cp-25"], NOON + MINUTE);
    finish(&mut world, NOON + HOUR);
    let progress = tour(&world, "t1").progress.unwrap();
    assert_eq!(
        (tour(&world, "t1").state, progress.missing),
        (TourState::Incomplete, vec!["cp-23".to_owned(), "cp-24".into(), "cp-25".into()])
    );

    for (last, state) in [(135 * MINUTE, TourState::Completed), (135 * MINUTE + 1, TourState::Incomplete)] {
        let mut world = with_tour();
        begin(&mut world, NOON);
        walk(&mut world, &ROUTE[..4], NOON + MINUTE);
        visit(&mut world, "cp-25", NOON + last);
        finish(&mut world, NOON + 3 * HOUR);
        assert_eq!(tour(&world, "t1").state, state, "two hours and a quarter of grace");
    }
}

#[test]
fn a_rejected_visit_does_not_count_and_a_doubtful_one_is_told() {
    for (review, state, doubtful) in
        [(None, TourState::Completed, 1), (Some(true), TourState::Completed, 0), (Some(false), TourState::Incomplete, 0)]
    {
        let mut world = with_tour();
        begin(&mut world, NOON);
        walk(&mut world, &ROUTE, NOON + MINUTE);
        let id = format!("c-cp-25-{}", NOON + 41 * MINUTE);
        world.force(&id, "verdict", json!("flagged"));
        if let Some(accepted) = review {
            assert_eq!(world.act(&desk(), Kind::CheckInReview, &id, json!({"accepted": accepted, "reason": "r"})), Verdict::CLEAN);
        }
        finish(&mut world, NOON + HOUR);
        let tour = tour(&world, "t1");
        assert_eq!((tour.state, tour.progress.unwrap().doubtful), (state, doubtful));
    }
}

#[test]
fn late_evidence_turns_missed_into_completed_late_and_the_alert_stays() {
    let mut world = with_tour();
    let deadline = NOON + 2 * HOUR + 15 * MINUTE + 1;
    assert_eq!(due::deadline(&world.documents["t1"], &Settings::default()), Some(deadline));
    assert!(!world.lapse("t1", deadline - 1));
    assert!(world.lapse("t1", deadline) && !world.lapse("t1", deadline + HOUR));
    assert_eq!(tour(&world, "t1").state, TourState::Missed);
    // The phone had no network: what it wrote in time arrives now.
    assert_eq!(begin(&mut world, NOON), Verdict::CLEAN);
    assert_eq!(tour(&world, "t1").state, TourState::Missed);
    walk(&mut world, &ROUTE, NOON + MINUTE);
    assert_eq!(finish(&mut world, NOON + HOUR), Verdict::CLEAN);
    let tour = tour(&world, "t1");
    assert_eq!((tour.state, tour.lapsed_at, tour.finished_at), (TourState::CompletedLate, Some(deadline), Some(NOON + HOUR)));
}

#[test]
fn too_little_late_evidence_leaves_a_tour_missed() {
    let mut world = with_tour();
    world.lapse("t1", NOON + 3 * HOUR);
    begin(&mut world, NOON);
    walk(&mut world, &ROUTE[..4], NOON + MINUTE);
    finish(&mut world, NOON + HOUR);
    let tour = tour(&world, "t1");
    assert_eq!((tour.state, tour.progress.unwrap().missing), (TourState::Missed, vec!["cp-25".to_owned()]));
}

#[test]
fn a_tour_that_nobody_finished_is_what_its_check_ins_show() {
    for (count, state) in [(5, TourState::Completed), (4, TourState::Incomplete)] {
        let mut world = with_tour();
        begin(&mut world, NOON);
        walk(&mut world, &ROUTE[..count], NOON + MINUTE);
        assert!(world.lapse("t1", NOON + 3 * HOUR));
        assert_eq!(tour(&world, "t1").state, state);
        // The last check-in and the end come later.
        walk(&mut world, &ROUTE[count..], NOON + 50 * MINUTE);
        assert_eq!(finish(&mut world, NOON + HOUR), Verdict::CLEAN);
        let late = if state == TourState::Completed { TourState::Completed } else { TourState::CompletedLate };
        assert_eq!(tour(&world, "t1").state, late);
    }
}

#[test]
fn a_tour_is_scheduled_by_the_desk_for_somebody_who_serves_and_walked_by_them_alone() {
    let mut world = Memory::hub();
    assert_eq!(refusal(&world.act(&walker(), Kind::TourSchedule, "t1", schedule("p-012"))).0, Code::NotPermitted);
    assert_eq!(refusal(&world.act(&desk(), Kind::TourSchedule, "t1", schedule("p-030"))), (Code::UnknownReference, "person"));
    let mut body = schedule("p-012");
    body["route"] = json!("r-none");
    assert_eq!(refusal(&world.act(&desk(), Kind::TourSchedule, "t1", body)), (Code::UnknownReference, "route"));
    assert_eq!(world.act(&desk(), Kind::TourSchedule, "t1", schedule("p-012")), Verdict::CLEAN);
    let other = person("p-013", Role::Auxiliary);
    assert_eq!(refusal(&world.act(&other, Kind::TourStart, "t1", json!({"event": "start"}))).0, Code::NotPermitted);
    assert_eq!(refusal(&finish(&mut world, NOON)).0, Code::StateRefused, "nothing is finished that was not begun");
}

fn points(from: i64, count: i64) -> Vec<TrackPoint> {
    let base = from / 1000;
    (0..count).map(|n| TrackPoint { at_s: base + n * 5, lat_e5: 2_904_420 + n as i32 * 6, lon_e5: 11_168_710 - n as i32 * 3 }).collect()
}

fn record(points: &[TrackPoint]) -> Value {
    json!({"path": TrackPath::pack(points)})
}

#[test]
fn a_track_is_taken_on_shift_only() {
    let mut world = Memory::hub();
    let body = record(&points(NOON, 60));
    let late = NOON + 10 * MINUTE;
    assert_eq!(refusal(&act_at(&mut world, &walker(), late, Kind::TrackRecord, "k1", body.clone())), (Code::OffShift, "path"));
    assert_eq!(act_at(&mut world, &walker(), NOON, Kind::ShiftStart, "s1", unplanned(60)), Verdict::CLEAN);
    assert_eq!(act_at(&mut world, &walker(), late, Kind::TrackRecord, "k1", body), Verdict::CLEAN);
    let track = world.body("k1");
    assert_eq!(
        (&track["shift"], &track["points"], &track["at"], &track["to"]),
        (&json!("s1"), &json!(60), &json!(NOON), &json!(NOON + 295_000))
    );
    // 59 steps of 6.67 m to the north and 2.92 m to the west.
    assert_eq!(track["length_m"], 430);
    assert!(
        !world.documents["k1"].buckets.iter().any(|bucket| matches!(bucket, Bucket::Zone(_) | Bucket::Staff)),
        "colleagues do not follow"
    );
    assert_eq!(act_at(&mut world, &walker(), late, Kind::ShiftEnd, "s1", json!({"event": "end"})), Verdict::CLEAN);
    // One that runs on after the shift, and one that began before it.
    for from in [late - MINUTE, NOON - MINUTE] {
        let verdict = act_at(&mut world, &walker(), late + HOUR, Kind::TrackRecord, "k2", record(&points(from, 60)));
        assert_eq!(refusal(&verdict), (Code::OffShift, "path"), "{from}");
    }
    let mut mock = record(&points(NOON, 2));
    mock["mock"] = json!(true);
    assert_eq!(flags(&act_at(&mut world, &walker(), late, Kind::TrackRecord, "k3", mock)), [Flag::FixMock]);
}

#[test]
fn a_track_that_is_none_is_refused() {
    let mut world = Memory::hub();
    world.act(&walker(), Kind::ShiftStart, "s1", unplanned(600));
    let mut refused = |body: Value| {
        let verdict = act_at(&mut world, &walker(), NOON + 2 * HOUR, Kind::TrackRecord, "k1", body);
        let (code, field) = refusal(&verdict);
        assert_eq!(field, "path");
        code
    };
    assert_eq!(refused(json!({"path": "not base64!"})), Code::Malformed);
    assert_eq!(refused(json!({"path": "gICA"})), Code::Malformed, "ends within a value");
    assert_eq!(refused(record(&points(NOON, 1))), Code::OutOfRange);
    assert_eq!(refused(record(&points(NOON, 721))), Code::OutOfRange);
    let mut back = points(NOON, 3);
    back[2].at_s = back[1].at_s;
    assert_eq!(refused(record(&back)), Code::TimeOrder);
    back[2].at_s = back[0].at_s + 3601;
    assert_eq!(refused(record(&back)), Code::OutOfRange);
    assert_eq!(refused(record(&points(NOON + 3 * HOUR, 2))), Code::TimeInFuture);
    let mut nowhere = points(NOON, 2);
    nowhere[1].lat_e5 = 9_100_000;
    assert_eq!(refused(record(&nowhere)), Code::CoordinateInvalid);
    // 0x80 0x00 is a long way to write zero.
    assert_eq!(refused(json!({"path": "gAACAgICAgI"})), Code::Malformed);
}

proptest! {
    #[test]
    fn a_packed_track_reads_back_as_it_was(steps in proptest::collection::vec((0_i64..4000, -20_000_i32..20_000, -20_000_i32..20_000), 1..200)) {
        let (mut at_s, mut lat_e5, mut lon_e5) = (1_777_593_600, 2_904_420, 11_168_710);
        let points: Vec<_> = steps.into_iter().map(|(s, lat, lon)| {
            (at_s, lat_e5, lon_e5) = (at_s + s, lat_e5 + lat, lon_e5 + lon);
            TrackPoint { at_s, lat_e5, lon_e5 }
        }).collect();
        prop_assert_eq!(TrackPath::pack(&points).unpack().unwrap(), points);
    }

    #[test]
    fn no_text_makes_unpacking_fall(text in "[A-Za-z0-9_-]{0,60}") {
        let path: TrackPath = serde_json::from_value(json!(text)).unwrap();
        let _ = path.unpack();
    }
}

#[test]
fn the_example_of_the_protocol_is_packed_as_it_says() {
    let point = |at_s, lat_e5, lon_e5| TrackPoint { at_s, lat_e5, lon_e5 };
    let path = TrackPath::pack(&[point(1_777_593_600, 2_904_420, 11_168_710), point(1_777_593_605, 2_904_426, 11_168_707)]);
    assert_eq!(path.as_str(), "gLSfnw3IxeICjK_TCgoMBQ");
    let page = include_str!("../../docs/protocol/duties.md");
    assert!(page.contains(&format!("`{}`", path.as_str())));
}

#[test]
fn a_walkers_point_costs_about_four_characters() {
    let path = TrackPath::pack(&points(NOON, 720));
    assert!(path.as_str().len() <= 720 * 4 + 16, "{}", path.as_str().len());
}
