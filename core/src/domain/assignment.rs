//! Assignments: who was sent to a call, and how far they are. The first valid milestone wins, all are kept, none goes back.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::apply::Write;
use super::call::{Assigned, Call, MAX_RESPONDERS};
use super::call_record::is_false;
use super::case::{Case, Judgement, Noun, changed_write, created_write, next, parse};
use super::due::{Tick, Timed};
use super::response::{Arrival, Moment};
use super::{Actor, Bucket, Document, DocumentKind, Force, Kind, Person, PersonStatus, Role, Settings, Text};
use crate::log::Fix;
use crate::{Code, Error, Result};

/// Who is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Responder {
    /// One member of the staff.
    Person {
        /// Their id.
        person: String,
    },
    /// A standing team: any of its members answers for it.
    Unit {
        /// Its id.
        unit: String,
    },
}

/// The part of a unit's document that says who belongs to it. Documents of the kind `unit` have these fields.
#[derive(Deserialize)]
struct Team {
    #[serde(default)]
    leader: Option<String>,
    #[serde(default)]
    members: Vec<String>,
}

/// The kind of the documents that describe units.
const UNIT: &str = "unit";

/// The bodies of an assignment's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AssignmentEvent {
    /// [`Kind::AssignmentDeliver`]: written by the phone itself.
    Deliver {},
    /// [`Kind::AssignmentAcknowledge`]
    Acknowledge {},
    /// [`Kind::AssignmentEnRoute`]
    EnRoute {},
    /// [`Kind::AssignmentArrive`]
    Arrive {},
    /// [`Kind::AssignmentClear`]
    Clear {
        /// What there is to say; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::AssignmentDecline`]
    Decline {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::AssignmentRelease`]
    Release {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
}

/// How far an assignment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentState {
    /// 派出
    Offered,
    /// A phone has it.
    Delivered,
    /// 接单
    Acknowledged,
    /// 出发
    EnRoute,
    /// 到场
    Arrived,
    /// 处置完毕
    Cleared,
    /// They cannot come.
    Declined,
    /// The desk needs them no more.
    Released,
}

/// What moves an assignment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentMove {
    /// A phone has it.
    Deliver,
    /// 接单
    Acknowledge,
    /// 出发
    EnRoute,
    /// 到场
    Arrive,
    /// 处置完毕
    Clear,
    /// They cannot come.
    Decline,
    /// The desk needs them no more.
    Release,
}

impl AssignmentState {
    /// Every step that an assignment can take. Who stands beside the caller has arrived without ever having set out.
    pub const TRANSITIONS: &'static [(Self, AssignmentMove, Self)] = &[
        (Self::Offered, AssignmentMove::Deliver, Self::Delivered),
        (Self::Offered, AssignmentMove::Acknowledge, Self::Acknowledged),
        (Self::Offered, AssignmentMove::EnRoute, Self::EnRoute),
        (Self::Offered, AssignmentMove::Arrive, Self::Arrived),
        (Self::Offered, AssignmentMove::Decline, Self::Declined),
        (Self::Offered, AssignmentMove::Release, Self::Released),
        (Self::Delivered, AssignmentMove::Acknowledge, Self::Acknowledged),
        (Self::Delivered, AssignmentMove::EnRoute, Self::EnRoute),
        (Self::Delivered, AssignmentMove::Arrive, Self::Arrived),
        (Self::Delivered, AssignmentMove::Decline, Self::Declined),
        (Self::Delivered, AssignmentMove::Release, Self::Released),
        (Self::Acknowledged, AssignmentMove::EnRoute, Self::EnRoute),
        (Self::Acknowledged, AssignmentMove::Arrive, Self::Arrived),
        (Self::Acknowledged, AssignmentMove::Decline, Self::Declined),
        (Self::Acknowledged, AssignmentMove::Release, Self::Released),
        (Self::EnRoute, AssignmentMove::Arrive, Self::Arrived),
        (Self::EnRoute, AssignmentMove::Decline, Self::Declined),
        (Self::EnRoute, AssignmentMove::Release, Self::Released),
        (Self::Arrived, AssignmentMove::Clear, Self::Cleared),
        (Self::Arrived, AssignmentMove::Release, Self::Released),
    ];

    /// Whether somebody is still expected to do something.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Cleared | Self::Declined | Self::Released)
    }
}

impl AssignmentMove {
    /// Whether it is evidence of how far somebody was, and not a decision.
    const fn is_milestone(self) -> bool {
        matches!(self, Self::Deliver | Self::Acknowledge | Self::EnRoute | Self::Arrive)
    }
}

/// One step, as it was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// What was done.
    pub step: AssignmentMove,
    /// By whom.
    pub by: String,
    /// The operation that says so.
    pub operation: Uuid,
    /// Whether it moved the assignment on. What came too late for that is kept all the same.
    pub counted: bool,
    /// When.
    pub moment: Moment,
    /// Where the phone was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// One person or unit that was sent to a call, as the desk and those who were sent see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The call.
    pub call: String,
    /// The unit, where one was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Who may answer for it.
    pub persons: Vec<String>,
    /// Whether the call is a drill.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exercise: bool,
    /// How far it is.
    pub state: AssignmentState,
    /// Who sent them.
    pub sent_by: String,
    /// The operation that sent them.
    pub operation: Uuid,
    /// When they were sent, UTC ms.
    pub at: i64,
    /// By then a phone is to have it, UTC ms by the hub's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach_by: Option<i64>,
    /// When the hub found that no phone has it: use the radio. UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreached_at: Option<i64>,
    /// Every step that anybody wrote down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

const DESK: &[Role] = &[Role::Desk];
const DRILL_DESK: &[Role] = &[Role::Desk, Role::Commander];

impl Responder {
    pub(super) fn normalised(responders: Vec<Self>) -> Result<Vec<Self>> {
        if responders.is_empty() || responders.len() > MAX_RESPONDERS {
            return Err(Error::field(Code::OutOfRange, "responders", format!("1 to {MAX_RESPONDERS}")));
        }
        let mut normal: Vec<Self> = Vec::with_capacity(responders.len());
        for (index, responder) in responders.into_iter().enumerate() {
            let at = format!("responders[{index}]");
            let id =
                |field: &'static str, id: &str| Text::required(field, id, 64).map(Text::into_string).map_err(|error| error.within(&at));
            let responder = match responder {
                Self::Person { person } => Self::Person { person: id("person", &person)? },
                Self::Unit { unit } => Self::Unit { unit: id("unit", &unit)? },
            };
            if normal.contains(&responder) {
                return Err(Error::field(Code::DuplicateId, at, "named twice"));
            }
            normal.push(responder);
        }
        Ok(normal)
    }

    /// The person's or the unit's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Person { person } => person,
            Self::Unit { unit } => unit,
        }
    }

    /// Who may answer for it. None only where this side does not have all reference data.
    fn persons(&self, case: &Case<'_>, field: &str) -> Judgement<Option<Vec<String>>> {
        let unknown = |what: &'static str| Error::field(Code::UnknownReference, field.to_owned(), what);
        let found = case.document(self.id())?;
        let persons = match (self, &found) {
            (_, None) if !case.context.world.is_complete() => return Ok(None),
            (Self::Person { person }, Some(document)) if is(document, DocumentKind::Person.as_str()) => {
                let serves = parse::<Person>(document).is_some_and(|person| person.status == PersonStatus::Active);
                if serves { vec![person.clone()] } else { Vec::new() }
            }
            (Self::Unit { .. }, Some(document)) if is(document, UNIT) => {
                let team: Team = parse(document).unwrap_or(Team { leader: None, members: Vec::new() });
                let mut persons: Vec<_> = team.leader.into_iter().chain(team.members).collect();
                persons.sort_unstable();
                persons.dedup();
                persons
            }
            _ => return Err(unknown("no such person or unit").into()),
        };
        if persons.is_empty() { Err(unknown("nobody of them serves").into()) } else { Ok(Some(persons)) }
    }
}

fn is(document: &Document, kind: &str) -> bool {
    document.kind == kind
}

impl AssignmentEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Deliver {} => Kind::AssignmentDeliver,
            Self::Acknowledge {} => Kind::AssignmentAcknowledge,
            Self::EnRoute {} => Kind::AssignmentEnRoute,
            Self::Arrive {} => Kind::AssignmentArrive,
            Self::Clear { .. } => Kind::AssignmentClear,
            Self::Decline { .. } => Kind::AssignmentDecline,
            Self::Release { .. } => Kind::AssignmentRelease,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at `note` or `reason`.
    pub fn normalised(self) -> Result<Self> {
        let reason = |reason: String| Ok::<_, Error>(Text::required_lines("reason", &reason, 1000)?.into_string());
        Ok(match self {
            Self::Clear { note } => Self::Clear { note: Text::optional_lines("note", note.as_deref(), 1000)?.map(Text::into_string) },
            Self::Decline { reason: text } => Self::Decline { reason: reason(text)? },
            Self::Release { reason: text } => Self::Release { reason: reason(text)? },
            plain => plain,
        })
    }

    const fn step(&self) -> AssignmentMove {
        match self {
            Self::Deliver {} => AssignmentMove::Deliver,
            Self::Acknowledge {} => AssignmentMove::Acknowledge,
            Self::EnRoute {} => AssignmentMove::EnRoute,
            Self::Arrive {} => AssignmentMove::Arrive,
            Self::Clear { .. } => AssignmentMove::Clear,
            Self::Decline { .. } => AssignmentMove::Decline,
            Self::Release { .. } => AssignmentMove::Release,
        }
    }

    fn into_note(self) -> Option<String> {
        match self {
            Self::Clear { note } => note,
            Self::Decline { reason } | Self::Release { reason } => Some(reason),
            _ => None,
        }
    }
}

impl Noun for Assignment {
    const KIND: DocumentKind = DocumentKind::Assignment;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_assignment(self.persons.iter().cloned())
    }

    fn person(&self) -> Option<String> {
        self.persons.first().cloned()
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Timed for Assignment {
    fn deadline(&self, _: &Settings) -> Option<i64> {
        self.reach_by.filter(|_| self.state == AssignmentState::Offered && self.unreached_at.is_none())
    }

    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        self.unreached_at = Some(tick.now);
        Ok(())
    }
}

/// Makes an assignment for each responder who is not on the way already. Only the hub makes them: there are no two for one
/// responder, whoever else sends them at the same time.
pub(super) fn offer(case: &Case<'_>, call: &Call, responders: &[Responder]) -> Judgement<(Vec<Assigned>, Vec<Write>)> {
    let (mut assigned, mut writes) = (Vec::new(), Vec::new());
    for (index, responder) in responders.iter().enumerate() {
        let Some(persons) = responder.persons(case, &format!("responders[{index}]"))? else { continue };
        let Some(received_at) = case.context.received_at else { continue };
        let Some(id) = free_id(case, responder)? else { continue };
        let unit = match responder {
            Responder::Unit { unit } => Some(unit.clone()),
            Responder::Person { .. } => None,
        };
        let assignment = Assignment {
            call: case.operation.entity.clone(),
            unit,
            persons: persons.clone(),
            exercise: call.record.exercise,
            state: AssignmentState::Offered,
            sent_by: case.actor().to_owned(),
            operation: case.operation.id,
            at: case.at.min(received_at),
            reach_by: Some(received_at.saturating_add(i64::from(case.settings.reach_s) * 1000)),
            unreached_at: None,
            milestones: Vec::new(),
            note: None,
        };
        writes.push(created_write(&id, &assignment)?);
        assigned.push(Assigned { assignment: id, persons });
    }
    Ok((assigned, writes))
}

/// How often one responder can be sent to one call.
const MAX_TURNS: u32 = 20;

/// The id of a responder's next assignment; none while an earlier one is live. Ids of one's own making have no dot: nobody can
/// take such an id beforehand.
fn free_id(case: &Case<'_>, responder: &Responder) -> Judgement<Option<String>> {
    for turn in 1..=MAX_TURNS {
        let id = format!("{}.{}.{turn}", case.operation.entity, responder.id());
        match case.document(&id)? {
            None => return Ok(Some(id)),
            Some(document) if parse::<Assignment>(&document).is_none_or(|assignment| assignment.state.is_live()) => return Ok(None),
            Some(_) => {}
        }
    }
    Ok(None)
}

/// A call that is over needs nobody any more.
pub(super) fn release_all(case: &Case<'_>, call: &Call, why: Option<&str>) -> Judgement<Vec<Write>> {
    let mut writes = Vec::new();
    for assigned in &call.assigned {
        let Some(document) = case.document(&assigned.assignment)? else { continue };
        let Some(before) = parse::<Assignment>(&document) else { continue };
        let Some(state) = next(AssignmentState::TRANSITIONS, before.state, AssignmentMove::Release) else { continue };
        let mut after = Assignment { state, note: why.map(str::to_owned).or_else(|| before.note.clone()), ..before.clone() };
        let moment = Moment::of(case, Some(&last_step(&before)));
        after.milestones.push(milestone(case, AssignmentMove::Release, true, moment));
        writes.push(changed_write(&document, &before, &after)?);
    }
    Ok(writes)
}

/// The last step that counted, the sending before the first: none that counts happened before it.
fn last_step(assignment: &Assignment) -> Moment {
    let last = assignment.milestones.iter().rfind(|milestone| milestone.counted);
    last.map_or(Moment { at: assignment.at, earliest: None, latest: None, clock: None }, |milestone| milestone.moment.clone())
}

fn milestone(case: &Case<'_>, step: AssignmentMove, counted: bool, moment: Moment) -> Milestone {
    let operation = case.operation;
    Milestone { step, by: case.actor().to_owned(), operation: operation.id, counted, moment, fix: operation.fix }
}

pub(super) fn apply(mut case: Case<'_>, event: AssignmentEvent) -> Judgement {
    let step = event.step();
    let (document, before): (_, Assignment) = case.existing()?;
    authorise(&mut case, &before, step)?;
    let state = next(AssignmentState::TRANSITIONS, before.state, step);
    if state.is_none() && !is_late_evidence(&case, &document, step)? {
        return case.illegal(&document, &before);
    }
    let counted = state.is_some();
    // What came late may have happened before what is here.
    let moment = Moment::of(&case, counted.then(|| last_step(&before)).as_ref());
    let mut after = Assignment { state: state.unwrap_or(before.state), ..before.clone() };
    if counted {
        after.note = event.into_note().or(after.note);
    }
    after.milestones.push(milestone(&case, step, counted, moment.clone()));
    let call = if step == AssignmentMove::Arrive { call_of_arrival(&case, &before, moment)? } else { None };
    let mut outcome = case.changed(&document, &before, &after)?;
    outcome.writes.extend(call);
    Ok(outcome)
}

fn authorise(case: &mut Case<'_>, assignment: &Assignment, step: AssignmentMove) -> Judgement<()> {
    let is_own = assignment.persons.iter().any(|person| person == case.actor()) || matches!(case.context.actor, Actor::Unknown);
    match step {
        AssignmentMove::Release => {}
        // Only the phone of somebody who was sent can say that it has it.
        AssignmentMove::Deliver if !is_own => return Err(Error::new(Code::NotPermitted, "not their assignment").into()),
        _ if is_own => return Ok(()),
        // Whoever is reached by radio tells the desk.
        _ => {}
    }
    case.authorise(if assignment.exercise { DRILL_DESK } else { DESK })
}

/// A milestone that its phone wrote before it heard what others had done. A phone that had heard is refused; a delivery is
/// nobody's decision, and is never anybody's trouble.
fn is_late_evidence(case: &Case<'_>, document: &Document, step: AssignmentMove) -> Judgement<bool> {
    Ok(step.is_milestone() && case.is_hub() && (step == AssignmentMove::Deliver || case.overtaken(document)?.is_some()))
}

/// The call, where the arrival says something new of it. On a phone the call is the hub's to change.
fn call_of_arrival(case: &Case<'_>, assignment: &Assignment, moment: Moment) -> Judgement<Option<Write>> {
    if !case.is_hub() {
        return Ok(None);
    }
    let Some(document) = case.document(&assignment.call)? else { return Ok(None) };
    let Some(before) = parse::<Call>(&document) else { return Ok(None) };
    let mut after = before.clone();
    let force = force_of(case, assignment)?;
    after.arrive(Arrival { assignment: case.operation.entity.clone(), force, moment });
    if after == before { Ok(None) } else { changed_write(&document, &before, &after).map(Some) }
}

/// The force of whoever came; where the desk says so for them, of the first who was sent.
fn force_of(case: &Case<'_>, assignment: &Assignment) -> Judgement<Option<Force>> {
    if let Actor::Person(person) = case.context.actor
        && assignment.persons.contains(&person.id)
    {
        return Ok(Some(person.force));
    }
    let Some(first) = assignment.persons.first() else { return Ok(None) };
    Ok(case.document(first)?.as_ref().and_then(parse::<Person>).map(|person| person.force))
}
