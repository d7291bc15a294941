package dev.liuye

import okhttp3.Call
import okhttp3.CertificatePinner
import okhttp3.EventListener
import okhttp3.HttpUrl.Companion.toHttpUrlOrNull
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import java.io.IOException
import java.net.InetSocketAddress
import java.net.Proxy
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.TimeUnit

/**
 * HTTP by OkHttp.
 *
 * @param client shares its connection pool, proxy and trust with the rest of the app. Its redirects are switched off
 *   here, and its timeouts give way to those of each request.
 * @param certificatePinner pins the hub's certificate, where the app wants that.
 */
public class OkHttpTransport(
    client: OkHttpClient = OkHttpClient(),
    certificatePinner: CertificatePinner? = null,
) : Transport {
    private val client: OkHttpClient =
        client.newBuilder()
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(CONNECT_TIMEOUT_S, TimeUnit.SECONDS)
            .readTimeout(0, TimeUnit.SECONDS)
            .writeTimeout(0, TimeUnit.SECONDS)
            .eventListenerFactory { call -> call.request().tag(Progress::class) ?: EventListener.NONE }
            .apply { certificatePinner?.let { certificatePinner(it) } }
            .build()

    private val running: MutableSet<Pair<Call, Progress>> = ConcurrentHashMap.newKeySet()

    override fun send(request: HttpRequest): HttpResponse {
        val progress = Progress()
        val call = client.newCall(request.toOkHttp(progress))
        call.timeout().timeout(request.timeoutMs, TimeUnit.MILLISECONDS)
        val entry = call to progress
        running += entry
        try {
            return call.execute().use { it.whole() }
        } catch (failure: IOException) {
            throw when {
                progress.cancelled -> TransportException.Cancelled(failure)
                progress.left -> TransportException.LineCut(failure)
                else -> TransportException.Offline(failure)
            }
        } finally {
            running -= entry
        }
    }

    override fun cancel() {
        for ((call, progress) in running) {
            progress.cancelled = true
            call.cancel()
        }
    }

    /** Knows whether anything of the request left: an exception's class does not tell. */
    private class Progress : EventListener() {
        @Volatile var left = false

        @Volatile var cancelled = false

        // OkHttp tries again by itself where a pooled connection turned out to be dead: the last attempt is the one that counts.
        override fun connectStart(call: Call, inetSocketAddress: InetSocketAddress, proxy: Proxy) {
            left = false
        }

        override fun requestHeadersStart(call: Call) {
            left = true
        }
    }

    private fun HttpRequest.toOkHttp(progress: Progress): Request {
        val address = url.toHttpUrlOrNull() ?: throw TransportException.Offline(IllegalArgumentException("not an HTTP address"))
        val builder = Request.Builder().url(address).tag(Progress::class, progress)
        for (header in headers) builder.addHeader(header.name, header.value)
        val content: RequestBody? = if (method == HttpMethod.GET || method == HttpMethod.HEAD) null else body.toRequestBody()
        return builder.method(method.name, content).build()
    }

    private fun Response.whole(): HttpResponse {
        val source = body.source()
        // No answer of the protocol comes near this: more is a hub gone mad, or none at all.
        if (source.request(MAX_ANSWER_BYTES + 1)) throw IOException("the answer is too large")
        val headers = headers.map { (name, value) -> HttpHeader(name, value) }
        return HttpResponse(code, headers, source.readByteArray())
    }

    private companion object {
        const val CONNECT_TIMEOUT_S = 10L
        const val MAX_ANSWER_BYTES = 32L * 1024 * 1024
    }
}
