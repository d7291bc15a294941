package dev.liuye.demo

import android.app.Activity
import android.graphics.Rect
import android.view.View
import android.widget.EditText
import android.widget.TextView

/**
 * The fields of a screen under the names that the core gives them, so that an error stands beside the field at fault, in words.
 *
 * An error that names no field of this screen goes to the line above the button.
 */
class Form(private val activity: Activity, private val fields: Map<String, Field>) {
    /** Where a value is typed or chosen, and the line below it for the error. */
    data class Field(val input: Int, val error: Int)

    private val watched = mutableSetOf<Field>()

    /** Takes all errors away. */
    fun clear() {
        for (field in fields.values) {
            activity.findViewById<View>(field.input).isActivated = false
            hide(field.error)
        }
        hide(R.id.error)
    }

    /** Shows an error at its field, brings it into sight, and says above the button that nothing was saved. */
    fun show(code: String, field: String) {
        clear()
        Buzz.refused(activity)
        val words = Words.code(activity, code)
        val place = fields[field] ?: fields[field.substringBefore('.')]
        if (place == null) {
            say(R.id.error, words)
            return
        }
        say(R.id.error, activity.getString(R.string.error_summary))
        say(place.error, words)
        val input = activity.findViewById<View>(place.input)
        input.isActivated = true
        if (input is EditText) {
            input.requestFocus()
            if (watched.add(place)) input.onTyped { if (input.isActivated) clear() }
        }
        // After the error line has its height, field and words come into sight together.
        val error = activity.findViewById<View>(place.error)
        error.post { error.requestRectangleOnScreen(Rect(0, -input.height - MARGIN, error.width, error.height + MARGIN), true) }
    }

    private fun say(id: Int, words: String) {
        val line = activity.findViewById<TextView>(id)
        line.text = words
        line.visibility = View.VISIBLE
    }

    private fun hide(id: Int) {
        activity.findViewById<View>(id).visibility = View.GONE
    }

    private companion object {
        const val MARGIN = 48
    }
}
