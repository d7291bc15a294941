package dev.liuye

import dev.liuye.ffi.CheckInDraft as BridgeCheckInDraft
import dev.liuye.ffi.CheckInEvidence as BridgeEvidence
import dev.liuye.ffi.ClaimDraft as BridgeClaimDraft
import dev.liuye.ffi.Contact as BridgeContact
import dev.liuye.ffi.HelpDraft as BridgeHelpDraft
import dev.liuye.ffi.LostReportDraft as BridgeLostReportDraft
import dev.liuye.ffi.WelfareDraft as BridgeWelfareDraft

/** How somebody shows that they are at a checkpoint. */
public sealed interface CheckInEvidence {
    /**
     * The text of the checkpoint's QR code.
     *
     * @property payload as scanned.
     */
    public data class Qr(public val payload: String) : CheckInEvidence

    /**
     * What the checkpoint's NFC tag mirrored (NTAG 424 DNA, Secure Unique NFC).
     *
     * @property uid 14 hexadecimal digits.
     * @property counter the tag's read counter, 24 bits.
     * @property cmac 16 hexadecimal digits.
     */
    public data class Nfc(public val uid: String, public val counter: Long, public val cmac: String) : CheckInEvidence

    /** The position alone. */
    public data object Gps : CheckInEvidence
}

/**
 * One visit of a checkpoint, as an app knows it.
 *
 * @property evidence how somebody shows that they are there.
 * @property checkpoint the checkpoint's id; may be left out where a QR tag names it.
 * @property fix where the phone is; none is flagged.
 * @property movement how they move.
 * @property note what there is to say; at most 500 characters.
 * @property photos SHA-256 of photos that were attached before; at most six.
 */
public data class CheckInDraft(
    public val evidence: CheckInEvidence,
    public val checkpoint: String? = null,
    public val fix: Fix? = null,
    public val movement: Movement = Movement.FOOT,
    public val note: String? = null,
    public val photos: List<String> = emptyList(),
)

/**
 * Who lost something, and how to reach them. Kept and sent apart from the report; it shows nothing of itself in a log.
 *
 * @property name 1 to 100 characters.
 * @property phone E.164; a bare Chinese mobile number is completed.
 * @property identityNumber a resident identity number (GB 11643), where the owner gives one.
 * @property passport a passport number (6 to 12 letters and digits), where the owner gives one.
 */
public class Contact(
    public val name: String,
    public val phone: String,
    public val identityNumber: String? = null,
    public val passport: String? = null,
) {
    override fun toString(): String = "Contact(…)"
}

/**
 * A loss, as its owner tells it.
 *
 * @property category what it is.
 * @property description in the owner's words; 1 to 2,000 characters.
 * @property place where; 1 to 500 characters.
 * @property lostFrom lost not before this: RFC 3339 with an offset.
 * @property lostTo lost not after this: RFC 3339 with an offset.
 * @property brand at most 100 characters.
 * @property colour at most 50 characters.
 * @property marks what only the owner knows of it; at most 1,000 characters. Never shown to the public.
 * @property zone the zone's id, where it is known.
 * @property contact how to reach the owner.
 * @property photos SHA-256 of photos that were attached before; at most six.
 */
public data class LostReportDraft(
    public val category: ItemCategory,
    public val description: String,
    public val place: String,
    public val lostFrom: String,
    public val lostTo: String,
    public val brand: String? = null,
    public val colour: String? = null,
    public val marks: String? = null,
    public val zone: String? = null,
    public val contact: Contact? = null,
    public val photos: List<String> = emptyList(),
)

/**
 * What somebody tells who calls for help, passes a call on, or gives a clue.
 *
 * @property category what it is about.
 * @property description what happened; at most 2,000 characters. Who needs help may have no time to type.
 * @property place where, in words; at most 500 characters.
 * @property zone the zone's id; where it is left out, the one in which the fix lies.
 * @property fix where the phone is.
 * @property contact how to reach whoever called; kept and sent apart from the call.
 * @property photos SHA-256 of photos that were attached before; at most six.
 */
public data class HelpDraft(
    public val category: CallCategory,
    public val description: String? = null,
    public val place: String? = null,
    public val zone: String? = null,
    public val fix: Fix? = null,
    public val contact: Contact? = null,
    public val photos: List<String> = emptyList(),
)

/**
 * A claim, as whoever makes it tells it.
 *
 * @property item the item's id, as its notice has it.
 * @property statement why it is theirs; 1 to 2,000 characters.
 * @property report the claimant's own loss report, where there is one: it moves on with the claim.
 * @property contact how to reach the claimant; kept and sent apart from the claim.
 */
public data class ClaimDraft(
    public val item: String,
    public val statement: String,
    public val report: String? = null,
    public val contact: Contact? = null,
)

/**
 * A welfare timer that is to begin. It shows no code in a log.
 *
 * @property durationS for how long, in seconds; 60 to 86,400.
 * @property code the code that ends it; 1 to 64 characters. This phone keeps its digest alone.
 * @property duressCode another code, that seems to end it and alarms the desk.
 * @property note what they are up to; at most 500 characters.
 * @property fix where the phone is.
 */
public class WelfareDraft(
    public val durationS: Long,
    public val code: String,
    public val duressCode: String? = null,
    public val note: String? = null,
    public val fix: Fix? = null,
) {
    override fun toString(): String = "WelfareDraft($durationS s)"
}

internal fun CheckInDraft.toBridge(): BridgeCheckInDraft =
    BridgeCheckInDraft(
        checkpoint = checkpoint,
        evidence =
            when (evidence) {
                is CheckInEvidence.Qr -> BridgeEvidence.Qr(evidence.payload)
                is CheckInEvidence.Nfc -> BridgeEvidence.Nfc(evidence.uid, evidence.counter, evidence.cmac)
                CheckInEvidence.Gps -> BridgeEvidence.Gps
            },
        fix = fix,
        movement = movement,
        note = note,
        photos = photos,
    )

internal fun LostReportDraft.toBridge(): BridgeLostReportDraft =
    BridgeLostReportDraft(
        category = category,
        description = description,
        brand = brand,
        colour = colour,
        marks = marks,
        place = place,
        zone = zone,
        lostFrom = lostFrom,
        lostTo = lostTo,
        contact = contact?.toBridge(),
        photos = photos,
    )

internal fun HelpDraft.toBridge(): BridgeHelpDraft = BridgeHelpDraft(category, description, place, zone, fix, contact?.toBridge(), photos)

internal fun ClaimDraft.toBridge(): BridgeClaimDraft = BridgeClaimDraft(item, report, statement, contact?.toBridge())

internal fun WelfareDraft.toBridge(): BridgeWelfareDraft = BridgeWelfareDraft(durationS, note, code, duressCode, fix)

private fun Contact.toBridge(): BridgeContact = BridgeContact(name, phone, identityNumber, passport)

internal fun BridgeContact.toPublic(): Contact = Contact(name, phone, identityNumber, passport)
