package dev.liuye

/** Welfare timers: who goes where it may be dangerous is asked after. Get it by [Companion.welfare]. */
public class Welfare internal constructor(private val companion: Companion) {
    /**
     * Begins a timer. The hub watches it: nobody is asked after whose phone never reached the hub.
     *
     * @throws LiuyeException.Refused `out_of_range` at `duration_s`; `missing` at `code`; `duplicate_id` at `duress`.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun arm(draft: WelfareDraft): Recorded = companion.call { it.armTimer(draft.toBridge()) }

    /**
     * Ends a timer by a code. With the duress code everything on this phone is as with the other one.
     *
     * @throws LiuyeException.Refused `malformed` at `code` where it is neither.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun cancel(timer: String, code: String, fix: Fix? = null): Recorded =
        companion.call { it.cancelTimer(timer, code, fix) }

    /**
     * The desk sees to an alarm.
     *
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun acknowledge(timer: String): Recorded = companion.call { it.acknowledgeAlarm(timer) }

    /** They are well. Fails as [acknowledge]. */
    public suspend fun resolve(timer: String, note: String? = null): Recorded = companion.call { it.resolveAlarm(timer, note) }

    /** They were all the time. Fails as [acknowledge]. */
    public suspend fun falseAlarm(timer: String, note: String? = null): Recorded = companion.call { it.falseAlarm(timer, note) }

    /**
     * Timers that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun timers(page: Page = Page()): List<WelfareTimer> = companion.call { it.welfareTimers(page) }
}

/** Where a timer stands. */
public typealias WelfareState = dev.liuye.ffi.WelfareState

/** A timer as its holder and the desk see it. What a duress code calls up is a second one, which the desk alone sees. */
public typealias WelfareTimer = dev.liuye.ffi.WelfareTimer
