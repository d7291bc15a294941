//! Grid patrol zones, and the polygons that they cover.

use geo::{Area, BooleanOps, InteriorPoint, Intersects, Validation};
use serde::{Deserialize, Serialize};

use super::{Bilingual, Coordinate, Datum};
use crate::{Code, Error, Result};

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

/// Borders that were drawn to touch may cross by less than this: a corner that lies on another zone's edge is
/// rounded to a double. In square degrees; about a square decimetre.
const OVERLAP_TOLERANCE: f64 = 1e-11;

impl Polygon {
    /// The rings, the outer one first.
    #[must_use]
    pub fn rings(&self) -> &[Vec<[f64; 2]>] {
        let Self::Polygon { coordinates } = self;
        coordinates
    }

    /// Checks the polygon by itself: each ring has at least four positions and is closed, every position is valid, no
    /// ring crosses or touches itself, and holes lie inside without crossing.
    ///
    /// # Errors
    /// [`Code::PolygonMalformed`], [`Code::PolygonSelfCrossing`], or a coordinate's code, with the path of the ring or
    /// position such as `coordinates[0][3]`.
    pub fn check(&self) -> Result<()> {
        if self.rings().is_empty() {
            return Err(Error::field(Code::PolygonMalformed, "coordinates", "at least one ring"));
        }
        for (index, ring) in self.rings().iter().enumerate() {
            let at = || format!("coordinates[{index}]");
            if ring.len() < 4 {
                return Err(Error::field(Code::PolygonMalformed, at(), "a ring has at least four positions"));
            }
            for (position, &[lon, lat]) in ring.iter().enumerate() {
                Coordinate::new(lat, lon, Datum::Wgs84)
                    .map_err(|error| Error { field: format!("coordinates[{index}][{position}]").into(), ..error })?;
            }
            if ring.first() != ring.last() {
                return Err(Error::field(Code::PolygonMalformed, at(), "the last position of a ring is its first"));
            }
        }
        let area = self.geometry();
        if area.unsigned_area() == 0.0 {
            return Err(Error::field(Code::PolygonMalformed, "coordinates", "encloses nothing"));
        }
        area.check_validation()
            .map_err(|_| Error::field(Code::PolygonSelfCrossing, "coordinates", "rings must not cross or touch themselves or each other"))
    }

    /// Whether the position lies inside or on the border. For checked polygons.
    #[must_use]
    pub fn contains(&self, at: &Coordinate) -> bool {
        self.geometry().intersects(&geo::Point::new(at.lon(), at.lat()))
    }

    /// Whether the two have area in common; a common border is none. For checked polygons.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.geometry().intersection(&other.geometry()).unsigned_area() > OVERLAP_TOLERANCE
    }

    /// A place well within it: for what is somewhere in it. None where it encloses nothing.
    #[must_use]
    pub fn middle(&self) -> Option<Coordinate> {
        let point = self.geometry().interior_point()?;
        Coordinate::new(point.y(), point.x(), Datum::Wgs84).ok()
    }

    fn geometry(&self) -> geo::Polygon<f64> {
        let ring = |ring: &Vec<[f64; 2]>| geo::LineString::from(ring.iter().map(|&[lon, lat]| (lon, lat)).collect::<Vec<_>>());
        let mut rings = self.rings().iter().map(ring);
        let outer = rings.next().unwrap_or_else(|| geo::LineString::new(Vec::new()));
        geo::Polygon::new(outer, rings.collect())
    }
}

impl Zone {
    /// Checks that no two zones overlap.
    ///
    /// # Errors
    /// [`Code::PolygonOverlap`] at the later of the two, such as `zones[3].area`.
    pub fn check_apart(zones: &[Self]) -> Result<()> {
        for (index, zone) in zones.iter().enumerate() {
            if zones[..index].iter().any(|earlier| earlier.area.overlaps(&zone.area)) {
                return Err(Error::field(Code::PolygonOverlap, format!("zones[{index}].area"), "overlaps a zone before it"));
            }
        }
        Ok(())
    }
}
