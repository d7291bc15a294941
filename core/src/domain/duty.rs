//! Who is on duty: what other nouns need to know of a shift.

use serde::Deserialize;

/// Somebody may begin before the window of their shift.
const EARLY_MS: i64 = 2 * 3_600_000;

/// Somebody may stay after the window of their shift; who forgot to end it is not on duty for ever.
const OVERTIME_MS: i64 = 4 * 3_600_000;

/// The part of a shift's document that says who serves where, and until when. Documents of the kind `shift` have these fields.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Duty {
    /// Who.
    pub person: String,
    /// Where; absent for a shift at a post of no zone.
    #[serde(default)]
    pub zone: Option<String>,
    /// On duty while `active`.
    pub state: String,
    /// Start of the window, UTC ms.
    pub from: i64,
    /// End of the window, UTC ms.
    pub to: i64,
}

impl Duty {
    /// The kind of the documents that tell it.
    pub const KIND: &'static str = "shift";

    /// Reads the body of a shift's document (JSON); none where it is of another shape.
    #[must_use]
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }

    /// Whether this person is on duty at `at` (UTC ms): in that zone, or anywhere where none is given.
    #[must_use]
    pub fn is_on(&self, zone: Option<&str>, at: i64) -> bool {
        let window = self.from.saturating_sub(EARLY_MS)..self.to.saturating_add(OVERTIME_MS);
        self.state == "active" && window.contains(&at) && zone.is_none_or(|zone| self.zone.as_deref() == Some(zone))
    }
}
