//! P1 in a sync round: what the hub acknowledged is there after a kill and a power cut, once; what it did not is sent again and
//! taken once. And the phone, wherever in storing the answer it ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use liuye_core::companion::{Companion, Config, DatabaseKey, LostReportDraft, Page, SyncReason};
use liuye_core::domain::{Contact, ItemCategory};
use liuye_core::env::{Clock, Env, SystemClock, Transport};
use liuye_hub::{Hub, ops};
use liuye_tests::disk::{self, Fault, Keep, machine};
use liuye_tests::{District, HastyLine, INLINE_URL, InlineHub, InlineLine};

/// Reports that wait to be sent.
const PENDING: u64 = 3;

/// A hub and a phone with something to send, as they stand before each round.
struct Stage {
    dir: tempfile::TempDir,
}

impl Stage {
    fn set() -> Self {
        disk::install();
        let dir = tempfile::tempdir().unwrap();
        let stage = Self { dir };
        let hub = InlineHub::new(&stage.folder("hub-before"));
        assert!(hub.start());
        let opened = hub.hub().unwrap();
        opened.import_site(&District::site_file("site.json")).unwrap();
        let phone = open(&stage.folder("phone-before"), InlineLine::to(&hub)).unwrap();
        phone.enrol(INLINE_URL, &ops::enrol_code::make(&opened, None, 1, 60).unwrap()).unwrap();
        for number in 0..PENDING {
            save(&phone, number).unwrap();
        }
        stage
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Copies of both, started.
    fn begin(&self) -> (Arc<InlineHub>, PathBuf) {
        let (hub, phone) = (self.folder("hub"), self.folder("phone"));
        machine(&self.folder("hub-before")).copy_to(&hub);
        machine(&self.folder("phone-before")).copy_to(&phone);
        let hub = InlineHub::new(&hub);
        assert!(hub.start());
        machine(&phone).start();
        (hub, phone)
    }
}

/// The system's clock, each opening in a boot of its own: a hub's wish to be left alone for a while ends with the boot.
struct Booted(SystemClock, String);

impl Clock for Booted {
    fn wall_ms(&self) -> i64 {
        self.0.wall_ms()
    }

    fn elapsed_ms(&self) -> u64 {
        self.0.elapsed_ms()
    }

    fn boot_id(&self) -> String {
        self.1.clone()
    }
}

fn open(folder: &Path, transport: Arc<dyn Transport>) -> liuye_core::Result<Companion> {
    let mut config = Config::new(folder.join("phone.db"), DatabaseKey::from_bytes([7; 32]), "a phone of the tests");
    config.transport = Some(transport);
    config.clock = Some(Arc::new(Booted(SystemClock::new(), Env::system().new_id().to_string())));
    Companion::open(config)
}

fn save(phone: &Companion, number: u64) -> liuye_core::Result<String> {
    let contact = Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None };
    let draft = LostReportDraft {
        category: ItemCategory::Other,
        description: format!("number {number}"),
        brand: None,
        colour: None,
        marks: None,
        place: "the river street".to_owned(),
        zone: None,
        lost_from: "2026-01-01T10:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T11:00:00+08:00".to_owned(),
        contact: (number == 1).then_some(contact),
        photos: Vec::new(),
    };
    Ok(phone.lost().report(draft)?.operation.to_string())
}

/// Syncs until nothing is pending, and checks that everything is at the hub once, with a verdict, and readable there.
fn settle(hub: &Arc<InlineHub>, folder: &Path, line: Arc<dyn Transport>) -> Result<(), String> {
    machine(folder).start();
    hub.stop();
    assert!(hub.start(), "the hub opens again");
    // What left the hub as acknowledged is there, before anybody sends it again.
    let there = hub.count("SELECT count(*) FROM operations");
    if there < hub.acked() {
        return Err(format!("{} operations were acknowledged, {there} are there", hub.acked()));
    }
    let phone = open(folder, line).unwrap();
    let written = phone.operations(Page::first(100)).unwrap().len() as u64;
    if written != PENDING + 1 {
        return Err(format!("the phone has {written} operations"));
    }
    for _ in 0..4 {
        phone.sync(SyncReason::User).unwrap();
    }
    let outbox = phone.outbox().unwrap();
    assert_eq!((outbox.applied, outbox.pending, outbox.held, outbox.quarantined), (PENDING + 1, 0, 0, 0), "{:?}", outbox.blocked_reason);
    assert_eq!(hub.count("SELECT count(*) FROM operations"), PENDING + 1);
    assert_eq!(hub.count("SELECT count(DISTINCT id) FROM operations"), PENDING + 1);
    assert_eq!(hub.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), PENDING);
    assert_eq!(ops::verify::verify(&hub.hub().unwrap()).unwrap().faults, Vec::<String>::new());
    assert_eq!(phone.lost().reports(Page::first(100)).unwrap().len() as u64, PENDING);
    Ok(())
}

/// Lets one thing go wrong at each call of a round to one of the two disks. Returns how many calls there were.
fn every_call(stage: &Stage, whose: &str, fault: impl Fn(u64) -> Fault) -> u64 {
    for n in 1.. {
        let (hub, folder) = stage.begin();
        let line = InlineLine::to(&hub);
        let phone = open(&folder, Arc::<InlineLine>::clone(&line)).unwrap();
        let disk = machine(&stage.folder(whose));
        disk.plan(n, fault(n));
        let _ = phone.sync(SyncReason::User);
        let came = !disk.unplan();
        drop(phone);
        assert_eq!(settle(&hub, &folder, line), Ok(()), "{whose}, call {n}");
        if !came {
            return n;
        }
    }
    0
}

#[test]
fn p01_what_the_hub_acknowledged_survives_a_kill_at_every_call_of_a_push() {
    let stage = Stage::set();
    assert!(every_call(&stage, "hub", |_| Fault::Kill) > 20);
}

#[test]
fn p01_what_the_hub_acknowledged_survives_a_power_cut_at_every_call_of_a_push() {
    let stage = Stage::set();
    assert!(every_call(&stage, "hub", |_| Fault::PowerCut(Keep::Nothing)) > 20);
    assert!(every_call(&stage, "hub", |_| Fault::PowerCut(Keep::Everything)) > 20);
    assert!(every_call(&stage, "hub", |n| Fault::PowerCut(Keep::Some(n * 37 + 1))) > 20);
}

#[test]
fn p01_a_failing_call_of_a_push_is_an_answer_and_loses_nothing() {
    let stage = Stage::set();
    assert!(every_call(&stage, "hub", |_| Fault::Error) > 20);
    assert!(every_call(&stage, "hub", |_| Fault::Full) > 20);
}

#[test]
fn p01_a_phone_that_ends_while_it_stores_an_answer_stores_it_the_next_time() {
    let stage = Stage::set();
    assert!(every_call(&stage, "phone", |_| Fault::Kill) > 20);
    assert!(every_call(&stage, "phone", |_| Fault::PowerCut(Keep::Nothing)) > 20);
    assert!(every_call(&stage, "phone", |n| Fault::PowerCut(Keep::Some(n * 41 + 3))) > 20);
    assert!(every_call(&stage, "phone", |_| Fault::Error) > 20);
    assert!(every_call(&stage, "phone", |_| Fault::Full) > 20);
}

/// The negative control: a hub that acknowledges before it commits, and one whose disk lies about its syncs, lose what they
/// acknowledged when the power goes; the same check says so.
#[test]
fn p01_the_check_notices_an_acknowledgement_before_the_commit() {
    let stage = Stage::set();
    let noticed = |lies: bool, hasty: bool| {
        // In the middle of the push, and after its end.
        (1..60).step_by(7).chain([10_000]).find_map(|n| {
            let (hub, folder) = stage.begin();
            let disk = machine(&stage.folder("hub"));
            let line: Arc<dyn Transport> = if hasty { HastyLine::to(&hub, &stage.folder("hasty")) } else { InlineLine::to(&hub) };
            let phone = open(&folder, line).unwrap();
            disk.lie_about_syncs(lies);
            disk.plan(n, Fault::PowerCut(Keep::Nothing));
            let _ = phone.sync(SyncReason::User);
            disk.unplan();
            disk.cut_power(Keep::Nothing);
            disk.lie_about_syncs(false);
            drop(phone);
            settle(&hub, &folder, InlineLine::to(&hub)).err()
        })
    };
    assert_eq!(noticed(false, false), None, "an honest hub passes");
    for (lies, hasty) in [(true, false), (false, true)] {
        let what = noticed(lies, hasty).unwrap();
        assert!(what.contains("acknowledged"), "{what}");
    }
}

/// A hub that opens a folder of its own is the hub that the tests above are about.
#[test]
fn p01_a_push_is_durable_in_a_hub_that_opens_the_same_files() {
    let stage = Stage::set();
    let (hub, folder) = stage.begin();
    let phone = open(&folder, InlineLine::to(&hub)).unwrap();
    phone.sync(SyncReason::User).unwrap();
    hub.stop();
    machine(&stage.folder("hub")).cut_power(Keep::Nothing);
    machine(&stage.folder("hub")).start();
    let again = Hub::open(&stage.folder("hub"), Env::system()).unwrap();
    assert_eq!(again.documents(liuye_core::domain::DocumentKind::LostReport, 10, 0).unwrap().len() as u64, PENDING);
}
