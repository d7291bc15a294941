//! The phone's database: one SQLCipher file, opened in one place, one file a table group.

pub(crate) mod blobs;
pub(crate) mod digests;
pub(crate) mod documents;
pub(crate) mod erase;
mod keepsake;
mod lease;
mod meta;
mod migrate;
mod open;
pub(crate) mod outbox;
pub(crate) mod private;
pub(crate) mod salvage;
pub(crate) mod search;
mod world;

pub use lease::Lease;
pub use migrate::SCHEMA_VERSION;
pub use open::{Database, DatabaseKey};
pub use outbox::{OperationState, OutboxCounts, OutboxRow};
pub use world::PhoneWorld;

pub(crate) use keepsake::Keepsake;
pub(crate) use meta::Meta;

/// Reads JSON that this store wrote. What it cannot be any more is damage: SQLCipher hands out zeros for a page that it cannot
/// open, and says so at the next call only.
pub(crate) fn stored<'a, T: serde::Deserialize<'a>>(text: &'a str) -> crate::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| crate::Error::new(crate::Code::Corrupt, format!("stored JSON: line {} column {}", error.line(), error.column())))
}
