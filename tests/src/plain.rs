//! Every byte that a file could still give away: hub files as they lie on the disk, phones' files with each page decrypted,
//! those that are free among them.

use std::path::Path;

use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use memchr::memmem;

/// SQLCipher's page, and what it keeps at the end of each for itself: an initialisation vector and a digest.
const PAGE: usize = 4096;
const RESERVED: usize = 80;

/// A frame of the write-ahead log has a header before its page, and the log one before its frames.
const FRAME_HEADER: usize = 24;
const LOG_HEADER: usize = 32;

/// The pages of a phone's database and of its write-ahead log, decrypted one by one, whatever SQLite thinks of them.
#[must_use]
pub fn phone_bytes(path: &Path, key: &[u8; 32]) -> Vec<u8> {
    let cipher = Aes256::new(&Array::from(*key));
    let file = std::fs::read(path).unwrap();
    let mut plain: Vec<u8> = Vec::with_capacity(file.len());
    for (index, page) in file.chunks(PAGE).enumerate() {
        plain.extend(page_of(&cipher, page, index == 0));
    }
    let log = std::fs::read(path.with_extension("db-wal")).unwrap_or_default();
    for frame in log.get(LOG_HEADER..).unwrap_or_default().chunks(FRAME_HEADER + PAGE) {
        let number = frame.get(..4).map_or(0, |bytes| u32::from_be_bytes(bytes.try_into().unwrap()));
        plain.extend(page_of(&cipher, frame.get(FRAME_HEADER..).unwrap_or_default(), number == 1));
    }
    plain
}

/// One page; the first begins with the salt of the file, which is not encrypted.
fn page_of(cipher: &Aes256, page: &[u8], is_first: bool) -> Vec<u8> {
    if page.len() < PAGE {
        return page.to_vec();
    }
    let (contents, reserved) = page.split_at(PAGE - RESERVED);
    let mut previous: [u8; 16] = reserved[..16].try_into().unwrap();
    let contents = &contents[if is_first { 16 } else { 0 }..];
    let mut plain = Vec::with_capacity(contents.len());
    for chunk in contents.chunks_exact(16) {
        let sealed: [u8; 16] = chunk.try_into().unwrap();
        let mut block = Array::from(sealed);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(previous).map(|(byte, mask)| byte ^ mask));
        previous = sealed;
    }
    plain
}

/// Every file below a folder with its bytes.
#[must_use]
pub fn folder_bytes(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(folder_bytes(&entry));
        } else {
            files.push((entry.clone(), std::fs::read(entry).unwrap()));
        }
    }
    files
}

/// Whether a needle lies in the bytes. A row may be cut between two pages, or overwritten in part: one half of it is enough.
#[must_use]
pub fn holds(bytes: &[u8], needle: &str) -> bool {
    let (first, second) = needle.as_bytes().split_at(needle.len() / 2);
    [first, second].into_iter().any(|half| memmem::find(bytes, half).is_some())
}
