//! Patrol check-ins: one visit of a checkpoint, immutable, with the evidence for it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Flag;
use crate::log::{DeviceId, Digest, Fix};

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
    /// Who decided on the flags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
    /// And why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_reason: Option<String>,
}
