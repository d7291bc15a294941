package dev.liuye.demo

import android.content.Context
import android.content.res.Configuration
import java.time.LocalTime

/** Light or dark: dark at night unless somebody chose otherwise. */
enum class Night(val key: String, val words: Int) {
    /** Dark from seven in the evening to six in the morning, and wherever the phone itself is dark. */
    AT_NIGHT("at_night", R.string.theme_night),

    /** Always light. */
    LIGHT("light", R.string.theme_light),

    /** Always dark. */
    DARK("dark", R.string.theme_dark),
    ;

    /** Whether screens are dark at this time of day. */
    fun isDark(time: LocalTime, phoneIsDark: Boolean): Boolean = when (this) {
        AT_NIGHT -> phoneIsDark || time >= EVENING || time < MORNING
        LIGHT -> false
        DARK -> true
    }

    companion object {
        private val EVENING = LocalTime.of(19, 0)
        private val MORNING = LocalTime.of(6, 0)
        private const val FILE = "settings"
        private const val KEY = "night"

        /** What was chosen. */
        fun chosen(context: Context): Night {
            val key = context.getSharedPreferences(FILE, Context.MODE_PRIVATE).getString(KEY, null)
            return entries.firstOrNull { it.key == key } ?: AT_NIGHT
        }

        /** Keeps a choice. */
        fun choose(context: Context, night: Night) =
            context.getSharedPreferences(FILE, Context.MODE_PRIVATE).edit().putString(KEY, night.key).apply()

        /** Whether screens of this context are to be dark now. */
        fun isDarkNow(context: Context): Boolean {
            val app = context.applicationContext as App
            val mode = app.resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK
            return chosen(app).isDark(app.timeOfDay(), mode == Configuration.UI_MODE_NIGHT_YES)
        }

        /** The context with the resources of day or night. */
        fun wrap(base: Context): Context {
            val night = if (isDarkNow(base)) Configuration.UI_MODE_NIGHT_YES else Configuration.UI_MODE_NIGHT_NO
            val override = Configuration()
            val kind = base.resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK.inv()
            override.uiMode = kind or night
            return base.createConfigurationContext(override)
        }
    }
}
