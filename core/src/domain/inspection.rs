//! Safety checks: one visit of a venue, with a checklist.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Bilingual;
use crate::log::{DeviceId, Digest};

/// A question of a safety check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// Such as `fire-exits`.
    pub id: String,
    /// The question.
    pub text: Bilingual,
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// In order.
    Pass,
    /// Not in order.
    Fail,
    /// Does not arise here.
    NotApplicable,
}

/// One answered question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistAnswer {
    /// The question's id.
    pub item: String,
    /// The answer.
    pub outcome: Outcome,
    /// What there is to say; at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The bodies of an inspection's operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum InspectionEvent {
    /// [`super::Kind::InspectionSubmit`]
    Submit {
        /// Every question once.
        answers: Vec<ChecklistAnswer>,
        /// In a sentence; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
    },
    /// [`super::Kind::InspectionStart`]
    Start {
        /// The venue.
        venue: String,
        /// The campaign that it belongs to; at most 64 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<String>,
    },
    /// [`super::Kind::InspectionApprove`] and [`super::Kind::InspectionReturn`]; a return needs its reason.
    Decide {
        /// Why; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Where an inspection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InspectionState {
    /// Somebody will go.
    Planned,
    /// Somebody is there.
    InProgress,
    /// Handed in.
    Submitted,
    /// The desk took it.
    Approved,
    /// The desk sent it back.
    Returned,
}

/// An inspection as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The venue.
    pub venue: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// The campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Where it stands.
    pub state: InspectionState,
    /// Who inspects.
    pub inspector: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that began it.
    pub operation: Uuid,
    /// When it began, UTC ms.
    pub at: i64,
    /// When it was handed in, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<i64>,
    /// The answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<ChecklistAnswer>,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// Who decided on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// And why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
