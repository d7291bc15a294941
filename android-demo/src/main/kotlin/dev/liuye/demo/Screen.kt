package dev.liuye.demo

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import dev.liuye.Companion as Liuye
import dev.liuye.LiuyeException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/**
 * What all screens share: the bar with `offline · N unsent`, the way back, day and night, the lock, and core calls off the main thread.
 *
 * Views with an id keep what was typed over rotation and process death; a screen adds what is not in a view to [keep].
 */
abstract class Screen(private val layout: Int, private val heading: Int?) : Activity() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private var dark = false
    private var watching: Job? = null

    /** Whether somebody was led to sign in already: whoever turns back there is not sent again. */
    private var isLed = false

    /** The application. */
    protected val app: App get() = application as App

    /** The companion; there from [ready] on. */
    protected lateinit var companion: Liuye
        private set

    /** Whether a call of this screen is under way: a gloved hand presses twice. */
    protected var isBusy = false
        private set

    /** Whether what it shows is for nobody's eyes while nobody is signed in. */
    protected open val isPrivate = true

    /** The views are there; [saved] holds what [keep] kept. */
    protected abstract fun made(saved: Bundle?)

    /** The companion is there. Called once for each life of the screen. */
    protected open suspend fun ready() = Unit

    /** Things stand otherwise than before; also called right after [ready]. */
    protected open suspend fun changed(standing: Standing) = Unit

    /** Keeps what no view keeps. */
    protected open fun keep(state: Bundle) = Unit

    override fun attachBaseContext(base: Context) = super.attachBaseContext(Night.wrap(base))

    final override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        dark = Night.isDarkNow(this)
        setContentView(R.layout.screen)
        layoutInflater.inflate(layout, view(R.id.content), true)
        val titleRow = view<View>(R.id.title_row)
        if (heading == null) titleRow.visibility = View.GONE else view<TextView>(R.id.title).setText(heading)
        view<View>(R.id.back).setOnClickListener { finish() }
        view<View>(R.id.bar).setOnClickListener { if (this !is OutboxActivity) startActivity(Intent(this, OutboxActivity::class.java)) }
        showBar(null)
        isLed = savedInstanceState?.getBoolean(LED) == true
        // What was typed before the phone locked itself comes back with the views, before anybody knows who asks.
        if (isPrivate) view<View>(R.id.content).visibility = View.INVISIBLE
        made(savedInstanceState)
        open()
    }

    override fun onResume() {
        super.onResume()
        // Night fell, or somebody chose otherwise, while this screen was in the background.
        if (dark != Night.isDarkNow(this)) return recreate()
        watching = scope.launch {
            // A phone locks itself without a word.
            while (true) {
                app.refresh()
                delay(LOOK_AGAIN_MS)
            }
        }
    }

    override fun onPause() {
        watching?.cancel()
        super.onPause()
    }

    override fun onUserInteraction() {
        super.onUserInteraction()
        app.touch()
    }

    final override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putBoolean(LED, isLed)
        keep(outState)
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    /** Runs something that waits, for as long as the screen lives. Errors of the core end in [failed]. */
    protected fun act(block: suspend () -> Unit): Job = scope.launch {
        try {
            block()
        } catch (error: LiuyeException) {
            if (::companion.isInitialized) app.noted(companion, error)
            // It locked itself a moment ago: then this screen leads to where one signs in.
            if (error.code == "locked") app.refresh() else failed(error)
        }
    }

    /** Runs the one thing that a button does; presses that come before it ends do nothing. */
    protected fun actOnce(block: suspend () -> Unit) {
        if (isBusy || !::companion.isInitialized) return
        isBusy = true
        act {
            try {
                block()
            } finally {
                isBusy = false
            }
        }
    }

    /** An error that nobody dealt with. */
    protected open fun failed(error: LiuyeException) = Unit

    /** A view of this screen. */
    protected fun <T : View> view(id: Int): T = findViewById(id)

    private fun open() {
        scope.launch { app.upheavals.collect { beginAnew(it) } }
        scope.launch {
            try {
                companion = app.companion()
            } catch (error: LiuyeException) {
                return@launch showBroken(Words.code(this@Screen, error.code))
            } catch (_: java.security.GeneralSecurityException) {
                return@launch showBroken(Words.code(this@Screen, "key_wrong"))
            } catch (_: IllegalStateException) {
                return@launch showBroken(Words.code(this@Screen, "key_wrong"))
            }
            showLock(app.standing.value)
            act { ready() }.join()
            app.standing.collect { standing ->
                showBar(standing)
                showLock(standing)
                if (standing != null) act { changed(standing) }
            }
        }
    }

    /** With what the next companion knows. What was typed on a phone that the desk emptied goes with the rest. */
    private fun beginAnew(upheaval: Upheaval) {
        if (upheaval == Upheaval.WIPED && this !is HomeActivity) finish() else recreate()
    }

    private fun showLock(standing: Standing?) {
        if (!isPrivate || standing == null) return
        val isLocked = standing.identity.locked
        view<View>(R.id.content).visibility = if (isLocked) View.GONE else View.VISIBLE
        val lock = view<ViewGroup>(R.id.lock)
        lock.visibility = if (isLocked) View.VISIBLE else View.GONE
        if (!isLocked) {
            isLed = false
            return
        }
        if (lock.childCount == 0) {
            layoutInflater.inflate(R.layout.locked, lock, true)
            lock.findViewById<View>(R.id.unlock).setOnClickListener { leadToSignIn() }
        }
        if (!isLed) leadToSignIn()
    }

    private fun leadToSignIn() {
        isLed = true
        startActivity(Intent(this, SignInActivity::class.java))
    }

    private fun showBar(standing: Standing?) {
        val bar = view<TextView>(R.id.bar)
        val unsent = standing?.outbox?.pending?.toInt() ?: 0
        val online = standing?.isOnline == true
        val words = mutableListOf(getString(if (online) R.string.bar_online else R.string.bar_offline, unsent))
        standing?.outbox?.oldest?.let { words += getString(R.string.bar_oldest, Words.age(this, it, System.currentTimeMillis())) }
        val attention = standing?.attention?.toInt() ?: 0
        if (attention > 0) words += getString(R.string.bar_attention, attention)
        bar.text = words.joinToString(" · ")
        bar.setBackgroundResource(if (online) R.color.bar_online else R.color.bar_offline)
        bar.setCompoundDrawablesRelativeWithIntrinsicBounds(if (online) R.drawable.ic_online else R.drawable.ic_offline, 0, 0, 0)
        window.statusBarColor = getColor(if (online) R.color.bar_online else R.color.bar_offline)
    }

    private fun showBroken(words: String) {
        val content = view<ViewGroup>(R.id.content)
        content.visibility = View.VISIBLE
        content.removeAllViews()
        layoutInflater.inflate(R.layout.broken, content, true)
        view<TextView>(R.id.why).text = words
        view<View>(R.id.retry).setOnClickListener { recreate() }
    }

    private companion object {
        const val LED = "led to sign in"
        const val LOOK_AGAIN_MS = 10_000L
    }
}
