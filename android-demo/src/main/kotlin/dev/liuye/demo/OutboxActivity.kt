package dev.liuye.demo

import android.app.AlertDialog
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.EditText
import android.widget.TextView
import dev.liuye.AttentionItem
import dev.liuye.LiuyeException
import dev.liuye.OperationState
import dev.liuye.OutboxEntry
import dev.liuye.Page
import dev.liuye.SyncReason

/** Every record of this phone with what became of it, and the two remedies for what needs its author. */
class OutboxActivity : Screen(R.layout.outbox, R.string.title_outbox) {
    private var shown = PAGE

    override fun made(saved: Bundle?) {
        shown = saved?.getInt(SHOWN) ?: PAGE
        view<View>(R.id.sync).setOnClickListener { syncNow() }
        view<View>(R.id.more).setOnClickListener {
            shown += PAGE
            act { list() }
        }
    }

    override fun keep(state: Bundle) = state.putInt(SHOWN, shown)

    override suspend fun changed(standing: Standing) {
        val outbox = standing.outbox
        val counts = getString(
            R.string.outbox_counts,
            outbox.pending, outbox.applied, outbox.held, outbox.conflicts, outbox.quarantined,
        )
        val photos = if (outbox.blobs > 0) getString(R.string.outbox_photos, outbox.blobs) else null
        view<TextView>(R.id.counts).text = listOfNotNull(counts, photos).joinToString("\n")
        view<TextView>(R.id.blocked).sayOrHide(outbox.blockedReason?.let { getString(R.string.home_blocked, Words.code(this, it)) })
        view<View>(R.id.sync).visibility = if (standing.identity.site == null) View.GONE else View.VISIBLE
        list()
    }

    override fun failed(error: LiuyeException) = view<TextView>(R.id.error).sayOrHide(Words.code(this, error.code))

    private suspend fun list() {
        val attention = companion.needsAttention()
        val waiting = attention.map { it.entry.operation }.toSet()
        val entries = companion.operations(Page(limit = shown.coerceAtMost(MOST), offset = 0))
        fill(R.id.attention, attention.map { item -> { parent -> card(parent, item.entry, item) } })
        fill(R.id.entries, entries.filter { it.operation !in waiting }.map { entry -> { parent -> card(parent, entry, null) } })
        view<View>(R.id.attention_title).visibility = if (attention.isEmpty()) View.GONE else View.VISIBLE
        view<TextView>(R.id.all_title).setText(if (entries.isEmpty()) R.string.outbox_empty else R.string.outbox_all)
        view<View>(R.id.more).visibility = if (entries.size == shown && shown < MOST) View.VISIBLE else View.GONE
    }

    private suspend fun fill(list: Int, cards: List<suspend (ViewGroup) -> View>) {
        val parent = view<ViewGroup>(list)
        // All at once: a list that empties for a moment would throw the reader back to its top.
        val views = cards.map { it(parent) }
        parent.removeAllViews()
        views.forEach(parent::addView)
    }

    private suspend fun card(parent: ViewGroup, entry: OutboxEntry, item: AttentionItem?): View {
        val card = layoutInflater.inflate(R.layout.entry, parent, false)
        val zone = app.standing.value?.zone ?: java.time.ZoneId.systemDefault()
        card.findViewById<TextView>(R.id.kind).text = Words.kind(this, entry.kind)
        card.findViewById<TextView>(R.id.time).text = Words.time(this, entry.recordedAt, zone)
        val look = Look.of(entry)
        card.findViewById<TextView>(R.id.state).apply {
            setText(look.words)
            paint(look.icon, look.colour)
        }
        card.findViewById<TextView>(R.id.why).sayOrHide(why(entry))
        card.findViewById<TextView>(R.id.history).sayOrHide(history(entry))
        if (item != null) offerRemedies(card, item)
        return card
    }

    private fun why(entry: OutboxEntry): String {
        val code = entry.code?.let { Words.code(this, it) }
        val until = entry.until?.let {
            getString(
                when (it.substringBefore(':')) {
                    "blob" -> R.string.until_photo
                    "operation" -> R.string.until_earlier
                    "kind" -> R.string.until_version
                    else -> R.string.until_record
                },
            )
        }
        return (listOfNotNull(code, until) + entry.flags.map { Words.flag(this, it.name.lowercase()) }).joinToString("\n")
    }

    private suspend fun history(entry: OutboxEntry): String {
        val code = if (entry.kind == "loss.report") companion.lost.trackingCode(entry.entity) else null
        return listOfNotNull(
            code?.let { getString(R.string.loss_code) + "\n" + it },
            if (entry.amends != null) getString(R.string.outbox_correction) else null,
            if (entry.amendedBy != null) getString(R.string.outbox_amended) else null,
            if (entry.discarded) getString(R.string.outbox_discarded) else null,
        ).joinToString("\n")
    }

    private fun offerRemedies(card: View, item: AttentionItem) {
        val screen = screenOf(item.entry.kind)
        // What the hub only holds for later needs no hand yet.
        if (screen != null && item.entry.state == OperationState.QUARANTINED) {
            card.findViewById<View>(R.id.amend).apply {
                visibility = View.VISIBLE
                contentDescription = getString(R.string.outbox_amend) + ": " + Words.kind(context, item.entry.kind)
                setOnClickListener { startActivity(correction(screen, item)) }
            }
        }
        card.findViewById<View>(R.id.discard).apply {
            visibility = View.VISIBLE
            contentDescription = getString(R.string.outbox_discard) + ": " + Words.kind(context, item.entry.kind)
            setOnClickListener { askWhy(item) }
        }
    }

    private fun screenOf(kind: String): Class<out Screen>? = when (kind) {
        "check_in.record" -> CheckInActivity::class.java
        "loss.report" -> LossActivity::class.java
        "inspection.start", "inspection.submit" -> SafetyActivity::class.java
        "hazard.find" -> HazardActivity::class.java
        else -> null
    }

    private fun correction(screen: Class<out Screen>, item: AttentionItem) = Intent(this, screen)
        .putExtra(CheckInActivity.AMENDS, item.entry.operation)
        .putExtra(CheckInActivity.BODY, item.body)
        .putExtra(LossActivity.ENTITY, item.entry.entity)

    private fun askWhy(item: AttentionItem) {
        val question = layoutInflater.inflate(R.layout.give_up, null)
        AlertDialog.Builder(this)
            .setView(question)
            .setNegativeButton(R.string.cancel, null)
            .setPositiveButton(R.string.outbox_discard) { _, _ ->
                actOnce {
                    view<View>(R.id.error).visibility = View.GONE
                    companion.discard(item.entry.operation, question.findViewById<EditText>(R.id.reason).text.toString())
                }
            }
            .show()
    }

    private fun syncNow() = actOnce {
        view<View>(R.id.error).visibility = View.GONE
        val button = view<Button>(R.id.sync)
        button.setText(R.string.home_syncing)
        try {
            companion.sync(SyncReason.USER)
        } finally {
            button.setText(R.string.home_sync)
            app.refresh()
        }
    }

    /** A state as word, shape and colour. */
    private enum class Look(val words: Int, val icon: Int, val colour: Int) {
        PENDING(R.string.state_pending, R.drawable.ic_pending, R.color.ink_muted),
        APPLIED(R.string.state_applied, R.drawable.ic_applied, R.color.good),
        FLAGGED(R.string.state_flagged, R.drawable.ic_flagged, R.color.look),
        CONFLICT(R.string.state_conflict, R.drawable.ic_conflict, R.color.look),
        HELD(R.string.state_held, R.drawable.ic_held, R.color.look),
        QUARANTINED(R.string.state_quarantined, R.drawable.ic_quarantined, R.color.bad),
        GIVEN_UP(R.string.outbox_discarded, R.drawable.ic_given_up, R.color.ink_muted),
        ;

        companion object {
            fun of(entry: OutboxEntry) = when {
                entry.discarded -> GIVEN_UP
                entry.state == OperationState.APPLIED -> if (entry.flags.isEmpty()) APPLIED else FLAGGED
                entry.state == OperationState.CONFLICT -> CONFLICT
                entry.state == OperationState.HELD -> HELD
                entry.state == OperationState.QUARANTINED -> QUARANTINED
                else -> PENDING
            }
        }
    }

    private companion object {
        const val PAGE = 30
        const val MOST = 200
        const val SHOWN = "shown"
    }
}
