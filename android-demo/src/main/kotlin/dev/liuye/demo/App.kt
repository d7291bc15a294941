package dev.liuye.demo

import android.app.Application
import android.net.ConnectivityManager
import android.net.Network
import android.os.Build
import dev.liuye.Clock
import dev.liuye.Companion as Liuye
import dev.liuye.Config
import dev.liuye.DeviceInfo
import dev.liuye.LiuyeException
import dev.liuye.OkHttpTransport
import dev.liuye.SyncLoop
import dev.liuye.SyncReason
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import java.time.LocalTime

/** Holds the one companion of the process, keeps it in step with the hub, and tells screens how things stand. */
open class App : Application() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private val opening = Mutex()
    private val reading = Mutex()
    private var companion: Liuye? = null
    private var loop: SyncLoop? = null
    private var following: Job? = null

    /** Whether the records proved to be damaged while they were open. */
    private var isDamaged = false

    /** Until the system says otherwise the hub's answers alone tell. */
    @Volatile
    private var hasNetwork = true
    private val latest = MutableStateFlow<Standing?>(null)

    /** How things stand, for the bar of every screen; null until the records are open. */
    val standing: StateFlow<Standing?> get() = latest
    private val ended = MutableSharedFlow<Upheaval>()

    /** The companion that screens hold has ended: they begin anew with the next. */
    val upheavals: SharedFlow<Upheaval> get() = ended

    /** Where the database's key comes from. */
    protected open fun keys(): KeyProvider = KeystoreKeys(this)

    /** The time of day, by which screens turn dark. */
    open fun timeOfDay(): LocalTime = LocalTime.now()

    /** The core's clocks; null for the system's own. */
    protected open fun clock(): Clock? = null

    /** Now by the clock of the core, UTC ms. */
    fun nowMs(): Long = clock()?.wallMs() ?: System.currentTimeMillis()

    /**
     * The companion, opened by whoever asks first.
     *
     * Damaged records are repaired as far as they can be read. Throws [LiuyeException] where they cannot be opened; the next call
     * tries again.
     */
    suspend fun companion(): Liuye = opening.withLock {
        companion ?: open().also {
            companion = it
            follow(it)
        }
    }

    /** Reads anew how things stand. */
    suspend fun refresh() {
        val companion = companion ?: return
        try {
            // One at a time: what was read before would else stand last.
            reading.withLock { latest.value = Standing.read(companion, hasNetwork) }
        } catch (error: LiuyeException) {
            // Nothing to show while it is being closed; all else, the screen that asks next says.
            noted(companion, error)
        }
    }

    /** Somebody is using the phone: it does not lock itself. */
    fun touch() {
        val companion = companion ?: return
        scope.launch {
            try {
                companion.touch()
            } catch (error: LiuyeException) {
                noted(companion, error)
            }
        }
    }

    /** Begins anew where an error of this companion says that nobody can go on with it. */
    fun noted(companion: Liuye, error: LiuyeException) {
        val upheaval = Upheaval.of(error.code) ?: return
        scope.launch { end(companion, upheaval) }
    }

    /** Closes everything. For tests: Android ends an app's process without a word. */
    suspend fun close() = opening.withLock { shut() }

    private suspend fun end(which: Liuye, upheaval: Upheaval) {
        opening.withLock {
            // Whoever noticed it too was later.
            if (which !== companion) return
            shut()
            when (upheaval) {
                Upheaval.DAMAGED -> isDamaged = true
                Upheaval.WIPED -> Told(this).isWipeUnread = true
            }
        }
        ended.emit(upheaval)
    }

    private suspend fun shut() {
        getSystemService(ConnectivityManager::class.java)?.takeIf { loop != null }?.unregisterNetworkCallback(network)
        following?.cancel()
        loop?.close()
        loop = null
        companion?.let { withContext(Dispatchers.IO) { it.close() } }
        companion = null
        latest.value = null
    }

    private suspend fun follow(companion: Liuye) {
        latest.value = Standing.read(companion, hasNetwork)
        val loop = SyncLoop(companion, scope).also { loop = it }
        following = scope.launch {
            launch { loop.lastError.filterNotNull().collect { noted(companion, it) } }
            companion.outboxFlow().collect { refresh() }
        }
        getSystemService(ConnectivityManager::class.java)?.registerDefaultNetworkCallback(network)
    }

    private val network = object : ConnectivityManager.NetworkCallback() {
        override fun onAvailable(network: Network) {
            loop?.kick(SyncReason.CONNECT)
            noted(true)
        }

        override fun onLost(network: Network) = noted(false)

        private fun noted(there: Boolean) {
            hasNetwork = there
            scope.launch { refresh() }
        }
    }

    private suspend fun open(): Liuye = withContext(Dispatchers.IO) {
        val path = getDatabasePath(DATABASE)
        path.parentFile?.mkdirs()
        val key = keys().key()
        try {
            val device = DeviceInfo(name = "${Build.MANUFACTURER} ${Build.MODEL}, Android ${Build.VERSION.RELEASE}")
            openOrRecover(Config(path = path.path, key = key, device = device, transport = OkHttpTransport(), clock = clock()))
        } finally {
            key.fill(0)
        }
    }

    private suspend fun openOrRecover(config: Config): Liuye {
        if (!isDamaged) {
            try {
                return Liuye.open(config)
            } catch (error: LiuyeException) {
                if (Upheaval.of(error.code) != Upheaval.DAMAGED) throw error
            }
        }
        return Liuye.recover(config).also { isDamaged = false }
    }

    companion object {
        /** The database's name. */
        const val DATABASE = "liuye.db"
    }
}
