//! What the hub's clock does to shifts and tours when nobody did anything: the steps that no operation makes.

use super::apply::Write;
use super::case::{merged, parse, write_of};
use super::{Document, DocumentKind, Settings, Shift, Tour, World};
use crate::Result;

/// When the hub's clock is next to look at a document, UTC ms; none where it never needs to.
#[must_use]
pub fn next_deadline(document: &Document, settings: &Settings) -> Option<i64> {
    match DocumentKind::parse(&document.kind)? {
        DocumentKind::Shift => parse::<Shift>(document)?.next_deadline(settings),
        DocumentKind::Tour => parse::<Tour>(document)?.next_deadline(),
        _ => None,
    }
}

/// What the hub's clock makes of a document at `now` (UTC ms): a planned shift to which nobody came is a no-show, a tour
/// that nobody began is missed, one that nobody finished is what its check-ins show. None where there is nothing to do,
/// so that looking twice does nothing.
///
/// # Errors
/// Those of the world.
pub fn lapse(document: &Document, world: &dyn World, settings: &Settings, now: i64) -> Result<Option<Write>> {
    match DocumentKind::parse(&document.kind) {
        Some(DocumentKind::Shift) => {
            let Some(before) = parse::<Shift>(document) else { return Ok(None) };
            before.no_show(settings, now).map(|after| written(document, &before, &after)).transpose()
        }
        Some(DocumentKind::Tour) => {
            let Some(before) = parse::<Tour>(document) else { return Ok(None) };
            if before.next_deadline().is_none_or(|deadline| now < deadline) {
                return Ok(None);
            }
            let (from, to) = before.span();
            let visits = world.visits_of(&before.person, from, to)?;
            before.lapsed(&document.id, &visits, now).map(|after| written(document, &before, &after)).transpose()
        }
        _ => Ok(None),
    }
}

fn written<N: super::case::Noun>(document: &Document, before: &N, after: &N) -> Result<Write> {
    let body = merged(&document.body, &serde_json::to_value(before)?, serde_json::to_value(after)?);
    Ok(write_of(&document.id, body, after))
}
