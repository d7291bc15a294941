//! Calls from end to end: help is raised with no network, the desk sends somebody, their phone answers, and the hub's clock
//! warns of what is late, once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use liuye_core::Code;
use liuye_core::companion::{Companion, HelpDraft, OpenCall, Page, SyncReason, WelfareDraft};
use liuye_core::domain::{Answer, AssignmentState, CallCategory, CallState, Contact, DocumentKind, Responder, Severity, WelfareState};
use liuye_core::env::Env;
use liuye_core::log::{Fix, FixSource};
use liuye_hub::Hub;
use liuye_hub::ops::backup::backup;
use liuye_tests::{District, HandClock, help};
use serde_json::{Value, json};

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    let outbox = phone.outbox().unwrap();
    assert_eq!((outbox.pending, outbox.quarantined, outbox.conflicts), (0, 0, 0));
}

fn only_call(phone: &Companion) -> OpenCall {
    let mut calls = phone.calls().open_calls(Page::first(10)).unwrap();
    assert_eq!(calls.len(), 1);
    calls.remove(0)
}

fn sent(person: &str) -> Vec<Responder> {
    vec![Responder::Person { person: person.to_owned() }]
}

/// A call `z1` that p-011 is sent to, at the hub.
fn dispatched(desk: &Companion) -> String {
    let id = desk.calls().enter_110(help(CallCategory::Affray), None).unwrap().recorded.id;
    desk.calls().triage(&id, Severity::Urgent, None, None).unwrap();
    desk.calls().dispatch(&id, sent("p-011")).unwrap();
    sync(desk);
    id
}

/// A district whose clocks are short enough for a test.
fn hasty() -> District {
    let district = District::open();
    let mut file: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    file["site"]["settings"]["reach_s"] = json!(1);
    file["site"]["response"] = json!({"tiers": [{"name": "2s", "limit_s": 2}], "warn_before_s": 1});
    district.hub().import_site(&file.to_string()).unwrap();
    district
}

fn wait_for(what: &str, is_there: impl Fn() -> bool) {
    for _ in 0..300 {
        if is_there() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what}, not within 15 seconds");
}

#[test]
fn help_that_a_tourist_raised_with_no_network_reaches_the_desk_and_whoever_is_sent() {
    let district = District::open();
    let tourist = district.phone("tourist");
    let draft = HelpDraft {
        contact: Some(Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None }),
        ..HelpDraft { zone: None, ..help(CallCategory::Drowning) }
    };
    let raised = tourist.calls().raise(draft).unwrap();
    assert_eq!((raised.dial, tourist.calls().dial()), ("110", "110"));
    let refused = HelpDraft { description: Some("x".repeat(2001)), ..help(CallCategory::Other) };
    assert_eq!(tourist.calls().raise(refused).unwrap_err().code, Code::TooLong);
    assert_eq!(only_call(&tourist).call.state, CallState::Received, "its own phone shows it at once");

    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&tourist);
    let (desk, responder) = (district.staff("p-003"), district.staff("p-011"));
    let id = only_call(&desk).id;
    assert_eq!(id, raised.recorded.id);
    assert_eq!(district.hub().contact(&id, "officer").unwrap().name, "张三");
    assert!(!serde_json::to_string(&district.hub().document(&id).unwrap().unwrap().body).unwrap().contains("张三"));

    desk.calls().triage(&id, Severity::Critical, None, Some("z1".to_owned())).unwrap();
    desk.calls().dispatch(&id, sent("p-011")).unwrap();
    sync(&desk);
    sync(&responder);
    let open = only_call(&responder);
    let mine = open.mine.unwrap();
    assert_eq!(open.assignments[0].1.state, AssignmentState::Delivered, "its phone says by itself that it has it");
    sync(&desk);
    assert_eq!(only_call(&desk).assignments[0].1.state, AssignmentState::Delivered, "the desk needs no radio");

    let at = Fix { lat_e7: 290_690_650, lon_e7: 1_117_325_430, accuracy_mm: 8000, at: 0, is_mock: false, source: FixSource::Gnss };
    responder.calls().acknowledge(&mine).unwrap();
    responder.calls().en_route(&mine, None).unwrap();
    responder.calls().arrived(&mine, Some(at)).unwrap();
    assert_eq!(responder.calls().acknowledge(&mine).unwrap_err().code, Code::StateRefused, "milestones never go back");
    sync(&responder);
    sync(&desk);
    let call = only_call(&desk).call;
    assert_eq!(call.state, CallState::OnScene);
    assert_eq!(call.response.tiers[0].from_received, Some(Answer::Met));

    sync(&tourist);
    assert_eq!(only_call(&tourist).call.state, CallState::OnScene, "who called sees that somebody is there");
    assert!(only_call(&tourist).assignments.is_empty());
    responder.calls().handle(&id).unwrap();
    responder.calls().cleared(&mine, Some("taken to hospital".to_owned())).unwrap();
    sync(&responder);
    sync(&desk);
    desk.calls().close(&id, Some("well".to_owned()), None).unwrap();
    for phone in [&desk, &tourist, &responder] {
        sync(phone);
        assert!(phone.calls().open_calls(Page::first(10)).unwrap().is_empty());
    }
    let xml = district.hub().cap(&id, None).unwrap().to_xml();
    assert!(xml.contains("<responseType>AllClear</responseType>") && !xml.contains("张三"));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn what_is_late_is_noted_once_though_two_hubs_look() {
    let district = hasty();
    let _second = district.second_hub();
    let desk = district.staff("p-003");
    let id = dispatched(&desk);
    let document = |id: &str| district.hub().document(id).unwrap().unwrap().body;
    wait_for("the assignment is for the radio", || document(&format!("{id}.p-011.1")).get("unreached_at").is_some());
    wait_for("the tier was missed", || document(&id)["response"]["tiers"][0].get("missed_at").is_some());
    assert_eq!(district.count("SELECT count(*) FROM deadlines"), 0);
    let steps = district.count("SELECT count(*) FROM entries WHERE what = 'due'");
    assert!((2..=3).contains(&steps), "the radio, and a warning and a miss that may fall into one second: {steps}");
    sync(&desk);
    assert!(only_call(&desk).assignments[0].1.unreached_at.is_some(), "it travels like any other change");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn what_fell_due_while_no_hub_ran_is_done_once_when_one_runs_again() {
    let mut district = District::open();
    let desk = district.staff("p-003");
    let id = dispatched(&desk);
    district.stop();
    assert_eq!(district.count("SELECT count(*) FROM deadlines"), 2);
    assert_eq!(district.hub().tick().unwrap(), 0, "nothing is due yet");
    let env = Env { clock: HandClock::ahead(3_600_000), ..Env::system() };
    for expected in [2, 0] {
        // A process of its own each time: what is due is in the ledger, not in anyone's memory.
        let hub = Hub::open(&district.hub_folder(), env.clone()).unwrap();
        assert_eq!(hub.tick().unwrap(), expected);
    }
    assert_eq!(district.count("SELECT count(*) FROM entries WHERE what = 'due'"), 2);
    assert_eq!(district.count("SELECT count(*) FROM deadlines"), 0);
    let tiers = district.hub().document(&id).unwrap().unwrap().body["response"]["tiers"].clone();
    assert!(tiers.as_array().unwrap().iter().all(|tier| tier.get("missed_at").is_some()));
    assert_eq!(district.hub().assignments_of(&id).unwrap().len(), 1);
    district.start();
    sync(&desk);
    assert!(only_call(&desk).assignments[0].1.unreached_at.is_some());
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_milestone_that_comes_back_before_its_dispatch_waits_for_it() {
    let mut district = District::open();
    let (desk, responder) = (district.staff("p-003"), district.staff("p-011"));
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("yesterday");
    backup(district.hub(), &copy).unwrap();
    let id = dispatched(&desk);
    sync(&responder);
    let mine = only_call(&responder).mine.unwrap();
    responder.calls().arrived(&mine, None).unwrap();
    sync(&responder);

    district.restore(&copy);
    responder.sync(SyncReason::User).unwrap();
    assert!(responder.outbox().unwrap().held > 0, "the hub does not know of the assignment yet");
    sync(&desk);
    for phone in [&responder, &desk] {
        sync(phone);
        assert_eq!(phone.outbox().unwrap().held, 0);
        assert_eq!(only_call(phone).call.state, CallState::OnScene);
    }
    assert_eq!(only_call(&desk).id, id);
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE state <> 'applied'"), 0);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_duress_code_shows_nowhere_on_the_phone_and_alarms_the_desk() {
    let district = District::open();
    let (desk, holder) = (district.staff("p-003"), district.staff("p-019"));
    let arm = |code: &str| {
        let draft = WelfareDraft {
            duration_s: 1200,
            note: Some("boathouse".to_owned()),
            code: "2580".to_owned(),
            duress_code: Some("2581".to_owned()),
            fix: None,
        };
        let id = holder.welfare().arm(draft).unwrap().id;
        assert_eq!(holder.welfare().cancel(&id, "1111", None).unwrap_err().code, Code::Malformed, "also before the hub knows");
        sync(&holder);
        assert_eq!(holder.welfare().cancel(&id, "1111", None).unwrap_err().code, Code::Malformed);
        holder.welfare().cancel(&id, code, None).unwrap();
        sync(&holder);
        id
    };
    let (calm, forced) = (arm("2580"), arm("2581"));
    let timers = holder.welfare().timers(Page::first(10)).unwrap();
    assert_eq!(timers.len(), 2);
    assert!(timers.iter().all(|(_, timer)| timer.state == WelfareState::Resolved && !timer.duress));
    sync(&desk);
    let alarms = desk.welfare().timers(Page::first(10)).unwrap();
    let alarmed: Vec<_> = alarms.iter().filter(|(_, timer)| timer.state == WelfareState::Alarmed).map(|(id, _)| id.clone()).collect();
    assert_eq!(alarmed, [format!("{forced}.duress")]);
    assert!(desk.document(&format!("{calm}.codes")).unwrap().is_none(), "codes are for their own phone");
    desk.welfare().acknowledge(&alarmed[0]).unwrap();
    desk.welfare().resolve(&alarmed[0], None).unwrap();
    sync(&desk);
    sync(&holder);
    assert!(
        holder.documents(DocumentKind::WelfareTimer, Page::first(10)).unwrap().iter().all(|document| !document.id.ends_with(".duress"))
    );
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn an_order_that_the_hub_refuses_leaves_nothing_in_the_view() {
    let district = District::open();
    let desk = district.staff("p-003");
    let id = dispatched(&desk);
    // Sent again before this phone hears that p-011 is on the way: the hub alone can know.
    let other = district.phone("p-004");
    other.enrol(&district.url(), &district.code(Some("p-004"))).unwrap();
    sync(&other);
    other.calls().dispatch(&id, sent("p-011")).unwrap();
    other.calls().dispatch(&id, sent("p-012")).unwrap();
    other.sync(SyncReason::User).unwrap();
    assert_eq!(other.needs_attention().unwrap()[0].entry.code, Some(Code::Exists));
    let hub = district.hub().document(&id).unwrap().unwrap();
    assert_eq!(other.document(&id).unwrap().unwrap().body, hub.body, "the view is the hub's word");
}
