/** One phone of the demo: a JVM of its own that does what it reads, a line a command, and says what became of it. */
package dev.liuye.demo

import dev.liuye.Companion
import dev.liuye.Config
import dev.liuye.DeviceInfo
import dev.liuye.HttpRequest
import dev.liuye.HttpResponse
import dev.liuye.LiuyeException
import dev.liuye.OkHttpTransport
import dev.liuye.Page
import dev.liuye.SyncReason
import dev.liuye.Transport
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import java.io.File

/** Takes the phone's name, the folder of the phones, and how many milliseconds its clock lies in the past. */
internal fun main(arguments: Array<String>): Unit =
    runBlocking {
        val (name, folder, behind) = arguments
        val clock = StoryClock(behind.toLong())
        // The platform's keystore holds this key on a phone; here a file does.
        val key = File(folder, "$name.key").readText().trim().hexToByteArray()
        val transport = Interruptible(OkHttpTransport())
        Companion.open(Config(File(folder, "$name.db").path, key, DeviceInfo(name), transport, clock)).use { phone ->
            val duty = Duty(phone, clock, File(folder))
            val commands = Commands(phone, clock, transport, duty)
            println("ready")
            while (true) {
                val words = readlnOrNull()?.split(' ') ?: break
                try {
                    commands.follow(words)
                    println("done")
                } catch (failure: LiuyeException) {
                    println("failed ${failure.code} ${failure.field}")
                }
            }
        }
    }

/** A line on which an answer of the hub can be seen to arrive, and goes no further. */
internal class Interruptible(
    private val under: Transport,
) : Transport {
    @Volatile
    var stopsAtAnswer: Boolean = false

    override fun send(request: HttpRequest): HttpResponse {
        val answer = under.send(request)
        if (stopsAtAnswer && request.url.endsWith("/sync")) {
            println("answered ${answer.status}")
            // Whoever reads this kills the process: the hub has committed, and the phone has stored nothing of it.
            Thread.sleep(Long.MAX_VALUE)
        }
        return answer
    }

    override fun cancel(): Unit = under.cancel()
}

private class Commands(
    private val phone: Companion,
    private val clock: StoryClock,
    private val transport: Interruptible,
    private val duty: Duty,
) {
    suspend fun follow(words: List<String>) {
        when (words[0]) {
            "enrol" -> {
                phone.enrol(words[1], words[2])
                // The newest: enrolment is itself an operation of the log.
                val enrolment = phone.operations(Page(1)).single()
                println("saved ${enrolment.kind} ${enrolment.operation} -")
            }
            "sync" -> sync()
            "sync-until-answered" -> {
                transport.stopsAtAnswer = true
                sync()
            }
            "now" -> clock.moveTo(System.currentTimeMillis())
            "walk" -> duty.walk()
            "losses" -> duty.losses()
            "open-hazard" -> duty.openHazard(words[1])
            "visits" -> duty.visits(words[1].toInt()..words[2].toInt())
            "visit" -> duty.visit(words[1])
            "hazards" -> duty.hazards(words.drop(1))
            "rectify" -> duty.rectify(words[1])
            "amend" -> duty.amend(words[1])
            "operations" -> operations()
            else -> error("no such command: ${words[0]}")
        }
    }

    /** Rounds until nothing is pending; what each verdict was is said as it comes. A round that failed is tried again. */
    private suspend fun sync() {
        repeat(ROUNDS) {
            val report = phone.sync(SyncReason.USER)
            for (verdict in report.verdicts) {
                println("verdict ${verdict.operation} ${verdict.state.name.lowercase()} ${verdict.code ?: "-"}")
            }
            val outbox = phone.outbox()
            println("progress ${outbox.pending} ${report.received} ${report.blobsSent} ${report.blockedReason ?: "-"}")
            if (report.blockedReason == null && outbox.pending == 0L && outbox.blobs == 0L) return
            if (report.blockedReason == "offline") return
            delay(PAUSE_MS)
        }
        error("the queue does not empty")
    }

    private suspend fun operations() {
        var offset = 0
        do {
            val page = phone.operations(Page(PAGE, offset))
            for (entry in page) {
                val flags = entry.flags.joinToString(",") { it.name.lowercase() }.ifEmpty { "-" }
                val state = entry.state.name.lowercase()
                println("operation ${entry.operation} ${entry.kind} $state $flags ${entry.code ?: "-"} ${entry.amendedBy ?: "-"}")
            }
            offset += PAGE
        } while (page.size == PAGE)
        val outbox = phone.outbox()
        println("outbox ${outbox.pending} ${outbox.applied} ${outbox.conflicts} ${outbox.held} ${outbox.quarantined}")
    }
}

private const val PAGE = 200
private const val ROUNDS = 50
private const val PAUSE_MS = 300L
