//! The link of a venue's operator: one hazard, photos in, nothing out, and nothing for who guesses.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::companion::{AssignDraft, Companion, HazardDraft, NoticeDraft, Page, SyncReason};
use liuye_core::domain::{Hazard, HazardGrade, Kind, NoticeNumber, RectificationNotice, Signature};
use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport};
use liuye_core::log::Digest;
use liuye_core::native::NativeTransport;
use liuye_hub::NoticeLanguage;
use liuye_tests::{District, png};

/// What a camera writes beside a picture.
const SECRET: &[u8] = b"29.0453N 111.6915E";

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

fn request(district: &District, method: Method, path: &str, content_type: &str, body: Vec<u8>) -> HttpResponse {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    NativeTransport::new()
        .send(HttpRequest { method, url: format!("{}{path}", district.url()), headers, body, timeout_ms: 20_000 })
        .unwrap()
}

fn get(district: &District, path: &str) -> (u16, String) {
    let response = request(district, Method::Get, path, "text/plain", Vec::new());
    (response.status, String::from_utf8(response.body).unwrap())
}

/// Sends what a browser's form sends.
fn send(district: &District, path: &str, photos: &[Vec<u8>], note: &str) -> (u16, String) {
    let mut body = Vec::new();
    for photo in photos {
        body.extend(b"--edge\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"p\"\r\ncontent-type: image/png\r\n\r\n");
        body.extend(photo);
        body.extend(b"\r\n");
    }
    body.extend(format!("--edge\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\n{note}\r\n--edge--\r\n").bytes());
    let response = request(district, Method::Post, path, "multipart/form-data; boundary=edge", body);
    (response.status, String::from_utf8(response.body).unwrap())
}

fn camera_png(seed: u8) -> Vec<u8> {
    liuye_tests::camera_png(seed, SECRET)
}

/// A hazard of a venue that has to be rectified by the end of 2099.
fn assigned(phone: &Companion, venue: &str, description: &str) -> String {
    let draft = HazardDraft {
        venue: venue.to_owned(),
        inspection: None,
        description: description.to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    let hazard = phone.safety().add_hazard(draft).unwrap().id;
    let draft = AssignDraft { owner: "店主".to_owned(), due: "2099-12-31T18:00:00+08:00".to_owned(), plan: None };
    phone.safety().assign(&hazard, draft).unwrap();
    hazard
}

fn notice(phone: &Companion, hazard: &str) -> String {
    let draft =
        NoticeDraft {
            hazard: hazard.to_owned(), requirement: "清空疏散通道".to_owned(), legal_basis: "《消防法》第六十条".to_owned()
        };
    phone.safety().issue_notice(draft).unwrap().id
}

fn hazard_of(district: &District, id: &str) -> Hazard {
    serde_json::from_value(district.hub().document(id).unwrap().unwrap().body).unwrap()
}

/// The path of a new link.
fn link(district: &District, notice: &str) -> String {
    let page = district.hub().print_notice(notice, NoticeLanguage::English, Some("https://hub.example")).unwrap();
    let (_, rest) = page.split_once("https://hub.example/r/").unwrap();
    format!("/r/{}", rest.split('<').next().unwrap())
}

/// Two hazards of two venues with their notices, and a link to the first.
fn two() -> (District, Companion, [String; 2], String) {
    let district = District::open();
    let phone = district.staff("p-005");
    let hazards = [assigned(&phone, "v-001", "安全出口堵塞"), assigned(&phone, "v-002", "the other's secret")];
    let notices = hazards.clone().map(|hazard| notice(&phone, &hazard));
    sync(&phone);
    let path = link(&district, &notices[0]);
    (district, phone, hazards, path)
}

#[test]
fn a_link_opens_one_hazards_notice_in_two_languages_and_no_other() {
    let (district, _phone, [first, second], path) = two();
    let (status, page) = get(&district, &format!("{path}?lang=zh"));
    assert_eq!(status, 200);
    for shown in ["安全出口堵塞", "清空疏散通道", "《消防法》第六十条", "沅水钵子菜馆", "2099-12-31 18:00"] {
        assert!(page.contains(shown), "{shown}");
    }
    let (_, english) = get(&district, &format!("{path}?lang=en"));
    assert!(english.contains("Until when") && english.contains("Yuan River Hotpot House"));
    for hidden in ["the other", "Old Lane", "<script", "p-005", &first, &second] {
        assert!(!page.contains(hidden) && !english.contains(hidden), "{hidden}");
    }
    // Nothing that stands in a document, a path or the ledger is a link.
    for guess in [format!("/r/{first}"), format!("/r/{second}"), "/r/AAAAAAAAAAAAAAAAAAAAAA".to_owned()] {
        assert_eq!(get(&district, &guess).0, 404, "{guess}");
    }
    let token = path.strip_prefix("/r/").unwrap();
    assert!(token.len() * 6 >= 128, "22 characters of 6 bits");
    let hash: Vec<u8> = district.ledger().query_row("SELECT hash FROM operator_links", [], |row| row.get(0)).unwrap();
    assert_eq!(hash, Digest::of(format!("liuye-link-1\n{token}").as_bytes()).0);
    let files = ["ledger.db", "ledger.db-wal"].map(|name| std::fs::read(district.hub_folder().join(name)).unwrap_or_default());
    assert!(files.iter().all(|bytes| memchr::memmem::find(bytes, token.as_bytes()).is_none()), "the token itself is nowhere");
}

#[test]
fn photos_become_evidence_on_the_hazard_without_what_their_camera_wrote() {
    let (district, phone, [first, second], path) = two();
    let (status, page) = send(&district, &format!("{path}?lang=en"), &[camera_png(1), camera_png(2)], "已清空");
    assert_eq!((status, page.contains("have arrived")), (200, true));
    let hazard = hazard_of(&district, &first);
    assert_eq!((hazard.operator_photos.len(), hazard.operator_note.as_deref()), (2, Some("已清空")));
    assert_eq!((hazard.rectified_by, hazard_of(&district, &second).operator_photos.len()), (None, 0));
    for photo in &hazard.operator_photos {
        let name = photo.to_string();
        let kept = std::fs::read(district.hub_folder().join("blobs").join(&name[..2]).join(&name)).unwrap();
        assert!(memchr::memmem::find(&kept, SECRET).is_none() && Digest::of(&kept) == *photo);
    }
    assert!(memchr::memmem::find(&camera_png(1), SECRET).is_some(), "the control");
    // It is an operation like any other: in the log, chained, signed, and told to those who inspect.
    let records = district.hub().about(&first).unwrap();
    let sent: Vec<_> = records.iter().filter(|record| record.kind == Kind::HazardEvidence.as_str()).collect();
    assert_eq!(sent.iter().map(|record| record.actor.as_str()).collect::<Vec<_>>(), ["operator"]);
    assert_eq!(district.faults(), Vec::<String>::new());
    sync(&phone);
    let history = phone.safety().history("v-001").unwrap();
    assert_eq!(history.open[0].1.operator_photos, hazard_of(&district, &first).operator_photos);
    // The same photos again are none, and no operation.
    assert_eq!(send(&district, &path, &[camera_png(2)], "").0, 200);
    assert_eq!(hazard_of(&district, &first).operator_photos.len(), 2);
    assert_eq!(send(&district, &path, &[camera_png(3)], "").0, 200);
    assert_eq!(hazard_of(&district, &first).operator_photos.len(), 3, "the log of the hub's own device goes on");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn what_is_no_photo_or_too_large_or_too_many_is_refused_and_leaves_nothing() {
    let (district, _phone, [first, _], path) = two();
    let path = format!("{path}?lang=en");
    let huge = [camera_png(1), vec![0; 10_000_001]].concat();
    let tiny_huge = {
        let mut photo = camera_png(1);
        photo[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
        photo
    };
    for (name, photos, status, words) in [
        ("no photo", vec![b"MZ a program".to_vec()], 415, "no photo"),
        ("a photo and a program", vec![camera_png(1), b"#!/bin/sh".to_vec()], 415, "no photo"),
        ("a cut photo", vec![camera_png(1)[..60].to_vec()], 415, "no photo"),
        ("a PNG with no end", vec![png(1, 100)], 415, "no photo"),
        ("too large", vec![huge], 413, "Too large"),
        ("too many pixels", vec![tiny_huge], 422, "pixels"),
        ("four", (1..=4).map(camera_png).collect(), 422, "Too many photos"),
        ("none", vec![], 422, "choose a photo"),
        ("an empty choice", vec![Vec::new()], 422, "choose a photo"),
    ] {
        let (found, page) = send(&district, &path, &photos, "note");
        assert_eq!((found, page.contains(words)), (status, true), "{name}");
    }
    let body = b"photos=x".to_vec();
    assert_eq!(request(&district, Method::Post, &path, "application/x-www-form-urlencoded", body).status, 422);
    assert_eq!(send(&district, &path, &[camera_png(1)], "a\u{202e}b").0, 422, "a character that turns the text around");
    assert_eq!(hazard_of(&district, &first).operator_photos.len(), 0);
    assert_eq!(district.count("SELECT (SELECT count(*) FROM blobs) + (SELECT count(*) FROM uploads)"), 0);
    // The twelfth of an hour, and the last.
    assert_eq!(send(&district, &path, &[camera_png(9)], "").0, 200);
    assert_eq!(send(&district, &path, &[camera_png(8)], "").0, 429);
    assert_eq!(hazard_of(&district, &first).operator_photos.len(), 1);
}

#[test]
fn whoever_guesses_is_slowed_down_and_sends_nothing() {
    let (district, _phone, [first, _], path) = two();
    assert_eq!(send(&district, "/r/AAAAAAAAAAAAAAAAAAAAAA", &[camera_png(1)], "").0, 404);
    let answers: Vec<u16> = (0..30).map(|number| get(&district, &format!("/r/guess-{number}")).0).collect();
    assert!(answers.starts_with(&[404; 5]) && answers.contains(&429), "{answers:?}");
    assert_eq!(get(&district, &path).0, 429, "the right one as well, for a minute: a guess that hits tells nothing");
    assert_eq!(hazard_of(&district, &first).operator_photos.len(), 0);
}

#[test]
fn a_link_ends_when_its_hazard_is_settled_and_does_not_come_back() {
    let (district, phone, [first, second], path) = two();
    let colleague = district.staff("p-006");
    assert_eq!(send(&district, &path, &[camera_png(1)], "").0, 200);
    let photo = phone.attach(&camera_png(5)).unwrap().sha256;
    sync(&phone);
    phone.safety().start_rectification(&first).unwrap();
    phone.safety().rectify(&first, "cleared", vec![photo]).unwrap();
    sync(&phone);
    sync(&colleague);
    colleague.safety().reinspect(&first, true, None).unwrap();
    sync(&colleague);
    assert_eq!(get(&district, &path).0, 200, "until it is closed");
    colleague.safety().close(&first, None).unwrap();
    sync(&colleague);
    let (status, page) = get(&district, &format!("{path}?lang=en"));
    assert_eq!((status, page.contains("settled"), page.contains("安全出口堵塞")), (410, true, false));
    assert_eq!(send(&district, &path, &[camera_png(2)], "").0, 410);
    assert_eq!(hazard_of(&district, &first).operator_photos.len(), 1);
    colleague.safety().reopen(&first, "blocked again").unwrap();
    sync(&colleague);
    assert_eq!(get(&district, &path).0, 410, "whoever has to rectify it again gets a new notice");
    let other = district.hub().notices().unwrap().into_iter().find(|(_, notice)| notice.hazard == second).unwrap().0;
    phone.safety().void(&second, "was none").unwrap();
    sync(&phone);
    assert!(district.hub().print_notice(&other, NoticeLanguage::Chinese, Some("https://hub.example")).is_err(), "no new link either");
    assert!(district.hub().print_notice(&other, NoticeLanguage::Chinese, None).is_ok());
}

#[test]
fn notices_of_phones_that_were_offline_are_numbered_as_they_arrive_and_print_whole() {
    let district = District::open();
    let phones = ["p-005", "p-006"].map(|person| district.staff(person));
    let hazards = [0, 1].map(|index| assigned(&phones[index], "v-001", "exit <b>blocked</b>"));
    let notices = [0, 1].map(|index| notice(&phones[index], &hazards[index]));
    let own: RectificationNotice =
        phones[0].safety().notices(Page::first(9)).unwrap().into_iter().find(|(id, _)| *id == notices[0]).unwrap().1;
    assert_eq!(own.number, None, "the hub gives it");
    let strokes = Signature::Strokes { strokes: vec![vec![[10, 20], [30, 40]], vec![[500, 200]]] };
    phones[0].safety().sign_notice(&notices[0], strokes).unwrap();
    // The second writer arrives first.
    sync(&phones[1]);
    sync(&phones[0]);
    sync(&phones[1]);
    let number = |notice: &str| {
        let found = phones[1].safety().notices(Page::first(9)).unwrap().into_iter().find(|(id, _)| id == notice).unwrap().1;
        found.number.unwrap()
    };
    let NoticeNumber { year, serial } = number(&notices[1]);
    assert_eq!((serial, number(&notices[0])), (1, NoticeNumber { year, serial: 2 }));
    let chinese = district.hub().print_notice(&notices[0], NoticeLanguage::Chinese, None).unwrap();
    for shown in
        ["责令限期改正通知书", "佘怀瑾", "M10 20L30 40M500 200L500 200", "exit &#60;b&#62;blocked", &format!("责改字〔{year}〕第0002号")]
    {
        assert!(chinese.contains(shown), "{shown}");
    }
    let english = district.hub().print_notice(&notices[0], NoticeLanguage::English, Some("https://hub.example")).unwrap();
    assert!(english.contains("Rectification notice") && english.contains(&format!("No. {year}-0002")) && english.contains("<svg"));
    for elsewhere in ["src=\"http", "href=\"http", "@import", "<script", "url("] {
        assert!(!english.contains(elsewhere), "one file holds all of it: {elsewhere}");
    }
    assert_eq!(district.faults(), Vec::<String>::new());
}
