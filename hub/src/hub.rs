//! The hub behind one handle: ledger, keys, photos and clock, for the api, the desk and the command line.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use liuye_core::domain::{
    Call, CapAlert, CapReference, Checklist, Contact, Document, DocumentKind, ReferenceDocument, SearchQuery, Site, SiteFile, TagSeal,
    Write, Zone,
};
use liuye_core::env::Env;
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};
use rusqlite::OptionalExtension;

use crate::accounts::Accounts;
use crate::edition::Edition;
use crate::ingest::Ingest;
use crate::journal::{self, Journal};
use crate::keys::Keys;
use crate::ledger::{AttentionRow, DeviceRow, HintRow, Ledger, OperationRow, Put, Tx};
use crate::live::Live;

/// One data folder. Cheap to clone; every call blocks on the disk.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    dir: PathBuf,
    env: Env,
    edition: Edition,
    ledger: Ledger,
    keys: Keys,
    journal: Journal,
    accounts: Accounts,
    live: Live,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("dir", &self.0.dir).finish_non_exhaustive()
    }
}

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Documents that are new.
    pub added: u64,
    /// Documents that changed.
    pub changed: u64,
    /// Documents that went.
    pub removed: u64,
    /// Documents that stayed as they were.
    pub unchanged: u64,
}

impl ImportReport {
    const fn count(&mut self, put: Put) {
        match put {
            Put::Added => self.added += 1,
            Put::Changed => self.changed += 1,
            Put::Unchanged => self.unchanged += 1,
        }
    }
}

impl Hub {
    /// Opens a data folder, or makes it. Whoever was erased stays so, and a phone that was reported lost
    /// stays refused, whatever was put back there.
    ///
    /// # Errors
    /// [`Code::Corrupt`] where one of its databases is none any more; [`Code::Storage`] and the other errors of the store.
    pub fn open(dir: &Path, env: Env) -> Result<Self> {
        Self::open_edition(dir, env, Edition::default())
    }

    /// Opens a data folder as a hub of another edition.
    ///
    /// # Errors
    /// Those of [`Hub::open`].
    pub fn open_edition(dir: &Path, env: Env, edition: Edition) -> Result<Self> {
        let hub = Self::open_as_it_is(dir, env, edition)?;
        hub.keep_erased()?;
        hub.keep_revoked()?;
        Ok(hub)
    }

    /// [`Hub::open`] for a restore, which has more to write before erasures are looked at.
    pub(crate) fn open_as_it_is(dir: &Path, env: Env, edition: Edition) -> Result<Self> {
        Self::open_files(dir, env, edition).map_err(|error| match error.code {
            // A hub's databases have no key that could be wrong.
            Code::KeyWrong => Error::new(Code::Corrupt, "a file of the data folder is no database"),
            _ => error,
        })
    }

    fn open_files(dir: &Path, env: Env, edition: Edition) -> Result<Self> {
        for folder in [dir.to_path_buf(), dir.join("blobs"), dir.join("uploads")] {
            std::fs::create_dir_all(folder).map_err(|_| Error::field(Code::Storage, "data", "the data folder cannot be made"))?;
        }
        let ledger = Ledger::open(&dir.join("ledger.db"))?;
        let keys = Keys::open(&dir.join("keys.db"))?;
        let journal = Journal::open(&dir.join(journal::FILE))?;
        let accounts = Accounts::open(&dir.join("accounts.db"), env.clone())?;
        Ok(Self(Arc::new(Inner { dir: dir.to_owned(), env, edition, ledger, keys, journal, accounts, live: Live::default() })))
    }

    /// Reads the whole ledger, and fails where its pages do not fit each other: before a hub takes anything in.
    ///
    /// # Errors
    /// [`Code::Corrupt`], and those of the store.
    pub fn check_ledger(&self) -> Result<()> {
        let said = self.read("", |tx| Ok(tx.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?))?;
        if said == "ok" { Ok(()) } else { Err(Error::new(Code::Corrupt, "the pages of the ledger do not fit each other")) }
    }

    pub(crate) fn env(&self) -> &Env {
        &self.0.env
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.env.clock.wall_ms()
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0.dir
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// Whoever listens.
    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    /// The officers of the desk.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    pub(crate) fn write<T>(&self, site: &str, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.0.ledger.write(site, self.now(), work)
    }

    pub(crate) fn read<T>(&self, site: &str, work: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.0.ledger.read(site, self.now(), work)
    }

    pub(crate) fn copy_ledger(&self, path: &Path) -> Result<()> {
        self.0.ledger.copy_to(path)
    }

    pub(crate) fn scrub_ledger(&self) -> Result<bool> {
        self.0.ledger.scrub()
    }

    pub(crate) fn ingest<T>(&self, site: &str, work: impl FnOnce(&Ingest<'_>) -> Result<T>) -> Result<T> {
        let given_up = RefCell::default();
        let (keys, env, edition) = (self.keys(), self.env(), self.0.edition);
        let output = self.write(site, |tx| work(&Ingest { tx, keys, env, edition, given_up: &given_up }))?;
        // What was taken in stands whether or not this works; the sweep finds what is left.
        if let Err(error) = self.erase_all(site, &given_up.into_inner()) {
            tracing::error!(code = %error.code, "a withdrawn report could not be erased yet");
        }
        Ok(output)
    }

    /// The sites of this hub.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sites(&self) -> Result<Vec<String>> {
        self.read("", |tx| {
            let mut statement = tx.connection.prepare_cached("SELECT site FROM sites ORDER BY site")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
    }

    /// The one site of this hub.
    ///
    /// # Errors
    /// [`Code::NotFound`] where none was imported yet.
    pub fn site(&self) -> Result<String> {
        self.sites()?.into_iter().next().ok_or_else(|| Error::field(Code::NotFound, "site", "import a site file first"))
    }

    /// The site to which a device belongs.
    pub(crate) fn site_of(&self, device: &str) -> Result<Option<String>> {
        self.read("", |tx| {
            let sql = "SELECT site FROM devices WHERE device = ?1";
            Ok(tx.connection.prepare_cached(sql)?.query_row([device], |row| row.get(0)).optional()?)
        })
    }

    /// Takes a site file in. A second import is a difference: phones receive what changed, and nothing else.
    ///
    /// # Errors
    /// Those of [`SiteFile::parse`], with the path of the entry at fault; those of the store.
    pub fn import_site(&self, text: &str) -> Result<ImportReport> {
        let file = SiteFile::parse(text)?;
        let site = file.site.id.clone();
        let tag_key = self.0.keys.tag_key(&self.0.env, &site)?;
        let documents = file.documents(tag_key.public())?;
        self.write(&site, |tx| {
            tx.ensure_site()?;
            let kept = tx.kept_persons()?;
            let mut report = ImportReport::default();
            let until_now = tx.checklist_until_now()?;
            let asked = documents.iter().find(|document| document.id == Checklist::OF_SITE);
            if let (Some(list), Some(document)) = (until_now, asked) {
                tx.put_reference(Write { body: serde_json::to_value(list)?, ..reference_write(document) })?;
            }
            for document in &documents {
                if kept.contains(&document.id) {
                    report.unchanged += 1;
                    continue;
                }
                report.count(tx.put_reference(reference_write(document))?);
            }
            for stored in tx.reference_documents()? {
                let is_named = documents.iter().any(|document| document.id == stored.document.id);
                if !is_named && !kept.contains(&stored.document.id) {
                    let position = tx.append_entry("import", &stored.document.id, &Digest([0; 32]))?;
                    tx.remove_document(&stored.document.id, position)?;
                    report.removed += 1;
                }
            }
            let lists: Vec<_> = documents.iter().filter(|document| document.kind == DocumentKind::Checklist).collect();
            report.removed += tx.retire_checklists(&lists.iter().map(|document| document.id.as_str()).collect::<Vec<_>>())?;
            check_members(tx, &file)?;
            Ok(report)
        })
    }

    /// The checkpoints with the texts of their QR codes.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tags(&self) -> Result<Vec<(String, String)>> {
        let site = self.site()?;
        let key = self.0.keys.tag_key(&self.0.env, &site)?;
        let checkpoints = self.documents(DocumentKind::Checkpoint, 10_000, 0)?;
        Ok(checkpoints.into_iter().map(|document| (document.id.clone(), TagSeal::qr(&key, &site, &document.id))).collect())
    }

    /// Keeps the key of a checkpoint's NFC tag: 32 hexadecimal digits.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `key`, [`Code::UnknownReference`] at `checkpoint`.
    pub fn set_nfc_key(&self, checkpoint: &str, key: &str) -> Result<()> {
        let site = self.site()?;
        let mut bytes = [0; 16];
        hex::decode_to_slice(key.trim(), &mut bytes).map_err(|_| Error::field(Code::Malformed, "key", "32 hexadecimal digits"))?;
        if self.document(checkpoint)?.is_none_or(|document| document.kind != DocumentKind::Checkpoint.as_str()) {
            return Err(Error::field(Code::UnknownReference, "checkpoint", "no such checkpoint"));
        }
        self.0.keys.set_nfc_key(&site, checkpoint, bytes)
    }

    /// Looks again at everything that is held, finishes erasures that broke off, erases whom the rules say is to be erased by
    /// now, forgets what is kept for a time only, takes the traces of that out of the files, and indexes what was written for searching. Returns how many operations
    /// were held.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sweep(&self) -> Result<usize> {
        let sweep = |ingest: &Ingest<'_>| {
            ingest.sweep_hints()?;
            ingest.sweep()
        };
        let held = self.sites()?.iter().map(|site| self.ingest(site, sweep)).sum();
        self.keep_erased()?;
        self.erase_due()?;
        self.forget_due()?;
        self.scrub()?;
        self.sites()?.iter().try_for_each(|site| self.index_for_search(site))?;
        held
    }

    /// Does what is due by the hub's clock: warnings, prompts, alarms, what was missed. Returns how many steps that were. Call
    /// it every second; where nothing is due it only reads.
    ///
    /// # Errors
    /// Those of the store.
    pub fn tick(&self) -> Result<usize> {
        let mut steps = 0;
        for site in self.sites()? {
            while self.read(&site, |tx| Ok(tx.next_deadline()?.is_some_and(|at| at <= tx.now)))? {
                let (taken, more) = self.write(&site, |tx| tx.take_due(self.keys()))?;
                steps += taken;
                if !more {
                    break;
                }
            }
        }
        Ok(steps)
    }

    /// Who was sent to a call.
    ///
    /// # Errors
    /// Those of the store.
    pub fn assignments_of(&self, call: &str) -> Result<Vec<Document>> {
        self.read(&self.site()?, |tx| tx.assignments_of(call))
    }

    /// A call as a CAP 1.2 message, as it stands now. `previous` is the last message about it, where one went out.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is no such call; those of [`CapAlert::of_call`]; those of the store.
    pub fn cap(&self, call: &str, previous: Option<CapReference>) -> Result<CapAlert> {
        let site_id = self.site()?;
        let missing = || Error::new(Code::NotFound, "no such call");
        self.read(&site_id, |tx| {
            let document = tx.document(call)?.map(|stored| stored.document).filter(|document| document.kind == DocumentKind::Call.as_str());
            let document = document.ok_or_else(missing)?;
            let site: Site =
                tx.document(&site_id)?.map(|stored| serde_json::from_value(stored.document.body)).transpose()?.ok_or_else(missing)?;
            let noun: Call = serde_json::from_value(document.body)?;
            let zone = noun.record.zone.as_deref().map(|zone| tx.document(zone)).transpose()?.flatten();
            let zone: Option<Zone> = zone.map(|stored| serde_json::from_value(stored.document.body)).transpose()?;
            CapAlert::of_call(&site, zone.as_ref(), (&document.id, document.rev), &noun, tx.now, previous)
        })
    }

    /// Records before a position, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn recent(&self, before: u64, limit: u32) -> Result<Vec<OperationRow>> {
        self.read(&self.site()?, |tx| tx.recent(before, limit))
    }

    /// Records about one document, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn about(&self, entity: &str) -> Result<Vec<OperationRow>> {
        self.read(&self.site()?, |tx| tx.about(entity))
    }

    /// What needs attention, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn attention(&self, limit: u32) -> Result<Vec<AttentionRow>> {
        self.attention_before(u64::MAX, limit)
    }

    /// Urgent operations that phones told ahead of their turn, newest first: unconfirmed until the log brings them, and applied nowhere.
    ///
    /// # Errors
    /// Those of the store.
    pub fn hints(&self, limit: u32) -> Result<Vec<HintRow>> {
        self.read(&self.site()?, |tx| tx.hints(limit))
    }

    /// The devices, last heard of first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn devices(&self) -> Result<Vec<DeviceRow>> {
        self.read(&self.site()?, |tx| tx.devices())
    }

    /// A document.
    ///
    /// # Errors
    /// Those of the store.
    pub fn document(&self, id: &str) -> Result<Option<Document>> {
        self.read(&self.site()?, |tx| Ok(tx.document(id)?.map(|stored| stored.document)))
    }

    /// Documents of a kind, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn documents(&self, kind: DocumentKind, limit: u32, offset: u32) -> Result<Vec<Document>> {
        self.read(&self.site()?, |tx| Ok(tx.documents(kind.as_str(), limit, offset)?.into_iter().map(|stored| stored.document).collect()))
    }

    /// Documents that have every word of the text, the best answer first, by the same rules as on a phone. No kinds are all kinds.
    ///
    /// # Errors
    /// [`Code::Missing`] or [`Code::TooLong`] at `text`; [`Code::OutOfRange`] at `limit` (1 to 200); those of the store.
    pub fn search(&self, text: &str, kinds: &[DocumentKind], limit: u32) -> Result<Vec<Document>> {
        if !(1..=200).contains(&limit) {
            return Err(Error::field(Code::OutOfRange, "limit", "1 to 200"));
        }
        let (query, site) = (SearchQuery::parse(text)?, self.site()?);
        self.index_for_search(&site)?;
        self.read(&site, |tx| tx.search(&query, kinds, limit as usize))
    }

    /// Indexes what waits for that, slice by slice, so that no phone waits for long; a little is left for searches to look through.
    fn index_for_search(&self, site: &str) -> Result<()> {
        while self.read(site, |tx| tx.is_search_behind())? {
            self.write(site, |tx| tx.index_for_search())?;
        }
        Ok(())
    }

    /// The last position of the site's log.
    ///
    /// # Errors
    /// Those of the store.
    pub fn head(&self) -> Result<u64> {
        self.read(&self.site()?, |tx| Ok(tx.head()?.0))
    }

    /// When the last backup was complete, UTC ms.
    ///
    /// # Errors
    /// Those of the store.
    pub fn last_backup(&self) -> Result<Option<i64>> {
        self.read(&self.site()?, |tx| tx.last_backup())
    }

    /// The contact of a loss report. The reading is written down before anything is shown.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is none, or its key was destroyed; those of the store.
    pub fn contact(&self, report: &str, reader: &str) -> Result<Contact> {
        let site = self.site()?;
        let missing = || Error::new(Code::NotFound, "no contact is kept");
        let (operation, sealed) = self.write(&site, |tx| {
            tx.log_access(reader, report)?;
            tx.contact_of(report)?.ok_or_else(missing)
        })?;
        let (_, text) = self.0.keys.unseal(&operation, &sealed)?.ok_or_else(missing)?;
        Ok(serde_json::from_str(&text)?)
    }
}

/// Checks that the members of units are persons of the site, whichever way they came.
fn check_members(tx: &Tx<'_>, file: &SiteFile) -> Result<()> {
    for (index, unit) in file.units.iter().enumerate() {
        for (place, member) in unit.members.iter().enumerate() {
            if tx.document(member)?.is_none_or(|stored| stored.document.kind != DocumentKind::Person.as_str()) {
                let at = format!("units[{index}].members[{place}]");
                return Err(Error::field(Code::UnknownReference, at, "nobody of this id in the personnel base"));
            }
        }
    }
    Ok(())
}

/// Reference data has no time of its own and is nobody's.
fn reference_write(document: &ReferenceDocument) -> Write {
    Write {
        id: document.id.clone(),
        kind: document.kind,
        body: document.body.clone(),
        buckets: document.buckets.clone(),
        person: None,
        at: 0,
        conflict: None,
    }
}
