//! HTTP message signatures (RFC 9421) with Ed25519 over method, path and content digest (RFC 9530).
//!
//! The phone's clock plays no part: a replayed request does nothing (every operation takes effect once), and TLS
//! keeps the rest. The hub's last nonce rides along where the phone has one, so that a captured request is also seen.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::log::{DeviceId, DeviceKey, PublicKey, Signature};
use crate::{Code, Error, Result};

/// The header with the body's SHA-256.
pub const CONTENT_DIGEST: &str = "content-digest";
/// The header that says what is signed.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// The header with the signature.
pub const SIGNATURE: &str = "signature";

const LABEL: &str = "liuye";
const COMPONENTS: &str = r#"("@method" "@path" "content-digest")"#;

/// The value of [`CONTENT_DIGEST`] for a body.
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(body)))
}

/// The three headers that authenticate a request. `path` is the absolute path without the query.
#[must_use]
pub fn sign(key: &DeviceKey, method: &str, path: &str, body: &[u8], nonce: Option<&str>) -> Vec<(String, String)> {
    let digest = content_digest(body);
    let params = parameters(&key.device(), nonce);
    let signature = key.sign(base(method, path, &digest, &params).as_bytes());
    vec![
        (CONTENT_DIGEST.to_owned(), digest),
        (SIGNATURE_INPUT.to_owned(), format!("{LABEL}={params}")),
        (SIGNATURE.to_owned(), format!("{LABEL}=:{}:", BASE64_STANDARD.encode(signature.to_bytes()))),
    ]
}

/// Who signed a request, as its headers claim; nothing is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The device that the signature names.
    pub device: DeviceId,
    /// The nonce that it names.
    pub nonce: Option<String>,
    parameters: String,
    signature: Signature,
}

impl Claim {
    /// Reads the headers' values.
    ///
    /// # Errors
    /// [`Code::SignatureInvalid`] where one is missing or has another form than [`sign`] writes.
    pub fn parse(input: &str, signature: &str) -> Result<Self> {
        let parameters = input.strip_prefix(LABEL).and_then(|rest| rest.strip_prefix('=')).ok_or_else(invalid)?;
        let rest = parameters.strip_prefix(COMPONENTS).ok_or_else(invalid)?;
        let (mut device, mut nonce) = (None, None);
        for parameter in rest.split(';').skip(1) {
            let (name, value) = parameter.split_once('=').ok_or_else(invalid)?;
            let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(invalid)?;
            match name {
                "keyid" => device = Some(DeviceId::parse(value).map_err(|_| invalid())?),
                "nonce" => nonce = Some(value.to_owned()),
                "alg" if value == "ed25519" => {}
                _ => return Err(invalid()),
            }
        }
        let encoded = signature
            .strip_prefix(LABEL)
            .and_then(|rest| rest.strip_prefix("=:"))
            .and_then(|rest| rest.strip_suffix(':'))
            .ok_or_else(invalid)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| invalid())?;
        let signature = Signature::from_bytes(bytes.try_into().map_err(|_| invalid())?);
        Ok(Self { device: device.ok_or_else(invalid)?, nonce, parameters: parameters.to_owned(), signature })
    }

    /// Checks the claim against the device's key and the request as it arrived.
    ///
    /// # Errors
    /// [`Code::SignatureInvalid`] where the digest, the key or the signature does not fit.
    pub fn verify(&self, key: &PublicKey, method: &str, path: &str, digest: &str, body: &[u8]) -> Result<()> {
        if key.device() != self.device {
            return Err(Error::field(Code::SignatureInvalid, "keyid", "another key"));
        }
        if digest != content_digest(body) {
            return Err(Error::field(Code::SignatureInvalid, CONTENT_DIGEST, "the body has another digest"));
        }
        if key.verifies(base(method, path, digest, &self.parameters).as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(Error::field(Code::SignatureInvalid, SIGNATURE, "not this device's signature of this request"))
        }
    }
}

fn invalid() -> Error {
    Error::field(Code::SignatureInvalid, SIGNATURE_INPUT, "not a signature that this protocol knows")
}

fn parameters(device: &DeviceId, nonce: Option<&str>) -> String {
    let nonce = nonce.map_or_else(String::new, |nonce| format!(r#";nonce="{nonce}""#));
    format!(r#"{COMPONENTS};keyid="{device}";alg="ed25519"{nonce}"#)
}

fn base(method: &str, path: &str, digest: &str, parameters: &str) -> String {
    format!("\"@method\": {method}\n\"@path\": {path}\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(body: &[u8]) -> (DeviceKey, Claim, String) {
        let key = DeviceKey::from_bytes(&[7; 32]);
        let headers = sign(&key, "POST", "/v1/sites/lake/sync", body, Some("n1"));
        let value = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap();
        let claim = Claim::parse(&value(SIGNATURE_INPUT), &value(SIGNATURE)).unwrap();
        (key, claim, value(CONTENT_DIGEST))
    }

    #[test]
    fn a_signed_request_verifies() {
        let (key, claim, digest) = signed(b"body");
        assert_eq!(claim.device, key.device());
        assert_eq!(claim.nonce.as_deref(), Some("n1"));
        claim.verify(&key.public(), "POST", "/v1/sites/lake/sync", &digest, b"body").unwrap();
    }

    #[test]
    fn any_change_of_method_path_body_or_key_is_noticed() {
        let (key, claim, digest) = signed(b"body");
        let path = "/v1/sites/lake/sync";
        assert!(claim.verify(&key.public(), "PATCH", path, &digest, b"body").is_err());
        assert!(claim.verify(&key.public(), "POST", "/v1/sites/other/sync", &digest, b"body").is_err());
        assert!(claim.verify(&key.public(), "POST", path, &digest, b"Body").is_err());
        assert!(claim.verify(&key.public(), "POST", path, &content_digest(b"Body"), b"Body").is_err());
        assert!(claim.verify(&DeviceKey::from_bytes(&[8; 32]).public(), "POST", path, &digest, b"body").is_err());
    }
}
