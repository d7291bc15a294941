package dev.liuye

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.job
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Several share a phone, by PIN and offline; and a phone is lost. */
class SharedPhoneTest {
    @Test
    fun `two who share a phone sign in offline, and each record goes up under its own name`() =
        runBlocking {
            District().use { district ->
                val pins = listOf("p-011", "p-012").associateWith(district::pin)
                district.phone("shared").use { phone ->
                    val enrolled = phone.enrol(district.url, district.sharedCode(pins.keys.toList()))
                    assertTrue(enrolled.locked)
                    assertNull(enrolled.person)
                    assertEquals(listOf("p-011", "p-012"), enrolled.sharers.map { it.person })
                    phone.sync(SyncReason.LAUNCH)
                    district.stop()
                    assertEquals("locked", assertThrows(LiuyeException.State::class.java) { runBlocking { phone.lost.report(lossDraft()) } }.code)
                    val names = mutableMapOf<String, String>()
                    for ((person, pin) in pins) {
                        val identity = phone.signIn(person, pin)
                        assertFalse(identity.locked)
                        assertEquals(person, identity.person)
                        phone.touch()
                        names[phone.lost.report(lossDraft()).operation] = person
                        phone.signOut()
                    }
                    district.start()
                    assertNull(phone.sync(SyncReason.CONNECT).blockedReason)
                    val applied = phone.operations().filter { it.kind == "loss.report" && it.state == OperationState.APPLIED }
                    assertEquals(names, applied.associate { it.operation to it.actor })
                }
            }
        }

    @Test
    fun `five wrong pins are typed, and then the wait is told`() =
        runBlocking {
            District().use { district ->
                val pin = district.pin("p-011")
                val wrong = if (pin == "704913") "704914" else "704913"
                district.staff("p-011").use { phone ->
                    repeat(5) {
                        val error = assertThrows(LiuyeException.Unauthorised::class.java) { runBlocking { phone.signIn("p-011", wrong) } }
                        assertEquals("pin_wrong" to "pin", error.code to error.field)
                    }
                    assertEquals("pin_locked", assertThrows(LiuyeException.State::class.java) { runBlocking { phone.signIn("p-011", pin) } }.code)
                    assertTrue(phone.identity().sharers.single().nextTryAt!! > System.currentTimeMillis())
                    val short = assertThrows(LiuyeException.Refused::class.java) { runBlocking { phone.signIn("p-011", "1") } }
                    assertEquals("out_of_range" to "pin", short.code to short.field)
                }
            }
        }

    @Test
    fun `a lost phone forgets everything when it next asks, and is a new one when it is opened again`() =
        runBlocking {
            District().use { district ->
                val phone = district.staff("p-011")
                val device = phone.identity().device
                phone.lost.report(lossDraft())
                district.wipe(device)
                assertEquals("wiped", assertThrows(LiuyeException.Closed::class.java) { runBlocking { phone.sync(SyncReason.USER) } }.code)
                assertEquals("wiped", assertThrows(LiuyeException.Closed::class.java) { runBlocking { phone.outbox() } }.code)
                phone.close()
                district.phone("p-011").use { anew ->
                    assertNotEquals(device, anew.identity().device)
                    assertNull(anew.identity().site)
                    assertEquals(0, anew.outbox().pending)
                }
                assertTrue(district.devices().contains("told to wipe itself"))
            }
        }

    @Test
    fun `the loop of a lost phone says so, and ends`() =
        runBlocking {
            District().use { district ->
                district.staff("p-011").use { phone ->
                    district.wipe(phone.identity().device)
                    val scope = CoroutineScope(Dispatchers.Default + Job())
                    SyncLoop(phone, scope).use { loop ->
                        withTimeout(20_000) { scope.coroutineContext.job.children.forEach { it.join() } }
                        assertEquals("wiped", loop.lastError.value?.code)
                    }
                }
            }
        }
}
