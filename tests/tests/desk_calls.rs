//! Calls at the desk: taken, triaged, sent to whoever is near, followed and closed, by whoever may and by nobody else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::companion::{Companion, HelpDraft, Page, SyncReason};
use liuye_core::domain::{CallCategory, CallState, Contact, DocumentKind, Role};
use liuye_tests::{DeskAnswer, DeskBrowser, District, HubProgram};

fn commander(district: &District) -> DeskBrowser {
    DeskBrowser::log_in(district, "qin", Role::Commander, Some("p-001"))
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

/// Takes a call by hand and returns its address.
fn taken(browser: &DeskBrowser, category: &str, zone: &str) -> String {
    let fields = [("source", "dial_110"), ("category", category), ("zone", zone), ("place", "戏台旁"), ("description", "有人打架")];
    let answer = browser.post("/desk/calls", &fields);
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.to
}

fn triaged(browser: &DeskBrowser, call: &str) {
    browser.act(&format!("{call}/triage"), &[("severity", "urgent"), ("category", "affray"), ("zone", "z1")]);
}

fn id_of(call: &str) -> &str {
    call.rsplit('/').next().unwrap()
}

fn state(district: &District, call: &str) -> String {
    district.hub().document(id_of(call)).unwrap().unwrap().body["state"].as_str().unwrap().to_owned()
}

fn operations(district: &District) -> u64 {
    district.count("SELECT count(*) FROM operations")
}

/// The words of a page after a certain one, up to the next tag.
fn after<'a>(page: &'a DeskAnswer, words: &str) -> &'a str {
    page.text.split(words).nth(1).unwrap().split('<').next().unwrap()
}

#[test]
fn a_call_is_taken_by_hand_sent_to_the_nearest_who_suit_followed_and_closed() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let (river, _tower, police) = (district.on_duty("p-011", "z1"), district.on_duty("p-013", "z2"), district.on_duty("p-009", "z1"));
    let call = taken(&desk, "affray", "z1");
    let page = desk.get(&format!("{call}?lang=en"));
    assert!(page.text.contains("Affray") && page.text.contains("Received") && page.text.contains("data-until="), "its clocks run");
    assert!(page.text.contains("戏台旁") && page.text.contains("有人打架"));
    triaged(&desk, &call);

    let page = desk.get(&call);
    let place = |name: &str| page.text.find(&format!("<strong>{name}</strong>")).unwrap();
    // An affray needs police: the inspector of z1 comes first, then the unit of its zone, then that of another.
    assert!(place("Wen Zhixia") < place("River Street Unit") && place("River Street Unit") < place("Sima Tower Unit"));
    let sent = desk.act(&format!("{call}/dispatch"), &[("responders", "person:p-009"), ("responders", "unit:u-river")]);
    assert!(sent.text.contains("✓ Dispatched: applied"), "the next page says what was done");
    assert!(!desk.get(&call).text.contains("✓ Dispatched: applied"), "and says it once");
    assert!(desk.get("/desk").text.contains("on a call"), "who is on the way is not free");

    sync(&river);
    let mine = river.calls().open_calls(Page::first(10)).unwrap().remove(0).mine.unwrap();
    river.calls().acknowledge(&mine).unwrap();
    river.calls().arrived(&mine, None).unwrap();
    sync(&river);
    sync(&police);
    let page = desk.get(&format!("{call}?lang=zh-CN"));
    assert!(page.text.contains("已到场") && page.text.contains("接单 · 熊泽川") && page.text.contains("已送达"));
    assert!(page.text.contains("达标"), "the first tier was kept");
    desk.act(&format!("{call}/handle"), &[]);
    desk.act(&format!("{call}/release"), &[("assignment", &format!("{}.p-009.1", id_of(&call))), ("reason", "够了")]);
    let closed = desk.act(&format!("{call}/close"), &[("note", "双方和解"), ("referral", "柳公（2024）7号")]);
    assert!(closed.text.contains("双方和解") && closed.text.contains("柳公（2024）7号") && closed.text.contains("已解除"));
    assert_eq!(state(&district, &call), "closed");
    let list = desk.get("/desk/calls?lang=zh-CN");
    assert!(list.text.find("已结束").unwrap() < list.text.find(&call).unwrap(), "it stands with those that are over");

    // Each step is an operation of a named officer, in the log like any other.
    let by = |kind: &str| {
        district.count(&format!("SELECT count(*) FROM operations WHERE kind = '{kind}' AND actor = 'p-003' AND state = 'applied'"))
    };
    for kind in ["call.raise", "call.triage", "call.dispatch", "call.handle", "assignment.release", "call.close"] {
        assert_eq!(by(kind), 1, "{kind}");
    }
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn every_way_that_a_call_can_end_and_begin_again_is_there() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let (first, second, third) = (taken(&desk, "quarrel", "z1"), taken(&desk, "quarrel", "z1"), taken(&desk, "other", ""));
    desk.act(&format!("{second}/merge"), &[("into", id_of(&first))]);
    assert_eq!(state(&district, &second), "merged");
    assert!(desk.get(&second).text.contains(&format!("href=\"{first}\"")), "it leads to the one that goes on");
    desk.act(&format!("{third}/unfounded"), &[("reason", "没有此事")]);
    assert_eq!(state(&district, &third), "unfounded");
    let reopened = desk.act(&format!("{third}/reopen"), &[("reason", "又有人报警")]);
    assert!(reopened.text.contains("没有此事") && reopened.text.contains("又有人报警"), "all reasons are kept");
    assert_eq!(state(&district, &third), "triaged");
    desk.act(&format!("{first}/cancel"), &[("reason", "自行离开")]);
    assert_eq!(state(&district, &first), "cancelled");

    // Everyone on duty, and nobody where nobody is.
    let call = taken(&desk, "crowding", "z1");
    triaged(&desk, &call);
    let nobody = desk.post(&format!("{call}/muster?lang=en"), &[("zone", "")]);
    assert_eq!(nobody.status, 422);
    assert!(nobody.text.contains("aria-invalid=\"true\""), "the words stand at the field");
    let _phones = [district.on_duty("p-011", "z1"), district.on_duty("p-013", "z2")];
    desk.act(&format!("{call}/muster"), &[("zone", "")]);
    assert_eq!(district.hub().assignments_of(id_of(&call)).unwrap().len(), 2);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn each_step_is_for_the_desk_alone_and_a_drill_for_whoever_holds_it() {
    let district = District::open();
    let (desk, commander) = (DeskBrowser::duty_officer(&district), commander(&district));
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, Some("p-010"));
    let admin = DeskBrowser::log_in(&district, "xiang", Role::Admin, Some("p-002"));
    let call = taken(&desk, "affray", "z1");
    let all = [
        ("", vec![("source", "dial_110"), ("category", "affray")]),
        ("/triage", vec![("severity", "urgent"), ("category", "affray"), ("zone", "z1")]),
        ("/dispatch", vec![("responders", "unit:u-river")]),
        ("/muster", vec![("zone", "")]),
        ("/handle", vec![]),
        ("/close", vec![("note", "x"), ("referral", "y")]),
        ("/cancel", vec![("reason", "x")]),
        ("/unfounded", vec![("reason", "x")]),
        ("/merge", vec![("into", "x")]),
        ("/reopen", vec![("reason", "x")]),
        ("/release", vec![("assignment", "x"), ("reason", "x")]),
        ("/contact", vec![]),
    ];
    let before = operations(&district);
    for (step, fields) in &all {
        let path = if step.is_empty() { "/desk/calls".to_owned() } else { format!("{call}{step}") };
        for browser in [&auditor, &admin] {
            assert_eq!(browser.post(&path, fields).status, 403, "{path}");
        }
        assert_eq!(desk.post_forged(&path, fields).status, 403, "{path} without the session's own form");
        let forged: Vec<_> = [("csrf", "00000000000000000000000000000000")].into_iter().chain(fields.iter().copied()).collect();
        assert_eq!(desk.post_forged(&path, &forged).status, 403, "{path} with another's");
        // A commander commands drills; a call is the desk's, also where it was entered by the same machine.
        if !["", "/contact"].contains(step) {
            assert_eq!(commander.post(&path, fields).status, 422, "{path}");
        }
    }
    assert_eq!(operations(&district), before, "nothing of it was written");
    assert_eq!(state(&district, &call), "received");
    assert_eq!(admin.get(&call).status, 403, "an admin reads no case");
    let read = auditor.get(&call);
    assert!(read.status == 200 && !read.text.contains(&format!("action=\"{call}")), "an auditor reads, and is offered nothing");

    // The control: what the desk does takes effect, and a drill is the commander's own.
    triaged(&desk, &call);
    let drill = commander.post("/desk/calls", &[("category", "fire"), ("zone", "z1"), ("description", "消防演练")]).to;
    assert_eq!(commander.act(&format!("{drill}/triage"), &[("severity", "critical"), ("category", "fire"), ("zone", "z1")]).status, 200);
    let list = desk.get("/desk/calls?lang=zh-CN").text;
    let (open, drills, over) = (list.find("<h2>未结").unwrap(), list.find("<h2>演练").unwrap(), list.find("<h2>已结束").unwrap());
    assert!((open..drills).contains(&list.find(&call).unwrap()) && (drills..over).contains(&list.find(&drill).unwrap()));
    assert_eq!(district.hub().documents(DocumentKind::Call, 10, 0).unwrap().len(), 2);
}

#[test]
fn a_refusal_shows_what_was_typed_with_the_words_at_the_field_and_writes_nothing() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let before = operations(&district);
    let clue = [("source", "clue"), ("category", "gambling"), ("zone", "z2"), ("place", "南堤<二号>"), ("description", " ")];
    for (lang, words) in [("zh-CN", "必须填写"), ("en", "This is needed")] {
        let answer = desk.post(&format!("/desk/calls?lang={lang}"), &clue);
        assert_eq!(answer.status, 422);
        let field = answer.text.split("id=\"take-description\"").nth(1).unwrap().split("</div>").next().unwrap();
        assert!(field.contains("aria-invalid=\"true\"") && field.contains(words), "{field}");
        assert!(answer.text.contains("<details id=\"take\" open>") && answer.text.contains("南堤&#60;二号&#62;"));
        assert!(answer.text.contains("<option value=\"z2\" selected>") && answer.text.contains("<option value=\"gambling\" selected>"));
    }
    let told = |at: &str| desk.post("/desk/calls", &[("source", "dial_110"), ("category", "other"), ("told_at", at)]);
    assert_eq!(told("25:99").status, 422);
    let phone_alone = [("source", "dial_110"), ("category", "other"), ("phone", "13800138000")];
    assert_eq!(desk.post("/desk/calls", &phone_alone).status, 422);
    let emergency = [("source", "dial_110"), ("category", "other"), ("name", "张三"), ("phone", "110")];
    let answer = desk.post("/desk/calls?lang=en", &emergency);
    assert!(answer.status == 422 && answer.text.contains("An emergency number is no contact"), "{}", answer.text);
    for (name, value) in [("category", "no such"), ("zone", "z9"), ("description", &"长".repeat(2001)), ("place", "a\u{202e}b")] {
        let fields: Vec<_> = [("source", "dial_110"), ("category", "other")]
            .into_iter()
            .filter(|(field, _)| *field != name)
            .chain([(name, value)])
            .collect();
        assert_eq!(desk.post("/desk/calls", &fields).status, 422, "{name}");
    }
    assert_eq!(operations(&district), before);
    assert_eq!(told("00:00").status, 303, "a time of the day that was");

    let call = taken(&desk, "theft", "z1");
    triaged(&desk, &call);
    let before = operations(&district);
    let unsent = desk.post(&format!("{call}/close?lang=en"), &[("note", "a thief, gone")]);
    assert!(unsent.status == 422 && unsent.text.contains("id=\"close-referral-fault\"") && unsent.text.contains("a thief, gone"));
    assert_eq!(desk.post(&format!("{call}/dispatch"), &[]).status, 422, "nobody was chosen");
    assert_eq!(desk.post(&format!("{call}/dispatch"), &[("responders", "unit:u-none")]).status, 422);
    assert_eq!(desk.post(&format!("{call}/handle"), &[]).status, 422, "nobody is there");
    assert_eq!(desk.post(&format!("{call}/release"), &[("assignment", "another"), ("reason", "x")]).status, 422);
    assert_eq!(desk.post(&format!("{call}/explode"), &[]).status, 404);
    assert_eq!(desk.post("/desk/calls/v-001/triage", &[("severity", "urgent"), ("category", "other")]).status, 404, "a venue is no call");
    assert_eq!(desk.get("/desk/calls/v-001").status, 404);
    assert_eq!(operations(&district), before);

    // Two officers before the same call: the second is told, and nobody's step is undone.
    let other = DeskBrowser::log_in(&district, "dai", Role::Desk, Some("p-004"));
    desk.act(&format!("{call}/unfounded"), &[("reason", "没有此事")]);
    let late = other.post(&format!("{call}/cancel?lang=en"), &[("reason", "they left")]);
    assert!(late.status == 422 && late.text.contains("somebody may have been faster"), "{}", late.text);
    assert_eq!((state(&district, &call), operations(&district)), ("unfounded".to_owned(), before + 1));
    assert_eq!(district.count("SELECT count(*) FROM operations WHERE state <> 'applied'"), 0);
}

#[test]
fn what_anybody_types_comes_out_harmless() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let poisons = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE documents; --",
        "{{7*7}}${7*7}",
        "=cmd|'/c calc'!A1",
    ];
    for poison in poisons {
        let fields = [
            ("source", "dial_110"),
            ("category", "other"),
            ("place", poison),
            ("description", poison),
            ("name", poison),
            ("phone", "13800138000"),
        ];
        let call = desk.post("/desk/calls", &fields).to;
        triaged(&desk, &call);
        desk.act(&format!("{call}/close"), &[("note", poison), ("referral", poison)]);
        desk.act(&format!("{call}/reopen"), &[("reason", poison)]);
        assert_eq!(desk.post(&format!("{call}/contact"), &[]).status, 200);
        for page in [call.as_str(), "/desk/calls", "/desk", "/desk/records"] {
            let text = desk.get(page).text;
            assert!(!text.contains("<script>alert") && !text.contains("<img src=x") && !text.contains("49$"), "{page}");
        }
        assert!(desk.get(&call).text.contains(&escaped(poison)), "it is shown as it was typed: {poison}");
        let wrong = desk.post(&format!("{call}/release?lang={}", "%22%3E%3Cscript%3E"), &[("assignment", poison), ("reason", poison)]);
        assert!(wrong.status == 422 && !wrong.text.contains("<script>alert"));
    }
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'call'"), poisons.len() as u64);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[test]
fn whoever_called_is_told_to_the_few_and_each_reading_is_logged() {
    let district = District::open();
    let (desk, auditor) = (DeskBrowser::duty_officer(&district), DeskBrowser::log_in(&district, "zhuo", Role::Auditor, None));
    let fields = [("source", "dial_110"), ("category", "medical"), ("name", "欧阳某"), ("phone", "13912345678")];
    let call = desk.post("/desk/calls", &fields).to;
    let read = || district.count("SELECT count(*) FROM access_log WHERE reader = 'gong'");
    assert!(!desk.get(&call).text.contains("欧阳某"));
    assert_eq!(read(), 0);
    let shown = desk.post(&format!("{call}/contact"), &[]);
    assert!(shown.text.contains("欧阳某") && shown.text.contains("+8613912345678"));
    assert_eq!(read(), 1);
    assert!(!auditor.get(&call).text.contains("/contact"));
    assert!(!format!("{:?}", district.hub().document(id_of(&call)).unwrap().unwrap().body).contains("欧阳某"));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn an_account_that_stands_for_nobody_reads_and_does_nothing() {
    let district = District::open();
    let nobody = DeskBrowser::log_in(&district, "nobody", Role::Desk, None);
    let guard = DeskBrowser::log_in(&district, "guard", Role::Desk, Some("p-019"));
    let fields = [("source", "dial_110"), ("category", "other")];
    for browser in [&nobody, &guard] {
        assert_eq!(browser.get("/desk/calls").status, 200);
        let answer = browser.post("/desk/calls?lang=en", &fields);
        assert!(answer.status == 422 && answer.text.contains("stand for a person of the base"), "{}", answer.text);
    }
    assert_eq!(operations(&district), 0, "what the person may not do, the account may not either");
    district.hub().accounts().link("nobody", "p-003").unwrap();
    assert_eq!(nobody.post("/desk/calls", &fields).status, 303);
}

#[test]
fn a_login_is_made_and_linked_for_somebody_who_is_there_alone() {
    let district = District::open();
    let hub = HubProgram::new(env!("CARGO_BIN_EXE_liuye-under-test"), &district.hub_folder());
    for person in ["p-999", "v-001"] {
        let refused = hub.run(&["user", "add", "gong", "--role", "desk", "--person", person]).unwrap_err();
        assert!(refused.contains(person), "{refused}");
    }
    let password = hub.run(&["user", "add", "gong", "--role", "desk"]).unwrap();
    assert!(hub.run(&["user", "link", "gong", "--person", "p-999"]).is_err());
    hub.run(&["user", "link", "gong", "--person", "p-003"]).unwrap();
    let accounts = district.hub().accounts();
    let token = accounts.log_in("gong", &password).unwrap();
    assert_eq!(accounts.session(&token).unwrap().unwrap().person.as_deref(), Some("p-003"));
    assert!(hub.run(&["user", "link", "nobody", "--person", "p-003"]).is_err());
}

#[test]
fn help_raised_on_a_phone_is_taken_up_and_a_program_is_told_of_a_refusal_by_its_code() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let tourist = district.phone("tourist");
    let contact = Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None };
    let draft = HelpDraft {
        category: CallCategory::Drowning,
        description: None,
        place: None,
        zone: None,
        fix: None,
        contact: Some(contact),
        photos: Vec::new(),
    };
    let raised = tourist.calls().raise(draft).unwrap().recorded.id;
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&tourist);
    let call = format!("/desk/calls/{raised}");
    assert!(desk.get("/desk/calls?lang=en").text.contains(&call));
    desk.act(&format!("{call}/triage"), &[("severity", "critical"), ("category", "drowning"), ("zone", "z3")]);
    sync(&tourist);
    assert_eq!(tourist.calls().open_calls(Page::first(1)).unwrap()[0].call.state, CallState::Triaged);
    let problem = desk.post_as_program(&format!("{call}/handle"), &[]);
    assert_eq!((problem.status, problem.header("content-type")), (400, Some("application/problem+json")));
    assert!(problem.text.contains("\"state_refused\""), "{}", problem.text);
    assert_eq!(after(&desk.get(&format!("{call}?lang=en")), "<h1>").trim(), "Drowning");
}
