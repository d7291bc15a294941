package dev.liuye

/** What happens at a duty post: its book, its consultations, how it is staffed, and how it passes from one to the next. Get it by [Companion.duty]. */
public class Duty internal constructor(private val companion: Companion) {
    /** All duty posts that this phone knows, by id. */
    public suspend fun posts(): List<DutyPost> = companion.call { it.dutyPosts() }

    /**
     * How a post was staffed from [from] to [to] (RFC 3339 with an offset), as far as this phone knows its shifts.
     *
     * @throws LiuyeException.Refused `time_malformed` or `time_order` at `from` or `to`.
     * @throws LiuyeException.State `not_found` at `post`.
     */
    public suspend fun staffing(post: String, from: String, to: String): Staffing = companion.call { it.postStaffing(post, from, to) }

    /**
     * Writes into a post's book. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `post` or `corrects`; `missing` at `text`.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun writeLog(draft: DutyLogDraft, photos: List<String> = emptyList()): Recorded =
        companion.call { it.writeDutyLog(draft, photos) }

    /**
     * Entries of the posts' books that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun log(page: Page = Page()): List<DutyLog> = companion.call { it.dutyLog(page) }

    /**
     * Writes down a question that was answered. Works offline.
     *
     * @throws LiuyeException.Refused `unknown_reference` at `post`; a text's code at its field.
     * @throws LiuyeException.NotPermitted for who may not.
     */
    public suspend fun recordConsultation(draft: ConsultationDraft): Recorded = companion.call { it.recordConsultation(draft) }

    /**
     * Consultations that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun consultations(page: Page = Page()): List<Consultation> = companion.call { it.consultations(page) }

    /**
     * What is open for a person at a post, as far as this phone knows: what the next one has to accept by name.
     *
     * @throws LiuyeException.State `not_found` at `post`.
     */
    public suspend fun openMatters(post: String, person: String): List<OpenMatter> = companion.call { it.openMatters(post, person) }

    /**
     * Wants to pass a post on to the next person. Needs a running shift at that post. Works offline.
     *
     * @throws LiuyeException.Refused `off_shift` at `post`; `unknown_reference` at `post` or `to`.
     * @throws LiuyeException.NotPermitted at `to`.
     */
    public suspend fun offerHandover(post: String, to: String, note: String? = null): Recorded =
        companion.call { it.offerHandover(post, to, note) }

    /**
     * What whoever takes a post over has to accept by name, as far as this phone knows; the hub may know of more.
     *
     * @throws LiuyeException.State `not_found` at `handover`.
     */
    public suspend fun toAccept(handover: String): List<OpenMatter> = companion.call { it.mattersToAccept(handover) }

    /**
     * Takes a post over, with what is open: the ids of [toAccept], each of them.
     *
     * @throws LiuyeException.Refused `off_shift` at `post` where no shift at that post is running.
     * @throws LiuyeException.NotPermitted for who may not.
     * @throws LiuyeException.State `handover_open` at `accepted` where one is missing; `state_refused`.
     */
    public suspend fun acceptHandover(handover: String, accepted: List<String>, note: String? = null): Recorded =
        companion.call { it.acceptHandover(handover, accepted, note) }

    /**
     * Handovers that this phone may see, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun handovers(page: Page = Page()): List<Handover> = companion.call { it.handovers(page) }
}

/** What an entry is about. */
public typealias DutyLogTopic = dev.liuye.ffi.DutyLogTopic

/** What a question was about. */
public typealias ConsultationTopic = dev.liuye.ffi.ConsultationTopic

/** What an open matter is. */
public typealias MatterKind = dev.liuye.ffi.MatterKind

/** Where a handover stands. */
public typealias HandoverState = dev.liuye.ffi.HandoverState

/** What is to be written into a post's book. */
public typealias DutyLogDraft = dev.liuye.ffi.DutyLogDraft

/** A question that was answered. Who asked is not in it. */
public typealias ConsultationDraft = dev.liuye.ffi.ConsultationDraft

/** A post that must be staffed. */
public typealias DutyPost = dev.liuye.ffi.DutyPost

/** A stretch of time. */
public typealias StaffingGap = dev.liuye.ffi.StaffingGap

/** How a post was staffed over a window: staffed time ÷ time of the window. */
public typealias Staffing = dev.liuye.ffi.Staffing

/** An entry of a post's book as staff see it. */
public typealias DutyLog = dev.liuye.ffi.DutyLog

/** A consultation as staff see it. */
public typealias Consultation = dev.liuye.ffi.Consultation

/** Something that is not over. */
public typealias OpenMatter = dev.liuye.ffi.OpenMatter

/** A handover as those two and the desk see it. */
public typealias Handover = dev.liuye.ffi.Handover
