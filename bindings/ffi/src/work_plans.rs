//! Work plans of the leading group, task by task.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, draft, given, mirror, noun, record};
use crate::error::Result;
use crate::types::{Page, Recorded};

mirror! {
    /// Where a task stands.
    TaskState = domain::TaskState {
        /// It is to be done.
        Open,
        /// Its owner says that it is.
        Reported,
        /// The leading group agrees.
        Accepted,
        /// It is not wanted any more.
        Dropped,
    }
}

mirror! {
    /// Where a plan stands.
    WorkPlanState = domain::WorkPlanState {
        /// It is being carried out.
        Running,
        /// It is over, with every task accepted or dropped.
        Concluded,
    }
}

draft! {
    /// A task that is to be given.
    TaskDraft = core::TaskDraft {
        /// Its id within the plan: lower-case letters, digits, `-` and `_`; at most 64.
        id: String,
        /// What is to be done; 1 to 500 characters.
        title: String,
        /// Who answers for it: a person's or a unit's id.
        owner: String,
        /// Until when: RFC 3339 with an offset.
        due: String,
    }
}

draft! {
    /// A plan that is to be adopted.
    WorkPlanDraft = core::WorkPlanDraft {
        /// Its name; 1 to 200 characters.
        title: String,
        /// From when it holds: RFC 3339 with an offset.
        from: String,
        /// Until when: RFC 3339 with an offset.
        to: String,
        /// Its tasks; 1 to 100.
        tasks: Vec<TaskDraft>,
    }
}

record! {
    /// A task of a plan.
    PlanTask = domain::PlanTask {
        /// Its id within the plan: lower-case letters, digits, `-` and `_`; at most 64.
        id: String = draft.id,
        /// What is to be done; 1 to 500 characters.
        title: String = draft.title,
        /// Who answers for it: a person's or a unit's id.
        owner: String = draft.owner,
        /// Until when, UTC ms.
        due: i64 = draft.due,
        /// Who may say that it is done: the owner, or the members of the unit as they were when it was given.
        persons: Vec<String>,
        /// Where it stands.
        state: TaskState,
        /// The due dates that went by with the task open, as the hub's clock saw them, UTC ms.
        overdue: Vec<i64>,
        /// Who said that it is done.
        reported_by: Option<String>,
        /// When, UTC ms.
        reported_at: Option<i64>,
        /// The last word on it.
        note: Option<String>,
    }
}

noun! {
    /// A plan as the leading group and the owners of its tasks see it.
    WorkPlan = domain::WorkPlan {
        /// Its name.
        title: String,
        /// From when it holds, UTC ms.
        from: i64,
        /// Until when, UTC ms.
        to: i64,
        /// Its tasks.
        tasks: Vec<PlanTask>,
        /// Where it stands.
        state: WorkPlanState,
        /// Who adopted it.
        adopted_by: String,
        /// The operation that adopted it.
        operation: String,
        /// When, UTC ms.
        at: i64,
        /// When it was concluded, UTC ms.
        concluded_at: Option<i64>,
        /// The last word on it.
        note: Option<String>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Adopts a plan.
    ///
    /// # Errors
    /// `time_malformed` or `time_order` at `from`, `to` or `tasks[n].due`; `missing`,
    /// `out_of_range` or `duplicate_id` at `tasks`; `unknown_reference` at `owner`;
    /// `not_permitted`; those of the store.
    pub fn adopt_plan(&self, draft: WorkPlanDraft) -> Result<Recorded> {
        given(self.core.work_plans().adopt(draft.inward("")?))
    }

    /// Gives one more task.
    ///
    /// # Errors
    /// `duplicate_id` at `task.id`; `state_refused` where the plan is concluded; as `adopt_plan`.
    pub fn add_plan_task(&self, plan: &str, draft: TaskDraft) -> Result<Recorded> {
        given(self.core.work_plans().add_task(plan, draft.inward("")?))
    }

    /// Says that a task is done: whoever answers for it. Works offline.
    ///
    /// # Errors
    /// `not_permitted` at `task`, `unknown_reference` at `task`, `missing` at `note`,
    /// `state_refused`; those of the store.
    pub fn report_plan_task(&self, plan: &str, task: &str, note: &str) -> Result<Recorded> {
        given(self.core.work_plans().report(plan, task, note))
    }

    /// The leading group agrees; not whoever did the work.
    ///
    /// # Errors
    /// As `report_plan_task`.
    pub fn accept_plan_task(&self, plan: &str, task: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.work_plans().accept(plan, task, note))
    }

    /// The leading group does not agree that a task is done.
    ///
    /// # Errors
    /// `missing` at `reason`; as `report_plan_task`.
    pub fn return_plan_task(&self, plan: &str, task: &str, reason: &str) -> Result<Recorded> {
        given(self.core.work_plans().return_task(plan, task, reason))
    }

    /// Gives a task more time, until `due` (RFC 3339 with an offset).
    ///
    /// # Errors
    /// `time_malformed` or `time_order` at `due`; as `return_plan_task`.
    pub fn extend_plan_task(&self, plan: &str, task: &str, due: &str, reason: &str) -> Result<Recorded> {
        given(self.core.work_plans().extend(plan, task, due, reason))
    }

    /// A task is not wanted any more.
    ///
    /// # Errors
    /// As `return_plan_task`.
    pub fn drop_plan_task(&self, plan: &str, task: &str, reason: &str) -> Result<Recorded> {
        given(self.core.work_plans().drop_task(plan, task, reason))
    }

    /// A plan is over, with every task accepted or dropped.
    ///
    /// # Errors
    /// `state_refused` where one is open; `not_permitted`; those of the store.
    pub fn conclude_plan(&self, plan: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.work_plans().conclude(plan, note))
    }

    /// Plans that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn work_plans(&self, page: Page) -> Result<Vec<WorkPlan>> {
        given(self.core.work_plans().all(page.inward("")?))
    }
}
