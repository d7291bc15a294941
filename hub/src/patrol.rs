//! What the desk asks of patrols: coverage, warnings, night density, hints.

use liuye_core::domain::{
    Coverage, DensityHour, DocumentKind, MoveHint, Planned, Seen, Shift, Site, ZoneHour, ZoneLoad, move_hints, road_density, zone_density,
};
use liuye_core::{Error, Result};
use serde::de::DeserializeOwned;

use crate::hub::Hub;
use crate::ledger::Tx;
use crate::nouns::bare_nouns;

/// How often places are patrolled in the hours in which they are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NightDensity {
    /// The key roads, by road and hour.
    pub roads: Vec<DensityHour>,
    /// The zones, by zone and hour of the night.
    pub zones: Vec<DensityHour>,
}

impl Hub {
    /// Which hours of which zones somebody was to be there, and in which of them somebody was, of `[from, to)` (UTC ms).
    ///
    /// # Errors
    /// Those of the store.
    pub fn coverage(&self, from: i64, to: i64) -> Result<Coverage> {
        self.read(&self.site()?, |tx| coverage(tx, from, to))
    }

    /// The hours of zones that will go uncovered unless somebody checks in soon, by the hub's clock.
    ///
    /// # Errors
    /// Those of the store.
    pub fn coverage_warnings(&self) -> Result<Vec<ZoneHour>> {
        self.read(&self.site()?, |tx| {
            const HOUR: i64 = 3_600_000;
            let lead = site(tx)?.settings.coverage_warning_min;
            let coverage = coverage(tx, tx.now - HOUR, tx.now + HOUR)?;
            Ok(coverage.warnings(tx.now, lead).into_iter().cloned().collect())
        })
    }

    /// How often the key roads and the zones were patrolled at night, in `[from, to)` (UTC ms).
    ///
    /// # Errors
    /// Those of the store.
    pub fn night_density(&self, from: i64, to: i64) -> Result<NightDensity> {
        self.read(&self.site()?, |tx| {
            let site = site(tx)?;
            let seen = Seen::of_documents(&tx.between(DocumentKind::CheckIn, from, to)?);
            Ok(NightDensity {
                roads: road_density(&all(tx, DocumentKind::KeyRoad)?, &seen, (from, to), site.tz()),
                zones: zone_density(&all(tx, DocumentKind::Zone)?, &seen, (from, to), &site.settings, site.tz()),
            })
        })
    }

    /// Who might move so that those on duty stand where the visitors are.
    ///
    /// # Errors
    /// Those of the store.
    pub fn move_hints(&self) -> Result<Vec<MoveHint>> {
        self.read(&self.site()?, |tx| {
            let settings = site(tx)?.settings;
            let oldest = tx.now - i64::from(settings.crowd_max_age_min) * 60_000;
            let counts: Vec<_> = bare_nouns(tx.between(DocumentKind::CrowdCount, oldest, tx.now + 1)?).collect();
            let shifts: Vec<_> = tx.shifts_on_duty(None, tx.now)?.into_iter().map(|(_, shift)| shift).collect();
            Ok(move_hints(&ZoneLoad::of(&counts, &shifts, &settings, tx.now), &all(tx, DocumentKind::Unit)?, tx.now))
        })
    }
}

fn coverage(tx: &Tx<'_>, from: i64, to: i64) -> Result<Coverage> {
    let zone = site(tx)?.tz();
    let mut planned = Vec::new();
    for kind in [DocumentKind::Shift, DocumentKind::Tour] {
        planned.extend(Planned::of_documents(&tx.between(kind, from.saturating_sub(Shift::MAX_MS), to)?));
    }
    let seen = Seen::of_documents(&tx.between(DocumentKind::CheckIn, from, to)?);
    Ok(Coverage::count(&planned, &seen, (from, to), zone))
}

fn site(tx: &Tx<'_>) -> Result<Site> {
    let stored = tx.document(tx.site)?.ok_or_else(|| Error::internal("every site has its document"))?;
    Ok(serde_json::from_value(stored.document.body)?)
}

fn all<T: DeserializeOwned>(tx: &Tx<'_>, kind: DocumentKind) -> Result<Vec<T>> {
    Ok(bare_nouns(tx.between(kind, i64::MIN, i64::MAX)?).collect())
}
