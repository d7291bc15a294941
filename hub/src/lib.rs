//! Liuye's hub: takes the records of a district's phones in, keeps them, and serves what became of them.
//!
//! [`Hub`] is the whole of it behind one handle; [`serve`] puts it on a listener. The rules are those of
//! [`liuye_core::domain`]: nothing here decides what a record may do.

mod api;
mod archive;
mod attention;
mod blobs;
mod blocking;
mod changes;
mod clocks;
mod crowd;
mod duty;
mod edition;
mod erase;
mod hints;
mod holders;
mod hub;
mod ingest;
mod journal;
mod keys;
mod ledger;
mod live;
mod lost;
mod map;
mod notice;
mod nouns;
mod officer;
mod operator_link;
mod own_device;
mod patrol;
mod personnel;
mod public;
mod public_report;
mod qr;
mod retention;
mod revoke;
mod scope;
mod server;
mod sheet;
mod statistics;
mod stripped;
mod ticket;
mod tries;
mod whereabouts;

pub mod accounts;
pub mod desk;
pub mod ops;

pub use attention::{Fork, WrongClock};
pub use crowd::CrowdReport;
pub use duty::AtPost;
pub use edition::Edition;
pub use erase::EraseReport;
pub use hub::Hub;
pub use ledger::{AttentionRow, BranchRow, DeviceRow, HeldBy, HintRow, OperationRow, ReadingRow};
pub use lost::Told;
pub use notice::NoticeLanguage;
pub use patrol::NightDensity;
pub use personnel::{PersonnelReport, RowOutcome, RowReport};
pub use server::{ServeConfig, Tls, router, serve};
pub use statistics::Behind;
pub use whereabouts::OnDuty;
