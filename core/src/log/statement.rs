//! What a site says under its signature, outside the log: tickets and orders.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{DeviceKey, PublicKey, Signature};
use crate::Result;

/// A statement as it travels: what it says as JSON in base64url, a full stop, the signature in base64url.
///
/// The signature covers the purpose too: the same key signs tags, tickets and orders, and none passes for another.
///
/// # Errors
/// None in practice; [`crate::Code::Malformed`] is what serde's signature asks for.
pub fn seal_statement(purpose: &str, said: &impl Serialize, key: &DeviceKey) -> Result<String> {
    let said = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(said)?);
    let signature = key.sign(&preimage(purpose, &said));
    Ok(format!("{said}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes())))
}

/// What a statement says, where that key signed it for that purpose; nothing otherwise.
#[must_use]
pub fn open_statement<T: DeserializeOwned>(purpose: &str, text: &str, key: &PublicKey) -> Option<T> {
    let (said, signature) = text.split_once('.')?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
    if !key.verifies(&preimage(purpose, said), &Signature::from_bytes(signature)) {
        return None;
    }
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(said).ok()?).ok()
}

fn preimage(purpose: &str, said: &str) -> Vec<u8> {
    format!("{purpose}\n{said}").into_bytes()
}
