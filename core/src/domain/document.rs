//! What everyone sees: the documents that operations leave behind.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{AsTold, Bucket};
use crate::Code;

/// A document as the hub publishes it and a phone keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// Unique within the site.
    pub id: String,
    /// Its noun, such as `check_in` (see [`super::DocumentKind`]); kinds that this version does not know are kept.
    pub kind: String,
    /// The log position of its last change; 0 for a phone's own prediction of a new document.
    pub rev: u64,
    /// The version of the body's shape.
    pub schema_version: u32,
    /// The noun's contents. Fields that this version does not know are kept.
    pub body: Value,
    /// Where it lies, as far as the reader may know.
    pub buckets: Vec<Bucket>,
    /// What came too late for it, with its evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Conflict>))]
    pub conflicts: Vec<AsTold<Conflict>>,
}

/// An operation that somebody else's had overtaken. Its evidence is kept with the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// The operation that lost.
    pub operation: Uuid,
    /// What it tried.
    pub kind: String,
    /// Why it could not be applied.
    pub code: Code,
    /// Who did it.
    pub actor: String,
    /// When, by the device's clock, UTC ms.
    pub recorded_at: i64,
    /// Its body.
    pub body: Value,
    /// The photos it carried, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<crate::log::Digest>,
}
