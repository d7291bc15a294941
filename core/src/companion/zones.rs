//! Zones: where people serve, how many visitors are there, and where patrols are thin at night.

use super::record::NewOperation;
use super::tours::span;
use super::{Companion, Page, Recorded};
use crate::Result;
use crate::domain::{
    Coordinate, CrowdCount, CrowdRecord, DensityHour, DocumentKind, DutyPost, KeyRoad, Kind, MoveHint, Seen, Shift, Unit, Zone, ZoneLoad,
    move_hints, road_density, zone_density,
};

/// Visitors that somebody counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrowdDraft {
    /// In which zone: its id.
    pub zone: String,
    /// How many; at most 1,000,000.
    pub visitors: u32,
}

/// How often places are patrolled in the hours in which they are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NightDensity {
    /// The key roads, by road and hour.
    pub roads: Vec<DensityHour>,
    /// The zones, by zone and hour of the night.
    pub zones: Vec<DensityHour>,
}

/// What there is to know of zones. Get it by [`Companion::zones`].
#[derive(Debug, Clone, Copy)]
pub struct Zones<'a>(&'a Companion);

impl Companion {
    /// What there is to know of zones.
    #[must_use]
    pub const fn zones(&self) -> Zones<'_> {
        Zones(self)
    }
}

impl Zones<'_> {
    /// All zones that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn all(&self) -> Result<Vec<Zone>> {
        self.0.reference(DocumentKind::Zone)
    }

    /// The zone in which a position lies; on a border the first by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn at(&self, position: &Coordinate) -> Result<Option<Zone>> {
        Ok(self.all()?.into_iter().find(|zone| zone.area.contains(position)))
    }

    /// All key roads that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn key_roads(&self) -> Result<Vec<KeyRoad>> {
        self.0.reference(DocumentKind::KeyRoad)
    }

    /// All duty posts that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn duty_posts(&self) -> Result<Vec<DutyPost>> {
        self.0.reference(DocumentKind::DutyPost)
    }

    /// Records how many visitors are in a zone now. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::UnknownReference`] at `zone`, [`crate::Code::OutOfRange`] at `visitors`, [`crate::Code::NotPermitted`];
    /// those of the store.
    pub fn count_visitors(&self, draft: CrowdDraft) -> Result<Recorded> {
        let record = CrowdRecord { zone: draft.zone, visitors: draft.visitors }.normalised()?;
        Ok(self.0.record(NewOperation::new(Kind::CrowdCount, self.0.env.new_id().to_string(), &record)?)?.0)
    }

    /// Counts of visitors that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn crowd_counts(&self, page: Page) -> Result<Vec<(String, CrowdCount)>> {
        self.0.typed(DocumentKind::CrowdCount, page)
    }

    /// Who might move so that those on duty stand where the visitors are, by what this phone sees now.
    ///
    /// # Errors
    /// [`crate::Code::NotEnrolled`]; those of the store.
    pub fn move_hints(&self) -> Result<Vec<MoveHint>> {
        let settings = self.0.site()?.settings;
        let now = self.0.env.clock.wall_ms();
        let counts = self.0.between(DocumentKind::CrowdCount, now - i64::from(settings.crowd_max_age_min) * 60_000, now + 1)?;
        let shifts = self.0.between(DocumentKind::Shift, now - 2 * Shift::MAX_MS, now + Shift::MAX_MS)?;
        let loads = ZoneLoad::of(&nouns(counts), &nouns(shifts), &settings, now);
        let units: Vec<Unit> = self.0.reference(DocumentKind::Unit)?;
        Ok(move_hints(&loads, &units, now))
    }

    /// How often the key roads and the zones were patrolled at night, in `[from, to)` (RFC 3339 with an offset), at most 31
    /// days: as far as this phone sees.
    ///
    /// # Errors
    /// [`crate::Code::TimeMalformed`], [`crate::Code::TimeOrder`] or [`crate::Code::OutOfRange`] at `from` or `to`;
    /// [`crate::Code::NotEnrolled`]; those of the store.
    pub fn night_density(&self, from: &str, to: &str) -> Result<NightDensity> {
        let window = span(from, to)?;
        let site = self.0.site()?;
        let seen = Seen::of_documents(&self.0.between(DocumentKind::CheckIn, window.0, window.1)?);
        Ok(NightDensity {
            roads: road_density(&self.key_roads()?, &seen, window, site.tz()),
            zones: zone_density(&self.all()?, &seen, window, &site.settings, site.tz()),
        })
    }
}

fn nouns<T: serde::de::DeserializeOwned>(documents: Vec<crate::domain::Document>) -> Vec<T> {
    documents.into_iter().filter_map(|document| serde_json::from_value(document.body).ok()).collect()
}
