//! What the desk asks of patrols: coverage, warnings, night density, hints; and the hub's clock over shifts and tours.

use liuye_core::domain::{
    Coverage, DensityHour, Document, DocumentKind, MoveHint, Planned, Seen, Shift, Site, Write, ZoneHour, ZoneLoad, lapse, move_hints,
    next_deadline, road_density, zone_density,
};
use liuye_core::log::Digest;
use liuye_core::{Error, Result};
use serde::de::DeserializeOwned;

use crate::hub::Hub;
use crate::ledger::{HubWorld, Tx};

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
            let counts = nouns(tx.between(DocumentKind::CrowdCount, oldest, tx.now + 1)?);
            let shifts = nouns(tx.between(DocumentKind::Shift, tx.now - 2 * Shift::MAX_MS, tx.now + Shift::MAX_MS)?);
            Ok(move_hints(&ZoneLoad::of(&counts, &shifts, &settings, tx.now), &all(tx, DocumentKind::Unit)?, tx.now))
        })
    }

    /// Lets the hub's clock act on shifts and tours whose time has passed: no-shows, missed and unfinished tours. Looking twice
    /// does nothing. Returns the ids of what changed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn lapse_duties(&self) -> Result<Vec<String>> {
        self.write(&self.site()?, |tx| {
            let settings = site(tx)?.settings;
            let world = HubWorld { tx, keys: self.keys() };
            let mut changed = Vec::new();
            for document in tx.open_duties()? {
                if next_deadline(&document, &settings).is_some_and(|deadline| deadline <= tx.now)
                    && let Some(write) = lapse(&document, &world, &settings, tx.now)?
                {
                    changed.push(written(tx, &write)?);
                }
            }
            Ok(changed)
        })
    }
}

/// Writes what the hub's clock did, as an entry of the site's log.
fn written(tx: &Tx<'_>, write: &Write) -> Result<String> {
    let position = tx.append_entry("lapse", &write.id, &Digest::of(write.body.to_string().as_bytes()))?;
    tx.write_document(write, position)?;
    Ok(write.id.clone())
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
    Ok(nouns(tx.between(kind, i64::MIN, i64::MAX)?))
}

fn nouns<T: DeserializeOwned>(documents: Vec<Document>) -> Vec<T> {
    documents.into_iter().filter_map(|document| serde_json::from_value(document.body).ok()).collect()
}
