//! A record made with no network reaches the desk: once, in order, unaltered, and with an answer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::Code;
use liuye_core::companion::{
    AssignDraft, CheckInDraft, Companion, HazardDraft, InspectionDraft, LostReportDraft, OperationState, Page, SyncReason, SyncReport,
};
use liuye_core::domain::{
    AnswerOutcome, CheckInEvidence, CheckInVerdict, ChecklistAnswer, Contact, DocumentKind, Flag, HazardGrade, HazardState,
    InspectionState, ItemCategory, LostReportState, Movement, Verdict,
};
use liuye_tests::{District, FaultyTransport, Mishap, one_answer_hub, open_phone, png};

fn sync(phone: &Companion) -> SyncReport {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    report
}

fn qr(district: &District, checkpoint: &str) -> CheckInDraft {
    CheckInDraft {
        checkpoint: None,
        evidence: CheckInEvidence::Qr { payload: district.qr(checkpoint) },
        fix: None,
        movement: Movement::Foot,
        note: None,
        photos: Vec::new(),
    }
}

fn wallet() -> LostReportDraft {
    LostReportDraft {
        category: ItemCategory::Wallet,
        description: "棕色皮夹 brown leather wallet".to_owned(),
        brand: None,
        colour: Some("棕色".to_owned()),
        marks: Some("内有一张全家福".to_owned()),
        place: "司马楼".to_owned(),
        zone: None,
        lost_from: "2026-01-01T18:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T19:00:00+08:00".to_owned(),
        contact: Some(Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None }),
        photos: Vec::new(),
    }
}

fn inspection(venue: &str) -> InspectionDraft {
    InspectionDraft { venue: venue.to_owned(), campaign: None, fix: None, photos: Vec::new() }
}

fn hazard(venue: &str) -> HazardDraft {
    HazardDraft {
        venue: venue.to_owned(),
        inspection: None,
        description: "安全出口堆放杂物".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    }
}

#[test]
fn three_people_record_offline_and_each_learns_the_verdict() {
    let mut district = District::open();
    let (guard, tourist, inspector) = (district.staff("p-011"), district.phone("tourist"), district.staff("p-005"));
    district.stop();

    let check_in = guard.patrol().check_in(qr(&district, "cp-02")).unwrap();
    let loss = tourist.lost().report(wallet()).unwrap();
    let visit = inspector.safety().start_inspection(inspection("v-001")).unwrap();
    let answers: Vec<_> = inspector
        .safety()
        .checklist()
        .unwrap()
        .into_iter()
        .map(|item| ChecklistAnswer { item: item.id, outcome: AnswerOutcome::Pass, note: None })
        .collect();
    inspector.safety().submit(&visit.id, answers, None, Vec::new()).unwrap();
    assert_eq!(guard.sync(SyncReason::Write).unwrap().blocked_reason, Some(Code::Offline));
    assert_eq!(guard.outbox().unwrap().pending, 1);

    district.start();
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    for phone in [&guard, &tourist, &inspector] {
        sync(phone);
        let outbox = phone.outbox().unwrap();
        assert_eq!((outbox.pending, outbox.held, outbox.quarantined, outbox.conflicts), (0, 0, 0, 0));
        assert_eq!(outbox.blocked_reason, None);
    }
    // Each is in the ledger once: enrolments and the four records.
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE state = 'applied'"), 7);
    for id in [&check_in.id, &loss.id, &visit.id] {
        assert!(district.hub().document(id).unwrap().is_some());
    }
    assert_eq!(inspector.safety().inspections(Page::first(10)).unwrap()[0].1.state, InspectionState::Submitted);
    let contact = district.hub().contact(&loss.id, "officer").unwrap();
    assert_eq!(contact.phone, "+8613800138000");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_contact_is_in_no_operation_and_no_document() {
    let district = District::open();
    let tourist = district.phone("tourist");
    tourist.lost().report(wallet()).unwrap();
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&tourist);
    for table in ["operations", "documents", "contacts", "entries"] {
        let sql = format!("SELECT * FROM {table}");
        let ledger = district.ledger();
        let mut statement = ledger.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let bytes = match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => bytes.to_vec(),
                    _ => continue,
                };
                for plain in ["13800138000".as_bytes(), "张三".as_bytes()] {
                    assert!(!bytes.windows(plain.len()).any(|window| window == plain), "{table}");
                }
            }
        }
    }
}

#[test]
fn two_inspectors_who_both_rectify_offline_are_one_applied_and_one_conflict() {
    let mut district = District::open();
    let (first, second) = (district.staff("p-005"), district.staff("p-006"));
    let id = first.safety().add_hazard(hazard("v-001")).unwrap().id;
    let due = AssignDraft { owner: "店主".to_owned(), due: "2099-01-01T00:00:00+08:00".to_owned(), plan: None };
    first.safety().assign(&id, due).unwrap();
    first.safety().start_rectification(&id).unwrap();
    sync(&first);
    sync(&second);
    district.stop();
    let photos = [first.attach(&png(1, 0)).unwrap().sha256, second.attach(&png(2, 300_000)).unwrap().sha256];
    first.safety().rectify(&id, "已清理", vec![photos[0]]).unwrap();
    let late = second.safety().rectify(&id, "我也清理了", vec![photos[1]]).unwrap();
    district.start();
    sync(&first);
    sync(&second);
    assert_eq!(first.safety().hazards(Page::first(1)).unwrap()[0].1.state, HazardState::Submitted);
    let attention = second.needs_attention().unwrap();
    assert_eq!(attention.len(), 1);
    assert_eq!((attention[0].entry.operation, attention[0].entry.state), (late.operation, OperationState::Conflict));
    assert!(attention[0].body.contains("我也清理了"));
    let document = district.hub().document(&id).unwrap().unwrap();
    assert_eq!(document.conflicts.len(), 1);
    assert_eq!(document.conflicts[0].actor, "p-006");
    assert_eq!(document.conflicts[0].photos, vec![photos[1]]);
    // The overtaken one sees how it stands.
    assert_eq!(second.safety().hazards(Page::first(1)).unwrap()[0].1.rectified_by.as_deref(), Some("p-005"));
    // Four eyes: who rectified may not pass it.
    assert_eq!(first.safety().reinspect(&id, true, None).unwrap_err().code, Code::HazardFourEyes);
    second.discard(late.operation, "同事已处理").unwrap();
    second.safety().reinspect(&id, true, None).unwrap();
    sync(&second);
    assert_eq!(second.needs_attention().unwrap(), Vec::new());
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_rectification_is_held_until_its_photo_is_there_and_then_applied() {
    let district = District::open();
    let inspector = district.staff("p-005");
    let id = inspector.safety().add_hazard(hazard("v-002")).unwrap().id;
    let due = AssignDraft { owner: "店主".to_owned(), due: "2099-01-01T00:00:00+08:00".to_owned(), plan: None };
    inspector.safety().assign(&id, due).unwrap();
    inspector.safety().start_rectification(&id).unwrap();
    let photo = inspector.attach(&png(3, 700_000)).unwrap();
    let done = inspector.safety().rectify(&id, "已清理", vec![photo.sha256]).unwrap();
    let report = sync(&inspector);
    let verdicts: Vec<_> =
        report.verdicts.iter().filter(|verdict| verdict.operation == done.operation).map(|verdict| &verdict.verdict).collect();
    assert!(matches!(verdicts[..], [Verdict::Held { .. }, Verdict::Applied { .. }]), "{verdicts:?}");
    assert_eq!(report.blobs_sent, 1);
    assert_eq!(inspector.outbox().unwrap().blobs, 0);
    assert_eq!(district.count("SELECT len FROM blobs"), photo.len);
}

#[test]
fn a_quarantined_visit_keeps_all_that_was_typed_and_its_correction_is_applied_with_what_waited() {
    let mut district = District::open();
    let inspector = district.staff("p-005");
    district.stop();
    district.hub().import_site(&District::site_file("site-next.json")).unwrap();
    let visit = inspector.safety().start_inspection(inspection("v-060")).unwrap();
    let answers: Vec<_> = inspector
        .safety()
        .checklist()
        .unwrap()
        .into_iter()
        .map(|item| ChecklistAnswer { item: item.id, outcome: AnswerOutcome::Pass, note: None })
        .collect();
    let handed_in = inspector.safety().submit(&visit.id, answers, Some("一切正常".to_owned()), Vec::new()).unwrap();
    district.start();
    sync(&inspector);
    let attention = inspector.needs_attention().unwrap();
    assert_eq!(attention.len(), 2);
    assert_eq!((attention[0].entry.state, attention[0].entry.code), (OperationState::Quarantined, Some(Code::VenueRetired)));
    assert_eq!(attention[0].entry.field, "venue");
    assert_eq!((attention[1].entry.state, attention[1].entry.operation), (OperationState::Held, handed_in.operation));
    assert_eq!(inspector.safety().inspections(Page::first(10)).unwrap(), Vec::new(), "what the hub refused leaves the view");
    // The site's next edition came with the same sync: the phone itself now refuses that venue.
    assert_eq!(inspector.safety().start_inspection(inspection("v-060")).unwrap_err().code, Code::VenueRetired);
    inspector.safety().amend_inspection(visit.operation, inspection("v-059")).unwrap();
    sync(&inspector);
    assert_eq!(inspector.needs_attention().unwrap(), Vec::new());
    let stored = inspector.safety().inspections(Page::first(10)).unwrap();
    assert_eq!((stored[0].1.venue.as_str(), stored[0].1.state), ("v-059", InspectionState::Submitted));
    let outbox = inspector.outbox().unwrap();
    assert_eq!((outbox.pending, outbox.held, outbox.quarantined, outbox.conflicts), (0, 0, 1, 0));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_flagged_check_in_counts_once_a_supervisor_says_so_and_its_author_sees_it() {
    let district = District::open();
    let (guard, desk) = (district.staff("p-011"), district.staff("p-003"));
    let away = CheckInDraft { checkpoint: Some("cp-02".to_owned()), evidence: CheckInEvidence::Gps, ..qr(&district, "cp-02") };
    let flagged = guard.patrol().check_in(away).unwrap();
    assert_eq!((flagged.verdict, &flagged.flags[..]), (CheckInVerdict::Flagged, &[Flag::FixMissing][..]));
    sync(&guard);
    sync(&desk);
    desk.patrol().review(&flagged.id, true, "监控可证").unwrap();
    sync(&desk);
    sync(&guard);
    let seen = guard.patrol().check_ins(Page::first(1)).unwrap();
    assert_eq!(seen[0].1.verdict, CheckInVerdict::Accepted);
    assert_eq!(seen[0].1.review_reason.as_deref(), Some("监控可证"));
}

#[test]
fn a_lost_thing_goes_from_open_to_candidate_to_returned_and_its_owner_follows_it() {
    let district = District::open();
    let (tourist, desk) = (district.phone("tourist"), district.staff("p-003"));
    let loss = tourist.lost().report(wallet()).unwrap();
    assert_eq!(loss.tracking_code.len(), 19);
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&tourist);
    sync(&desk);
    desk.lost().mark_candidate(&loss.id, Some("招领台有一个".to_owned())).unwrap();
    desk.lost().mark_returned(&loss.id, None).unwrap();
    sync(&desk);
    sync(&tourist);
    assert_eq!(tourist.lost().reports(Page::first(1)).unwrap()[0].1.state, LostReportState::Returned);
    let error = tourist.lost().withdraw(&loss.id, None).unwrap_err();
    assert_eq!(error.code, Code::StateRefused);
    assert_eq!(desk.lost().contact(&loss.id).unwrap(), None, "a contact stays with the phone that took it, and with the hub");
}

#[test]
fn answers_that_are_lost_and_requests_that_come_twice_change_nothing() {
    let district = District::open();
    let mishaps = [Mishap::None, Mishap::AnswerLost, Mishap::RequestLost, Mishap::Repeated, Mishap::AnswerLost, Mishap::AnswerLost];
    let phone = open_phone(&district.phone_path("shaky"), Arc::new(FaultyTransport::new(&mishaps)));
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    for _ in 0..3 {
        phone.lost().report(wallet()).unwrap();
        let report = phone.sync(SyncReason::User).unwrap();
        if report.blocked_reason.is_some() {
            assert!(report.next_allowed_at.is_some(), "a failed round names the next one");
        }
    }
    while phone.outbox().unwrap().pending > 0 {
        phone.sync(SyncReason::User).unwrap();
    }
    assert_eq!(district.count("SELECT count(*) FROM operations"), 4);
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 3);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_hub_that_is_ill_leaves_a_clear_state_and_work_goes_on() {
    let cases: [(&[u8], Code); 5] = [
        (b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n", Code::HubError),
        (b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n", Code::HubBusy),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"acked\":", Code::LineCut),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nnonsens", Code::AnswerInvalid),
        (b"", Code::LineCut),
    ];
    for (answer, code) in cases {
        let district = District::open();
        let phone = district.staff("p-011");
        let (ill, _serving) = one_answer_hub(answer);
        point_at(&district, &phone, &ill);
        let phone = district.phone("p-011");
        phone.patrol().check_in(qr(&district, "cp-02")).unwrap();
        let report = phone.sync(SyncReason::Write).unwrap();
        assert_eq!(report.blocked_reason, Some(code));
        let outbox = phone.outbox().unwrap();
        assert_eq!((outbox.pending, outbox.blocked_reason), (1, Some(code)));
        assert!(outbox.next_allowed_at.is_some());
        phone.patrol().check_in(qr(&district, "cp-03")).unwrap();
        assert_eq!(phone.outbox().unwrap().pending, 2);
        phone.close().unwrap();
        let phone = district.phone("p-011");
        point_at(&district, &phone, &district.url());
        let phone = district.phone("p-011");
        while phone.outbox().unwrap().pending > 0 {
            // The sick hub's wish for patience holds for this phone until it passes.
            if phone.sync(SyncReason::User).unwrap().blocked_reason.is_some() {
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        }
        assert_eq!(phone.outbox().unwrap().blocked_reason, None);
    }
}

/// Points a phone at another hub, as a proxy or a poisoned name server would, and closes it.
fn point_at(district: &District, phone: &Companion, url: &str) {
    phone.close().unwrap();
    let path = district.phone_path("p-011");
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode([42; 32]))).unwrap();
    let sql = "UPDATE meta SET value = json_set(value, '$.hub_url', ?1) WHERE key = 'enrolment'";
    assert_eq!(connection.execute(sql, [url]).unwrap(), 1);
}

#[test]
fn a_second_import_reaches_phones_as_the_difference_alone() {
    let district = District::open();
    let phone = district.staff("p-011");
    let before = phone.documents(DocumentKind::Venue, Page::first(200)).unwrap().len();
    let report = district.hub().import_site(&District::site_file("site-next.json")).unwrap();
    assert_eq!((report.added, report.removed), (1, 0));
    let synced = sync(&phone);
    assert_eq!(synced.received, report.added + report.changed);
    assert_eq!(phone.documents(DocumentKind::Venue, Page::first(200)).unwrap().len(), before + 1);
    let again = district.hub().import_site(&District::site_file("site-next.json")).unwrap();
    assert_eq!((again.added, again.changed, again.removed), (0, 0, 0));
    district.hub().import_site(&District::site_file("site.json")).unwrap();
    assert_eq!(sync(&phone).gone, 1);
    assert_eq!(phone.documents(DocumentKind::Venue, Page::first(200)).unwrap().len(), before);
}

#[test]
fn an_altered_record_is_named_by_verify() {
    let district = District::open();
    let phone = district.staff("p-011");
    phone.patrol().check_in(qr(&district, "cp-02")).unwrap();
    sync(&phone);
    assert_eq!(district.faults(), Vec::<String>::new());
    let sql = "UPDATE operations SET content = replace(content, 'cp-02', 'cp-03') WHERE kind = 'check_in.record'";
    assert_eq!(district.ledger().execute(sql, []).unwrap(), 1);
    assert_eq!(district.faults().len(), 1);
    assert!(district.faults()[0].contains("at seq 2"), "{:?}", district.faults());
}

#[test]
fn a_code_works_for_one_phone_alone() {
    let district = District::open();
    let code = district.code(Some("p-011"));
    let first = district.phone("first");
    first.enrol(&district.url(), &code).unwrap();
    assert_eq!(first.enrol(&district.url(), &code).unwrap_err().code, Code::AlreadyEnrolled);
    let second = district.phone("second");
    assert_eq!(second.enrol(&district.url(), &code).unwrap_err().code, Code::EnrolmentRefused);
    assert_eq!(second.identity().unwrap().site, None);
}

#[test]
fn closing_and_suspending_are_typed_states() {
    let district = District::open();
    let phone = district.staff("p-011");
    phone.suspend().unwrap();
    assert_eq!(phone.outbox().unwrap_err().code, Code::Suspended);
    phone.resume().unwrap();
    phone.outbox().unwrap();
    phone.close().unwrap();
    assert_eq!(phone.outbox().unwrap_err().code, Code::Closed);
    assert_eq!(phone.sync(SyncReason::User).unwrap_err().code, Code::Closed);
    assert_eq!(phone.resume().unwrap_err().code, Code::Closed);
    phone.close().unwrap();
}
