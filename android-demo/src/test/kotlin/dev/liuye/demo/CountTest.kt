package dev.liuye.demo

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.Request
import java.io.File

/** Robolectric leaves out, without a word, each test whose Android version it is not given. */
class CountTest {
    @Test
    fun `no test is left out`() {
        val sources = File(checkNotNull(System.getProperty("liuye.root")), "android-demo/src/test/kotlin/dev/liuye/demo")
            .listFiles { file -> file.name.endsWith("Test.kt") }.orEmpty()
        assertTrue("the sources are not there", sources.size > 2)
        for (source in sources) {
            val written = source.readLines().count { it.trim() == "@Test" }
            val planned = Request.aClass(Class.forName("dev.liuye.demo.${source.nameWithoutExtension}")).runner.description.testCount()
            assertTrue("${source.name} has no test", written > 0)
            assertEquals(source.name, written, planned)
        }
    }
}
