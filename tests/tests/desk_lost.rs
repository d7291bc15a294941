//! Lost and found at the desk: each step by a named officer of the right role, what only the owner knows told to the few, and a
//! page in both languages that is harmless whatever somebody typed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::companion::{ClaimDraft, LostReportDraft, SyncReason};
use liuye_core::domain::{Claim, Contact, Custodian, DocumentKind, FoundItem, FoundItemState, LostReport, LostReportState, Role};
use liuye_core::env::{Clock, Env};
use liuye_hub::Hub;
use liuye_tests::{DeskBrowser, District, HandClock, INJECTIONS, found_umbrella, is_harmless, lost_keys, lost_umbrella};

const DAY_MS: u64 = 86_400_000;
const SECRET: &str = "a duck is carved into the handle";

fn item(district: &District, id: &str) -> FoundItem {
    serde_json::from_value(district.hub().document(id).unwrap().unwrap().body).unwrap()
}

fn claims(district: &District) -> Vec<(String, Claim)> {
    let documents = district.hub().documents(DocumentKind::Claim, 10, 0).unwrap();
    documents.into_iter().map(|document| (document.id, serde_json::from_value(document.body).unwrap())).collect()
}

/// What somebody hands in at the counter.
fn handed_in(category: &str) -> Vec<(&str, &str)> {
    vec![
        ("category", category),
        ("description", "a black wallet"),
        ("place", "boat pier"),
        ("zone", "z3"),
        ("found_at", "2026-05-01T09:10"),
        ("brand", "Paradise"),
        ("hidden", SECRET),
    ]
}

fn claimed<'a>(statement: &'a str, phone: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("statement", statement), ("name", "韩梅梅"), ("phone", phone)]
}

#[test]
fn a_valuable_goes_from_the_counter_back_to_its_owner_by_two_officers_and_two_live_claims_lock_it() {
    let district = District::open();
    let (gong, dai) = (DeskBrowser::officer(&district, Role::Desk, "p-003"), DeskBrowser::officer(&district, Role::Desk, "p-004"));
    let mut form = handed_in("wallet");
    form.push(("valuable", "yes"));
    let made = gong.post("/desk/lost/items", &form);
    assert_eq!(made.status, 303, "{}", made.text);
    let id = made.made();
    let at = |step: &str| format!("/desk/lost/items/{id}/{step}");
    let refused = gong.post(&at("store"), &[("place", "shelf 2")]);
    assert_eq!(refused.status, 422);
    assert!(refused.says(&["A valuable takes two people", "shelf 2"]), "what was typed stands there again");
    for (browser, step, fields) in [(&dai, "sign", &[][..]), (&gong, "store", &[("place", "shelf 2")]), (&gong, "notice", &[])] {
        assert_eq!(browser.post(&at(step), fields).status, 303, "{step}");
    }
    assert_eq!((item(&district, &id).state, item(&district, &id).signatures), (FoundItemState::Noticed, vec!["p-004".to_owned()]));
    let paper = gong.get(&at("print/notice"));
    assert!(paper.says(&["wallet", "Beach"]) && !paper.text.contains("Paradise") && !paper.text.contains("boat pier"), "{}", paper.text);

    let wrong = gong.post(&at("claims"), &claimed("it is mine", "110"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.says(&["An emergency number is no contact", "id=\"claim-phone-fault\""]), "the words stand at the field");
    assert!(claims(&district).is_empty());
    for statement in ["it is mine", "no, mine"] {
        assert_eq!(gong.post(&at("claims"), &claimed(statement, "13800138000")).status, 303);
    }
    assert_eq!(item(&district, &id).state, FoundItemState::Disputed);
    assert!(gong.get(&format!("/desk/lost/items/{id}")).says(&["Two claims are live", "Disputed: locked"]));
    let of = |statement: &str| claims(&district).into_iter().find(|(_, claim)| claim.statement == statement).unwrap().0;
    let (mine, other) = (of("it is mine"), of("no, mine"));
    let claim = |id: &str, step: &str| format!("/desk/lost/claims/{id}/{step}");
    for (id, answer) in [(&mine, "a duck"), (&other, "nothing")] {
        assert_eq!(gong.post(&claim(id, "question"), &[("questions", "What is on the handle?"), ("questions", "")]).status, 303);
        assert_eq!(gong.post(&claim(id, "answer"), &[("answers", answer)]).status, 303);
    }
    assert_eq!(gong.post(&claim(&mine, "verify"), &[]).status, 422, "locked");
    assert_eq!(gong.post(&claim(&other, "reject"), &[("reason", "did not know it")]).status, 303);
    assert_eq!(gong.post(&claim(&mine, "verify"), &[("note", "knew the duck")]).status, 303);
    assert_eq!(gong.post(&at("release"), &[("claim", &mine)]).status, 422, "who verified a valuable does not release it");
    assert_eq!(gong.get(&at("print/receipt")).status, 404);
    assert_eq!(dai.post(&at("release"), &[("claim", &mine)]).status, 303);
    assert_eq!(item(&district, &id).state, FoundItemState::Released);
    let receipt = dai.get(&format!("{}?lang=zh", at("print/receipt")));
    assert!(receipt.says(&["失物返还收据", "戴启泓", "龚芷澜"]) && !receipt.text.contains(SECRET) && !receipt.text.contains("韩梅梅"));
    let by = |kind: &str| format!("SELECT count(*) FROM operations WHERE kind = '{kind}' AND actor = 'p-004' AND state = 'applied'");
    assert_eq!((district.count(&by("custody.sign")), district.count(&by("found.release"))), (1, 1), "each by the named officer");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn an_item_is_handed_on_transferred_and_comes_back_without_a_gap_in_its_custody() {
    let district = District::open();
    let (gong, dai) = (DeskBrowser::officer(&district, Role::Desk, "p-003"), DeskBrowser::officer(&district, Role::Desk, "p-004"));
    let id = gong.post("/desk/lost/items", &handed_in("keys")).made();
    let at = |step: &str| format!("/desk/lost/items/{id}/{step}");
    assert_eq!(gong.post(&at("store"), &[("place", "shelf 1")]).status, 303);
    assert_eq!(gong.post(&at("hand_over"), &[("to", "p-003")]).status, 422, "to another than oneself");
    assert_eq!(gong.post(&at("hand_over"), &[("to", "p-004")]).status, 303);
    assert_eq!(gong.post(&at("accept"), &[]).status, 422, "it is offered to somebody else");
    assert_eq!(dai.post(&at("accept"), &[("place", "safe")]).status, 303);
    assert_eq!(dai.post(&at("transfer"), &[("authority", "")]).status, 422);
    assert_eq!(dai.post(&at("transfer"), &[("authority", "Railway office")]).status, 303);
    assert_eq!(gong.post(&at("accept"), &[]).status, 303);
    let legs = item(&district, &id).custody;
    assert!(legs.windows(2).all(|pair| pair[0].to == Some(pair[1].from)), "{legs:?}");
    assert_eq!(legs[3].custodian, Custodian::Person { person: "p-003".to_owned() });
    assert!(gong.get(&format!("/desk/lost/items/{id}")).says(&["Gong Zhilan", "Dai Qihong", "Railway office", "holds it now"]));
    // On the spot it goes back only where it was not put away.
    assert_eq!(gong.post(&at("return"), &[("reason", "their key fits")]).status, 422);
    let id = gong.post("/desk/lost/items", &handed_in("keys")).made();
    let at = |step: &str| format!("/desk/lost/items/{id}/{step}");
    assert_eq!(gong.post(&at("return"), &[("reason", "their name is on it")]).status, 303);
    assert_eq!(item(&district, &id).state, FoundItemState::Released);
    assert!(gong.get(&at("print/receipt")).says(&["Receipt for returned property", "Gong Zhilan"]));
}

#[test]
fn each_step_is_for_the_accounts_that_may_take_it_and_whoever_may_not_changes_nothing() {
    let district = District::open();
    let gong = DeskBrowser::officer(&district, Role::Desk, "p-003");
    let id = gong.post("/desk/lost/items", &handed_in("keys")).made();
    let phone = district.phone("tourist");
    let report = phone.lost().report(lost_keys()).unwrap().id;
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    phone.sync(SyncReason::User).unwrap();
    let paths = |steps: &[&str], of: &str| steps.iter().map(|step| format!("/desk/lost/{of}/{step}")).collect::<Vec<_>>();
    let desk_alone = [
        vec!["/desk/lost/items".to_owned()],
        paths(
            &["store", "sign", "hand_over", "accept", "transfer", "notice", "return", "release", "claims", "secrets"],
            &format!("items/{id}"),
        ),
        paths(&["candidate", "return", "withdraw"], &format!("reports/{report}")),
        paths(&["question", "answer", "verify", "reject", "withdraw"], "claims/made-up"),
    ]
    .concat();
    let written = || district.count("SELECT count(*) FROM operations");
    let before = written();
    let others = [(Role::Commander, "p-001"), (Role::Admin, "p-002"), (Role::Auditor, "p-010")];
    for (role, person) in others {
        let browser = DeskBrowser::officer(&district, role, person);
        for path in &desk_alone {
            assert_eq!(browser.post(path, &[("place", "x")]).status, 403, "{role:?} {path}");
        }
        let page = browser.get(&format!("/desk/lost/items/{id}"));
        assert_eq!(page.status, if role == Role::Admin { 403 } else { 200 });
        assert!(!page.text.contains("/store\""), "what one may not do is not offered");
    }
    let auditor = DeskBrowser::officer(&district, Role::Auditor, "p-010");
    for path in
        [format!("/desk/lost/items/{id}/forfeit"), format!("/desk/lost/items/{id}/dispose"), format!("/desk/lost/reports/{report}/contact")]
    {
        assert_eq!(auditor.post(&path, &[("note", "x")]).status, 403, "{path}");
    }
    assert_eq!(gong.post(&format!("/desk/lost/items/{id}/dispose"), &[("note", "x")]).status, 403, "the commander approves");
    assert_eq!(gong.post_forged(&format!("/desk/lost/items/{id}/store"), &[("place", "x")]).status, 403);
    let nobody = DeskBrowser::nobody(&district.url());
    for path in &desk_alone {
        assert_eq!(nobody.post(path, &[]).status, 303, "{path}");
    }
    // An account that stands for nobody does nothing either: what is done is done by somebody by name.
    let unnamed = DeskBrowser::log_in(&district, "unnamed", Role::Desk, None).in_english();
    assert_eq!(unnamed.post(&format!("/desk/lost/items/{id}/store"), &[("place", "x")]).status, 422);
    // Nor does one whose person is no duty officer.
    let inspector = DeskBrowser::officer(&district, Role::Desk, "p-005");
    assert_eq!(inspector.post(&format!("/desk/lost/items/{id}/notice"), &[]).status, 422);
    assert_eq!(written(), before, "nothing was written");
    for path in ["/desk/lost/items/v-001", "/desk/lost/items/none", "/desk/lost/reports/none", "/desk/lost/items/none/print/receipt"] {
        assert_eq!(gong.get(path).status, 404, "{path}");
    }
    assert_eq!(gong.post(&format!("/desk/lost/items/{id}/fly"), &[]).status, 404);
    assert_eq!(gong.post("/desk/lost/items/none/notice", &[]).status, 404);
}

/// An umbrella that a tourist lost, an auxiliary found and the desk announced; the tourist claims it.
struct Story {
    district: District,
    report: String,
    item: String,
    claim: String,
}

fn claimed_umbrella() -> Story {
    let district = District::open();
    let (tourist, finder, desk) = (district.phone("tourist"), district.staff("p-011"), district.staff("p-003"));
    let lost = LostReportDraft {
        contact: Some(Contact { name: "欧阳某".to_owned(), phone: "13912345678".to_owned(), identity_number: None, passport: None }),
        ..lost_umbrella()
    };
    let report = tourist.lost().report(lost).unwrap().id;
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    let item = finder.lost().register_found(found_umbrella(SECRET)).unwrap().id;
    finder.lost().store(&item, "shelf 2").unwrap();
    for phone in [&tourist, &finder, &desk] {
        phone.sync(SyncReason::User).unwrap();
    }
    desk.lost().notice(&item).unwrap();
    desk.sync(SyncReason::User).unwrap();
    tourist.sync(SyncReason::User).unwrap();
    let contact = Contact { name: "韩梅梅".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None };
    let draft =
        ClaimDraft { item: item.clone(), report: Some(report.clone()), statement: "my umbrella".to_owned(), contact: Some(contact) };
    let claim = tourist.lost().claim(draft).unwrap().id;
    tourist.sync(SyncReason::User).unwrap();
    Story { district, report, item, claim }
}

#[test]
fn a_match_explains_itself_factor_by_factor_and_tells_nothing_that_only_the_owner_knows() {
    let Story { district, report, item, .. } = claimed_umbrella();
    let auditor = DeskBrowser::officer(&district, Role::Auditor, "p-010");
    let pages = ["/desk/lost".to_owned(), format!("/desk/lost/items/{item}"), format!("/desk/lost/reports/{report}")];
    for path in &pages {
        let page = auditor.get(path);
        assert!(page.says(&["Category", "Looks and marks", "Brand", "Place", "Colour", "Time", "25 / 25"]), "{path} {}", page.text);
        assert!(!page.text.contains("duck") && !page.text.contains("carved"), "{path}");
        let chinese = auditor.get(&format!("{path}?lang=zh-CN"));
        assert!(chinese.says(&["类别", "外观与特征", "品牌", "失物招领"]), "{path}");
    }
    assert!(auditor.get("/desk/lost").says(&[&format!("/desk/lost/reports/{report}"), &format!("/desk/lost/items/{item}"), "1 may be it"]));
    // Another sort of thing is no match, whatever it looks like.
    district.hub().erase(&report, "p-003").unwrap();
    assert!(auditor.get("/desk/lost").says(&["No match is good enough to tell of"]));
}

#[test]
fn hidden_marks_and_contacts_are_shown_by_an_act_of_their_own_and_each_reading_is_logged() {
    let Story { district, report, item, claim } = claimed_umbrella();
    let (gong, commander, auditor) = (
        DeskBrowser::officer(&district, Role::Desk, "p-003"),
        DeskBrowser::officer(&district, Role::Commander, "p-001"),
        DeskBrowser::officer(&district, Role::Auditor, "p-010"),
    );
    let readings = |subject: &str| district.count(&format!("SELECT count(*) FROM access_log WHERE subject = '{subject}'"));
    let (secrets, of_claim, of_report) = (
        format!("/desk/lost/items/{item}/secrets"),
        format!("/desk/lost/claims/{claim}/contact"),
        format!("/desk/lost/reports/{report}/contact"),
    );
    for browser in [&gong, &commander, &auditor] {
        for path in [format!("/desk/lost/items/{item}"), format!("/desk/lost/reports/{report}")] {
            let page = browser.get(&path);
            assert!(!page.text.contains(SECRET) && !page.text.contains("韩梅梅") && !page.text.contains("欧阳某"));
        }
    }
    assert_eq!([commander.post(&secrets, &[]).status, auditor.post(&secrets, &[]).status, auditor.post(&of_claim, &[]).status], [403; 3]);
    assert_eq!(
        [gong.post_forged(&secrets, &[]).status, gong.post_forged(&of_claim, &[]).status, gong.post_forged(&of_report, &[]).status],
        [403; 3]
    );
    assert_eq!(district.count("SELECT count(*) FROM access_log WHERE reader <> 'auditor-p-010'"), 0);
    assert_eq!(district.count("SELECT count(*) FROM access_log"), 2, "whatever an auditor opens is a reading");
    assert!(gong.post(&secrets, &[]).says(&[SECRET]));
    assert!(gong.post(&of_claim, &[]).says(&["韩梅梅", "+8613800138000"]));
    assert!(commander.post(&of_report, &[]).says(&["欧阳某"]));
    assert_eq!((readings(&format!("{item}.secrets")), readings(&claim), readings(&report)), (1, 1, 1));
    assert_eq!(district.count("SELECT count(*) FROM access_log WHERE reader = 'desk-p-003'"), 2, "by whoever read it");
}

#[test]
fn an_owner_who_gives_up_is_forgotten_and_what_went_back_without_a_claim_is_over() {
    let Story { district, report, item, claim } = claimed_umbrella();
    let gong = DeskBrowser::officer(&district, Role::Desk, "p-003");
    let state = |id: &str| serde_json::from_value::<LostReport>(district.hub().document(id).unwrap().unwrap().body).unwrap().state;
    assert_eq!(gong.post(&format!("/desk/lost/claims/{claim}/withdraw"), &[]).status, 303);
    assert!(gong.get(&format!("/desk/lost/items/{item}")).says(&["What they wrote was erased"]));
    assert_eq!(gong.post(&format!("/desk/lost/reports/{report}/withdraw"), &[]).status, 303);
    assert_eq!(state(&report), LostReportState::Withdrawn);
    let page = gong.get(&format!("/desk/lost/reports/{report}"));
    assert!(page.says(&["erased"]) && !page.text.contains("天堂") && !page.text.contains("/contact\""));
    assert!(gong.get("/desk/lost?over=1").says(&[&format!("/desk/lost/reports/{report}"), "Withdrawn"]));
    let phone = district.phone("second");
    let second = phone.lost().report(lost_keys()).unwrap().id;
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    phone.sync(SyncReason::User).unwrap();
    assert_eq!(gong.post(&format!("/desk/lost/reports/{second}/candidate"), &[("note", "on shelf 3")]).status, 303);
    assert_eq!(gong.post(&format!("/desk/lost/reports/{second}/return"), &[]).status, 303);
    assert_eq!(state(&second), LostReportState::Returned);
}

#[test]
fn what_nobody_claims_nears_its_statutory_day_is_forfeited_after_it_and_disposed_of_by_the_commander() {
    let district = District::open();
    let gong = DeskBrowser::officer(&district, Role::Desk, "p-003");
    let id = gong.post("/desk/lost/items", &handed_in("keys")).made();
    let path = format!("/desk/lost/items/{id}");
    for (step, fields) in [("store", &[("place", "shelf")][..]), ("notice", &[])] {
        assert_eq!(gong.post(&format!("{path}/{step}"), fields).status, 303);
    }
    let list = "The statutory year is nearly or fully over";
    assert!(!gong.get("/desk/lost").says(&[list]));
    assert_eq!(gong.post(&format!("{path}/forfeit"), &[]).status, 422, "one year has to pass");
    let clock = Arc::new(HandClock::default());
    let hub = Hub::open(&district.hub_folder(), Env { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Env::system() }).unwrap();
    let later = district.serve_beside(hub);
    clock.pass(350 * DAY_MS);
    let near = DeskBrowser::officer_at(&district, &later, Role::Desk, "p-003").get("/desk/lost");
    assert!(near.says(&[list, &path, "days"]), "{}", near.text);
    clock.pass(20 * DAY_MS);
    let gong = DeskBrowser::officer_at(&district, &later, Role::Desk, "p-003");
    let commander = DeskBrowser::officer_at(&district, &later, Role::Commander, "p-001");
    assert!(gong.get(&path).says(&["Nobody claimed it for a year"]));
    assert_eq!(gong.post(&format!("{path}/forfeit"), &[]).status, 303);
    assert_eq!(gong.post(&format!("{path}/dispose"), &[("note", "sold")]).status, 403);
    assert_eq!(commander.post(&format!("{path}/dispose"), &[("note", "")]).status, 422);
    assert_eq!(commander.post(&format!("{path}/dispose"), &[("note", "handed to the treasury")]).status, 303);
    assert_eq!(item(&district, &id).state, FoundItemState::Disposed);
}

#[test]
fn what_is_prohibited_goes_to_the_police_and_is_never_announced() {
    let district = District::open();
    let gong = DeskBrowser::officer(&district, Role::Desk, "p-003");
    let mut form = handed_in("other");
    form.push(("prohibited", "weapon"));
    let id = gong.post("/desk/lost/items", &form).made();
    let page = gong.get(&format!("/desk/lost/items/{id}"));
    assert!(
        page.says(&["goes straight to the police", "/transfer\""]) && !page.text.contains("/store\"") && !page.text.contains("/notice\"")
    );
    assert_eq!(gong.post(&format!("/desk/lost/items/{id}/store"), &[("place", "shelf")]).status, 422);
    let to = [("authority", "Liuye police station"), ("police", "yes")];
    assert_eq!(gong.post(&format!("/desk/lost/items/{id}/transfer"), &to).status, 303);
    assert_eq!(item(&district, &id).state, FoundItemState::Transferred);
}

#[test]
fn whatever_is_typed_into_a_field_comes_out_harmless_and_a_wrong_field_is_named() {
    let district = District::open();
    let gong = DeskBrowser::officer(&district, Role::Desk, "p-003");
    for typed in INJECTIONS {
        let form = [
            ("category", "keys"),
            ("description", typed),
            ("place", typed),
            ("found_at", "2026-05-01T09:10"),
            ("brand", typed),
            ("colour", typed),
            ("hidden", typed),
        ];
        let id = gong.post("/desk/lost/items", &form).made();
        let at = |step: &str| format!("/desk/lost/items/{id}/{step}");
        assert_eq!(gong.post(&at("store"), &[("place", typed)]).status, 303);
        assert_eq!(gong.post(&at("notice"), &[]).status, 303);
        assert_eq!(gong.post(&at("claims"), &[("statement", typed), ("name", typed), ("phone", "13800138000")]).status, 303);
        let claim = item(&district, &id).claims.remove(0);
        assert_eq!(gong.post(&format!("/desk/lost/claims/{claim}/question"), &[("questions", typed)]).status, 303);
        assert_eq!(gong.post(&format!("/desk/lost/claims/{claim}/answer"), &[("answers", typed)]).status, 303);
        let refused = gong.post(&at("transfer"), &[("authority", typed)]);
        assert_eq!(refused.status, 422);
        let pages = [
            refused,
            gong.get("/desk/lost"),
            gong.get(&format!("/desk/lost/items/{id}")),
            gong.get(&at("print/notice")),
            gong.post(&at("secrets"), &[]),
            gong.post(&format!("/desk/lost/claims/{claim}/contact"), &[]),
            gong.post("/desk/lost/items", &[("category", typed), ("description", typed), ("place", typed), ("found_at", typed)]),
        ];
        for page in pages {
            assert!(is_harmless(&page.text), "{typed} {}", page.text);
        }
    }
    for (field, value, words) in [
        ("found_at", "yesterday", "This is no time"),
        ("found_at", "2099-01-01T00:00", "still to come"),
        ("description", "", "This is needed"),
        ("zone", "z9", "There is no such one"),
        ("serial", "12", "not written as it should be"),
    ] {
        let form: Vec<_> = handed_in("keys").into_iter().filter(|(name, _)| *name != field).chain([(field, value)]).collect();
        let refused = gong.post("/desk/lost/items", &form);
        assert_eq!(refused.status, 422, "{field}");
        assert!(refused.says(&[words, &format!("id=\"register-{field}-fault\"")]), "{field} {}", refused.text);
    }
}
