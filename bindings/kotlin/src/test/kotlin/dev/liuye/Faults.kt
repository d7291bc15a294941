package dev.liuye

import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread

/** Answers every request with these bytes and hangs up; with `null`, it takes the request and says nothing. */
internal class IllHub(private val answer: ByteArray?) : AutoCloseable {
    constructor(answer: String) : this(answer.encodeToByteArray())

    private val server = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
    private val sockets = CopyOnWriteArrayList<Socket>()
    val url: String = "http://127.0.0.1:${server.localPort}"

    init {
        thread(isDaemon = true) {
            while (!server.isClosed) {
                val socket = runCatching { server.accept() }.getOrNull() ?: break
                sockets += socket
                thread(isDaemon = true) { runCatching { serve(socket) } }
            }
        }
    }

    private fun serve(socket: Socket) {
        val input = socket.getInputStream().buffered()
        var length = 0
        while (true) {
            val line = generateSequence { input.read().takeIf { it >= 0 && it != '\n'.code } }.map { it.toChar() }.joinToString("").trim()
            if (line.isEmpty()) break
            if (line.startsWith("content-length:", ignoreCase = true)) length = line.substringAfter(':').trim().toInt()
        }
        input.readNBytes(length)
        if (answer == null) return
        socket.use {
            it.getOutputStream().write(answer)
            it.getOutputStream().flush()
        }
    }

    override fun close() {
        server.close()
        sockets.forEach { runCatching { it.close() } }
    }
}

/** Sends to another hub, as a proxy or a poisoned name server would. */
internal class Rerouted(private val inner: Transport = OkHttpTransport()) : Transport {
    @Volatile
    var to: String? = null

    override fun send(request: HttpRequest): HttpResponse {
        val address = to ?: return inner.send(request)
        return inner.send(request.copy(url = address + request.url.substring(request.url.indexOf('/', "http://".length))))
    }

    override fun cancel() = inner.cancel()
}
