package dev.liuye.demo

import android.os.Bundle
import android.view.View
import android.widget.Button
import android.widget.EditText
import android.widget.TextView
import dev.liuye.LiuyeException

/** Binds the phone to a site by the hub's address and a code. */
class EnrolActivity : Screen(R.layout.enrol, R.string.title_enrol) {
    private val form = Form(
        this,
        mapOf("hub_url" to Form.Field(R.id.hub, R.id.hub_error), "code" to Form.Field(R.id.code, R.id.code_error)),
    )

    override val isPrivate = false

    override fun made(saved: Bundle?) {
        view<View>(R.id.go).setOnClickListener { enrol() }
        view<View>(R.id.done).setOnClickListener { finish() }
    }

    override fun failed(error: LiuyeException) {
        // A code that the hub refuses is the code's error, though the core cannot know the screen's field.
        form.show(error.code, if (error.code == "enrolment_refused") "code" else error.field)
    }

    private fun enrol() = actOnce {
        form.clear()
        val go = view<Button>(R.id.go)
        go.setText(R.string.enrol_going)
        go.isEnabled = false
        try {
            val identity = companion.enrol(view<EditText>(R.id.hub).text.toString(), view<EditText>(R.id.code).text.toString())
            view<TextView>(R.id.result).apply {
                text = getString(R.string.enrol_done, identity.site)
                visibility = View.VISIBLE
            }
            view<View>(R.id.done).visibility = View.VISIBLE
            go.visibility = View.GONE
            Buzz.saved(this)
        } finally {
            go.setText(R.string.enrol_go)
            go.isEnabled = true
            app.refresh()
        }
    }
}
