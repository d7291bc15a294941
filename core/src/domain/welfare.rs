//! Welfare timers: somebody goes where it may be dangerous, and is asked after when they do not come back in time.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::apply::Write;
use super::call_record::is_false;
use super::case::{Case, Judgement, Noun, created_write, next, parse, staff};
use super::due::{Tick, Timed};
use super::{Bucket, DocumentKind, Kind, Role, Settings, Text};
use crate::log::{DeviceId, Digest, Fix};
use crate::{Code, Error, Result};

/// The bodies of a timer's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum WelfareEvent {
    /// [`Kind::WelfareArm`]
    Arm {
        /// For how long, in seconds; 60 to 86,400.
        duration_s: u32,
        /// What they are up to; at most 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// The digest of the code that ends it (see [`welfare_code`]).
        code: Digest,
        /// The digest of the code that seems to end it, and alarms the desk.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duress: Option<Digest>,
    },
    /// [`Kind::WelfareCancel`]
    Cancel {
        /// The digest of the code that was typed.
        code: Digest,
    },
    /// [`Kind::WelfareAcknowledge`]
    Acknowledge {},
    /// [`Kind::WelfareResolve`]
    Resolve {
        /// What came of it; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::WelfareFalseAlarm`]
    FalseAlarm {
        /// Why; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// The digest under which a timer knows a code: it is another one for each timer.
#[must_use]
pub fn welfare_code(timer: &str, code: &str) -> Digest {
    Digest::of(format!("liuye-welfare-1\n{timer}\n{}", code.trim()).as_bytes())
}

/// Where a timer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WelfareState {
    /// It runs.
    Armed,
    /// Its time is over: they are asked whether they are well.
    Prompted,
    /// They did not say so, or were made to.
    Alarmed,
    /// The desk sees to it.
    Acknowledged,
    /// They are well.
    Resolved,
    /// They were all the time.
    FalseAlarm,
}

/// What moves a timer on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WelfareMove {
    /// Its time is over, by the hub's clock.
    Prompt,
    /// The time to answer is over, by the hub's clock.
    Alarm,
    /// They say that they are well.
    Cancel,
    /// The desk sees to it.
    Acknowledge,
    /// The desk knows that they are well.
    Resolve,
    /// The desk knows that they were all the time.
    FalseAlarm,
}

impl WelfareState {
    /// Every step that a timer can take.
    pub const TRANSITIONS: &'static [(Self, WelfareMove, Self)] = &[
        (Self::Armed, WelfareMove::Prompt, Self::Prompted),
        (Self::Armed, WelfareMove::Cancel, Self::Resolved),
        (Self::Prompted, WelfareMove::Alarm, Self::Alarmed),
        (Self::Prompted, WelfareMove::Cancel, Self::Resolved),
        (Self::Alarmed, WelfareMove::Acknowledge, Self::Acknowledged),
        (Self::Acknowledged, WelfareMove::Resolve, Self::Resolved),
        (Self::Acknowledged, WelfareMove::FalseAlarm, Self::FalseAlarm),
    ];
}

/// A timer as its holder and the desk see it. What a duress code calls up is a second one, which the desk alone sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WelfareTimer {
    /// Whose it is.
    pub person: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that began it.
    pub operation: Uuid,
    /// Where it stands.
    pub state: WelfareState,
    /// When it began, UTC ms.
    pub at: i64,
    /// When they are asked, UTC ms.
    pub due_at: i64,
    /// How long they have to answer, in seconds.
    pub grace_s: u32,
    /// When they were asked, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompted_at: Option<i64>,
    /// When the desk was alarmed, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarmed_at: Option<i64>,
    /// Whether somebody made them say that they are well.
    #[serde(default, skip_serializing_if = "is_false")]
    pub duress: bool,
    /// What they are up to, or what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// When it ended, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// Where they were last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// What only the timer's own phone and the hub know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct WelfareCodes {
    device: DeviceId,
    at: i64,
    code: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duress: Option<Digest>,
}

const HOLDERS: &[Role] = Role::SERVING;
const DESK: &[Role] = &[Role::Desk];

impl WelfareEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Arm { .. } => Kind::WelfareArm,
            Self::Cancel { .. } => Kind::WelfareCancel,
            Self::Acknowledge {} => Kind::WelfareAcknowledge,
            Self::Resolve { .. } => Kind::WelfareResolve,
            Self::FalseAlarm { .. } => Kind::WelfareFalseAlarm,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `duration_s`; [`Code::DuplicateId`] at `duress` where both codes are one; a text's code at `note`.
    pub fn normalised(self) -> Result<Self> {
        let note = |note: Option<String>, max| Ok::<_, Error>(Text::optional_lines("note", note.as_deref(), max)?.map(Text::into_string));
        Ok(match self {
            Self::Arm { duration_s, .. } if !(60..=86_400).contains(&duration_s) => {
                return Err(Error::field(Code::OutOfRange, "duration_s", "60 to 86,400 seconds"));
            }
            Self::Arm { code, duress: Some(duress), .. } if code == duress => {
                return Err(Error::field(Code::DuplicateId, "duress", "another code than the one that ends the timer"));
            }
            Self::Arm { duration_s, note: text, code, duress } => Self::Arm { duration_s, note: note(text, 500)?, code, duress },
            Self::Resolve { note: text } => Self::Resolve { note: note(text, 1000)? },
            Self::FalseAlarm { note: text } => Self::FalseAlarm { note: note(text, 1000)? },
            plain => plain,
        })
    }
}

impl Noun for WelfareTimer {
    const KIND: DocumentKind = DocumentKind::WelfareTimer;

    fn buckets(&self) -> Vec<Bucket> {
        if self.duress { Bucket::of_desk() } else { Bucket::of_welfare(staff(&self.person), self.device) }
    }

    fn person(&self) -> Option<String> {
        staff(&self.person)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Noun for WelfareCodes {
    const KIND: DocumentKind = DocumentKind::WelfareCodes;

    fn buckets(&self) -> Vec<Bucket> {
        vec![Bucket::Device(self.device)]
    }

    fn person(&self) -> Option<String> {
        None
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl WelfareTimer {
    fn take(&mut self, step: WelfareMove) -> bool {
        next(WelfareState::TRANSITIONS, self.state, step).map(|state| self.state = state).is_some()
    }

    /// When the time to answer is over, UTC ms.
    fn alarm_at(&self) -> Option<i64> {
        Some(self.prompted_at?.saturating_add(i64::from(self.grace_s) * 1000))
    }
}

impl Timed for WelfareTimer {
    fn deadline(&self, _: &Settings) -> Option<i64> {
        match self.state {
            WelfareState::Armed => Some(self.due_at),
            WelfareState::Prompted => self.alarm_at(),
            _ => None,
        }
    }

    /// One step at a time: whoever is asked has their time to answer, however late the hub comes to ask.
    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        if self.take(WelfareMove::Prompt) {
            self.prompted_at = Some(tick.now);
        } else if self.take(WelfareMove::Alarm) {
            self.alarmed_at = Some(tick.now);
        }
        Ok(())
    }
}

fn codes_id(timer: &str) -> String {
    format!("{timer}.codes")
}

pub(super) fn apply(case: Case<'_>, event: WelfareEvent) -> Judgement {
    match event {
        WelfareEvent::Arm { duration_s, note, code, duress } => arm(case, duration_s, note, code, duress),
        WelfareEvent::Cancel { code } => cancel(case, code),
        WelfareEvent::Acknowledge {} => answer(case, WelfareMove::Acknowledge, None),
        WelfareEvent::Resolve { note } => answer(case, WelfareMove::Resolve, note),
        WelfareEvent::FalseAlarm { note } => answer(case, WelfareMove::FalseAlarm, note),
    }
}

fn arm(mut case: Case<'_>, duration_s: u32, note: Option<String>, code: Digest, duress: Option<Digest>) -> Judgement {
    case.authorise(HOLDERS)?;
    case.must_be_new()?;
    let operation = case.operation;
    // A clock that nobody held against the hub's may be wrong by years: then the time runs from when the hub heard of it.
    let began = match operation.clock_offset_ms {
        Some(_) => case.at,
        None => case.context.received_at.unwrap_or(case.at),
    };
    let timer = WelfareTimer {
        person: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        state: WelfareState::Armed,
        at: case.at,
        due_at: began.saturating_add(i64::from(duration_s) * 1000),
        grace_s: case.settings.welfare_grace_s,
        prompted_at: None,
        alarmed_at: None,
        duress: false,
        note,
        acknowledged_by: None,
        ended_at: None,
        fix: operation.fix,
    };
    let codes = WelfareCodes { device: operation.device, at: case.at, code, duress };
    let codes = created_write(&codes_id(&operation.entity), &codes)?;
    let mut outcome = case.created(&timer)?;
    outcome.writes.push(codes);
    Ok(outcome)
}

fn cancel(mut case: Case<'_>, code: Digest) -> Judgement {
    let (document, before): (_, WelfareTimer) = case.existing()?;
    if before.device != case.operation.device && before.person != case.actor() {
        return Err(Error::new(Code::NotPermitted, "not their timer").into());
    }
    case.authorise(HOLDERS)?;
    // Another phone of the same person does not have the codes: the hub knows.
    let codes: Option<WelfareCodes> = case.document(&codes_id(&case.operation.entity))?.as_ref().and_then(parse);
    let is_duress = codes.as_ref().is_some_and(|codes| codes.duress == Some(code));
    if !is_duress && codes.is_some_and(|codes| codes.code != code) {
        return Err(Error::field(Code::Malformed, "code", "not the code that was given when it began").into());
    }
    // Whatever became of the timer meanwhile: the desk has to know. The phone writes and shows what it would for the other code.
    let alarm = if is_duress && case.is_hub() { duress_alarm(&case, &before)? } else { None };
    let mut after = before.clone();
    let mut outcome = if after.take(WelfareMove::Cancel) {
        after.ended_at = Some(case.at);
        after.fix = case.operation.fix.or(before.fix);
        case.changed(&document, &before, &after)?
    } else {
        case.illegal(&document, &before)?
    };
    outcome.writes.extend(alarm);
    Ok(outcome)
}

/// A timer of the desk's own that is alarmed from the start; none where there is one.
fn duress_alarm(case: &Case<'_>, timer: &WelfareTimer) -> Judgement<Option<Write>> {
    let id = format!("{}.duress", case.operation.entity);
    if case.document(&id)?.is_some() {
        return Ok(None);
    }
    let alarm = WelfareTimer {
        state: WelfareState::Alarmed,
        operation: case.operation.id,
        at: case.at,
        prompted_at: None,
        alarmed_at: case.context.received_at,
        duress: true,
        acknowledged_by: None,
        ended_at: None,
        fix: case.operation.fix.or(timer.fix),
        ..timer.clone()
    };
    created_write(&id, &alarm).map(Some)
}

fn answer(mut case: Case<'_>, step: WelfareMove, note: Option<String>) -> Judgement {
    case.authorise(DESK)?;
    let (document, before): (_, WelfareTimer) = case.existing()?;
    let mut after = before.clone();
    if !after.take(step) {
        return case.illegal(&document, &before);
    }
    match step {
        WelfareMove::Acknowledge => after.acknowledged_by = Some(case.actor().to_owned()),
        _ => after.ended_at = Some(case.at),
    }
    after.note = note.or(after.note);
    case.changed(&document, &before, &after)
}
