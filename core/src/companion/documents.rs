//! Reading documents: what the hub knows, with this phone's unsettled operations on top.

use serde::de::DeserializeOwned;

use super::Companion;
use crate::domain::{Document, DocumentKind, Site};
use crate::store::documents;
use crate::{Code, Error, Result};

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// At most so many; 1 to 200.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

impl Page {
    /// The first so many.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self { limit, offset: 0 }
    }

    /// The page, where it is a valid one.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`.
    pub(super) fn checked(self) -> Result<Self> {
        if (1..=200).contains(&self.limit) { Ok(self) } else { Err(Error::field(Code::OutOfRange, "limit", "1 to 200")) }
    }
}

/// Reference data is small: a site's zones, checkpoints, routes and venues come whole.
const ALL: u32 = 100_000;

impl Companion {
    /// A document as this phone sees it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn document(&self, id: &str) -> Result<Option<Document>> {
        self.read(|connection| documents::get(connection, id))
    }

    /// Documents of a kind: records newest first by their own time, reference data by id.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn documents(&self, kind: DocumentKind, page: Page) -> Result<Vec<Document>> {
        let page = page.checked()?;
        self.read(|connection| documents::list(connection, kind.as_str(), page.limit, page.offset))
    }

    /// Documents of a kind as their noun. What a newer hub wrote in another shape is left out.
    pub(super) fn typed<T: DeserializeOwned>(&self, kind: DocumentKind, page: Page) -> Result<Vec<(String, T)>> {
        let documents = self.documents(kind, page)?;
        Ok(documents.into_iter().filter_map(|document| Some((document.id, serde_json::from_value(document.body).ok()?))).collect())
    }

    /// All documents of a kind as their noun, newest first, with their ids.
    pub(super) fn all_typed<T: DeserializeOwned>(&self, kind: DocumentKind) -> Result<Vec<(String, T)>> {
        let documents = self.read(|connection| documents::list(connection, kind.as_str(), ALL, 0))?;
        Ok(documents.into_iter().filter_map(|document| Some((document.id, serde_json::from_value(document.body).ok()?))).collect())
    }

    /// Documents of a kind whose own time lies in `[from, to)` (UTC ms), in that order.
    pub(super) fn between(&self, kind: DocumentKind, from: i64, to: i64) -> Result<Vec<Document>> {
        self.read(|connection| documents::between(connection, kind, from, to))
    }

    /// The site, once a first sync has brought it.
    ///
    /// # Errors
    /// [`Code::NotEnrolled`] until then.
    pub(super) fn site(&self) -> Result<Site> {
        let sites: Vec<Site> = self.reference(DocumentKind::Site)?;
        sites.into_iter().next().ok_or_else(|| Error::new(Code::NotEnrolled, "this phone does not know its site yet"))
    }

    /// All reference data of a kind.
    pub(super) fn reference<T: DeserializeOwned>(&self, kind: DocumentKind) -> Result<Vec<T>> {
        let documents = self.read(|connection| documents::list(connection, kind.as_str(), ALL, 0))?;
        Ok(documents.into_iter().filter_map(|document| serde_json::from_value(document.body).ok()).collect())
    }
}
