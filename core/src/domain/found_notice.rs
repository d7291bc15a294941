//! What is told of a found item, and what is not: the public sees a notice that has no room for more, and marks that only the owner
//! knows lie in a document that nobody receives.

use serde::{Deserialize, Serialize};

use super::case::{Case, Judgement, Noun, changed_write, created_write, parse};
use super::{Bucket, DocumentKind, FoundItem, FoundItemState, ItemCategory, Write};

/// What only the owner can know of an item. It lies in no bucket: no phone receives it, and at the hub each reading is logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundSecrets {
    /// The item's id.
    pub item: String,
    /// When it was registered, UTC ms.
    pub at: i64,
    /// Marks and contents.
    pub hidden: String,
}

/// A part of the day of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DayPart {
    /// 00:00 to 06:00
    Night,
    /// 06:00 to 12:00
    Morning,
    /// 12:00 to 18:00
    Afternoon,
    /// 18:00 to 24:00
    Evening,
}

/// What anyone may know of a found item: category, coarse place and time. It has no field that could say more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundNotice {
    /// The item's id.
    pub item: String,
    /// What it is.
    pub category: ItemCategory,
    /// The zone in which it was found, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The beginning of the day on which it was found, in the site's zone, UTC ms.
    pub day: i64,
    /// In which part of that day.
    pub part: DayPart,
    /// When it was announced, UTC ms.
    pub at: i64,
    /// Whether it may still be claimed.
    pub open: bool,
}

impl Noun for FoundSecrets {
    const KIND: DocumentKind = DocumentKind::FoundSecrets;

    fn buckets(&self) -> Vec<Bucket> {
        Vec::new()
    }

    fn person(&self) -> Option<String> {
        None
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Noun for FoundNotice {
    const KIND: DocumentKind = DocumentKind::FoundNotice;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_public_reference()
    }

    fn person(&self) -> Option<String> {
        None
    }

    fn at(&self) -> i64 {
        self.at
    }
}

/// The public notice, where it is made or where what it says has changed.
pub(super) fn notice_write(case: &Case<'_>, id: &str, before: &FoundItem, after: &FoundItem) -> Judgement<Option<Write>> {
    use FoundItemState::{ClaimPending, Disputed, Noticed};
    let is_open = |item: &FoundItem| matches!(item.state, Noticed | ClaimPending | Disputed);
    if is_open(before) == is_open(after) {
        return Ok(None);
    }
    let notice_id = FoundItem::notice_id(id);
    if let Some(document) = case.document(&notice_id)?
        && let Some(old) = parse::<FoundNotice>(&document)
    {
        return changed_write(&document, &old, &FoundNotice { open: is_open(after), ..old.clone() }).map(Some);
    }
    let zone = case.site.as_ref().map_or(chrono_tz::UTC, super::Site::tz);
    let (day, minute) = super::time::local(after.found.found_at, zone).unwrap_or_default();
    let part = match minute / 360 {
        0 => DayPart::Night,
        1 => DayPart::Morning,
        2 => DayPart::Afternoon,
        _ => DayPart::Evening,
    };
    let notice = FoundNotice {
        item: id.to_owned(),
        category: after.found.category,
        zone: after.found.zone.clone(),
        day: super::day_start(day, zone).unwrap_or(after.found.found_at),
        part,
        at: case.at,
        open: is_open(after),
    };
    created_write(&notice_id, &notice).map(Some)
}
