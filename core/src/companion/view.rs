//! The view: the hub's documents with this phone's unsettled operations replayed on top, by the hub's own rules.

use std::borrow::Cow;

use rusqlite::Connection;

use super::enrol::{Enrolment, actor};
use super::observe::Changes;
use crate::Result;
use crate::domain::{Actor, Context, DocumentKind, Kind, Outcome, World, apply};
use crate::log::Operation;
use crate::store::{Meta, PhoneWorld, documents, outbox, search};

/// What judging an operation on this phone needs, read once a transaction.
pub(super) struct Judge<'a> {
    connection: &'a Connection,
    pub(super) enrolment: Option<Enrolment>,
    /// Whoever holds the phone.
    holder: Actor,
    site: String,
    complete: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(connection: &'a Connection) -> Result<Self> {
        let enrolment = Meta::Enrolment.read::<Enrolment>(connection)?;
        let holder = actor(connection, enrolment.as_ref(), Actor::SELF)?;
        let site = enrolment.as_ref().map_or_else(String::new, |enrolment| enrolment.site.clone());
        let complete = Meta::Filled.read(connection)?.unwrap_or(false);
        Ok(Self { connection, enrolment, holder, site, complete })
    }

    /// What an operation would do to the view as it stands.
    pub(super) fn judge(&self, operation: &Operation) -> Result<Outcome> {
        let world = PhoneWorld::new(self.connection, self.complete);
        // Before enrolment, and until the personnel base is here, what a person may do is for the hub to say.
        debug_assert!(!world.is_complete() || self.enrolment.is_some());
        let actor = self.author_of(operation)?;
        apply(operation, &Context { world: &world, actor: &actor, site: &self.site, received_at: None })
    }

    /// Each operation is judged as its own author's, whoever is signed in now.
    fn author_of(&self, operation: &Operation) -> Result<Cow<'_, Actor>> {
        let name = operation.actor.as_str();
        if name == Actor::SELF || name == self.holder.name() {
            return Ok(Cow::Borrowed(&self.holder));
        }
        Ok(Cow::Owned(actor(self.connection, self.enrolment.as_ref(), name)?))
    }

    /// Writes into the view what an operation makes of its own document, and of those that nobody else ever shows. What it
    /// means for others is the hub's to write: a view of theirs could not be taken back with this one.
    pub(super) fn predict(&self, entity: &str, outcome: &Outcome, changes: &mut Changes) -> Result<()> {
        let is_private = |kind| matches!(kind, DocumentKind::TagCounter | DocumentKind::WelfareCodes);
        for write in outcome.writes.iter().filter(|write| write.id == entity || is_private(write.kind)) {
            documents::write_prediction(self.connection, write, Kind::SCHEMA_VERSION)?;
            if !is_private(write.kind) {
                changes.document(write.kind.as_str(), &write.id);
            }
        }
        Ok(())
    }

    /// Rebuilds the view of one document: the hub's word, then what is unsettled, in its order.
    pub(super) fn rebuild(&self, entity: &str, changes: &mut Changes) -> Result<()> {
        documents::restore_base(self.connection, entity)?;
        for operation in outbox::to_replay(self.connection, entity)? {
            // What no longer fits leaves the view; its verdict will say why.
            let outcome = self.judge(&operation)?;
            if outcome.verdict.is_applied() {
                self.predict(entity, &outcome, changes)?;
                let own = outcome.writes.iter().filter(|write| write.id == entity);
                own.into_iter().try_for_each(|write| search::queue(self.connection, write.kind.as_str(), entity))?;
            }
        }
        Ok(())
    }
}
