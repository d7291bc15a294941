//! Urgent operations ahead of their turn: shown at once, believed only when the log brings them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use liuye_core::companion::{Companion, HazardDraft, SyncReason};
use liuye_core::domain::{DocumentKind, HazardGrade, Role};
use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport, TransportError};
use liuye_core::log::{Digest, Operation};
use liuye_core::native::NativeTransport;
use liuye_core::sync::policy::{MAX_HINTS, MAX_OPERATIONS};
use liuye_core::sync::wire::URGENT;
use liuye_tests::{District, RawPhone, lost_keys, open_phone, problem};
use serde_json::{Value, json};

/// A line that breaks after the first sync, until it is mended.
struct Breaking {
    native: NativeTransport,
    broken: Arc<AtomicBool>,
    sent: Arc<Mutex<Vec<HttpRequest>>>,
}

impl Transport for Breaking {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(TransportError::Offline);
        }
        self.sent.lock().unwrap().push(request.clone());
        let is_sync = request.url.ends_with("/sync");
        let answer = self.native.send(request);
        self.broken.store(is_sync, Ordering::SeqCst);
        answer
    }
}

fn loss(phone: &Companion) {
    let draft = lost_keys();
    phone.lost().report(draft).unwrap();
}

fn hazard(phone: &Companion) -> String {
    let draft = HazardDraft {
        venue: "v-001".to_owned(),
        inspection: None,
        description: "the only exit is blocked".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    phone.safety().add_hazard(draft).unwrap().id
}

fn desk_page(district: &District) -> String {
    let send = |method, path: &str, headers: &[(&str, &str)], body: &str| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let url = format!("{}{path}", district.url());
        let request = HttpRequest { method, url, headers, body: body.as_bytes().to_vec(), timeout_ms: 10_000 };
        NativeTransport::new().send(request).unwrap()
    };
    // The second time there is such an officer already.
    let _ = district.hub().accounts().add("wang", Role::Desk, None, Some("correct horse battery"));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = send(Method::Post, "/desk/login", &form, "name=wang&password=correct+horse+battery");
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    String::from_utf8(send(Method::Get, "/desk/records?lang=en", &[("cookie", &cookie)], "").body).unwrap()
}

fn is_urgent(request: &HttpRequest) -> bool {
    request.headers.iter().any(|(name, value)| name == URGENT && value == "1")
}

#[test]
fn a_hazard_behind_a_long_queue_is_shown_at_once_and_proven_when_the_log_brings_it() {
    let district = District::open();
    let (broken, sent) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<HttpRequest>>>::default());
    let transport = Breaking { native: NativeTransport::new(), broken: Arc::clone(&broken), sent: Arc::clone(&sent) };
    let phone = open_phone(&district.phone_path("phone"), Arc::new(transport));
    phone.enrol(&district.url(), &district.code(Some("p-005"))).unwrap();
    for _ in 0..MAX_OPERATIONS {
        loss(&phone);
    }
    let id = hazard(&phone);
    // One request gets through, with the oldest of the queue in it.
    assert!(phone.sync(SyncReason::User).unwrap().blocked_reason.is_some());
    assert!(is_urgent(sent.lock().unwrap().last().unwrap()));
    assert_eq!(district.count("SELECT count(*) FROM operations"), MAX_OPERATIONS as u64);
    let hints = district.hub().hints(10).unwrap();
    assert_eq!(hints.iter().map(|hint| (hint.operation.entity.as_str(), hint.contradicted)).collect::<Vec<_>>(), [(id.as_str(), false)]);
    assert!(district.hub().document(&id).unwrap().is_none(), "a hint is no record");
    let page = desk_page(&district);
    assert!(page.contains("Unconfirmed") && page.contains("the only exit is blocked"));

    while phone.outbox().unwrap().pending > 0 {
        broken.store(false, Ordering::SeqCst);
        phone.sync(SyncReason::User).unwrap();
    }
    assert!(district.hub().document(&id).unwrap().is_some());
    assert!(district.hub().hints(10).unwrap().is_empty());
    assert!(!desk_page(&district).contains("Unconfirmed"));
    // The control: what is in the request itself needs no hint, and a loss is nothing urgent.
    sent.lock().unwrap().clear();
    loss(&phone);
    broken.store(false, Ordering::SeqCst);
    phone.sync(SyncReason::User).unwrap();
    assert!(!is_urgent(&sent.lock().unwrap()[0]));
    let body: Value = serde_json::from_slice(&sent.lock().unwrap()[0].body).unwrap();
    assert_eq!(body.get("hints"), None);
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// A hazard at this place of a log that nobody has sent yet.
fn found(phone: &RawPhone, seq: u64, prev_hash: Digest) -> Operation {
    let mut operation = phone.operation(seq, prev_hash);
    "hazard.find".clone_into(&mut operation.kind);
    "p-005".clone_into(&mut operation.actor);
    operation.body = serde_json::value::to_raw_value(&json!({ "venue": "v-001", "description": "smoke", "grade": "general" })).ok();
    operation.seal();
    operation
}

fn send(district: &District, phone: &RawPhone, operations: &[Operation], hints: &[Operation]) {
    let first = operations.first().map_or(1, |operation| operation.seq);
    let body = json!({ "epoch": 1, "first_seq": first, "operations": operations, "limit": 100, "hints": hints });
    let path = format!("/v1/sites/{}/sync", district.hub().site().unwrap());
    let answer = phone.signed(Method::Post, &path, body.to_string().as_bytes(), &[(URGENT, "1")]);
    assert_eq!(answer.status, 200, "{:?}", problem(&answer));
}

/// The hints at the hub, and whether each is contradicted.
fn hints(district: &District) -> Vec<(String, bool)> {
    let mut hints: Vec<_> =
        district.hub().hints(100).unwrap().into_iter().map(|hint| (hint.operation.id.to_string(), hint.contradicted)).collect();
    hints.sort();
    hints
}

#[test]
fn a_hint_that_the_log_contradicts_is_flagged() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, Some("p-005"));
    let first = phone.loss(1, phone.genesis(), "p-005");
    // Other contents under its name, and another operation at its place.
    let (told, elsewhere) = (found(&phone, 2, first.hash), found(&phone, 3, first.hash));
    send(&district, &phone, std::slice::from_ref(&first), &[told.clone(), elsewhere.clone()]);
    let both = |told_is: bool, elsewhere_is: bool| {
        let mut both = vec![(told.id.to_string(), told_is), (elsewhere.id.to_string(), elsewhere_is)];
        both.sort();
        both
    };
    assert_eq!(hints(&district), both(false, false));
    let mut other = found(&phone, 2, first.hash);
    other.id = told.id;
    other.body = serde_json::value::to_raw_value(&json!({ "venue": "v-002", "description": "no smoke", "grade": "general" })).ok();
    other.seal();
    send(&district, &phone, std::slice::from_ref(&other), &[]);
    assert_eq!(hints(&district), both(true, false));
    let third = phone.loss(3, other.hash, "p-005");
    send(&district, &phone, &[third], &[]);
    assert_eq!(hints(&district), both(true, true));
    assert!(desk_page(&district).contains("Contradicted"));
    let stored: Vec<_> = district.hub().about(&other.entity).unwrap().into_iter().map(|record| record.body).collect();
    assert_eq!(stored, [other.body_text()], "what the log says is what happened");
    assert_eq!(district.hub().about(&told.entity).unwrap().len(), 0);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn what_is_no_hint_is_passed_over_and_stops_nothing() {
    let district = District::open();
    let (phone, other) = (RawPhone::enrol(&district, Some("p-005")), RawPhone::enrol(&district, Some("p-006")));
    let first = phone.loss(1, phone.genesis(), "p-005");
    let sound = found(&phone, 2, first.hash);
    let mut altered = found(&phone, 2, first.hash);
    altered.recorded_at += 1;
    let calm = phone.loss(2, first.hash, "p-005");
    let mut branch = found(&phone, 2, first.hash);
    branch.move_to(7, 2, first.hash);
    let wrong = [found(&other, 2, first.hash), altered, calm, branch, first.clone()];
    send(&district, &phone, std::slice::from_ref(&first), &wrong);
    assert_eq!(hints(&district), []);
    // The control: the sound one is kept, once however often it comes, and no more than a desk can look at.
    for _ in 0..2 {
        send(&district, &phone, &[], std::slice::from_ref(&sound));
    }
    assert_eq!(hints(&district), [(sound.id.to_string(), false)]);
    let many: Vec<_> = (0..2 * MAX_HINTS as u64).map(|more| found(&phone, 3 + more, sound.hash)).collect();
    send(&district, &phone, &[], &many);
    assert_eq!(hints(&district).len(), MAX_HINTS);
    send(&district, &other, &[], &[found(&other, 1, other.genesis())]);
    assert_eq!(hints(&district).len(), MAX_HINTS + 1, "one device does not silence another");
    assert_eq!(district.count("SELECT count(*) FROM operations"), 1);
    assert_eq!(district.hub().documents(DocumentKind::Hazard, 10, 0).unwrap().len(), 0);

    // A week later nothing has come of them.
    district.ledger().execute("UPDATE hints SET received_at = received_at - 8 * 86400000", []).unwrap();
    district.hub().sweep().unwrap();
    assert_eq!(hints(&district), []);
}

/// A request of this claimed sender whose body does not come: it keeps its place for as long as the connection lives.
fn stalled(district: &District, sender: &str) -> TcpStream {
    let mut line = TcpStream::connect(district.url().trim_start_matches("http://")).unwrap();
    let head = "POST /v1/sites/liuye-lake/sync HTTP/1.1\r\nhost: lake\r\ncontent-length: 4194304\r\nsignature-input: liuye=();keyid=";
    line.write_all(format!("{head}\"{sender}\"\r\n\r\n").as_bytes()).unwrap();
    line
}

/// Syncs from a thread of its own, and says by and by with which status.
fn syncing(district: &District, phone: RawPhone, headers: &'static [(&'static str, &'static str)]) -> Receiver<u16> {
    let (tell, told) = std::sync::mpsc::channel();
    let path = format!("/v1/sites/{}/sync", district.hub().site().unwrap());
    std::thread::spawn(move || {
        let body = json!({ "epoch": 1, "first_seq": 1, "operations": [], "limit": 1 }).to_string();
        let _ = tell.send(phone.signed(Method::Post, &path, body.as_bytes(), headers).status);
    });
    told
}

#[test]
fn under_load_urgent_requests_go_first_and_the_others_follow() {
    let district = District::open();
    let phones: Vec<_> = (0..3).map(|_| RawPhone::enrol(&district, None)).collect();
    let [calm, urgent, last] = phones.try_into().ok().unwrap();
    // As many slow uplinks, with as much to say, as the hub has room for.
    let slow: Vec<_> = (0..64).map(|number| stalled(&district, &format!("slow-{number}"))).collect();
    std::thread::sleep(Duration::from_millis(300));
    let waits = syncing(&district, calm, &[]);
    assert_eq!(waits.recv_timeout(Duration::from_millis(700)), Err(RecvTimeoutError::Timeout), "it waits its turn");
    let goes_first = syncing(&district, urgent, &[(URGENT, "1")]);
    assert_eq!(goes_first.recv_timeout(Duration::from_secs(10)), Ok(200));
    assert_eq!(waits.try_recv(), Err(TryRecvError::Empty));
    drop(slow);
    assert_eq!(waits.recv_timeout(Duration::from_secs(10)), Ok(200), "and comes to it");
    assert_eq!(syncing(&district, last, &[]).recv_timeout(Duration::from_secs(10)), Ok(200), "the control: without load nobody waits");
}

#[test]
fn one_sender_has_two_requests_at_once_and_the_next_one_is_asked_to_wait() {
    let district = District::open();
    let (phone, other) = (RawPhone::enrol(&district, None), RawPhone::enrol(&district, None));
    let slow: Vec<_> = (0..2).map(|_| stalled(&district, &phone.key.device().to_string())).collect();
    std::thread::sleep(Duration::from_millis(300));
    let operations = [phone.loss(1, phone.genesis(), "tourist")];
    let site = district.hub().site().unwrap();
    let refused = phone.sync(&site, &operations);
    assert_eq!((problem(&refused).0, problem(&refused).1.as_str()), (503, "hub_busy"));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(other.sync(&site, &[other.loss(1, other.genesis(), "tourist")]).status, 200, "nobody else is");
    drop(slow);
    let until = (0..100).find(|_| {
        std::thread::sleep(Duration::from_millis(50));
        phone.sync(&site, &operations).status == 200
    });
    assert!(until.is_some());
    assert_eq!(district.count("SELECT count(*) FROM operations"), 2);
}
