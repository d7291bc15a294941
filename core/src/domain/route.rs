//! Rounds of checkpoints.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Bilingual;
use super::time::{at_local, parse_time_of_day};
use crate::{Code, Error, Result};

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

impl Route {
    /// The window in which it is walked on a day of that zone: from, to, UTC ms.
    ///
    /// # Errors
    /// [`Code::TimeMalformed`] at `from` or `to`; [`Code::OutOfRange`] at `day` beyond the calendar.
    pub fn window(&self, day: NaiveDate, zone: Tz) -> Result<(i64, i64)> {
        let from = parse_time_of_day(&self.from).map_err(|error| error.within("from"))?;
        let to = parse_time_of_day(&self.to).map_err(|error| error.within("to"))?;
        let beyond = || Error::field(Code::OutOfRange, "day", "the calendar does not reach that far");
        let last = if from < to { day } else { day.succ_opt().ok_or_else(beyond)? };
        Ok((at_local(day, from, zone).ok_or_else(beyond)?, at_local(last, to, zone).ok_or_else(beyond)?))
    }
}
