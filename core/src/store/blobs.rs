//! Photos, in chunks beside the records.

use rusqlite::{Connection, OptionalExtension};

use crate::domain::Photo;
use crate::log::{BlobRef, Digest};
use crate::sync::policy::BLOB_CHUNK_BYTES;
use crate::{Code, Error, Result};

/// Where a photo stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlobState {
    /// Attached, and named by no operation yet.
    Attached,
    /// Named by an operation, to be sent.
    Queued,
    /// The hub has it whole.
    Sent,
}

/// What is known of a photo on this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlobRow {
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Their number.
    pub len: u64,
    /// Where it stands.
    pub state: BlobState,
    /// How many bytes the hub has, as far as is known.
    pub sent: u64,
}

/// Keeps a photo. The same bytes are kept once.
pub(crate) fn insert(connection: &Connection, photo: &Photo, bytes: &[u8]) -> Result<()> {
    let added = connection.execute(
        "INSERT OR IGNORE INTO blobs (sha256, len, format, width, height) VALUES (?1, ?2, ?3, ?4, ?5)",
        (photo.sha256.0, photo.len, photo.format.as_str(), photo.width, photo.height),
    )?;
    if added > 0 {
        let mut statement = connection.prepare_cached("INSERT INTO blob_chunks (sha256, start, bytes) VALUES (?1, ?2, ?3)")?;
        for (index, chunk) in bytes.chunks(BLOB_CHUNK_BYTES).enumerate() {
            statement.execute((photo.sha256.0, (index * BLOB_CHUNK_BYTES) as u64, chunk))?;
        }
    }
    Ok(())
}

/// The whole photo.
pub(crate) fn read(connection: &Connection, sha256: &Digest) -> Result<Option<Vec<u8>>> {
    let Some(row) = get(connection, sha256)? else { return Ok(None) };
    let mut bytes = Vec::with_capacity(usize::try_from(row.len).unwrap_or(0));
    let mut statement = connection.prepare_cached("SELECT bytes FROM blob_chunks WHERE sha256 = ?1 ORDER BY start")?;
    let mut rows = statement.query([sha256.0])?;
    while let Some(row) = rows.next()? {
        bytes.extend_from_slice(row.get_ref(0)?.as_blob().map_err(|_| Error::internal("a chunk is a blob"))?);
    }
    if Digest::of(&bytes) != *sha256 {
        return Err(Error::new(Code::Corrupt, "a photo is not what was stored"));
    }
    Ok(Some(bytes))
}

/// The photo's length, and its bytes from `offset` to the end of their chunk; none where it was erased.
pub(crate) fn read_piece(connection: &Connection, sha256: &Digest, offset: u64) -> Result<Option<(u64, Vec<u8>)>> {
    let Some(row) = get(connection, sha256)? else { return Ok(None) };
    if offset == 0 {
        // Once a photo: what is damaged is said here, and not sent for the hub to refuse.
        read(connection, sha256)?;
    }
    let size = BLOB_CHUNK_BYTES as u64;
    let start = offset / size * size;
    let chunk: Vec<u8> = connection
        .prepare_cached("SELECT bytes FROM blob_chunks WHERE sha256 = ?1 AND start = ?2")?
        .query_row((sha256.0, start), |row| row.get(0))?;
    Ok(Some((row.len, chunk.get(usize::try_from(offset - start).unwrap_or(0)..).unwrap_or_default().to_vec())))
}

/// What is known of a photo.
pub(crate) fn get(connection: &Connection, sha256: &Digest) -> Result<Option<BlobRow>> {
    Ok(connection
        .prepare_cached("SELECT len, state, sent FROM blobs WHERE sha256 = ?1")?
        .query_row([sha256.0], |row| {
            let state = match row.get::<_, i64>(1)? {
                0 => BlobState::Attached,
                1 => BlobState::Queued,
                _ => BlobState::Sent,
            };
            Ok(BlobRow { sha256: *sha256, len: row.get(0)?, state, sent: row.get(2)? })
        })
        .optional()?)
}

/// Photos that an operation names: they are to be sent from now on.
pub(crate) fn queue(connection: &Connection, photos: &[Digest]) -> Result<Vec<BlobRef>> {
    photos
        .iter()
        .map(|sha256| {
            let row = get(connection, sha256)?.ok_or_else(|| Error::field(Code::UnknownReference, "photos", "attach the photo first"))?;
            connection.prepare_cached("UPDATE blobs SET state = 1 WHERE sha256 = ?1 AND state = 0")?.execute([sha256.0])?;
            Ok(BlobRef { sha256: *sha256, len: row.len })
        })
        .collect()
}

/// The next photo to send.
pub(crate) fn next_to_send(connection: &Connection) -> Result<Option<BlobRow>> {
    let sha256: Option<[u8; 32]> = connection
        .prepare_cached("SELECT sha256 FROM blobs WHERE state = 1 ORDER BY rowid LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    sha256.map_or(Ok(None), |sha256| get(connection, &Digest(sha256)))
}

/// How far the hub has a photo.
pub(crate) fn set_sent(connection: &Connection, sha256: &Digest, sent: u64, whole: bool) -> Result<()> {
    connection
        .prepare_cached("UPDATE blobs SET sent = ?2, state = CASE WHEN ?3 THEN 2 ELSE state END WHERE sha256 = ?1")?
        .execute((sha256.0, sent, whole))?;
    Ok(())
}

/// The hub waits for a photo that it was sent: it lost it.
pub(crate) fn send_again(connection: &Connection, sha256: &Digest) -> Result<()> {
    connection.prepare_cached("UPDATE blobs SET state = 1, sent = 0 WHERE sha256 = ?1 AND state = 2")?.execute([sha256.0])?;
    Ok(())
}

/// How many photos wait to be sent.
pub(crate) fn count_to_send(connection: &Connection) -> Result<u64> {
    Ok(connection.prepare_cached("SELECT count(*) FROM blobs WHERE state = 1")?.query_row([], |row| row.get(0))?)
}
