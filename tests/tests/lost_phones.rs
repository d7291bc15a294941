//! A phone that was lost: refused from its next request on, and wiped on its site's signed order alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};

use liuye_core::Code;
use liuye_core::companion::{Companion, LostReportDraft, Page, SyncReason};
use liuye_core::domain::{Contact, DocumentKind};
use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport, TransportError};
use liuye_core::log::{DeviceKey, Digest};
use liuye_core::native::NativeTransport;
use liuye_core::sync::wipe::WipeOrder;
use liuye_hub::ops::{backup::backup, device};
use liuye_tests::{District, FaultyTransport, Mishap, RawPhone, lost_keys, open_phone, png, problem};

/// Somebody between phone and hub, who answers in the hub's place.
struct Between {
    native: NativeTransport,
    answer: Mutex<Option<String>>,
}

impl Transport for Between {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        match self.answer.lock().unwrap().clone() {
            None => self.native.send(request),
            Some(wipe) => {
                let body = serde_json::json!({ "type": "", "title": "", "status": 403, "code": "device_revoked", "wipe": wipe });
                Ok(HttpResponse { status: 403, headers: Vec::new(), body: body.to_string().into_bytes() })
            }
        }
    }
}

fn report(phone: &Companion) -> Digest {
    let photo = phone.attach(&png(1, 5_000)).unwrap().sha256;
    let draft = LostReportDraft {
        contact: Some(Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None }),
        photos: vec![photo],
        ..lost_keys()
    };
    phone.lost().report(draft).unwrap();
    photo
}

fn blocked(phone: &Companion) -> Option<Code> {
    phone.sync(SyncReason::User).unwrap().blocked_reason
}

fn revoke(district: &District, phone: &Companion, wipe: bool) {
    device::revoke(district.hub(), &phone.device().to_string(), wipe).unwrap();
}

#[test]
fn a_lost_phone_is_refused_at_its_next_request_and_keeps_what_it_has() {
    let district = District::open();
    let (phone, other) = (district.staff("p-011"), district.staff("p-012"));
    report(&phone);
    revoke(&district, &phone, false);
    assert_eq!(blocked(&phone), Some(Code::DeviceRevoked));
    assert_eq!(blocked(&phone), Some(Code::DeviceRevoked), "and so it stays");
    assert_eq!(phone.outbox().unwrap().pending, 1, "nothing is dropped, and local work goes on");
    report(&phone);
    assert_eq!(blocked(&other), None, "nobody else notices");
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE kind = 'loss.report'"), 0);
    assert_eq!(device::revoke(district.hub(), &"0".repeat(32), false).unwrap_err().code, Code::NotFound);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn every_signed_request_of_a_lost_phone_is_refused_by_a_problem_of_its_own() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, Some("p-011"));
    let site = district.hub().site().unwrap();
    device::revoke(district.hub(), &phone.key.device().to_string(), false).unwrap();
    let enrol = serde_json::json!({ "code": district.code(None), "public_key": phone.key.public(), "device_name": "again" }).to_string();
    for (path, body) in [
        (format!("/v1/sites/{site}/sync"), "{}"),
        (format!("/v1/sites/{site}/branches"), "{}"),
        ("/v1/blobs".to_owned(), ""),
        ("/v1/enrol".to_owned(), enrol.as_str()),
    ] {
        let (status, code, body) = problem(&phone.signed(Method::Post, &path, body.as_bytes(), &[]));
        assert_eq!((status, code.as_str()), (403, "device_revoked"), "{path}");
        assert_eq!(body.get("wipe"), None, "nobody ordered that");
    }
    // Who is not the phone learns nothing of it: a signature comes first.
    let stranger = DeviceKey::from_bytes(&[9; 32]);
    let path = format!("/v1/sites/{site}/sync");
    let forged = liuye_core::sync::signature::sign(&stranger, "POST", &path, b"{}", None);
    assert_eq!(problem(&phone.send(Method::Post, &path, b"{}", forged, &[])).0, 401);
}

#[test]
fn a_wiped_phone_forgets_everything_and_is_a_new_one_when_it_is_opened_again() {
    let district = District::open();
    let phone = district.staff("p-011");
    let photo = report(&phone);
    let (old, path) = (phone.device(), district.phone_path("p-011"));
    // Another process of the app has the file open.
    let worker = open_phone(&path, Arc::new(NativeTransport::new()));
    assert!(phone.document("v-001").unwrap().is_some());
    revoke(&district, &phone, true);
    assert_eq!(phone.sync(SyncReason::User).unwrap_err().code, Code::Wiped);
    let log = path.with_extension("db-wal");
    assert_eq!(std::fs::metadata(log).unwrap().len(), 0, "nothing of it lies in the write-ahead log");
    let said = [
        phone.identity().map(drop),
        phone.outbox().map(drop),
        phone.sync(SyncReason::User).map(drop),
        phone.resume(),
        phone.next_event(1).map(drop),
    ];
    assert_eq!(said.map(|outcome| outcome.unwrap_err().code), [Code::Wiped; 5]);
    assert!(worker.documents(DocumentKind::Venue, Page::first(10)).is_err(), "the file has nothing for anyone");
    phone.close().unwrap();
    assert_eq!(phone.identity().unwrap_err().code, Code::Closed);

    let new = open_phone(&path, Arc::new(NativeTransport::new()));
    assert_ne!(new.device(), old);
    assert_eq!(new.identity().unwrap().site, None);
    assert_eq!(new.photo(&photo).unwrap_err().code, Code::NotFound);
    assert_eq!(new.outbox().unwrap().pending, 0);
    let left: usize = DocumentKind::ALL.iter().map(|kind| new.documents(*kind, Page::first(200)).unwrap().len()).sum();
    assert_eq!(left, 0);
    // Nor may the other process go on under the old name.
    assert_eq!(worker.lost().report(keys()).unwrap_err().code, Code::Wiped);
    new.enrol(&district.url(), &district.code(Some("p-011"))).unwrap();
    assert_eq!(blocked(&new), None);
    let lines: Vec<_> = district.hub().devices().unwrap().iter().map(device::line).collect();
    assert!(lines[0].contains("| p-011 |") && lines[0].contains("| in use |"), "{lines:?}");
    assert!(lines[1].starts_with(&old.to_string()) && lines[1].contains("| told to wipe itself |"), "{lines:?}");
    assert_eq!(district.faults(), Vec::<String>::new());
}

fn keys() -> LostReportDraft {
    LostReportDraft { description: "keys".to_owned(), ..lost_keys() }
}

#[test]
fn nobody_between_phone_and_hub_can_wipe_it() {
    let district = District::open();
    let between = Arc::new(Between { native: NativeTransport::new(), answer: Mutex::new(None) });
    let phone = open_phone(&district.phone_path("phone"), between.clone());
    phone.enrol(&district.url(), &district.code(Some("p-011"))).unwrap();
    assert_eq!(blocked(&phone), None);
    report(&phone);
    let site = district.hub().site().unwrap();
    let forged = |device| WipeOrder { site: site.clone(), device, ordered_at: 1 }.seal(&DeviceKey::from_bytes(&[9; 32])).unwrap();
    // A real order, for another phone of the same site.
    let other = RawPhone::enrol(&district, Some("p-012"));
    device::revoke(district.hub(), &other.key.device().to_string(), true).unwrap();
    let answer = other.sync(&site, &[]);
    let others = problem(&answer).2["wipe"].as_str().unwrap().to_owned();
    for order in [forged(phone.device()), others, String::new(), "a.b".to_owned()] {
        *between.answer.lock().unwrap() = Some(order);
        assert_eq!(blocked(&phone), Some(Code::DeviceRevoked));
    }
    *between.answer.lock().unwrap() = None;
    assert_eq!(blocked(&phone), None, "it is whole, and goes on");
    assert_eq!(phone.outbox().unwrap().pending, 0);
    // The control: the site's own order passes through the same hands.
    revoke(&district, &phone, true);
    assert_eq!(phone.sync(SyncReason::User).unwrap_err().code, Code::Wiped);
}

#[test]
fn a_phone_that_was_lost_before_it_knew_that_it_was_enrolled_is_told_so() {
    let district = District::open();
    let code = district.code(Some("p-011"));
    let phone = open_phone(&district.phone_path("phone"), Arc::new(FaultyTransport::new(&[Mishap::AnswerLost])));
    assert_eq!(phone.enrol(&district.url(), &code).unwrap_err().code, Code::LineCut);
    revoke(&district, &phone, true);
    assert_eq!(phone.enrol(&district.url(), &code).unwrap_err().code, Code::DeviceRevoked);
    assert!(phone.identity().is_ok(), "it knows no site whose word could wipe it");
}

#[test]
fn a_restored_hub_refuses_the_phones_that_were_lost_after_its_backup() {
    let mut district = District::open();
    let folder = tempfile::tempdir().unwrap();
    let known = district.staff("p-011");
    let kept = district.staff("p-012");
    backup(district.hub(), &folder.path().join("copy")).unwrap();
    // One of them the backup does not know at all.
    let unknown = district.staff("p-014");
    report(&unknown);
    revoke(&district, &known, false);
    revoke(&district, &unknown, true);
    district.restore(&folder.path().join("copy"));
    assert_eq!(blocked(&known), Some(Code::DeviceRevoked));
    assert_eq!(unknown.sync(SyncReason::User).unwrap_err().code, Code::Wiped);
    assert_eq!(blocked(&kept), None);
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE kind = 'loss.report'"), 0, "nothing of a lost phone is taken in");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn without_the_journal_beside_it_an_old_backup_lets_a_lost_phone_in_again() {
    let mut district = District::open();
    let folder = tempfile::tempdir().unwrap();
    let phone = district.staff("p-011");
    backup(district.hub(), &folder.path().join("copy")).unwrap();
    revoke(&district, &phone, false);
    std::fs::remove_file(folder.path().join("erasures.db")).unwrap();
    district.restore(&folder.path().join("copy"));
    assert_eq!(blocked(&phone), None);
}

#[test]
fn a_restored_hub_takes_a_shared_phone_in_again_with_those_who_share_it() {
    let mut district = District::open();
    let folder = tempfile::tempdir().unwrap();
    backup(district.hub(), &folder.path().join("copy")).unwrap();
    let phone = district.shared("phone", &["p-011", "p-012"], &Arc::default());
    district.restore(&folder.path().join("copy"));
    assert_eq!(blocked(&phone), None);
    let row = district.hub().devices().unwrap().remove(0);
    assert_eq!(row.persons().collect::<Vec<_>>(), ["p-011", "p-012"]);
    assert_eq!(phone.identity().unwrap().sharers.len(), 2);
    assert_eq!(district.faults(), Vec::<String>::new());
}
