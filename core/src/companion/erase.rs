//! Erased persons on this phone: what never left it, and what the file still has traces of.

use rusqlite::Connection;

use super::Companion;
use super::observe::Changes;
use super::view::Judge;
use crate::Result;
use crate::domain::Kind;
use crate::env::LogLevel;
use crate::store::erase::{Reach, erase};
use crate::store::{Meta, outbox};

impl Companion {
    /// Erases a withdrawn report or claim (`kind` made it) where the hub has answered for no operation of it. It travels all the same, without its text:
    /// how many reports there were and what became of them is counted, and nobody has to learn whose they were.
    pub(super) fn forget_unsent(&self, connection: &Connection, changes: &mut Changes, subject: &str, kind: Kind) -> Result<()> {
        let is_unsent = outbox::all_pending(connection, subject, kind.as_str())?;
        if is_unsent {
            erase(connection, subject, Reach::Everything)?;
            Judge::new(connection)?.rebuild(subject, changes)?;
        }
        Ok(())
    }

    /// Takes the traces of what was erased out of the file. What cannot be done now is done after the next sync: none fails for it.
    pub(super) fn scrub(&self) {
        let outcome = self.read_to_write(|connection| Meta::Scrub.read::<bool>(connection)).and_then(|wanted| {
            if wanted == Some(true) && self.maintain(|database| database.scrub())? {
                self.write(|connection, _| Meta::Scrub.clear(connection))?;
            }
            Ok(())
        });
        if let Err(error) = outcome {
            self.log(LogLevel::Warn, "erase", error.code.as_str());
        }
    }
}
