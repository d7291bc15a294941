//! The ledger's side of searching: what is queued, indexed and found. The index itself is [`liuye_core::search`].

use liuye_core::Result;
use liuye_core::domain::{Document, DocumentKind, SearchQuery, SearchText};
use liuye_core::search::{MAX_UNINDEXED, SLICE, SearchIndex};

use super::Tx;

impl Tx<'_> {
    fn search_index(&self) -> SearchIndex<'_> {
        SearchIndex::new(self.connection, self.site)
    }

    /// Notes that a document was written, where its kind can be searched for.
    pub(super) fn queue_for_search(&self, document: &Document) -> Result<()> {
        if SearchText::has(&document.kind) { self.search_index().queue(&document.id) } else { Ok(()) }
    }

    /// Takes a document out of the index: it is gone, or its text is.
    pub(super) fn forget_in_search(&self, id: &str) -> Result<()> {
        self.search_index().forget(id)
    }

    /// Whether more documents wait to be indexed than a search should look through.
    pub(crate) fn is_search_behind(&self) -> Result<bool> {
        Ok(self.search_index().queued(MAX_UNINDEXED)?.len() == MAX_UNINDEXED)
    }

    /// Indexes a slice of what was written. False where nothing was left to do.
    pub(crate) fn index_for_search(&self) -> Result<bool> {
        let queued = self.search_index().queued(SLICE)?;
        for id in &queued {
            self.search_index().update(id, self.document(id)?.map(|stored| stored.document).as_ref())?;
        }
        Ok(!queued.is_empty())
    }

    /// At most `limit` documents that answer, the best first.
    pub(crate) fn search(&self, query: &SearchQuery, kinds: &[DocumentKind], limit: usize) -> Result<Vec<Document>> {
        let document = |id: &str| Ok(self.document(id)?.map(|stored| stored.document));
        let queued = self.search_index().queued(usize::MAX)?;
        let unindexed = queued.into_iter().map(|id| document(&id).map(|document| (id, document))).collect::<Result<_>>()?;
        let found = self.search_index().find(query, kinds, limit, &unindexed)?;
        Ok(found.iter().map(|id| document(id)).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}
