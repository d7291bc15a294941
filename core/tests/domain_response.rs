//! What the rules promise of response times: an answer is sure only where the clocks are.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person};
use liuye_core::domain::{
    Answer, BootTime, ClockStart, Force, Kind, Moment, ResponseStandard, ResponseTier, Role, Severity, SiteFile, Span, Verdict,
};
use liuye_core::{Code, Result};
use proptest::prelude::*;
use serde_json::{Value, json};

fn between(earliest: i64, latest: i64) -> Moment {
    Moment { at: (earliest + latest) / 2, earliest: Some(earliest), latest: Some(latest), clock: None }
}

fn on_boot(mut moment: Moment, number: u8, boot: &str, elapsed_ms: u64) -> Moment {
    moment.clock = Some(BootTime { device: device(number), boot_id: boot.to_owned(), elapsed_ms });
    moment
}

#[test]
fn one_boot_of_one_clock_is_exact_whatever_the_wall_clocks_say() {
    let start = on_boot(between(0, 1_000_000), 1, "b", 5_000);
    let end = on_boot(between(-9, 9), 1, "b", 65_000);
    assert_eq!(end.since(&start), Span { min_ms: 60_000, max_ms: Some(60_000) });
    for other in [on_boot(between(0, 9), 1, "c", 65_000), on_boot(between(0, 9), 2, "b", 65_000), on_boot(between(0, 9), 1, "b", 4_999)] {
        assert_ne!(other.since(&start).min_ms, 60_000, "another boot, another phone, a clock that went back");
    }
}

#[test]
fn two_clocks_give_two_bounds() {
    let start = Moment::of_hub(NOON);
    assert_eq!(between(NOON + 50_000, NOON + 60_000).since(&start).answer(60_000), Answer::Met);
    assert_eq!(between(NOON + 50_000, NOON + 60_001).since(&start).answer(60_000), Answer::Uncertain);
    assert_eq!(between(NOON + 60_001, NOON + 90_000).since(&start).answer(60_000), Answer::Missed);
    let open = Moment { at: NOON, earliest: None, latest: None, clock: None };
    assert_eq!(open.since(&start).answer(i64::MAX - 1), Answer::Uncertain, "a clock of which nothing is known");
    assert_eq!(between(NOON - 9, NOON - 5).since(&start).answer(60_000), Answer::Uncertain, "nobody came before they were called");
}

/// What a phone does when it writes, and what the hub knows of it.
#[derive(Debug, Clone)]
struct Wrote {
    /// True time, ms.
    at: i64,
    /// How wrong the wall clock is.
    skew: i64,
    /// How wrong the offset that it measured is, and the bound that it claims; none where it measured none.
    measured: Option<(i64, u32)>,
    /// How long before the hub wrote what it had seen, and how long after it heard of this.
    seen_before: Option<i64>,
    heard_after: i64,
}

fn wrote() -> impl Strategy<Value = Wrote> {
    let measured = prop::option::of((0_u32..120_000).prop_flat_map(|err| (-i64::from(err)..=i64::from(err), Just(err))));
    let skew = prop_oneof![Just(0_i64), -3_000_i64..3_000, -315_360_000_000_i64..315_360_000_000];
    (0_i64..600_000, skew, measured, prop::option::of(0_i64..600_000), 0_i64..3_600_000)
        .prop_map(|(at, skew, measured, seen_before, heard_after)| Wrote { at: NOON + at, skew, measured, seen_before, heard_after })
}

/// A call that was dispatched and reached, as the hub comes to know of it.
fn answers(sent: &Wrote, came: &Wrote) -> (Value, Moment, Moment) {
    let mut world = Memory::hub();
    let desk = person("p-003", Role::Desk);
    assert_eq!(world.act(&desk, Kind::CallRaise, "c1", json!({"event": "raise", "source": "app", "category": "medical"})), Verdict::CLEAN);
    assert_eq!(world.act(&desk, Kind::CallTriage, "c1", json!({"event": "triage", "severity": "urgent"})), Verdict::CLEAN);
    let mut write = |number: u8, wrote: &Wrote, kind, entity: &str, body: Value, who: &str, role| {
        let mut operation = world.operation(kind, entity, body);
        operation.device = device(number);
        operation.boot_id = format!("boot-{number}");
        operation.recorded_at = wrote.at + wrote.skew;
        (operation.clock_offset_ms, operation.clock_err_ms) = wrote.measured.map(|(off, err)| (off - wrote.skew, err)).unzip();
        if let Some(before) = wrote.seen_before {
            operation.seen = u64::from(number);
            world.written.insert(u64::from(number), wrote.at - before);
        }
        let outcome = world.judge_at(&operation, &person(who, role), wrote.at + wrote.heard_after);
        assert!(outcome.verdict.is_applied(), "a clock is never a reason to refuse: {:?}", outcome.verdict);
        world.store(&operation, outcome);
    };
    write(2, sent, Kind::CallDispatch, "c1", json!({"event": "dispatch", "responders": [{"person": "p-011"}]}), "p-003", Role::Desk);
    write(3, came, Kind::AssignmentArrive, "c1.p-011.1", json!({"event": "arrive"}), "p-011", Role::Auxiliary);
    let response = world.body("c1")["response"].clone();
    let moment = |value: &Value| serde_json::from_value::<Moment>(value.clone()).unwrap();
    (response["tiers"].clone(), moment(&response["dispatched"]), moment(&response["arrivals"][0]["moment"]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// However wrong two clocks are: what is called met was met, what is called missed was missed.
    #[test]
    fn no_answer_is_ever_falsely_certain(sent in wrote(), mut came in wrote()) {
        came.at += 600_000;
        let passed = came.at - sent.at;
        let (tiers, dispatched, arrived) = answers(&sent, &came);
        for (moment, wrote) in [(&dispatched, &sent), (&arrived, &came)] {
            prop_assert!(moment.earliest.is_none_or(|earliest| earliest <= wrote.at), "{moment:?} {wrote:?}");
            prop_assert!(moment.latest.is_none_or(|latest| latest >= wrote.at), "{moment:?} {wrote:?}");
        }
        for limit in [0, passed - 1, passed, passed + 1, 600_000] {
            match arrived.since(&dispatched).answer(limit) {
                Answer::Met => prop_assert!(passed <= limit),
                Answer::Missed => prop_assert!(passed > limit),
                Answer::Uncertain => {}
            }
        }
        for tier in tiers.as_array().unwrap() {
            let limit = tier["limit_s"].as_i64().unwrap() * 1000;
            match tier["from_dispatched"].as_str().unwrap() {
                "met" => prop_assert!(passed <= limit),
                "missed" => prop_assert!(passed > limit),
                _ => {}
            }
        }
    }
}

#[test]
fn a_judge_that_trusts_the_best_estimate_would_be_falsely_certain() {
    // The control of the property above: it does see clocks that mislead.
    let exact = |at: i64, skew: i64| Wrote { at: NOON + at, skew, measured: None, seen_before: Some(1_000), heard_after: 400_000 };
    let (_, dispatched, arrived) = answers(&exact(10_000, 0), &exact(610_000, -560_000));
    assert!(arrived.at - dispatched.at < 600_000, "by the estimates it was faster than it was");
    assert_eq!(arrived.since(&dispatched).answer(599_000), Answer::Uncertain);
}

#[test]
fn a_measured_clock_makes_the_answer_sure() {
    let good = |at: i64| Wrote { at: NOON + at, skew: 86_400_000, measured: Some((40, 80)), seen_before: None, heard_after: 60_000 };
    let (tiers, ..) = answers(&good(10_000), &good(100_000));
    assert_eq!([&tiers[0]["from_dispatched"], &tiers[1]["from_dispatched"]], [&json!("missed"), &json!("met")]);
}

fn tier(name: &str, limit_s: u32) -> ResponseTier {
    ResponseTier { name: name.to_owned(), limit_s, forces: Vec::new(), zones: Vec::new(), severities: Vec::new() }
}

#[test]
fn the_default_standard_is_one_three_five_minutes() {
    let standard = ResponseStandard::default();
    let limits: Vec<_> = standard.tiers.iter().map(|tier| (tier.name.as_str(), tier.limit_s)).collect();
    assert_eq!((limits, standard.start), (vec![("1", 60), ("3", 180), ("5", 300)], ClockStart::Received));
}

#[test]
fn a_district_holds_tiers_by_ring_by_force_and_by_severity() {
    let standard = ResponseStandard {
        tiers: vec![
            ResponseTier { zones: vec!["z1".to_owned()], ..tier("ring", 60) },
            ResponseTier { severities: vec![Severity::Critical], ..tier("bad", 120) },
            ResponseTier { forces: vec![Force::Police], ..tier("police", 300) },
        ],
        ..ResponseStandard::default()
    };
    let names = |zone, severity| standard.tiers_for(zone, severity).into_iter().map(|tier| tier.name).collect::<Vec<_>>();
    assert_eq!(names(Some("z1"), Severity::Critical), ["ring", "bad", "police"]);
    assert_eq!(names(Some("z2"), Severity::Urgent), ["police"]);
    assert_eq!(names(None, Severity::Critical), ["bad", "police"]);
}

#[test]
fn a_standard_that_makes_no_sense_is_refused_with_its_field() {
    let file = |response: Value| -> Result<SiteFile> {
        let mut file: Value = serde_json::from_str(include_str!("../../fixtures/liuye-lake/site.json")).unwrap();
        file["site"]["response"] = response;
        SiteFile::parse(&file.to_string())
    };
    let refused = |tiers: Value| {
        let error = file(json!({"tiers": tiers})).unwrap_err();
        (error.code, error.field.into_owned())
    };
    assert_eq!(file(json!({"tiers": [{"name": "2", "limit_s": 120}]})).unwrap().site.response.tiers, [tier("2", 120)]);
    assert!(file(json!({})).unwrap().site.response.is_default());
    let at = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(json!([{"name": "2", "limit_s": 0}])), at(Code::OutOfRange, "site.response.tiers[0].limit_s"));
    assert_eq!(refused(json!([{"name": " ", "limit_s": 9}])), at(Code::Missing, "site.response.tiers[0].name"));
    let twice = json!([{"name": "2", "limit_s": 9}, {"name": "2", "limit_s": 8}]);
    assert_eq!(refused(twice), at(Code::DuplicateId, "site.response.tiers[1].name"));
    let nowhere = json!([{"name": "2", "limit_s": 9, "zones": ["z1", "z9"]}]);
    assert_eq!(refused(nowhere), at(Code::UnknownReference, "site.response.tiers[0].zones[1].zone"));
}

#[test]
fn a_standard_that_nobody_changed_is_not_written_down() {
    let world = Memory::hub();
    assert_eq!(world.body("liuye-lake").get("response"), None, "a site file of an earlier version stays as it was");
}
