package dev.liuye.demo

import dev.liuye.Flag
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory

/** What is in `res/`: both languages say the same things, every reason of the core has words, and nothing lies there unused. */
class ResourcesTest {
    private val root = File(checkNotNull(System.getProperty("liuye.root")))
    private val main = File(root, "android-demo/src/main")
    private val sources = main.walk().filter { it.isFile }.associateWith { it.readText() }

    @Test
    fun `both languages have the same words with the same places to fill in`() {
        val english = texts("values")
        val chinese = texts("values-zh-rCN")
        assertEquals(english.keys, chinese.keys)
        for ((name, text) in english) assertEquals(name, places(text), places(chinese.getValue(name)))
        assertTrue("some are not translated", english.count { (name, text) -> chinese[name] == text } <= UNTRANSLATED)
    }

    @Test
    fun `every code and flag of the core has words`() {
        val declared = Regex("""^ {4}\w+ = "(\w+)", \w+;$""", RegexOption.MULTILINE)
        val codes = declared.findAll(File(root, "core/src/error.rs").readText()).map { it.groupValues[1] }.toSet()
        assertTrue("the core's codes are not to be found", codes.size > 50)
        assertEquals(codes, Words.CODES.keys)
        assertEquals((Flag.entries - Flag.OTHER).map { it.name.lowercase() }.toSet(), Words.FLAGS.keys)
    }

    @Test
    fun `nothing in res lies there unused`() {
        val values = listOf("string" to "string", "color" to "color")
            .flatMap { (tag, kind) -> names("values", tag).map { kind to it } }
        val files = listOf("drawable", "layout", "xml", "color")
            .flatMap { kind -> File(main, "res/$kind").list().orEmpty().map { kind to it.removeSuffix(".xml") } }
        val unused = (values + files).filterNot { (kind, name) ->
            val use = Regex("(R\\.$kind\\.|@$kind/)$name\\b")
            sources.values.any(use::containsMatchIn)
        }
        assertEquals(emptyList<Any>(), unused)
    }

    @Test
    fun `text stands out from every ground by day and by night`() {
        val day = colours("values")
        val night = day + colours("values-night")
        val grounds = listOf("ground", "surface")
        val inks = listOf("ink", "ink_muted", "main", "good", "look", "bad")
        val pairs = inks.flatMap { ink -> grounds.map { ink to it } } +
            listOf("on_fill" to "fill", "on_chosen" to "chosen", "on_bar" to "bar_online", "on_bar" to "bar_offline")
        for ((time, colours) in listOf("day" to day, "night" to night)) {
            for ((ink, ground) in pairs) {
                val contrast = Usable.contrast(colours.getValue(ink), colours.getValue(ground))
                assertTrue("$ink on $ground by $time: $contrast", contrast >= Usable.CONTRAST)
            }
        }
    }

    private fun elements(folder: String, tag: String): List<Element> = File(main, "res/$folder").listFiles().orEmpty().flatMap { file ->
        val nodes = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).getElementsByTagName(tag)
        (0 until nodes.length).map { nodes.item(it) as Element }
    }

    private fun names(folder: String, tag: String) = elements(folder, tag).map { it.getAttribute("name") }

    private fun texts(folder: String) = elements(folder, "string").associate { it.getAttribute("name") to it.textContent }

    private fun colours(folder: String) =
        elements(folder, "color").associate { it.getAttribute("name") to it.textContent.removePrefix("#").toInt(16) }

    private fun places(text: String) = Regex("%\\d\\\$[ds]").findAll(text).map { it.value }.sorted().toList()

    private companion object {
        /** `https://…` is the same in every language. */
        const val UNTRANSLATED = 1
    }
}
