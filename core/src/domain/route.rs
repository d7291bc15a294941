//! Rounds of checkpoints.

use serde::{Deserialize, Serialize};

use super::Bilingual;

/// A round, with the time of day in which it is walked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Such as `r-night-1`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The checkpoints.
    pub checkpoints: Vec<String>,
    /// Whether they are visited in this order.
    pub ordered: bool,
    /// Start of the window, `HH:MM` in the site's zone.
    pub from: String,
    /// End of the window, `HH:MM`; before `from` where it passes midnight.
    pub to: String,
    /// How late a visit may be, in minutes.
    pub grace_min: u32,
}
