//! Writes the golden files of this version: `make_golden DIR`. They are made once a release and never again; later
//! versions are held against them by `tests/p12_golden.rs`.

#![allow(clippy::unwrap_used, reason = "a chore of the release: a failure ends it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use liuye_core::companion::{AssignDraft, Companion, HazardDraft, InspectionDraft, LostReportDraft, SyncReason};
use liuye_core::domain::{AnswerOutcome, ChecklistAnswer, Contact, HazardGrade, ItemCategory};
use liuye_tests::{District, Recorder, copy_tree, open_phone, png};
use rusqlite::Connection;

fn main() {
    let golden = PathBuf::from(std::env::args().nth(1).unwrap());
    fs::create_dir_all(golden.join("wire")).unwrap();
    let mut district = District::open();
    let recorder = Arc::new(Recorder::default());
    let inspector = open_phone(&district.phone_path("inspector"), recorder.clone());
    inspector.enrol(&district.url(), &district.code(Some("p-005"))).unwrap();
    sync(&inspector);
    rectified_hazard(&inspector);
    sync(&inspector);
    wire(&recorder, &golden.join("wire"));

    // A tourist whose report and contact are at the hub, and one whose phone has never met it.
    let known = district.phone("known");
    report(&known, "一把黑伞 a black umbrella");
    known.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&known);
    let tourist = district.phone("tourist");
    for thing in ["棕色皮夹 brown wallet", "相机 camera", "护照夹 passport cover"] {
        report(&tourist, thing);
    }
    district.stop();
    visit(&inspector);
    for (phone, name) in [(inspector, "inspector"), (tourist, "tourist")] {
        phone.close().unwrap();
        fs::copy(district.phone_path(name), golden.join(format!("{name}.db"))).unwrap();
    }
    hub(&district, &golden.join("hub"));
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

fn rectified_hazard(inspector: &Companion) {
    let photo = inspector.attach(&png(1, 0)).unwrap().sha256;
    let hazard = HazardDraft {
        venue: "v-001".to_owned(),
        inspection: None,
        description: "安全出口堆放杂物".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: vec![photo],
    };
    let id = inspector.safety().add_hazard(hazard).unwrap().id;
    let due = AssignDraft { owner: "店主".to_owned(), due: "2099-01-01T00:00:00+08:00".to_owned(), plan: None };
    inspector.safety().assign(&id, due).unwrap();
    inspector.safety().start_rectification(&id).unwrap();
    let after = inspector.attach(&png(2, 0)).unwrap().sha256;
    inspector.safety().rectify(&id, "已清理", vec![after]).unwrap();
}

fn visit(inspector: &Companion) {
    let draft = InspectionDraft { venue: "v-002".to_owned(), campaign: None, fix: None, photos: Vec::new() };
    let visit = inspector.safety().start_inspection(draft).unwrap();
    let checklist = inspector.safety().checklist().unwrap();
    let answers = checklist.into_iter().map(|item| ChecklistAnswer { item: item.id, outcome: AnswerOutcome::Pass, note: None });
    inspector.safety().submit(&visit.id, answers.collect(), None, Vec::new()).unwrap();
}

fn report(phone: &Companion, description: &str) {
    let draft = LostReportDraft {
        category: ItemCategory::Wallet,
        description: description.to_owned(),
        brand: None,
        colour: None,
        marks: Some("内有一张全家福".to_owned()),
        place: "司马楼".to_owned(),
        zone: None,
        lost_from: "2026-01-01T18:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T19:00:00+08:00".to_owned(),
        contact: Some(Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None }),
        photos: Vec::new(),
    };
    phone.lost().report(draft).unwrap();
}

/// The bodies of enrolment and sync, each with its place in the conversation.
fn wire(recorder: &Recorder, into: &Path) {
    let mut number = 0;
    for (request, answer) in recorder.exchanges() {
        let Some(name) = ["enrol", "sync"].into_iter().find(|name| request.url.ends_with(name)) else { continue };
        number += 1;
        fs::write(into.join(format!("{number:02}-{name}-request.json")), request.body).unwrap();
        fs::write(into.join(format!("{number:02}-{name}-answer.json")), answer.body).unwrap();
    }
}

fn hub(district: &District, into: &Path) {
    fs::create_dir_all(into.join("blobs")).unwrap();
    let from = district.phone_path("x").with_file_name("hub");
    for name in ["ledger.db", "keys.db", "accounts.db"] {
        // A copy of the file alone would miss what its write-ahead log holds.
        let sql = format!("VACUUM INTO '{}'", into.join(name).display());
        Connection::open(from.join(name)).unwrap().execute_batch(&sql).unwrap();
    }
    copy_tree(&from.join("blobs"), &into.join("blobs"));
}
