//! Safety checks: one visit of a venue, with a checklist.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, next, staff};
use super::{Bilingual, Bucket, DocumentKind, Kind, Photo, Role, Text};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// A question of a safety check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// Such as `fire-exits`.
    pub id: String,
    /// The question.
    pub text: Bilingual,
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// In order.
    Pass,
    /// Not in order.
    Fail,
    /// Does not arise here.
    NotApplicable,
}

/// One answered question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistAnswer {
    /// The question's id.
    pub item: String,
    /// The answer.
    pub outcome: Outcome,
    /// What there is to say; at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The bodies of an inspection's operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum InspectionEvent {
    /// [`super::Kind::InspectionSubmit`]
    Submit {
        /// Every question once.
        answers: Vec<ChecklistAnswer>,
        /// In a sentence; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
    },
    /// [`super::Kind::InspectionStart`]
    Start {
        /// The venue.
        venue: String,
        /// The campaign that it belongs to; at most 64 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<String>,
    },
    /// [`super::Kind::InspectionApprove`] and [`super::Kind::InspectionReturn`]; a return needs its reason.
    Decide {
        /// Why; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Where an inspection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InspectionState {
    /// Somebody will go.
    Planned,
    /// Somebody is there.
    InProgress,
    /// Handed in.
    Submitted,
    /// The desk took it.
    Approved,
    /// The desk sent it back.
    Returned,
}

/// An inspection as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// The venue.
    pub venue: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// The campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Where it stands.
    pub state: InspectionState,
    /// Who inspects.
    pub inspector: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that began it.
    pub operation: Uuid,
    /// When it began, UTC ms.
    pub at: i64,
    /// When it was handed in, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<i64>,
    /// The answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<ChecklistAnswer>,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// Who decided on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// And why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What moves an inspection on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InspectionMove {
    /// Somebody goes there.
    Start,
    /// It is handed in.
    Submit,
    /// The desk takes it.
    Approve,
    /// The desk sends it back.
    Return,
}

impl InspectionState {
    /// Every step that an inspection can take.
    pub const TRANSITIONS: &'static [(Self, InspectionMove, Self)] = &[
        (Self::Planned, InspectionMove::Start, Self::InProgress),
        (Self::InProgress, InspectionMove::Submit, Self::Submitted),
        (Self::Submitted, InspectionMove::Approve, Self::Approved),
        (Self::Submitted, InspectionMove::Return, Self::Returned),
    ];
}

const INSPECTORS: &[Role] = &[Role::Inspector, Role::Auxiliary];
const DECIDERS: &[Role] = &[Role::Desk, Role::Commander];

impl InspectionEvent {
    /// Reads the body of that kind. The shapes are told apart by the kind, not by what happens to be in them.
    pub(super) fn read(kind: Kind, json: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Start {
            venue: String,
            #[serde(default)]
            campaign: Option<String>,
        }
        #[derive(Deserialize)]
        struct Submit {
            answers: Vec<ChecklistAnswer>,
            #[serde(default)]
            summary: Option<String>,
        }
        #[derive(Deserialize)]
        struct Approve {
            #[serde(default)]
            reason: Option<String>,
        }
        #[derive(Deserialize)]
        struct Return {
            reason: String,
        }
        Ok(match kind {
            Kind::InspectionStart => {
                let Start { venue, campaign } = super::body::read(json)?;
                Self::Start { venue, campaign }
            }
            Kind::InspectionSubmit => {
                let Submit { answers, summary } = super::body::read(json)?;
                Self::Submit { answers, summary }
            }
            Kind::InspectionReturn => {
                let Return { reason } = super::body::read(json)?;
                Self::Decide { reason: Some(Text::required_lines("reason", &reason, 1000).map(|_| reason)?) }
            }
            _ => {
                let Approve { reason } = super::body::read(json)?;
                Self::Decide { reason }
            }
        })
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at its field, such as `answers[2].note`; [`Code::Malformed`] at an answer whose question was
    /// answered before.
    pub fn normalised(self) -> Result<Self> {
        Ok(match self {
            Self::Start { venue, campaign } => Self::Start {
                venue: Text::required("venue", &venue, 64)?.into_string(),
                campaign: Text::optional("campaign", campaign.as_deref(), 64)?.map(Text::into_string),
            },
            Self::Submit { answers, summary } => {
                let mut normal: Vec<ChecklistAnswer> = Vec::with_capacity(answers.len());
                for (index, answer) in answers.into_iter().enumerate() {
                    let at = format!("answers[{index}]");
                    if normal.iter().any(|earlier| earlier.item == answer.item) {
                        return Err(Error::field(Code::Malformed, "item", "a question is answered once").within(&at));
                    }
                    normal.push(answer.normalised().map_err(|error| error.within(&at))?);
                }
                Self::Submit { answers: normal, summary: Text::optional_lines("summary", summary.as_deref(), 1000)?.map(Text::into_string) }
            }
            Self::Decide { reason } => {
                Self::Decide { reason: Text::optional_lines("reason", reason.as_deref(), 1000)?.map(Text::into_string) }
            }
        })
    }

    /// Checks that each question is answered, and no other.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] at `answers[n].item`, [`Code::Missing`] at `answers`.
    pub fn check_complete(answers: &[ChecklistAnswer], checklist: &[ChecklistItem]) -> Result<()> {
        for (index, answer) in answers.iter().enumerate() {
            if !checklist.iter().any(|item| item.id == answer.item) {
                return Err(Error::field(Code::UnknownReference, format!("answers[{index}].item"), "no question of this site's checklist"));
            }
        }
        if checklist.iter().any(|item| !answers.iter().any(|answer| answer.item == item.id)) {
            return Err(Error::field(Code::Missing, "answers", "every question of the checklist"));
        }
        Ok(())
    }
}

impl ChecklistAnswer {
    fn normalised(self) -> Result<Self> {
        Ok(Self {
            item: Text::required("item", &self.item, 64)?.into_string(),
            note: Text::optional_lines("note", self.note.as_deref(), 500)?.map(Text::into_string),
            ..self
        })
    }
}

impl Noun for Inspection {
    const KIND: DocumentKind = DocumentKind::Inspection;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_safety_check(&self.zone, staff(&self.inspector), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.inspector)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, kind: Kind, event: InspectionEvent) -> Judgement {
    let by = match kind {
        Kind::InspectionStart => InspectionMove::Start,
        Kind::InspectionSubmit => InspectionMove::Submit,
        Kind::InspectionReturn => InspectionMove::Return,
        _ => InspectionMove::Approve,
    };
    case.authorise(match by {
        InspectionMove::Start | InspectionMove::Submit => INSPECTORS,
        InspectionMove::Approve | InspectionMove::Return => DECIDERS,
    })?;
    if let InspectionEvent::Start { venue, campaign } = event {
        return start(case, venue, campaign);
    }
    let (document, before): (_, Inspection) = case.existing()?;
    let Some(state) = next(InspectionState::TRANSITIONS, before.state, by) else {
        return case.illegal(&document, &before);
    };
    let mut after = Inspection { state, ..before.clone() };
    match event {
        InspectionEvent::Submit { answers, summary } => {
            if let Some(site) = &case.site {
                InspectionEvent::check_complete(&answers, &site.checklist)?;
            }
            after.photos.extend(case.photos());
            Photo::check_count(after.photos.len())?;
            after.answers = answers;
            after.summary = summary;
            after.submitted_at = Some(case.at);
        }
        InspectionEvent::Decide { reason } => {
            after.decided_by = Some(case.actor().to_owned());
            after.reason = reason;
        }
        InspectionEvent::Start { .. } => {}
    }
    case.changed(&document, &before, &after)
}

/// A visit begins: a new one, or one that was planned.
fn start(case: Case<'_>, venue: String, campaign: Option<String>) -> Judgement {
    let operation = case.operation;
    let zone = case.venue(&venue)?.map(|venue| venue.zone).unwrap_or_default();
    let inspection = Inspection {
        venue,
        zone,
        campaign,
        state: InspectionState::InProgress,
        inspector: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        submitted_at: None,
        answers: Vec::new(),
        summary: None,
        photos: case.photos(),
        decided_by: None,
        reason: None,
    };
    if let Some(document) = case.document(&operation.entity)?
        && let Some(planned) = super::case::parse::<Inspection>(&document)
        && next(InspectionState::TRANSITIONS, planned.state, InspectionMove::Start).is_some()
    {
        return case.changed(&document, &planned, &inspection);
    }
    case.must_be_new()?;
    case.created(&inspection)
}
