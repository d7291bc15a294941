//! What pages say of the site: its name, its time of day and its questions.

use chrono_tz::Tz;
use liuye_core::Result;
use liuye_core::domain::{Checklist, ChecklistItem, DocumentKind, Site};

use super::words::Lang;
use crate::clocks::shown_at;
use crate::hub::Hub;

/// Checklists that the pages know the questions of.
const LISTS: u32 = 500;

/// The site as the pages show it.
pub(crate) struct SiteView {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    zone: Tz,
    site_questions: Vec<ChecklistItem>,
}

impl SiteView {
    pub(super) fn read(hub: &Hub, lang: Lang) -> Result<Self> {
        let id = hub.site()?;
        let site: Option<Site> = hub.document(&id)?.map(|document| serde_json::from_value(document.body)).transpose()?;
        let zone = site.as_ref().and_then(|site| site.time_zone.parse().ok()).unwrap_or(Tz::UTC);
        let (name, site_questions) = site.map_or_else(Default::default, |site| (lang.of_both(&site.name), site.checklist));
        Ok(Self { id, name, zone, site_questions })
    }

    /// The questions of its safety checks, of whichever list and version.
    pub(super) fn questions(&self, hub: &Hub) -> Result<Questions> {
        let mut asked = self.site_questions.clone();
        for document in hub.documents(DocumentKind::Checklist, LISTS, 0)? {
            let list: Checklist = serde_json::from_value(document.body)?;
            asked.extend(list.versions.into_iter().rev().flat_map(|version| version.items));
        }
        Ok(Questions(asked))
    }

    /// A time (UTC ms) as the site's clocks show it.
    pub(crate) fn show(&self, ms: i64) -> String {
        shown_at(ms, self.zone, "%Y-%m-%d %H:%M:%S")
    }

    /// The time of day (UTC ms) as the site's clocks show it.
    pub(crate) fn time_of_day(&self, ms: i64) -> String {
        shown_at(ms, self.zone, "%H:%M")
    }

    /// A time (UTC ms) to the minute, as the site's clocks show it.
    pub(crate) fn minute(&self, ms: i64) -> String {
        shown_at(ms, self.zone, "%Y-%m-%d %H:%M")
    }

    /// The time of day (UTC ms) to the second: the fast response counts in seconds.
    pub(crate) fn to_the_second(&self, ms: i64) -> String {
        shown_at(ms, self.zone, "%H:%M:%S")
    }

    /// The time zone.
    pub(crate) const fn zone(&self) -> Tz {
        self.zone
    }
}

/// The questions of safety checks.
pub(super) struct Questions(Vec<ChecklistItem>);

impl Questions {
    /// A question; its id where none asks it.
    pub(super) fn of(&self, id: &str, lang: Lang) -> String {
        self.0.iter().find(|item| item.id == id).map_or_else(|| id.to_owned(), |item| lang.of_both(&item.text))
    }
}
