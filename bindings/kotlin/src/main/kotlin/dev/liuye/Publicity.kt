package dev.liuye

/** Publicity: sessions from plan to proof, their topics and material, and the stock of leaflets. Get it by [Companion.publicity]. */
public class Publicity internal constructor(private val companion: Companion) {
    /** All topics that this phone knows, by id. */
    public suspend fun topics(): List<Topic> = companion.call { it.publicityTopics() }

    /** All material that this phone knows, by id; rhymes with their words. */
    public suspend fun materials(): List<Material> = companion.call { it.publicityMaterials() }

    /**
     * Plans a session. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `topics`, `materials` or `zone`; `missing` at `topics` or
     *   `place`; `time_malformed`, `time_order` or `out_of_range` at `from` or `to`.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun plan(draft: SessionDraft): Recorded = companion.call { it.planSession(draft) }

    /**
     * Says that a session was held, and how many people it reached. Works offline.
     *
     * @throws LiuyeException.Refused `out_of_range` at `audience`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun hold(
        session: String,
        audience: Long,
        note: String? = null,
        fix: Fix? = null,
        photos: List<String> = emptyList(),
    ): Recorded = companion.call { it.holdSession(session, audience, note, fix, photos) }

    /**
     * Vouches for a session that somebody else held: it counts from then on, and its leaflets stay as they are.
     *
     * @throws LiuyeException.NotPermitted for who may not, also for one of their own.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun verify(session: String, note: String? = null): Recorded = companion.call { it.verifySession(session, note) }

    /**
     * Sessions that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun sessions(page: Page = Page()): List<PublicitySession> = companion.call { it.publicitySessions(page) }

    /**
     * Takes a batch of leaflets into the stock.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `material` where that is no leaflet; `out_of_range` at
     *   `quantity`.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun stockLeaflets(material: String, quantity: Long): Recorded =
        companion.call { it.stockLeaflets(material, quantity) }

    /**
     * Takes leaflets of a batch to a session. Works offline.
     *
     * @throws LiuyeException.Refused `leaflets_short` or `out_of_range` at `quantity`; `unknown_reference` at
     *   `session`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused` at `session` where it is verified.
     */
    public suspend fun issueLeaflets(batch: String, session: String, quantity: Long): Recorded =
        companion.call { it.issueLeaflets(batch, session, quantity) }

    /** Brings leaflets back from a session. Works offline. Fails as [issueLeaflets]. */
    public suspend fun returnLeaflets(batch: String, session: String, quantity: Long): Recorded =
        companion.call { it.returnLeaflets(batch, session, quantity) }

    /** Says that leaflets were spoilt or lost in a session. Works offline. Fails as [issueLeaflets]. */
    public suspend fun wasteLeaflets(batch: String, session: String, quantity: Long): Recorded =
        companion.call { it.wasteLeaflets(batch, session, quantity) }

    /**
     * Batches of leaflets, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun batches(page: Page = Page()): List<Leaflets> = companion.call { it.leafletBatches(page) }
}

/** What material is. */
public typealias MaterialKind = dev.liuye.ffi.MaterialKind

/** Where a session stands. */
public typealias PublicityState = dev.liuye.ffi.PublicityState

/** What a session is about, such as drink driving or fraud. */
public typealias Topic = dev.liuye.ffi.Topic

/** What a session works with. */
public typealias Material = dev.liuye.ffi.Material

/** A session that is to be held. */
public typealias SessionDraft = dev.liuye.ffi.SessionDraft

/** A session as staff see it. What was handed out in it stands with the leaflets. */
public typealias PublicitySession = dev.liuye.ffi.PublicitySession

/** What one session had of a batch. */
public typealias LeafletUse = dev.liuye.ffi.LeafletUse

/** A batch of leaflets as staff see it. */
public typealias Leaflets = dev.liuye.ffi.Leaflets
