package dev.liuye

import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.nio.file.Path
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.time.Duration.Companion.seconds

internal class CompanionTest {
    @TempDir
    lateinit var folder: Path

    private fun config(name: String = "phone", key: ByteArray = ByteArray(32) { 1 }, clock: Clock? = null, log: LogSink? = null): Config =
        Config(folder.resolve("$name.db").toString(), key, DeviceInfo("test"), clock = clock, logSink = log)

    private fun refusal(call: suspend () -> Any?): Pair<String, String> =
        assertThrows(LiuyeException.Refused::class.java) { runBlocking { call() } }.let { it.code to it.field }

    @Test
    fun `a wrong key is a typed error, and the right one still opens`() =
        runBlocking {
            Companion.open(config()).use { it.lost.report(lossDraft()) }
            val wrong = assertThrows(LiuyeException.Storage::class.java) { runBlocking { Companion.open(config(key = ByteArray(32) { 2 })) } }
            assertEquals("key_wrong", wrong.code)
            val short = assertThrows(LiuyeException.Refused::class.java) { runBlocking { Companion.open(config(key = ByteArray(16))) } }
            assertEquals("malformed" to "key", short.code to short.field)
            Companion.open(config()).use { assertEquals(1, it.outbox().pending) }
        }

    @Test
    fun `a file that is no database, or cannot be made, is a typed error`() {
        val config = config("text")
        File(config.path).writeText("this is not a database, and never was one".repeat(200))
        assertEquals("key_wrong", assertThrows(LiuyeException.Storage::class.java) { runBlocking { Companion.open(config) } }.code)
        val nowhere = Config("/no/such/folder/phone.db", ByteArray(32), DeviceInfo("test"))
        assertThrows(LiuyeException.Storage::class.java) { runBlocking { Companion.open(nowhere) } }
        val unnamed = Config(folder.resolve("x.db").toString(), ByteArray(32), DeviceInfo(" "))
        val refused = assertThrows(LiuyeException.Refused::class.java) { runBlocking { Companion.open(unnamed) } }
        assertEquals("missing" to "device.name", refused.code to refused.field)
    }

    @Test
    fun `every call after close says closed, and closing twice is no error`() =
        runBlocking {
            val phone = Companion.open(config())
            phone.close()
            phone.close()
            phone.cancel()
            val calls: List<suspend () -> Any?> =
                listOf(
                    { phone.outbox() },
                    { phone.identity() },
                    { phone.sync(SyncReason.USER) },
                    { phone.lost.report(lossDraft()) },
                    { phone.patrol.checkpoints() },
                    { phone.safety.hazards() },
                    { phone.attach(png(1, 0)) },
                    { phone.needsAttention() },
                    { phone.search("钱包") },
                    { phone.suspend() },
                    { phone.resume() },
                    { phone.changes().first() },
                )
            for (call in calls) {
                val failure = assertThrows(LiuyeException.Closed::class.java) { runBlocking { call() } }
                assertEquals("closed", failure.code)
            }
        }

    @Test
    fun `what was saved is found by a word of it, and a search without a word is refused`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                val wallet = phone.lost.report(lossDraft("黑色钱包 Wallet")).id
                phone.lost.report(lossDraft("雨伞"))
                for (text in listOf("钱包", "钱", "wal", "ＷＡＬＬＥＴ 黑色")) {
                    assertEquals(listOf(wallet), phone.search(text).map { it.id }, text)
                }
                assertEquals(listOf(wallet), phone.search("钱包", listOf(DocumentKind.LOST_REPORT), limit = 1).map { it.id })
                assertEquals(emptyList<Document>(), phone.search("钱包", setOf(DocumentKind.HAZARD)))
                assertEquals("missing" to "text", refusal { phone.search("，") })
                assertEquals("out_of_range" to "limit", refusal { phone.search("钱包", limit = -1) })
                assertEquals("malformed" to "kind", refusal { phone.search("钱包", listOf(DocumentKind.OTHER)) })
            }
        }

    @Test
    fun `lists are paged, and a page out of range is refused`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                val ids = (1..5).map { phone.lost.report(lossDraft("第${it}个")).operation }.reversed()
                assertEquals(ids.take(2), phone.operations(Page(limit = 2)).map { it.operation })
                assertEquals(ids.drop(2), phone.operations(Page(limit = 3, offset = 2)).map { it.operation })
                for (page in listOf(Page(0), Page(201), Page(-1))) {
                    val refused = assertThrows(LiuyeException.Refused::class.java) { runBlocking { phone.operations(page) } }
                    assertEquals("out_of_range" to "limit", refused.code to refused.field)
                }
                val before = assertThrows(LiuyeException.Refused::class.java) { runBlocking { phone.lost.reports(Page(10, -1)) } }
                assertEquals("out_of_range" to "offset", before.code to before.field)
            }
        }

    @Test
    fun `ids and digests that are none are refused by their names`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                assertEquals("malformed" to "operation", refusal { phone.amend("x", "{}") })
                assertEquals("malformed" to "operation", refusal { phone.discard("x", "no reason") })
                assertEquals("malformed" to "sha256", refusal { phone.photo("x") })
                assertEquals("malformed" to "kind", refusal { phone.documents(DocumentKind.OTHER) })
                assertEquals("malformed" to "before", refusal { phone.safety.closeOnSpot("h", "a", "b", "x", "y") })
                val unknown = assertThrows(LiuyeException.State::class.java) { runBlocking { phone.photo("0".repeat(64)) } }
                assertEquals("not_found", unknown.code)
                val nowhere = assertThrows(LiuyeException.State::class.java) { runBlocking { phone.attach(File("/no/such/photo.jpg")) } }
                assertEquals("not_found" to "path", nowhere.code to nowhere.field)
                assertEquals(0, phone.outbox().pending)
            }
        }

    @Test
    fun `a photo comes back as it went in, by bytes and by file`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                val bytes = png(5, 700_000)
                val file = folder.resolve("photo.png").toFile().apply { writeBytes(bytes) }
                val (first, second) = phone.attach(bytes) to phone.attach(file)
                assertEquals(first, second)
                assertEquals(bytes.size.toLong(), first.len)
                assertTrue(bytes.contentEquals(phone.photo(first.sha256)))
            }
        }

    @Test
    fun `a contact and a key show nothing of themselves`() =
        runBlocking {
            val contact = Contact("张三", "13800138000", passport = "E12345678")
            assertFalse(lossDraft(contact = contact).toString().contains("13800138000"))
            // Apart from the path: a temporary folder's name may hold any digits.
            val shown = config(key = ByteArray(32) { 77 }).run { toString().replace(path, "") }
            assertFalse(shown.contains("77"))
            Companion.open(config()).use { phone ->
                val id = phone.lost.report(lossDraft(contact = contact)).id
                assertEquals("+8613800138000", phone.lost.contact(id)?.phone)
                assertNull(phone.lost.contact("another"))
            }
        }

    @Test
    fun `the outbox flow shows the state at once and each change after`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                val pending = async { phone.outboxFlow().take(3).toList().map { it.pending } }
                delay(200)
                phone.lost.report(lossDraft())
                delay(200)
                phone.lost.report(lossDraft())
                assertEquals(listOf(0L, 1L, 2L), withTimeout(5.seconds) { pending.await() })
            }
        }

    @Test
    fun `flows complete when the companion closes, and outlive a suspension`() =
        runBlocking {
            val phone = Companion.open(config())
            val changes = async { phone.changes().toList() }
            val seen = CopyOnWriteArrayList<Long>()
            val outbox = launch { phone.outboxFlow().collect { seen += it.pending } }
            delay(200)
            phone.suspend()
            val suspended = assertThrows(LiuyeException.Closed::class.java) { runBlocking { phone.outbox() } }
            assertEquals("suspended", suspended.code)
            phone.resume()
            phone.lost.report(lossDraft())
            delay(300)
            phone.close()
            withTimeout(5.seconds) {
                assertEquals(listOf(listOf("lost_report")), changes.await().map { it.kinds })
                outbox.join()
            }
            assertEquals(listOf(0L, 1L), seen.toList())
        }

    @Test
    fun `many commits reach a slow collector, none is lost`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                val events = async { phone.changes().take(50).toList().also { delay(1) } }
                delay(200)
                val ids = (1..50).map { phone.lost.report(lossDraft()).id }
                assertEquals(ids, withTimeout(20.seconds) { events.await() }.flatMap { it.ids })
            }
        }

    @Test
    fun `a listener may call the companion, write, and throw`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                // Unconfined: the collector runs on the thread that committed, inside the listener.
                val scope = CoroutineScope(Dispatchers.Unconfined + SupervisorJob())
                val echoes = CopyOnWriteArrayList<String>()
                scope.launch {
                    phone.changes().collect { event ->
                        if (echoes.isEmpty()) {
                            echoes += event.ids
                            assertEquals(1, phone.outbox().pending)
                            phone.lost.report(lossDraft("回声"))
                        }
                    }
                }
                val bad = scope.launch(CoroutineExceptionHandler { _, _ -> }) { phone.changes().collect { error("a bug of the app") } }
                val saved = phone.lost.report(lossDraft())
                withTimeout(5.seconds) { while (phone.outbox().pending < 2) delay(20) }
                assertEquals(listOf(saved.id), echoes.toList())
                bad.cancelAndJoin()
                phone.lost.report(lossDraft())
                assertEquals(3, phone.outbox().pending)
            }
        }

    @Test
    fun `a clock or a log that throws hurts nothing`() =
        runBlocking {
            val clock =
                object : Clock {
                    override fun wallMs(): Long = error("no wall")

                    override fun elapsedMs(): Long = error("no clock")

                    override fun bootId(): String = error("no boot")
                }
            val config = config("clockless", clock = clock, log = { _, _, _ -> error("no disk") })
            val before = System.currentTimeMillis()
            Companion.open(config).use { phone ->
                phone.lost.report(lossDraft())
                assertTrue(phone.operations().single().recordedAt in before..System.currentTimeMillis())
            }
        }

    @Test
    fun `several companions live in one process, and calls come from many threads`() =
        runBlocking {
            val phones = (1..3).map { Companion.open(config("phone$it")) }
            val saved = phones.flatMap { phone -> (1..20).map { async(Dispatchers.Default) { phone.lost.report(lossDraft()).operation } } }
            assertEquals(60, saved.map { it.await() }.toSet().size)
            for (phone in phones) {
                assertEquals((20L downTo 1L).toList(), phone.operations(Page(200)).map { it.seq })
                phone.close()
            }
        }

    @Test
    fun `every code of the core is one that a message can be found for`() {
        val codes = Check.codes()
        assertEquals(codes.size, codes.toSet().size)
        assertTrue(codes.containsAll(listOf("phone_malformed", "tag_unsigned", "key_wrong", "offline", "closed")))
    }

    @Test
    fun `a sync without enrolment or transport is a typed state`() =
        runBlocking {
            Companion.open(config()).use { phone ->
                assertEquals("no_transport", assertThrows(LiuyeException.Network::class.java) { runBlocking { phone.sync(SyncReason.USER) } }.code)
                assertEquals(
                    "no_transport",
                    assertThrows(LiuyeException.Network::class.java) { runBlocking { phone.enrol("http://127.0.0.1:1", "x") } }.code,
                )
            }
            val offline = Config(config().path, ByteArray(32) { 1 }, DeviceInfo("test"), OkHttpTransport())
            Companion.open(offline).use { phone ->
                assertEquals("not_enrolled", assertThrows(LiuyeException.State::class.java) { runBlocking { phone.sync(SyncReason.USER) } }.code)
                val refused = assertThrows(LiuyeException.Refused::class.java) { runBlocking { phone.enrol("ftp://hub", "x") } }
                assertEquals("malformed" to "hub_url", refused.code to refused.field)
                val down = assertThrows(LiuyeException.Network::class.java) { runBlocking { phone.enrol("http://127.0.0.1:1", "x") } }
                assertEquals("offline", down.code)
            }
        }
}
