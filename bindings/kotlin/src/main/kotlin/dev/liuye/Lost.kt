package dev.liuye

/** Lost property: reports with their tracking codes, what was found, its custody, and claims of it. Get it by [Companion.lost]. */
public class Lost internal constructor(private val companion: Companion) {
    /**
     * Reports a loss. Works offline and before enrolment.
     *
     * @throws LiuyeException.Refused with the field, such as `phone_malformed` at `contact.phone` or `time_order` at
     *   `lost_from`.
     */
    public suspend fun report(draft: LostReportDraft): ReportedLoss = companion.call { it.reportLoss(draft.toBridge()) }

    /**
     * Corrects a report that the hub quarantined. It gets a new tracking code.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [report].
     */
    public suspend fun amendReport(operation: String, draft: LostReportDraft): ReportedLoss =
        companion.call { it.amendLoss(operation, draft.toBridge()) }

    /**
     * Staff found what may be the lost thing.
     *
     * @throws LiuyeException.NotPermitted for everyone else.
     * @throws LiuyeException.State `state_refused`.
     * @throws LiuyeException.Refused `unknown_reference` where there is no such report; a text's code at `note`.
     */
    public suspend fun markCandidate(id: String, note: String? = null): Recorded = companion.call { it.markLossCandidate(id, note) }

    /** The thing went back to its owner; for the desk. Fails as [markCandidate]. */
    public suspend fun markReturned(id: String, note: String? = null): Recorded = companion.call { it.markLossReturned(id, note) }

    /** The owner gives up; for the phone that reported it, and the desk. Fails as [markCandidate]. */
    public suspend fun withdraw(id: String, note: String? = null): Recorded = companion.call { it.withdrawLoss(id, note) }

    /**
     * Reports that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun reports(page: Page = Page()): List<LostReport> = companion.call { it.lostReports(page) }

    /** The tracking code of a report that this phone made; `null` for any other. */
    public suspend fun trackingCode(id: String): String? = companion.call { it.trackingCode(id) }

    /** The contact of a report that this phone made; other phones never have it. */
    public suspend fun contact(id: String): Contact? = companion.call { it.lossContact(id)?.toPublic() }

    /**
     * Registers what was found; whoever signs for it here holds it from then on. Works offline.
     *
     * @throws LiuyeException.Refused those of the rules, with the field.
     * @throws LiuyeException.NotPermitted for a valuable and somebody who may hold none.
     */
    public suspend fun registerFound(draft: FoundDraft): Recorded = companion.call { it.registerFound(draft) }

    /**
     * Corrects a registration that needs attention.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [registerFound].
     */
    public suspend fun amendFound(operation: String, draft: FoundDraft): Recorded = companion.call { it.amendFound(operation, draft) }

    /**
     * Puts an item away that the author holds: a valuable under two signatures.
     *
     * @throws LiuyeException.Refused `custody_two_people`; a text's code at `place`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun store(item: String, place: String): Recorded = companion.call { it.storeFound(item, place) }

    /**
     * Signs for an item as the second person: on a phone of their own, or by PIN on the one where it was
     * registered. Fails as [store].
     */
    public suspend fun signCustody(item: String): Recorded = companion.call { it.signCustody(item) }

    /**
     * Offers an item that the author holds to another. They hold it once they accept, and not before. Fails as
     * [store], and also:
     *
     * @throws LiuyeException.Refused `unknown_reference` at `to`.
     * @throws LiuyeException.NotPermitted at `to`.
     */
    public suspend fun handOver(item: String, to: String): Recorded = companion.call { it.handOverFound(item, to) }

    /**
     * Takes an item that was offered to the author; for the desk also one that comes back from another authority.
     * Fails as [store].
     */
    public suspend fun acceptCustody(item: String, place: String? = null): Recorded = companion.call { it.acceptCustody(item, place) }

    /**
     * Gives an item to another authority. Fails as [store], and also:
     *
     * @throws LiuyeException.Refused `item_prohibited` where a weapon goes to others than the police.
     */
    public suspend fun transfer(item: String, authority: String, police: Boolean): Recorded =
        companion.call { it.transferFound(item, authority, police) }

    /**
     * Announces an item: its statutory year begins.
     *
     * @throws LiuyeException.Refused `item_prohibited`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun notice(item: String): Recorded = companion.call { it.noticeFound(item) }

    /**
     * Gives an item back on the spot: only where it is no valuable and the owner is plain. Fails as [store], and
     * also:
     *
     * @throws LiuyeException.Refused `custody_two_people` for a valuable.
     */
    public suspend fun releaseOnSpot(item: String, reason: String): Recorded = companion.call { it.releaseFoundOnSpot(item, reason) }

    /**
     * Gives an item to whoever made this claim, once it is verified. The claim and the claimant's report move with
     * it. Fails as [store], and also:
     *
     * @throws LiuyeException.Refused `custody_two_people`; `unknown_reference` at `claim`.
     * @throws LiuyeException.State `item_disputed` where several claim it; `state_refused` at `claim`.
     */
    public suspend fun release(item: String, claim: String): Recorded = companion.call { it.releaseFound(item, claim) }

    /**
     * Writes down that an item is the State's, once its year has passed. Fails as [store], and also:
     *
     * @throws LiuyeException.State `forfeit_too_early`.
     */
    public suspend fun forfeit(item: String): Recorded = companion.call { it.forfeitFound(item) }

    /** Writes down how a forfeited item was disposed of. Fails as [store]. */
    public suspend fun dispose(item: String, note: String): Recorded = companion.call { it.disposeFound(item, note) }

    /**
     * Claims a found item. Works offline and before enrolment.
     *
     * @throws LiuyeException.Refused `claim_limit`; those of the rules, with the field.
     * @throws LiuyeException.State `state_refused` at `item` or `report`.
     */
    public suspend fun claim(draft: ClaimDraft): Recorded = companion.call { it.claimFound(draft.toBridge()) }

    /**
     * Corrects a claim that needs attention.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [claim].
     */
    public suspend fun amendClaim(operation: String, draft: ClaimDraft): Recorded =
        companion.call { it.amendClaim(operation, draft.toBridge()) }

    /**
     * Asks a claimant what only the owner can know; 1 to 5 questions.
     *
     * @throws LiuyeException.Refused `out_of_range` at `questions`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun question(claim: String, questions: List<String>): Recorded =
        companion.call { it.questionClaim(claim, questions) }

    /**
     * Answers, once: for the phone that claimed, and the desk. Fails as [question], and also:
     *
     * @throws LiuyeException.Refused `out_of_range` at `answers`.
     */
    public suspend fun answer(claim: String, answers: List<String>): Recorded = companion.call { it.answerClaim(claim, answers) }

    /**
     * Writes down that the item is the claimant's. Fails as [question], and also:
     *
     * @throws LiuyeException.Refused `missing` at `answers`.
     * @throws LiuyeException.State `item_disputed` where another claim is alive.
     */
    public suspend fun verify(claim: String, note: String? = null): Recorded = companion.call { it.verifyClaim(claim, note) }

    /**
     * Writes down that it is not. Fails as [question], and also:
     *
     * @throws LiuyeException.Refused `missing` at `reason`.
     */
    public suspend fun reject(claim: String, reason: String): Recorded = companion.call { it.rejectClaim(claim, reason) }

    /**
     * The claimant gives up; for the phone that claimed, and the desk. Contact and texts are erased here once the
     * hub has taken that; at once where the claim has not left this phone. Fails as [question].
     */
    public suspend fun withdrawClaim(claim: String): Recorded = companion.call { it.withdrawClaim(claim) }

    /**
     * Found items that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun foundItems(page: Page = Page()): List<FoundItem> = companion.call { it.foundItems(page) }

    /**
     * What anyone may know of found items, newest first. A notice names its item.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun notices(page: Page = Page()): List<FoundNotice> = companion.call { it.foundNotices(page) }

    /**
     * Claims that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun claims(page: Page = Page()): List<Claim> = companion.call { it.claims(page) }

    /**
     * The found items that may be what this report speaks of, the likeliest first, each with its reasons: among
     * those that this phone may see, without the marks that only the hub knows.
     *
     * @throws LiuyeException.State `not_found` at `report`.
     */
    public suspend fun candidates(report: String, limit: Long): List<Candidate> = companion.call { it.candidates(report, limit) }

    /**
     * [report] of a thing whose serial number or IMEI its owner knows: its digest alone is kept, and the same one
     * on a found item decides.
     *
     * @throws LiuyeException.Refused `malformed` at `serial`; those of [report].
     */
    public suspend fun reportWithSerial(draft: LostReportDraft, serial: String): ReportedLoss =
        companion.call { it.reportLossWithSerial(draft.toBridge(), serial) }
}

/** What nobody may give back or keep: it goes straight to the police, and is never noticed. */
public typealias Prohibited = dev.liuye.ffi.Prohibited

/** Where a found item stands. */
public typealias FoundItemState = dev.liuye.ffi.FoundItemState

/** A part of the day of a site. */
public typealias DayPart = dev.liuye.ffi.DayPart

/** Where a claim stands. */
public typealias ClaimState = dev.liuye.ffi.ClaimState

/** What speaks for a match, or against it. */
public typealias FactorKind = dev.liuye.ffi.FactorKind

/** What a contradiction is about. */
public typealias Contradiction = dev.liuye.ffi.Contradiction

/** Something that was found, as whoever registers it tells it. */
public typealias FoundDraft = dev.liuye.ffi.FoundDraft

/** Who holds it: [PersonCustodian] or [AuthorityCustodian]. */
public typealias Custodian = dev.liuye.ffi.Custodian

/** Somebody of the staff holds it: `person` is their id. */
public typealias PersonCustodian = dev.liuye.ffi.Custodian.Person

/** Another authority holds it: `name` is its name. */
public typealias AuthorityCustodian = dev.liuye.ffi.Custodian.Authority

/** One custodian's time. */
public typealias CustodyLeg = dev.liuye.ffi.CustodyLeg

/** A found item as staff see it. */
public typealias FoundItem = dev.liuye.ffi.FoundItem

/** What anyone may know of a found item: category, coarse place and time. It has no field that could say more. */
public typealias FoundNotice = dev.liuye.ffi.FoundNotice

/** A claim as the claimant and the desk see it. */
public typealias Claim = dev.liuye.ffi.Claim

/** One part of a score. */
public typealias Factor = dev.liuye.ffi.Factor

/** A found item that may be the one. */
public typealias Candidate = dev.liuye.ffi.Candidate
