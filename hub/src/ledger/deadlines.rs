//! What is to happen by the hub's clock. A deadline is written with its document, in one transaction, and leads to the next
//! state of the document in another: each step happens once, also where the hub was down when it was due.

use liuye_core::Result;
use liuye_core::domain::{Document, Settings, due};
use liuye_core::log::Digest;

use super::{HubWorld, Tx};
use crate::keys::Keys;

/// How many steps one transaction takes: whoever wants to write something meanwhile waits no longer than for these.
const STEPS_AT_ONCE: u32 = 200;

impl Tx<'_> {
    /// Keeps the deadline of a document that was just written.
    pub(super) fn keep_deadline(&self, document: &Document) -> Result<()> {
        if !due::is_timed(&document.kind) {
            return Ok(());
        }
        match due::deadline(document, &self.settings()?) {
            Some(at) => self
                .connection
                .prepare_cached("INSERT OR REPLACE INTO deadlines (site, id, at) VALUES (?1, ?2, ?3)")?
                .execute((self.site, &document.id, at))?,
            None => self.drop_deadline(&document.id)?,
        };
        Ok(())
    }

    /// Forgets the deadline of a document.
    pub(super) fn drop_deadline(&self, id: &str) -> Result<usize> {
        Ok(self.connection.prepare_cached("DELETE FROM deadlines WHERE site = ?1 AND id = ?2")?.execute((self.site, id))?)
    }

    /// Finds the deadlines of documents that an earlier version wrote.
    pub(super) fn begin_deadlines(&self) -> Result<()> {
        for document in self.all_documents()? {
            self.keep_deadline(&document)?;
        }
        Ok(())
    }

    /// When the next step is due, UTC ms.
    pub(crate) fn next_deadline(&self) -> Result<Option<i64>> {
        Ok(self.connection.prepare_cached("SELECT min(at) FROM deadlines WHERE site = ?1")?.query_row([self.site], |row| row.get(0))?)
    }

    /// Takes what is due, the oldest first: each step is an entry of the site's log and a change like any other. Returns how
    /// many there were, and whether there may be more.
    pub(crate) fn take_due(&self, keys: &Keys) -> Result<(usize, bool)> {
        let settings = self.settings()?;
        let mut statement =
            self.connection.prepare_cached("SELECT id FROM deadlines WHERE site = ?1 AND at <= ?2 ORDER BY at, id LIMIT ?3")?;
        let ids: Vec<String> =
            statement.query_map((self.site, self.now, STEPS_AT_ONCE), |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
        let mut steps = 0;
        for id in &ids {
            steps += usize::from(self.take_step(id, keys, &settings)?);
        }
        Ok((steps, ids.len() == STEPS_AT_ONCE as usize))
    }

    fn take_step(&self, id: &str, keys: &Keys, settings: &Settings) -> Result<bool> {
        let Some(stored) = self.document(id)? else {
            self.drop_deadline(id)?;
            return Ok(false);
        };
        let world = HubWorld { tx: self, keys };
        let Some(write) = due::step(&stored.document, &world, settings, self.now)? else {
            self.keep_deadline(&stored.document)?;
            return Ok(false);
        };
        let position = self.append_entry("due", id, &Digest::of(write.body.to_string().as_bytes()))?;
        self.write_document(&write, position)?;
        // A step that leads past no deadline is a bug, and would be taken every second for ever: nobody else is to pay for it.
        if self.document(id)?.and_then(|stored| due::deadline(&stored.document, settings)).is_some_and(|at| at <= self.now) {
            tracing::error!(kind = write.kind.as_str(), "a step leads past no deadline");
            self.drop_deadline(id)?;
        }
        Ok(true)
    }
}
