package dev.liuye.demo

import android.content.Intent
import android.location.Location
import android.os.Bundle
import android.view.View
import android.widget.Button
import android.widget.EditText
import android.widget.TextView
import dev.liuye.CheckInDraft
import dev.liuye.CheckInEvidence
import dev.liuye.CheckInVerdict
import dev.liuye.Checkpoint
import dev.liuye.LiuyeException
import dev.liuye.Movement
import dev.liuye.RecordedCheckIn
import kotlinx.coroutines.Job
import org.json.JSONObject

/** The second of the two taps: one big button for the nearest checkpoint; another point or a tag for whoever needs it. */
class CheckInActivity : Screen(R.layout.check_in, R.string.title_check_in) {
    private val form = Form(
        this,
        mapOf(
            "checkpoint" to Form.Field(R.id.points, R.id.checkpoint_error),
            "evidence" to Form.Field(R.id.tag, R.id.tag_error),
            "note" to Form.Field(R.id.note, R.id.note_error),
            "photos" to Form.Field(R.id.photo_count, R.id.photos_error),
        ),
    )
    private lateinit var photos: Photos
    private lateinit var place: Position
    private var checkpoints = emptyList<Checkpoint>()
    private var location: Location? = null
    private var following: Job? = null
    private var byHand = false
    private var showAll = false
    private var asked = false
    private var prefilled = false

    override fun made(saved: Bundle?) {
        place = Position(this)
        photos = Photos(this, saved, { act(it) }, { companion })
        byHand = saved?.getBoolean(BY_HAND) ?: false
        showAll = saved?.getBoolean(SHOW_ALL) ?: false
        asked = saved?.getBoolean(ASKED) ?: false
        prefilled = saved?.getBoolean(PREFILLED) ?: false
        val movement = view<Choices>(R.id.movement)
        movement.offer(listOf(FOOT to getString(R.string.movement_foot), VEHICLE to getString(R.string.movement_vehicle)))
        movement.chosen = FOOT
        view<Choices>(R.id.points).onChosen = {
            byHand = true
            showButton()
        }
        view<EditText>(R.id.tag).onTyped { showButton() }
        view<View>(R.id.confirm).setOnClickListener { confirm() }
        view<View>(R.id.done).setOnClickListener { finish() }
        view<View>(R.id.ask_position).setOnClickListener { requestPermissions(Position.PERMISSIONS, POSITION) }
        view<View>(R.id.all_points).setOnClickListener {
            showAll = true
            showPoints()
        }
        if (isCorrection()) for (id in listOf(R.id.position, R.id.ask_position, R.id.photos)) view<View>(id).visibility = View.GONE
        if (saved == null) takeShared(intent)
    }

    override suspend fun ready() {
        checkpoints = companion.patrol.checkpoints()
        prefill()
        showPoints()
        if (isCorrection()) return
        if (!place.isAllowed() && !asked) {
            asked = true
            requestPermissions(Position.PERMISSIONS, POSITION)
        }
        follow()
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        takeShared(intent)
    }

    override fun onStart() {
        super.onStart()
        follow()
    }

    override fun onStop() {
        following?.cancel()
        following = null
        super.onStop()
    }

    override fun keep(state: Bundle) {
        photos.keep(state)
        state.putBoolean(BY_HAND, byHand)
        state.putBoolean(SHOW_ALL, showAll)
        state.putBoolean(ASKED, asked)
        state.putBoolean(PREFILLED, prefilled)
    }

    override fun failed(error: LiuyeException) = form.show(error.code, error.field)

    override fun onRequestPermissionsResult(requestCode: Int, permissions: Array<String>, grantResults: IntArray) {
        super.onRequestPermissionsResult(requestCode, permissions, grantResults)
        if (requestCode == POSITION) follow()
    }

    @Deprecated("Its successor is part of androidx")
    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        if (!photos.answered(requestCode, resultCode, data)) super.onActivityResult(requestCode, resultCode, data)
    }

    private fun takeShared(intent: Intent) {
        val text = intent.getStringExtra(Intent.EXTRA_TEXT) ?: return
        if (intent.action == Intent.ACTION_SEND) view<EditText>(R.id.tag).setText(text.trim())
    }

    /** What was typed into the check-in that is to be corrected. */
    private fun prefill() {
        val body = intent.getStringExtra(BODY)?.let(::JSONObject) ?: return
        if (prefilled) return
        prefilled = true
        val evidence = body.getJSONObject("evidence")
        view<EditText>(R.id.tag).setText(evidence.optString("payload"))
        view<EditText>(R.id.note).setText(body.optString("note"))
        view<Choices>(R.id.movement).chosen = body.optString("movement", FOOT)
        if (body.has("checkpoint")) {
            view<Choices>(R.id.points).chosen = body.getString("checkpoint")
            byHand = true
        }
    }

    private fun follow() {
        if (isCorrection() || following?.isActive == true) return
        val allowed = place.isAllowed()
        view<View>(R.id.ask_position).visibility = if (allowed) View.GONE else View.VISIBLE
        view<TextView>(R.id.position).setText(if (allowed) R.string.check_in_locating else R.string.check_in_refused_position)
        if (!allowed) return
        following = act {
            place.positions().collect {
                location = it
                view<TextView>(R.id.position).text = getString(R.string.check_in_located, it.accuracy.toInt())
                showPoints()
            }
        }
    }

    private fun showPoints() {
        val here = location
        val sorted = if (here == null) checkpoints else checkpoints.sortedBy { distance(here, it) }
        val points = view<Choices>(R.id.points)
        if (!byHand && here != null) points.chosen = sorted.firstOrNull()?.id
        val shown = if (showAll) sorted else (sorted.take(NEARBY) + sorted.filter { it.id == points.chosen }).distinct()
        points.offer(
            shown.map { point ->
                val name = name(point)
                point.id to if (here == null) name else getString(R.string.check_in_point_distance, name, distance(here, point).toInt())
            },
        )
        view<View>(R.id.all_points).visibility = if (shown.size < sorted.size) View.VISIBLE else View.GONE
        view<TextView>(R.id.where).setText(if (checkpoints.isEmpty()) R.string.check_in_no_points else R.string.check_in_where)
        showButton()
    }

    private fun showButton() {
        val point = checkpoints.firstOrNull { it.id == view<Choices>(R.id.points).chosen }
        view<Button>(R.id.confirm).text = when {
            tag().isNotEmpty() -> getString(R.string.check_in_confirm_tag)
            point != null -> getString(R.string.check_in_confirm_at, name(point))
            else -> getString(R.string.check_in_confirm)
        }
    }

    private fun confirm() = actOnce {
        form.clear()
        intent.getStringExtra(AMENDS)?.let { return@actOnce correct(it) }
        val draft = CheckInDraft(
            checkpoint = view<Choices>(R.id.points).chosen.takeIf { tag().isEmpty() },
            evidence = if (tag().isEmpty()) CheckInEvidence.Gps else CheckInEvidence.Qr(tag()),
            fix = location?.let(Position::fix),
            movement = if (view<Choices>(R.id.movement).chosen == VEHICLE) Movement.VEHICLE else Movement.FOOT,
            note = view<EditText>(R.id.note).text.toString(),
            photos = photos.digests,
        )
        show(companion.patrol.checkIn(draft))
    }

    /** The correction keeps position and photos of the original: what was seen then is not replaced by where somebody is now. */
    private suspend fun correct(amends: String) {
        val body = JSONObject(intent.getStringExtra(BODY).orEmpty())
        val method = if (tag().isEmpty()) JSONObject().put("method", "gps") else JSONObject().put("method", "qr").put("payload", tag())
        body.put("evidence", method)
        body.put("checkpoint", view<Choices>(R.id.points).chosen.takeIf { tag().isEmpty() })
        body.put("movement", view<Choices>(R.id.movement).chosen)
        body.put("note", view<EditText>(R.id.note).text.toString().ifBlank { null })
        companion.amend(amends, body.toString())
        Buzz.saved(this)
        finish()
    }

    private fun show(recorded: RecordedCheckIn) {
        val accepted = recorded.verdict == CheckInVerdict.ACCEPTED
        if (accepted) Buzz.saved(this) else Buzz.look(this)
        view<TextView>(R.id.verdict).apply {
            setText(if (accepted) R.string.check_in_accepted else R.string.check_in_flagged)
            paint(if (accepted) R.drawable.ic_applied else R.drawable.ic_flagged, if (accepted) R.color.good else R.color.look)
        }
        view<TextView>(R.id.verdict_where).text = checkpoints.firstOrNull { it.id == recorded.checkpoint }?.let(::name) ?: recorded.checkpoint
        view<TextView>(R.id.verdict_why).sayOrHide(recorded.flags.joinToString("\n") { "· " + Words.flag(this, it.name.lowercase()) })
        view<View>(R.id.scroll).visibility = View.GONE
        view<View>(R.id.foot).visibility = View.GONE
        view<View>(R.id.result).visibility = View.VISIBLE
    }

    private fun isCorrection() = intent.hasExtra(AMENDS)

    private fun tag() = view<EditText>(R.id.tag).text.toString().trim()

    private fun name(point: Checkpoint) = if (Words.isChinese(this)) point.name.zh else point.name.en

    private fun distance(from: Location, point: Checkpoint): Float {
        val result = FloatArray(1)
        Location.distanceBetween(from.latitude, from.longitude, point.at.lat, point.at.lon, result)
        return result[0]
    }

    companion object {
        /** The operation that is to be corrected. */
        const val AMENDS = "amends"

        /** Its body, JSON. */
        const val BODY = "body"
        private const val FOOT = "foot"
        private const val VEHICLE = "vehicle"
        private const val NEARBY = 5
        private const val POSITION = 61
        private const val BY_HAND = "by_hand"
        private const val SHOW_ALL = "show_all"
        private const val ASKED = "asked"
        private const val PREFILLED = "prefilled"
    }
}
