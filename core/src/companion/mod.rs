//! The facade: what an app does with Liuye. The only place where clock, transport and store meet.
//!
//! Local calls block for less than a frame and may come from any thread. [`Companion::sync`] and
//! [`Companion::enrol`] block for as long as the network takes: call them from a background thread. Listeners are
//! called after commit, on the thread that made the change, under no lock.

mod attach;
mod branch;
mod config;
mod documents;
mod enrol;
mod erase;
mod handle;
mod lost;
mod observe;
mod outbox;
mod patrol;
mod record;
mod safety;
mod search;
mod sync;
mod view;

pub use attach::AttachedBlob;
pub use config::{Config, DatabaseKey, DeviceInfo};
pub use documents::Page;
pub use enrol::Identity;
pub use handle::Companion;
pub use lost::{Lost, LostReportDraft, ReportedLoss, tracking_digest};
pub use observe::{ChangeEvent, ChangeListener, Subscription};
pub use outbox::{AttentionItem, OutboxEntry, OutboxStatus};
pub use patrol::{CheckInDraft, Patrol, RecordedCheckIn};
pub use record::Recorded;
pub use safety::{AssignDraft, HazardDraft, InspectionDraft, Safety};
pub use sync::{SyncReason, SyncReport};

pub use crate::store::OperationState;
