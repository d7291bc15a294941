//! What needs attention at the desk: both versions side by side, what happened in words, and who may settle it; phones that fork, are
//! silent or wrong about the time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::Code;
use liuye_core::companion::{Companion, Page, ShiftStart, SyncReason};
use liuye_core::domain::{CallCategory, Role};
use liuye_core::env::Clock;
use liuye_core::native::NativeTransport;
use liuye_tests::{DeskBrowser, District, HandClock, help, lost_keys, night_market, open_phone, open_phone_at};
use serde_json::json;

const HOUR: i64 = 3_600_000;

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

/// Two phones that each took 70 of 100 leaflets offline: the second one's record is a conflict. Its phone, and the record's id.
fn conflict(district: &District) -> (Companion, String) {
    let [stocker, one, two] = ["p-003", "p-012", "p-016"].map(|person| district.staff(person));
    let batch = stocker.publicity().stock_leaflets("m-fraud-leaflet", 100).unwrap().id;
    sync(&stocker);
    for phone in [&one, &two] {
        sync(phone);
        let session = phone.publicity().plan(night_market()).unwrap().id;
        phone.publicity().issue_leaflets(&batch, &session, 70).unwrap();
    }
    sync(&one);
    sync(&two);
    let lost = two.needs_attention().unwrap().remove(0).entry.operation.to_string();
    (two, lost)
}

#[test]
fn a_conflict_shows_both_versions_and_the_desk_settles_it_with_a_reason_under_its_name() {
    let district = District::open();
    let (author, lost) = conflict(&district);
    let desk = DeskBrowser::duty_officer(&district);
    for (lang, words) in [
        ("en", ["It did not take effect: There are not so many leaflets", "What stands"]),
        ("zh-CN", ["没有生效：宣传单页数量不足", "现在生效的"]),
    ] {
        let page = desk.get(&format!("/desk/attention?lang={lang}")).text;
        assert!(words.iter().all(|words| page.contains(words)), "{lang}");
        let names = if lang == "en" { ["Yi Shuhe", "Qiu Wangshu"] } else { ["易书禾", "邱望舒"] };
        assert!(names.iter().all(|name| page.contains(name)), "both of them are named");
        assert_eq!(page.matches("<span>70</span>").count(), 2, "and both versions are there");
    }
    let unexplained = desk.post("/desk/attention/settle", &[("operation", &lost), ("reason", " ")]);
    assert!(unexplained.status == 422 && unexplained.text.contains(&format!("name=\"operation\" value=\"{lost}\"")));
    let applied: String =
        district.ledger().query_row("SELECT id FROM operations WHERE kind = 'leaflets.stock'", [], |row| row.get(0)).unwrap();
    for other in [applied.as_str(), "01a20e55-9d49-70a4-b1c2-7d0bf7d6d5b4", "no id", ""] {
        assert_eq!(desk.post("/desk/attention/settle", &[("operation", other), ("reason", "x")]).status, 422, "{other}");
    }
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE kind = 'operation.discard'"), 0);

    let settled = desk.act("/desk/attention/settle", &[("operation", &lost), ("reason", "先到的一份为准")]);
    assert!(!settled.text.contains(&lost), "nobody has to look at it any more");
    let by = "SELECT count(*) FROM operations WHERE kind = 'operation.discard' AND actor = 'p-003' AND state = 'applied'";
    assert_eq!(district.count(by), 1);
    assert_eq!(desk.post("/desk/attention/settle", &[("operation", &lost), ("reason", "again")]).status, 422, "once");

    // Its author is not shut out: what they give up on the phone is taken, and is nobody's trouble.
    author.discard(lost.parse().unwrap(), "took fewer").unwrap();
    sync(&author);
    assert_eq!(author.needs_attention().unwrap().len(), 0);
    assert_eq!(district.hub().attention(10).unwrap().len(), 0);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn what_the_desk_settled_its_author_can_still_correct_once() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let [giver, taker] = ["p-012", "p-011"].map(|person| district.staff(person));
    for phone in [&giver, &taker] {
        let start = ShiftStart::Unplanned { zone: None, post: Some("dp-platform".to_owned()), minutes: 480 };
        phone.patrol().start_shift(start).unwrap();
    }
    let offered = giver.duty().offer_handover("dp-platform", "p-011", None).unwrap().id;
    sync(&giver);
    sync(&taker);
    let caller = district.phone("tourist");
    caller.enrol(&district.url(), &district.code(None)).unwrap();
    let call = caller.calls().raise(help(CallCategory::Medical)).unwrap().recorded.id;
    sync(&caller);
    let accepted = taker.duty().accept_handover(&offered, Vec::new(), None).unwrap();
    sync(&taker);
    let page = desk.get("/desk/attention?lang=en").text;
    assert!(page.contains("It breaks a rule:") && page.contains("Not everything that is open is accepted by name"));
    desk.act("/desk/attention/settle", &[("operation", &accepted.operation.to_string()), ("reason", "told by radio")]);
    assert_eq!(district.hub().attention(10).unwrap().len(), 0);

    taker.amend(accepted.operation, &json!({"event": "accept", "accepted": [call]}).to_string()).unwrap();
    sync(&taker);
    assert_eq!(district.hub().document(&offered).unwrap().unwrap().body["state"], "accepted");
    assert_eq!((taker.needs_attention().unwrap().len(), district.hub().attention(10).unwrap().len()), (0, 0));
    assert_eq!(taker.discard(accepted.operation, "x").unwrap_err().code, Code::AmendsNothing);
    assert_eq!(taker.duty().handovers(Page::first(1)).unwrap().len(), 1);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn only_the_desk_settles_and_every_reading_of_an_auditor_is_logged_and_can_be_read() {
    let district = District::open();
    let (_author, lost) = conflict(&district);
    let desk = DeskBrowser::duty_officer(&district);
    let commander = DeskBrowser::log_in(&district, "qin", Role::Commander, Some("p-001"));
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, Some("p-010"));
    let admin = DeskBrowser::log_in(&district, "xiang", Role::Admin, Some("p-002"));
    // An account of the desk that stands for somebody who is no duty officer: the rules ask for the person.
    let guard = DeskBrowser::log_in(&district, "guard", Role::Desk, Some("p-019"));
    let before = district.count("SELECT count(*) FROM operations");
    let form = [("operation", lost.as_str()), ("reason", "x")];
    for browser in [&commander, &auditor, &admin] {
        assert_eq!(browser.post("/desk/attention/settle", &form).status, 403);
    }
    assert_eq!(desk.post_forged("/desk/attention/settle", &form).status, 403);
    assert_eq!(guard.post("/desk/attention/settle", &form).status, 422);
    assert_eq!(district.count("SELECT count(*) FROM operations"), before, "nothing of it was written");

    assert_eq!(admin.get("/desk/attention").status, 403);
    let logged =
        |subject: &str| district.count(&format!("SELECT count(*) FROM access_log WHERE reader = 'zhuo' AND subject = '{subject}'"));
    assert_eq!(logged("/desk/attention"), 0);
    let page = auditor.get("/desk/attention").text;
    assert!(!page.contains("action=\"/desk/attention"), "an auditor reads, and is offered nothing");
    assert_eq!(logged("/desk/attention"), 1, "the page was logged before it was shown");
    assert_eq!(auditor.get("/desk/records?before=3").status, 200);
    assert_eq!(logged("/desk/records"), 1);
    assert!(auditor.get("/desk/attention").text.contains("<code>/desk/records</code>"), "and the auditor reads that log");
    assert!(!desk.get("/desk/attention").text.contains("id=\"readings\""), "the desk does not");
    assert_eq!(district.count("SELECT count(*) FROM access_log WHERE reader = 'gong'"), 0, "the desk's own work is not a reading");
}

#[test]
fn a_phone_that_is_silent_on_shift_one_that_forked_and_one_with_a_wrong_clock_are_named() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let section = |page: &str, from: &str| page.split(from).nth(1).unwrap().split("<h2>").next().unwrap().to_owned();

    // Silent: on the roster now, and not heard of for a day and an hour. A day less two hours is none; nor is a free day.
    let phone = district.staff("p-011");
    let now = liuye_core::env::SystemClock::default().wall_ms();
    let heard = |hours: i64| {
        let sql = "UPDATE devices SET last_seen = ?1 WHERE person = 'p-011'";
        district.ledger().execute(sql, [now - hours * HOUR]).unwrap();
        section(&desk.get("/desk/attention?lang=en").text, "<h2>Silent phones of whoever is on shift</h2>")
    };
    assert!(!heard(25).contains("Xiong Zechuan"), "whoever is not on shift may be silent");
    phone.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 480 }).unwrap();
    sync(&phone);
    assert!(!heard(22).contains("Xiong Zechuan"));
    let silent = heard(25);
    assert!(silent.contains("Xiong Zechuan") && silent.contains("silent for"), "{silent}");

    // A clock ten minutes behind, as its phone measured it.
    let clock = Arc::new(HandClock::default());
    let behind = open_phone_at(&district.phone_path("behind"), Arc::new(NativeTransport::new()), &clock);
    clock.set_wall_by(-10 * 60_000);
    behind.enrol(&district.url(), &district.code(Some("p-013"))).unwrap();
    sync(&behind);
    behind.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z2".to_owned()), post: None, minutes: 480 }).unwrap();
    sync(&behind);
    let wrong = section(&desk.get("/desk/attention?lang=en").text, "<h2>Phones whose clocks are wrong</h2>");
    assert!(wrong.contains("Lin Zhiyuan") && wrong.contains("behind by 0:") && !wrong.contains("Xiong Zechuan"), "{wrong}");

    // A phone whose database was copied: both go on, on branches of their own.
    let path = district.phone_path("cloned");
    let original = open_phone(&path, Arc::new(NativeTransport::new()));
    original.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&original);
    drop(original);
    let copy = district.phone_path("copy");
    for end in ["", "-wal", "-shm"] {
        let of = |path: &std::path::Path| std::path::PathBuf::from(format!("{}{end}", path.display()));
        if of(&path).exists() {
            std::fs::copy(of(&path), of(&copy)).unwrap();
        }
    }
    assert!(!desk.get("/desk/attention?lang=en").text.contains("Phones whose logs forked"));
    for path in [&path, &copy] {
        let phone = open_phone(path, Arc::new(NativeTransport::new()));
        phone.lost().report(lost_keys()).unwrap();
        sync(&phone);
    }
    let page = desk.get("/desk/attention?lang=en").text;
    let forks = section(&page, "<h2>Phones whose logs forked</h2>");
    assert!(forks.contains("frozen") && forks.contains("in use"), "{forks}");
    // What can be done: the phone is revoked, and is no matter of attention any more.
    let device = forks.split("/desk/people/devices/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(desk.post(&format!("/desk/people/devices/{device}/revoke"), &[("confirm", "yes")]).status, 200);
    assert!(!desk.get("/desk/attention?lang=en").text.contains("Phones whose logs forked"));
}

#[test]
fn a_backup_that_is_late_is_said_to_be() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    assert!(desk.get("/desk/attention?lang=en").text.contains("No backup was ever made."));
    let folder = tempfile::tempdir().unwrap();
    liuye_hub::ops::backup::backup(district.hub(), &folder.path().join("backup")).unwrap();
    assert!(!desk.get("/desk/attention?lang=en").text.contains("backup"));
    district.ledger().execute("UPDATE backups SET at = at - 90000000", []).unwrap();
    assert!(desk.get("/desk/attention?lang=en").text.contains("The last backup was made at"));
}
