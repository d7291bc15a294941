package dev.liuye.demo

import android.app.Activity
import android.view.View
import dev.liuye.Page
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** A phone that two share by PIN: who they are is asked before anything is recorded, with no network at all. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class, qualifiers = "en-w360dp-h740dp-port-notnight-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class SignInTest {
    private val phone = Phone()
    private val hub = HubProcess()
    private val pins = listOf("p-011", "p-012").associateWith(hub::pin)

    @Before
    fun share() {
        phone.app.ahead = 0
        hub.start()
        phone.enrol(hub, hub.code(*pins.keys.toTypedArray()))
        hub.stop()
    }

    @After
    fun putAway() {
        phone.putAway()
        hub.close()
    }

    @Test
    fun `those who share a phone sign in offline, and each record has the name of who did`() {
        phone.pictures("home-locked") { phone.open(HomeActivity::class.java) }
        phone.pictures("sign-in") { phone.open(SignInActivity::class.java).also { it.type("70") } }
        val home = phone.open(HomeActivity::class.java)
        val operations = mutableMapOf<String, String>()
        for ((person, pin) in pins) {
            assertEquals("Nobody is signed in", home.words(R.id.who))
            assertFalse("nobody checks in", home.findViewById<View>(R.id.check_in).isShown)
            home.press(R.id.sign_in)
            val signIn = phone.follow(home)
            signIn.press(R.id.go)
            phone.until("the question who") { signIn.words(R.id.error) == "Choose your name first." }
            signIn.choose(R.id.persons, person)
            signIn.type(pin)
            signIn.press(R.id.go)
            phone.until("it is open") { signIn.isFinishing }
            phone.leave(signIn)
            phone.until("home knows who") { home.findViewById<View>(R.id.check_in).isShown }
            assertEquals(phone.core { phone.app.companion().identity() }.personName?.en, home.words(R.id.who))
            home.press(R.id.loss)
            val loss = phone.follow(home)
            fillLoss(loss)
            loss.press(R.id.send)
            phone.until("it is saved") { loss.words(R.id.code) != null }
            phone.leave(loss)
            operations[newest().entity] = person
            home.press(R.id.sign_out)
            phone.until("it is locked") { home.findViewById<View>(R.id.sign_in).isShown }
        }
        val written = phone.core { phone.app.companion().operations(Page(limit = 50)) }.filter { it.kind == "loss.report" }
        assertEquals(operations, written.associate { it.entity to it.actor })
    }

    @Test
    fun `a wrong pin is said, and after five of them how long to wait`() {
        val signIn = phone.open(SignInActivity::class.java)
        signIn.choose(R.id.persons, "p-011")
        signIn.type("12")
        signIn.press(R.id.go)
        phone.until("the length") { signIn.words(R.id.error) == "A PIN is not as long as this." }
        assertEquals("what was typed is gone", "Enter your PIN", signIn.words(R.id.pin))
        val wrong = if (pins["p-011"] == "704913") "704914" else "704913"
        repeat(4) {
            signIn.type(wrong)
            assertEquals("●●●●●●", signIn.words(R.id.pin))
            assertNull("the former error is gone", signIn.words(R.id.error))
            signIn.press(R.id.go)
            phone.until("it says so") { signIn.words(R.id.error) == "The PIN is wrong. Try again." }
        }
        signIn.type(wrong)
        signIn.press(R.id.go)
        phone.until("the wait") { signIn.words(R.id.error)?.startsWith("Too many wrong PINs. Next try in 0") == true }
        assertFalse("no key works", signIn.findViewById<View>(R.id.key_1).isEnabled || signIn.findViewById<View>(R.id.go).isShown)
        phone.pictures("sign-in-wait") { phone.open(SignInActivity::class.java).also { it.choose(R.id.persons, "p-011") } }

        // A colleague does not wait.
        signIn.choose(R.id.persons, "p-012")
        assertNull(signIn.words(R.id.error))
        assertTrue(signIn.findViewById<View>(R.id.go).isShown)
        signIn.choose(R.id.persons, "p-011")
        phone.app.ahead = 30_000
        phone.letPass(1)
        assertTrue(signIn.words(R.id.error), signIn.words(R.id.error).orEmpty().endsWith("00:30") || signIn.words(R.id.error).orEmpty().contains("00:2"))
        phone.app.ahead = 70_000
        phone.letPass(1)
        phone.until("the keys work again") { signIn.findViewById<View>(R.id.key_1).isEnabled }
        assertNull(signIn.words(R.id.error))
        signIn.type(pins.getValue("p-011"))
        signIn.press(R.id.go)
        phone.until("it is open") { signIn.isFinishing }
    }

    @Test
    fun `a phone that nobody uses locks itself, hides what was typed, and gives it back`() {
        signIn("p-011")
        val loss = phone.open(LossActivity::class.java)
        fillLoss(loss)
        phone.app.ahead = 4 * 60_000
        loss.onUserInteraction()
        phone.rest()
        phone.app.ahead = 8 * 60_000
        phone.letPass(11)
        assertTrue("whoever touches it keeps it open", loss.findViewById<View>(R.id.description).isShown)

        phone.app.ahead = 14 * 60_000
        phone.letPass(11)
        assertFalse("what was typed is hidden", loss.findViewById<View>(R.id.content).isShown)
        assertEquals("Locked", (loss.findViewById<android.view.ViewGroup>(R.id.lock)).let { texts(it).first() })
        phone.picture(loss, "locked-en-light")
        Usable.check(loss)
        val signIn = phone.follow(loss)
        assertEquals(SignInActivity::class.java, signIn.javaClass)
        // Whoever turns back is not sent there again, and sees nothing.
        signIn.press(R.id.back)
        phone.leave(signIn)
        phone.letPass(11)
        assertNull(shadowOf(loss).nextStartedActivity)
        assertFalse(loss.findViewById<View>(R.id.content).isShown)
        loss.press(R.id.unlock)
        pass(phone.follow(loss), "p-011")
        phone.until("it is there again") { loss.findViewById<View>(R.id.content).isShown }
        assertEquals("Black wallet with two cards", loss.words(R.id.description))
    }

    @Test
    fun `recording on a phone that locked itself a moment ago leads to signing in and loses nothing`() {
        signIn("p-012")
        val loss = phone.open(LossActivity::class.java)
        fillLoss(loss)
        phone.app.ahead = 6 * 60_000
        loss.press(R.id.send)
        phone.until("it is hidden") { !loss.findViewById<View>(R.id.content).isShown }
        assertTrue("nothing is stored", phone.core { phone.app.companion().operations(Page(limit = 50)) }.none { it.kind == "loss.report" })
        pass(phone.follow(loss), "p-012")
        phone.until("it is there again") { loss.findViewById<View>(R.id.content).isShown }
        loss.press(R.id.send)
        phone.until("it is saved") { loss.words(R.id.code) != null }
        assertEquals("p-012", newest().actor)
    }

    @Test
    fun `no screen shows records while nobody is signed in`() {
        for (screen in listOf(CheckInActivity::class.java, LossActivity::class.java, SafetyActivity::class.java, OutboxActivity::class.java)) {
            val private = phone.open(screen)
            assertFalse(screen.simpleName, private.findViewById<View>(R.id.content).isShown)
            phone.until("it leads to signing in") {
                // The position may be asked for too.
                val started = generateSequence { shadowOf(private).nextStartedActivity }.map { it.component?.className }
                SignInActivity::class.java.name in started.toList()
            }
            assertFalse(screen.simpleName, private.findViewById<View>(R.id.content).isShown)
            phone.leave(private)
        }
    }

    private fun signIn(person: String) = pass(phone.open(SignInActivity::class.java), person)

    private fun pass(signIn: Screen, person: String) {
        signIn.choose(R.id.persons, person)
        signIn.type(pins.getValue(person))
        signIn.press(R.id.go)
        phone.until("it is open") { signIn.isFinishing }
        phone.leave(signIn)
    }

    /** Types on the large keys. */
    private fun Activity.type(pin: String) = pin.forEach { press(resources.getIdentifier("key_$it", "id", packageName)) }

    private fun newest() = phone.core { phone.app.companion().operations(Page(limit = 1)) }.single()

    private fun texts(view: View): List<String> = when (view) {
        is android.widget.TextView -> listOf(view.text.toString())
        is android.view.ViewGroup -> (0 until view.childCount).flatMap { texts(view.getChildAt(it)) }
        else -> emptyList()
    }

    private fun fillLoss(loss: Activity) {
        loss.choose(R.id.category, "wallet")
        loss.type(R.id.description, "Black wallet with two cards")
        loss.type(R.id.place, "Boardwalk, pavilion 1")
    }
}
