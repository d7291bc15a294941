//! Roads whose night density is watched.

use serde::{Deserialize, Serialize};

use super::Bilingual;
use super::time::{is_within_day, parse_time_of_day};
use crate::{Code, Error, Result};

/// A road, with the hours in which patrols must be dense on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRoad {
    /// Such as `kr-river-street`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The zone through which it leads.
    pub zone: String,
    /// The checkpoints that stand on it: a check-in there is a patrol of the road.
    pub checkpoints: Vec<String>,
    /// From when on it is watched, `HH:MM` in the site's zone.
    pub from: String,
    /// Until when, `HH:MM`; before `from` where it passes midnight.
    pub to: String,
    /// So many check-ins are wanted in each of these hours.
    pub wanted_per_hour: u32,
}

impl KeyRoad {
    /// Checks the road by itself.
    ///
    /// # Errors
    /// A text's code at `name`; [`Code::Missing`] at `checkpoints`; [`Code::TimeMalformed`] at `from` or `to`.
    pub fn check(&self) -> Result<()> {
        self.name.check()?;
        if self.checkpoints.is_empty() {
            return Err(Error::field(Code::Missing, "checkpoints", "at least one"));
        }
        parse_time_of_day(&self.from).map_err(|error| error.within("from"))?;
        parse_time_of_day(&self.to).map_err(|error| error.within("to")).map(drop)
    }

    /// Whether it is watched at that minute of the day. For checked roads.
    #[must_use]
    pub fn is_watched(&self, minute: u16) -> bool {
        match (parse_time_of_day(&self.from), parse_time_of_day(&self.to)) {
            (Ok(from), Ok(to)) => is_within_day(minute, from, to),
            _ => false,
        }
    }
}
