package dev.liuye

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.job
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** The queue empties when the network is back, without anybody writing again. */
internal class SyncLoopTest {
    private class Counted(private val inner: Transport = OkHttpTransport()) : Transport {
        val requests = AtomicInteger()

        override fun send(request: HttpRequest): HttpResponse {
            requests.incrementAndGet()
            return inner.send(request)
        }

        override fun cancel() = inner.cancel()
    }

    private suspend fun Companion.await(limit: Duration, condition: (OutboxStatus) -> Boolean): OutboxStatus =
        withTimeout(limit) { outboxFlow().first(condition) }

    @Test
    fun `a write goes up by itself`() =
        District().use { district ->
            runBlocking {
                district.staff("p-011").use { phone ->
                    val scope = CoroutineScope(Dispatchers.Default + Job())
                    SyncLoop(phone, scope).use {
                        phone.patrol.checkIn(CheckInDraft(CheckInEvidence.Qr(district.qr("cp-02"))))
                        phone.await(20.seconds) { it.pending == 0L && it.applied == 2L }
                    }
                    scope.coroutineContext.job.cancelAndJoin()
                }
            }
        }

    @Test
    fun `what waits goes up when the hub is back, with nobody writing or kicking, and without a storm of requests`() =
        District().use { district ->
            runBlocking {
                val transport = Counted()
                district.staff("p-011", transport).use { phone ->
                    district.stop()
                    val scope = CoroutineScope(Dispatchers.Default + Job())
                    SyncLoop(phone, scope).use {
                        phone.patrol.checkIn(CheckInDraft(CheckInEvidence.Qr(district.qr("cp-02"))))
                        phone.await(20.seconds) { it.blockedReason == "offline" }
                        val before = transport.requests.get()
                        delay(3_000)
                        val tries = transport.requests.get() - before
                        assertTrue(tries <= 6, "$tries requests in three seconds")
                        district.start()
                        val outbox = phone.await(60.seconds) { it.pending == 0L && it.blockedReason == null }
                        assertEquals(2, outbox.applied)
                    }
                    scope.coroutineContext.job.cancelAndJoin()
                }
            }
        }

    @Test
    fun `a kick overrides the phone's own patience`() =
        District().use { district ->
            runBlocking {
                district.staff("p-011").use { phone ->
                    district.stop()
                    val scope = CoroutineScope(Dispatchers.Default + Job())
                    SyncLoop(phone, scope).use { loop ->
                        phone.patrol.checkIn(CheckInDraft(CheckInEvidence.Qr(district.qr("cp-02"))))
                        phone.await(20.seconds) { it.pending == 1L && it.blockedReason == "offline" }
                        district.start()
                        loop.kick(SyncReason.CONNECT)
                        phone.await(3.seconds) { it.pending == 0L }
                    }
                    scope.coroutineContext.job.cancelAndJoin()
                }
            }
        }

    @Test
    fun `what was recorded before enrolment goes up after it`() =
        District().use { district ->
            runBlocking {
                district.phone("tourist").use { phone ->
                    val scope = CoroutineScope(Dispatchers.Default + Job())
                    SyncLoop(phone, scope).use { loop ->
                        phone.lost.report(lossDraft())
                        withTimeout(10.seconds) { loop.lastError.first { it?.code == "not_enrolled" } }
                        phone.enrol(district.url, district.code())
                        phone.await(20.seconds) { it.pending == 0L && it.applied == 2L }
                    }
                    scope.coroutineContext.job.cancelAndJoin()
                }
            }
        }

    @Test
    fun `the loop ends with its companion and with its scope`() =
        District().use { district ->
            runBlocking {
                val phone = district.staff("p-011")
                val scope = CoroutineScope(Dispatchers.Default + Job())
                val loop = SyncLoop(phone, scope)
                withTimeout(10.seconds) { loop.lastReport.first { it != null } }
                phone.close()
                loop.kick(SyncReason.USER)
                withTimeout(5.seconds) { scope.coroutineContext.job.children.forEach { it.join() } }
                district.phone("p-011").use { again ->
                    SyncLoop(again, scope)
                    withTimeout(5.seconds) { scope.coroutineContext.job.cancelAndJoin() }
                    // A call that was cut short left nothing locked.
                    again.lost.report(lossDraft())
                    again.syncUntilEmpty()
                }
            }
        }
}
