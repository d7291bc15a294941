//! Hazards, from found to closed. Who closes one is never who rectified it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::log::{DeviceId, Digest};

/// How bad a hazard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardGrade {
    /// 一般隐患
    General,
    /// 重大隐患
    Major,
}

/// What a major hazard needs before anyone can be charged with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MajorPlan {
    /// 措施
    pub measures: String,
    /// 责任人
    pub owner: String,
    /// 资金
    pub funds: String,
    /// 时限, UTC ms
    pub deadline: i64,
    /// 预案
    pub contingency: String,
}

/// The bodies of a hazard's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HazardEvent {
    /// [`super::Kind::HazardFind`]
    Find {
        /// The venue.
        venue: String,
        /// The inspection that found it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inspection: Option<String>,
        /// What is wrong; 1 to 2,000 characters.
        description: String,
        /// How bad it is.
        grade: HazardGrade,
    },
    /// [`super::Kind::HazardAssign`]
    Assign {
        /// Who answers for the rectification; 1 to 100 characters.
        owner: String,
        /// Until when, UTC ms; not before it was found.
        due: i64,
        /// What a major hazard needs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<MajorPlan>,
    },
    /// [`super::Kind::HazardStart`]
    Start {},
    /// [`super::Kind::HazardRectify`]; carries at least one photo.
    Rectify {
        /// What was done; 1 to 1,000 characters.
        note: String,
    },
    /// [`super::Kind::HazardReinspect`]
    Reinspect {
        /// Whether it is in order now.
        passed: bool,
        /// What there is to say; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`super::Kind::HazardClose`]
    Close {
        /// What there is to say; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`super::Kind::HazardCloseOnSpot`]; carries both photos.
    CloseOnSpot {
        /// Who rectified it, where it is a member of the staff, or a name; 1 to 100 characters.
        rectified_by: String,
        /// The second person, another than the author and than who rectified it.
        witness: String,
        /// The photo before, by SHA-256.
        before: Digest,
        /// The photo after, by SHA-256.
        after: Digest,
    },
    /// [`super::Kind::HazardExtend`]
    Extend {
        /// The new due date, UTC ms; after the old one.
        due: i64,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::HazardRefer`]
    Refer {
        /// To which authority; 1 to 200 characters.
        authority: String,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::HazardVoid`]
    Void {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
}

/// Where a hazard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardState {
    /// 发现
    Found,
    /// 交办
    Assigned,
    /// 整改
    Rectifying,
    /// The rectification is handed in.
    Submitted,
    /// 复查, passed
    Reinspected,
    /// 销号
    Closed,
    /// 延期
    Extended,
    /// 移送
    Referred,
    /// It was none.
    Void,
}

/// A hazard as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// The venue.
    pub venue: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// The inspection that found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<String>,
    /// What is wrong.
    pub description: String,
    /// How bad it is.
    pub grade: HazardGrade,
    /// Where it stands.
    pub state: HazardState,
    /// Who found it.
    pub found_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that reported it.
    pub operation: Uuid,
    /// When it was found, UTC ms.
    pub at: i64,
    /// Who answers for the rectification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until when, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
    /// The plan of a major hazard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<MajorPlan>,
    /// Who rectified it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rectified_by: Option<String>,
    /// Who closed it, and when (UTC ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// When it was closed, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<i64>,
    /// The second person of a rectification on the spot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Photos from when it was found, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// Photos of the rectification, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rectification_photos: Vec<Digest>,
}
