package dev.liuye

/** Patrols: check-ins, and the points that are visited. Get it by [Companion.patrol]. */
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
}
