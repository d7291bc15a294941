//! People at the desk: the base searched, taken in by files, rostered; phones enrolled, revoked and wiped, by whoever may.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::companion::SyncReason;
use liuye_core::domain::{DocumentKind, Role};
use liuye_tests::{DeskBrowser, District};

/// An account that stands for nobody: accounts, devices and people are kept by accounts.
fn admin(district: &District) -> DeskBrowser {
    DeskBrowser::log_in(district, "xiang", Role::Admin, None)
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).unwrap().split(to).next().unwrap()
}

#[test]
fn the_base_is_searched_and_filtered_in_both_languages() {
    let district = District::open();
    let admin = admin(&district);
    let found = |query: &str| {
        let page = admin.get(&format!("/desk/people?{query}"));
        assert_eq!(page.status, 200, "{query}");
        let count: usize = between(&page.text, "<caption>", "</caption>").split_whitespace().last().unwrap().parse().unwrap();
        (count, page.text)
    };
    for (query, count) in [
        ("", 30),
        ("q=xiong", 1),
        ("q=%E7%86%8A", 1),
        ("q=p-01", 10),
        ("force=guard", 8),
        ("trade=safety_check", 7),
        ("unit=u-river", 4),
        ("status=left", 1),
        ("force=police&trade=patrol", 4),
        ("q=nobody", 0),
        ("force=%3Cscript%3E", 30),
    ] {
        assert_eq!(found(query).0, count, "{query}");
    }
    assert!(found("q=xiong&lang=en").1.contains("Xiong Zechuan") && found("q=xiong&lang=zh-CN").1.contains("熊泽川"));
    assert!(found("q=%22%3E%3Cscript%3Ealert(1)").1.contains("value=\"&#34;&#62;&#60;script&#62;alert(1)\""));
    let page = admin.get("/desk/people/p-009?lang=en").text;
    assert!(page.contains("Wen Zhixia") && page.contains("Inspector") && page.contains("Duty officer"));
    assert_eq!(admin.get("/desk/people/v-001").status, 404, "a venue is nobody");
    assert_eq!(admin.get("/desk/people/p-999").status, 404);
}

#[test]
fn a_table_is_tried_taken_and_reported_row_by_row_by_an_admin_alone() {
    let district = District::open();
    let (admin, desk) = (admin(&district), DeskBrowser::duty_officer(&district));
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, Some("p-010"));
    let table = "id,name_zh,name_en,force,trades,zones,certificates\n\
                 g-001,张新来,<script>alert(1)</script>,guard,patrol,z1,保安员证 2020-01-01/2020-12-31\n\
                 g-002,李某,Li Mou,pirate,patrol,z1,\n\
                 p-030,石初晨,Shi Chuchen,volunteer,emergency_rescue,z1,\n";
    let dry = admin.upload("/desk/people/import?lang=en", &[("dry_run", "yes")], table.as_bytes());
    assert_eq!(dry.status, 200, "{}", dry.text);
    assert!(dry.text.contains("nothing was written") && dry.text.contains("added 1") && dry.text.contains("refused 1"));
    assert!(dry.text.contains("force: "), "the row that was refused says at which column");
    assert!(district.hub().document("g-001").unwrap().is_none(), "tried, and not written");
    for browser in [&desk, &auditor] {
        assert_eq!(browser.upload("/desk/people/import", &[], table.as_bytes()).status, 403);
    }
    assert!(!desk.get("/desk/people/import").text.contains("type=\"file\""), "what one may not do is not offered");
    let taken = admin.upload("/desk/people/import?lang=en", &[], table.as_bytes());
    assert!(taken.text.contains("What happened") && taken.text.contains("added 1"));
    assert_eq!(district.hub().document("g-001").unwrap().unwrap().kind, DocumentKind::Person.as_str());
    for page in ["/desk/people?lang=en", "/desk/people/g-001?lang=en"] {
        let text = admin.get(page).text;
        assert!(!text.contains("<script>alert") && text.contains("&#60;script&#62;alert(1)"), "{page}");
    }
    let papers = admin.get("/desk/people?lang=en").text;
    assert!(between(&papers, "id=\"papers\"", "</table>").contains("has run out"), "a paper that ran out is shown");
    assert!(between(&papers, "id=\"papers\"", "</table>").contains("2020-12-3"));

    for (file, fault) in [(&b""[..], true), (&b"\x00\x01\x02PK"[..], true), (&b"name_zh\n\xff\xfe"[..], true)] {
        let answer = admin.upload("/desk/people/import", &[], file);
        assert_eq!(answer.status == 422, fault, "{file:?}: {}", answer.status);
    }
    let huge = admin.upload("/desk/people/import?lang=en", &[], &vec![b'x'; 10 << 20]);
    assert!(huge.status == 422 && huge.text.contains("id=\"file-fault\">✕ This is too large"), "a file that is far too large");
    assert_eq!(admin.post("/desk/people/import", &[("file", "x")]).status, 400, "no form with a file");
}

#[test]
fn a_code_and_a_pin_are_shown_once_by_an_admin_and_work() {
    let district = District::open();
    let (admin, desk) = (admin(&district), DeskBrowser::duty_officer(&district));
    for path in ["/desk/people/p-011/code", "/desk/people/p-011/pin"] {
        assert_eq!(desk.post(path, &[("minutes", "60")]).status, 403, "{path}");
        assert_eq!(admin.post_forged(path, &[("minutes", "60")]).status, 403, "{path} without the session's own form");
    }
    for minutes in ["0", "10081", "soon", ""] {
        let answer = admin.post("/desk/people/p-011/code", &[("minutes", minutes)]);
        assert!(answer.status == 422 && answer.text.contains("id=\"code-minutes-fault\""), "{minutes}");
    }
    let unknown = admin.post("/desk/people/p-011/code", &[("minutes", "60"), ("others", "p-999")]);
    assert!(unknown.status == 422 && unknown.text.contains("id=\"code-others-fault\""));
    assert_eq!(admin.post("/desk/people/p-999/pin", &[]).status, 404);
    assert_eq!(district.count("SELECT count(*) FROM enrol_codes"), 0);

    let shown = admin.post("/desk/people/p-011/code", &[("minutes", "60"), ("others", "p-012")]);
    assert_eq!(shown.status, 200, "{}", shown.text);
    let code = between(&shown.text, "<p class=\"subject\"><code>", "</code>").to_owned();
    assert!(shown.text.contains("class=\"qr\"") && shown.text.contains("<svg") && shown.text.contains(&district.url()));
    assert!(!admin.get("/desk/people/p-011").text.contains(&code), "and not again");
    let phone = district.phone("shared");
    phone.enrol(&district.url(), &code).unwrap();
    let pin = admin.post("/desk/people/p-011/pin", &[]).text;
    let pin = between(&pin, "<p class=\"subject\"><code>", "</code>").to_owned();
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
    assert!(phone.sign_in("p-011", "000001").is_err(), "the control");
    phone.sign_in("p-011", &pin).unwrap();
    assert_eq!(
        district.count("SELECT count(*) FROM access_log WHERE reader = 'xiang' AND subject = '/desk/people/p-011/pin'"),
        1,
        "it is logged who did"
    );
    assert!(desk.get("/desk/people/p-012?lang=en").text.contains("a phone of the tests"), "both hold it");
}

#[test]
fn a_lost_phone_is_revoked_and_wiped_once_it_is_meant_and_the_hubs_own_never() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, Some("p-010"));
    let phone = district.staff("p-011");
    let device = district.hub().devices().unwrap()[0].device.to_string();
    let revoke = format!("/desk/people/devices/{device}/revoke");
    let state = || district.count("SELECT count(*) FROM devices WHERE revoked_at IS NOT NULL");
    assert_eq!(auditor.post(&revoke, &[("confirm", "yes")]).status, 403);
    let unsure = desk.post(&revoke, &[("wipe", "yes")]);
    assert!(unsure.status == 422 && unsure.text.contains("id=\"confirm-fault\"") && unsure.text.contains("value=\"yes\" checked"));
    assert_eq!(state(), 0, "nothing happens without a confirmation");
    let revoked = desk.post(&format!("{revoke}?lang=en"), &[("wipe", "yes"), ("confirm", "yes")]);
    assert!(revoked.status == 200 && revoked.text.contains("to be wiped") && !revoked.text.contains("action=\"/desk/people"));
    assert_eq!(state(), 1);
    assert!(phone.sync(SyncReason::User).is_err() || phone.outbox().is_err() || phone.sync(SyncReason::User).is_err(), "it is shut out");
    assert!(desk.get("/desk/people/devices?lang=en").text.contains("wipe"));

    // The desk writes by a device of the hub: it is listed, and cannot be taken away from here.
    desk.act("/desk/duty/log", &[("post", "dp-platform"), ("topic", "incident"), ("text", "x")]);
    let own = district.hub().devices().unwrap().into_iter().find(|row| row.name == "hub").unwrap().device.to_string();
    assert!(!desk.get(&format!("/desk/people/devices/{own}")).text.contains("/revoke\""));
    assert_eq!(desk.post(&format!("/desk/people/devices/{own}/revoke"), &[("confirm", "yes")]).status, 422);
    assert_eq!(state(), 1);
    assert_eq!(desk.get("/desk/people/devices/none").status, 404);
    assert_eq!(desk.post("/desk/people/devices/none/revoke", &[("confirm", "yes")]).status, 404);
}

#[test]
fn shifts_are_planned_and_called_off_by_the_desk_and_refused_with_words_where_they_overlap() {
    let district = District::open();
    let (desk, admin) = (DeskBrowser::duty_officer(&district), admin(&district));
    let plan = |from: &str, to: &str| desk.post("/desk/people/p-011/shift", &[("zone", "z1"), ("post", ""), ("from", from), ("to", to)]);
    assert_eq!(plan("2031-05-01T19:00", "2031-05-02T03:00").status, 303);
    let overlapping = plan("2031-05-02T02:00", "2031-05-02T08:00");
    assert!(overlapping.status == 422 && overlapping.text.contains("id=\"plan-from-fault\""));
    for (from, to, fault) in [
        ("", "2031-05-02T08:00", "from"),
        ("soon", "2031-05-02T08:00", "from"),
        ("2031-06-01T08:00", "2031-06-01T07:00", "to"),
        ("2031-06-01T08:00", "2031-06-02T09:00", "to"),
    ] {
        let answer = plan(from, to);
        assert!(answer.status == 422 && answer.text.contains(&format!("id=\"plan-{fault}-fault\"")), "{from} {to}");
    }
    let left = desk.post("/desk/people/p-030/shift", &[("zone", "z1"), ("from", "2031-05-01T19:00"), ("to", "2031-05-01T20:00")]);
    assert_eq!(left.status, 422, "whoever has left serves no more");
    assert_eq!(admin.post("/desk/people/p-012/shift", &[("zone", "z1")]).status, 403);

    // The night shift stands on both of its days, by the site's clocks.
    for day in ["2031-05-01", "2031-05-02"] {
        let page = desk.get(&format!("/desk/people/roster?day={day}&lang=en")).text;
        assert!(page.contains("Xiong Zechuan") && page.contains("2031-05-01 19:00"), "{day}");
    }
    assert!(!desk.get("/desk/people/roster?day=2031-05-03&lang=en").text.contains("Xiong Zechuan"));
    let shift = district.hub().documents(DocumentKind::Shift, 1, 0).unwrap().remove(0).id;
    let cancel = format!("/desk/people/roster/{shift}/cancel");
    assert_eq!(admin.post(&cancel, &[("reason", "x")]).status, 403);
    assert_eq!(desk.post(&cancel, &[("reason", " ")]).status, 422);
    let called_off = desk.act(&cancel, &[("reason", "<i>病假")]);
    assert!(!called_off.text.contains("<i>病假"));
    assert_eq!(district.hub().document(&shift).unwrap().unwrap().body["state"], "cancelled");
    assert_eq!(desk.get("/desk/people/roster?day=soon").status, 400);
    assert_eq!(district.faults(), Vec::<String>::new());
}
