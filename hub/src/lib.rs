//! Liuye's hub: takes the records of a district's phones in, keeps them, and serves what became of them.
//!
//! [`Hub`] is the whole of it behind one handle; [`serve`] puts it on a listener. The rules are those of
//! [`liuye_core::domain`]: nothing here decides what a record may do.

mod api;
mod blobs;
mod changes;
mod edition;
mod erase;
mod hints;
mod holders;
mod hub;
mod ingest;
mod journal;
mod keys;
mod ledger;
mod scope;
mod server;
mod ticket;
mod tries;

pub mod accounts;
pub mod desk;
pub mod ops;

pub use edition::Edition;
pub use erase::EraseReport;
pub use hub::Hub;
pub use ledger::{AttentionRow, DeviceRow, HeldBy, HintRow, OperationRow};
pub use server::{ServeConfig, Tls, router, serve};
