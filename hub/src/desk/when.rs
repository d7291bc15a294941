//! Days and times as somebody types them, by the clocks of the site.

use chrono::{DateTime, Days, NaiveDate};
use liuye_core::{Code, Error, Result};

use super::site::SiteView;

impl SiteView {
    /// The day (of the site's zone) in which a time (UTC ms) lies.
    pub(crate) fn day(&self, ms: i64) -> NaiveDate {
        DateTime::from_timestamp_millis(ms).map_or(NaiveDate::MIN, |time| time.with_timezone(&self.zone()).date_naive())
    }

    /// When a day begins, UTC ms.
    ///
    /// # Errors
    /// [`Code::TimeMalformed`] at `day` for one that the zone's calendar does not have.
    pub(crate) fn begin(&self, day: NaiveDate) -> Result<i64> {
        liuye_core::domain::day_start(day, self.zone())
            .ok_or_else(|| Error::field(Code::TimeMalformed, "day", "a day that the calendar has"))
    }

    /// A day that an address asks for; today where it asks for none.
    ///
    /// # Errors
    /// [`Code::TimeMalformed`] at `day`.
    pub(crate) fn asked_day(&self, asked: Option<&str>, now: i64) -> Result<NaiveDate> {
        let Some(text) = asked.filter(|text| !text.is_empty()) else { return Ok(self.day(now)) };
        text.parse().map_err(|_| Error::field(Code::TimeMalformed, "day", "a day"))
    }
}

/// A day so many days before another.
pub(super) fn days_before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// A day so many days after another.
pub(super) fn days_after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

/// A length of time in hours and minutes.
pub(super) fn length(ms: i64) -> String {
    let minutes = ms / 60_000;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}
