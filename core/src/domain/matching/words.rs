//! Words that mean the same in Chinese and English, read from a table, and a text as what is known of it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// What a known word speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Field {
    Colour,
    Brand,
    Thing,
    Mark,
    Material,
    Pattern,
    Place,
}

/// One meaning, whatever it is called.
pub(super) type Concept = (Field, &'static str);

/// The table as it is written. Each row is one meaning: its name first, which is a word as well, then what else it is called.
#[derive(Deserialize)]
struct Table {
    colour: Vec<Vec<String>>,
    brand: Vec<Vec<String>>,
    thing: Vec<Vec<String>>,
    mark: Vec<Vec<String>>,
    material: Vec<Vec<String>>,
    pattern: Vec<Vec<String>>,
    place: Vec<Vec<String>>,
    near: Vec<(String, String)>,
    stop: Vec<String>,
}

/// The table, ready for use.
#[derive(Default)]
pub(super) struct Words {
    known: HashMap<String, Vec<Concept>>,
    stop: HashSet<String>,
    near: HashSet<(&'static str, &'static str)>,
    /// The first Chinese word of each name.
    chinese: HashMap<&'static str, &'static str>,
    /// Characters or words of the longest entry.
    longest: usize,
}

impl Words {
    /// The one table. It is compiled in, so that what a phone matches the hub matches.
    pub(super) fn get() -> &'static Self {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(|| Self::read(include_str!("words.json")).unwrap_or_default())
    }

    fn read(json: &str) -> Option<Self> {
        let table: Table = serde_json::from_str(json).ok()?;
        let mut words = Self::default();
        let rows = [
            (Field::Colour, table.colour),
            (Field::Brand, table.brand),
            (Field::Thing, table.thing),
            (Field::Mark, table.mark),
            (Field::Material, table.material),
            (Field::Pattern, table.pattern),
            (Field::Place, table.place),
        ];
        for (field, row) in rows.into_iter().flat_map(|(field, rows)| rows.into_iter().map(move |row| (field, row))) {
            // Read once for the life of the program.
            let name: &'static str = Box::leak(row.first()?.clone().into_boxed_str());
            if let Some(word) = row.iter().find(|word| !word.is_ascii()) {
                words.chinese.insert(name, Box::leak(word.clone().into_boxed_str()));
            }
            for word in row {
                let word = plain(&word);
                words.longest = words.longest.max(word.chars().count());
                let meanings = words.known.entry(word).or_default();
                if !meanings.contains(&(field, name)) {
                    meanings.push((field, name));
                }
            }
        }
        words.stop = table.stop.iter().map(|word| plain(word)).collect();
        for (a, b) in table.near {
            let name = |text: &str| words.known.get(text)?.iter().find(|(field, _)| *field == Field::Colour).map(|(_, name)| *name);
            let (a, b) = (name(&a)?, name(&b)?);
            words.near.extend([(a, b), (b, a)]);
        }
        Some(words)
    }

    /// A name of the table in Chinese and in English; none where it has no such name.
    pub(super) fn both(&self, name: &str) -> Option<(&'static str, &'static str)> {
        self.chinese.get_key_value(name).map(|(name, word)| (*word, *name))
    }

    /// Whether two colours are taken for each other in bad light.
    pub(super) fn are_near(&self, a: &'static str, b: &'static str) -> bool {
        self.near.contains(&(a, b))
    }
}

/// What is known of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) concepts: BTreeSet<Concept>,
    /// Words in Latin letters that the table does not have, without their plural's s.
    pub(super) latin: BTreeSet<String>,
    /// Numbers of two digits and more, and codes of letters and digits.
    pub(super) numbers: BTreeSet<String>,
    /// Pairs of neighbouring Chinese characters that the table does not have.
    pub(super) bigrams: BTreeSet<String>,
}

impl Read {
    /// Reads a text: the longest known word first, at each place.
    pub(super) fn of(text: &str) -> Self {
        let words = Words::get();
        let text: Vec<char> = plain(text).chars().collect();
        let mut read = Self::default();
        let mut at = 0;
        let mut unknown: Vec<char> = Vec::new();
        while at < text.len() {
            let longest = words.longest.min(text.len() - at);
            let word = (1..=longest).rev().find_map(|len| read_word(words, &text, at, len));
            if let Some((len, concepts)) = word {
                read.concepts.extend(concepts);
                read.pairs(&mut unknown);
                at += len;
            } else if text[at].is_ascii_alphanumeric() {
                read.pairs(&mut unknown);
                let len = text[at..].iter().take_while(|c| is_latin(**c)).count().max(1);
                read.latin_word(&text[at..at + len].iter().collect::<String>());
                at += len;
            } else {
                if is_han(text[at]) {
                    unknown.push(text[at]);
                } else {
                    read.pairs(&mut unknown);
                }
                at += 1;
            }
        }
        read.pairs(&mut unknown);
        read
    }

    fn latin_word(&mut self, word: &str) {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        if word.chars().any(|c| c.is_ascii_digit()) {
            if word.len() > 1 {
                self.numbers.insert(word.to_owned());
            }
        } else if word.len() > 2 {
            self.latin.insert(stem(word).to_owned());
        }
    }

    fn pairs(&mut self, unknown: &mut Vec<char>) {
        self.bigrams.extend(unknown.windows(2).map(|pair| pair.iter().collect::<String>()));
        unknown.clear();
    }

    pub(super) fn names(&self, of: Field) -> BTreeSet<&'static str> {
        self.concepts.iter().filter(|(field, _)| *field == of).map(|(_, name)| *name).collect()
    }
}

/// The known word of `len` characters at a place, with what it means; a stop word means nothing. A word in Latin letters is one only
/// between its bounds.
fn read_word<'w>(words: &'w Words, text: &[char], at: usize, len: usize) -> Option<(usize, &'w [Concept])> {
    let piece = &text[at..at + len];
    let starts_inside = at > 0 && is_latin(text[at - 1]) && is_latin(piece[0]);
    if starts_inside || text.get(at + len).is_some_and(|after| is_latin(*after) && is_latin(piece[len - 1])) {
        return None;
    }
    let word: String = piece.iter().collect();
    let of = |word: &str| words.known.get(word).map(Vec::as_slice).or_else(|| words.stop.contains(word).then_some(&[][..]));
    of(&word).or_else(|| of(stem(&word))).map(|concepts| (len, concepts))
}

fn stem(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') && stem.is_ascii() => stem,
        _ => word,
    }
}

const fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '\'' | '-')
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// Full-width forms, upper case and runs of spaces are one with what they stand for.
fn plain(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_every_colour_that_is_near_another_is_one() {
        let words = Words::read(include_str!("words.json")).unwrap();
        assert!(words.known.len() > 600, "{}", words.known.len());
        assert!(words.are_near("navy", "blue") && words.are_near("blue", "navy") && !words.are_near("red", "green"));
    }

    #[test]
    fn both_languages_read_as_the_same() {
        let pairs = [
            ("黑色华为手机", "a black HUAWEI phone"),
            ("苹果手机，背面有划痕", "iPhone (phone) with scratches on the back"),
            ("码头边的雨伞", "umbrellas left near the pier"),
            ("ＬＶ钱包", "my Louis Vuitton wallet"),
        ];
        for (zh, en) in pairs {
            assert_eq!(Read::of(zh).concepts, Read::of(en).concepts, "{zh}");
        }
        assert_eq!(Read::of("iPhone 13 128GB").numbers, BTreeSet::from(["13".to_owned(), "128gb".to_owned()]));
    }

    #[test]
    fn a_word_is_no_part_of_another_word() {
        assert!(Read::of("scape carpet").concepts.is_empty(), "neither cap nor car");
        assert!(Read::of("").concepts.is_empty());
        assert_eq!(Read::of("张家界").bigrams, BTreeSet::from(["张家".to_owned(), "家界".to_owned()]));
    }
}
