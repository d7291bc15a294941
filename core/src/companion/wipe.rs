//! Forgetting everything, on the hub's signed order: a phone that was reported lost.

use std::path::Path;

use super::Companion;
use super::enrol::Enrolment;
use super::handle::wiped;
use crate::domain::Site;
use crate::env::LogLevel;
use crate::log::PublicKey;
use crate::store::documents;
use crate::store::salvage::beside;
use crate::{Error, Result};

impl Companion {
    /// What the site's orders are signed with: from the enrolment, or from the site's document where an older version enrolled.
    pub(super) fn site_key(&self, enrolment: &Enrolment) -> Result<Option<PublicKey>> {
        if enrolment.site_key.is_some() {
            return Ok(enrolment.site_key);
        }
        let site = self.read_to_write(|connection| documents::get(connection, &enrolment.site))?;
        Ok(site.and_then(|document| serde_json::from_value::<Site>(document.body).ok()).and_then(|site| site.tag_key))
    }

    /// Forgets documents, records, photos, contacts and the device's key, whatever of it was sent or not. From then on every
    /// call says [`crate::Code::Wiped`]; opened anew, this is a new phone. Returns what the call that learnt of it says.
    ///
    /// It is one transaction: a phone that is killed meanwhile is whole, and learns of the order again.
    pub(super) fn wipe(&self) -> Error {
        let aside = self.recovery().ok().flatten().map(|recovery| recovery.aside);
        match self.empty() {
            Ok(()) => {
                aside.iter().for_each(|file| remove_aside(file));
                self.log(LogLevel::Warn, "wipe", "the site ordered it: everything is gone");
                wiped()
            }
            Err(error) => error,
        }
    }
}

/// A damaged database that was moved aside goes as well. Without its key, which went with the platform's, nobody reads it.
fn remove_aside(file: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(file, suffix));
    }
}
