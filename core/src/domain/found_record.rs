//! What was found, as whoever registers it tells it: the part of it that staff may see.

use serde::{Deserialize, Serialize};

use super::{ItemCategory, Text};
use crate::log::Digest;
use crate::{Code, Error, Result};

/// What nobody may give back or keep: it goes straight to the police, and is never noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prohibited {
    /// 枪支、弹药、管制刀具
    Weapon,
    /// 违禁品
    Contraband,
}

/// What was found: the part of it that staff may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRecord {
    /// What it is.
    pub category: ItemCategory,
    /// What it looks like; 1 to 2,000 characters.
    pub description: String,
    /// Its brand; at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Its colour; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Where; 1 to 500 characters.
    pub place: String,
    /// The zone, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// When it was found, UTC ms.
    pub found_at: i64,
    /// Whether it is worth two signatures, in the eyes of whoever registers it; some categories always are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub valuable: bool,
    /// What may never go back over the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prohibited: Option<Prohibited>,
    /// The digest of a serial number or IMEI (see [`super::serial_digest`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_digest: Option<Digest>,
}

impl FoundRecord {
    /// Whether two people have to sign for it: because it was said, or because its category always asks for that.
    #[must_use]
    pub const fn is_valuable(&self) -> bool {
        use ItemCategory::{Camera, Electronics, Jewellery, Phone};
        self.valuable || matches!(self.category, Phone | Camera | Jewellery | Electronics)
    }

    /// The record with its texts in NFC. `now` is the time, UTC ms: nothing was found after it.
    ///
    /// # Errors
    /// A text's code at its field; [`Code::TimeInFuture`] at `found_at`.
    pub fn normalised(self, now: i64) -> Result<Self> {
        if self.found_at > now {
            return Err(Error::field(Code::TimeInFuture, "found_at", "not after now"));
        }
        Ok(Self {
            description: Text::required_lines("description", &self.description, 2000)?.into_string(),
            brand: Text::optional("brand", self.brand.as_deref(), 100)?.map(Text::into_string),
            colour: Text::optional("colour", self.colour.as_deref(), 50)?.map(Text::into_string),
            place: Text::required("place", &self.place, 500)?.into_string(),
            zone: Text::optional("zone", self.zone.as_deref(), 64)?.map(Text::into_string),
            ..self
        })
    }
}
