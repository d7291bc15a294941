//! The public page and what it offers to programs: a loss reported without an account, its state by a code, withdrawal, claims, and
//! the list of what was found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "how long an answer takes is what is promised")]

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use liuye_core::companion::{Companion, FoundDraft, Page, SyncReason};
use liuye_core::domain::{Claim, ClaimState, Document, DocumentKind, ItemCategory, LostReport, LostReportState, Role, tracking_digest};
use liuye_core::env::Method;
use liuye_tests::plain::folder_bytes;
use liuye_tests::{Browser, District, RawPhone, Shown, camera_png, lost_keys, png, png_of};
use serde_json::{Value, json};
use tower::ServiceExt;

/// What a camera writes beside a picture.
const POSITION: &[u8] = b"29.0453N 111.6915E";

/// What somebody types on the first screen.
const WHAT: [(&str, &str); 9] = [
    ("category", "other"),
    ("description", "黑色相机 black camera, in a red pouch"),
    ("brand", "Seagull"),
    ("colour", "black"),
    ("marks", "scratched owl under the lens"),
    ("place", "游船码头 boat pier"),
    ("zone", "z3"),
    ("day", "2026-01-01"),
    ("part", "evening"),
];

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    assert_eq!((phone.outbox().unwrap().pending, phone.outbox().unwrap().quarantined), (0, 0));
}

/// These fields with some of them otherwise.
fn with<'a>(fields: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| !other.iter().any(|(named, _)| named == name));
    kept.chain(other).copied().collect()
}

/// Goes through both screens; what the second answers.
fn report(browser: &Browser, contact: &[(&str, &str)], photos: &[Vec<u8>]) -> Shown {
    let second = browser.post("/lost", &WHAT);
    assert_eq!(second.status, 200, "{}", second.html);
    let once = second.hidden("once");
    browser.post_with_photos("/lost/send", &with(&WHAT, &[contact, &[("once", once.as_str())]].concat()), photos)
}

/// What a program sends.
fn loss() -> Value {
    json!({
        "category": "keys", "description": "a bunch of keys", "place": "by the lake",
        "lost_from": "2026-01-01T18:00:00+08:00", "lost_to": "2026-01-01T19:00:00+08:00",
    })
}

fn report_by_program(browser: &Browser, key: &str, loss: &Value) -> (u16, Value) {
    let shown = browser.json("/v1/public/lost-reports", &[("idempotency-key", key)], loss);
    (shown.status, serde_json::from_str(&shown.html).unwrap())
}

fn state_by_program(browser: &Browser, code: &str) -> (u16, Value) {
    let shown = browser.json("/v1/public/lost-reports/state", &[], &json!({ "tracking_code": code }));
    (shown.status, serde_json::from_str(&shown.html).unwrap())
}

fn reports(district: &District) -> Vec<Document> {
    district.hub().documents(DocumentKind::LostReport, 100, 0).unwrap()
}

fn found(category: ItemCategory) -> FoundDraft {
    FoundDraft {
        category,
        description: "black camera with a secret-strap".to_owned(),
        brand: Some("Seagull-secret".to_owned()),
        colour: Some("black-secret".to_owned()),
        place: "third bench, secret-place".to_owned(),
        zone: Some("z3".to_owned()),
        found_at: "2026-01-01T21:30:00+08:00".to_owned(),
        valuable: false,
        prohibited: None,
        serial: None,
        hidden: Some("secret-owl".to_owned()),
        photos: Vec::new(),
    }
}

/// An item that was found, put away and announced.
fn announced(finder: &Companion, desk: &Companion, category: ItemCategory) -> String {
    let item = finder.lost().register_found(found(category)).unwrap().id;
    finder.lost().store(&item, "shelf 2").unwrap();
    sync(finder);
    sync(desk);
    desk.lost().notice(&item).unwrap();
    sync(desk);
    item
}

#[test]
fn a_loss_is_reported_in_two_screens_and_reaches_the_desk_a_phones_candidates_and_its_owner() {
    let district = District::open();
    let (finder, desk) = (district.staff("p-011"), district.staff("p-003"));
    let item = announced(&finder, &desk, ItemCategory::Other);
    for (language, taken, open) in [("en-GB,en;q=0.9", "Your report was taken", "Being looked for"), ("zh-CN", "报失已提交", "正在寻找")]
    {
        let browser = Browser::new(&district.url(), language);
        let photo = camera_png(language.as_bytes()[0], POSITION);
        let done = report(&browser, &[("name", "李雷"), ("phone", "139-1234 5678")], std::slice::from_ref(&photo));
        assert_eq!((done.status, done.html.contains(taken)), (200, true), "{}", done.html);
        let code = done.code();
        assert_eq!(code.chars().filter(char::is_ascii_alphanumeric).count() * 5, 80, "five bits a character: {code}");
        // However it is typed, and as it looks on paper.
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for code in [&code, &typed] {
            let shown = browser.post("/track", &[("code", code)]);
            assert_eq!((shown.status, shown.html.contains(open)), (200, true), "{code}");
            for hidden in ["red pouch", "13912345678", "李雷", "owl", "boat pier"] {
                assert!(!shown.html.contains(hidden), "who finds the code on a paper learns nothing of its owner: {hidden}");
            }
        }
    }
    let reported = reports(&district);
    assert_eq!(reported.len(), 2);
    for document in &reported {
        let report: LostReport = serde_json::from_value(document.body.clone()).unwrap();
        assert_eq!((report.reporter.as_str(), report.has_contact, report.photos.len()), ("public", true, 1));
        assert_eq!(district.hub().contact(&document.id, "wang").unwrap().phone, "+8613912345678");
        let name = report.photos[0].to_string();
        let kept = std::fs::read(district.hub_folder().join("blobs").join(&name[..2]).join(&name)).unwrap();
        assert!(memchr::memmem::find(&kept, POSITION).is_none(), "where it was taken is gone");
        // What the desk lists, and what a phone of the staff finds for it.
        assert!(district.hub().recent(u64::MAX, 20).unwrap().iter().any(|record| record.entity == document.id));
        sync(&desk);
        let candidates = desk.lost().candidates(&document.id, 5).unwrap();
        assert_eq!(candidates.first().map(|candidate| candidate.id.as_str()), Some(item.as_str()));
    }
    assert_eq!(district.faults(), Vec::<String>::new(), "it is chained and signed like any phone's");
}

#[test]
fn the_hub_keeps_the_digest_of_a_code_and_the_key_of_a_submit_nowhere() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let key = "a-key-that-nobody-guesses-1";
    let (status, receipt) = report_by_program(&browser, key, &loss());
    assert_eq!(status, 201);
    let code = receipt["tracking_code"].as_str().unwrap();
    let report: LostReport = serde_json::from_value(reports(&district)[0].body.clone()).unwrap();
    assert_eq!(report.loss.tracking_digest, tracking_digest(code));
    let files = folder_bytes(&district.hub_folder());
    let lies = |text: &str| files.iter().any(|(_, bytes)| memchr::memmem::find(bytes, text.as_bytes()).is_some());
    assert!(!lies(code) && !lies(&code.replace('-', "")) && !lies(key));
    assert!(lies("a bunch of keys"), "the control");
}

#[test]
fn the_same_submit_is_one_report_and_gets_its_code_again() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let key = "a-key-that-nobody-guesses-1";
    let (first, again) = (report_by_program(&browser, key, &loss()), report_by_program(&browser, key, &loss()));
    assert_eq!((first.0, again.0), (201, 200));
    assert_eq!((&first.1["tracking_code"], first.1["repeated"].as_bool()), (&again.1["tracking_code"], Some(false)));
    assert_eq!(again.1["repeated"], true);
    let mut other = loss();
    other["place"] = "somewhere else".into();
    let (status, problem) = report_by_program(&browser, key, &other);
    assert_eq!((status, problem["code"].as_str(), problem.get("tracking_code")), (422, Some("duplicate_id"), None));
    assert_eq!(report_by_program(&browser, "another-key-that-nobody-guesses", &loss()).0, 201, "another key is another report");
    assert_eq!(reports(&district).len(), 2);
    // A form that is sent again, and one that was changed after it was sent.
    let second = browser.post("/lost", &WHAT);
    let once = second.hidden("once");
    let fields = with(&WHAT, &[("once", &once)]);
    let codes: Vec<_> = (0..2).map(|_| browser.post_with_photos("/lost/send", &fields, &[]).code()).collect();
    assert_eq!(codes[0], codes[1]);
    let changed = browser.post_with_photos("/lost/send", &with(&fields, &[("place", "elsewhere")]), &[]);
    assert_eq!((changed.code(), changed.html.contains("sent before")), (codes[0].clone(), true));
    assert_eq!(reports(&district).len(), 3);
    // A program that uses a form's key is somebody else.
    assert_eq!(report_by_program(&browser, &once, &loss()).0, 201);
    // Many at once.
    let at_once: Vec<_> = std::thread::scope(|scope| {
        let send = || report_by_program(&Browser::new(&district.url(), "en"), "a-key-for-many-at-once", &loss());
        let senders: Vec<_> = (0..6).map(|_| scope.spawn(send)).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert_eq!(at_once.iter().filter(|(status, _)| *status == 201).count(), 1, "{at_once:?}");
    assert!(at_once.iter().all(|(_, receipt)| receipt["tracking_code"] == at_once[0].1["tracking_code"]));
    assert_eq!(reports(&district).len(), 5);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn what_is_refused_names_its_field_and_keeps_what_was_typed() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let long = "长".repeat(2001);
    for (name, text, words) in [
        ("category", "", "choose what it is"),
        ("category", "spaceship", "choose what it is"),
        ("description", " ", "describe what you lost"),
        ("description", long.as_str(), "at most 2,000"),
        ("brand", &long[..303], "at most 100"),
        ("place", "", "where you may have lost it"),
        ("zone", "z9", "no such area"),
        ("day", "2099-01-01", "later than now"),
        ("day", "yesterday", "year-month-day"),
        ("part", "teatime", "time of day"),
        ("place", "a\u{202e}b", "control characters"),
    ] {
        let refused = browser.post("/lost", &with(&WHAT, &[(name, text)]));
        assert!((400..500).contains(&refused.status) && refused.html.contains(words), "{name}: {} {}", refused.status, refused.html);
        assert!(refused.html.contains(&format!("id=\"{name}-fault\"")) && refused.html.contains("aria-invalid=\"true\""), "{name}");
        let kept = WHAT.iter().filter(|(other, _)| *other != name && !["category", "zone", "part"].contains(other));
        assert!(kept.clone().all(|(_, typed)| refused.html.contains(typed)), "{name}");
    }
    let once = browser.post("/lost", &WHAT).hidden("once");
    for (contact, field, words) in [
        ([("name", "Anna"), ("phone", "110")], "phone", "no phone number"),
        ([("name", "Anna"), ("phone", "")], "phone", "or leave the name empty"),
        ([("name", ""), ("phone", "13912345678")], "name", "give a name"),
    ] {
        let refused = browser.post_with_photos("/lost/send", &with(&WHAT, &[&contact[..], &[("once", &once)]].concat()), &[]);
        assert!(refused.status == 422 && refused.html.contains(words), "{field}: {}", refused.html);
        assert!(refused.html.contains(&format!("id=\"{field}-fault\"")));
        assert_eq!(refused.hidden("description"), WHAT[1].1, "what was typed on the first screen is there too");
    }
    // Bytes that are no UTF-8, as a program of another age sends them.
    let gbk = browser.send(
        Method::Post,
        "/lost",
        &[("content-type", "application/x-www-form-urlencoded")],
        b"category=camera&description=%CF%E0%BB%FA&place=x&day=2026-01-01&part=any".to_vec(),
    );
    assert_eq!((gbk.status, gbk.html.contains("cannot be read")), (422, true));
    let huge = browser.post("/lost", &with(&WHAT, &[("description", &"x".repeat(100_000))]));
    assert_eq!(huge.status, 413);
    assert_eq!(reports(&district).len(), 0);
    for (changed, field) in [
        (json!({ "lost_from": "2026-01-01T18:00:00" }), "lost_from"),
        (json!({ "lost_from": "2026-01-02T18:00:00+08:00" }), "lost_from"),
        (json!({ "description": "" }), "description"),
        (json!({ "zone": "z9" }), "zone"),
        (json!({ "contact": { "name": "Anna", "phone": "+110" } }), "contact.phone"),
        (json!({ "contact": { "name": "Anna", "phone": "13912345678", "identity_number": "11010519491231002X" } }), ""),
    ] {
        let mut body = loss();
        body.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        let (status, problem) = report_by_program(&browser, "a-key-that-nobody-guesses-1", &body);
        assert_eq!((status, problem["field"].as_str().unwrap_or_default()), (400, field), "{problem}");
    }
    for key in ["short", "a key with spaces in it", ""] {
        assert_eq!(report_by_program(&browser, key, &loss()).0, 400, "{key}");
    }
    assert_eq!(reports(&district).len(), 0);
}

#[test]
fn what_is_no_photo_is_kept_nowhere_and_the_report_stays_typed() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let mut bomb = camera_png(1, b"");
    bomb[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
    let contact = [("name", "Anna"), ("phone", "+4915112345678")];
    for (name, photos, status, words) in [
        ("a program", vec![b"MZ a program".to_vec()], 415, "no photo"),
        ("a page", vec![b"<svg onload=alert(1)>".to_vec()], 415, "no photo"),
        ("a cut photo", vec![png(1, 100)], 415, "no photo"),
        ("a photo and a program", vec![camera_png(1, b""), b"#!/bin/sh".to_vec()], 415, "no photo"),
        ("too many pixels", vec![bomb], 422, "megapixels"),
        ("too large", vec![[camera_png(1, b""), vec![0; 10_000_001]].concat()], 413, "Too large"),
        ("four", (1..=4).map(|seed| camera_png(seed, b"")).collect(), 422, "three photos"),
    ] {
        let refused = report(&browser, &contact, &photos);
        assert_eq!((refused.status, refused.html.contains(words)), (status, true), "{name}: {}", refused.html);
        assert!(refused.html.contains("+4915112345678") && refused.hidden("place") == WHAT[5].1, "{name}");
    }
    assert_eq!(reports(&district).len(), 0);
    assert_eq!(district.count("SELECT (SELECT count(*) FROM blobs) + (SELECT count(*) FROM uploads)"), 0);
    let twice = [camera_png(1, POSITION), camera_png(1, b"another place")];
    assert_eq!(report(&browser, &contact, &twice).status, 200, "the control; the same picture twice is one");
    assert_eq!(district.count("SELECT count(*) FROM blobs"), 1);
}

#[test]
fn injections_through_every_field_come_out_harmless() {
    const ATTACKS: [&str; 5] = [
        "\"><script>alert(1)</script>",
        "'; DROP TABLE documents; --",
        "</textarea><img src=x onerror=alert(1)>",
        "{{7*7}} ${7*7} <%= 7*7 %>",
        "javascript:alert(1)\" onfocus=\"alert(1)",
    ];
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let is_harmless = |shown: &Shown, about: &str| {
        for live in ["<script>", "<img", "onerror=alert(1)>", "\" onfocus=\"", ">49"] {
            assert!(!shown.html.contains(live), "{about}: {live}");
        }
        assert_ne!(shown.status / 100, 5, "{about}");
    };
    for attack in ATTACKS {
        for (name, _) in WHAT {
            is_harmless(&browser.post("/lost", &with(&WHAT, &[(name, attack)])), name);
            is_harmless(&browser.post("/lost/edit", &with(&WHAT, &[(name, attack)])), name);
        }
        let once = browser.post("/lost", &WHAT).hidden("once");
        for name in ["name", "phone", "once", "lang", attack] {
            let fields = with(&WHAT, &[&[("name", "A"), ("phone", "1"), ("once", once.as_str())][..], &[(name, attack)]].concat());
            is_harmless(&browser.post_with_photos("/lost/send", &fields, &[]), name);
        }
        is_harmless(&browser.post("/track", &[("code", attack)]), "code");
        let query: String = attack.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for path in [
            format!("/?lang={query}"),
            format!("/found?category={query}"),
            format!("/found?page={query}"),
            format!("/found/{query}"),
            format!("/{query}"),
        ] {
            is_harmless(&browser.get(&path), &path);
        }
    }
    // What is taken stands in the log as it was typed, and comes out of the desk's pages as text.
    let fields: Vec<_> = with(&WHAT, &[("description", ATTACKS[0]), ("place", ATTACKS[1]), ("marks", ATTACKS[2])]);
    let once = browser.post("/lost", &fields).hidden("once");
    assert_eq!(browser.post_with_photos("/lost/send", &with(&fields, &[("once", &once)]), &[]).status, 200);
    let report: LostReport = serde_json::from_value(reports(&district)[0].body.clone()).unwrap();
    assert_eq!((report.loss.description.as_str(), report.loss.place.as_str()), (ATTACKS[0], ATTACKS[1]));
    district.hub().accounts().add("wang", Role::Desk, None, Some("correct horse battery")).unwrap();
    let session = format!("liuye_session={}", district.hub().accounts().log_in("wang", "correct horse battery").unwrap());
    let position = district.hub().recent(u64::MAX, 1).unwrap()[0].position;
    for path in ["/desk".to_owned(), format!("/desk/records/{position}")] {
        let shown = browser.send(Method::Get, &path, &[("cookie", &session)], Vec::new());
        assert_eq!(shown.status, 200, "{path}");
        is_harmless(&shown, &path);
    }
}

/// A request to the hub's router from this address, without a socket.
async fn from(router: axum::Router, address: IpAddr, code: String) -> (u16, String) {
    let body = json!({ "tracking_code": code }).to_string();
    let mut request = axum::http::Request::post("/v1/public/lost-reports/state").body(Body::from(body)).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 1)));
    let (head, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (head.status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn ten_thousand_guesses_find_nothing_and_slow_nobody_else() {
    const GUESSES: u32 = 10_000;
    const ADDRESSES: u32 = 50;
    let district = District::open();
    let (_, receipt) = report_by_program(&Browser::new(&district.url(), "en"), "a-key-that-nobody-guesses-1", &loss());
    let code = receipt["tracking_code"].as_str().unwrap().to_owned();
    let router = liuye_hub::router(district.hub().clone(), false);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let guess = |number: u32| {
            let address = IpAddr::from([10, 0, 0, u8::try_from(number % ADDRESSES).unwrap()]);
            tokio::spawn(from(router.clone(), address, format!("{number:016X}")))
        };
        let guesses: Vec<_> = (0..GUESSES).map(guess).collect();
        let begun = Instant::now();
        // Somebody asks while all of them are under way.
        let (status, _) = from(router.clone(), IpAddr::from([192, 0, 2, 1]), code.clone()).await;
        assert_eq!(status, 200);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        let mut answers = [0_u32; 2];
        for guess in guesses {
            match guess.await.unwrap().0 {
                404 => answers[0] += 1,
                429 => answers[1] += 1,
                other => unreachable!("{other}"),
            }
        }
        // Twenty each, where all of them fell into one minute; a test that takes longer sees more.
        assert!(answers[0] <= 3 * 20 * ADDRESSES && answers[1] >= GUESSES - 3 * 20 * ADDRESSES, "{answers:?}");
        // Who guessed too often is not told that this one is right: the answers are the same.
        let guesser = IpAddr::from([10, 0, 0, 1]);
        let mut last = Vec::new();
        for _ in 0..25 {
            last = vec![from(router.clone(), guesser, "0000-0000-0000-0000".to_owned()).await];
        }
        last.push(from(router.clone(), guesser, code).await);
        assert_eq!((last[0].0, &last[0]), (429, &last[1]));
    });
}

#[test]
fn a_right_code_and_a_wrong_one_are_answered_in_the_same_time() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let (_, receipt) = report_by_program(&browser, "a-key-that-nobody-guesses-1", &loss());
    let right = receipt["tracking_code"].as_str().unwrap();
    let took = |code: &str| {
        let begun = Instant::now();
        let (status, _) = state_by_program(&browser, code);
        (status, begun.elapsed())
    };
    // The fastest of several: what a machine that does other things adds to it says nothing.
    let fastest = |code: &str| (0..8).map(|_| took(code)).min_by_key(|(_, time)| *time).unwrap();
    let (right, wrong) = (fastest(right), fastest("0000-0000-0000-0000"));
    assert_eq!((right.0, wrong.0), (200, 404));
    assert!(right.1 >= Duration::from_millis(100) && wrong.1 >= Duration::from_millis(100), "{right:?} {wrong:?}");
    assert!(right.1.abs_diff(wrong.1) < Duration::from_millis(25), "{right:?} {wrong:?}");
}

#[test]
fn a_withdrawal_by_code_leaves_no_byte_and_no_repeat_brings_it_back() {
    const NEEDLES: [&str; 6] =
        ["amethyst-umbrella", "scratched-owl-mark", "under-the-ninth-lantern", "Zephyrine Oakenshield", "13912345678", "PIXELS-OF-A-FACE"];
    let district = District::open();
    let (browser, desk) = (Browser::new(&district.url(), "en"), district.staff("p-003"));
    let fields = with(&WHAT, &[("description", NEEDLES[0]), ("marks", NEEDLES[1]), ("place", NEEDLES[2])]);
    let once = browser.post("/lost", &fields).hidden("once");
    let fields = with(&fields, &[("once", &once), ("name", NEEDLES[3]), ("phone", NEEDLES[4])]);
    let photo = png_of(NEEDLES[5].as_bytes(), POSITION);
    let code = browser.post_with_photos("/lost/send", &fields, std::slice::from_ref(&photo)).code();
    sync(&desk);
    let lie = || {
        let files = folder_bytes(&district.hub_folder());
        NEEDLES
            .into_iter()
            .filter(|needle| files.iter().any(|(_, bytes)| memchr::memmem::find(bytes, needle.as_bytes()).is_some()))
            .collect::<Vec<_>>()
    };
    assert_eq!(lie(), [NEEDLES[0], NEEDLES[1], NEEDLES[2], NEEDLES[5]], "the control; the contact is sealed");
    let asked = browser.post("/track/withdraw", &[("code", &code)]);
    assert!(asked.html.contains("Are you sure?"));
    assert_eq!(serde_json::from_value::<LostReport>(reports(&district)[0].body.clone()).unwrap().state, LostReportState::Open, "not yet");
    let withdrawn = browser.post("/track/withdraw", &[("code", &code), ("sure", "yes")]);
    assert_eq!((withdrawn.status, withdrawn.html.contains("Withdrawn")), (200, true), "{}", withdrawn.html);
    assert_eq!(browser.post("/track/withdraw", &[("code", &code), ("sure", "yes")]).status, 200, "again is nothing");
    // What the hub does within the hour.
    district.hub().sweep().unwrap();
    assert_eq!(lie(), Vec::<&str>::new());
    sync(&desk);
    let report: LostReport = serde_json::from_value(reports(&district)[0].body.clone()).unwrap();
    assert_eq!((report.state, report.has_contact, report.photos.len()), (LostReportState::Withdrawn, true, 0), "it is counted as before");
    // A tab that was left open, and is reloaded.
    let again = browser.post_with_photos("/lost/send", &fields, &[photo]);
    assert_eq!((again.code(), reports(&district).len()), (code.clone(), 1));
    assert_eq!(lie(), Vec::<&str>::new());
    let (status, state) = state_by_program(&browser, &code);
    assert_eq!((status, state["state"].as_str(), state["erased"].as_bool()), (200, Some("withdrawn"), Some(true)));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_phones_report_is_asked_after_and_withdrawn_by_its_code_but_claimed_by_its_app() {
    let district = District::open();
    let (browser, tourist) = (Browser::new(&district.url(), "en"), district.phone("tourist"));
    let (finder, desk) = (district.staff("p-011"), district.staff("p-003"));
    let item = announced(&finder, &desk, ItemCategory::Keys);
    let reported = tourist.lost().report(lost_keys()).unwrap();
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&tourist);
    let code = reported.tracking_code.as_str();
    assert_eq!(state_by_program(&browser, code).1["state"], "open");
    let claim = json!({ "tracking_code": code, "item": item, "statement": "mine" });
    let refused = browser.json("/v1/public/claims", &[], &claim);
    assert_eq!((refused.status, refused.html.contains("not_permitted")), (403, true));
    assert_eq!(browser.json("/v1/public/lost-reports/withdraw", &[], &json!({ "tracking_code": code })).status, 204);
    sync(&tourist);
    let (_, report) = tourist.lost().reports(Page::first(9)).unwrap().remove(0);
    assert_eq!((report.state, report.loss.description.as_str()), (LostReportState::Withdrawn, ""));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn no_phone_writes_in_the_name_of_the_public() {
    let district = District::open();
    for person in [None, Some("p-003")] {
        let phone = RawPhone::enrol(&district, person);
        let answer = phone.sync("liuye-lake", &[phone.loss(1, phone.genesis(), "public")]);
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((told["verdicts"][0]["verdict"].as_str(), told["verdicts"][0]["field"].as_str()), (Some("quarantined"), Some("actor")));
    }
}

#[test]
fn found_things_are_listed_without_what_would_describe_them_and_claimed_once_by_code() {
    let district = District::open();
    let (finder, desk) = (district.staff("p-011"), district.staff("p-003"));
    let items: Vec<_> =
        (0..23).map(|number| announced(&finder, &desk, if number == 0 { ItemCategory::Clothing } else { ItemCategory::Keys })).collect();
    let kept = finder.lost().register_found(found(ItemCategory::Bag)).unwrap().id;
    sync(&finder);
    for (language, category, part) in [("en", "clothing", "evening"), ("zh-CN", "衣物", "18–24时")] {
        let browser = Browser::new(&district.url(), language);
        let pages = [browser.get("/found"), browser.get("/found?page=1"), browser.get("/found?category=clothing")];
        let listed: Vec<_> = pages.iter().map(|page| items.iter().filter(|item| page.html.contains(item.as_str())).count()).collect();
        assert_eq!(listed, [20, 3, 1]);
        assert!(pages[2].html.contains(category) && pages[2].html.contains(part), "{}", pages[2].html);
        for page in &pages {
            assert!(!page.html.contains("secret") && !page.html.contains("21:30") && !page.html.contains(&kept), "{}", page.html);
        }
        assert_eq!(browser.get("/found?category=nonsense&page=x").status, 200);
    }
    let browser = Browser::new(&district.url(), "en");
    let list = browser.get("/v1/public/found?category=clothing");
    let answer: Value = serde_json::from_str(&list.html).unwrap();
    let mut fields: Vec<_> = answer["found"][0].as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["at", "category", "day", "item", "open", "part", "zone", "zone_name"]);
    // Five people, each with a report of their own: the limit of a phone is a report's here.
    for number in 0..5 {
        let (_, receipt) = report_by_program(&browser, &format!("a-key-that-nobody-guesses-{number}"), &loss());
        let code = receipt["tracking_code"].as_str().unwrap();
        let path = format!("/found/{}", items[1 + number]);
        assert!(browser.get(&path).html.contains("Why is it yours?"));
        for _ in 0..2 {
            let claimed = browser.post(&path, &[("code", code), ("statement", "they open my door")]);
            assert_eq!((claimed.status, claimed.html.contains("Your claim was taken")), (200, true), "{}", claimed.html);
        }
        let (_, state) = state_by_program(&browser, code);
        assert_eq!((state["state"].as_str(), state["claims"].clone()), (Some("claimed"), json!(["submitted"])));
        if number == 0 {
            let more: Vec<_> = (6..9)
                .map(|other| browser.post(&format!("/found/{}", items[other]), &[("code", code), ("statement", "x")]).status)
                .collect();
            assert_eq!(more, [200, 200, 429], "three of one report");
        }
    }
    let claims: Vec<Claim> = district
        .hub()
        .documents(DocumentKind::Claim, 50, 0)
        .unwrap()
        .into_iter()
        .map(|claim| serde_json::from_value(claim.body).unwrap())
        .collect();
    assert_eq!((claims.len(), claims.iter().all(|claim| claim.state == ClaimState::Submitted && claim.claimant == "public")), (7, true));
    let wrong = browser.post(&format!("/found/{}", items[20]), &[("code", "0000-0000-0000-0000"), ("statement", "mine")]);
    assert_eq!((wrong.status, wrong.html.contains("No report has this code"), wrong.html.contains("mine</textarea>")), (404, true, true));
    assert_eq!(browser.get(&format!("/found/{kept}")).status, 404, "what was not announced is not there");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_page_comes_whole_within_sixty_kilobytes_from_this_hub_alone() {
    let district = District::open();
    for (language, other) in [("en", "中文"), ("zh-CN", "English")] {
        let browser = Browser::new(&district.url(), language);
        let style = browser.get("/public.css");
        let done = report(&browser, &[], &[]);
        let state = browser.post("/track", &[("code", &done.code())]);
        let pages = [
            browser.get("/"),
            browser.get("/lost"),
            browser.post("/lost", &WHAT),
            browser.get("/track"),
            browser.get("/found"),
            state,
            done,
        ];
        for page in &pages {
            assert_eq!(page.status, 200);
            assert!(page.size + style.size + 4_096 < 60_000, "{} bytes, its style {}, and the headers of both", page.size, style.size);
            for foreign in ["http://", "https://", "<script", "style=", "<img", "@import", "url("] {
                assert!(!page.html.contains(foreign) && !style.html.contains(foreign), "{foreign}");
            }
            assert!(page.html.contains("href=\"tel:110\"") && page.html.contains("width=device-width"));
            let policy = page.header("content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'") && policy.contains("form-action 'self'") && !policy.contains("unsafe"),
                "{policy}"
            );
            assert_eq!((page.header("cache-control"), page.header("x-content-type-options")), ("no-store", "nosniff"));
        }
        assert!(pages[..6].iter().all(|page| page.html.contains(other)), "the other language is a press away");
    }
    assert_eq!(Browser::new(&district.url(), "zh").get("/?lang=en").html.matches("lang=\"en\"").count(), 2, "what is asked for goes first");
}

#[test]
fn whatever_nobody_answers_is_a_problem_for_programs_and_a_sentence_for_people() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    for path in ["/nothing", "/lost/../etc/passwd", "/found/0", "/r/nothing", "/lost%ff", "/%00"] {
        let shown = browser.get(path);
        assert!(shown.status == 404 && shown.html.contains("<html lang=\"en\">"), "{path}: {} {}", shown.status, shown.html);
    }
    for (method, path, status) in [
        (Method::Get, "/v1/nothing", 404),
        (Method::Get, "/v1/enrol", 405),
        (Method::Post, "/v1/public/found", 405),
        (Method::Get, "/v1/public/found?page=x", 400),
        (Method::Get, "/v1/public/found?category=x", 404),
        (Method::Post, "/v1/public/claims", 400),
        (Method::Get, "/v1/sites/nowhere/zones.geojson", 404),
    ] {
        let shown = browser.send(method, path, &[], Vec::new());
        let problem: Value = serde_json::from_str(&shown.html).unwrap();
        assert_eq!((shown.status, problem["status"].as_u64()), (status, Some(u64::from(status))), "{path}");
        assert_eq!(shown.header("content-type"), "application/problem+json");
    }
    let wrong = browser.send(Method::Post, "/track", &[("content-type", "application/json")], b"{}".to_vec());
    assert!((400..500).contains(&wrong.status) && wrong.html.contains("cannot be read"), "{}", wrong.html);
    let cut =
        browser.send(Method::Post, "/lost/send", &[("content-type", "multipart/form-data; boundary=edge")], b"--edge\r\nconte".to_vec());
    assert!((400..500).contains(&cut.status), "{}", cut.status);
    let elsewhere = browser.get("/lost/send");
    assert_eq!((elsewhere.status, elsewhere.header("location")), (303, "/lost?lang=zh-CN"));
}

#[test]
fn a_hotel_reports_as_much_as_it_loses_and_a_machine_fills_no_disk() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let statuses: Vec<_> =
        (0..45).map(|number| report_by_program(&browser, &format!("a-key-that-nobody-guesses-{number}"), &loss()).0).collect();
    let taken = statuses.iter().filter(|status| **status == 201).count();
    // An hour may have begun meanwhile.
    assert!((40..=45).contains(&taken) && (taken < 45 || statuses[40..] == [201; 5]), "{statuses:?}");
    if taken == 40 {
        let refused = browser.json("/v1/public/lost-reports", &[("idempotency-key", "a-key-that-nobody-guesses-x")], &loss());
        assert!((1..=3601).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    }
}
