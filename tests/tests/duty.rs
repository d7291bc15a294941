//! Shifts, tours, counts of visitors and tracks of phones that had no network, as the desk sees them afterwards.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use liuye_core::Code;
use liuye_core::companion::{
    CheckInDraft, Companion, Config, CrowdDraft, DatabaseKey, Page, ShiftDraft, ShiftStart, SyncReason, TourDraft,
};
use liuye_core::domain::{CheckInEvidence, DocumentKind, Movement, ShiftState, TourState, Track, format_rfc3339};
use liuye_core::env::{Clock, Env, SystemClock};
use liuye_core::log::{Fix, FixSource};
use liuye_core::native::NativeTransport;
use liuye_hub::{Hub, ops};
use liuye_tests::{District, HandClock, open_phone_at};
use serde_json::json;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A clock that moves when it is told to. The phones and the second hub of a test share one.
#[derive(Clone)]
struct Told(Arc<AtomicI64>, Arc<SystemClock>);

impl Told {
    /// Noon of the first of May at the lake.
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_777_608_000_000)), Arc::new(SystemClock::new()))
    }

    fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    fn text(&self, later_ms: i64) -> String {
        format_rfc3339(self.wall_ms() + later_ms)
    }
}

impl Clock for Told {
    fn wall_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.wall_ms()).unwrap()
    }

    fn boot_id(&self) -> String {
        self.1.boot_id()
    }
}

/// A district whose hub has that clock.
struct Lake {
    district: District,
    hub: Hub,
    url: String,
    clock: Told,
}

impl Lake {
    fn open() -> Self {
        let district = District::open();
        let clock = Told::new();
        let env = Env { clock: Arc::new(clock.clone()), ..Env::system() };
        let hub = Hub::open(&district.hub_folder(), env).unwrap();
        let url = district.serve_beside(hub.clone());
        Self { district, hub, url, clock }
    }

    fn phone(&self, person: &str) -> Companion {
        let mut config = Config::new(self.district.phone_path(person), DatabaseKey::from_bytes([42; 32]), "a phone of the tests");
        config.transport = Some(Arc::new(NativeTransport::new()));
        config.clock = Some(Arc::new(self.clock.clone()));
        let phone = Companion::open(config).unwrap();
        phone.enrol(&self.url, &ops::enrol_code::make(&self.hub, Some(person), 1, 60).unwrap()).unwrap();
        sync(&phone);
        phone
    }

    fn check_in(&self, phone: &Companion, checkpoint: &str) {
        let draft = CheckInDraft {
            checkpoint: None,
            evidence: CheckInEvidence::Qr { payload: self.district.qr(checkpoint) },
            fix: None,
            movement: Movement::Foot,
            note: None,
            photos: Vec::new(),
        };
        phone.patrol().check_in(draft).unwrap();
    }
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

#[test]
fn a_tour_walked_offline_is_missed_by_the_clock_and_completed_late_by_its_evidence() {
    let lake = Lake::open();
    let (desk, walker) = (lake.phone("p-003"), lake.phone("p-012"));
    let shift = ShiftDraft {
        person: "p-012".to_owned(),
        zone: Some("z1".to_owned()),
        post: None,
        from: lake.clock.text(0),
        to: lake.clock.text(8 * HOUR),
    };
    let shift = desk.patrol().plan_shift(shift).unwrap().id;
    let draft = TourDraft { route: "r-river-day".to_owned(), person: "p-012".to_owned(), day: "2026-05-01".to_owned() };
    let tour = desk.patrol().schedule_tour(draft).unwrap().id;
    sync(&desk);
    sync(&walker);
    assert_eq!(walker.patrol().shifts(Page::first(10)).unwrap()[0].1.state, ShiftState::Planned);

    // From here on the phone has no network.
    walker.patrol().start_shift(ShiftStart::Planned { shift: shift.clone() }).unwrap();
    let second = ShiftStart::Unplanned { zone: Some("z2".to_owned()), post: None, minutes: 30 };
    let error = walker.patrol().start_shift(second).unwrap_err();
    assert_eq!((error.code, error.field.as_ref()), (Code::ShiftOverlap, "from"), "told on the phone, with no network");
    walker.patrol().start_tour(&tour).unwrap();
    for checkpoint in ["cp-26", "cp-22", "cp-23", "cp-24", "cp-25"] {
        lake.clock.pass(10 * MINUTE);
        lake.check_in(&walker, checkpoint);
    }
    assert_eq!(walker.patrol().tour_progress(&tour).unwrap().missing, Vec::<String>::new());
    walker.patrol().finish_tour(&tour, None).unwrap();
    assert_eq!(walker.patrol().tours(Page::first(10)).unwrap()[0].1.state, TourState::Completed, "as far as the phone knows");
    lake.clock.pass(10 * HOUR);
    walker.patrol().end_shift(&shift, Some("平安".to_owned())).unwrap();
    assert_eq!(walker.patrol().current_shift().unwrap(), None);

    // The hub that listens looks every second too: each step is taken once, by whichever comes first.
    lake.hub.tick().unwrap();
    assert_eq!(lake.hub.tick().unwrap(), 0);
    assert_eq!(lake.district.count("SELECT count(*) FROM entries WHERE what = 'due'"), 2);
    let state = |id: &str| lake.hub.document(id).unwrap().unwrap().body["state"].clone();
    assert_eq!((state(&shift), state(&tour)), (json!("no_show"), json!("missed")));

    sync(&walker);
    assert_eq!((state(&shift), state(&tour)), (json!("ended"), json!("completed_late")));
    let body = lake.hub.document(&tour).unwrap().unwrap().body;
    assert!(body["lapsed_at"].is_i64(), "the alert stays on record");
    let check_ins = lake.hub.documents(DocumentKind::CheckIn, 10, 0).unwrap();
    assert_eq!(check_ins.len(), 5);
    for check_in in check_ins {
        assert_eq!((&check_in.body["shift"], &check_in.body["tour"]), (&json!(shift), &json!(tour)));
    }
    assert_eq!(walker.patrol().tours(Page::first(10)).unwrap()[0].1.state, TourState::CompletedLate, "the hub's word comes back");
    let outbox = walker.outbox().unwrap();
    assert_eq!((outbox.pending, outbox.held, outbox.quarantined, outbox.conflicts), (0, 0, 0, 0));
    assert_eq!(lake.district.faults(), Vec::<String>::new());
}

#[test]
fn a_start_that_the_desks_plan_overtook_is_a_conflict_that_both_see() {
    let lake = Lake::open();
    let (desk, walker) = (lake.phone("p-003"), lake.phone("p-012"));
    let own = ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 60 };
    let start = walker.patrol().start_shift(own).unwrap();
    let shift = ShiftDraft {
        person: "p-012".to_owned(),
        zone: None,
        post: Some("dp-platform".to_owned()),
        from: lake.clock.text(-HOUR),
        to: lake.clock.text(HOUR),
    };
    let planned = desk.patrol().plan_shift(shift).unwrap().id;
    sync(&desk);
    sync(&walker);
    sync(&walker);
    let outbox = walker.outbox().unwrap();
    assert_eq!((outbox.pending, outbox.conflicts, outbox.quarantined), (0, 1, 0));
    let shifts = walker.patrol().shifts(Page::first(10)).unwrap();
    assert_eq!((shifts.len(), &shifts[0].0), (1, &planned), "what lost is not in the view");
    let document = walker.document(&planned).unwrap().unwrap();
    assert_eq!(
        (document.conflicts.len(), document.conflicts[0].operation, document.conflicts[0].code),
        (1, start.operation, Code::ShiftOverlap)
    );
    let attention = walker.needs_attention().unwrap();
    assert_eq!((attention.len(), attention[0].entry.operation), (1, start.operation));
    walker.patrol().start_shift(ShiftStart::Planned { shift: planned.clone() }).unwrap();
    sync(&walker);
    assert_eq!(lake.hub.document(&planned).unwrap().unwrap().body["state"], json!("active"), "there is a way on");
    assert_eq!(lake.district.faults(), Vec::<String>::new());
}

#[test]
fn the_desk_sees_which_hours_are_covered_is_warned_in_time_and_told_where_the_visitors_are() {
    let lake = Lake::open();
    let (desk, walker) = (lake.phone("p-003"), lake.phone("p-012"));
    let noon = lake.clock.wall_ms();
    walker.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 180 }).unwrap();
    lake.clock.pass(5 * MINUTE);
    lake.check_in(&walker, "cp-22");
    sync(&walker);
    lake.clock.pass(HOUR + 39 * MINUTE);
    assert_eq!(lake.hub.coverage_warnings().unwrap(), [], "13:44");
    lake.clock.pass(MINUTE);
    let warned = lake.hub.coverage_warnings().unwrap();
    assert_eq!((warned.len(), warned[0].zone.as_str(), warned[0].from), (1, "z1", noon + HOUR));
    sync(&desk);
    assert_eq!(desk.patrol().coverage_warnings().unwrap(), warned, "the desk's phone sees the same");
    let coverage = lake.hub.coverage(noon, noon + 3 * HOUR).unwrap();
    assert_eq!((coverage.covered, coverage.planned), (1, 3));
    let texts = (format_rfc3339(noon), format_rfc3339(noon + 3 * HOUR));
    assert_eq!(desk.patrol().coverage(&texts.0, &texts.1).unwrap(), coverage);
    assert_eq!(desk.patrol().coverage(&texts.1, &texts.0).unwrap_err().code, Code::TimeOrder);
    let density = desk.zones().night_density(&texts.0, &format_rfc3339(noon + 24 * HOUR)).unwrap();
    assert_eq!(density.roads, lake.hub.night_density(noon, noon + 24 * HOUR).unwrap().roads);
    assert_eq!((density.roads.len(), density.zones.len()), (6 + 4 + 6, 5 * 11));

    let (second, third) = (lake.phone("p-013"), lake.phone("p-021"));
    for phone in [&second, &third] {
        phone.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z2".to_owned()), post: None, minutes: 60 }).unwrap();
        sync(phone);
    }
    second.zones().count_visitors(CrowdDraft { zone: "z2".to_owned(), visitors: 10 }).unwrap();
    sync(&second);
    let table = format!("zone,at,visitors\nz1,{},9000\n", lake.clock.text(-MINUTE));
    assert_eq!(lake.hub.import_crowd_counts(table.as_bytes()).unwrap().added, 1);
    assert_eq!(lake.hub.import_crowd_counts(table.as_bytes()).unwrap().unchanged, 1, "the same file twice changes nothing");
    let hints = lake.hub.move_hints().unwrap();
    assert_eq!((hints.len(), hints[0].from.as_str(), hints[0].to.as_str(), hints[0].persons), (1, "z2", "z1", 1));
    sync(&desk);
    assert_eq!(desk.zones().move_hints().unwrap(), hints);
    assert_eq!(desk.zones().crowd_counts(Page::first(10)).unwrap().len(), 2);
    assert_eq!(lake.district.faults(), Vec::<String>::new());
}

#[test]
fn a_track_is_taken_on_shift_and_reaches_the_desk_alone() {
    let lake = Lake::open();
    let (desk, walker, colleague) = (lake.phone("p-003"), lake.phone("p-012"), lake.phone("p-011"));
    let start = lake.clock.wall_ms();
    let fixes: Vec<Fix> = (0..60)
        .map(|n| Fix {
            lat_e7: 290_442_000 + n * 600,
            lon_e7: 1_116_871_000,
            accuracy_mm: 8000,
            at: start + i64::from(n) * 5000,
            is_mock: false,
            source: FixSource::Gnss,
        })
        .collect();
    lake.clock.pass(10 * MINUTE);
    assert_eq!(walker.patrol().record_track(&fixes).unwrap_err().code, Code::OffShift);
    lake.clock.pass(-10 * MINUTE);
    walker.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 60 }).unwrap();
    lake.clock.pass(10 * MINUTE);
    let id = walker.patrol().record_track(&fixes).unwrap().id;
    for phone in [&walker, &desk, &colleague] {
        sync(phone);
    }
    let track: Track = serde_json::from_value(desk.document(&id).unwrap().unwrap().body).unwrap();
    assert_eq!((track.person.as_str(), track.points, track.path.unpack().unwrap().len()), ("p-012", 60, 60));
    assert_eq!(colleague.document(&id).unwrap(), None);
    assert_eq!(walker.patrol().current_shift().unwrap().unwrap().0, track.shift);
}

#[test]
fn whoever_left_uploads_what_they_did_before() {
    let lake = Lake::open();
    let walker = lake.phone("p-012");
    lake.check_in(&walker, "cp-22");
    lake.clock.pass(HOUR);
    let table = format!("id,name_zh,force,status,since\np-012,甲,auxiliary,left,{}\n", lake.clock.text(-MINUTE));
    assert_eq!(lake.hub.import_personnel(table.as_bytes(), false).unwrap().changed(), 1);
    lake.check_in(&walker, "cp-23");
    sync(&walker);
    // What the phone had last seen of the hub is older than their leaving: the second may have been made before it, and is
    // flagged. The first is past all doubt.
    let flags = |checkpoint: &str| {
        let all = lake.hub.documents(DocumentKind::CheckIn, 10, 0).unwrap();
        let found = all.into_iter().find(|document| document.body["checkpoint"] == checkpoint).unwrap();
        found.body.get("flags").cloned().unwrap_or_default()
    };
    assert_eq!((flags("cp-22"), flags("cp-23")), (json!(null), json!(["authority_uncertain"])));
    let outbox = walker.outbox().unwrap();
    assert_eq!((outbox.applied, outbox.quarantined, outbox.pending), (3, 0, 0));
    assert_eq!(walker.zones().key_roads().unwrap(), [], "what was for staff is gone from their phone");
    assert_eq!(walker.patrol().check_ins(Page::first(10)).unwrap().len(), 2, "what they did is not");
}

#[test]
fn a_phone_of_the_staff_knows_who_serves_and_whose_papers_end() {
    let lake = Lake::open();
    let table = "id,name_zh,force,trades,certificates\ng-1,甲,guard,patrol,保安员证 2024-01-01/2026-05-10\ng-2,乙,guard,patrol,保安员证 2024-01-01/2027-05-10\n";
    assert_eq!(lake.hub.import_personnel(table.as_bytes(), false).unwrap().added(), 2);
    let desk = lake.phone("p-003");
    let personnel = desk.personnel();
    assert_eq!((personnel.persons().unwrap().len(), personnel.serving(None, None).unwrap().len()), (32, 31), "p-030 has left");
    let ending: Vec<_> = personnel.expiring_certificates(30).unwrap().into_iter().map(|(person, _)| person).collect();
    assert_eq!(ending, ["g-1"]);
    assert_eq!((personnel.units().unwrap().len(), personnel.person("g-2").unwrap().unwrap().name.zh.as_str()), (5, "乙"));
    assert_eq!(
        (desk.zones().key_roads().unwrap().len(), desk.zones().duty_posts().unwrap().len(), desk.zones().all().unwrap().len()),
        (3, 1, 5)
    );
}

#[test]
fn a_phone_whose_clock_is_behind_knows_the_shift_that_it_has_just_begun() {
    let district = District::open();
    let clock = Arc::new(HandClock::default());
    let phone = open_phone_at(&district.phone_path("behind"), Arc::new(NativeTransport::new()), &clock);
    phone.enrol(&district.url(), &district.code(Some("p-011"))).unwrap();
    clock.set_wall_by(-5 * 60_000);
    phone.sync(SyncReason::User).unwrap();
    phone.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 60 }).unwrap();
    let (shift, _) = phone.patrol().current_shift().unwrap().unwrap();
    phone.patrol().end_shift(&shift, None).unwrap();
    assert_eq!(phone.patrol().current_shift().unwrap(), None);
}
