//! The platform from end to end: a post that passes on, publicity with its leaflets, disputes and plans with their times, and
//! ratings, on phones without network and a real hub.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::Code;
use liuye_core::companion::{Companion, DisputeDraft, LostReportDraft, Page, ShiftStart, SyncReason, TaskDraft, WorkPlanDraft};
use liuye_core::domain::{
    CallCategory, ConsultationRecord, ConsultationTopic, DisputeCategory, DocumentKind, DutyLogRecord, DutyLogTopic, HandoverState,
    LeafletUse, Leaflets, Severity, format_rfc3339,
};
use liuye_core::env::{Clock, Env};
use liuye_core::native::NativeTransport;
use liuye_hub::{Hub, ops};
use liuye_tests::{District, HandClock, help, lost_keys, night_market, open_phone_at};
use serde_json::json;

const HOUR: i64 = 3_600_000;
const POST: &str = "dp-platform";

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

fn tourist(district: &District, name: &str) -> Companion {
    let phone = district.phone(name);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&phone);
    phone
}

fn at_post(phone: &Companion) {
    let start = ShiftStart::Unplanned { zone: None, post: Some(POST.to_owned()), minutes: 480 };
    phone.patrol().start_shift(start).unwrap();
}

#[test]
fn a_post_does_not_pass_on_over_a_call_that_the_next_one_had_not_heard_of() {
    let district = District::open();
    let [giver, taker] = ["p-012", "p-011"].map(|person| district.staff(person));
    at_post(&giver);
    at_post(&taker);
    let entry = DutyLogRecord { post: POST.to_owned(), topic: DutyLogTopic::Equipment, text: "radio 3 is flat".to_owned(), corrects: None };
    let entry = giver.duty().write_log(entry, Vec::new()).unwrap().id;
    let question = ConsultationRecord { post: POST.to_owned(), topic: ConsultationTopic::Directions, question: None, answer: None };
    giver.duty().record_consultation(question).unwrap();
    let offered = giver.duty().offer_handover(POST, "p-011", None).unwrap().id;
    sync(&giver);
    sync(&taker);
    assert_eq!(taker.duty().log(Page::first(10)).unwrap()[0].0, entry);
    assert_eq!(taker.duty().consultations(Page::first(10)).unwrap().len(), 1);

    // While the next one has no network, somebody calls for help in the zone.
    let caller = tourist(&district, "tourist");
    let call = caller.calls().raise(help(CallCategory::Medical)).unwrap().recorded.id;
    sync(&caller);
    assert_eq!(taker.duty().open_matters(POST, "p-012").unwrap(), []);
    let accepted = taker.duty().accept_handover(&offered, Vec::new(), None).unwrap();
    assert_eq!(taker.duty().handovers(Page::first(10)).unwrap()[0].1.state, HandoverState::Accepted, "as far as that phone knows");
    sync(&taker);
    let attention = taker.needs_attention().unwrap();
    assert_eq!(attention.len(), 1);
    assert_eq!((attention[0].entry.code, attention[0].entry.field.as_str()), (Some(Code::HandoverOpen), "accepted"));
    assert_eq!(taker.duty().handovers(Page::first(10)).unwrap()[0].1.state, HandoverState::Offered);
    assert_eq!(district.hub().document(&offered).unwrap().unwrap().body["state"], "offered");

    // Now the phone knows of the call. Without its name it refuses by itself, with it the post passes on.
    let open: Vec<_> = taker.duty().to_accept(&offered).unwrap().into_iter().map(|matter| matter.id).collect();
    assert_eq!(open, std::slice::from_ref(&call));
    let body = |accepted: &[String]| json!({"event": "accept", "accepted": accepted}).to_string();
    assert_eq!(taker.amend(accepted.operation, &body(&[])).unwrap_err().code, Code::HandoverOpen);
    taker.amend(accepted.operation, &body(&open)).unwrap();
    sync(&taker);
    sync(&giver);
    assert_eq!(taker.needs_attention().unwrap().len(), 0);
    let handover = &giver.duty().handovers(Page::first(10)).unwrap()[0].1;
    assert_eq!((handover.state, handover.matters[0].id.as_str()), (HandoverState::Accepted, call.as_str()));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn two_phones_take_the_last_leaflets_offline_and_every_one_is_accounted_for() {
    let district = District::open();
    let [desk, one, two] = ["p-003", "p-012", "p-016"].map(|person| district.staff(person));
    let batch = desk.publicity().stock_leaflets("m-fraud-leaflet", 100).unwrap().id;
    sync(&desk);
    let mut sessions = Vec::new();
    for phone in [&one, &two] {
        sync(phone);
        assert_eq!(phone.publicity().materials().unwrap().iter().filter(|material| material.text.is_some()).count(), 1, "the rhyme");
        let session = phone.publicity().plan(night_market()).unwrap().id;
        phone.publicity().issue_leaflets(&batch, &session, 70).unwrap();
        phone.publicity().hold(&session, 40, None, None, Vec::new()).unwrap();
        sessions.push(session);
    }
    one.publicity().return_leaflets(&batch, &sessions[0], 20).unwrap();
    one.publicity().waste_leaflets(&batch, &sessions[0], 5).unwrap();
    assert_eq!(one.publicity().return_leaflets(&batch, &sessions[0], 46).unwrap_err().code, Code::LeafletsShort);
    sync(&one);
    sync(&two);
    assert_eq!(two.outbox().unwrap().conflicts, 1, "70 and 70 of 100");
    // What came back is there for the second.
    two.publicity().issue_leaflets(&batch, &sessions[1], 50).unwrap();
    sync(&two);
    sync(&desk);
    desk.publicity().verify(&sessions[0], None).unwrap();
    sync(&desk);
    for phone in [&desk, &one, &two] {
        sync(phone);
        let (id, leaflets) = phone.publicity().batches(Page::first(10)).unwrap().remove(0);
        let used = |used: &LeafletUse| (used.session.clone(), used.issued, used.returned, used.wasted);
        assert_eq!((id, leaflets.in_stock()), (batch.clone(), 0));
        let moved: Vec<_> = leaflets.sessions.iter().map(used).collect();
        assert_eq!(moved, [(sessions[0].clone(), 70, 20, 5), (sessions[1].clone(), 50, 0, 0)]);
        assert_eq!(phone.publicity().sessions(Page::first(10)).unwrap().iter().filter(|(_, session)| session.counts()).count(), 1);
    }
    let at_hub: Leaflets = serde_json::from_value(district.hub().document(&batch).unwrap().unwrap().body).unwrap();
    assert_eq!((at_hub.distributed(|session| session == sessions[0]), at_hub.distributed(|_| true)), (45, 95));
    assert_eq!(one.publicity().return_leaflets(&batch, &sessions[0], 1).unwrap_err().code, Code::StateRefused, "it was verified");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn disputes_tasks_and_gaps_are_seen_by_the_hubs_clock_once() {
    let district = District::open();
    let clock = Arc::new(HandClock::default());
    let hub = Hub::open(&district.hub_folder(), Env { clock: clock.clone(), ..Env::system() }).unwrap();
    let url = district.serve_beside(hub.clone());
    let phone = |person: &str| {
        let phone = open_phone_at(&district.phone_path(person), Arc::new(NativeTransport::new()), &clock);
        phone.enrol(&url, &ops::enrol_code::make(&hub, Some(person), 1, 60).unwrap()).unwrap();
        sync(&phone);
        phone
    };
    let [commander, auxiliary] = ["p-001", "p-012"].map(phone);
    let began = clock.wall_ms();
    let draft = DisputeDraft {
        category: DisputeCategory::Purchase,
        description: "weighing of crayfish".to_owned(),
        parties: 2,
        zone: Some("z1".to_owned()),
        place: "stall 12".to_owned(),
        fix: None,
        photos: Vec::new(),
    };
    let dispute = auxiliary.disputes().report(draft).unwrap().id;
    let task = TaskDraft {
        id: "piers".to_owned(),
        title: "check the piers".to_owned(),
        owner: "p-012".to_owned(),
        due: format_rfc3339(began + 20 * HOUR),
    };
    let plan = WorkPlanDraft {
        title: "Summer nights".to_owned(),
        from: format_rfc3339(began),
        to: format_rfc3339(began + 100 * HOUR),
        tasks: vec![task],
    };
    let plan = commander.work_plans().adopt(plan).unwrap().id;
    at_post(&auxiliary);
    let shift = auxiliary.patrol().current_shift().unwrap().unwrap().0;
    clock.pass(5 * 3_600_000);
    auxiliary.patrol().end_shift(&shift, None).unwrap();
    sync(&auxiliary);
    sync(&commander);
    assert_eq!(hub.tick().unwrap(), 0, "nothing is due yet");
    clock.pass(20 * 3_600_000);
    assert_eq!(hub.tick().unwrap(), 2);
    assert_eq!(hub.tick().unwrap(), 0, "once");
    sync(&auxiliary);
    sync(&commander);
    assert_eq!(commander.disputes().all(Page::first(10)).unwrap()[0].1.overdue.len(), 1);
    assert_eq!(auxiliary.work_plans().all(Page::first(10)).unwrap()[0].1.tasks[0].overdue.len(), 1);

    // Late, and done all the same.
    auxiliary.work_plans().report(&plan, "piers", "all of them").unwrap();
    sync(&auxiliary);
    sync(&commander);
    commander.work_plans().accept(&plan, "piers", None).unwrap();
    commander.work_plans().conclude(&plan, None).unwrap();
    commander.disputes().screen(&dispute, None).unwrap();
    sync(&commander);
    assert_eq!(hub.document(&plan).unwrap().unwrap().body["state"], "concluded");
    assert_eq!(hub.document(&dispute).unwrap().unwrap().body["state"], "screened");

    // Five hours of the six, to within the time that this test takes.
    let staffing = hub.staffing(began, began + 6 * HOUR).unwrap();
    assert_eq!((staffing.len(), staffing[0].post.as_str(), staffing[0].window_ms), (1, POST, 6 * HOUR));
    assert!((staffing[0].staffed_ms - 5 * HOUR).abs() < HOUR / 2, "{staffing:?}");
    let gap: i64 = staffing[0].gaps.iter().map(|gap| gap.to - gap.from).sum();
    assert_eq!(gap + staffing[0].staffed_ms, 6 * HOUR);
    let on_phone = auxiliary.duty().staffing(POST, &format_rfc3339(began), &format_rfc3339(began + 6 * HOUR)).unwrap();
    assert!((on_phone.staffed_ms - staffing[0].staffed_ms).abs() < 60_000, "a phone counts as the hub does");
}

#[test]
fn whoever_was_helped_rates_it_once_by_their_phone_or_their_tracking_code() {
    let district = District::open();
    let desk = district.staff("p-003");
    let [caller, stranger] = ["caller", "stranger"].map(|name| tourist(&district, name));
    let call = caller.calls().raise(help(CallCategory::Medical)).unwrap().recorded.id;
    let lost = LostReportDraft { description: "keys".to_owned(), ..lost_keys() };
    let lost = caller.lost().report(lost).unwrap();
    sync(&caller);
    assert_eq!(caller.ratings().give(&call, 5, None).unwrap_err().code, Code::StateRefused, "it is not over");
    sync(&desk);
    desk.calls().triage(&call, Severity::General, None, None).unwrap();
    desk.calls().close(&call, None, Some("110-7".to_owned())).unwrap();
    desk.lost().mark_candidate(&lost.id, None).unwrap();
    desk.lost().mark_returned(&lost.id, None).unwrap();
    sync(&desk);
    sync(&caller);
    caller.ratings().give(&call, 5, None).unwrap();
    assert_eq!(caller.ratings().give(&call, 1, None).unwrap_err().code, Code::Exists);

    // Another phone knows neither; it has to show the code, and the hub is who can tell.
    assert_eq!(stranger.ratings().give(&call, 1, None).unwrap_err().code, Code::UnknownReference);
    let wrong = stranger.ratings().give(&lost.id, 1, Some("0000-0000-0000-0000".to_owned())).unwrap();
    sync(&stranger);
    let attention = stranger.needs_attention().unwrap();
    assert_eq!((attention[0].entry.code, attention[0].entry.field.as_str()), (Some(Code::NotPermitted), "about"));
    stranger.discard(wrong.operation, "mistyped").unwrap();
    sync(&stranger);
    stranger.ratings().give(&lost.id, 4, Some(lost.tracking_code.to_lowercase())).unwrap();
    for phone in [&caller, &stranger, &desk] {
        sync(phone);
    }
    let given: Vec<_> = desk.ratings().all(Page::first(10)).unwrap().into_iter().map(|(_, rating)| (rating.about, rating.stars)).collect();
    assert_eq!(given.len(), 2);
    assert!(given.contains(&(call, 5)) && given.contains(&(lost.id, 4)));
    assert_eq!(caller.documents(DocumentKind::Rating, Page::first(10)).unwrap().len(), 1, "each sees their own");
    assert_eq!(district.faults(), Vec::<String>::new());
}
