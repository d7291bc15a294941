//! The marks at a checkpoint: signed QR codes, and NFC tags that mirror a counter and a code.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use cmac::{Cmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use crate::log::{DeviceKey, PublicKey, Signature};
use crate::{Code, Error, Result};

/// Makes tags for a site; lives on the hub.
pub struct TagSeal;

impl TagSeal {
    /// The text of a checkpoint's QR code: `LIUYE1:{site}:{checkpoint}:{base64url signature}`.
    #[must_use]
    pub fn qr(key: &DeviceKey, site: &str, checkpoint: &str) -> String {
        let signature = key.sign(&qr_message(site, checkpoint));
        format!("{QR_PREFIX}:{site}:{checkpoint}:{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// The 8-byte code of an NTAG 424 DNA for a UID and counter, upper-case hexadecimal: what the tag mirrors.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `uid` or `counter`.
    pub fn nfc_code(key: &[u8; 16], uid: &str, counter: u32) -> Result<String> {
        Ok(hex::encode_upper(sun_code(key, &parse_uid(uid)?, parse_counter(counter)?)))
    }
}

const QR_PREFIX: &str = "LIUYE1";

/// What a QR tag's signature covers. Ids hold neither colons nor line breaks, so that no two pairs give one message.
fn qr_message(site: &str, checkpoint: &str) -> Vec<u8> {
    format!("liuye-qr-tag-1\n{site}\n{checkpoint}").into_bytes()
}

/// A QR tag as scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrTag {
    /// The site that it names.
    pub site: String,
    /// The checkpoint that it names.
    pub checkpoint: String,
    signature: Signature,
}

impl QrTag {
    /// Reads the text of a QR code; the signature is not checked yet.
    ///
    /// # Errors
    /// [`Code::TagUnsigned`] for any other text: a code that somebody printed for another purpose is no tag.
    pub fn parse(payload: &str) -> Result<Self> {
        let mut parts = payload.trim().split(':');
        let (Some(QR_PREFIX), Some(site), Some(checkpoint), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unsigned());
        };
        if !super::is_id(site) || !super::is_id(checkpoint) {
            return Err(unsigned());
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| unsigned())?;
        let bytes: [u8; 64] = bytes.try_into().map_err(|_| unsigned())?;
        Ok(Self { site: site.to_owned(), checkpoint: checkpoint.to_owned(), signature: Signature::from_bytes(bytes) })
    }

    /// Checks the signature with the site's key.
    ///
    /// # Errors
    /// [`Code::TagUnsigned`] where it is another's.
    pub fn verify(&self, key: &PublicKey) -> Result<()> {
        if key.verifies(&qr_message(&self.site, &self.checkpoint), &self.signature) { Ok(()) } else { Err(unsigned()) }
    }
}

fn unsigned() -> Error {
    Error::new(Code::TagUnsigned, "the tag carries no valid signature of this site")
}

/// What an NFC tag mirrored: NTAG 424 DNA, Secure Unique NFC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NfcTag {
    uid: [u8; 7],
    counter: u32,
    code: [u8; 8],
}

impl NfcTag {
    /// Reads the tag's answer; the code is not checked yet.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `uid` (14 hexadecimal digits), `counter` (24 bits) or `cmac` (16 hexadecimal digits).
    pub fn parse(uid: &str, counter: u32, cmac: &str) -> Result<Self> {
        let uid = parse_uid(uid)?;
        let counter = parse_counter(counter)?;
        let mut code = [0; 8];
        hex::decode_to_slice(cmac, &mut code).map_err(|_| Error::field(Code::Malformed, "cmac", "16 hexadecimal digits"))?;
        Ok(Self { uid, counter, code })
    }

    /// The UID, 14 upper-case hexadecimal digits.
    #[must_use]
    pub fn uid(&self) -> String {
        hex::encode_upper(self.uid)
    }

    /// The read counter.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.counter
    }

    /// The code, 16 upper-case hexadecimal digits.
    #[must_use]
    pub fn cmac(&self) -> String {
        hex::encode_upper(self.code)
    }

    /// Checks the code with the tag's key, in constant time.
    ///
    /// # Errors
    /// [`Code::TagUnsigned`] where the code is another one.
    pub fn verify(&self, key: &[u8; 16]) -> Result<()> {
        if bool::from(sun_code(key, &self.uid, self.counter).ct_eq(&self.code)) { Ok(()) } else { Err(unsigned()) }
    }
}

fn parse_uid(uid: &str) -> Result<[u8; 7]> {
    let mut bytes = [0; 7];
    hex::decode_to_slice(uid, &mut bytes).map_err(|_| Error::field(Code::Malformed, "uid", "14 hexadecimal digits"))?;
    Ok(bytes)
}

fn parse_counter(counter: u32) -> Result<u32> {
    if counter < 1 << 24 { Ok(counter) } else { Err(Error::field(Code::Malformed, "counter", "a counter of 24 bits")) }
}

/// NXP AN12196, 3.3 and 3.4: a session key from UID and counter, and every second byte of the code over nothing.
fn sun_code(key: &[u8; 16], uid: &[u8; 7], counter: u32) -> [u8; 8] {
    let mut vector = [0x3c, 0xc3, 0x00, 0x01, 0x00, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    vector[6..13].copy_from_slice(uid);
    vector[13..].copy_from_slice(&counter.to_le_bytes()[..3]);
    let session: [u8; 16] = cmac(key, &vector);
    let whole = cmac(&session, &[]);
    std::array::from_fn(|index| whole[2 * index + 1])
}

fn cmac(key: &[u8; 16], message: &[u8]) -> [u8; 16] {
    let mut mac = <Cmac<aes::Aes128> as KeyInit>::new(key.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}
