//! The index against a plain look at every document, in any order of writing, forgetting and indexing.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};

use liuye_core::domain::{Document, DocumentKind};
use liuye_core::domain::{SearchQuery, SearchText};
use liuye_core::search::{SearchIndex, Unindexed};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;

/// A database that has the index alone.
fn database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE documents (id); CREATE TABLE meta (key, value); CREATE TABLE operations (epoch, seq);").unwrap();
    connection.execute_batch(include_str!("../src/store/sql/004_search.sql")).unwrap();
    connection
}

fn document(id: &str, kind: DocumentKind, text: &str, at: i64) -> Document {
    let body = json!({ "description": text, "note": text, "at": at });
    Document { id: id.to_owned(), kind: kind.to_string(), rev: 1, schema_version: 1, body, buckets: Vec::new(), conflicts: Vec::new() }
}

/// What a reader would call a match: Chinese anywhere within a stretch, other words by their beginnings.
fn is_in(text: &str, query: &str) -> bool {
    let stretches = |text: &str| -> Vec<String> {
        let spaced: String = text.chars().map(|c| if c.is_alphanumeric() { c.to_string() } else { " ".to_owned() }).collect();
        let mut out = String::new();
        for c in spaced.to_lowercase().chars() {
            if out.chars().last().is_some_and(|last| last != ' ' && c != ' ' && last.is_ascii() != c.is_ascii()) {
                out.push(' ');
            }
            out.push(c);
        }
        out.split_whitespace().map(str::to_owned).collect()
    };
    let words = stretches(text);
    stretches(query).iter().all(|wanted| {
        words.iter().any(|word| if wanted.is_ascii() { word.starts_with(wanted.as_str()) } else { word.contains(wanted.as_str()) })
    })
}

#[derive(Debug, Clone)]
enum Step {
    Write(u8, DocumentKind, String),
    Remove(u8),
    Index(usize),
    Compact,
}

const KINDS: [DocumentKind; 3] = [DocumentKind::Hazard, DocumentKind::CheckIn, DocumentKind::Verdict];

fn words(max: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select("钱包黑白aabBwW 1,。".chars().collect::<Vec<_>>()), 1..max).prop_map(String::from_iter)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..12_u8, prop::sample::select(KINDS.to_vec()), words(14)).prop_map(|(id, kind, text)| Step::Write(id, kind, text)),
        2 => (0..12_u8).prop_map(Step::Remove),
        3 => (1..8_usize).prop_map(Step::Index),
        1 => Just(Step::Compact),
    ];
    prop::collection::vec(step, 1..40)
}

/// Terms of the index, its own ones aside, with how many documents have each.
fn terms(connection: &Connection) -> BTreeMap<String, u64> {
    connection.execute_batch("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, search_terms, row)").unwrap();
    let mut statement = connection.prepare("SELECT term, doc FROM temp.vocabulary").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).unwrap().map(Result::unwrap);
    rows.filter(|(term, _)| !term.starts_with("kind:") && !term.starts_with("site:")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_a_look_at_every_document_finds(steps in steps(), queries in prop::collection::vec(words(4), 6), site in "(|a-site)") {
        let connection = database();
        let index = SearchIndex::new(&connection, &site);
        let other = SearchIndex::new(&connection, "another");
        let stranger = document("d1", DocumentKind::Hazard, "黑白钱包 baw1", 5);
        other.update("d1", Some(&stranger)).unwrap();
        let mut documents: BTreeMap<String, (Document, String)> = BTreeMap::new();
        let mut now = 0;
        for step in steps {
            now += 1;
            match step {
                Step::Write(id, kind, text) => {
                    let id = format!("d{id}");
                    documents.insert(id.clone(), (document(&id, kind, &text, now), text));
                    index.queue(&id).unwrap();
                }
                Step::Remove(id) => {
                    documents.remove(&format!("d{id}"));
                    index.forget(&format!("d{id}")).unwrap();
                }
                Step::Index(many) => {
                    for id in index.queued(many).unwrap() {
                        index.update(&id, documents.get(&id).map(|(document, _)| document)).unwrap();
                    }
                }
                Step::Compact => SearchIndex::compact(&connection).unwrap(),
            }
            connection.execute("INSERT INTO search_terms (search_terms) VALUES ('integrity-check')", []).unwrap();
            let unindexed: Unindexed = index
                .queued(usize::MAX)
                .unwrap()
                .into_iter()
                .map(|id| (id.clone(), documents.get(&id).map(|(document, _)| document.clone())))
                .collect();
            for text in &queries {
                let Ok(query) = SearchQuery::parse(text) else { continue };
                for kinds in [&[][..], &KINDS[..1], &KINDS[1..]] {
                    let found: BTreeSet<String> = index.find(&query, kinds, 200, &unindexed).unwrap().into_iter().collect();
                    let there = documents.values().filter(|(document, description)| {
                        let kind = DocumentKind::parse(&document.kind).unwrap();
                        let is_wanted = kinds.is_empty() || kinds.contains(&kind);
                        is_wanted && kind != DocumentKind::Verdict && is_in(description, text)
                    });
                    prop_assert_eq!(found, there.map(|(document, _)| document.id.clone()).collect(), "{}", text);
                }
            }
        }
        // Once everything is forgotten, nothing is left but the other site's.
        documents.keys().for_each(|id| index.forget(id).unwrap());
        let left: BTreeMap<String, u64> = SearchText::of(&stranger.kind, &stranger.body).unwrap().terms().into_iter().map(|term| (term, 1)).collect();
        prop_assert_eq!(terms(&connection), left);
    }
}

#[test]
fn of_equal_answers_the_newest_comes_first_and_what_has_no_time_does_not_age() {
    let connection = database();
    let index = SearchIndex::new(&connection, "");
    let day = 86_400_000;
    for (id, kind, at) in
        [("old", DocumentKind::Hazard, 200 * day), ("new", DocumentKind::Hazard, 400 * day), ("venue", DocumentKind::Venue, 0)]
    {
        let mut document = document(id, kind, "灭火器", at);
        document.body["name"] = json!({ "zh": "灭火器", "en": "灭火器" });
        index.update(id, Some(&document)).unwrap();
    }
    let query = SearchQuery::parse("灭火器").unwrap();
    let found = index.find(&query, &[DocumentKind::Hazard], 10, &Unindexed::new()).unwrap();
    assert_eq!(found, ["new", "old"]);
    let found = index.find(&query, &[], 10, &Unindexed::new()).unwrap();
    assert!(found.iter().position(|id| id == "venue") < found.iter().position(|id| id == "old"), "{found:?}");
    assert_eq!(index.find(&query, &[], 1, &Unindexed::new()).unwrap().len(), 1);
}

/// The negative control: a change that nobody queued is not found, so that the comparison above can fail.
#[test]
fn a_change_that_nobody_queued_is_missed() {
    let connection = database();
    let index = SearchIndex::new(&connection, "");
    index.update("d1", Some(&document("d1", DocumentKind::Hazard, "钱包", 1))).unwrap();
    let found = |text: &str| index.find(&SearchQuery::parse(text).unwrap(), &[], 10, &Unindexed::new()).unwrap().len();
    assert_eq!((found("钱包"), found("手机")), (1, 0));
    let changed = document("d1", DocumentKind::Hazard, "手机", 1);
    assert_eq!(found("手机"), 0);
    let unindexed = Unindexed::from([("d1".to_owned(), Some(changed))]);
    let found = |text: &str| index.find(&SearchQuery::parse(text).unwrap(), &[], 10, &unindexed).unwrap().len();
    assert_eq!((found("钱包"), found("手机")), (0, 1));
}

/// Words that nobody else has, in no order.
fn rare_word(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let letter = |_| {
        state ^= state >> 29;
        state = state.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        char::from(b'a' + u8::try_from(state >> 40 & 15).unwrap())
    };
    (0..12).map(letter).collect()
}

/// Whether the bytes of any of the index's own tables hold a word's last six letters.
fn has_trace(connection: &Connection, word: &str) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM search_terms_data WHERE instr(block, ?1) > 0)
                   OR EXISTS (SELECT 1 FROM search_terms_idx WHERE instr(CAST(term AS BLOB), ?1) > 0)";
    connection.query_row(sql, [&word.as_bytes()[6..]], |row| row.get(0)).unwrap()
}

/// How many forgotten words of many still have a trace in the index, before it is written anew.
fn traces(connection: &Connection) -> usize {
    let index = SearchIndex::new(connection, "");
    let words: Vec<String> = (1..2000).map(rare_word).collect();
    for (number, word) in words.iter().enumerate() {
        index.update(&format!("d{number}"), Some(&document(&format!("d{number}"), DocumentKind::Hazard, word, 1))).unwrap();
    }
    assert!(words.iter().all(|word| has_trace(connection, word)), "the control: a word is there to be found");
    for number in (0..words.len()).step_by(2) {
        index.forget(&format!("d{number}")).unwrap();
    }
    assert!(words.iter().skip(1).step_by(2).all(|word| has_trace(connection, word)), "what was not forgotten stays");
    words.iter().step_by(2).filter(|word| has_trace(connection, word)).count()
}

#[test]
fn what_was_forgotten_leaves_no_trace_among_the_terms() {
    assert_eq!(traces(&database()), 0);
    // The negative control: without the setting a word is marked, and stays.
    let connection = database();
    connection.execute("INSERT INTO search_terms (search_terms, rank) VALUES ('secure-delete', 0)", []).unwrap();
    assert!(traces(&connection) > 100);
}
