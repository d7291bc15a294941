//! What the rules promise of check-ins.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, SITE, device, fix, flags, person, photo, refusal, tag_key};
use liuye_core::Code;
use liuye_core::domain::{Actor, Bucket, Flag, Kind, Role, TagSeal, Until, Verdict};
use liuye_core::log::{Fix, Operation};
use serde_json::{Value, json};

const CP: &str = "cp-01";
const CP_LAT: f64 = 29.069065;
const CP_LON: f64 = 111.732543;
const MINUTE: i64 = 60_000;

fn guard() -> Actor {
    person("p-g", Role::Guard)
}

fn qr(checkpoint: &str) -> Value {
    json!({"evidence": {"method": "qr", "payload": TagSeal::qr(&tag_key(), SITE, checkpoint)}})
}

fn gps(checkpoint: &str) -> Value {
    json!({"checkpoint": checkpoint, "evidence": {"method": "gps"}})
}

fn nfc(key: &[u8; 16], counter: u32) -> Value {
    let uid = "042F62A13DF273";
    json!({"checkpoint": CP, "evidence": {"method": "nfc", "uid": uid, "counter": counter, "cmac": TagSeal::nfc_code(key, uid, counter).unwrap()}})
}

fn visit(world: &mut Memory, entity: &str, body: Value, at: i64, fix: Option<Fix>) -> Operation {
    let mut operation = world.operation(Kind::CheckInRecord, entity, body);
    operation.recorded_at = at;
    operation.fix = fix;
    operation
}

fn near(accuracy: u32, at: i64) -> Option<Fix> {
    Some(fix(CP_LAT, CP_LON, accuracy, at))
}

#[test]
fn a_signed_tag_with_a_good_fix_is_accepted() {
    let mut world = Memory::hub();
    let mut operation = visit(&mut world, "c1", qr(CP), NOON, near(8, NOON));
    operation.blobs = vec![photo(1)];
    assert_eq!(world.take(&operation, &guard()), Verdict::CLEAN, "photos may still be on their way");
    let body = world.body("c1");
    assert_eq!(
        (&body["verdict"], &body["inside"], &body["zone"], &body["checkpoint"]),
        (&json!("accepted"), &json!("inside"), &json!("z3"), &json!(CP))
    );
    let buckets = &world.documents["c1"].buckets;
    for bucket in ["zone:z3", "role:desk", "role:commander", "role:auditor", "person:p-g"] {
        assert!(buckets.contains(&bucket.parse().unwrap()), "{bucket}");
    }
    assert!(buckets.contains(&Bucket::Device(device(1))) && !buckets.contains(&Bucket::Staff));
}

#[test]
fn a_tag_needs_no_fix_and_a_position_needs_one() {
    let mut world = Memory::hub();
    let operation = visit(&mut world, "c1", qr(CP), NOON, None);
    assert_eq!(world.take(&operation, &guard()), Verdict::CLEAN);
    assert_eq!(world.body("c1")["inside"], "unknown");
    let operation = visit(&mut world, "c2", gps(CP), NOON + 2 * MINUTE, None);
    assert_eq!(flags(&world.take(&operation, &guard())), [Flag::FixMissing]);
    let operation = world.operation(Kind::CheckInRecord, "c3", json!({"evidence": {"method": "gps"}}));
    assert_eq!(refusal(&world.take(&operation, &guard())), (Code::Missing, "checkpoint"));
}

#[test]
fn each_oddity_of_a_fix_is_a_flag_of_its_own() {
    let flagged = |change: &dyn Fn(&mut Fix)| {
        let mut world = Memory::hub();
        let mut fix = near(8, NOON).unwrap();
        change(&mut fix);
        let operation = visit(&mut world, "c1", qr(CP), NOON, Some(fix));
        let flags = flags(&world.take(&operation, &guard()));
        assert_eq!(world.body("c1")["verdict"], if flags.is_empty() { "accepted" } else { "flagged" });
        flags
    };
    assert_eq!(flagged(&|fix| fix.at = NOON - 60_000), []);
    assert_eq!(flagged(&|fix| fix.at = NOON - 60_001), [Flag::FixStale]);
    assert_eq!(flagged(&|fix| fix.accuracy_mm = 0), [Flag::FixInaccurate]);
    assert_eq!(flagged(&|fix| fix.accuracy_mm = 50_001), [Flag::FixInaccurate, Flag::Uncertain]);
    assert_eq!(flagged(&|fix| fix.is_mock = true), [Flag::FixMock]);
    // The radius is 45 m; a ten-thousandth of a degree of latitude is 11.1 m.
    assert_eq!(flagged(&|fix| fix.lat_e7 += 3300), [], "36.7 m ± 8");
    assert_eq!(flagged(&|fix| fix.lat_e7 += 3400), [Flag::Uncertain], "37.8 m ± 8");
    assert_eq!(flagged(&|fix| fix.lat_e7 += 4700), [Flag::Uncertain], "52.3 m ± 8");
    assert_eq!(flagged(&|fix| fix.lat_e7 += 4800), [Flag::Outside], "53.4 m ± 8");
    assert_eq!(flagged(&|fix| fix.lat_e7 = 292_000_000), [Flag::FixOutsideSite, Flag::Outside]);
    let mut world = Memory::hub();
    let operation = visit(&mut world, "c1", qr(CP), NOON, Some(fix(0.0, 0.0, 8, NOON)));
    assert_eq!(refusal(&world.take(&operation, &guard())), (Code::CoordinateInvalid, "fix"));
}

#[test]
fn a_tag_that_is_unsigned_unknown_or_retired_is_refused() {
    let mut world = Memory::hub();
    let payload = |text: String| json!({"evidence": {"method": "qr", "payload": text}});
    let forged = TagSeal::qr(&liuye_core::log::DeviceKey::from_bytes(&[3; 32]), SITE, CP);
    for (body, code, field) in [
        (payload("https://example.org/menu".to_owned()), Code::TagUnsigned, "evidence.payload"),
        (payload(forged), Code::TagUnsigned, "evidence.payload"),
        (payload(TagSeal::qr(&tag_key(), "other-lake", CP)), Code::TagUnknown, "evidence.payload"),
        (qr("cp-999"), Code::TagUnknown, "evidence.payload"),
        (gps("cp-999"), Code::UnknownReference, "checkpoint"),
        (gps("v-001"), Code::UnknownReference, "checkpoint"),
    ] {
        assert_eq!(refusal(&world.act(&guard(), Kind::CheckInRecord, "c1", body)), (code, field));
    }
    world.force(CP, "retired_at", json!("2026-05-01T08:00:00+08:00"));
    let operation = visit(&mut world, "c1", qr(CP), NOON, None);
    assert_eq!(refusal(&world.take(&operation, &guard())), (Code::TagRetired, "evidence.payload"));
    let operation = visit(&mut world, "c1", qr(CP), NOON - 1, None);
    assert_eq!(world.take(&operation, &guard()), Verdict::CLEAN, "it was not yet retired when they were there");
}

#[test]
fn a_phone_takes_an_nfc_tag_at_its_word_and_the_hub_checks_it() {
    let (right, wrong) = ([5; 16], [6; 16]);
    let mut phone = Memory::phone();
    assert_eq!(phone.act(&guard(), Kind::CheckInRecord, "c1", nfc(&wrong, 3)), Verdict::CLEAN);
    let mut hub = Memory::hub();
    assert_eq!(refusal(&hub.act(&guard(), Kind::CheckInRecord, "c1", nfc(&right, 3))), (Code::TagUnsigned, "evidence.cmac"), "no key");
    hub.nfc_keys.insert(CP.to_owned(), right);
    assert_eq!(refusal(&hub.act(&guard(), Kind::CheckInRecord, "c1", nfc(&wrong, 3))), (Code::TagUnsigned, "evidence.cmac"));
    assert_eq!(hub.act(&guard(), Kind::CheckInRecord, "c1", nfc(&right, 3)), Verdict::CLEAN);
    let mut elsewhere = nfc(&right, 4);
    elsewhere["checkpoint"] = json!("cp-02");
    assert_eq!(refusal(&hub.act(&guard(), Kind::CheckInRecord, "c2", elsewhere)), (Code::TagUnknown, "evidence.uid"));
    let mut lower = nfc(&right, 4);
    lower["evidence"]["uid"] = json!("042f62a13df273");
    assert_eq!(refusal(&hub.act(&guard(), Kind::CheckInRecord, "c2", lower)), (Code::TextNotNormalised, "evidence.uid"));
}

#[test]
fn an_nfc_counter_that_does_not_rise_is_a_replay() {
    let mut hub = Memory::hub();
    hub.nfc_keys.insert(CP.to_owned(), [5; 16]);
    let mut scan = |entity: &str, counter, minute: i64| {
        let operation = visit(&mut hub, entity, nfc(&[5; 16], counter), NOON + minute * MINUTE, None);
        (
            flags(&hub.take(&operation, &guard())),
            hub.body("tag_counter.cp-01")["counter"].clone(),
            hub.documents["tag_counter.cp-01"].buckets.len(),
        )
    };
    assert_eq!(scan("c1", 7, 0), (vec![], json!(7), 0));
    assert_eq!(scan("c2", 7, 5), (vec![Flag::TagReplay], json!(7), 0));
    assert_eq!(scan("c3", 6, 10), (vec![Flag::TagReplay], json!(7), 0));
    assert_eq!(scan("c4", 8, 15), (vec![], json!(8), 0));
}

#[test]
fn the_same_person_and_checkpoint_within_a_minute_is_one_visit() {
    let mut world = Memory::hub();
    let mut scan = |entity: &str, body: Value, at: i64, who: &Actor| {
        let operation = visit(&mut world, entity, body, at, None);
        world.take(&operation, who)
    };
    assert_eq!(scan("c1", qr(CP), NOON, &guard()), Verdict::CLEAN);
    let refused = Verdict::Quarantined { code: Code::DuplicateCheckIn, field: "checkpoint".to_owned() };
    assert_eq!(scan("c2", qr(CP), NOON + MINUTE, &guard()), refused);
    assert_eq!(scan("c2", qr(CP), NOON - MINUTE, &guard()), refused, "also when the earlier one arrives later");
    assert_eq!(scan("c2", qr(CP), NOON + MINUTE, &person("p-h", Role::Volunteer)), Verdict::CLEAN, "somebody else");
    assert_eq!(scan("c3", qr(CP), NOON + MINUTE + 1, &guard()), Verdict::CLEAN);
}

#[test]
fn one_false_position_is_one_flag() {
    let mut world = Memory::hub();
    // Ten seconds apart; 0.0005° is 56 m. The third lies 1.1 km off.
    let mut walk = |entity: &str, checkpoint: &str, seconds: i64, lat: f64| {
        let at = NOON + seconds * 1000;
        let operation = visit(&mut world, entity, gps(checkpoint), at, Some(fix(lat, CP_LON, 8, at)));
        flags(&world.take(&operation, &guard())).contains(&Flag::TooFast)
    };
    assert!(!walk("c1", "cp-01", 0, CP_LAT));
    assert!(!walk("c2", "cp-02", 10, CP_LAT + 0.0005));
    assert!(walk("c3", "cp-03", 20, CP_LAT + 0.01), "the jump");
    assert!(!walk("c4", "cp-04", 30, CP_LAT + 0.0015), "coming back is no second jump");
    assert!(!walk("c0", "cp-05", -5, CP_LAT + 0.01), "what came before is not held against what comes after");
}

#[test]
fn a_vehicle_may_be_faster_than_a_walker() {
    for (movement, kilometres, expected) in [("foot", 1.0, true), ("vehicle", 1.0, false), ("vehicle", 3.0, true), ("foot", 0.5, false)] {
        let mut world = Memory::hub();
        let operation = visit(&mut world, "c1", gps("cp-01"), NOON, near(8, NOON));
        world.take(&operation, &guard());
        let mut body = gps("cp-02");
        body["movement"] = json!(movement);
        let operation = visit(&mut world, "c2", body, NOON + MINUTE, Some(fix(CP_LAT - kilometres / 111.195, CP_LON, 8, NOON + MINUTE)));
        assert_eq!(flags(&world.take(&operation, &guard())).contains(&Flag::TooFast), expected, "{movement} {kilometres} km in a minute");
    }
}

#[test]
fn the_ninth_scan_within_ten_minutes_is_flagged() {
    let mut world = Memory::hub();
    let mut last = Vec::new();
    for scan in 1..=9_i64 {
        let operation = visit(&mut world, &format!("c{scan}"), qr(&format!("cp-0{scan}")), NOON + scan * 70_000, None);
        assert!(!last.contains(&Flag::TooManyScans), "only the ninth");
        last = flags(&world.take(&operation, &person("p-v", Role::Auxiliary)));
    }
    assert!(last.contains(&Flag::TooManyScans));
    let operation = visit(&mut world, "c10", qr("cp-10"), NOON + 70_000 + 601_000 + 8 * 70_000, None);
    assert!(!flags(&world.take(&operation, &person("p-v", Role::Auxiliary))).contains(&Flag::TooManyScans));
}

#[test]
fn a_wrong_clock_loses_nothing_and_is_flagged() {
    let ten_years = 10 * 365 * 24 * 60 * MINUTE;
    let judged = |recorded_at: i64, offset: Option<i64>, received_at: i64, seen_at: Option<i64>| {
        let mut world = Memory::hub();
        let mut operation = visit(&mut world, "c1", qr(CP), recorded_at, None);
        operation.clock_offset_ms = offset;
        if let Some(at) = seen_at {
            operation.seen = 7;
            world.written.insert(7, at);
        }
        let outcome = world.judge_at(&operation, &guard(), received_at);
        let flags = flags(&world.store(&operation, outcome));
        (world.body("c1")["at"].as_i64().unwrap() - NOON, flags)
    };
    assert_eq!(judged(NOON, None, NOON + 1000, None), (0, vec![]));
    assert_eq!(judged(NOON - 120_000, Some(120_000), NOON, None), (0, vec![]));
    assert_eq!(judged(NOON - 120_001, Some(120_001), NOON, None), (0, vec![Flag::ClockOffset]));
    assert_eq!(judged(NOON + ten_years, Some(-ten_years), NOON, None), (0, vec![Flag::ClockOffset]));
    assert_eq!(judged(NOON + 5 * MINUTE, None, NOON, None), (5 * MINUTE, vec![]));
    assert_eq!(judged(NOON + 5 * MINUTE + 1, None, NOON, None), (0, vec![Flag::ClockFuture]));
    assert_eq!(judged(NOON + ten_years, None, NOON, None), (0, vec![Flag::ClockFuture]));
    assert_eq!(judged(i64::MAX, Some(i64::MAX), NOON, None).0, 0, "no clock overflows");
    assert_eq!(judged(NOON, None, NOON + 72 * 60 * MINUTE, None), (0, vec![]));
    assert_eq!(judged(NOON, None, NOON + 72 * 60 * MINUTE + 1, None), (0, vec![Flag::Late]));
    assert_eq!(judged(NOON - ten_years, None, NOON, None), (-ten_years, vec![Flag::Late]));
    assert_eq!(
        judged(NOON - ten_years, None, NOON, Some(NOON - MINUTE)),
        (-MINUTE, vec![Flag::ClockOffset]),
        "not older than what it had seen"
    );
}

#[test]
fn visits_of_a_phone_from_the_future_stay_apart() {
    let mut world = Memory::hub();
    let years = 10 * 365 * 24 * 60 * MINUTE;
    for (entity, minute) in [("c1", 0), ("c2", 10), ("c3", 20)] {
        let operation = visit(&mut world, entity, qr(CP), NOON + years + minute * MINUTE, None);
        let outcome = world.judge_at(&operation, &guard(), NOON);
        assert_eq!(
            flags(&world.store(&operation, outcome)),
            [Flag::ClockFuture],
            "all three were clamped to one moment, and are three visits"
        );
    }
}

#[test]
fn only_those_who_patrol_check_in_and_only_supervisors_review() {
    for &role in Role::ALL {
        let mut world = Memory::hub();
        let may = matches!(role, Role::Guard | Role::Volunteer | Role::Auxiliary | Role::Inspector);
        let verdict = world.act(&person("p-x", role), Kind::CheckInRecord, "c1", qr(CP));
        assert_eq!(verdict == Verdict::CLEAN, may, "{role:?}");
        if !may {
            assert_eq!(refusal(&verdict).0, Code::NotPermitted);
        }
        let mut world = Memory::hub();
        world.act(&guard(), Kind::CheckInRecord, "c1", gps(CP));
        let verdict = world.act(&person("p-x", role), Kind::CheckInReview, "c1", json!({"accepted": true, "reason": "seen on camera"}));
        assert_eq!(verdict == Verdict::CLEAN, matches!(role, Role::Desk | Role::Commander), "{role:?}");
    }
    let mut world = Memory::hub();
    assert_eq!(refusal(&world.act(&Actor::Tourist, Kind::CheckInRecord, "c1", qr(CP))).0, Code::NotPermitted);
}

#[test]
fn a_role_that_began_between_what_was_seen_and_what_was_done_is_flagged() {
    let mut world = Memory::hub();
    world.written.insert(4, NOON - 60 * MINUTE);
    let Actor::Person(mut new) = guard() else { panic!() };
    new.roles[0].from = Some(NOON - 10 * MINUTE);
    let actor = Actor::Person(new);
    let mut operation = visit(&mut world, "c1", qr(CP), NOON, None);
    operation.seen = 4;
    assert_eq!(flags(&world.take(&operation, &actor)), [Flag::AuthorityUncertain]);
    let mut operation = visit(&mut world, "c2", qr("cp-02"), NOON - 20 * MINUTE, None);
    operation.seen = 4;
    assert_eq!(refusal(&world.take(&operation, &actor)).0, Code::NotPermitted);
}

#[test]
fn a_review_settles_flags_once_and_nobody_reviews_themselves() {
    let mut world = Memory::hub();
    world.act(&guard(), Kind::CheckInRecord, "c1", gps(CP));
    let own = person("p-g", Role::Desk);
    let review = |accepted: bool| json!({"accepted": accepted, "reason": "seen on camera"});
    assert_eq!(refusal(&world.act(&own, Kind::CheckInReview, "c1", review(true))).0, Code::NotPermitted);
    let desk = person("p-d", Role::Desk);
    assert_eq!(refusal(&world.act(&desk, Kind::CheckInReview, "c1", json!({"accepted": true, "reason": " "}))), (Code::Missing, "reason"));
    assert_eq!(world.act(&desk, Kind::CheckInReview, "c1", review(false)), Verdict::CLEAN);
    assert_eq!((&world.body("c1")["verdict"], &world.body("c1")["reviewed_by"]), (&json!("rejected"), &json!("p-d")));
    assert_eq!(refusal(&world.act(&desk, Kind::CheckInReview, "c1", review(true))).0, Code::StateRefused);
    world.act(&person("p-h", Role::Guard), Kind::CheckInRecord, "c2", qr("cp-02"));
    assert_eq!(refusal(&world.act(&desk, Kind::CheckInReview, "c2", review(true))).0, Code::StateRefused, "nothing to settle");
}

#[test]
fn a_phone_that_never_met_a_hub_records_all_the_same() {
    let mut world = Memory::stranger();
    assert_eq!(world.act(&Actor::Unknown, Kind::CheckInRecord, "c1", qr("cp-77")), Verdict::CLEAN);
    assert_eq!((&world.body("c1")["person"], &world.body("c1")["zone"]), (&json!("self"), &json!("")));
    assert!(!world.documents["c1"].buckets.iter().any(|bucket| matches!(bucket, Bucket::Person(_) | Bucket::Zone(_))));
    assert_eq!(
        world.act(&Actor::Unknown, Kind::CheckInReview, "c9", json!({"accepted": true, "reason": "x"})),
        Verdict::Held { until: Until::Entity("c9".to_owned()) }
    );
}

#[test]
fn what_is_malformed_or_unknown_stops_nothing_else() {
    let mut world = Memory::hub();
    for (body, code, field) in [
        (json!(null), Code::Malformed, ""),
        (json!({"checkpoint": CP}), Code::Missing, "evidence"),
        (json!({"checkpoint": CP, "evidence": {"method": "telepathy"}}), Code::Malformed, ""),
        (json!({"checkpoint": CP, "evidence": {"method": "gps"}, "note": "a\u{202e}b"}), Code::TextForbiddenCharacter, "note"),
        (json!({"checkpoint": CP, "evidence": {"method": "gps"}, "note": "x".repeat(501)}), Code::TooLong, "note"),
        (json!({"checkpoint": CP, "evidence": {"method": "gps"}, "note": "cafe\u{301}"}), Code::TextNotNormalised, "note"),
    ] {
        let verdict = world.act(&guard(), Kind::CheckInRecord, "c1", body.clone());
        assert_eq!(refusal(&verdict), (code, field), "{body}");
    }
    assert_eq!(refusal(&world.act(&guard(), Kind::CheckInRecord, "../etc", qr(CP))), (Code::Malformed, "entity"));
    assert_eq!(refusal(&world.act(&guard(), Kind::CheckInRecord, CP, qr(CP))), (Code::Exists, "entity"));
    let mut newer = world.operation(Kind::CheckInRecord, "c1", json!({"shape": "of tomorrow"}));
    newer.schema_version = 2;
    assert_eq!(world.take(&newer, &guard()), Verdict::Held { until: Until::Kind("check_in.record".to_owned(), 2) });
    let mut many = world.operation(Kind::CheckInRecord, "c1", qr(CP));
    many.blobs = (0..7).map(photo).collect();
    assert_eq!(refusal(&world.take(&many, &guard())), (Code::PhotoTooMany, "photos"));
    let discard = json!({"target": uuid::Uuid::nil(), "reason": "typed twice"});
    assert_eq!(world.act(&guard(), Kind::OperationDiscard, "c1", discard), Verdict::CLEAN);
    assert!(!world.documents.contains_key("c1"));
}
