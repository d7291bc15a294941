package dev.liuye.demo

import dev.liuye.Clock
import java.time.LocalTime

/** The app with a key that the test chose and a time of day that stands still. */
class TestApp : App() {
    /** The time of day, by which screens turn dark. */
    var time: LocalTime = LocalTime.NOON

    /** The database's key. */
    var key = ByteArray(32) { 7 }

    /** How far the core's clocks are ahead of the system's, ms; null for the system's own. */
    var ahead: Long? = null

    override fun clock(): Clock? = ahead?.let { Shifted() }

    override fun keys() = KeyProvider { key.copyOf() }

    override fun timeOfDay() = time

    /** The system's clocks, shifted by what holds at the moment. */
    private inner class Shifted : Clock {
        private val shift get() = ahead ?: 0

        override fun wallMs() = System.currentTimeMillis() + shift

        override fun elapsedMs() = System.nanoTime() / 1_000_000 + shift

        override fun bootId() = "boot"
    }
}
