package dev.liuye

/** Disputes: found, screened, mediated by one of two roads, and looked at again afterwards. Get it by [Companion.disputes]. */
public class Disputes internal constructor(private val companion: Companion) {
    /**
     * Reports a dispute. Works offline.
     *
     * @throws LiuyeException.Refused `out_of_range` at `parties`; `unknown_reference` at `zone`; a text's code at its
     *   field.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun report(draft: DisputeDraft): Recorded = companion.call { it.reportDispute(draft) }

    /**
     * An officer looks at it.
     *
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun screen(dispute: String, note: String? = null): Recorded = companion.call { it.screenDispute(dispute, note) }

    /**
     * Mediation begins. [mediators] are persons of the base by id, and for people's mediation also names of others;
     * they see the dispute from then on. Fails as [screen], and also:
     *
     * @throws LiuyeException.Refused `missing` or `out_of_range` at `mediators`.
     * @throws LiuyeException.NotPermitted at `mediators` where nobody among them may mediate without
     *   an officer.
     */
    public suspend fun mediate(dispute: String, road: MediationRoad, mediators: List<String>): Recorded =
        companion.call { it.mediateDispute(dispute, road, mediators) }

    /** They try again; the police once at most. Fails as [mediate]. */
    public suspend fun retry(dispute: String, mediators: List<String>): Recorded =
        companion.call { it.retryMediation(dispute, mediators) }

    /**
     * Another authority takes it. Fails as [screen], and also:
     *
     * @throws LiuyeException.Refused `missing` at `authority` or `reason`.
     */
    public suspend fun refer(dispute: String, authority: String, reason: String): Recorded =
        companion.call { it.referDispute(dispute, authority, reason) }

    /**
     * There is an agreement, to be performed by then (RFC 3339 with an offset). Fails as [mediate], and also:
     *
     * @throws LiuyeException.Refused `time_malformed` or `time_order` at `perform_by`.
     */
    public suspend fun agree(dispute: String, mediators: List<String>, terms: String, performBy: String): Recorded =
        companion.call { it.agreeDispute(dispute, mediators, terms, performBy) }

    /** The agreement was kept. Fails as [screen]. */
    public suspend fun perform(dispute: String, note: String? = null): Recorded = companion.call { it.performAgreement(dispute, note) }

    /**
     * Somebody asked how things stand. Fails as [screen], and also:
     *
     * @throws LiuyeException.Refused `missing` at `note`.
     */
    public suspend fun revisit(dispute: String, note: String): Recorded = companion.call { it.revisitDispute(dispute, note) }

    /** It is over. Fails as [screen]. */
    public suspend fun close(dispute: String, note: String? = null): Recorded = companion.call { it.closeDispute(dispute, note) }

    /**
     * There is no agreement; or there was one that was not kept, and then [mediators] is empty and an officer says
     * so. Fails as [mediate], and also:
     *
     * @throws LiuyeException.Refused `missing` at `reason`.
     */
    public suspend fun fail(dispute: String, mediators: List<String>, reason: String): Recorded =
        companion.call { it.failMediation(dispute, mediators, reason) }

    /**
     * The law takes its course: those at odds were shown which way. Fails as [screen], and also:
     *
     * @throws LiuyeException.Refused `missing` at `note`.
     */
    public suspend fun legalRoute(dispute: String, note: String): Recorded = companion.call { it.takeLegalRoute(dispute, note) }

    /**
     * Disputes that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun all(page: Page = Page()): List<Dispute> = companion.call { it.disputes(page) }
}

/** What a dispute is about. */
public typealias DisputeCategory = dev.liuye.ffi.DisputeCategory

/** Who mediates. */
public typealias MediationRoad = dev.liuye.ffi.MediationRoad

/** Where a dispute stands. */
public typealias DisputeState = dev.liuye.ffi.DisputeState

/** A dispute that was found. Nobody's name belongs in it. */
public typealias DisputeDraft = dev.liuye.ffi.DisputeDraft

/** A dispute as its reporter, its mediators, inspectors and the desk see it. */
public typealias Dispute = dev.liuye.ffi.Dispute
