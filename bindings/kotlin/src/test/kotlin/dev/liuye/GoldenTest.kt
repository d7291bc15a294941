package dev.liuye

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** P12: what version 0.1 wrote is opened by the package of today, and goes up to the hub of today. */
internal class GoldenTest {
    private val golden = File(District.root, "tests/golden/0.1")

    private fun District.copyOf(phone: String): String = phonePath(phone).also { File(golden, "$phone.db").copyTo(File(it)) }

    @Test
    fun `a phone of 0_1 goes on with the hub of 0_1 that was brought up to date`() =
        runBlocking<Unit> {
            District(earlier = File(golden, "hub")).use { district ->
                district.copyOf("inspector")
                val line = Rerouted().also { it.to = district.url }
                Companion.open(district.config("inspector", line)).use { phone ->
                    assertEquals("p-005", phone.identity().person)
                    val before = phone.outbox()
                    assertEquals(listOf(2L, 5L, 0L, 0L, 0L), before.run { listOf(pending, applied, held, quarantined, conflicts) })
                    assertEquals(7, phone.operations().size)
                    assertEquals(HazardState.SUBMITTED, phone.safety.hazards().single().state)
                    assertEquals(60, phone.safety.venues().size)
                    assertTrue(phone.document("v-001")!!.body.contains("\"name\""))

                    val report = phone.sync(SyncReason.LAUNCH)
                    assertNull(report.blockedReason)
                    assertEquals(listOf(0L, 7L, 0L), phone.outbox().run { listOf(pending, applied, quarantined) })
                    assertEquals(InspectionState.SUBMITTED, phone.safety.inspections().single().state)
                }
                district.verify()
            }
        }

    @Test
    fun `a tourist's phone of 0_1 that never met a hub enrols with the one of today`() =
        runBlocking<Unit> {
            District().use { district ->
                district.copyOf("tourist")
                Companion.open(district.config("tourist")).use { phone ->
                    val reports = phone.lost.reports()
                    assertEquals(setOf("棕色皮夹 brown wallet", "护照夹 passport cover", "相机 camera"), reports.map { it.description }.toSet())
                    assertEquals("+8613800138000", phone.lost.contact(reports[0].id)?.phone)
                    val codes = reports.map { phone.lost.trackingCode(it.id) }
                    phone.enrol(district.url, district.code())
                    assertNull(phone.sync(SyncReason.LAUNCH).blockedReason)
                    assertEquals(listOf(0L, 4L, 0L), phone.outbox().run { listOf(pending, applied, quarantined) })
                    assertEquals(codes, reports.map { phone.lost.trackingCode(it.id) })
                }
                district.verify()
            }
        }
}
