//! Publicity and disputes at the desk: sessions that somebody else vouches for, leaflets of which each is accounted for, and disputes
//! that go their road step by step, never by an auxiliary alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::domain::{DocumentKind, Role};
use liuye_tests::{DeskBrowser, District};

fn operations(district: &District) -> u64 {
    district.count("SELECT count(*) FROM operations")
}

fn only(district: &District, kind: DocumentKind) -> String {
    let found = district.hub().documents(kind, 10, 0).unwrap();
    assert_eq!(found.len(), 1);
    found[0].id.clone()
}

fn state(district: &District, id: &str) -> String {
    district.hub().document(id).unwrap().unwrap().body["state"].as_str().unwrap().to_owned()
}

const SESSION: [(&str, &str); 6] = [
    ("topics", "t-fraud"),
    ("materials", "m-fraud-leaflet"),
    ("zone", "z1"),
    ("place", "夜市<一号>"),
    ("from", "2024-05-01T19:00"),
    ("to", "2024-05-01T21:00"),
];

#[test]
fn a_session_is_held_and_verified_by_another_and_every_leaflet_is_accounted_for() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let commander = DeskBrowser::log_in(&district, "qin", Role::Commander, Some("p-001"));
    desk.act("/desk/publicity", &SESSION);
    let session = only(&district, DocumentKind::PublicitySession);
    desk.act("/desk/publicity/leaflets/stock", &[("material", "m-fraud-leaflet"), ("quantity", "100")]);
    let batch = only(&district, DocumentKind::Leaflets);
    let leaflets = |step: &str, quantity: &str| {
        let fields = [("batch", batch.as_str()), ("session", session.as_str()), ("quantity", quantity)];
        desk.post(&format!("/desk/publicity/leaflets/{step}"), &fields)
    };
    assert_eq!(leaflets("issue", "70").status, 303);
    let short = leaflets("issue", "31");
    assert!(short.status == 422 && short.text.contains("id=\"move-quantity-fault\""), "so many are not there");
    assert_eq!(leaflets("return", "20").status, 303);
    assert_eq!(leaflets("waste", "5").status, 303);
    assert_eq!(leaflets("waste", "46").status, 422);
    for (step, quantity) in [("issue", "0"), ("issue", "many"), ("return", "-1")] {
        assert_eq!(leaflets(step, quantity).status, 422, "{step} {quantity}");
    }
    let verify = format!("/desk/publicity/{session}/verify");
    assert_eq!(commander.post(&verify, &[]).status, 422, "it was not held yet");
    desk.act(&format!("/desk/publicity/{session}/hold"), &[("audience", "40"), ("note", "<i>雨")]);
    let own = desk.post(&verify, &[]);
    assert!(own.status == 422 && own.text.contains("id=\"step-fault\""), "nobody vouches for their own");
    commander.act(&verify, &[]);
    assert_eq!(state(&district, &session), "verified");
    assert_eq!(leaflets("return", "1").status, 422, "what is verified stands");
    for (lang, words) in [("zh-CN", ["已核实", "库存 <strong>50</strong>"]), ("en", ["Verified", "in stock <strong>50</strong>"])] {
        let page = desk.get(&format!("/desk/publicity?lang={lang}")).text;
        assert!(words.iter().all(|words| page.contains(words)), "{lang}");
        assert!(page.contains("夜市&#60;一号&#62;") && !page.contains("<i>雨"), "harmless");
        assert!(page.contains("\">45</td>"), "70 issued less 20 returned and 5 wasted were handed out");
    }
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_session_is_refused_with_the_words_at_its_field() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    for (name, value, fault) in [
        ("topics", "t-gossip", "plan-topics-fault"),
        ("zone", "z9", "plan-zone-fault"),
        ("place", "", "plan-place-fault"),
        ("from", "soon", "plan-from-fault"),
        ("to", "2024-05-01T18:00", "plan-to-fault"),
        ("to", "2024-05-03T18:00", "plan-to-fault"),
    ] {
        let fields: Vec<_> = SESSION.iter().map(|(field, own)| (*field, if *field == name { value } else { *own })).collect();
        let answer = desk.post("/desk/publicity", &fields);
        assert!(answer.status == 422 && answer.text.contains(&format!("id=\"{fault}\"")), "{name}={value}: {}", answer.status);
    }
    let none: Vec<_> = SESSION.iter().copied().filter(|(field, _)| *field != "topics").collect();
    assert!(desk.post("/desk/publicity", &none).text.contains("id=\"plan-topics-fault\""));
    assert_eq!(operations(&district), 0);
}

#[test]
fn a_dispute_goes_its_road_by_an_officer_and_each_step_that_is_not_due_is_refused() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let report =
        [("category", "purchase"), ("zone", "z1"), ("place", "钵子菜馆"), ("parties", "2"), ("description", "<script>alert(1)</script>")];
    let dispute = desk.post("/desk/disputes", &report).to;
    let id = dispute.rsplit('/').next().unwrap().to_owned();
    let page = desk.get(&dispute).text;
    assert!(page.contains("&#60;script&#62;alert(1)") && !page.contains("<script>alert"));
    assert!(page.contains("/screen\"") && !page.contains("/agree\""), "only what can be done is offered");
    assert_eq!(
        desk.post(&format!("{dispute}/agree"), &[("mediators", "p-003"), ("terms", "x"), ("perform_by", "2031-01-01T00:00")]).status,
        422
    );
    desk.act(&format!("{dispute}/screen"), &[("note", "双方在场")]);
    let alone = desk.post(&format!("{dispute}/police?lang=en"), &[("mediators", "p-011")]);
    assert!(alone.status == 422 && alone.text.contains("id=\"police-mediators-fault\""), "an auxiliary never mediates alone");
    assert_eq!(desk.post(&format!("{dispute}/police"), &[("mediators", "")]).status, 422);
    desk.act(&format!("{dispute}/police"), &[("mediators", "p-003, p-011")]);
    assert_eq!(state(&district, &id), "police_mediation");
    let list = desk.get("/desk/disputes?lang=en").text;
    assert!(list.contains("Gong Zhilan, Xiong Zechuan") && list.contains("Mediated by police"), "both mediators are named");
    assert_eq!(desk.post(&format!("{dispute}/agree"), &[("mediators", "p-003"), ("terms", "退款"), ("perform_by", "soon")]).status, 422);
    let agreed = desk
        .act(&format!("{dispute}/agree"), &[("mediators", "p-003，p-011"), ("terms", "退款二十元"), ("perform_by", "2031-01-01T00:00")]);
    assert!(agreed.text.contains("退款二十元"));
    desk.act(&format!("{dispute}/perform"), &[]);
    assert_eq!(desk.post(&format!("{dispute}/revisit"), &[("note", " ")]).status, 422, "what was heard has to be said");
    desk.act(&format!("{dispute}/revisit"), &[("note", "双方满意")]);
    let closed = desk.act(&format!("{dispute}/close?lang=zh-CN"), &[]);
    assert!(closed.text.contains("已结案") && !closed.text.contains(&format!("action=\"{dispute}")));

    // Another goes the other ways: people's mediation that fails, and the law.
    let second = desk.post("/desk/disputes", &report).to;
    desk.act(&format!("{second}/screen"), &[]);
    desk.act(&format!("{second}/peoples"), &[("mediators", "李调解员")]);
    desk.act(&format!("{second}/retry"), &[("mediators", "李调解员")]);
    desk.act(&format!("{second}/fail"), &[("mediators", "李调解员"), ("reason", "分歧大")]);
    desk.act(&format!("{second}/legal"), &[("note", "告知诉讼途径")]);
    let third = desk.post("/desk/disputes", &report).to;
    desk.act(&format!("{third}/screen"), &[]);
    desk.act(&format!("{third}/refer"), &[("authority", "市场监管局"), ("reason", "属其职责")]);
    assert_eq!(district.hub().documents(DocumentKind::Dispute, 10, 0).unwrap().len(), 3);
    let by = "SELECT count(*) FROM operations WHERE kind LIKE 'dispute.%' AND actor = 'p-003' AND state = 'applied'";
    assert_eq!(district.count(by), operations(&district), "each step is an operation of a named officer, and nothing refused was written");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn an_overdue_dispute_comes_first_and_says_so() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let report =
        |place: &str| desk.post("/desk/disputes", &[("category", "other"), ("place", place), ("parties", "2"), ("description", "x")]).to;
    let (first, second) = (report("a"), report("b"));
    let id = second.rsplit('/').next().unwrap();
    district.ledger().execute("UPDATE documents SET body = json_set(body, '$.due', 1) WHERE id = ?1", [id]).unwrap();
    let page = desk.get("/desk/disputes?lang=en").text;
    assert!(page.find(&second).unwrap() < page.find(&first).unwrap());
    assert_eq!(page.matches(">overdue<").count(), 1);
}

#[test]
fn publicity_and_disputes_are_the_desks_to_write_and_the_auditors_to_read() {
    let district = District::open();
    let desk = DeskBrowser::duty_officer(&district);
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, Some("p-010"));
    let admin = DeskBrowser::log_in(&district, "xiang", Role::Admin, Some("p-002"));
    let nobody = DeskBrowser::log_in(&district, "nobody", Role::Desk, None);
    desk.act("/desk/publicity", &SESSION);
    let session = only(&district, DocumentKind::PublicitySession);
    let dispute = desk.post("/desk/disputes", &[("category", "other"), ("place", "x"), ("parties", "2"), ("description", "x")]).to;
    let before = operations(&district);
    let steps = ["screen", "police", "peoples", "retry", "refer", "agree", "perform", "revisit", "close", "fail", "legal"];
    let mut paths = vec!["/desk/publicity".to_owned(), "/desk/disputes".to_owned()];
    paths.extend(["hold", "verify"].map(|step| format!("/desk/publicity/{session}/{step}")));
    paths.extend(["stock", "issue", "return", "waste"].map(|step| format!("/desk/publicity/leaflets/{step}")));
    paths.extend(steps.map(|step| format!("{dispute}/{step}")));
    for path in &paths {
        for browser in [&auditor, &admin] {
            assert_eq!(browser.post(path, &SESSION).status, 403, "{path}");
        }
        assert_eq!(desk.post_forged(path, &SESSION).status, 403, "{path} without the session's own form");
        assert_eq!(nobody.post(path, &SESSION).status, 422, "{path} by an account that stands for nobody");
    }
    assert_eq!(operations(&district), before);
    for path in ["/desk/publicity".to_owned(), "/desk/disputes".to_owned(), dispute.clone()] {
        assert_eq!(admin.get(&path).status, 403, "{path}");
        let read = auditor.get(&path);
        assert!(read.status == 200 && !read.text.contains(&format!("action=\"{path}")), "{path}");
    }
    assert_eq!(desk.post(&format!("{dispute}/explode"), &[]).status, 404);
    assert_eq!(desk.post("/desk/publicity/v-001/hold", &[("audience", "1")]).status, 422, "a venue is no session");
    assert_eq!(desk.get("/desk/disputes/v-001").status, 404);
}
