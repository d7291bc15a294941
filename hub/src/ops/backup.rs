//! Backups while the hub runs, and hubs that are put back from one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use liuye_core::env::Env;
use liuye_core::{Code, Error, Result};
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use crate::edition::Edition;
use crate::hub::Hub;
use crate::journal::{self, Journal};
use crate::keys::{LASTING, PASSING, copy_tables};
use crate::ledger::copy_database;

/// What says that a backup is whole; it is written last.
const WHOLE: &str = "backup.json";

/// The part of a backup that makes its contacts readable, until it expires.
const CONTACT_KEYS: &str = "contact-keys.db";

/// How long a backup's contacts are readable, in days: longer than it takes to notice that a hub is lost.
pub const KEYS_DAYS: u32 = 7;

const DAY_MS: i64 = 86_400_000;

/// What a whole backup says of itself.
#[derive(Serialize, Deserialize)]
struct Whole {
    /// When it was made, UTC ms.
    at: i64,
    /// The last position of each site.
    heads: BTreeMap<String, u64>,
    /// From when on nobody may use its contact keys, UTC ms. Absent in backups of before they were apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keys_expire_at: Option<i64>,
}

/// What a restore brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoreReport {
    /// Whether contacts are readable: the backup had keys for them that were not expired.
    pub has_contacts: bool,
}

/// What was removed from a folder of backups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PruneReport {
    /// Backups whose contact keys had expired.
    pub keys: u64,
    /// Backups that were too old.
    pub backups: u64,
}

/// [`backup_for`] with the default time.
///
/// # Errors
/// Those of [`backup_for`].
pub fn backup(hub: &Hub, to: &Path) -> Result<()> {
    backup_for(hub, to, KEYS_DAYS)
}

/// Copies everything that the hub keeps into a new folder, as it is at one moment, while it goes on. What the copy holds
/// counts as safe once it is complete: phones are told, and may forget what they kept for the hub.
///
/// The keys of contacts are a part of their own, good for `keys_days`. Expired ones are removed from every backup beside this
/// one, and the journal of erased subjects is copied there, beside the backups and into none of them.
///
/// The order matters: keys and photos after the ledger, so that the copy never names what it lacks.
///
/// # Errors
/// [`Code::Exists`] at `to` where something is in the way; [`Code::Storage`] and the other errors of the store.
pub fn backup_for(hub: &Hub, to: &Path, keys_days: u32) -> Result<()> {
    make_folder(to)?;
    if is_database(&to.join("ledger.db")) {
        return Err(Error::field(Code::Exists, "to", "a backup was begun in this folder"));
    }
    // First: a backup that nobody may be held against must not come to be.
    let beside = folder_of(to);
    let no_journal = |_| Error::field(Code::Storage, "to", "the journal of erased subjects cannot be kept in the folder around the backup");
    hub.journal().mirror_in(&beside).map_err(no_journal)?;
    hub.copy_ledger(&to.join("ledger.db"))?;
    let keys = hub.dir().join("keys.db");
    copy_tables(&keys, &to.join("keys.db"), LASTING)?;
    copy_tables(&keys, &to.join(CONTACT_KEYS), PASSING)?;
    copy_database(&open(&hub.dir().join("accounts.db"))?, &to.join("accounts.db"))?;
    copy_photos(&hub.dir().join("blobs"), &to.join("blobs"))?;
    let heads = heads(&to.join("ledger.db"))?;
    let whole = Whole { at: hub.now(), heads, keys_expire_at: Some(hub.now() + i64::from(keys_days) * DAY_MS) };
    write_whole(&to.join(WHOLE), &serde_json::to_vec_pretty(&whole)?)?;
    for (site, position) in whole.heads {
        hub.write(&site, |tx| tx.note_backup(position))?;
    }
    // The backup is whole: what could not be pruned beside it is no reason to say otherwise.
    if let Err(error) = prune(&beside, hub.now(), None) {
        tracing::warn!(code = %error.code, "expired keys of older backups could not be removed");
    }
    Ok(())
}

/// Puts a hub back from a backup, into a folder that has none. The site's log goes on on a branch of its own: phones notice,
/// and send again what came after the backup. Whoever was erased since stays so, and a phone that was reported lost stays
/// refused: the journal beside the backups says it.
///
/// # Errors
/// [`Code::NotFound`] at `from` where there is no backup; [`Code::Exists`] at `data` where there is a hub; those of the store.
pub fn restore(from: &Path, data: &Path, env: Env) -> Result<RestoreReport> {
    let Some(whole) = read_whole(from) else {
        return Err(Error::field(Code::NotFound, "from", "there is no whole backup in this folder"));
    };
    if is_database(&data.join("ledger.db")) {
        return Err(Error::field(Code::Exists, "data", "there is a hub in this folder: move it away first"));
    }
    make_folder(data)?;
    copy_photos(&from.join("blobs"), &data.join("blobs"))?;
    for database in ["accounts.db", "keys.db"] {
        let target = data.join(database);
        if !is_database(&target) {
            copy_database(&open(&from.join(database))?, &target)?;
        }
    }
    let has_contacts = take_contact_keys(from, data, &whole, env.clock.wall_ms())?;
    let mirror = folder_of(from).join(journal::FILE);
    if is_database(&mirror) {
        Journal::open(&data.join(journal::FILE))?.merge(&Journal::open(&mirror)?)?;
    }
    // The ledger comes last: a restore that broke off left no hub behind, and may be tried again.
    copy_database(&open(&from.join("ledger.db"))?, &data.join("ledger.db"))?;
    let hub = Hub::open_as_it_is(data, env, Edition::default())?;
    for site in hub.sites()? {
        hub.write(&site, |tx| tx.begin_log_epoch())?;
    }
    hub.keep_erased()?;
    hub.keep_revoked()?;
    Ok(RestoreReport { has_contacts })
}

/// Adds the keys of contacts to those of a hub that is being put back. False where they expired, or were taken away.
fn take_contact_keys(from: &Path, data: &Path, whole: &Whole, now: i64) -> Result<bool> {
    let part = from.join(CONTACT_KEYS);
    match whole.keys_expire_at {
        // An older backup has everything in one file.
        None => Ok(true),
        Some(at) if at > now && is_database(&part) => copy_tables(&part, &data.join("keys.db"), PASSING).map(|()| true),
        Some(_) => Ok(false),
    }
}

/// Removes what has expired from a folder of backups: keys of contacts by their own time; whole backups that were made before
/// `older_than` (UTC ms), where it is given. The newest whole backup stays in any case.
///
/// # Errors
/// [`Code::Storage`].
pub fn prune(folder: &Path, now: i64, older_than: Option<i64>) -> Result<PruneReport> {
    let failed = |_| Error::new(Code::Storage, "an expired part of a backup cannot be removed");
    let mut backups: Vec<(PathBuf, Whole)> = std::fs::read_dir(folder)
        .map_err(failed)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| read_whole(&path).map(|whole| (path, whole)))
        .collect();
    backups.sort_by_key(|(_, whole)| whole.at);
    let newest = backups.len().saturating_sub(1);
    let mut report = PruneReport::default();
    for (index, (path, whole)) in backups.into_iter().enumerate() {
        if index < newest && older_than.is_some_and(|limit| whole.at < limit) {
            std::fs::remove_dir_all(&path).map_err(failed)?;
            report.backups += 1;
        } else if whole.keys_expire_at.is_some_and(|at| at <= now) && path.join(CONTACT_KEYS).exists() {
            std::fs::remove_file(path.join(CONTACT_KEYS)).map_err(failed)?;
            report.keys += 1;
        }
    }
    Ok(report)
}

fn read_whole(backup: &Path) -> Option<Whole> {
    serde_json::from_slice(&std::fs::read(backup.join(WHOLE)).ok()?).ok()
}

/// The folder in which a backup lies beside others.
fn folder_of(backup: &Path) -> PathBuf {
    let whole = std::path::absolute(backup).unwrap_or_else(|_| backup.to_owned());
    whole.parent().map_or(whole.clone(), Path::to_owned)
}

/// The last position of each site in a copied ledger.
fn heads(ledger: &Path) -> Result<BTreeMap<String, u64>> {
    let copy = open(ledger)?;
    let mut statement = copy.prepare("SELECT site, head FROM sites")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<std::result::Result<_, _>>()?)
}

fn write_whole(path: &Path, contents: &[u8]) -> Result<()> {
    use std::io::Write as _;
    let written = std::fs::File::create(path).and_then(|mut file| {
        file.write_all(contents)?;
        file.sync_all()
    });
    written.map_err(|_| Error::new(Code::Storage, "the backup's last file cannot be written"))
}

fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    Ok(connection)
}

/// Whether SQLite finds a database there; where its files are is its own affair.
fn is_database(path: &Path) -> bool {
    open(path).is_ok_and(|connection| {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, u64>(0)).is_ok_and(|tables| tables > 0)
    })
}

fn make_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|_| Error::new(Code::Storage, "the folder cannot be made"))
}

/// Photos are named by their contents: what is there already is the same.
fn copy_photos(from: &Path, to: &Path) -> Result<()> {
    let failed = |_| Error::new(Code::Storage, "a photo cannot be copied");
    make_folder(to)?;
    if !from.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() {
            copy_photos(&entry.path(), &target)?;
        } else if !target.exists() {
            // Under another name first: a copy that broke off must not pass for the photo.
            let partial = target.with_extension("partial");
            std::fs::copy(entry.path(), &partial).map_err(failed)?;
            std::fs::rename(&partial, &target).map_err(failed)?;
        }
    }
    Ok(())
}
