//! Points that patrols visit.

use serde::{Deserialize, Serialize};

use super::{Bilingual, Coordinate};

/// A point with a radius, marked by a QR code and, where fitted, an NFC tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Such as `cp-01`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The zone in which it lies.
    pub zone: String,
    /// Where it is.
    pub at: Coordinate,
    /// How near a visitor has to be, in metres.
    pub radius_m: u32,
    /// The NFC tag's UID, 14 upper-case hexadecimal digits, where one is fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nfc_uid: Option<String>,
    /// From when on it is no longer visited (RFC 3339 with an offset).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub retired_at: Option<i64>,
}
