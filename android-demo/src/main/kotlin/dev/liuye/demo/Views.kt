package dev.liuye.demo

import android.content.res.ColorStateList
import android.text.Editable
import android.text.TextWatcher
import android.view.View
import android.widget.EditText
import android.widget.TextView

/** A sign before the words, both in one colour: word, shape and colour say the same. */
fun TextView.paint(icon: Int, colour: Int) {
    val value = context.getColor(colour)
    setTextColor(value)
    setCompoundDrawablesRelativeWithIntrinsicBounds(icon, 0, 0, 0)
    compoundDrawableTintList = ColorStateList.valueOf(value)
}

/** Shows words, or nothing at all where there are none. */
fun TextView.sayOrHide(words: CharSequence?) {
    text = words
    visibility = if (words.isNullOrEmpty()) View.GONE else View.VISIBLE
}

/** Calls back with each change of the text, by hand or not. */
fun EditText.onTyped(typed: (String) -> Unit) = addTextChangedListener(
    object : TextWatcher {
        override fun beforeTextChanged(text: CharSequence, start: Int, count: Int, after: Int) = Unit

        override fun onTextChanged(text: CharSequence, start: Int, before: Int, count: Int) = Unit

        override fun afterTextChanged(text: Editable) = typed(text.toString())
    },
)
