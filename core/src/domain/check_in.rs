//! Patrol check-ins: one visit of a checkpoint, immutable, with the evidence for it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::apply::Write;
use super::case::{Case, Judgement, Noun, Stop, next, parse, staff};
use super::movement::Visit;
use super::{Bucket, Checkpoint, DocumentKind, Flag, NfcTag, QrTag, Role, Text, Tour};
use crate::log::{DeviceId, Digest, Fix};
use crate::{Code, Error, Result};

/// How somebody shows that they were there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum CheckInEvidence {
    /// The text of the checkpoint's QR code.
    Qr {
        /// As scanned.
        payload: String,
    },
    /// What the checkpoint's NFC tag mirrored (NTAG 424 DNA, Secure Unique NFC).
    Nfc {
        /// 14 hexadecimal digits.
        uid: String,
        /// The tag's read counter.
        counter: u32,
        /// 16 hexadecimal digits.
        cmac: String,
    },
    /// The position alone.
    Gps,
}

/// How somebody moves between checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// On foot.
    #[default]
    Foot,
    /// In a vehicle.
    Vehicle,
}

/// The body of [`super::Kind::CheckInRecord`]. The position is the operation's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInRecord {
    /// The checkpoint; a tag's own word goes before it, GPS needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The evidence.
    pub evidence: CheckInEvidence,
    /// How they move.
    #[serde(default)]
    pub movement: Movement,
    /// What there is to say; at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The body of [`super::Kind::CheckInReview`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInReview {
    /// Whether the flagged check-in counts.
    pub accepted: bool,
    /// Why; required.
    pub reason: String,
}

/// Where the fix lies against the checkpoint's radius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inside {
    /// d + accuracy ≤ radius
    Inside,
    /// d − accuracy > radius
    Outside,
    /// Neither.
    Uncertain,
    /// There is no fix.
    Unknown,
}

/// Whether a check-in counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckInVerdict {
    /// It counts.
    Accepted,
    /// Somebody should look at it.
    Flagged,
    /// A supervisor looked, and it does not count.
    Rejected,
}

/// A check-in as everyone sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckIn {
    /// The checkpoint.
    pub checkpoint: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// Who.
    pub person: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that recorded it.
    pub operation: Uuid,
    /// When, UTC ms: the device's clock, corrected by its offset and clamped by the hub.
    pub at: i64,
    /// When, by the device's own clock, UTC ms.
    #[serde(default)]
    pub recorded_at: i64,
    /// How: `qr`, `nfc` or `gps`.
    pub method: String,
    /// How they move.
    pub movement: Movement,
    /// Where the fix lies against the radius.
    pub inside: Inside,
    /// Distance of the fix from the checkpoint, whole metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u32>,
    /// The fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// Whether it counts.
    pub verdict: CheckInVerdict,
    /// Why somebody should look at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// What there was to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// The shift that its author had running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
    /// The tour that its author was walking, where this is one of its checkpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tour: Option<String>,
    /// Who decided on the flags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
    /// And why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_reason: Option<String>,
}

/// How a supervisor's decision moves a check-in's verdict. The check-in itself never changes.
pub(super) const TRANSITIONS: &[(CheckInVerdict, bool, CheckInVerdict)] =
    &[(CheckInVerdict::Flagged, true, CheckInVerdict::Accepted), (CheckInVerdict::Flagged, false, CheckInVerdict::Rejected)];

/// Who walks rounds.
const PATROLS: &[Role] = Role::PATROLLING;
/// Who decides on flags.
const REVIEWERS: &[Role] = &[Role::Desk, Role::Commander];

impl CheckInRecord {
    /// The record with its note in NFC and its tag's codes in upper case.
    ///
    /// # Errors
    /// [`Code::Missing`] at `checkpoint` where the evidence does not name one; [`Code::TagUnsigned`] at
    /// `evidence.payload`; [`Code::Malformed`] at `evidence.uid`, `evidence.counter` or `evidence.cmac`; a text's code
    /// at `note`.
    pub fn normalised(self) -> Result<Self> {
        let checkpoint = Text::optional("checkpoint", self.checkpoint.as_deref(), 64)?.map(Text::into_string);
        let evidence = match self.evidence {
            CheckInEvidence::Qr { payload } => {
                let payload = payload.trim().to_owned();
                QrTag::parse(&payload).map_err(|error| error.within("evidence.payload"))?;
                CheckInEvidence::Qr { payload }
            }
            CheckInEvidence::Nfc { uid, counter, cmac } => {
                let tag = NfcTag::parse(&uid, counter, &cmac).map_err(|error| error.within("evidence"))?;
                CheckInEvidence::Nfc { uid: tag.uid(), counter, cmac: tag.cmac() }
            }
            CheckInEvidence::Gps => CheckInEvidence::Gps,
        };
        // A QR code names its checkpoint. A tag's UID does so only for who knows all tags, and a position for nobody.
        if checkpoint.is_none() && !matches!(evidence, CheckInEvidence::Qr { .. }) {
            return Err(Error::field(Code::Missing, "checkpoint", "NFC and GPS need the checkpoint"));
        }
        let note = Text::optional_lines("note", self.note.as_deref(), 500)?.map(Text::into_string);
        Ok(Self { checkpoint, evidence, note, ..self })
    }
}

impl CheckInReview {
    /// The review with its reason in NFC.
    ///
    /// # Errors
    /// A text's code at `reason`.
    pub fn normalised(self) -> Result<Self> {
        Ok(Self { reason: Text::required_lines("reason", &self.reason, 1000)?.into_string(), ..self })
    }
}

impl CheckInEvidence {
    /// `qr`, `nfc` or `gps`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Qr { .. } => "qr",
            Self::Nfc { .. } => "nfc",
            Self::Gps => "gps",
        }
    }
}

impl Noun for CheckIn {
    const KIND: DocumentKind = DocumentKind::CheckIn;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_check_in(&self.zone, staff(&self.person), self.device)
    }

    fn person(&self) -> Option<String> {
        Some(self.person.clone())
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn record(mut case: Case<'_>, body: CheckInRecord) -> Judgement {
    case.authorise(PATROLS)?;
    case.must_be_new()?;
    let operation = case.operation;
    let (id, checkpoint) = located(&case, &body)?;

    let (mut inside, mut distance_m) = (Inside::Unknown, None);
    if let Some(fix) = &operation.fix {
        for flag in super::fix::fix_flags(fix, operation.recorded_at, &case.settings, case.site.as_ref()) {
            case.flag(flag);
        }
        if let Some(checkpoint) = &checkpoint {
            let (where_, distance) = super::inside(fix, checkpoint)?;
            inside = where_;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half the earth's girth")]
            let whole = distance.round() as u32;
            distance_m = Some(whole);
            match inside {
                Inside::Outside => case.flag(Flag::Outside),
                Inside::Uncertain => case.flag(Flag::Uncertain),
                Inside::Inside | Inside::Unknown => {}
            }
        }
    } else if body.evidence == CheckInEvidence::Gps {
        case.flag(Flag::FixMissing);
    }

    let this = Visit {
        checkpoint: id.clone(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        recorded_at: operation.recorded_at,
        fix: operation.fix,
        flags: Vec::new(),
        verdict: None,
        tour: None,
    };
    for flag in super::movement::judge(&case, &this, body.movement)? {
        case.flag(flag);
    }
    let (shift, tour) = (case.shift_over(case.at, case.at)?, tour_of(&case, &id)?);
    let counter = counted(&mut case, &id, &body.evidence)?;

    case.flags.sort_unstable();
    let check_in = CheckIn {
        zone: checkpoint.map(|checkpoint| checkpoint.zone).unwrap_or_default(),
        person: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        recorded_at: operation.recorded_at,
        method: body.evidence.method().to_owned(),
        movement: body.movement,
        inside,
        distance_m,
        fix: operation.fix,
        verdict: if case.flags.is_empty() { CheckInVerdict::Accepted } else { CheckInVerdict::Flagged },
        flags: case.flags.clone(),
        note: body.note,
        photos: case.photos(),
        shift,
        tour,
        reviewed_by: None,
        review_reason: None,
        checkpoint: id,
    };
    let mut outcome = case.created(&check_in)?;
    outcome.writes.extend(counter);
    Ok(outcome)
}

/// The author's tour to which a check-in there and now belongs: the one that began last.
fn tour_of(case: &Case<'_>, checkpoint: &str) -> Judgement<Option<String>> {
    let around = case.duties_around(DocumentKind::Tour, case.at)?;
    let walked = around.into_iter().filter_map(|document| Some((parse::<Tour>(&document)?, document.id)));
    let best = walked.filter(|(tour, _)| tour.takes(checkpoint, case.at));
    Ok(best.max_by(|(a, x), (b, y)| (a.started_at, x).cmp(&(b.started_at, y))).map(|(_, id)| id))
}

/// The checkpoint that the evidence shows. Its contents are unknown only on a phone that lacks reference data.
fn located(case: &Case<'_>, body: &CheckInRecord) -> Judgement<(String, Option<Checkpoint>)> {
    let complete = case.context.world.is_complete();
    let unknown = |field: &'static str| Error::field(Code::TagUnknown, field, "a tag of no checkpoint of this site");
    let (id, field) = match &body.evidence {
        CheckInEvidence::Qr { payload } => {
            let tag = QrTag::parse(payload).map_err(|error| error.within("evidence.payload"))?;
            if !case.context.site.is_empty() && tag.site != case.context.site {
                return Err(unknown("evidence.payload").into());
            }
            match case.site.as_ref().and_then(|site| site.tag_key) {
                Some(key) => tag.verify(&key).map_err(|error| error.within("evidence.payload"))?,
                None if case.is_hub() => {
                    return Err(Error::field(Code::TagUnsigned, "evidence.payload", "this site signs no tags").into());
                }
                // A phone that has not met its hub takes the tag at its word; the hub will check.
                None => {}
            }
            (tag.checkpoint, "evidence.payload")
        }
        CheckInEvidence::Nfc { .. } => (body.checkpoint.clone().unwrap_or_default(), "evidence.uid"),
        CheckInEvidence::Gps => (body.checkpoint.clone().unwrap_or_default(), "checkpoint"),
    };
    let found = case.document(&id)?.filter(|document| document.kind == DocumentKind::Checkpoint.as_str());
    let checkpoint: Option<Checkpoint> = found.as_ref().and_then(parse);
    let Some(checkpoint) = checkpoint else {
        return match &body.evidence {
            _ if !complete => Ok((id, None)),
            CheckInEvidence::Qr { .. } => Err(unknown(field).into()),
            _ => Err(Error::field(Code::UnknownReference, "checkpoint", "no such checkpoint").into()),
        };
    };
    if checkpoint.retired_at.is_some_and(|retired| retired <= case.at) {
        return Err(Error::field(Code::TagRetired, field, "the checkpoint is retired").into());
    }
    if let CheckInEvidence::Nfc { uid, counter, cmac } = &body.evidence {
        if checkpoint.nfc_uid.as_deref() != Some(uid) {
            return Err(unknown(field).into());
        }
        match case.context.world.nfc_key(&id).map_err(Stop::World)? {
            Some(key) => NfcTag::parse(uid, *counter, cmac)?.verify(&key).map_err(|error| error.within("evidence.cmac"))?,
            None if case.is_hub() => {
                return Err(Error::field(Code::TagUnsigned, "evidence.cmac", "no key for this tag").into());
            }
            // A phone never has a tag's key.
            None => {}
        }
    }
    Ok((id, Some(checkpoint)))
}

/// Holds a tag's counter against the last one seen, and keeps the higher.
fn counted(case: &mut Case<'_>, checkpoint: &str, evidence: &CheckInEvidence) -> Judgement<Option<Write>> {
    let CheckInEvidence::Nfc { counter, .. } = evidence else {
        return Ok(None);
    };
    let id = format!("tag_counter.{checkpoint}");
    let last = case.document(&id)?.and_then(|document| document.body.get("counter").and_then(serde_json::Value::as_u64));
    if last.is_some_and(|last| u64::from(*counter) <= last) {
        case.flag(Flag::TagReplay);
        return Ok(None);
    }
    let body = serde_json::json!({ "counter": counter });
    Ok(Some(Write { id, kind: DocumentKind::TagCounter, body, buckets: Vec::new(), person: None, at: case.at, conflict: None }))
}

pub(super) fn review(mut case: Case<'_>, body: CheckInReview) -> Judgement {
    case.authorise(REVIEWERS)?;
    let (document, before): (_, CheckIn) = case.existing()?;
    if before.person == case.actor() {
        return Err(Error::new(Code::NotPermitted, "nobody reviews their own check-in").into());
    }
    let Some(verdict) = next(TRANSITIONS, before.verdict, body.accepted) else {
        return case.illegal(&document, &before);
    };
    let after = CheckIn { verdict, reviewed_by: Some(case.actor().to_owned()), review_reason: Some(body.reason), ..before.clone() };
    case.changed(&document, &before, &after)
}
