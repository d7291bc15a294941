//! What the hub knows of lost property beyond what a phone may: matches over everything, with the marks that only owners know.

use liuye_core::domain::{
    Candidate, DocumentKind, FoundItem, FoundSecrets, ItemCategory, LostReport, LostReportState, Match, Offered, Sought, rank,
};
use liuye_core::{Code, Error, Result};
use serde::de::DeserializeOwned;

use crate::hub::Hub;
use crate::ledger::Tx;

/// A match of which staff are to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The loss report's id.
    pub report: String,
    /// The found item's id.
    pub item: String,
    /// How well they fit.
    pub fit: Match,
}

impl Hub {
    /// The found items that may be what a report speaks of, the likeliest first, each with its reasons; at most `limit`. They are
    /// looked for anew each time, so that a change of either side counts at once. For staff alone: no stranger is told.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `report`; those of the store.
    pub fn candidates(&self, report: &str, limit: usize) -> Result<Vec<Candidate>> {
        self.read(&self.site()?, |tx| candidates(tx, &noun::<LostReport>(tx, report, DocumentKind::LostReport, "report")?, limit))
    }

    /// The loss reports that may speak of a found item, the likeliest first; at most `limit`.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `item`; those of the store.
    pub fn owners(&self, item: &str, limit: usize) -> Result<Vec<Candidate>> {
        self.read(&self.site()?, |tx| {
            let found: FoundItem = noun(tx, item, DocumentKind::FoundItem, "item")?;
            if !found.may_be_sought() {
                return Ok(Vec::new());
            }
            let hidden = hidden(tx, item)?;
            let offered = Offered::new(&found.found, hidden.as_deref());
            let mut owners = Vec::new();
            for category in categories(found.found.category, found.found.serial_digest.is_some()) {
                for document in tx.lost_until(&category, found.found.found_at)? {
                    let Ok(report) = serde_json::from_value::<LostReport>(document.body) else { continue };
                    if is_sought(&report)
                        && let Some(fit) = Sought::new(&report.loss).compare(&offered)
                    {
                        owners.push(Candidate { id: document.id, fit });
                    }
                }
            }
            rank(&mut owners, limit);
            Ok(owners)
        })
    }

    /// The matches of open reports from the site's threshold on (`match_tell`), the likeliest first: those that staff are told of.
    ///
    /// # Errors
    /// Those of the store.
    pub fn matches_to_tell(&self) -> Result<Vec<Told>> {
        self.read(&self.site()?, |tx| {
            let from = i32::try_from(tx.settings()?.match_tell).unwrap_or(i32::MAX);
            let mut told = Vec::new();
            for document in tx.between(DocumentKind::LostReport, i64::MIN, i64::MAX)? {
                let Ok(report) = serde_json::from_value::<LostReport>(document.body) else { continue };
                if is_sought(&report) {
                    let fits = candidates(tx, &report, usize::MAX)?.into_iter().filter(|candidate| candidate.fit.score >= from);
                    told.extend(fits.map(|Candidate { id: item, fit }| Told { report: document.id.clone(), item, fit }));
                }
            }
            told.sort_by(|a, b| (b.fit.score, &a.report, &a.item).cmp(&(a.fit.score, &b.report, &b.item)));
            Ok(told)
        })
    }

    /// What only the owner of an item can know, for whoever verifies a claim of it. The reading is written down before anything is
    /// shown. It is for the desk's own page: no answer of the API has it.
    ///
    /// # Errors
    /// [`Code::NotFound`] where nothing is kept; those of the store.
    pub fn found_secrets(&self, item: &str, reader: &str) -> Result<String> {
        self.write(&self.site()?, |tx| {
            tx.log_access(reader, &FoundItem::secrets_id(item))?;
            hidden(tx, item)?.ok_or_else(|| Error::new(Code::NotFound, "no marks are kept"))
        })
    }
}

/// Whose owner waits for it, and has not been erased.
const fn is_sought(report: &LostReport) -> bool {
    matches!(report.state, LostReportState::Open | LostReportState::Candidate | LostReportState::Claimed) && report.erased_at.is_none()
}

fn candidates(tx: &Tx<'_>, report: &LostReport, limit: usize) -> Result<Vec<Candidate>> {
    if !is_sought(report) {
        return Ok(Vec::new());
    }
    let sought = Sought::new(&report.loss);
    let mut candidates = Vec::new();
    for category in categories(report.loss.category, report.loss.serial_digest.is_some()) {
        for document in tx.found_since(&category, report.loss.lost_from)? {
            let Ok(item) = serde_json::from_value::<FoundItem>(document.body) else { continue };
            if !item.may_be_sought() {
                continue;
            }
            let hidden = hidden(tx, &document.id)?;
            if let Some(fit) = sought.compare(&Offered::new(&item.found, hidden.as_deref())) {
                candidates.push(Candidate { id: document.id, fit });
            }
        }
    }
    rank(&mut candidates, limit);
    Ok(candidates)
}

/// The names of the categories that a thing of this one may go by. An equal serial number decides across all of them.
fn categories(of: ItemCategory, has_serial: bool) -> impl Iterator<Item = String> {
    let may_be = ItemCategory::ALL.into_iter().filter(move |other| has_serial || of.fits(*other).is_some());
    may_be.filter_map(|category| serde_json::to_value(category).ok()?.as_str().map(str::to_owned))
}

fn hidden(tx: &Tx<'_>, item: &str) -> Result<Option<String>> {
    let stored = tx.document(&FoundItem::secrets_id(item))?;
    Ok(stored.and_then(|stored| serde_json::from_value::<FoundSecrets>(stored.document.body).ok()).map(|secrets| secrets.hidden))
}

fn noun<T: DeserializeOwned>(tx: &Tx<'_>, id: &str, kind: DocumentKind, field: &'static str) -> Result<T> {
    let stored = tx.document(id)?.filter(|stored| stored.document.kind == kind.as_str());
    let missing = || Error::field(Code::NotFound, field, "nothing of this id");
    Ok(serde_json::from_value(stored.ok_or_else(missing)?.document.body)?)
}
