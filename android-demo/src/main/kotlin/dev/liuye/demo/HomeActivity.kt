package dev.liuye.demo

import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.TextView
import dev.liuye.LiuyeException
import dev.liuye.SyncReason

/** Who is on duty where, how things stand, and one big button to check in. */
class HomeActivity : Screen(R.layout.home, null) {
    override val isPrivate = false

    override fun made(saved: Bundle?) {
        opens(R.id.check_in, CheckInActivity::class.java)
        opens(R.id.sign_in, SignInActivity::class.java)
        opens(R.id.enrol, EnrolActivity::class.java)
        opens(R.id.loss, LossActivity::class.java)
        opens(R.id.safety, SafetyActivity::class.java)
        opens(R.id.outbox, OutboxActivity::class.java)
        opens(R.id.settings, SettingsActivity::class.java)
        view<View>(R.id.sync).setOnClickListener { syncNow() }
        view<View>(R.id.sign_out).setOnClickListener { signOut() }
        view<View>(R.id.dial).setOnClickListener {
            try {
                startActivity(Intent(Intent.ACTION_DIAL, Uri.parse("tel:110")))
            } catch (_: ActivityNotFoundException) {
                // A tablet without a telephone: nothing to dial with.
                it.visibility = View.GONE
            }
        }
    }

    override suspend fun changed(standing: Standing) {
        val identity = standing.identity
        val enrolled = identity.site != null
        val chinese = Words.isChinese(this)
        showNotices(standing)
        view<TextView>(R.id.who).text = when {
            !enrolled -> getString(R.string.home_not_enrolled)
            identity.locked -> getString(R.string.home_locked)
            identity.person == null -> getString(R.string.home_tourist)
            else -> identity.personName?.let { if (chinese) it.zh else it.en } ?: getString(R.string.home_person_coming)
        }
        val roles = identity.roles.takeUnless { identity.locked }.orEmpty().mapNotNull { Words.role(this, it.name.lowercase()) }
        val site = standing.site?.let { if (chinese) it.zh else it.en } ?: identity.site
        view<TextView>(R.id.site).text =
            if (enrolled) (listOfNotNull(site) + roles).distinct().joinToString(" · ") else getString(R.string.home_not_enrolled_hint)
        val lastOk = standing.outbox.lastOk
        val last = if (lastOk == null) getString(R.string.home_never_synced) else getString(R.string.home_last_sync, Words.time(this, lastOk, standing.zone))
        val blocked = standing.outbox.blockedReason?.takeIf { enrolled && it != Notice.REVOKED }?.let { getString(R.string.home_blocked, Words.code(this, it)) }
        view<TextView>(R.id.last_sync).text = listOfNotNull(last, blocked).joinToString("\n")
        show(R.id.enrol, !enrolled)
        show(R.id.sync, enrolled)
        show(R.id.check_in, !identity.locked)
        show(R.id.sign_in, identity.locked)
        show(R.id.sign_out, identity.sharers.isNotEmpty() && !identity.locked)
        view<Button>(R.id.outbox).text =
            if (standing.attention > 0) getString(R.string.home_outbox_attention, standing.attention) else getString(R.string.home_outbox)
    }

    override fun failed(error: LiuyeException) {
        view<TextView>(R.id.last_sync).text = Words.code(this, error.code)
    }

    private fun syncNow() = actOnce {
        val button = view<Button>(R.id.sync)
        button.setText(R.string.home_syncing)
        try {
            companion.sync(SyncReason.USER)
        } finally {
            button.setText(R.string.home_sync)
            app.refresh()
        }
    }

    private fun signOut() = actOnce {
        companion.signOut()
        app.refresh()
    }

    private fun showNotices(standing: Standing) {
        val list = view<ViewGroup>(R.id.notices)
        list.removeAllViews()
        for (notice in Notice.all(this, standing)) {
            val card = layoutInflater.inflate(R.layout.notice, list, false)
            card.findViewById<TextView>(R.id.notice_title).text = notice.title
            card.findViewById<TextView>(R.id.notice_text).text = notice.text
            card.findViewById<View>(R.id.notice_read).apply {
                visibility = if (notice.read == null) View.GONE else View.VISIBLE
                setOnClickListener {
                    notice.read?.invoke()
                    list.removeView(card)
                }
            }
            list.addView(card)
        }
    }

    private fun show(id: Int, isShown: Boolean) {
        view<View>(id).visibility = if (isShown) View.VISIBLE else View.GONE
    }

    private fun opens(button: Int, screen: Class<out Screen>) =
        view<View>(button).setOnClickListener { startActivity(Intent(this, screen)) }
}
