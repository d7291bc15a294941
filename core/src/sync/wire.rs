//! The messages between phone and hub, as JSON. `docs/protocol/sync.md` explains them to other implementers.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::domain::{AsTold, Bucket, BucketDigest, Document, Holders, Verdict};
use crate::log::{Digest, Operation, PublicKey, Salt, Signature};

/// The header of a sync request that carries urgent operations, or hints of them: `1`. A hub under load reads it before the body,
/// and takes such requests first.
pub const URGENT: &str = "liuye-urgent";

/// The body of `POST /v1/enrol`. The request is signed by the key that it names (see [`super::signature`]).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolRequest {
    /// The one-time code, as typed or scanned; empty with a ticket.
    pub code: String,
    /// The proof of an earlier enrolment, for a hub that lost it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The key that the phone made.
    pub public_key: PublicKey,
    /// What the desk shows for this device, such as `Pixel 9, Android 16`; at most 100 characters.
    pub device_name: String,
}

/// The answer to [`EnrolRequest`]. The same code from the same key gives the same answer again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolAnswer {
    /// The site.
    pub site: String,
    /// The branch of the log to write on.
    pub epoch: u32,
    /// Who holds the phone; absent for a tourist's, and where several share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What the phone will receive.
    pub scope: Vec<Bucket>,
    /// The version of that scope.
    pub scope_version: u64,
    /// The hub's clock, UTC ms.
    pub server_time: i64,
    /// To be named in the next request's signature.
    pub nonce: String,
    /// The hub's signed word on this enrolment, opaque to the phone: a hub that was put back from a backup, and knows
    /// nothing of the device, takes it in again by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Who has to sign in, where somebody has to: a phone is locked from its first moment on. Later changes come as a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holders: Option<Holders>,
    /// What the site's orders are signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_key: Option<PublicKey>,
}

/// The body of `POST /v1/sites/{site}/sync`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncRequest {
    /// The branch of the log.
    pub epoch: u32,
    /// The seq of the first operation; of the next one to come where there is none.
    pub first_seq: u64,
    /// At most 500, or 1 MiB.
    #[serde(default)]
    pub operations: Vec<Operation>,
    /// The contacts of those operations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactEnvelope>,
    /// Where the phone stands; absent for a first fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Buckets whose contents turned out not to be the hub's: they are purged and filled again. A phone that sends this, empty
    /// or not, is one that compares digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refill: Option<Vec<Bucket>>,
    /// How many changes the phone takes in one answer.
    pub limit: u32,
    /// Over (device, epoch, last seq, last hash) of what the phone has written; the hub keeps it as evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_signature: Option<HeadSignature>,
    /// Urgent operations ahead of their turn, as they stand further on in the log (see [`crate::domain::Kind::is_urgent`]). The hub
    /// shows them as unconfirmed, and applies none of them before the log brings it. At most 20, or 64 KiB.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Operation>,
}

/// A device's word on where its log stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeadSignature {
    /// The last seq of this request's operations (or of the log, where there are none).
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
    /// Over [`crate::log::head_preimage`].
    pub signature: Signature,
}

/// A contact beside its operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactEnvelope {
    /// The operation that commits to it.
    pub operation: Uuid,
    /// The salt of its digest.
    pub salt: Salt,
    /// The contact's JSON, byte for byte as digested (see [`crate::log::ContactSeal`]).
    #[cfg_attr(feature = "openapi", schema(value_type = crate::domain::Contact))]
    pub contact: Box<RawValue>,
}

/// The answer of a sync.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncAnswer {
    /// Everything up to here is durably stored, each with a verdict.
    pub acked: Acked,
    /// The verdict of each operation of the request, by seq.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<OperationVerdict>))]
    pub verdicts: Vec<AsTold<OperationVerdict>>,
    /// What changed in the phone's scope since its cursor.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// To be sent next time; opaque.
    pub cursor: String,
    /// Whether there is more to fetch at once.
    pub more: bool,
    /// What each bucket of the scope holds at `position`: with the last page only, for phones that compare it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BTreeMap<String, BucketDigest>>))]
    pub digest: Option<BTreeMap<Bucket, BucketDigest>>,
    /// The branch of the hub's log: another one after a restore.
    pub log_epoch: u32,
    /// Operations of the acknowledged branch up to this seq survive the loss of the hub's disk; 0 for none.
    pub durable_through: u64,
    /// The position of the site's log up to which this answer speaks.
    pub position: u64,
    /// The hub's clock, UTC ms.
    pub server_time: i64,
    /// How long to wait before the next request, at least; 0 for no wish.
    pub backoff_ms: u64,
    /// The version of the phone's scope.
    pub scope_version: u64,
    /// To be named in the next request's signature.
    pub nonce: String,
}

/// The body of `POST /v1/sites/{site}/branches`: a phone found that its log forked, and asks for a branch of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchRequest {
    /// The branch that it leaves; nothing is added to it any more.
    pub from_epoch: u32,
    /// Made by the phone once for this fork: asking again with it gives the same branch.
    pub claim: Uuid,
}

/// The answer to [`BranchRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchAnswer {
    /// The branch to write on from now on.
    pub epoch: u32,
    /// How far the hub has each older branch: what lies beyond it has to be written again.
    pub taken: Vec<TakenBranch>,
}

/// How far a hub has one branch of a device's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakenBranch {
    /// The branch.
    pub epoch: u32,
    /// The last seq; 0 for none.
    pub seq: u64,
    /// The hash of the operation there. A phone that has another one there, or none, shares the branch with a clone and
    /// cannot tell what of it is its own.
    pub hash: Digest,
}

/// How far the hub has a device's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Acked {
    /// The branch.
    pub epoch: u32,
    /// The last seq; 0 for none.
    pub seq: u64,
}

/// What became of one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperationVerdict {
    /// Its id.
    pub operation: Uuid,
    /// Its verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// One change of a phone's documents.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The document as it is now.
    Document(Document),
    /// The phone may no longer see it.
    Gone {
        /// The document.
        id: String,
    },
    /// The bucket left the phone's scope: what lies in no other bucket of the scope goes.
    Purge {
        /// The bucket.
        bucket: Bucket,
    },
    /// One that a newer version knows. A phone goes on without it, and fetches everything anew once it is brought up to date.
    #[serde(untagged)]
    Newer(Box<RawValue>),
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Known {
            Document(Document),
            Gone { id: String },
            Purge { bucket: Bucket },
        }
        let told = Box::<RawValue>::deserialize(deserializer)?;
        match serde_json::from_str(told.get()) {
            Ok(Known::Document(document)) => Ok(Self::Document(document)),
            Ok(Known::Gone { id }) => Ok(Self::Gone { id }),
            Ok(Known::Purge { bucket }) => Ok(Self::Purge { bucket }),
            Err(error) => {
                let named: BTreeMap<String, &RawValue> = serde_json::from_str(told.get()).map_err(serde::de::Error::custom)?;
                // One that this version knows and cannot read is a fault, not news.
                if ["document", "gone", "purge"].iter().any(|known| named.contains_key(*known)) {
                    return Err(serde::de::Error::custom(error));
                }
                Ok(Self::Newer(told))
            }
        }
    }
}

/// An RFC 9457 problem document, `application/problem+json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:liuye:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's meaning in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code (see [`crate::Code`]).
    pub code: crate::Code,
    /// The field at fault; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// The rule or the limit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// With [`crate::Code::SequenceGap`]: the seq that the hub expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_seq: Option<u64>,
    /// With [`crate::Code::DeviceRevoked`], where the phone is to forget everything: see [`super::wipe::WipeOrder`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wipe: Option<String>,
}
