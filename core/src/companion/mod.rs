//! The facade: what an app does with Liuye. The only place where clock, transport and store meet.
//!
//! Local calls block for less than a frame and may come from any thread. [`Companion::sync`] and
//! [`Companion::enrol`] block for as long as the network takes: call them from a background thread. Listeners are
//! called after commit, on the thread that made the change, under no lock.

mod attach;
mod branch;
mod calls;
mod campaigns;
mod config;
mod documents;
mod enrol;
mod erase;
mod found;
mod handle;
mod lost;
mod moment;
mod newer;
mod notices;
mod observe;
mod outbox;
mod patrol;
mod personnel;
mod record;
mod recovery;
mod safety;
mod search;
mod session;
mod shifts;
mod sync;
mod tours;
mod view;
mod welfare;
mod wipe;
mod zones;

mod disputes;
mod duty;
mod publicity;
mod ratings;
mod work_plans;

pub use attach::AttachedBlob;
pub use calls::{Calls, HelpDraft, OpenCall, RaisedCall};
pub use campaigns::CampaignDraft;
pub use config::{Config, DatabaseKey, DeviceInfo};
pub use documents::Page;
pub use enrol::Identity;
pub use found::{ClaimDraft, FoundDraft};
pub use handle::Companion;
pub use lost::{Lost, LostReportDraft, ReportedLoss, tracking_digest};
pub use notices::NoticeDraft;
pub use observe::{ChangeEvent, ChangeListener, Subscription};
pub use outbox::{AttentionItem, OutboxEntry, OutboxStatus};
pub use patrol::{CheckInDraft, Patrol, RecordedCheckIn};
pub use personnel::Personnel;
pub use record::Recorded;
pub use recovery::Recovery;
pub use safety::{AssignDraft, HazardDraft, InspectionDraft, Safety, VenueHistory};
pub use session::Sharer;
pub use shifts::{ShiftDraft, ShiftStart};
pub use sync::{SyncReason, SyncReport};
pub use tours::TourDraft;
pub use welfare::{Welfare, WelfareDraft};
pub use zones::{CrowdDraft, NightDensity, Zones};

pub use disputes::{DisputeDraft, Disputes};
pub use duty::Duty;
pub use publicity::{Publicity, SessionDraft};
pub use ratings::Ratings;
pub use work_plans::{TaskDraft, WorkPlanDraft, WorkPlans};

pub use crate::store::OperationState;
