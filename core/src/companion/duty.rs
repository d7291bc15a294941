//! What happens at a duty post: its book, its consultations, how it is staffed, and how it passes from one to the next.

use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::domain::{
    Consultation, ConsultationRecord, DocumentKind, DutyLog, DutyLogRecord, DutyPost, Handover, HandoverEvent, Kind, OpenMatter, Shift,
    Staffing, parse_rfc3339,
};
use crate::log::Digest;
use crate::store::documents;
use crate::{Code, Error, Result};

/// What duty posts do. Get it by [`Companion::duty`].
#[derive(Debug, Clone, Copy)]
pub struct Duty<'a>(&'a Companion);

impl Companion {
    /// What duty posts do.
    #[must_use]
    pub const fn duty(&self) -> Duty<'_> {
        Duty(self)
    }
}

impl Duty<'_> {
    /// All duty posts that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn posts(&self) -> Result<Vec<DutyPost>> {
        self.0.reference(DocumentKind::DutyPost)
    }

    /// How a post was staffed from `from` to `to` (RFC 3339 with an offset), as far as this phone knows its shifts.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `post`; [`Code::TimeMalformed`] or [`Code::TimeOrder`] at `from` or `to`; those of the store.
    pub fn staffing(&self, post: &str, from: &str, to: &str) -> Result<Staffing> {
        let post = self.post(post)?;
        let from = parse_rfc3339(from).map_err(|error| error.within("from"))?;
        let to = parse_rfc3339(to).map_err(|error| error.within("to"))?;
        if to < from {
            return Err(Error::field(Code::TimeOrder, "to", "not before from"));
        }
        // Shifts lie by where their window begins; somebody may come a day before it and stay a day after it.
        let shifts = self.0.between(DocumentKind::Shift, from.saturating_sub(3 * Shift::MAX_MS), to.saturating_add(Shift::MAX_MS))?;
        Ok(Staffing::of_documents(&post, &shifts, (from, to), self.0.env.clock.wall_ms()))
    }

    /// Writes into a post's book. Works offline.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] at `post` or `corrects`, [`Code::Missing`] at `text`, [`Code::NotPermitted`]; those of the store.
    pub fn write_log(&self, record: DutyLogRecord, photos: Vec<Digest>) -> Result<Recorded> {
        let record = record.normalised()?;
        let new = NewOperation::new(Kind::DutyLogWrite, self.0.env.new_id().to_string(), &record)?.with_photos(photos);
        Ok(self.0.record(new)?.0)
    }

    /// Entries of the posts' books that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn log(&self, page: Page) -> Result<Vec<(String, DutyLog)>> {
        self.0.typed(DocumentKind::DutyLog, page)
    }

    /// Writes down a question that was answered. Works offline.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] at `post`, [`Code::NotPermitted`]; a text's code at its field; those of the store.
    pub fn record_consultation(&self, record: ConsultationRecord) -> Result<Recorded> {
        let new = NewOperation::new(Kind::ConsultationRecord, self.0.env.new_id().to_string(), &record.normalised()?)?;
        Ok(self.0.record(new)?.0)
    }

    /// Consultations that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn consultations(&self, page: Page) -> Result<Vec<(String, Consultation)>> {
        self.0.typed(DocumentKind::Consultation, page)
    }

    /// What is open for a person at a post, as far as this phone knows: what the next one has to accept by name.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `post`; those of the store.
    pub fn open_matters(&self, post: &str, person: &str) -> Result<Vec<OpenMatter>> {
        let zone = self.post(post)?.zone;
        self.0.read(|connection| documents::open_matters(connection, person, &zone))
    }

    /// Wants to pass a post on to the next person. Needs a running shift at that post. Works offline.
    ///
    /// # Errors
    /// [`Code::OffShift`] at `post`; [`Code::UnknownReference`] at `post` or `to`; [`Code::NotPermitted`] at `to`; those of the store.
    pub fn offer_handover(&self, post: &str, to: &str, note: Option<String>) -> Result<Recorded> {
        self.handover(&self.0.env.new_id().to_string(), HandoverEvent::Offer { post: post.to_owned(), to: to.to_owned(), note })
    }

    /// What whoever takes a post over has to accept by name, as far as this phone knows; the hub may know of more.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `handover`; those of the store.
    pub fn to_accept(&self, handover: &str) -> Result<Vec<OpenMatter>> {
        let document = self.0.document(handover)?.filter(|document| document.kind == DocumentKind::Handover.as_str());
        let document = document.ok_or_else(|| Error::field(Code::NotFound, "handover", "no such handover"))?;
        let handover: Handover = serde_json::from_value(document.body)?;
        self.0.read(|connection| {
            let open = documents::open_matters(connection, &handover.from, &handover.zone)?;
            handover.to_accept(open, |id| Ok(documents::get(connection, id)?.is_some()))
        })
    }

    /// Takes a post over, with what is open: the ids of [`Duty::to_accept`], each of them.
    ///
    /// # Errors
    /// [`Code::HandoverOpen`] at `accepted` where one is missing; [`Code::OffShift`] at `post` where no shift at that post is
    /// running; [`Code::NotPermitted`], [`Code::StateRefused`]; those of the store.
    pub fn accept_handover(&self, handover: &str, accepted: Vec<String>, note: Option<String>) -> Result<Recorded> {
        self.handover(handover, HandoverEvent::Accept { accepted, note })
    }

    /// Handovers that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn handovers(&self, page: Page) -> Result<Vec<(String, Handover)>> {
        self.0.typed(DocumentKind::Handover, page)
    }

    fn post(&self, id: &str) -> Result<DutyPost> {
        let post = self.posts()?.into_iter().find(|post| post.id == id);
        post.ok_or_else(|| Error::field(Code::NotFound, "post", "no such post"))
    }

    fn handover(&self, handover: &str, event: HandoverEvent) -> Result<Recorded> {
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), handover, &event)?)?.0)
    }
}
