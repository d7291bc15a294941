package dev.liuye.demo

import android.content.Context
import dev.liuye.Recovery

/**
 * What whoever holds the phone has to know before they go on.
 *
 * [read] notes that somebody has read it; null where it holds for as long as it is so.
 */
class Notice(val title: String, val text: String, val read: (() -> Unit)?) {
    companion object {
        /** All of them, the gravest first. */
        fun all(context: Context, standing: Standing): List<Notice> {
            val told = Told(context)
            return listOfNotNull(
                wiped(context, told).takeIf { told.isWipeUnread },
                revoked(context).takeIf { standing.outbox.blockedReason == REVOKED },
                standing.recovery?.takeIf { it.at != told.recovery }?.let { recovery(context, told, it, standing) },
            )
        }

        /** The hub's reason that has a notice of its own. */
        const val REVOKED = "device_revoked"

        private fun wiped(context: Context, told: Told) =
            Notice(context.getString(R.string.wiped_title), context.getString(R.string.wiped_text)) { told.isWipeUnread = false }

        private fun revoked(context: Context) = Notice(context.getString(R.string.revoked_title), context.getString(R.string.revoked_text), null)

        private fun recovery(context: Context, told: Told, report: Recovery, standing: Standing): Notice {
            val hasLost = report.lost + report.photosLost + report.contactsLost > 0
            val lines = listOfNotNull(
                context.getString(R.string.recovery_when, Words.time(context, report.at, standing.zone)),
                context.getString(R.string.recovery_saved, report.operations, report.photos, report.contacts),
                context.getString(R.string.recovery_pending, report.pending).takeIf { report.pending > 0 },
                if (hasLost) {
                    context.getString(R.string.recovery_lost, report.lost, report.photosLost, report.contactsLost)
                } else {
                    context.getString(R.string.recovery_lost_none)
                },
                context.getString(R.string.recovery_new_device).takeIf { !report.sameDevice },
                context.getString(if (report.enrolled) R.string.recovery_refill else R.string.recovery_enrol),
                context.getString(R.string.recovery_file),
            )
            return Notice(context.getString(R.string.recovery_title), lines.joinToString("\n")) { told.recovery = report.at }
        }
    }
}
