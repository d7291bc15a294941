package dev.liuye

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import kotlin.random.Random

/** kill -9 of a JVM that writes and syncs: what a save returned is there afterwards, and the hub has it once. */
internal class KillTest {
    @Test
    fun `three kills lose nothing and double nothing`() =
        District().use { district ->
            runBlocking { district.staff("p-011").close() }
            val journal = district.folder.resolve("journal").toFile().apply { createNewFile() }
            repeat(3) { round ->
                val child =
                    ProcessBuilder(
                        File(System.getProperty("java.home"), "bin/java").path,
                        "-Djna.library.path=${System.getProperty("jna.library.path")}",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.liuye.KilledPhoneKt",
                        district.phonePath("p-011"),
                        journal.path,
                    ).redirectErrorStream(true).redirectOutput(district.folder.resolve("child.log").toFile()).start()
                val lines = journal.readLines().size
                val deadline = System.currentTimeMillis() + 60_000
                while (journal.readLines().size < lines + 10) {
                    check(child.isAlive && System.currentTimeMillis() < deadline) { district.folder.resolve("child.log").toFile().readText() }
                    Thread.sleep(10)
                }
                Thread.sleep(Random.nextLong(0, 400))
                child.destroyForcibly().waitFor()
                // 128 + SIGKILL: it was killed and did not end by itself.
                assertEquals(137, child.exitValue(), "round $round")
                runBlocking { checkNothingIsMissing(district, journal) }
            }
            runBlocking {
                district.phone("p-011").use { phone ->
                    phone.syncUntilEmpty()
                    val outbox = phone.outbox()
                    assertEquals(0, outbox.pending + outbox.held + outbox.quarantined + outbox.conflicts)
                    assertTrue(" ${outbox.applied} operations" in district.verify(), district.verify())
                }
            }
        }

    private suspend fun checkNothingIsMissing(district: District, journal: File) =
        district.phone("p-011").use { phone ->
            val operations = generateSequence(0) { it + 200 }.map { offset -> runBlocking { phone.operations(Page(200, offset)) } }
                .takeWhile { it.isNotEmpty() }.flatten().toList()
            val written = operations.map { it.operation }.toSet()
            val returned = journal.readLines()
            assertTrue(returned.isNotEmpty() && written.containsAll(returned), "${returned - written} are gone")
            // Enrolment, what returned, and at most the one save that was under way.
            assertTrue(operations.size in returned.size + 1..journal.readLines().size + 4)
            assertEquals((operations.size.toLong() downTo 1L).toList(), operations.map { it.seq })
        }
}
