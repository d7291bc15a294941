package dev.liuye.demo

import android.os.Bundle
import android.widget.TextView

/** Day and night, and what the desk asks for by telephone. */
class SettingsActivity : Screen(R.layout.settings, R.string.title_settings) {
    override val isPrivate = false

    override fun made(saved: Bundle?) {
        val theme = view<Choices>(R.id.theme)
        theme.offer(Night.entries.map { it.key to getString(it.words) })
        theme.chosen = Night.chosen(this).key
        theme.onChosen = { key ->
            Night.choose(this, Night.entries.first { it.key == key })
            recreate()
        }
        val version = packageManager.getPackageInfo(packageName, 0).versionName
        view<TextView>(R.id.version).text = getString(R.string.settings_version, version)
    }

    override suspend fun changed(standing: Standing) {
        val site = standing.site?.let { if (Words.isChinese(this)) it.zh else it.en } ?: standing.identity.site
        view<TextView>(R.id.site).text =
            listOfNotNull(site ?: getString(R.string.home_not_enrolled), standing.identity.hubUrl).joinToString("\n")
        view<TextView>(R.id.device).text = standing.identity.device.chunked(4).joinToString(" ")
    }
}
