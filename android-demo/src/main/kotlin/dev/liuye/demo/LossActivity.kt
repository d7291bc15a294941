package dev.liuye.demo

import android.app.DatePickerDialog
import android.app.TimePickerDialog
import android.content.ClipData
import android.content.ClipboardManager
import android.content.Intent
import android.os.Bundle
import android.text.format.DateFormat
import android.view.View
import android.widget.Button
import android.widget.EditText
import android.widget.TextView
import dev.liuye.Contact
import dev.liuye.ItemCategory
import dev.liuye.LiuyeException
import dev.liuye.LostReportDraft
import org.json.JSONObject
import java.time.Instant
import java.time.ZoneId
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.temporal.ChronoUnit

/** A loss as its owner tells it, their contact apart, and the tracking code large at the end. */
class LossActivity : Screen(R.layout.loss, R.string.title_loss) {
    private val form = Form(
        this,
        mapOf(
            "category" to Form.Field(R.id.category, R.id.category_error),
            "description" to Form.Field(R.id.description, R.id.description_error),
            "place" to Form.Field(R.id.place, R.id.place_error),
            "lost_from" to Form.Field(R.id.lost_from, R.id.lost_from_error),
            "lost_to" to Form.Field(R.id.lost_to, R.id.lost_to_error),
            "brand" to Form.Field(R.id.brand, R.id.brand_error),
            "colour" to Form.Field(R.id.colour, R.id.colour_error),
            "marks" to Form.Field(R.id.marks, R.id.marks_error),
            "photos" to Form.Field(R.id.photo_count, R.id.photos_error),
            "contact.name" to Form.Field(R.id.name, R.id.name_error),
            "contact.phone" to Form.Field(R.id.phone, R.id.phone_error),
            "contact.identity_number" to Form.Field(R.id.identity, R.id.identity_error),
            "contact.passport" to Form.Field(R.id.passport, R.id.passport_error),
        ),
    )
    private lateinit var photos: Photos
    private lateinit var from: Instant
    private lateinit var to: Instant
    private var zone = ZoneId.systemDefault()
    private var prefilled = false
    private var code: String? = null

    override fun made(saved: Bundle?) {
        photos = Photos(this, saved, { act(it) }, { companion })
        val now = Instant.now().truncatedTo(ChronoUnit.MINUTES)
        to = saved?.let { Instant.ofEpochMilli(it.getLong(TO)) } ?: now
        from = saved?.let { Instant.ofEpochMilli(it.getLong(FROM)) } ?: now.minus(1, ChronoUnit.HOURS)
        prefilled = saved?.getBoolean(PREFILLED) ?: false
        view<Choices>(R.id.category).offer(Words.CATEGORIES.map { (key, words) -> key to getString(words) })
        view<View>(R.id.lost_from).setOnClickListener { pick(from) { from = it } }
        view<View>(R.id.lost_to).setOnClickListener { pick(to) { to = it } }
        view<View>(R.id.send).setOnClickListener { send() }
        view<View>(R.id.copy).setOnClickListener { copy() }
        view<View>(R.id.done).setOnClickListener { finish() }
        if (intent.hasExtra(CheckInActivity.AMENDS)) view<TextView>(R.id.title).setText(R.string.title_loss_amend)
        showTimes()
        saved?.getString(CODE)?.let(::showCode)
    }

    override suspend fun ready() = prefill()

    override suspend fun changed(standing: Standing) {
        zone = standing.zone
        showTimes()
    }

    override fun keep(state: Bundle) {
        photos.keep(state)
        state.putLong(FROM, from.toEpochMilli())
        state.putLong(TO, to.toEpochMilli())
        state.putBoolean(PREFILLED, prefilled)
        state.putString(CODE, code)
    }

    override fun failed(error: LiuyeException) = form.show(error.code, error.field)

    @Deprecated("Its successor is part of androidx")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        if (!photos.answered(requestCode, resultCode, data)) super.onActivityResult(requestCode, resultCode, data)
    }

    /** What was typed into the report that is to be corrected. */
    private suspend fun prefill() {
        val body = intent.getStringExtra(CheckInActivity.BODY)?.let(::JSONObject) ?: return
        if (prefilled) return
        prefilled = true
        view<Choices>(R.id.category).chosen = body.optString("category")
        for ((key, id) in TEXTS) view<EditText>(id).setText(body.optString(key))
        from = Instant.ofEpochMilli(body.getLong("lost_from"))
        to = Instant.ofEpochMilli(body.getLong("lost_to"))
        val contact = intent.getStringExtra(ENTITY)?.let { companion.lost.contact(it) }
        view<EditText>(R.id.name).setText(contact?.name.orEmpty())
        view<EditText>(R.id.phone).setText(contact?.phone.orEmpty())
        view<EditText>(R.id.identity).setText(contact?.identityNumber.orEmpty())
        view<EditText>(R.id.passport).setText(contact?.passport.orEmpty())
        showTimes()
    }

    private fun send() = actOnce {
        form.clear()
        val category = CATEGORIES[view<Choices>(R.id.category).chosen] ?: return@actOnce form.show("missing", "category")
        val draft = LostReportDraft(
            category = category,
            description = text(R.id.description),
            brand = optional(R.id.brand),
            colour = optional(R.id.colour),
            marks = optional(R.id.marks),
            place = text(R.id.place),
            zone = null,
            lostFrom = rfc3339(from),
            lostTo = rfc3339(to),
            contact = contact(),
            photos = photos.digests,
        )
        val amends = intent.getStringExtra(CheckInActivity.AMENDS)
        val reported = if (amends == null) companion.lost.report(draft) else companion.lost.amendReport(amends, draft)
        Buzz.saved(this)
        showCode(reported.trackingCode)
    }

    /** None where nobody typed anything: who hands in for a stranger may not know them. */
    private fun contact(): Contact? {
        if (CONTACT.all { optional(it) == null }) return null
        return Contact(text(R.id.name), text(R.id.phone), optional(R.id.identity), optional(R.id.passport))
    }

    private fun showCode(shown: String) {
        code = shown
        // On two lines of whole groups, also at twice the size.
        view<TextView>(R.id.code).text = shown.split('-').chunked(2).joinToString("-\n") { it.joinToString("-") }
        view<View>(R.id.scroll).visibility = View.GONE
        view<View>(R.id.result).visibility = View.VISIBLE
    }

    private fun copy() {
        getSystemService(ClipboardManager::class.java).setPrimaryClip(ClipData.newPlainText(getString(R.string.loss_code), code))
        view<Button>(R.id.copy).setText(R.string.copied)
    }

    private fun pick(time: Instant, picked: (Instant) -> Unit) {
        val start = time.atZone(zone)
        DatePickerDialog(this, { _, year, month, day ->
            val clock = { _: View, hour: Int, minute: Int ->
                picked(ZonedDateTime.of(year, month + 1, day, hour, minute, 0, 0, zone).toInstant())
                showTimes()
            }
            TimePickerDialog(this, clock, start.hour, start.minute, DateFormat.is24HourFormat(this)).show()
        }, start.year, start.monthValue - 1, start.dayOfMonth).show()
    }

    private fun showTimes() {
        for ((id, words, time) in listOf(Triple(R.id.lost_from, R.string.loss_from, from), Triple(R.id.lost_to, R.string.loss_to, to))) {
            val shown = Words.time(this, time.toEpochMilli(), zone)
            view<Button>(id).text = shown
            view<Button>(id).contentDescription = getString(words) + " " + shown
        }
    }

    private fun rfc3339(time: Instant) = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atZone(zone))

    private fun text(id: Int) = view<EditText>(id).text.toString()

    private fun optional(id: Int) = text(id).ifBlank { null }

    companion object {
        /** The report that is to be corrected. */
        const val ENTITY = "entity"
        private const val FROM = "from"
        private const val TO = "to"
        private const val PREFILLED = "prefilled"
        private const val CODE = "code"
        private val CATEGORIES = ItemCategory.entries.associateBy { it.name.lowercase() }
        private val CONTACT = listOf(R.id.name, R.id.phone, R.id.identity, R.id.passport)
        private val TEXTS = mapOf(
            "description" to R.id.description,
            "brand" to R.id.brand,
            "colour" to R.id.colour,
            "marks" to R.id.marks,
            "place" to R.id.place,
        )
    }
}
