//! Premises that are checked.

use serde::{Deserialize, Serialize};

use super::{Bilingual, Coordinate};

/// What a venue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VenueKind {
    /// 商店
    Shop,
    /// 餐饮
    Restaurant,
    /// 宾馆民宿
    Hotel,
    /// 摊位
    Stall,
    /// 游船码头
    Pier,
    /// 娱乐场所
    Entertainment,
}

/// Premises that are checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Venue {
    /// Such as `v-001`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// What it is.
    pub kind: VenueKind,
    /// The zone in which it lies.
    pub zone: String,
    /// Where it is.
    pub at: Coordinate,
    /// From when on it is struck off (RFC 3339 with an offset).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub retired_at: Option<i64>,
}
