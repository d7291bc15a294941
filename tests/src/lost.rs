//! The loss that most tests report.

use liuye_core::companion::LostReportDraft;
use liuye_core::domain::ItemCategory;

/// Keys lost by the lake, with nothing that need not be said. A test names what it is about, and takes the rest from here.
#[must_use]
pub fn lost_keys() -> LostReportDraft {
    LostReportDraft {
        category: ItemCategory::Keys,
        description: "a bunch of keys".to_owned(),
        brand: None,
        colour: None,
        marks: None,
        place: "by the lake".to_owned(),
        zone: None,
        lost_from: "2026-01-01T18:00:00+08:00".to_owned(),
        lost_to: "2026-01-01T19:00:00+08:00".to_owned(),
        contact: None,
        photos: Vec::new(),
    }
}
