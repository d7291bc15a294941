package dev.liuye.demo

import android.app.Activity
import android.graphics.Rect
import android.util.TypedValue
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.CompoundButton
import android.widget.EditText
import android.widget.TextView
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import kotlin.math.pow

/** What is promised of every screen: big enough to hit and to read, nothing cut off, and a name for whoever cannot see it. */
object Usable {
    private const val MAIN_TARGET_DP = 60
    private const val TARGET_DP = 44
    private const val MAIN_TEXT_SP = 18f
    /** The least contrast of text. */
    const val CONTRAST = 4.5

    /** Fails at the first view that breaks a promise, by its name. */
    fun check(activity: Activity) = check(activity.javaClass.simpleName, activity.window.decorView)

    /** The same of a window that is no screen of its own. */
    fun check(name: String, decor: View) {
        val picture = Picture.of(decor)
        for (view in seen(decor)) {
            val what = "$name: ${label(view)}"
            if (view.width > 0) inside(what, view, decor)
            if (view.isClickable && view.isEnabled && view.width > 0) target(what, view, decor)
            if (view is TextView && view.text.isNotEmpty()) {
                legible(what, view, picture)
                if (view !is EditText) uncut(what, view)
            }
        }
    }

    /** Contrast as WCAG 2 defines it. */
    fun contrast(one: Int, other: Int): Double {
        val (dark, light) = listOf(luminance(one) + 0.05, luminance(other) + 0.05).sorted()
        return light / dark
    }

    private fun luminance(colour: Int): Double {
        fun linear(shift: Int): Double {
            val share = (colour shr shift and 0xff) / 255.0
            return if (share <= 0.04045) share / 12.92 else ((share + 0.055) / 1.055).pow(2.4)
        }
        return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
    }

    private fun inside(what: String, view: View, decor: View) {
        val place = IntArray(2).also(view::getLocationInWindow)
        assertTrue("$what reaches over the edge", place[0] >= 0 && place[0] + view.width <= decor.width)
    }

    private fun target(what: String, view: View, decor: View) {
        val density = view.resources.displayMetrics.density
        // Only the quiet buttons and the options of a choice are less than a main target.
        val isMain = view is Button && view !is CompoundButton && view.minHeight >= MAIN_TARGET_DP * density
        val least = if (isMain) MAIN_TARGET_DP else TARGET_DP
        assertTrue("$what: ${view.height / density} dp high", view.height / density >= least)
        assertTrue("$what: ${view.width / density} dp wide", view.width / density >= least)
        val named = !view.contentDescription.isNullOrEmpty() || (view as? TextView)?.text?.isNotEmpty() == true ||
            (view as? TextView)?.hint?.isNotEmpty() == true ||
            seen(decor).any { it is TextView && it.labelFor == view.id && view.id != View.NO_ID }
        assertTrue("$what has no name for a screen reader", named)
    }

    private fun legible(what: String, view: TextView, picture: Picture) {
        // At 200 % Android enlarges large text by less than small text: the least size is asked of it, not computed.
        val least = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_SP, MAIN_TEXT_SP, view.resources.displayMetrics)
        assertTrue("$what: text of ${view.textSize} px, not $least", view.textSize >= least)
        val place = Rect()
        if (!view.getGlobalVisibleRect(place) || place.height() < view.lineHeight) return
        val contrast = contrast(view.currentTextColor, picture.ground(place))
        assertTrue("$what: contrast $contrast", contrast >= CONTRAST)
    }

    private fun uncut(what: String, view: TextView) {
        val lines = view.layout ?: return
        val room = view.height - view.compoundPaddingTop - view.compoundPaddingBottom
        assertTrue("$what: its text is higher than its room", lines.height <= room + 1)
        val text = view.text
        for (line in 0 until lines.lineCount) {
            assertEquals("$what is cut off", 0, lines.getEllipsisCount(line))
            val end = lines.getLineEnd(line)
            val broken = end < text.length && isLatin(text[end - 1]) && isLatin(text[end])
            assertTrue("$what: a word is broken after '${text.subSequence(lines.getLineStart(line), end)}'", !broken)
        }
    }

    /** Letters that break at spaces only. Numbers of devices and addresses may break anywhere. */
    private fun isLatin(char: Char) = char in 'a'..'z' || char in 'A'..'Z'

    private fun label(view: View): String {
        val id = if (view.id == View.NO_ID || view.id ushr 24 == 0) "" else view.resources.getResourceEntryName(view.id)
        return "$id ${(view as? TextView)?.text ?: view.javaClass.simpleName}"
    }

    private fun seen(view: View): Sequence<View> = sequence {
        if (view.visibility != View.VISIBLE) return@sequence
        yield(view)
        if (view is ViewGroup) for (index in 0 until view.childCount) yieldAll(seen(view.getChildAt(index)))
    }
}
