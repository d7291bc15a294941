//! Night density: how often the key roads and the zones are patrolled while it is dark.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::coverage::Seen;
use super::time::{HOUR_MS, hour_of, is_within_day, local};
use super::{KeyRoad, Settings, Zone};

/// One clock hour of one key road or zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DensityHour {
    /// The key road's or the zone's id.
    pub place: String,
    /// Start of the hour, UTC ms.
    pub from: i64,
    /// Accepted check-ins there.
    pub check_ins: u32,
    /// Different persons who made them.
    pub persons: u32,
    /// So many check-ins are wanted; none for a zone.
    pub wanted: u32,
}

impl DensityHour {
    /// Whether there are fewer check-ins than are wanted.
    #[must_use]
    pub const fn is_thin(&self) -> bool {
        self.check_ins < self.wanted
    }
}

/// Counts the watched hours of each key road in `[from, to)` (UTC ms), empty ones too, by road and time. An hour belongs to
/// the window that its beginning lies in.
#[must_use]
pub fn road_density(roads: &[KeyRoad], seen: &[Seen], window: (i64, i64), zone: Tz) -> Vec<DensityHour> {
    let mut found = Vec::new();
    for road in roads {
        let mine = |seen: &Seen| road.checkpoints.contains(&seen.checkpoint);
        found.extend(hours(&road.id, road.wanted_per_hour, window, zone, |minute| road.is_watched(minute), seen, mine));
    }
    found
}

/// Counts the night's hours of each zone in `[from, to)` (UTC ms), empty ones too, by zone and time.
#[must_use]
pub fn zone_density(zones: &[Zone], seen: &[Seen], window: (i64, i64), settings: &Settings, tz: Tz) -> Vec<DensityHour> {
    let minute = |hour: u32| u16::try_from(hour.min(24) * 60 % 1440).unwrap_or(0);
    let (from, to) = (minute(settings.night_from_h), minute(settings.night_to_h));
    let mut found = Vec::new();
    for zone in zones {
        found.extend(hours(&zone.id, 0, window, tz, |minute| is_within_day(minute, from, to), seen, |seen| seen.zone == zone.id));
    }
    found
}

fn hours(
    place: &str,
    wanted: u32,
    (from, to): (i64, i64),
    zone: Tz,
    is_watched: impl Fn(u16) -> bool,
    seen: &[Seen],
    mine: impl Fn(&Seen) -> bool,
) -> Vec<DensityHour> {
    let mut counts: BTreeMap<i64, (u32, BTreeSet<&str>)> = BTreeMap::new();
    for seen in seen.iter().filter(|seen| mine(seen)) {
        let (check_ins, persons) = counts.entry(hour_of(seen.at, zone)).or_default();
        *check_ins += 1;
        persons.insert(&seen.person);
    }
    let first = hour_of(from, zone);
    let mut hour = if first < from { hour_of(first.saturating_add(HOUR_MS), zone) } else { first };
    let mut found = Vec::new();
    while hour < to {
        if local(hour, zone).is_some_and(|(_, minute)| is_watched(minute)) {
            let (check_ins, persons) = counts.get(&hour).map_or((0, 0), |(count, persons)| (*count, persons.len()));
            let persons = u32::try_from(persons).unwrap_or(u32::MAX);
            found.push(DensityHour { place: place.to_owned(), from: hour, check_ins, persons, wanted });
        }
        hour = hour_of(hour.saturating_add(HOUR_MS), zone);
    }
    found
}
