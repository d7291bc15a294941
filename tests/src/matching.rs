//! How well matching does on the labelled set of `fixtures/matching`: losses and finds in the words that people use, in both
//! languages, with near misses. The rules were tuned on one half of the losses and never saw the other.

use liuye_core::domain::{FoundRecord, ItemCategory, LossRecord, Offered, Settings, Sought};
use liuye_core::log::Digest;
use serde::Deserialize;

/// A loss of the set.
#[derive(Debug, Deserialize)]
pub struct Lost {
    /// Its name.
    pub id: String,
    /// `tuning` or `held_out`.
    pub half: String,
    /// `zh` or `en`.
    pub lang: String,
    category: ItemCategory,
    description: String,
    brand: Option<String>,
    colour: Option<String>,
    marks: Option<String>,
    place: String,
    zone: Option<String>,
    lost_from: i64,
    lost_to: i64,
    /// The find that it is; none where it was never found.
    #[serde(rename = "match")]
    pub is: Option<String>,
}

/// A find of the set.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// Its name.
    pub id: String,
    /// `zh` or `en`.
    pub lang: String,
    category: ItemCategory,
    description: String,
    brand: Option<String>,
    colour: Option<String>,
    hidden: Option<String>,
    place: String,
    zone: Option<String>,
    found_at: i64,
}

/// The set.
#[derive(Debug)]
pub struct Labelled {
    /// The losses.
    pub lost: Vec<Lost>,
    /// The finds.
    pub found: Vec<Found>,
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Losses that were looked for.
    pub losses: usize,
    /// Those of them whose find is in the set.
    pub with_a_find: usize,
    /// Pairs from the threshold on.
    pub told: usize,
    /// Those of them that are one thing.
    pub told_rightly: usize,
    /// Losses whose find is among the first three.
    pub in_the_first_three: usize,
}

impl Measured {
    /// Of what staff are told, how much is so.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.told_rightly, self.told)
    }

    /// Of the losses whose find is there, of how many staff are told without asking.
    #[must_use]
    pub fn told_recall(&self) -> f64 {
        share(self.told_rightly, self.with_a_find)
    }

    /// Of the losses whose find is there, how many have it among the first three.
    #[must_use]
    pub fn recall_at_3(&self) -> f64 {
        share(self.in_the_first_three, self.with_a_find)
    }
}

#[allow(clippy::cast_precision_loss, reason = "hundreds")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Labelled {
    /// Reads the set.
    #[must_use]
    pub fn read() -> Self {
        let text = |name: &str| std::fs::read_to_string(crate::repository().join("fixtures/matching").join(name)).unwrap();
        Self { lost: serde_json::from_str(&text("lost.json")).unwrap(), found: serde_json::from_str(&text("found.json")).unwrap() }
    }

    /// The losses of that half, or all, against every find.
    #[must_use]
    pub fn measure(&self, half: Option<&str>) -> Measured {
        self.measure_by(half, |sought, offered| sought.compare(offered).map(|fit| fit.score))
    }

    /// [`Labelled::measure`] with another judgement than the rules': a negative control.
    #[must_use]
    pub fn measure_by(&self, half: Option<&str>, score: impl Fn(&Sought<'_>, &Offered<'_>) -> Option<i32>) -> Measured {
        let threshold = i32::try_from(Settings::default().match_tell).unwrap();
        let records: Vec<_> = self.found.iter().map(|found| (found, record(found))).collect();
        let offered: Vec<_> =
            records.iter().map(|(found, record)| (found.id.as_str(), Offered::new(record, found.hidden.as_deref()))).collect();
        let mut measured = Measured { losses: 0, with_a_find: 0, told: 0, told_rightly: 0, in_the_first_three: 0 };
        for lost in self.lost.iter().filter(|lost| half.is_none_or(|half| lost.half == half)) {
            let loss = loss(lost);
            let sought = Sought::new(&loss);
            let mut scores: Vec<_> = offered.iter().filter_map(|(id, offered)| Some((score(&sought, offered)?, *id))).collect();
            scores.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
            let is = |id: &str| lost.is.as_deref() == Some(id);
            measured.losses += 1;
            measured.with_a_find += usize::from(lost.is.is_some());
            measured.told += scores.iter().filter(|(score, _)| *score >= threshold).count();
            measured.told_rightly += scores.iter().filter(|(score, id)| *score >= threshold && is(id)).count();
            measured.in_the_first_three += usize::from(scores.iter().take(3).any(|(_, id)| is(id)));
        }
        measured
    }
}

fn loss(lost: &Lost) -> LossRecord {
    LossRecord {
        category: lost.category,
        description: lost.description.clone(),
        brand: lost.brand.clone(),
        colour: lost.colour.clone(),
        marks: lost.marks.clone(),
        place: lost.place.clone(),
        zone: lost.zone.clone(),
        lost_from: lost.lost_from,
        lost_to: lost.lost_to,
        tracking_digest: Digest([0; 32]),
        serial_digest: None,
    }
}

fn record(found: &Found) -> FoundRecord {
    FoundRecord {
        category: found.category,
        description: found.description.clone(),
        brand: found.brand.clone(),
        colour: found.colour.clone(),
        place: found.place.clone(),
        zone: found.zone.clone(),
        found_at: found.found_at,
        valuable: false,
        prohibited: None,
        serial_digest: None,
    }
}
