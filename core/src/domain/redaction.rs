//! What stays of a loss report or a claim once its owner is erased, and of a track once its days are over: what counts are made of,
//! and nothing that anyone typed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AsTold, Body, Bucket, Claim, Conflict, Document, DocumentKind, Kind, LostReport, Track, Write};
use crate::log::Operation;

/// The word to each device that wrote about an erased subject: it forgets what it keeps of that. It lies in the device's own
/// bucket, so that it comes even where the report itself may no longer be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// The erased subject: a loss report's id, or a claim's.
    pub entity: String,
    /// When it was erased, by the hub's clock, UTC ms.
    pub erased_at: i64,
}

impl Redaction {
    /// The id of a subject's redaction. No operation can be about it: ids that phones make have no full stop.
    #[must_use]
    pub fn id_of(entity: &str) -> String {
        format!("redaction.{entity}")
    }

    /// The document, for these buckets.
    #[must_use]
    pub fn write(&self, buckets: Vec<Bucket>) -> Write {
        Write {
            id: Self::id_of(&self.entity),
            kind: DocumentKind::Redaction,
            body: json!({ "entity": self.entity, "erased_at": self.erased_at }),
            buckets,
            person: None,
            at: self.erased_at,
            conflict: None,
        }
    }

    /// What this document says, where it is a redaction.
    #[must_use]
    pub fn read(document: &Document) -> Option<Self> {
        if document.kind == DocumentKind::Redaction.as_str() { Self::deserialize(&document.body).ok() } else { None }
    }
}

/// Takes the text of an operation away. Its digest and hash stay, and with them the chain; what counts are made of stays as the
/// residue. An operation that has no body any more is left with no more than that either.
///
/// # Errors
/// [`crate::Code::Internal`] where the residue cannot be written as JSON.
pub fn redact_operation(operation: &mut Operation) -> crate::Result<()> {
    operation.body_salt = None;
    let Some(text) = operation.body.take().or_else(|| operation.residue.take()) else { return Ok(()) };
    // What cannot be read leaves nothing: it took no effect, and no count depends on it.
    let left = Kind::parse(&operation.kind).and_then(|kind| Body::read(kind, text.get()).ok()?.redacted());
    operation.residue = left.map(|left| serde_json::value::to_raw_value(&left)).transpose()?;
    Ok(())
}

impl Document {
    /// Takes everything that was typed out of a loss report or a claim, or the points out of a track, with the evidence of conflicts and the photos. State, category,
    /// zone and times stay.
    pub fn redact(&mut self, erased_at: i64) {
        self.body = redacted_body(DocumentKind::parse(&self.kind), &self.body, erased_at);
        for conflict in &mut self.conflicts {
            // What a newer version told beside it goes as well: nobody here knows whose it is.
            let known = conflict.clone().into_known();
            *conflict = AsTold::from(Conflict { body: Value::Null, photos: Vec::new(), ..known });
        }
    }
}

impl Write {
    /// [`Document::redact`] for what is about to be written.
    pub fn redact(&mut self, erased_at: i64) {
        self.body = redacted_body(Some(self.kind), &self.body, erased_at);
        if let Some(conflict) = &mut self.conflict {
            (conflict.body, conflict.photos) = (Value::Null, Vec::new());
        }
    }
}

/// Only what this version knows stays: a newer version's field may hold anything.
fn redacted_body(kind: Option<DocumentKind>, body: &Value, erased_at: i64) -> Value {
    let redacted = match kind {
        Some(DocumentKind::Claim) => Claim::deserialize(body).ok().and_then(|claim| serde_json::to_value(claim.redacted(erased_at)).ok()),
        Some(DocumentKind::Track) => Track::deserialize(body).ok().and_then(|track| serde_json::to_value(track.redacted(erased_at)).ok()),
        _ => LostReport::deserialize(body).ok().and_then(|report| serde_json::to_value(report.redacted(erased_at)).ok()),
    };
    redacted.unwrap_or_else(|| json!({ "erased_at": erased_at }))
}
