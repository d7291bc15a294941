//! What the desk keeps of a call for itself: reasons, outcomes, the referral number. Who called does not read it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::apply::Write;
use super::call::CallMove;
use super::case::{Case, Judgement, Noun, changed_write, created_write, parse};
use super::{Bucket, DocumentKind};

/// What somebody wrote when they moved a call on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallNote {
    /// What they did.
    pub step: CallMove,
    /// Who.
    pub by: String,
    /// The operation that says so.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
    /// Their words.
    pub text: String,
}

/// The desk's own file on a call; its document's id is the call's with `.file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFile {
    /// The call.
    pub call: String,
    /// When it was begun, UTC ms.
    pub at: i64,
    /// Under which number the case goes on elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    /// Everything that was written, in the hub's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<CallNote>,
}

impl Noun for CallFile {
    const KIND: DocumentKind = DocumentKind::CallFile;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_desk()
    }

    fn person(&self) -> Option<String> {
        None
    }

    fn at(&self) -> i64 {
        self.at
    }
}

/// Adds to the file of the call under judgement. The hub keeps it; a phone has nothing to write.
pub(super) fn note(case: &Case<'_>, step: CallMove, text: Option<String>, referral: Option<String>) -> Judgement<Option<Write>> {
    if !case.is_hub() || (text.is_none() && referral.is_none()) {
        return Ok(None);
    }
    let (call, operation) = (&case.operation.entity, case.operation);
    let id = format!("{call}.file");
    let document = case.document(&id)?;
    let before: Option<CallFile> = document.as_ref().and_then(parse);
    let mut after = before.clone().unwrap_or(CallFile { call: call.clone(), at: case.at, referral: None, notes: Vec::new() });
    after.referral = referral.or(after.referral);
    after.notes.extend(text.map(|text| CallNote { step, by: case.actor().to_owned(), operation: operation.id, at: case.at, text }));
    match (document, before) {
        (Some(document), Some(before)) => changed_write(&document, &before, &after).map(Some),
        _ => created_write(&id, &after).map(Some),
    }
}
