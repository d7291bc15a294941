//! 矛盾纠纷: found, screened, and mediated by one of two roads, by the police or by people's mediators.
//!
//! Who is at odds is not in the record: a dispute says how many there are and what it is about.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, next, parse, staff};
use super::due::{Tick, Timed};
use super::text::id_list;
use super::{Actor, Bucket, DocumentKind, Force, Kind, Person, Role, Settings, Text, Zone};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// What a dispute is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeCategory {
    /// 消费
    Purchase,
    /// 食宿游览服务
    Service,
    /// 交通
    Traffic,
    /// 邻里摊位
    Neighbours,
    /// 劳务
    Labour,
    /// 家庭婚恋
    Family,
    /// 伤害损害
    Damage,
    /// 其他
    Other,
}

/// Who mediates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediationRoad {
    /// 治安调解: by the police.
    Police,
    /// 人民调解: by people's mediators.
    Peoples,
}

/// The bodies of a dispute's operations, told apart by `event`. Mediators are persons of the base, by id; on the road of
/// people's mediation also names of mediators who are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DisputeEvent {
    /// [`Kind::DisputeReport`]
    Report {
        /// What it is about.
        category: DisputeCategory,
        /// What happened; 1 to 2,000 characters, and nobody's name.
        description: String,
        /// How many are at odds; 2 to 1,000.
        parties: u32,
        /// In which zone, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<String>,
        /// Where; 1 to 200 characters.
        place: String,
    },
    /// [`Kind::DisputeScreen`]
    Screen {
        /// What was seen; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::DisputeMediate`]
    Mediate {
        /// By which road.
        road: MediationRoad,
        /// Who is to mediate; 1 to 5. They see the dispute from then on.
        mediators: Vec<String>,
    },
    /// [`Kind::DisputeRetry`]
    Retry {
        /// Who is to mediate now; 1 to 5.
        mediators: Vec<String>,
    },
    /// [`Kind::DisputeRefer`]
    Refer {
        /// To whom; 1 to 200 characters.
        authority: String,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::DisputeAgree`]
    Agree {
        /// Who mediated; 1 to 5.
        mediators: Vec<String>,
        /// What was agreed; 1 to 2,000 characters.
        terms: String,
        /// Until when it is to be performed, UTC ms.
        perform_by: i64,
    },
    /// [`Kind::DisputePerform`]
    Perform {
        /// How; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::DisputeRevisit`]
    Revisit {
        /// How things stand; 1 to 1,000 characters.
        note: String,
    },
    /// [`Kind::DisputeClose`]
    Close {
        /// The last word; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::DisputeFail`]
    Fail {
        /// Who mediated, where it failed in mediation; at most 5. Nobody where an agreement was not performed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mediators: Vec<String>,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::DisputeLegalRoute`]
    LegalRoute {
        /// Which way they were shown; 1 to 1,000 characters.
        note: String,
    },
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// 发现
    Reported,
    /// 研判
    Screened,
    /// 治安调解
    PoliceMediation,
    /// 人民调解
    PeoplesMediation,
    /// 移送: whoever it went to mediates it.
    Referred,
    /// 达成协议
    Agreed,
    /// 履行
    Performed,
    /// 回访
    Revisited,
    /// 结案
    Closed,
    /// No agreement, or one that was not kept.
    Failed,
    /// 法律途径: the police decide by law, or a court.
    LegalRoute,
}

/// What moves a dispute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisputeMove {
    /// An officer looks at it.
    Screen,
    /// The police take it on.
    MediateByPolice,
    /// People's mediators take it on.
    MediateByPeople,
    /// They try again.
    Retry,
    /// Another authority takes it.
    Refer,
    /// There is an agreement.
    Agree,
    /// It was kept.
    Perform,
    /// Somebody asked how things stand.
    Revisit,
    /// It is over.
    Close,
    /// There is no agreement, or it was not kept.
    Fail,
    /// The law takes its course.
    LegalRoute,
}

impl DisputeState {
    /// Every step that a dispute can take.
    pub const TRANSITIONS: &'static [(Self, DisputeMove, Self)] = &[
        (Self::Reported, DisputeMove::Screen, Self::Screened),
        (Self::Screened, DisputeMove::MediateByPolice, Self::PoliceMediation),
        (Self::Screened, DisputeMove::MediateByPeople, Self::PeoplesMediation),
        (Self::Screened, DisputeMove::Refer, Self::Referred),
        (Self::PoliceMediation, DisputeMove::Retry, Self::PoliceMediation),
        (Self::PoliceMediation, DisputeMove::Agree, Self::Agreed),
        (Self::PoliceMediation, DisputeMove::Fail, Self::Failed),
        (Self::PeoplesMediation, DisputeMove::Retry, Self::PeoplesMediation),
        (Self::PeoplesMediation, DisputeMove::Agree, Self::Agreed),
        (Self::PeoplesMediation, DisputeMove::Fail, Self::Failed),
        (Self::Agreed, DisputeMove::Perform, Self::Performed),
        (Self::Agreed, DisputeMove::Fail, Self::Failed),
        (Self::Performed, DisputeMove::Revisit, Self::Revisited),
        (Self::Revisited, DisputeMove::Close, Self::Closed),
        (Self::Failed, DisputeMove::LegalRoute, Self::LegalRoute),
    ];

    /// The road on which it is being mediated.
    const fn road(self) -> Option<MediationRoad> {
        match self {
            Self::PoliceMediation => Some(MediationRoad::Police),
            Self::PeoplesMediation => Some(MediationRoad::Peoples),
            _ => None,
        }
    }
}

/// A dispute as its reporter, its mediators, inspectors and the desk see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// What it is about.
    pub category: DisputeCategory,
    /// What happened.
    pub description: String,
    /// How many are at odds.
    pub parties: u32,
    /// In which zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Where.
    pub place: String,
    /// Where it stands.
    pub state: DisputeState,
    /// Who reported it.
    pub reporter: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that reported it.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// Until when the next step is due, UTC ms. Written down at the step before: a changed setting moves no clock that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
    /// The due times that went by with nothing done, as the hub's clock saw them, UTC ms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overdue: Vec<i64>,
    /// By which road it was mediated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub road: Option<MediationRoad>,
    /// Who mediates, or mediated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mediators: Vec<String>,
    /// How often mediation began.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// What was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// Until when both sides may have a court confirm the agreement, UTC ms: of people's mediation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_until: Option<i64>,
    /// Who took it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referred_to: Option<String>,
    /// When it ended, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Who finds disputes.
const FINDERS: &[Role] = Role::SERVING;
/// Who decides on them.
const OFFICERS: &[Role] = &[Role::Inspector, Role::Desk, Role::Commander];
/// Who also lends a hand.
const HELPERS: &[Role] = &[Role::Auxiliary, Role::Inspector, Role::Desk, Role::Commander];
/// How often the police mediate: once as a rule, and once more where that seems of use (公安机关办理行政案件程序规定).
const POLICE_ATTEMPTS: u32 = 2;
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

impl DisputeEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Report { .. } => Kind::DisputeReport,
            Self::Screen { .. } => Kind::DisputeScreen,
            Self::Mediate { .. } => Kind::DisputeMediate,
            Self::Retry { .. } => Kind::DisputeRetry,
            Self::Refer { .. } => Kind::DisputeRefer,
            Self::Agree { .. } => Kind::DisputeAgree,
            Self::Perform { .. } => Kind::DisputePerform,
            Self::Revisit { .. } => Kind::DisputeRevisit,
            Self::Close { .. } => Kind::DisputeClose,
            Self::Fail { .. } => Kind::DisputeFail,
            Self::LegalRoute { .. } => Kind::DisputeLegalRoute,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `parties`; [`Code::Missing`], [`Code::OutOfRange`] or [`Code::DuplicateId`] at `mediators`; a text's
    /// code at its field.
    pub fn normalised(self) -> Result<Self> {
        let note = |note: Option<String>| Ok::<_, Error>(Text::optional_lines("note", note.as_deref(), 1000)?.map(Text::into_string));
        let lines = |field, text: &str, max| Ok::<_, Error>(Text::required_lines(field, text, max)?.into_string());
        Ok(match self {
            Self::Report { parties, .. } if !(2..=1000).contains(&parties) => {
                return Err(Error::field(Code::OutOfRange, "parties", "2 to 1,000"));
            }
            Self::Report { category, description, parties, zone, place } => Self::Report {
                category,
                description: lines("description", &description, 2000)?,
                parties,
                zone: Text::optional("zone", zone.as_deref(), 64)?.map(Text::into_string),
                place: Text::required("place", &place, 200)?.into_string(),
            },
            Self::Screen { note: text } => Self::Screen { note: note(text)? },
            Self::Mediate { road, mediators } => Self::Mediate { road, mediators: panel(mediators)? },
            Self::Retry { mediators } => Self::Retry { mediators: panel(mediators)? },
            Self::Refer { authority, reason } => Self::Refer {
                authority: Text::required("authority", &authority, 200)?.into_string(),
                reason: lines("reason", &reason, 1000)?,
            },
            Self::Agree { mediators, terms, perform_by } => {
                Self::Agree { mediators: panel(mediators)?, terms: lines("terms", &terms, 2000)?, perform_by }
            }
            Self::Perform { note: text } => Self::Perform { note: note(text)? },
            Self::Revisit { note } => Self::Revisit { note: lines("note", &note, 1000)? },
            Self::Close { note: text } => Self::Close { note: note(text)? },
            Self::Fail { mediators, reason } => {
                Self::Fail { mediators: id_list("mediators", mediators, 5)?, reason: lines("reason", &reason, 1000)? }
            }
            Self::LegalRoute { note } => Self::LegalRoute { note: lines("note", &note, 1000)? },
        })
    }

    /// The step that it takes; none for the one that reports.
    const fn step(&self) -> Option<DisputeMove> {
        Some(match self {
            Self::Report { .. } => return None,
            Self::Screen { .. } => DisputeMove::Screen,
            Self::Mediate { road: MediationRoad::Police, .. } => DisputeMove::MediateByPolice,
            Self::Mediate { road: MediationRoad::Peoples, .. } => DisputeMove::MediateByPeople,
            Self::Retry { .. } => DisputeMove::Retry,
            Self::Refer { .. } => DisputeMove::Refer,
            Self::Agree { .. } => DisputeMove::Agree,
            Self::Perform { .. } => DisputeMove::Perform,
            Self::Revisit { .. } => DisputeMove::Revisit,
            Self::Close { .. } => DisputeMove::Close,
            Self::Fail { .. } => DisputeMove::Fail,
            Self::LegalRoute { .. } => DisputeMove::LegalRoute,
        })
    }

    const fn roles(&self) -> &'static [Role] {
        match self {
            Self::Report { .. } => FINDERS,
            Self::Agree { .. } | Self::Fail { .. } | Self::Perform { .. } | Self::Revisit { .. } => HELPERS,
            _ => OFFICERS,
        }
    }
}

fn panel(mediators: Vec<String>) -> Result<Vec<String>> {
    let mediators = id_list("mediators", mediators, 5)?;
    if mediators.is_empty() { Err(Error::field(Code::Missing, "mediators", "who mediates")) } else { Ok(mediators) }
}

impl Noun for Dispute {
    const KIND: DocumentKind = DocumentKind::Dispute;

    fn buckets(&self) -> Vec<Bucket> {
        // A name of somebody who is not in the base may be no id, and is nobody's bucket.
        let mediators = self.mediators.iter().filter(|mediator| super::is_reference_id(mediator)).cloned();
        Bucket::of_persons(&[Role::Inspector], staff(&self.reporter).into_iter().chain(mediators), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.reporter)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Timed for Dispute {
    fn deadline(&self, _: &Settings) -> Option<i64> {
        self.due.filter(|due| !self.overdue.contains(due))
    }

    fn step(&mut self, _: &Tick<'_>) -> Result<()> {
        self.overdue.extend(self.due);
        Ok(())
    }
}

pub(super) fn apply(mut case: Case<'_>, event: DisputeEvent) -> Judgement {
    case.authorise(event.roles())?;
    let Some(step) = event.step() else {
        return report(case, event);
    };
    let (document, before): (_, Dispute) = case.existing()?;
    let Some(state) = next(DisputeState::TRANSITIONS, before.state, step) else {
        return case.illegal(&document, &before);
    };
    let after = advance(&mut case, &before, state, event)?;
    case.changed(&document, &before, &after)
}

fn report(case: Case<'_>, event: DisputeEvent) -> Judgement {
    let DisputeEvent::Report { category, description, parties, zone, place } = event else {
        return Err(Error::internal("no dispute is reported").into());
    };
    case.must_be_new()?;
    if let Some(zone) = &zone {
        case.reference::<Zone>(DocumentKind::Zone, zone, "zone")?;
    }
    let operation = case.operation;
    let dispute = Dispute {
        category,
        description,
        parties,
        zone,
        place,
        state: DisputeState::Reported,
        reporter: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        photos: case.photos(),
        due: Some(case.at.saturating_add(i64::from(case.settings.dispute_screen_h) * HOUR_MS)),
        overdue: Vec::new(),
        road: None,
        mediators: Vec::new(),
        attempts: 0,
        terms: None,
        confirm_until: None,
        referred_to: None,
        ended_at: None,
        note: None,
    };
    case.created(&dispute)
}

/// The dispute after a step that its state allows, where the step's own rules allow it too.
fn advance(case: &mut Case<'_>, before: &Dispute, state: DisputeState, event: DisputeEvent) -> Judgement<Dispute> {
    let mut after = Dispute { state, due: None, ..before.clone() };
    let days = |from: i64, days: u32| from.saturating_add(i64::from(days) * DAY_MS);
    match event {
        DisputeEvent::Report { .. } => {}
        DisputeEvent::Screen { note } | DisputeEvent::Perform { note } | DisputeEvent::Close { note } => after.note = note.or(after.note),
        DisputeEvent::Mediate { road, mediators } => {
            check_panel(case, road, &mediators)?;
            (after.road, after.mediators, after.attempts) = (Some(road), mediators, 1);
        }
        DisputeEvent::Retry { mediators } => {
            let road = before.state.road().unwrap_or(MediationRoad::Peoples);
            if road == MediationRoad::Police && before.attempts >= POLICE_ATTEMPTS {
                return Err(Error::new(Code::StateRefused, "the police mediate twice at most").into());
            }
            check_panel(case, road, &mediators)?;
            (after.mediators, after.attempts) = (mediators, before.attempts.saturating_add(1));
        }
        DisputeEvent::Refer { authority, reason } => (after.referred_to, after.note) = (Some(authority), Some(reason)),
        DisputeEvent::Agree { mediators, terms, perform_by } => {
            if perform_by < before.at {
                return Err(Error::field(Code::TimeOrder, "perform_by", "not before the dispute").into());
            }
            check_mediated(case, before, &mediators)?;
            if before.state.road() == Some(MediationRoad::Peoples) {
                after.confirm_until = Some(days(case.at, case.settings.agreement_confirm_days));
            }
            (after.mediators, after.terms, after.due) = (mediators, Some(terms), Some(perform_by));
        }
        DisputeEvent::Fail { mediators, reason } => {
            if before.state.road().is_some() {
                check_mediated(case, before, &mediators)?;
                after.mediators = mediators;
            } else {
                case.authorise(OFFICERS)?;
            }
            after.note = Some(reason);
        }
        DisputeEvent::Revisit { note } | DisputeEvent::LegalRoute { note } => after.note = Some(note),
    }
    let settings = case.settings;
    match state {
        DisputeState::PoliceMediation if after.attempts > 1 => after.due = Some(days(case.at, settings.second_mediation_days)),
        DisputeState::PoliceMediation => after.due = Some(days(before.at, settings.police_mediation_days)),
        // The month runs from the first attempt.
        DisputeState::PeoplesMediation if after.attempts > 1 => after.due = before.due,
        DisputeState::PeoplesMediation => after.due = Some(days(case.at, settings.peoples_mediation_days)),
        DisputeState::Performed => after.due = Some(days(case.at, settings.dispute_revisit_days)),
        DisputeState::Closed | DisputeState::LegalRoute | DisputeState::Referred => after.ended_at = Some(case.at),
        _ => {}
    }
    Ok(after)
}

/// Whether these can have mediated, and the author may say so: an officer, or an auxiliary who was one of them.
fn check_mediated(case: &mut Case<'_>, before: &Dispute, mediators: &[String]) -> Judgement<()> {
    if mediators.is_empty() {
        return Err(Error::field(Code::Missing, "mediators", "who mediated").into());
    }
    if !mediators.iter().any(|mediator| mediator == case.actor()) {
        case.authorise(OFFICERS)?;
    }
    check_panel(case, before.state.road().unwrap_or(MediationRoad::Peoples), mediators)
}

/// Auxiliaries, guards and volunteers mediate beside somebody who may, never alone: a police officer, or on the road of people's
/// mediation also a mediator who is not of the base.
fn check_panel(case: &Case<'_>, road: MediationRoad, mediators: &[String]) -> Judgement<()> {
    for mediator in mediators {
        let entry = case.document(mediator)?.filter(|document| document.kind == DocumentKind::Person.as_str());
        let may_lead = match entry.as_ref().and_then(parse::<Person>) {
            Some(person) => person.force == Force::Police && person.serves(case.at),
            // A phone that does not have the whole base cannot tell; and whoever writes their own name is nobody else.
            None if !case.context.world.is_complete() => true,
            None => road == MediationRoad::Peoples && !is_authors_name(case, mediator),
        };
        if may_lead {
            return Ok(());
        }
    }
    Err(Error::field(Code::NotPermitted, "mediators", "nobody among them may mediate without an officer").into())
}

fn is_authors_name(case: &Case<'_>, name: &str) -> bool {
    match case.context.actor {
        Actor::Person(person) => [&person.id, &person.name.zh, &person.name.en].iter().any(|own| own.to_lowercase() == name.to_lowercase()),
        actor => actor.name() == name,
    }
}
