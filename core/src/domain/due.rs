//! What the hub's clock does to documents, with nobody writing: warnings, prompts, alarms, what was missed.
//!
//! A document holds its own deadlines. Where a changed setting must move no clock that is running, what it says is written
//! into the document when that is made or moved on. A noun that waits for a time implements [`Timed`] and gets a line in
//! [`timed`]; the hub does the rest (`hub/src/ledger/deadlines.rs`).

use super::apply::{World, Write};
use super::call::Call;
use super::case::{Noun, merged, parse, write_of};
use super::{Assignment, Dispute, Document, DocumentKind, FoundItem, Hazard, LostReport, Settings, Shift, Tour, WelfareTimer, WorkPlan};
use crate::Result;

/// The hub's clock, and what a step may ask.
pub(super) struct Tick<'a> {
    /// The document's id.
    pub(super) id: &'a str,
    pub(super) world: &'a dyn World,
    pub(super) settings: &'a Settings,
    /// UTC ms.
    pub(super) now: i64,
}

/// A noun that the hub's clock moves on.
pub(super) trait Timed: Noun {
    /// When its next step is due, UTC ms; none where nothing is.
    fn deadline(&self, settings: &Settings) -> Option<i64>;

    /// Takes every step that is due. Afterwards the deadline lies behind the tick, or there is none.
    fn step(&mut self, tick: &Tick<'_>) -> Result<()>;
}

/// Whether the hub's clock may change documents of this kind.
#[must_use]
pub fn is_timed(kind: &str) -> bool {
    use DocumentKind::{Assignment, Call, Dispute, FoundItem, Hazard, LostReport, Shift, Tour, WelfareTimer, WorkPlan};
    let kind = DocumentKind::parse(kind);
    matches!(kind, Some(Call | Assignment | WelfareTimer | Shift | Tour | Hazard | LostReport | FoundItem | Dispute | WorkPlan))
}

/// When the hub's clock changes this document next, UTC ms; none where it does not. What a newer version wrote in another
/// shape is left to it.
#[must_use]
pub fn deadline(document: &Document, settings: &Settings) -> Option<i64> {
    timed(document, &Deadline(settings)).flatten()
}

/// The document as the hub's clock leaves it at `now` (UTC ms); none where nothing is due, so that looking twice does nothing.
///
/// # Errors
/// Those of the world.
pub fn step(document: &Document, world: &dyn World, settings: &Settings, now: i64) -> Result<Option<Write>> {
    timed(document, &Tick { id: &document.id, world, settings, now }).unwrap_or(Ok(None))
}

/// What is asked of a document of whatever noun.
trait Ask {
    type Answer;
    fn of<N: Timed>(&self, document: &Document, noun: N) -> Self::Answer;
}

struct Deadline<'a>(&'a Settings);

impl Ask for Deadline<'_> {
    type Answer = Option<i64>;

    fn of<N: Timed>(&self, _: &Document, noun: N) -> Option<i64> {
        noun.deadline(self.0)
    }
}

impl Ask for Tick<'_> {
    type Answer = Result<Option<Write>>;

    fn of<N: Timed>(&self, document: &Document, mut noun: N) -> Result<Option<Write>> {
        if noun.deadline(self.settings).is_none_or(|deadline| self.now < deadline) {
            return Ok(None);
        }
        let before = serde_json::to_value(&noun)?;
        noun.step(self)?;
        let body = merged(&document.body, &before, serde_json::to_value(&noun)?);
        Ok(Some(write_of(&document.id, body, &noun)))
    }
}

fn timed<A: Ask>(document: &Document, ask: &A) -> Option<A::Answer> {
    Some(match DocumentKind::parse(&document.kind)? {
        DocumentKind::Call => ask.of(document, parse::<Call>(document)?),
        DocumentKind::Assignment => ask.of(document, parse::<Assignment>(document)?),
        DocumentKind::WelfareTimer => ask.of(document, parse::<WelfareTimer>(document)?),
        DocumentKind::Shift => ask.of(document, parse::<Shift>(document)?),
        DocumentKind::Tour => ask.of(document, parse::<Tour>(document)?),
        DocumentKind::Hazard => ask.of(document, parse::<Hazard>(document)?),
        DocumentKind::LostReport => ask.of(document, parse::<LostReport>(document)?),
        DocumentKind::FoundItem => ask.of(document, parse::<FoundItem>(document)?),
        DocumentKind::Dispute => ask.of(document, parse::<Dispute>(document)?),
        DocumentKind::WorkPlan => ask.of(document, parse::<WorkPlan>(document)?),
        _ => return None,
    })
}
