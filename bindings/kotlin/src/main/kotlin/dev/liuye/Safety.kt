package dev.liuye

/** Safety checks: inspections of venues, and hazards from found to closed. Get it by [Companion.safety]. */
public class Safety internal constructor(private val companion: Companion) {
    /** All venues that this phone knows, by id. */
    public suspend fun venues(): List<Venue> = companion.call { it.venues() }

    /** The questions of a safety check. */
    public suspend fun checklist(): List<ChecklistItem> = companion.call { it.checklist() }

    /**
     * Begins a visit of a venue. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` or `venue_retired` at `venue`.
     * @throws LiuyeException.NotPermitted for who does not inspect.
     */
    public suspend fun startInspection(draft: InspectionDraft): Recorded = companion.call { it.startInspection(draft) }

    /**
     * Corrects the beginning of a visit that the hub quarantined, such as one of a venue that was struck off.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [startInspection].
     */
    public suspend fun amendInspection(operation: String, draft: InspectionDraft): Recorded =
        companion.call { it.amendInspection(operation, draft) }

    /**
     * Hands in an inspection with every question answered once.
     *
     * @throws LiuyeException.Refused `missing` or `unknown_reference` at `answers`.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun submit(
        inspection: String,
        answers: List<ChecklistAnswer>,
        summary: String? = null,
        photos: List<String> = emptyList(),
    ): Recorded = companion.call { it.submitInspection(inspection, answers, summary, photos) }

    /** The desk takes an inspection. Fails with [LiuyeException.NotPermitted] or [LiuyeException.State]. */
    public suspend fun approve(inspection: String): Recorded = companion.call { it.approveInspection(inspection) }

    /** The desk sends an inspection back, with a reason. Fails as [approve], and with `missing` at `reason`. */
    public suspend fun returnInspection(inspection: String, reason: String): Recorded =
        companion.call { it.returnInspection(inspection, reason) }

    /**
     * Reports a hazard. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` or `venue_retired` at `venue`, `missing` at `description`.
     */
    public suspend fun addHazard(draft: HazardDraft): Recorded = companion.call { it.addHazard(draft) }

    /**
     * Corrects a hazard's report that the hub quarantined.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [addHazard].
     */
    public suspend fun amendHazard(operation: String, draft: HazardDraft): Recorded = companion.call { it.amendHazard(operation, draft) }

    /**
     * Gives a hazard an owner and a due date.
     *
     * @throws LiuyeException.Refused `hazard_plan_missing` where a major hazard has no plan, `time_order` at `due`.
     * @throws LiuyeException.NotPermitted for who may not assign.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun assign(hazard: String, draft: AssignDraft): Recorded = companion.call { it.assignHazard(hazard, draft) }

    /** Rectification begins. Fails with [LiuyeException.NotPermitted] or [LiuyeException.State]. */
    public suspend fun startRectification(hazard: String): Recorded = companion.call { it.startRectification(hazard) }

    /**
     * The rectification is done.
     *
     * @param photos at least one shows it.
     * @throws LiuyeException.Refused `photo_missing` at `photos`, `missing` at `note`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun rectify(hazard: String, note: String, photos: List<String>): Recorded =
        companion.call { it.rectifyHazard(hazard, note, photos) }

    /**
     * Somebody else than who rectified it looks at the rectification.
     *
     * @throws LiuyeException.Refused `hazard_four_eyes` for who rectified it.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun reinspect(hazard: String, passed: Boolean, note: String? = null): Recorded =
        companion.call { it.reinspectHazard(hazard, passed, note) }

    /** Closes a hazard that was reinspected. Fails as [reinspect]. */
    public suspend fun close(hazard: String, note: String? = null): Recorded = companion.call { it.closeHazard(hazard, note) }

    /**
     * Closes a hazard that was rectified while the inspector was still there. Fails as [reinspect].
     *
     * @param rectifiedBy a person's id or a name.
     * @param witness the second person: another than the author and than who rectified it.
     * @param before the photo before, by SHA-256.
     * @param after the photo after, by SHA-256.
     */
    public suspend fun closeOnSpot(hazard: String, rectifiedBy: String, witness: String, before: String, after: String): Recorded =
        companion.call { it.closeHazardOnSpot(hazard, rectifiedBy, witness, before, after) }

    /**
     * Moves the due date. Fails as [reinspect], with `time_order` at `due` where it is not later, and with `missing` at
     * `reason`.
     *
     * @param due RFC 3339 with an offset.
     */
    public suspend fun extend(hazard: String, due: String, reason: String): Recorded = companion.call { it.extendHazard(hazard, due, reason) }

    /** Another authority takes over. Fails as [reinspect], and with `missing` at `authority` or `reason`. */
    public suspend fun refer(hazard: String, authority: String, reason: String): Recorded =
        companion.call { it.referHazard(hazard, authority, reason) }

    /** It was none. Fails as [reinspect], and with `missing` at `reason`. */
    public suspend fun void(hazard: String, reason: String): Recorded = companion.call { it.voidHazard(hazard, reason) }

    /**
     * Inspections that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun inspections(page: Page = Page()): List<Inspection> = companion.call { it.inspections(page) }

    /**
     * Hazards that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun hazards(page: Page = Page()): List<Hazard> = companion.call { it.hazards(page) }
}
