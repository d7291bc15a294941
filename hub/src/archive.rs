//! Archives that come from outside: looked at before anything of them is parsed.

use std::io::{Cursor, Read};

use liuye_core::{Code, Error, Result};
use zip::ZipArchive;

/// A workbook of many thousand rows unpacks to a tenth of this.
const MAX_UNPACKED: u64 = 64 << 20;

/// A workbook has a dozen entries, and one for each sheet and picture.
const MAX_ENTRIES: usize = 1000;

/// The XML of a sheet packs to a twentieth, a uniform one to a hundredth; what packs better than this is made for it.
const MAX_RATIO: u64 = 200;

/// Below this a good ratio harms nobody.
const RATIO_FROM: u64 = 1 << 20;

/// Checks that an archive unpacks to no more than it may, by what it says of itself and by unpacking it into nothing: a bomb
/// says what it likes.
///
/// # Errors
/// [`Code::ArchiveBomb`] or [`Code::Malformed`] at `file`.
pub(crate) fn check(bytes: &[u8]) -> Result<()> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    if archive.len() > MAX_ENTRIES {
        return Err(bomb(format!("at most {MAX_ENTRIES} entries")));
    }
    if archive.has_overlapping_files().map_err(|_| unreadable())? {
        return Err(bomb("its entries share their bytes"));
    }
    let mut declared = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| unreadable())?;
        declared = declared.saturating_add(entry.size());
        if entry.size() > RATIO_FROM && entry.size() / entry.compressed_size().max(1) > MAX_RATIO {
            return Err(bomb(format!("an entry unpacks to more than {MAX_RATIO} times its size")));
        }
    }
    if declared > MAX_UNPACKED {
        return Err(too_much());
    }
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| unreadable())?;
        let says = entry.size();
        let is = std::io::copy(&mut entry.take(says.saturating_add(1)), &mut std::io::sink()).map_err(|_| unreadable())?;
        unpacked = unpacked.saturating_add(is);
        if is > says || unpacked > MAX_UNPACKED {
            return Err(too_much());
        }
    }
    Ok(())
}

fn bomb(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::field(Code::ArchiveBomb, "file", why)
}

fn too_much() -> Error {
    bomb(format!("unpacks to {} MiB at most", MAX_UNPACKED >> 20))
}

fn unreadable() -> Error {
    Error::field(Code::Malformed, "file", "an archive that cannot be read")
}
