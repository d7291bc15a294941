//! The ledger: what the hub keeps. One opener, one file a table group; every query names the site.

mod branches;
mod codes;
mod contacts;
mod deadlines;
mod devices;
mod digests;
mod documents;
mod entries;
mod erased;
mod facts;
mod heads;
mod hints;
mod holders;
mod kept;
mod log_epochs;
mod open;
mod operations;
mod operator_links;
mod personnel;
mod public_reports;
mod reference;
mod repeats;
mod search;
mod uploads;
mod world;
mod zone_days;

pub(crate) use branches::Branch;
pub use branches::BranchRow;
pub(crate) use codes::{Code as EnrolCode, For};
pub use contacts::ReadingRow;
pub use devices::DeviceRow;
pub(crate) use entries::{entry_hash, genesis};
pub(crate) use facts::{QUARTER_MS, fact};
pub use hints::HintRow;
pub use holders::HeldBy;
pub(crate) use log_epochs::LogEpoch;
pub(crate) use open::{Ledger, copy_database, rewrite};
pub(crate) use operations::Taken;
pub use operations::{AttentionRow, OperationRow};
pub(crate) use operator_links::OperatorLink;
pub(crate) use public_reports::PublicReport;
pub(crate) use reference::Put;
pub(crate) use uploads::Upload;
pub(crate) use world::HubWorld;
pub(crate) use zone_days::{moments, spans};

/// One site's part of a transaction: all reading and writing goes through it.
pub(crate) struct Tx<'a> {
    pub(crate) connection: &'a rusqlite::Connection,
    pub(crate) site: &'a str,
    /// The hub's clock for this transaction, UTC ms.
    pub(crate) now: i64,
}

/// The version of document bodies that this hub writes.
pub(crate) const SCHEMA: u32 = liuye_core::domain::Kind::SCHEMA_VERSION;
