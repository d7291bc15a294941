//! Publicity: sessions from plan to proof, their topics and material, and the stock of leaflets.

use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::Result;
use crate::domain::{DocumentKind, LeafletEvent, Leaflets, Material, PublicityEvent, PublicitySession, Topic, parse_rfc3339};
use crate::log::{Digest, Fix};

/// A session that is to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDraft {
    /// What it is about: ids of topics, 1 to 10.
    pub topics: Vec<String>,
    /// What it works with: ids of material, at most 20.
    pub materials: Vec<String>,
    /// In which zone.
    pub zone: String,
    /// Where in it; 1 to 200 characters.
    pub place: String,
    /// From when: RFC 3339 with an offset.
    pub from: String,
    /// Until when: RFC 3339 with an offset; at most 24 hours later.
    pub to: String,
}

/// What publicity consists of. Get it by [`Companion::publicity`].
#[derive(Debug, Clone, Copy)]
pub struct Publicity<'a>(&'a Companion);

impl Companion {
    /// What publicity consists of.
    #[must_use]
    pub const fn publicity(&self) -> Publicity<'_> {
        Publicity(self)
    }
}

impl Publicity<'_> {
    /// All topics that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn topics(&self) -> Result<Vec<Topic>> {
        self.0.reference(DocumentKind::Topic)
    }

    /// All material that this phone knows, by id; rhymes with their words.
    ///
    /// # Errors
    /// Those of the store.
    pub fn materials(&self) -> Result<Vec<Material>> {
        self.0.reference(DocumentKind::Material)
    }

    /// Plans a session. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::UnknownReference`] at `topics`, `materials` or `zone`; [`crate::Code::Missing`] at `topics` or `place`;
    /// [`crate::Code::TimeMalformed`], [`crate::Code::TimeOrder`] or [`crate::Code::OutOfRange`] at `from` or `to`; [`crate::Code::NotPermitted`]; those of the store.
    pub fn plan(&self, draft: SessionDraft) -> Result<Recorded> {
        let SessionDraft { topics, materials, zone, place, from, to } = draft;
        let from = parse_rfc3339(&from).map_err(|error| error.within("from"))?;
        let to = parse_rfc3339(&to).map_err(|error| error.within("to"))?;
        let event = PublicityEvent::Plan { topics, materials, zone, place, from, to };
        self.session(&self.0.env.new_id().to_string(), event, None, Vec::new())
    }

    /// Says that a session was held, and how many people it reached. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `audience`, [`crate::Code::StateRefused`], [`crate::Code::NotPermitted`]; those of the store.
    pub fn hold(&self, session: &str, audience: u32, note: Option<String>, fix: Option<Fix>, photos: Vec<Digest>) -> Result<Recorded> {
        self.session(session, PublicityEvent::Hold { audience, note }, fix, photos)
    }

    /// Vouches for a session that somebody else held: it counts from then on, and its leaflets stay as they are.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`], also for one of their own; [`crate::Code::StateRefused`]; those of the store.
    pub fn verify(&self, session: &str, note: Option<String>) -> Result<Recorded> {
        self.session(session, PublicityEvent::Verify { note }, None, Vec::new())
    }

    /// Sessions that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn sessions(&self, page: Page) -> Result<Vec<(String, PublicitySession)>> {
        self.0.typed(DocumentKind::PublicitySession, page)
    }

    /// Takes a batch of leaflets into the stock.
    ///
    /// # Errors
    /// [`crate::Code::UnknownReference`] at `material` where that is no leaflet; [`crate::Code::OutOfRange`] at `quantity`; [`crate::Code::NotPermitted`];
    /// those of the store.
    pub fn stock_leaflets(&self, material: &str, quantity: u32) -> Result<Recorded> {
        self.leaflets(&self.0.env.new_id().to_string(), LeafletEvent::Stock { material: material.to_owned(), quantity })
    }

    /// Takes leaflets of a batch to a session. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::LeafletsShort`] or [`crate::Code::OutOfRange`] at `quantity`; [`crate::Code::UnknownReference`] at `session`, or
    /// [`crate::Code::StateRefused`] there where it is verified; [`crate::Code::NotPermitted`]; those of the store.
    pub fn issue_leaflets(&self, batch: &str, session: &str, quantity: u32) -> Result<Recorded> {
        self.leaflets(batch, LeafletEvent::Issue { session: session.to_owned(), quantity })
    }

    /// Brings leaflets back from a session. Works offline.
    ///
    /// # Errors
    /// As [`Publicity::issue_leaflets`].
    pub fn return_leaflets(&self, batch: &str, session: &str, quantity: u32) -> Result<Recorded> {
        self.leaflets(batch, LeafletEvent::Return { session: session.to_owned(), quantity })
    }

    /// Says that leaflets were spoilt or lost in a session. Works offline.
    ///
    /// # Errors
    /// As [`Publicity::issue_leaflets`].
    pub fn waste_leaflets(&self, batch: &str, session: &str, quantity: u32) -> Result<Recorded> {
        self.leaflets(batch, LeafletEvent::Waste { session: session.to_owned(), quantity })
    }

    /// Batches of leaflets, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn batches(&self, page: Page) -> Result<Vec<(String, Leaflets)>> {
        self.0.typed(DocumentKind::Leaflets, page)
    }

    fn session(&self, id: &str, event: PublicityEvent, fix: Option<Fix>, photos: Vec<Digest>) -> Result<Recorded> {
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), id, &event)?.with_fix(fix).with_photos(photos))?.0)
    }

    fn leaflets(&self, id: &str, event: LeafletEvent) -> Result<Recorded> {
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), id, &event)?)?.0)
    }
}
