//! What the rules promise of campaigns, checklists, due dates, notices and the dynamic-zero number.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use std::str::FromStr;

use domain_world::{Memory, NOON, SITE, device, person, photo, refusal, tag_key};
use liuye_core::Code;
use liuye_core::domain::{
    Actor, Bilingual, Bucket, Campaign, CampaignMove, CampaignProgress, CampaignState, Checklist, ChecklistItem, DynamicZero, Hazard,
    HazardState, Inspection, Kind, Role, SiteFile, Until, Venue, VenueKind, Verdict,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn inspector() -> Actor {
    person("p-i", Role::Inspector)
}

fn second() -> Actor {
    person("p-j", Role::Inspector)
}

fn desk() -> Actor {
    person("p-d", Role::Desk)
}

fn campaign(venues: &[&str], zones: &[&str]) -> Value {
    json!({"event": "plan", "name": "夏季清查", "purpose": "public_order", "venues": venues, "zones": zones, "from": NOON, "to": NOON + DAY})
}

fn item(id: &str) -> ChecklistItem {
    ChecklistItem { id: id.to_owned(), text: Bilingual { zh: "问".to_owned(), en: "asked".to_owned() } }
}

fn passed(items: &[ChecklistItem]) -> Value {
    items.iter().map(|item| json!({"item": item.id, "outcome": "pass"})).collect()
}

/// A world with a hazard `h1` of v-001 found by p-i, assigned until tomorrow noon.
fn with_assigned() -> Memory {
    let mut world = Memory::hub();
    let found = json!({"event": "find", "venue": "v-001", "description": "exit blocked", "grade": "general"});
    assert_eq!(world.act(&inspector(), Kind::HazardFind, "h1", found), Verdict::CLEAN);
    let assigned = json!({"event": "assign", "owner": "owner", "due": NOON + DAY});
    assert_eq!(world.act(&inspector(), Kind::HazardAssign, "h1", assigned), Verdict::CLEAN);
    world.blobs.extend([1, 2].map(|number| photo(number).sha256));
    world
}

fn at(world: &mut Memory, at: i64, actor: &Actor, kind: Kind, entity: &str, body: Value, photos: &[u8]) -> Verdict {
    let mut operation = world.operation(kind, entity, body);
    (operation.recorded_at, operation.blobs) = (at, photos.iter().map(|number| photo(*number)).collect());
    world.take(&operation, actor)
}

fn hazard(world: &Memory, id: &str) -> Hazard {
    serde_json::from_value(world.body(id).clone()).unwrap()
}

#[test]
fn a_campaign_takes_every_listed_step_and_no_other() {
    let mut taken = 0;
    for (name, state) in [("planned", CampaignState::Planned), ("running", CampaignState::Running), ("closed", CampaignState::Closed)] {
        for (kind, step, body) in [
            (Kind::CampaignStart, CampaignMove::Start, json!({"event": "start"})),
            (Kind::CampaignClose, CampaignMove::Close, json!({"event": "close", "summary": "done"})),
        ] {
            let mut world = Memory::hub();
            assert_eq!(world.act(&desk(), Kind::CampaignPlan, "c1", campaign(&[], &[])), Verdict::CLEAN);
            world.force("c1", "state", json!(name));
            let verdict = world.act(&desk(), kind, "c1", body);
            match CampaignState::TRANSITIONS.iter().find(|(from, by, _)| *from == state && *by == step) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN);
                    assert_eq!(world.body("c1")["state"], serde_json::to_value(to).unwrap());
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict).0, Code::StateRefused, "{name} {step:?}"),
            }
        }
    }
    assert_eq!(taken, 2);
}

#[test]
fn a_campaign_is_for_officers_and_is_told_to_those_who_inspect_alone() {
    for &role in Role::ALL {
        let verdict = Memory::hub().act(&person("p-x", role), Kind::CampaignPlan, "c1", campaign(&["v-001"], &[]));
        assert_eq!(verdict == Verdict::CLEAN, [Role::Inspector, Role::Desk, Role::Commander].contains(&role), "{role:?}");
    }
    let mut world = Memory::hub();
    world.act(&desk(), Kind::CampaignPlan, "c1", campaign(&["v-001"], &["z1"]));
    let buckets = &world.documents["c1"].buckets;
    for told in ["role:inspector", "role:auxiliary", "role:desk", "role:commander", "person:p-d"] {
        assert!(buckets.contains(&Bucket::from_str(told).unwrap()), "{told}");
    }
    for hidden in ["public", "staff", "zone:z1", "role:guard", "role:volunteer", "role:tourist"] {
        assert!(!buckets.contains(&Bucket::from_str(hidden).unwrap()), "{hidden}");
    }
}

#[test]
fn a_campaign_names_what_there_is_once_and_ends_after_it_begins() {
    let judged = |body: Value| Memory::hub().act(&desk(), Kind::CampaignPlan, "c1", body);
    let changed = |field: &str, value: Value| {
        let mut body = campaign(&["v-001"], &["z1"]);
        body[field] = value;
        let verdict = judged(body);
        let (code, field) = refusal(&verdict);
        (code, field.to_owned())
    };
    assert_eq!(judged(campaign(&["v-001", "v-002"], &["z1"])), Verdict::CLEAN);
    assert_eq!(changed("venues", json!(["v-999"])), (Code::UnknownReference, "venues".to_owned()));
    assert_eq!(changed("venues", json!(["v-001", "v-001"])), (Code::DuplicateId, "venues[1]".to_owned()));
    assert_eq!(changed("zones", json!(["v-001"])), (Code::UnknownReference, "zones".to_owned()));
    assert_eq!(changed("checklist", json!("c-999")), (Code::UnknownReference, "checklist".to_owned()));
    assert_eq!(changed("to", json!(NOON)), (Code::TimeOrder, "to".to_owned()));
    assert_eq!(changed("name", json!(" ")), (Code::Missing, "name".to_owned()));
}

#[test]
fn a_visit_outside_its_campaign_is_kept_and_says_so() {
    let judged = |started: Option<i64>, closed: Option<i64>, venue: &str| {
        let mut world = Memory::hub();
        world.act(&desk(), Kind::CampaignPlan, "c1", campaign(&["v-001"], &[]));
        world.force("c1", "started_at", json!(started));
        world.force("c1", "closed_at", json!(closed));
        assert_eq!(world.act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": venue, "campaign": "c1"})), Verdict::CLEAN);
        world.body("i1").get("outside_campaign") == Some(&json!(true))
    };
    assert!(!judged(Some(NOON - 1), None, "v-001"));
    assert!(!judged(Some(NOON - 1), Some(NOON + 1), "v-001"), "it was going on when the visit began");
    assert!(judged(None, None, "v-001"));
    assert!(judged(Some(NOON - 2), Some(NOON - 1), "v-001"));
    assert!(judged(Some(NOON - 1), None, "v-002"), "another venue");
    let mut world = Memory::hub();
    assert_eq!(world.act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": "v-001", "campaign": "spring"})), Verdict::CLEAN);
    assert_eq!(world.body("i1").get("outside_campaign"), None, "a campaign of 0.1 is a name");
}

#[test]
fn a_visit_answers_the_version_that_it_began_with_whatever_the_list_asks_by_now() {
    let (old, new) = ([item("exits"), item("wiring")], [item("exits"), item("gas")]);
    let first = Checklist::of_site(old.to_vec());
    let both = Checklist::of_site(new.to_vec()).succeeding(&first);
    assert_eq!((both.items(1).unwrap(), both.items(2).unwrap(), both.items(3)), (&old[..], &new[..], None));
    assert_eq!(both.clone().succeeding(&both), both, "the same questions are no new version");
    let judged = |list: &Checklist, named: Option<u32>, answered: &[ChecklistItem]| {
        let mut world = Memory::hub();
        let named = named.map(|version| json!({"id": Checklist::OF_SITE, "version": version}));
        world.documents.get_mut(Checklist::OF_SITE).unwrap().body = serde_json::to_value(list).unwrap();
        world.force(SITE, "checklist", serde_json::to_value(&list.newest().unwrap().items).unwrap());
        let start = world.act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": "v-001", "checklist": named}));
        if start != Verdict::CLEAN {
            return start;
        }
        world.act(&inspector(), Kind::InspectionSubmit, "i1", json!({"answers": passed(answered)}))
    };
    assert_eq!(judged(&both, Some(1), &old), Verdict::CLEAN);
    assert_eq!(judged(&both, Some(2), &new), Verdict::CLEAN);
    assert_eq!(judged(&both, Some(1), &new), Verdict::CLEAN, "a newer one that came before the answers did");
    assert_eq!(refusal(&judged(&both, Some(2), &old)).0, Code::UnknownReference, "an older one than it names");
    assert_eq!(refusal(&judged(&both, Some(1), &[item("exits")])), (Code::Missing, "answers"), "a part of both is none");
    // A phone of 0.1 names none.
    assert_eq!(judged(&both, None, &old), Verdict::CLEAN);
    assert_eq!(judged(&both, None, &new), Verdict::CLEAN);
    assert_eq!(refusal(&judged(&both, None, &[item("exits"), item("moat")])), (Code::UnknownReference, "answers[1].item"));
    // The control: a hub that keeps no earlier version refuses what was asked before.
    assert_eq!(refusal(&judged(&Checklist::of_site(new.to_vec()), None, &old)).0, Code::UnknownReference);
    assert_eq!(judged(&first, Some(2), &new), Verdict::Held { until: Until::Entity(Checklist::OF_SITE.to_owned()) });
    let full =
        Memory::phone().act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": "v-001", "checklist": {"id": "c-9", "version": 1}}));
    assert_eq!(refusal(&full), (Code::UnknownReference, "checklist"));
}

#[test]
fn a_visit_asks_its_campaigns_list_then_the_one_for_such_venues_then_the_sites() {
    let list =
        |id: &str, kinds: &[VenueKind]| Checklist { id: id.to_owned(), venue_kinds: kinds.to_vec(), ..Checklist::of_site(vec![item("a")]) };
    let mut lists = vec![list("c-hotel", &[VenueKind::Hotel]), list("checklist", &[]), list("c-raid", &[])];
    let chosen = |lists: &[Checklist], campaign, kind| Checklist::choose(lists, campaign, kind).map(|list| list.id.clone());
    assert_eq!(chosen(&lists, Some("c-raid"), Some(VenueKind::Hotel)).as_deref(), Some("c-raid"));
    assert_eq!(chosen(&lists, None, Some(VenueKind::Hotel)).as_deref(), Some("c-hotel"));
    assert_eq!(chosen(&lists, None, Some(VenueKind::Shop)).as_deref(), Some("checklist"));
    lists[0].retired = true;
    assert_eq!(chosen(&lists, Some("c-hotel"), Some(VenueKind::Hotel)).as_deref(), Some("checklist"), "given up");
    assert_eq!(chosen(&[], None, None), None);
}

#[test]
fn a_site_file_names_lists_that_can_be_asked() {
    let text = include_str!("../../fixtures/liuye-lake/site.json");
    let with = |list: Value| {
        let mut file: Value = serde_json::from_str(text).unwrap();
        file["checklists"] = json!([list]);
        SiteFile::parse(&file.to_string())
    };
    let good = json!({"id": "c-hotel", "name": {"zh": "宾馆", "en": "hotels"}, "venue_kinds": ["hotel"], "items": [item("exits")]});
    let documents = with(good.clone()).unwrap().documents(tag_key().public()).unwrap();
    let lists: Vec<_> =
        documents.iter().filter(|document| document.kind.as_str() == "checklist").map(|document| document.id.as_str()).collect();
    assert_eq!(lists, ["checklist", "c-hotel"]);
    let refused = |field: &str, value: Value| {
        let mut list = good.clone();
        list[field] = value;
        let error = with(list).unwrap_err();
        (error.code, error.field.into_owned())
    };
    assert_eq!(refused("id", json!("checklist")), (Code::Malformed, "checklists[0].id".to_owned()), "the site's own");
    assert_eq!(refused("id", json!("v-001")), (Code::DuplicateId, "checklists[0].id".to_owned()));
    assert_eq!(refused("items", json!([])), (Code::OutOfRange, "checklists[0].items".to_owned()));
    assert_eq!(refused("items", json!([item("a"), item("a")])), (Code::DuplicateId, "checklists[0].items[1].id".to_owned()));
}

#[test]
fn a_planned_visit_is_begun_at_its_venue_and_keeps_who_planned_it() {
    let plan = json!({"venue": "v-001", "inspector": "p-004", "campaign": "c1", "due": NOON + DAY});
    let planned = |who: &str| {
        let mut world = Memory::hub();
        let mut body = plan.clone();
        body["inspector"] = json!(who);
        let verdict = world.act(&desk(), Kind::InspectionPlan, "i1", body);
        (world, verdict)
    };
    let inspects = |who: &&String| planned(who).1 == Verdict::CLEAN;
    let world = Memory::hub();
    let staff: Vec<String> =
        world.documents.values().filter(|document| document.kind == "person").map(|document| document.id.clone()).collect();
    let who = staff.iter().find(inspects).expect("somebody inspects");
    let other = staff.iter().find(|who| !inspects(who)).expect("somebody does not");
    assert_eq!(refusal(&planned(other).1), (Code::NotPermitted, "inspector"));
    assert_eq!(refusal(&planned("p-999").1), (Code::UnknownReference, "inspector"));
    let (mut world, _) = planned(who);
    assert_eq!((&world.body("i1")["state"], &world.body("i1")["inspector"]), (&json!("planned"), &json!(who)));
    assert!(world.documents["i1"].buckets.contains(&Bucket::Person(who.clone())), "who is to go is told");
    let elsewhere = world.act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": "v-002"}));
    assert_eq!(refusal(&elsewhere), (Code::Malformed, "venue"));
    assert_eq!(world.act(&inspector(), Kind::InspectionStart, "i1", json!({"venue": "v-001"})), Verdict::CLEAN);
    let visit = world.body("i1");
    assert_eq!((&visit["state"], &visit["inspector"], &visit["planned_by"]), (&json!("in_progress"), &json!("p-i"), &json!("p-d")));
    assert_eq!((&visit["due"], &visit["campaign"]), (&json!(NOON + DAY), &json!("c1")));
}

#[test]
fn what_is_not_rectified_by_its_due_date_is_overdue_once() {
    let mut world = with_assigned();
    assert_eq!(world.tick(NOON + DAY - 1), Vec::<String>::new());
    assert_eq!(world.tick(NOON + DAY), ["h1"]);
    assert_eq!(world.body("h1")["overdue_at"], json!(NOON + DAY));
    assert_eq!(world.tick(NOON + 9 * DAY), Vec::<String>::new(), "once");
    let extended = json!({"event": "extend", "due": NOON + 3 * DAY, "reason": "parts are late"});
    assert_eq!(world.act(&inspector(), Kind::HazardExtend, "h1", extended), Verdict::CLEAN);
    assert!(!hazard(&world, "h1").is_overdue(NOON + 2 * DAY));
    assert_eq!(world.tick(NOON + 3 * DAY), ["h1"], "and again by the later date");
    // The control: what was handed in in time waits for somebody else.
    let mut world = with_assigned();
    assert_eq!(world.act(&inspector(), Kind::HazardStart, "h1", json!({"event": "start"})), Verdict::CLEAN);
    assert_eq!(
        at(&mut world, NOON, &inspector(), Kind::HazardRectify, "h1", json!({"event": "rectify", "note": "n"}), &[1]),
        Verdict::CLEAN
    );
    assert_eq!(world.tick(NOON + 9 * DAY), Vec::<String>::new());
    assert_eq!(world.act(&second(), Kind::HazardReinspect, "h1", json!({"event": "reinspect", "passed": false})), Verdict::CLEAN);
    assert_eq!(world.tick(NOON + 9 * DAY), ["h1"], "sent back, it is late");
}

#[test]
fn a_due_date_moves_so_often_and_so_far_only() {
    let extend = |world: &mut Memory, due: i64| {
        world.act(&inspector(), Kind::HazardExtend, "h1", json!({"event": "extend", "due": due, "reason": "r"}))
    };
    let mut world = with_assigned();
    assert_eq!(refusal(&extend(&mut world, NOON + 31 * DAY + 1)), (Code::OutOfRange, "due"));
    assert_eq!(extend(&mut world, NOON + 31 * DAY), Verdict::CLEAN);
    assert_eq!(extend(&mut world, NOON + 32 * DAY), Verdict::CLEAN);
    assert_eq!(refusal(&extend(&mut world, NOON + 33 * DAY)), (Code::OutOfRange, "due"), "twice");
    let mut world = with_assigned();
    world.force(SITE, "settings", json!({"hazard_extensions_max": 0}));
    assert_eq!(refusal(&extend(&mut world, NOON + 2 * DAY)), (Code::OutOfRange, "due"), "a site may allow none");
}

#[test]
fn a_reopened_hazard_begins_anew_and_counts_once() {
    let mut world = with_assigned();
    world.force("h1", "state", json!("closed"));
    world.force("h1", "rectifiers", json!(["p-i"]));
    world.force("h1", "closed_at", json!(NOON + HOUR));
    assert_eq!(
        refusal(&world.act(&inspector(), Kind::HazardReopen, "h1", json!({"event": "reopen", "reason": " "}))),
        (Code::Missing, "reason")
    );
    assert_eq!(world.act(&desk(), Kind::HazardReopen, "h1", json!({"event": "reopen", "reason": "blocked again"})), Verdict::CLEAN);
    let again = hazard(&world, "h1");
    assert_eq!((again.state, again.owner.clone(), again.due, again.closed_at, again.reopened), (HazardState::Found, None, None, None, 1));
    assert!(again.was_rectified_by("p-i"), "who rectified it once is still not who closes it");
    assert_eq!(DynamicZero::of(std::slice::from_ref(&again), NOON), DynamicZero { open: 1, ..DynamicZero::default() });
    assert_eq!(world.tick(NOON + 9 * DAY), Vec::<String>::new(), "no due date of before counts");
}

#[test]
fn the_second_person_of_a_closing_on_the_spot_says_so_themselves() {
    let closed = |witness: &str| {
        let mut world = with_assigned();
        world.force("h1", "state", json!("found"));
        let body = json!({"event": "close_on_spot", "rectified_by": "shopkeeper", "witness": witness, "before": photo(1).sha256, "after": photo(2).sha256});
        assert_eq!(at(&mut world, NOON, &inspector(), Kind::HazardCloseOnSpot, "h1", body, &[1, 2]), Verdict::CLEAN);
        world
    };
    let say = |world: &mut Memory, who: &Actor| world.act(who, Kind::HazardWitness, "h1", json!({"event": "witness"}));
    let mut world = closed("p-j");
    assert!(hazard(&world, "h1").awaits_witness());
    assert_eq!(DynamicZero::of(&[hazard(&world, "h1")], NOON).unwitnessed, 1);
    for other in [inspector(), desk(), Actor::Tourist, Actor::Operator] {
        assert_eq!(refusal(&say(&mut world, &other)).0, Code::NotPermitted);
    }
    assert_eq!(say(&mut world, &second()), Verdict::CLEAN);
    assert_eq!(hazard(&world, "h1").witnessed_at, Some(NOON));
    assert_eq!(DynamicZero::of(&[hazard(&world, "h1")], NOON).unwitnessed, 0);
    assert_eq!(refusal(&say(&mut world, &second())).0, Code::StateRefused, "once");
    assert_eq!(say(&mut closed("name of p-j"), &second()), Verdict::CLEAN, "by name as by id");
    assert_eq!(refusal(&say(&mut with_assigned(), &second())).0, Code::StateRefused, "nothing was closed");
}

#[test]
fn what_the_venues_operator_sends_is_evidence_and_no_step() {
    let send = |world: &mut Memory, who: &Actor, photos: &[u8]| {
        at(world, NOON, who, Kind::HazardEvidence, "h1", json!({"event": "evidence", "note": "cleared"}), photos)
    };
    let mut world = with_assigned();
    for role in Role::ALL {
        let verdict = send(&mut with_assigned(), &person("p-x", *role), &[1]);
        assert_eq!(verdict == Verdict::CLEAN, *role == Role::VenueOperator, "{role:?}");
    }
    assert_eq!(refusal(&send(&mut world, &Actor::Operator, &[])), (Code::PhotoMissing, "photos"));
    assert_eq!(send(&mut world, &Actor::Operator, &[1, 7]), Verdict::Held { until: Until::Blob(photo(7).sha256) });
    assert_eq!(send(&mut world, &Actor::Operator, &[1, 2]), Verdict::CLEAN);
    assert_eq!(send(&mut world, &Actor::Operator, &[2]), Verdict::CLEAN);
    let after = hazard(&world, "h1");
    assert_eq!((after.state, after.operator_photos.len(), after.rectified_by), (HazardState::Assigned, 2, None));
    assert_eq!((after.operator_note.as_deref(), after.operator_at), (Some("cleared"), Some(NOON)));
    let many: Vec<_> = (0..24).map(|number| photo(100 + number).sha256).collect();
    world.force("h1", "operator_photos", json!(many));
    assert_eq!(refusal(&send(&mut world, &Actor::Operator, &[1])), (Code::PhotoTooMany, "photos"));
    for state in ["closed", "void", "referred"] {
        let mut world = with_assigned();
        world.force("h1", "state", json!(state));
        assert_eq!(refusal(&send(&mut world, &Actor::Operator, &[1])).0, Code::StateRefused, "{state}");
    }
    // Nothing else is for them.
    for (kind, body) in [
        (Kind::HazardStart, json!({"event": "start"})),
        (Kind::HazardVoid, json!({"event": "void", "reason": "none"})),
        (Kind::HazardFind, json!({"event": "find", "venue": "v-001", "description": "d", "grade": "general"})),
    ] {
        assert_eq!(refusal(&with_assigned().act(&Actor::Operator, kind, "h1", body)).0, Code::NotPermitted, "{kind}");
    }
}

fn issue() -> Value {
    json!({"event": "issue", "hazard": "h1", "requirement": "clear the exit", "legal_basis": "消防法 第六十条"})
}

#[test]
fn notices_are_numbered_by_the_hub_in_the_order_of_its_log_within_the_sites_year() {
    // 2026-12-31T23:59:59+08:00, when it is the last day of the year in the lake's zone and the last afternoon in UTC.
    let last = 1_798_732_799_000;
    let mut world = with_assigned();
    for (index, (when, number)) in
        [(NOON, (2026, 1)), (NOON - HOUR, (2026, 2)), (last, (2026, 3)), (last + 1000, (2027, 1)), (NOON, (2026, 4))]
            .into_iter()
            .enumerate()
    {
        let id = format!("n{index}");
        assert_eq!(at(&mut world, when, &inspector(), Kind::NoticeIssue, &id, issue(), &[]), Verdict::CLEAN);
        assert_eq!(world.body(&id)["number"], json!({"year": number.0, "serial": number.1}), "{id}");
    }
    assert!(world.documents["notice_serial.2026"].buckets.is_empty(), "nobody receives the counter");
    let mut phone = with_assigned();
    phone.hub = false;
    assert_eq!(phone.act(&inspector(), Kind::NoticeIssue, "n1", issue()), Verdict::CLEAN);
    assert_eq!(phone.body("n1").get("number"), None, "a phone does not see every notice");
    assert_eq!((&phone.body("n1")["due"], &phone.body("n1")["description"]), (&json!(NOON + DAY), &json!("exit blocked")));
}

#[test]
fn a_notice_is_about_an_open_hazard_with_a_due_date_and_an_inspectors() {
    for &role in Role::ALL {
        let verdict = with_assigned().act(&person("p-x", role), Kind::NoticeIssue, "n1", issue());
        assert_eq!(verdict == Verdict::CLEAN, role == Role::Inspector, "{role:?}");
    }
    for (field, value) in [("due", Value::Null), ("state", json!("closed"))] {
        let mut world = with_assigned();
        world.force("h1", field, value);
        assert_eq!(refusal(&world.act(&inspector(), Kind::NoticeIssue, "n1", issue())), (Code::StateRefused, "hazard"));
    }
    let mut body = issue();
    body["hazard"] = json!("v-001");
    assert_eq!(refusal(&with_assigned().act(&inspector(), Kind::NoticeIssue, "n1", body)), (Code::UnknownReference, "hazard"));
    for field in ["requirement", "legal_basis"] {
        let mut body = issue();
        body[field] = json!(" ");
        assert_eq!(refusal(&with_assigned().act(&inspector(), Kind::NoticeIssue, "n1", body)), (Code::Missing, field));
    }
}

#[test]
fn a_notice_is_signed_for_once_or_refused_before_a_witness() {
    let signed = |signature: Value, photos: &[u8]| {
        let mut world = with_assigned();
        assert_eq!(world.act(&inspector(), Kind::NoticeIssue, "n1", issue()), Verdict::CLEAN);
        let body = json!({"event": "sign", "signature": signature});
        let verdict = at(&mut world, NOON, &inspector(), Kind::NoticeSign, "n1", body.clone(), photos);
        if verdict == Verdict::CLEAN {
            assert_eq!((&world.body("n1")["state"], &world.body("n1")["signature"]), (&json!("served"), &signature));
            assert_eq!(refusal(&at(&mut world, NOON, &inspector(), Kind::NoticeSign, "n1", body, photos)).0, Code::StateRefused);
        }
        verdict
    };
    let strokes = |strokes: Value| json!({"by": "strokes", "strokes": strokes});
    assert_eq!(signed(strokes(json!([[[0, 0], [1000, 400]]])), &[]), Verdict::CLEAN);
    assert_eq!(signed(json!({"by": "photo", "sha256": photo(1).sha256}), &[1]), Verdict::CLEAN);
    assert_eq!(signed(json!({"by": "refused", "witness": "p-w"}), &[]), Verdict::CLEAN);
    for wrong in
        [json!([]), json!([[]]), json!([[[1001, 0]]]), json!([[[0, 401]]]), json!(vec![json!([[1, 1]]); 65]), json!([vec![[1, 1]; 2001]])]
    {
        assert_eq!(refusal(&signed(strokes(wrong), &[])), (Code::OutOfRange, "signature.strokes"));
    }
    assert_eq!(refusal(&signed(json!({"by": "photo", "sha256": photo(1).sha256}), &[2])), (Code::PhotoMissing, "signature.sha256"));
    assert_eq!(signed(json!({"by": "photo", "sha256": photo(9).sha256}), &[9]), Verdict::Held { until: Until::Blob(photo(9).sha256) });
    assert_eq!(refusal(&signed(json!({"by": "refused", "witness": "p-i"}), &[])), (Code::HazardFourEyes, "signature.witness"));
}

#[test]
fn a_campaigns_progress_counts_each_venue_that_it_is_for_once_by_the_best_of_its_visits() {
    let common = json!({"device": device(1), "operation": uuid::Uuid::nil(), "at": NOON});
    let with = |mut body: Value| {
        body.as_object_mut().unwrap().extend(common.as_object().unwrap().clone());
        body
    };
    let plan = json!({"name": "清查", "purpose": "safety_check", "state": "running", "zones": ["z1"], "from": NOON, "to": NOON + DAY, "planned_by": "p-d"});
    let campaign: Campaign = serde_json::from_value(with(plan)).unwrap();
    let venue = |id: &str, zone: &str, retired_at: Option<&str>| -> Venue {
        let name = json!({"zh": "店", "en": "shop"});
        let at = json!({"lat": 29.06, "lon": 111.73});
        serde_json::from_value(json!({"id": id, "name": name, "kind": "shop", "zone": zone, "at": at, "retired_at": retired_at})).unwrap()
    };
    let visit = |venue: &str, state: &str, outside: bool| -> Inspection {
        let body = json!({"venue": venue, "zone": "z1", "outside_campaign": outside, "state": state, "inspector": "p-i"});
        serde_json::from_value(with(body)).unwrap()
    };
    let venues = [
        venue("approved", "z1", None),
        venue("waits", "z1", None),
        venue("returned", "z1", None),
        venue("outside", "z1", None),
        venue("gone", "z1", Some("2020-01-01T00:00:00Z")),
        venue("elsewhere", "z2", None),
    ];
    let visits = [
        visit("approved", "returned", false),
        visit("approved", "approved", false),
        visit("approved", "approved", false),
        visit("waits", "submitted", false),
        visit("returned", "returned", false),
        visit("outside", "approved", true),
        visit("elsewhere", "approved", false),
    ];
    let left = vec!["returned".to_owned(), "outside".to_owned()];
    assert_eq!(CampaignProgress::of(&campaign, &venues, &visits, NOON), CampaignProgress { venues: 4, approved: 1, submitted: 1, left });
    assert_eq!(CampaignProgress::of(&campaign, &[], &visits, NOON), CampaignProgress::default());
}

#[test]
fn the_dynamic_zero_number_is_exact() {
    let mut world = with_assigned();
    let template = hazard(&world, "h1");
    let of = |state: HazardState, due: Option<i64>, closed_after: Option<i64>| Hazard {
        state,
        due,
        closed_at: closed_after.map(|after| template.at + after),
        ..template.clone()
    };
    let all = [
        of(HazardState::Found, None, None),
        of(HazardState::Assigned, Some(NOON + DAY), None),
        of(HazardState::Extended, Some(NOON), None),
        of(HazardState::Rectifying, Some(NOON - DAY), None),
        of(HazardState::Submitted, Some(NOON - DAY), None),
        of(HazardState::Void, Some(NOON - DAY), None),
        of(HazardState::Referred, Some(NOON - DAY), None),
        of(HazardState::Closed, Some(NOON - DAY), Some(DAY)),
        of(HazardState::Closed, Some(NOON - DAY), Some(4 * DAY)),
    ];
    let figure = DynamicZero::of(&all, NOON);
    assert_eq!(figure, DynamicZero { open: 5, overdue: 2, closed: 2, unwitnessed: 0, median_ms_to_close: Some(5 * DAY / 2) });
    assert_eq!((figure.is_zero(), figure.median_days_to_close()), (false, Some(2.5)));
    let odd: Vec<_> = all.iter().cloned().chain([of(HazardState::Closed, None, Some(2 * DAY))]).collect();
    assert_eq!(DynamicZero::of(&odd, NOON).median_days_to_close(), Some(2.0));
    assert_eq!(DynamicZero::of(&all, NOON - 1).overdue, 1, "due at noon");
    assert!(DynamicZero::of(&[], NOON).is_zero());
    // Whoever closes it takes it out of the number, and changes nothing else.
    world.tick(NOON + DAY);
    assert_eq!(DynamicZero::of(&[hazard(&world, "h1")], NOON + DAY).overdue, 1);
}

const STATES: [HazardState; 9] = [
    HazardState::Found,
    HazardState::Assigned,
    HazardState::Rectifying,
    HazardState::Submitted,
    HazardState::Reinspected,
    HazardState::Closed,
    HazardState::Extended,
    HazardState::Referred,
    HazardState::Void,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// In whatever order hazards come, the figure is the same; what is overdue is open; time alone makes nothing less overdue.
    #[test]
    fn the_dynamic_zero_number_depends_on_no_order(
        drawn in prop::collection::vec((0..STATES.len(), prop::option::of(-5_i64..5), 0_i64..40), 0..30),
        later in 0_i64..10,
    ) {
        let template = hazard(&with_assigned(), "h1");
        let hazards: Vec<Hazard> = drawn.iter().map(|(state, due, days)| Hazard {
            state: STATES[*state],
            due: due.map(|days| NOON + days * DAY),
            closed_at: (STATES[*state] == HazardState::Closed).then_some(template.at + days * DAY),
            ..template.clone()
        }).collect();
        let figure = DynamicZero::of(&hazards, NOON);
        let backwards: Vec<_> = hazards.iter().rev().cloned().collect();
        prop_assert_eq!(DynamicZero::of(&backwards, NOON), figure);
        prop_assert!(figure.overdue <= figure.open && figure.open + figure.closed <= hazards.len());
        prop_assert!(DynamicZero::of(&hazards, NOON + later * DAY).overdue >= figure.overdue);
        let mut days: Vec<_> = hazards.iter().filter_map(|hazard| Some(hazard.closed_at? - hazard.at)).collect();
        days.sort_unstable();
        if let Some(median) = figure.median_ms_to_close {
            let (below, above) = (days.iter().filter(|ms| **ms <= median).count(), days.iter().filter(|ms| **ms >= median).count());
            prop_assert!(2 * below >= days.len() && 2 * above >= days.len());
        } else {
            prop_assert!(days.is_empty());
        }
    }

    /// However devices' notices interleave, the hub numbers them without a hole and without a double.
    #[test]
    fn numbers_have_no_hole_and_no_double(years in prop::collection::vec(0_i64..3, 1..20)) {
        let mut world = with_assigned();
        let mut given = Vec::new();
        for (index, year) in years.iter().enumerate() {
            let mut operation = world.operation(Kind::NoticeIssue, &format!("n{index}"), issue());
            (operation.recorded_at, operation.device) = (NOON + year * 366 * DAY, device(u8::try_from(index % 3).unwrap() + 1));
            prop_assert_eq!(world.take(&operation, &inspector()), Verdict::CLEAN);
            let number = &world.body(&format!("n{index}"))["number"];
            given.push((number["year"].as_i64().unwrap(), number["serial"].as_u64().unwrap()));
        }
        for year in given.iter().map(|(year, _)| *year) {
            let serials: Vec<_> = given.iter().filter(|(of, _)| *of == year).map(|(_, serial)| *serial).collect();
            prop_assert_eq!(&serials, &(1..=serials.len() as u64).collect::<Vec<_>>());
        }
    }
}
