//! The device's Ed25519 key, and the device id that derives from it.

use std::fmt;

use ed25519_dalek::Signer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::ZeroizeOnDrop;

use super::Digest;
use crate::env::Env;
use crate::{Code, Error, Result};

/// A device: the first 16 bytes of SHA-256 of its public key, 32 lower-case hexadecimal digits.
///
/// A phone has its id before it ever meets a hub, and nobody can take another's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceId([u8; 16]);

/// A device's private key. It leaves the encrypted database never.
#[derive(Clone, ZeroizeOnDrop)]
pub struct DeviceKey(ed25519_dalek::SigningKey);

/// A device's public key; base64url without padding in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// An Ed25519 signature; base64url without padding in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature([u8; 64]);

impl DeviceId {
    /// The id as bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads 32 hexadecimal digits.
    ///
    /// # Errors
    /// [`Code::Malformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| Error::field(Code::Malformed, "device", "a device id has 32 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

impl DeviceKey {
    /// A new key.
    #[must_use]
    pub fn generate(env: &Env) -> Self {
        Self::from_bytes(&env.random())
    }

    /// The key of 32 secret bytes.
    #[must_use]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret))
    }

    /// The secret, for the encrypted store alone.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The device that this key makes.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.public().device()
    }

    /// Signs the bytes.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey(of {})", self.device())
    }
}

impl PublicKey {
    /// The key of 32 bytes.
    ///
    /// # Errors
    /// [`Code::Malformed`] where the bytes are no point of the curve, or a weak one.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| malformed_key())?;
        if key.is_weak() { Err(malformed_key()) } else { Ok(Self(key)) }
    }

    /// The key as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The device that this key makes.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        let digest = Digest::of(&self.to_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.0[..16]);
        DeviceId(bytes)
    }

    /// Whether the signature is this key's over these bytes (strictly: no malleable variants).
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(bytes, &signature).is_ok()
    }
}

fn malformed_key() -> Error {
    Error::field(Code::Malformed, "public_key", "not an Ed25519 public key")
}

impl Signature {
    /// The signature of 64 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The signature as bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; 64] {
        self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceId({self})")
    }
}

impl Serialize for DeviceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

fn serialize_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    use base64::Engine as _;
    serializer.serialize_str(&base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn deserialize_base64<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
    use base64::Engine as _;
    use serde::de::Error as _;
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(text.as_ref()).map_err(D::Error::custom)?;
    bytes.try_into().map_err(|_| D::Error::custom("another length"))
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_base64(&self.to_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_bytes(&deserialize_base64(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_base64(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_base64(deserializer).map(Self)
    }
}
