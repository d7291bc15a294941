//! 实施方案: the linkage plan of the leading group. Its tasks have owners and due dates, and move one by one.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, next, parse, staff};
use super::due::{Tick, Timed};
use super::{Bucket, DocumentKind, Kind, Person, Role, Settings, Text, Unit, is_id};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// A task as it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTaskDraft {
    /// Its id within the plan: lower-case letters, digits, `-` and `_`; at most 64.
    pub id: String,
    /// What is to be done; 1 to 500 characters.
    pub title: String,
    /// Who answers for it: a person's or a unit's id.
    pub owner: String,
    /// Until when, UTC ms.
    pub due: i64,
}

/// The bodies of a plan's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum WorkPlanEvent {
    /// [`Kind::WorkPlanAdopt`]
    Adopt {
        /// Its name; 1 to 200 characters.
        title: String,
        /// From when it holds, UTC ms.
        from: i64,
        /// Until when, UTC ms.
        to: i64,
        /// Its tasks; 1 to 100.
        tasks: Vec<PlanTaskDraft>,
    },
    /// [`Kind::WorkPlanAddTask`]
    AddTask {
        /// One more.
        task: PlanTaskDraft,
    },
    /// [`Kind::WorkPlanReport`]
    Report {
        /// Which task is done.
        task: String,
        /// What was done; 1 to 1,000 characters.
        note: String,
    },
    /// [`Kind::WorkPlanAccept`]
    Accept {
        /// Which task is in order.
        task: String,
        /// A word on it; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::WorkPlanReturn`]
    Return {
        /// Which task is not done yet.
        task: String,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::WorkPlanExtend`]
    Extend {
        /// Which task has more time.
        task: String,
        /// Until when, UTC ms; later than before.
        due: i64,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::WorkPlanDrop`]
    Drop {
        /// Which task is not wanted any more.
        task: String,
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`Kind::WorkPlanConclude`]
    Conclude {
        /// What came of it; at most 2,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It is to be done.
    Open,
    /// Its owner says that it is.
    Reported,
    /// The leading group agrees.
    Accepted,
    /// It is not wanted any more.
    Dropped,
}

/// What moves a task on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskMove {
    /// Its owner says that it is done.
    Report,
    /// The leading group agrees.
    Accept,
    /// The leading group does not.
    Return,
    /// It has more time.
    Extend,
    /// It is not wanted any more.
    Drop,
}

impl TaskState {
    /// Every step that a task of a running plan can take.
    pub const TRANSITIONS: &'static [(Self, TaskMove, Self)] = &[
        (Self::Open, TaskMove::Report, Self::Reported),
        (Self::Open, TaskMove::Extend, Self::Open),
        (Self::Open, TaskMove::Drop, Self::Dropped),
        (Self::Reported, TaskMove::Accept, Self::Accepted),
        (Self::Reported, TaskMove::Return, Self::Open),
        (Self::Reported, TaskMove::Drop, Self::Dropped),
    ];

    /// Whether somebody still has to do something about it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Reported)
    }
}

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkPlanState {
    /// It is being carried out.
    Running,
    /// It is over, with every task accepted or dropped.
    Concluded,
}

/// A task of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTask {
    /// What is to be done, by whom, until when.
    #[serde(flatten)]
    pub draft: PlanTaskDraft,
    /// Who may say that it is done: the owner, or the members of the unit as they were when it was given.
    pub persons: Vec<String>,
    /// Where it stands.
    pub state: TaskState,
    /// The due dates that went by with the task open, as the hub's clock saw them, UTC ms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overdue: Vec<i64>,
    /// Who said that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_by: Option<String>,
    /// When, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<i64>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A plan as the leading group and the owners of its tasks see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkPlan {
    /// Its name.
    pub title: String,
    /// From when it holds, UTC ms.
    pub from: i64,
    /// Until when, UTC ms.
    pub to: i64,
    /// Its tasks.
    pub tasks: Vec<PlanTask>,
    /// Where it stands.
    pub state: WorkPlanState,
    /// Who adopted it.
    pub adopted_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that adopted it.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
    /// When it was concluded, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concluded_at: Option<i64>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The leading group.
const LEADERS: &[Role] = &[Role::Commander];
/// Whoever can own a task.
const OWNERS: &[Role] = &[Role::Guard, Role::Volunteer, Role::Auxiliary, Role::Inspector, Role::Desk, Role::Commander, Role::Admin];
/// How many tasks a plan has at most.
const MAX_TASKS: usize = 100;

impl WorkPlanEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Adopt { .. } => Kind::WorkPlanAdopt,
            Self::AddTask { .. } => Kind::WorkPlanAddTask,
            Self::Report { .. } => Kind::WorkPlanReport,
            Self::Accept { .. } => Kind::WorkPlanAccept,
            Self::Return { .. } => Kind::WorkPlanReturn,
            Self::Extend { .. } => Kind::WorkPlanExtend,
            Self::Drop { .. } => Kind::WorkPlanDrop,
            Self::Conclude { .. } => Kind::WorkPlanConclude,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// [`Code::TimeOrder`] at `to`; [`Code::Missing`], [`Code::OutOfRange`] or [`Code::DuplicateId`] at `tasks`;
    /// [`Code::Malformed`] at a task's `id`; a text's code at its field.
    pub fn normalised(self) -> Result<Self> {
        let note = |note: Option<String>, max| Ok::<_, Error>(Text::optional_lines("note", note.as_deref(), max)?.map(Text::into_string));
        let lines = |field, text: &str| Ok::<_, Error>(Text::required_lines(field, text, 1000)?.into_string());
        Ok(match self {
            Self::Adopt { title, from, to, tasks } => {
                if to <= from {
                    return Err(Error::field(Code::TimeOrder, "to", "after from"));
                }
                Self::Adopt { title: Text::required("title", &title, 200)?.into_string(), from, to, tasks: all_normalised(tasks)? }
            }
            Self::AddTask { task } => Self::AddTask { task: task.normalised().map_err(|error| error.within("task"))? },
            Self::Report { task, note } => Self::Report { task, note: lines("note", &note)? },
            Self::Accept { task, note: text } => Self::Accept { task, note: note(text, 1000)? },
            Self::Return { task, reason } => Self::Return { task, reason: lines("reason", &reason)? },
            Self::Extend { task, due, reason } => Self::Extend { task, due, reason: lines("reason", &reason)? },
            Self::Drop { task, reason } => Self::Drop { task, reason: lines("reason", &reason)? },
            Self::Conclude { note: text } => Self::Conclude { note: note(text, 2000)? },
        })
    }

    /// The task that it moves, and the step.
    fn step(&self) -> Option<(&str, TaskMove)> {
        Some(match self {
            Self::Adopt { .. } | Self::AddTask { .. } | Self::Conclude { .. } => return None,
            Self::Report { task, .. } => (task, TaskMove::Report),
            Self::Accept { task, .. } => (task, TaskMove::Accept),
            Self::Return { task, .. } => (task, TaskMove::Return),
            Self::Extend { task, .. } => (task, TaskMove::Extend),
            Self::Drop { task, .. } => (task, TaskMove::Drop),
        })
    }
}

fn all_normalised(tasks: Vec<PlanTaskDraft>) -> Result<Vec<PlanTaskDraft>> {
    if tasks.is_empty() {
        return Err(Error::field(Code::Missing, "tasks", "at least one"));
    }
    if tasks.len() > MAX_TASKS {
        return Err(Error::field(Code::OutOfRange, "tasks", "at most 100"));
    }
    let mut seen = HashSet::new();
    for (index, task) in tasks.iter().enumerate() {
        if !seen.insert(task.id.clone()) {
            return Err(Error::field(Code::DuplicateId, format!("tasks[{index}].id"), "another task has the same id"));
        }
    }
    let normal = |(index, task): (usize, PlanTaskDraft)| task.normalised().map_err(|error| error.within(&format!("tasks[{index}]")));
    tasks.into_iter().enumerate().map(normal).collect()
}

impl PlanTaskDraft {
    fn normalised(self) -> Result<Self> {
        if !is_id(&self.id) {
            return Err(Error::field(Code::Malformed, "id", "lower-case letters, digits, - and _; at most 64"));
        }
        Ok(Self {
            title: Text::required("title", &self.title, 500)?.into_string(),
            owner: Text::required("owner", &self.owner, 64)?.into_string(),
            ..self
        })
    }
}

impl PlanTask {
    /// When the hub's clock looks at it next, UTC ms.
    fn deadline(&self) -> Option<i64> {
        (self.state == TaskState::Open && !self.overdue.contains(&self.draft.due)).then_some(self.draft.due)
    }
}

impl WorkPlan {
    /// How many tasks are open, and how many of those are overdue at `now` (UTC ms).
    #[must_use]
    pub fn open_tasks(&self, now: i64) -> (usize, usize) {
        let open = || self.tasks.iter().filter(|task| task.state.is_open());
        (open().count(), open().filter(|task| task.state == TaskState::Open && task.draft.due <= now).count())
    }
}

impl Noun for WorkPlan {
    const KIND: DocumentKind = DocumentKind::WorkPlan;

    fn buckets(&self) -> Vec<Bucket> {
        let owners = self.tasks.iter().flat_map(|task| task.persons.iter().cloned());
        Bucket::of_persons(&[], staff(&self.adopted_by).into_iter().chain(owners), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.adopted_by)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Timed for WorkPlan {
    fn deadline(&self, _: &Settings) -> Option<i64> {
        self.tasks.iter().filter_map(PlanTask::deadline).min()
    }

    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        for task in &mut self.tasks {
            if let Some(due) = task.deadline().filter(|due| *due <= tick.now) {
                task.overdue.push(due);
            }
        }
        Ok(())
    }
}

pub(super) fn apply(mut case: Case<'_>, event: WorkPlanEvent) -> Judgement {
    case.authorise(if matches!(event, WorkPlanEvent::Report { .. }) { OWNERS } else { LEADERS })?;
    if let WorkPlanEvent::Adopt { title, from, to, tasks } = event {
        return adopt(case, title, (from, to), tasks);
    }
    let (document, before): (_, WorkPlan) = case.existing()?;
    if before.state == WorkPlanState::Concluded {
        return case.illegal(&document, &before);
    }
    let mut after = before.clone();
    let is_legal = match event {
        WorkPlanEvent::Adopt { .. } => false,
        WorkPlanEvent::AddTask { task } => add(&case, &mut after, task)?,
        WorkPlanEvent::Conclude { note } => {
            (after.state, after.concluded_at, after.note) = (WorkPlanState::Concluded, Some(case.at), note);
            before.tasks.iter().all(|task| !task.state.is_open())
        }
        event => advance(&case, &mut after, event)?,
    };
    if is_legal { case.changed(&document, &before, &after) } else { case.illegal(&document, &before) }
}

fn adopt(case: Case<'_>, title: String, (from, to): (i64, i64), tasks: Vec<PlanTaskDraft>) -> Judgement {
    case.must_be_new()?;
    let tasks = tasks.into_iter().map(|task| given(&case, task)).collect::<Judgement<_>>()?;
    let operation = case.operation;
    let plan = WorkPlan {
        title,
        from,
        to,
        tasks,
        state: WorkPlanState::Running,
        adopted_by: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        concluded_at: None,
        note: None,
    };
    case.created(&plan)
}

/// A new task, with those who may say that it is done.
fn given(case: &Case<'_>, draft: PlanTaskDraft) -> Judgement<PlanTask> {
    let persons = owners(case, &draft.owner)?;
    Ok(PlanTask { draft, persons, state: TaskState::Open, overdue: Vec::new(), reported_by: None, reported_at: None, note: None })
}

fn owners(case: &Case<'_>, owner: &str) -> Judgement<Vec<String>> {
    let document = case.document(owner)?;
    match document.as_ref().map(|document| (DocumentKind::parse(&document.kind), document)) {
        Some((Some(DocumentKind::Unit), document)) => Ok(parse::<Unit>(document).map(|unit| unit.members).unwrap_or_default()),
        Some((Some(DocumentKind::Person), document)) if parse::<Person>(document).is_none_or(|person| person.serves(case.at)) => {
            Ok(vec![owner.to_owned()])
        }
        None if !case.context.world.is_complete() => Ok(vec![owner.to_owned()]),
        _ => Err(Stop::from(Error::field(Code::UnknownReference, "owner", "nobody who serves, and no unit"))),
    }
}

fn add(case: &Case<'_>, plan: &mut WorkPlan, task: PlanTaskDraft) -> Judgement<bool> {
    if plan.tasks.len() >= MAX_TASKS {
        return Err(Error::field(Code::OutOfRange, "task", "at most 100 in a plan").into());
    }
    if plan.tasks.iter().any(|other| other.draft.id == task.id) {
        return Err(Error::field(Code::DuplicateId, "task.id", "another task has the same id").into());
    }
    plan.tasks.push(given(case, task)?);
    Ok(true)
}

/// Moves one task. Whether its state allows that.
fn advance(case: &Case<'_>, plan: &mut WorkPlan, event: WorkPlanEvent) -> Judgement<bool> {
    let Some((id, step)) = event.step() else { return Ok(false) };
    let Some(task) = plan.tasks.iter_mut().find(|task| task.draft.id == id) else {
        return Err(Error::field(Code::UnknownReference, "task", "no such task").into());
    };
    let is_theirs = task.persons.iter().any(|person| case.is_author(person));
    if step == TaskMove::Report && !is_theirs {
        return Err(Error::field(Code::NotPermitted, "task", "somebody else answers for it").into());
    }
    if step == TaskMove::Accept && task.reported_by.as_deref() == Some(case.actor()) {
        return Err(Error::field(Code::NotPermitted, "task", "nobody accepts their own work").into());
    }
    let Some(state) = next(TaskState::TRANSITIONS, task.state, step) else { return Ok(false) };
    task.state = state;
    match event {
        WorkPlanEvent::Report { note, .. } => {
            (task.reported_by, task.reported_at, task.note) = (Some(case.actor().to_owned()), Some(case.at), Some(note));
        }
        WorkPlanEvent::Accept { note, .. } => task.note = note.or(task.note.take()),
        WorkPlanEvent::Extend { due, reason, .. } => {
            if due <= task.draft.due {
                return Err(Error::field(Code::TimeOrder, "due", "after the old due date").into());
            }
            (task.draft.due, task.note) = (due, Some(reason));
        }
        WorkPlanEvent::Return { reason, .. } | WorkPlanEvent::Drop { reason, .. } => task.note = Some(reason),
        WorkPlanEvent::Adopt { .. } | WorkPlanEvent::AddTask { .. } | WorkPlanEvent::Conclude { .. } => {}
    }
    Ok(true)
}
