//! What answers a search, and which texts of a document it may be asked for.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;

use liuye_core::Code;
use liuye_core::domain::{DocumentKind, SearchQuery, SearchTerm, SearchText};
use proptest::prelude::*;
use serde_json::{Value, json};

fn hazard(description: &str) -> SearchText {
    SearchText::of("hazard", &json!({ "description": description })).unwrap()
}

fn answers(description: &str, query: &str) -> bool {
    SearchQuery::parse(query).unwrap().score(&hazard(description)).is_some()
}

#[test]
fn a_chinese_word_of_one_two_or_more_characters_is_found_wherever_it_stands() {
    let text = "游客报称黑色真皮钱包遗失在河街";
    for query in ["钱", "包", "钱包", "真皮钱包", "河街", "街", "游", "钱包 河街", "河街,钱包"] {
        assert!(answers(text, query), "{query}");
    }
    for query in ["包钱", "钱夹", "真皮包", "河街 手机"] {
        assert!(!answers(text, query), "{query}");
    }
}

#[test]
fn a_stretch_of_chinese_does_not_cross_punctuation_or_fields() {
    assert!(!answers("黑色的钱,包在桌上", "钱包"));
    let body = json!({ "description": "门口堆钱", "note": "包已移走" });
    let text = SearchText::of("hazard", &body).unwrap();
    assert_eq!(SearchQuery::parse("钱包").unwrap().score(&text), None);
    assert!(SearchQuery::parse("堆钱 包已").unwrap().score(&text).is_some());
}

#[test]
fn another_word_is_found_by_its_beginning_and_not_by_its_middle() {
    for query in ["w", "wa", "wal", "wall", "wallet", "WALLET", "black wal", "wal, black!"] {
        assert!(answers("A black Wallet", query), "{query}");
    }
    for query in ["allet", "walle-x", "wallets", "black bag"] {
        assert!(!answers("A black Wallet", query), "{query}");
    }
}

#[test]
fn width_case_compatibility_forms_and_punctuation_make_no_difference() {
    for (text, query) in [
        ("ＩＰＨＯＮＥ１５手机", "iphone15 手机"),
        ("iPhone手机壳", "手机 IPH"),
        ("编号 CP-02 的巡逻点", "cp02 巡逻"),
        ("（重大）隐患:灭火器!", "灭火器"),
        ("ﬁre exit", "fire"),
        ("café", "cafe\u{301}"),
        ("㈱柳叶", "柳叶"),
    ] {
        let separate = query == "cp02 巡逻";
        assert_eq!(answers(text, query), !separate, "{text} {query}");
    }
    assert!(answers("编号 CP-02 的巡逻点", "cp-02"));
}

#[test]
fn scripts_without_spaces_are_searched_like_chinese() {
    for (text, query) in [("กระเป๋าสตางค์หาย", "สตางค์"), ("財布をなくしました", "なくし"), ("검은색 지갑을 잃어버렸어요", "지갑")]
    {
        assert!(answers(text, query), "{query}");
    }
}

#[test]
fn a_query_without_a_word_or_with_too_much_text_is_refused() {
    for query in ["", "  ", "，。！", "\u{200b}", "☎️"] {
        let error = SearchQuery::parse(query).unwrap_err();
        assert_eq!((error.code, error.field.as_ref()), (Code::Missing, "text"), "{query:?}");
    }
    assert_eq!(SearchQuery::parse(&"钱".repeat(201)).unwrap_err().code, Code::TooLong);
}

#[test]
fn a_whole_word_a_repeated_word_and_a_short_text_answer_better() {
    let score = |text: &str, query: &str| SearchQuery::parse(query).unwrap().score(&hazard(text)).unwrap();
    assert!(score("wall", "wall") > score("wallet", "wall"));
    assert!(score("钱包,黑色钱包", "钱包") > score("钱包,黑色手机", "钱包"));
    assert!(score("灭火器过期", "灭火器") > score("灭火器过期,经营者承诺三日内更换并报送照片,已现场告知其法律责任", "灭火器"));
}

/// Every text of a body that can be searched, by its path.
fn found_paths(kind: &str, body: &Value) -> BTreeSet<String> {
    fn paths(value: &Value, path: &str, all: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => all.push((path.to_owned(), text.clone())),
            Value::Array(entries) => entries.iter().for_each(|entry| paths(entry, path, all)),
            Value::Object(fields) => fields.iter().for_each(|(name, field)| paths(field, format!("{path}.{name}").trim_matches('.'), all)),
            _ => {}
        }
    }
    let (mut all, text) = (Vec::new(), SearchText::of(kind, body));
    paths(body, "", &mut all);
    let is_found = |word: &str| text.as_ref().is_some_and(|text| SearchQuery::parse(word).unwrap().score(text).is_some());
    all.into_iter().filter(|(_, word)| is_found(word)).map(|(path, _)| path).collect()
}

#[test]
fn what_a_lost_report_hides_to_verify_claims_and_ids_are_not_searched() {
    let body = json!({
        "loss": { "description": "aaaa", "brand": "bbbb", "colour": "cccc", "marks": "dddd", "place": "eeee", "zone": "ffff",
                  "category": "gggg", "tracking_digest": "hhhh" },
        "note": "iiii", "reporter": "jjjj", "device": "kkkk", "operation": "llll", "photos": ["mmmm"], "contact": { "name": "nnnn" },
    });
    let found: Vec<_> = found_paths("lost_report", &body).into_iter().collect();
    assert_eq!(found, ["loss.brand", "loss.colour", "loss.description", "loss.place", "note"]);
}

#[test]
fn answers_to_questions_plans_and_names_in_both_languages_are_searched() {
    let inspection = json!({ "answers": [{ "item": "aaaa", "note": "bbbb" }, { "item": "cccc", "note": "dddd" }], "inspector": "eeee" });
    assert_eq!(found_paths("inspection", &inspection), ["answers.note".to_owned()].into());
    let venue = json!({ "id": "v-001", "name": { "zh": "柳叶酒店", "en": "Willow Hotel" }, "zone": "zzzz" });
    assert_eq!(found_paths("venue", &venue), ["id", "name.zh", "name.en"].map(str::to_owned).into());
    let hazard = json!({ "plan": { "measures": "aaaa", "owner": "bbbb" }, "found_by": "cccc" });
    assert_eq!(found_paths("hazard", &hazard), ["plan.measures", "plan.owner"].map(str::to_owned).into());
}

#[test]
fn kinds_that_nobody_reads_and_unknown_ones_have_no_text() {
    for kind in ["verdict", "redaction", "tag_counter", "of_a_newer_version"] {
        assert!(!SearchText::has(kind), "{kind}");
        assert_eq!(SearchText::of(kind, &json!({ "id": "x", "name": { "zh": "名" }, "note": "note" })), None);
    }
    assert!(DocumentKind::ALL.iter().filter(|kind| SearchText::has(kind.as_str())).count() >= 10);
}

/// Letters of several writings, with marks, wide forms and separators between.
fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select("钱包黑色ab c-é\u{301}，。Ａ１2ก็ 지".chars().collect::<Vec<_>>()), 1..24)
        .prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// The index is asked for terms first: whatever answers has to have them all.
    #[test]
    fn whatever_answers_has_every_term_of_the_query(text in texts(), query in texts()) {
        let (Ok(query), Some(text)) = (SearchQuery::parse(&query), SearchText::of("hazard", &json!({ "description": text }))) else {
            return Ok(());
        };
        let terms = text.terms();
        let has = |term: SearchTerm| match term {
            SearchTerm::Whole(term) => terms.contains(&term),
            SearchTerm::Beginning(term) => terms.iter().any(|other| other.starts_with(&term)),
        };
        prop_assert!(query.score(&text).is_none() || query.terms().into_iter().all(has));
        prop_assert!(terms.iter().all(|term| !term.contains([' ', '"'])));
    }

    /// What was folded once stays as it is, so that the index may keep it.
    #[test]
    fn a_text_answers_to_each_of_its_own_words(text in texts()) {
        if let Some(text) = SearchText::of("hazard", &json!({ "description": text })) {
            for word in text.as_str().split(' ') {
                prop_assert!(SearchQuery::parse(word).unwrap().score(&text).is_some(), "{word} in {text:?}");
            }
        }
    }
}
