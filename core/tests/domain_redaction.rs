//! What may stay of a text, and what a redacted operation is still good for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod domain_world;

use domain_world::{Memory, NOON};
use liuye_core::domain::{Actor, Body, Document, Kind, LostReport, LostReportState, Verdict, redact_operation};
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
    let from = |state, returned_at| LostReport { state, ..report.clone() }.erase_from(returned_at, 90);
    assert_eq!(from(LostReportState::Withdrawn, None), Some(i64::MIN));
    assert_eq!(from(LostReportState::Returned, Some(5)), Some(5 + 90 * 86_400_000));
    assert_eq!(from(LostReportState::Claimed, Some(5)), None, "somebody may have to reach them");
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
