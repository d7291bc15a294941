//! Deeds: what somebody does at a time, on a phone.

use super::{calls, publicity};

/// What somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// Comes on duty.
    StartShift { zone: Option<String>, post: Option<String>, minutes: u32 },
    /// Visits a checkpoint; without a position it is flagged, and the note tells the desk what to make of it.
    CheckIn { checkpoint: usize, note: Option<&'static str> },
    /// Goes off duty.
    EndShift,
    /// Goes to a venue.
    StartInspection { venue: String, campaign: String },
    /// Hands the inspection in; one that is sloppy is sent back.
    Submit { sloppy: bool },
    /// Finds a hazard, by this number.
    FindHazard { number: u64, venue: String },
    /// Rectified while the inspector is there.
    CloseOnSpot { number: u64, witness: String },
    /// Charges the venue with it, and begins.
    Assign { number: u64 },
    /// It was none.
    Void { number: u64 },
    /// The rectification begins.
    Begin { number: u64 },
    /// It is done.
    Rectify { number: u64 },
    /// Another inspector looks.
    Reinspect { number: u64 },
    /// And closes it.
    CloseHazard { number: u64 },
    /// A step of a publicity session.
    Publicity(publicity::Step),
    /// A step of a call, by its number.
    Call { number: u64, step: calls::Step },
    /// Answers a question at the platform.
    Consult,
    /// A tourist lost something.
    ReportLoss,
    /// The desk found what may be it.
    Candidate,
    /// It went back.
    Return,
    /// Who lost it says how it was.
    RateReturn,
    /// The desk's evening: takes or returns inspections, verifies sessions, looks at what is flagged.
    Desk,
    /// Only looks whether there is something new.
    Sync,
}

/// A deed at its time, on a phone.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) at: i64,
    pub(super) phone: usize,
    pub(super) deed: Deed,
}

impl Deed {
    /// Whether somebody goes on with what another phone recorded.
    pub(super) const fn needs_news(&self) -> bool {
        match self {
            Self::Publicity(step) => step.needs_news(),
            Self::Call { step, .. } => step.needs_news(),
            Self::Reinspect { .. } | Self::CloseHazard { .. } | Self::Candidate | Self::Return | Self::RateReturn | Self::Desk => true,
            _ => false,
        }
    }

    /// Whether it must come at its minute, and so meets no trouble on the way.
    pub(super) const fn is_timed(&self) -> bool {
        matches!(self, Self::Call { .. } | Self::ReportLoss | Self::Candidate | Self::Return | Self::RateReturn)
    }
}
