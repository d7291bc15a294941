package dev.liuye

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.math.abs

/**
 * Every row of the vectors: by [Check], and where a record takes such a value, through that record as well. What is
 * refused stores nothing.
 */
internal class VectorsTest {
    @TempDir
    lateinit var folder: Path

    @TestFactory
    fun phones(): List<DynamicTest> =
        rows("phone") { row ->
            row.judge("") { assertEquals(row.ok, Check.phone(row.text)) }
            row.judge("contact.phone") {
                val id = lost.report(lossDraft(contact = Contact("张三", row.text))).id
                assertEquals(row.ok, lost.contact(id)?.phone)
            }
        }

    @TestFactory
    fun identityNumbers(): List<DynamicTest> =
        rows("identity") { row ->
            row.judge("") { assertEquals(row.ok, Check.identityNumber(row.text, NOW)) }
            // An empty field of a form is none, not a wrong one.
            if (row.text.isNotBlank()) {
                row.judge("contact.identity_number") {
                    val id = lost.report(lossDraft(contact = Contact("张三", "13800138000", identityNumber = row.text))).id
                    assertEquals(row.ok, lost.contact(id)?.identityNumber)
                }
            }
        }

    @TestFactory
    fun passports(): List<DynamicTest> =
        rows("passport") { row ->
            row.judge("") { assertEquals(row.ok, Check.passport(row.text)) }
            if (row.text.isNotBlank()) {
                row.judge("contact.passport") {
                    val id = lost.report(lossDraft(contact = Contact("John", "+442071838750", passport = row.text))).id
                    assertEquals(row.ok, lost.contact(id)?.passport)
                }
            }
        }

    @TestFactory
    fun texts(): List<DynamicTest> =
        rows("text") { row ->
            val input = row.input.jsonObject
            val text = input.getValue("text").jsonPrimitive.content
            val lines = input.getValue("lines").jsonPrimitive.boolean
            row.judge("", replaces = true) { assertEquals(row.ok, Check.text(text, input.getValue("max").jsonPrimitive.int, lines)) }
            // Limits differ from field to field; what a description takes are lines.
            if (lines && row.code != "too_long") {
                row.judge("description", replaces = true) { lost.report(lossDraft(description = text)) }
            }
        }

    @TestFactory
    fun times(): List<DynamicTest> =
        rows("time") { row ->
            row.judge("") { assertEquals(row.ok, Check.time(row.text).toString()) }
            if (row.code != null) row.judge("lost_from") { lost.report(lossDraft(lostFrom = row.text)) }
        }

    @TestFactory
    fun coordinates(): List<DynamicTest> =
        rows("coordinate") { row ->
            val input = row.input.jsonObject
            val (lat, lon) = input.getValue("lat").jsonPrimitive.content.toDouble() to input.getValue("lon").jsonPrimitive.content.toDouble()
            val gcj02 = input.getValue("datum").jsonPrimitive.content == "gcj02"
            row.judge("") {
                val at = if (gcj02) Check.convertGcj02(lat, lon) else Check.coordinate(lat, lon)
                val wanted = row.row.getValue("ok").jsonObject
                assertTrue(abs(at.lat - wanted.getValue("lat").jsonPrimitive.double) < 1e-7, "$at")
                assertTrue(abs(at.lon - wanted.getValue("lon").jsonPrimitive.double) < 1e-7, "$at")
            }
            if (!gcj02) {
                row.judge("fix") {
                    val fix = Fix(lat, lon, 8.0, NOW, source = FixSource.GNSS)
                    patrol.checkIn(CheckInDraft(CheckInEvidence.Gps, checkpoint = "cp-01", fix = fix))
                }
            }
        }

    @TestFactory
    fun polygons(): List<DynamicTest> =
        rows("polygon") { row ->
            val area = row.input.jsonObject.getValue("rings").rings()
            val beside = row.input.jsonObject["beside"]?.rings()
            row.judge("") {
                Check.polygon(area)
                if (beside != null) {
                    Check.polygon(beside)
                    Check.zonesApart(listOf(area, beside))
                }
            }
        }

    @TestFactory
    fun photos(): List<DynamicTest> =
        rows("photo") { row ->
            val input = row.input.jsonObject
            val bytes =
                input.getValue("hex").jsonPrimitive.content.hexToByteArray() + ByteArray(input["zeros"]?.jsonPrimitive?.int ?: 0)
            row.judge("") {
                val blob = attach(bytes)
                val wanted = row.row.getValue("ok").jsonObject
                assertEquals(wanted.getValue("format").jsonPrimitive.content, blob.format.name.lowercase())
                assertEquals(wanted.getValue("width").jsonPrimitive.int to wanted.getValue("height").jsonPrimitive.int, blob.width to blob.height)
                assertTrue(bytes.contentEquals(photo(blob.sha256)))
            }
        }

    @TestFactory
    fun nfcTags(): List<DynamicTest> =
        rows("nfc") { row ->
            val input = row.input.jsonObject
            row.judge("evidence") {
                val cmac = row.ok ?: "94EED9EE65337086"
                val evidence =
                    CheckInEvidence.Nfc(input.getValue("uid").jsonPrimitive.content, input.getValue("counter").jsonPrimitive.long, cmac)
                patrol.checkIn(CheckInDraft(evidence, checkpoint = "cp-01"))
            }
        }

    private class Row(val row: JsonObject, val phone: Companion) {
        val input: JsonElement = row.getValue("input")
        val text: String get() = input.jsonPrimitive.content
        val ok: String? = (row["ok"] as? JsonPrimitive)?.contentOrNull
        val code: String? = row["code"]?.jsonPrimitive?.content
        private val field: String = row["field"]?.jsonPrimitive?.content.orEmpty()

        /** Runs what a good row allows, or sees a bad one refused under this field (or its own), with nothing stored. */
        fun judge(under: String, replaces: Boolean = false, work: suspend Companion.() -> Unit) =
            runBlocking {
                if (code == null) return@runBlocking phone.work()
                val before = phone.outbox()
                val refused = assertThrows(LiuyeException.Refused::class.java) { runBlocking { phone.work() } }
                val path = if (replaces && under.isNotEmpty()) under else listOf(under, field).filter(String::isNotEmpty).joinToString(".")
                assertEquals(code to path, refused.code to refused.field)
                assertEquals(before, phone.outbox())
            }
    }

    private fun rows(vectors: String, test: (Row) -> Unit): List<DynamicTest> {
        val file = District.root.resolve("bindings/conformance/vectors/$vectors.json")
        val rows = Json.parseToJsonElement(file.readText()).jsonObject.getValue("rows").jsonArray.map { it.jsonObject }
        assertTrue(rows.any { "code" in it } && rows.any { "ok" in it })
        return rows.mapIndexed { index, row ->
            DynamicTest.dynamicTest("$vectors: ${row.getValue("name").jsonPrimitive.content}") {
                val path = folder.resolve("$vectors-$index.db").toString()
                val config = Config(path, ByteArray(32) { 1 }, DeviceInfo("vectors"), clock = StandingClock(NOW))
                runBlocking { Companion.open(config) }.use { test(Row(row, it)) }
            }
        }
    }

    private fun JsonElement.rings(): List<List<Position>> =
        jsonArray.map { ring ->
            ring.jsonArray.map { at -> Position(lat = (at as JsonArray)[1].jsonPrimitive.double, lon = at[0].jsonPrimitive.double) }
        }

    private companion object Rows {
        /** 2026-05-01T04:00:00Z: when the identity vectors are read. */
        const val NOW = 1_777_608_000_000L
    }
}
