//! A damaged database: moved aside, what can be read of it saved, and the phone goes on as the phone that it was.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::enrol::Enrolment;
use super::observe::Changes;
use super::view::Judge;
use super::{Companion, Config};
use crate::env::{Env, LogLevel};
use crate::log::{DeviceId, DeviceKey, Digest, verify_chain};
use crate::store::salvage::{Salvage, SalvagedOperation, beside};
use crate::store::{Database, DatabaseKey, Keepsake, Meta, OperationState, blobs, outbox, private};
use crate::{Code, Error, Result};

/// What a recovery saved and what it lost. It stays until the next one, so that a person can be told whenever the app is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// When, UTC ms by this phone's clock.
    pub at: i64,
    /// Where the damaged file lies now, with its log beside it. Nothing of it is ever deleted here; a later erasure of a person
    /// does not reach it, so remove it once nobody needs it any more.
    pub aside: PathBuf,
    /// Operations that were saved.
    pub operations: u64,
    /// Those of them that the hub has not answered for: they go up with the next sync.
    pub pending: u64,
    /// Places of the log whose operations are lost. What stood behind the last one that was saved leaves no trace and counts
    /// nowhere; what the hub had answered for is safe there.
    pub lost: u64,
    /// Contacts that were saved.
    pub contacts: u64,
    /// Contacts of saved and unanswered operations that are lost: the hub will quarantine those.
    pub contacts_lost: u64,
    /// Photos that were saved.
    pub photos: u64,
    /// Photos of saved operations that the hub had not whole and that are lost: it holds what cannot be without them.
    pub photos_lost: u64,
    /// Pages of the file that could not be read.
    pub unreadable_pages: u64,
    /// Whether the phone is still the device that it was. Where not, what is pending goes up under the new device.
    pub same_device: bool,
    /// Whether the phone still belongs to its site. Where not, enrol it again.
    pub enrolled: bool,
}

impl Companion {
    /// Opens a database that [`Companion::open`], or any later call, found to be [`Code::Corrupt`]. The file is moved aside, never
    /// deleted; a new one gets the device's key, the enrolment, and every operation, contact and photo that lies on pages that
    /// can still be read. The view comes again from the hub with the next sync.
    ///
    /// Close every companion of this file first, in every process. It reads the whole file: call it from a background
    /// thread. A database that is whole is opened and left as it is; a recovery that broke off is done again.
    ///
    /// # Errors
    /// [`Code::KeyWrong`] where nothing of it opens under this key; those of [`Companion::open`].
    pub fn recover(config: Config) -> Result<Self> {
        let env = config.env();
        let (path, key) = (&config.path, &config.key);
        if !is_whole(path, key)? {
            let kept = Keepsake::read(path, key).ok().flatten();
            let salvage = Salvage::of(path, key, kept.as_ref().and_then(Keepsake::file_salt)).filter(|salvage| !salvage.is_empty());
            match (salvage, &kept) {
                (Some(salvage), _) => Recovered::from(&config, &env, Some(salvage), kept)?.take_place(path, key)?,
                // The file is empty or gone: one that was to take its place may be there.
                (None, Some(_)) => match Recovered::finished(path, key)? {
                    Some(ready) => ready.take_place(path, key)?,
                    None => Recovered::from(&config, &env, None, kept)?.take_place(path, key)?,
                },
                (None, None) => return Err(Error::new(Code::KeyWrong, "nothing of the file opens under this key")),
            }
        }
        let companion = Self::open(config)?;
        if let Some(report) = companion.recovery()? {
            let line = format!("{} operations saved, {} pending, {} lost", report.operations, report.pending, report.lost);
            companion.log(LogLevel::Warn, "recovery", &line);
        }
        Ok(companion)
    }

    /// What the last recovery of this database saved and lost; none where there was none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn recovery(&self) -> Result<Option<Recovery>> {
        self.read(|connection| Meta::Recovery.read(connection))
    }

    /// Keeps what makes this phone this phone beside the database. A copy that cannot be written is no reason to fail.
    pub(super) fn keep_identity(&self) {
        let kept = self.read(Keepsake::of).and_then(|kept| kept.map_or(Ok(()), |kept| kept.write(&self.path, &self.key)));
        if let Err(error) = kept {
            self.log(LogLevel::Warn, "identity", error.code.as_str());
        }
    }
}

/// Whether every page can be read and fits the others. A file that another version wrote, that another process holds, or that has
/// no room is none of a recovery's business.
fn is_whole(path: &Path, key: &DatabaseKey) -> Result<bool> {
    match Database::open(path, key) {
        Err(error) if matches!(error.code, Code::Corrupt | Code::KeyWrong) => Ok(false),
        Err(error) => Err(error),
        Ok(database) => {
            let connection = database.connection();
            let all = |sql| -> rusqlite::Result<Vec<String>> { connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect() };
            let sealed = all("PRAGMA cipher_integrity_check").is_ok_and(|faults| faults.is_empty());
            Ok(sealed && all("PRAGMA integrity_check").is_ok_and(|faults| faults == ["ok"]))
        }
    }
}

/// A new database beside the damaged one, whole, and about to take its place.
struct Recovered {
    file: PathBuf,
    aside: PathBuf,
}

impl Recovered {
    fn file_beside(path: &Path) -> PathBuf {
        beside(path, ".recovered")
    }

    /// The new database that an earlier recovery had made when it broke off, where it is whole.
    fn finished(path: &Path, key: &DatabaseKey) -> Result<Option<Self>> {
        let file = Self::file_beside(path);
        if !file.exists() {
            return Ok(None);
        }
        let report = Database::open(&file, key).and_then(|database| Meta::Recovery.read::<Recovery>(database.connection()));
        Ok(report.ok().flatten().map(|report| Self { file, aside: report.aside }))
    }

    /// Makes the new database in one transaction.
    fn from(config: &Config, env: &Env, salvage: Option<Salvage>, kept: Option<Keepsake>) -> Result<Self> {
        let made = Self { file: Self::file_beside(&config.path), aside: name_aside(&config.path, env.clock.wall_ms()) };
        for suffix in ["", "-wal", "-shm", "-identity"] {
            // What an earlier recovery left half done: all of it lies in the damaged file still.
            let _ = std::fs::remove_file(beside(&made.file, suffix));
        }
        let mut database = Database::open(&made.file, &config.key)?;
        let transaction = database.write()?;
        Phone::found(salvage.as_ref(), kept, env).write(&transaction, salvage, env.clock.wall_ms(), &made.aside)?;
        transaction.commit()?;
        // In the file itself, not in a log beside it that would have to move with it.
        database.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(made)
    }

    /// Moves the damaged files aside and the new one to their place. The copy of the identity comes first: while there is no
    /// database, it says that there was one. Then the database itself, so that nobody writes to it any more.
    fn take_place(self, path: &Path, key: &DatabaseKey) -> Result<()> {
        if let Some(kept) = Keepsake::of(Database::open(&self.file, key)?.connection())? {
            kept.write(path, key)?;
        }
        for suffix in ["", "-wal", "-shm"] {
            move_aside(&beside(path, suffix), &beside(&self.aside, suffix))?;
        }
        std::fs::rename(&self.file, path).map_err(|_| Error::new(Code::Storage, "the new database cannot take its place"))?;
        // A folder that cannot be synced loses names at most, and both files are under one or the other.
        if let Some(folder) = path.parent().and_then(|folder| std::fs::File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

/// A name for the damaged file that says when.
fn name_aside(path: &Path, now: i64) -> PathBuf {
    let time = chrono::DateTime::from_timestamp_millis(now).unwrap_or_default().format("%Y%m%dT%H%M%SZ");
    first_free(&beside(path, &format!(".corrupt-{time}")))
}

fn first_free(name: &Path) -> PathBuf {
    let mut free = name.to_owned();
    let mut number = 1;
    while free.exists() {
        number += 1;
        free = beside(name, &format!(".{number}"));
    }
    free
}

/// Moves a file, where there is one, and never onto another.
fn move_aside(from: &Path, to: &Path) -> Result<()> {
    match std::fs::rename(from, first_free(to)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::new(Code::Storage, "a file cannot be moved aside")),
        _ => Ok(()),
    }
}

/// What is left of a phone.
struct Phone {
    key: DeviceKey,
    same_device: bool,
    enrolment: Option<Enrolment>,
}

impl Phone {
    /// Who the phone was, by its database, else by the copy beside it. Without either it is a new device.
    fn found(salvage: Option<&Salvage>, kept: Option<Keepsake>, env: &Env) -> Self {
        let value = |name: &str| salvage.and_then(|salvage| salvage.meta.get(name).cloned());
        let stored = value("device_key").and_then(|json| serde_json::from_str::<String>(&json).ok());
        let (copied_key, copied_enrolment) = kept.map_or((None, None), |kept| (Some(kept.device_key), kept.enrolment));
        let key = stored.or(copied_key).and_then(|text| {
            let mut secret = [0; 32];
            hex::decode_to_slice(&text, &mut secret).ok()?;
            Some(DeviceKey::from_bytes(&secret))
        });
        let same_device = key.is_some();
        let enrolment = value("enrolment").or(copied_enrolment).and_then(|json| serde_json::from_str(&json).ok());
        Self {
            key: key.unwrap_or_else(|| DeviceKey::generate(env)),
            same_device,
            // The hub's word is about the device that it was given to.
            enrolment: enrolment.filter(|_| same_device),
        }
    }

    fn write(mut self, connection: &rusqlite::Connection, salvage: Option<Salvage>, at: i64, aside: &Path) -> Result<()> {
        let mut report = Recovery {
            at,
            aside: aside.to_owned(),
            operations: 0,
            pending: 0,
            lost: 0,
            contacts: 0,
            contacts_lost: 0,
            photos: 0,
            photos_lost: 0,
            unreadable_pages: 0,
            same_device: self.same_device,
            enrolled: self.enrolment.is_some(),
        };
        Meta::DeviceKey.write(connection, &hex::encode(self.key.secret()))?;
        if let Some(mut salvage) = salvage {
            report.unreadable_pages = salvage.unreadable_pages;
            let operations = self.own_log(std::mem::take(&mut salvage.operations).into_values().collect());
            self.write_log(connection, &operations, &mut report)?;
            write_contacts(connection, &salvage, &operations, &mut report)?;
            write_photos(connection, &mut salvage, &operations, &mut report)?;
            write_view(connection, &operations)?;
        } else if let Some(enrolment) = &self.enrolment {
            Meta::Enrolment.write(connection, enrolment)?;
        }
        Meta::Recovery.write(connection, &report)
    }

    /// The operations in their order. A new device goes on with what its predecessor had not got answered; the rest is the
    /// predecessor's, at the hub.
    fn own_log(&self, mut operations: Vec<SalvagedOperation>) -> Vec<SalvagedOperation> {
        let device = self.key.device();
        operations.sort_by_key(|found| (found.row.operation.epoch, found.row.operation.seq));
        if self.same_device {
            operations.retain(|found| found.row.operation.device == device);
            // Of two at one place, only one can have been this log's; the other has another name and is lost with its page.
            operations.dedup_by_key(|found| (found.row.operation.epoch, found.row.operation.seq));
            return operations;
        }
        operations.retain(|found| found.row.state == OperationState::Pending);
        let mut last = Digest::genesis(&device, 1);
        for (found, seq) in operations.iter_mut().zip(1..) {
            found.row.operation.device = device;
            found.row.operation.move_to(1, seq, last);
            last = found.row.operation.hash;
        }
        operations
    }

    fn write_log(&mut self, connection: &rusqlite::Connection, operations: &[SalvagedOperation], report: &mut Recovery) -> Result<()> {
        for found in operations {
            outbox::restore(connection, &found.row, found.replay)?;
            report.operations += 1;
            report.pending += u64::from(found.row.state == OperationState::Pending);
        }
        report.lost = outbox::note_holes(connection)?;
        let last_epoch = operations.last().map_or(1, |found| found.row.operation.epoch);
        if let Some(enrolment) = &mut self.enrolment {
            // The copy may be older than the last branch.
            enrolment.epoch = enrolment.epoch.max(last_epoch);
            Meta::Enrolment.write(connection, enrolment)?;
        }
        let epoch = self.enrolment.as_ref().map_or(last_epoch, |enrolment| enrolment.epoch);
        if !is_unbroken(operations, &self.key.device(), epoch) {
            Meta::Torn.write(connection, &true)?;
        }
        Ok(())
    }
}

/// Whether what was saved of a branch is its beginning, without a hole.
fn is_unbroken(operations: &[SalvagedOperation], device: &DeviceId, epoch: u32) -> bool {
    let branch = operations.iter().map(|found| &found.row.operation).filter(|operation| operation.epoch == epoch);
    verify_chain((0, Digest::genesis(device, epoch)), branch).is_ok()
}

fn write_contacts(
    connection: &rusqlite::Connection,
    salvage: &Salvage,
    operations: &[SalvagedOperation],
    report: &mut Recovery,
) -> Result<()> {
    let mut wanted: BTreeSet<_> =
        operations.iter().filter(|found| found.row.operation.contact_digest.is_some()).map(|found| found.row.operation.id).collect();
    for contact in &salvage.contacts {
        if wanted.remove(&contact.operation) {
            private::insert_contact(connection, contact.operation, &contact.entity, contact.salt, &contact.content)?;
            report.contacts += 1;
        }
    }
    let pending = |found: &&SalvagedOperation| found.row.state == OperationState::Pending && wanted.contains(&found.row.operation.id);
    report.contacts_lost = operations.iter().filter(pending).count() as u64;
    for (entity, code) in &salvage.tracking_codes {
        private::insert_tracking_code(connection, entity, code)?;
    }
    Ok(())
}

fn write_photos(
    connection: &rusqlite::Connection,
    salvage: &mut Salvage,
    operations: &[SalvagedOperation],
    report: &mut Recovery,
) -> Result<()> {
    let mut named = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for found in operations {
        // Where nothing says whether a photo was sent, what is settled had it as likely as not.
        let is_settled = !matches!(found.row.state, OperationState::Pending | OperationState::Held);
        for sha256 in found.row.operation.blobs.iter().map(|blob| blob.sha256) {
            named.insert(sha256);
            if !salvage.was_sent(&sha256).unwrap_or(is_settled) {
                wanted.insert(sha256);
            }
        }
    }
    for sha256 in salvage.photos() {
        let Some((photo, bytes)) = salvage.photo(&sha256) else { continue };
        blobs::insert(connection, &photo, &bytes)?;
        report.photos += 1;
        if named.contains(&sha256) {
            blobs::queue(connection, &[sha256])?;
            wanted.remove(&sha256);
            if salvage.was_sent(&sha256) == Some(true) {
                blobs::set_sent(connection, &sha256, photo.len, true)?;
            }
        }
    }
    report.photos_lost = wanted.len() as u64;
    Ok(())
}

/// Shows what is unsettled; everything else comes from the hub.
fn write_view(connection: &rusqlite::Connection, operations: &[SalvagedOperation]) -> Result<()> {
    let judge = Judge::new(connection)?;
    let entities: BTreeSet<_> = operations.iter().filter(|found| found.replay).map(|found| &found.row.operation.entity).collect();
    entities.into_iter().try_for_each(|entity| judge.rebuild(entity, &mut Changes::default()))
}
