//! Photos: by magic bytes, at most 10 MB and 40 megapixels, at most six a record.

use imagesize::{Compression, ImageType};

use crate::log::Digest;
use crate::{Code, Error, Result};

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

impl PhotoFormat {
    /// The name as it stands in SQL and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Heic => "heic",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
        }
    }
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
    /// Most pixels.
    pub const MAX_PIXELS: u64 = 40_000_000;

    /// Looks at the bytes: at their beginning, never at a file's name.
    ///
    /// # Errors
    /// [`Code::PhotoTooLarge`], [`Code::PhotoNotImage`] or [`Code::PhotoTooManyPixels`].
    pub fn inspect(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(Error::new(Code::PhotoTooLarge, "at most 10 MB"));
        }
        let format = match imagesize::image_type(bytes) {
            Ok(ImageType::Jpeg) => PhotoFormat::Jpeg,
            Ok(ImageType::Png) => PhotoFormat::Png,
            Ok(ImageType::Webp) => PhotoFormat::Webp,
            Ok(ImageType::Heif(Compression::Hevc)) => PhotoFormat::Heic,
            _ => return Err(not_image()),
        };
        let size = imagesize::blob_size(bytes).map_err(|_| not_image())?;
        let width = u32::try_from(size.width).map_err(|_| too_many_pixels())?;
        let height = u32::try_from(size.height).map_err(|_| too_many_pixels())?;
        if width == 0 || height == 0 {
            return Err(not_image());
        }
        if u64::from(width) * u64::from(height) > Self::MAX_PIXELS {
            return Err(too_many_pixels());
        }
        Ok(Self { format, width, height, len: bytes.len() as u64, sha256: Digest::of(bytes) })
    }

    /// Checks the number of photos on one record.
    ///
    /// # Errors
    /// [`Code::PhotoTooMany`] at `photos`.
    pub fn check_count(count: usize) -> Result<()> {
        if count > Self::MAX_PER_RECORD {
            return Err(Error::field(Code::PhotoTooMany, "photos", "at most six a record"));
        }
        Ok(())
    }
}

fn not_image() -> Error {
    Error::new(Code::PhotoNotImage, "JPEG, PNG, WebP or HEIC, by its first bytes")
}

fn too_many_pixels() -> Error {
    Error::new(Code::PhotoTooManyPixels, "at most 40 megapixels")
}
