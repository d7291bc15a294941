//! Pages of an SQLCipher file, opened one by one: SQLCipher itself refuses every page of a connection that met a bad one.
//!
//! The format is SQLCipher 4's default with a raw key: AES-256 in CBC mode, then HMAC-SHA-512 over ciphertext, vector and page
//! number, with a key of its own that derives from key and salt. The tests hold it against the real thing.

use aes::Aes256;
use cbc::Decryptor;
use cbc::cipher::{Block, BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::ZeroizeOnDrop;

/// Bytes of a page in the file.
pub(super) const PAGE: usize = 4096;

/// Bytes of the salt, with which the first page begins.
pub(super) const SALT: usize = 16;

/// Bytes of a page that SQLite uses: behind them lie the vector (16) and the authentication code (64).
pub(super) const USABLE: usize = PAGE - VECTOR - 64;

const VECTOR: usize = 16;

/// What SQLCipher mixes into the salt for the authentication key.
const SALT_MASK: u8 = 0x3a;

/// The keys of one file.
#[derive(ZeroizeOnDrop)]
pub(super) struct PageCipher {
    key: [u8; 32],
    authentication: [u8; 32],
}

impl PageCipher {
    /// The keys of a file with this salt.
    pub(super) fn new(key: &[u8; 32], salt: [u8; SALT]) -> Option<Self> {
        let salt = salt.map(|byte| byte ^ SALT_MASK);
        // PBKDF2 with two rounds, of which one block is enough.
        let first = authenticate(key, &[&salt, &1_u32.to_be_bytes()])?;
        let second = authenticate(key, &[&first])?;
        let mut authentication = [0; 32];
        for (target, (first, second)) in authentication.iter_mut().zip(first.iter().zip(second)) {
            *target = first ^ second;
        }
        Some(Self { key: *key, authentication })
    }

    /// What SQLite sees of a page; none where it is not what was written there under this key.
    ///
    /// Of the first page, the salt's place holds zeros.
    pub(super) fn open(&self, number: u32, page: &[u8]) -> Option<Vec<u8>> {
        let start = if number == 1 { SALT } else { 0 };
        let (sealed, code) = (page.get(start..USABLE + VECTOR)?, page.get(USABLE + VECTOR..PAGE)?);
        let mut mac = Hmac::<Sha512>::new_from_slice(&self.authentication).ok()?;
        mac.update(sealed);
        mac.update(&number.to_le_bytes());
        mac.verify_slice(code).ok()?;
        let (body, vector) = sealed.split_last_chunk::<VECTOR>()?;
        let mut opened = vec![0; start];
        opened.extend_from_slice(body);
        let mut decryptor = Decryptor::<Aes256>::new(&self.key.into(), &(*vector).into());
        for block in opened.get_mut(start..)?.chunks_exact_mut(VECTOR) {
            decryptor.decrypt_block(<&mut Block<Aes256>>::try_from(block).ok()?);
        }
        Some(opened)
    }
}

fn authenticate(key: &[u8], parts: &[&[u8]]) -> Option<[u8; 64]> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().into())
}
