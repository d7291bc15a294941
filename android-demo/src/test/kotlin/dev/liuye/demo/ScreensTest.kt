package dev.liuye.demo

import android.content.ClipboardManager
import android.os.Bundle
import android.view.View
import android.widget.EditText
import android.widget.TextView
import org.junit.After
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import dev.liuye.Page

/** Every screen on a phone that never met a hub: the real core, SQLCipher on the disk, no network. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class, qualifiers = "en-w360dp-h740dp-port-notnight-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class ScreensTest {
    private val phone = Phone()

    @After
    fun putAway() = phone.putAway()

    @Test
    fun `the records lie encrypted on the disk`() {
        phone.open(HomeActivity::class.java)
        val file = phone.app.getDatabasePath(App.DATABASE)
        val head = file.inputStream().use { it.readNBytes(16) }
        assertFalse("a plain SQLite file", String(head, Charsets.ISO_8859_1).startsWith("SQLite format 3"))
    }

    @Test
    fun `another key opens nothing and the screen says so`() {
        phone.leave(phone.open(HomeActivity::class.java))
        phone.core { phone.app.close() }
        val before = phone.app.getDatabasePath(App.DATABASE).readBytes()
        phone.app.key = ByteArray(32) { 8 }
        val controller = org.robolectric.Robolectric.buildActivity(HomeActivity::class.java).setup()
        phone.until("the screen says it") { controller.get().findViewById<View>(R.id.retry) != null }
        assertEquals("The key does not open the records.", controller.get().words(R.id.why))
        controller.pause().stop().destroy()
        assertArrayEquals("nothing was changed", before, phone.app.getDatabasePath(App.DATABASE).readBytes())
    }

    @Test
    fun `home says that the phone is not enrolled and opens every screen`() {
        val home = phone.open(HomeActivity::class.java)
        assertEquals("Not enrolled yet", home.words(R.id.who))
        assertEquals("Offline · 0 unsent", home.words(R.id.bar))
        val screens = mapOf(
            R.id.check_in to CheckInActivity::class.java,
            R.id.enrol to EnrolActivity::class.java,
            R.id.loss to LossActivity::class.java,
            R.id.safety to SafetyActivity::class.java,
            R.id.outbox to OutboxActivity::class.java,
            R.id.settings to SettingsActivity::class.java,
        )
        for ((button, expected) in screens) {
            home.press(button)
            val screen = phone.follow(home)
            assertEquals(expected, screen.javaClass)
            assertTrue("the bar is in sight", screen.findViewById<View>(R.id.bar).isShown)
            screen.press(R.id.back)
            assertTrue(screen.isFinishing)
            phone.leave(screen)
        }
        home.press(R.id.dial)
        assertEquals("tel:110", shadowOf(home).nextStartedActivity.data.toString())
    }

    @Test
    fun `a refused loss report says which field in words and stores nothing`() {
        val loss = phone.open(LossActivity::class.java)
        fillLoss(loss)
        loss.type(R.id.phone, "110")
        loss.press(R.id.send)
        phone.until("the error") { loss.words(R.id.phone_error) != null }
        assertEquals("An emergency number cannot be a contact.", loss.words(R.id.phone_error))
        assertTrue(loss.findViewById<View>(R.id.phone).isActivated)
        assertEquals("Nothing was saved. Please mend what is marked.", loss.words(R.id.error))
        phone.picture(loss, "loss-refused-en-light")
        phone.wholePicture(loss, "loss-refused-en-light")

        loss.type(R.id.phone, "13907360001")
        loss.type(R.id.identity, "11010519491231002x")
        loss.type(R.id.description, "  ")
        loss.press(R.id.send)
        phone.until("the error moved") { loss.words(R.id.description_error) != null }
        assertEquals("Please fill this in.", loss.words(R.id.description_error))
        assertEquals("the former error is gone", null, loss.words(R.id.phone_error))

        loss.type(R.id.description, "Black wallet")
        loss.type(R.id.identity, "430702199003070011")
        loss.press(R.id.send)
        phone.until("the error moved on") { loss.words(R.id.identity_error) != null }

        phone.core {
            val companion = phone.app.companion()
            assertEquals("nothing is stored", 0, companion.operations(Page(limit = 10, offset = 0)).size)
            assertEquals(0L, companion.outbox().pending)
        }
    }

    @Test
    fun `a loss report keeps the contact apart and shows the code to copy`() {
        val loss = phone.open(LossActivity::class.java)
        fillLoss(loss)
        loss.press(R.id.send)
        phone.until("the code") { loss.words(R.id.code) != null }
        val code = checkNotNull(loss.words(R.id.code)).replace("\n", "")
        assertTrue(code, Regex("([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}").matches(code))
        loss.press(R.id.copy)
        val clip = loss.getSystemService(ClipboardManager::class.java).primaryClip
        assertEquals(code, clip?.getItemAt(0)?.text?.toString())
        phone.until("the bar counts it") { loss.words(R.id.bar)?.startsWith("Offline · 1 unsent") == true }
        phone.core {
            val companion = phone.app.companion()
            val entry = companion.operations(Page(limit = 10, offset = 0)).single()
            assertEquals("loss.report", entry.kind)
            val contact = companion.lost.contact(entry.entity)
            assertEquals("+8613907360001", contact?.phone)
            val document = companion.document(entry.entity)
            assertNotNull(document)
            assertFalse("no contact in the document", document?.body.orEmpty().contains("13907360001"))
        }
        phone.picture(loss, "loss-saved-en-light")
    }

    @Test
    fun `a text that is no tag is refused beside the field`() {
        val check = phone.open(CheckInActivity::class.java)
        check.type(R.id.tag, "https://example.com/menu")
        check.press(R.id.confirm)
        phone.until("the error") { check.words(R.id.tag_error) != null }
        assertEquals("This is no tag of this district.", check.words(R.id.tag_error))
        assertEquals(0L, phone.core { phone.app.companion().outbox().pending })
        phone.picture(check, "check-in-refused-en-light")
    }

    @Test
    fun `drafts outlive rotation and the death of the process`() {
        val loss = phone.open(LossActivity::class.java)
        fillLoss(loss)
        val state = phone.kill(loss)
        phone.qualifiers("+land")
        val again = phone.open(LossActivity::class.java, state = Bundle(state))
        assertEquals("Black wallet with two cards", again.findViewById<EditText>(R.id.description).text.toString())
        assertEquals("wallet", again.findViewById<Choices>(R.id.category).chosen)
        assertTrue(again.findViewById<Choices>(R.id.category).button("wallet").isChecked)
        assertEquals("13907360001", again.findViewById<EditText>(R.id.phone).text.toString())
        Usable.check(again)
        phone.picture(again, "loss-landscape-en-light")
        again.press(R.id.send)
        phone.until("the code") { again.words(R.id.code) != null }
    }

    @Test
    fun `every screen is legible in both languages by day and by night and at twice the size`() {
        val screens = mapOf(
            "home" to HomeActivity::class.java,
            "check-in" to CheckInActivity::class.java,
            "loss" to LossActivity::class.java,
            "safety" to SafetyActivity::class.java,
            "outbox" to OutboxActivity::class.java,
            "enrol" to EnrolActivity::class.java,
            "settings" to SettingsActivity::class.java,
        )
        for (language in listOf("en", "zh-rCN")) {
            for (dark in listOf(false, true)) {
                // Size and colour do not touch each other: twice the size is looked at by day.
                for (scale in if (dark) listOf(1f) else listOf(1f, 2f)) {
                    phone.qualifiers("+$language")
                    phone.night(dark)
                    org.robolectric.RuntimeEnvironment.setFontScale(scale)
                    for ((name, screen) in screens) {
                        val activity = phone.open(screen)
                        Usable.check(activity)
                        val size = if (scale == 2f) "-200" else ""
                        phone.picture(activity, "$name-${language.substring(0, 2)}-${if (dark) "dark" else "light"}$size")
                        phone.leave(activity)
                    }
                }
            }
        }
    }

    private fun fillLoss(loss: LossActivity) {
        loss.choose(R.id.category, "wallet")
        loss.type(R.id.description, "Black wallet with two cards")
        loss.type(R.id.place, "Boardwalk, pavilion 1")
        loss.type(R.id.name, "Wang Xiaoming")
        loss.type(R.id.phone, "13907360001")
    }
}
