//! What became of what this phone wrote, and how a sync went.

use liuye_core::companion as core;
use liuye_core::domain::Verdict;
use liuye_core::sync::wire;

use crate::types::{Flag, count, flags, mirror};

mirror! {
    /// What became of an operation.
    OperationState = core::OperationState {
        /// The hub has not answered for it.
        Pending,
        /// It took effect.
        Applied,
        /// Somebody else was faster; its evidence is kept.
        Conflict,
        /// It waits at the hub.
        Held,
        /// It breaks a rule; it is kept whole.
        Quarantined,
    }
}

mirror! {
    /// Why a sync is asked for.
    SyncReason = core::SyncReason {
        /// Something was written.
        Write,
        /// The network is back.
        Connect,
        /// The time that the last report named has come, or a scheduler woke the app.
        Timer,
        /// The app starts.
        Launch,
        /// The hub's live line named a new head.
        Head,
        /// Somebody pressed a button.
        User,
    }
}

/// Where everything stands, in numbers: `authored = pending + applied + conflicts + held + quarantined`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutboxStatus {
    /// Operations that the hub has not answered for.
    pub pending: i64,
    /// When the oldest of them was written, UTC ms.
    pub oldest: Option<i64>,
    /// Operations that took effect.
    pub applied: i64,
    /// Operations that wait at the hub.
    pub held: i64,
    /// Operations that break a rule.
    pub quarantined: i64,
    /// Operations that somebody else overtook.
    pub conflicts: i64,
    /// Photos that wait to be sent.
    pub blobs: i64,
    /// When a sync last went through, UTC ms by this phone's clock.
    pub last_ok: Option<i64>,
    /// When the next sync makes sense, UTC ms by this phone's clock; none where there is nothing to wait for.
    pub next_allowed_at: Option<i64>,
    /// The code of why the last sync did not go through.
    pub blocked_reason: Option<String>,
}

impl From<core::OutboxStatus> for OutboxStatus {
    fn from(status: core::OutboxStatus) -> Self {
        Self {
            pending: count(status.pending),
            oldest: status.oldest,
            applied: count(status.applied),
            held: count(status.held),
            quarantined: count(status.quarantined),
            conflicts: count(status.conflicts),
            blobs: count(status.blobs),
            last_ok: status.last_ok,
            next_allowed_at: status.next_allowed_at,
            blocked_reason: status.blocked_reason.map(|code| code.as_str().to_owned()),
        }
    }
}

/// One operation of this phone and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutboxEntry {
    /// Its id.
    pub operation: String,
    /// Its place in the log.
    pub seq: i64,
    /// Under whose name it was written: a person's id, `tourist`, or `self` before enrolment.
    pub actor: String,
    /// What it does, such as `check_in.record`.
    pub kind: String,
    /// The document that it is about.
    pub entity: String,
    /// When it was written, UTC ms by this phone's clock.
    pub recorded_at: i64,
    /// What became of it.
    pub state: OperationState,
    /// Why somebody should look at it.
    pub flags: Vec<Flag>,
    /// The code of the rule that it breaks, or of why it was overtaken.
    pub code: Option<String>,
    /// The field at fault; empty where there is none.
    pub field: String,
    /// What it waits for: `blob:…`, `entity:…`, `operation:…` or `kind:…@…`.
    pub until: Option<String>,
    /// The operation that it corrects.
    pub amends: Option<String>,
    /// The operation that corrects it.
    pub amended_by: Option<String>,
    /// Whether its author gave it up.
    pub discarded: bool,
}

impl From<core::OutboxEntry> for OutboxEntry {
    fn from(entry: core::OutboxEntry) -> Self {
        Self {
            operation: entry.operation.to_string(),
            seq: count(entry.seq),
            actor: entry.actor,
            kind: entry.kind,
            entity: entry.entity,
            recorded_at: entry.recorded_at,
            state: entry.state.into(),
            flags: flags(entry.flags),
            code: entry.code.map(|code| code.as_str().to_owned()),
            field: entry.field,
            until: entry.until.map(|until| until.to_string()),
            amends: entry.amends.map(|id| id.to_string()),
            amended_by: entry.amended_by.map(|id| id.to_string()),
            discarded: entry.discarded,
        }
    }
}

/// An operation that needs its author: overtaken, held or quarantined, and neither corrected nor given up.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttentionItem {
    /// The operation.
    pub entry: OutboxEntry,
    /// Its body as it was typed, JSON.
    pub body: String,
}

impl From<core::AttentionItem> for AttentionItem {
    fn from(item: core::AttentionItem) -> Self {
        Self { entry: item.entry.into(), body: item.body }
    }
}

/// What the hub said of one operation.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OperationVerdict {
    /// The operation.
    pub operation: String,
    /// What became of it; never pending.
    pub state: OperationState,
    /// Of an applied one: why somebody should look at it.
    pub flags: Vec<Flag>,
    /// Of a conflict or a quarantined one: the code of the reason.
    pub code: Option<String>,
    /// Of a quarantined one: the field at fault; empty where there is none.
    pub field: String,
    /// Of a held one: what it waits for.
    pub until: Option<String>,
    /// Of a conflict: the operation that stands.
    pub kept: Option<String>,
}

impl From<wire::OperationVerdict> for OperationVerdict {
    fn from(verdict: wire::OperationVerdict) -> Self {
        let operation = verdict.operation.to_string();
        let plain = |state| Self { operation, state, flags: Vec::new(), code: None, field: String::new(), until: None, kept: None };
        match verdict.verdict {
            Verdict::Applied { flags: of } => Self { flags: flags(of), ..plain(OperationState::Applied) },
            Verdict::Conflict { code, kept } => {
                Self { code: Some(code.as_str().to_owned()), kept: kept.map(|id| id.to_string()), ..plain(OperationState::Conflict) }
            }
            Verdict::Held { until } => Self { until: Some(until.to_string()), ..plain(OperationState::Held) },
            Verdict::Quarantined { code, field } => {
                Self { code: Some(code.as_str().to_owned()), field, ..plain(OperationState::Quarantined) }
            }
        }
    }
}

/// How a sync went. A network that fails is no error of the call: it is told here.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Operations that the hub took in.
    pub sent: i64,
    /// The verdicts that came, late ones too.
    pub verdicts: Vec<OperationVerdict>,
    /// Documents that came.
    pub received: i64,
    /// Documents that went.
    pub gone: i64,
    /// Buckets that did not hold what the hub said they held, and were fetched again.
    pub mended: i64,
    /// Photos that the hub has whole now.
    pub blobs_sent: i64,
    /// When to sync again, UTC ms by this phone's clock; none where only a new reason matters.
    pub next_allowed_at: Option<i64>,
    /// The code of why it did not go through.
    pub blocked_reason: Option<String>,
}

impl From<core::SyncReport> for SyncReport {
    fn from(report: core::SyncReport) -> Self {
        Self {
            sent: count(report.sent),
            verdicts: report.verdicts.into_iter().map(OperationVerdict::from).collect(),
            received: count(report.received),
            gone: count(report.gone),
            mended: count(report.mended),
            blobs_sent: count(report.blobs_sent),
            next_allowed_at: report.next_allowed_at,
            blocked_reason: report.blocked_reason.map(|code| code.as_str().to_owned()),
        }
    }
}
