package dev.liuye

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

// The steps of calls, duties, found property, the platform and whoever serves. A group gives null for a step that is not its own.

/** What a step gives; `null` where no group knows it. */
internal suspend fun nouns(phone: Companion, step: JsonObject): JsonElement? =
    calls(phone.calls, step)
        ?: assignments(phone.calls, step)
        ?: welfare(phone.welfare, step)
        ?: shifts(phone, step)
        ?: tours(phone, step)
        ?: found(phone.lost, step)
        ?: claims(phone.lost, step)
        ?: campaigns(phone.safety, step)
        ?: publicity(phone.publicity, step)
        ?: disputes(phone.disputes, step)
        ?: duty(phone.duty, step)
        ?: workPlans(phone.workPlans, step)
        ?: people(phone, step)

/** Everything that there is, in the scenarios. */
private val ALL = Page(limit = 200)

private val JsonObject.id: String get() = text("id")

private val JsonObject.draft: JsonObject get() = getValue("draft").jsonObject

private fun JsonObject.whole(field: String): Long = text(field).toLong()

private fun JsonObject.texts(field: String): List<String> = this[field]?.jsonArray.orEmpty().map { it.jsonPrimitive.content }

private inline fun <reified T : Enum<T>> JsonObject.choice(field: String): T = enumValueOf(text(field).uppercase())

private inline fun <reified T : Enum<T>> JsonObject.choiceOrNull(field: String): T? = optional(field)?.let { enumValueOf<T>(it.uppercase()) }

private fun named(value: Enum<*>?): String? = value?.name?.lowercase()

private suspend fun calls(calls: Calls, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "raise" -> raised(calls.raise(step.draft.help()))
        "enter_110" -> raised(calls.enter110(step.draft.help(), step.optional("told_at")))
        "give_clue" -> raised(calls.giveClue(step.draft.help()))
        "begin_exercise" -> raised(calls.beginExercise(step.draft.help()))
        "open_call" -> openCall(calls.openCalls(ALL).find { it.call.id == step.id })
        "triage" -> recorded(calls.triage(step.id, step.choice("severity"), step.choiceOrNull<CallCategory>("category"), step.optional("zone")))
        "dispatch" ->
            recorded(calls.dispatch(step.id, step.texts("persons").map(::RespondingPerson) + step.texts("units").map(::RespondingUnit)))
        "muster" -> recorded(calls.muster(step.id, step.optional("zone")))
        "handle" -> recorded(calls.handle(step.id))
        "close_call" -> recorded(calls.close(step.id, step.optional("note"), step.optional("referral")))
        "cancel_call" -> recorded(calls.cancel(step.id, step.text("reason")))
        "unfounded" -> recorded(calls.unfounded(step.id, step.text("reason")))
        "merge_calls" -> recorded(calls.merge(step.id, step.text("into")))
        "reopen_call" -> recorded(calls.reopen(step.id, step.text("reason")))
        else -> null
    }

private suspend fun assignments(calls: Calls, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "acknowledge" -> recorded(calls.acknowledge(step.id))
        "en_route" -> recorded(calls.enRoute(step.id, step.fix()))
        "arrived" -> recorded(calls.arrived(step.id, step.fix()))
        "cleared" -> recorded(calls.cleared(step.id, step.optional("note")))
        "decline" -> recorded(calls.decline(step.id, step.text("reason")))
        "release_assignment" -> recorded(calls.release(step.id, step.text("reason")))
        else -> null
    }

private fun JsonObject.help(): HelpDraft =
    HelpDraft(
        category = choice("category"),
        description = optional("description"),
        place = optional("place"),
        zone = optional("zone"),
        fix = fix(),
        contact = contact(),
        photos = photos(),
    )

private fun raised(raised: RaisedCall): JsonElement = JsonObject(recorded(raised.recorded).jsonObject + ("dial" to json(raised.dial)))

private fun openCall(open: OpenCall?): JsonElement {
    val call = open?.call ?: return JsonNull
    return record(
        "state" to named(call.state),
        "severity" to named(call.severity),
        "category" to named(call.category),
        "zone" to call.zone,
        "exercise" to call.exercise,
        "reporter" to call.reporter,
        "assignments" to open.assignments.map { record("id" to it.id, "state" to named(it.state), "persons" to it.persons) },
        "mine" to open.mine,
    )
}

private suspend fun welfare(welfare: Welfare, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "arm" -> recorded(welfare.arm(step.draft.timer()))
        "cancel_timer" -> recorded(welfare.cancel(step.id, step.text("code"), step.fix()))
        "acknowledge_alarm" -> recorded(welfare.acknowledge(step.id))
        "resolve_alarm" -> recorded(welfare.resolve(step.id, step.optional("note")))
        "false_alarm" -> recorded(welfare.falseAlarm(step.id, step.optional("note")))
        "alarm" ->
            welfare.timers(ALL).find { it.state == WelfareState.ALARMED }
                ?.let { record("id" to it.id, "person" to it.person, "duress" to it.duress) } ?: JsonNull
        "timers" -> json(welfare.timers(ALL).map { record("id" to it.id, "state" to named(it.state), "duress" to it.duress) })
        else -> null
    }

private fun JsonObject.timer(): WelfareDraft =
    WelfareDraft(whole("duration_s"), text("code"), optional("duress_code"), optional("note"), fix())

private suspend fun shifts(phone: Companion, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "start_shift" -> {
            val planned = step.optional("shift")?.let(::PlannedShift)
            recorded(phone.patrol.startShift(planned ?: UnplannedShift(step.optional("zone"), step.optional("post"), step.whole("minutes"))))
        }
        "end_shift" -> recorded(phone.patrol.endShift(step.id, step.optional("note")))
        "plan_shift" -> recorded(phone.patrol.planShift(step.draft.shift()))
        "cancel_shift" -> recorded(phone.patrol.cancelShift(step.id, step.text("reason")))
        "current_shift" ->
            phone.patrol.currentShift()?.let {
                record("id" to it.id, "state" to named(it.state), "person" to it.person, "zone" to it.zone, "post" to it.post)
            } ?: JsonNull
        "record_track" -> recorded(phone.patrol.recordTrack(step.getValue("path").jsonArray.map { it.jsonObject.position() }))
        "count_visitors" -> recorded(phone.zones.countVisitors(CrowdDraft(step.draft.text("zone"), step.draft.whole("visitors"))))
        else -> null
    }

private fun JsonObject.shift(): ShiftDraft =
    ShiftDraft(person = text("person"), zone = optional("zone"), post = optional("post"), from = text("from"), to = text("to"))

private suspend fun tours(phone: Companion, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "schedule_tour" ->
            recorded(phone.patrol.scheduleTour(step.draft.run { TourDraft(text("route"), text("person"), text("day")) }))
        "start_tour" -> recorded(phone.patrol.startTour(step.id))
        "finish_tour" -> recorded(phone.patrol.finishTour(step.id, step.optional("note")))
        "tour_progress" ->
            phone.patrol.tourProgress(step.id).let {
                record("visited" to it.visits.map(TourVisit::checkpoint), "missing" to it.missing, "doubtful" to it.doubtful)
            }
        "coverage" ->
            phone.patrol.coverage(step.text("from"), step.text("to")).let {
                record("planned" to it.planned, "covered" to it.covered, "hours" to it.hours.size)
            }
        "night_density" ->
            phone.zones.nightDensity(step.text("from"), step.text("to")).let {
                record("roads" to it.roads.size, "zones" to it.zones.size)
            }
        else -> null
    }

private suspend fun found(lost: Lost, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "register_found" -> recorded(lost.registerFound(step.draft.found()))
        "store" -> recorded(lost.store(step.id, step.text("place")))
        "sign_custody" -> recorded(lost.signCustody(step.id))
        "hand_over" -> recorded(lost.handOver(step.id, step.text("to")))
        "accept_custody" -> recorded(lost.acceptCustody(step.id, step.optional("place")))
        "transfer" -> recorded(lost.transfer(step.id, step.text("authority"), step.truth("police")))
        "notice" -> recorded(lost.notice(step.id))
        "release_on_spot" -> recorded(lost.releaseOnSpot(step.id, step.text("reason")))
        "release" -> recorded(lost.release(step.id, step.text("claim")))
        "forfeit" -> recorded(lost.forfeit(step.id))
        "dispose" -> recorded(lost.dispose(step.id, step.text("note")))
        "found_item" -> foundItem(lost.foundItems(ALL).find { it.id == step.id })
        "notices" ->
            json(lost.notices(ALL).map { record("item" to it.item, "category" to named(it.category), "open" to it.open) })
        "candidates" ->
            json(
                lost.candidates(step.id, step.whole("limit"))
                    .map { record("id" to it.id, "score" to it.score, "factors" to it.factors.size) },
            )
        else -> null
    }

private fun JsonObject.found(): FoundDraft =
    FoundDraft(
        category = choice("category"),
        description = text("description"),
        brand = optional("brand"),
        colour = optional("colour"),
        place = text("place"),
        zone = optional("zone"),
        foundAt = text("found_at"),
        valuable = truth("valuable"),
        prohibited = choiceOrNull<Prohibited>("prohibited"),
        serial = optional("serial"),
        hidden = optional("hidden"),
        photos = photos(),
    )

private fun foundItem(item: FoundItem?): JsonElement {
    if (item == null) return JsonNull
    return record(
        "state" to named(item.state),
        "category" to named(item.category),
        "custody" to item.custody.size,
        "claims" to item.claims,
        "signatures" to item.signatures,
        "kept_at" to item.keptAt,
        "released_for" to item.releasedFor,
    )
}

private suspend fun claims(lost: Lost, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "claim" -> recorded(lost.claim(step.draft.run { ClaimDraft(text("item"), text("statement"), optional("report"), contact()) }))
        "question" -> recorded(lost.question(step.id, step.texts("questions")))
        "answer" -> recorded(lost.answer(step.id, step.texts("answers")))
        "verify" -> recorded(lost.verify(step.id, step.optional("note")))
        "reject" -> recorded(lost.reject(step.id, step.text("reason")))
        "withdraw_claim" -> recorded(lost.withdrawClaim(step.id))
        "claim_of" ->
            lost.claims(ALL).find { it.id == step.id }?.let {
                record("state" to named(it.state), "item" to it.item, "questions" to it.questions, "answers" to it.answers)
            } ?: JsonNull
        else -> null
    }

private suspend fun campaigns(safety: Safety, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "plan_campaign" -> recorded(safety.planCampaign(step.draft.campaign()))
        "start_campaign" -> recorded(safety.startCampaign(step.id))
        "close_campaign" -> recorded(safety.closeCampaign(step.id, step.optional("summary")))
        "plan_inspection" ->
            recorded(safety.planInspection(step.text("venue"), step.text("inspector"), step.optional("campaign"), step.optional("due")))
        "start_planned" -> recorded(safety.startPlanned(step.id, step.fix()))
        "questions" -> json(safety.questions(step.id).map(ChecklistItem::id))
        "witness" -> recorded(safety.witness(step.id))
        "reopen_hazard" -> recorded(safety.reopen(step.id, step.text("reason")))
        "issue_notice" ->
            recorded(safety.issueNotice(step.draft.run { NoticeDraft(text("hazard"), text("requirement"), text("legal_basis")) }))
        "sign_notice" -> recorded(safety.signNotice(step.id, step.getValue("signature").jsonObject.signature()))
        "history" ->
            safety.history(step.id).let {
                record("open" to it.open.map(Hazard::id), "earlier" to it.earlier.map(Hazard::id), "inspections" to it.inspections.size)
            }
        "dynamic_zero" ->
            safety.dynamicZero().let {
                record("open" to it.`open`, "overdue" to it.overdue, "closed" to it.closed, "unwitnessed" to it.unwitnessed)
            }
        else -> null
    }

private fun JsonObject.campaign(): CampaignDraft =
    CampaignDraft(
        name = text("name"),
        purpose = choice("purpose"),
        venues = texts("venues"),
        zones = texts("zones"),
        checklist = optional("checklist"),
        from = text("from"),
        to = text("to"),
    )

private fun JsonObject.signature(): Signature =
    when (val by = text("by")) {
        "strokes" -> SignatureStrokes(getValue("strokes").jsonArray.map { stroke -> stroke.jsonArray.map { it.jsonArray.point() } })
        "photo" -> SignaturePhoto(text("sha256"))
        "refused" -> SignatureRefused(text("witness"))
        else -> error("no signature is given by $by")
    }

private fun JsonArray.point(): StrokePoint = StrokePoint(this[0].jsonPrimitive.int.toLong(), this[1].jsonPrimitive.int.toLong())

private suspend fun publicity(publicity: Publicity, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "plan_session" -> recorded(publicity.plan(step.draft.session()))
        "hold_session" ->
            recorded(publicity.hold(step.id, step.whole("audience"), step.optional("note"), step.fix(), step.photos()))
        "verify_session" -> recorded(publicity.verify(step.id, step.optional("note")))
        "stock_leaflets" -> recorded(publicity.stockLeaflets(step.text("material"), step.whole("quantity")))
        "issue_leaflets" -> recorded(publicity.issueLeaflets(step.id, step.text("session"), step.whole("quantity")))
        "return_leaflets" -> recorded(publicity.returnLeaflets(step.id, step.text("session"), step.whole("quantity")))
        "waste_leaflets" -> recorded(publicity.wasteLeaflets(step.id, step.text("session"), step.whole("quantity")))
        "batch" ->
            publicity.batches(ALL).find { it.id == step.id }?.let { batch ->
                val used = batch.sessions.map { listOf(it.issued, it.returned, it.wasted) }
                record("material" to batch.material, "stocked" to batch.stocked, "used" to used)
            } ?: JsonNull
        else -> null
    }

private fun JsonObject.session(): SessionDraft =
    SessionDraft(
        topics = texts("topics"),
        materials = texts("materials"),
        zone = text("zone"),
        place = text("place"),
        from = text("from"),
        to = text("to"),
    )

private suspend fun disputes(disputes: Disputes, step: JsonObject): JsonElement? {
    val note = step.optional("note")
    val mediators = step.texts("mediators")
    return when (step.text("do")) {
        "report_dispute" -> recorded(disputes.report(step.draft.dispute()))
        "screen" -> recorded(disputes.screen(step.id, note))
        "mediate" -> recorded(disputes.mediate(step.id, step.choice("road"), mediators))
        "retry_mediation" -> recorded(disputes.retry(step.id, mediators))
        "refer_dispute" -> recorded(disputes.refer(step.id, step.text("authority"), step.text("reason")))
        "agree" -> recorded(disputes.agree(step.id, mediators, step.text("terms"), step.text("perform_by")))
        "perform" -> recorded(disputes.perform(step.id, note))
        "revisit" -> recorded(disputes.revisit(step.id, step.text("note")))
        "close_dispute" -> recorded(disputes.close(step.id, note))
        "fail_mediation" -> recorded(disputes.fail(step.id, mediators, step.text("reason")))
        "legal_route" -> recorded(disputes.legalRoute(step.id, step.text("note")))
        "dispute" ->
            disputes.all(ALL).find { it.id == step.id }?.let {
                record(
                    "state" to named(it.state),
                    "road" to named(it.road),
                    "attempts" to it.attempts,
                    "mediators" to it.mediators,
                    "terms" to it.terms,
                )
            } ?: JsonNull
        else -> null
    }
}

private fun JsonObject.dispute(): DisputeDraft =
    DisputeDraft(
        category = choice("category"),
        description = text("description"),
        parties = whole("parties"),
        zone = optional("zone"),
        place = text("place"),
        fix = fix(),
        photos = photos(),
    )

private suspend fun duty(duty: Duty, step: JsonObject): JsonElement? {
    val note = step.optional("note")
    return when (step.text("do")) {
        "write_log" ->
            recorded(
                duty.writeLog(
                    step.draft.run { DutyLogDraft(text("post"), choice("topic"), text("text"), optional("corrects")) },
                    step.photos(),
                ),
            )
        "record_consultation" ->
            recorded(
                duty.recordConsultation(
                    step.draft.run { ConsultationDraft(text("post"), choice("topic"), optional("question"), optional("answer")) },
                ),
            )
        "open_matters" -> matters(duty.openMatters(step.text("post"), step.text("person")))
        "offer_handover" -> recorded(duty.offerHandover(step.text("post"), step.text("to"), note))
        "to_accept" -> matters(duty.toAccept(step.id))
        "accept_handover" -> recorded(duty.acceptHandover(step.id, step.texts("accepted"), note))
        "staffing" ->
            duty.staffing(step.text("post"), step.text("from"), step.text("to")).let {
                record("staffed_ms" to it.staffedMs, "window_ms" to it.windowMs, "gaps" to it.gaps.size)
            }
        else -> null
    }
}

private fun matters(open: List<OpenMatter>): JsonElement = record("kinds" to open.map { named(it.kind) }, "ids" to open.map(OpenMatter::id))

private suspend fun workPlans(plans: WorkPlans, step: JsonObject): JsonElement? {
    val note = step.optional("note")
    return when (step.text("do")) {
        "adopt" -> recorded(plans.adopt(step.draft.plan()))
        "add_task" -> recorded(plans.addTask(step.id, step.draft.task()))
        "report_task" -> recorded(plans.report(step.id, step.text("task"), step.text("note")))
        "accept_task" -> recorded(plans.accept(step.id, step.text("task"), note))
        "return_task" -> recorded(plans.returnTask(step.id, step.text("task"), step.text("reason")))
        "extend_task" -> recorded(plans.extend(step.id, step.text("task"), step.text("due"), step.text("reason")))
        "drop_task" -> recorded(plans.dropTask(step.id, step.text("task"), step.text("reason")))
        "conclude_plan" -> recorded(plans.conclude(step.id, note))
        "plan" ->
            plans.all(ALL).find { it.id == step.id }?.let { plan ->
                val tasks = plan.tasks.map { record("id" to it.id, "state" to named(it.state), "persons" to it.persons) }
                record("title" to plan.title, "state" to named(plan.state), "tasks" to tasks)
            } ?: JsonNull
        else -> null
    }
}

private fun JsonObject.plan(): WorkPlanDraft =
    WorkPlanDraft(text("title"), text("from"), text("to"), this["tasks"]?.jsonArray.orEmpty().map { it.jsonObject.task() })

private fun JsonObject.task(): TaskDraft = TaskDraft(text("id"), text("title"), text("owner"), text("due"))

private suspend fun people(phone: Companion, step: JsonObject): JsonElement? =
    when (step.text("do")) {
        "rate" -> recorded(phone.ratings.give(step.id, step.whole("stars"), step.optional("code")))
        "person" ->
            phone.personnel.person(step.id)?.let {
                record(
                    "name" to it.name.zh,
                    "force" to named(it.force),
                    "trades" to it.trades.map(::named),
                    "zones" to it.zones,
                    "status" to named(it.status),
                )
            } ?: JsonNull
        "serving" ->
            json(phone.personnel.serving(step.choiceOrNull<Force>("force"), step.choiceOrNull<Trade>("trade")).map(Person::id))
        "unit" ->
            phone.personnel.units().find { it.id == step.id }?.let {
                record("leader" to it.leader, "members" to it.members, "home_zone" to it.homeZone)
            } ?: JsonNull
        else -> null
    }
