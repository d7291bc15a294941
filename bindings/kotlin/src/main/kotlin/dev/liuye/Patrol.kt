package dev.liuye

/** Patrols: check-ins and the points that are visited, shifts, tours, and what they cover. Get it by [Companion.patrol]. */
public class Patrol internal constructor(private val companion: Companion) {
    /**
     * Records a visit of a checkpoint. Works offline and before enrolment.
     *
     * @throws LiuyeException.Refused with the field: `tag_unsigned`, `tag_unknown`, `tag_retired`, `duplicate_check_in`,
     *   `missing`, a coordinate's or text's code, …
     * @throws LiuyeException.NotPermitted for a role that walks no rounds.
     */
    public suspend fun checkIn(draft: CheckInDraft): RecordedCheckIn = companion.call { it.checkIn(draft.toBridge()) }

    /**
     * Corrects a check-in that the hub quarantined.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [checkIn].
     */
    public suspend fun amendCheckIn(operation: String, draft: CheckInDraft): RecordedCheckIn =
        companion.call { it.amendCheckIn(operation, draft.toBridge()) }

    /**
     * A supervisor's decision on a flagged check-in.
     *
     * @throws LiuyeException.NotPermitted for everyone else.
     * @throws LiuyeException.State `state_refused`.
     * @throws LiuyeException.Refused `missing` at `reason`.
     */
    public suspend fun review(checkIn: String, accepted: Boolean, reason: String): Recorded =
        companion.call { it.reviewCheckIn(checkIn, accepted, reason) }

    /** All checkpoints that this phone knows, by id. */
    public suspend fun checkpoints(): List<Checkpoint> = companion.call { it.checkpoints() }

    /** All routes that this phone knows, by id. */
    public suspend fun routes(): List<Route> = companion.call { it.routes() }

    /** All zones that this phone knows, by id. */
    public suspend fun zones(): List<Zone> = companion.call { it.zones() }

    /**
     * Check-ins, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun checkIns(page: Page = Page()): List<CheckIn> = companion.call { it.checkIns(page) }

    /**
     * Comes on duty. Works offline and before enrolment.
     *
     * @throws LiuyeException.Refused `shift_overlap` at `from` where another shift of this person is running or takes
     *   up a part of this one; `unknown_reference` at `zone` or `post`; `missing` at `zone`; `out_of_range` at
     *   `minutes`.
     * @throws LiuyeException.NotPermitted for somebody else's.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun startShift(start: ShiftStart): Recorded = companion.call { it.startShift(start) }

    /**
     * Goes off duty. Works offline.
     *
     * @throws LiuyeException.Refused a text's code at `note`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun endShift(shift: String, note: String? = null): Recorded = companion.call { it.endShift(shift, note) }

    /**
     * Puts somebody on a shift.
     *
     * @throws LiuyeException.Refused `shift_overlap` at `from`; `time_malformed`, `time_order` or `out_of_range` at
     *   `from` or `to`; `unknown_reference` at `person`, `zone` or `post`.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun planShift(draft: ShiftDraft): Recorded = companion.call { it.planShift(draft) }

    /**
     * Calls a planned shift off.
     *
     * @throws LiuyeException.Refused `missing` at `reason`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun cancelShift(shift: String, reason: String): Recorded = companion.call { it.cancelShift(shift, reason) }

    /**
     * Shifts that this phone may see, the latest window first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun shifts(page: Page = Page()): List<Shift> = companion.call { it.shifts(page) }

    /** The shift on which the holder of this phone is, by its clock. */
    public suspend fun currentShift(): Shift? = companion.call { it.currentShift() }

    /**
     * Records where the holder of this phone went on their shift: positions in their order, an hour of them at
     * most. Of two within a second the first is taken. Show whoever is followed that they are.
     *
     * @throws LiuyeException.Refused `off_shift` at `path` where no shift of theirs ran all that time; `out_of_range`,
     *   `time_order` or `time_in_future` at `path`; those of a coordinate.
     */
    public suspend fun recordTrack(fixes: List<Fix>): Recorded = companion.call { it.recordTrack(fixes) }

    /**
     * Schedules a tour.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `route` or `person`; `time_malformed` at `day`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `not_enrolled`.
     */
    public suspend fun scheduleTour(draft: TourDraft): Recorded = companion.call { it.scheduleTour(draft) }

    /**
     * Begins the walk: check-ins at the route's checkpoints belong to it from now on. Works offline.
     *
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun startTour(tour: String): Recorded = companion.call { it.startTour(tour) }

    /**
     * Ends the walk: complete, or not, as its check-ins show. Works offline.
     *
     * @throws LiuyeException.Refused a text's code at `note`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun finishTour(tour: String, note: String? = null): Recorded = companion.call { it.finishTour(tour, note) }

    /**
     * Tours that this phone may see, the latest window first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun tours(page: Page = Page()): List<Tour> = companion.call { it.tours(page) }

    /**
     * How far a tour has come, as far as this phone knows.
     *
     * @throws LiuyeException.State `not_found`.
     */
    public suspend fun tourProgress(tour: String): TourProgress = companion.call { it.tourProgress(tour) }

    /**
     * Which hours of which zones somebody was to be there, and in which of them somebody was, of `[from, to)` (RFC
     * 3339 with an offset), at most 31 days: as far as this phone sees, so that only the desk's is whole.
     *
     * @throws LiuyeException.Refused `time_malformed`, `time_order` or `out_of_range` at `from` or `to`.
     * @throws LiuyeException.State `not_enrolled`.
     */
    public suspend fun coverage(from: String, to: String): Coverage = companion.call { it.coverage(from, to) }

    /**
     * The hours of zones that will go uncovered unless somebody checks in soon, by this phone's clock.
     *
     * @throws LiuyeException.State `not_enrolled`.
     */
    public suspend fun coverageWarnings(): List<ZoneHour> = companion.call { it.coverageWarnings() }
}

/** Where a shift stands. */
public typealias ShiftState = dev.liuye.ffi.ShiftState

/** Where a tour stands. */
public typealias TourState = dev.liuye.ffi.TourState

/** A shift that somebody is put on. */
public typealias ShiftDraft = dev.liuye.ffi.ShiftDraft

/** Which shift begins: [PlannedShift] or [UnplannedShift]. */
public typealias ShiftStart = dev.liuye.ffi.ShiftStart

/** A shift that was planned: `shift` is its id. */
public typealias PlannedShift = dev.liuye.ffi.ShiftStart.Planned

/** A shift that nobody planned: in which `zone` or at which `post`, and how long it will last, in minutes; 1 to 1,440. */
public typealias UnplannedShift = dev.liuye.ffi.ShiftStart.Unplanned

/** A walk that somebody is to make. */
public typealias TourDraft = dev.liuye.ffi.TourDraft

/** A shift as staff see it. */
public typealias Shift = dev.liuye.ffi.Shift

/** A visit that counts for a tour. */
public typealias TourVisit = dev.liuye.ffi.TourVisit

/** How far a tour has come. */
public typealias TourProgress = dev.liuye.ffi.TourProgress

/** A tour as staff see it. */
public typealias Tour = dev.liuye.ffi.Tour

/** One clock hour of one zone. */
public typealias ZoneHour = dev.liuye.ffi.ZoneHour

/** The zones of a site over a stretch of time, by the hour. */
public typealias Coverage = dev.liuye.ffi.Coverage
