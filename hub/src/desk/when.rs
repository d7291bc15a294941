//! Days and times as somebody types them, by the clocks of the site.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeZone};
use liuye_core::{Code, Error, Result};

use super::form::Fields;
use super::site::SiteView;

impl SiteView {
    /// The day (of the site's zone) in which a time (UTC ms) lies.
    pub(crate) fn day(&self, ms: i64) -> NaiveDate {
        DateTime::from_timestamp_millis(ms).map_or(NaiveDate::MIN, |time| time.with_timezone(&self.zone()).date_naive())
    }

    /// When a day begins, UTC ms.
    ///
    /// # Errors
    /// [`Code::TimeMalformed`] for a day that the zone's calendar does not have.
    pub(crate) fn begin(&self, day: NaiveDate) -> Result<i64> {
        liuye_core::domain::day_start(day, self.zone()).ok_or_else(|| Error::new(Code::TimeMalformed, "a day that the calendar has"))
    }

    /// What somebody typed into a field for day and time, UTC ms. A time that the clocks show twice is the first of the two.
    ///
    /// # Errors
    /// [`Code::Missing`] or [`Code::TimeMalformed`] at the field.
    pub(crate) fn moment(&self, fields: &Fields, name: &'static str) -> Result<i64> {
        let text = fields.typed(name).ok_or_else(|| Error::field(Code::Missing, name, "day and time"))?;
        let malformed = || Error::field(Code::TimeMalformed, name, "day and time");
        let time = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].iter().find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok());
        let local = self.zone().from_local_datetime(&time.ok_or_else(malformed)?).earliest();
        local.map(|time| time.timestamp_millis()).ok_or_else(malformed)
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
