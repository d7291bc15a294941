//! What can be searched for, and what answers: the texts of each noun, how they are folded, and how well one fits.
//!
//! Chinese is written without spaces, so that a stretch of it is looked for wherever it stands in a text; what is written with
//! spaces is looked for from the beginnings of its words.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::DocumentKind;
use crate::{Code, Error, Result};

/// A query is no longer than this, in characters.
const QUERY_MAX: usize = 200;
/// A word counts by so many of its first characters.
const WORD_MAX: usize = 40;
/// The beginnings of words up to so many characters are terms of their own: too many words share one to be gathered each time.
const START_MAX: usize = 3;
/// What marks such a beginning; no word has it.
const START: char = ':';

/// BM25's usual constants, and the length (in characters) of a usual text.
const SATURATION: f64 = 1.2;
const LENGTH_WEIGHT: f64 = 0.75;
const USUAL_LENGTH: f64 = 60.0;

impl DocumentKind {
    /// The texts of a body that its readers may look for. Whoever receives a document may read all of these.
    ///
    /// Left out are ids of others, and the marks of a lost thing: they prove who owns it, and a search that answers to them could
    /// be asked until it has told them.
    #[must_use]
    pub const fn searchable_fields(self) -> &'static [&'static str] {
        match self {
            Self::Site => &["name.zh", "name.en"],
            Self::Zone | Self::Checkpoint | Self::Route | Self::Venue | Self::KeyRoad | Self::DutyPost | Self::Checklist | Self::Topic => {
                &["id", "name.zh", "name.en"]
            }
            Self::Unit => &["id", "name.zh", "name.en", "company"],
            Self::Material => &["id", "name.zh", "name.en", "text.zh", "text.en"],
            Self::Person => &["id", "name.zh", "name.en", "company"],
            Self::CheckIn => &["note", "review_reason"],
            Self::LostReport => &["loss.description", "loss.brand", "loss.colour", "loss.place", "note"],
            Self::Inspection => &["summary", "reason", "answers.note"],
            Self::Hazard => &[
                "description",
                "owner",
                "rectified_by",
                "referred_to",
                "note",
                "operator_note",
                "plan.measures",
                "plan.owner",
                "plan.funds",
                "plan.contingency",
            ],
            Self::PublicitySession => &["place", "note"],
            Self::Dispute => &["description", "place", "terms", "referred_to", "note"],
            Self::WorkPlan => &["title", "tasks.title", "tasks.note", "note"],
            Self::Consultation => &["question", "answer"],
            Self::DutyLog => &["text"],
            Self::FoundItem => &["found.description", "found.brand", "found.colour", "found.place", "kept_at", "transferred_to", "note"],
            Self::Campaign => &["name", "summary"],
            Self::RectificationNotice => &["description", "requirement", "legal_basis"],
            Self::Call => &["description", "place"],
            Self::CallFile => &["referral", "notes.text"],
            Self::Handover => &["note", "answer"],
            Self::Shift | Self::Tour | Self::Assignment | Self::WelfareTimer => &["note"],
            Self::CrowdCount
            | Self::Track
            | Self::WelfareCodes
            | Self::Verdict
            | Self::Redaction
            | Self::Holders
            | Self::FoundSecrets
            | Self::FoundNotice
            | Self::Claim
            | Self::Leaflets
            | Self::Rating
            | Self::NoticeSerial
            | Self::TagCounter => &[],
        }
    }
}

/// The searchable text of a document, folded: stretches of one kind of writing with a space between, in NFKC and lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// Whether documents of this kind can be searched for.
    #[must_use]
    pub fn has(kind: &str) -> bool {
        DocumentKind::parse(kind).is_some_and(|kind| !kind.searchable_fields().is_empty())
    }

    /// What can be searched of a document; none where it has no such text.
    #[must_use]
    pub fn of(kind: &str, body: &Value) -> Option<Self> {
        let fields = DocumentKind::parse(kind)?.searchable_fields();
        let mut texts = Vec::new();
        fields.iter().for_each(|field| collect(body, field, &mut texts));
        let runs: Vec<String> = texts.into_iter().flat_map(runs).map(|run| run.text).collect();
        (!runs.is_empty()).then(|| Self(runs.join(" ")))
    }

    /// A text as [`SearchText::as_str`] gave it.
    #[must_use]
    pub const fn from_folded(text: String) -> Self {
        Self(text)
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The terms under which an index finds the text, each once. Whoever changes what they are fills every index anew by a migration.
    #[must_use]
    pub fn terms(&self) -> BTreeSet<String> {
        let mut terms = BTreeSet::new();
        for run in self.0.split(' ') {
            if run.chars().next().is_some_and(is_unspaced) {
                terms.extend(run.chars().map(String::from));
                terms.extend(pairs(run));
            } else {
                terms.extend((1..=START_MAX).map(|length| start(run, length)));
                terms.insert(run.chars().take(WORD_MAX).collect());
            }
        }
        terms
    }
}

/// What somebody looks for: every word of it has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery(Vec<Run>);

/// A term of an index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchTerm {
    /// This very term.
    Whole(String),
    /// Any term that begins so.
    Beginning(String),
}

impl SearchQuery {
    /// Reads a query, 1 to 200 characters.
    ///
    /// # Errors
    /// [`Code::Missing`] at `text` where there is no word in it; [`Code::TooLong`] at `text`.
    pub fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > QUERY_MAX {
            return Err(Error::field(Code::TooLong, "text", format!("at most {QUERY_MAX} characters")));
        }
        let mut words = runs(text);
        words.sort_unstable();
        words.dedup();
        if words.is_empty() { Err(Error::field(Code::Missing, "text", "a word to look for")) } else { Ok(Self(words)) }
    }

    /// Terms that every text has which answers the query. Not every text that has them answers it: ask [`SearchQuery::score`].
    #[must_use]
    pub fn terms(&self) -> BTreeSet<SearchTerm> {
        let mut terms = BTreeSet::new();
        for Run { is_unspaced, text } in &self.0 {
            let length = text.chars().count();
            if *is_unspaced && length == 1 {
                terms.insert(SearchTerm::Whole(text.clone()));
            } else if *is_unspaced {
                terms.extend(pairs(text).map(SearchTerm::Whole));
            } else if length <= START_MAX {
                terms.insert(SearchTerm::Whole(start(text, length)));
            } else {
                terms.insert(SearchTerm::Beginning(text.chars().take(WORD_MAX).collect()));
            }
        }
        terms
    }

    /// How well a text answers, above 0; none where a word of the query is not there.
    ///
    /// This is BM25 without its weight for rare words, which orders nothing where every answer has all words: a word that comes
    /// again counts a little more, in a short text it counts more, and the beginning of a word counts half.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "texts have some thousands of characters")]
    pub fn score(&self, text: &SearchText) -> Option<f64> {
        let length = text.0.chars().count() as f64 / USUAL_LENGTH;
        let damped = SATURATION * (1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * length);
        let one = |word: &Run| {
            let found = word.found_in(&text.0);
            (found > 0.0).then(|| found * (SATURATION + 1.0) / (found + damped))
        };
        self.0.iter().map(one).sum()
    }
}

/// A stretch of one kind of writing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    /// Written without spaces between words.
    is_unspaced: bool,
    text: String,
}

impl Run {
    /// How often it comes.
    #[allow(clippy::cast_precision_loss, reason = "texts have some thousands of characters")]
    fn found_in(&self, text: &str) -> f64 {
        if self.is_unspaced {
            return text.matches(&self.text).count() as f64;
        }
        let beginnings = text.split(' ').filter_map(|run| run.strip_prefix(&self.text));
        beginnings.map(|rest| if rest.is_empty() { 1.0 } else { 0.5 }).sum()
    }
}

/// The stretches of a text, folded: what is neither letter nor digit separates.
fn runs(text: &str) -> Vec<Run> {
    let folded = text.nfkc().collect::<String>().to_lowercase();
    let mut runs: Vec<Run> = Vec::new();
    let mut is_open = false;
    for character in folded.chars() {
        let is_mark = is_combining_mark(character);
        if !(character.is_alphanumeric() || is_mark && is_open) {
            is_open = false;
            continue;
        }
        let is_unspaced = is_unspaced(character);
        match runs.last_mut() {
            // A mark belongs to the letter before it.
            Some(run) if is_open && (is_mark || run.is_unspaced == is_unspaced) => run.text.push(character),
            _ => runs.push(Run { is_unspaced, text: character.into() }),
        }
        is_open = true;
    }
    runs
}

/// Whether a letter belongs to a writing without spaces: Chinese, Japanese and Korean (whose endings stick to the words), Thai, Lao,
/// Tibetan, Burmese, Khmer.
const fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn pairs(run: &str) -> impl Iterator<Item = String> {
    run.chars().zip(run.chars().skip(1)).map(|(first, second)| String::from_iter([first, second]))
}

fn start(word: &str, length: usize) -> String {
    word.chars().take(length).chain([START]).collect()
}

/// The texts at a path such as `plan.measures`, through every entry of the lists on the way.
fn collect<'a>(value: &'a Value, path: &str, texts: &mut Vec<&'a str>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, path, texts)),
        Value::String(text) if path.is_empty() => texts.push(text),
        _ => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(field) = value.get(name) {
                collect(field, rest, texts);
            }
        }
    }
}
