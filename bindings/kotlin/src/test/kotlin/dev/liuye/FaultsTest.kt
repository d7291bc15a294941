package dev.liuye

import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.Arguments
import org.junit.jupiter.params.provider.Arguments.arguments
import org.junit.jupiter.params.provider.MethodSource
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

/** A network or a hub that fails: a clear state, nothing lost, and work goes on. */
internal class FaultsTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("illHubs")
    fun `an ill hub leaves a clear state, and all goes up to a well one`(what: String, answer: ByteArray, code: String) =
        District().use { district ->
            runBlocking {
                val transport = Rerouted()
                district.staff("p-011", transport).use { phone ->
                    IllHub(answer).use { ill ->
                        transport.to = ill.url
                        phone.patrol.checkIn(CheckInDraft(CheckInEvidence.Qr(district.qr("cp-02"))))
                        val report = phone.sync(SyncReason.WRITE)
                        assertEquals(code, report.blockedReason, what)
                        assertNotNull(report.nextAllowedAt)
                        val outbox = phone.outbox()
                        assertEquals(1L to code, outbox.pending to outbox.blockedReason)
                        assertNotNull(outbox.oldest)
                        phone.patrol.checkIn(CheckInDraft(CheckInEvidence.Qr(district.qr("cp-03"))))
                        assertEquals(2, phone.outbox().pending)
                        assertEquals(2, phone.patrol.checkIns().size)
                    }
                    transport.to = null
                    phone.syncUntilEmpty()
                    val outbox = phone.outbox()
                    assertEquals(3, outbox.applied)
                    assertNull(outbox.blockedReason)
                }
                assertTrue(" 3 operations" in district.verify())
            }
        }

    @Test
    fun `a hub that is down is offline`() =
        District().use { district ->
            runBlocking {
                district.staff("p-011").use { phone ->
                    district.stop()
                    phone.lost.report(lossDraft())
                    assertEquals("offline", phone.sync(SyncReason.WRITE).blockedReason)
                    assertEquals("offline", phone.outbox().blockedReason)
                    district.start()
                    phone.syncUntilEmpty()
                }
            }
        }

    @Test
    fun `a transport that throws what it should not is a cut line`() =
        District().use { district ->
            runBlocking {
                var broken = false
                val inner = OkHttpTransport()
                val transport =
                    object : Transport {
                        override fun send(request: HttpRequest): HttpResponse {
                            check(!broken) { "a bug of the host" }
                            return inner.send(request)
                        }
                    }
                district.staff("p-011", transport).use { phone ->
                    phone.lost.report(lossDraft())
                    broken = true
                    assertEquals("line_cut", phone.sync(SyncReason.USER).blockedReason)
                    broken = false
                    phone.syncUntilEmpty()
                }
            }
        }

    @Test
    fun `a transport that fails with an Error is a cut line too, and the next sync runs`() =
        District().use { district ->
            runBlocking {
                var broken = false
                val inner = OkHttpTransport()
                val transport =
                    object : Transport {
                        override fun send(request: HttpRequest): HttpResponse = if (broken) throw AssertionError("worse") else inner.send(request)
                    }
                district.staff("p-011", transport).use { phone ->
                    phone.lost.report(lossDraft())
                    broken = true
                    assertEquals("line_cut", phone.sync(SyncReason.USER).blockedReason)
                    broken = false
                    phone.syncUntilEmpty()
                }
            }
        }

    @Test
    fun `cancel ends a sync that hangs`() =
        hanging { phone ->
            val running = async { runCatching { phone.sync(SyncReason.USER) } }
            delay(500)
            val failure = assertThrows(LiuyeException.Busy::class.java) { runBlocking { phone.sync(SyncReason.USER) } }
            assertEquals("busy", failure.code)
            phone.cancel()
            val ended = withTimeout(5.seconds) { running.await() }.exceptionOrNull()
            assertEquals("cancelled", (ended as LiuyeException.Closed).code)
        }

    @Test
    fun `cancelling the coroutine ends a sync that hangs`() =
        hanging { phone ->
            val running = async { phone.sync(SyncReason.USER) }
            delay(500)
            val took = measureTime { running.cancelAndJoin() }
            assertTrue(took < 5.seconds, "$took")
            assertTrue(running.isCancelled)
        }

    @Test
    fun `a deadline ends a sync that hangs`() =
        hanging { phone ->
            val failure =
                assertThrows(LiuyeException.Closed::class.java) { runBlocking { phone.sync(SyncReason.USER, 500.milliseconds) } }
            assertEquals("cancelled", failure.code)
        }

    @Test
    fun `closing joins a sync that hangs`() =
        hanging { phone ->
            val running = async { runCatching { phone.sync(SyncReason.USER) } }
            delay(500)
            val took = measureTime { phone.close() }
            assertTrue(took < 5.seconds, "$took")
            assertTrue(running.await().exceptionOrNull() is LiuyeException.Closed)
        }

    /** A phone whose sync hangs; afterwards it syncs as if nothing had been, unless it was closed. */
    private fun hanging(test: suspend kotlinx.coroutines.CoroutineScope.(Companion) -> Unit) =
        District().use { district ->
            IllHub(null as ByteArray?).use { silent ->
                runBlocking {
                    val transport = Rerouted()
                    district.staff("p-011", transport).use { phone ->
                        phone.lost.report(lossDraft())
                        transport.to = silent.url
                        test(phone)
                    }
                    district.phone("p-011").use { phone ->
                        assertEquals(1, phone.outbox().pending)
                        phone.syncUntilEmpty()
                    }
                }
            }
        }

    private companion object Rows {
        @JvmStatic
        fun illHubs(): List<Arguments> =
            listOf(
                arguments("500", answer("500 Internal Server Error", ""), "hub_error"),
                arguments("503", answer("503 Service Unavailable", "", "retry-after: 1\r\n"), "hub_busy"),
                arguments("cut in the middle", "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"acked\":".encodeToByteArray(), "line_cut"),
                arguments("nonsense", answer("200 OK", "nonsense"), "answer_invalid"),
                arguments("a captive portal", answer("200 OK", "<html>Please log in</html>"), "answer_invalid"),
                arguments("a redirect", answer("302 Found", "", "location: http://127.0.0.1:1/\r\n"), "answer_invalid"),
                arguments("hung up", ByteArray(0), "line_cut"),
            )

        fun answer(status: String, body: String, headers: String = ""): ByteArray =
            "HTTP/1.1 $status\r\n${headers}content-length: ${body.length}\r\n\r\n$body".encodeToByteArray()
    }
}

/** Syncs as a person who presses the button would, until nothing is pending. */
internal suspend fun Companion.syncUntilEmpty() =
    withTimeout(30.seconds) {
        while (outbox().pending > 0 || outbox().blockedReason != null) {
            if (sync(SyncReason.USER).blockedReason != null) delay(200)
        }
    }
