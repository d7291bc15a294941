package dev.liuye.demo

import android.content.Context
import android.os.Bundle
import android.os.Parcelable
import android.util.AttributeSet
import android.view.View
import android.view.ViewGroup
import android.widget.RadioButton
import kotlin.math.max

/**
 * One of several, as large buttons that flow over as many lines as they need: at 200 % text each gets a line of its own.
 *
 * It remembers the choice by key, also while the options themselves are still being read, and over rotation and process death.
 */
class Choices @JvmOverloads constructor(context: Context, attributes: AttributeSet? = null) : ViewGroup(context, attributes) {
    private val gap = (8 * resources.displayMetrics.density).toInt()
    private val keys = mutableListOf<String>()

    /** The key of what is chosen; null where nothing is. Setting it tells nobody. */
    var chosen: String? = null
        set(value) {
            field = value
            mark()
        }

    /** Is told what somebody chose by hand. */
    var onChosen: (String) -> Unit = {}

    /** Marks the whole as refused by a rule. */
    override fun setActivated(activated: Boolean) {
        super.setActivated(activated)
        for (index in 0 until childCount) getChildAt(index).isActivated = activated
    }

    /** Shows these options, as key and words, in place of the former ones. The choice stays. */
    fun offer(options: List<Pair<String, CharSequence>>) {
        if (keys != options.map { it.first }) {
            removeAllViews()
            keys.clear()
            for ((key, _) in options) add(key)
        }
        options.forEachIndexed { index, (_, words) -> button(index).text = words }
        mark()
    }

    /** The button of an option. */
    fun button(key: String): RadioButton = button(keys.indexOf(key))

    private fun button(index: Int) = getChildAt(index) as RadioButton

    private fun add(key: String) {
        val button = RadioButton(context)
        // Their state comes back by the key, not by the views' own ids.
        button.isSaveEnabled = false
        button.setOnClickListener {
            chosen = key
            isActivated = false
            onChosen(key)
        }
        keys += key
        addView(button)
    }

    private fun mark() = keys.forEachIndexed { index, key -> button(index).isChecked = key == chosen }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val width = MeasureSpec.getSize(widthSpec)
        val child = MeasureSpec.makeMeasureSpec(width, MeasureSpec.AT_MOST)
        val free = MeasureSpec.makeMeasureSpec(0, MeasureSpec.UNSPECIFIED)
        for (index in 0 until childCount) getChildAt(index).measure(child, free)
        setMeasuredDimension(width, flow(width) { _, _, _ -> })
    }

    override fun onLayout(changed: Boolean, left: Int, top: Int, right: Int, bottom: Int) {
        val width = right - left
        flow(width) { view, start, y ->
            val x = if (layoutDirection == View.LAYOUT_DIRECTION_RTL) width - start - view.measuredWidth else start
            view.layout(x, y, x + view.measuredWidth, y + view.measuredHeight)
        }
    }

    /** Places the children in lines and returns the height of all of them. */
    private fun flow(width: Int, place: (View, Int, Int) -> Unit): Int {
        var x = 0
        var y = 0
        var line = 0
        for (index in 0 until childCount) {
            val view = getChildAt(index)
            if (x > 0 && x + view.measuredWidth > width) {
                x = 0
                y += line + gap
                line = 0
            }
            place(view, x, y)
            x += view.measuredWidth + gap
            line = max(line, view.measuredHeight)
        }
        return y + line
    }

    override fun onSaveInstanceState(): Parcelable = Bundle().apply {
        putParcelable("view", super.onSaveInstanceState())
        putString("chosen", chosen)
    }

    @Suppress("DEPRECATION") // The typed getParcelable begins with API 33.
    override fun onRestoreInstanceState(state: Parcelable?) {
        val bundle = state as? Bundle ?: return super.onRestoreInstanceState(state)
        super.onRestoreInstanceState(bundle.getParcelable("view"))
        chosen = bundle.getString("chosen")
    }
}
