package dev.liuye

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import java.util.TreeSet

/** The scenario set that every language runs: `bindings/conformance/README.md` says what each step means. */
internal class ConformanceTest {
    @TestFactory
    fun scenarios(): List<DynamicTest> {
        val files = District.root.resolve("bindings/conformance/scenarios").listFiles { file -> file.extension == "json" }.orEmpty()
        assertTrue(files.isNotEmpty())
        return files.sorted().map { file ->
            DynamicTest.dynamicTest(file.nameWithoutExtension) {
                val steps = Json.parseToJsonElement(file.readText()).jsonObject.getValue("steps").jsonArray
                assertTrue(steps.isNotEmpty())
                ScenarioRunner().use { runner ->
                    runBlocking { steps.forEachIndexed { index, step -> runner.step(index, step.jsonObject) } }
                    runner.district.verify()
                }
            }
        }
    }
}

internal class ScenarioRunner : AutoCloseable {
    val district = District()
    private val phones = mutableMapOf<String, Companion>()
    private val kept = mutableMapOf<String, JsonElement>()
    private val listening = mutableMapOf<String, Heard>()

    private class Heard {
        val kinds = TreeSet<String>()
        var outboxChanged = false
        lateinit var job: Job
    }

    suspend fun step(index: Int, written: JsonObject) {
        val step = resolve(written).jsonObject
        val at = "step $index: $step"
        val refusal = step["error"]
        val before = if (refusal == null) null else standing(step)
        val result =
            try {
                call(step)
            } catch (failure: LiuyeException) {
                if (refusal == null) throw AssertionError("$at\nfailed: $failure", failure)
                val got = record("kind" to kind(failure), "code" to failure.code, "field" to failure.field)
                assertEquals(refusal, got, at)
                assertEquals(before, standing(step), "$at: something was stored")
                return
            }
        if (refusal != null) throw AssertionError("$at\nwas not refused: $result")
        step["expect"]?.let { assertTrue(holds(result, it), "$at\ngave $result") }
        step["as"]?.let { kept[it.jsonPrimitive.content] = result }
    }

    private suspend fun standing(step: JsonObject): List<Long>? =
        try {
            phones[step["phone"]?.jsonPrimitive?.content]?.outbox()?.let {
                listOf(it.pending, it.applied, it.held, it.quarantined, it.conflicts, it.blobs)
            }
        } catch (_: LiuyeException) {
            null
        }

    private fun resolve(value: JsonElement): JsonElement =
        when (value) {
            is JsonObject ->
                if (value.keys == setOf("repeat", "times")) {
                    JsonPrimitive(value.text("repeat").repeat(value.getValue("times").jsonPrimitive.int))
                } else {
                    JsonObject(value.mapValues { resolve(it.value) })
                }
            is JsonArray -> JsonArray(value.map(::resolve))
            is JsonPrimitive -> if (value.isString && value.content.startsWith("$")) named(value.content.drop(1)) else value
        }

    private fun named(name: String): JsonElement =
        when {
            name == "now" -> JsonPrimitive(System.currentTimeMillis())
            name.startsWith("now:") -> JsonPrimitive(Check.formatTime(System.currentTimeMillis() + name.drop(4).toLong() * 1000))
            name.startsWith("qr:") -> JsonPrimitive(district.qr(name.drop(3)))
            name.startsWith("photo:") -> kept.getValue(name)
            else -> kept.getValue(name.substringBefore('.')).jsonObject.getValue(name.substringAfter('.'))
        }

    private suspend fun call(step: JsonObject): JsonElement {
        when (step.text("do")) {
            "hub" -> if (step.text("state") == "stop") district.stop() else district.start()
            "import" -> district.import(step.text("file"))
            "pin" -> district.setPin(step.text("person"), step.text("pin"))
            "open" -> {
                val name = step.text("phone")
                val key = step["key"]?.jsonPrimitive?.int ?: 42
                phones[name] = Companion.open(district.config(name, key = key.toByte()))
            }
            "observe" -> listening[step.text("name")] = listen(phone(step))
            "events" -> return heard(listening.getValue(step.text("name")))
            "attach" -> return attach(step)
            "enrol" -> {
                val persons = step["persons"]?.jsonArray?.map { it.jsonPrimitive.content }
                val code = step.optional("code") ?: persons?.let(district::sharedCode) ?: district.code(step.optional("person"))
                return identity(phone(step).enrol(district.url, code))
            }
            else -> return records(phone(step), step) ?: nouns(phone(step), step) ?: states(phone(step), step)
        }
        return JsonNull
    }

    private fun phone(step: JsonObject): Companion = phones.getValue(step.text("phone"))

    private suspend fun attach(step: JsonObject): JsonElement {
        val bytes =
            step.optional("hex")?.hexToByteArray()
                ?: png(step.getValue("seed").jsonPrimitive.int, step.getValue("padding").jsonPrimitive.int)
        val blob = phone(step).attach(bytes)
        kept["photo:${step["seed"]}"] = JsonPrimitive(blob.sha256)
        return record(
            "sha256" to blob.sha256,
            "len" to blob.len,
            "width" to blob.width,
            "height" to blob.height,
            "format" to blob.format.name.lowercase(),
        )
    }

    private suspend fun listen(phone: Companion): Heard {
        val heard = Heard()
        val ready = Job()
        heard.job =
            CoroutineScope(Dispatchers.Unconfined).launch {
                // Unconfined: the flow subscribes before launch returns.
                ready.complete()
                phone.changes().collect {
                    synchronized(heard) {
                        heard.kinds += it.kinds
                        heard.outboxChanged = heard.outboxChanged || it.outboxChanged
                    }
                }
            }
        ready.join()
        return heard
    }

    private suspend fun heard(heard: Heard): JsonElement {
        // A flow is told after commit, not before the call returns.
        delay(300)
        heard.job.cancel()
        return synchronized(heard) { record("kinds" to heard.kinds.toList(), "outbox_changed" to heard.outboxChanged) }
    }

    override fun close() {
        phones.values.forEach(Companion::close)
        district.close()
    }
}

/** The steps that read or sync. */
private suspend fun states(phone: Companion, step: JsonObject): JsonElement {
    when (val name = step.text("do")) {
        "close" -> phone.close()
        "suspend" -> phone.suspend()
        "resume" -> phone.resume()
        "cancel" -> phone.cancel()
        "identity" -> return identity(phone.identity())
        "sign_in" -> return identity(phone.signIn(step.text("person"), step.text("pin")))
        "sign_out" -> phone.signOut()
        "sync" -> return report(phone.sync(SyncReason.valueOf((step.optional("reason") ?: "user").uppercase())))
        "outbox" -> return outbox(phone.outbox())
        "operation" -> {
            val entry = phone.operations(Page(limit = 200)).find { it.operation == step.text("operation") } ?: return JsonNull
            return record(
                "state" to entry.state.name.lowercase(),
                "code" to entry.code,
                "field" to entry.field,
                "flags" to entry.flags.map { it.name.lowercase() },
                "actor" to entry.actor,
                "kind" to entry.kind,
                "entity" to entry.entity,
                "discarded" to entry.discarded,
                "amended" to (entry.amendedBy != null),
            )
        }
        "attention" -> return json(phone.needsAttention().map { it.entry.operation })
        "document" -> return phone.document(step.text("id"))?.let { Json.parseToJsonElement(it.body) } ?: JsonNull
        "search" -> {
            val kinds = step["kinds"]?.jsonArray.orEmpty().map { DocumentKind.valueOf(it.jsonPrimitive.content.uppercase()) }
            val limit = step["limit"]?.jsonPrimitive?.int ?: 50
            return json(phone.search(step.text("text"), kinds, limit).map { it.id })
        }
        "conflicts" -> {
            val conflicts = phone.document(step.text("id"))?.conflicts.orEmpty()
            return JsonArray(conflicts.map { record("operation" to it.operation, "actor" to it.actor, "code" to it.code) })
        }
        else -> error("no step is called $name")
    }
    return JsonNull
}

/** The steps that record something. */
private suspend fun records(phone: Companion, step: JsonObject): JsonElement? {
    val draft = step["draft"]?.jsonObject ?: JsonObject(emptyMap())
    val note = step.optional("note")
    val (patrol, lost, safety) = Triple(phone.patrol, phone.lost, phone.safety)
    return when (step.text("do")) {
        "check_in" -> checkIn(patrol.checkIn(draft.checkIn()))
        "amend_check_in" -> checkIn(patrol.amendCheckIn(step.text("operation"), draft.checkIn()))
        "review" -> recorded(patrol.review(step.text("id"), step.truth("accepted"), step.text("reason")))
        "report" -> reported(lost.report(draft.loss()))
        "amend_report" -> reported(lost.amendReport(step.text("operation"), draft.loss()))
        "mark_candidate" -> recorded(lost.markCandidate(step.text("id"), note))
        "mark_returned" -> recorded(lost.markReturned(step.text("id"), note))
        "withdraw" -> recorded(lost.withdraw(step.text("id"), note))
        "start_inspection" -> recorded(safety.startInspection(draft.inspection()))
        "amend_inspection" -> recorded(safety.amendInspection(step.text("operation"), draft.inspection()))
        "submit" -> {
            val outcome = AnswerOutcome.valueOf(step.text("outcome").uppercase())
            val answers = safety.checklist().drop(step["skip"]?.jsonPrimitive?.int ?: 0).map { ChecklistAnswer(it.id, outcome) }
            recorded(safety.submit(step.text("id"), answers, step.optional("summary"), step.photos()))
        }
        "approve" -> recorded(safety.approve(step.text("id")))
        "return_inspection" -> recorded(safety.returnInspection(step.text("id"), step.text("reason")))
        "add_hazard" -> recorded(safety.addHazard(draft.hazard()))
        "amend_hazard" -> recorded(safety.amendHazard(step.text("operation"), draft.hazard()))
        "assign" -> recorded(safety.assign(step.text("id"), AssignDraft(draft.text("owner"), draft.text("due"), draft.plan())))
        "start_rectification" -> recorded(safety.startRectification(step.text("id")))
        "rectify" -> recorded(safety.rectify(step.text("id"), step.text("note"), step.photos()))
        "reinspect" -> recorded(safety.reinspect(step.text("id"), step.truth("passed"), note))
        "close_hazard" -> recorded(safety.close(step.text("id"), note))
        "close_on_spot" ->
            recorded(
                safety.closeOnSpot(
                    step.text("id"),
                    step.text("rectified_by"),
                    step.text("witness"),
                    step.text("before"),
                    step.text("after"),
                ),
            )
        "extend" -> recorded(safety.extend(step.text("id"), step.text("due"), step.text("reason")))
        "refer" -> recorded(safety.refer(step.text("id"), step.text("authority"), step.text("reason")))
        "void" -> recorded(safety.void(step.text("id"), step.text("reason")))
        "amend" -> recorded(phone.amend(step.text("operation"), step.getValue("body").toString()))
        "discard" -> recorded(phone.discard(step.text("operation"), step.text("reason")))
        else -> null
    }
}

internal fun JsonObject.text(field: String): String = (this[field] ?: error("$this lacks $field")).jsonPrimitive.content

internal fun JsonObject.optional(field: String): String? = this[field]?.jsonPrimitive?.contentOrNull

internal fun JsonObject.truth(field: String): Boolean = this[field] == JsonPrimitive(true)

internal fun JsonObject.photos(): List<String> = this["photos"]?.jsonArray.orEmpty().map { it.jsonPrimitive.content }

private fun JsonObject.number(field: String): Double = text(field).toDouble()

internal fun JsonObject.fix(): Fix? = this["fix"]?.jsonObject?.position()

internal fun JsonObject.position(): Fix =
    Fix(
        number("lat"),
        number("lon"),
        number("accuracy_m"),
        text("at").toLong(),
        truth("is_mock"),
        FixSource.valueOf(text("source").uppercase()),
    )

internal fun JsonObject.contact(): Contact? =
    this["contact"]?.jsonObject?.let { Contact(it.text("name"), it.text("phone"), it.optional("identity_number"), it.optional("passport")) }

private fun JsonObject.checkIn(): CheckInDraft {
    val evidence = getValue("evidence").jsonObject
    return CheckInDraft(
        evidence =
            when (val method = evidence.text("method")) {
                "qr" -> CheckInEvidence.Qr(evidence.text("payload"))
                "nfc" -> CheckInEvidence.Nfc(evidence.text("uid"), evidence.text("counter").toLong(), evidence.text("cmac"))
                "gps" -> CheckInEvidence.Gps
                else -> error("no evidence is called $method")
            },
        checkpoint = optional("checkpoint"),
        fix = fix(),
        movement = Movement.valueOf((optional("movement") ?: "foot").uppercase()),
        note = optional("note"),
        photos = photos(),
    )
}

private fun JsonObject.loss(): LostReportDraft =
    LostReportDraft(
        category = ItemCategory.valueOf(text("category").uppercase()),
        description = text("description"),
        place = text("place"),
        lostFrom = text("lost_from"),
        lostTo = text("lost_to"),
        brand = optional("brand"),
        colour = optional("colour"),
        marks = optional("marks"),
        zone = optional("zone"),
        contact = contact(),
        photos = photos(),
    )

private fun JsonObject.inspection(): InspectionDraft = InspectionDraft(text("venue"), optional("campaign"), fix(), photos())

private fun JsonObject.hazard(): HazardDraft =
    HazardDraft(
        text("venue"),
        optional("inspection"),
        text("description"),
        HazardGrade.valueOf(text("grade").uppercase()),
        fix(),
        photos(),
    )

private fun JsonObject.plan(): MajorPlan? =
    this["plan"]?.jsonObject?.let {
        MajorPlan(it.text("measures"), it.text("owner"), it.text("funds"), it.text("deadline").toLong(), it.text("contingency"))
    }

internal fun recorded(saved: Recorded): JsonElement =
    record("operation" to saved.operation, "id" to saved.id, "flags" to saved.flags.map { it.name.lowercase() })

private fun checkIn(saved: RecordedCheckIn): JsonElement =
    record(
        "operation" to saved.operation,
        "id" to saved.id,
        "checkpoint" to saved.checkpoint,
        "verdict" to saved.verdict.name.lowercase(),
        "flags" to saved.flags.map { it.name.lowercase() },
    )

private fun reported(saved: ReportedLoss): JsonElement =
    record("operation" to saved.operation, "id" to saved.id, "tracking_code" to saved.trackingCode)

private fun identity(identity: Identity): JsonElement =
    record(
        "device" to identity.device,
        "site" to identity.site,
        "person" to identity.person,
        "roles" to identity.roles.map { it.name.lowercase() },
        "locked" to identity.locked,
        "sharers" to identity.sharers.map { it.person },
    )

private fun report(report: SyncReport): JsonElement =
    record(
        "sent" to report.sent,
        "received" to report.received,
        "gone" to report.gone,
        "blobs_sent" to report.blobsSent,
        "verdicts" to report.verdicts.map { record("operation" to it.operation, "state" to it.state.name.lowercase()) },
        "blocked_reason" to report.blockedReason,
        "rearmed" to (report.nextAllowedAt != null),
    )

private fun outbox(status: OutboxStatus): JsonElement =
    record(
        "pending" to status.pending,
        "applied" to status.applied,
        "held" to status.held,
        "quarantined" to status.quarantined,
        "conflicts" to status.conflicts,
        "blobs" to status.blobs,
        "blocked_reason" to status.blockedReason,
    )

private fun kind(failure: LiuyeException): String =
    when (failure) {
        is LiuyeException.Refused -> "refused"
        is LiuyeException.State -> "state"
        is LiuyeException.NotPermitted -> "not_permitted"
        is LiuyeException.Storage -> "storage"
        is LiuyeException.Network -> "network"
        is LiuyeException.Unauthorised -> "unauthorised"
        is LiuyeException.Busy -> "busy"
        is LiuyeException.Closed -> "closed"
        is LiuyeException.Internal -> "internal"
    }

internal fun record(vararg fields: Pair<String, Any?>): JsonObject = JsonObject(fields.associate { (name, value) -> name to json(value) })

internal fun json(value: Any?): JsonElement =
    when (value) {
        null -> JsonNull
        is JsonElement -> value
        is Boolean -> JsonPrimitive(value)
        is Number -> JsonPrimitive(value)
        is String -> JsonPrimitive(value)
        is List<*> -> JsonArray(value.map(::json))
        else -> error("not a value of a scenario: $value")
    }

/** Whether the result holds at least what is expected. */
private fun holds(result: JsonElement, expected: JsonElement): Boolean =
    when {
        result is JsonObject && expected is JsonObject -> expected.all { (key, value) -> holds(result[key] ?: JsonNull, value) }
        result is JsonArray && expected is JsonArray ->
            result.size == expected.size && result.zip(expected).all { (left, right) -> holds(left, right) }
        else -> result == expected
    }
