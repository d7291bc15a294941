package dev.liuye

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/**
 * Keeps a companion in sync for as long as [scope] lives: at once, after each local write, at each [kick], and when the
 * last round's `nextAllowedAt` has come. A round that fails always arms the next, so that the queue empties when the
 * network is back, without anybody writing again.
 *
 * The system's schedulers only add to it: call [kick] from a network callback ([SyncReason.CONNECT]) or a worker
 * ([SyncReason.TIMER]). It ends with the companion or by [close].
 *
 * @param idle how long to wait where nothing is pending and nothing failed: the district goes on meanwhile.
 */
public class SyncLoop(
    private val companion: Companion,
    scope: CoroutineScope,
    private val idle: Duration = 5.minutes,
) : AutoCloseable {
    private val kicks = Channel<SyncReason>(Channel.CONFLATED)
    private val reports = MutableStateFlow<SyncReport?>(null)
    private val failures = MutableStateFlow<LiuyeException?>(null)

    /** The last round's report; `null` before the first. */
    public val lastReport: StateFlow<SyncReport?> = reports.asStateFlow()

    /** Why the last round gave no report, such as `not_enrolled`; `null` where it gave one. */
    public val lastError: StateFlow<LiuyeException?> = failures.asStateFlow()

    private val job: Job = scope.launch { run() }

    /** Asks for a round now. Returns at once; while one runs, the next follows it. */
    public fun kick(reason: SyncReason) {
        kicks.trySend(reason)
    }

    /** Ends the loop, and a round that is under way. */
    override fun close(): Unit = job.cancel()

    private suspend fun run(): Unit =
        coroutineScope {
            val writes = launch { kickOnWrites() }
            var reason = SyncReason.LAUNCH
            while (true) {
                val pause = round(reason) ?: break
                reason = withTimeoutOrNull(pause) { kicks.receive() } ?: SyncReason.TIMER
            }
            writes.cancel()
        }

    /** A sync changes the outbox too: a write is what makes the log longer. */
    private suspend fun kickOnWrites() {
        var seen: Long? = null
        companion.outboxFlow().collect {
            val last = lastSeq() ?: return@collect
            val before = seen
            seen = last
            if (before != null && last > before) kick(SyncReason.WRITE)
        }
    }

    private suspend fun lastSeq(): Long? =
        try {
            companion.operations(Page(limit = 1)).firstOrNull()?.seq ?: 0
        } catch (_: LiuyeException) {
            null
        }

    /** One round. Gives how long to wait for the next; `null` where there is none. */
    private suspend fun round(reason: SyncReason): Duration? =
        try {
            val report = companion.sync(reason)
            reports.value = report
            failures.value = null
            val next = report.nextAllowedAt
            when {
                next != null -> (next - companion.nowMs()).milliseconds.coerceAtLeast(SHORTEST)
                companion.outbox().pending > 0 -> SHORTEST
                else -> idle
            }
        } catch (failure: LiuyeException) {
            failures.value = failure
            when {
                // A phone that was wiped has nothing left to send.
                failure is LiuyeException.Closed && (failure.code == "closed" || failure.code == "wiped") -> null
                failure is LiuyeException.Busy -> WHILE_BUSY
                // Enrolment is a write, and kicks.
                failure is LiuyeException.State -> idle
                else -> AFTER_FAILURE
            }
        }
}

/** A clock that was set back must not make the loop spin. */
private val SHORTEST: Duration = 200.milliseconds

/** Another process syncs: it ends within a lease. */
private val WHILE_BUSY: Duration = 5.seconds

/** The disk is full, or the app is suspended: somebody has to do something about it. */
private val AFTER_FAILURE: Duration = 30.seconds
