package dev.liuye.demo

import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.EditText
import android.widget.TextView
import dev.liuye.HazardDraft
import dev.liuye.HazardGrade
import dev.liuye.LiuyeException
import org.json.JSONObject

/** One hazard: what is wrong, how bad, with photos. */
class HazardActivity : Screen(R.layout.hazard, R.string.title_hazard) {
    private val form = Form(
        this,
        mapOf(
            "description" to Form.Field(R.id.description, R.id.description_error),
            "grade" to Form.Field(R.id.grade, R.id.grade_error),
            "photos" to Form.Field(R.id.photo_count, R.id.photos_error),
        ),
    )
    private lateinit var photos: Photos
    private var prefilled = false

    override fun made(saved: Bundle?) {
        photos = Photos(this, saved, { act(it) }, { companion })
        prefilled = saved?.getBoolean(PREFILLED) ?: false
        val grade = view<Choices>(R.id.grade)
        grade.offer(listOf(GENERAL to getString(R.string.grade_general), MAJOR to getString(R.string.grade_major)))
        grade.chosen = GENERAL
        view<TextView>(R.id.at).sayOrHide(intent.getStringExtra(VENUE_NAME)?.let { getString(R.string.safety_at, it) })
        view<View>(R.id.save).setOnClickListener { save() }
        if (intent.hasExtra(CheckInActivity.AMENDS)) {
            view<TextView>(R.id.title).setText(R.string.title_hazard_amend)
            view<View>(R.id.photos).visibility = View.GONE
        }
        prefill()
    }

    override fun keep(state: Bundle) {
        photos.keep(state)
        state.putBoolean(PREFILLED, prefilled)
    }

    override fun failed(error: LiuyeException) = form.show(error.code, error.field)

    @Deprecated("Its successor is part of androidx")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        if (!photos.answered(requestCode, resultCode, data)) super.onActivityResult(requestCode, resultCode, data)
    }

    private fun body() = intent.getStringExtra(CheckInActivity.BODY)?.let(::JSONObject)

    private fun prefill() {
        val body = body() ?: return
        if (prefilled) return
        prefilled = true
        view<EditText>(R.id.description).setText(body.optString("description"))
        view<Choices>(R.id.grade).chosen = body.optString("grade", GENERAL)
    }

    private fun save() = actOnce {
        form.clear()
        val description = view<EditText>(R.id.description).text.toString()
        val grade = view<Choices>(R.id.grade).chosen
        val amends = intent.getStringExtra(CheckInActivity.AMENDS)
        if (amends == null) {
            val draft = HazardDraft(
                venue = intent.getStringExtra(VENUE).orEmpty(),
                inspection = intent.getStringExtra(INSPECTION),
                description = description,
                grade = if (grade == MAJOR) HazardGrade.MAJOR else HazardGrade.GENERAL,
                fix = null,
                photos = photos.digests,
            )
            companion.safety.addHazard(draft)
        } else {
            // The photos of the original stay with the correction.
            companion.amend(amends, checkNotNull(body()).put("description", description).put("grade", grade).toString())
        }
        Buzz.saved(this)
        finish()
    }

    companion object {
        /** The venue's id. */
        const val VENUE = "venue"

        /** Its name. */
        const val VENUE_NAME = "venue_name"

        /** The inspection that found it. */
        const val INSPECTION = "inspection"
        private const val GENERAL = "general"
        private const val MAJOR = "major"
        private const val PREFILLED = "prefilled"
    }
}
