//! The phone's database: one SQLCipher file, opened in one place, one file a table group.

pub(crate) mod blobs;
pub(crate) mod digests;
pub(crate) mod documents;
pub(crate) mod erase;
mod lease;
mod meta;
mod migrate;
mod open;
pub(crate) mod outbox;
pub(crate) mod private;
pub(crate) mod search;
mod world;

pub use lease::Lease;
pub use migrate::SCHEMA_VERSION;
pub use open::{Database, DatabaseKey};
pub use outbox::{OperationState, OutboxCounts, OutboxRow};
pub use world::PhoneWorld;

pub(crate) use meta::Meta;
