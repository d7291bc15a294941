//! The facade: what an app does with Liuye. The only place where clock, transport and store meet.
//!
//! Local calls block for less than a frame and may come from any thread. [`Companion::sync`] blocks for as long as
//! the network takes: call it from a background thread. Listeners are called after commit, on the thread that made
//! the change, under no lock.

mod attach;
mod attention;
mod config;
mod enrol;
mod lost;
mod observe;
mod outbox;
mod patrol;
mod records;
mod reference;
mod safety;
mod sync;

pub use attach::{AttachedBlob, NewPhoto};
pub use attention::AttentionItem;
pub use config::{Config, DatabaseKey, DeviceInfo};
pub use enrol::Identity;
pub use lost::{Lost, LostReportDraft, ReportedLoss};
pub use observe::{ChangeEvent, ChangeListener, Subscription};
pub use outbox::{OperationState, OutboxEntry, OutboxStatus};
pub use patrol::{CheckInDraft, Patrol, RecordedCheckIn};
pub use records::{Companion, Recorded};
pub use reference::{Page, Sort};
pub use safety::{AssignDraft, HazardDraft, InspectionDraft, Safety};
pub use sync::{SyncReason, SyncReport};
