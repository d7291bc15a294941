package dev.liuye.demo

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.os.Looper
import android.view.View
import android.widget.EditText
import android.widget.TextView
import dev.liuye.LiuyeException
import dev.liuye.SyncReason
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Assert.fail
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import java.time.Duration
import java.time.LocalTime

/** A hand and an eye: opens screens, presses, types, waits until something is to be seen, and keeps pictures. */
class Phone {
    /** The app under test. */
    val app: TestApp get() = RuntimeEnvironment.getApplication() as TestApp
    private val open = mutableListOf<ActivityController<out Activity>>()

    /** Opens a screen and waits for what it reads from the core. */
    fun <T : Screen> open(screen: Class<T>, intent: Intent = Intent(app, screen), state: Bundle? = null): T {
        val controller = Robolectric.buildActivity(screen, intent)
        open += controller
        val activity = if (state == null) controller.setup().get() else controller.setup(state).get()
        until("the records are open") { app.standing.value != null }
        rest()
        return activity
    }

    /** Opens the screen that a press started. */
    fun follow(from: Activity): Screen {
        val intent = checkNotNull(shadowOf(from).nextStartedActivity) { "no screen was started" }
        @Suppress("UNCHECKED_CAST")
        return open(Class.forName(checkNotNull(intent.component).className) as Class<Screen>, intent)
    }

    /** What Android keeps of a screen when it kills the process, and the end of that screen. */
    fun kill(activity: Activity): Bundle {
        val controller = open.first { it.get() === activity }
        val state = Bundle()
        controller.saveInstanceState(state).pause().stop().destroy()
        open -= controller
        return state
    }

    /** Leaves a screen. */
    fun leave(activity: Activity) {
        val controller = open.first { it.get() === activity }
        controller.pause().stop().destroy()
        open -= controller
    }

    /** Leaves all screens and closes the app. */
    fun putAway() {
        open.toList().forEach { leave(it.get()) }
        core { app.close() }
        rest()
    }

    /** Asks the core something from outside a screen, while the screens go on: blocking the main thread would stop them. */
    fun <T> core(block: suspend () -> T): T {
        val answer = CoroutineScope(Dispatchers.Main).async { runCatching { block() } }
        until("the core's answer") { answer.isCompleted }
        return runBlocking { answer.await() }.getOrThrow()
    }

    /** Lets everything run that waits, until it is true. */
    fun until(what: String, seconds: Int = 20, condition: () -> Boolean) {
        val end = System.nanoTime() + seconds * 1_000_000_000L
        while (System.nanoTime() < end) {
            shadowOf(Looper.getMainLooper()).idle()
            if (condition()) return
            Thread.sleep(5)
        }
        fail("never came: $what")
    }

    /** Lets what is under way come to its end: core calls on other threads, and their answers on this one. */
    fun rest() {
        repeat(20) {
            shadowOf(Looper.getMainLooper()).idle()
            Thread.sleep(5)
        }
    }

    /** Uses these resources from the next screen on. */
    fun qualifiers(text: String) = RuntimeEnvironment.setQualifiers(text)

    /** Keeps a picture of a screen under `target/screens/`. */
    fun picture(activity: Activity, name: String) = picture(activity.window.decorView, name)

    /** Keeps a picture of a window. */
    fun picture(window: View, name: String) {
        shadowOf(Looper.getMainLooper()).idle()
        Picture.of(window).keep(name)
    }

    /** Keeps a picture of a screen with all that lies above and below what is in sight. */
    fun wholePicture(activity: Activity, name: String) {
        rest()
        Picture.whole(activity).keep("$name-whole")
    }

    /** Looks at a screen in both languages, by day, by night and at twice the size, and keeps its pictures. */
    fun pictures(name: String, open: () -> Activity) {
        for (language in listOf("en", "zh-rCN")) {
            for ((look, scale) in listOf("light" to 1f, "dark" to 1f, "light-200" to 2f, "dark-200" to 2f)) {
                if (look == "dark-200" && !name.startsWith("home")) continue
                qualifiers("+$language")
                night(look.startsWith("dark"))
                RuntimeEnvironment.setFontScale(scale)
                val activity = open()
                Usable.check(activity)
                picture(activity, "$name-${language.take(2)}-$look")
                leave(activity)
            }
        }
        qualifiers("+en")
        night(false)
        RuntimeEnvironment.setFontScale(1f)
    }

    /** Enrols by the screen for it, and waits for what the first sync brings. */
    fun enrol(hub: HubProcess, code: String) {
        val enrol = open(EnrolActivity::class.java)
        enrol.type(R.id.hub, hub.url)
        enrol.type(R.id.code, code)
        enrol.press(R.id.go)
        until("it is enrolled") { enrol.words(R.id.result) != null }
        assertEquals("This phone belongs to liuye-lake now.", enrol.words(R.id.result))
        leave(enrol)
        until("the first sync", 60) { core { app.companion().patrol.checkpoints() }.size == 41 }
    }

    /** The screen of this sort that is there now: one that begins anew is another than before. */
    fun <T : Screen> now(screen: Class<T>): T = screen.cast(open.last { screen.isInstance(it.get()) }.get())

    /** Lets time go by for what waits on the main thread. */
    fun letPass(seconds: Long) {
        shadowOf(Looper.getMainLooper()).idleFor(Duration.ofSeconds(seconds))
        rest()
    }

    /** Syncs; the app's own loop may be at it, and a second sync fails at once. Errors of the core are the app's to notice. */
    fun sync() = core {
        while (true) {
            try {
                app.companion().sync(SyncReason.USER)
                return@core
            } catch (_: LiuyeException.Busy) {
                // In real time: the main thread's stands still here.
                withContext(Dispatchers.Default) { delay(50) }
            }
        }
    }

    /** Makes it day or night. */
    fun night(dark: Boolean) {
        app.time = if (dark) LocalTime.of(22, 0) else LocalTime.NOON
    }
}

/** Presses what a hand can reach. */
fun Activity.press(id: Int) {
    val view = findViewById<View>(id)
    assertTrue("not to be pressed: " + resources.getResourceEntryName(id), view.isShown && view.isEnabled)
    view.performClick()
}

/** Types into a field. */
fun Activity.type(id: Int, text: String) {
    val field = findViewById<EditText>(id)
    assertTrue("not to be typed into: " + resources.getResourceEntryName(id), field.isShown)
    field.setText(text)
}

/** Chooses one of several. */
fun Activity.choose(id: Int, key: String) {
    findViewById<Choices>(id).button(key).performClick()
}

/** The words that are to be read there; null where nothing is. */
fun Activity.words(id: Int): String? = findViewById<TextView?>(id)?.takeIf { it.isShown }?.text?.toString()?.replace('\u00A0', ' ')
