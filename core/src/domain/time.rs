//! Times: an offset is required where they come in, UTC milliseconds everywhere inside.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveTime, Offset, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

use crate::{Code, Error, Result};

/// Reads an RFC 3339 time with its offset as UTC milliseconds.
///
/// # Errors
/// [`Code::TimeMalformed`] where it is none, or has no offset.
pub fn parse_rfc3339(text: &str) -> Result<i64> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_millis())
        .map_err(|_| Error::new(Code::TimeMalformed, "RFC 3339 with an offset, such as 2026-05-01T08:00:00+08:00"))
}

/// Writes UTC milliseconds as RFC 3339 in UTC; empty where the calendar does not reach that far.
#[must_use]
pub fn format_rfc3339(ms: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(ms).map_or_else(String::new, |time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// Reads a time of day, `HH:MM` from 00:00 to 23:59, as minutes after midnight.
///
/// # Errors
/// [`Code::TimeMalformed`].
pub fn parse_time_of_day(text: &str) -> Result<u16> {
    let two = |from: usize| {
        text.get(from..from + 2).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).and_then(|part| part.parse::<u16>().ok())
    };
    match (text.len(), two(0), text.as_bytes().get(2), two(3)) {
        (5, Some(hour @ 0..24), Some(b':'), Some(minute @ 0..60)) => Ok(hour * 60 + minute),
        _ => Err(Error::new(Code::TimeMalformed, "HH:MM, 00:00 to 23:59")),
    }
}

/// Whether a time of day (minutes) lies in `[from, to)`, which may pass midnight; equal ends are the whole day.
pub(super) const fn is_within_day(minute: u16, from: u16, to: u16) -> bool {
    if from < to { from <= minute && minute < to } else { minute >= from || minute < to }
}

/// A day and a time of day of a zone as UTC ms. A time that a change of clocks leaves out is the first one after it.
/// None beyond the calendar.
pub(super) fn at_local(day: NaiveDate, minute: u16, zone: Tz) -> Option<i64> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0)?;
    let local = day.and_time(time);
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.timestamp_millis()),
        LocalResult::None => Some(zone.from_local_datetime(&(local + Duration::hours(1))).earliest()?.timestamp_millis()),
    }
}

/// The beginning of a day of a zone, UTC ms. None beyond the calendar.
#[must_use]
pub fn day_start(day: NaiveDate, zone: Tz) -> Option<i64> {
    at_local(day, 0, zone)
}

/// The day of a zone that begins at that time (UTC ms); none where none does.
#[must_use]
pub fn day_that_starts(at: i64, zone: Tz) -> Option<NaiveDate> {
    let (day, _) = local(at, zone)?;
    (day_start(day, zone) == Some(at)).then_some(day)
}

/// The day on which a time (UTC ms) lies in a zone, and its minute of that day.
pub(super) fn local(at: i64, zone: Tz) -> Option<(NaiveDate, u16)> {
    use chrono::Timelike;
    let local = zone.timestamp_millis_opt(at).single()?.naive_local();
    Some((local.date(), u16::try_from(local.hour() * 60 + local.minute()).ok()?))
}

/// Start of the clock hour of a zone in which a time (UTC ms) lies.
pub(super) fn hour_of(at: i64, zone: Tz) -> i64 {
    let offset = zone.timestamp_millis_opt(at).single().map_or(0, |time| i64::from(time.offset().fix().local_minus_utc()) * 1000);
    at - (at + offset).rem_euclid(HOUR_MS)
}

/// An hour in ms.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// Whether `from ≤ at < to`, where an absent end is open.
pub(super) fn holds(from: Option<i64>, to: Option<i64>, at: i64) -> bool {
    from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to)
}

/// Serde for an RFC 3339 time that is kept as UTC milliseconds.
pub(crate) mod required {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format_rfc3339(*value))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        super::parse_rfc3339(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Serde for an optional RFC 3339 time that is kept as UTC milliseconds.
pub(crate) mod optional {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(ms) => serializer.serialize_str(&super::format_rfc3339(*ms)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| super::parse_rfc3339(&text).map_err(serde::de::Error::custom)).transpose()
    }
}
