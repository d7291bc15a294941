//! Hazards, from found to closed. Who closes one is never who rectified it. The steps are in [`super::hazard_steps`].

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Noun, staff};
use super::due::{Tick, Timed};
use super::{Bucket, DocumentKind, Kind, Role, Settings, Text};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// How bad a hazard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardGrade {
    /// 一般隐患
    General,
    /// 重大隐患
    Major,
}

/// What a major hazard needs before anyone can be charged with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MajorPlan {
    /// 措施
    pub measures: String,
    /// 责任人
    pub owner: String,
    /// 资金
    pub funds: String,
    /// 时限, UTC ms
    pub deadline: i64,
    /// 预案
    pub contingency: String,
}

/// The bodies of a hazard's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HazardEvent {
    /// [`super::Kind::HazardFind`]
    Find {
        /// The venue.
        venue: String,
        /// The inspection that found it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inspection: Option<String>,
        /// What is wrong; 1 to 2,000 characters.
        description: String,
        /// How bad it is.
        grade: HazardGrade,
    },
    /// [`super::Kind::HazardAssign`]
    Assign {
        /// Who answers for the rectification; 1 to 100 characters.
        owner: String,
        /// Until when, UTC ms; not before it was found.
        due: i64,
        /// What a major hazard needs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<MajorPlan>,
    },
    /// [`super::Kind::HazardStart`]
    Start {},
    /// [`super::Kind::HazardRectify`]; carries at least one photo.
    Rectify {
        /// What was done; 1 to 1,000 characters.
        note: String,
    },
    /// [`super::Kind::HazardReinspect`]
    Reinspect {
        /// Whether it is in order now.
        passed: bool,
        /// What there is to say; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`super::Kind::HazardClose`]
    Close {
        /// What there is to say; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`super::Kind::HazardCloseOnSpot`]; carries both photos.
    CloseOnSpot {
        /// Who rectified it, where it is a member of the staff, or a name; 1 to 100 characters.
        rectified_by: String,
        /// The second person, another than the author and than who rectified it.
        witness: String,
        /// The photo before, by SHA-256.
        before: Digest,
        /// The photo after, by SHA-256.
        after: Digest,
    },
    /// [`super::Kind::HazardExtend`]
    Extend {
        /// The new due date, UTC ms; after the old one.
        due: i64,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::HazardRefer`]
    Refer {
        /// To which authority; 1 to 200 characters.
        authority: String,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::HazardVoid`]
    Void {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::HazardReopen`]
    Reopen {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::HazardWitness`]: by the second person whom a closing on the spot names.
    Witness {},
    /// [`super::Kind::HazardEvidence`]; carries at least one photo.
    Evidence {
        /// What the venue's operator has to say; at most 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// Where a hazard stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardState {
    /// 发现
    Found,
    /// 交办
    Assigned,
    /// 整改
    Rectifying,
    /// The rectification is handed in.
    Submitted,
    /// 复查, passed
    Reinspected,
    /// 销号
    Closed,
    /// 延期
    Extended,
    /// 移送
    Referred,
    /// It was none.
    Void,
}

/// A hazard as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// The venue.
    pub venue: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// The inspection that found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<String>,
    /// What is wrong.
    pub description: String,
    /// How bad it is.
    pub grade: HazardGrade,
    /// Where it stands.
    pub state: HazardState,
    /// Who found it.
    pub found_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that reported it.
    pub operation: Uuid,
    /// When it was found, UTC ms.
    pub at: i64,
    /// Who answers for the rectification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until when, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
    /// When the due date passed with no rectification handed in, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_at: Option<i64>,
    /// How often the due date moved.
    #[serde(default, skip_serializing_if = "is_none")]
    pub extensions: u32,
    /// The plan of a major hazard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<MajorPlan>,
    /// Who rectified it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rectified_by: Option<String>,
    /// Everyone who ever rectified it: none of them closes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rectifiers: Vec<String>,
    /// The authority to which it was referred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referred_to: Option<String>,
    /// Who closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// When it was closed, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<i64>,
    /// The second person of a rectification on the spot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// When that person said so themselves, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed_at: Option<i64>,
    /// How often it was there again after it was closed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub reopened: u32,
    /// When it was so last, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<i64>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Photos from when it was found, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// Photos of the rectification, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rectification_photos: Vec<Digest>,
    /// Photos that the venue's operator sent, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operator_photos: Vec<Digest>,
    /// What they had to say last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_note: Option<String>,
    /// When they sent something last, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_at: Option<i64>,
}

/// What moves a hazard on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HazardMove {
    /// 交办
    Assign,
    /// Rectification begins.
    Start,
    /// The rectification is handed in.
    Rectify,
    /// 复查, in order.
    Pass,
    /// 复查, not in order.
    Fail,
    /// 销号
    Close,
    /// Rectified while the inspector is there.
    CloseOnSpot,
    /// 延期
    Extend,
    /// 移送
    Refer,
    /// It was none.
    Void,
    /// It is there again.
    Reopen,
}

impl HazardState {
    /// Every step that a hazard can take.
    pub const TRANSITIONS: &'static [(Self, HazardMove, Self)] = &[
        (Self::Found, HazardMove::Assign, Self::Assigned),
        (Self::Found, HazardMove::CloseOnSpot, Self::Closed),
        (Self::Found, HazardMove::Refer, Self::Referred),
        (Self::Found, HazardMove::Void, Self::Void),
        (Self::Assigned, HazardMove::Start, Self::Rectifying),
        (Self::Assigned, HazardMove::Extend, Self::Extended),
        (Self::Assigned, HazardMove::Refer, Self::Referred),
        (Self::Assigned, HazardMove::Void, Self::Void),
        (Self::Rectifying, HazardMove::Rectify, Self::Submitted),
        (Self::Rectifying, HazardMove::Extend, Self::Extended),
        (Self::Rectifying, HazardMove::Refer, Self::Referred),
        (Self::Rectifying, HazardMove::Void, Self::Void),
        (Self::Extended, HazardMove::Start, Self::Rectifying),
        (Self::Extended, HazardMove::Extend, Self::Extended),
        (Self::Extended, HazardMove::Refer, Self::Referred),
        (Self::Extended, HazardMove::Void, Self::Void),
        (Self::Submitted, HazardMove::Pass, Self::Reinspected),
        (Self::Submitted, HazardMove::Fail, Self::Rectifying),
        (Self::Submitted, HazardMove::Refer, Self::Referred),
        (Self::Submitted, HazardMove::Void, Self::Void),
        (Self::Reinspected, HazardMove::Close, Self::Closed),
        (Self::Reinspected, HazardMove::Refer, Self::Referred),
        (Self::Reinspected, HazardMove::Void, Self::Void),
        (Self::Closed, HazardMove::Reopen, Self::Found),
    ];

    /// Whether something is still to be done about it here.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Referred | Self::Void)
    }

    /// Whether its owner has the next word.
    #[must_use]
    pub const fn awaits_rectification(self) -> bool {
        matches!(self, Self::Assigned | Self::Rectifying | Self::Extended)
    }
}

const FINDERS: &[Role] = &[Role::Auxiliary, Role::Inspector];
const INSPECTORS: &[Role] = &[Role::Inspector];
const OFFICERS: &[Role] = &[Role::Inspector, Role::Desk, Role::Commander];
const WITNESSES: &[Role] = Role::SERVING;
const OPERATORS: &[Role] = &[Role::VenueOperator];

impl HazardEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Find { .. } => Kind::HazardFind,
            Self::Assign { .. } => Kind::HazardAssign,
            Self::Start {} => Kind::HazardStart,
            Self::Rectify { .. } => Kind::HazardRectify,
            Self::Reinspect { .. } => Kind::HazardReinspect,
            Self::Close { .. } => Kind::HazardClose,
            Self::CloseOnSpot { .. } => Kind::HazardCloseOnSpot,
            Self::Extend { .. } => Kind::HazardExtend,
            Self::Refer { .. } => Kind::HazardRefer,
            Self::Void { .. } => Kind::HazardVoid,
            Self::Reopen { .. } => Kind::HazardReopen,
            Self::Witness {} => Kind::HazardWitness,
            Self::Evidence { .. } => Kind::HazardEvidence,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at its field; [`Code::HazardPlanMissing`] at the part of a plan that is empty;
    /// [`Code::PhotoMissing`] at `after` where both photos are one; [`Code::HazardFourEyes`] at `witness` where it is
    /// who rectified.
    pub fn normalised(self) -> Result<Self> {
        let note = |note: Option<String>| Ok::<_, Error>(Text::optional_lines("note", note.as_deref(), 1000)?.map(Text::into_string));
        let reason = |reason: String| Ok::<_, Error>(Text::required_lines("reason", &reason, 1000)?.into_string());
        Ok(match self {
            Self::Find { venue, inspection, description, grade } => Self::Find {
                venue: Text::required("venue", &venue, 64)?.into_string(),
                inspection: Text::optional("inspection", inspection.as_deref(), 64)?.map(Text::into_string),
                description: Text::required_lines("description", &description, 2000)?.into_string(),
                grade,
            },
            Self::Assign { owner, due, plan } => Self::Assign {
                owner: Text::required("owner", &owner, 100)?.into_string(),
                due,
                plan: plan.map(MajorPlan::normalised).transpose().map_err(|error| error.within("plan"))?,
            },
            Self::Start {} => Self::Start {},
            Self::Rectify { note } => Self::Rectify { note: Text::required_lines("note", &note, 1000)?.into_string() },
            Self::Reinspect { passed, note: text } => Self::Reinspect { passed, note: note(text)? },
            Self::Close { note: text } => Self::Close { note: note(text)? },
            Self::CloseOnSpot { rectified_by, witness, before, after } => {
                let rectified_by = Text::required("rectified_by", &rectified_by, 100)?.into_string();
                let witness = Text::required("witness", &witness, 100)?.into_string();
                if before == after {
                    return Err(Error::field(Code::PhotoMissing, "after", "another photo than the one before"));
                }
                if witness == rectified_by {
                    return Err(four_eyes("witness"));
                }
                Self::CloseOnSpot { rectified_by, witness, before, after }
            }
            Self::Extend { due, reason: text } => Self::Extend { due, reason: reason(text)? },
            Self::Refer { authority, reason: text } => {
                Self::Refer { authority: Text::required("authority", &authority, 200)?.into_string(), reason: reason(text)? }
            }
            Self::Void { reason: text } => Self::Void { reason: reason(text)? },
            Self::Reopen { reason: text } => Self::Reopen { reason: reason(text)? },
            Self::Witness {} => Self::Witness {},
            Self::Evidence { note } => Self::Evidence { note: Text::optional_lines("note", note.as_deref(), 500)?.map(Text::into_string) },
        })
    }

    /// The step that it takes; none for those that change no state.
    pub(super) const fn step(&self) -> Option<HazardMove> {
        Some(match self {
            Self::Find { .. } | Self::Witness {} | Self::Evidence { .. } => return None,
            Self::Assign { .. } => HazardMove::Assign,
            Self::Start {} => HazardMove::Start,
            Self::Rectify { .. } => HazardMove::Rectify,
            Self::Reinspect { passed: true, .. } => HazardMove::Pass,
            Self::Reinspect { passed: false, .. } => HazardMove::Fail,
            Self::Close { .. } => HazardMove::Close,
            Self::CloseOnSpot { .. } => HazardMove::CloseOnSpot,
            Self::Extend { .. } => HazardMove::Extend,
            Self::Refer { .. } => HazardMove::Refer,
            Self::Void { .. } => HazardMove::Void,
            Self::Reopen { .. } => HazardMove::Reopen,
        })
    }

    pub(super) const fn roles(&self) -> &'static [Role] {
        match self {
            Self::Witness {} => WITNESSES,
            Self::Evidence { .. } => OPERATORS,
            Self::Find { .. } | Self::Start {} | Self::Rectify { .. } => FINDERS,
            Self::Refer { .. } | Self::Void { .. } | Self::Reopen { .. } => OFFICERS,
            _ => INSPECTORS,
        }
    }
}

impl MajorPlan {
    fn normalised(self) -> Result<Self> {
        let part = |field: &'static str, text: &str, max| {
            Text::required_lines(field, text, max).map(Text::into_string).map_err(|error| match error.code {
                Code::Missing => Error::field(Code::HazardPlanMissing, field, "a major hazard's plan needs it"),
                _ => error,
            })
        };
        Ok(Self {
            measures: part("measures", &self.measures, 2000)?,
            owner: part("owner", &self.owner, 100)?,
            funds: part("funds", &self.funds, 500)?,
            contingency: part("contingency", &self.contingency, 2000)?,
            ..self
        })
    }
}

pub(super) fn four_eyes(field: &'static str) -> Error {
    Error::field(Code::HazardFourEyes, field, "nobody passes or closes what they rectified")
}

impl Hazard {
    /// Most photos that a venue's operator sends about one hazard.
    pub const MAX_OPERATOR_PHOTOS: usize = 24;

    /// Whether this person had a hand in the rectification, the last or an earlier one.
    #[must_use]
    pub fn was_rectified_by(&self, person: &str) -> bool {
        self.rectified_by.as_deref() == Some(person) || self.rectifiers.iter().any(|rectifier| rectifier == person)
    }

    /// Whether something is still to be done about it here.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.state.is_open()
    }

    /// Whether its due date passed at `now` (UTC ms), and its rectification is not handed in.
    #[must_use]
    pub fn is_overdue(&self, now: i64) -> bool {
        self.state.awaits_rectification() && self.due.is_some_and(|due| due <= now)
    }

    /// Whether it was closed on the spot, and its second person has not said so yet.
    #[must_use]
    pub const fn awaits_witness(&self) -> bool {
        matches!(self.state, HazardState::Closed) && self.witness.is_some() && self.witnessed_at.is_none()
    }
}

impl Timed for Hazard {
    fn deadline(&self, _: &Settings) -> Option<i64> {
        self.due.filter(|_| self.state.awaits_rectification() && self.overdue_at.is_none())
    }

    /// The owner let the due date pass.
    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        self.overdue_at = Some(tick.now);
        Ok(())
    }
}

impl Noun for Hazard {
    const KIND: DocumentKind = DocumentKind::Hazard;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_safety_check(&self.zone, staff(&self.found_by), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.found_by)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_none(count: &u32) -> bool {
    *count == 0
}
