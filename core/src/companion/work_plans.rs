//! Work plans of the leading group, task by task.

use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::Result;
use crate::domain::{DocumentKind, PlanTaskDraft, WorkPlan, WorkPlanEvent, parse_rfc3339};

/// A task that is to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDraft {
    /// Its id within the plan: lower-case letters, digits, `-` and `_`; at most 64.
    pub id: String,
    /// What is to be done; 1 to 500 characters.
    pub title: String,
    /// Who answers for it: a person's or a unit's id.
    pub owner: String,
    /// Until when: RFC 3339 with an offset.
    pub due: String,
}

/// A plan that is to be adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkPlanDraft {
    /// Its name; 1 to 200 characters.
    pub title: String,
    /// From when it holds: RFC 3339 with an offset.
    pub from: String,
    /// Until when: RFC 3339 with an offset.
    pub to: String,
    /// Its tasks; 1 to 100.
    pub tasks: Vec<TaskDraft>,
}

/// What the leading group plans. Get it by [`Companion::work_plans`].
#[derive(Debug, Clone, Copy)]
pub struct WorkPlans<'a>(&'a Companion);

impl Companion {
    /// What the leading group plans.
    #[must_use]
    pub const fn work_plans(&self) -> WorkPlans<'_> {
        WorkPlans(self)
    }
}

impl WorkPlans<'_> {
    /// Adopts a plan.
    ///
    /// # Errors
    /// [`crate::Code::TimeMalformed`] or [`crate::Code::TimeOrder`] at `from`, `to` or `tasks[n].due`; [`crate::Code::Missing`],
    /// [`crate::Code::OutOfRange`] or [`crate::Code::DuplicateId`] at `tasks`; [`crate::Code::UnknownReference`] at `owner`;
    /// [`crate::Code::NotPermitted`]; those of the store.
    pub fn adopt(&self, draft: WorkPlanDraft) -> Result<Recorded> {
        let WorkPlanDraft { title, from, to, tasks } = draft;
        let from = parse_rfc3339(&from).map_err(|error| error.within("from"))?;
        let to = parse_rfc3339(&to).map_err(|error| error.within("to"))?;
        let one = |(index, draft): (usize, TaskDraft)| task(draft).map_err(|error| error.within(&format!("tasks[{index}]")));
        let tasks = tasks.into_iter().enumerate().map(one).collect::<Result<_>>()?;
        self.act(&self.0.env.new_id().to_string(), WorkPlanEvent::Adopt { title, from, to, tasks })
    }

    /// Gives one more task.
    ///
    /// # Errors
    /// [`crate::Code::DuplicateId`] at `task.id`; [`crate::Code::StateRefused`] where the plan is concluded; as [`WorkPlans::adopt`].
    pub fn add_task(&self, plan: &str, draft: TaskDraft) -> Result<Recorded> {
        let task = task(draft).map_err(|error| error.within("task"))?;
        self.act(plan, WorkPlanEvent::AddTask { task })
    }

    /// Says that a task is done: whoever answers for it. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`] at `task`, [`crate::Code::UnknownReference`] at `task`, [`crate::Code::Missing`] at `note`,
    /// [`crate::Code::StateRefused`]; those of the store.
    pub fn report(&self, plan: &str, task: &str, note: &str) -> Result<Recorded> {
        self.act(plan, WorkPlanEvent::Report { task: task.to_owned(), note: note.to_owned() })
    }

    /// The leading group agrees; not whoever did the work.
    ///
    /// # Errors
    /// As [`WorkPlans::report`].
    pub fn accept(&self, plan: &str, task: &str, note: Option<String>) -> Result<Recorded> {
        self.act(plan, WorkPlanEvent::Accept { task: task.to_owned(), note })
    }

    /// The leading group does not agree that a task is done.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `reason`; as [`WorkPlans::report`].
    pub fn return_task(&self, plan: &str, task: &str, reason: &str) -> Result<Recorded> {
        self.act(plan, WorkPlanEvent::Return { task: task.to_owned(), reason: reason.to_owned() })
    }

    /// Gives a task more time, until `due` (RFC 3339 with an offset).
    ///
    /// # Errors
    /// [`crate::Code::TimeMalformed`] or [`crate::Code::TimeOrder`] at `due`; as [`WorkPlans::return_task`].
    pub fn extend(&self, plan: &str, task: &str, due: &str, reason: &str) -> Result<Recorded> {
        let due = parse_rfc3339(due).map_err(|error| error.within("due"))?;
        self.act(plan, WorkPlanEvent::Extend { task: task.to_owned(), due, reason: reason.to_owned() })
    }

    /// A task is not wanted any more.
    ///
    /// # Errors
    /// As [`WorkPlans::return_task`].
    pub fn drop_task(&self, plan: &str, task: &str, reason: &str) -> Result<Recorded> {
        self.act(plan, WorkPlanEvent::Drop { task: task.to_owned(), reason: reason.to_owned() })
    }

    /// A plan is over, with every task accepted or dropped.
    ///
    /// # Errors
    /// [`crate::Code::StateRefused`] where one is open; [`crate::Code::NotPermitted`]; those of the store.
    pub fn conclude(&self, plan: &str, note: Option<String>) -> Result<Recorded> {
        self.act(plan, WorkPlanEvent::Conclude { note })
    }

    /// Plans that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn all(&self, page: Page) -> Result<Vec<(String, WorkPlan)>> {
        self.0.typed(DocumentKind::WorkPlan, page)
    }

    fn act(&self, plan: &str, event: WorkPlanEvent) -> Result<Recorded> {
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), plan, &event)?)?.0)
    }
}

fn task(draft: TaskDraft) -> Result<PlanTaskDraft> {
    let due = parse_rfc3339(&draft.due).map_err(|error| error.within("due"))?;
    Ok(PlanTaskDraft { id: draft.id, title: draft.title, owner: draft.owner, due })
}
