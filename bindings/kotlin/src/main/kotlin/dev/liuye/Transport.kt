package dev.liuye

import dev.liuye.ffi.TransportFailure
import java.io.IOException
import dev.liuye.ffi.Clock as BridgeClock
import dev.liuye.ffi.LogSink as BridgeLogSink
import dev.liuye.ffi.Transport as BridgeTransport

/**
 * The app's HTTP client. It owns sockets, proxies and pinning, and follows no redirect: the requests are signed for
 * the address that they name.
 */
public interface Transport {
    /**
     * Sends one request and blocks for the whole answer, at most [HttpRequest.timeoutMs]. Any status is an answer.
     * Called on the thread of the sync.
     *
     * @throws TransportException where there is no whole answer. Any other exception counts as [TransportException.LineCut].
     */
    public fun send(request: HttpRequest): HttpResponse

    /** Ends what [send] waits for, from another thread. May do nothing. */
    public fun cancel() {}
}

/** Why there is no answer. */
public sealed class TransportException(message: String, cause: Throwable?) : IOException(message, cause) {
    /** No connection could be made; the request did not leave. */
    public class Offline(cause: Throwable? = null) : TransportException("offline", cause)

    /** The line was cut or timed out after the request had begun: it may have arrived. */
    public class LineCut(cause: Throwable? = null) : TransportException("line cut", cause)

    /** [Transport.cancel] was called. */
    public class Cancelled(cause: Throwable? = null) : TransportException("cancelled", cause)
}

internal class TransportBridge(private val transport: Transport) : BridgeTransport {
    override fun send(request: HttpRequest): HttpResponse =
        try {
            transport.send(request)
        } catch (_: TransportException.Offline) {
            throw TransportFailure.Offline()
        } catch (_: TransportException.Cancelled) {
            throw TransportFailure.Cancelled()
        } catch (_: Exception) {
            throw TransportFailure.LineCut()
        }

    override fun cancel(): Unit = transport.cancel()
}

internal class ClockBridge(private val clock: Clock) : BridgeClock {
    override fun wallMs(): Long = clock.wallMs()

    override fun elapsedMs(): Long = clock.elapsedMs()

    override fun bootId(): String = clock.bootId()
}

internal class LogBridge(private val sink: LogSink) : BridgeLogSink {
    override fun log(level: LogLevel, target: String, line: String): Unit = sink.log(level, target, line)
}
