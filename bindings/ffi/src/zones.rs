//! Zones: where people serve, how many visitors are there, and where patrols are thin at night.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, draft, given, mirror, noun, record};
use crate::error::Result;
use crate::patrol::Zone;
use crate::types::{Bilingual, Page, Position, Recorded};

mirror! {
    /// Where a count comes from.
    CrowdSource = domain::CrowdSource {
        /// Somebody on the spot counted or estimated.
        Hand,
        /// Gates, cameras or ticket sales, by a file.
        Import,
    }
}

draft! {
    /// Visitors that somebody counted.
    CrowdDraft = core::CrowdDraft {
        /// In which zone: its id.
        zone: String,
        /// How many; at most 1,000,000.
        visitors: i64,
    }
}

noun! {
    /// Visitors of a zone at a time.
    CrowdCount = domain::CrowdCount {
        /// In which zone.
        zone: String,
        /// How many.
        visitors: i64,
        /// When, UTC ms.
        at: i64,
        /// Where it comes from.
        source: CrowdSource,
        /// Who counted.
        person: Option<String>,
        /// The operation that wrote it down.
        operation: Option<String>,
    }
}

record! {
    /// A road, with the hours in which patrols must be dense on it.
    KeyRoad = domain::KeyRoad {
        /// Such as `kr-river-street`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// The zone through which it leads.
        zone: String,
        /// The checkpoints that stand on it: a check-in there is a patrol of the road.
        checkpoints: Vec<String>,
        /// From when on it is watched, `HH:MM` in the site's zone.
        from: String,
        /// Until when, `HH:MM`; before `from` where it passes midnight.
        to: String,
        /// So many check-ins are wanted in each of these hours.
        wanted_per_hour: i64,
    }
}

record! {
    /// One clock hour of one key road or zone.
    DensityHour = domain::DensityHour {
        /// The key road's or the zone's id.
        place: String,
        /// Start of the hour, UTC ms.
        from: i64,
        /// Accepted check-ins there.
        check_ins: i64,
        /// Different persons who made them.
        persons: i64,
        /// So many check-ins are wanted; none for a zone.
        wanted: i64,
    }
}

record! {
    /// How often places are patrolled in the hours in which they are watched.
    NightDensity = core::NightDensity {
        /// The key roads, by road and hour.
        roads: Vec<DensityHour>,
        /// The zones, by zone and hour of the night.
        zones: Vec<DensityHour>,
    }
}

record! {
    /// A hint to move some of those on duty.
    MoveHint = domain::MoveHint {
        /// From which zone.
        from: String,
        /// To which zone.
        to: String,
        /// How many persons.
        persons: i64,
        /// Units that stand there with so many of theirs on duty, or fewer: moving them whole keeps teams together.
        units: Vec<String>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// The zone in which a position lies; on a border the first by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn zone_at(&self, position: Position) -> Result<Option<Zone>> {
        given(self.core.zones().at(&position.inward("position")?))
    }

    /// All key roads that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn key_roads(&self) -> Result<Vec<KeyRoad>> {
        given(self.core.zones().key_roads())
    }

    /// Records how many visitors are in a zone now. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` at `zone`, `out_of_range` at `visitors`, `not_permitted`;
    /// those of the store.
    pub fn count_visitors(&self, draft: CrowdDraft) -> Result<Recorded> {
        given(self.core.zones().count_visitors(draft.inward("")?))
    }

    /// Counts of visitors that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn crowd_counts(&self, page: Page) -> Result<Vec<CrowdCount>> {
        given(self.core.zones().crowd_counts(page.inward("")?))
    }

    /// Who might move so that those on duty stand where the visitors are, by what this phone sees now.
    ///
    /// # Errors
    /// `not_enrolled`; those of the store.
    pub fn move_hints(&self) -> Result<Vec<MoveHint>> {
        given(self.core.zones().move_hints())
    }

    /// How often the key roads and the zones were patrolled at night, in `[from, to)` (RFC 3339 with an offset), at most 31
    /// days: as far as this phone sees.
    ///
    /// # Errors
    /// `time_malformed`, `time_order` or `out_of_range` at `from` or `to`;
    /// `not_enrolled`; those of the store.
    pub fn night_density(&self, from: &str, to: &str) -> Result<NightDensity> {
        given(self.core.zones().night_density(from, to))
    }
}
