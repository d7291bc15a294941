package dev.liuye.demo

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
import android.os.Looper
import dev.liuye.Fix
import dev.liuye.FixSource
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow

/** Where the phone is, while somebody looks at a screen that needs it. The rules judge what a position is worth, not this. */
class Position(private val context: Context) {
    private val manager = context.getSystemService(LocationManager::class.java)

    /** Whether the person lets the app know. */
    fun isAllowed(): Boolean = PERMISSIONS.any { context.checkSelfPermission(it) == PackageManager.PERMISSION_GRANTED }

    /** Positions as they come, the last known one first; none at all without permission or with location switched off. */
    @SuppressLint("MissingPermission") // isAllowed() asks; a permission withdrawn in between ends the flow quietly.
    fun positions(): Flow<Location> = callbackFlow {
        val listener = object : LocationListener {
            override fun onLocationChanged(location: Location) {
                trySend(location)
            }

            // Before API 30 these have no default.
            override fun onProviderEnabled(provider: String) = Unit

            override fun onProviderDisabled(provider: String) = Unit

            @Deprecated("Called before API 29 only")
            override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit
        }
        if (isAllowed()) {
            val providers = PROVIDERS.filter { it in manager.allProviders }
            for (provider in providers) {
                try {
                    manager.getLastKnownLocation(provider)?.let(::trySend)
                    manager.requestLocationUpdates(provider, INTERVAL_MS, 0f, listener, Looper.getMainLooper())
                } catch (_: SecurityException) {
                    // The coarse permission alone does not open the satellites.
                }
            }
        }
        awaitClose { manager.removeUpdates(listener) }
    }

    companion object {
        /** What is asked for. */
        val PERMISSIONS = arrayOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)
        private val PROVIDERS = listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER)
        private const val INTERVAL_MS = 1_000L

        /** The position as the core takes it. One that names no error claims 0 m, which the rules flag. */
        fun fix(location: Location) = Fix(
            lat = location.latitude,
            lon = location.longitude,
            accuracyM = location.accuracy.toDouble(),
            at = location.time,
            isMock = isMock(location),
            source = when (location.provider) {
                LocationManager.GPS_PROVIDER -> FixSource.GNSS
                LocationManager.NETWORK_PROVIDER -> FixSource.NETWORK
                else -> FixSource.FUSED
            },
        )

        @Suppress("DEPRECATION")
        private fun isMock(location: Location): Boolean =
            if (Build.VERSION.SDK_INT >= 31) location.isMock else location.isFromMockProvider
    }
}
