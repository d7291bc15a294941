//! What version 0.1 wrote is read by this version: databases of phones and hub, their outboxes, and the wire.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use liuye_core::companion::{Companion, Page, SyncReason};
use liuye_core::domain::{Document, DocumentKind, HazardState};
use liuye_core::env::Env;
use liuye_core::log::{Digest, Operation, verify_chain};
use liuye_core::native::NativeTransport;
use liuye_core::sync::wire::{EnrolAnswer, EnrolRequest, SyncAnswer, SyncRequest};
use liuye_hub::{Hub, ops};
use liuye_tests::{District, copy_tree, open_phone, repository};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn golden() -> PathBuf {
    repository().join("tests/golden/0.1")
}

/// A phone of version 0.1, on a copy of its file.
fn phone(name: &str, dir: &Path) -> Companion {
    let path = dir.join("phone.db");
    fs::copy(golden().join(name), &path).unwrap();
    open_phone(&path, Arc::new(NativeTransport::new()))
}

/// The log as it lies in the file.
fn log(path: &Path) -> Vec<(String, Operation)> {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode([42; 32]))).unwrap();
    let mut statement = connection.prepare("SELECT content FROM operations ORDER BY epoch, seq").unwrap();
    let texts = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
    texts.map(|text| (text.clone(), serde_json::from_str(&text).unwrap())).collect()
}

/// Checks that documents from before there was an index are found by their texts.
fn is_found<'a>(documents: impl Iterator<Item = &'a Document>, search: impl Fn(&str) -> Vec<Document>) {
    for document in documents {
        let body = &document.body;
        let text = [&body["name"]["zh"], &body["description"], &body["loss"]["description"]].into_iter().find_map(Value::as_str).unwrap();
        assert!(search(text).iter().any(|found| found.id == document.id), "{}", document.id);
    }
}

#[test]
fn p12_a_phone_of_0_1_opens_and_shows_what_it_held() {
    let dir = tempfile::tempdir().unwrap();
    let inspector = phone("inspector.db", dir.path());
    let outbox = inspector.outbox().unwrap();
    assert_eq!((outbox.applied, outbox.pending, outbox.held, outbox.quarantined, outbox.conflicts), (5, 2, 0, 0, 0));
    assert_eq!(inspector.identity().unwrap().person.as_deref(), Some("p-005"));
    assert_eq!(inspector.safety().hazards(Page::first(10)).unwrap()[0].1.state, HazardState::Submitted);
    let venues = inspector.documents(DocumentKind::Venue, Page::first(200)).unwrap();
    assert_eq!(venues.len(), 60);
    let hazards = inspector.documents(DocumentKind::Hazard, Page::first(10)).unwrap();
    is_found(venues.iter().chain(&hazards), |text| inspector.search(text, &[], 200).unwrap());
}

#[test]
fn p12_the_outboxes_of_0_1_are_read_to_the_byte_and_their_chains_hold() {
    for (name, count) in [("inspector.db", 7), ("tourist.db", 3)] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::copy(golden().join(name), &path).unwrap();
        let log = log(&path);
        assert_eq!(log.len(), count, "{name}");
        let first = &log[0].1;
        let before = (0, Digest::genesis(&first.device, first.epoch));
        verify_chain(before, log.iter().map(|(_, operation)| operation)).unwrap();
        for (text, operation) in &log {
            assert_eq!(&serde_json::to_string(operation).unwrap(), text, "{name}");
        }
    }
}

#[test]
fn p12_an_outbox_of_0_1_is_taken_in_by_the_hub_of_today() {
    let district = District::open();
    let dir = tempfile::tempdir().unwrap();
    let tourist = phone("tourist.db", dir.path());
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    assert_eq!(tourist.sync(SyncReason::User).unwrap().blocked_reason, None);
    let outbox = tourist.outbox().unwrap();
    assert_eq!((outbox.applied, outbox.pending, outbox.held, outbox.quarantined), (4, 0, 0, 0));
    let reports = district.hub().documents(DocumentKind::LostReport, 10, 0).unwrap();
    assert_eq!(reports.len(), 3);
    assert_eq!(district.hub().contact(&reports[0].id, "officer").unwrap().phone, "+8613800138000");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p12_a_hub_of_0_1_opens_and_verifies_and_still_unseals_its_contacts() {
    let dir = tempfile::tempdir().unwrap();
    for entry in ["ledger.db", "keys.db", "accounts.db"] {
        fs::copy(golden().join("hub").join(entry), dir.path().join(entry)).unwrap();
    }
    copy_tree(&golden().join("hub/blobs"), &dir.path().join("blobs"));
    let hub = Hub::open(dir.path(), Env::system()).unwrap();
    let verified = ops::verify::verify(&hub).unwrap();
    assert_eq!(verified.faults, Vec::<String>::new());
    let reports = hub.documents(DocumentKind::LostReport, 10, 0).unwrap();
    assert_eq!(hub.contact(&reports[0].id, "officer").unwrap().phone, "+8613800138000");
    let hazards = hub.documents(DocumentKind::Hazard, 10, 0).unwrap();
    assert_eq!(hazards.len(), 1);
    is_found(reports.iter().chain(&hazards), |text| hub.search(text, &[], 200).unwrap());
}

#[test]
fn p12_the_messages_of_0_1_are_read_and_written_alike() {
    let mut seen = [0; 4];
    let mut files: Vec<_> = fs::read_dir(golden().join("wire")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let kinds: [(&str, Check); 4] = [
            ("enrol-request", alike::<EnrolRequest>),
            ("enrol-answer", alike::<EnrolAnswer>),
            ("sync-request", alike::<SyncRequest>),
            ("sync-answer", alike::<SyncAnswer>),
        ];
        let index = kinds.iter().position(|(kind, _)| name.contains(kind)).unwrap();
        kinds[index].1(&name, &text);
        seen[index] += 1;
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

/// Holds a message of this name against its own text.
type Check = fn(&str, &str);

fn alike<T: Serialize + DeserializeOwned>(name: &str, text: &str) {
    let message: T = serde_json::from_str(text).unwrap();
    let again: Value = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
    assert_eq!(again, serde_json::from_str::<Value>(text).unwrap(), "{name}");
}
