package dev.liuye.demo

import android.Manifest
import android.app.Activity
import android.app.AlertDialog
import android.content.Intent
import android.location.Location
import android.location.LocationManager
import android.net.ConnectivityManager
import android.net.Uri
import android.os.SystemClock
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.TextView
import dev.liuye.CheckInDraft
import dev.liuye.CheckInEvidence
import dev.liuye.OperationState
import dev.liuye.Page
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import org.robolectric.shadows.ShadowAlertDialog
import org.robolectric.shadows.ShadowNetwork

/** A duty with a real hub that comes and goes: what is recorded offline arrives, and each screen shows what became of it. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class, qualifiers = "en-w360dp-h740dp-port-notnight-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class DutyTest {
    private val phone = Phone()
    private val hub = HubProcess()

    @After
    fun putAway() {
        phone.putAway()
        hub.close()
    }

    @Test
    fun `a check-in from before enrolment arrives and shows its verdict`() {
        val tag = hub.tag("cp-05")
        val home = phone.open(HomeActivity::class.java)
        home.press(R.id.check_in)
        val check = phone.follow(home)
        check.type(R.id.tag, tag)
        check.press(R.id.confirm)
        phone.until("the answer") { check.words(R.id.verdict) != null }
        phone.until("the bar counts it") { check.words(R.id.bar)?.startsWith("Offline · 1 unsent") == true }
        phone.leave(check)
        assertEquals("Unsent", states().single())

        hub.start()
        enrol("p-011")
        phone.until("the verdict") { states().none { it == "Unsent" } }
        val outbox = phone.open(OutboxActivity::class.java)
        phone.until("the bar is clean") { outbox.words(R.id.bar) == "Online · 0 unsent" }
        assertTrue(states().toString(), states().all { it.startsWith("Arrived") })
        phone.picture(outbox, "outbox-arrived-en-light")
    }

    @Test
    fun `two taps check in at the nearest point and the phone buzzes`() {
        hub.start()
        enrol("p-011")
        val home = phone.open(HomeActivity::class.java)
        phone.until("the bar is green") { home.words(R.id.bar) == "Online · 0 unsent" }
        loseNetwork()
        phone.until("the bar knows at once") { home.words(R.id.bar) == "Offline · 0 unsent" }
        hub.stop()
        val point = phone.core { phone.app.companion().patrol.checkpoints() }.first { it.id == "cp-05" }
        allowPosition()
        home.press(R.id.check_in)
        val check = phone.follow(home)
        stand(check, point.at.lat, point.at.lon, 8f)
        phone.until("the nearest point") { check.findViewById<Choices>(R.id.points).chosen == "cp-05" }
        assertEquals("Check in: Children's Paddling Beach", check.words(R.id.confirm))
        phone.pictures("check-in-near") { phone.open(CheckInActivity::class.java).also { stand(it, point.at.lat, point.at.lon, 8f) } }
        check.press(R.id.confirm)
        phone.until("the answer") { check.words(R.id.verdict) != null }
        assertEquals("Accepted", check.words(R.id.verdict))
        assertTrue("it buzzes", shadowOf(check.getSystemService(android.os.Vibrator::class.java)).isVibrating)
        phone.picture(check, "check-in-accepted-en-light")

        phone.until("home counts it") { home.words(R.id.bar)?.startsWith("Offline · 1 unsent") == true }
        phone.leave(check)
        phone.pictures("home-offline") { phone.open(HomeActivity::class.java) }

        // Once more within the minute: refused, in words, and not stored.
        val again = phone.open(CheckInActivity::class.java)
        stand(again, point.at.lat, point.at.lon, 8f)
        phone.until("the nearest point") { again.findViewById<Choices>(R.id.points).chosen == "cp-05" }
        again.press(R.id.confirm)
        phone.until("the refusal") { again.words(R.id.error) != null }
        assertEquals(1, phone.core { phone.app.companion().operations(Page(limit = 50)) }.count { it.kind == "check_in.record" })

        // Far away and coarse: saved, flagged, with the reason.
        val far = phone.open(CheckInActivity::class.java)
        stand(far, point.at.lat + 0.01, point.at.lon, 80f)
        far.choose(R.id.points, far.findViewById<Choices>(R.id.points).chosen ?: "cp-05")
        far.press(R.id.confirm)
        phone.until("the answer") { far.words(R.id.verdict) != null }
        assertEquals("Saved · needs a look", far.words(R.id.verdict))
        assertTrue(far.words(R.id.verdict_why).orEmpty(), far.words(R.id.verdict_why).orEmpty().contains("not exact enough"))
        phone.picture(far, "check-in-flagged-en-light")
    }

    @Test
    fun `a safety check with a hazard and a photo arrives`() {
        hub.start()
        enrol("p-005")
        hub.stop()
        phone.pictures("safety-venues") { phone.open(SafetyActivity::class.java) }
        val safety = phone.open(SafetyActivity::class.java)
        safety.press(R.id.start)
        phone.until("the error") { safety.words(R.id.venue_error) == "Please fill this in." }
        safety.type(R.id.filter, "hotpot")
        safety.choose(R.id.venues, "v-001")
        safety.press(R.id.start)
        phone.until("the checklist") { safety.findViewById<View>(R.id.check).isShown }
        safety.press(R.id.hazard)
        val hazard = phone.follow(safety)
        hazard.press(R.id.save)
        phone.until("the error") { hazard.words(R.id.description_error) != null }
        hazard.type(R.id.description, "Rear exit is locked")
        attachPhoto(hazard)
        phone.until("the photo") { hazard.words(R.id.photo_count) == "Photos: 1 of 6" }
        phone.picture(hazard, "hazard-en-light")
        hazard.press(R.id.save)
        phone.until("it is saved") { hazard.isFinishing }
        phone.leave(hazard)

        val questions = safety.findViewById<ViewGroup>(R.id.questions)
        assertEquals(12, questions.childCount)
        answer(questions.getChildAt(0), "fail")
        val state = phone.kill(safety)
        val again = phone.open(SafetyActivity::class.java, state = state)
        phone.until("the checklist is back") { again.findViewById<ViewGroup>(R.id.questions).childCount == 12 }
        assertEquals("1 of 12 answered", again.words(R.id.progress))
        assertEquals("Hazards found here: 1", again.words(R.id.hazards))
        Usable.check(again)
        phone.picture(again, "safety-checklist-en-light")
        phone.wholePicture(again, "safety-checklist-en-light")
        val list = again.findViewById<ViewGroup>(R.id.questions)
        for (index in 1 until list.childCount) answer(list.getChildAt(index), "pass")
        again.press(R.id.submit)
        phone.until("it is handed in") { again.findViewById<View>(R.id.result).isShown }
        phone.leave(again)

        hub.start()
        phone.sync()
        phone.until("everything arrived", 60) { states().none { it == "Unsent" || it == "Waits at the hub" } }
        assertTrue(states().toString(), states().all { it.startsWith("Arrived") })
        assertEquals(0L, phone.core { phone.app.companion().outbox().blobs })
    }

    @Test
    fun `what the hub will not have is in sight and can be corrected or given up`() {
        // Before it knows a site, a phone takes a tag at its word: a tag of a point that is not there is the hub's to refuse.
        val known = hub.tag("cp-05")
        val unknown = known.replace("cp-05", "cp-77")
        phone.core { phone.app.companion().patrol.checkIn(CheckInDraft(evidence = CheckInEvidence.Qr(unknown))) }
        hub.start()
        enrol("p-011")
        phone.until("it needs somebody") { phone.core { phone.app.companion().needsAttention() }.isNotEmpty() }
        phone.pictures("outbox-attention") { phone.open(OutboxActivity::class.java) }
        phone.pictures("home-enrolled") { phone.open(HomeActivity::class.java) }
        val outbox = phone.open(OutboxActivity::class.java)
        val card = outbox.findViewById<ViewGroup>(R.id.attention).getChildAt(0)
        assertEquals("To mend", card.findViewById<TextView>(R.id.state).text.toString())
        card.findViewById<View>(R.id.amend).performClick()
        val correction = phone.follow(outbox)
        assertEquals(unknown, correction.words(R.id.tag))
        correction.type(R.id.tag, known)
        correction.press(R.id.confirm)
        phone.until("it is corrected") { correction.isFinishing }
        phone.leave(correction)
        phone.until("nothing needs anyone", 60) {
            phone.core { phone.app.companion().needsAttention() }.isEmpty() && phone.core { phone.app.companion().outbox() }.pending == 0L
        }
        val last = phone.core { phone.app.companion().operations(Page(limit = 1)) }.single()
        assertNotNull(last.amends)
        assertEquals(OperationState.APPLIED, last.state)
    }

    @Test
    fun `what cannot be mended is given up with a reason and stays in the record`() {
        val unknown = hub.tag("cp-05").replace("cp-05", "cp-77")
        phone.core { phone.app.companion().patrol.checkIn(CheckInDraft(evidence = CheckInEvidence.Qr(unknown))) }
        hub.start()
        enrol("p-011")
        phone.until("it needs somebody") { phone.core { phone.app.companion().needsAttention() }.isNotEmpty() }
        val outbox = phone.open(OutboxActivity::class.java)
        outbox.findViewById<ViewGroup>(R.id.attention).getChildAt(0).findViewById<View>(R.id.discard).performClick()
        val dialog = ShadowAlertDialog.getLatestDialog() as AlertDialog
        phone.rest()
        Usable.check("the question why", dialog.window!!.decorView)
        phone.picture(dialog.window!!.decorView, "outbox-give-up-en-light")
        dialog.requireViewById<EditText>(R.id.reason).setText("Read the wrong tag")
        dialog.getButton(AlertDialog.BUTTON_POSITIVE).performClick()
        phone.until("nothing needs anyone", 60) { phone.core { phone.app.companion().needsAttention() }.isEmpty() }
        phone.until("the list says so") { "Given up" in states() }
    }

    @Test
    fun `a wrong code is refused beside the field and the phone stays as it was`() {
        hub.start()
        val enrol = phone.open(EnrolActivity::class.java)
        enrol.type(R.id.hub, "liuye.example")
        enrol.type(R.id.code, "ABCD-EFGH")
        enrol.press(R.id.go)
        phone.until("the error") { enrol.words(R.id.hub_error) != null }
        enrol.type(R.id.hub, hub.url)
        enrol.press(R.id.go)
        phone.until("the error moved") { enrol.words(R.id.code_error) != null }
        assertEquals("The code is wrong, used or expired. Ask for a new one.", enrol.words(R.id.code_error))
        assertNull(phone.core { phone.app.companion().identity() }.site)
        phone.picture(enrol, "enrol-refused-en-light")
    }

    private fun enrol(person: String) {
        phone.enrol(hub, hub.code(person))
        phone.until("everything went", 60) { phone.core { phone.app.companion().outbox() }.pending == 0L }
    }

    /** The words of every operation's state, newest first, but the enrolment's own. */
    private fun states(): List<String> {
        val outbox = phone.open(OutboxActivity::class.java)
        val shown = listOf(R.id.attention, R.id.entries).map { outbox.findViewById<ViewGroup>(it) }
        val cards = shown.flatMap { list -> (0 until list.childCount).map(list::getChildAt) }
        val states = cards.filter { it.findViewById<TextView>(R.id.kind).text.toString() != "Enrolment" }
            .map { it.findViewById<TextView>(R.id.state).text.toString() }
        phone.leave(outbox)
        return states
    }

    /** The system says that the network is gone. */
    private fun loseNetwork() {
        val manager = phone.app.getSystemService(ConnectivityManager::class.java)
        for (callback in shadowOf(manager).networkCallbacks.toList()) callback.onLost(ShadowNetwork.newInstance(1))
    }

    private fun allowPosition() =
        shadowOf(phone.app).grantPermissions(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)

    private fun stand(screen: Activity, lat: Double, lon: Double, accuracy: Float) {
        // Each screen has a manager of its own, with listeners of its own.
        val manager = screen.getSystemService(LocationManager::class.java)
        shadowOf(manager).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        val here = Location(LocationManager.GPS_PROVIDER)
        here.latitude = lat
        here.longitude = lon
        here.accuracy = accuracy
        here.time = System.currentTimeMillis()
        here.elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos()
        shadowOf(manager).simulateLocation(here)
        phone.rest()
    }

    private fun answer(card: View, outcome: String) = card.findViewById<Choices>(R.id.outcome).button(outcome).performClick()

    /** The system's picker answers with a photo. */
    private fun attachPhoto(screen: Screen) {
        screen.press(R.id.photo_choose)
        val asked = shadowOf(screen).nextStartedActivityForResult
        val uri = Uri.parse("content://photos/1")
        shadowOf(phone.app.contentResolver).registerInputStream(uri, ByteArrayInputStream(jpeg()))
        shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(uri))
    }

    private fun jpeg(): ByteArray {
        val bitmap = android.graphics.Bitmap.createBitmap(320, 240, android.graphics.Bitmap.Config.ARGB_8888)
        bitmap.eraseColor(0xff336699.toInt())
        return ByteArrayOutputStream().apply { bitmap.compress(android.graphics.Bitmap.CompressFormat.JPEG, 80, this) }.toByteArray()
    }
}
