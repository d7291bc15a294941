//! Coverage: which hours of which zones somebody was to be there, and in which of them somebody was.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::case::parse;
use super::time::{HOUR_MS, hour_of};
use super::{CheckIn, CheckInVerdict, Document, DocumentKind, Shift, ShiftState, Tour};

/// A stretch of time in which somebody was to be in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The zone.
    pub zone: String,
    /// From when, UTC ms.
    pub from: i64,
    /// Until when, UTC ms, not included.
    pub to: i64,
}

impl Planned {
    /// What a shift plans: its window, whether anybody came or not; none where it was called off.
    #[must_use]
    pub fn of_shift(shift: &Shift) -> Option<Self> {
        let is_planned = shift.state != ShiftState::Cancelled && !shift.zone.is_empty();
        is_planned.then(|| Self { zone: shift.zone.clone(), from: shift.from, to: shift.to })
    }

    /// What a tour plans: its window, in each zone that it leads through.
    pub fn of_tour(tour: &Tour) -> impl Iterator<Item = Self> {
        tour.zones.iter().map(|zone| Self { zone: zone.clone(), from: tour.from, to: tour.to })
    }

    /// What these documents plan: shifts and tours, whatever else is among them.
    #[must_use]
    pub fn of_documents(documents: &[Document]) -> Vec<Self> {
        let mut planned = Vec::new();
        for document in documents {
            match DocumentKind::parse(&document.kind) {
                Some(DocumentKind::Shift) => planned.extend(parse::<Shift>(document).as_ref().and_then(Self::of_shift)),
                Some(DocumentKind::Tour) => planned.extend(parse::<Tour>(document).iter().flat_map(Self::of_tour)),
                _ => {}
            }
        }
        planned
    }
}

/// A check-in that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The zone.
    pub zone: String,
    /// The checkpoint.
    pub checkpoint: String,
    /// Who.
    pub person: String,
    /// When, UTC ms.
    pub at: i64,
}

impl Seen {
    /// What a check-in shows: nothing unless it is accepted.
    #[must_use]
    pub fn of(check_in: &CheckIn) -> Option<Self> {
        (check_in.verdict == CheckInVerdict::Accepted).then(|| Self {
            zone: check_in.zone.clone(),
            checkpoint: check_in.checkpoint.clone(),
            person: check_in.person.clone(),
            at: check_in.at,
        })
    }

    /// What these check-ins show.
    #[must_use]
    pub fn of_documents(documents: &[Document]) -> Vec<Self> {
        documents.iter().filter_map(|document| Self::of(&parse(document)?)).collect()
    }
}

/// One clock hour of one zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneHour {
    /// The zone.
    pub zone: String,
    /// Start of the hour, UTC ms.
    pub from: i64,
    /// How many shifts and tours plan for it.
    pub planned: u32,
    /// How many accepted check-ins it has.
    pub check_ins: u32,
}

impl ZoneHour {
    /// End of the hour, UTC ms, not included.
    #[must_use]
    pub const fn to(&self) -> i64 {
        self.from.saturating_add(HOUR_MS)
    }

    /// Whether somebody was to be there and somebody was.
    #[must_use]
    pub const fn is_covered(&self) -> bool {
        self.planned > 0 && self.check_ins > 0
    }

    /// Whether somebody was to be there and nobody was, so far.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.planned > 0 && self.check_ins == 0
    }
}

/// The zones of a site over a stretch of time, by the hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The hours in which somebody was to be there or was, by zone and time.
    pub hours: Vec<ZoneHour>,
    /// Zone-hours in which somebody was to be there.
    pub planned: u32,
    /// Those of them in which somebody was.
    pub covered: u32,
}

impl Coverage {
    /// Counts what was planned and seen in `[from, to)` (UTC ms), by the clock hours of the site's zone. An hour is planned
    /// where any part of it is, and covered by one accepted check-in.
    #[must_use]
    pub fn count(planned: &[Planned], seen: &[Seen], (from, to): (i64, i64), zone: Tz) -> Self {
        let mut hours: BTreeMap<(&str, i64), ZoneHour> = BTreeMap::new();
        for plan in planned {
            let (start, end) = (plan.from.max(from), plan.to.min(to));
            let mut hour = hour_of(start, zone);
            while start < end && hour < end {
                entry(&mut hours, &plan.zone, hour).planned += 1;
                hour = hour_of(hour.saturating_add(HOUR_MS), zone);
            }
        }
        for seen in seen.iter().filter(|seen| (from..to).contains(&seen.at) && !seen.zone.is_empty()) {
            entry(&mut hours, &seen.zone, hour_of(seen.at, zone)).check_ins += 1;
        }
        let hours: Vec<_> = hours.into_values().collect();
        let count = |is: fn(&ZoneHour) -> bool| u32::try_from(hours.iter().filter(|hour| is(hour)).count()).unwrap_or(u32::MAX);
        let (planned, covered) = (count(|hour| hour.planned > 0), count(ZoneHour::is_covered));
        Self { hours, planned, covered }
    }

    /// The zone-hours that will go uncovered unless somebody checks in soon: planned, empty so far, and about to end within
    /// `lead_min` minutes.
    #[must_use]
    pub fn warnings(&self, now: i64, lead_min: u32) -> Vec<&ZoneHour> {
        let lead = i64::from(lead_min) * 60_000;
        self.hours.iter().filter(|hour| hour.is_open() && hour.to().saturating_sub(lead) <= now && now < hour.to()).collect()
    }

    /// When there may next be something to warn of, UTC ms.
    #[must_use]
    pub fn next_warning(&self, now: i64, lead_min: u32) -> Option<i64> {
        let lead = i64::from(lead_min) * 60_000;
        self.hours.iter().filter(|hour| hour.is_open()).map(|hour| hour.to().saturating_sub(lead)).filter(|at| *at > now).min()
    }
}

fn entry<'a, 'b>(hours: &'b mut BTreeMap<(&'a str, i64), ZoneHour>, zone: &'a str, from: i64) -> &'b mut ZoneHour {
    hours.entry((zone, from)).or_insert_with(|| ZoneHour { zone: zone.to_owned(), from, planned: 0, check_ins: 0 })
}
