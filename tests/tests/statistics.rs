//! Statistics on a hub: the same figures in whatever order records came, as of any position, with the records behind each.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use liuye_core::companion::{
    AssignDraft, CheckInDraft, Companion, HazardDraft, HelpDraft, InspectionDraft, LostReportDraft, Page, SessionDraft, ShiftDraft,
    ShiftStart, SyncReason,
};
use liuye_core::domain::{
    AnswerOutcome, CallCategory, CheckInEvidence, ChecklistAnswer, ConsultationRecord, ConsultationTopic, Counted, DocumentKind, Fact,
    Figure, HazardGrade, LostReportState, Movement, Responder, Severity, Statistics, StatisticsWindow, format_rfc3339,
};
use liuye_core::env::{Clock, Env, HttpRequest, HttpResponse, Method, SystemClock, Transport, TransportError};
use liuye_core::native::NativeTransport;
use liuye_hub::Hub;
use liuye_hub::ops::verify::verify;
use liuye_tests::{District, INLINE_URL, InlineHub, InlineLine, copy_tree, lost_keys, open_phone};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn now() -> i64 {
    SystemClock::new().wall_ms()
}

fn figures(hub: &Hub) -> Statistics {
    hub.statistics(now() - DAY, now() + DAY, None).unwrap()
}

fn turn(phone: &Companion, checkpoint: &str, qr: Option<&str>) {
    phone.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 60 }).unwrap();
    let evidence = qr.map_or(CheckInEvidence::Gps, |payload| CheckInEvidence::Qr { payload: payload.to_owned() });
    let draft = CheckInDraft {
        checkpoint: Some(checkpoint.to_owned()),
        evidence,
        fix: None,
        movement: Movement::Foot,
        note: None,
        photos: Vec::new(),
    };
    phone.patrol().check_in(draft).unwrap();
}

fn inspect(phone: &Companion, campaign: &str) {
    let safety = phone.safety();
    let venue = safety.venues().unwrap()[0].id.clone();
    let draft = InspectionDraft { venue: venue.clone(), campaign: Some(campaign.to_owned()), fix: None, photos: Vec::new() };
    let inspection = safety.start_inspection(draft).unwrap();
    let answer = |item: String| ChecklistAnswer { item, outcome: AnswerOutcome::Pass, note: None };
    let answers = safety.checklist().unwrap().into_iter().map(|item| answer(item.id)).collect();
    safety.submit(&inspection.id, answers, None, Vec::new()).unwrap();
    let description = "the exit is locked".to_owned();
    safety
        .add_hazard(HazardDraft { venue, inspection: None, description, grade: HazardGrade::General, fix: None, photos: Vec::new() })
        .unwrap();
}

fn lose(phone: &Companion) {
    let draft = LostReportDraft {
        description: "keys".to_owned(),
        lost_from: format_rfc3339(now() - DAY / 2),
        lost_to: format_rfc3339(now() - DAY / 4),
        ..lost_keys()
    };
    phone.lost().report(draft).unwrap();
}

/// A session with thirty leaflets, of which five come back.
fn hold_session(phone: &Companion) {
    let publicity = phone.publicity();
    let draft = SessionDraft {
        topics: vec!["t-fraud".to_owned()],
        materials: Vec::new(),
        zone: "z1".to_owned(),
        place: "night market".to_owned(),
        from: format_rfc3339(now()),
        to: format_rfc3339(now() + 1),
    };
    let session = publicity.plan(draft).unwrap().id;
    let (batch, _) = publicity.batches(Page::first(1)).unwrap().remove(0);
    publicity.issue_leaflets(&batch, &session, 30).unwrap();
    publicity.return_leaflets(&batch, &session, 5).unwrap();
    publicity.hold(&session, 40, None, None, Vec::new()).unwrap();
}

fn call_for_help(phone: &Companion) {
    let (category, zone) = (CallCategory::Medical, Some("z1".to_owned()));
    let help = HelpDraft { category, description: None, place: None, zone, fix: None, contact: None, photos: Vec::new() };
    phone.calls().raise(help).unwrap();
}

/// The desk sends p-011 to the call that it has heard of.
fn dispatch(desk: &Companion) {
    let call = desk.calls().open_calls(Page::first(1)).unwrap().remove(0).id;
    desk.calls().triage(&call, Severity::Urgent, None, None).unwrap();
    desk.calls().dispatch(&call, vec![Responder::Person { person: "p-011".to_owned() }]).unwrap();
}

fn arrive(phone: &Companion) {
    let mine = phone.calls().open_calls(Page::first(1)).unwrap().remove(0).mine.unwrap();
    phone.calls().arrived(&mine, None).unwrap();
}

fn answer_a_question(phone: &Companion) {
    let (post, topic) = ("dp-platform".to_owned(), ConsultationTopic::Law);
    phone.duty().record_consultation(ConsultationRecord { post, topic, question: None, answer: None }).unwrap();
}

fn give_back(desk: &Companion, report: &str) {
    desk.lost().mark_candidate(report, None).unwrap();
    desk.lost().mark_returned(report, None).unwrap();
}

/// What the desk does with what it has heard of.
fn decide(desk: &Companion) {
    for (id, _) in desk.publicity().sessions(Page::first(10)).unwrap() {
        desk.publicity().verify(&id, None).unwrap();
    }
    for (id, _) in desk.safety().inspections(Page::first(10)).unwrap() {
        desk.safety().approve(&id).unwrap();
    }
    for (id, report) in desk.lost().reports(Page::first(10)).unwrap() {
        if report.state == LostReportState::Open {
            give_back(desk, &id);
        }
    }
}

/// The figures by the one plain count over every document, past all indexes.
fn plainly(hub: &Hub, from: i64, to: i64) -> Statistics {
    let of_kind = |kind: &DocumentKind| hub.documents(*kind, 10_000, 0).unwrap();
    let facts: Vec<_> = DocumentKind::ALL.iter().flat_map(of_kind).flat_map(|document| Fact::of_document(&document)).collect();
    let counted = hub.statistics(from, to, None).unwrap();
    let window = StatisticsWindow { from, to, as_of: counted.as_of, now: now(), zone: chrono_tz::Asia::Shanghai };
    Statistics::count(&Counted::of_facts(&facts, &window), &window)
}

/// A line on which everything arrives twice.
struct Twice(Arc<dyn Transport>);

impl Transport for Twice {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.0.send(request.clone())?;
        self.0.send(request)
    }
}

const STAFF: [&str; 6] = ["p-003", "p-005", "p-006", "p-011", "p-014", "p-019"];

fn phone(folder: &Path, hub: &Arc<InlineHub>, name: &str) -> Companion {
    open_phone(&folder.join(format!("{name}.db")), Arc::new(Twice(InlineLine::to(hub))))
}

/// A hub and phones that have recorded much and sent little of it.
fn prepare(folder: &Path) {
    let hub = InlineHub::new(&folder.join("hub"));
    assert!(hub.open());
    let running = hub.hub().unwrap();
    running.import_site(&District::site_file("site.json")).unwrap();
    let names = STAFF.iter().copied().chain(["tourist"]);
    let phones: Vec<_> = names.map(|name| (name, phone(folder, &hub, name))).collect();
    let of = |wanted: &str| &phones.iter().find(|(name, _)| *name == wanted).unwrap().1;
    for (name, phone) in &phones {
        let person = STAFF.contains(name).then_some(*name);
        phone.enrol(INLINE_URL, &liuye_hub::ops::enrol_code::make(&running, person, 1, 60).unwrap()).unwrap();
    }
    for (_, phone) in &phones {
        phone.sync(SyncReason::User).unwrap();
    }
    let sync = |names: &[&str]| names.iter().for_each(|name| drop(of(name).sync(SyncReason::User).unwrap()));
    inspect(of("p-005"), "spring");
    lose(of("tourist"));
    lose(of("tourist"));
    call_for_help(of("tourist"));
    of("p-003").publicity().stock_leaflets("m-fraud-leaflet", 100).unwrap();
    sync(&["p-005", "tourist", "p-003", "p-014"]);
    hold_session(of("p-014"));
    dispatch(of("p-003"));
    let (returned, _) = of("p-003").lost().reports(Page::first(1)).unwrap().remove(0);
    give_back(of("p-003"), &returned);
    sync(&["p-014", "p-003", "p-006", "p-011", "tourist"]);
    // From here on nobody hears of each other.
    decide(of("p-003"));
    hold_session(of("p-014"));
    arrive(of("p-011"));
    answer_a_question(of("p-019"));
    of("tourist").ratings().give(&returned, 4, None).unwrap();
    let (hazard, _) = of("p-006").safety().hazards(Page::first(1)).unwrap().remove(0);
    let draft = AssignDraft { owner: "the venue".to_owned(), due: format_rfc3339(now() + 100), plan: None };
    of("p-006").safety().assign(&hazard, draft).unwrap();
    inspect(of("p-005"), "summer");
    let qr = |checkpoint: &str| running.tags().unwrap().into_iter().find(|(id, _)| id == checkpoint).unwrap().1;
    for (name, checkpoint) in [("p-011", "cp-22"), ("p-014", "cp-02"), ("p-019", "cp-23")] {
        turn(of(name), checkpoint, Some(&qr(checkpoint)));
    }
}

#[test]
fn figures_are_the_same_in_whatever_order_records_arrive() {
    let prepared = tempfile::tempdir().unwrap();
    prepare(prepared.path());
    // One window for all, which is over before anything is counted: what is measured until now would differ by itself.
    std::thread::sleep(std::time::Duration::from_millis(150));
    let to = now();
    let mut counts: Vec<Value> = Vec::new();
    for seed in 0..8 {
        let mut chance = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        let copied = tempfile::tempdir().unwrap();
        copy_tree(prepared.path(), copied.path());
        let hub = InlineHub::new(&copied.path().join("hub"));
        assert!(hub.open());
        let mut order: Vec<_> = STAFF.iter().copied().chain(["tourist"]).collect();
        order.shuffle(&mut chance);
        for name in order {
            let phone = phone(copied.path(), &hub, name);
            for _ in 0..chance.random_range(1..3) {
                assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
            }
        }
        let running = hub.hub().unwrap();
        let mut counted = running.statistics(to - 2 * DAY, to, None).unwrap();
        assert_eq!(counted, plainly(&running, to - 2 * DAY, to), "the indexes count otherwise than the documents");
        assert_eq!(verify(&running).unwrap().faults, Vec::<String>::new());
        assert_eq!((counted.patrol_turns, counted.details.turns_by_force["guard"]), (2, 1));
        assert_eq!((counted.campaigns, counted.venue_checks, counted.hazards_found, counted.lost_returned), (2, 1, 2, 2));
        assert_eq!((counted.publicity_sessions, counted.leaflets_distributed, counted.consultations), (1, 50, 1));
        assert_eq!((counted.ratings.asked, counted.ratings.given, counted.ratings.median), (2, 1, Some(4.0)));
        assert_eq!((counted.response.calls, counted.response.tiers[2].from_received.met), (1, 1));
        counted.as_of = 0;
        // The due time lay a tenth of a second ahead: it has passed by now.
        assert_eq!(counted.hazards_overdue, 1);
        counts.push(serde_json::to_value(counted).unwrap());
    }
    counts.dedup();
    assert_eq!(counts.len(), 1, "the order changed a figure: {counts:#?}");
}

#[test]
fn a_figure_as_of_a_position_stays_what_it_was_there_whatever_comes_later() {
    let district = District::open();
    let (patrol, desk) = (district.staff("p-014"), district.staff("p-003"));
    let hub = district.hub();
    let mut known = vec![(hub.head().unwrap(), 0)];
    // Without a position it is flagged: no turn until somebody has looked at it.
    turn(&patrol, "cp-02", None);
    patrol.sync(SyncReason::User).unwrap();
    known.push((hub.head().unwrap(), 0));
    desk.sync(SyncReason::User).unwrap();
    let (check_in, _) = desk.patrol().check_ins(Page::first(1)).unwrap().remove(0);
    desk.patrol().review(&check_in, true, "asked on the radio").unwrap();
    desk.sync(SyncReason::User).unwrap();
    known.push((hub.head().unwrap(), 1));
    let (from, to) = (now() - DAY, now() + DAY);
    for (position, turns) in &known {
        let counted = hub.statistics(from, to, Some(*position)).unwrap();
        assert_eq!((counted.as_of, counted.patrol_turns), (*position, *turns));
    }
    // Behind it stand the check-in and the desk's word on it, in the order of the log.
    let behind = hub.behind(Figure::PatrolTurns, from, to, None, 10, 0).unwrap();
    assert_eq!(behind.len(), 1);
    assert_eq!(behind[0].document, check_in);
    let kinds: Vec<_> = behind[0].operations.iter().map(|operation| operation.kind.as_str()).collect();
    assert_eq!(kinds, ["check_in.record", "check_in.review"]);
    assert!(hub.behind(Figure::PatrolTurns, from, to, Some(known[1].0), 10, 0).unwrap().is_empty());
    // Positions that there are not, and windows that end before they begin.
    assert_eq!(hub.statistics(from, to, Some(9_999_999)).unwrap_err().field, "as_of");
    assert_eq!(hub.statistics(to, from, None).unwrap_err().field, "to");
}

#[test]
fn facts_that_do_not_fit_the_documents_are_found_and_made_anew() {
    let district = District::open();
    let patrol = district.staff("p-014");
    turn(&patrol, "cp-02", Some(&district.qr("cp-02")));
    patrol.sync(SyncReason::User).unwrap();
    let (hub, before) = (district.hub(), figures(district.hub()));
    assert_eq!(before.patrol_turns, 1);
    assert!(district.faults().is_empty());
    for spoil in [
        "DELETE FROM facts WHERE kind = 'check_in'",
        "UPDATE facts SET value = 5 WHERE kind = 'zone'",
        "UPDATE first_check_ins SET at = at - 1 WHERE of = 'turn'",
        "UPDATE zone_days SET seen = zeroblob(16)",
    ] {
        assert!(district.ledger().execute(spoil, []).unwrap() > 0);
        assert!(district.faults().iter().any(|fault| fault.contains("figures")), "{spoil}");
        hub.rebuild_statistics().unwrap();
        assert!(district.faults().is_empty(), "{spoil}");
        assert_eq!(figures(hub).patrol_turns, 1);
    }
}

#[test]
fn a_shift_that_is_called_off_leaves_the_hours_that_another_plans_and_the_past_as_it_was() {
    let district = District::open();
    let (desk, hub) = (district.staff("p-003"), district.hub());
    let begin = (now() / HOUR + 2) * HOUR;
    let plan = |person: &str, from: i64, to: i64| {
        let (person, zone, post) = (person.to_owned(), Some("z1".to_owned()), None);
        desk.patrol().plan_shift(ShiftDraft { person, zone, post, from: format_rfc3339(from), to: format_rfc3339(to) }).unwrap().id
    };
    let first = plan("p-011", begin, begin + 4 * HOUR);
    plan("p-019", begin + 2 * HOUR, begin + 5 * HOUR);
    desk.sync(SyncReason::User).unwrap();
    let planned = |as_of| hub.statistics(begin - DAY, begin + DAY, as_of).unwrap().details.coverage.planned;
    let before = hub.head().unwrap();
    assert_eq!((planned(None), planned(Some(before))), (5, 5));
    desk.patrol().cancel_shift(&first, "rain").unwrap();
    desk.sync(SyncReason::User).unwrap();
    assert_eq!((planned(None), planned(Some(before))), (3, 5));
    // Half an hour is enough to plan an hour; a window may begin within a quarter.
    let half = hub.statistics(begin + 4 * HOUR + HOUR / 2 + 420_000, begin + DAY, None).unwrap();
    assert_eq!(half.details.coverage.planned, 1);
    assert!(district.faults().is_empty());
}

#[test]
fn a_ledger_from_before_a_figure_existed_counts_it_once_it_is_opened() {
    let mut district = District::open();
    let guard = district.staff("p-019");
    answer_a_question(&guard);
    guard.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 60 }).unwrap();
    guard.sync(SyncReason::User).unwrap();
    let before = figures(district.hub());
    assert_eq!(before.consultations, 1);
    assert!(before.details.coverage.planned > 0);
    district.stop();
    // As migration 14 left it.
    let older = "DELETE FROM facts WHERE kind = 'consultation'; DROP TABLE zone_days; DROP TABLE public_reports;
        DROP INDEX documents_tracking; DROP INDEX documents_notices; DROP INDEX documents_claims_of_item; DROP INDEX documents_flagged;
        DROP INDEX operations_attention;
        PRAGMA user_version = 14;";
    district.ledger().execute_batch(older).unwrap();
    let hub = Hub::open(&district.hub_folder(), Env::system()).unwrap();
    assert_eq!(figures(&hub).consultations, 1);
    assert_eq!(figures(&hub).details.coverage, before.details.coverage);
    assert_eq!(verify(&hub).unwrap().faults, Vec::<String>::new());
}

fn liuye(district: &District, arguments: &[&str]) -> (bool, String) {
    let mut liuye = Command::new(env!("CARGO_BIN_EXE_liuye-under-test"));
    let out = liuye.args(arguments).arg("--data").arg(district.hub_folder()).output().unwrap();
    (out.status.success(), String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap())
}

#[test]
fn the_command_line_prints_the_figures_in_three_forms_and_what_stands_behind_them() {
    let district = District::open();
    let inspector = district.staff("p-005");
    inspect(&inspector, "=spring");
    inspector.sync(SyncReason::User).unwrap();
    let window = ["stats", "--from", "2020-01-01", "--to", "2099-01-01"];
    let ask = |more: &[&str]| liuye(&district, &[&window[..], more].concat());
    let (held, json) = ask(&["--format", "json"]);
    assert!(held, "{json}");
    let json: Value = serde_json::from_str(&json).unwrap();
    for figure in Figure::ALL {
        assert!(json.get(figure.as_str()).is_some(), "no {}", figure.as_str());
        assert_eq!(json["definitions"][figure.as_str()], figure.version());
    }
    // What programs read these by.
    for key in [
        "patrol_turns",
        "personnel_active",
        "zones_active",
        "response",
        "duty_coverage",
        "campaigns",
        "venue_checks",
        "hazards_found",
        "hazards_closed",
        "hazards_overdue",
        "publicity_sessions",
        "leaflets_distributed",
        "lost_returned",
        "lost_return_minutes_median",
    ] {
        assert!(json.get(key).is_some(), "no {key}");
    }
    assert_eq!((&json["duty_coverage"], &json["response"]["calls"]), (&0.0.into(), &0.into()));
    assert_eq!((&json["hazards_found"], &json["campaigns"], &json["zones_active"]), (&1.into(), &1.into(), &5.into()));
    // Thirty in the base, of whom one has left.
    assert_eq!(json["personnel_active"], 29);
    // A day begins at the site's midnight.
    assert_eq!(json["from"], "2019-12-31T16:00:00.000Z");
    assert_eq!(json["lost_return_minutes_median"], Value::Null);
    let csv = ask(&["--format", "csv"]).1;
    assert!(csv.starts_with("figure,value,definition_version\npatrol_turns,0,1\n"), "{csv}");
    for figure in Figure::ALL {
        assert!(csv.contains(&format!("\n{}", figure.as_str())) && ask(&[]).1.contains(figure.as_str()), "no {}", figure.as_str());
        assert!(ask(&["--behind", figure.as_str()]).0, "nothing leads behind {}", figure.as_str());
    }
    // As of before anything was recorded there was nothing.
    let (_, early) = ask(&["--format", "json", "--as-of", "1"]);
    assert_eq!(serde_json::from_str::<Value>(&early).unwrap()["hazards_found"], 0);
    let behind = ask(&["--behind", "hazards_found"]).1;
    assert!(behind.contains("hazard.find") && behind.contains("p-005"), "{behind}");
    assert!(!ask(&["--behind", "visitors"]).0);
    assert!(!liuye(&district, &["stats", "--from", "yesterday", "--to", "2099-01-01"]).0);
    assert!(liuye(&district, &["stats", "--rebuild"]).0);
}

#[test]
fn officers_read_the_figures_by_the_api_and_nobody_else_does() {
    let district = District::open();
    let path = "/v1/sites/liuye-lake/stats?from=2020-01-01&to=2099-01-01";
    let get = |path: &str, cookie: Option<&str>| {
        let headers = cookie.map(|cookie| ("cookie".to_owned(), format!("liuye_session={cookie}"))).into_iter().collect();
        let request =
            HttpRequest { method: Method::Get, url: format!("{}{path}", district.url()), headers, body: Vec::new(), timeout_ms: 9_000 };
        let answer = NativeTransport::new().send(request).unwrap();
        (answer.status, serde_json::from_slice::<Value>(&answer.body).unwrap_or_default())
    };
    assert_eq!(get(path, None).0, 401);
    assert_eq!(get(path, Some("00")).0, 401);
    let accounts = district.hub().accounts();
    for (name, role) in [("li", "commander"), ("xu", "admin")] {
        accounts.add(name, liuye_core::domain::Role::parse(role).unwrap(), None, Some("a long enough password")).unwrap();
    }
    let (li, xu) = (accounts.log_in("li", "a long enough password").unwrap(), accounts.log_in("xu", "a long enough password").unwrap());
    assert_eq!(get(path, Some(&xu)).0, 403);
    let (status, figures) = get(path, Some(&li));
    assert_eq!((status, &figures["zones_active"], &figures["definitions"]["zones_active"]), (200, &5.into(), &1.into()));
    let (status, zones) = get(&format!("{path}&behind=zones_active"), Some(&li));
    assert_eq!((status, zones.as_array().unwrap().len()), (200, 5));
    assert_eq!(get(&format!("{path}&behind=visitors"), Some(&li)).0, 404);
    assert_eq!(get(&format!("{path}&as_of=999999"), Some(&li)).0, 400);
    assert_eq!(get("/v1/sites/elsewhere/stats?from=2020-01-01&to=2099-01-01", Some(&li)).0, 404);
}
