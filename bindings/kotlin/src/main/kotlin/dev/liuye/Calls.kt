package dev.liuye

/** Calls: help that is asked for, who is sent, and how far they are. Get it by [Companion.calls]. */
public class Calls internal constructor(private val companion: Companion) {
    /** The number that every screen that asks for help offers to dial, also where [raise] fails. */
    public val dial: String get() = dev.liuye.ffi.policeDial()

    /**
     * Calls for help. Works offline and before enrolment; offer to dial 110 whatever comes of it (see [dial]).
     *
     * @throws LiuyeException.Refused those of the rules, with the field, such as `phone_malformed` at `contact.phone`.
     */
    public suspend fun raise(help: HelpDraft): RaisedCall = companion.call { it.raiseHelp(help.toBridge()) }

    /**
     * Enters by hand what 110 passed on. [toldAt] is when 110 took the call (RFC 3339 with an offset), where it is
     * known.
     *
     * @throws LiuyeException.Refused `time_malformed` or `time_in_future` at `told_at`; those of [raise].
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun enter110(call: HelpDraft, toldAt: String? = null): RaisedCall =
        companion.call { it.enter110(call.toBridge(), toldAt) }

    /**
     * Gives a clue: nobody needs help, somebody knows something.
     *
     * @throws LiuyeException.Refused `missing` at `description`; those of [raise].
     */
    public suspend fun giveClue(clue: HelpDraft): RaisedCall = companion.call { it.giveClue(clue.toBridge()) }

    /**
     * Begins a drill with a call of its own: it runs like any other, and enters no figure.
     *
     * @throws LiuyeException.Refused those of [raise].
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun beginExercise(call: HelpDraft): RaisedCall = companion.call { it.beginExercise(call.toBridge()) }

    /**
     * Calls that are not over, newest first, with who was sent.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun openCalls(page: Page = Page()): List<OpenCall> = companion.call { it.openCalls(page) }

    /**
     * The desk says how bad a call is, and where, and what it is about, where that is another thing than was
     * thought.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `zone`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun triage(call: String, severity: Severity, category: CallCategory? = null, zone: String? = null): Recorded =
        companion.call { it.triageCall(call, severity, category, zone) }

    /**
     * The desk sends persons and units. They hear of it once the hub has it.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `responders[n]`; `out_of_range` at `responders`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun dispatch(call: String, responders: List<Responder>): Recorded =
        companion.call { it.dispatchCall(call, responders) }

    /** 一呼百应: the desk sends everyone on duty in a zone, or on the whole site. Fails as [triage]. */
    public suspend fun muster(call: String, zone: String? = null): Recorded = companion.call { it.musterCall(call, zone) }

    /**
     * Those on scene, or the desk for them, are at work.
     *
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun handle(call: String): Recorded = companion.call { it.handleCall(call) }

    /**
     * A call is over. Where nobody was sent, [referral] says under which number it goes on. Fails as [handle], and
     * also:
     *
     * @throws LiuyeException.Refused `missing` at `referral`.
     */
    public suspend fun close(call: String, note: String? = null, referral: String? = null): Recorded =
        companion.call { it.closeCall(call, note, referral) }

    /**
     * Help is not needed any more; for the phone that called, and the desk. Fails as [handle], and also:
     *
     * @throws LiuyeException.Refused `missing` at `reason`.
     */
    public suspend fun cancel(call: String, reason: String): Recorded = companion.call { it.cancelCall(call, reason) }

    /** There was nothing. Fails as [cancel]. */
    public suspend fun unfounded(call: String, reason: String): Recorded = companion.call { it.unfoundedCall(call, reason) }

    /**
     * A call goes on as another one. Fails as [handle], and also:
     *
     * @throws LiuyeException.Refused `unknown_reference` at `into`.
     * @throws LiuyeException.State `state_refused` at `into`.
     */
    public suspend fun merge(call: String, into: String): Recorded = companion.call { it.mergeCalls(call, into) }

    /** A call was not over. Fails as [cancel]. */
    public suspend fun reopen(call: String, reason: String): Recorded = companion.call { it.reopenCall(call, reason) }

    /**
     * 接单: whoever is sent says that they heard. Works offline, like all milestones.
     *
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun acknowledge(assignment: String): Recorded = companion.call { it.acknowledgeAssignment(assignment) }

    /** 出发: they set out. Fails as [acknowledge]. */
    public suspend fun enRoute(assignment: String, fix: Fix? = null): Recorded = companion.call { it.enRoute(assignment, fix) }

    /** 到场: they are there. Fails as [acknowledge]. */
    public suspend fun arrived(assignment: String, fix: Fix? = null): Recorded = companion.call { it.arrived(assignment, fix) }

    /** 处置完毕: they are done. Fails as [acknowledge]. */
    public suspend fun cleared(assignment: String, note: String? = null): Recorded = companion.call { it.cleared(assignment, note) }

    /**
     * They cannot come. Fails as [acknowledge], and also:
     *
     * @throws LiuyeException.Refused `missing` at `reason`.
     */
    public suspend fun decline(assignment: String, reason: String): Recorded =
        companion.call { it.declineAssignment(assignment, reason) }

    /** The desk needs them no more. Fails as [decline]. */
    public suspend fun release(assignment: String, reason: String): Recorded =
        companion.call { it.releaseAssignment(assignment, reason) }
}

/** What a call is about. */
public typealias CallCategory = dev.liuye.ffi.CallCategory

/** How a call came. */
public typealias CallSource = dev.liuye.ffi.CallSource

/** How bad a call is. */
public typealias Severity = dev.liuye.ffi.Severity

/** Where a call stands. */
public typealias CallState = dev.liuye.ffi.CallState

/** How far an assignment is. */
public typealias AssignmentState = dev.liuye.ffi.AssignmentState

/** What moves an assignment on. */
public typealias AssignmentMove = dev.liuye.ffi.AssignmentMove

/** Which event starts the clock of a tier. */
public typealias ClockStart = dev.liuye.ffi.ClockStart

/** Whether a limit was kept. */
public typealias Answer = dev.liuye.ffi.Answer

/** Who is to be sent: [RespondingPerson] or [RespondingUnit]. */
public typealias Responder = dev.liuye.ffi.Responder

/** One member of the staff who is to be sent: `person` is their id. */
public typealias RespondingPerson = dev.liuye.ffi.Responder.Person

/** A standing team that is to be sent: any of its members answers for it. `unit` is its id. */
public typealias RespondingUnit = dev.liuye.ffi.Responder.Unit

/** When something happened, by the hub's clock, as far as can be known. */
public typealias Moment = dev.liuye.ffi.Moment

/** A tier as one call is held to it. */
public typealias TierClock = dev.liuye.ffi.TierClock

/** Somebody came. */
public typealias Arrival = dev.liuye.ffi.Arrival

/**
 * The clocks of one call. The standard is written into it when it starts: a district that changes its standard
 * changes no clock that runs, and no figure of the past.
 */
public typealias Response = dev.liuye.ffi.Response

/** Somebody who was sent. */
public typealias Assigned = dev.liuye.ffi.Assigned

/** A call as the desk, its zone, whoever is sent, and its caller see it. */
public typealias Call = dev.liuye.ffi.Call

/** One step, as it was written down. */
public typealias Milestone = dev.liuye.ffi.Milestone

/** One person or unit that was sent to a call, as the desk and those who were sent see it. */
public typealias Assignment = dev.liuye.ffi.Assignment

/** A call that was saved. It is no answer yet: until the hub has it, nobody else knows. */
public typealias RaisedCall = dev.liuye.ffi.RaisedCall

/** A call as a screen shows it. */
public typealias OpenCall = dev.liuye.ffi.OpenCall
