/**
 * The Kotlin side of `cargo xtask bench`: a check-in through the package as an app calls it. It says `ready`, and then
 * answers every line that it reads with the nanoseconds of a round of saves.
 */
package dev.liuye.bench

import dev.liuye.CheckInDraft
import dev.liuye.CheckInEvidence
import dev.liuye.Checkpoint
import dev.liuye.Clock
import dev.liuye.Companion
import dev.liuye.Config
import dev.liuye.DeviceInfo
import dev.liuye.Fix
import dev.liuye.FixSource
import kotlinx.coroutines.runBlocking
import java.io.File

/** The key of the tests' phones, as the Rust side has it. */
private val KEY = ByteArray(32) { 42 }

/** A brisk round, as on the Rust side: every save is judged against the 36 earlier ones of six hours. */
private const val BETWEEN_MS = 10 * 60_000L

/**
 * A clock that moves from one check-in to the next. The core asks it by callbacks, which an app that leaves the clock
 * to the core does not pay for: the figure is a little worse than theirs.
 */
private class Shift : Clock {
    @Volatile
    var now: Long = System.currentTimeMillis()

    override fun wallMs(): Long = now

    override fun elapsedMs(): Long = now

    override fun bootId(): String = "a boot of the bench"
}

private fun visit(checkpoint: Checkpoint, at: Long): CheckInDraft =
    CheckInDraft(
        evidence = CheckInEvidence.Gps,
        checkpoint = checkpoint.id,
        fix = Fix(lat = checkpoint.at.lat, lon = checkpoint.at.lon, accuracyM = 8.0, at = at, isMock = false, source = FixSource.GNSS),
        note = "护栏完好，水位正常",
    )

/** Takes the folder of the databases and the number of saves a round; what follows is for other sides. */
fun main(arguments: Array<String>) {
    val place = File(arguments[0])
    val saves = arguments[1].toInt()
    val path = File(place, "phone.db").copyTo(File(place, "kotlin.db"))
    val clock = Shift()
    runBlocking {
        Companion.open(Config(path.path, KEY, DeviceInfo("a phone of the bench"), clock = clock)).use { phone ->
            val checkpoints = phone.patrol.checkpoints().filter { it.retiredAt == null }
            check(checkpoints.size > 2) { "the phone has no site" }
            var next = 0
            println("ready")
            while (readlnOrNull() != null) {
                val started = System.nanoTime()
                repeat(saves) {
                    clock.now += BETWEEN_MS
                    phone.patrol.checkIn(visit(checkpoints[next++ % checkpoints.size], clock.now))
                }
                println(System.nanoTime() - started)
            }
        }
    }
}
