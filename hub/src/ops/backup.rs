//! Backups while the hub runs, and hubs that are put back from one.

use std::collections::BTreeMap;
use std::path::Path;

use liuye_core::env::Env;
use liuye_core::{Code, Error, Result};
use rusqlite::{Connection, OpenFlags};

use crate::hub::Hub;
use crate::ledger::copy_database;

/// The databases of a data folder; the ledger, which makes it a hub's, last.
const DATABASES: [&str; 3] = ["accounts.db", "keys.db", "ledger.db"];

/// What says that a backup is whole; it is written last.
const WHOLE: &str = "backup.json";

/// Copies everything that the hub keeps into a new folder, as it is at one moment, while it goes on. What the copy holds
/// counts as safe once it is complete: phones are told, and may forget what they kept for the hub.
///
/// The order matters: keys and photos after the ledger, so that the copy never names what it lacks.
///
/// # Errors
/// [`Code::Exists`] at `to` where something is in the way; [`Code::Storage`] and the other errors of the store.
pub fn backup(hub: &Hub, to: &Path) -> Result<()> {
    make_folder(to)?;
    if is_database(&to.join("ledger.db")) {
        return Err(Error::field(Code::Exists, "to", "a backup was begun in this folder"));
    }
    hub.copy_ledger(&to.join("ledger.db"))?;
    for database in ["keys.db", "accounts.db"] {
        copy_database(&open(&hub.dir().join(database))?, &to.join(database))?;
    }
    copy_photos(&hub.dir().join("blobs"), &to.join("blobs"))?;
    let heads = heads(&to.join("ledger.db"))?;
    write_whole(&to.join(WHOLE), &serde_json::to_vec_pretty(&serde_json::json!({ "at": hub.now(), "heads": heads }))?)?;
    for (site, position) in heads {
        hub.write(&site, |tx| tx.note_backup(position))?;
    }
    Ok(())
}

/// Puts a hub back from a backup, into a folder that has none. The site's log goes on on a branch of its own: phones notice,
/// and send again what came after the backup.
///
/// # Errors
/// [`Code::NotFound`] at `from` where there is no backup; [`Code::Exists`] at `data` where there is a hub; those of the store.
pub fn restore(from: &Path, data: &Path, env: Env) -> Result<()> {
    if !from.join(WHOLE).exists() {
        return Err(Error::field(Code::NotFound, "from", "there is no whole backup in this folder"));
    }
    if is_database(&data.join("ledger.db")) {
        return Err(Error::field(Code::Exists, "data", "there is a hub in this folder: move it away first"));
    }
    make_folder(data)?;
    copy_photos(&from.join("blobs"), &data.join("blobs"))?;
    // The ledger comes last: a restore that broke off left no hub behind, and may be tried again.
    for database in DATABASES {
        let target = data.join(database);
        if !is_database(&target) {
            copy_database(&open(&from.join(database))?, &target)?;
        }
    }
    let hub = Hub::open(data, env)?;
    for site in hub.sites()? {
        hub.write(&site, |tx| tx.begin_log_epoch())?;
    }
    Ok(())
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
