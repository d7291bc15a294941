package dev.liuye.demo

import android.app.Application
import android.net.ConnectivityManager
import android.net.Network
import android.os.Build
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
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import java.time.LocalTime

/** Holds the one companion of the process, keeps it in step with the hub, and tells screens how things stand. */
open class App : Application() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private val opening = Mutex()
    private var companion: Liuye? = null
    private var loop: SyncLoop? = null
    private var following: Job? = null

    /** Until the system says otherwise the hub's answers alone tell. */
    @Volatile
    private var hasNetwork = true
    private val latest = MutableStateFlow<Standing?>(null)

    /** How things stand, for the bar of every screen; null until the records are open. */
    val standing: StateFlow<Standing?> get() = latest

    /** Where the database's key comes from. */
    protected open fun keys(): KeyProvider = KeystoreKeys(this)

    /** The time of day, by which screens turn dark. */
    open fun timeOfDay(): LocalTime = LocalTime.now()

    /**
     * The companion, opened by whoever asks first.
     *
     * Throws [LiuyeException] where the records cannot be opened; the next call tries again.
     */
    suspend fun companion(): Liuye = opening.withLock {
        companion ?: open().also {
            companion = it
            follow(it)
        }
    }

    /** Reads anew how things stand. */
    suspend fun refresh() {
        latest.value = Standing.read(companion ?: return, hasNetwork)
    }

    /** Closes everything. For tests: Android ends an app's process without a word. */
    suspend fun close() = opening.withLock {
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
        loop = SyncLoop(companion, scope)
        following = scope.launch { companion.outboxFlow().collect { refresh() } }
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
            Liuye.open(Config(path = path.path, key = key, device = device, transport = OkHttpTransport()))
        } finally {
            key.fill(0)
        }
    }

    companion object {
        /** The database's name. */
        const val DATABASE = "liuye.db"
    }
}
