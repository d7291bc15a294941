package dev.liuye

/** Zones: where people serve, how many visitors are there, and where patrols are thin at night. Get it by [Companion.zones]. */
public class Zones internal constructor(private val companion: Companion) {
    /** All zones that this phone knows, by id. */
    public suspend fun all(): List<Zone> = companion.call { it.zones() }

    /** The zone in which a position lies; on a border the first by id. */
    public suspend fun at(position: Position): Zone? = companion.call { it.zoneAt(position) }

    /** All key roads that this phone knows, by id. */
    public suspend fun keyRoads(): List<KeyRoad> = companion.call { it.keyRoads() }

    /**
     * Records how many visitors are in a zone now. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `zone`; `out_of_range` at `visitors`.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun countVisitors(draft: CrowdDraft): Recorded = companion.call { it.countVisitors(draft) }

    /**
     * Counts of visitors that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun crowdCounts(page: Page = Page()): List<CrowdCount> = companion.call { it.crowdCounts(page) }

    /**
     * Who might move so that those on duty stand where the visitors are, by what this phone sees now.
     *
     * @throws LiuyeException.State `not_enrolled`.
     */
    public suspend fun moveHints(): List<MoveHint> = companion.call { it.moveHints() }

    /**
     * How often the key roads and the zones were patrolled at night, in `[from, to)` (RFC 3339 with an offset), at
     * most 31 days: as far as this phone sees.
     *
     * @throws LiuyeException.Refused `time_malformed`, `time_order` or `out_of_range` at `from` or `to`.
     * @throws LiuyeException.State `not_enrolled`.
     */
    public suspend fun nightDensity(from: String, to: String): NightDensity = companion.call { it.nightDensity(from, to) }
}

/** Where a count comes from. */
public typealias CrowdSource = dev.liuye.ffi.CrowdSource

/** Visitors that somebody counted. */
public typealias CrowdDraft = dev.liuye.ffi.CrowdDraft

/** Visitors of a zone at a time. */
public typealias CrowdCount = dev.liuye.ffi.CrowdCount

/** A road, with the hours in which patrols must be dense on it. */
public typealias KeyRoad = dev.liuye.ffi.KeyRoad

/** One clock hour of one key road or zone. */
public typealias DensityHour = dev.liuye.ffi.DensityHour

/** How often places are patrolled in the hours in which they are watched. */
public typealias NightDensity = dev.liuye.ffi.NightDensity

/** A hint to move some of those on duty. */
public typealias MoveHint = dev.liuye.ffi.MoveHint
