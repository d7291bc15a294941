package dev.liuye

/** Safety checks: campaigns, inspections of venues, hazards from found to closed, and rectification notices. Get it by [Companion.safety]. */
public class Safety internal constructor(private val companion: Companion) {
    /** All venues that this phone knows, by id. */
    public suspend fun venues(): List<Venue> = companion.call { it.venues() }

    /** The questions of a safety check. */
    public suspend fun checklist(): List<ChecklistItem> = companion.call { it.checklist() }

    /**
     * Begins a visit of a venue. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` or `venue_retired` at `venue`.
     * @throws LiuyeException.NotPermitted for who does not inspect.
     */
    public suspend fun startInspection(draft: InspectionDraft): Recorded = companion.call { it.startInspection(draft) }

    /**
     * Corrects the beginning of a visit that the hub quarantined, such as one of a venue that was struck off.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [startInspection].
     */
    public suspend fun amendInspection(operation: String, draft: InspectionDraft): Recorded =
        companion.call { it.amendInspection(operation, draft) }

    /**
     * Hands in an inspection with every question answered once.
     *
     * @throws LiuyeException.Refused `missing` or `unknown_reference` at `answers`.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun submit(
        inspection: String,
        answers: List<ChecklistAnswer>,
        summary: String? = null,
        photos: List<String> = emptyList(),
    ): Recorded = companion.call { it.submitInspection(inspection, answers, summary, photos) }

    /** The desk takes an inspection. Fails with [LiuyeException.NotPermitted] or [LiuyeException.State]. */
    public suspend fun approve(inspection: String): Recorded = companion.call { it.approveInspection(inspection) }

    /** The desk sends an inspection back, with a reason. Fails as [approve], and with `missing` at `reason`. */
    public suspend fun returnInspection(inspection: String, reason: String): Recorded =
        companion.call { it.returnInspection(inspection, reason) }

    /**
     * Reports a hazard. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` or `venue_retired` at `venue`, `missing` at `description`.
     */
    public suspend fun addHazard(draft: HazardDraft): Recorded = companion.call { it.addHazard(draft) }

    /**
     * Corrects a hazard's report that the hub quarantined.
     *
     * @throws LiuyeException.Refused `amends_nothing`; those of [addHazard].
     */
    public suspend fun amendHazard(operation: String, draft: HazardDraft): Recorded = companion.call { it.amendHazard(operation, draft) }

    /**
     * Gives a hazard an owner and a due date.
     *
     * @throws LiuyeException.Refused `hazard_plan_missing` where a major hazard has no plan, `time_order` at `due`.
     * @throws LiuyeException.NotPermitted for who may not assign.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun assign(hazard: String, draft: AssignDraft): Recorded = companion.call { it.assignHazard(hazard, draft) }

    /** Rectification begins. Fails with [LiuyeException.NotPermitted] or [LiuyeException.State]. */
    public suspend fun startRectification(hazard: String): Recorded = companion.call { it.startRectification(hazard) }

    /**
     * The rectification is done.
     *
     * @param photos at least one shows it.
     * @throws LiuyeException.Refused `photo_missing` at `photos`, `missing` at `note`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun rectify(hazard: String, note: String, photos: List<String>): Recorded =
        companion.call { it.rectifyHazard(hazard, note, photos) }

    /**
     * Somebody else than who rectified it looks at the rectification.
     *
     * @throws LiuyeException.Refused `hazard_four_eyes` for who rectified it.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun reinspect(hazard: String, passed: Boolean, note: String? = null): Recorded =
        companion.call { it.reinspectHazard(hazard, passed, note) }

    /** Closes a hazard that was reinspected. Fails as [reinspect]. */
    public suspend fun close(hazard: String, note: String? = null): Recorded = companion.call { it.closeHazard(hazard, note) }

    /**
     * Closes a hazard that was rectified while the inspector was still there. Fails as [reinspect].
     *
     * @param rectifiedBy a person's id or a name.
     * @param witness the second person: another than the author and than who rectified it.
     * @param before the photo before, by SHA-256.
     * @param after the photo after, by SHA-256.
     */
    public suspend fun closeOnSpot(hazard: String, rectifiedBy: String, witness: String, before: String, after: String): Recorded =
        companion.call { it.closeHazardOnSpot(hazard, rectifiedBy, witness, before, after) }

    /**
     * Moves the due date. Fails as [reinspect], with `time_order` at `due` where it is not later, and with `missing` at
     * `reason`.
     *
     * @param due RFC 3339 with an offset.
     */
    public suspend fun extend(hazard: String, due: String, reason: String): Recorded = companion.call { it.extendHazard(hazard, due, reason) }

    /** Another authority takes over. Fails as [reinspect], and with `missing` at `authority` or `reason`. */
    public suspend fun refer(hazard: String, authority: String, reason: String): Recorded =
        companion.call { it.referHazard(hazard, authority, reason) }

    /** It was none. Fails as [reinspect], and with `missing` at `reason`. */
    public suspend fun void(hazard: String, reason: String): Recorded = companion.call { it.voidHazard(hazard, reason) }

    /**
     * Inspections that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun inspections(page: Page = Page()): List<Inspection> = companion.call { it.inspections(page) }

    /**
     * Hazards that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun hazards(page: Page = Page()): List<Hazard> = companion.call { it.hazards(page) }

    /**
     * Campaigns that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun campaigns(page: Page = Page()): List<Campaign> = companion.call { it.campaigns(page) }

    /**
     * Plans a campaign. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `venues`, `zones` or `checklist`; `time_malformed` at
     *   `from` or `to`; `time_order` at `to`; a text's code at its field.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun planCampaign(draft: CampaignDraft): Recorded = companion.call { it.planCampaign(draft) }

    /**
     * A campaign begins.
     *
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun startCampaign(campaign: String): Recorded = companion.call { it.startCampaign(campaign) }

    /**
     * A campaign is over. Visits that go on are handed in as before.
     *
     * @throws LiuyeException.Refused `too_long` at `summary`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused`.
     */
    public suspend fun closeCampaign(campaign: String, summary: String? = null): Recorded =
        companion.call { it.closeCampaign(campaign, summary) }

    /**
     * Writes a rectification notice. Works offline; its number comes from the hub.
     *
     * @throws LiuyeException.Refused a text's code at its field.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused` at `hazard` where it has no due date or is not open.
     */
    public suspend fun issueNotice(draft: NoticeDraft): Recorded = companion.call { it.issueNotice(draft) }

    /**
     * Keeps the signature of the venue's operator, or that they would not sign. A photo of it was attached before.
     *
     * @throws LiuyeException.Refused `out_of_range` at `signature.strokes`; `hazard_four_eyes` at `signature.witness`.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `state_refused` where it was signed before.
     */
    public suspend fun signNotice(notice: String, signature: Signature): Recorded = companion.call { it.signNotice(notice, signature) }

    /**
     * Rectification notices that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun notices(page: Page = Page()): List<RectificationNotice> = companion.call { it.rectificationNotices(page) }

    /** All checklists that this phone knows, with their versions, by id. */
    public suspend fun checklists(): List<Checklist> = companion.call { it.checklists() }

    /**
     * The questions that an inspection answers: those of the version that it began with, whatever the list asks by
     * now.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `inspection`.
     */
    public suspend fun questions(inspection: String): List<ChecklistItem> = companion.call { it.questions(inspection) }

    /**
     * Begins a visit that was planned. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `inspection`; those of [startInspection].
     * @throws LiuyeException.State `exists` where it began before.
     */
    public suspend fun startPlanned(id: String, fix: Fix? = null): Recorded = companion.call { it.startPlannedInspection(id, fix) }

    /**
     * Plans a visit of a venue for somebody, until a time (RFC 3339 with an offset) where there is one.
     *
     * @throws LiuyeException.Refused `unknown_reference` or `venue_retired` at `venue`; `unknown_reference` at
     *   `inspector`; `time_malformed` at `due`.
     * @throws LiuyeException.NotPermitted for who may not; at `inspector` where they may not.
     */
    public suspend fun planInspection(venue: String, inspector: String, campaign: String? = null, due: String? = null): Recorded =
        companion.call { it.planInspection(venue, inspector, campaign, due) }

    /**
     * What there is to know of a venue on arrival: its hazards, the open ones first, and its visits; each newest
     * first.
     */
    public suspend fun history(venue: String): VenueHistory = companion.call { it.venueHistory(venue) }

    /** How far the hazards that this phone sees are from zero, as of now. */
    public suspend fun dynamicZero(): DynamicZero = companion.call { it.dynamicZero() }

    /**
     * The second person of a closing on the spot says so themselves.
     *
     * @throws LiuyeException.NotPermitted for anyone else.
     * @throws LiuyeException.State `state_refused` where it was said before.
     */
    public suspend fun witness(hazard: String): Recorded = companion.call { it.witnessHazard(hazard) }

    /**
     * A closed hazard is there again: it begins anew, and counts as one. Fails as [reinspect], and also:
     *
     * @throws LiuyeException.Refused `missing` at `reason`.
     */
    public suspend fun reopen(hazard: String, reason: String): Recorded = companion.call { it.reopenHazard(hazard, reason) }
}

/** What a campaign is for. */
public typealias CampaignPurpose = dev.liuye.ffi.CampaignPurpose

/** Where a campaign stands. */
public typealias CampaignState = dev.liuye.ffi.CampaignState

/** Where a notice stands. */
public typealias NoticeState = dev.liuye.ffi.NoticeState

/** A campaign that is planned. */
public typealias CampaignDraft = dev.liuye.ffi.CampaignDraft

/** A campaign as those who inspect see it. */
public typealias Campaign = dev.liuye.ffi.Campaign

/** The questions that a checklist asked from some time on. */
public typealias ChecklistVersion = dev.liuye.ffi.ChecklistVersion

/** One version of one checklist. */
public typealias ChecklistRef = dev.liuye.ffi.ChecklistRef

/** A checklist as phones receive it. */
public typealias Checklist = dev.liuye.ffi.Checklist

/** A notice about a hazard. */
public typealias NoticeDraft = dev.liuye.ffi.NoticeDraft

/** How the venue's operator says that they have the notice: [SignatureStrokes], [SignaturePhoto] or [SignatureRefused]. */
public typealias Signature = dev.liuye.ffi.Signature

/** A point of a stroke, in thousandths of the box's width; the box is 1000 wide and 400 high. */
public typealias StrokePoint = dev.liuye.ffi.StrokePoint

/** Written on the phone: 1 to 64 strokes, 2,000 points in all. */
public typealias SignatureStrokes = dev.liuye.ffi.Signature.Strokes

/** A photo of the signed paper, attached before, by its `sha256`. */
public typealias SignaturePhoto = dev.liuye.ffi.Signature.Photo

/** 拒签: they will not sign. `witness` is who saw that, another than the author; 1 to 100 characters. */
public typealias SignatureRefused = dev.liuye.ffi.Signature.Refused

/** The number of a notice: the hub gives it, in the order of the site's log. */
public typealias NoticeNumber = dev.liuye.ffi.NoticeNumber

/** A rectification notice as those who inspect see it. */
public typealias RectificationNotice = dev.liuye.ffi.RectificationNotice

/** What there is to know of a venue on arrival. */
public typealias VenueHistory = dev.liuye.ffi.VenueHistory

/**
 * What is open, what is late, and how long closing takes. A hazard counts once, however often it was reopened, and
 * not at all where it was none.
 */
public typealias DynamicZero = dev.liuye.ffi.DynamicZero
