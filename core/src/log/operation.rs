//! The operation: what one person did, as one device wrote it down.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::encoding::operation_preimage;
use super::{DeviceId, Digest, Salt};
use crate::{Code, Error, Result};

/// Where a position comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FixSource {
    /// Satellites.
    Gnss,
    /// The platform's mixture of satellites, Wi-Fi and cells.
    Fused,
    /// Wi-Fi or cells alone.
    Network,
    /// Put on a map by a person.
    Manual,
}

/// A position of the phone, in WGS-84. Integers, so that every platform hashes the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fix {
    /// Latitude in degrees × 10⁷.
    pub lat_e7: i32,
    /// Longitude in degrees × 10⁷.
    pub lon_e7: i32,
    /// Radius of 68 % confidence in millimetres, as the platform gave it.
    pub accuracy_mm: u32,
    /// When the position was taken: wall clock, UTC ms.
    pub at: i64,
    /// Whether the platform says that the position is a mock.
    #[serde(default)]
    pub is_mock: bool,
    /// Where it comes from.
    pub source: FixSource,
}

impl Fix {
    /// Latitude in degrees.
    #[must_use]
    pub fn lat(&self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }

    /// Longitude in degrees.
    #[must_use]
    pub fn lon(&self) -> f64 {
        f64::from(self.lon_e7) / 1e7
    }

    /// Accuracy in metres.
    #[must_use]
    pub fn accuracy_m(&self) -> f64 {
        f64::from(self.accuracy_mm) / 1e3
    }
}

/// How sure the phone was of who held it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuthLevel {
    /// Whoever holds the phone.
    Device,
    /// They gave a secret of their own: a PIN on this phone, or a password at the desk.
    Pin,
}

/// A photo that belongs to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlobRef {
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Their number.
    pub len: u64,
}

/// One entry of a device's log. See `docs/protocol/operations.md` for what the hash covers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operation {
    /// The device that wrote it.
    pub device: DeviceId,
    /// The branch of the device's log; 1 until a fork is found.
    pub epoch: u32,
    /// Place in the log, contiguous from 1.
    pub seq: u64,
    /// A name, a UUIDv7. Nothing sorts by it.
    pub id: Uuid,
    /// Who did it: a person's id, or `self` before the phone knew who holds it.
    pub actor: String,
    /// How sure the phone was of the actor.
    pub auth_level: AuthLevel,
    /// When it was written: wall clock of the device, UTC ms.
    pub recorded_at: i64,
    /// When it was written: monotonic clock of the device, ms.
    pub elapsed_ms: u64,
    /// The boot to which `elapsed_ms` belongs.
    pub boot_id: String,
    /// Hub's clock minus device's clock in ms, as last measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// The uncertainty of `clock_offset_ms`, ± ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_err_ms: Option<u32>,
    /// Where the phone was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// What was done, such as `check_in.record`.
    pub kind: String,
    /// The version of the body's shape.
    pub schema_version: u32,
    /// The id of the document that it is about.
    pub entity: String,
    /// The revision of that document which the phone had, where it had one from the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_rev: Option<u64>,
    /// The last position of the site's log which the phone had applied: the operation cannot be older than that.
    pub seen: u64,
    /// The operation that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<Uuid>,
    /// The body's JSON, kept byte for byte; absent once redacted.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub body: Option<Box<RawValue>>,
    /// The salt of the body's digest, where the kind has free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_salt: Option<Salt>,
    /// What stays of a redacted body: the facts that counts are made of. The hash does not cover it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub residue: Option<Box<RawValue>>,
    /// The digest of the body under its salt: this is what the hash covers.
    pub body_digest: Digest,
    /// The salted digest of a contact that travels beside the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_digest: Option<Digest>,
    /// The photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blobs: Vec<BlobRef>,
    /// The hash of the operation before it; of the chain's genesis for the first.
    pub prev_hash: Digest,
    /// SHA-256 over all of the above but the body's bytes and salt.
    pub hash: Digest,
}

impl Operation {
    /// The hash as it should be.
    #[must_use]
    pub fn computed_hash(&self) -> Digest {
        Digest::of(&operation_preimage(self))
    }

    /// Fills `body_digest` and `hash` from the rest.
    pub fn seal(&mut self) {
        if let Some(body) = &self.body {
            self.body_digest = Digest::of_body(body.get(), self.body_salt);
        }
        self.hash = self.computed_hash();
    }

    /// Checks the body against its digest and the contents against the hash.
    ///
    /// # Errors
    /// [`Code::ChainBroken`] with the field that does not fit.
    pub fn verify(&self) -> Result<()> {
        if let Some(body) = &self.body
            && Digest::of_body(body.get(), self.body_salt) != self.body_digest
        {
            return Err(Error::field(Code::ChainBroken, "body_digest", "the body has another digest"));
        }
        if self.computed_hash() != self.hash {
            return Err(Error::field(Code::ChainBroken, "hash", "the contents have another hash"));
        }
        Ok(())
    }

    /// Whether its kind is urgent, as far as this version knows the kind.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        crate::domain::Kind::parse(&self.kind).is_some_and(crate::domain::Kind::is_urgent)
    }

    /// Whether two operations are one, written at two places: on two branches of a device's log.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let (epoch, seq, prev_hash) = (other.epoch, other.seq, other.prev_hash);
        Self { epoch, seq, prev_hash, ..self.clone() }.computed_hash() == other.hash
    }

    /// Writes the operation at another place: the next one of another branch.
    pub fn move_to(&mut self, epoch: u32, seq: u64, prev_hash: Digest) {
        (self.epoch, self.seq, self.prev_hash) = (epoch, seq, prev_hash);
        self.hash = self.computed_hash();
    }

    /// The body as JSON text, or what stays of it once redacted; `null` where nothing does.
    #[must_use]
    pub fn text_or_residue(&self) -> &str {
        self.body.as_ref().or(self.residue.as_ref()).map_or("null", |body| body.get())
    }

    /// The body as JSON text; `null` once redacted.
    #[must_use]
    pub fn body_text(&self) -> &str {
        self.body.as_ref().map_or("null", |body| body.get())
    }
}

impl PartialEq for Operation {
    /// Equal by hash and by what the hash does not cover.
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.body_text() == other.body_text() && self.body_salt == other.body_salt
    }
}

/// Checks that the operations follow each other without a gap, from `before` (the hash and seq that precede them).
///
/// # Errors
/// [`Code::ChainBroken`] with the field at fault of the first operation that does not fit; the detail names its seq.
pub fn verify_chain<'a>(before: (u64, Digest), operations: impl IntoIterator<Item = &'a Operation>) -> Result<(u64, Digest)> {
    let (mut seq, mut hash) = before;
    for operation in operations {
        let at = |field: &'static str| Error::field(Code::ChainBroken, field, format!("at seq {}", operation.seq));
        if operation.seq != seq + 1 {
            return Err(at("seq"));
        }
        if operation.prev_hash != hash {
            return Err(at("prev_hash"));
        }
        operation.verify().map_err(|error| Error { detail: format!("at seq {}: {}", operation.seq, error.detail).into(), ..error })?;
        (seq, hash) = (operation.seq, operation.hash);
    }
    Ok((seq, hash))
}
