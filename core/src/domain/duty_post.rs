//! Posts that must be staffed, the fast-police platform first.

use serde::{Deserialize, Serialize};

use super::{Bilingual, Coordinate};

/// A post that must be staffed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DutyPost {
    /// Such as `dp-01`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The zone in which it lies.
    pub zone: String,
    /// Where it is.
    pub at: Coordinate,
    /// From when on it is given up (RFC 3339 with an offset).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub retired_at: Option<i64>,
}
