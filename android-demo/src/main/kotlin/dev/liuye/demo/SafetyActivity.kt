package dev.liuye.demo

import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.EditText
import android.widget.TextView
import dev.liuye.AnswerOutcome
import dev.liuye.ChecklistAnswer
import dev.liuye.ChecklistItem
import dev.liuye.InspectionDraft
import dev.liuye.InspectionState
import dev.liuye.LiuyeException
import dev.liuye.Page
import dev.liuye.Venue
import org.json.JSONArray
import org.json.JSONObject

/** One visit of a venue: which one, the checklist, hazards and photos, and handing in. */
class SafetyActivity : Screen(R.layout.safety, R.string.title_safety) {
    private val form = Form(
        this,
        mapOf(
            "venue" to Form.Field(R.id.venues, R.id.venue_error),
            "answers" to Form.Field(R.id.questions, R.id.answers_error),
            "summary" to Form.Field(R.id.summary, R.id.summary_error),
            "photos" to Form.Field(R.id.photo_count, R.id.photos_error),
        ),
    )
    private lateinit var photos: Photos
    private val answers = mutableMapOf<String, String>()
    private var venues = emptyList<Venue>()
    private var questions = emptyList<ChecklistItem>()
    private var inspection: String? = null
    private var venue: String? = null
    private var handedIn = false
    private var prefilled = false

    private val amends: String? get() = intent.getStringExtra(CheckInActivity.AMENDS)

    override fun made(saved: Bundle?) {
        photos = Photos(this, saved, { act(it) }, { companion })
        inspection = saved?.getString(INSPECTION)
        venue = saved?.getString(VENUE)
        handedIn = saved?.getBoolean(HANDED_IN) ?: false
        prefilled = saved?.getBoolean(PREFILLED) ?: false
        saved?.getBundle(ANSWERS)?.let { bundle -> bundle.keySet().forEach { answers[it] = bundle.getString(it).orEmpty() } }
        view<EditText>(R.id.filter).onTyped { showVenues() }
        view<View>(R.id.start).setOnClickListener { start() }
        view<View>(R.id.hazard).setOnClickListener { addHazard() }
        view<View>(R.id.submit).setOnClickListener { submit() }
        view<View>(R.id.done).setOnClickListener { finish() }
    }

    override suspend fun ready() {
        venues = companion.safety.venues()
        questions = companion.safety.checklist()
        prefill()
        showVenues()
        showOpen()
        show()
    }

    override fun keep(state: Bundle) {
        photos.keep(state)
        state.putString(INSPECTION, inspection)
        state.putString(VENUE, venue)
        state.putBoolean(HANDED_IN, handedIn)
        state.putBoolean(PREFILLED, prefilled)
        state.putBundle(ANSWERS, Bundle().apply { answers.forEach { (item, outcome) -> putString(item, outcome) } })
    }

    override fun failed(error: LiuyeException) = form.show(error.code, error.field.substringBefore('['))

    @Deprecated("Its successor is part of androidx")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        if (!photos.answered(requestCode, resultCode, data)) super.onActivityResult(requestCode, resultCode, data)
    }

    override fun onStart() {
        super.onStart()
        // Back from the hazard's screen.
        if (inspection != null) act { showHazards() }
    }

    /** What was typed into the start or the answers that are to be corrected. */
    private fun prefill() {
        val body = intent.getStringExtra(CheckInActivity.BODY)?.let(::JSONObject) ?: return
        if (prefilled) return
        prefilled = true
        if (!body.has("answers")) {
            view<Choices>(R.id.venues).chosen = body.optString("venue")
            return
        }
        inspection = intent.getStringExtra(LossActivity.ENTITY)
        val array = body.getJSONArray("answers")
        for (index in 0 until array.length()) array.getJSONObject(index).let { answers[it.getString("item")] = it.getString("outcome") }
        view<EditText>(R.id.summary).setText(body.optString("summary"))
    }

    private fun showVenues() {
        val list = view<Choices>(R.id.venues)
        val wanted = view<EditText>(R.id.filter).text.toString().trim()
        val open = venues.filter { it.retiredAt == null }
        val found = open.filter { it.name.zh.contains(wanted) || it.name.en.contains(wanted, ignoreCase = true) || it.id == list.chosen }
        list.offer(found.sortedByDescending { it.id == list.chosen }.take(SHOWN).map { it.id to name(it) })
        view<TextView>(R.id.venue_hint).sayOrHide(
            when {
                open.isEmpty() -> getString(R.string.safety_no_venues)
                found.isEmpty() -> getString(R.string.safety_no_match)
                found.size > SHOWN -> getString(R.string.safety_more, found.size - SHOWN)
                else -> null
            },
        )
        for (id in listOf(R.id.filter, R.id.start)) view<View>(id).visibility = if (open.isEmpty()) View.GONE else View.VISIBLE
    }

    /** Checks that whoever holds the phone began and did not hand in yet, before enrolment too. */
    private suspend fun showOpen() {
        val list = view<ViewGroup>(R.id.open)
        list.removeAllViews()
        if (amends != null) return
        val me = setOf(companion.identity().person, "self")
        val open = companion.safety.inspections(Page(limit = RECENT, offset = 0))
            .filter { it.inspector in me && it.state == InspectionState.IN_PROGRESS }
        view<View>(R.id.open_title).visibility = if (open.isEmpty()) View.GONE else View.VISIBLE
        for (check in open) {
            val button = layoutInflater.inflate(R.layout.open_check, list, false) as Button
            button.text = getString(R.string.safety_continue, venues.firstOrNull { it.id == check.venue }?.let(::name) ?: check.venue)
            button.setOnClickListener {
                inspection = check.id
                venue = check.venue
                show()
            }
            list.addView(button)
        }
    }

    private fun start() = actOnce {
        form.clear()
        val chosen = view<Choices>(R.id.venues).chosen ?: return@actOnce form.show("missing", "venue")
        val amends = amends
        if (amends != null) {
            companion.amend(amends, JSONObject(intent.getStringExtra(CheckInActivity.BODY).orEmpty()).put("venue", chosen).toString())
            return@actOnce handed()
        }
        inspection = companion.safety.startInspection(InspectionDraft(venue = chosen, campaign = null, fix = null, photos = emptyList())).id
        venue = chosen
        show()
        view<View>(R.id.scroll).scrollTo(0, 0)
    }

    private fun show() {
        val checking = inspection != null && !handedIn
        view<View>(R.id.choose).visibility = if (inspection == null && !handedIn) View.VISIBLE else View.GONE
        view<View>(R.id.check).visibility = if (checking) View.VISIBLE else View.GONE
        view<View>(R.id.result).visibility = if (handedIn) View.VISIBLE else View.GONE
        if (!checking) return
        view<TextView>(R.id.at).sayOrHide(venues.firstOrNull { it.id == venue }?.let { getString(R.string.safety_at, name(it)) })
        view<View>(R.id.hazard).visibility = if (venue == null) View.GONE else View.VISIBLE
        view<View>(R.id.photos).visibility = if (amends == null) View.VISIBLE else View.GONE
        showQuestions()
        act { showHazards() }
    }

    private fun showQuestions() {
        val list = view<ViewGroup>(R.id.questions)
        list.removeAllViews()
        for (item in questions) {
            val card = layoutInflater.inflate(R.layout.question, list, false)
            card.findViewById<TextView>(R.id.question).text = if (Words.isChinese(this)) item.text.zh else item.text.en
            val outcome = card.findViewById<Choices>(R.id.outcome)
            // All cards share their ids: the answers live in this screen's own state.
            outcome.isSaveEnabled = false
            outcome.offer(OUTCOMES.map { (key, words) -> key to getString(words) })
            outcome.chosen = answers[item.id]
            outcome.onChosen = {
                answers[item.id] = it
                card.findViewById<View>(R.id.question_error).visibility = View.GONE
                showProgress()
            }
            card.tag = item.id
            list.addView(card)
        }
        showProgress()
    }

    private fun showProgress() {
        view<TextView>(R.id.progress).text = getString(R.string.safety_answered, answers.size, questions.size)
    }

    private suspend fun showHazards() {
        val found = companion.safety.hazards(Page(limit = RECENT, offset = 0)).count { it.inspection == inspection }
        view<TextView>(R.id.hazards).sayOrHide(if (found == 0) null else getString(R.string.safety_hazards, found))
    }

    private fun addHazard() {
        val intent = Intent(this, HazardActivity::class.java)
            .putExtra(HazardActivity.VENUE, venue)
            .putExtra(HazardActivity.VENUE_NAME, venues.firstOrNull { it.id == venue }?.let(::name))
            .putExtra(HazardActivity.INSPECTION, inspection)
        startActivity(intent)
    }

    private fun submit() = actOnce {
        form.clear()
        val inspection = checkNotNull(inspection)
        val summary = view<EditText>(R.id.summary).text.toString().ifBlank { null }
        val amends = amends
        markUnanswered()
        if (amends == null) {
            val given = questions.mapNotNull { item -> answers[item.id]?.let { ChecklistAnswer(item.id, AnswerOutcome.valueOf(it.uppercase()), null) } }
            companion.safety.submit(inspection, given, summary, photos.digests)
        } else {
            companion.amend(amends, corrected(summary).toString())
        }
        handed()
    }

    private fun corrected(summary: String?): JSONObject {
        val list = JSONArray()
        for (item in questions) answers[item.id]?.let { list.put(JSONObject().put("item", item.id).put("outcome", it)) }
        return JSONObject().put("answers", list).put("summary", summary)
    }

    /** Says at each open question that it is one. Whether that is allowed the core decides. */
    private fun markUnanswered() {
        val list = view<ViewGroup>(R.id.questions)
        for (index in 0 until list.childCount) {
            val card = list.getChildAt(index)
            val open = card.tag !in answers
            card.findViewById<TextView>(R.id.question_error).sayOrHide(if (open) getString(R.string.safety_unanswered) else null)
        }
    }

    private fun handed() {
        handedIn = true
        Buzz.saved(this)
        show()
    }

    private fun name(venue: Venue) = if (Words.isChinese(this)) venue.name.zh else venue.name.en

    private companion object {
        const val SHOWN = 8
        const val RECENT = 100
        const val INSPECTION = "inspection"
        const val VENUE = "venue"
        const val HANDED_IN = "handed_in"
        const val PREFILLED = "prefilled"
        const val ANSWERS = "answers"
        val OUTCOMES = listOf(
            "pass" to R.string.outcome_pass,
            "fail" to R.string.outcome_fail,
            "not_applicable" to R.string.outcome_not_applicable,
        )
    }
}
