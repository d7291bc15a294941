//! Rectification notices: what a venue's operator is handed about a hazard, and their signature.

use super::{Page, Recorded, Safety};
use crate::Result;
use crate::domain::{DocumentKind, Kind, NoticeEvent, RectificationNotice, Signature};

/// A notice about a hazard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDraft {
    /// The hazard, which has its owner and due date.
    pub hazard: String,
    /// What has to be done; 1 to 2,000 characters.
    pub requirement: String,
    /// By which law, article by article; 1 to 1,000 characters.
    pub legal_basis: String,
}

impl Safety<'_> {
    /// Writes a rectification notice. Works offline; its number comes from the hub.
    ///
    /// # Errors
    /// [`crate::Code::StateRefused`] at `hazard` where it has no due date or is not open, a text's code at its field,
    /// [`crate::Code::NotPermitted`]; those of the store.
    pub fn issue_notice(&self, draft: NoticeDraft) -> Result<Recorded> {
        let event =
            NoticeEvent::Issue { hazard: draft.hazard, requirement: draft.requirement, legal_basis: draft.legal_basis }.normalised()?;
        self.act(Kind::NoticeIssue, &self.0.env.new_id().to_string(), &event, Vec::new())
    }

    /// Keeps the signature of the venue's operator, or that they would not sign. A photo of it was attached before.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `signature.strokes`, [`crate::Code::HazardFourEyes`] at `signature.witness`,
    /// [`crate::Code::StateRefused`] where it was signed before, [`crate::Code::NotPermitted`]; those of the store.
    pub fn sign_notice(&self, notice: &str, signature: Signature) -> Result<Recorded> {
        let photos = match &signature {
            Signature::Photo { sha256 } => vec![*sha256],
            _ => Vec::new(),
        };
        self.act(Kind::NoticeSign, notice, &NoticeEvent::Sign { signature }.normalised()?, photos)
    }

    /// Rectification notices that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn notices(&self, page: Page) -> Result<Vec<(String, RectificationNotice)>> {
        self.0.typed(DocumentKind::RectificationNotice, page)
    }
}
