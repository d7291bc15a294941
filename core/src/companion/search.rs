//! Searching: what this phone holds, by words.

use std::sync::atomic::Ordering;

use super::{Companion, Page};
use crate::Result;
use crate::domain::{Document, DocumentKind, SearchQuery};
use crate::env::LogLevel;
use crate::store::{documents, search};

impl Companion {
    /// Documents that have every word of the text, the best answer first: by how much of their text it is, and by their age. A
    /// Chinese word is found wherever it stands, another one by its beginning; width, case and punctuation make no difference.
    /// No kinds are all kinds.
    ///
    /// The first search after very many saves without a sync, or after an upgrade, takes longer: it indexes them, twenty thousand a
    /// second or so.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `text` where there is no word in it, [`crate::Code::TooLong`] above 200 characters;
    /// [`crate::Code::OutOfRange`] at `limit` (1 to 200); those of the store.
    pub fn search(&self, text: &str, kinds: &[DocumentKind], limit: u32) -> Result<Vec<Document>> {
        let limit = Page::first(limit).checked()?.limit;
        let query = SearchQuery::parse(text)?;
        if self.read(search::is_behind)? {
            // A disk that is full must not keep anyone from finding what is there: it takes longer then.
            self.index_changes(|| self.write(|connection, _| search::catch_up(connection)));
        }
        self.read(|connection| {
            // One look: a sync may be writing.
            let look = connection.unchecked_transaction()?;
            let unindexed = search::unindexed(&look)?;
            let ids = search::index(&look).find(&query, kinds, limit as usize, &unindexed)?;
            let found = ids.iter().map(|id| documents::get(&look, id)).collect::<Result<Vec<_>>>()?;
            Ok(found.into_iter().flatten().collect())
        })
    }

    /// Indexes what a sync brought and what was saved before it, so that no search has to.
    pub(super) fn index_after_sync(&self) {
        self.index_changes(|| {
            let is_over = self.cancelled.load(Ordering::SeqCst) || !self.read_to_write(search::is_behind)?;
            if is_over { Ok(false) } else { self.write(|connection, _| search::catch_up(connection)) }
        });
    }

    /// Indexes slice by slice, so that a save never waits for long. What fails is done at the next occasion.
    fn index_changes(&self, slice: impl Fn() -> Result<bool>) {
        loop {
            match slice() {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => return self.log(LogLevel::Warn, "search", error.code.as_str()),
            }
        }
    }
}
