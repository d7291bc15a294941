//! The figures at the desk: of a window as of a position, down to the records behind each, as a table and as a month to print.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::domain::{Figure, Role};
use liuye_tests::{DeskBrowser, District};

/// A session that was held by one officer and verified by another.
fn verified_session(district: &District, desk: &DeskBrowser, at: &str) -> String {
    let (from, to) = (format!("{at}T19:00"), format!("{at}T21:00"));
    let fields = [("topics", "t-fraud"), ("materials", "m-fraud-leaflet"), ("zone", "z1"), ("place", "夜市"), ("from", &from), ("to", &to)];
    assert_eq!(desk.post("/desk/publicity", &fields).status, 303);
    let planned = "SELECT id FROM documents WHERE kind = 'publicity_session' AND json_extract(body, '$.state') = 'planned'";
    let id: String = district.ledger().query_row(planned, [], |row| row.get(0)).unwrap();
    desk.act(&format!("/desk/publicity/{id}/hold"), &[("audience", "40")]);
    id
}

/// What a page shows as the value of a figure.
fn value<'a>(page: &'a str, figure: &str) -> &'a str {
    page.split(&format!("/desk/figures/{figure}?")).nth(1).unwrap().split('>').nth(1).unwrap().split('<').next().unwrap()
}

#[test]
fn each_figure_is_what_the_hub_counts_and_leads_down_to_its_records() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let other = DeskBrowser::log_in(&district, "dai", Role::Desk, Some("p-004"));
    let session = verified_session(&district, &desk, "2024-05-01");
    let before = desk.get("/desk/figures?lang=en").text;
    assert_eq!(value(&before, "publicity_sessions"), "0", "held, and not verified yet");
    let as_of = district.hub().head().unwrap();
    other.act(&format!("/desk/publicity/{session}/verify"), &[("note", "<b>在场")]);

    for (lang, name) in [("en", "Publicity sessions"), ("zh-CN", "宣传（场次）")] {
        let page = desk.get(&format!("/desk/figures?lang={lang}")).text;
        assert!(page.contains(name) && !page.contains("<script>"), "{lang}");
        assert_eq!(value(&page, "publicity_sessions"), "1", "{lang}");
        assert_eq!(value(&page, "personnel_active"), "29");
        assert_eq!(value(&page, "zones_active"), "5");
    }
    // As of the position before it was verified it is not counted, whenever one asks.
    let then = desk.get(&format!("/desk/figures?as_of={as_of}")).text;
    assert_eq!(value(&then, "publicity_sessions"), "0");
    let by_month = desk.get("/desk/figures?from=2024-01-01&through=2099-12-31&lang=en").text;
    assert!(by_month.contains(">2024-01</span>") && by_month.contains(">2099-12</span>"), "a long window is shown by months");
    let chart = desk.get("/desk/figures?lang=en").text;
    assert!(chart.contains("role=\"img\"") && chart.contains("class=\"fill-wait\""), "the chart is a picture of the page itself");

    let behind = desk.get("/desk/figures/publicity_sessions?lang=en").text;
    let position: u64 =
        district.ledger().query_row("SELECT position FROM operations WHERE kind = 'publicity.verify'", [], |row| row.get(0)).unwrap();
    assert!(behind.contains(&format!("href=\"/desk/records/{position}\"")), "down to the record that says so");
    assert!(!behind.contains("<b>在场"));
    for figure in Figure::ALL {
        assert_eq!(desk.get(&format!("/desk/figures/{}", figure.as_str())).status, 200, "{}", figure.as_str());
    }
    let table = desk.get(&format!("/desk/figures.csv?from=2024-01-01&through=2099-12-31&as_of={}", district.hub().head().unwrap()));
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(table.text.starts_with("figure,value,definition_version\n") && table.text.contains("publicity_sessions,1,1"), "{}", table.text);
    let records = desk.get("/desk/figures/publicity_sessions/records.csv");
    assert!(records.text.contains(&format!(",{position},")) && records.text.contains("publicity.verify,p-004"), "{}", records.text);
}

#[test]
fn a_month_is_printed_in_both_languages_and_says_when_it_is_not_over() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let chinese = desk.get("/desk/figures/report?month=2024-07&lang=zh-CN").text;
    for words in ["警保联动工作月报（2024年7月）", "一、巡逻防控", "现有安保力量29人", "动态清零", "填报人："]
    {
        assert!(chinese.contains(words), "{words}");
    }
    let english = desk.get("/desk/figures/report?month=2024-07&lang=en").text;
    assert!(english.contains("monthly report, July 2024") && english.contains("29 persons serve") && !english.contains("本月"));
    assert!(!english.contains("The month is not over"));
    assert!(desk.get("/desk/figures/report?month=2099-01&lang=en").text.contains("The month is not over"));
    assert!(english.contains("month=2024-06") && english.contains("month=2024-08"));
    assert_eq!(desk.get("/desk/figures/report").status, 200);
}

#[test]
fn nonsense_is_refused_kindly_and_only_readers_of_cases_see_figures() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    for query in [
        "from=soon",
        "through=2024-02-30",
        "from=2024-02-01&through=2024-01-01",
        "as_of=999999",
        "as_of=-1",
        "as_of=x",
        "from=0001-01-01",
        "from=-262143-01-01",
    ] {
        assert_eq!(desk.get(&format!("/desk/figures?{query}")).status, 400, "{query}");
        assert!(desk.get(&format!("/desk/figures.csv?{query}")).status < 500, "{query}");
    }
    assert_eq!(desk.get("/desk/figures/no_such_figure").status, 404);
    assert_eq!(desk.get("/desk/figures/report?month=%3Cscript%3E").status, 400);
    let admin = DeskBrowser::log_in(&district, "xiang", Role::Admin, Some("p-002"));
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, None);
    for path in [
        "/desk/figures",
        "/desk/figures.csv",
        "/desk/figures/report",
        "/desk/figures/hazards_found",
        "/desk/figures/hazards_found/records.csv",
    ] {
        assert_eq!(admin.get(path).status, 403, "{path}");
        assert_eq!(auditor.get(path).status, 200, "{path}");
        let logged = format!("SELECT count(*) FROM access_log WHERE reader = 'zhuo' AND subject = '{path}'");
        assert_eq!(district.count(&logged), 1, "{path}: each reading is logged");
    }
}
