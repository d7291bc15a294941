//! Shifts: a person on duty at a zone or post for a window. A person's shifts do not overlap.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, next, parse, staff};
use super::due::{Tick, Timed};
use super::{Bucket, Document, DocumentKind, DutyPost, Kind, Person, Role, Settings, Text, Zone};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// The bodies of a shift's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ShiftEvent {
    /// [`super::Kind::ShiftPlan`]
    Plan {
        /// Who.
        person: String,
        /// In which zone; a post's own zone where there is a post.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<String>,
        /// At which post.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        post: Option<String>,
        /// From when, UTC ms.
        from: i64,
        /// Until when, UTC ms; at most 24 hours later.
        to: i64,
    },
    /// [`super::Kind::ShiftStart`]: of a planned shift with no field at all, of one that nobody planned with a place and
    /// how long it will last. A length, and no time: the phone's clock may be wrong, and the hub sets the start right.
    Start {
        /// In which zone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<String>,
        /// At which post.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        post: Option<String>,
        /// How long, in minutes; 1 to 1,440.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
    },
    /// [`super::Kind::ShiftEnd`]
    End {
        /// What there is to say; at most 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`super::Kind::ShiftCancel`]
    Cancel {
        /// Why; 1 to 500 characters.
        reason: String,
    },
}

/// Where a shift stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftState {
    /// Somebody will come.
    Planned,
    /// Somebody is there.
    Active,
    /// It is over.
    Ended,
    /// Nobody came.
    NoShow,
    /// It was called off.
    Cancelled,
}

/// What moves a shift on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShiftMove {
    /// Somebody comes.
    Start,
    /// Somebody goes.
    End,
    /// It is called off.
    Cancel,
    /// The hub's clock says that nobody came.
    NoShow,
}

impl ShiftState {
    /// Every step that a shift can take. A phone that had no network may show later that somebody did come.
    pub const TRANSITIONS: &'static [(Self, ShiftMove, Self)] = &[
        (Self::Planned, ShiftMove::Start, Self::Active),
        (Self::Planned, ShiftMove::Cancel, Self::Cancelled),
        (Self::Planned, ShiftMove::NoShow, Self::NoShow),
        (Self::NoShow, ShiftMove::Start, Self::Active),
        (Self::Active, ShiftMove::End, Self::Ended),
    ];
}

/// A shift as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Who.
    pub person: String,
    /// In which zone; empty where the phone does not know it yet.
    pub zone: String,
    /// At which post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// From when, UTC ms.
    pub from: i64,
    /// Until when, UTC ms.
    pub to: i64,
    /// Where it stands.
    pub state: ShiftState,
    /// With which device it was written down.
    pub device: DeviceId,
    /// The operation that wrote it down.
    pub operation: Uuid,
    /// Its own time, UTC ms: the beginning of its window.
    pub at: i64,
    /// Who planned it; absent where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_by: Option<String>,
    /// When somebody came, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When they went, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// When the hub's clock said that nobody had come, UTC ms. It stays where somebody had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_show_at: Option<i64>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who plans shifts.
const PLANNERS: &[Role] = &[Role::Desk, Role::Commander];
/// Who comes on duty.
const ON_DUTY: &[Role] = Role::SERVING;

impl ShiftEvent {
    /// The operation's kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Plan { .. } => Kind::ShiftPlan,
            Self::Start { .. } => Kind::ShiftStart,
            Self::End { .. } => Kind::ShiftEnd,
            Self::Cancel { .. } => Kind::ShiftCancel,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// [`Code::Missing`] at `zone` or `minutes`; [`Code::TimeOrder`] or [`Code::OutOfRange`] at `to`;
    /// [`Code::OutOfRange`] at `minutes`; a text's code at `note` or `reason`.
    pub fn normalised(self) -> Result<Self> {
        Ok(match self {
            Self::Plan { person, zone, post, from, to } => {
                let (zone, post) = place(zone.as_deref(), post.as_deref())?;
                if to <= from {
                    return Err(Error::field(Code::TimeOrder, "to", "after from"));
                }
                if to.saturating_sub(from) > Shift::MAX_MS {
                    return Err(Error::field(Code::OutOfRange, "to", "at most 24 hours after from"));
                }
                Self::Plan { person: Text::required("person", &person, 64)?.into_string(), zone, post, from, to }
            }
            Self::Start { zone: None, post: None, minutes: None } => self,
            Self::Start { zone, post, minutes } => {
                let (zone, post) = place(zone.as_deref(), post.as_deref())?;
                match minutes {
                    None => return Err(Error::field(Code::Missing, "minutes", "a shift that nobody planned says how long it lasts")),
                    Some(1..=1440) => Self::Start { zone, post, minutes },
                    Some(_) => return Err(Error::field(Code::OutOfRange, "minutes", "1 to 1,440")),
                }
            }
            Self::End { note } => Self::End { note: Text::optional_lines("note", note.as_deref(), 500)?.map(Text::into_string) },
            Self::Cancel { reason } => Self::Cancel { reason: Text::required_lines("reason", &reason, 500)?.into_string() },
        })
    }
}

/// A zone, a post, or both.
fn place(zone: Option<&str>, post: Option<&str>) -> Result<(Option<String>, Option<String>)> {
    let zone = Text::optional("zone", zone, 64)?.map(Text::into_string);
    let post = Text::optional("post", post, 64)?.map(Text::into_string);
    if zone.is_none() && post.is_none() {
        return Err(Error::field(Code::Missing, "zone", "a zone or a post"));
    }
    Ok((zone, post))
}

impl Shift {
    /// The longest that a shift may last, ms: whoever looks for those around a time looks no further.
    pub const MAX_MS: i64 = 24 * 3_600_000;

    /// A planned shift of this operation, at no place yet.
    fn new(case: &Case<'_>, person: String, (from, to): (i64, i64)) -> Self {
        Self {
            person,
            zone: String::new(),
            post: None,
            from,
            to,
            state: ShiftState::Planned,
            device: case.operation.device,
            operation: case.operation.id,
            at: from,
            planned_by: None,
            started_at: None,
            ended_at: None,
            no_show_at: None,
            note: None,
        }
    }

    /// The part of its window that it takes up, which no other shift of the person may: none where nobody came or it was
    /// called off, and no more of it than was worked where it ended early. Coming early and staying late are written
    /// down, but move no window.
    #[must_use]
    pub fn occupies(&self) -> Option<(i64, i64)> {
        let to = match self.state {
            ShiftState::NoShow | ShiftState::Cancelled => return None,
            ShiftState::Ended => self.ended_at.map_or(self.to, |ended| ended.min(self.to)),
            ShiftState::Planned | ShiftState::Active => self.to,
        };
        (self.from < to).then_some((self.from, to))
    }

    /// Whether the person was on duty at that time (UTC ms). One that nobody ended is over a day after it began.
    #[must_use]
    pub fn is_running(&self, at: i64) -> bool {
        let Some(started) = self.started_at else { return false };
        started <= at && self.ended_at.map_or(at < started.saturating_add(Self::MAX_MS), |ended| at <= ended)
    }

    /// Whether the person was on duty at that time (UTC ms) in that zone, or anywhere where none is given.
    #[must_use]
    pub fn is_on(&self, zone: Option<&str>, at: i64) -> bool {
        self.is_running(at) && zone.is_none_or(|zone| self.zone == zone)
    }
}

impl Timed for Shift {
    fn deadline(&self, settings: &Settings) -> Option<i64> {
        let grace = i64::from(settings.no_show_after_min) * 60_000;
        (self.state == ShiftState::Planned).then(|| self.from.saturating_add(grace).min(self.to))
    }

    /// Nobody came.
    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        if let Some(state) = next(ShiftState::TRANSITIONS, self.state, ShiftMove::NoShow) {
            (self.state, self.no_show_at) = (state, Some(tick.now));
        }
        Ok(())
    }
}

impl Noun for Shift {
    const KIND: DocumentKind = DocumentKind::Shift;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_duty(std::slice::from_ref(&self.zone), staff(&self.person), self.device)
    }

    fn person(&self) -> Option<String> {
        Some(self.person.clone())
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: ShiftEvent) -> Judgement {
    let by = match &event {
        ShiftEvent::Plan { .. } => return plan(case, event),
        ShiftEvent::Start { minutes: Some(minutes), zone, post } => {
            let (zone, post, minutes) = (zone.clone(), post.clone(), *minutes);
            return start_unplanned(case, zone, post, minutes);
        }
        ShiftEvent::Start { .. } => ShiftMove::Start,
        ShiftEvent::End { .. } => ShiftMove::End,
        ShiftEvent::Cancel { .. } => ShiftMove::Cancel,
    };
    case.authorise(if by == ShiftMove::Cancel { PLANNERS } else { ON_DUTY })?;
    let (document, before): (_, Shift) = case.existing()?;
    if by != ShiftMove::Cancel && !case.is_author(&before.person) {
        return Err(Error::new(Code::NotPermitted, "nobody comes or goes for another").into());
    }
    let Some(state) = next(ShiftState::TRANSITIONS, before.state, by) else {
        return case.illegal(&document, &before);
    };
    let mut after = Shift { state, ..before.clone() };
    match event {
        ShiftEvent::Start { .. } => {
            if let Some(other) = in_the_way(&case, &before)? {
                return refused(case, &other);
            }
            after.started_at = Some(case.at);
        }
        // A clock that was set right in between must not lose the end.
        ShiftEvent::End { note } => {
            after.ended_at = Some(case.at.max(before.started_at.unwrap_or(case.at)));
            after.note = note;
        }
        ShiftEvent::Cancel { reason } => after.note = Some(reason),
        ShiftEvent::Plan { .. } => {}
    }
    case.changed(&document, &before, &after)
}

fn plan(mut case: Case<'_>, event: ShiftEvent) -> Judgement {
    let ShiftEvent::Plan { person, zone, post, from, to } = event else { return Err(Error::internal("no plan").into()) };
    case.authorise(PLANNERS)?;
    case.must_be_new()?;
    let entry: Option<Person> = case.reference(DocumentKind::Person, &person, "person")?;
    if entry.is_some_and(|entry| !entry.serves(from)) {
        return Err(Error::field(Code::UnknownReference, "person", "does not serve then").into());
    }
    let planned_by = Some(case.actor().to_owned());
    let shift = Shift { planned_by, ..Shift::new(&case, person, (from, to)) };
    created(case, shift, zone, post)
}

fn start_unplanned(mut case: Case<'_>, zone: Option<String>, post: Option<String>, minutes: u32) -> Judgement {
    case.authorise(ON_DUTY)?;
    case.must_be_new()?;
    let window = (case.at, case.at.saturating_add(i64::from(minutes) * 60_000));
    let planned = Shift::new(&case, case.actor().to_owned(), window);
    let shift = Shift { state: ShiftState::Active, started_at: Some(case.at), ..planned };
    created(case, shift, zone, post)
}

/// Puts a new shift at its place, where nothing stands in the way.
fn created(case: Case<'_>, mut shift: Shift, zone: Option<String>, post: Option<String>) -> Judgement {
    shift.zone = zone.unwrap_or_default();
    if !shift.zone.is_empty() {
        case.reference::<Zone>(DocumentKind::Zone, &shift.zone, "zone")?;
    }
    if let Some(id) = post {
        if let Some(post) = case.reference::<DutyPost>(DocumentKind::DutyPost, &id, "post")? {
            if post.retired_at.is_some_and(|retired| retired <= shift.from) {
                return Err(Error::field(Code::UnknownReference, "post", "the post is given up").into());
            }
            shift.zone = post.zone;
        }
        shift.post = Some(id);
    }
    match in_the_way(&case, &shift)? {
        Some(other) => refused(case, &other),
        None => case.created(&shift),
    }
}

/// The first other shift of the person that takes up a part of this one's window, or is still running.
///
/// It looks no further than shifts can reach from where this one begins.
fn in_the_way(case: &Case<'_>, shift: &Shift) -> Judgement<Option<(Document, Shift)>> {
    let window = Shift { state: ShiftState::Active, ..shift.clone() }.occupies();
    let is_start = shift.state == ShiftState::Active || case.operation.kind == Kind::ShiftStart.as_str();
    let (from, to) = (shift.from.min(case.at), shift.to.max(case.at));
    let around = case.context.world.duties_of(DocumentKind::Shift, &shift.person, from - 2 * Shift::MAX_MS, to + Shift::MAX_MS);
    let others = around.map_err(Stop::World)?.into_iter().filter(|document| document.id != case.operation.entity);
    let mut found: Vec<_> = others.filter_map(|document| Some((parse::<Shift>(&document)?, document))).collect();
    found.sort_by(|(a, x), (b, y)| (a.from, &x.id).cmp(&(b.from, &y.id)));
    let clash = found.into_iter().find(|(other, _)| {
        let overlaps = match (window, other.occupies()) {
            (Some((from, to)), Some((start, end))) => start < to && from < end,
            _ => false,
        };
        let still_there = is_start && other.state == ShiftState::Active && case.at < other.to && other.is_running(case.at);
        overlaps || still_there
    });
    Ok(clash.map(|(other, document)| (document, other)))
}

/// A conflict, shown at the shift that stands, where that one was written after what the author had seen; refused where not.
fn refused(case: Case<'_>, (document, other): &(Document, Shift)) -> Judgement {
    let operation = case.operation;
    let winner = case.context.world.overtaken_by(&document.id, operation.seen, &operation.device).map_err(Stop::World)?;
    let Some(winner) = winner else {
        return Err(Error::field(Code::ShiftOverlap, "from", "another shift of this person is then").into());
    };
    Ok(case.lost_to(document, other, Code::ShiftOverlap, winner))
}

impl Case<'_> {
    /// The author's shift that ran from `from` to `to` (UTC ms): the one that began last.
    pub(super) fn shift_over(&self, from: i64, to: i64) -> Judgement<Option<String>> {
        let around = self.duties_around(DocumentKind::Shift, from)?;
        let running = around.into_iter().filter_map(|document| Some((parse::<Shift>(&document)?, document.id)));
        let best = running.filter(|(shift, _)| shift.is_running(from) && shift.is_running(to));
        Ok(best.max_by(|(a, x), (b, y)| (a.started_at, x).cmp(&(b.started_at, y))).map(|(_, id)| id))
    }

    /// The author's shifts or tours that may have been running at a time (UTC ms): windows are a day long at most, and
    /// nobody comes more than a day early or stays for longer than one.
    pub(super) fn duties_around(&self, kind: DocumentKind, at: i64) -> Judgement<Vec<Document>> {
        let (from, to) = (at.saturating_sub(2 * Shift::MAX_MS), at.saturating_add(Shift::MAX_MS));
        self.context.world.duties_of(kind, self.actor(), from, to).map_err(Stop::World)
    }
}
