package dev.liuye.demo

import android.content.Context
import android.os.VibrationEffect
import android.os.Vibrator

/** What a hand in a glove feels without looking. */
object Buzz {
    /** Saved and in order: one long. */
    fun saved(context: Context) = play(context, longArrayOf(0, 250))

    /** Saved, and somebody should look at it: two. */
    fun look(context: Context) = play(context, longArrayOf(0, 180, 120, 180))

    /** Not saved: three short. */
    fun refused(context: Context) = play(context, longArrayOf(0, 90, 80, 90, 80, 90))

    private fun play(context: Context, pattern: LongArray) {
        val vibrator = context.getSystemService(Vibrator::class.java) ?: return
        if (vibrator.hasVibrator()) vibrator.vibrate(VibrationEffect.createWaveform(pattern, -1))
    }
}
