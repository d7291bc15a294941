package dev.liuye

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.io.FileOutputStream

/** A phone that writes and syncs until it is killed. It notes each save that returned, after it returned. */
internal fun main(arguments: Array<String>): Unit =
    runBlocking {
        val (path, journal) = arguments
        val phone = Companion.open(Config(path, ByteArray(32) { 42 }, DeviceInfo("p-011"), OkHttpTransport()))
        launch(Dispatchers.IO) {
            while (true) phone.sync(SyncReason.USER)
        }
        FileOutputStream(journal, true).use { file ->
            while (true) {
                val saved = phone.lost.report(lossDraft())
                file.write("${saved.operation}\n".encodeToByteArray())
                file.fd.sync()
            }
        }
    }
