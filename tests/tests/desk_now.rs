//! The desk's start page and the frame of every page: what goes on, for whoever may see it, in both languages, without a script.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use liuye_core::companion::{Companion, SyncReason, WelfareDraft};
use liuye_core::domain::Role;
use liuye_core::env::{Clock, SystemClock};
use liuye_tests::{DeskBrowser, District, png};
use serde_json::{Value, json};

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

/// A district whose desk is warned of an uncovered hour from its first minute on.
fn anxious() -> District {
    let district = District::open();
    let mut file: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    file["site"]["settings"]["coverage_warning_min"] = json!(60);
    district.hub().import_site(&file.to_string()).unwrap();
    district
}

/// An hour that turns in the middle of a test would be another hour: its last seconds are waited out.
fn well_within_an_hour() {
    let left = 3_600_000 - SystemClock::new().wall_ms() % 3_600_000;
    if left < 20_000 {
        std::thread::sleep(Duration::from_millis(left.unsigned_abs()));
    }
}

/// The part of a page with this id, up to the next heading.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let rest = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
    rest.split("<h2>").next().unwrap()
}

#[test]
fn the_start_page_shows_the_night_in_tables_and_on_the_map_in_both_languages() {
    well_within_an_hour();
    let district = anxious();
    let desk = DeskBrowser::duty_officer(&district);
    let (seen, _unseen) = (district.on_duty("p-011", "z1"), district.on_duty("p-013", "z2"));
    let gaps = |page: &str| (part(page, "gaps").contains("大小河街"), part(page, "gaps").contains("司马楼"));
    assert_eq!(gaps(&desk.get("/desk?lang=zh-CN").text), (true, true), "nobody has checked in");
    district.check_in(&seen, "cp-22");
    let call = desk.post("/desk/calls", &[("source", "dial_110"), ("category", "drowning"), ("zone", "z2"), ("place", "码头")]).to;

    let page = desk.get("/desk?lang=zh-CN").text;
    assert_eq!(gaps(&page), (false, true), "where somebody checked in, the hour is covered");
    assert!(part(&page, "alarms").contains("落水 · 新警情，待研判") && part(&page, "alarms").contains("data-insists"));
    assert!(part(&page, "open").contains(&call) && part(&page, "open").contains("data-until="));
    assert!(
        part(&page, "duties").contains("河街单元") && part(&page, "duties").contains("熊泽川") && part(&page, "duties").contains("分钟前")
    );
    assert!(part(&page, "duties").contains("一小时内无位置"), "of whom nothing is known, that is said");
    let marks = part(&page, "map-marks");
    assert!(marks.contains("mark unit") && marks.contains("河街单元") && !marks.contains("司马楼单元"), "on the map is who was seen");
    assert!(marks.contains("mark call") && marks.contains(&format!("href=\"{call}\"")));
    assert_eq!(page.matches("class=\"zone\"").count() + page.matches("class=\"zone uncovered\"").count(), 5);
    assert_eq!(page.matches("class=\"zone uncovered\"").count(), 1);

    let page = desk.get("/desk?lang=en").text;
    for shown in
        ["Drowning · a new call, to be triaged", "River Street Unit", "min ago", "about to go uncovered", "Refreshed every 10 seconds"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    desk.act(&format!("{call}/unfounded"), &[("reason", "没有此事")]);
    let page = desk.get("/desk").text;
    assert!(!page.contains("data-alarm=") && !page.contains("mark call\" transform"), "what is over alarms nobody");
}

#[test]
fn a_duress_alarm_stands_on_top_until_the_desk_sees_to_it_and_is_the_desks_alone() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let commander = DeskBrowser::log_in(&district, "qin", Role::Commander, Some("p-001"));
    let holder = district.staff("p-019");
    let draft = WelfareDraft {
        duration_s: 1200,
        note: Some("船屋".to_owned()),
        code: "2580".to_owned(),
        duress_code: Some("2581".to_owned()),
        fix: None,
    };
    let id = holder.welfare().arm(draft).unwrap().id;
    sync(&holder);
    assert!(desk.get("/desk?lang=zh-CN").text.contains("计时中"), "a timer that runs is shown, and alarms nobody");
    assert!(!desk.get("/desk").text.contains("data-alarm="));
    holder.welfare().cancel(&id, "2581", None).unwrap();
    sync(&holder);
    let alarm = format!("/desk/welfare/{id}.duress");
    let page = desk.get("/desk").text;
    assert!(part(&page, "alarms").contains("胁迫告警 · 唐大江") && page.contains(&format!("action=\"{alarm}/acknowledge\"")));
    assert!(!commander.get("/desk").text.contains("action=\"/desk/welfare"), "who may not act is offered nothing");
    assert_eq!(commander.post(&format!("{alarm}/acknowledge"), &[]).status, 403);
    assert_eq!(desk.post_forged(&format!("{alarm}/acknowledge"), &[]).status, 403);
    assert_eq!(desk.post(&format!("{alarm}/resolve"), &[]).status, 422, "somebody sees to it first");
    let seen_to = desk.act(&format!("{alarm}/acknowledge"), &[]).text;
    assert!(!seen_to.contains("data-alarm=") && seen_to.contains("处理中"));
    let over = desk.act(&format!("{alarm}/resolve"), &[("note", "已接回")]).text;
    assert!(!over.contains("唐大江"), "what is over is gone from the page");
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE actor = 'p-003' AND kind LIKE 'welfare.%'"), 2);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn each_role_is_led_only_where_it_may_go_and_is_kept_out_elsewhere_by_the_handler() {
    let district = District::open();
    let pages = ["/desk", "/desk/calls", "/desk/attention", "/desk/records"];
    for (name, role, may) in [("a", Role::Desk, true), ("b", Role::Commander, true), ("c", Role::Auditor, true), ("d", Role::Admin, false)]
    {
        let browser = DeskBrowser::log_in(&district, name, role, None);
        for path in pages {
            let page = browser.get(path);
            assert_eq!(page.status, if may { 200 } else { 403 }, "{path} as {name}");
            let (start, led) = (page.text.find("<header>"), |to: &str| page.text.contains(&format!("<a href=\"{to}\"")));
            assert!(!may || (start.is_some() && pages.iter().all(|to| led(to)) && page.text.contains("aria-current=\"page\"")));
            assert!(may || page.text.contains("class=\"alone\""), "a page for people, with no way to what is not theirs");
        }
        let problem = browser.get_as_program("/desk/records/999999");
        let expected = if may { (404, "\"not_found\"") } else { (403, "\"not_permitted\"") };
        assert!((problem.status, problem.text.contains(expected.1)) == (expected.0, true), "{}", problem.text);
        assert_eq!(problem.header("content-type"), Some("application/problem+json"));
    }
}

#[test]
fn a_language_and_a_brightness_once_chosen_stay_and_every_page_is_framed_alike() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    assert!(desk.get("/desk").text.contains("<html lang=\"zh-CN\" data-theme=\"auto\">"));
    let _ = desk.get("/desk?lang=en&theme=dark");
    for path in ["/desk", "/desk/calls", "/desk/attention", "/desk/records"] {
        let page = desk.get(path);
        assert!(page.text.contains("<html lang=\"en\" data-theme=\"dark\">"), "{path}");
        assert!(
            page.text.contains("<a class=\"skip\" href=\"#main\">")
                && page.text.contains("<main id=\"main\"")
                && page.text.contains("<h1>")
        );
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'") && !policy.contains("unsafe"));
        assert!(!page.text.contains("<script>") && !page.text.contains("style=") && !page.text.contains(" onclick"), "nothing inline");
        assert!(!page.text.contains("http://") && !page.text.contains("https://"), "nothing from elsewhere");
        assert_eq!((page.header("cache-control"), page.header("x-content-type-options")), (Some("no-store"), Some("nosniff")));
    }
    for (path, kind) in [("/desk/desk.css", "text/css; charset=utf-8"), ("/desk/desk.js", "text/javascript; charset=utf-8")] {
        assert_eq!(desk.get(path).header("content-type"), Some(kind));
    }
}

#[test]
fn what_is_not_there_or_not_right_is_said_kindly_and_is_never_an_error_of_the_hub() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let long = "x".repeat(5000);
    let paths = [
        "/desk/nowhere",
        "/desk/records/abc",
        "/desk/records/1?before=x",
        "/desk/calls?after=-1",
        "/desk/calls/%00",
        "/desk/notices/%FF",
        "/desk/photos/zz",
        "/desk/tiles/a/b/c",
        &format!("/desk/calls/{long}"),
    ];
    for path in paths {
        let page = desk.get(&format!("{path}{}lang=en", if path.contains('?') { "&" } else { "?" }));
        assert!((400..500).contains(&page.status), "{path}: {}", page.status);
        assert!(page.text.contains("Back to the desk") && page.header("content-security-policy").is_some(), "{path}: {}", page.text);
    }
    let stranger = DeskBrowser::log_in(&district, "li", Role::Auditor, None);
    let _ = stranger.post("/desk/logout", &[]);
    assert_eq!((stranger.get("/desk").status, stranger.get("/desk/nowhere").status), (303, 303), "whoever is not logged in learns nothing");
    let program = stranger.get_as_program("/desk/calls");
    assert_eq!((program.status, program.header("content-type")), (401, Some("application/problem+json")));
}

#[test]
fn tiles_of_the_data_folder_lie_under_the_map_and_are_served_to_whoever_may_see_it() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    assert!(!desk.get("/desk").text.contains("<image"), "the zones alone are a map");
    // The tile of level 12 in which Liuye Lake lies.
    let folder = district.hub_folder().join("tiles/12/3318");
    std::fs::create_dir_all(&folder).unwrap();
    let picture = png(7, 64);
    for row in 1690..1710 {
        std::fs::write(folder.join(format!("{row}.png")), &picture).unwrap();
    }
    let page = desk.get("/desk").text;
    let address = page.split("<image href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let tile = desk.get(&address);
    assert_eq!((tile.status, tile.header("content-type")), (200, Some("image/png")));
    let admin = DeskBrowser::log_in(&district, "root", Role::Admin, None);
    assert_eq!(admin.get(&address).status, 403);
    assert_eq!(desk.get("/desk/tiles/12/0/0").status, 404);
    assert_eq!(desk.get("/desk/tiles/12/..%2F..%2F..%2Fkeys.db/0").status, 400, "a place is three numbers");
}
