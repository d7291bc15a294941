package dev.liuye.demo

import android.os.Bundle
import android.text.format.DateUtils
import android.view.View
import android.widget.Button
import android.widget.TextView
import dev.liuye.LiuyeException
import dev.liuye.Sharer
import kotlinx.coroutines.delay
import org.json.JSONObject

/** One of those who share the phone gives their PIN, with or without a network. */
class SignInActivity : Screen(R.layout.sign_in, R.string.title_sign_in) {
    private var sharers = emptyList<Sharer>()
    private var isWaiting = false

    override val isPrivate = false

    private val persons: Choices get() = view(R.id.persons)
    private val keypad: Keypad get() = view(R.id.keypad)

    override fun made(saved: Bundle?) {
        persons.onChosen = {
            keypad.clear()
            say(null)
            showTyped()
            showWait()
        }
        keypad.onTyped = {
            say(null)
            showTyped()
        }
        view<View>(R.id.go).setOnClickListener { signIn() }
        showTyped()
    }

    override suspend fun ready() {
        act {
            while (true) {
                if (sharers.any { it.nextTryAt != null }) read()
                delay(SECOND_MS)
            }
        }
    }

    override suspend fun changed(standing: Standing) {
        if (!standing.identity.locked) return finish()
        read()
        if (persons.chosen == null) persons.chosen = standing.identity.person ?: sharers.singleOrNull()?.person
        persons.offer(sharers.map { it.person to name(it.person) })
        showWait()
    }

    override fun failed(error: LiuyeException) {
        val words = if (error.field == "pin" && error.code == "out_of_range") getString(R.string.sign_in_length) else Words.code(this, error.code)
        Buzz.refused(this)
        say(words)
        // After the last try, the wait is the more important of the two.
        showWait()
    }

    private fun signIn() = actOnce {
        val person = persons.chosen ?: return@actOnce refuse(R.string.sign_in_choose)
        val go = view<Button>(R.id.go)
        go.setText(R.string.sign_in_going)
        try {
            companion.signIn(person, keypad.digits)
            Buzz.saved(this)
            // Whatever stands behind this screen shows itself again only when it knows.
            app.refresh()
            finish()
        } finally {
            go.setText(R.string.sign_in_go)
            keypad.clear()
            showTyped()
            read()
        }
    }

    private fun refuse(words: Int) {
        Buzz.refused(this)
        say(getString(words))
    }

    /** Who may sign in, and who has to wait. */
    private suspend fun read() {
        sharers = companion.identity().sharers
        showWait()
    }

    private suspend fun name(person: String): String {
        val body = companion.document(person)?.body ?: return person
        val name = JSONObject(body).optJSONObject("name") ?: return person
        return name.optString(if (Words.isChinese(this)) "zh" else "en", person)
    }

    private fun showTyped() {
        val typed = keypad.digits.length
        val pin = view<TextView>(R.id.pin)
        pin.text = if (typed == 0) getString(R.string.sign_in_pin) else "●".repeat(typed)
        pin.contentDescription = if (typed == 0) null else getString(R.string.sign_in_digits, typed)
    }

    /** Says how long the chosen one has to wait, and takes no digits meanwhile; or that they have no PIN at all. */
    private fun showWait() {
        val sharer = sharers.firstOrNull { it.person == persons.chosen }
        val left = sharer?.nextTryAt?.let { (it - app.nowMs()).coerceAtLeast(0) }
        val isOpen = left == null && sharer?.hasPin != false
        keypad.isEnabled = isOpen
        view<View>(R.id.go).visibility = if (isOpen) View.VISIBLE else View.INVISIBLE
        when {
            left != null -> say(getString(R.string.sign_in_wait, DateUtils.formatElapsedTime((left + SECOND_MS - 1) / SECOND_MS)))
            !isOpen -> say(Words.code(this, "pin_missing"))
            isWaiting -> say(null)
        }
        isWaiting = left != null
    }

    private fun say(words: String?) {
        val line = view<TextView>(R.id.error)
        line.text = words
        line.visibility = if (words == null) View.INVISIBLE else View.VISIBLE
    }

    private companion object {
        const val SECOND_MS = 1000L
    }
}
