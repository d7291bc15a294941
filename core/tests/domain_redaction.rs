//! What may stay of a text, and what a redacted operation is still good for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod domain_world;

use domain_world::{Memory, NOON, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, Body, Document, Kind, LostReport, LostReportState, Role, Settings, Track, TrackPath, TrackPoint, Verdict, redact_operation,
};
use liuye_core::log::{Digest, Operation, verify_chain};
use proptest::prelude::*;
use serde_json::{Value, json};

fn loss() -> Value {
    json!({
        "category": "wallet", "description": "brown, with a photo of Li Lei", "brand": "Li Lei & sons", "colour": "brown",
        "marks": "Li Lei's initials", "place": "at Li Lei's stall", "lost_from": NOON - 2, "lost_to": NOON - 1,
        "tracking_digest": Digest::of(b"code"),
    })
}

#[test]
fn what_stays_of_a_report_is_what_is_counted_and_nothing_that_was_typed() {
    let left = Body::read(Kind::LossReport, &loss().to_string()).unwrap().redacted().unwrap();
    let left = serde_json::to_value(&left).unwrap();
    assert!(!left.to_string().contains("Li Lei"));
    for name in ["category", "lost_from", "lost_to", "tracking_digest"] {
        assert_eq!(left[name], loss()[name], "{name}");
    }
    // Only texts about a loss are ever redacted: other records are evidence, and name no tourist.
    let other = Body::read(Kind::InspectionStart, r#"{"venue":"v-001"}"#).unwrap();
    assert_eq!(other.redacted(), None);
}

#[test]
fn a_redacted_report_has_the_same_effect_on_every_count() {
    let (mut whole, mut redacted) = (Memory::hub(), Memory::hub());
    let operation = whole.operation(Kind::LossReport, "l1", loss());
    let mut without = operation.clone();
    redact_operation(&mut without).unwrap();
    assert_eq!((whole.take(&operation, &Actor::Tourist), redacted.take(&without, &Actor::Tourist)), (Verdict::CLEAN, Verdict::CLEAN));
    let report = |world: &Memory| -> LostReport { serde_json::from_value(world.body("l1").clone()).unwrap() };
    assert_eq!(report(&whole).redacted(NOON), report(&redacted).redacted(NOON));
    assert_eq!(whole.act(&Actor::Tourist, Kind::LossWithdraw, "l1", json!({ "note": "Li Lei has it" })), Verdict::CLEAN);
    assert_eq!(report(&whole).redacted(NOON).note, None);
}

#[test]
fn an_owner_is_erased_at_once_when_they_give_up_and_after_the_sites_days_when_it_went_back() {
    let mut world = Memory::hub();
    world.act(&Actor::Tourist, Kind::LossReport, "l1", loss());
    let report: LostReport = serde_json::from_value(world.body("l1").clone()).unwrap();
    let settings = Settings::default();
    let from = |state, returned_at| LostReport { state, ..report.clone() }.erase_from(returned_at, &settings);
    assert_eq!(from(LostReportState::Withdrawn, None), Some(i64::MIN));
    assert_eq!(from(LostReportState::Returned, Some(5)), Some(5 + 90 * 86_400_000));
    assert_eq!(from(LostReportState::Claimed, Some(5)), None, "somebody may have to reach them");
    assert_eq!(from(LostReportState::Expired, None), Some(NOON + (365 + 90) * 86_400_000), "an earlier version noted no end");
    assert!(world.lapse("l1", NOON + 400 * 86_400_000));
    let expired: LostReport = serde_json::from_value(world.body("l1").clone()).unwrap();
    assert_eq!(expired.erase_from(None, &settings), Some(NOON + (400 + 90) * 86_400_000), "from when nobody looks for it any more");
}

/// A track of two points, on a shift.
fn track_of(world: &mut Memory) -> Operation {
    let walker = person("p-012", Role::Auxiliary);
    let start = json!({"event": "start", "zone": "z1", "minutes": 60});
    assert_eq!(world.act(&walker, Kind::ShiftStart, "sh-1", start), Verdict::CLEAN);
    let point = |at_s, lat_e5| TrackPoint { at_s, lat_e5, lon_e5: 11_168_710 };
    let path = TrackPath::pack(&[point(NOON / 1000 + 60, 2_904_420), point(NOON / 1000 + 90, 2_904_450)]);
    let mut operation = world.operation(Kind::TrackRecord, "t1", json!({ "path": path }));
    operation.recorded_at = NOON + 120_000;
    operation
}

#[test]
fn a_redacted_track_says_when_and_how_far_somebody_went_and_not_where() {
    let (mut whole, mut redacted) = (Memory::hub(), Memory::hub());
    let operation = track_of(&mut whole);
    let mut without = track_of(&mut redacted);
    let walker = person("p-012", Role::Auxiliary);
    redact_operation(&mut without).unwrap();
    assert!(without.body.is_none() && !without.residue.as_ref().unwrap().get().contains(r#""path":"g"#));
    assert_eq!((whole.take(&operation, &walker), redacted.take(&without, &walker)), (Verdict::CLEAN, Verdict::CLEAN));
    let track = |world: &Memory| -> Track { serde_json::from_value(world.body("t1").clone()).unwrap() };
    assert_eq!(track(&whole).redacted(NOON), track(&redacted).redacted(NOON));
    assert_eq!((track(&redacted).points, track(&redacted).length_m), (2, 33));
    // More than may stay is not smuggled in, and nobody writes a track that has no points.
    let mut more = track_of(&mut Memory::hub());
    more.residue = more.body.take();
    assert_eq!(refusal(&Memory::hub().take(&more, &walker)), (Code::Malformed, "residue"));
    let left = json!({ "path": "", "left": { "from_s": 1, "to_s": 2, "points": 2, "length_m": 9 } });
    assert_eq!(refusal(&Memory::hub().act(&walker, Kind::TrackRecord, "t2", left)), (Code::Malformed, "left"));
}

#[test]
fn what_came_too_late_for_a_report_loses_its_text_and_stays_a_conflict() {
    let conflict = json!({
        "operation": "01a20e55-9d3d-7c10-b34f-cdf9d21c1598", "kind": "loss.return", "code": "overtaken", "actor": "p-003",
        "recorded_at": NOON, "body": { "note": "Li Lei was here" }, "photos": [Digest::of(b"a face")],
    });
    let mut document: Document = serde_json::from_value(json!({
        "id": "l1", "kind": "lost_report", "rev": 7, "schema_version": 1, "buckets": ["role:desk"], "conflicts": [conflict],
        "body": { "something newer": "Li Lei" },
    }))
    .unwrap();
    document.redact(NOON);
    assert!(!serde_json::to_string(&document).unwrap().contains("Li Lei"), "nor does what this version does not know");
    assert_eq!((document.conflicts.len(), document.conflicts[0].photos.len()), (1, 0));
    assert_eq!((document.conflicts[0].actor.as_str(), document.rev, document.buckets.len()), ("p-003", 7, 1));
}

proptest! {
    #[test]
    fn whatever_is_redacted_the_chain_verifies(mask in any::<u16>()) {
        let mut world = Memory::hub();
        let mut chain: Vec<Operation> = Vec::new();
        for index in 0..16u64 {
            let kind = if index % 2 == 0 { Kind::LossReport } else { Kind::LossCandidate };
            let body = if index % 2 == 0 { loss() } else { json!({ "note": format!("Li Lei {index}") }) };
            let mut operation = world.operation(kind, &format!("l{}", index / 2), body);
            operation.seq = index + 1;
            operation.prev_hash = chain.last().map_or_else(|| Digest::genesis(&operation.device, 1), |last| last.hash);
            operation.seal();
            if mask >> index & 1 == 1 {
                redact_operation(&mut operation).unwrap();
                prop_assert!(operation.body.is_none() && operation.body_salt.is_none());
                prop_assert!(!serde_json::to_string(&operation).unwrap().contains("Li Lei"));
            }
            chain.push(operation);
        }
        let before = (0, Digest::genesis(&chain[0].device, 1));
        prop_assert!(verify_chain(before, &chain).is_ok());
        // It travels and comes back as it is.
        let again: Vec<Operation> = serde_json::from_str(&serde_json::to_string(&chain).unwrap()).unwrap();
        prop_assert!(verify_chain(before, &again).is_ok());
    }
}
