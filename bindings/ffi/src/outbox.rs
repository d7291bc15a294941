//! What became of what this phone wrote, and how a sync went.

use liuye_core::companion as core;
use liuye_core::domain::Verdict;
use liuye_core::sync::wire;

use crate::crossing::{Outward, mirror, record};
use crate::types::Flag;

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

record! {
    /// Where everything stands, in numbers: `authored = pending + applied + conflicts + held + quarantined`.
    OutboxStatus = core::OutboxStatus {
        /// Operations that the hub has not answered for.
        pending: i64,
        /// When the oldest of them was written, UTC ms.
        oldest: Option<i64>,
        /// Operations that took effect.
        applied: i64,
        /// Operations that wait at the hub.
        held: i64,
        /// Operations that break a rule.
        quarantined: i64,
        /// Operations that somebody else overtook.
        conflicts: i64,
        /// Photos that wait to be sent.
        blobs: i64,
        /// When a sync last went through, UTC ms by this phone's clock.
        last_ok: Option<i64>,
        /// When the next sync makes sense, UTC ms by this phone's clock; none where there is nothing to wait for.
        next_allowed_at: Option<i64>,
        /// The code of why the last sync did not go through.
        blocked_reason: Option<String>,
    }
}

record! {
    /// One operation of this phone and what became of it.
    OutboxEntry = core::OutboxEntry {
        /// Its id.
        operation: String,
        /// Its place in the log.
        seq: i64,
        /// Under whose name it was written: a person's id, `tourist`, or `self` before enrolment.
        actor: String,
        /// What it does, such as `check_in.record`.
        kind: String,
        /// The document that it is about.
        entity: String,
        /// When it was written, UTC ms by this phone's clock.
        recorded_at: i64,
        /// What became of it.
        state: OperationState,
        /// Why somebody should look at it.
        flags: Vec<Flag>,
        /// The code of the rule that it breaks, or of why it was overtaken.
        code: Option<String>,
        /// The field at fault; empty where there is none.
        field: String,
        /// What it waits for: `blob:…`, `entity:…`, `operation:…` or `kind:…@…`.
        until: Option<String>,
        /// The operation that it corrects.
        amends: Option<String>,
        /// The operation that corrects it.
        amended_by: Option<String>,
        /// Whether its author gave it up.
        discarded: bool,
    }
}

record! {
    /// An operation that needs its author: overtaken, held or quarantined, and neither corrected nor given up.
    AttentionItem = core::AttentionItem {
        /// The operation.
        entry: OutboxEntry,
        /// Its body as it was typed, JSON.
        body: String,
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

impl Outward<OperationVerdict> for wire::OperationVerdict {
    fn outward(self) -> OperationVerdict {
        let operation = self.operation.outward();
        let plain =
            |state| OperationVerdict { operation, state, flags: Vec::new(), code: None, field: String::new(), until: None, kept: None };
        match self.verdict {
            Verdict::Applied { flags } => OperationVerdict { flags: flags.outward(), ..plain(OperationState::Applied) },
            Verdict::Conflict { code, kept } => {
                OperationVerdict { code: Some(code.outward()), kept: kept.outward(), ..plain(OperationState::Conflict) }
            }
            Verdict::Held { until } => OperationVerdict { until: Some(until.outward()), ..plain(OperationState::Held) },
            Verdict::Quarantined { code, field } => {
                OperationVerdict { code: Some(code.outward()), field, ..plain(OperationState::Quarantined) }
            }
        }
    }
}

record! {
    /// How a sync went. A network that fails is no error of the call: it is told here.
    SyncReport = core::SyncReport {
        /// Operations that the hub took in.
        sent: i64,
        /// The verdicts that came, late ones too.
        verdicts: Vec<OperationVerdict>,
        /// Documents that came.
        received: i64,
        /// Documents that went.
        gone: i64,
        /// Buckets that did not hold what the hub said they held, and were fetched again.
        mended: i64,
        /// Photos that the hub has whole now.
        blobs_sent: i64,
        /// When to sync again, UTC ms by this phone's clock; none where only a new reason matters.
        next_allowed_at: Option<i64>,
        /// The code of why it did not go through.
        blocked_reason: Option<String>,
    }
}
