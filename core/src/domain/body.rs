//! The bodies of operations: read by kind, and brought into the one form in which they travel.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    AssignmentEvent, CallEvent, CampaignEvent, CheckInRecord, CheckInReview, ClaimEvent, CrowdRecord, FoundItemEvent, HazardEvent,
    InspectionEvent, Kind, LossRecord, LostReportEvent, NoticeEvent, Role, ShiftEvent, Text, TourEvent, TrackRecord, WelfareEvent,
};
use super::{ConsultationRecord, DisputeEvent, DutyLogRecord, HandoverEvent, LeafletEvent, PublicityEvent, RatingRecord, WorkPlanEvent};
use crate::log::Operation;
use crate::{Code, Error, Result};

/// The body of [`Kind::OperationDiscard`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationDiscard {
    /// The operation that is given up.
    pub target: Uuid,
    /// Why; 1 to 1,000 characters.
    pub reason: String,
}

impl OperationDiscard {
    /// Who may settle what somebody else wrote and the rules did not take: at the desk, with a reason. Its author may still correct it.
    pub const SETTLERS: &'static [Role] = &[Role::Desk];
}

/// A body of any kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// Of [`Kind::DeviceEnrol`]: an object that the hub's enrolment reads.
    Enrol(serde_json::Map<String, Value>),
    /// Of [`Kind::OperationDiscard`].
    Discard(OperationDiscard),
    /// Of [`Kind::CheckInRecord`].
    CheckIn(CheckInRecord),
    /// Of [`Kind::CheckInReview`].
    Review(CheckInReview),
    /// Of a shift's operations.
    Shift(ShiftEvent),
    /// Of a tour's operations.
    Tour(TourEvent),
    /// Of [`Kind::CrowdCount`].
    Crowd(CrowdRecord),
    /// Of [`Kind::TrackRecord`].
    Track(TrackRecord),
    /// Of [`Kind::LossReport`].
    Loss(LossRecord),
    /// Of a report's later operations.
    LossEvent(LostReportEvent),
    /// Of a found item's operations.
    Found(FoundItemEvent),
    /// Of a claim's operations.
    Claim(ClaimEvent),
    /// Of a campaign's operations.
    Campaign(CampaignEvent),
    /// Of an inspection's operations.
    Inspection(InspectionEvent),
    /// Of a hazard's operations.
    Hazard(HazardEvent),
    /// Of a rectification notice's operations.
    Notice(NoticeEvent),
    /// Of a call's operations.
    Call(CallEvent),
    /// Of an assignment's operations.
    Assignment(AssignmentEvent),
    /// Of a welfare timer's operations.
    Welfare(WelfareEvent),

    /// Of a publicity session's operations.
    Publicity(PublicityEvent),
    /// Of the operations of a batch of leaflets.
    Leaflets(LeafletEvent),
    /// Of a dispute's operations.
    Dispute(DisputeEvent),
    /// Of a work plan's operations.
    WorkPlan(WorkPlanEvent),
    /// Of [`Kind::RatingGive`].
    Rating(RatingRecord),
    /// Of [`Kind::ConsultationRecord`].
    Consultation(ConsultationRecord),
    /// Of [`Kind::DutyLogWrite`].
    DutyLog(DutyLogRecord),
    /// Of a handover's operations.
    Handover(HandoverEvent),
}

impl Body {
    /// Reads a body of that kind.
    ///
    /// # Errors
    /// [`Code::Malformed`], or [`Code::Missing`] with the field that is not there.
    pub fn read(kind: Kind, json: &str) -> Result<Self> {
        Ok(match kind {
            Kind::DeviceEnrol => Self::Enrol(read(json)?),
            Kind::OperationDiscard => Self::Discard(read(json)?),
            Kind::CheckInRecord => Self::CheckIn(read(json)?),
            Kind::CheckInReview => Self::Review(read(json)?),
            Kind::ShiftPlan | Kind::ShiftCancel | Kind::ShiftStart | Kind::ShiftEnd => {
                Self::Shift(read_event(kind, json, ShiftEvent::kind)?)
            }
            Kind::TourSchedule | Kind::TourStart | Kind::TourFinish => Self::Tour(read_event(kind, json, TourEvent::kind)?),
            Kind::CrowdCount => Self::Crowd(read(json)?),
            Kind::TrackRecord => Self::Track(read(json)?),
            Kind::LossReport => Self::Loss(read(json)?),
            Kind::LossCandidate | Kind::LossReturn | Kind::LossWithdraw => Self::LossEvent(read(json)?),
            Kind::FoundRegister
            | Kind::CustodyStore
            | Kind::CustodySign
            | Kind::CustodyHandOver
            | Kind::CustodyAccept
            | Kind::FoundTransfer
            | Kind::FoundNotice
            | Kind::FoundReturn
            | Kind::FoundRelease
            | Kind::FoundForfeit
            | Kind::FoundDispose => Self::Found(read_event(kind, json, FoundItemEvent::kind)?),
            Kind::ClaimSubmit | Kind::ClaimQuestion | Kind::ClaimAnswer | Kind::ClaimVerify | Kind::ClaimReject | Kind::ClaimWithdraw => {
                Self::Claim(read_event(kind, json, ClaimEvent::kind)?)
            }
            Kind::CampaignPlan | Kind::CampaignStart | Kind::CampaignClose => Self::Campaign(read_event(kind, json, CampaignEvent::kind)?),
            Kind::InspectionPlan | Kind::InspectionStart | Kind::InspectionSubmit | Kind::InspectionApprove | Kind::InspectionReturn => {
                Self::Inspection(InspectionEvent::read(kind, json)?)
            }
            Kind::HazardFind
            | Kind::HazardAssign
            | Kind::HazardStart
            | Kind::HazardRectify
            | Kind::HazardReinspect
            | Kind::HazardClose
            | Kind::HazardCloseOnSpot
            | Kind::HazardExtend
            | Kind::HazardRefer
            | Kind::HazardVoid
            | Kind::HazardReopen
            | Kind::HazardWitness
            | Kind::HazardEvidence => Self::Hazard(read_event(kind, json, HazardEvent::kind)?),
            Kind::NoticeIssue | Kind::NoticeSign => Self::Notice(read_event(kind, json, NoticeEvent::kind)?),
            Kind::CallRaise
            | Kind::CallTriage
            | Kind::CallDispatch
            | Kind::CallMuster
            | Kind::CallHandle
            | Kind::CallClose
            | Kind::CallCancel
            | Kind::CallUnfounded
            | Kind::CallMerge
            | Kind::CallReopen => Self::Call(read_event(kind, json, CallEvent::kind)?),
            Kind::AssignmentDeliver
            | Kind::AssignmentAcknowledge
            | Kind::AssignmentEnRoute
            | Kind::AssignmentArrive
            | Kind::AssignmentClear
            | Kind::AssignmentDecline
            | Kind::AssignmentRelease => Self::Assignment(read_event(kind, json, AssignmentEvent::kind)?),
            Kind::WelfareArm | Kind::WelfareCancel | Kind::WelfareAcknowledge | Kind::WelfareResolve | Kind::WelfareFalseAlarm => {
                Self::Welfare(read_event(kind, json, WelfareEvent::kind)?)
            }

            Kind::PublicityPlan | Kind::PublicityHold | Kind::PublicityVerify => {
                Self::Publicity(read_event(kind, json, PublicityEvent::kind)?)
            }
            Kind::LeafletsStock | Kind::LeafletsIssue | Kind::LeafletsReturn | Kind::LeafletsWaste => {
                Self::Leaflets(read_event(kind, json, LeafletEvent::kind)?)
            }
            Kind::DisputeReport
            | Kind::DisputeScreen
            | Kind::DisputeMediate
            | Kind::DisputeRetry
            | Kind::DisputeRefer
            | Kind::DisputeAgree
            | Kind::DisputePerform
            | Kind::DisputeRevisit
            | Kind::DisputeClose
            | Kind::DisputeFail
            | Kind::DisputeLegalRoute => Self::Dispute(read_event(kind, json, DisputeEvent::kind)?),
            Kind::WorkPlanAdopt
            | Kind::WorkPlanAddTask
            | Kind::WorkPlanReport
            | Kind::WorkPlanAccept
            | Kind::WorkPlanReturn
            | Kind::WorkPlanExtend
            | Kind::WorkPlanDrop
            | Kind::WorkPlanConclude => Self::WorkPlan(read_event(kind, json, WorkPlanEvent::kind)?),
            Kind::RatingGive => Self::Rating(read(json)?),
            Kind::ConsultationRecord => Self::Consultation(read(json)?),
            Kind::DutyLogWrite => Self::DutyLog(read(json)?),
            Kind::HandoverOffer | Kind::HandoverAccept => Self::Handover(read_event(kind, json, HandoverEvent::kind)?),
        })
    }

    /// The body of an operation, or what stays of it once it was redacted.
    ///
    /// # Errors
    /// Those of [`Body::read`]; [`Code::Missing`] at `body` where neither is there; [`Code::Malformed`] at `residue` where it is
    /// more than may stay: nothing but a body is covered by the hash.
    pub fn of(kind: Kind, operation: &Operation) -> Result<Self> {
        if let Some(body) = &operation.body {
            return Self::read(kind, body.get());
        }
        let residue = operation.residue.as_ref().ok_or_else(|| Error::field(Code::Missing, "body", "required"))?;
        let left = Self::read(kind, residue.get())?;
        if left.clone().redacted().as_ref() == Some(&left) {
            Ok(left)
        } else {
            Err(Error::field(Code::Malformed, "residue", "more than may stay of a redacted body"))
        }
    }

    /// What stays of the body once its text is redacted. None for kinds whose text is never redacted.
    #[must_use]
    pub fn redacted(self) -> Option<Self> {
        match self {
            Self::Loss(body) => Some(Self::Loss(body.redacted())),
            Self::LossEvent(_) => Some(Self::LossEvent(LostReportEvent { note: None })),
            Self::Claim(body) => Some(Self::Claim(body.redacted())),
            Self::Discard(body) => Some(Self::Discard(OperationDiscard { reason: String::new(), ..body })),
            Self::Rating(body) => Some(Self::Rating(body.redacted())),
            Self::Track(body) => Some(Self::Track(body.redacted())),
            Self::Publicity(_)
            | Self::Leaflets(_)
            | Self::Dispute(_)
            | Self::WorkPlan(_)
            | Self::Consultation(_)
            | Self::DutyLog(_)
            | Self::Handover(_) => None,
            Self::Enrol(_)
            | Self::CheckIn(_)
            | Self::Review(_)
            | Self::Campaign(_)
            | Self::Found(_)
            | Self::Inspection(_)
            | Self::Hazard(_)
            | Self::Notice(_)
            | Self::Shift(_)
            | Self::Tour(_)
            | Self::Crowd(_)
            | Self::Call(_)
            | Self::Assignment(_)
            | Self::Welfare(_) => None,
        }
    }

    /// The body with its texts trimmed and in NFC and its codes in upper case, all of its rules checked that need
    /// nothing but the body. `now` is the time, UTC ms, that nothing in it may lie after.
    ///
    /// # Errors
    /// The code and field of the first rule that is broken.
    pub fn normalised(self, now: i64) -> Result<Self> {
        Ok(match self {
            Self::Enrol(body) => Self::Enrol(body),
            Self::Discard(body) => {
                Self::Discard(OperationDiscard { reason: Text::required_lines("reason", &body.reason, 1000)?.into_string(), ..body })
            }
            Self::CheckIn(body) => Self::CheckIn(body.normalised()?),
            Self::Review(body) => Self::Review(body.normalised()?),
            Self::Shift(body) => Self::Shift(body.normalised()?),
            Self::Tour(body) => Self::Tour(body.normalised()?),
            Self::Crowd(body) => Self::Crowd(body.normalised()?),
            Self::Track(body) => Self::Track(body.normalised()?),
            Self::Loss(body) => Self::Loss(body.normalised(now)?),
            Self::LossEvent(body) => Self::LossEvent(body.normalised()?),
            Self::Found(body) => Self::Found(body.normalised(now)?),
            Self::Claim(body) => Self::Claim(body.normalised()?),
            Self::Campaign(body) => Self::Campaign(body.normalised()?),
            Self::Inspection(body) => Self::Inspection(body.normalised()?),
            Self::Hazard(body) => Self::Hazard(body.normalised()?),
            Self::Notice(body) => Self::Notice(body.normalised()?),
            Self::Call(body) => Self::Call(body.normalised(now)?),
            Self::Assignment(body) => Self::Assignment(body.normalised()?),
            Self::Welfare(body) => Self::Welfare(body.normalised()?),

            Self::Publicity(body) => Self::Publicity(body.normalised()?),
            Self::Leaflets(body) => Self::Leaflets(body.normalised()?),
            Self::Dispute(body) => Self::Dispute(body.normalised()?),
            Self::WorkPlan(body) => Self::WorkPlan(body.normalised()?),
            Self::Rating(body) => Self::Rating(body.normalised()?),
            Self::Consultation(body) => Self::Consultation(body.normalised()?),
            Self::DutyLog(body) => Self::DutyLog(body.normalised()?),
            Self::Handover(body) => Self::Handover(body.normalised()?),
        })
    }

    /// Checks a body that came from elsewhere: it must stand as [`Body::normalised`] would leave it, because its
    /// bytes are hashed and nobody may mend them.
    ///
    /// # Errors
    /// Those of [`Body::normalised`], and [`Code::TextNotNormalised`] at the first field that would change.
    pub fn check(&self, now: i64) -> Result<()> {
        let normal = self.clone().normalised(now)?;
        if normal == *self {
            return Ok(());
        }
        let path = difference(&serde_json::to_value(self)?, &serde_json::to_value(&normal)?).unwrap_or_default();
        Err(Error::field(Code::TextNotNormalised, path, "texts travel trimmed and in NFC, codes in upper case"))
    }

    /// The body as it travels.
    ///
    /// # Errors
    /// None in practice; [`Code::Malformed`] is what serde's signature asks for.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

/// Reads JSON and names the field that is missing. A parser's own message may quote what a person typed, so that no
/// more of it than our own field's name is taken.
pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| {
        let text = error.to_string();
        match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
            Some((field, _)) => Error::field(Code::Missing, field.to_owned(), "required"),
            None => Error::from(error),
        }
    })
}

/// Reads an event and checks that this kind of operation carries it.
fn read_event<T: DeserializeOwned>(kind: Kind, json: &str, kind_of: impl Fn(&T) -> Kind) -> Result<T> {
    let event = read(json)?;
    if kind_of(&event) != kind {
        return Err(Error::field(Code::Malformed, "event", "belongs to another kind"));
    }
    Ok(event)
}

/// The path of the first value that differs.
fn difference(a: &Value, b: &Value) -> Option<String> {
    let join = |head: &str, rest: String| {
        if rest.is_empty() || rest.starts_with('[') { format!("{head}{rest}") } else { format!("{head}.{rest}") }
    };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.iter().find_map(|(key, value)| difference(value, b.get(key).unwrap_or(&Value::Null)).map(|rest| join(key, rest)))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| difference(a, b).map(|rest| join(&format!("[{index}]"), rest)))
        }
        (a, b) if a == b => None,
        _ => Some(String::new()),
    }
}
