package dev.liuye.demo

import android.content.Context

/** What whoever holds the phone was told already. It outlives the records: a phone that was emptied has to say so. */
class Told(context: Context) {
    private val store = context.getSharedPreferences("told", Context.MODE_PRIVATE)

    /** When the recovery was that somebody has read about, UTC ms; null where nobody has read about any. */
    var recovery: Long?
        get() = if (store.contains(RECOVERY)) store.getLong(RECOVERY, 0) else null
        set(value) = store.edit().apply { if (value == null) remove(RECOVERY) else putLong(RECOVERY, value) }.apply()

    /** Whether the phone was emptied and nobody has read about it yet. */
    var isWipeUnread: Boolean
        get() = store.getBoolean(WIPE, false)
        set(value) = store.edit().putBoolean(WIPE, value).apply()

    private companion object {
        const val RECOVERY = "recovery"
        const val WIPE = "wipe"
    }
}
