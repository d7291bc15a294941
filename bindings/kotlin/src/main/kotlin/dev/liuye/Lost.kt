package dev.liuye

/** Lost property: reports, their tracking codes, and what becomes of them. Get it by [Companion.lost]. */
public class Lost internal constructor(private val companion: Companion) {
    /**
     * Reports a loss. Works offline and before enrolment.
     *
     * @throws LiuyeException.Refused with the field, such as `phone_malformed` at `contact.phone` or `time_order` at
     *   `lost_from`.
     */
    public suspend fun report(draft: LostReportDraft): ReportedLoss = companion.call { it.reportLoss(draft.toBridge()) }

    /**
     * Corrects a report that the hub quarantined. It gets a new tracking code.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [report].
     */
    public suspend fun amendReport(operation: String, draft: LostReportDraft): ReportedLoss =
        companion.call { it.amendLoss(operation, draft.toBridge()) }

    /**
     * Staff found what may be the lost thing.
     *
     * @throws LiuyeException.NotPermitted for everyone else.
     * @throws LiuyeException.State `state_refused`.
     * @throws LiuyeException.Refused `unknown_reference` where there is no such report; a text's code at `note`.
     */
    public suspend fun markCandidate(id: String, note: String? = null): Recorded = companion.call { it.markLossCandidate(id, note) }

    /** The thing went back to its owner; for the desk. Fails as [markCandidate]. */
    public suspend fun markReturned(id: String, note: String? = null): Recorded = companion.call { it.markLossReturned(id, note) }

    /** The owner gives up; for the phone that reported it, and the desk. Fails as [markCandidate]. */
    public suspend fun withdraw(id: String, note: String? = null): Recorded = companion.call { it.withdrawLoss(id, note) }

    /**
     * Reports that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun reports(page: Page = Page()): List<LostReport> = companion.call { it.lostReports(page) }

    /** The tracking code of a report that this phone made; `null` for any other. */
    public suspend fun trackingCode(id: String): String? = companion.call { it.trackingCode(id) }

    /** The contact of a report that this phone made; other phones never have it. */
    public suspend fun contact(id: String): Contact? = companion.call { it.lossContact(id)?.toPublic() }
}
