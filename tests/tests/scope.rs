//! What a phone may see changes: buckets come and go one by one, and nothing of its own is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};

use liuye_core::companion::{CheckInDraft, Companion, HazardDraft, Page, SyncReason};
use liuye_core::domain::{CheckInEvidence, DocumentKind, HazardGrade, Movement};
use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::native::NativeTransport;
use liuye_tests::{District, open_phone};
use serde_json::{Value, json};

/// More than one page of changes.
const MANY: usize = 700;

/// Lets somebody else act after each answer of a sync.
struct Busy {
    native: NativeTransport,
    others: Mutex<Box<dyn FnMut() + Send>>,
}

impl Transport for Busy {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let is_sync = request.url.ends_with("/sync");
        let answer = self.native.send(request);
        if is_sync {
            (self.others.lock().unwrap())();
        }
        answer
    }
}

fn add_hazard(inspector: &Companion, venue: &str) {
    let draft = HazardDraft {
        venue: venue.to_owned(),
        inspection: None,
        description: "安全出口堆放杂物".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    inspector.safety().add_hazard(draft).unwrap();
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

/// The hazards that a phone shows, by the zone of their venue.
fn hazards(phone: &Companion, zone: &str) -> usize {
    let mut count = 0;
    for offset in (0_u32..).step_by(200) {
        let page = phone.safety().hazards(Page { limit: 200, offset }).unwrap();
        if page.is_empty() {
            return count;
        }
        count += page.iter().filter(|(_, hazard)| hazard.zone == zone).count();
    }
    count
}

#[test]
fn p10_a_zone_that_is_given_to_somebody_else_goes_and_the_new_one_comes_whole_while_others_write() {
    let district = District::open();
    let mut site: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    let venue = |zone: &str| {
        let venues = site["venues"].as_array().unwrap();
        venues.iter().find(|venue| venue["zone"] == zone).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (old, new) = (venue("z1"), venue("z5"));
    let inspector = Arc::new(district.staff("p-005"));
    add_hazard(&inspector, &old);
    for _ in 0..MANY {
        add_hazard(&inspector, &new);
    }
    sync(&inspector);

    let colleague = inspector.clone();
    let busy_venue = new.clone();
    let writes = Arc::new(Mutex::new(0));
    let written = writes.clone();
    let transport = Busy {
        native: NativeTransport::new(),
        others: Mutex::new(Box::new(move || {
            add_hazard(&colleague, &busy_venue);
            sync(&colleague);
            *written.lock().unwrap() += 1;
        })),
    };
    let phone = open_phone(&district.phone_path("p-011"), Arc::new(transport));
    phone.enrol(&district.url(), &district.code(Some("p-011"))).unwrap();
    sync(&phone);
    assert_eq!((hazards(&phone, "z1"), hazards(&phone, "z5")), (1, 0));

    let check_in = CheckInDraft {
        checkpoint: None,
        evidence: CheckInEvidence::Qr { payload: district.qr("cp-02") },
        fix: None,
        movement: Movement::Foot,
        note: None,
        photos: Vec::new(),
    };
    phone.patrol().check_in(check_in).unwrap();
    for person in site["persons"].as_array_mut().unwrap() {
        if person["id"] == "p-011" {
            person["zones"] = json!(["z5"]);
        }
    }
    district.hub().import_site(&site.to_string()).unwrap();
    sync(&phone);
    assert!(*writes.lock().unwrap() >= 3, "the bucket came in more than one page");
    sync(&phone);
    assert_eq!(hazards(&phone, "z1"), 0, "what this phone may no longer see is gone from it");
    let at_hub = |zone: &str| {
        let all = district.hub().documents(DocumentKind::Hazard, 10_000, 0).unwrap();
        all.iter().filter(|document| document.body["zone"] == zone).count()
    };
    // The last sync's own answer was followed by one more write.
    assert_eq!(hazards(&phone, "z5"), at_hub("z5") - 1);
    assert_eq!(phone.patrol().check_ins(Page::first(10)).unwrap().len(), 1, "what it did itself stays");
    let outbox = phone.outbox().unwrap();
    assert_eq!((outbox.pending, outbox.applied), (0, 2));
    assert_eq!(district.faults(), Vec::<String>::new());
}
