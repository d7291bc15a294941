//! P12: what a later version says, in every place where the format is open, is kept, comes back untouched, and is understood after
//! an upgrade.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use liuye_core::companion::{AssignDraft, Companion, HazardDraft, OperationState, Page, SyncReason};
use liuye_core::domain::{DocumentKind, HazardGrade, MajorPlan, Person, Role, Until, Verdict};
use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::log::{Operation, verify_chain};
use liuye_core::native::NativeTransport;
use liuye_core::sync::wire::{Change, EnrolAnswer, Problem, SyncAnswer, SyncRequest};
use liuye_tests::{District, RawPhone, open_phone, problem, repository};
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn future(name: &str) -> String {
    fs::read_to_string(repository().join("tests/golden/future").join(name)).unwrap()
}

fn again(message: &impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(message).unwrap()).unwrap()
}

#[test]
fn p12_messages_from_the_future_are_read_and_what_they_say_of_records_is_written_again_as_it_came() {
    let text = future("sync-answer.json");
    let (answer, told): (SyncAnswer, Value) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
    let (written, mut changes) = (again(&answer), told["changes"].clone());
    assert_eq!(written["verdicts"], told["verdicts"]);
    // Nothing is kept of why a document went: it went.
    changes[2]["gone"].as_object_mut().unwrap().remove("because");
    assert_eq!(written["changes"], changes);
    assert_eq!(written["digest"], told["digest"]);
    let verdicts: Vec<_> = answer.verdicts.iter().map(|told| told.verdict.name()).collect();
    assert_eq!(verdicts, ["applied", "held", "held", "conflict", "quarantined", "applied"]);
    assert!(matches!(&answer.verdicts[2].verdict, Verdict::Held { until: Until::Other(text) } if text == "tide:low"));
    assert_eq!(answer.verdicts[5].told(), None, "what this version can say needs no second copy");

    let text = future("sync-request.json");
    let (request, told): (SyncRequest, Value) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
    assert_eq!(again(&request)["operations"], told["operations"]);
    assert_eq!(again(&request)["refill"], told["refill"]);
    assert_eq!(request.operations[0].body_text(), r#"{"depth_mm": 3100,  "tide":"low"}"#, "byte for byte: it is hashed");

    let text = future("enrol-answer.json");
    let (answer, told): (EnrolAnswer, Value) = (serde_json::from_str(&text).unwrap(), serde_json::from_str(&text).unwrap());
    assert_eq!(again(&answer)["scope"], told["scope"]);
    serde_json::from_str::<Problem>(&future("problem.json")).unwrap();
    let person = Person::read(serde_json::from_str(&future("person.json")).unwrap()).unwrap();
    assert!(person.holds(&[Role::Inspector], 0) && person.roles.len() == 1 && person.trades.len() == 1);

    // The control: what is broken, and not new, is still no answer.
    let told: Value = serde_json::from_str(&future("sync-answer.json")).unwrap();
    for (place, broken) in [("/changes/0/document/rev", json!("high")), ("/verdicts/0/operation", json!(7)), ("/acked", json!(null))] {
        let mut told = told.clone();
        *told.pointer_mut(place).unwrap() = broken;
        assert!(serde_json::from_str::<SyncAnswer>(&told.to_string()).is_err(), "{place}");
    }
}

/// What a hub of the future adds to an answer.
type Addition = Box<dyn FnMut(&mut Value) + Send>;

/// The hub of today, with more in its answers than it said. Digests do not come through: they know nothing of the additions.
struct Future {
    native: NativeTransport,
    additions: Arc<Mutex<Vec<Addition>>>,
}

impl Transport for Future {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let is_sync = request.url.ends_with("/sync");
        let mut answer = self.native.send(request)?;
        if is_sync && answer.status == 200 {
            let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
            body.as_object_mut().unwrap().remove("digest");
            for mut addition in self.additions.lock().unwrap().drain(..) {
                addition(&mut body);
            }
            answer.body = serde_json::to_vec(&body).unwrap();
        }
        Ok(answer)
    }
}

fn phone_with_a_future(district: &District, name: &str) -> (Companion, Arc<Mutex<Vec<Addition>>>) {
    let additions = Arc::<Mutex<Vec<Addition>>>::default();
    let transport = Future { native: NativeTransport::new(), additions: Arc::clone(&additions) };
    let phone = open_phone(&district.phone_path(name), Arc::new(transport));
    phone.enrol(&district.url(), &district.code(Some("p-005"))).unwrap();
    sync(&phone);
    (phone, additions)
}

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None);
}

fn hazard(phone: &Companion) -> (String, uuid::Uuid) {
    let draft = HazardDraft {
        venue: "v-001".to_owned(),
        inspection: None,
        description: "the exit is locked".to_owned(),
        grade: HazardGrade::Major,
        fix: None,
        photos: Vec::new(),
    };
    let saved = phone.safety().add_hazard(draft).unwrap();
    (saved.id, saved.operation)
}

#[test]
fn p12_an_old_phone_keeps_what_it_cannot_read_and_its_holder_goes_on() {
    let district = District::open();
    let (phone, additions) = phone_with_a_future(&district, "old");
    let (_, operation) = hazard(&phone);
    let told: Value = serde_json::from_str(&future("sync-answer.json")).unwrap();
    let mut news = told["changes"].as_array().unwrap().clone();
    let person = json!({ "id": "p-005", "kind": "person", "rev": 203, "schema_version": 9, "buckets": ["staff"],
        "body": serde_json::from_str::<Value>(&future("person.json")).unwrap() });
    news.push(json!({ "document": person }));
    additions.lock().unwrap().push(Box::new(move |answer| {
        answer["changes"].as_array_mut().unwrap().extend(news.clone());
        answer["verdicts"][0] = json!({ "operation": operation, "verdict": "deferred", "to": "next_tide" });
        answer["tide"] = json!("low");
    }));
    sync(&phone);

    let berth = phone.document("f-1").unwrap().unwrap();
    assert_eq!(json!(berth), told["changes"][0]["document"]);
    let flooded = phone.document("f-2").unwrap().unwrap();
    assert_eq!(json!(flooded.body), told["changes"][1]["document"]["body"]);
    assert_eq!(again(&flooded.conflicts), told["changes"][1]["document"]["conflicts"]);
    assert_eq!(phone.safety().hazards(Page::first(10)).unwrap().len(), 1, "its own; the one of a later shape is left out");
    let entry = phone.operations(Page::first(10)).unwrap().into_iter().find(|entry| entry.operation == operation).unwrap();
    assert_eq!(entry.state, OperationState::Held);
    assert_eq!(verdict_of(&district.phone_path("old"), operation), json!({ "verdict": "deferred", "to": "next_tide" }));

    // Whoever holds the phone has a role that it does not know, and goes on with those that it does.
    assert_eq!(phone.identity().unwrap().roles, [Role::Inspector]);
    hazard(&phone);
    sync(&phone);
    assert_eq!(phone.outbox().unwrap().pending, 0);
    // A bucket that it does not know leaves its scope, with what lay in it alone.
    additions.lock().unwrap().push(Box::new(|answer| {
        let gone =
            [json!({ "purge": { "bucket": "berth:b2" } }), json!({ "purge": { "bucket": "device:60de892bf0c708f8480b5270ff352d4f" } })];
        answer["changes"].as_array_mut().unwrap().extend(gone);
    }));
    sync(&phone);
    assert_eq!(phone.document("f-1").unwrap(), None);
    assert!(phone.document("f-2").unwrap().is_some());
}

fn database(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode([42; 32]))).unwrap();
    connection
}

fn verdict_of(path: &Path, operation: uuid::Uuid) -> Value {
    let sql = "SELECT verdict FROM operations WHERE id = ?1";
    let text: String = database(path).query_row(sql, [operation.as_bytes()], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A phone that left something aside under this build, and is opened by today's: the hazard's state, and whether what it had gone
/// on without is there.
fn after_an_upgrade_from(build: &str) -> (OperationState, bool) {
    let district = District::open();
    let (phone, _) = phone_with_a_future(&district, "old");
    let (missed, _) = hazard(&phone);
    let (_, operation) = hazard(&phone);
    sync(&phone);
    phone.close().unwrap();
    // As a build leaves it that could read neither a document's change nor the verdict.
    let connection = database(&district.phone_path("old"));
    connection.execute("DELETE FROM documents WHERE id = ?1", [&missed]).unwrap();
    assert_eq!(connection.execute("UPDATE operations SET state = 3 WHERE id = ?1", [operation.as_bytes()]).unwrap(), 1);
    connection.execute("INSERT INTO meta VALUES ('left_aside', ?1)", [json!(build).to_string()]).unwrap();
    drop(connection);
    let transport = Future { native: NativeTransport::new(), additions: Arc::default() };
    let phone = open_phone(&district.phone_path("old"), Arc::new(transport));
    sync(&phone);
    let entry = phone.operations(Page::first(10)).unwrap().into_iter().find(|entry| entry.operation == operation).unwrap();
    (entry.state, phone.document(&missed).unwrap().is_some())
}

#[test]
fn p12_after_an_upgrade_what_was_left_aside_is_understood() {
    assert_eq!(after_an_upgrade_from("0.0.9"), (OperationState::Applied, true));
    // The control: the build that did not understand it does not ask the same question at every sync.
    assert_eq!(after_an_upgrade_from(env!("CARGO_PKG_VERSION")), (OperationState::Held, false));
}

#[test]
fn p12_a_phone_notes_that_it_left_something_aside_and_only_then() {
    let district = District::open();
    let (phone, additions) = phone_with_a_future(&district, "old");
    let noted = || {
        let sql = "SELECT count(*) FROM meta WHERE key = 'left_aside'";
        database(&district.phone_path("old")).query_row(sql, [], |row| row.get::<_, u64>(0)).unwrap()
    };
    additions.lock().unwrap().push(Box::new(|answer| {
        let document = json!({ "id": "f-1", "kind": "berth", "rev": 201, "schema_version": 7, "body": {}, "buckets": ["berth:b2"] });
        answer["changes"].as_array_mut().unwrap().push(json!({ "document": document }));
    }));
    sync(&phone);
    assert_eq!(noted(), 0, "a document of an unknown kind is kept whole");
    additions.lock().unwrap().push(Box::new(|answer| answer["changes"].as_array_mut().unwrap().push(json!({ "moved": { "id": "f-1" } }))));
    sync(&phone);
    assert_eq!(noted(), 1);
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\u{4e00}-\u{4e20}\"\\\\ ]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

/// Fields that no version has: at the root of a hazard's body (false), or in its plan (true).
fn additions() -> impl Strategy<Value = Vec<(bool, String, Value)>> {
    prop::collection::vec((any::<bool>(), "future_[a-z]{1,6}", anything()), 1..5)
}

fn at(in_plan: bool, name: &str) -> String {
    if in_plan { format!("/plan/{name}") } else { format!("/{name}") }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn p12_unknown_fields_anywhere_in_a_document_survive_what_phone_and_hub_change_in_it(fields in additions()) {
        let district = District::open();
        let (phone, _) = phone_with_a_future(&district, "old");
        let (id, _) = hazard(&phone);
        let plan = MajorPlan {
            measures: "清理".to_owned(),
            owner: "店主".to_owned(),
            funds: "自筹".to_owned(),
            deadline: 4_000_000_000_000,
            contingency: "疏散".to_owned(),
        };
        let due = AssignDraft { owner: "店主".to_owned(), due: "2096-01-01T00:00:00+08:00".to_owned(), plan: Some(plan) };
        phone.safety().assign(&id, due).unwrap();
        sync(&phone);
        // A newer hub wrote more into it.
        let mut body = district.hub().document(&id).unwrap().unwrap().body;
        for (in_plan, name, value) in &fields {
            let parent = if *in_plan { &mut body["plan"] } else { &mut body };
            parent[name.as_str()] = value.clone();
        }
        let expected: Vec<_> = fields.iter().map(|(in_plan, name, _)| at(*in_plan, name)).map(|at| (at.clone(), body.pointer(&at).cloned())).collect();
        district.ledger().execute("UPDATE documents SET body = ?1 WHERE id = ?2", (body.to_string(), &id)).unwrap();
        // The hub of today changes it, and then the phone of today, before it has synced again.
        phone.safety().start_rectification(&id).unwrap();
        sync(&phone);
        phone.safety().extend(&id, "2096-01-20T00:00:00+08:00", "the rain").unwrap();
        let seen = [district.hub().document(&id).unwrap().unwrap(), phone.document(&id).unwrap().unwrap()];
        sync(&phone);
        let settled = [district.hub().document(&id).unwrap().unwrap(), phone.document(&id).unwrap().unwrap()];
        for document in seen.iter().chain(&settled) {
            for (at, value) in &expected {
                prop_assert_eq!(document.body.pointer(at), value.as_ref(), "{}", at);
            }
            prop_assert_eq!(&document.body["state"], &json!(if document == &seen[0] { "rectifying" } else { "extended" }));
        }
    }

    #[test]
    fn p12_unknown_fields_anywhere_in_an_answer_stop_nothing_and_those_of_records_are_kept(extra in anything(), place in 0..7_usize) {
        let mut told: Value = serde_json::from_str(&future("sync-answer.json")).unwrap();
        told["changes"][2] = json!({ "gone": { "id": "f-3" } });
        let open = ["/verdicts/0", "/verdicts/5", "/changes/0/document/body", "/changes/1/document/conflicts/0", "/changes/3/moved"];
        let passing = ["", "/acked"];
        let parent = open.iter().chain(&passing).nth(place).unwrap();
        told.pointer_mut(parent).unwrap()["future_field"] = extra;
        let answer: SyncAnswer = serde_json::from_str(&told.to_string()).unwrap();
        let written = again(&answer);
        prop_assert_eq!(&written["verdicts"], &told["verdicts"]);
        prop_assert_eq!(&written["changes"], &told["changes"]);
        prop_assert_eq!(answer.changes.iter().filter(|change| matches!(change, Change::Newer(_))).count(), 1);
    }
}

/// A log of three operations of an unknown kind, or of a later shape.
fn later(phone: &RawPhone) -> Vec<Operation> {
    let mut log: Vec<Operation> = Vec::new();
    for seq in 1..=3 {
        let mut operation = phone.operation(seq, log.last().map_or_else(|| phone.genesis(), |last| last.hash));
        "tourist".clone_into(&mut operation.actor);
        "berth.flood".clone_into(&mut operation.kind);
        operation.schema_version = 7;
        operation.body = RawValue::from_string(r#"{"depth_mm": 3100,  "tide":"low"}"#.to_owned()).ok();
        operation.seal();
        log.push(operation);
    }
    log
}

#[test]
fn p12_an_operation_of_an_unknown_kind_is_stored_as_it_came_and_held() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let log = later(&phone);
    let body = problem(&phone.sync(&district.hub().site().unwrap(), &log)).2;
    for verdict in body["verdicts"].as_array().unwrap() {
        assert_eq!((&verdict["verdict"], &verdict["until"]), (&json!("held"), &json!("kind:berth.flood@7")));
    }
    let connection = district.ledger();
    let mut statement = connection.prepare("SELECT content FROM operations ORDER BY seq").unwrap();
    let stored: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(stored, log.iter().map(|operation| serde_json::to_string(operation).unwrap()).collect::<Vec<_>>());
    let stored: Vec<Operation> = stored.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    verify_chain((0, phone.genesis()), &stored).unwrap();
    assert_eq!(district.hub().sweep().unwrap(), 3, "looked at again, and held again");
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE state = 'held'"), 3);
    assert_eq!(district.faults(), Vec::<String>::new());
}

type Spoil = fn(&mut Operation);

/// Under a name that is not its author's, or with a contact that did not come, it does not wait: the hub that knows the kind asks the
/// rules alone.
#[test]
fn p12_what_waits_for_a_newer_hub_is_its_authors_own() {
    let district = District::open();
    let site = district.hub().site().unwrap();
    let spoilt: [(&str, Spoil, &str); 3] = [
        ("somebody else's name", |operation| "p-001".clone_into(&mut operation.actor), "not_permitted"),
        ("a contact that does not come", |operation| operation.contact_digest = Some(operation.body_digest), "contact_mismatch"),
        ("a correction of nothing", |operation| operation.amends = Some(operation.id), "amends_nothing"),
    ];
    for (what, spoil, code) in spoilt {
        let phone = RawPhone::enrol(&district, None);
        let mut operation = later(&phone).remove(0);
        spoil(&mut operation);
        operation.seal();
        let body = problem(&phone.sync(&site, &[operation])).2;
        assert_eq!((&body["verdicts"][0]["verdict"], &body["verdicts"][0]["code"]), (&json!("quarantined"), &json!(code)), "{what}");
    }
}

#[test]
fn p12_a_hub_that_was_brought_up_to_date_replays_what_waited_for_it_and_tells_the_author() {
    let district = District::open();
    let phone = district.staff("p-005");
    let hazard = phone.safety();
    let (id, _) = self::hazard(&phone);
    hazard.start_rectification(&id).unwrap_err();
    let photo = phone.attach(&liuye_tests::png(3, 2_000)).unwrap();
    let plan = MajorPlan {
        measures: "清理".to_owned(),
        owner: "店主".to_owned(),
        funds: "自筹".to_owned(),
        deadline: 4_000_000_000_000,
        contingency: "疏散".to_owned(),
    };
    let due = AssignDraft { owner: "店主".to_owned(), due: "2096-01-01T00:00:00+08:00".to_owned(), plan: Some(plan) };
    hazard.assign(&id, due).unwrap();
    hazard.start_rectification(&id).unwrap();
    let done = hazard.rectify(&id, "已清理", vec![photo.sha256]).unwrap().operation;
    // Taken in while its photo is on the way; and, as a hub leaves it that does not know the kind, held for a newer one.
    let ledger = district.ledger();
    ledger
        .execute_batch(
            "CREATE TRIGGER unknown_kind AFTER INSERT ON operations WHEN NEW.kind = 'hazard.rectify' BEGIN
                 UPDATE operations SET wait_for = 'kind:hazard.rectify@1', verdict = '{\"verdict\":\"held\",\"until\":\"kind:hazard.rectify@1\"}'
                 WHERE site = NEW.site AND id = NEW.id; END",
        )
        .unwrap();
    sync(&phone);
    let state = || phone.operations(Page::first(20)).unwrap().into_iter().find(|entry| entry.operation == done).unwrap().state;
    assert_eq!(
        (state(), district.hub().document(&id).unwrap().unwrap().body["state"].clone()),
        (OperationState::Held, json!("rectifying"))
    );
    assert_eq!(district.count("SELECT count(*) FROM blobs"), 1, "it is not the photo that it waits for");

    district.hub().sweep().unwrap();
    assert_eq!(district.hub().document(&id).unwrap().unwrap().body["state"], "submitted");
    sync(&phone);
    assert_eq!(state(), OperationState::Applied);
    assert_eq!(phone.documents(DocumentKind::Hazard, Page::first(10)).unwrap()[0].body["state"], "submitted");
    assert_eq!(district.faults(), Vec::<String>::new());
}
