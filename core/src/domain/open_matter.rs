//! What somebody at a duty post has in hand that is not over: whoever takes the post over has to take it by name.

use serde::{Deserialize, Serialize};

use super::case::parse;
use super::{Call, CallSource, Document, DocumentKind, FoundItem, FoundItemState, WelfareState, WelfareTimer};

/// What an open matter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// A call that is not over.
    Call,
    /// A welfare timer of theirs, or one that they see to.
    WelfareTimer,
    /// A found thing in their custody.
    FoundItem,
}

/// Something that is not over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OpenMatter {
    /// What it is.
    pub kind: MatterKind,
    /// The document's id.
    pub id: String,
}

impl OpenMatter {
    /// Whether documents of this kind can be open matters.
    #[must_use]
    pub fn is_kind(kind: &str) -> bool {
        kind == DocumentKind::Call.as_str() || kind == DocumentKind::WelfareTimer.as_str() || kind == DocumentKind::FoundItem.as_str()
    }

    /// What this document is for `person`, who serves at a post in `zone`; none where it is over or not theirs.
    ///
    /// A call is theirs where they were sent to it, and where it lies in the zone or in none that is known; a clue only where
    /// they were sent. An alarm under duress never is: the desk has it anyhow, and its victim may be the one who reads this.
    #[must_use]
    pub fn of(document: &Document, person: &str, zone: &str) -> Option<Self> {
        let kind = match document.kind.as_str() {
            kind if kind == DocumentKind::FoundItem.as_str() => {
                is_in_custody(&parse(document)?, person).then_some(MatterKind::FoundItem)?
            }
            kind if kind == DocumentKind::Call.as_str() => is_open_call(&parse(document)?, person, zone).then_some(MatterKind::Call)?,
            kind if kind == DocumentKind::WelfareTimer.as_str() => {
                is_running_timer(&parse(document)?, person).then_some(MatterKind::WelfareTimer)?
            }
            _ => return None,
        };
        Some(Self { kind, id: document.id.clone() })
    }

    /// [`OpenMatter::of`] all of these, in their order.
    #[must_use]
    pub fn of_all(documents: impl IntoIterator<Item = Document>, person: &str, zone: &str) -> Vec<Self> {
        let mut found: Vec<_> = documents.into_iter().filter_map(|document| Self::of(&document, person, zone)).collect();
        found.sort_unstable();
        found
    }
}

fn is_open_call(call: &Call, person: &str, zone: &str) -> bool {
    let is_here = call.record.source != CallSource::Clue && call.record.zone.as_deref().is_none_or(|of_call| of_call == zone);
    call.state.is_open() && (is_here || call.is_assigned_to(person))
}

fn is_running_timer(timer: &WelfareTimer, person: &str) -> bool {
    let is_over = matches!(timer.state, WelfareState::Resolved | WelfareState::FalseAlarm);
    !is_over && !timer.duress && (timer.person == person || timer.acknowledged_by.as_deref() == Some(person))
}

fn is_in_custody(item: &FoundItem, person: &str) -> bool {
    item.is_held_by(person) && !matches!(item.state, FoundItemState::Released | FoundItemState::Disposed)
}
