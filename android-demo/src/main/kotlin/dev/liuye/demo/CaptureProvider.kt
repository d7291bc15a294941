package dev.liuye.demo

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import java.io.File
import java.io.FileNotFoundException

/** Gives the camera app one file to write its photo into, and nothing else: evidence does not belong in the gallery. */
class CaptureProvider : ContentProvider() {
    override fun onCreate() = true

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        val name = uri.lastPathSegment ?: throw FileNotFoundException()
        val context = context ?: throw FileNotFoundException()
        if (!NAME.matches(name)) throw FileNotFoundException()
        return ParcelFileDescriptor.open(file(context, name), ParcelFileDescriptor.parseMode(mode))
    }

    override fun getType(uri: Uri) = "image/jpeg"

    override fun query(uri: Uri, projection: Array<String>?, selection: String?, arguments: Array<String>?, order: String?): Cursor? = null

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun update(uri: Uri, values: ContentValues?, selection: String?, arguments: Array<String>?) = 0

    override fun delete(uri: Uri, selection: String?, arguments: Array<String>?) = 0

    companion object {
        private const val AUTHORITY = "dev.liuye.demo.capture"
        private val NAME = Regex("[0-9a-f-]{36}")

        /** The file of a capture. */
        fun file(context: Context, name: String): File = File(File(context.cacheDir, "capture").apply { mkdirs() }, "$name.jpg")

        /** What the camera app is given for it. */
        fun uri(name: String): Uri = Uri.Builder().scheme("content").authority(AUTHORITY).appendPath(name).build()
    }
}
