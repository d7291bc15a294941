//! Safety checks between phones and a real hub: campaigns, lists that change, due dates, second persons.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::companion::{AssignDraft, CampaignDraft, Companion, HazardDraft, InspectionDraft, OperationState, Page, SyncReason};
use liuye_core::domain::{
    AnswerOutcome, CampaignPurpose, CampaignState, ChecklistAnswer, Document, HazardGrade, Inspection, InspectionState, parse_rfc3339,
};
use liuye_core::env::{Clock, Env};
use liuye_hub::Hub;
use liuye_tests::{District, png};
use serde_json::{Value, json};

/// A clock that stands still.
struct Stopped(i64);

impl Clock for Stopped {
    fn wall_ms(&self) -> i64 {
        self.0
    }

    fn elapsed_ms(&self) -> u64 {
        0
    }

    fn boot_id(&self) -> String {
        "stopped".to_owned()
    }
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

fn visit(venue: &str, campaign: Option<&str>) -> InspectionDraft {
    InspectionDraft { venue: venue.to_owned(), campaign: campaign.map(str::to_owned), fix: None, photos: Vec::new() }
}

/// Answers what the visit asks, and nothing else.
fn hand_in(phone: &Companion, inspection: &str) {
    let questions = phone.safety().questions(inspection).unwrap();
    assert!(!questions.is_empty());
    let answers = questions.into_iter().map(|item| ChecklistAnswer { item: item.id, outcome: AnswerOutcome::Pass, note: None }).collect();
    phone.safety().submit(inspection, answers, None, Vec::new()).unwrap();
}

/// What became of what the phone wrote of inspections.
fn states(phone: &Companion) -> Vec<OperationState> {
    let entries = phone.operations(Page::first(200)).unwrap().into_iter();
    entries.filter(|entry| entry.kind.starts_with("inspection.")).map(|entry| entry.state).collect()
}

/// The lake's site file with another checklist of the site, and these beside it.
fn site_file(own: &[&str], beside: Value) -> String {
    let item = |id: &&str| json!({"id": id, "text": {"zh": "问", "en": "asked"}});
    let mut file: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    if !own.is_empty() {
        file["site"]["checklist"] = own.iter().map(item).collect();
    }
    file["checklists"] = beside;
    file.to_string()
}

fn inspection(hub: &Hub, id: &str) -> Inspection {
    serde_json::from_value(document(hub, id).body).unwrap()
}

fn document(hub: &Hub, id: &str) -> Document {
    hub.document(id).unwrap().unwrap()
}

fn found(phone: &Companion, venue: &str) -> String {
    let draft = HazardDraft {
        venue: venue.to_owned(),
        inspection: None,
        description: "exit blocked".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    phone.safety().add_hazard(draft).unwrap().id
}

#[test]
fn a_checklist_that_changed_while_an_inspector_was_offline_refuses_nothing() {
    let district = District::open();
    let phone = district.staff("p-005");
    let begun = phone.safety().start_inspection(visit("v-001", None)).unwrap().id;
    let asked = phone.safety().questions(&begun).unwrap();
    // Twice, while the phone is away.
    for own in [&["exits", "gas"][..], &["exits", "gas", "lifts"]] {
        assert!(district.hub().import_site(&site_file(own, json!([]))).unwrap().changed >= 2, "the site and its list");
    }
    hand_in(&phone, &begun);
    sync(&phone);
    assert_eq!(states(&phone), [OperationState::Applied; 2]);
    let handed_in = inspection(district.hub(), &begun);
    assert_eq!((handed_in.state, handed_in.checklist.unwrap().version), (InspectionState::Submitted, 1));
    // One that was begun before goes on as it began, though the phone knows better by now.
    assert_eq!(phone.safety().questions(&begun).unwrap(), asked);
    let next = phone.safety().start_inspection(visit("v-001", None)).unwrap().id;
    assert_eq!(phone.safety().questions(&next).unwrap().len(), 3);
    hand_in(&phone, &next);
    sync(&phone);
    assert_eq!((states(&phone), inspection(district.hub(), &next).checklist.unwrap().version), (vec![OperationState::Applied; 4], 3));
}

#[test]
fn a_hub_whose_list_was_imported_before_lists_had_versions_keeps_what_it_asked() {
    let district = District::open();
    let asked = document(district.hub(), "liuye-lake").body["checklist"].clone();
    // As an earlier hub left it: no list beside the site's own document.
    let earlier = "DELETE FROM documents WHERE id = 'checklist'; DELETE FROM document_buckets WHERE id = 'checklist';";
    district.ledger().execute_batch(earlier).unwrap();
    assert_eq!(district.hub().import_site(&site_file(&["exits", "gas"], json!([]))).unwrap().changed, 2);
    let kept = document(district.hub(), "checklist").body;
    let versions = kept["versions"].as_array().unwrap();
    assert_eq!((versions.len(), &versions[0]["items"], versions[1]["items"].as_array().unwrap().len()), (2, &asked, 2));
}

#[test]
fn a_list_that_a_site_file_gives_up_is_asked_no_more_and_still_answered() {
    let district = District::open();
    let hotels = json!([{"id": "c-hotel", "name": {"zh": "宾馆", "en": "Hotels"}, "venue_kinds": ["hotel"],
        "items": [{"id": "lifts", "text": {"zh": "电梯", "en": "Lifts"}}]}]);
    district.hub().import_site(&site_file(&[], hotels)).unwrap();
    let phone = district.staff("p-005");
    let begun = phone.safety().start_inspection(visit("v-014", None)).unwrap().id;
    assert_eq!(phone.safety().questions(&begun).unwrap()[0].id, "lifts", "a hotel is asked the hotels' list");
    let shop = phone.safety().start_inspection(visit("v-005", None)).unwrap().id;
    assert_ne!(phone.safety().questions(&shop).unwrap()[0].id, "lifts");
    sync(&phone);
    assert_eq!(district.hub().import_site(&site_file(&[], json!([]))).unwrap().removed, 1);
    sync(&phone);
    hand_in(&phone, &begun);
    let next = phone.safety().start_inspection(visit("v-014", None)).unwrap().id;
    assert_ne!(phone.safety().questions(&next).unwrap()[0].id, "lifts");
    sync(&phone);
    assert!(states(&phone).iter().all(|state| *state == OperationState::Applied));
}

#[test]
fn a_campaign_reaches_those_who_inspect_and_its_visits_name_it() {
    let district = District::open();
    let [desk, inspector, guard] = ["p-003", "p-005", "p-019"].map(|person| district.staff(person));
    let draft = CampaignDraft {
        name: "夏夜集中清查".to_owned(),
        purpose: CampaignPurpose::PublicOrder,
        venues: vec!["v-001".to_owned()],
        zones: Vec::new(),
        checklist: None,
        from: "2026-05-01T19:00:00+08:00".to_owned(),
        to: "2026-05-02T02:00:00+08:00".to_owned(),
    };
    let campaign = desk.safety().plan_campaign(draft).unwrap().id;
    let planned = desk.safety().plan_inspection("v-001", "p-005", Some(campaign.clone()), Some("2026-05-02T02:00:00+08:00")).unwrap().id;
    desk.safety().start_campaign(&campaign).unwrap();
    sync(&desk);
    sync(&inspector);
    assert_eq!(inspector.safety().campaigns(Page::first(9)).unwrap()[0].1.state, CampaignState::Running);
    inspector.safety().start_planned(&planned, None).unwrap();
    hand_in(&inspector, &planned);
    let outside = inspector.safety().start_inspection(visit("v-002", Some(&campaign))).unwrap().id;
    sync(&inspector);
    let handed_in = inspection(district.hub(), &planned);
    assert_eq!((handed_in.state, handed_in.campaign.as_deref()), (InspectionState::Submitted, Some(campaign.as_str())));
    assert_eq!((handed_in.outside_campaign, inspection(district.hub(), &outside).outside_campaign), (false, true));
    sync(&desk);
    desk.safety().close_campaign(&campaign, Some("38 家".to_owned())).unwrap();
    sync(&desk);
    sync(&inspector);
    sync(&guard);
    assert_eq!(inspector.safety().campaigns(Page::first(9)).unwrap()[0].1.state, CampaignState::Closed);
    assert_eq!(guard.safety().campaigns(Page::first(9)).unwrap(), [], "nobody else is told where a check is to be");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn whoever_arrives_at_a_venue_sees_its_earlier_hazards_and_what_is_late() {
    let district = District::open();
    let [inspector, second] = ["p-005", "p-006"].map(|person| district.staff(person));
    let [late, spot, elsewhere] = ["v-001", "v-001", "v-002"].map(|venue| found(&inspector, venue));
    let due = "2026-01-01T08:00:00+08:00";
    let photos = [1, 2].map(|seed| inspector.attach(&png(seed, 10)).unwrap().sha256);
    inspector.safety().close_on_spot(&spot, "店主", "p-006", photos[0], photos[1]).unwrap();
    sync(&inspector);
    sync(&second);
    // Nothing is due before it was found: the hub's clock has to pass it.
    let far = "2099-01-01T08:00:00+08:00";
    let refused = inspector.safety().assign(&late, AssignDraft { owner: "店主".to_owned(), due: due.to_owned(), plan: None });
    assert!(refused.is_err());
    inspector.safety().assign(&late, AssignDraft { owner: "店主".to_owned(), due: far.to_owned(), plan: None }).unwrap();
    sync(&inspector);
    let (before, after) = (parse_rfc3339(far).unwrap() - 1, parse_rfc3339(far).unwrap());
    let steps = |now: i64| {
        let env = Env { clock: Arc::new(Stopped(now)), ..Env::system() };
        Hub::open(&district.hub_folder(), env).unwrap().tick().unwrap()
    };
    assert_eq!((steps(before), steps(after), steps(after + 1000)), (0, 1, 0), "once, by whichever hub");
    second.safety().witness(&spot).unwrap();
    sync(&second);
    sync(&inspector);
    let history = inspector.safety().history("v-001").unwrap();
    assert_eq!(history.open.iter().map(|(id, _)| id).collect::<Vec<_>>(), [&late]);
    assert_eq!(history.open[0].1.overdue_at, Some(after));
    let [(id, closed)] = &history.earlier[..] else { panic!("one is closed") };
    assert_eq!((id, closed.awaits_witness()), (&spot, false));
    assert_eq!(inspector.safety().history("v-002").unwrap().open[0].0, elsewhere);
    let zero = inspector.safety().dynamic_zero().unwrap();
    assert_eq!((zero.open, zero.closed, zero.unwitnessed), (2, 1, 0));
}
