//! Statistics: what each figure counts, and what it leaves out.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use liuye_core::domain::{Counted, Coverage, Document, Fact, FactKind, Figure, Gap, Planned, Seen, Statistics, StatisticsWindow};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2024-01-01T00:00:00+08:00
const FROM: i64 = 1_704_038_400_000;

fn window(from: i64, to: i64, now: i64) -> StatisticsWindow {
    StatisticsWindow { from, to, as_of: 1, now, zone: chrono_tz::Asia::Shanghai }
}

fn fact(kind: FactKind, at: i64, subject: &str, party: &str) -> Fact {
    let (subject, party) = (subject.to_owned(), party.to_owned());
    Fact { kind, at, until: None, subject, party, place: String::new(), value: 0, detail: None, document: "d".to_owned() }
}

fn count(facts: &[Fact], window: &StatisticsWindow) -> Statistics {
    Statistics::count(&Counted::of_facts(facts, window), window)
}

fn document(kind: &str, body: Value) -> Document {
    let (id, kind) = ("x".to_owned(), kind.to_owned());
    Document { id, kind, rev: 1, schema_version: 1, body, buckets: Vec::new(), conflicts: Vec::new() }
}

fn person(id: &str, force: &str) -> Fact {
    fact(FactKind::Person, 0, id, force)
}

#[test]
fn scans_are_not_turns_and_guards_stand_apart() {
    let check_in = |at, shift, who| fact(FactKind::CheckIn, at, shift, who);
    let facts = [
        person("a", "police"),
        person("b", "auxiliary"),
        person("g", "guard"),
        check_in(FROM, "s1", "a"),
        check_in(FROM + HOUR, "s1", "a"),
        check_in(FROM + DAY, "s2", "a"),
        check_in(FROM + HOUR, "s3", "b"),
        check_in(FROM + HOUR, "s4", "g"),
        // On no shift, and before and after the window.
        check_in(FROM + HOUR, "", "b"),
        check_in(FROM - 1, "s5", "b"),
        check_in(FROM + 2 * DAY, "s6", "b"),
    ];
    let counted = count(&facts, &window(FROM, FROM + 2 * DAY, FROM + 3 * DAY));
    assert_eq!(counted.patrol_turns, 3);
    assert_eq!(counted.details.turns_by_force["guard"], 1);
    // A shift that passes midnight is a turn of either day.
    let night = [person("a", "police"), check_in(FROM - HOUR, "s", "a"), check_in(FROM + HOUR, "s", "a")];
    assert_eq!(count(&night, &window(FROM, FROM + DAY, FROM + DAY)).patrol_turns, 1);
    assert_eq!(count(&night, &window(FROM - DAY, FROM, FROM + DAY)).patrol_turns, 1);
    assert_eq!(count(&night, &window(FROM - DAY, FROM + DAY, FROM + DAY)).patrol_turns, 1);
}

#[test]
fn an_arrival_is_a_turn_of_the_shift_that_was_running() {
    let shift = Fact { until: Some(FROM + 4 * HOUR), ..fact(FactKind::Shift, FROM, "a", "s1") };
    let facts = [person("a", "auxiliary"), shift.clone(), fact(FactKind::Arrival, FROM + HOUR, "call", "a")];
    let day = window(FROM, FROM + DAY, FROM + DAY);
    assert_eq!(count(&facts, &day).patrol_turns, 1);
    // With a check-in on the same shift it is still one, and after the shift none.
    let both = [&facts[..], &[fact(FactKind::CheckIn, FROM + 2 * HOUR, "s1", "a")]].concat();
    assert_eq!(count(&both, &day).patrol_turns, 1);
    let late = [person("a", "auxiliary"), shift, fact(FactKind::Arrival, FROM + 5 * HOUR, "call", "a")];
    assert_eq!(count(&late, &day).patrol_turns, 0);
}

#[test]
fn every_gap_of_a_post_is_listed_and_only_time_that_has_passed_is_measured() {
    let staffed = |from: i64, to: Option<i64>| Fact { until: to.map(|to| FROM + to), ..fact(FactKind::Staffed, FROM + from, "dp", "a") };
    let facts =
        [fact(FactKind::Post, 0, "dp", ""), staffed(-HOUR, Some(8 * HOUR)), staffed(7 * HOUR, Some(10 * HOUR)), staffed(12 * HOUR, None)];
    let counted = count(&facts, &window(FROM, FROM + DAY, FROM + 16 * HOUR));
    assert_eq!(counted.details.duty.posts[0].gaps, [Gap { from: FROM + 10 * HOUR, to: FROM + 12 * HOUR }]);
    assert_eq!(counted.duty_coverage, Some(14.0 / 16.0));
    let whole = [fact(FactKind::Post, 0, "dp", ""), staffed(-1, Some(DAY))];
    assert_eq!(count(&whole, &window(FROM, FROM + DAY, FROM + DAY)).duty_coverage, Some(1.0));
    assert_eq!(count(&whole[..1], &window(FROM, FROM + DAY, FROM + DAY)).duty_coverage, Some(0.0));
    assert_eq!(count(&[], &window(FROM, FROM + DAY, FROM + DAY)).duty_coverage, None);
}

#[test]
fn hazards_are_open_until_they_are_closed_and_what_was_none_is_apart() {
    let found = |at: i64, state: &str, due: i64, until: Option<i64>| Fact {
        value: FROM + due,
        until: until.map(|until| FROM + until),
        ..fact(FactKind::HazardFound, FROM + at, "h", state)
    };
    let facts = [
        found(-DAY, "open", HOUR, None),
        found(HOUR, "open", 9 * DAY, None),
        found(HOUR, "void", HOUR, None),
        found(HOUR, "referred", HOUR, None),
        // Closed within the day, and after it: then it was open at its end, and overdue.
        found(HOUR, "closed", 2 * HOUR, Some(3 * HOUR)),
        found(HOUR, "closed", 2 * HOUR, Some(2 * DAY)),
        Fact { value: 2 * HOUR, ..fact(FactKind::HazardClosed, FROM + 3 * HOUR, "h", "") },
        Fact { value: 2 * DAY - HOUR, ..fact(FactKind::HazardClosed, FROM + 2 * DAY, "h", "") },
    ];
    let counted = count(&facts, &window(FROM, FROM + DAY, FROM + 9 * DAY));
    assert_eq!((counted.hazards_found, counted.hazards_closed, counted.details.hazards_void), (4, 1, 1));
    assert_eq!((counted.hazards_overdue, counted.details.hazards_open), (2, 3));
    assert_eq!(counted.details.hazard_days_to_close_median, Some(2.0 / 24.0));
}

fn call(state: &str, ended_at: Option<i64>, arrived: Option<i64>, exercise: bool) -> Document {
    let moment = |at: i64| json!({ "at": at, "earliest": at, "latest": at });
    let answer = arrived.map(|at| if at <= 60_000 { "met" } else { "missed" });
    let arrivals: Vec<_> = arrived.iter().map(|at| json!({ "assignment": "a", "moment": moment(FROM + at) })).collect();
    document(
        "call",
        json!({
            "source": "app", "category": "medical", "exercise": exercise, "severity": "critical", "state": state, "reporter": "tourist",
            "device": "00000000000000000000000000000000", "operation": "01a20e55-9d49-70a4-b1c2-7d0bf7d6d5b4", "at": FROM,
            "ended_at": ended_at.map(|at| FROM + at),
            "response": { "start": "received", "warn_before_s": 20, "received": moment(FROM), "arrivals": arrivals,
                          "tiers": [{ "name": "1", "limit_s": 60, "from_received": answer }] },
        }),
    )
}

#[test]
fn a_missing_arrival_fails_and_a_call_that_was_called_off_in_time_is_held_to_nothing() {
    let calls = [
        call("closed", Some(900_000), Some(50_000), false),
        call("closed", Some(900_000), Some(80_000), false),
        call("dispatched", None, None, false),
        call("cancelled", Some(30_000), None, false),
        call("cancelled", Some(70_000), None, false),
        call("merged", Some(1), None, false),
        call("closed", Some(900_000), Some(1_000), true),
    ];
    let facts: Vec<_> = calls.iter().flat_map(Fact::of_document).collect();
    assert_eq!(facts.iter().filter(|fact| fact.kind == FactKind::Call).count(), 6, "a call could not be read");
    let counted = count(&facts, &window(FROM, FROM + DAY, FROM + DAY));
    let tier = &counted.response.tiers[0];
    let of = tier.from_received;
    assert_eq!((of.calls, of.met, of.missed, of.uncertain, of.share), (4, 1, 3, 0, Some(0.25)));
    // Nobody was sent: there is no start to count from.
    assert_eq!(tier.from_dispatched.calls, 0);
    assert_eq!((counted.response.calls, counted.response.exercises), (5, 1));
    assert_eq!((counted.response.median_s, counted.response.p90_s), (Some(65.0), Some(80.0)));
}

#[test]
fn leaflets_and_sessions_count_by_what_they_say() {
    let told = json!({ "device": "00000000000000000000000000000000", "operation": "01a20e55-9d49-70a4-b1c2-7d0bf7d6d5b4" });
    let with = |mut body: Value| {
        body.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        body
    };
    let session = |state: &str| {
        let body = json!({ "topics": ["fraud"], "zone": "z1", "place": "the night market", "from": FROM, "to": FROM + DAY, "at": FROM + 1,
            "state": state, "planned_by": "p-003" });
        document("publicity_session", with(body))
    };
    let batch = json!({ "material": "m1", "stocked": 300, "stocked_by": "p-003", "at": FROM - DAY, "sessions": [
        { "session": "s1", "at": FROM + 1, "issued": 100, "returned": 7, "wasted": 3 },
        { "session": "s2", "at": FROM + DAY, "issued": 100 },
    ] });
    let documents = [session("verified"), session("held"), document("leaflets", with(batch))];
    let facts: Vec<_> = documents.iter().flat_map(Fact::of_document).collect();
    assert_eq!(facts.len(), 3, "a session that nobody verified is none");
    let counted = count(&facts, &window(FROM, FROM + DAY, FROM + DAY));
    assert_eq!((counted.publicity_sessions, counted.leaflets_distributed), (1, 90));
}

#[test]
fn whoever_was_helped_is_asked_how_it_was_and_nobody_else_is() {
    let of = |field: &str, value: Value| {
        let mut call = call("closed", Some(900_000), Some(50_000), false);
        call.body[field] = value;
        call
    };
    let report = |state: &str| {
        let mut report = document(
            "lost_report",
            json!({ "loss": { "category": "wallet", "description": "a wallet", "place": "pier", "lost_from": FROM, "lost_to": FROM,
                              "tracking_digest": "00".repeat(32) },
                    "has_contact": false, "state": state, "reporter": "tourist", "at": FROM,
                    "device": "00000000000000000000000000000000", "operation": "01a20e55-9d49-70a4-b1c2-7d0bf7d6d5b4" }),
        );
        report.body["returned_at"] = json!(FROM + HOUR);
        report
    };
    let rating = |stars: u8| {
        let body = json!({ "about": "a", "stars": stars, "rater": "tourist", "at": FROM + 2 * HOUR,
            "device": "00000000000000000000000000000000", "operation": "01a20e55-9d49-70a4-b1c2-7d0bf7d6d5b4" });
        document("rating", body)
    };
    let documents = [
        of("note", json!("well")),
        report("returned"),
        rating(5),
        rating(2),
        // What is not over, a drill, what 110 passed on, a call of the staff's own, a report that is not answered.
        of("state", json!("handling")),
        of("exercise", json!(true)),
        of("source", json!("dial_110")),
        of("reporter", json!("p-014")),
        report("claimed"),
    ];
    let facts: Vec<_> = documents.iter().flat_map(Fact::of_document).collect();
    assert_eq!(facts.iter().filter(|fact| fact.kind == FactKind::Call).count(), 5, "a call could not be read");
    assert_eq!(facts.iter().filter(|fact| fact.kind == FactKind::LossReported).count(), 2, "a report could not be read");
    let counted = count(&facts, &window(FROM, FROM + DAY, FROM + DAY)).ratings;
    assert_eq!((counted.asked, counted.given, counted.share, counted.median), (2, 2, Some(1.0), Some(3.5)));
    let later = count(&facts, &window(FROM + DAY, FROM + 2 * DAY, FROM + 2 * DAY)).ratings;
    assert_eq!((later.asked, later.given, later.share, later.median), (0, 0, None, None));
}

#[test]
fn every_figure_has_a_name_of_its_own_a_version_and_a_key_in_the_answer() {
    let answer = serde_json::to_value(count(&[], &window(FROM, FROM + DAY, FROM + DAY))).unwrap();
    for figure in Figure::ALL {
        assert_eq!(Figure::parse(figure.as_str()), Some(*figure));
        assert!(answer.get(figure.as_str()).is_some(), "{figure:?}");
        assert_eq!(answer["definitions"][figure.as_str()], figure.version());
        assert!(!figure.definition().is_empty() && !figure.facts().is_empty());
    }
    assert_eq!(Figure::parse("visitors"), None);
}

proptest! {
    #[test]
    fn coverage_is_what_the_patrols_own_count_says(
        plans in proptest::collection::vec((0..3_i64, -30 * HOUR..50 * HOUR, 1..20 * HOUR), 0..12),
        visits in proptest::collection::vec((0..3_i64, -5 * HOUR..60 * HOUR), 0..40),
        (from, length) in (-10 * HOUR..10 * HOUR, 1..50 * HOUR),
    ) {
        let zone = |number: i64| format!("z{number}");
        let planned: Vec<_> =
            plans.iter().map(|(number, at, long)| Planned { zone: zone(*number), from: FROM + at, to: FROM + at + long }).collect();
        let seen: Vec<_> = visits
            .iter()
            .map(|(number, at)| Seen { zone: zone(*number), checkpoint: String::new(), person: String::new(), at: FROM + at })
            .collect();
        let window = window(FROM + from, FROM + from + length, FROM + 99 * DAY);
        let own = Coverage::count(&planned, &seen, (window.from, window.to), window.zone);
        let of_plan = |plan: &Planned| {
            Fact { until: Some(plan.to), place: plan.zone.clone(), ..fact(FactKind::Planned, plan.from, "s", "") }
        };
        let of_visit = |seen: &Seen| Fact { place: seen.zone.clone(), ..fact(FactKind::CheckIn, seen.at, "", "") };
        let facts: Vec<_> = planned.iter().map(of_plan).chain(seen.iter().map(of_visit)).collect();
        let counted = count(&facts, &window).details.coverage;
        prop_assert_eq!((counted.planned, counted.covered), (u64::from(own.planned), u64::from(own.covered)));
    }
}
