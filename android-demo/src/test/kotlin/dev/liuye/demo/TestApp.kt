package dev.liuye.demo

import java.time.LocalTime

/** The app with a key that the test chose and a time of day that stands still. */
class TestApp : App() {
    /** The time of day, by which screens turn dark. */
    var time: LocalTime = LocalTime.NOON

    /** The database's key. */
    var key = ByteArray(32) { 7 }

    override fun keys() = KeyProvider { key.copyOf() }

    override fun timeOfDay() = time
}
