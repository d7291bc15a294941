//! Calls: help that somebody asks for, what 110 passes on, and clues. Liuye never replaces 110.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::apply::Write;
use super::call_record::{CallCategory, CallRecord, CallSource, Severity, is_false};
use super::case::{Case, Judgement, Noun, Stop, merged, next, parse, staff, write_of};
use super::due::{Tick, Timed};
use super::response::{Arrival, Moment, Response};
use super::{Bucket, Document, DocumentKind, Kind, Responder, Role, Settings, Text, Until, Verdict, Zone, assignment, call_file};
use crate::log::{DeviceId, Digest, Fix};
use crate::{Code, Error, Result};

/// What every screen that asks for help offers to dial: the police's own number.
pub const POLICE_DIAL: &str = "110";

/// The bodies of a call's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CallEvent {
    /// [`Kind::CallRaise`]
    Raise(CallRecord),
    /// [`Kind::CallTriage`]
    Triage {
        /// How bad it is.
        severity: Severity,
        /// What it is about, where that is another than first thought.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<CallCategory>,
        /// Where, where that is another zone than first thought.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<String>,
    },
    /// [`Kind::CallDispatch`]
    Dispatch {
        /// Who is sent; 1 to 200.
        responders: Vec<Responder>,
    },
    /// [`Kind::CallMuster`]: 一呼百应, everyone on duty.
    Muster {
        /// In this zone; on the whole site where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<String>,
    },
    /// [`Kind::CallHandle`]
    Handle {},
    /// [`Kind::CallClose`]
    Close {
        /// What came of it; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// The number under which the case goes on elsewhere; at most 100 characters. A call to which nobody was sent
        /// closes by it alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referral: Option<String>,
    },
    /// [`Kind::CallCancel`]
    Cancel {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::CallUnfounded`]
    Unfounded {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::CallMerge`]
    Merge {
        /// The call that goes on.
        into: String,
    },
    /// [`Kind::CallReopen`]
    Reopen {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// 接警
    Received,
    /// The desk has looked at it.
    Triaged,
    /// 派警
    Dispatched,
    /// 到场
    OnScene,
    /// 处置
    Handling,
    /// 结案
    Closed,
    /// Whoever called needs nothing any more.
    Cancelled,
    /// There was nothing.
    Unfounded,
    /// Another call is about the same.
    Merged,
}

/// What moves a call on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallMove {
    /// The desk looks at it.
    Triage,
    /// Somebody is sent.
    Dispatch,
    /// Somebody is there.
    Arrive,
    /// They are at work.
    Handle,
    /// It is over.
    Close,
    /// It is not needed any more.
    Cancel,
    /// There was nothing.
    Unfounded,
    /// It goes on as another call.
    Merge,
    /// It was not over.
    Reopen,
}

impl CallState {
    /// Every step that a call can take.
    pub const TRANSITIONS: &'static [(Self, CallMove, Self)] = &[
        (Self::Received, CallMove::Triage, Self::Triaged),
        (Self::Received, CallMove::Cancel, Self::Cancelled),
        (Self::Received, CallMove::Unfounded, Self::Unfounded),
        (Self::Received, CallMove::Merge, Self::Merged),
        (Self::Triaged, CallMove::Dispatch, Self::Dispatched),
        (Self::Triaged, CallMove::Close, Self::Closed),
        (Self::Triaged, CallMove::Cancel, Self::Cancelled),
        (Self::Triaged, CallMove::Unfounded, Self::Unfounded),
        (Self::Triaged, CallMove::Merge, Self::Merged),
        (Self::Dispatched, CallMove::Dispatch, Self::Dispatched),
        (Self::Dispatched, CallMove::Arrive, Self::OnScene),
        (Self::Dispatched, CallMove::Cancel, Self::Cancelled),
        (Self::Dispatched, CallMove::Unfounded, Self::Unfounded),
        (Self::Dispatched, CallMove::Merge, Self::Merged),
        (Self::OnScene, CallMove::Dispatch, Self::OnScene),
        (Self::OnScene, CallMove::Arrive, Self::OnScene),
        (Self::OnScene, CallMove::Handle, Self::Handling),
        (Self::OnScene, CallMove::Unfounded, Self::Unfounded),
        (Self::OnScene, CallMove::Merge, Self::Merged),
        (Self::Handling, CallMove::Dispatch, Self::Handling),
        (Self::Handling, CallMove::Arrive, Self::Handling),
        (Self::Handling, CallMove::Close, Self::Closed),
        (Self::Handling, CallMove::Unfounded, Self::Unfounded),
        (Self::Handling, CallMove::Merge, Self::Merged),
        (Self::Closed, CallMove::Reopen, Self::Triaged),
        (Self::Cancelled, CallMove::Reopen, Self::Triaged),
        (Self::Unfounded, CallMove::Reopen, Self::Triaged),
    ];

    /// Whether somebody still has to do something about it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Cancelled | Self::Unfounded | Self::Merged)
    }
}

/// Somebody who was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The assignment.
    pub assignment: String,
    /// Who may answer for it.
    pub persons: Vec<String>,
}

/// A call as the desk, its zone, whoever is sent, and its caller see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What came in. Category and zone are what the desk made of them.
    #[serde(flatten)]
    pub record: CallRecord,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: CallState,
    /// Who called by this app or entered it: a person's id, or `tourist`.
    pub reporter: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that raised it.
    pub operation: Uuid,
    /// When it was raised, UTC ms.
    pub at: i64,
    /// Where the phone was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// Whether a contact was given; it stays so once that is erased.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_contact: bool,
    /// When that contact was erased, by the hub's clock, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_erased_at: Option<i64>,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// Its clocks.
    pub response: Response,
    /// Everyone who was ever sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<Assigned>,
    /// The call that goes on, where this one was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// When it ended, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

/// Anyone may call for help but those who only read.
const CALLERS: &[Role] = Role::RECORDING;
const DESK: &[Role] = &[Role::Desk];
const EXERCISERS: &[Role] = &[Role::Commander];
/// In a drill whoever holds it may play the desk.
const DRILL_DESK: &[Role] = &[Role::Desk, Role::Commander];

/// More than a district has on duty is a mistake.
pub(super) const MAX_RESPONDERS: usize = 200;

impl CallEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Raise(_) => Kind::CallRaise,
            Self::Triage { .. } => Kind::CallTriage,
            Self::Dispatch { .. } => Kind::CallDispatch,
            Self::Muster { .. } => Kind::CallMuster,
            Self::Handle {} => Kind::CallHandle,
            Self::Close { .. } => Kind::CallClose,
            Self::Cancel { .. } => Kind::CallCancel,
            Self::Unfounded { .. } => Kind::CallUnfounded,
            Self::Merge { .. } => Kind::CallMerge,
            Self::Reopen { .. } => Kind::CallReopen,
        }
    }

    /// The event with its texts in NFC. `now` is the time, UTC ms: 110 was told nothing after it.
    ///
    /// # Errors
    /// A text's code at its field; [`Code::TimeInFuture`] or [`Code::Malformed`] at `told_at`; [`Code::Missing`] at
    /// `description` for a clue; [`Code::OutOfRange`] at `responders`, [`Code::DuplicateId`] at `responders[n]`.
    pub fn normalised(self, now: i64) -> Result<Self> {
        let reason = |reason: String| Ok::<_, Error>(Text::required_lines("reason", &reason, 1000)?.into_string());
        let zone = |zone: Option<String>| Ok::<_, Error>(Text::optional("zone", zone.as_deref(), 64)?.map(Text::into_string));
        Ok(match self {
            Self::Raise(record) => Self::Raise(record.normalised(now)?),
            Self::Triage { severity, category, zone: id } => Self::Triage { severity, category, zone: zone(id)? },
            Self::Dispatch { responders } => Self::Dispatch { responders: Responder::normalised(responders)? },
            Self::Muster { zone: id } => Self::Muster { zone: zone(id)? },
            Self::Handle {} => Self::Handle {},
            Self::Close { note, referral } => Self::Close {
                note: Text::optional_lines("note", note.as_deref(), 1000)?.map(Text::into_string),
                referral: Text::optional("referral", referral.as_deref(), 100)?.map(Text::into_string),
            },
            Self::Cancel { reason: text } => Self::Cancel { reason: reason(text)? },
            Self::Unfounded { reason: text } => Self::Unfounded { reason: reason(text)? },
            Self::Merge { into } => Self::Merge { into: Text::required("into", &into, 64)?.into_string() },
            Self::Reopen { reason: text } => Self::Reopen { reason: reason(text)? },
        })
    }

    /// The step that it takes; none for the one that raises.
    const fn step(&self) -> Option<CallMove> {
        Some(match self {
            Self::Raise(_) => return None,
            Self::Triage { .. } => CallMove::Triage,
            Self::Dispatch { .. } | Self::Muster { .. } => CallMove::Dispatch,
            Self::Handle {} => CallMove::Handle,
            Self::Close { .. } => CallMove::Close,
            Self::Cancel { .. } => CallMove::Cancel,
            Self::Unfounded { .. } => CallMove::Unfounded,
            Self::Merge { .. } => CallMove::Merge,
            Self::Reopen { .. } => CallMove::Reopen,
        })
    }
}

impl Call {
    /// Whether it enters the district's figures: a drill never does.
    #[must_use]
    pub const fn counts(&self) -> bool {
        !self.record.exercise
    }

    /// Whether this person was sent to it.
    #[must_use]
    pub fn is_assigned_to(&self, person: &str) -> bool {
        self.assigned.iter().any(|assigned| assigned.persons.iter().any(|one| one == person))
    }

    /// Until when whoever called may have to be reached, UTC ms; none while the call is open.
    #[must_use]
    pub fn keep_contact_until(&self, settings: &Settings) -> Option<i64> {
        let ended = self.ended_at.filter(|_| !self.state.is_open())?;
        Some(ended.saturating_add(i64::from(settings.contact_days) * 86_400_000))
    }

    /// The call's document once its contact is erased.
    ///
    /// # Errors
    /// [`Code::Malformed`] where the document is no call that this version reads.
    pub fn contact_erased(document: &Document, at: i64) -> Result<Write> {
        let before: Self = serde_json::from_value(document.body.clone())?;
        let after = Self { contact_erased_at: before.contact_erased_at.or(Some(at)), ..before.clone() };
        let body = merged(&document.body, &serde_json::to_value(&before)?, serde_json::to_value(&after)?);
        Ok(write_of(&document.id, body, &after))
    }

    /// Somebody came, and may have come before all who are known.
    pub(super) fn arrive(&mut self, arrival: Arrival) {
        if let Some(state) = next(CallState::TRANSITIONS, self.state, CallMove::Arrive) {
            self.state = state;
        }
        self.response.arrive(arrival);
    }
}

impl Noun for Call {
    const KIND: DocumentKind = DocumentKind::Call;

    fn buckets(&self) -> Vec<Bucket> {
        // Who passes a clue on trusts that not every colleague reads it.
        let zone = self.record.zone.as_deref().filter(|_| self.record.source != CallSource::Clue);
        let sent = self.assigned.iter().flat_map(|assigned| assigned.persons.iter().cloned());
        Bucket::of_call(zone, staff(&self.reporter).into_iter().chain(sent), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.reporter)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Timed for Call {
    fn deadline(&self, _: &Settings) -> Option<i64> {
        if self.state.is_open() { self.response.deadline() } else { None }
    }

    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        self.response.step(tick.now);
        Ok(())
    }
}

pub(super) fn apply(case: Case<'_>, event: CallEvent) -> Judgement {
    let Some(step) = event.step() else {
        return raise(case, event);
    };
    advance(case, step, event)
}

fn raise(mut case: Case<'_>, event: CallEvent) -> Judgement {
    let CallEvent::Raise(record) = event else {
        return Err(Error::internal("no call is raised").into());
    };
    case.authorise(match record.source {
        _ if record.exercise => EXERCISERS,
        CallSource::Dial110 => DESK,
        CallSource::App | CallSource::Clue => CALLERS,
    })?;
    case.must_be_new()?;
    check_zone(&case, record.zone.as_deref())?;
    let severity = record.category.first_severity();
    let standard = case.site.as_ref().map(|site| site.response.clone()).unwrap_or_default();
    let received = received(&case, &record);
    let tiers = tiers(&case, &record, severity);
    let operation = case.operation;
    let call = Call {
        severity,
        state: CallState::Received,
        reporter: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        fix: operation.fix,
        has_contact: operation.contact_digest.is_some(),
        contact_erased_at: None,
        photos: case.photos(),
        response: Response::new(&standard, tiers, received),
        assigned: Vec::new(),
        merged_into: None,
        ended_at: None,
        record,
    };
    case.created(&call)
}

/// 接警 is when the district heard of it: an app's call when the hub did, one by telephone when the desk or 110 did.
/// A phone alone has not received anything.
fn received(case: &Case<'_>, record: &CallRecord) -> Option<Moment> {
    let hub = case.context.received_at?;
    Some(match (record.source, record.told_at, case.operation.clock_offset_ms) {
        (CallSource::Dial110, Some(told), _) => Moment::of(case, None).told_before(told),
        (CallSource::Dial110, None, Some(_)) => Moment::of(case, None),
        // A clock that nobody held against the hub's may be wrong by years: no escalation runs by it.
        (CallSource::Dial110, None, None) => Moment { at: hub, ..Moment::of(case, None) },
        (CallSource::App | CallSource::Clue, ..) => Moment::of_hub(hub),
    })
}

fn tiers(case: &Case<'_>, record: &CallRecord, severity: Severity) -> Vec<super::response::TierClock> {
    match &case.site {
        Some(site) if record.source != CallSource::Clue => site.response.tiers_for(record.zone.as_deref(), severity),
        _ => Vec::new(),
    }
}

fn check_zone(case: &Case<'_>, zone: Option<&str>) -> Judgement<()> {
    match zone {
        Some(zone) => case.reference::<Zone>(DocumentKind::Zone, zone, "zone").map(drop),
        None => Ok(()),
    }
}

fn advance(mut case: Case<'_>, step: CallMove, event: CallEvent) -> Judgement {
    let (document, before): (_, Call) = case.existing()?;
    authorise(&mut case, &before, step)?;
    let Some(state) = next(CallState::TRANSITIONS, before.state, step) else {
        return case.illegal(&document, &before);
    };
    let mut after = Call { state, ..before.clone() };
    let (mut writes, mut words, mut number) = (Vec::new(), None, None);
    match event {
        CallEvent::Raise(_) | CallEvent::Handle {} => {}
        CallEvent::Triage { severity, category, zone } => {
            check_zone(&case, zone.as_deref())?;
            after.severity = severity;
            after.record.category = category.unwrap_or(before.record.category);
            after.record.zone = zone.or(after.record.zone);
            after.response.retier(tiers(&case, &after.record, severity));
        }
        CallEvent::Dispatch { responders } => writes = send(&case, &mut after, &responders)?,
        CallEvent::Muster { zone } => {
            check_zone(&case, zone.as_deref())?;
            let on_duty = case.context.world.on_duty(zone.as_deref(), case.at).map_err(Stop::World)?;
            if on_duty.is_empty() && case.is_hub() {
                return Err(Error::field(Code::Missing, "zone", "nobody is on duty").into());
            }
            let everyone: Vec<_> = on_duty.into_iter().map(|person| Responder::Person { person }).collect();
            writes = send(&case, &mut after, &everyone)?;
        }
        CallEvent::Close { note, referral } => {
            if before.state == CallState::Triaged && referral.is_none() {
                return Err(Error::field(Code::Missing, "referral", "where nobody was sent, the case goes on elsewhere").into());
            }
            (words, number) = (note, referral);
        }
        CallEvent::Cancel { reason } | CallEvent::Unfounded { reason } | CallEvent::Reopen { reason } => words = Some(reason),
        CallEvent::Merge { into } => {
            check_target(&case, &before, &into)?;
            after.merged_into = Some(into);
        }
    }
    after.ended_at = (!state.is_open()).then_some(case.at);
    if !state.is_open() {
        writes = assignment::release_all(&case, &after, words.as_deref())?;
    }
    writes.extend(call_file::note(&case, step, words, number)?);
    let mut outcome = case.changed(&document, &before, &after)?;
    outcome.writes.extend(writes);
    Ok(outcome)
}

fn authorise(case: &mut Case<'_>, call: &Call, step: CallMove) -> Judgement<()> {
    match step {
        // Whoever is there says that they are at work.
        CallMove::Handle if call.is_assigned_to(case.actor()) => Ok(()),
        // A tourist has no account: the phone that called is what may say that no help is needed any more.
        CallMove::Cancel if call.device == case.operation.device => Ok(()),
        _ if call.record.exercise => case.authorise(DRILL_DESK),
        _ => case.authorise(DESK),
    }
}

/// Sends whoever is not on the way already. On a phone nobody is reached by it: the assignments are the hub's to make.
fn send(case: &Case<'_>, call: &mut Call, responders: &[Responder]) -> Judgement<Vec<Write>> {
    let (assigned, writes) = assignment::offer(case, call, responders)?;
    if assigned.is_empty() && case.is_hub() {
        return Err(Error::field(Code::Exists, "responders", "all of them are assigned").into());
    }
    call.assigned.extend(assigned);
    let moment = Moment::of(case, call.response.received.as_ref());
    call.response.dispatch(moment);
    Ok(writes)
}

/// The call that goes on has to be another one that is still open, a drill's a drill.
fn check_target(case: &Case<'_>, call: &Call, into: &str) -> Judgement<()> {
    if into == case.operation.entity {
        return Err(Error::field(Code::UnknownReference, "into", "another call").into());
    }
    let found = case.document(into)?;
    match found.as_ref().and_then(parse::<Call>) {
        Some(target) if target.state.is_open() && target.record.exercise == call.record.exercise => Ok(()),
        Some(_) => Err(Error::field(Code::StateRefused, "into", "an open call, a drill's a drill").into()),
        None if found.is_none() && case.is_hub() => Err(Stop::Verdict(Verdict::Held { until: Until::Entity(into.to_owned()) })),
        None if found.is_none() && !case.context.world.is_complete() => Ok(()),
        None => Err(Error::field(Code::UnknownReference, "into", "no such call").into()),
    }
}
