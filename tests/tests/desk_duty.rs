//! The duty book at the desk: who is at a post, what is written there, and a post that passes on only with everything that is open.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::domain::{DocumentKind, Role};
use liuye_tests::{DeskBrowser, District};

const POST: &str = "dp-platform";

fn relief(district: &District) -> DeskBrowser {
    DeskBrowser::log_in(district, "dai", Role::Desk, Some("p-004"))
}

fn operations(district: &District) -> u64 {
    district.count("SELECT count(*) FROM operations")
}

fn on_duty(browser: &DeskBrowser) {
    browser.act("/desk/duty/shift/start", &[("post", POST), ("hours", "8")]);
}

/// The id of the only document of a kind.
fn only(district: &District, kind: DocumentKind) -> String {
    let found = district.hub().documents(kind, 10, 0).unwrap();
    assert_eq!(found.len(), 1);
    found[0].id.clone()
}

#[test]
fn a_post_passes_on_at_the_desk_only_with_everything_that_is_open_by_name() {
    let district = District::open();
    let (giver, taker) = (DeskBrowser::duty_officer(&district), relief(&district));
    let before = giver.get("/desk/duty?lang=en").text;
    assert!(before.contains("Nobody is at a post now") && before.contains("come on duty there first"), "what keeps it from being offered");
    assert_eq!(giver.post("/desk/duty/handover", &[("post", POST), ("to", "p-004")]).status, 422, "nor does the hub take it");

    on_duty(&giver);
    let call = giver.post("/desk/calls", &[("source", "dial_110"), ("category", "affray"), ("zone", "z1"), ("place", "戏台旁")]).to;
    let page = giver.get("/desk/duty?lang=en").text;
    assert!(page.contains(&format!("<a href=\"{call}\">Call: Affray")), "what would pass on stands there by its name");
    let to_self = giver.post("/desk/duty/handover?lang=en", &[("post", POST), ("to", "p-003")]);
    assert!(to_self.status == 422 && to_self.text.contains("id=\"offer-to-fault\""));
    let offered = giver.act("/desk/duty/handover", &[("post", POST), ("to", "p-004"), ("note", "电台三号没电 <b>")]);
    assert!(
        offered.text.contains("电台三号没电 &#60;b&#62;") && offered.text.contains("龚芷澜 → 戴启泓")
            || offered.text.contains("Gong Zhilan → Dai Qihong")
    );

    // The next one sees it, is told to come on duty first, and cannot take it without the call.
    let handover = only(&district, DocumentKind::Handover);
    let accept = format!("/desk/duty/handover/{handover}/accept");
    assert!(taker.get("/desk/duty?lang=en").text.contains("You are not on duty at this post yet"));
    assert_eq!(taker.post(&accept, &[]).status, 422);
    on_duty(&taker);
    let page = taker.get("/desk/duty?lang=en").text;
    let id = call.rsplit('/').next().unwrap();
    assert!(page.contains(&format!("name=\"accepted\" value=\"{id}\"")));
    let before = operations(&district);
    let refused = taker.post(&format!("{accept}?lang=en"), &[("note", "all seen")]);
    assert!(refused.status == 422 && refused.text.contains("id=\"accept-fault\">✕ Not everything that is open is accepted by name"));
    assert_eq!(giver.post(&accept, &[("accepted", id)]).status, 422, "it was offered to somebody else");
    assert_eq!(operations(&district), before, "nothing of it was written");
    assert_eq!(district.hub().document(&handover).unwrap().unwrap().body["state"], "offered");
    let accepted = taker.act(&accept, &[("accepted", id), ("note", "all seen")]);
    assert!(accepted.text.contains("Handovers before") && accepted.text.contains("all seen"));
    assert_eq!(district.hub().document(&handover).unwrap().unwrap().body["state"], "accepted");

    let shift = district.hub().at_posts().unwrap().into_iter().find(|one| one.person == "p-003").unwrap().shift;
    giver.act("/desk/duty/shift/end", &[("shift", &shift)]);
    assert_eq!(district.hub().at_posts().unwrap().len(), 1);
    for (kind, actor) in [("shift.start", "p-003"), ("handover.offer", "p-003"), ("handover.accept", "p-004"), ("shift.end", "p-003")] {
        let counted = format!("SELECT count(*) FROM operations WHERE kind = '{kind}' AND actor = '{actor}' AND state = 'applied'");
        assert_eq!(district.count(&counted), 1, "{kind}");
    }
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn entries_and_consultations_stand_in_the_book_in_both_languages_and_come_out_harmless() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let poison = "<script>alert(1)</script>\"' =cmd|'/c calc'!A1";
    desk.act("/desk/duty/log", &[("post", POST), ("topic", "instruction"), ("text", poison)]);
    let first = only(&district, DocumentKind::DutyLog);
    desk.act("/desk/duty/log", &[("post", POST), ("topic", "equipment"), ("text", "更正"), ("corrects", &first)]);
    desk.act("/desk/duty/consultation", &[("post", POST), ("topic", "lost_property"), ("question", poison), ("answer", "到快警平台")]);
    for (lang, words) in
        [("zh-CN", ["上级指令", "失物", "更正前一条"]), ("en", ["Instruction", "Lost property", "puts an earlier entry right"])]
    {
        let page = desk.get(&format!("/desk/duty?lang={lang}")).text;
        assert!(!page.contains("<script>alert"), "harmless");
        assert!(page.contains("&#60;script&#62;alert(1)") && words.iter().all(|words| page.contains(words)), "{lang}");
        assert!(page.contains(&format!("href=\"#entry-{first}\"")));
    }
    // A refusal keeps what was typed at its field, and nothing is written.
    let before = operations(&district);
    let long = "长".repeat(2001);
    for (path, fields, fault) in [
        ("log", vec![("post", POST), ("topic", "incident"), ("text", " ")], "log-text-fault"),
        ("log", vec![("post", POST), ("topic", "incident"), ("text", long.as_str())], "log-text-fault"),
        ("log", vec![("post", "dp-none"), ("topic", "incident"), ("text", "x")], "log-post-fault"),
        ("log", vec![("post", POST), ("topic", "gossip"), ("text", "x")], "log-topic-fault"),
        ("log", vec![("post", POST), ("topic", "incident"), ("text", "a\u{202e}b")], "log-text-fault"),
        ("consultation", vec![("post", POST), ("topic", "gossip")], "consultation-topic-fault"),
        ("shift/start", vec![("post", POST), ("hours", "25")], "start-hours-fault"),
        ("shift/start", vec![("post", "dp-none"), ("hours", "8")], "start-post-fault"),
    ] {
        let answer = desk.post(&format!("/desk/duty/{path}"), &fields);
        assert!(answer.status == 422 && answer.text.contains(&format!("id=\"{fault}\"")), "{path} {fault}: {}", answer.status);
    }
    assert_eq!(operations(&district), before);
    assert_eq!(desk.get("/desk/duty?day=yesterday").status, 400);
    assert_eq!(desk.post("/desk/duty/shift/explode", &[]).status, 404);
    assert_eq!(desk.post("/desk/duty/handover/v-001/accept", &[]).status, 422, "a venue is no handover");
}

#[test]
fn every_gap_of_a_post_is_listed() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let page = desk.get("/desk/duty?lang=en").text;
    assert!(page.contains("0.0 %") && page.matches("class=\"gone\"").count() == 1, "nobody was there for the whole week");
    on_duty(&desk);
    let shift = only(&district, DocumentKind::Shift);
    district
        .ledger()
        .execute(
            "UPDATE documents SET body = json_set(body, '$.started_at', json_extract(body, '$.started_at') - 3600000) WHERE kind = 'shift'",
            [],
        )
        .unwrap();
    let page = desk.get("/desk/duty?lang=en").text;
    let gaps = district.hub().staffing(0, i64::MAX).unwrap();
    assert_eq!(page.matches("class=\"gone\"").count(), gaps[0].gaps.len(), "the picture shows the gaps that the hub counts");
    assert!(!page.contains("0.0 %"), "an hour of it was staffed");
    assert!(page.contains(&shift), "and the officer can go off duty there");
    assert_eq!(desk.get("/desk/duty?day=2024-01-07&lang=en").status, 200);
}

#[test]
fn the_book_is_written_by_the_desk_read_by_the_auditor_and_closed_to_an_admin() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, Some("p-010"));
    let admin = DeskBrowser::log_in(&district, "xiang", Role::Admin, Some("p-002"));
    let nobody = DeskBrowser::log_in(&district, "nobody", Role::Desk, None);
    let before = operations(&district);
    let log = [("post", POST), ("topic", "incident"), ("text", "x")];
    for path in ["log", "consultation", "shift/start", "shift/end", "handover", "handover/x/accept"] {
        let path = format!("/desk/duty/{path}");
        assert_eq!(auditor.post(&path, &log).status, 403, "{path}");
        assert_eq!(admin.post(&path, &log).status, 403, "{path}");
        assert_eq!(desk.post_forged(&path, &log).status, 403, "{path} without the session's own form");
        assert_eq!(nobody.post(&path, &log).status, 422, "{path} by an account that stands for nobody");
    }
    assert_eq!(operations(&district), before);
    assert_eq!(admin.get("/desk/duty").status, 403);
    let read = auditor.get("/desk/duty");
    assert!(read.status == 200 && !read.text.contains("action=\"/desk/duty"), "an auditor reads, and is offered nothing");
    assert!(desk.act("/desk/duty/log", &log).text.contains("action=\"/desk/duty/log\""), "the control");
}
