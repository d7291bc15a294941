//! Checklists as data: the questions of a safety check, with every version that was ever asked.
//!
//! A visit names the version that it answers, so that a list that changed while its inspector was offline refuses nothing.

use serde::{Deserialize, Serialize};

use super::{Bilingual, Text, VenueKind};
use crate::{Code, Error, Result};

/// A question of a safety check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// Such as `fire-exits`.
    pub id: String,
    /// The question.
    pub text: Bilingual,
}

/// A checklist as it stands in a site file: its questions as of now. The hub numbers the versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistEntry {
    /// Such as `c-hotel`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The kinds of venues that it is for, where no campaign says otherwise.
    #[serde(default)]
    pub venue_kinds: Vec<VenueKind>,
    /// Its questions; 1 to 200.
    pub items: Vec<ChecklistItem>,
}

/// The questions that a checklist asked from some time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistVersion {
    /// From 1.
    pub version: u32,
    /// The questions.
    pub items: Vec<ChecklistItem>,
}

/// One version of one checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistRef {
    /// The checklist's id.
    pub id: String,
    /// Its version.
    pub version: u32,
}

/// A checklist as phones receive it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// Such as `c-hotel`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The kinds of venues that it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub venue_kinds: Vec<VenueKind>,
    /// Every version, the newest last.
    pub versions: Vec<ChecklistVersion>,
    /// Whether no new visit is to ask it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

impl Checklist {
    /// The id of the one that stands in the site's own document: every venue's for which there is no other.
    pub const OF_SITE: &'static str = "checklist";

    /// Most questions of one list.
    pub const MAX_ITEMS: usize = 200;

    /// The one of the site's own document.
    #[must_use]
    pub fn of_site(items: Vec<ChecklistItem>) -> Self {
        let name = Bilingual { zh: "安全检查表".to_owned(), en: "Safety check".to_owned() };
        Self::first(Self::OF_SITE.to_owned(), name, Vec::new(), items)
    }

    /// What an entry of a site file begins.
    #[must_use]
    pub fn of_entry(entry: ChecklistEntry) -> Self {
        Self::first(entry.id, entry.name, entry.venue_kinds, entry.items)
    }

    fn first(id: String, name: Bilingual, venue_kinds: Vec<VenueKind>, items: Vec<ChecklistItem>) -> Self {
        Self { id, name, venue_kinds, versions: vec![ChecklistVersion { version: 1, items }], retired: false }
    }

    /// This list after the one that is known: another set of questions is a new version, and the earlier ones stay.
    #[must_use]
    pub fn succeeding(self, earlier: &Self) -> Self {
        let mut versions = earlier.versions.clone();
        let last = versions.last().map_or(0, |last| last.version);
        if let Some(new) = self.newest().filter(|new| versions.last().is_none_or(|last| last.items != new.items)) {
            versions.push(ChecklistVersion { version: last + 1, items: new.items.clone() });
        }
        Self { versions, ..self }
    }

    /// The questions as of now.
    #[must_use]
    pub fn newest(&self) -> Option<&ChecklistVersion> {
        self.versions.last()
    }

    /// The questions of a version.
    #[must_use]
    pub fn items(&self, version: u32) -> Option<&[ChecklistItem]> {
        self.versions.iter().find(|entry| entry.version == version).map(|entry| entry.items.as_slice())
    }

    /// The list that a visit of such a venue asks, of those that are not given up: the campaign's, else the first by id that is for
    /// its kind, else the site's own.
    #[must_use]
    pub fn choose<'a>(lists: &'a [Self], campaign: Option<&str>, venue: Option<VenueKind>) -> Option<&'a Self> {
        let asked = || lists.iter().filter(|list| !list.retired);
        let named = |id: &str| asked().find(|list| list.id == id);
        let of_kind = || asked().filter(|list| venue.is_some_and(|kind| list.venue_kinds.contains(&kind))).min_by_key(|list| &list.id);
        campaign.and_then(named).or_else(of_kind).or_else(|| named(Self::OF_SITE))
    }
}

impl ChecklistEntry {
    pub(super) fn check(&self) -> Result<()> {
        self.name.check()?;
        if self.items.is_empty() || self.items.len() > Checklist::MAX_ITEMS {
            return Err(Error::field(Code::OutOfRange, "items", "1 to 200 questions"));
        }
        check_items("items", &self.items)
    }
}

/// Checks questions: each has its id and both languages.
pub(super) fn check_items(list: &str, items: &[ChecklistItem]) -> Result<()> {
    for (index, item) in items.iter().enumerate() {
        let at = |error: Error| error.within(&format!("{list}[{index}]"));
        Text::required("id", &item.id, 64).map_err(at)?;
        item.text.check_at("text").map_err(at)?;
        if items[..index].iter().any(|earlier| earlier.id == item.id) {
            return Err(at(Error::field(Code::DuplicateId, "id", "another question has the same id")));
        }
    }
    Ok(())
}
