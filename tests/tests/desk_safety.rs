//! Hazards, campaigns and inspections at the desk: four eyes, due dates, the number on top, and who may do what.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::companion::{Companion, HazardDraft, InspectionDraft, SyncReason};
use liuye_core::domain::{
    AnswerOutcome, Campaign, CampaignState, ChecklistAnswer, Hazard, HazardGrade, HazardState, Inspection, InspectionState, Role,
};
use liuye_core::env::{Clock, Env};
use liuye_core::log::Digest;
use liuye_hub::Hub;
use liuye_tests::{DeskBrowser, District, HandClock, INJECTIONS, is_harmless, lost_keys, png};
use serde::de::DeserializeOwned;

const DAY_MS: u64 = 86_400_000;
const DUE: &str = "2099-12-31T18:00";

/// An officer at another hub of the same data.
fn officer_at(district: &District, url: &str, role: Role, person: &str) -> DeskBrowser {
    DeskBrowser::log_in_at(district, url, &format!("{}-{person}", role.as_str()), role, Some(person)).in_english()
}

fn read<T: DeserializeOwned>(district: &District, id: &str) -> T {
    serde_json::from_value(district.hub().document(id).unwrap().unwrap().body).unwrap()
}

fn state(district: &District, id: &str) -> HazardState {
    read::<Hazard>(district, id).state
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

fn found(phone: &Companion, description: &str, grade: HazardGrade, photos: Vec<Digest>) -> String {
    let draft = HazardDraft { venue: "v-001".to_owned(), inspection: None, description: description.to_owned(), grade, fix: None, photos };
    let id = phone.safety().add_hazard(draft).unwrap().id;
    sync(phone);
    id
}

/// An inspection of a venue that was handed in.
fn handed_in(phone: &Companion, venue: &str, campaign: Option<&str>) -> String {
    let draft = InspectionDraft { venue: venue.to_owned(), campaign: campaign.map(str::to_owned), fix: None, photos: Vec::new() };
    let id = phone.safety().start_inspection(draft).unwrap().id;
    let questions = phone.safety().questions(&id).unwrap().into_iter();
    let answers = questions.map(|item| ChecklistAnswer { item: item.id, outcome: AnswerOutcome::Pass, note: None }).collect();
    phone.safety().submit(&id, answers, Some("all well".to_owned()), Vec::new()).unwrap();
    sync(phone);
    id
}

#[test]
fn a_hazard_is_closed_by_other_eyes_than_those_that_rectified_it_with_before_and_after_side_by_side() {
    let district = District::open();
    let phone = district.staff("p-005");
    let (before, after) = (phone.attach(&png(1, 300)).unwrap().sha256, phone.attach(&png(2, 300)).unwrap().sha256);
    let id = found(&phone, "exit blocked", HazardGrade::General, vec![before]);
    let at = |step: &str| format!("/desk/safety/hazards/{id}/{step}");
    let (she, nie) = (DeskBrowser::officer(&district, Role::Inspector, "p-005"), DeskBrowser::officer(&district, Role::Inspector, "p-006"));
    assert!(nie.get("/desk/safety").says(&["exit blocked", "To be assigned", "at zero"]));
    let refused = nie.post(&at("assign"), &[("owner", ""), ("due", DUE)]);
    assert!(refused.status == 422 && refused.says(&["id=\"assign-owner-fault\"", DUE]), "{}", refused.text);
    assert_eq!(nie.post(&at("assign"), &[("owner", "owner of v-001"), ("due", DUE)]).status, 303);
    let said = nie.get(&format!("/desk/safety/hazards/{id}"));
    assert!(said.says(&["owner of v-001", "2099-12-31 18:00", "No photo of the rectification yet"]));
    assert_eq!(nie.post(&at("start"), &[]).status, 303);
    sync(&phone);
    phone.safety().rectify(&id, "cleared", vec![after]).unwrap();
    sync(&phone);
    let own = she.get(&format!("/desk/safety/hazards/{id}"));
    assert!(own.says(&["You had a hand in the rectification"]) && !own.text.contains("/pass\""));
    let refused = she.post(&at("pass"), &[]);
    assert!(refused.status == 422 && refused.says(&["somebody else has to"]), "{}", refused.text);
    assert_eq!(nie.post(&at("fail"), &[("note", "half of it")]).status, 303);
    assert_eq!(state(&district, &id), HazardState::Rectifying);
    sync(&phone);
    phone.safety().rectify(&id, "all of it", vec![after]).unwrap();
    sync(&phone);
    assert_eq!(nie.post(&at("pass"), &[("note", "good")]).status, 303);
    assert_eq!(she.post(&at("close"), &[]).status, 422);
    assert_eq!(nie.post(&at("close"), &[]).status, 303);
    assert_eq!(state(&district, &id), HazardState::Closed);
    let page = nie.get(&format!("/desk/safety/hazards/{id}?lang=zh-CN"));
    assert!(page.says(&["整改前", "整改后", "已销号", "聂若溪", &format!("/desk/photos/{before}"), &format!("/desk/photos/{after}")]));
    assert!(nie.get("/desk/safety?over=1").says(&["exit blocked", "Closed"]));
    assert_eq!(nie.post(&at("reopen"), &[("reason", "there again")]).status, 303);
    assert_eq!(state(&district, &id), HazardState::Found);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_major_hazard_needs_its_plan_and_a_due_date_moves_so_far_and_so_often_only() {
    let district = District::open();
    let phone = district.staff("p-005");
    let nie = DeskBrowser::officer(&district, Role::Inspector, "p-006");
    let id = found(&phone, "gas leak", HazardGrade::Major, Vec::new());
    let at = |step: &str| format!("/desk/safety/hazards/{id}/{step}");
    let plan = |measures: &'static str| {
        [("owner", "owner"), ("due", DUE), ("measures", measures), ("funds", "2,000"), ("contingency", "close the shop")]
    };
    let refused = nie.post(&at("assign"), &plan(""));
    assert!(refused.status == 422 && refused.says(&["id=\"assign-measures-fault\"", "close the shop"]), "{}", refused.text);
    assert_eq!(nie.post(&at("assign"), &plan("renew the pipe")).status, 303);
    assert!(nie.get(&format!("/desk/safety/hazards/{id}")).says(&["renew the pipe", "close the shop", "Major"]));
    let extend = |due: &'static str| [("due", due), ("reason", "parts are late")];
    for (due, words) in [("2099-12-01T18:00", "wrong order"), ("2100-06-01T18:00", "out of range"), ("soon", "no time")] {
        let refused = nie.post(&at("extend"), &extend(due));
        assert!(refused.status == 422 && refused.says(&[words, "id=\"extend-due-fault\""]), "{due} {}", refused.text);
    }
    assert_eq!(nie.post(&at("extend"), &extend("2100-01-10T18:00")).status, 303);
    assert_eq!(nie.post(&at("extend"), &extend("2100-01-20T18:00")).status, 303);
    assert_eq!(nie.post(&at("extend"), &extend("2100-01-30T18:00")).status, 422, "twice, and no more");
}

#[test]
fn the_number_on_top_says_what_is_overdue_by_the_hubs_clock() {
    let district = District::open();
    let phone = district.staff("p-005");
    let id = found(&phone, "exit blocked", HazardGrade::General, Vec::new());
    let clock = Arc::new(HandClock::default());
    let hub = Hub::open(&district.hub_folder(), Env { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Env::system() }).unwrap();
    let later = district.serve_beside(hub);
    let in_two_days = chrono::DateTime::from_timestamp_millis(clock.wall_ms()).unwrap() + chrono::Days::new(2);
    let due = in_two_days.format("%Y-%m-%dT%H:%M").to_string();
    let nie = officer_at(&district, &later, Role::Inspector, "p-006");
    assert_eq!(nie.post(&format!("/desk/safety/hazards/{id}/assign"), &[("owner", "owner"), ("due", &due)]).status, 303);
    assert!(nie.get("/desk/safety").says(&["<p class=\"figure\">0</p>", "at zero"]));
    clock.pass(3 * DAY_MS);
    let nie = officer_at(&district, &later, Role::Inspector, "p-006");
    let page = nie.get("/desk/safety");
    assert!(page.says(&["<p class=\"figure\">1</p>", "not at zero", "overdue"]), "{}", page.text);
    let desk = officer_at(&district, &later, Role::Desk, "p-003");
    let void = format!("/desk/safety/hazards/{id}/void");
    let refused = desk.post(&void, &[("reason", "")]);
    assert!(refused.status == 422 && refused.says(&["id=\"void-reason-fault\""]), "a reason is needed");
    assert_eq!(desk.post(&void, &[("reason", "it was a door")]).status, 303);
    assert!(desk.get("/desk/safety").says(&["<p class=\"figure\">0</p>"]));
}

#[test]
fn each_step_is_for_the_accounts_that_may_take_it_and_an_inspector_sees_hazards_and_nothing_else() {
    let district = District::open();
    let phone = district.staff("p-005");
    let (mine, other) = (phone.attach(&png(1, 300)).unwrap().sha256, phone.attach(&png(2, 300)).unwrap().sha256);
    let id = found(&phone, "exit blocked", HazardGrade::General, vec![mine]);
    let mut loss = lost_keys();
    loss.photos = vec![other];
    phone.lost().report(loss).unwrap();
    sync(&phone);
    let visit = handed_in(&phone, "v-001", None);
    let (hazard, inspection) = (format!("/desk/safety/hazards/{id}"), format!("/desk/safety/inspections/{visit}"));
    let steps = |of: &str, steps: &[&str]| steps.iter().map(|step| format!("{of}/{step}")).collect::<Vec<_>>();
    let inspectors = steps(&hazard, &["assign", "start", "pass", "fail", "close", "extend", "notice"]);
    let officers = [steps(&hazard, &["refer", "void", "reopen", "witness"]), vec!["/desk/safety/campaigns".to_owned()]].concat();
    let deciders = steps(&inspection, &["approve", "return"]);
    let before = district.count("SELECT count(*) FROM operations");
    let may_not = |role: Role, person: &str, paths: &[&Vec<String>]| {
        let browser = DeskBrowser::officer(&district, role, person);
        for path in paths.iter().copied().flatten() {
            assert_eq!(browser.post(path, &[]).status, 403, "{role:?} {path}");
        }
    };
    may_not(Role::Inspector, "p-006", &[&deciders]);
    may_not(Role::Desk, "p-003", &[&inspectors]);
    may_not(Role::Commander, "p-001", &[&inspectors]);
    may_not(Role::Auditor, "p-010", &[&inspectors, &officers, &deciders]);
    may_not(Role::Admin, "p-002", &[&inspectors, &officers, &deciders]);
    // Who may, is refused by the rules at most: there is always something missing here.
    for (role, person, paths) in
        [(Role::Inspector, "p-006", &inspectors[3..]), (Role::Desk, "p-003", &officers[..]), (Role::Commander, "p-001", &officers[..])]
    {
        let browser = DeskBrowser::officer(&district, role, person);
        for path in paths {
            assert_eq!(browser.post(path, &[]).status, 422, "{role:?} {path}");
            assert_eq!(browser.post_forged(path, &[]).status, 403, "{role:?} {path}");
        }
    }
    // An account of a role that its person does not hold does nothing.
    let wrong = DeskBrowser::officer(&district, Role::Inspector, "p-003");
    let refused = wrong.post(&format!("{hazard}/assign"), &[("owner", "owner"), ("due", DUE)]);
    assert!(refused.status == 422 && refused.says(&["may not do this"]), "{}", refused.text);
    assert_eq!(district.count("SELECT count(*) FROM operations"), before, "nothing was written");

    let nie = DeskBrowser::officer(&district, Role::Inspector, "p-006");
    assert_eq!(nie.get("/desk/safety").status, 200);
    for path in ["/desk/records", "/desk/attention", "/desk/lost"] {
        assert_eq!(nie.get(path).status, 403, "{path}");
    }
    let photo = |browser: &DeskBrowser, sha256| browser.get(&format!("/desk/photos/{sha256}")).status;
    assert_eq!((photo(&nie, mine), photo(&nie, other)), (200, 404), "a hazard's photo, and no other");
    assert_eq!(photo(&DeskBrowser::officer(&district, Role::Desk, "p-003"), other), 200);
    let auditor = DeskBrowser::officer(&district, Role::Auditor, "p-010");
    assert!(auditor.get(&hazard).says(&["There is nothing that this account can do now", "exit blocked"]));
    assert_eq!(DeskBrowser::nobody(&district.url()).get(&hazard).status, 303);
    for path in ["/desk/safety/hazards/none", "/desk/safety/hazards/v-001", "/desk/safety/campaigns/none", "/desk/safety/inspections/none"]
    {
        assert_eq!(auditor.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_campaign_shows_how_far_it_has_come_and_its_inspections_are_approved_or_sent_back() {
    let district = District::open();
    let commander = DeskBrowser::officer(&district, Role::Commander, "p-001");
    let form =
        |to: &'static str| [("name", "May day"), ("purpose", "safety_check"), ("zones", "z1"), ("from", "2020-05-01T08:00"), ("to", to)];
    let refused = commander.post("/desk/safety/campaigns", &form("2020-04-01T08:00"));
    assert!(refused.status == 422 && refused.says(&["id=\"plan-to-fault\"", "May day"]), "{}", refused.text);
    let id = commander.post("/desk/safety/campaigns", &form("2099-05-05T08:00")).made();
    let at = |step: &str| format!("/desk/safety/campaigns/{id}/{step}");
    assert_eq!(commander.post(&at("start"), &[]).status, 303);
    let venues: Vec<String> = {
        let file: serde_json::Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
        let venues = file["venues"].as_array().unwrap().iter().filter(|venue| venue["zone"] == "z1");
        venues.map(|venue| venue["id"].as_str().unwrap().to_owned()).collect()
    };
    let phone = district.staff("p-005");
    let (first, second) = (handed_in(&phone, &venues[0], Some(&id)), handed_in(&phone, &venues[1], Some(&id)));
    let desk = DeskBrowser::officer(&district, Role::Desk, "p-003");
    assert!(desk.get("/desk/safety").says(&["May day", "2 to be decided", &format!("0 / {}", venues.len())]));
    let visit = |id: &str, step: &str| format!("/desk/safety/inspections/{id}/{step}");
    assert!(desk.get(&format!("/desk/safety/inspections/{first}")).says(&["In order", "all well", "May day", "She Huaijin"]));
    assert_eq!(desk.post(&visit(&first, "approve"), &[]).status, 303);
    let refused = desk.post(&visit(&second, "return"), &[("reason", " ")]);
    assert!(refused.status == 422 && refused.says(&["id=\"return-reason-fault\""]), "{}", refused.text);
    assert_eq!(desk.post(&visit(&second, "return"), &[("reason", "the kitchen is missing")]).status, 303);
    let decided: [Inspection; 2] = [read(&district, &first), read(&district, &second)];
    assert_eq!(
        decided.map(|one| (one.state, one.decided_by)),
        [(InspectionState::Approved, Some("p-003".to_owned())), (InspectionState::Returned, Some("p-003".to_owned()))]
    );
    assert!(desk.get(&format!("/desk/safety/inspections/{second}")).says(&["the kitchen is missing", "Sent back"]));
    let page = desk.get(&format!("/desk/safety/campaigns/{id}"));
    assert!(page.says(&[&format!("1 / {}", venues.len()), "River Street Grid"]));
    assert_eq!(desk.post(&at("close"), &[("summary", "done")]).status, 303);
    assert_eq!(read::<Campaign>(&district, &id).state, CampaignState::Closed);
    assert_eq!(desk.post(&at("start"), &[]).status, 422, "what is over does not begin");
    assert!(desk.get("/desk/safety?over=1").says(&["May day", "Over"]));
}

#[test]
fn a_notice_is_written_on_the_hazards_page_and_printed_with_the_operators_link() {
    let district = District::open();
    let phone = district.staff("p-005");
    let id = found(&phone, "exit blocked", HazardGrade::General, Vec::new());
    let nie = DeskBrowser::officer(&district, Role::Inspector, "p-006");
    let at = |step: &str| format!("/desk/safety/hazards/{id}/{step}");
    let form = [("requirement", "clear it"), ("legal_basis", "Fire Protection Law art. 60")];
    assert_eq!(nie.post(&at("notice"), &form).status, 422, "there is no due date yet");
    assert_eq!(nie.post(&at("assign"), &[("owner", "owner"), ("due", DUE)]).status, 303);
    assert!(nie.post(&at("notice"), &[("requirement", "clear it")]).says(&["id=\"notice-legal_basis-fault\""]));
    assert_eq!(nie.post(&at("notice"), &form).status, 303);
    let page = nie.get(&format!("/desk/safety/hazards/{id}")).text;
    let notice = page.split("/desk/notices/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(nie.get(&format!("/desk/notices/{notice}?lang=en")).says(&["clear it", "Nie Ruoxi", "Make a link for the operator"]));
    let printed = nie.post(&format!("/desk/notices/{notice}/print"), &[("lang", "en")]);
    assert!(printed.says(&["<svg", &format!("{}/r/", district.url())]));
}

#[test]
fn whatever_is_typed_into_a_field_comes_out_harmless() {
    let district = District::open();
    let phone = district.staff("p-005");
    let (nie, desk) = (DeskBrowser::officer(&district, Role::Inspector, "p-006"), DeskBrowser::officer(&district, Role::Desk, "p-003"));
    for typed in INJECTIONS {
        let id = found(&phone, typed, HazardGrade::Major, Vec::new());
        let at = |step: &str| format!("/desk/safety/hazards/{id}/{step}");
        let plan = [("owner", typed), ("due", DUE), ("measures", typed), ("funds", typed), ("contingency", typed)];
        assert_eq!(nie.post(&at("assign"), &plan).status, 303);
        assert_eq!(nie.post(&at("notice"), &[("requirement", typed), ("legal_basis", typed)]).status, 303);
        let form = [("name", typed), ("purpose", "public_order"), ("from", "2020-05-01T08:00"), ("to", DUE)];
        let campaign = desk.post("/desk/safety/campaigns", &form).made();
        let pages = [
            nie.post(&at("extend"), &[("due", typed), ("reason", typed)]),
            nie.get("/desk/safety"),
            nie.get(&format!("/desk/safety/hazards/{id}")),
            desk.get(&format!("/desk/safety/campaigns/{campaign}")),
            desk.post("/desk/safety/campaigns", &[("name", typed), ("zones", typed), ("from", typed)]),
            desk.post(&at("refer"), &[("authority", typed)]),
            desk.post(&at("void"), &[("reason", typed)]),
            desk.get(&format!("/desk/safety/hazards/{id}")),
            desk.get("/desk/safety?over=1&lang=zh-CN"),
        ];
        for page in pages {
            assert!(is_harmless(&page.text), "{typed} {}", page.text);
        }
    }
}
