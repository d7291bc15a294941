//! Reference data as imports write it: only what differs becomes a change that phones receive.

use liuye_core::domain::{DocumentKind, Person, Write};
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
    /// kept: see [`Person::succeeding`].
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
            if before.body == write.body && before.buckets == write.buckets {
                return Ok(Put::Unchanged);
            }
        }
        let digest = Digest::of(write.body.to_string().as_bytes());
        let position = self.append_entry("import", &write.id, &digest)?;
        self.write_document(&write, position)?;
        Ok(if before.is_some() { Put::Changed } else { Put::Added })
    }
}
