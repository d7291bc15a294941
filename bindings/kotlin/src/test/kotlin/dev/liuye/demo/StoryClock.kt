package dev.liuye.demo

import dev.liuye.Clock

/**
 * A phone's clock that lies [behindMs] in the past and is moved forward through a recorded walk. The monotonic clock goes
 * with it, so that the intervals of the walk are those of the record.
 */
internal class StoryClock(
    private var behindMs: Long,
) : Clock {
    override fun wallMs(): Long = System.currentTimeMillis() - behindMs

    override fun elapsedMs(): Long = wallMs() - BOOT_MS

    override fun bootId(): String = "the boot of the story"

    /** Goes forward to a time, UTC ms. */
    fun moveTo(wall: Long) {
        val behind = System.currentTimeMillis() - wall
        check(behind in 0..behindMs) { "the story's clock goes forward, and no further than now" }
        behindMs = behind
    }
}

/** Long before any story. */
private const val BOOT_MS = 1_700_000_000_000L
