package dev.liuye.demo

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Rect
import android.view.View
import android.view.ViewGroup
import android.widget.ScrollView
import org.junit.Assert.assertTrue
import java.io.File

/** A screen as it is drawn. */
class Picture private constructor(private val bitmap: Bitmap) {
    private val pixels = IntArray(bitmap.width * bitmap.height).also { bitmap.getPixels(it, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height) }

    /** Puts it into `target/screens/`. */
    fun keep(name: String) {
        val folder = File(checkNotNull(System.getProperty("liuye.root")), "target/screens").apply { mkdirs() }
        File(folder, "$name.png").outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        assertTrue("$name shows next to nothing", pixels.toHashSet().size > 8)
    }

    /** The colour that fills most of a place: what its text stands on. */
    fun ground(place: Rect): Int {
        val counts = HashMap<Int, Int>()
        for (y in place.top until place.bottom step 2) {
            for (x in place.left until place.right step 2) counts.merge(pixels[y * bitmap.width + x], 1, Int::plus)
        }
        return counts.maxBy { it.value }.key
    }

    companion object {
        /** What is in sight. */
        fun of(activity: Activity): Picture = of(activity.window.decorView)

        /** A window, or a part of one, as it stands. */
        fun of(view: View): Picture = draw(view, view.height)

        /** All of it, as on a phone that is as long as the page. */
        fun whole(activity: Activity): Picture {
            val view = activity.window.decorView
            val height = view.height
            val hidden = scrolls(view).sumOf { (it.getChildAt(0).height + it.paddingTop + it.paddingBottom - it.height).coerceAtLeast(0) }
            try {
                return draw(view, height + hidden)
            } finally {
                arrange(view, height)
            }
        }

        private fun draw(view: View, height: Int): Picture {
            arrange(view, height)
            val bitmap = Bitmap.createBitmap(view.width, height, Bitmap.Config.ARGB_8888)
            view.draw(Canvas(bitmap))
            return Picture(bitmap)
        }

        private fun arrange(view: View, height: Int) {
            val exactly = { size: Int -> View.MeasureSpec.makeMeasureSpec(size, View.MeasureSpec.EXACTLY) }
            view.measure(exactly(view.width), exactly(height))
            view.layout(0, 0, view.width, height)
        }

        private fun scrolls(view: View): List<ScrollView> = when {
            view.visibility != View.VISIBLE -> emptyList()
            view is ScrollView -> listOf(view)
            view is ViewGroup -> (0 until view.childCount).flatMap { scrolls(view.getChildAt(it)) }
            else -> emptyList()
        }
    }
}
