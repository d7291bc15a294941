package dev.liuye.demo

import java.io.File
import java.security.SecureRandom
import java.util.concurrent.TimeUnit

/** A phone as its user sees it from outside: a process that is told what to do, and can be killed. */
internal class PhoneProcess(
    val name: String,
    private val folder: File,
    behindMs: Long,
    private val hear: (PhoneProcess, List<String>) -> Unit,
) {
    private val process: Process

    init {
        val key = File(folder, "$name.key")
        if (!key.exists()) key.writeText(ByteArray(32).also(SecureRandom()::nextBytes).toHexString())
        val java = File(System.getProperty("java.home"), "bin/java").path
        val properties = listOf("jna.library.path", "liuye.root").map { "-D$it=${System.getProperty(it)}" }
        val command = listOf(java, "-Djava.awt.headless=true") + properties +
            listOf("-cp", System.getProperty("java.class.path"), "dev.liuye.demo.DemoPhoneKt", name, folder.path, "$behindMs")
        process = ProcessBuilder(command).redirectError(File(folder, "$name.log")).start()
        expect("ready")
    }

    /** Tells it one thing, and returns once that is done. */
    fun tell(command: String) {
        say(command)
        expect("done")
    }

    /** Tells it one thing and kills it, by SIGKILL, as soon as it says [at]. */
    fun killAt(at: String, command: String) {
        say(command)
        expect(at)
        process.destroyForcibly()
        check(process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == SIGKILLED) { "$name was not killed" }
    }

    fun end() {
        process.outputWriter().close()
        check(process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0) { "$name: ${File(folder, "$name.log").readText()}" }
    }

    private fun say(command: String) {
        process.outputWriter().apply { write("$command\n") }.flush()
    }

    private fun expect(end: String) {
        while (true) {
            val line = process.inputReader().readLine() ?: error("$name broke off: ${File(folder, "$name.log").readText()}")
            val words = line.split(' ')
            if (words[0] == end) return
            check(words[0] != "failed") { "$name: $line" }
            hear(this, words)
        }
    }
}

/** 128 and the signal's number. */
private const val SIGKILLED = 137
