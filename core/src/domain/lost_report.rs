//! Lost-property reports. The contact of whoever lost something travels and is kept apart from the report.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::log::{DeviceId, Digest};

/// What was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemCategory {
    /// 手机
    Phone,
    /// 钱包
    Wallet,
    /// 箱包
    Bag,
    /// 证件
    Document,
    /// 相机
    Camera,
    /// 首饰
    Jewellery,
    /// 钥匙
    Keys,
    /// 衣物
    Clothing,
    /// 电子产品
    Electronics,
    /// 其他
    Other,
}

/// Who lost it, and how to reach them. Validated before it is stored; never part of an operation or a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A name, 1 to 100 characters.
    pub name: String,
    /// An E.164 number; a bare Chinese mobile number is completed.
    pub phone: String,
    /// A resident identity number (GB 11643), where the owner gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_number: Option<String>,
    /// A passport number (6 to 12 letters and digits), where the owner gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passport: Option<String>,
}

/// The body of [`super::Kind::LossReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossRecord {
    /// What it is.
    pub category: ItemCategory,
    /// In the owner's words; 1 to 2,000 characters.
    pub description: String,
    /// Its brand; at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Its colour; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// What only the owner knows of it; at most 1,000 characters. Never shown to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<String>,
    /// Where; at most 500 characters.
    pub place: String,
    /// The zone, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Lost not before this, UTC ms.
    pub lost_from: i64,
    /// Lost not after this, UTC ms.
    pub lost_to: i64,
    /// SHA-256 of the tracking code (upper case, no hyphens).
    pub tracking_digest: Digest,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostReportState {
    /// Nothing found yet.
    Open,
    /// Staff found what may be it.
    Candidate,
    /// The owner claimed it.
    Claimed,
    /// It went back.
    Returned,
    /// The owner gave up.
    Withdrawn,
    /// Too old.
    Expired,
}

/// What moves a report on: the body of its later operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostReportEvent {
    /// Why, or how; at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A report as its author and the desk see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostReport {
    /// What was reported.
    pub loss: LossRecord,
    /// Where it stands.
    pub state: LostReportState,
    /// Who reported it: a person's id, or `tourist`.
    pub reporter: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that reported it.
    pub operation: Uuid,
    /// When it was reported, UTC ms.
    pub at: i64,
    /// Whether a contact was given.
    pub has_contact: bool,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
