package dev.liuye

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What the scenarios do not tell: what a group reads, what it corrects, and what a log may not show. */
internal class NounsTest {
    private fun later(minutes: Int): String = Check.formatTime(System.currentTimeMillis() + minutes * 60_000L)

    private suspend fun synced(phone: Companion) {
        assertNull(phone.sync(SyncReason.USER).blockedReason)
        assertEquals(0L to 0L, phone.outbox().let { it.pending to it.quarantined })
    }

    private fun found(category: ItemCategory = ItemCategory.CLOTHING, serial: String? = null): FoundDraft =
        FoundDraft(category = category, description = "红色围巾", place = "河街", zone = "z1", foundAt = "2026-01-01T19:30:00+08:00", serial = serial)

    @Test
    fun `staff read the district as its site file tells it`() =
        runBlocking {
            District().use { district ->
                district.staff("p-003").use { desk ->
                    assertEquals(listOf("z1", "z2", "z3", "z4", "z5"), desk.zones.all().map(Zone::id))
                    assertEquals("z1", desk.zones.at(Position(29.0437, 111.6842))?.id)
                    assertNull(desk.zones.at(Position(30.0, 112.0)))
                    val road = desk.zones.keyRoads().single { it.id == "kr-river-street" }
                    assertEquals(listOf("z1", "19:00", "01:00", "2"), listOf(road.zone, road.from, road.to, road.wantedPerHour.toString()))
                    assertEquals(Position(29.0437, 111.6842), desk.duty.posts().single().at)
                    assertEquals(5, desk.publicity.topics().size)
                    assertTrue(desk.publicity.materials().single { it.kind == MaterialKind.RHYME }.text!!.zh.startsWith("湖边小酒"))
                    assertTrue(desk.safety.checklists().single().versions.single().items.isNotEmpty())
                    assertEquals(30, desk.personnel.persons().size)
                    assertEquals(Role.COMMANDER, desk.personnel.person("p-001")?.roles?.single()?.role)
                    assertEquals(listOf("p-014", "p-015", "p-022", "p-023"), desk.personnel.units().single { it.id == "u-beach" }.members)
                    assertTrue(desk.personnel.expiringCertificates(days = 365).isEmpty())
                    val night = desk.zones.nightDensity("2026-05-01T18:00:00+08:00", "2026-05-02T06:00:00+08:00")
                    assertEquals(listOf(2L), night.roads.filter { it.place == "kr-river-street" }.map(DensityHour::wanted).distinct())
                    assertTrue(night.zones.all { it.checkIns == 0L })
                    assertEquals("110", desk.calls.dial)
                }
            }
        }

    @Test
    fun `a planned shift is started by its id, and crowds without guards give a hint`() =
        runBlocking {
            District().use { district ->
                district.staff("p-003").use { desk ->
                    district.staff("p-022").use { guard ->
                        val planned = desk.patrol.planShift(ShiftDraft(person = "p-022", zone = "z3", from = later(-30), to = later(300)))
                        desk.patrol.startShift(UnplannedShift("z3", null, 60))
                        synced(desk)
                        synced(guard)
                        assertEquals(ShiftState.PLANNED, guard.patrol.shifts().single { it.person == "p-022" }.state)
                        guard.patrol.startShift(PlannedShift(planned.id))
                        assertEquals(planned.id, guard.patrol.currentShift()?.id)
                        guard.zones.countVisitors(CrowdDraft("z3", 10))
                        guard.zones.countVisitors(CrowdDraft("z1", 5_000))
                        synced(guard)
                        synced(desk)
                        assertEquals(setOf("z1" to 5_000L, "z3" to 10L), desk.zones.crowdCounts().map { it.zone to it.visitors }.toSet())
                        val hint = desk.zones.moveHints().single()
                        assertEquals(Triple("z3", "z1", 1L), Triple(hint.from, hint.to, hint.persons))
                        val coverage = desk.patrol.coverage(later(-60), later(60))
                        assertTrue(coverage.planned > 0 && coverage.covered == 0L && coverage.hours.all { it.zone == "z3" })
                    }
                }
            }
        }

    @Test
    fun `what was registered before enrolment and is refused is corrected, and the same serial number decides`() =
        runBlocking {
            District().use { district ->
                district.phone("p-019").use { guard ->
                    val phone = guard.lost.registerFound(found(ItemCategory.PHONE))
                    val lost = lossDraft().copy(category = ItemCategory.ELECTRONICS)
                    val report = guard.lost.reportWithSerial(lost, "SN 0042-7781")
                    guard.enrol(district.url, district.code("p-019"))
                    guard.sync(SyncReason.USER)
                    val refused = guard.needsAttention().single().entry
                    assertEquals(listOf(phone.operation, "not_permitted"), listOf(refused.operation, refused.code))
                    guard.lost.amendFound(phone.operation, found())
                    guard.sync(SyncReason.USER)
                    assertTrue(guard.needsAttention().isEmpty())
                    val scarf = guard.lost.foundItems().single()
                    assertEquals(PersonCustodian("p-019"), scarf.custody.single().custodian)
                    district.staff("p-003").use { desk ->
                        val item = desk.lost.registerFound(found(ItemCategory.ELECTRONICS, serial = "sn00427781"))
                        synced(desk)
                        val best = desk.lost.candidates(report.id, limit = 3).first()
                        assertEquals(Triple(item.id, 1_000L, listOf(FactorKind.SERIAL)), Triple(best.id, best.score, best.factors.map(Factor::kind)))
                    }
                }
            }
        }

    @Test
    fun `a notice is signed by a photo, and reads as it was signed`() =
        runBlocking {
            District().use { district ->
                district.staff("p-005").use { inspector ->
                    val hazard = inspector.safety.addHazard(HazardDraft("v-001", null, "安全出口上锁", HazardGrade.GENERAL)).id
                    inspector.safety.assign(hazard, AssignDraft("店主", later(1_440)))
                    val notice = inspector.safety.issueNotice(NoticeDraft(hazard, "立即开锁", "《中华人民共和国消防法》第二十八条")).id
                    val digest = assertThrows(LiuyeException.Refused::class.java) {
                        runBlocking { inspector.safety.signNotice(notice, SignaturePhoto("none")) }
                    }
                    assertEquals("malformed" to "signature.sha256", digest.code to digest.field)
                    val far = assertThrows(LiuyeException.Refused::class.java) {
                        val beyond = SignatureStrokes(listOf(listOf(StrokePoint(70_000, 1), StrokePoint(2, 2))))
                        runBlocking { inspector.safety.signNotice(notice, beyond) }
                    }
                    assertEquals("out_of_range" to "signature.strokes[0][0].x", far.code to far.field)
                    val photo = inspector.attach(png(7, 10)).sha256
                    inspector.safety.signNotice(notice, SignaturePhoto(photo))
                    synced(inspector)
                    val served = inspector.safety.notices().single()
                    assertEquals(NoticeState.SERVED to SignaturePhoto(photo), served.state to served.signature)
                    assertEquals(1L, served.number?.serial)
                }
            }
        }

    @Test
    fun `no log shows a code or who called`() {
        val contact = Contact("张三", "13800138000")
        val shown =
            listOf(
                HelpDraft(CallCategory.MEDICAL, contact = contact),
                ClaimDraft("item", "mine", contact = contact),
                WelfareDraft(600, "2580", duressCode = "2581"),
            ).joinToString()
        for (secret in listOf("张三", "13800138000", "2580", "2581")) assertFalse(secret in shown, secret)
    }
}
