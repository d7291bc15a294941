//! P5: equal scope and position mean equal contents; where they do not, the digest tells, and one bucket is fetched again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use liuye_core::companion::{Companion, HazardDraft, Page, SyncReason, SyncReport};
use liuye_core::domain::{DocumentKind, HazardGrade};
use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::native::NativeTransport;
use liuye_tests::{District, open_phone};
use serde_json::Value;

/// Loses the last change of an answer, and leaves the cursor as if it had come.
struct Forgetful {
    native: NativeTransport,
    forgets: Arc<AtomicBool>,
    hides_digests: bool,
}

impl Transport for Forgetful {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut answer = self.native.send(request)?;
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return Ok(answer) };
        let Some(changes) = body["changes"].as_array_mut() else { return Ok(answer) };
        if !changes.is_empty() && self.forgets.swap(false, Ordering::SeqCst) {
            changes.pop();
        }
        if self.hides_digests {
            body.as_object_mut().unwrap().remove("digest");
        }
        answer.body = serde_json::to_vec(&body).unwrap();
        Ok(answer)
    }
}

fn add_hazard(phone: &Companion) {
    let draft = HazardDraft {
        venue: "v-001".to_owned(),
        inspection: None,
        description: "the exit is locked".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    phone.safety().add_hazard(draft).unwrap();
    phone.sync(SyncReason::Write).unwrap();
}

fn hazards(phone: &Companion) -> BTreeMap<String, u64> {
    let all = phone.documents(DocumentKind::Hazard, Page::first(100)).unwrap();
    all.into_iter().map(|document| (document.id, document.rev)).collect()
}

/// A phone that lost a change without knowing it: its last report, what it has, and what it should have.
fn after_a_lost_change(hides_digests: bool) -> (SyncReport, BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let district = District::open();
    let writer = district.staff("p-005");
    let forgets = Arc::new(AtomicBool::new(false));
    let transport = Forgetful { native: NativeTransport::new(), forgets: Arc::clone(&forgets), hides_digests };
    let reader = open_phone(&district.phone_path("reader"), Arc::new(transport));
    reader.enrol(&district.url(), &district.code(Some("p-006"))).unwrap();
    reader.sync(SyncReason::User).unwrap();
    for _ in 0..3 {
        add_hazard(&writer);
    }
    forgets.store(true, Ordering::SeqCst);
    let report = reader.sync(SyncReason::User).unwrap();
    assert!(!forgets.load(Ordering::SeqCst), "a change was lost");
    reader.sync(SyncReason::User).unwrap();
    writer.sync(SyncReason::User).unwrap();
    (report, hazards(&reader), hazards(&writer))
}

#[test]
fn p05_a_change_that_was_lost_on_the_way_shows_and_is_mended() {
    let (report, has, should_have) = after_a_lost_change(false);
    assert!(report.mended > 0);
    assert_eq!(has, should_have);
}

#[test]
fn p05_without_digests_the_same_check_finds_the_contents_unequal() {
    let (report, has, should_have) = after_a_lost_change(true);
    assert_eq!(report.mended, 0);
    assert_ne!(has, should_have);
}
