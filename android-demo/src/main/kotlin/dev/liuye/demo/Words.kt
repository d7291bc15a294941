package dev.liuye.demo

import android.content.Context
import android.text.format.DateFormat
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle

/** The core's stable texts in the words of whoever holds the phone. */
object Words {
    /** A reason in words. One that this version does not know reads as a fault of the app, with its name for the desk. */
    fun code(context: Context, code: String): String =
        CODES[code]?.let(context::getString) ?: (context.getString(R.string.code_internal) + " ($code)")

    /** A flag in words. */
    fun flag(context: Context, flag: String): String = context.getString(FLAGS[flag] ?: R.string.flag_other)

    /** What an operation does, in words. */
    fun kind(context: Context, kind: String): String = context.getString(
        KINDS[kind] ?: if (kind.startsWith("hazard.")) R.string.kind_hazard_other else R.string.kind_other,
    )

    /** A role in words; null for one that this version does not know. */
    fun role(context: Context, role: String): String? = ROLES[role]?.let(context::getString)

    /** What somebody lost, in words. */
    fun category(context: Context, category: String): String = context.getString(CATEGORIES.getValue(category))

    /** A time as it is read on the spot: the day only where it is not today. */
    fun time(context: Context, ms: Long, zone: ZoneId): String {
        val at = Instant.ofEpochMilli(ms).atZone(zone)
        val locale = context.resources.configuration.locales[0]
        val pattern = DateFormat.getBestDateTimePattern(locale, if (DateFormat.is24HourFormat(context)) "Hm" else "hma")
        val clock = DateTimeFormatter.ofPattern(pattern, locale).format(at)
        if (at.toLocalDate() == LocalDate.now(zone)) return clock
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).withLocale(locale).format(at) + " " + clock
    }

    /** How long ago, roughly. A clock that was set back makes it `just now`. */
    fun age(context: Context, from: Long, now: Long): String {
        val age = Duration.ofMillis((now - from).coerceAtLeast(0))
        return when {
            age.toMinutes() < 1 -> context.getString(R.string.age_now)
            age.toHours() < 1 -> context.getString(R.string.age_minutes, age.toMinutes())
            age.toDays() < 1 -> context.getString(R.string.age_hours, age.toHours())
            else -> context.getString(R.string.age_days, age.toDays())
        }
    }

    /** Whether names are shown in Chinese. */
    fun isChinese(context: Context): Boolean = context.resources.configuration.locales[0].language == "zh"

    /** Every reason of the core. */
    val CODES: Map<String, Int> = mapOf(
        "missing" to R.string.code_missing,
        "too_long" to R.string.code_too_long,
        "out_of_range" to R.string.code_out_of_range,
        "malformed" to R.string.code_malformed,
        "text_forbidden_character" to R.string.code_text_forbidden_character,
        "text_not_normalised" to R.string.code_text_not_normalised,
        "identity_malformed" to R.string.code_identity_malformed,
        "identity_checksum" to R.string.code_identity_checksum,
        "phone_malformed" to R.string.code_phone_malformed,
        "phone_emergency" to R.string.code_phone_emergency,
        "coordinate_invalid" to R.string.code_coordinate_invalid,
        "coordinate_swapped" to R.string.code_coordinate_swapped,
        "coordinate_outside_site" to R.string.code_coordinate_outside_site,
        "polygon_malformed" to R.string.code_polygon_malformed,
        "polygon_self_crossing" to R.string.code_polygon_self_crossing,
        "polygon_overlap" to R.string.code_polygon_overlap,
        "time_malformed" to R.string.code_time_malformed,
        "time_in_future" to R.string.code_time_in_future,
        "time_order" to R.string.code_time_order,
        "tag_unsigned" to R.string.code_tag_unsigned,
        "tag_unknown" to R.string.code_tag_unknown,
        "tag_retired" to R.string.code_tag_retired,
        "photo_not_image" to R.string.code_photo_not_image,
        "photo_too_large" to R.string.code_photo_too_large,
        "photo_too_many_pixels" to R.string.code_photo_too_many_pixels,
        "photo_too_many" to R.string.code_photo_too_many,
        "photo_missing" to R.string.code_photo_missing,
        "duplicate_id" to R.string.code_duplicate_id,
        "duplicate_check_in" to R.string.code_duplicate_check_in,
        "unknown_reference" to R.string.code_unknown_reference,
        "venue_retired" to R.string.code_venue_retired,
        "hazard_plan_missing" to R.string.code_hazard_plan_missing,
        "hazard_four_eyes" to R.string.code_hazard_four_eyes,
        "item_prohibited" to R.string.code_item_prohibited,
        "custody_two_people" to R.string.code_custody_two_people,
        "forfeit_too_early" to R.string.code_forfeit_too_early,
        "item_disputed" to R.string.code_item_disputed,
        "claim_limit" to R.string.code_claim_limit,
        "shift_overlap" to R.string.code_shift_overlap,
        "off_shift" to R.string.code_off_shift,
        "leaflets_short" to R.string.code_leaflets_short,
        "handover_open" to R.string.code_handover_open,
        "archive_bomb" to R.string.code_archive_bomb,
        "amends_nothing" to R.string.code_amends_nothing,
        "state_refused" to R.string.code_state_refused,
        "overtaken" to R.string.code_overtaken,
        "exists" to R.string.code_exists,
        "not_permitted" to R.string.code_not_permitted,
        "authority_uncertain" to R.string.code_authority_uncertain,
        "chain_broken" to R.string.code_chain_broken,
        "forked" to R.string.code_forked,
        "contact_mismatch" to R.string.code_contact_mismatch,
        "held_too_long" to R.string.code_held_too_long,
        "kind_unknown" to R.string.code_kind_unknown,
        "key_wrong" to R.string.code_key_wrong,
        "schema_newer" to R.string.code_schema_newer,
        "disk_full" to R.string.code_disk_full,
        "corrupt" to R.string.code_corrupt,
        "storage" to R.string.code_storage,
        "offline" to R.string.code_offline,
        "line_cut" to R.string.code_line_cut,
        "hub_error" to R.string.code_hub_error,
        "hub_busy" to R.string.code_hub_busy,
        "answer_invalid" to R.string.code_answer_invalid,
        "protocol_unsupported" to R.string.code_protocol_unsupported,
        "no_transport" to R.string.code_no_transport,
        "device_refused" to R.string.code_device_refused,
        "signature_invalid" to R.string.code_signature_invalid,
        "device_revoked" to R.string.code_device_revoked,
        "enrolment_refused" to R.string.code_enrolment_refused,
        "already_enrolled" to R.string.code_already_enrolled,
        "not_enrolled" to R.string.code_not_enrolled,
        "locked" to R.string.code_locked,
        "pin_wrong" to R.string.code_pin_wrong,
        "pin_locked" to R.string.code_pin_locked,
        "pin_missing" to R.string.code_pin_missing,
        "busy" to R.string.code_busy,
        "cancelled" to R.string.code_cancelled,
        "closed" to R.string.code_closed,
        "suspended" to R.string.code_suspended,
        "wiped" to R.string.code_wiped,
        "not_found" to R.string.code_not_found,
        "too_large" to R.string.code_too_large,
        "sequence_gap" to R.string.code_sequence_gap,
        "internal" to R.string.code_internal,
    )

    /** Every flag of the core. */
    val FLAGS: Map<String, Int> = mapOf(
        "fix_missing" to R.string.flag_fix_missing,
        "fix_stale" to R.string.flag_fix_stale,
        "fix_inaccurate" to R.string.flag_fix_inaccurate,
        "fix_mock" to R.string.flag_fix_mock,
        "fix_outside_site" to R.string.flag_fix_outside_site,
        "outside" to R.string.flag_outside,
        "uncertain" to R.string.flag_uncertain,
        "too_fast" to R.string.flag_too_fast,
        "too_many_scans" to R.string.flag_too_many_scans,
        "clock_offset" to R.string.flag_clock_offset,
        "clock_future" to R.string.flag_clock_future,
        "late" to R.string.flag_late,
        "tag_replay" to R.string.flag_tag_replay,
        "authority_uncertain" to R.string.flag_authority_uncertain,
    )

    /** Operations; the later steps of a hazard share one name. */
    private val KINDS: Map<String, Int> = mapOf(
        "device.enrol" to R.string.kind_device_enrol,
        "operation.discard" to R.string.kind_operation_discard,
        "check_in.record" to R.string.kind_check_in_record,
        "check_in.review" to R.string.kind_check_in_review,
        "loss.report" to R.string.kind_loss_report,
        "loss.candidate" to R.string.kind_loss_candidate,
        "loss.return" to R.string.kind_loss_return,
        "loss.withdraw" to R.string.kind_loss_withdraw,
        "inspection.start" to R.string.kind_inspection_start,
        "inspection.submit" to R.string.kind_inspection_submit,
        "inspection.approve" to R.string.kind_inspection_approve,
        "inspection.return" to R.string.kind_inspection_return,
        "hazard.find" to R.string.kind_hazard_find,
    )

    /** Roles. */
    private val ROLES: Map<String, Int> = mapOf(
        "tourist" to R.string.role_tourist,
        "guard" to R.string.role_guard,
        "volunteer" to R.string.role_volunteer,
        "auxiliary" to R.string.role_auxiliary,
        "venue_operator" to R.string.role_venue_operator,
        "inspector" to R.string.role_inspector,
        "desk" to R.string.role_desk,
        "commander" to R.string.role_commander,
        "admin" to R.string.role_admin,
        "auditor" to R.string.role_auditor,
    )

    /** What is lost, in the order in which it is offered. */
    val CATEGORIES: Map<String, Int> = mapOf(
        "phone" to R.string.category_phone,
        "wallet" to R.string.category_wallet,
        "bag" to R.string.category_bag,
        "document" to R.string.category_document,
        "camera" to R.string.category_camera,
        "jewellery" to R.string.category_jewellery,
        "keys" to R.string.category_keys,
        "clothing" to R.string.category_clothing,
        "electronics" to R.string.category_electronics,
        "other" to R.string.category_other,
    )
}
