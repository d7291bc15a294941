package dev.liuye.demo

import java.io.File
import java.net.HttpURLConnection
import java.net.InetAddress
import java.net.ServerSocket
import java.net.URI
import java.nio.file.Files
import java.util.concurrent.TimeUnit

/** A real hub in a process of its own, with the Liuye Lake site; it may come up late and go away again. */
class HubProcess : AutoCloseable {
    private val binary = checkNotNull(System.getProperty("liuye.hub")) { "-Dliuye.hub names the hub's binary" }
    private val root = File(checkNotNull(System.getProperty("liuye.root")) { "-Dliuye.root names the repository" })
    private val data = Files.createTempDirectory("liuye-hub").toFile()
    private val port = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { it.localPort }
    private var process: Process? = null

    /** Where it will listen. */
    val url = "http://127.0.0.1:$port"

    init {
        tool("site", "import", "--data", data.path, File(root, "fixtures/liuye-lake/site.json").path)
    }

    /** A one-time code for the phone of a person, or of several who share it. */
    fun code(vararg persons: String): String =
        tool("enrol-code", "--data", data.path, *persons.flatMap { listOf("--person", it) }.toTypedArray()).trim().lines().last().trim()

    /** Sets somebody's PIN and gives it. */
    fun pin(person: String): String = tool("pin", "--data", data.path, "--person", person).trim()

    /** Shuts a lost phone out, and orders it to forget everything where told so. */
    fun revoke(device: String, vararg options: String) {
        tool("device", "revoke", device, "--data", data.path, *options)
    }

    /** What `liuye verify` says. */
    fun verify(): String = tool("verify", "--data", data.path)

    /** The text of a checkpoint's QR tag. */
    fun tag(checkpoint: String): String =
        checkNotNull(Regex("LIUYE1:\\S+").find(tool("tags", "--data", data.path, "--checkpoint", checkpoint))).value

    /** Starts it and waits until it answers. */
    fun start() {
        val log = File(data, "hub.log")
        val started = ProcessBuilder(binary, "hub", "--data", data.path, "--listen", "127.0.0.1:$port")
            .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start()
        process = started
        val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30)
        while (!answers()) {
            check(started.isAlive) { "the hub ended: " + log.readText() }
            check(System.nanoTime() < end) { "the hub does not answer: " + log.readText() }
            Thread.sleep(50)
        }
    }

    /** Ends it. What it took in stays. */
    fun stop() {
        process?.run {
            destroy()
            if (!waitFor(10, TimeUnit.SECONDS)) destroyForcibly().waitFor()
        }
        process = null
    }

    override fun close() {
        stop()
        data.deleteRecursively()
    }

    private fun answers(): Boolean = try {
        val connection = URI("$url/").toURL().openConnection() as HttpURLConnection
        connection.connectTimeout = 500
        connection.readTimeout = 2000
        connection.responseCode > 0
    } catch (_: java.io.IOException) {
        false
    }

    private fun tool(vararg arguments: String): String {
        val run = ProcessBuilder(listOf(binary) + arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val output = run.inputStream.bufferedReader().readText()
        check(run.waitFor() == 0) { arguments.first() + " failed: " + output }
        return output
    }
}
