package dev.liuye

/** Work plans of the leading group, task by task. Get it by [Companion.workPlans]. */
public class WorkPlans internal constructor(private val companion: Companion) {
    /**
     * Adopts a plan.
     *
     * @throws LiuyeException.Refused `time_malformed` or `time_order` at `from`, `to` or `tasks[n].due`; `missing`,
     *   `out_of_range` or `duplicate_id` at `tasks`; `unknown_reference` at `owner`.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun adopt(draft: WorkPlanDraft): Recorded = companion.call { it.adoptPlan(draft) }

    /**
     * Gives one more task. Fails as [adopt], and also:
     *
     * @throws LiuyeException.Refused `duplicate_id` at `task.id`.
     * @throws LiuyeException.State `state_refused` where the plan is concluded.
     */
    public suspend fun addTask(plan: String, draft: TaskDraft): Recorded = companion.call { it.addPlanTask(plan, draft) }

    /**
     * Says that a task is done: whoever answers for it. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `task`; `missing` at `note`.
     * @throws LiuyeException.NotPermitted at `task`.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun report(plan: String, task: String, note: String): Recorded =
        companion.call { it.reportPlanTask(plan, task, note) }

    /** The leading group agrees; not whoever did the work. Fails as [report]. */
    public suspend fun accept(plan: String, task: String, note: String? = null): Recorded =
        companion.call { it.acceptPlanTask(plan, task, note) }

    /**
     * The leading group does not agree that a task is done. Fails as [report], and also:
     *
     * @throws LiuyeException.Refused `missing` at `reason`.
     */
    public suspend fun returnTask(plan: String, task: String, reason: String): Recorded =
        companion.call { it.returnPlanTask(plan, task, reason) }

    /**
     * Gives a task more time, until [due] (RFC 3339 with an offset). Fails as [returnTask], and also:
     *
     * @throws LiuyeException.Refused `time_malformed` or `time_order` at `due`.
     */
    public suspend fun extend(plan: String, task: String, due: String, reason: String): Recorded =
        companion.call { it.extendPlanTask(plan, task, due, reason) }

    /** A task is not wanted any more. Fails as [returnTask]. */
    public suspend fun dropTask(plan: String, task: String, reason: String): Recorded =
        companion.call { it.dropPlanTask(plan, task, reason) }

    /**
     * A plan is over, with every task accepted or dropped.
     *
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused` where one is open.
     */
    public suspend fun conclude(plan: String, note: String? = null): Recorded = companion.call { it.concludePlan(plan, note) }

    /**
     * Plans that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun all(page: Page = Page()): List<WorkPlan> = companion.call { it.workPlans(page) }
}

/** Where a task stands. */
public typealias TaskState = dev.liuye.ffi.TaskState

/** Where a plan stands. */
public typealias WorkPlanState = dev.liuye.ffi.WorkPlanState

/** A task that is to be given. */
public typealias TaskDraft = dev.liuye.ffi.TaskDraft

/** A plan that is to be adopted. */
public typealias WorkPlanDraft = dev.liuye.ffi.WorkPlanDraft

/** A task of a plan. */
public typealias PlanTask = dev.liuye.ffi.PlanTask

/** A plan as the leading group and the owners of its tasks see it. */
public typealias WorkPlan = dev.liuye.ffi.WorkPlan
