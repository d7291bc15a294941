package dev.liuye

/** Ratings: one tap by whoever was helped. Get it by [Companion.ratings]. */
public class Ratings internal constructor(private val companion: Companion) {
    /**
     * Rates a closed call or a returned report, from 1, bad, to 5, very good; once. [code] is the report's tracking
     * code, where another phone reported the loss. Works offline.
     *
     * @throws LiuyeException.Refused `out_of_range` at `stars`; `unknown_reference` at `about`.
     * @throws LiuyeException.NotPermitted at `about` where somebody else was helped.
     * @throws LiuyeException.State at `about`: `exists`; `state_refused` where it is not over.
     */
    public suspend fun give(about: String, stars: Long, code: String? = null): Recorded =
        companion.call { it.giveRating(about, stars, code) }

    /**
     * Ratings that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun all(page: Page = Page()): List<Rating> = companion.call { it.ratings(page) }
}

/** What was rated. */
public typealias RatedKind = dev.liuye.ffi.RatedKind

/** A rating as the desk sees it. The tracking code is not in it. */
public typealias Rating = dev.liuye.ffi.Rating
