//! Zones and units as GeoJSON (RFC 7946), for maps of others.

use liuye_core::Result;
use liuye_core::domain::{Bilingual, CheckInVerdict, Checkpoint, Polygon, Shift, Unit, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::hub::Hub;
use crate::ledger::Tx;

/// The zones of a site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZoneCollection {
    /// `FeatureCollection`
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<ZoneFeature>,
}

/// One zone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZoneFeature {
    /// `Feature`
    #[serde(rename = "type")]
    kind: &'static str,
    /// Such as `z1`.
    id: String,
    geometry: Polygon,
    properties: ZoneProperties,
}

/// What stands beside a zone's area.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ZoneProperties {
    name: Bilingual,
}

/// The units of a site that stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitCollection {
    /// `FeatureCollection`
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<UnitFeature>,
}

/// One unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitFeature {
    /// `Feature`
    #[serde(rename = "type")]
    kind: &'static str,
    /// Such as `u-river`.
    id: String,
    /// The checkpoint at which one of its members on duty was last; null where none of them was at any.
    geometry: Option<Position>,
    properties: UnitProperties,
}

/// A GeoJSON point.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Position {
    /// `Point`
    #[serde(rename = "type")]
    kind: &'static str,
    /// Longitude and latitude in degrees.
    coordinates: [f64; 2],
}

/// What stands beside a unit's position. Persons are not named.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitProperties {
    name: Bilingual,
    /// The zone in which it stands ready.
    home_zone: String,
    /// How many are in it.
    members: usize,
    /// How many of them are on duty.
    on_duty: usize,
    /// When one of those was last seen at a checkpoint, UTC ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_at: Option<i64>,
    /// At which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
}

impl Hub {
    /// The zones, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn zone_map(&self) -> Result<ZoneCollection> {
        self.read(&self.site()?, |tx| {
            let feature = |zone: Zone| {
                let Zone { id, name, area } = zone;
                ZoneFeature { kind: "Feature", id, geometry: area, properties: ZoneProperties { name } }
            };
            let zones = tx.zones()?.into_iter().map(|zone| Ok(feature(serde_json::from_value(zone.body)?)));
            Ok(ZoneCollection { kind: "FeatureCollection", features: zones.collect::<Result<_>>()? })
        })
    }

    /// The units that stand, by id, each where one of its members on duty was last seen.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn unit_map(&self) -> Result<UnitCollection> {
        self.read(&self.site()?, |tx| {
            let on_duty = tx.on_duty(None, tx.now)?;
            let mut features = Vec::new();
            for stored in tx.documents("unit", 1_000, 0)? {
                let unit: Unit = serde_json::from_value(stored.document.body)?;
                if unit.stands(tx.now) {
                    features.push(unit_feature(tx, unit, &on_duty)?);
                }
            }
            features.sort_by(|a, b| a.id.cmp(&b.id));
            Ok(UnitCollection { kind: "FeatureCollection", features })
        })
    }
}

fn unit_feature(tx: &Tx<'_>, unit: Unit, on_duty: &[String]) -> Result<UnitFeature> {
    let here: Vec<_> = unit.members.iter().filter(|member| on_duty.contains(member)).collect();
    let mut last = None;
    for member in &here {
        // Nobody is on duty for longer than that.
        let visits = tx.visits_of(member, tx.now.saturating_sub(Shift::MAX_MS), tx.now)?;
        let counted = visits.into_iter().filter(|visit| visit.verdict != Some(CheckInVerdict::Rejected));
        last = last.into_iter().chain(counted.map(|visit| (visit.at, visit.checkpoint))).max();
    }
    let checkpoint: Option<Checkpoint> = last.as_ref().map(|(_, id)| tx.noun(id)).transpose()?.flatten();
    let geometry = checkpoint.map(|place| Position { kind: "Point", coordinates: [place.at.lon(), place.at.lat()] });
    let (seen_at, checkpoint) = last.filter(|_| geometry.is_some()).unzip();
    let properties = UnitProperties {
        name: unit.name,
        home_zone: unit.home_zone,
        members: unit.members.len(),
        on_duty: here.len(),
        seen_at,
        checkpoint,
    };
    Ok(UnitFeature { kind: "Feature", id: unit.id, geometry, properties })
}
