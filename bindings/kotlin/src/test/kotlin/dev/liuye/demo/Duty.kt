package dev.liuye.demo

import dev.liuye.AnswerOutcome
import dev.liuye.AssignDraft
import dev.liuye.CheckInDraft
import dev.liuye.CheckInEvidence
import dev.liuye.ChecklistAnswer
import dev.liuye.Companion
import dev.liuye.Contact
import dev.liuye.Fix
import dev.liuye.FixSource
import dev.liuye.Flag
import dev.liuye.HazardDraft
import dev.liuye.HazardGrade
import dev.liuye.InspectionDraft
import dev.liuye.ItemCategory
import dev.liuye.LostReportDraft
import dev.liuye.Movement
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import java.awt.Color
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.io.File
import java.time.Instant
import javax.imageio.ImageIO

/** What the people of the story record, through the package as an app would. Each save is said once it returned. */
internal class Duty(
    private val phone: Companion,
    private val clock: StoryClock,
    private val folder: File,
) {
    /** Walks the real track, its intervals kept, and scans the tag of each checkpoint on its way. */
    suspend fun walk() {
        val track = Json.parseToJsonElement(File(System.getProperty("liuye.root"), TRACK).readText()).jsonObject
        val points = track.getValue("points").jsonArray.map { it.jsonObject }
        val accuracy = track.getValue("accuracy_m").jsonPrimitive.double
        // The tags as they hang in the street.
        val tags = File(folder, "tags").readLines().associate { it.substringBefore(' ') to it.substringAfter(' ') }
        val start = clock.wallMs()
        for (visit in track.getValue("visits").jsonArray.map { it.jsonObject }) {
            val point = points[visit.getValue("point").jsonPrimitive.int]
            val at = start + point.getValue("t_ms").jsonPrimitive.long
            clock.moveTo(at)
            val (lat, lon) = listOf("lat", "lon").map { point.getValue(it).jsonPrimitive.double }
            val tag = tags.getValue(visit.getValue("checkpoint").jsonPrimitive.content)
            val fix = Fix(lat = lat, lon = lon, accuracyM = accuracy, at = at, isMock = false, source = FixSource.GNSS)
            val saved = phone.patrol.checkIn(CheckInDraft(CheckInEvidence.Qr(tag), fix = fix, movement = Movement.VEHICLE))
            saved("check_in", saved.operation, saved.flags)
        }
    }

    /** The guide of a tour group, whose phone has never met a hub. */
    suspend fun losses() {
        val (from, to) = listOf(3_600_000L, 1_800_000L).map { Instant.ofEpochMilli(clock.wallMs() - it).toString() }
        for ((number, thing) in LOST.withIndex()) {
            val (category, description, place) = thing
            val contact = Contact("游客", "1380013800$number")
            val draft = LostReportDraft(category, description, place, lostFrom = from, lostTo = to, contact = contact)
            saved("lost_report", phone.lost.report(draft).operation)
        }
    }

    /** A hazard that waits for its rectification. */
    suspend fun openHazard(venue: String) {
        val hazard = phone.safety.addHazard(hazard(venue, emptyList()))
        saved("hazard", hazard.operation)
        val due = Instant.ofEpochMilli(clock.wallMs() + WEEK_MS).toString()
        saved("step", phone.safety.assign(hazard.id, AssignDraft("店主", due, null)).operation)
        saved("step", phone.safety.startRectification(hazard.id).operation)
        println("hazard ${hazard.id}")
    }

    suspend fun visits(venues: IntRange) {
        for (number in venues) visit("v-%03d".format(number))
    }

    /** One venue, all questions answered, handed in. */
    suspend fun visit(venue: String) {
        clock.moveTo(clock.wallMs() + VISIT_MS)
        val visit = phone.safety.startInspection(InspectionDraft(venue, null, null, emptyList()))
        saved("inspection", visit.operation)
        val answers = phone.safety.checklist().map { ChecklistAnswer(it.id, AnswerOutcome.PASS, null) }
        saved("step", phone.safety.submit(visit.id, answers, "一切正常").operation)
    }

    /** Hazards found on the way, each with a photo. */
    suspend fun hazards(venues: List<String>) {
        for (venue in venues) saved("hazard", phone.safety.addHazard(hazard(venue, listOf(photo(venue)))).operation)
    }

    suspend fun rectify(hazard: String) {
        val name = phone.identity().person.orEmpty()
        saved("step", phone.safety.rectify(hazard, "通道已清理", listOf(photo(name))).operation)
    }

    /** Corrects the visit that the hub would not have: it was the place next door. */
    suspend fun amend(venue: String) {
        val refused = phone.needsAttention().single { it.entry.kind == "inspection.start" && it.entry.code == "venue_retired" }
        val draft = InspectionDraft(venue, null, null, emptyList())
        saved("amendment", phone.safety.amendInspection(refused.entry.operation, draft).operation)
    }

    private fun hazard(venue: String, photos: List<String>) = HazardDraft(venue, null, "安全出口堆放杂物", HazardGrade.GENERAL, null, photos)

    /** A photo that is one: a JPEG of a size that takes several pieces to send. */
    private suspend fun photo(seed: String): String {
        val image = BufferedImage(1024, 768, BufferedImage.TYPE_INT_RGB)
        val random = java.util.Random(seed.hashCode().toLong())
        for (x in 0 until image.width) {
            for (y in 0 until image.height) image.setRGB(x, y, Color(x * 255 / 1024, y * 255 / 768, random.nextInt(256)).rgb)
        }
        val bytes = ByteArrayOutputStream().also { ImageIO.write(image, "jpg", it) }.toByteArray()
        return phone.attach(bytes).sha256
    }
}

private fun saved(kind: String, operation: String, flags: List<Flag> = emptyList()) =
    println("saved $kind $operation ${flags.joinToString(",") { it.name.lowercase() }.ifEmpty { "-" }}")

private const val TRACK = "fixtures/tracks/liuye-lake-patrol.json"
private const val WEEK_MS = 7 * 86_400_000L
private const val VISIT_MS = 9 * 60_000L

private val LOST =
    listOf(
        Triple(ItemCategory.WALLET, "棕色皮夹 brown leather wallet", "司马楼"),
        Triple(ItemCategory.KEYS, "三把钥匙，红绳 three keys on a red string", "沙滩公园"),
        Triple(ItemCategory.WALLET, "黑色卡包 black card holder", "大唐司马城"),
        Triple(ItemCategory.KEYS, "电动车钥匙 scooter key", "柳叶湖游客中心"),
        Triple(ItemCategory.WALLET, "儿童小钱包 a child's purse", "欢乐水世界"),
        Triple(ItemCategory.KEYS, "房卡 hotel key card", "河街"),
    )
