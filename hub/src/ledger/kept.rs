//! What is kept for a time only, and is due to go.

use liuye_core::Result;
use liuye_core::domain::{Call, DocumentKind};

use super::Tx;

const DAY_MS: i64 = 86_400_000;

impl Tx<'_> {
    /// Up to which end, UTC ms, tracks lose their points now; none where nothing is due. Once one is due, those of the coming day go
    /// with it: afterwards the whole file is written anew, and that is not to happen every hour.
    pub(crate) fn tracks_due_until(&self) -> Result<Option<i64>> {
        let keep = i64::from(self.settings()?.track_keep_days) * DAY_MS;
        let due = self.now.saturating_sub(keep);
        Ok((!self.tracks_until(due, 1)?.is_empty()).then(|| due.saturating_add((keep / 10).min(DAY_MS))))
    }

    /// Tracks that still have their points and ended by then (UTC ms), the oldest first.
    pub(crate) fn tracks_until(&self, until: i64, limit: u32) -> Result<Vec<String>> {
        // The condition is the index's own, so that what went long ago is not read at all.
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM documents INDEXED BY documents_tracks_kept
             WHERE site = ?1 AND kind = 'track' AND json_extract(body, '$.erased_at') IS NULL AND json_extract(body, '$.to') <= ?2
             ORDER BY json_extract(body, '$.to'), id LIMIT ?3",
        )?;
        Ok(statement.query_map((self.site, until, limit), |row| row.get(0))?.collect::<std::result::Result<_, _>>()?)
    }

    /// Calls whose contact is kept no longer: they have been over for the site's days, or came so long ago and never took effect.
    pub(crate) fn call_contacts_due(&self, limit: u32) -> Result<Vec<String>> {
        let settings = self.settings()?;
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT c.entity, d.body, max(o.received_at) FROM contacts c
             JOIN operations o ON o.site = c.site AND o.id = c.operation
             LEFT JOIN documents d ON d.site = c.site AND d.id = c.entity
             WHERE c.site = ?1 AND o.kind = 'call.raise' GROUP BY c.entity ORDER BY c.entity",
        )?;
        let mut rows = statement.query([self.site])?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            let body: Option<String> = row.get(1)?;
            let until = match body {
                // What a newer version wrote in another shape is left to it.
                Some(body) => serde_json::from_str::<Call>(&body).ok().and_then(|call| call.keep_contact_until(&settings)),
                None => Some(row.get::<_, i64>(2)?.saturating_add(i64::from(settings.contact_days) * DAY_MS)),
            };
            if until.is_some_and(|until| until <= self.now) {
                due.push(row.get(0)?);
            }
            if due.len() >= limit as usize {
                break;
            }
        }
        Ok(due)
    }

    /// The operations that a document's contacts came with.
    pub(crate) fn contact_operations(&self, entity: &str) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached("SELECT operation FROM contacts WHERE site = ?1 AND entity = ?2")?;
        Ok(statement.query_map((self.site, entity), |row| row.get(0))?.collect::<std::result::Result<_, _>>()?)
    }

    /// Says in a call, as changed at `position`, that its contact is gone. One that never took effect has no document.
    pub(crate) fn write_contact_erased(&self, call: &str, position: u64) -> Result<()> {
        let Some(stored) = self.document(call)?.filter(|stored| stored.document.kind == DocumentKind::Call.as_str()) else {
            return Ok(());
        };
        self.write_document(&Call::contact_erased(&stored.document, self.now)?, position)
    }
}
