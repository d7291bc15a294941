package dev.liuye.demo

import android.view.ViewGroup
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** A phone that was reported lost says so to whoever holds it, and what to do. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class, qualifiers = "en-w360dp-h740dp-port-notnight-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class LostPhoneTest {
    private val phone = Phone()
    private val hub = HubProcess()

    @Before
    fun enrol() {
        hub.start()
        phone.enrol(hub, hub.code("p-011"))
        phone.until("everything went", 60) { phone.core { phone.app.companion().outbox() }.pending == 0L }
    }

    @After
    fun putAway() {
        phone.putAway()
        hub.close()
    }

    @Test
    fun `a phone that was shut out keeps its records and says what to do`() {
        val home = phone.open(HomeActivity::class.java)
        assertEquals(0, home.findViewById<ViewGroup>(R.id.notices).childCount)
        hub.revoke(device())
        home.press(R.id.sync)
        phone.until("it says so") { home.words(R.id.notice_title) == "The hub has shut this phone out" }
        assertTrue(home.words(R.id.notice_text).orEmpty().endsWith("Bring it to the desk."))
        assertNull("nobody can put that away", home.words(R.id.notice_read))
        phone.pictures("home-revoked") { phone.open(HomeActivity::class.java) }
        assertEquals("p-011", phone.core { phone.app.companion().identity() }.person)
    }

    @Test
    fun `a phone that was emptied shows nothing of what was on it, says so, and is a new one`() {
        val device = device()
        val home = phone.open(HomeActivity::class.java)
        val loss = phone.open(LossActivity::class.java)
        loss.type(R.id.description, "Black wallet")
        hub.revoke(device, "--wipe")
        home.press(R.id.sync)
        phone.until("the draft is gone") { loss.isFinishing }
        phone.until("home says so") { phone.now(HomeActivity::class.java).words(R.id.notice_title) == "This phone was emptied" }
        assertEquals("Not enrolled yet", phone.now(HomeActivity::class.java).words(R.id.who))
        assertNotEquals(device, device())
        assertEquals(0L, phone.core { phone.app.companion().outbox() }.pending)
        phone.pictures("home-wiped") { phone.open(HomeActivity::class.java) }
        phone.core { phone.app.close() }
        val again = phone.open(HomeActivity::class.java)
        again.press(R.id.notice_read)
        phone.leave(again)
        assertEquals(0, phone.open(HomeActivity::class.java).findViewById<ViewGroup>(R.id.notices).childCount)
    }

    private fun device() = phone.core { phone.app.companion().identity() }.device
}
