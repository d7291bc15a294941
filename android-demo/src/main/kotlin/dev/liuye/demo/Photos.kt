package dev.liuye.demo

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.provider.MediaStore
import android.view.View
import android.widget.TextView
import dev.liuye.Companion as Liuye
import dev.liuye.LiuyeException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.IOException
import java.util.UUID

/** The photos of a draft: taken by the phone's camera app or chosen in the system's picker, kept by the core at once. */
class Photos(private val activity: Activity, saved: Bundle?, private val act: (suspend () -> Unit) -> Unit, private val companion: () -> Liuye) {
    private val attached = saved?.getStringArrayList(ATTACHED) ?: arrayListOf()
    private var capture = saved?.getString(CAPTURE)

    /** The photos, by SHA-256, as the core's drafts name them. */
    val digests: List<String> get() = attached

    init {
        activity.findViewById<View>(R.id.photo_take).setOnClickListener { take() }
        activity.findViewById<View>(R.id.photo_choose).setOnClickListener { choose() }
        activity.findViewById<View>(R.id.photo_remove).setOnClickListener {
            attached.removeAt(attached.lastIndex)
            show()
        }
        show()
    }

    /** Keeps what rotation and process death would lose. */
    fun keep(state: Bundle) {
        state.putStringArrayList(ATTACHED, attached)
        state.putString(CAPTURE, capture)
    }

    /** The answer of camera or picker; false where it is another's. */
    fun answered(request: Int, result: Int, data: Intent?): Boolean {
        when (request) {
            TAKE -> capture?.let { name ->
                capture = null
                val file = CaptureProvider.file(activity, name)
                if (result == Activity.RESULT_OK) attach { file.readBytes().also { file.delete() } } else file.delete()
            }
            CHOOSE -> if (result == Activity.RESULT_OK && data != null) chosen(data).forEach { uri -> attach { read(uri) } }
            else -> return false
        }
        return true
    }

    private fun chosen(data: Intent): List<Uri> {
        val clip = data.clipData ?: return listOfNotNull(data.data)
        return (0 until clip.itemCount).map { clip.getItemAt(it).uri }
    }

    private fun read(uri: Uri): ByteArray = activity.contentResolver.openInputStream(uri)?.use { it.readBytes() } ?: throw IOException("no stream")

    private fun attach(bytes: () -> ByteArray) = act {
        try {
            val photo = companion().attach(withContext(Dispatchers.IO) { bytes() })
            if (photo.sha256 !in attached) attached += photo.sha256
            show()
        } catch (error: LiuyeException) {
            show(Words.code(activity, error.code))
        } catch (_: IOException) {
            show(activity.getString(R.string.photo_unreadable))
        } catch (_: SecurityException) {
            show(activity.getString(R.string.photo_unreadable))
        }
    }

    private fun take() {
        val name = UUID.randomUUID().toString()
        capture = name
        val intent = Intent(MediaStore.ACTION_IMAGE_CAPTURE)
            .putExtra(MediaStore.EXTRA_OUTPUT, CaptureProvider.uri(name))
            .addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION or Intent.FLAG_GRANT_READ_URI_PERMISSION)
        start(intent, TAKE)
    }

    private fun choose() {
        val intent = if (Build.VERSION.SDK_INT >= 33) {
            Intent(MediaStore.ACTION_PICK_IMAGES).setType("image/*").putExtra(MediaStore.EXTRA_PICK_IMAGES_MAX, AT_ONCE)
        } else {
            Intent(Intent.ACTION_OPEN_DOCUMENT).setType("image/*").addCategory(Intent.CATEGORY_OPENABLE).putExtra(Intent.EXTRA_ALLOW_MULTIPLE, true)
        }
        start(intent, CHOOSE)
    }

    @Suppress("DEPRECATION") // Its successor is part of androidx, which this shell does without.
    private fun start(intent: Intent, request: Int) {
        try {
            activity.startActivityForResult(intent, request)
        } catch (_: ActivityNotFoundException) {
            show(activity.getString(R.string.photo_no_camera))
        }
    }

    private fun show(error: String? = null) {
        activity.findViewById<TextView>(R.id.photo_count).text = activity.getString(R.string.photos, attached.size)
        activity.findViewById<View>(R.id.photo_remove).visibility = if (attached.isEmpty()) View.GONE else View.VISIBLE
        val line = activity.findViewById<TextView>(R.id.photos_error)
        line.text = error
        line.visibility = if (error == null) View.GONE else View.VISIBLE
    }

    companion object {
        /** The request code of the camera. */
        const val TAKE = 71

        /** The request code of the picker. */
        const val CHOOSE = 72
        private const val AT_ONCE = 6
        private const val ATTACHED = "photos"
        private const val CAPTURE = "capture"
    }
}
