//! What the hub's clock does to documents, with nobody writing: warnings, prompts, alarms, what was missed.
//!
//! A document holds its own deadlines. What the settings say is written into it when it is made or moved on, so that a
//! changed setting moves no clock that is running. A noun that waits for a time implements [`Timed`] and gets a line in
//! [`timed`]; the hub does the rest (`hub/src/ledger/deadlines.rs`).

use super::apply::Write;
use super::call::Call;
use super::case::{Noun, json, merged, parse, write_of};
use super::{Assignment, Document, DocumentKind, WelfareTimer};

/// A noun that the hub's clock moves on.
pub(super) trait Timed: Noun {
    /// When its next step is due, UTC ms; none where nothing is.
    fn deadline(&self) -> Option<i64>;

    /// Takes every step that is due at `now`. Afterwards the deadline lies behind `now`, or there is none.
    fn step(&mut self, now: i64);
}

/// Whether the hub's clock may change documents of this kind.
#[must_use]
pub fn is_timed(kind: &str) -> bool {
    matches!(DocumentKind::parse(kind), Some(DocumentKind::Call | DocumentKind::Assignment | DocumentKind::WelfareTimer))
}

/// When the hub's clock changes this document next, UTC ms; none where it does not. What a newer version wrote in another
/// shape is left to it.
#[must_use]
pub fn deadline(document: &Document) -> Option<i64> {
    timed(document, &Ask::Deadline).and_then(|answer| answer.deadline)
}

/// The document as the hub's clock leaves it at `now` (UTC ms); none where nothing is due.
#[must_use]
pub fn step(document: &Document, now: i64) -> Option<Write> {
    timed(document, &Ask::Step(now)).and_then(|answer| answer.write)
}

enum Ask {
    Deadline,
    Step(i64),
}

#[derive(Default)]
struct Told {
    deadline: Option<i64>,
    write: Option<Write>,
}

fn timed(document: &Document, ask: &Ask) -> Option<Told> {
    match DocumentKind::parse(&document.kind)? {
        DocumentKind::Call => tell::<Call>(document, ask),
        DocumentKind::Assignment => tell::<Assignment>(document, ask),
        DocumentKind::WelfareTimer => tell::<WelfareTimer>(document, ask),
        _ => None,
    }
}

fn tell<N: Timed>(document: &Document, ask: &Ask) -> Option<Told> {
    let mut noun: N = parse(document)?;
    let deadline = noun.deadline();
    match ask {
        Ask::Deadline => Some(Told { deadline, write: None }),
        Ask::Step(now) if deadline.is_some_and(|deadline| deadline <= *now) => {
            let before = json(&noun).ok()?;
            noun.step(*now);
            let body = merged(&document.body, &before, json(&noun).ok()?);
            Some(Told { deadline: noun.deadline(), write: Some(write_of(&document.id, body, &noun)) })
        }
        Ask::Step(_) => None,
    }
}
