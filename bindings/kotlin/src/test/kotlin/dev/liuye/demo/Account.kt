package dev.liuye.demo

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import java.io.File

/** One operation as its phone knows it in the end. */
internal data class Known(
    val phone: String,
    val operation: String,
    val kind: String,
    val state: String,
    val flags: String,
    val code: String,
    val amendedBy: String,
)

/** The outbox of one phone, in numbers. */
internal data class Standing(
    val pending: Long,
    val applied: Long,
    val conflicts: Long,
    val held: Long,
    val quarantined: Long,
)

/**
 * Holds the driver's own journal, the phones and the ledger against each other. The journal was written from what saves
 * returned, before anything was sent; the ledger is read by SQL, past the hub.
 */
internal class Account(
    private val journal: List<List<String>>,
    private val phones: List<Known>,
    private val standings: List<Standing>,
    ledger: Ledger,
    private val story: Story,
) {
    /** What happened that only the story's teller saw. */
    data class Story(
        val kills: Int,
        val heldThenApplied: Int,
        val killedHadPending: Boolean,
    )

    private val authored = journal.map { it[2] }
    private val inLedger = ledger.rows("SELECT id FROM operations").toSet()
    private val stored = ledger.count("SELECT count(*) FROM operations")
    private val documents = ledger.count("SELECT count(*) FROM documents WHERE kind IN ('check_in','lost_report','inspection','hazard')")
    private val states = ledger.rows("SELECT state || ' ' || count(*) FROM operations GROUP BY state").associate { it.substringBefore(' ') to it.substringAfter(' ').toLong() }
    private val created = journal.count { it[1] in RECORDS }
    private val flagged = phones.filter { it.flags != "-" }

    private fun sum(of: (Standing) -> Long) = standings.sumOf(of)

    /** What is wrong; nothing, where the promise was kept. */
    val problems: List<String> =
        buildList {
            fun must(holds: Boolean, what: String) {
                if (!holds) add(what)
            }
            must((authored - inLedger).isEmpty(), "${(authored - inLedger).size} records are lost")
            must(authored.toSet().size == authored.size, "the journal has an operation twice")
            must((inLedger - authored.toSet()).isEmpty(), "the hub has ${(inLedger - authored.toSet()).size} operations that nobody wrote")
            must(stored == authored.size.toLong(), "$stored operations in the ledger for ${authored.size} that were written")
            must(documents == created.toLong(), "$documents documents for $created records")
            must(sum { it.pending } == 0L, "${sum { it.pending }} records are without a verdict")
            must(sum { it.run { pending + applied + conflicts + held + quarantined } } == authored.size.toLong(), "the phones' numbers do not add up")
            for ((state, count) in mapOf("applied" to sum { it.applied }, "conflict" to sum { it.conflicts }, "held" to sum { it.held }, "quarantined" to sum { it.quarantined })) {
                must((states[state] ?: 0) == count, "$state: $count on the phones, ${states[state] ?: 0} at the hub")
            }
            must(created >= 60, "only $created records")
            must(flagged.map { it.flags } == listOf("too_fast"), "flagged: ${flagged.map { it.flags }}; the track's one jump should be")
            must(sum { it.conflicts } == 1L, "${sum { it.conflicts }} conflicts in the place of one")
            must(story.heldThenApplied > 0, "nothing was held and then applied")
            must(sum { it.held } == 0L, "${sum { it.held }} still held")
            must(phones.count { it.state == "quarantined" && it.amendedBy != "-" } == 1, "not one quarantined and then amended")
            must(story.kills == 1 && story.killedHadPending, "no phone was killed between the hub's commit and its own")
        }

    fun json(): String {
        val numbers =
            linkedMapOf(
                "authored" to authored.size.toLong(),
                "records" to created.toLong(),
                "applied" to sum { it.applied },
                "conflict" to sum { it.conflicts },
                "held" to sum { it.held },
                "quarantined" to sum { it.quarantined },
                "pending" to sum { it.pending },
                "flagged" to flagged.size.toLong(),
                "held_then_applied" to story.heldThenApplied.toLong(),
                "amended" to phones.count { it.amendedBy != "-" }.toLong(),
                "hub_operations" to stored,
                "hub_documents" to documents,
                "lost" to (authored - inLedger).size.toLong(),
                "doubled" to (stored - authored.size).coerceAtLeast(0) + (documents - created).coerceAtLeast(0),
                "kills" to story.kills.toLong(),
            )
        val fields = numbers.mapValues { JsonPrimitive(it.value) } + ("problems" to JsonArray(problems.map(::JsonPrimitive)))
        return Json { prettyPrint = true }.encodeToString(JsonObject.serializer(), JsonObject(fields)) + "\n"
    }
}

/** The ledger's file, by the stock program: the hub is not asked. */
internal class Ledger(
    private val file: File,
) {
    fun rows(sql: String): List<String> {
        val process = ProcessBuilder("sqlite3", "-readonly", "-noheader", "-list", file.path, sql).start()
        val lines = process.inputReader().readLines()
        check(process.waitFor() == 0) { process.errorReader().readText() }
        return lines
    }

    fun count(sql: String): Long = rows(sql).single().toLong()
}

private val RECORDS = setOf("check_in", "lost_report", "inspection", "hazard")
