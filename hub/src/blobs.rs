//! Photos on their way in and at rest: a folder, written and synced before anything is acknowledged.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use liuye_core::domain::Photo;
use liuye_core::log::{BlobRef, DeviceId, Digest};
use liuye_core::{Code, Error, Result};

use crate::hub::Hub;
use crate::ledger::{Tx, Upload};

/// How long an upload that nobody continues is kept.
const EXPIRY_MS: i64 = 7 * 86_400_000;

/// How much one device may have under way.
const QUOTA_BYTES: u64 = 200 * 1000 * 1000;

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) id: String,
    pub(crate) offset: u64,
    pub(crate) len: u64,
    pub(crate) expires_at: Option<i64>,
}

/// Begins an upload, or says where it stands. The id derives from device and photo: a phone that forgot goes on.
pub(crate) fn create(hub: &Hub, site: &str, device: &DeviceId, sha256: Digest, len: u64) -> Result<Progress> {
    if len == 0 || len > Photo::MAX_BYTES as u64 {
        return Err(Error::field(Code::PhotoTooLarge, "upload-length", "1 byte to 10 MB"));
    }
    let id = format!("{device}-{sha256}");
    let upload = Upload { id: id.clone(), device: *device, sha256, len, expires_at: hub.now() + EXPIRY_MS };
    let whole = hub.write(site, |tx| {
        // A late phone need not send what nobody may keep: for it the photo is done with.
        if tx.blob(&sha256)?.is_some() || tx.is_erased_photo(&sha256)? {
            return Ok(true);
        }
        match tx.upload(&id)? {
            Some(known) if known.len != len => return Err(Error::field(Code::OutOfRange, "upload-length", "another length than before")),
            None if tx.promised_bytes(device)? + len > QUOTA_BYTES => {
                return Err(Error::field(Code::TooLarge, "upload-length", "too much is under way from this device"));
            }
            _ => {}
        }
        tx.put_upload(&upload)?;
        Ok(false)
    })?;
    let offset = if whole { len } else { size_of(&partial(hub, &id)) };
    Ok(Progress { id, offset, len, expires_at: (!whole).then_some(upload.expires_at) })
}

/// Where an upload stands.
pub(crate) fn progress(hub: &Hub, site: &str, device: &DeviceId, id: &str) -> Result<Progress> {
    let sha256 = owned(device, id)?;
    hub.read(site, |tx| {
        if let Some((len, _)) = tx.blob(&sha256)? {
            return Ok(Progress { id: id.to_owned(), offset: len, len, expires_at: None });
        }
        let upload = tx.upload(id)?.filter(|upload| upload.expires_at > tx.now).ok_or_else(unknown)?;
        Ok(Progress { id: id.to_owned(), offset: size_of(&partial(hub, id)), len: upload.len, expires_at: Some(upload.expires_at) })
    })
}

/// What became of a piece.
pub(crate) enum Piece {
    /// It is on disk; the upload stands here now.
    Taken(Progress),
    /// The upload stands elsewhere.
    WrongOffset,
    /// The piece's checksum is another one.
    WrongChecksum,
}

/// Appends a piece. The last one makes the photo whole, checks it, and wakes what waited for it.
pub(crate) fn append(
    hub: &Hub,
    site: &str,
    device: &DeviceId,
    id: &str,
    offset: u64,
    checksum: Option<Digest>,
    bytes: &[u8],
) -> Result<Piece> {
    let before = progress(hub, site, device, id)?;
    if before.offset != offset || offset + bytes.len() as u64 > before.len {
        return Ok(Piece::WrongOffset);
    }
    if checksum.is_some_and(|checksum| checksum != Digest::of(bytes)) {
        return Ok(Piece::WrongChecksum);
    }
    let path = partial(hub, id);
    write_at(&path, offset, bytes).map_err(|error| disk(&error))?;
    let after = Progress { offset: offset + bytes.len() as u64, ..before };
    if after.offset == after.len {
        complete(hub, site, device, id, &path)?;
    }
    Ok(Piece::Taken(after))
}

fn complete(hub: &Hub, site: &str, device: &DeviceId, id: &str, path: &Path) -> Result<()> {
    let sha256 = owned(device, id)?;
    let bytes = std::fs::read(path).map_err(|error| disk(&error))?;
    let photo = Photo::inspect(&bytes).and_then(|photo| {
        if photo.sha256 == sha256 { Ok(photo) } else { Err(Error::field(Code::Malformed, "sha256", "the photo has another digest")) }
    });
    let photo = match photo {
        Ok(photo) => photo,
        Err(error) => {
            // It will never be what it was announced to be: begin again from nothing.
            std::fs::remove_file(path).map_err(|error| disk(&error))?;
            return Err(error);
        }
    };
    let target = at_rest(hub, &sha256);
    let folder = target.parent().ok_or_else(|| Error::internal("a photo lies in a folder"))?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::rename(path, &target))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(|error| disk(&error))?;
    let upload = Upload { id: id.to_owned(), device: *device, sha256, len: photo.len, expires_at: 0 };
    hub.ingest(site, |ingest| {
        if ingest.tx.is_erased_photo(&sha256)? {
            // Its owner was erased while the last piece came.
            return remove(hub, ingest.tx, &sha256);
        }
        ingest.tx.complete_upload(&upload, photo.format.as_str())?;
        ingest.blob_arrived(&sha256)
    })
}

/// Keeps a photo that the hub's own device sends, whole. One that is here already is one.
pub(crate) fn keep_own(hub: &Hub, site: &str, bytes: &[u8]) -> Result<BlobRef> {
    let device = hub.keys().tag_key(hub.env(), site)?.device();
    let blob = BlobRef { sha256: Digest::of(bytes), len: bytes.len() as u64 };
    let begun = create(hub, site, &device, blob.sha256, blob.len)?;
    if begun.offset == begun.len {
        return Ok(blob);
    }
    // What an earlier try left of the same photo is the same bytes.
    let offset = usize::try_from(begun.offset).map_err(|_| Error::internal("a photo is small"))?;
    match append(hub, site, &device, &begun.id, begun.offset, None, bytes.get(offset..).unwrap_or_default())? {
        Piece::Taken(_) => Ok(blob),
        Piece::WrongOffset | Piece::WrongChecksum => Err(Error::new(Code::Busy, "the same photo comes twice at once")),
    }
}

fn write_at(path: &Path, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The photo that an upload's id names, where it is this device's.
fn owned(device: &DeviceId, id: &str) -> Result<Digest> {
    let sha256 = id.strip_prefix(&device.to_string()).and_then(|rest| rest.strip_prefix('-')).ok_or_else(unknown)?;
    Digest::parse(sha256).map_err(|_| unknown())
}

fn unknown() -> Error {
    Error::new(Code::NotFound, "no such upload")
}

fn partial(hub: &Hub, id: &str) -> PathBuf {
    hub.dir().join("uploads").join(id)
}

fn at_rest(hub: &Hub, sha256: &Digest) -> PathBuf {
    let name = sha256.to_string();
    hub.dir().join("blobs").join(&name[..2]).join(name)
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn disk(error: &std::io::Error) -> Error {
    let full = error.kind() == std::io::ErrorKind::StorageFull;
    Error::new(if full { Code::DiskFull } else { Code::Storage }, "the photo folder cannot be written or read")
}

/// Removes a photo from the ledger and from the disk, whole or on its way.
pub(crate) fn remove(hub: &Hub, tx: &Tx<'_>, sha256: &Digest) -> Result<()> {
    let uploads = tx.remove_photo(sha256)?;
    let files = uploads.iter().map(|id| partial(hub, id)).chain([at_rest(hub, sha256)]);
    for file in files {
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(disk(&error)),
            _ => {}
        }
    }
    Ok(())
}

/// A photo that is here whole: its format and its bytes.
pub(crate) fn read(hub: &Hub, sha256: &Digest) -> Result<Option<(String, Vec<u8>)>> {
    let Some((_, format)) = hub.read(&hub.site()?, |tx| tx.blob(sha256))? else { return Ok(None) };
    let bytes = std::fs::read(at_rest(hub, sha256)).map_err(|error| disk(&error))?;
    Ok(Some((format, bytes)))
}
