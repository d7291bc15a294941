//! Which found item may be which lost one: a score that explains itself, factor by factor. Pure: the same two records give the same
//! answer on a phone and at the hub.
//!
//! From the site's threshold on (`match_tell`) staff are told; strangers never are.

mod words;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use words::{Field, Read, Words};

use super::{FoundRecord, ItemCategory, LossRecord};
use crate::log::Digest;
use crate::{Code, Error, Result};

/// What speaks for a match, or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// What sort of thing it is.
    Category,
    /// What it looks like, and its marks.
    Text,
    /// Its brand.
    Brand,
    /// Where.
    Place,
    /// Its colour.
    Colour,
    /// When.
    Time,
    /// The same serial number or IMEI: this alone decides.
    Serial,
    /// Something that cannot be true of one thing.
    Contradiction,
}

/// What a contradiction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// Two brands.
    Brand,
    /// Two colours that nobody takes for each other.
    Colour,
    /// Two sorts of things within one category, such as a ring and a watch.
    Thing,
    /// Two materials or patterns.
    Make,
    /// Marks that have nothing in common.
    Marks,
    /// Two zones, and two sorts of places.
    Place,
    /// Two serial numbers.
    Serial,
    /// One turned up days after the other was lost.
    Time,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// What it is about.
    pub kind: FactorKind,
    /// What it adds, in thousandths; negative where it speaks against.
    pub points: i32,
    /// What it could add at most, in thousandths; 0 for a contradiction.
    pub of: i32,
    /// What contradicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<Contradiction>,
    /// What both sides have in common, by the names of the table of words. Nothing that anybody typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub common: Vec<String>,
}

/// How well two records fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// 0 to 1,000.
    pub score: i32,
    /// Why: their points add up to the score, before it is cut to its range.
    pub factors: Vec<Factor>,
}

/// A found item that may be the one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The other record's id: an item's for a report, a report's for an item.
    pub id: String,
    /// How well it fits.
    #[serde(flatten)]
    pub fit: Match,
}

const CATEGORY: i32 = 250;
const TEXT: i32 = 250;
const BRAND: i32 = 150;
const PLACE: i32 = 150;
const COLOUR: i32 = 100;
const TIME: i32 = 100;
/// What it adds that one side says nothing, in percent: a match that nobody can hold against anything is no match.
const UNSAID: i32 = 20;
const HOUR_MS: i64 = 3_600_000;

impl ItemCategory {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Phone,
        Self::Wallet,
        Self::Bag,
        Self::Document,
        Self::Camera,
        Self::Jewellery,
        Self::Keys,
        Self::Clothing,
        Self::Electronics,
        Self::Other,
    ];

    /// How well a thing that its owner calls this may be what its finder calls that, in percent; none where it cannot be.
    #[must_use]
    pub fn fits(self, other: Self) -> Option<i32> {
        use ItemCategory::{Bag, Camera, Document, Electronics, Other, Phone, Wallet};
        match (self, other) {
            (a, b) if a == b => Some(100),
            (Phone | Camera, Electronics) | (Electronics, Phone | Camera) => Some(70),
            (Wallet, Bag | Document) | (Bag | Document, Wallet) => Some(60),
            (Other, _) | (_, Other) => Some(40),
            _ => None,
        }
    }
}

/// What both sides have in common ([`Factor::common`]) in Chinese and in English; none where the table of words has no such name.
#[must_use]
pub fn concept_words(name: &str) -> Option<(&'static str, &'static str)> {
    Words::get().both(name)
}

/// The digest of a serial number or IMEI: letters and digits alone, in upper case. It is no secret of the site: a phone has to make it
/// before it knows one.
///
/// # Errors
/// [`Code::Malformed`] where fewer than six letters and digits are left, or more than 64.
pub fn serial_digest(serial: &str) -> Result<Digest> {
    use unicode_normalization::UnicodeNormalization;
    let plain: String = serial.nfkc().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if !(6..=64).contains(&plain.len()) {
        return Err(Error::new(Code::Malformed, "6 to 64 letters and digits"));
    }
    Ok(Digest::of(format!("liuye-serial-1\n{plain}").as_bytes()))
}

/// A loss, read once for many comparisons.
pub struct Sought<'a> {
    loss: &'a LossRecord,
    side: Side,
}

/// A found thing, read once for many comparisons.
pub struct Offered<'a> {
    found: &'a FoundRecord,
    side: Side,
}

/// What both sides are read for.
struct Side {
    text: Read,
    marks: Read,
    brand: Read,
    colour: BTreeSet<&'static str>,
    place: Read,
}

impl Side {
    fn of(description: &str, marks: Option<&str>, brand: Option<&str>, colour: Option<&str>, place: &str) -> Self {
        let said = Read::of(description);
        let given = colour.map(|colour| Read::of(colour).names(Field::Colour)).unwrap_or_default();
        // The colour of a thing, not that of the sticker on it: the description speaks only where the field does not.
        let colour = if given.is_empty() { said.names(Field::Colour) } else { given };
        let mut brand = brand.map(Read::of).unwrap_or_default();
        if brand == Read::default() {
            brand.concepts.extend(said.concepts.iter().filter(|(field, _)| *field == Field::Brand));
        }
        let marks = marks.map(Read::of).unwrap_or_default();
        let text = join(&said, &marks);
        Self { text, marks, brand, colour, place: Read::of(place) }
    }
}

impl<'a> Sought<'a> {
    /// Reads a loss.
    #[must_use]
    pub fn new(loss: &'a LossRecord) -> Self {
        let side = Side::of(&loss.description, loss.marks.as_deref(), loss.brand.as_deref(), loss.colour.as_deref(), &loss.place);
        Self { loss, side }
    }

    /// How well a found thing fits. None where it cannot be the one: another sort of thing, or found before it was lost.
    #[must_use]
    pub fn compare(&self, offered: &Offered<'_>) -> Option<Match> {
        let (loss, found) = (self.loss, offered.found);
        if found.found_at < loss.lost_from {
            return None;
        }
        if let (Some(a), Some(b)) = (loss.serial_digest, found.serial_digest)
            && a == b
        {
            let factor = Factor { kind: FactorKind::Serial, points: 1000, of: 1000, contradiction: None, common: Vec::new() };
            return Some(Match { score: 1000, factors: vec![factor] });
        }
        let category = loss.category.fits(found.category)?;
        let (a, b) = (&self.side, &offered.side);
        let mut factors = vec![
            part(FactorKind::Category, CATEGORY, category, Vec::new()),
            text(a, b),
            brand(a, b),
            place(a, b, loss.zone.as_deref(), found.zone.as_deref()),
            colour(a, b),
            part(FactorKind::Time, TIME, time(loss, found.found_at), Vec::new()),
        ];
        factors.extend(contradictions(self, offered));
        let sum: i32 = factors.iter().map(|factor| factor.points).sum();
        Some(Match { score: sum.clamp(0, 1000), factors })
    }
}

impl<'a> Offered<'a> {
    /// Reads a found thing, with the marks that only staff know where the caller may use them.
    #[must_use]
    pub fn new(found: &'a FoundRecord, hidden: Option<&str>) -> Self {
        let side = Side::of(&found.description, hidden, found.brand.as_deref(), found.colour.as_deref(), &found.place);
        Self { found, side }
    }
}

/// The best of them first; of equals the one with the smaller id.
pub fn rank(candidates: &mut Vec<Candidate>, limit: usize) {
    candidates.sort_by(|a, b| (b.fit.score, &a.id).cmp(&(a.fit.score, &b.id)));
    candidates.truncate(limit);
}

fn part(kind: FactorKind, of: i32, percent: i32, common: Vec<String>) -> Factor {
    Factor { kind, points: of * percent / 100, of, contradiction: None, common }
}

fn join(a: &Read, b: &Read) -> Read {
    let mut joined = a.clone();
    joined.concepts.extend(b.concepts.iter().copied());
    joined.latin.extend(b.latin.iter().cloned());
    joined.numbers.extend(b.numbers.iter().cloned());
    joined.bigrams.extend(b.bigrams.iter().cloned());
    joined
}

/// What two texts have in common, what the shorter of both says, and both in hundredths of a word. Words that the table does not have
/// count only where both sides have words of that script: nobody is blamed for writing another language.
fn overlap(a: &Read, b: &Read) -> (i32, i32, Vec<String>) {
    let weight = |field: Field| match field {
        Field::Mark => 100,
        Field::Material | Field::Pattern => 60,
        // That it is an umbrella says little more than its category does.
        Field::Thing => 15,
        // Colour, brand and place have factors of their own.
        Field::Colour | Field::Brand | Field::Place => 0,
    };
    let sum = |read: &Read| read.concepts.iter().map(|(field, _)| weight(*field)).sum::<i32>();
    let shared: Vec<_> = a.concepts.intersection(&b.concepts).copied().filter(|(field, _)| weight(*field) > 0).collect();
    let mut common = shared.iter().map(|(field, _)| weight(*field)).sum::<i32>();
    let (mut whole_a, mut whole_b) = (sum(a), sum(b));
    for (a, b, weight) in [(&a.latin, &b.latin, 40), (&a.bigrams, &b.bigrams, 20), (&a.numbers, &b.numbers, 120)] {
        if !a.is_empty() && !b.is_empty() {
            let count = |count: usize| weight * i32::try_from(count).unwrap_or(0);
            (whole_a, whole_b) = (whole_a + count(a.len()), whole_b + count(b.len()));
            common += count(a.intersection(b).count());
        }
    }
    (common, whole_a.min(whole_b), shared.iter().map(|(_, name)| (*name).to_owned()).collect())
}

fn text(a: &Side, b: &Side) -> Factor {
    let (common, whole, names) = overlap(&a.text, &b.text);
    // One mark in common, where each side names one, says less than three of three: many things have a scratch.
    let percent = if whole == 0 { UNSAID } else { (common * 100 / whole.max(280)).min(100) };
    part(FactorKind::Text, TEXT, percent, names)
}

/// Whether two brands are one; none where a side says nothing.
fn is_one_brand(a: &Side, b: &Side) -> Option<bool> {
    let (x, y) = (a.brand.names(Field::Brand), b.brand.names(Field::Brand));
    if !x.is_empty() && !y.is_empty() {
        return Some(!x.is_disjoint(&y));
    }
    // Brands that nobody listed are held against each other within one script: across two, nobody knows.
    let latin = !a.brand.latin.is_empty() && !b.brand.latin.is_empty();
    let han = !a.brand.bigrams.is_empty() && !b.brand.bigrams.is_empty();
    (x.is_empty() && y.is_empty() && (latin || han))
        .then(|| !a.brand.latin.is_disjoint(&b.brand.latin) || !a.brand.bigrams.is_disjoint(&b.brand.bigrams))
}

fn brand(a: &Side, b: &Side) -> Factor {
    let percent = is_one_brand(a, b).map_or(UNSAID, |is_one| if is_one { 100 } else { 0 });
    let common = a.brand.names(Field::Brand).intersection(&b.brand.names(Field::Brand)).map(|name| (*name).to_owned()).collect();
    part(FactorKind::Brand, BRAND, percent, common)
}

fn place(a: &Side, b: &Side, zone_a: Option<&str>, zone_b: Option<&str>) -> Factor {
    let (x, y) = (a.place.names(Field::Place), b.place.names(Field::Place));
    let common: Vec<String> = x.intersection(&y).map(|name| (*name).to_owned()).collect();
    let spot = if !common.is_empty() || !a.place.bigrams.is_disjoint(&b.place.bigrams) || !a.place.latin.is_disjoint(&b.place.latin) {
        100
    } else if x.is_empty() || y.is_empty() {
        UNSAID
    } else {
        0
    };
    let percent = match (zone_a, zone_b) {
        (Some(a), Some(b)) if a == b => 20 + spot * 8 / 10,
        (Some(_), Some(_)) => spot / 5,
        _ => 10 + spot * 7 / 10,
    };
    part(FactorKind::Place, PLACE, percent, common)
}

/// How well two colours agree, in percent; none where a side says nothing.
fn colours(a: &Side, b: &Side) -> Option<i32> {
    if a.colour.is_empty() || b.colour.is_empty() {
        return None;
    }
    let near = || a.colour.iter().any(|x| b.colour.iter().any(|y| Words::get().are_near(x, y)));
    Some(if !a.colour.is_disjoint(&b.colour) {
        100
    } else if near() {
        60
    } else {
        0
    })
}

fn colour(a: &Side, b: &Side) -> Factor {
    let common = a.colour.intersection(&b.colour).map(|name| (*name).to_owned()).collect();
    part(FactorKind::Colour, COLOUR, colours(a, b).unwrap_or(UNSAID), common)
}

/// The sooner after the loss, the likelier; in percent.
fn time(loss: &LossRecord, found_at: i64) -> i32 {
    match found_at.saturating_sub(loss.lost_to) / HOUR_MS {
        ..6 => 100,
        6..24 => 80,
        24..72 => 50,
        72..168 => 20,
        _ => 0,
    }
}

fn contradictions(sought: &Sought<'_>, offered: &Offered<'_>) -> Vec<Factor> {
    let (a, b) = (&sought.side, &offered.side);
    let (loss, found) = (sought.loss, offered.found);
    let disjoint = |field| {
        let (x, y) = (a.text.names(field), b.text.names(field));
        !x.is_empty() && !y.is_empty() && x.is_disjoint(&y)
    };
    let places = (a.place.names(Field::Place), b.place.names(Field::Place));
    let other_spot = !places.0.is_empty() && !places.1.is_empty() && places.0.is_disjoint(&places.1);
    let other_zone = loss.zone.is_some() && found.zone.is_some() && loss.zone != found.zone;
    let is_late = found.found_at.saturating_sub(loss.lost_to) / HOUR_MS >= 7 * 24;
    let serials = matches!((loss.serial_digest, found.serial_digest), (Some(a), Some(b)) if a != b);
    [
        (Contradiction::Serial, 500, serials),
        (Contradiction::Brand, 200, is_one_brand(a, b) == Some(false)),
        (Contradiction::Colour, 150, colours(a, b) == Some(0)),
        (Contradiction::Thing, 200, disjoint(Field::Thing)),
        (Contradiction::Make, 80, disjoint(Field::Material) || disjoint(Field::Pattern)),
        (Contradiction::Marks, 150, are_other_marks(&a.text, &b.marks)),
        (Contradiction::Place, 80, other_spot && other_zone),
        (Contradiction::Time, 80, is_late),
    ]
    .into_iter()
    .filter(|(.., holds)| *holds)
    .map(|(what, points, _)| Factor {
        kind: FactorKind::Contradiction,
        points: -points,
        of: 0,
        contradiction: Some(what),
        common: Vec::new(),
    })
    .collect()
}

/// Whether both sides name marks or numbers, and none is the same: neither the owner's words nor the hidden marks know the other's.
fn are_other_marks(said: &Read, hidden: &Read) -> bool {
    let (x, y) = (said.names(Field::Mark), hidden.names(Field::Mark));
    let has_both = (!x.is_empty() && !y.is_empty()) || (!said.numbers.is_empty() && !hidden.numbers.is_empty());
    has_both && x.is_disjoint(&y) && said.numbers.is_disjoint(&hidden.numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branded(brand: &str) -> Side {
        Side::of("a thing", None, Some(brand), None, "here")
    }

    #[test]
    fn brands_that_nobody_listed_contradict_each_other_within_one_script_only() {
        let judged = |a, b| is_one_brand(&branded(a), &branded(b));
        assert_eq!(judged("华为", "HUAWEI"), Some(true));
        assert_eq!(judged("华为", "Apple"), Some(false));
        assert_eq!(judged("Zorblatt", "zorblatt"), Some(true));
        assert_eq!(judged("Zorblatt", "Quuxly"), Some(false));
        assert_eq!(judged("佐布拉特", "Zorblatt"), None, "it may be its name in the other language");
        assert_eq!(judged("华为", "Zorblatt"), None);
    }

    #[test]
    fn what_is_in_common_has_words_in_both_languages() {
        assert_eq!(concept_words("black"), Some(("黑", "black")));
        assert_eq!(concept_words("no such name"), None);
    }

    #[test]
    fn an_equal_serial_number_decides_and_another_one_speaks_against() {
        let digest = serial_digest("35-209900-176148-1").unwrap();
        assert_eq!(serial_digest("352099001761481").unwrap(), digest);
        assert_eq!(serial_digest("12-3").unwrap_err().code, Code::Malformed);
        let loss = |serial_digest| LossRecord {
            category: ItemCategory::Phone,
            description: "black phone".to_owned(),
            brand: None,
            colour: None,
            marks: None,
            place: "pier".to_owned(),
            zone: None,
            lost_from: 10,
            lost_to: 20,
            tracking_digest: Digest([0; 32]),
            serial_digest,
        };
        let found = |found_at, serial_digest| FoundRecord {
            category: ItemCategory::Other,
            description: "white thing".to_owned(),
            brand: None,
            colour: None,
            place: "hotel".to_owned(),
            zone: None,
            found_at,
            valuable: false,
            prohibited: None,
            serial_digest,
        };
        let score = |a, at, b| Sought::new(&loss(a)).compare(&Offered::new(&found(at, b), None)).map(|fit| fit.score);
        let other = serial_digest("999999").ok();
        assert_eq!(score(Some(digest), 30, Some(digest)), Some(1000));
        assert_eq!(score(Some(digest), 9, Some(digest)), None, "nothing is found before it is lost");
        assert!(score(Some(digest), 30, other) < score(Some(digest), 30, None));
        let fit = Sought::new(&loss(None)).compare(&Offered::new(&found(30, None), None)).unwrap();
        let sum: i32 = fit.factors.iter().map(|factor| factor.points).sum();
        assert_eq!(fit.score, sum.clamp(0, 1000), "the reasons add up");
    }
}
