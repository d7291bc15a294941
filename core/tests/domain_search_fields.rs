//! What can be searched is held against whole bodies: a listed text exists, and a text that is not listed is left out by name.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;

use liuye_core::domain::{
    Assignment, CallFile, CallNote, Campaign, CheckIn, ChecklistAnswer, Claim, Dispute, DocumentKind, FoundItem, FoundNotice, FoundRecord,
    FoundSecrets, Handover, Hazard, Inspection, Leaflets, LossRecord, LostReport, MajorPlan, PublicitySession, Rating, RectificationNotice,
    Shift, SiteFile, Tour, Track, WelfareTimer, WorkPlan,
};
use liuye_core::log::DeviceKey;
use serde::de::value::Error as Refused;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Strings that nobody typed as a text: ids, names of states and categories, digests. By the last name of their path.
const NO_TEXTS: &[&str] = &[
    "about",
    "actor",
    "assignment",
    "box",
    "by",
    "call",
    "campaign",
    "category",
    "checklist",
    "checkpoint",
    "checkpoints",
    "claims",
    "claimant",
    "closed_by",
    "corrects",
    "custodian",
    "decided_by",
    "device",
    "entity",
    "event",
    "evidence",
    "flags",
    "force",
    "found_by",
    "from",
    "grade",
    "hazard",
    "held_by",
    "home_zone",
    "inside",
    "inspection",
    "inspector",
    "issued_by",
    "item",
    "items",
    "kind",
    "leader",
    "left",
    "material",
    "materials",
    "mediators",
    "members",
    "merged_into",
    "method",
    "milestone",
    "missing",
    "movement",
    "nfc_uid",
    "offered_on",
    "offered_to",
    "operation",
    "operator_photos",
    "outcome",
    "owner_id",
    "part",
    "path",
    "person",
    "persons",
    "photos",
    "planned_by",
    "post",
    "prohibited",
    "purpose",
    "rater",
    "received",
    "rectification_photos",
    "rectifiers",
    "registered_by",
    "released_for",
    "report",
    "reported_by",
    "reporter",
    "reviewed_by",
    "road",
    "role",
    "route",
    "scheduled_by",
    "sent_by",
    "serial_digest",
    "session",
    "severity",
    "shift",
    "signatures",
    "source",
    "start",
    "state",
    "status",
    "step",
    "stocked_by",
    "to",
    "topic",
    "topics",
    "tour",
    "tracking_digest",
    "trades",
    "type",
    "unit",
    "venue",
    "venues",
    "verdict",
    "verified_by",
    "zone",
    "zones",
    "acknowledged_by",
    "adopted_by",
    "boot_id",
    "sha256",
    "inside_of",
    "matters",
    "tag_key",
    "time_zone",
    "public_key",
];

/// Ids by their whole path: of what is named by its id elsewhere.
const IDS: &[&str] = &["checklist.id", "versions.items.id", "matters.id", "tasks.id", "tasks.owner", "tasks.persons"];

/// Texts that somebody typed and that no search answers to, and why.
const LEFT_OUT: &[(DocumentKind, &str, &str)] = &[
    (DocumentKind::Site, "id", "there is one"),
    (DocumentKind::Site, "checklist.text.zh", "its list is a document of its own"),
    (DocumentKind::Site, "checklist.text.en", "its list is a document of its own"),
    (DocumentKind::Checklist, "versions.items.text.zh", "a list is looked for by its name, and each version would answer again"),
    (DocumentKind::Checklist, "versions.items.text.en", "a list is looked for by its name, and each version would answer again"),
    (DocumentKind::LostReport, "loss.marks", "they prove who owns it"),
    (DocumentKind::FoundSecrets, "hidden", "it proves who owns it, and nobody receives it"),
    (DocumentKind::Claim, "statement", "what a claimant says proves or disproves a claim"),
    (DocumentKind::Claim, "questions", "what the desk asks tells what it knows"),
    (DocumentKind::Claim, "answers", "what a claimant says proves or disproves a claim"),
    (DocumentKind::Claim, "note", "why a claim was refused is for the claimant and the desk"),
    (DocumentKind::Hazard, "witness", "a person, who is found in the personnel base"),
    (DocumentKind::RectificationNotice, "signature.witness", "a person, who is found in the personnel base"),
];

const DEVICE: &str = "6f1ed002ab5595859014ebf0951522d9";
const OPERATION: &str = "01a20e55-9d3d-7c10-b34f-cdf9d21c1598";
const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// The names of a struct's fields, as serde knows them; none where it flattens another.
struct FieldsOf;

impl<'de> Deserializer<'de> for FieldsOf {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
        Err(Refused::custom(""))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], _: V) -> Result<V::Value, Refused> {
        Err(Refused::custom(fields.join(" ")))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}

/// A body with every field that its noun has, and with no other.
fn whole<T: DeserializeOwned + Serialize>(body: Value) -> Value {
    let Err(fields) = T::deserialize(FieldsOf) else { return body };
    for field in fields.to_string().split_whitespace() {
        assert!(
            body.get(field).is_some(),
            "the body of a {} has no {field}: fill it, and say whether it is a text",
            std::any::type_name::<T>()
        );
    }
    let read: T = serde_json::from_value(body.clone()).unwrap_or_else(|error| panic_with::<T>(&error));
    assert_eq!(serde_json::to_value(read).unwrap(), body, "{}", std::any::type_name::<T>());
    body
}

#[allow(clippy::panic, reason = "a test may fail loudly")]
fn panic_with<T>(error: &serde_json::Error) -> T {
    panic!("{}: {error}", std::any::type_name::<T>())
}

fn merged(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// What most records have.
fn record(more: Value) -> Value {
    merged(json!({"device": DEVICE, "operation": OPERATION, "at": 5}), more)
}

fn loss() -> Value {
    whole::<LossRecord>(json!({
        "category": "wallet", "description": "d", "brand": "b", "colour": "c", "marks": "m", "place": "p", "zone": "z1", "lost_from": 1,
        "lost_to": 2, "tracking_digest": DIGEST, "serial_digest": DIGEST,
    }))
}

fn found() -> Value {
    whole::<FoundRecord>(json!({
        "category": "wallet", "description": "d", "brand": "b", "colour": "c", "place": "p", "zone": "z1", "found_at": 1, "valuable": true,
        "prohibited": "weapon", "serial_digest": DIGEST,
    }))
}

fn fix() -> Value {
    json!({"lat_e7": 290_442_000, "lon_e7": 1_116_871_000, "accuracy_mm": 8000, "at": 5, "is_mock": false, "source": "gnss"})
}

fn moment() -> Value {
    json!({"at": 5})
}

/// A whole body of each kind that operations make.
fn body(kind: DocumentKind) -> Option<Value> {
    let photos = [DIGEST];
    Some(match kind {
        DocumentKind::CheckIn => whole::<CheckIn>(record(json!({
            "checkpoint": "cp-01", "zone": "z1", "person": "p-1", "recorded_at": 5, "method": "qr", "movement": "foot", "inside": "inside",
            "distance_m": 3, "fix": fix(), "verdict": "accepted", "flags": ["late"], "note": "n", "photos": photos, "shift": "s", "tour": "t",
            "reviewed_by": "p-3", "review_reason": "r",
        }))),
        DocumentKind::LostReport => whole::<LostReport>(record(json!({
            "loss": loss(), "state": "open", "reporter": "tourist", "has_contact": true, "photos": photos, "note": "n", "returned_at": 6,
            "expired_at": 7, "erased_at": 8,
        }))),
        DocumentKind::FoundItem => whole::<FoundItem>(record(json!({
            "found": found(), "state": "in_custody", "registered_by": "p-1", "registered_at": 5, "signatures": ["p-2"],
            "custody": [{"custodian": "person", "person": "p-1", "from": 5}], "offered_to": "p-2", "offered_on": DEVICE, "kept_at": "k",
            "noticed_at": 6, "forfeit_from": 7, "year_near_at": 8, "year_over_at": 9, "claims": ["c1"], "released_for": "c1",
            "released_at": 10, "transferred_to": "t", "photos": photos, "note": "n",
        }))),
        DocumentKind::FoundSecrets => whole::<FoundSecrets>(json!({"item": "f1", "at": 5, "hidden": "h"})),
        DocumentKind::FoundNotice => {
            whole::<FoundNotice>(json!({"item": "f1", "category": "keys", "zone": "z1", "day": 5, "part": "night", "at": 5, "open": true}))
        }
        DocumentKind::Claim => whole::<Claim>(record(json!({
            "item": "f1", "report": "l1", "state": "verified", "claimant": "tourist", "has_contact": true, "statement": "s",
            "questions": ["q"], "answers": ["a"], "verified_by": "p-3", "ended_at": 6, "note": "n", "erased_at": 7,
        }))),
        DocumentKind::Inspection => {
            let answer = whole::<ChecklistAnswer>(json!({"item": "exit", "outcome": "fail", "note": "n"}));
            whole::<Inspection>(record(json!({
                "venue": "v-001", "zone": "z1", "campaign": "c1", "outside_campaign": true, "checklist": {"id": "checklist", "version": 2},
                "state": "submitted", "planned_by": "p-3", "due": 9, "inspector": "p-5", "submitted_at": 6, "answers": [answer],
                "summary": "s", "photos": photos, "decided_by": "p-3", "reason": "r",
            })))
        }
        DocumentKind::Hazard => {
            let plan = whole::<MajorPlan>(json!({"measures": "m", "owner": "o", "funds": "f", "deadline": 9, "contingency": "c"}));
            whole::<Hazard>(record(json!({
                "venue": "v-001", "zone": "z1", "inspection": "i1", "description": "d", "grade": "major", "state": "assigned",
                "found_by": "p-5", "owner": "o", "due": 9, "overdue_at": 10, "extensions": 1, "plan": plan, "rectified_by": "r",
                "rectifiers": ["p-5"], "referred_to": "f", "closed_by": "p-6", "closed_at": 11, "witness": "w", "witnessed_at": 12,
                "reopened": 1, "reopened_at": 13, "note": "n", "photos": photos, "rectification_photos": photos, "operator_photos": photos,
                "operator_note": "n", "operator_at": 14,
            })))
        }
        DocumentKind::RectificationNotice => whole::<RectificationNotice>(record(json!({
            "number": {"year": 2026, "serial": 1}, "hazard": "h1", "venue": "v-001", "zone": "z1", "description": "d", "requirement": "r",
            "legal_basis": "l", "due": 9, "state": "served", "issued_by": "p-5", "signature": {"by": "refused", "witness": "w"},
            "served_at": 6,
        }))),
        DocumentKind::Campaign => whole::<Campaign>(record(json!({
            "name": "n", "purpose": "safety_check", "state": "closed", "venues": ["v-001"], "zones": ["z1"], "checklist": "checklist",
            "from": 1, "to": 2, "planned_by": "p-3", "started_at": 3, "closed_at": 4, "summary": "s",
        }))),
        DocumentKind::Shift => whole::<Shift>(record(json!({
            "person": "p-1", "zone": "z1", "post": "dp", "from": 1, "to": 2, "state": "ended", "planned_by": "p-3", "started_at": 1,
            "ended_at": 2, "no_show_at": 3, "note": "n",
        }))),
        DocumentKind::Tour => whole::<Tour>(record(json!({
            "route": "r", "checkpoints": ["cp-01"], "ordered": true, "zones": ["z1"], "person": "p-1", "from": 1, "to": 2, "grace_min": 10,
            "state": "incomplete", "scheduled_by": "p-3", "started_at": 1, "finished_at": 2, "lapsed_at": 3,
            "progress": {"visits": [], "missing": ["cp-01"], "doubtful": 0}, "note": "n",
        }))),
        DocumentKind::Track => whole::<Track>(record(json!({
            "person": "p-1", "shift": "s", "to": 6, "clock_offset_ms": 0, "points": 2, "length_m": 3, "path": "", "erased_at": 7,
        }))),
        DocumentKind::Assignment => whole::<Assignment>(json!({
            "call": "c1", "unit": "u1", "persons": ["p-1"], "exercise": true, "state": "offered", "sent_by": "p-3", "operation": OPERATION,
            "at": 5, "reach_by": 6, "unreached_at": 7, "milestones": [{"step": "acknowledge", "by": "p-1", "operation": OPERATION, "counted": true, "moment": moment(), "fix": fix()}], "note": "n",
        })),
        DocumentKind::CallFile => {
            let note = whole::<CallNote>(json!({"step": "close", "by": "p-3", "operation": OPERATION, "at": 5, "text": "t"}));
            whole::<CallFile>(json!({"call": "c1", "at": 5, "referral": "r", "notes": [note]}))
        }
        DocumentKind::WelfareTimer => whole::<WelfareTimer>(record(json!({
            "person": "p-1", "state": "alarmed", "due_at": 6, "grace_s": 60, "prompted_at": 7, "alarmed_at": 8, "duress": true, "note": "n",
            "acknowledged_by": "p-3", "ended_at": 9, "fix": fix(),
        }))),
        DocumentKind::PublicitySession => whole::<PublicitySession>(record(json!({
            "topics": ["t-fraud"], "materials": ["m"], "zone": "z1", "place": "p", "from": 1, "to": 2, "state": "verified",
            "planned_by": "p-1", "held_by": "p-1", "audience": 3, "verified_by": "p-3", "verified_at": 6, "photos": photos, "note": "n",
        }))),
        DocumentKind::Leaflets => whole::<Leaflets>(record(json!({
            "material": "m", "stocked": 5, "sessions": [{"session": "s", "at": 5, "issued": 3, "returned": 1, "wasted": 1}],
            "stocked_by": "p-1",
        }))),
        DocumentKind::Dispute => whole::<Dispute>(record(json!({
            "category": "purchase", "description": "d", "parties": 2, "zone": "z1", "place": "p", "state": "agreed", "reporter": "p-1",
            "photos": photos, "due": 9, "overdue": [9], "road": "police", "mediators": ["p-5"], "attempts": 1, "terms": "t",
            "confirm_until": 10, "referred_to": "r", "ended_at": 11, "note": "n",
        }))),
        DocumentKind::WorkPlan => {
            let task = json!({
                "id": "t1", "title": "t", "owner": "p-1", "due": 9, "persons": ["p-1"], "state": "reported", "overdue": [9],
                "reported_by": "p-1", "reported_at": 6, "note": "n",
            });
            whole::<WorkPlan>(record(json!({
                "title": "t", "from": 1, "to": 9, "tasks": [task], "state": "concluded", "adopted_by": "p-1", "concluded_at": 9, "note": "n",
            })))
        }
        DocumentKind::Rating => whole::<Rating>(record(json!({"about": "c1", "kind": "call", "stars": 5, "rater": "tourist"}))),
        DocumentKind::Handover => whole::<Handover>(record(json!({
            "post": "dp", "zone": "z1", "from": "p-1", "shift": "s", "to": "p-2", "state": "accepted",
            "matters": [{"kind": "call", "id": "c1"}], "note": "n", "accepted_at": 6, "answer": "a",
        }))),
        // These take another noun's fields up among their own: each is written out here as far as it is typed.
        DocumentKind::Call => record(json!({"source": "app", "category": "theft", "description": "d", "place": "p", "zone": "z1"})),
        DocumentKind::Consultation => record(json!({"post": "dp", "topic": "law", "question": "q", "answer": "a", "zone": "z1"})),
        DocumentKind::DutyLog => record(json!({"post": "dp", "topic": "other", "text": "t", "corrects": "d1", "zone": "z1"})),
        DocumentKind::CrowdCount => record(json!({"zone": "z1", "visitors": 5, "source": "hand", "person": "p-1"})),
        _ => return None,
    })
}

/// Kinds that a program alone writes and reads.
const NOT_FOR_READING: &[DocumentKind] = &[
    DocumentKind::NoticeSerial,
    DocumentKind::WelfareCodes,
    DocumentKind::Verdict,
    DocumentKind::Redaction,
    DocumentKind::Holders,
    DocumentKind::TagCounter,
];

/// Bodies of a kind: that of the lake's site file, or the one written out above.
fn bodies(kind: DocumentKind) -> Vec<Value> {
    let file = SiteFile::parse(include_str!("../../fixtures/liuye-lake/site.json")).unwrap();
    let documents = file.documents(DeviceKey::from_bytes(&[9; 32]).public()).unwrap();
    let mut bodies: Vec<Value> = documents.into_iter().filter(|entry| entry.kind == kind).map(|entry| entry.body).collect();
    bodies.extend(body(kind));
    bodies
}

/// The paths of every string, through the entries of lists.
fn strings(value: &Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::String(_) => drop(all.insert(path.to_owned())),
        Value::Array(entries) => entries.iter().for_each(|entry| strings(entry, path, all)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| strings(field, format!("{path}.{name}").trim_start_matches('.'), all));
        }
        _ => {}
    }
}

fn strings_of(kind: DocumentKind) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    bodies(kind).iter().for_each(|body| strings(body, "", &mut all));
    all
}

#[test]
fn every_listed_text_is_a_text_of_that_kinds_bodies() {
    for kind in DocumentKind::ALL {
        let there = strings_of(*kind);
        for field in kind.searchable_fields() {
            assert!(there.contains(*field), "{kind} has no text {field}: {there:?}");
        }
    }
}

#[test]
fn every_text_of_every_body_is_listed_or_left_out_by_name() {
    let mut unnamed = Vec::new();
    for kind in DocumentKind::ALL.iter().filter(|kind| !NOT_FOR_READING.contains(kind)) {
        assert!(!bodies(*kind).is_empty(), "no body of {kind} to look at");
        for path in strings_of(*kind) {
            let is_listed = kind.searchable_fields().contains(&path.as_str());
            let is_left_out = LEFT_OUT.iter().any(|(of, field, _)| of == kind && *field == path);
            let is_no_text = NO_TEXTS.contains(&path.rsplit('.').next().unwrap()) || IDS.contains(&path.as_str());
            assert!(!(is_listed && is_left_out), "{path} of {kind} is listed and left out");
            if !(is_listed || is_left_out || is_no_text) {
                unnamed.push(format!("{kind} {path}"));
            }
        }
    }
    assert!(unnamed.is_empty(), "texts? list them, or leave them out by name: {unnamed:?}");
    for (kind, field, why) in LEFT_OUT {
        assert!(strings_of(*kind).contains(*field), "{kind} has no {field}, left out because {why}");
    }
}

#[test]
fn the_check_knows_every_field_of_a_noun() {
    let fields = Hazard::deserialize(FieldsOf).unwrap_err().to_string();
    assert!(fields.split(' ').any(|field| field == "operator_note"), "{fields}");
    let without = std::panic::catch_unwind(|| whole::<FoundSecrets>(json!({"item": "f1", "at": 5})));
    assert!(without.is_err(), "a body without one of its fields goes unnoticed");
}
