package dev.liuye.demo

import okhttp3.FormBody
import okhttp3.OkHttpClient
import okhttp3.Request
import java.io.File
import java.nio.file.Files
import java.util.concurrent.TimeUnit

/** The desk as an officer sees it: logged in, and put into a picture by a real browser. */
internal class DeskPage(
    private val url: String,
) {
    private val client = OkHttpClient.Builder().followRedirects(false).build()
    private val cookie: String

    init {
        val form = FormBody.Builder().add("name", System.getProperty("liuye.desk.login")).add("password", System.getProperty("liuye.desk.password")).build()
        cookie =
            client.newCall(Request.Builder().url("$url/desk/login").post(form).build()).execute().use { answer ->
                check(answer.code in 300..399) { "the desk refuses the login: ${answer.code}" }
                checkNotNull(answer.header("Set-Cookie")).substringBefore(';')
            }
    }

    fun picture(path: String, into: File) {
        val page =
            client.newCall(Request.Builder().url("$url$path").header("Cookie", cookie).build()).execute().use { answer ->
                check(answer.code == 200) { "$path answers ${answer.code}" }
                answer.body.string()
            }
        val html = File(into.path.removeSuffix("png") + "html")
        // The picture is of the page as it came: from a file its script would find no live line, and say so.
        val still = page.replace(Regex("<script[^>]*></script>"), "")
        html.writeText(still.replaceFirst("<head>", "<head><base href=\"$url/\">"))
        val profile = Files.createTempDirectory("liuye-demo-browser").toFile()
        val browser =
            ProcessBuilder(
                listOf("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run") +
                    listOf("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars") +
                    listOf("--user-data-dir=$profile", "--window-size=1440,1600", "--screenshot=${into.path}", html.toURI().toString()),
            ).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
        val ended = browser.waitFor(60, TimeUnit.SECONDS)
        if (!ended) browser.destroyForcibly()
        profile.deleteRecursively()
        html.delete()
        check(ended && into.exists()) { "the browser made no picture" }
    }
}
