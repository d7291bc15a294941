//! Tours: a walk of a route within a window, shown by check-ins.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, next, staff};
use super::due::{Tick, Timed};
use super::{Bucket, CheckInVerdict, Checkpoint, DocumentKind, Kind, Person, Role, Route, Settings, Text, Until, Verdict, Visit};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// The bodies of a tour's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TourEvent {
    /// [`super::Kind::TourSchedule`]
    Schedule {
        /// Which route.
        route: String,
        /// Who walks it.
        person: String,
        /// From when, UTC ms.
        from: i64,
        /// Until when, UTC ms; the route's grace comes on top.
        to: i64,
    },
    /// [`super::Kind::TourStart`]
    Start {},
    /// [`super::Kind::TourFinish`]
    Finish {
        /// What there is to say; at most 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// Where a tour stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TourState {
    /// It is to be walked.
    Scheduled,
    /// It is being walked.
    InProgress,
    /// Every checkpoint was visited.
    Completed,
    /// Some were not.
    Incomplete,
    /// The hub's clock says that nobody walked it.
    Missed,
    /// Every checkpoint was visited, but the evidence came after the alert.
    CompletedLate,
}

/// What moves a tour on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TourMove {
    /// The walk begins.
    Start,
    /// It is over, with every checkpoint visited.
    Complete,
    /// It is over, with some not visited.
    BreakOff,
    /// The hub's clock says that nobody began.
    Miss,
}

impl TourState {
    /// Every step that a tour can take. From [`Self::Missed`] on, and where the clock ended the walk, they are late
    /// evidence: of a tour that its walker finished there is none.
    pub const TRANSITIONS: &'static [(Self, TourMove, Self)] = &[
        (Self::Scheduled, TourMove::Start, Self::InProgress),
        (Self::Scheduled, TourMove::Miss, Self::Missed),
        (Self::InProgress, TourMove::Complete, Self::Completed),
        (Self::InProgress, TourMove::BreakOff, Self::Incomplete),
        (Self::Missed, TourMove::Start, Self::Missed),
        (Self::Missed, TourMove::Complete, Self::CompletedLate),
        (Self::Missed, TourMove::BreakOff, Self::Missed),
        (Self::Incomplete, TourMove::Complete, Self::CompletedLate),
        (Self::Incomplete, TourMove::BreakOff, Self::Incomplete),
        (Self::Completed, TourMove::Complete, Self::Completed),
    ];
}

/// A visit that counts for a tour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TourVisit {
    /// The checkpoint.
    pub checkpoint: String,
    /// The check-in's operation.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
}

/// How far a tour has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TourProgress {
    /// What was visited, in its order.
    pub visits: Vec<TourVisit>,
    /// The checkpoints that were not, in the route's order.
    pub missing: Vec<String>,
    /// How many of the visits somebody should look at.
    pub doubtful: u32,
}

/// A tour as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tour {
    /// The route.
    pub route: String,
    /// Its checkpoints when the tour was scheduled: a later edition of the route changes no walk.
    pub checkpoints: Vec<String>,
    /// Whether they are visited in this order.
    pub ordered: bool,
    /// The zones that it leads through.
    pub zones: Vec<String>,
    /// Who walks.
    pub person: String,
    /// From when, UTC ms.
    pub from: i64,
    /// Until when, UTC ms.
    pub to: i64,
    /// How much later a visit may be, in minutes.
    pub grace_min: u32,
    /// Where it stands.
    pub state: TourState,
    /// With which device it was written down.
    pub device: DeviceId,
    /// The operation that wrote it down.
    pub operation: Uuid,
    /// Its own time, UTC ms: the beginning of its window.
    pub at: i64,
    /// Who scheduled it.
    pub scheduled_by: String,
    /// When the walk began, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When its walker said that it was over, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<i64>,
    /// When the hub's clock ended it, UTC ms: the alert that went out stays on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapsed_at: Option<i64>,
    /// What was visited, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<TourProgress>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who schedules tours.
const PLANNERS: &[Role] = &[Role::Desk, Role::Commander];
/// Who walks them.
const PATROLS: &[Role] = Role::PATROLLING;

impl TourEvent {
    /// The operation's kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Schedule { .. } => Kind::TourSchedule,
            Self::Start {} => Kind::TourStart,
            Self::Finish { .. } => Kind::TourFinish,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// [`Code::TimeOrder`] or [`Code::OutOfRange`] at `to`; a text's code at `route`, `person` or `note`.
    pub fn normalised(self) -> Result<Self> {
        Ok(match self {
            Self::Schedule { route, person, from, to } => {
                if to <= from {
                    return Err(Error::field(Code::TimeOrder, "to", "after from"));
                }
                if to.saturating_sub(from) > Tour::MAX_MS {
                    return Err(Error::field(Code::OutOfRange, "to", "at most 24 hours after from"));
                }
                let route = Text::required("route", &route, 64)?.into_string();
                Self::Schedule { route, person: Text::required("person", &person, 64)?.into_string(), from, to }
            }
            Self::Start {} => Self::Start {},
            Self::Finish { note } => Self::Finish { note: Text::optional_lines("note", note.as_deref(), 500)?.map(Text::into_string) },
        })
    }
}

impl Tour {
    /// The longest window, ms, and the longest walk: whoever looks for tours around a time looks no further.
    pub const MAX_MS: i64 = 24 * 3_600_000;

    /// The last moment at which a visit counts, UTC ms.
    #[must_use]
    pub fn late_until(&self) -> i64 {
        self.to.saturating_add(i64::from(self.grace_min) * 60_000)
    }

    /// Whether a check-in of the walker there and then (UTC ms) belongs to this walk.
    #[must_use]
    pub fn takes(&self, checkpoint: &str, at: i64) -> bool {
        let Some(started) = self.started_at else { return false };
        let until = self.finished_at.unwrap_or(started.saturating_add(Self::MAX_MS));
        started <= at && at <= until && self.checkpoints.iter().any(|id| id == checkpoint)
    }

    /// How far it has come by these visits of its walker, in any order: those that belong to the tour (`id`), lie in its
    /// window with its grace, and were not rejected. Of an ordered route, a checkpoint counts once those before it were visited.
    #[must_use]
    pub fn progress(&self, id: &str, visits: &[Visit]) -> TourProgress {
        let window = self.from..=self.late_until();
        let counts = |visit: &&Visit| {
            visit.tour.as_deref() == Some(id) && window.contains(&visit.at) && visit.verdict != Some(CheckInVerdict::Rejected)
        };
        let mut mine: Vec<_> = visits.iter().filter(counts).collect();
        mine.sort_by_key(|visit| (visit.at, visit.operation));
        let mut progress = TourProgress { visits: Vec::new(), missing: self.checkpoints.clone(), doubtful: 0 };
        for visit in mine {
            let reach = if self.ordered { 1 } else { progress.missing.len() };
            let found = progress.missing.iter().take(reach).position(|id| *id == visit.checkpoint);
            if let Some(index) = found {
                progress.missing.remove(index);
                progress.doubtful += u32::from(visit.verdict == Some(CheckInVerdict::Flagged));
                let checkpoint = visit.checkpoint.clone();
                progress.visits.push(TourVisit { checkpoint, operation: visit.operation, at: visit.at });
            }
        }
        progress
    }

    /// Where its visits lie at most, UTC ms.
    #[must_use]
    pub fn span(&self) -> (i64, i64) {
        (self.from, self.late_until())
    }
}

impl Timed for Tour {
    fn deadline(&self, _: &Settings) -> Option<i64> {
        matches!(self.state, TourState::Scheduled | TourState::InProgress).then(|| self.late_until().saturating_add(1))
    }

    /// Its window and grace have passed: it is missed where nobody began, else what its visits show.
    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        let (from, to) = self.span();
        let progress = self.progress(tick.id, &tick.world.visits_of(&self.person, from, to)?);
        let by = match self.state {
            TourState::Scheduled => TourMove::Miss,
            _ if progress.missing.is_empty() => TourMove::Complete,
            _ => TourMove::BreakOff,
        };
        if let Some(state) = next(TourState::TRANSITIONS, self.state, by) {
            (self.state, self.lapsed_at) = (state, Some(tick.now));
            self.progress = self.started_at.map(|_| progress);
        }
        Ok(())
    }
}

impl Noun for Tour {
    const KIND: DocumentKind = DocumentKind::Tour;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_duty(&self.zones, staff(&self.person), self.device)
    }

    fn person(&self) -> Option<String> {
        Some(self.person.clone())
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: TourEvent) -> Judgement {
    if let TourEvent::Schedule { route, person, from, to } = event {
        return schedule(case, route, person, (from, to));
    }
    case.authorise(PATROLS)?;
    let (document, before): (_, Tour) = case.existing()?;
    if !case.is_author(&before.person) {
        return Err(Error::new(Code::NotPermitted, "nobody walks for another").into());
    }
    let mut after = before.clone();
    let by = match event {
        TourEvent::Finish { note } => {
            let (from, to) = before.span();
            let visits = case.context.world.visits_of(case.actor(), from, to).map_err(Stop::World)?;
            let progress = before.progress(&document.id, &visits);
            let by = if progress.missing.is_empty() { TourMove::Complete } else { TourMove::BreakOff };
            (after.progress, after.note) = (Some(progress), note);
            after.finished_at = Some(case.at.max(before.started_at.unwrap_or(case.at)));
            by
        }
        _ => {
            after.started_at = Some(case.at);
            TourMove::Start
        }
    };
    // What its walker began or finished, they did once; and nothing is finished that was not begun.
    let done =
        if by == TourMove::Start { before.started_at.is_some() } else { before.finished_at.is_some() || before.started_at.is_none() };
    match next(TourState::TRANSITIONS, before.state, by) {
        Some(state) if !done => {
            after.state = state;
            case.changed(&document, &before, &after)
        }
        _ => case.illegal(&document, &before),
    }
}

fn schedule(mut case: Case<'_>, route: String, person: String, (from, to): (i64, i64)) -> Judgement {
    case.authorise(PLANNERS)?;
    case.must_be_new()?;
    let entry: Option<Person> = case.reference(DocumentKind::Person, &person, "person")?;
    if entry.is_some_and(|entry| !entry.serves(from)) {
        return Err(Error::field(Code::UnknownReference, "person", "does not serve then").into());
    }
    let Some(walked) = case.reference::<Route>(DocumentKind::Route, &route, "route")? else {
        return Err(Stop::Verdict(Verdict::Held { until: Until::Entity(route) }));
    };
    let mut zones = Vec::new();
    for id in &walked.checkpoints {
        if let Some(checkpoint) = case.reference::<Checkpoint>(DocumentKind::Checkpoint, id, "route")?
            && !zones.contains(&checkpoint.zone)
        {
            zones.push(checkpoint.zone);
        }
    }
    let tour = Tour {
        route,
        checkpoints: walked.checkpoints,
        ordered: walked.ordered,
        zones,
        person,
        from,
        to,
        grace_min: walked.grace_min,
        state: TourState::Scheduled,
        device: case.operation.device,
        operation: case.operation.id,
        at: from,
        scheduled_by: case.actor().to_owned(),
        started_at: None,
        finished_at: None,
        lapsed_at: None,
        progress: None,
        note: None,
    };
    case.created(&tour)
}
