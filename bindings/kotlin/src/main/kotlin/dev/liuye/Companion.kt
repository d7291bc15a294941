package dev.liuye

import dev.liuye.ffi.ChangeListener
import dev.liuye.ffi.CompanionHandle
import dev.liuye.ffi.OpenConfig
import dev.liuye.ffi.Clock as BridgeClock
import dev.liuye.ffi.LogSink as BridgeLogSink
import dev.liuye.ffi.Transport as BridgeTransport
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.ProducerScope
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.File
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/**
 * One open database of one phone: what an app does with Liuye.
 *
 * Everything may be called from any thread. Suspending functions run on [Config.dispatcher] and take less than a frame,
 * but for [sync] and [enrol], which take as long as the network, and [recover]. Whatever fails, fails with a [LiuyeException]; after
 * [close], with [LiuyeException.Closed] and the code `closed`.
 */
public class Companion private constructor(private val handle: CompanionHandle, private val config: Config) : AutoCloseable {
    /** Ends when the companion closes: flows complete then. */
    private val life = Job()

    /** Tells flows that what they could not read while suspended can be read again. */
    private val resumed = MutableSharedFlow<Unit>(extraBufferCapacity = 1)

    /** Patrols: check-ins and the points that are visited, shifts, tours, and what they cover. */
    public val patrol: Patrol = Patrol(this)

    /** Lost property: reports with their tracking codes, what was found, its custody, and claims of it. */
    public val lost: Lost = Lost(this)

    /** Safety checks: campaigns, inspections of venues, hazards from found to closed, and rectification notices. */
    public val safety: Safety = Safety(this)

    /** Calls: help that is asked for, who is sent, and how far they are. */
    public val calls: Calls = Calls(this)

    /** Welfare timers: who goes where it may be dangerous is asked after. */
    public val welfare: Welfare = Welfare(this)

    /** Zones: where people serve, how many visitors are there, and where patrols are thin at night. */
    public val zones: Zones = Zones(this)

    /** Publicity: sessions from plan to proof, their topics and material, and the stock of leaflets. */
    public val publicity: Publicity = Publicity(this)

    /** Disputes: found, screened, mediated by one of two roads, and looked at again afterwards. */
    public val disputes: Disputes = Disputes(this)

    /** Duty posts: their books, their consultations, how they are staffed, and how they pass from one to the next. */
    public val duty: Duty = Duty(this)

    /** Work plans of the leading group, task by task. */
    public val workPlans: WorkPlans = WorkPlans(this)

    /** What those who were helped say. */
    public val ratings: Ratings = Ratings(this)

    /** The personnel base as a phone of the staff knows it. */
    public val personnel: Personnel = Personnel(this)

    /** Opens companions. */
    public companion object Factory {
        /**
         * Opens the database, or makes it together with the device's key.
         *
         * @throws LiuyeException.Storage `key_wrong`, `schema_newer`, `corrupt`, `disk_full`, `storage`.
         * @throws LiuyeException.Refused `malformed` at `key`; a refused name at `device.name`.
         */
        public suspend fun open(config: Config): Companion = make(config, CompanionHandle.Companion::open)

        /**
         * Opens a database that [open], or any later call, found to be `corrupt`. The file is moved aside, never deleted; a new
         * one gets the device's key, the enrolment, and every operation, contact and photo that can still be read. [recovery]
         * says what that was. The rest comes again from the hub with the next [sync].
         *
         * Close every companion of this file first, in every process. It reads the whole file, and takes its time where that is
         * large. A database that is whole is opened and left as it is; a recovery that broke off is done again.
         *
         * @throws LiuyeException.Storage `key_wrong` where nothing of it opens under this key; otherwise as [open].
         * @throws LiuyeException.Refused as [open].
         */
        public suspend fun recover(config: Config): Companion = make(config, CompanionHandle.Companion::recover)

        private suspend fun make(config: Config, make: Maker): Companion =
            withContext(config.dispatcher) {
                val open = OpenConfig(config.path, config.key, config.device.name)
                val transport = config.transport?.let(::TransportBridge)
                Companion(bridged { make(open, transport, config.clock?.let(::ClockBridge), config.logSink?.let(::LogBridge)) }, config)
            }
    }

    /** Ends what runs and closes the database. Blocks until a running sync has let go. May be called twice. */
    override fun close() {
        bridged { handle.shut() }
        life.complete()
    }

    /**
     * Ends what runs and releases every lock of the database, for an app that goes to the background. Until [resume],
     * calls fail with [LiuyeException.Closed] and the code `suspended`.
     */
    public suspend fun suspend(): Unit = call { it.suspend() }

    /**
     * Goes on after [suspend]. Does nothing where nothing is suspended.
     *
     * @throws LiuyeException.Storage as [open].
     */
    public suspend fun resume() {
        call { it.resume() }
        resumed.tryEmit(Unit)
    }

    /** Who this phone is. */
    public suspend fun identity(): Identity = call { it.identity() }

    /** What the last [recover] of this database saved and lost; `null` where there was none. It stays until the next one. */
    public suspend fun recovery(): Recovery? = call { it.recovery() }

    /**
     * Binds this phone to a site by a code: a one-time code for staff, the site's public one for tourists. What was recorded before goes up with the first sync. A call whose
     * answer was lost may be repeated with the same code.
     *
     * @param url the hub's address, beginning with `https://`.
     * @throws LiuyeException.Unauthorised `enrolment_refused` at `code`.
     * @throws LiuyeException.State `already_enrolled`.
     * @throws LiuyeException.Refused `malformed` at `hub_url`.
     * @throws LiuyeException.Network where the hub cannot be reached or makes no sense.
     */
    public suspend fun enrol(url: String, code: String): Identity = interruptible { it.enrol(url, code) }

    /**
     * Signs a person in who shares this phone: what is recorded from now on is theirs. Works offline. Whoever was signed in
     * before is signed out. After five wrong PINs in a row the next try has to wait, see [Sharer.nextTryAt].
     *
     * @param pin 6 to 12 digits.
     * @throws LiuyeException.Unauthorised `pin_wrong`.
     * @throws LiuyeException.State `pin_locked`; `pin_missing` at `person`; `not_enrolled`.
     * @throws LiuyeException.Refused `unknown_reference` at `person`; `missing`, `malformed` or `out_of_range` at `pin`.
     */
    public suspend fun signIn(person: String, pin: String): Identity = call { it.signIn(person, pin) }

    /** Signs out whoever is signed in. Nothing is lost: what they recorded is sent under their name. */
    public suspend fun signOut(): Unit = call { it.signOut() }

    /**
     * Says that whoever is signed in is using the phone, so that it does not lock itself: for screens that are touched
     * without recording anything. Opens nothing that is locked.
     */
    public suspend fun touch(): Unit = call { it.touch() }

    /**
     * Keeps a photo; the same bytes are kept once. JPEG, PNG, WebP or HEIC, at most 10 MB and 40 megapixels.
     *
     * @throws LiuyeException.Refused `photo_not_image`, `photo_too_large`, `photo_too_many_pixels`.
     */
    public suspend fun attach(bytes: ByteArray): AttachedBlob = call { it.attach(bytes) }

    /**
     * Keeps the photo of a file, as [attach].
     *
     * @throws LiuyeException.State `not_found` at `path` where it cannot be read.
     */
    public suspend fun attach(file: File): AttachedBlob = call { it.attachPath(file.path) }

    /**
     * The bytes of a photo that this phone keeps.
     *
     * @param sha256 64 hexadecimal digits.
     * @throws LiuyeException.State `not_found`.
     */
    public suspend fun photo(sha256: String): ByteArray = call { it.photo(sha256) }

    /** A document as this phone sees it, with its own unsettled operations on top; `null` where it has none. */
    public suspend fun document(id: String): Document? = call { it.document(id) }

    /**
     * Documents of a kind: records newest first by their own time, reference data by id.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun documents(kind: DocumentKind, page: Page = Page()): List<Document> = call { it.documents(kind, page) }

    /**
     * Documents that have every word of the text, the best answer first: by how much of their text it is, and by their age.
     * A Chinese word is found wherever it stands, another one by its beginning; width, case and punctuation make no
     * difference.
     *
     * The first search after very many saves without a sync takes longer than a frame: it indexes them.
     *
     * @param kinds only these; all where there are none.
     * @param limit at most so many; 1 to 200.
     * @throws LiuyeException.Refused `missing` at `text` where there is no word in it, `too_long`; `out_of_range` at `limit`.
     */
    public suspend fun search(text: String, kinds: Collection<DocumentKind> = emptyList(), limit: Int = 50): List<Document> =
        call { it.search(text, kinds.toList(), limit) }

    /** Where everything stands, in numbers. */
    public suspend fun outbox(): OutboxStatus = call { it.outbox() }

    /**
     * Operations of this phone with what became of them, newest first.
     *
     * @throws LiuyeException.Refused `out_of_range` at `limit`.
     */
    public suspend fun operations(page: Page = Page()): List<OutboxEntry> = call { it.operations(page) }

    /** What needs its author, oldest first, whole: in conflict, held or quarantined, neither amended nor discarded. */
    public suspend fun needsAttention(): List<AttentionItem> = call { it.needsAttention() }

    /**
     * Corrects an operation by a new one with this body (JSON), of the same kind and document. The groups have typed
     * ways to do it, such as [Patrol.amendCheckIn].
     *
     * @throws LiuyeException.Refused `amends_nothing`, and the rules' own codes for the new body.
     */
    public suspend fun amend(operation: String, body: String): Recorded = call { it.amend(operation, body) }

    /**
     * Gives up an operation that needs attention. It stays in the log; nobody has to look at it any more.
     *
     * @throws LiuyeException.Refused `amends_nothing`; `missing` at `reason`.
     */
    public suspend fun discard(operation: String, reason: String): Recorded = call { it.discard(operation, reason) }

    /**
     * Sends what is pending, fetches what changed, sends photos. Local calls go on meanwhile. A network that fails is
     * told in the report, with when to try again; [SyncLoop] does that.
     *
     * Cancelling the coroutine ends the sync soon; what it has stored stays.
     *
     * @param deadline the longest time that it may take.
     * @throws LiuyeException.Busy at once where one runs, in this process or another.
     * @throws LiuyeException.Closed `cancelled` after [cancel] or past the deadline; `wiped` where the hub ordered this lost
     *     phone to forget everything, and from then on for every call. Opened anew, it is a new phone.
     * @throws LiuyeException.State `not_enrolled`.
     * @throws LiuyeException.Network `no_transport`.
     */
    public suspend fun sync(reason: SyncReason, deadline: Duration? = null): SyncReport {
        if (deadline == null) return interruptible { it.sync(reason) }
        return withTimeoutOrNull(deadline) { interruptible { it.sync(reason) } }
            ?: throw LiuyeException.Closed("cancelled", "", "the deadline has passed", null)
    }

    /** Ends a running sync soon, with the code `cancelled`. What it has stored stays. Returns at once. */
    public fun cancel(): Unit = bridged { handle.cancel() }

    /**
     * What each commit changed, from when it is collected on. Nothing is dropped; it completes when the companion
     * closes.
     */
    public fun changes(): Flow<ChangeEvent> = observed { event -> trySend(event) }.buffer(Channel.UNLIMITED)

    /** The outbox now, and again whenever it has changed. A slow collector sees the latest. Completes with [close]. */
    public fun outboxFlow(): Flow<OutboxStatus> {
        val signals = observed<Unit>(first = Unit) { event -> if (event.outboxChanged) trySend(Unit) }.conflate()
        return signals.mapNotNull { outboxUnlessAway() }.distinctUntilChanged()
    }

    /** The time by the clock of the companion, UTC ms: that of every time which it gives. */
    internal fun nowMs(): Long = config.clock?.wallMs() ?: System.currentTimeMillis()

    /** A local call. */
    internal suspend fun <T> call(block: (CompanionHandle) -> T): T = withContext(config.dispatcher) { bridged { block(handle) } }

    /** A call that waits for the network: when the coroutine is cancelled, it is told to end, and waited for. */
    private suspend fun <T> interruptible(block: (CompanionHandle) -> T): T =
        coroutineScope {
            // As a value: a child that fails because it was cancelled must not fail its parent in the place of the cancellation.
            val running = async(config.dispatcher) { runCatching { bridged { block(handle) } } }
            try {
                running.await().getOrThrow()
            } catch (cancelled: CancellationException) {
                withContext(NonCancellable) {
                    // Again and again: a call that has only just begun takes the first one for an old one.
                    while (!running.isCompleted) {
                        handle.cancel()
                        withTimeoutOrNull(CANCEL_AGAIN) { running.join() }
                    }
                }
                throw cancelled
            }
        }

    /** The outbox, or `null` where the companion is suspended or closed: there is nothing to show then. */
    private suspend fun outboxUnlessAway(): OutboxStatus? =
        try {
            outbox()
        } catch (_: LiuyeException.Closed) {
            null
        }

    /** Subscribes first and gives `first` then, so that no change falls between the two. */
    private fun <T : Any> observed(first: T? = null, take: ProducerScope<T>.(ChangeEvent) -> Unit): Flow<T> =
        callbackFlow {
            val listener =
                object : ChangeListener {
                    override fun changed(event: ChangeEvent) = take(event)
                }
            val subscription = bridged { handle.observe(listener) }
            val end = life.invokeOnCompletion { channel.close() }
            first?.let {
                trySend(it)
                launch { resumed.collect { _ -> send(first) } }
            }
            awaitClose {
                end.dispose()
                subscription.cancel()
                subscription.close()
            }
        }

}

/** A constructor of the bridge. */
private typealias Maker = (OpenConfig, BridgeTransport?, BridgeClock?, BridgeLogSink?) -> CompanionHandle

private val CANCEL_AGAIN: Duration = 50.milliseconds
