package dev.liuye

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers

/**
 * What an app gives to open a [Companion].
 *
 * @property path the database file. Photos live inside it; SQLite keeps two more files beside it.
 * @property key the 32 bytes that open it, from the platform's keystore. They are copied when the companion opens:
 *   wipe yours afterwards.
 * @property device what the desk shows for this device.
 * @property transport the app's HTTP client, such as [OkHttpTransport]. Without one, all works but enrolment and sync.
 * @property clock the clocks; the system's own where `null`.
 * @property logSink where the core's log lines go; nowhere where `null`.
 * @property dispatcher where calls run: one that may block.
 */
public class Config(
    public val path: String,
    public val key: ByteArray,
    public val device: DeviceInfo,
    public val transport: Transport? = null,
    public val clock: Clock? = null,
    public val logSink: LogSink? = null,
    public val dispatcher: CoroutineDispatcher = Dispatchers.IO,
) {
    /** The path and the device; never the key. */
    override fun toString(): String = "Config(path=$path, device=$device)"
}

/**
 * What the desk shows for this device.
 *
 * @property name such as `Pixel 9, Android 16`; 1 to 100 characters.
 */
public data class DeviceInfo(public val name: String)

/** The clocks of a device. What it throws is ignored, and the system's clock stands in. Called from any thread. */
public interface Clock {
    /** Wall clock: milliseconds since 1970-01-01T00:00:00Z, as the device believes. */
    public fun wallMs(): Long

    /** Monotonic clock: milliseconds since an unknown start; counts during sleep (`SystemClock.elapsedRealtime()`). */
    public fun elapsedMs(): Long

    /** Names the boot to which [elapsedMs] belongs (`Settings.Global.BOOT_COUNT`): differences are valid within one only. */
    public fun bootId(): String
}

/** Takes the core's log lines. They hold codes and counts, never what a person typed. Called from any thread. */
public fun interface LogSink {
    /** Takes one line. What it throws is ignored. */
    public fun log(level: LogLevel, target: String, line: String)
}
