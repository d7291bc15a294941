//! Searching on a phone and at the hub: what is found is what a look at every document finds, whatever was written, synced, taken
//! away or erased, and no save pays for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use liuye_core::Code;
use liuye_core::companion::{CheckInDraft, Companion, HazardDraft, LostReportDraft, Page, SyncReason};
use liuye_core::domain::{
    CheckInEvidence, Contact, Document, DocumentKind, HazardGrade, ItemCategory, Kind, LostReportState, Movement, SearchQuery, SearchText,
};
use liuye_hub::Edition;
use liuye_tests::plain::{folder_bytes, holds, phone_bytes};
use liuye_tests::{District, open_phone};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};

const KEY: [u8; 32] = [42; 32];

/// More documents than a search looks through without an index.
const MANY: usize = 80;

fn report(phone: &Companion, description: &str) -> String {
    let draft = LostReportDraft {
        category: ItemCategory::Other,
        description: description.to_owned(),
        brand: None,
        colour: None,
        marks: Some("内侧有划痕 scratch".to_owned()),
        place: "河街".to_owned(),
        zone: None,
        lost_from: "2026-01-01T10:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T11:00:00+08:00".to_owned(),
        contact: Some(Contact { name: "欧阳某某".to_owned(), phone: "13900001234".to_owned(), identity_number: None, passport: None }),
        photos: Vec::new(),
    };
    phone.lost().report(draft).unwrap().id
}

fn add_hazard(phone: &Companion, venue: &str, description: &str) -> String {
    let draft = HazardDraft {
        venue: venue.to_owned(),
        inspection: None,
        description: description.to_owned(),
        grade: HazardGrade::General,
        fix: None,
        photos: Vec::new(),
    };
    phone.safety().add_hazard(draft).unwrap().id
}

fn check_in(phone: &Companion, payload: String, note: &str) {
    let draft = CheckInDraft {
        checkpoint: None,
        evidence: CheckInEvidence::Qr { payload },
        fix: None,
        movement: Movement::Foot,
        note: Some(note.to_owned()),
        photos: Vec::new(),
    };
    phone.patrol().check_in(draft).unwrap();
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

fn tourist(district: &District, name: &str) -> Companion {
    let phone = district.phone(name);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    phone
}

fn ids(documents: Vec<Document>) -> Vec<String> {
    documents.into_iter().map(|document| document.id).collect()
}

fn found(phone: &Companion, text: &str) -> Vec<String> {
    ids(phone.search(text, &[], 200).unwrap())
}

/// A phone's database, beside the companion that has it open.
fn keyed(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode(KEY))).unwrap();
    connection
}

/// Whether a term is in an index, and whether its texts have it.
fn in_index(connection: &Connection, term: &str) -> (bool, bool) {
    connection.execute_batch("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search_terms, row)").unwrap();
    let is_there = |sql: &str| connection.query_row(sql, [term], |row| row.get(0)).unwrap();
    (
        is_there("SELECT EXISTS (SELECT 1 FROM temp.vocabulary WHERE term = ?1)"),
        is_there("SELECT EXISTS (SELECT 1 FROM search_texts WHERE instr(text, ?1) > 0)"),
    )
}

#[test]
fn what_was_just_saved_is_found_without_a_hub_and_after_it_was_synced_on_the_other_phones_and_at_the_hub() {
    let district = District::open();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    let id = report(&author, "黑色真皮钱包，内有Ｖｉｓａ卡");
    for text in ["钱包", "钱", "皮钱", "VISA", "vis", "黑色 visa", "河街"] {
        assert_eq!(found(&author, text), [id.as_str()], "{text}");
    }
    assert_eq!(found(&desk, "钱包"), [] as [&str; 0]);
    sync(&author);
    sync(&desk);
    for phone in [&author, &desk] {
        assert_eq!(found(phone, "钱包 vis"), [id.as_str()]);
    }
    assert_eq!(ids(district.hub().search("钱包 vis", &[], 10).unwrap()), [id.as_str()]);
    // Neither the contact nor what verifies a claim answers anyone.
    for text in ["欧阳", "13900001234", "139", "划痕", "scratch"] {
        assert_eq!((found(&author, text), found(&desk, text)), (vec![], vec![]), "{text}");
        assert_eq!(district.hub().search(text, &[], 10).unwrap(), []);
    }
    // Names of places are in both languages.
    let site: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    let venue = &site["venues"][0];
    for name in [&venue["name"]["zh"], &venue["name"]["en"]] {
        let venues = ids(desk.search(name.as_str().unwrap(), &[DocumentKind::Venue], 10).unwrap());
        assert!(venues.contains(&venue["id"].as_str().unwrap().to_owned()), "{name}: {venues:?}");
        assert!(desk.search(name.as_str().unwrap(), &[DocumentKind::Zone, DocumentKind::Hazard], 10).unwrap().is_empty());
    }
}

#[test]
fn a_search_that_asks_for_nothing_or_for_too_much_is_refused_by_name() {
    let district = District::open();
    let phone = district.phone("author");
    for (text, limit, code, field) in
        [("，", 10, Code::Missing, "text"), ("钱包", 0, Code::OutOfRange, "limit"), ("钱包", 201, Code::OutOfRange, "limit")]
    {
        for error in [phone.search(text, &[], limit).unwrap_err(), district.hub().search(text, &[], limit).unwrap_err()] {
            assert_eq!((error.code, error.field.as_ref()), (code, field));
        }
    }
    assert_eq!(phone.search("钱包", &[], 10).unwrap(), []);
}

#[test]
fn a_document_that_changed_is_found_by_what_it_says_now() {
    let district = District::open();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    let id = report(&author, "雨伞");
    (0..MANY).for_each(|number| drop(report(&author, &format!("钥匙 {number}"))));
    sync(&author);
    sync(&desk);
    desk.lost().mark_candidate(&id, Some("鹦鹉图案".to_owned())).unwrap();
    assert_eq!((found(&desk, "鹦鹉"), found(&desk, "雨伞 鹦鹉")), (vec![id.clone()], vec![id.clone()]), "before it is sent");
    sync(&desk);
    sync(&author);
    for phone in [&author, &desk] {
        assert_eq!(found(phone, "鹦鹉"), [id.as_str()]);
    }
    desk.lost().mark_returned(&id, Some("已归还失主".to_owned())).unwrap();
    sync(&desk);
    sync(&author);
    for phone in [&author, &desk] {
        assert_eq!((found(phone, "鹦鹉"), found(phone, "归还")), (vec![], vec![id.clone()]));
    }
    assert_eq!(district.hub().search("鹦鹉", &[], 10).unwrap(), []);
    assert_eq!(ids(district.hub().search("归还", &[], 10).unwrap()), [id]);
}

#[test]
fn what_the_hub_holds_stays_in_the_view_and_is_found() {
    let district = District::open();
    let phone = district.phone("author");
    let id = report(&phone, "雨伞");
    (0..MANY).for_each(|number| drop(report(&phone, &format!("钥匙 {number}"))));
    assert_eq!(found(&phone, "雨伞"), [id.as_str()], "indexed as it was saved");
    let url = district.second_hub_of(Edition::without(&[Kind::LossReport]));
    phone.enrol(&url, &district.code(None)).unwrap();
    for _ in 0..2 {
        sync(&phone);
        assert_eq!(phone.outbox().unwrap().held, MANY as u64 + 1);
        assert_eq!((found(&phone, "雨伞"), found(&phone, "钥匙").len()), (vec![id.clone()], MANY));
    }
}

/// What a look at every document finds.
fn looked_through(documents: impl Iterator<Item = Document>, text: &str) -> Vec<String> {
    let query = SearchQuery::parse(text).unwrap();
    let answers = |document: &Document| SearchText::of(&document.kind, &document.body).and_then(|text| query.score(&text)).is_some();
    let mut found = ids(documents.filter(answers).collect());
    found.sort_unstable();
    found
}

fn all_of(list: impl Fn(DocumentKind, u32) -> Vec<Document>) -> Vec<Document> {
    let mut all = Vec::new();
    for kind in DocumentKind::ALL {
        for offset in (0..).step_by(200) {
            let page = list(*kind, offset);
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
    }
    all
}

#[derive(Debug, Clone)]
enum Step {
    Report(String),
    ReportMany,
    Withdraw(usize),
    Note(usize, String),
    Return(usize),
    SyncAuthor,
    SyncDesk,
    SweepHub,
    SearchOnly,
    OpenAgain,
}

fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["黑色钱包", "白色手机", "钱", "wallet", "wall", "手机壳 black", "包", "Ｗallet 黑"]).prop_map(str::to_owned)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => words().prop_map(Step::Report),
        1 => Just(Step::ReportMany),
        2 => (0..9_usize).prop_map(Step::Withdraw),
        3 => (0..9_usize, words()).prop_map(|(which, note)| Step::Note(which, note)),
        1 => (0..9_usize).prop_map(Step::Return),
        4 => Just(Step::SyncAuthor),
        4 => Just(Step::SyncDesk),
        1 => Just(Step::SweepHub),
        1 => Just(Step::SearchOnly),
        1 => Just(Step::OpenAgain),
    ];
    prop::collection::vec(step, 12..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn phones_and_hub_find_what_a_look_at_every_document_finds_in_any_order_of_work_and_syncs(steps in steps()) {
        let district = District::open();
        let (mut author, desk) = (tourist(&district, "author"), district.staff("p-003"));
        for step in steps {
            let mine = ids(author.documents(DocumentKind::LostReport, Page::first(200)).unwrap());
            let theirs = ids(desk.documents(DocumentKind::LostReport, Page::first(200)).unwrap());
            // What the rules refuse is refused, and changes nothing.
            match step {
                Step::Report(text) => drop(report(&author, &text)),
                Step::ReportMany => (0..MANY).for_each(|number| drop(report(&author, &format!("手机 {number}")))),
                Step::Withdraw(which) => drop(mine.get(which).map(|id| author.lost().withdraw(id, None))),
                Step::Note(which, note) => drop(theirs.get(which).map(|id| desk.lost().mark_candidate(id, Some(note)))),
                Step::Return(which) => drop(theirs.get(which).map(|id| desk.lost().mark_returned(id, Some("归还".to_owned())))),
                Step::SyncAuthor => sync(&author),
                Step::SyncDesk => sync(&desk),
                Step::SweepHub => drop(district.hub().sweep().unwrap()),
                Step::SearchOnly => {}
                Step::OpenAgain => {
                    author.close().unwrap();
                    author = district.phone("author");
                }
            }
            for text in ["钱包", "手机", "钱", "包", "wal", "黑 wallet", "归还"] {
                for phone in [&author, &desk] {
                    let mut answers = found(phone, text);
                    answers.sort_unstable();
                    let documents = all_of(|kind, offset| phone.documents(kind, Page { limit: 200, offset }).unwrap());
                    let there = looked_through(documents.into_iter(), text);
                    prop_assert!(answers.iter().all(|id| there.contains(id)), "{text}: {answers:?} {there:?}");
                    prop_assert_eq!(answers.len(), there.len().min(200), "{}", text);
                }
                let answers = ids(district.hub().search(text, &[], 200).unwrap());
                let documents = all_of(|kind, offset| district.hub().documents(kind, 200, offset).unwrap());
                let there = looked_through(documents.into_iter(), text);
                prop_assert!(answers.iter().all(|id| there.contains(id)), "{text}");
                prop_assert_eq!(answers.len(), there.len().min(200), "{}", text);
            }
        }
    }
}

#[test]
fn p10_what_a_phone_may_no_longer_see_leaves_its_index_and_what_it_did_itself_stays() {
    let district = District::open();
    let mut site: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    let venue = |zone: &str| {
        let venues = site["venues"].as_array().unwrap();
        venues.iter().find(|venue| venue["zone"] == zone).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (old, new) = (venue("z1"), venue("z5"));
    let inspector = district.staff("p-005");
    for number in 0..MANY {
        add_hazard(&inspector, &old, &format!("安全出口堆放杂物 obstructed {number}"));
    }
    let other = add_hazard(&inspector, &new, "配电箱 uncovered");
    sync(&inspector);
    let phone = district.staff("p-011");
    check_in(&phone, district.qr("cp-02"), "护栏完好 railings");
    sync(&phone);
    let path = district.phone_path("p-011");
    assert_eq!(found(&phone, "杂物").len(), MANY);
    assert_eq!(in_index(&keyed(&path), "obstructed"), (true, true), "the control: it is in the index");
    for person in site["persons"].as_array_mut().unwrap() {
        if person["id"] == "p-011" {
            person["zones"] = json!(["z5"]);
        }
    }
    district.hub().import_site(&site.to_string()).unwrap();
    sync(&phone);
    sync(&phone);
    for term in ["obstructed", "杂物", "堆"] {
        assert_eq!((found(&phone, term), in_index(&keyed(&path), term)), (vec![], (false, false)), "{term}");
    }
    assert_eq!((found(&phone, "配电箱"), found(&phone, "railings").len()), (vec![other], 1));
    assert_eq!(found(&inspector, "杂物").len(), MANY, "whoever may see them finds them");
}

#[test]
fn p14_what_is_erased_leaves_the_indexes_and_no_byte_of_it_stays_in_any_file() {
    const TEXTS: [&str; 3] = ["amethystine", "quillfeather", "鸑鷟鸂鶒"];
    let district = District::open();
    let (author, desk) = (tourist(&district, "author"), district.staff("p-003"));
    let filler = |number: usize| drop(report(&author, &format!("钥匙一串 amending quilt number{number} {}", "word ".repeat(number % 30))));
    (0..MANY).for_each(filler);
    let id = report(&author, &format!("amethystine {}", "quillfeather 鸑鷟鸂鶒 ".repeat(5)));
    (MANY..2 * MANY).for_each(filler);
    sync(&author);
    sync(&desk);
    assert_eq!(ids(district.hub().search("quillfeather 鷟鸂", &[], 10).unwrap()), [id.as_str()]);
    let databases = || {
        let phones = ["author", "p-003"].map(|name| keyed(&district.phone_path(name)));
        phones.into_iter().chain([district.ledger()]).collect::<Vec<_>>()
    };
    assert!(databases().iter().all(|database| in_index(database, "quillfeather") == (true, true)), "the control: it is indexed");

    district.hub().erase(&id, "operator").unwrap();
    assert_eq!(district.hub().search("quillfeather", &[], 10).unwrap(), []);
    sync(&author);
    sync(&desk);
    for term in TEXTS.into_iter().chain(["鸑", "鷟鸂", "qui:", "ame:"]) {
        let is_of_others = matches!(term, "qui:" | "ame:");
        for database in databases() {
            let (term_stays, text_stays) = in_index(&database, term);
            assert_eq!((term_stays, text_stays), (is_of_others, false), "{term}");
        }
    }
    for phone in [&author, &desk] {
        assert_eq!((found(phone, "quillfeather"), found(phone, "quilt").len()), (vec![], 2 * MANY));
    }
    for text in TEXTS {
        assert!(folder_bytes(&district.hub_folder()).iter().all(|(_, bytes)| !holds(bytes, text)), "{text}");
        for name in ["author", "p-003"] {
            assert!(!holds(&phone_bytes(&district.phone_path(name), &KEY), text), "{text} on {name}");
        }
    }
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p14_a_report_that_is_withdrawn_before_it_was_sent_leaves_the_index_at_once() {
    let district = District::open();
    let phone = district.phone("author");
    let id = report(&phone, "amethystine 雨伞");
    (0..MANY).for_each(|number| drop(report(&phone, &format!("钥匙 {number}"))));
    assert_eq!(found(&phone, "雨伞"), [id.as_str()]);
    let database = keyed(&district.phone_path("author"));
    assert_eq!(in_index(&database, "amethystine"), (true, true));
    phone.lost().withdraw(&id, None).unwrap();
    assert_eq!((found(&phone, "雨伞"), in_index(&database, "amethystine")), (vec![], (false, false)));
    let seen = phone.lost().reports(Page::first(200)).unwrap().into_iter().find(|(other, _)| *other == id).unwrap().1;
    assert_eq!(seen.state, LostReportState::Withdrawn);
}

/// How many pages a database's write-ahead log has.
fn logged_pages(path: &Path) -> u64 {
    let bytes = std::fs::metadata(path.with_extension("db-wal")).map_or(0, |file| file.len());
    bytes.saturating_sub(32) / (4096 + 24)
}

#[test]
fn a_save_writes_no_page_for_the_index_and_does_not_even_need_one() {
    let district = District::open();
    drop(district.staff("p-011"));
    let save = |phone: &Companion| {
        for number in 1..8 {
            report(phone, &format!("钥匙一串 {number}"));
            check_in(phone, district.qr(&format!("cp-0{number}")), "护栏完好，水位正常");
        }
    };
    let pages = |name: &str, prepare: &dyn Fn(&Path)| {
        let path = district.phone_path(name);
        std::fs::copy(district.phone_path("p-011"), &path).unwrap();
        prepare(&path);
        keyed(&path).execute_batch("VACUUM").unwrap();
        let phone = open_phone(&path, std::sync::Arc::new(liuye_core::native::NativeTransport::new()));
        let before = logged_pages(&path);
        save(&phone);
        (logged_pages(&path) - before, phone)
    };
    let (with, phone) = pages("with", &|_| {});
    let drop_index = "DROP TABLE search_terms; DROP TABLE search_texts; DROP TABLE search_queue;";
    let (without, blind) = pages("without", &|path| keyed(path).execute_batch(drop_index).unwrap());
    assert!(with > 14 * 4, "something was written: {with} pages");
    assert_eq!(with, without, "pages of 14 saves");
    assert!(blind.search("钥匙", &[], 10).is_err(), "the control: the index is gone there");
    assert_eq!(found(&phone, "钥匙").len(), 7);
}
