//! Answers for phones of older versions: what they cannot read is left out, for one word of it and they would read nothing at all.

use liuye_core::domain::{Bucket, DocumentKind, Flag, Role, Verdict};
use liuye_core::sync::version::ProtocolVersion;
use liuye_core::sync::wire::{Change, SyncAnswer};
use serde::Deserialize;
use serde_json::Value;

/// The flags of 0.1. A phone of 0.1 takes no answer with another.
const FLAGS_0_1: [Flag; 14] = [
    Flag::FixMissing,
    Flag::FixStale,
    Flag::FixInaccurate,
    Flag::FixMock,
    Flag::FixOutsideSite,
    Flag::Outside,
    Flag::Uncertain,
    Flag::TooFast,
    Flag::TooManyScans,
    Flag::ClockOffset,
    Flag::ClockFuture,
    Flag::Late,
    Flag::TagReplay,
    Flag::AuthorityUncertain,
];

/// The roles of 0.1.
const ROLES_0_1: [Role; 10] = [
    Role::Tourist,
    Role::Guard,
    Role::Volunteer,
    Role::Auxiliary,
    Role::VenueOperator,
    Role::Inspector,
    Role::Desk,
    Role::Commander,
    Role::Admin,
    Role::Auditor,
];

/// The buckets of a scope that a phone of this version can read.
pub(super) fn readable_scope(scope: &mut Vec<Bucket>, version: ProtocolVersion) {
    if version < ProtocolVersion::V0_2 {
        scope.retain(is_of_0_1);
    }
}

/// The answer as a phone of this version can read it.
pub(super) fn readable(mut answer: SyncAnswer, version: ProtocolVersion) -> SyncAnswer {
    if version >= ProtocolVersion::V0_2 {
        return answer;
    }
    for told in &mut answer.verdicts {
        let mut verdict = (**told).clone();
        simplify(&mut verdict.verdict);
        *told = verdict.into();
    }
    answer.changes.retain_mut(|change| match change {
        Change::Document(document) => {
            document.buckets.retain(is_of_0_1);
            if document.kind == DocumentKind::Verdict.as_str() {
                simplify_late(&mut document.body);
            }
            true
        }
        Change::Gone { .. } => true,
        Change::Purge { bucket } => is_of_0_1(bucket),
        Change::Newer(_) => false,
    });
    answer
}

fn simplify_late(body: &mut Value) {
    if let Ok(mut verdict) = Verdict::deserialize(&*body) {
        simplify(&mut verdict);
        if let Ok(simple) = serde_json::to_value(&verdict) {
            *body = simple;
        }
    }
}

fn simplify(verdict: &mut Verdict) {
    match verdict {
        Verdict::Applied { flags } => flags.retain(|flag| FLAGS_0_1.contains(flag)),
        // Every reason to wait, and every other end, is of 0.1.
        Verdict::Held { .. } | Verdict::Conflict { .. } | Verdict::Quarantined { .. } => {}
    }
}

fn is_of_0_1(bucket: &Bucket) -> bool {
    match bucket {
        Bucket::Role(role) => ROLES_0_1.contains(role),
        Bucket::Other(_) => false,
        _ => true,
    }
}
