package dev.liuye.demo

import dev.liuye.Companion as Liuye
import dev.liuye.DocumentKind
import dev.liuye.Identity
import dev.liuye.OutboxStatus
import dev.liuye.Page
import dev.liuye.Recovery
import org.json.JSONObject
import java.time.DateTimeException
import java.time.ZoneId

/** How things stand: who holds the phone, what waits, whether the hub answers, and what was saved of damaged records. */
data class Standing(
    val identity: Identity,
    val outbox: OutboxStatus,
    val site: Site?,
    val recovery: Recovery?,
    val hasNetwork: Boolean,
) {
    /** The site as the hub names it. */
    data class Site(val zh: String, val en: String, val zone: ZoneId)

    /** What needs its author. */
    val attention: Long get() = outbox.conflicts + outbox.quarantined + outbox.held

    /** Whether there is a network and the last word from the hub was a good one. */
    val isOnline: Boolean get() = hasNetwork && outbox.blockedReason == null && outbox.lastOk != null

    /** Times are shown in the site's zone, or in the phone's own before it knows a site. */
    val zone: ZoneId get() = site?.zone ?: ZoneId.systemDefault()

    companion object {
        /** Reads all of it. */
        suspend fun read(companion: Liuye, hasNetwork: Boolean) =
            Standing(companion.identity(), companion.outbox(), site(companion), companion.recovery(), hasNetwork)

        private suspend fun site(companion: Liuye): Site? {
            val document = companion.documents(DocumentKind.SITE, Page(limit = 1, offset = 0)).firstOrNull() ?: return null
            val body = JSONObject(document.body)
            val name = body.getJSONObject("name")
            val zone = try {
                ZoneId.of(body.getString("time_zone"))
            } catch (_: DateTimeException) {
                ZoneId.systemDefault()
            }
            return Site(name.getString("zh"), name.getString("en"), zone)
        }
    }
}
