//! SHA-256 digests, salts, and the digests of bodies and contacts.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{Code, Error, Result};

/// A SHA-256 digest; 64 lower-case hexadecimal digits in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

/// Sixteen random bytes that keep short texts from being guessed by their digest; 32 hexadecimal digits in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Salt(pub [u8; 16]);

impl Digest {
    /// The digest of the bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of an operation's body, as the operation's hash covers it.
    ///
    /// The bytes are the body's JSON text exactly as it travels: nobody has to agree on how JSON is written.
    #[must_use]
    pub fn of_body(body: &str, salt: Option<Salt>) -> Self {
        Self::tagged(b"liuye-body-1", salt, body.as_bytes())
    }

    /// The first digest of a chain: what the operation with `seq` 1 names as its predecessor.
    #[must_use]
    pub fn genesis(device: &super::DeviceId, epoch: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"liuye-chain-1");
        hash.update(device.bytes());
        hash.update(epoch.to_be_bytes());
        Self(hash.finalize().into())
    }

    fn tagged(tag: &[u8; 12], salt: Option<Salt>, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(tag);
        match salt {
            Some(salt) => {
                hash.update([16]);
                hash.update(salt.0);
            }
            None => hash.update([0]),
        }
        hash.update(bytes);
        Self(hash.finalize().into())
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Code::Malformed`] for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| Error::new(Code::Malformed, "a digest has 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

/// The salted digest by which an operation commits to a contact that travels beside it.
pub struct ContactSeal;

impl ContactSeal {
    /// The digest of a contact's JSON text under its salt.
    #[must_use]
    pub fn digest(contact: &str, salt: Salt) -> Digest {
        Digest::tagged(b"liuye-cont-1", Some(salt), contact.as_bytes())
    }
}

macro_rules! hexadecimal {
    ($name:ident, $size:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&hex::encode(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                let mut bytes = [0; $size];
                hex::decode_to_slice(text.as_ref(), &mut bytes).map_err(serde::de::Error::custom)?;
                Ok(Self(bytes))
            }
        }
    };
}

hexadecimal!(Digest, 32);
hexadecimal!(Salt, 16);
