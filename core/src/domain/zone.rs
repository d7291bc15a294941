//! Grid patrol zones.

use serde::{Deserialize, Serialize};

use super::Bilingual;

/// A GeoJSON polygon (RFC 7946): rings of `[longitude, latitude]`, the outer one first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Polygon {
    /// The one geometry that a zone may have.
    Polygon {
        /// Closed rings.
        coordinates: Vec<Vec<[f64; 2]>>,
    },
}

/// One grid patrol zone. Zones of a site do not overlap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Such as `z1`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// Its area.
    pub area: Polygon,
}
