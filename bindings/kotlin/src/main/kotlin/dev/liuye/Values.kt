package dev.liuye

// The values that come as the core gives them, of whatever several groups share and of the first three; the others' stand in
// their groups' files. Drafts that hold personal data or codes are in Drafts.kt.

/** A name or sentence in zh-CN and English. */
public typealias Bilingual = dev.liuye.ffi.Bilingual

/** A WGS-84 position in degrees. */
public typealias Position = dev.liuye.ffi.Position

/** A position of the phone: WGS-84 degrees, accuracy in metres as the platform gave it, time in UTC ms. */
public typealias Fix = dev.liuye.ffi.Fix

/** Where a [Fix] comes from. */
public typealias FixSource = dev.liuye.ffi.FixSource

/** A part of a list: at most `limit` (1 to 200), after `offset`. */
public typealias Page = dev.liuye.ffi.Page

/** Who this phone is. */
public typealias Identity = dev.liuye.ffi.Identity

/** One of those who share a phone, and when they may try their PIN again. */
public typealias Sharer = dev.liuye.ffi.Sharer

/**
 * What the last recovery of a damaged database saved and what it lost: tell whoever holds the phone.
 *
 * `pending` of the saved `operations` go up with the next sync; `lost` counts the holes of the log. What was recorded last of all
 * may be gone without a trace. The damaged file lies at `aside`, under the phone's key: remove it once nobody needs it any more.
 */
public typealias Recovery = dev.liuye.ffi.Recovery

/** What a person may do. */
public typealias Role = dev.liuye.ffi.Role

/** Why an applied operation, or a check-in, deserves a look. */
public typealias Flag = dev.liuye.ffi.Flag

/** What a save returned: it survives a power cut. */
public typealias Recorded = dev.liuye.ffi.Recorded

/** A photo that this phone keeps and that a draft may name by its `sha256`. */
public typealias AttachedBlob = dev.liuye.ffi.AttachedBlob

/** A format of photos that is taken. */
public typealias PhotoFormat = dev.liuye.ffi.PhotoFormat

/** A document as this phone sees it; its `body` is JSON. */
public typealias Document = dev.liuye.ffi.Document

/** What a document is. */
public typealias DocumentKind = dev.liuye.ffi.DocumentKind

/** An operation that somebody else's had overtaken, kept with the document. */
public typealias Conflict = dev.liuye.ffi.Conflict

/** What a commit changed: kinds, ids (empty where there were too many), and whether the outbox changed. */
public typealias ChangeEvent = dev.liuye.ffi.ChangeEvent

/** Where everything stands, in numbers: `authored = pending + applied + conflicts + held + quarantined`. */
public typealias OutboxStatus = dev.liuye.ffi.OutboxStatus

/** One operation of this phone and what became of it. */
public typealias OutboxEntry = dev.liuye.ffi.OutboxEntry

/** What became of an operation. */
public typealias OperationState = dev.liuye.ffi.OperationState

/** An operation that needs its author, with its body as it was typed (JSON). */
public typealias AttentionItem = dev.liuye.ffi.AttentionItem

/** What the hub said of one operation. */
public typealias OperationVerdict = dev.liuye.ffi.OperationVerdict

/** Why a sync is asked for. */
public typealias SyncReason = dev.liuye.ffi.SyncReason

/** How a sync went. A network that fails is no exception: it is told here, with when to try again. */
public typealias SyncReport = dev.liuye.ffi.SyncReport

/** How somebody moves between checkpoints. */
public typealias Movement = dev.liuye.ffi.Movement

/** Whether a check-in counts. */
public typealias CheckInVerdict = dev.liuye.ffi.CheckInVerdict

/** Where a fix lies against a checkpoint's radius. */
public typealias Inside = dev.liuye.ffi.Inside

/** A check-in that was saved. */
public typealias RecordedCheckIn = dev.liuye.ffi.RecordedCheckIn

/** A check-in as this phone sees it. */
public typealias CheckIn = dev.liuye.ffi.CheckIn

/** A point with a radius, marked by a QR code and, where fitted, an NFC tag. */
public typealias Checkpoint = dev.liuye.ffi.Checkpoint

/** A round of checkpoints, with the time of day in which it is walked. */
public typealias Route = dev.liuye.ffi.Route

/** One grid patrol zone: closed rings, the outer one first. */
public typealias Zone = dev.liuye.ffi.Zone

/** A checkpoint's QR tag as scanned. */
public typealias QrTag = dev.liuye.ffi.QrTag

/** What was lost. */
public typealias ItemCategory = dev.liuye.ffi.ItemCategory

/** Where a loss report stands. */
public typealias LostReportState = dev.liuye.ffi.LostReportState

/** A loss report that was saved, with the tracking code to show to its owner. */
public typealias ReportedLoss = dev.liuye.ffi.ReportedLoss

/** A loss report as its author and the desk see it. */
public typealias LostReport = dev.liuye.ffi.LostReport

/** Premises that are checked. */
public typealias Venue = dev.liuye.ffi.Venue

/** What a venue is. */
public typealias VenueKind = dev.liuye.ffi.VenueKind

/** A question of a safety check. */
public typealias ChecklistItem = dev.liuye.ffi.ChecklistItem

/** One answered question. */
public typealias ChecklistAnswer = dev.liuye.ffi.ChecklistAnswer

/** The answer to a question of a safety check. */
public typealias AnswerOutcome = dev.liuye.ffi.AnswerOutcome

/** A visit of a venue that begins. */
public typealias InspectionDraft = dev.liuye.ffi.InspectionDraft

/** An inspection as staff see it. */
public typealias Inspection = dev.liuye.ffi.Inspection

/** Where an inspection stands. */
public typealias InspectionState = dev.liuye.ffi.InspectionState

/** A hazard that was found. */
public typealias HazardDraft = dev.liuye.ffi.HazardDraft

/** A hazard as staff see it. */
public typealias Hazard = dev.liuye.ffi.Hazard

/** How bad a hazard is. */
public typealias HazardGrade = dev.liuye.ffi.HazardGrade

/** Where a hazard stands. */
public typealias HazardState = dev.liuye.ffi.HazardState

/** Who answers for a hazard, until when (RFC 3339 with an offset), and what a major one needs. */
public typealias AssignDraft = dev.liuye.ffi.AssignDraft

/** What a major hazard needs before anyone can be charged with it. */
public typealias MajorPlan = dev.liuye.ffi.MajorPlan

/** The level of a log line. */
public typealias LogLevel = dev.liuye.ffi.LogLevel

/** An HTTP request, ready to be sent as it is. */
public typealias HttpRequest = dev.liuye.ffi.HttpRequest

/** An HTTP answer, whole. */
public typealias HttpResponse = dev.liuye.ffi.HttpResponse

/** One header of a request or an answer. */
public typealias HttpHeader = dev.liuye.ffi.HttpHeader

/** A method of HTTP that Liuye uses. */
public typealias HttpMethod = dev.liuye.ffi.HttpMethod
