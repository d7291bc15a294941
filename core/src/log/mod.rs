//! The evidence format: what an operation is, the bytes that its hash covers, and the device key that answers for it.
//!
//! Nothing here knows what a check-in is: the rules of the field live in [`crate::domain`].

mod digest;
mod encoding;
mod key;
mod operation;
mod statement;

pub use digest::{ContactSeal, Digest, Salt};
pub use encoding::{head_preimage, operation_preimage};
pub use key::{DeviceId, DeviceKey, PublicKey, Signature};
pub use operation::{AuthLevel, BlobRef, Fix, FixSource, Operation, verify_chain};
pub use statement::{open_statement, seal_statement};
