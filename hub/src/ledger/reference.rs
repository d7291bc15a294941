//! Reference data as imports write it: only what differs becomes a change that phones receive.

use liuye_core::domain::{Checklist, DocumentKind, Person, Site, Write};
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};

use super::Tx;

/// What an import did with one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is new.
    Added,
    /// It is another one now.
    Changed,
    /// It stayed as it was.
    Unchanged,
}

impl Tx<'_> {
    /// Writes a document that an import brings, where it differs from what is there. What a person could do until now is
    /// kept: see [`Person::succeeding`]. So is what a checklist asked: see [`Checklist::succeeding`].
    ///
    /// # Errors
    /// [`Code::DuplicateId`] at `id` where a document of another kind has it; those of the store.
    pub(crate) fn put_reference(&self, mut write: Write) -> Result<Put> {
        let before = self.document(&write.id)?.map(|stored| stored.document);
        if let Some(before) = &before {
            if before.kind != write.kind.as_str() {
                return Err(Error::field(Code::DuplicateId, "id", "another kind of document has this id"));
            }
            if write.kind == DocumentKind::Person {
                let last: Person = serde_json::from_value(before.body.clone())?;
                let next: Person = serde_json::from_value(write.body)?;
                write.body = serde_json::to_value(next.succeeding(&last, self.now))?;
            }
            if write.kind == DocumentKind::Checklist {
                let last: Checklist = serde_json::from_value(before.body.clone())?;
                let next: Checklist = serde_json::from_value(write.body)?;
                write.body = serde_json::to_value(next.succeeding(&last))?;
            }
            if before.body == write.body && before.buckets == write.buckets {
                return Ok(Put::Unchanged);
            }
        }
        let digest = Digest::of(write.body.to_string().as_bytes());
        let position = self.append_entry("import", &write.id, &digest)?;
        self.write_document(&write, position)?;
        Ok(if before.is_some() { Put::Changed } else { Put::Added })
    }

    /// What the site's own checklist asked until now, where no import of this version has kept it yet.
    pub(crate) fn checklist_until_now(&self) -> Result<Option<Checklist>> {
        if self.document(Checklist::OF_SITE)?.is_some() {
            return Ok(None);
        }
        let site: Option<Site> = self.document(self.site)?.map(|stored| serde_json::from_value(stored.document.body)).transpose()?;
        Ok(site.map(|site| site.checklist).filter(|items| !items.is_empty()).map(Checklist::of_site))
    }

    /// Gives up the checklists that a site file names no longer: what was begun with one is handed in with it. Returns how many.
    pub(crate) fn retire_checklists(&self, named: &[&str]) -> Result<u64> {
        let mut retired = 0;
        for stored in self.documents(DocumentKind::Checklist.as_str(), u32::MAX, 0)? {
            let list: Checklist = serde_json::from_value(stored.document.body.clone())?;
            if list.retired || named.contains(&list.id.as_str()) {
                continue;
            }
            let body = serde_json::to_value(Checklist { retired: true, ..list })?;
            let (id, kind, buckets) = (stored.document.id, DocumentKind::Checklist, stored.document.buckets);
            self.put_reference(Write { id, kind, body, buckets, person: None, at: 0, conflict: None })?;
            retired += 1;
        }
        Ok(retired)
    }
}
