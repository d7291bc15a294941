package dev.liuye.demo

import android.content.Context
import android.util.AttributeSet
import android.view.HapticFeedbackConstants
import android.view.View
import android.view.ViewGroup
import android.widget.LinearLayout

/**
 * The digits of a telephone, large enough for a glove.
 *
 * What was typed is kept by nobody: a PIN has no business in the saved state of a screen, so that rotation begins anew.
 */
class Keypad @JvmOverloads constructor(context: Context, attributes: AttributeSet? = null) : LinearLayout(context, attributes) {
    /** What was typed. */
    var digits = ""
        private set

    /** Is told of each key, after [digits] has changed. */
    var onTyped: () -> Unit = {}

    init {
        orientation = VERTICAL
        inflate(context, R.layout.keypad, this)
        KEYS.forEachIndexed { digit, key -> findViewById<View>(key).setOnClickListener { press(it, digits + digit) } }
        findViewById<View>(R.id.key_erase).setOnClickListener { press(it, digits.dropLast(1)) }
    }

    /** Forgets what was typed. Tells nobody. */
    fun clear() {
        digits = ""
    }

    /** Lets no key be pressed, and looks like it. */
    override fun setEnabled(enabled: Boolean) {
        super.setEnabled(enabled)
        alpha = if (enabled) 1f else FADED
        for (row in 0 until childCount) {
            val keys = getChildAt(row) as ViewGroup
            for (index in 0 until keys.childCount) keys.getChildAt(index).isEnabled = enabled
        }
    }

    private fun press(key: View, typed: String) {
        key.performHapticFeedback(HapticFeedbackConstants.KEYBOARD_TAP)
        digits = typed.take(MOST)
        onTyped()
    }

    private companion object {
        val KEYS = listOf(
            R.id.key_0, R.id.key_1, R.id.key_2, R.id.key_3, R.id.key_4, R.id.key_5, R.id.key_6, R.id.key_7, R.id.key_8, R.id.key_9,
        )

        /** No finger means to type so many: whether it is a PIN is for the core to say. */
        const val MOST = 24
        const val FADED = 0.4f
    }
}
