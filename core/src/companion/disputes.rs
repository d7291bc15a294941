//! Disputes: found, screened, mediated by one of two roads, and looked at again afterwards.

use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::Result;
use crate::domain::{Dispute, DisputeCategory, DisputeEvent, DocumentKind, MediationRoad, parse_rfc3339};
use crate::log::{Digest, Fix};

/// A dispute that was found. Nobody's name belongs in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeDraft {
    /// What it is about.
    pub category: DisputeCategory,
    /// What happened; 1 to 2,000 characters.
    pub description: String,
    /// How many are at odds; 2 to 1,000.
    pub parties: u32,
    /// In which zone, where that is known.
    pub zone: Option<String>,
    /// Where; 1 to 200 characters.
    pub place: String,
    /// Where the phone is.
    pub fix: Option<Fix>,
    /// Photos that were attached before.
    pub photos: Vec<Digest>,
}

/// What is done about disputes. Get it by [`Companion::disputes`].
#[derive(Debug, Clone, Copy)]
pub struct Disputes<'a>(&'a Companion);

impl Companion {
    /// What is done about disputes.
    #[must_use]
    pub const fn disputes(&self) -> Disputes<'_> {
        Disputes(self)
    }
}

impl Disputes<'_> {
    /// Reports a dispute. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `parties`; [`crate::Code::UnknownReference`] at `zone`; a text's code at its field;
    /// [`crate::Code::NotPermitted`]; those of the store.
    pub fn report(&self, draft: DisputeDraft) -> Result<Recorded> {
        let DisputeDraft { category, description, parties, zone, place, fix, photos } = draft;
        let event = DisputeEvent::Report { category, description, parties, zone, place }.normalised()?;
        let new = NewOperation::new(event.kind(), self.0.env.new_id().to_string(), &event)?.with_fix(fix).with_photos(photos);
        Ok(self.0.record(new)?.0)
    }

    /// An officer looks at it.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`]; those of the store.
    pub fn screen(&self, dispute: &str, note: Option<String>) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Screen { note })
    }

    /// Mediation begins. `mediators` are persons of the base by id, and for people's mediation also names of others; they see the
    /// dispute from then on.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`] at `mediators` where nobody among them may mediate without an officer; [`crate::Code::Missing`]
    /// or [`crate::Code::OutOfRange`] at `mediators`; as [`Disputes::screen`].
    pub fn mediate(&self, dispute: &str, road: MediationRoad, mediators: Vec<String>) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Mediate { road, mediators })
    }

    /// They try again; the police once at most.
    ///
    /// # Errors
    /// As [`Disputes::mediate`].
    pub fn retry(&self, dispute: &str, mediators: Vec<String>) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Retry { mediators })
    }

    /// Another authority takes it.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `authority` or `reason`; as [`Disputes::screen`].
    pub fn refer(&self, dispute: &str, authority: &str, reason: &str) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Refer { authority: authority.to_owned(), reason: reason.to_owned() })
    }

    /// There is an agreement, to be performed by then (RFC 3339 with an offset).
    ///
    /// # Errors
    /// [`crate::Code::TimeMalformed`] or [`crate::Code::TimeOrder`] at `perform_by`; as [`Disputes::mediate`].
    pub fn agree(&self, dispute: &str, mediators: Vec<String>, terms: &str, perform_by: &str) -> Result<Recorded> {
        let perform_by = parse_rfc3339(perform_by).map_err(|error| error.within("perform_by"))?;
        self.act(dispute, DisputeEvent::Agree { mediators, terms: terms.to_owned(), perform_by })
    }

    /// The agreement was kept.
    ///
    /// # Errors
    /// As [`Disputes::screen`].
    pub fn perform(&self, dispute: &str, note: Option<String>) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Perform { note })
    }

    /// Somebody asked how things stand.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `note`; as [`Disputes::screen`].
    pub fn revisit(&self, dispute: &str, note: &str) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Revisit { note: note.to_owned() })
    }

    /// It is over.
    ///
    /// # Errors
    /// As [`Disputes::screen`].
    pub fn close(&self, dispute: &str, note: Option<String>) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Close { note })
    }

    /// There is no agreement; or there was one that was not kept, and then `mediators` is empty and an officer says so.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `reason`; as [`Disputes::mediate`].
    pub fn fail(&self, dispute: &str, mediators: Vec<String>, reason: &str) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::Fail { mediators, reason: reason.to_owned() })
    }

    /// The law takes its course: those at odds were shown which way.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `note`; as [`Disputes::screen`].
    pub fn legal_route(&self, dispute: &str, note: &str) -> Result<Recorded> {
        self.act(dispute, DisputeEvent::LegalRoute { note: note.to_owned() })
    }

    /// Disputes that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn all(&self, page: Page) -> Result<Vec<(String, Dispute)>> {
        self.0.typed(DocumentKind::Dispute, page)
    }

    fn act(&self, dispute: &str, event: DisputeEvent) -> Result<Recorded> {
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), dispute, &event)?)?.0)
    }
}
