//! Safety checks: one visit of a venue, with a checklist.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::campaign::campaign;
use super::case::{Case, Judgement, Noun, Stop, next, parse, staff};
use super::{
    Bucket, Checklist, ChecklistItem, ChecklistRef, ChecklistVersion, DocumentKind, Kind, Person, Photo, Role, Text, Until, Venue, Verdict,
};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

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
        /// The questions that it answers; those of the site's own list where none are named, in whichever version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checklist: Option<ChecklistRef>,
    },
    /// [`super::Kind::InspectionPlan`]
    Plan {
        /// The venue.
        venue: String,
        /// Who is to go there.
        inspector: String,
        /// The campaign that it belongs to; at most 64 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<String>,
        /// Until when, UTC ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<i64>,
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
    /// Whether the campaign was not going on then, or is not for this venue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside_campaign: bool,
    /// The questions that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checklist: Option<ChecklistRef>,
    /// Where it stands.
    pub state: InspectionState,
    /// Who planned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_by: Option<String>,
    /// Until when it was planned for, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
    /// Who inspects; who is to, where it is planned.
    pub inspector: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that began it.
    pub operation: Uuid,
    /// When it began or was planned, UTC ms.
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
const PLANNERS: &[Role] = &[Role::Inspector, Role::Desk, Role::Commander];
const DECIDERS: &[Role] = &[Role::Desk, Role::Commander];

impl InspectionEvent {
    /// Reads the body of that kind. The shapes are told apart by the kind, not by what happens to be in them.
    pub(super) fn read(kind: Kind, json: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Start {
            venue: String,
            #[serde(default)]
            campaign: Option<String>,
            #[serde(default)]
            checklist: Option<ChecklistRef>,
        }
        #[derive(Deserialize)]
        struct Plan {
            venue: String,
            inspector: String,
            #[serde(default)]
            campaign: Option<String>,
            #[serde(default)]
            due: Option<i64>,
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
                let Start { venue, campaign, checklist } = super::body::read(json)?;
                Self::Start { venue, campaign, checklist }
            }
            Kind::InspectionPlan => {
                let Plan { venue, inspector, campaign, due } = super::body::read(json)?;
                Self::Plan { venue, inspector, campaign, due }
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
            Self::Start { venue, campaign, checklist } => Self::Start {
                venue: Text::required("venue", &venue, 64)?.into_string(),
                campaign: Text::optional("campaign", campaign.as_deref(), 64)?.map(Text::into_string),
                checklist: match checklist {
                    Some(named) => Some(ChecklistRef { id: Text::required("checklist.id", &named.id, 64)?.into_string(), ..named }),
                    None => None,
                },
            },
            Self::Plan { venue, inspector, campaign, due } => Self::Plan {
                venue: Text::required("venue", &venue, 64)?.into_string(),
                inspector: Text::required("inspector", &inspector, 64)?.into_string(),
                campaign: Text::optional("campaign", campaign.as_deref(), 64)?.map(Text::into_string),
                due,
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
                return Err(Error::field(Code::UnknownReference, format!("answers[{index}].item"), "no question of the checklist"));
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
        Kind::InspectionPlan => return plan(case, event),
        Kind::InspectionStart => InspectionMove::Start,
        Kind::InspectionSubmit => InspectionMove::Submit,
        Kind::InspectionReturn => InspectionMove::Return,
        _ => InspectionMove::Approve,
    };
    case.authorise(match by {
        InspectionMove::Start | InspectionMove::Submit => INSPECTORS,
        InspectionMove::Approve | InspectionMove::Return => DECIDERS,
    })?;
    if let InspectionEvent::Start { venue, campaign, checklist } = event {
        return start(case, venue, campaign, checklist);
    }
    let (document, before): (_, Inspection) = case.existing()?;
    let Some(state) = next(InspectionState::TRANSITIONS, before.state, by) else {
        return case.illegal(&document, &before);
    };
    let mut after = Inspection { state, ..before.clone() };
    match event {
        InspectionEvent::Submit { answers, summary } => {
            after.checklist = check_answers(&case, &before, &answers)?;
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
        InspectionEvent::Start { .. } | InspectionEvent::Plan { .. } => {}
    }
    case.changed(&document, &before, &after)
}

/// Somebody is to go there.
fn plan(mut case: Case<'_>, event: InspectionEvent) -> Judgement {
    let InspectionEvent::Plan { venue, inspector, campaign, due } = event else { return Err(Error::internal("no plan").into()) };
    case.authorise(PLANNERS)?;
    case.must_be_new()?;
    let entry: Option<Person> = case.reference(DocumentKind::Person, &inspector, "inspector")?;
    if entry.is_some_and(|entry| !entry.holds(INSPECTORS, case.at)) {
        return Err(Error::field(Code::NotPermitted, "inspector", "does not inspect").into());
    }
    let planned_by = Some(case.actor().to_owned());
    let state = InspectionState::Planned;
    let visit = begun(&case, venue, campaign, None)?;
    case.created(&Inspection { state, inspector, planned_by, due, ..visit })
}

/// A visit begins: a new one, or one that was planned.
fn start(case: Case<'_>, venue: String, campaign: Option<String>, checklist: Option<ChecklistRef>) -> Judgement {
    if let Some(named) = &checklist {
        asked(&case, named)?;
    }
    let begun = begun(&case, venue, campaign, checklist)?;
    if let Some(document) = case.document(&case.operation.entity)?
        && let Some(planned) = parse::<Inspection>(&document)
        && next(InspectionState::TRANSITIONS, planned.state, InspectionMove::Start).is_some()
    {
        if planned.venue != begun.venue {
            return Err(Error::field(Code::Malformed, "venue", "another one was planned").into());
        }
        let campaign = begun.campaign.clone().or_else(|| planned.campaign.clone());
        let (planned_by, due) = (planned.planned_by.clone(), planned.due);
        return case.changed(&document, &planned, &Inspection { campaign, planned_by, due, ..begun });
    }
    case.must_be_new()?;
    case.created(&begun)
}

fn begun(case: &Case<'_>, venue: String, campaign: Option<String>, checklist: Option<ChecklistRef>) -> Judgement<Inspection> {
    let operation = case.operation;
    let entry = case.venue(&venue)?;
    let outside_campaign = is_outside(case, campaign.as_deref(), entry.as_ref())?;
    Ok(Inspection {
        venue,
        zone: entry.map(|venue| venue.zone).unwrap_or_default(),
        campaign,
        outside_campaign,
        checklist,
        state: InspectionState::InProgress,
        planned_by: None,
        due: None,
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
    })
}

/// Whether a visit says that it is of a campaign that was not going on, or is not for this venue. What was seen there counts all
/// the same: it is the desk that decides. A visit may be planned before its campaign begins.
fn is_outside(case: &Case<'_>, id: Option<&str>, venue: Option<&Venue>) -> Judgement<bool> {
    let Some(id) = id else { return Ok(false) };
    let Some(campaign) = campaign(case, id)? else { return Ok(false) };
    let is_plan = case.operation.kind == Kind::InspectionPlan.as_str();
    let in_time = if is_plan { campaign.closed_at.is_none() } else { campaign.is_running(case.at) };
    Ok(!in_time || venue.is_some_and(|venue| !campaign.covers(venue)))
}

/// The versions of a list from the named one on, the named one first; none where only another side knows them.
fn asked(case: &Case<'_>, named: &ChecklistRef) -> Judgement<Option<Vec<ChecklistVersion>>> {
    let list = case.document(&named.id)?.filter(|document| document.kind == DocumentKind::Checklist.as_str());
    let list = list.as_ref().and_then(parse::<Checklist>).filter(|list| list.items(named.version).is_some());
    match list {
        Some(list) => Ok(Some(list.versions.into_iter().filter(|version| version.version >= named.version).collect())),
        // A hub that was put back from a backup gets the list with the next import.
        None if case.is_hub() => Err(Stop::Verdict(Verdict::Held { until: Until::Entity(named.id.clone()) })),
        None if !case.context.world.is_complete() => Ok(None),
        None => Err(Error::field(Code::UnknownReference, "checklist", "no such version of a checklist").into()),
    }
}

/// Each question of the version that the visit names is answered, or of a newer one of the same list, which came before the
/// answers did. Where it names none, any version that the site's own list ever had will do: its phone asked the one that it
/// knew. Returns the version that was answered, where the visit names one.
fn check_answers(case: &Case<'_>, inspection: &Inspection, answers: &[ChecklistAnswer]) -> Judgement<Option<ChecklistRef>> {
    if let Some(named) = &inspection.checklist {
        let Some(versions) = asked(case, named)? else { return Ok(Some(named.clone())) };
        let is_answered = |version: &&ChecklistVersion| InspectionEvent::check_complete(answers, &version.items).is_ok();
        if let Some(answered) = versions.iter().find(is_answered) {
            return Ok(Some(ChecklistRef { id: named.id.clone(), version: answered.version }));
        }
        let items = versions.first().map(|version| version.items.as_slice()).unwrap_or_default();
        return Ok(InspectionEvent::check_complete(answers, items).map(|()| None)?);
    }
    let Some(site) = &case.site else { return Ok(None) };
    let newest = InspectionEvent::check_complete(answers, &site.checklist);
    if newest.is_err() {
        let own = case.document(Checklist::OF_SITE)?.as_ref().and_then(parse::<Checklist>);
        let earlier = own.map(|list| list.versions).unwrap_or_default();
        if earlier.iter().any(|version| InspectionEvent::check_complete(answers, &version.items).is_ok()) {
            return Ok(None);
        }
    }
    Ok(newest.map(|()| None)?)
}
