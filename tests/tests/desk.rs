//! The desk page: behind a login, in two languages, harmless whatever somebody typed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::companion::{AssignDraft, HazardDraft, LostReportDraft, NoticeDraft, SyncReason};
use liuye_core::domain::{HazardGrade, ItemCategory, Role};
use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport};
use liuye_core::native::NativeTransport;
use liuye_tests::{District, lost_keys, open_phone};

fn get(district: &District, path: &str, cookie: Option<&str>) -> HttpResponse {
    request(district, Method::Get, path, cookie, "")
}

fn request(district: &District, method: Method, path: &str, cookie: Option<&str>, form: &str) -> HttpResponse {
    let mut headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    headers.extend(cookie.map(|cookie| ("cookie".to_owned(), cookie.to_owned())));
    let request =
        HttpRequest { method, url: format!("{}{path}", district.url()), headers, body: form.as_bytes().to_vec(), timeout_ms: 10_000 };
    NativeTransport::new().send(request).unwrap()
}

fn text(response: &HttpResponse) -> String {
    String::from_utf8(response.body.clone()).unwrap()
}

fn log_in(district: &District, name: &str, role: Role) -> String {
    district.hub().accounts().add(name, role, None, Some("correct horse battery")).unwrap();
    let form = format!("name={name}&password=correct+horse+battery");
    let answer = request(district, Method::Post, "/desk/login", None, &form);
    assert_eq!(answer.status, 303);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn nobody_sees_a_record_without_a_login_and_a_wrong_password_gives_none() {
    let district = District::open();
    assert_eq!(get(&district, "/desk/records", None).status, 303);
    assert_eq!(get(&district, "/desk/attention", Some("liuye_session=made-up")).status, 303);
    district.hub().accounts().add("wang", Role::Desk, None, Some("correct horse battery")).unwrap();
    for form in ["name=wang&password=wrong", "name=nobody&password=wrong"] {
        assert_eq!(request(&district, Method::Post, "/desk/login", None, form).status, 401);
    }
}

#[test]
fn a_record_stands_in_the_table_in_both_languages_and_what_was_typed_comes_out_harmless() {
    let district = District::open();
    let phone = open_phone(&district.phone_path("p"), Arc::new(NativeTransport::new()));
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    let draft = LostReportDraft {
        category: ItemCategory::Bag,
        description: "<script>alert(1)</script>\" ' & bag".to_owned(),
        place: "沙滩公园".to_owned(),
        ..lost_keys()
    };
    phone.lost().report(draft).unwrap();
    phone.sync(SyncReason::User).unwrap();
    let cookie = log_in(&district, "wang", Role::Desk);
    let page = get(&district, "/desk/records?lang=zh", Some(&cookie));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(text(&page).contains("报失") && text(&page).contains("已生效"));
    let english = text(&get(&district, "/desk/records?lang=en", Some(&cookie)));
    assert!(english.contains("Loss reported") && english.contains("Applied"));
    district
        .ledger()
        .execute("UPDATE operations SET verdict = '{\"verdict\":\"quarantined\",\"code\":\"malformed\"}', state = 'quarantined'", [])
        .unwrap();
    let attention = text(&get(&district, "/desk/attention?lang=en", Some(&cookie)));
    assert!(attention.contains("Quarantined") && attention.contains("alert(1)"));
    assert!(!attention.contains("<script>"));
}

#[test]
fn an_admin_reads_no_case_and_a_logout_needs_the_sessions_own_form() {
    let district = District::open();
    let admin = log_in(&district, "admin", Role::Admin);
    assert_eq!(get(&district, "/desk/records", Some(&admin)).status, 403);
    let desk = log_in(&district, "wang", Role::Desk);
    assert_eq!(request(&district, Method::Post, "/desk/logout", Some(&desk), "csrf=forged").status, 403);
    let page = text(&get(&district, "/desk/records", Some(&desk)));
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(request(&district, Method::Post, "/desk/logout", Some(&desk), &format!("csrf={csrf}")).status, 303);
    assert_eq!(get(&district, "/desk/records", Some(&desk)).status, 303);
}

#[test]
fn whoever_guesses_passwords_waits_and_nobody_is_locked_out_for_longer_than_a_minute() {
    let district = District::open();
    district.hub().accounts().add("wang", Role::Desk, None, Some("correct horse battery")).unwrap();
    let try_once =
        |name: &str, password: &str| request(&district, Method::Post, "/desk/login", None, &format!("name={name}&password={password}"));
    // A minute of the clock may turn in the middle: then it begins anew, and ends all the same.
    let refused = (0..25).find_map(|_| Some(try_once("wang", "wrong")).filter(|answer| answer.status == 429)).unwrap();
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(wait <= 60);
    assert!(text(&refused).contains("一分钟") || text(&refused).contains("minute"));
    assert_eq!(try_once("wang", "correct+horse+battery").status, 429, "the address waits, whatever it knows");
}

#[test]
fn a_record_has_a_page_with_its_photos_and_a_contact_is_read_by_the_few_and_logged() {
    let district = District::open();
    let phone = open_phone(&district.phone_path("p"), Arc::new(NativeTransport::new()));
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    let photo = phone.attach(&liuye_tests::png(7, 300)).unwrap().sha256;
    let draft = LostReportDraft {
        category: ItemCategory::Camera,
        description: "<b>银色相机</b>".to_owned(),
        place: "沙滩公园".to_owned(),
        contact: Some(liuye_core::domain::Contact {
            name: "欧阳某".to_owned(),
            phone: "13912345678".to_owned(),
            identity_number: None,
            passport: None,
        }),
        photos: vec![photo],
        ..lost_keys()
    };
    let report = phone.lost().report(draft).unwrap();
    phone.sync(SyncReason::User).unwrap();
    let position = district.hub().about(&report.id).unwrap()[0].position;
    let path = format!("/desk/records/{position}");
    let desk = log_in(&district, "wang", Role::Desk);
    let table = text(&get(&district, "/desk/records?lang=en", Some(&desk)));
    assert!(table.contains("camera") && table.contains(&format!("href=\"{path}")), "the table says what a record is about");

    let page = text(&get(&district, &format!("{path}?lang=zh"), Some(&desk)));
    for shown in ["报失", "相机", "沙滩公园", "&lt;b&gt;", "查看（将被记录）"] {
        assert!(page.contains(shown) || page.contains(&shown.replace("&lt;", "&#60;").replace("&gt;", "&#62;")), "{shown}");
    }
    assert!(!page.contains("欧阳某") && !page.contains("<b>银色"));
    let picture = get(&district, &format!("/desk/photos/{photo}"), Some(&desk));
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert_eq!(get(&district, &format!("/desk/photos/{photo}"), None).status, 303);

    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let ask = |cookie: &str, csrf: &str| {
        request(&district, Method::Post, &format!("{path}/contact"), Some(cookie), &format!("csrf={csrf}&lang=zh"))
    };
    assert_eq!(ask(&desk, "forged").status, 403);
    assert_eq!(district.count("SELECT count(*) FROM access_log"), 0);
    assert!(text(&ask(&desk, &csrf)).contains("欧阳某"));
    assert_eq!(district.count("SELECT count(*) FROM access_log WHERE reader = 'wang'"), 1);

    let auditor = log_in(&district, "li", Role::Auditor);
    let page = text(&get(&district, &format!("{path}?lang=en"), Some(&auditor)));
    assert!(page.contains("Loss reported") && !page.contains("contact"));
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(ask(&auditor, &csrf).status, 403);
    assert_eq!(get(&district, "/desk/records/999999", Some(&desk)).status, 404);
}

#[test]
fn p14_a_record_whose_owner_is_erased_says_so_and_shows_what_is_left() {
    let district = District::open();
    let phone = open_phone(&district.phone_path("p"), Arc::new(NativeTransport::new()));
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    let draft = LostReportDraft {
        category: ItemCategory::Camera,
        description: "银色相机".to_owned(),
        place: "沙滩公园".to_owned(),
        photos: vec![phone.attach(&liuye_tests::png(7, 300)).unwrap().sha256],
        ..lost_keys()
    };
    let id = phone.lost().report(draft).unwrap().id;
    phone.sync(SyncReason::User).unwrap();
    let desk = log_in(&district, "wang", Role::Desk);
    let path = format!("/desk/records/{}?lang=en", district.hub().about(&id).unwrap()[0].position);
    assert!(!text(&get(&district, &path, Some(&desk))).contains("erased"));
    district.hub().erase(&id, "wang").unwrap();
    let page = text(&get(&district, &path, Some(&desk)));
    assert!(page.contains("erased") && page.contains("camera"), "{page}");
    assert!(!page.contains("银色相机") && !page.contains("沙滩公园") && !page.contains("/desk/photos/"));
}

#[test]
fn a_notice_is_looked_at_by_who_may_read_and_printed_with_a_link_by_who_answers_for_it() {
    let district = District::open();
    let phone = district.staff("p-005");
    let draft = HazardDraft {
        venue: "v-001".to_owned(),
        inspection: None,
        description: "</main><script>alert(1)</script>".to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    let hazard = phone.safety().add_hazard(draft).unwrap().id;
    let draft = AssignDraft { owner: "owner".to_owned(), due: "2099-12-31T18:00:00+08:00".to_owned(), plan: None };
    phone.safety().assign(&hazard, draft).unwrap();
    let draft = NoticeDraft { hazard, requirement: "clear it".to_owned(), legal_basis: "art. 60".to_owned() };
    let notice = phone.safety().issue_notice(draft).unwrap().id;
    phone.sync(SyncReason::User).unwrap();
    let (path, print) = (format!("/desk/notices/{notice}?lang=en"), format!("/desk/notices/{notice}/print"));
    assert_eq!(get(&district, &path, None).status, 303);
    let cookie = log_in(&district, "wang", Role::Desk);
    let page = get(&district, &path, Some(&cookie));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'; img-src data:"));
    let page = text(&page);
    assert!(page.contains("clear it") && !page.contains("<script>") && !page.contains("/r/"), "looking makes no link");
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = |csrf: &str| format!("csrf={csrf}&lang=en");
    assert_eq!(request(&district, Method::Post, &print, Some(&cookie), &form("made-up")).status, 403);
    let printed = text(&request(&district, Method::Post, &print, Some(&cookie), &form(&csrf)));
    let link = printed.split(&format!("{}/r/", district.url())).nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(get(&district, &format!("/r/{link}"), None).status, 200);
    assert_eq!(get(&district, "/desk/notices/v-001", Some(&cookie)).status, 404, "a venue is no notice");
    let admin = log_in(&district, "root", Role::Admin);
    assert_eq!(get(&district, &path, Some(&admin)).status, 403);
    let auditor = log_in(&district, "zhuo", Role::Auditor);
    assert!(!text(&get(&district, &path, Some(&auditor))).contains("csrf"), "an auditor reads, and hands nothing out");
    assert_eq!(district.count("SELECT count(*) FROM operator_links"), 1);
    let position = district.hub().about(&notice).unwrap()[0].position;
    let record = text(&get(&district, &format!("/desk/records/{position}?lang=en"), Some(&cookie)));
    assert!(record.contains(&format!("/desk/notices/{notice}")), "its record leads to it");
}
