package dev.liuye

import dev.liuye.demo.Ledger
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** A damaged database: told as such, saved as far as it can be read, and what was saved reaches the hub once. */
internal class RecoveryTest {
    @Test
    fun `a damaged first page costs no record, and every one is at the hub once`() =
        runBlocking<Unit> {
            District().use { district ->
                val all = district.work()
                val device = Companion.open(district.config(NAME)).use { it.identity().device }
                district.damage { page -> page == 0 }
                assertEquals("corrupt", assertThrows(LiuyeException.Storage::class.java) { runBlocking { district.phone(NAME) } }.code)
                Companion.recover(district.config(NAME)).use { phone ->
                    val told = checkNotNull(phone.recovery())
                    assertEquals(listOf(all.size.toLong(), 0L, 1L), told.run { listOf(operations, lost, unreadablePages) })
                    assertEquals(PENDING.toLong(), told.pending)
                    assertTrue(told.sameDevice && told.enrolled && File(told.aside).exists(), told.toString())
                    assertEquals(device, phone.identity().device)
                    district.arrivesOnce(phone, all)
                }
            }
        }

    @Test
    fun `damaged pages of records cost what lies on them, that is told, and the rest is at the hub once`() =
        runBlocking<Unit> {
            District().use { district ->
                val all = district.work()
                val settled = Companion.open(district.config(NAME)).use { phone -> phone.all { it.state != OperationState.PENDING } }
                district.damage { page -> page % 3 == 0 }
                Companion.recover(district.config(NAME)).use { phone ->
                    val told = checkNotNull(phone.recovery())
                    val saved = phone.all()
                    assertEquals(saved.size.toLong(), told.operations)
                    assertTrue(told.lost > 0 && told.pending > 0 && saved.size < all.size, "$told of ${all.size}")
                    assertTrue(all.containsAll(saved))
                    district.arrivesOnce(phone, settled + saved)
                }
                // Told until the next one, also by whoever opens it in the usual way.
                Companion.open(district.config(NAME)).use { assertTrue(checkNotNull(it.recovery()).lost > 0) }
            }
        }

    @Test
    fun `another key recovers nothing and touches nothing`() =
        runBlocking<Unit> {
            District().use { district ->
                district.work()
                district.damage { page -> page == 0 }
                val before = File(district.phonePath(NAME)).readBytes()
                val error = assertThrows(LiuyeException.Storage::class.java) { runBlocking { Companion.recover(district.config(NAME, key = 7)) } }
                assertEquals("key_wrong", error.code)
                assertArrayEquals(before, File(district.phonePath(NAME)).readBytes())
            }
        }

    @Test
    fun `a whole database is opened and left as it is`() =
        runBlocking<Unit> {
            District().use { district ->
                val all = district.work()
                Companion.recover(district.config(NAME)).use { phone ->
                    assertNull(phone.recovery())
                    assertEquals(all, phone.all())
                }
            }
        }

    /** A phone that sent some of its records and then lost its network. Gives all their ids. */
    private suspend fun District.work(): Set<String> =
        staffNamed().use { phone ->
            repeat(SETTLED) { phone.lost.report(lossDraft("$it ".repeat(200))) }
            assertNull(phone.sync(SyncReason.USER).blockedReason)
            repeat(PENDING) { phone.lost.report(lossDraft("$it ".repeat(200), Contact("张三", "13800138000"))) }
            phone.all()
        }

    private suspend fun District.staffNamed(): Companion = phone(NAME).also { it.enrol(url, code("p-011")) }

    private suspend fun Companion.all(which: (OutboxEntry) -> Boolean = { true }): Set<String> =
        operations(Page(limit = 200)).filter(which).map { it.operation }.toSet()

    private fun District.damage(which: (Int) -> Boolean) {
        val file = File(phonePath(NAME))
        val bytes = file.readBytes()
        for (page in (0 until bytes.size / PAGE).filter(which)) {
            val place = page * PAGE + PAGE / 2
            bytes[place] = (bytes[place].toInt() xor 1).toByte()
        }
        file.writeBytes(bytes)
    }

    /** Syncs until nothing waits, and counts at the hub itself. */
    private suspend fun District.arrivesOnce(phone: Companion, expected: Set<String>) {
        repeat(3) { assertNull(phone.sync(SyncReason.USER).blockedReason) }
        assertEquals(0, phone.outbox().pending)
        stop()
        val there = Ledger(folder.resolve("hub/ledger.db").toFile()).rows("SELECT id FROM operations")
        assertEquals(expected.size, there.size)
        assertEquals(expected, there.toSet())
        assertTrue(" 0 faults" in verify(), verify())
    }
}

private const val NAME = "damaged"
private const val PAGE = 4096
private const val SETTLED = 20
private const val PENDING = 20
