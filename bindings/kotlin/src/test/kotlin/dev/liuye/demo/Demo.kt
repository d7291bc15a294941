/**
 * The story that `cargo xtask demo` tells: people record with no network, one phone is killed at the worst moment, and
 * in the end every record is at the desk once and its author knows the verdict.
 */
package dev.liuye.demo

import java.io.File
import java.time.LocalTime
import java.time.temporal.ChronoUnit
import kotlin.system.exitProcess

internal fun main() {
    val folder = File(System.getProperty("liuye.phones")).apply { mkdirs() }
    val results = File(System.getProperty("liuye.results")).apply { mkdirs() }
    val told = Demo(folder, results)
    val journal = File(folder, "journal")
    if (!File(folder, "told").exists()) told.tell() else say("the records of an earlier start are kept: they are counted again")
    val problems = told.close(journal.readLines().map { it.split(' ') })
    for (problem in problems) say("WRONG: $problem")
    exitProcess(if (problems.isEmpty()) 0 else 1)
}

private class Demo(
    private val folder: File,
    private val results: File,
) {
    private val url = System.getProperty("liuye.hub.url")
    private val journal = File(folder, "journal")
    private val verdicts = mutableMapOf<String, MutableList<String>>()
    private val known = mutableListOf<Known>()
    private val standings = mutableListOf<Standing>()
    private val tally = mutableMapOf<String, Int>()
    private var hazard = ""

    fun tell() {
        val phones = morning()
        offline(phones)
        val pending = killed(phones.getValue(PATROL))
        evening(phones)
        val heldThenApplied = verdicts.values.count { it.contains("held") && it.last() == "applied" }
        File(folder, "told").writeText("1 $heldThenApplied $pending")
    }

    /** The hub is there: staff enrol and get their district. The tourist has never heard of it. */
    private fun morning(): Map<String, PhoneProcess> {
        chapter("two hours and a half ago: the staff's phones enrol and get the district")
        hub("start $BEHIND_S")
        File(folder, "tags").writeText(liuye("tags"))
        val phones = (STAFF.keys + TOURIST).associateWith { PhoneProcess(it, folder, BEHIND_S * 1000L, ::hear) }
        for ((name, person) in STAFF) {
            phones.getValue(name).run {
                tell("enrol $url ${liuye("enrol-code", "--person", person)}")
                tell("sync")
            }
        }
        val first = phones.getValue(INSPECTOR)
        first.tell("open-hazard v-001")
        first.tell("sync")
        phones.getValue(COLLEAGUE).tell("sync")
        hub("stop")
        tally.clear()
        return phones
    }

    private fun offline(phones: Map<String, PhoneProcess>) {
        chapter("no hub listens any more: four people go on recording")
        phones.getValue(PATROL).tell("walk")
        told(PATROL, "walked the real track of two hours")
        phones.getValue(TOURIST).tell("losses")
        told(TOURIST, "reported what a tour group lost, on a phone that never met a hub")
        phones.getValue(INSPECTOR).run {
            tell("rectify $hazard")
            tell("visits 2 13")
            tell("visit v-060")
            tell("hazards v-004 v-007")
        }
        told(INSPECTOR, "rectified a hazard, checked venues, found more")
        phones.getValue(COLLEAGUE).run {
            tell("rectify $hazard")
            tell("visits 14 25")
            tell("hazards v-016 v-021")
        }
        told(COLLEAGUE, "rectified the same hazard, not knowing that a colleague did")
        for (phone in phones.values) {
            phone.tell("now")
            if (phone.name != TOURIST) phone.tell("sync")
        }
        say("  every phone tried: offline · ${journal.readLines().size - enrolledBefore()} unsent")
        liuye("site", "import", File(System.getProperty("liuye.root"), "fixtures/liuye-lake/site-next.json").path)
        say("  meanwhile the district's next edition: v-060 has closed down, and no phone knows it yet")
    }

    /** What reached the hub in the morning. */
    private fun enrolledBefore(): Long = Ledger(File(System.getProperty("liuye.hub.data"), "ledger.db")).count("SELECT count(*) FROM operations")

    /** The worst moment: the hub has committed, and the phone is gone before it stored the answer. */
    private fun killed(patrol: PhoneProcess): Boolean {
        chapter("the network is back")
        hub("start")
        val ledger = Ledger(File(System.getProperty("liuye.hub.data"), "ledger.db"))
        val before = ledger.count("SELECT count(*) FROM operations")
        patrol.killAt("answered", "sync-until-answered")
        val committed = ledger.count("SELECT count(*) FROM operations") - before
        say("  $PATROL: killed by SIGKILL; the hub has committed $committed records of it, the phone has stored no answer")
        return committed > 0
    }

    private fun evening(phones: Map<String, PhoneProcess>) {
        phones.getValue(TOURIST).tell("enrol $url ${liuye("enrol-code", "--tourist")}")
        val again = PhoneProcess(PATROL, folder, 0, ::hear)
        for (phone in listOf(again, phones.getValue(TOURIST), phones.getValue(INSPECTOR), phones.getValue(COLLEAGUE))) phone.tell("sync")
        chapter("what the hub refused is corrected")
        phones.getValue(INSPECTOR).run {
            tell("amend v-059")
            tell("sync")
        }
        for (phone in phones.values.filter { it.name != PATROL } + again) phone.end()
    }

    /** Opens every phone once more, and holds all books against each other. */
    fun close(journal: List<List<String>>): List<String> {
        chapter("the account")
        hub("start")
        for (name in STAFF.keys + TOURIST) {
            PhoneProcess(name, folder, 0, ::hear).run {
                tell("operations")
                end()
            }
        }
        val (kills, heldThenApplied, hadPending) = File(folder, "told").readText().split(' ')
        val story = Account.Story(kills.toInt(), heldThenApplied.toInt(), hadPending.toBoolean())
        val account = Account(journal, known, standings, Ledger(File(System.getProperty("liuye.hub.data"), "ledger.db")), story)
        File(results, "report.json").writeText(account.json())
        say(account.json())
        say("  ${liuye("verify")}")
        val walked = known.filter { it.phone == PATROL && it.kind.startsWith("check_in") }.reversed()
        drawMap(File(System.getProperty("liuye.root")), walked.map { it.flags }, File(results, "map.png"))
        val desk = DeskPage(url)
        for (language in listOf("zh", "en")) desk.picture("/desk?lang=$language", File(results, "desk-$language.png"))
        say("  pictures and report.json are in ${results.path}")
        return account.problems
    }

    private fun hear(phone: PhoneProcess, words: List<String>) {
        when (words[0]) {
            "saved" -> {
                journal.appendText("${phone.name} ${words[1]} ${words[2]}\n")
                tally.merge(words[1], 1, Int::plus)
                if (words[3] != "-") say("  ${phone.name}: flagged ${words[3]} on the phone already")
            }
            "hazard" -> hazard = words[1]
            "verdict" -> {
                verdicts.getOrPut(words[1]) { mutableListOf() } += words[2]
                if (words[2] != "applied") say("  ${phone.name}: ${words[2]} ${words[3]}")
            }
            "progress" -> progress(phone.name, words)
            "operation" -> known += Known(phone.name, words[1], words[2], words[3], words[4], words[5], words[6])
            "outbox" -> words.drop(1).map(String::toLong).let { standings += Standing(it[0], it[1], it[2], it[3], it[4]) }
            "answered" -> Unit
            else -> error("${phone.name} says ${words.joinToString(" ")}")
        }
    }

    private fun progress(name: String, words: List<String>) {
        val mine = journal.readLines().count { it.startsWith("$name ") }
        val pending = words[1].toInt()
        val done = if (mine == 0) 0 else (mine - pending) * BAR / mine
        val bar = "#".repeat(done) + "-".repeat(BAR - done)
        val why = if (words[4] == "-") "" else " · ${words[4]}"
        say("  %-10s [%s] %d of %d answered, %s documents received%s".format(name, bar, mine - pending, mine, words[2], why))
    }

    private fun told(name: String, what: String) {
        say("  $name: $what (${tally.entries.joinToString { "${it.value} ${it.key}" }})")
        tally.clear()
    }

    private fun chapter(title: String) = say("\n${LocalTime.now().truncatedTo(ChronoUnit.SECONDS)}  $title")

    /** Asks whoever started this for the hub. */
    private fun hub(command: String) {
        say("@hub $command")
        check(readlnOrNull() == "ok") { "the hub did not $command" }
    }

    /** Runs one of the hub's other commands on its data. */
    private fun liuye(vararg arguments: String): String {
        val command = listOf(System.getProperty("liuye.hub"), *arguments, "--data", System.getProperty("liuye.hub.data"))
        val process = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val output = process.inputReader().readText().trim()
        check(process.waitFor() == 0) { "liuye ${arguments.toList()}: $output" }
        return output
    }
}

private fun say(line: String) {
    println(line)
    System.out.flush()
}

private const val PATROL = "patrol"
private const val TOURIST = "tourist"
private const val INSPECTOR = "inspector"
private const val COLLEAGUE = "colleague"
private val STAFF = mapOf(PATROL to "p-011", INSPECTOR to "p-005", COLLEAGUE to "p-006")

/** The walk takes 7,190 s, and ends before now. */
private const val BEHIND_S = 9_000
private const val BAR = 24
