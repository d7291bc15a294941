//! Erasing a person: keys, contact, texts and photos go; the chains go on verifying, and no count changes.
//!
//! The order is the promise. The journal comes first: whatever breaks off after it is finished at the next start. Keys and
//! photos go before the ledger's transaction ends, so that a ledger which says "erased" never lies.

use liuye_core::log::{DeviceId, Digest, Operation};
use liuye_core::{Code, Error, Result};

use crate::hub::Hub;
use crate::journal::Erasure;
use crate::ledger::Tx;

/// Who erases where the rules say so.
const BY_RULE: &str = "rule";

/// What an erasure did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EraseReport {
    /// Operations that lost their text.
    pub operations: u64,
    /// Photos that went.
    pub photos: u64,
    /// Copies of the journal beside backups that could not be reached.
    pub copies_missing: u64,
    /// Whether the files were written anew without any trace. Where not, the running hub does it within the hour.
    pub is_clean: bool,
}

impl Hub {
    /// Erases the owner of a loss report, with what they claimed by it, or the author of a claim: at somebody's request. It is durable and irreversible once it returned.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `report` where nothing is known of it; those of the store.
    pub fn erase(&self, report: &str, by: &str) -> Result<EraseReport> {
        let site = self.site()?;
        let is_known = self.read(&site, |tx| {
            let document = tx.document(report)?;
            let is_report = document.as_ref().is_none_or(|stored| matches!(stored.document.kind.as_str(), "lost_report" | "claim"));
            let is_about = |kind: &str| kind.starts_with("loss.") || kind.starts_with("claim.");
            Ok(is_report && (document.is_some() || tx.about(report)?.iter().any(|record| is_about(&record.kind))))
        })?;
        if !is_known {
            return Err(Error::field(Code::NotFound, "report", "no loss report or claim of this id"));
        }
        let mut done = self.erase_subject(&Erasure { site, subject: report.to_owned(), at: self.now(), by: by.to_owned() })?;
        done.is_clean = self.scrub()?;
        Ok(done)
    }

    /// Erases what the rules say is to be erased by now: withdrawn reports and claims, and those that came to an end after the site's time.
    pub(crate) fn erase_due(&self) -> Result<usize> {
        let mut erased = 0;
        for site in self.sites()? {
            let due = self.read(&site, |tx| tx.erasures_due())?;
            erased += due.len();
            self.erase_all(&site, &due)?;
        }
        Ok(erased)
    }

    /// Erases these subjects of a site by rule.
    pub(crate) fn erase_all(&self, site: &str, subjects: &[String]) -> Result<()> {
        subjects.iter().try_for_each(|subject| {
            let erasure = Erasure { site: site.to_owned(), subject: subject.clone(), at: self.now(), by: BY_RULE.to_owned() };
            self.erase_subject(&erasure).map(drop)
        })
    }

    /// Finishes every erasure that the journal has and this ledger has not: one that broke off, or one that an old backup undid.
    pub(crate) fn keep_erased(&self) -> Result<()> {
        for site in self.sites()? {
            for erasure in self.journal().of_site(&site)? {
                if self.read(&site, |tx| tx.erased_at(&erasure.subject))?.is_none() {
                    self.erase_subject(&erasure)?;
                }
            }
        }
        Ok(())
    }

    fn erase_subject(&self, erasure: &Erasure) -> Result<EraseReport> {
        // What they claimed by this report goes first: whatever breaks off leaves the report to be found again.
        for claim in self.read(&erasure.site, |tx| tx.claims_for(&erasure.subject))? {
            self.erase_one(&Erasure { subject: claim, ..erasure.clone() })?;
        }
        self.erase_one(erasure)
    }

    fn erase_one(&self, erasure: &Erasure) -> Result<EraseReport> {
        self.journal().promise(erasure)?;
        let missing = self.journal().copy_out(|copy| copy.promise(erasure))?;
        self.journal().note_traces()?;
        let mut report = self.write(&erasure.site, |tx| self.redact(tx, erasure))?;
        report.copies_missing = missing.len() as u64;
        Ok(report)
    }

    fn redact(&self, tx: &Tx<'_>, erasure: &Erasure) -> Result<EraseReport> {
        let subject = erasure.subject.as_str();
        let before = tx.erased_at(subject)?;
        let erased_at = before.unwrap_or(erasure.at);
        let operations = tx.redact_operations(subject)?;
        for operation in &operations {
            self.keys().destroy(&operation.id.to_string())?;
        }
        tx.remove_contacts(subject)?;
        let position = tx.append_entry("redact", subject, &digest_of(&operations))?;
        for other in operations.iter().filter(|operation| operation.entity != subject) {
            tx.append_entry("redact", &other.id.to_string(), &other.hash)?;
        }
        if before.is_none() {
            tx.insert_erased(subject, erased_at, &erasure.by, position)?;
        }
        tx.redact_document(subject, erased_at, position)?;
        tx.tell_of_erasure(subject, &devices(&operations), erased_at, position)?;
        let photos = self.remove_photos(tx, &operations)?;
        Ok(EraseReport { operations: operations.len() as u64, photos, ..EraseReport::default() })
    }

    /// Removes the photos of erased operations that no other record names, whole or on their way.
    fn remove_photos(&self, tx: &Tx<'_>, operations: &[Operation]) -> Result<u64> {
        let mut removed = 0;
        let mut photos: Vec<Digest> = operations.iter().flat_map(|operation| &operation.blobs).map(|blob| blob.sha256).collect();
        photos.sort_unstable();
        photos.dedup();
        for photo in photos {
            if tx.is_erased_photo(&photo)? {
                crate::blobs::remove(self, tx, &photo)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Writes the files anew without any trace of what was erased, and empties their write-ahead logs. False where somebody
    /// was reading: the next look does it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn scrub(&self) -> Result<bool> {
        if !self.journal().has_traces()? {
            return Ok(true);
        }
        let is_clean = self.keys().scrub()? & self.scrub_ledger()?;
        if is_clean {
            self.journal().clear_traces()?;
        }
        Ok(is_clean)
    }
}

/// What a redact entry commits to: the operations that lost their text.
pub(crate) fn digest_of(operations: &[Operation]) -> Digest {
    let mut hashes: Vec<String> = operations.iter().map(|operation| operation.hash.to_string()).collect();
    hashes.sort_unstable();
    Digest::of(format!("liuye-redact-1\n{}", hashes.join("\n")).as_bytes())
}

fn devices(operations: &[Operation]) -> Vec<DeviceId> {
    operations.iter().map(|operation| operation.device).collect()
}
