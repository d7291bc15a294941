//! Photos: looked at, kept in the encrypted database, named by records, sent in pieces.

use std::io::Read;
use std::path::Path;

use super::Companion;
use crate::domain::{Photo, PhotoFormat};
use crate::log::Digest;
use crate::store::blobs;
use crate::{Code, Error, Result};

/// A photo that this phone keeps and that a record may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedBlob {
    /// SHA-256 of the bytes: its name in drafts.
    pub sha256: Digest,
    /// Number of bytes.
    pub len: u64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// By its first bytes.
    pub format: PhotoFormat,
}

impl Companion {
    /// Keeps a photo. The same bytes are kept once.
    ///
    /// # Errors
    /// [`Code::PhotoNotImage`], [`Code::PhotoTooLarge`], [`Code::PhotoTooManyPixels`]; those of the store.
    pub fn attach(&self, bytes: &[u8]) -> Result<AttachedBlob> {
        let photo = Photo::inspect(bytes)?;
        self.write(|connection, _| blobs::insert(connection, &photo, bytes))?;
        Ok(AttachedBlob { sha256: photo.sha256, len: photo.len, width: photo.width, height: photo.height, format: photo.format })
    }

    /// Keeps the photo of a file.
    ///
    /// # Errors
    /// Those of [`Companion::attach`]; [`Code::NotFound`] at `path` where the file cannot be read.
    pub fn attach_path(&self, path: &Path) -> Result<AttachedBlob> {
        let unreadable = |_| Error::field(Code::NotFound, "path", "the file cannot be read");
        let mut bytes = Vec::new();
        // One byte more than allowed is enough to refuse it: a film must not fill the memory.
        let limit = Photo::MAX_BYTES as u64 + 1;
        std::fs::File::open(path).map_err(unreadable)?.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
        self.attach(&bytes)
    }

    /// The bytes of a photo that this phone keeps.
    ///
    /// # Errors
    /// [`Code::NotFound`] where it does not; those of the store.
    pub fn photo(&self, sha256: &Digest) -> Result<Vec<u8>> {
        self.read(|connection| blobs::read(connection, sha256))?
            .ok_or_else(|| Error::field(Code::NotFound, "sha256", "this phone does not keep that photo"))
    }
}
