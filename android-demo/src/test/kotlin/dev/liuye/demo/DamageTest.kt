package dev.liuye.demo

import android.view.ViewGroup
import dev.liuye.Companion
import dev.liuye.Config as LiuyeConfig
import dev.liuye.DeviceInfo
import dev.liuye.ItemCategory
import dev.liuye.LiuyeException
import dev.liuye.LostReportDraft
import dev.liuye.OperationState
import dev.liuye.Page
import java.io.RandomAccessFile
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/** A disk that damaged the records: the app repairs them by itself, and says what that cost until somebody has read it. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class, qualifiers = "en-w360dp-h740dp-port-notnight-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class DamageTest {
    private val phone = Phone()
    private val hub = HubProcess()

    @Before
    fun work() {
        hub.start()
        phone.enrol(hub, hub.code("p-011"))
        phone.until("everything went", 60) { phone.core { phone.app.companion().outbox() }.pending == 0L }
        hub.stop()
        repeat(REPORTS) { report(it) }
    }

    @After
    fun putAway() {
        phone.putAway()
        hub.close()
    }

    @Test
    fun `records without a loss are told of until somebody has read it, and arrive`() {
        close()
        damage { page -> page == 0 }
        val home = phone.open(HomeActivity::class.java)
        assertEquals("The records on this phone were damaged", home.words(R.id.notice_title))
        val words = home.words(R.id.notice_text).orEmpty()
        assertTrue(words, "Saved: records ${REPORTS + 1}, photos 0, contacts 0." in words)
        assertTrue(words, "Records not sent yet: $REPORTS." in words)
        assertTrue(words, "No loss was found." in words)
        phone.leave(home)

        // Also by a phone that was closed meanwhile.
        close()
        val again = phone.open(HomeActivity::class.java)
        again.press(R.id.notice_read)
        assertEquals(0, again.findViewById<ViewGroup>(R.id.notices).childCount)
        phone.leave(again)
        assertEquals(0, phone.open(HomeActivity::class.java).findViewById<ViewGroup>(R.id.notices).childCount)

        hub.start()
        phone.sync()
        phone.until("everything arrived", 60) { operations().all { it.state == OperationState.APPLIED } }
        assertTrue(hub.verify(), " ${REPORTS + 1} operations" in hub.verify() && " 0 faults" in hub.verify())
    }

    @Test
    fun `what was lost is said in numbers, and what was saved arrives`() {
        close()
        damage { page -> page % 3 == 0 }
        phone.pictures("home-recovered") { phone.open(HomeActivity::class.java) }
        val home = phone.open(HomeActivity::class.java)
        val told = checkNotNull(phone.core { phone.app.companion().recovery() })
        val saved = operations().size
        assertTrue("it cost something, and not all: $told", told.lost > 0 && saved in 1..REPORTS)
        val words = home.words(R.id.notice_text).orEmpty()
        assertTrue(words, "Saved: records $saved, " in words && "Known to be lost: records ${told.lost}, photos 0, contacts 0." in words)
        hub.start()
        phone.sync()
        phone.until("everything arrived", 60) { operations().none { it.state == OperationState.PENDING } }
    }

    @Test
    fun `damage that shows while the app is in use is repaired, and the screens begin anew`() {
        close()
        val quiet = quietPage()
        damage { page -> page == quiet }
        val home = phone.open(HomeActivity::class.java)
        assertNull("it opens as if nothing were", home.words(R.id.notice_title))
        val loss = phone.open(LossActivity::class.java)
        loss.type(R.id.description, "Black wallet")
        phone.open(SafetyActivity::class.java)
        phone.until("home says it") { phone.now(HomeActivity::class.java).words(R.id.notice_title) == "The records on this phone were damaged" }
        phone.until("the draft is there") { phone.now(LossActivity::class.java).words(R.id.description) == "Black wallet" }
        assertEquals(REPORTS, operations().count { it.kind == "loss.report" })
    }

    /** A page that holds venues and nothing that is read before them. */
    private fun quietPage(): Int {
        val pages = (phone.app.getDatabasePath(App.DATABASE).length() / PAGE).toInt()
        return (1 until pages).first { number ->
            damage { it == number }
            val shows = phone.core { showsOnlyInVenues() }
            damage { it == number }
            shows
        }
    }

    private suspend fun showsOnlyInVenues(): Boolean {
        try {
            val config = LiuyeConfig(phone.app.getDatabasePath(App.DATABASE).path, phone.app.key, DeviceInfo("a look"))
            Companion.open(config).use { companion ->
                Standing.read(companion, true)
                companion.operations(Page(limit = 200))
                companion.needsAttention()
                try {
                    companion.safety.venues()
                } catch (error: LiuyeException) {
                    return error.code == "corrupt"
                }
            }
        } catch (error: LiuyeException) {
            if (error.code != "corrupt") throw error
        }
        return false
    }

    private fun close() {
        phone.core { phone.app.close() }
    }

    private fun report(number: Int) = phone.core {
        val description = "$number ".repeat(200)
        val draft = LostReportDraft(ItemCategory.WALLET, description, "by the lake", "2026-01-01T18:00:00+08:00", "2026-01-01T19:00:00+08:00")
        phone.app.companion().lost.report(draft)
    }

    private fun operations() = phone.core { phone.app.companion().operations(Page(limit = 200)) }

    /** Turns a bit round in each of these pages, in place: the app may have the file open. */
    private fun damage(which: (Int) -> Boolean) {
        RandomAccessFile(phone.app.getDatabasePath(App.DATABASE), "rw").use { file ->
            for (page in (0 until (file.length() / PAGE).toInt()).filter(which)) {
                val place = page.toLong() * PAGE + PAGE / 2
                file.seek(place)
                val byte = file.read()
                file.seek(place)
                file.write(byte xor 1)
            }
        }
    }

}

private const val REPORTS = 20
private const val PAGE = 4096
