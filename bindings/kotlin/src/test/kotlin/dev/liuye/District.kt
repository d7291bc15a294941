package dev.liuye

import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit

/**
 * A district in a temporary folder: the Liuye Lake site with the real hub on loopback, that can be stopped and started. With a
 * folder of an earlier hub, it goes on from there.
 */
internal class District(earlier: File? = null) : AutoCloseable {
    val folder: Path = Files.createTempDirectory("liuye-kotlin")
    private val data = folder.resolve("hub").toString()
    private var hub: Process? = null

    /** Where the hub listens, and listens again after a stop. */
    val url: String

    init {
        if (earlier == null) import("site.json") else earlier.copyRecursively(File(data))
        url = listen("127.0.0.1:0")
    }

    fun import(file: String) {
        run("site", "import", "--data", data, root.resolve("fixtures/liuye-lake/$file").path)
    }

    fun start() {
        listen(url.removePrefix("http://"))
    }

    fun stop() {
        val process = hub ?: return
        hub = null
        process.destroy()
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor()
            error("the hub does not stop")
        }
    }

    fun code(person: String? = null): String =
        if (person == null) run("enrol-code", "--data", data, "--tourist") else run("enrol-code", "--data", data, "--person", person)

    /** A code for a phone that these persons share. */
    fun sharedCode(persons: List<String>): String =
        run("enrol-code", "--data", data, *persons.flatMap { listOf("--person", it) }.toTypedArray())

    /** Sets a PIN and gives it. */
    fun pin(person: String): String = run("pin", "--data", data, "--person", person)

    fun setPin(person: String, pin: String) {
        run("pin", "--data", data, "--person", person, "--pin-stdin", input = pin)
    }

    /** What `liuye device list` prints. */
    fun devices(): String = run("device", "list", "--data", data)

    fun wipe(device: String) {
        run("device", "revoke", device, "--wipe", "--data", data)
    }

    fun qr(checkpoint: String): String = run("tags", "--data", data, "--checkpoint", checkpoint).substringAfter(' ')

    /** What `liuye verify` prints; it fails where anything does not fit. */
    fun verify(): String = run("verify", "--data", data)

    /** The file of a phone's database. */
    fun phonePath(name: String): String = folder.resolve("$name.db").toString()

    fun config(name: String, transport: Transport? = OkHttpTransport(), clock: Clock? = null, key: Byte = 42): Config =
        Config(phonePath(name), ByteArray(32) { key }, DeviceInfo(name), transport, clock)

    /** A phone that is not enrolled yet. */
    suspend fun phone(name: String, transport: Transport = OkHttpTransport()): Companion = Companion.open(config(name, transport))

    /** A phone that is enrolled for this person and has its first fill. */
    suspend fun staff(person: String, transport: Transport = OkHttpTransport()): Companion {
        val phone = phone(person, transport)
        phone.enrol(url, code(person))
        val report = phone.sync(SyncReason.LAUNCH)
        check(report.blockedReason == null) { report }
        return phone
    }

    override fun close() {
        stop()
        folder.toFile().deleteRecursively()
    }

    private fun listen(address: String): String {
        val builder = ProcessBuilder(binary, "hub", "--data", data, "--listen", address)
        builder.redirectError(folder.resolve("hub.log").toFile())
        val process = builder.start()
        val line = process.inputReader().readLine() ?: error("the hub does not start: ${folder.resolve("hub.log").toFile().readText()}")
        hub = process
        return line.substringAfter("listening on ")
    }

    private fun run(vararg arguments: String, input: String = ""): String {
        val log = folder.resolve("command.log").toFile()
        val process = ProcessBuilder(binary, *arguments).redirectError(log).start()
        process.outputWriter().use { it.write(input) }
        val output = process.inputReader().readText().trim()
        check(process.waitFor() == 0) { "${arguments.toList()}: $output ${log.readText()}" }
        return output
    }

    companion object Fixtures {
        val root: File = File(System.getProperty("liuye.root"))
        private val binary: String = System.getProperty("liuye.hub")
    }
}

/** The PNG of one pixel of `bindings/conformance/README.md`. */
internal fun png(seed: Int, padding: Int): ByteArray =
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077" .plus("53de").hexToByteArray() + ByteArray(padding + 1) { seed.toByte() }

internal fun lossDraft(
    description: String = "棕色皮夹",
    contact: Contact? = null,
    lostFrom: String = "2026-01-01T18:00:00+08:00",
    lostTo: String = "2026-01-01T19:00:00+08:00",
): LostReportDraft = LostReportDraft(ItemCategory.WALLET, description, "湖边", lostFrom, lostTo, contact = contact)

/** A clock that stands. */
internal class StandingClock(var wall: Long) : Clock {
    override fun wallMs(): Long = wall

    override fun elapsedMs(): Long = 1_000

    override fun bootId(): String = "boot"
}
