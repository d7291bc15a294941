//! What is kept for a time only: where somebody on duty went, and how to reach whoever called for help.
//!
//! No journal is needed, as it is for persons who asked to be erased: the rule is the clock's alone, so that whatever an old backup
//! or a late phone brings back is due again at the next sweep.

use liuye_core::Result;
use liuye_core::log::Digest;

use crate::erase::digest_of;
use crate::hub::Hub;
use crate::ledger::Tx;

/// How many one transaction takes: whoever wants to write something meanwhile waits no longer than for these.
const AT_ONCE: u32 = 200;

impl Hub {
    /// Forgets what is older than the site keeps it: points of tracks, contacts of calls that are over. Returns how many that were.
    pub(crate) fn forget_due(&self) -> Result<usize> {
        let mut forgotten = 0;
        for site in self.sites()? {
            if let Some(until) = self.read(&site, |tx| tx.tracks_due_until())? {
                forgotten += self.in_parts(&site, |tx| tx.tracks_until(until, AT_ONCE), forget_track)?;
            }
            forgotten += self.in_parts(&site, |tx| tx.call_contacts_due(AT_ONCE), |tx, call| self.forget_contact(tx, call))?;
        }
        Ok(forgotten)
    }

    /// Takes what is due, some at once, until nothing is.
    fn in_parts(
        &self,
        site: &str,
        due: impl Fn(&Tx<'_>) -> Result<Vec<String>>,
        forget: impl Fn(&Tx<'_>, &str) -> Result<()>,
    ) -> Result<usize> {
        let mut forgotten = 0;
        loop {
            let ids = self.read(site, &due)?;
            if ids.is_empty() {
                return Ok(forgotten);
            }
            self.journal().note_traces()?;
            self.write(site, |tx| ids.iter().try_for_each(|id| forget(tx, id)))?;
            forgotten += ids.len();
        }
    }

    /// The contact goes, its key first; everything else of the call stays.
    fn forget_contact(&self, tx: &Tx<'_>, call: &str) -> Result<()> {
        for operation in tx.contact_operations(call)? {
            self.keys().destroy(&operation)?;
        }
        tx.remove_contacts(call)?;
        let position = tx.append_entry("contact", call, &Digest::of(call.as_bytes()))?;
        tx.write_contact_erased(call, position)
    }
}

/// The points go, in the document and in the operation; when somebody went, and how far, stays.
fn forget_track(tx: &Tx<'_>, track: &str) -> Result<()> {
    let operations = tx.redact_operations(track)?;
    let position = tx.append_entry("redact", track, &digest_of(&operations))?;
    tx.redact_document(track, tx.now, position)
}
