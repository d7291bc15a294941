//! What people most often write in tests. A test names what it is about, and takes the rest from here.

use liuye_core::companion::{FoundDraft, HelpDraft, LostReportDraft, SessionDraft};
use liuye_core::domain::{CallCategory, ItemCategory};

/// Keys lost by the lake, with nothing that need not be said.
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

/// An umbrella lost at the pier, told in Chinese.
#[must_use]
pub fn lost_umbrella() -> LostReportDraft {
    LostReportDraft {
        category: ItemCategory::Other,
        description: "黑色雨伞，天堂牌".to_owned(),
        brand: Some("天堂".to_owned()),
        colour: Some("黑色".to_owned()),
        marks: Some("伞柄是鸭子头".to_owned()),
        place: "游船码头".to_owned(),
        zone: Some("z3".to_owned()),
        lost_from: "2026-05-01T08:00:00+08:00".to_owned(),
        lost_to: "2026-05-01T09:00:00+08:00".to_owned(),
        contact: None,
        photos: Vec::new(),
    }
}

/// [`lost_umbrella`] as whoever found it tells of it, in English; `hidden` is what only its owner knows.
#[must_use]
pub fn found_umbrella(hidden: &str) -> FoundDraft {
    FoundDraft {
        category: ItemCategory::Other,
        description: "black umbrella".to_owned(),
        brand: Some("Paradise".to_owned()),
        colour: Some("black".to_owned()),
        place: "boat pier".to_owned(),
        zone: Some("z3".to_owned()),
        found_at: "2026-05-01T09:10:00+08:00".to_owned(),
        valuable: false,
        prohibited: None,
        serial: None,
        hidden: Some(hidden.to_owned()),
        photos: Vec::new(),
    }
}

/// A call for help from the first zone, of which nothing else is said.
#[must_use]
pub fn help(category: CallCategory) -> HelpDraft {
    HelpDraft { category, description: None, place: None, zone: Some("z1".to_owned()), fix: None, contact: None, photos: Vec::new() }
}

/// A session on fraud at the night market, with its leaflet.
#[must_use]
pub fn night_market() -> SessionDraft {
    SessionDraft {
        topics: vec!["t-fraud".to_owned()],
        materials: vec!["m-fraud-leaflet".to_owned()],
        zone: "z1".to_owned(),
        place: "night market".to_owned(),
        from: "2026-05-01T19:00:00+08:00".to_owned(),
        to: "2026-05-01T21:00:00+08:00".to_owned(),
    }
}
