//! When something was lost, as people say it: a day, and a part of it.

use chrono_tz::Tz;
use liuye_core::domain::{day_start, format_rfc3339};
use liuye_core::{Code, Error, Result};

use crate::clocks::shown_at;

const HOUR_MS: i64 = 3_600_000;

/// The parts of a day that the form offers: their names, and their first and last hour.
pub(super) const PARTS: [(&str, i64, i64); 5] =
    [("any", 0, 24), ("night", 0, 6), ("morning", 6, 12), ("afternoon", 12, 18), ("evening", 18, 24)];

/// From that day on until now: whoever does not know the day says when they last had it.
pub(super) const SINCE: &str = "since";

/// The span in which it was lost, RFC 3339, until `now` (UTC ms) at most.
///
/// # Errors
/// [`Code::Missing`], [`Code::TimeMalformed`] or [`Code::TimeInFuture`] at `day`; [`Code::Malformed`] at `part`.
pub(super) fn span(day: &str, part: &str, zone: Tz, now: i64) -> Result<(String, String)> {
    if day.trim().is_empty() {
        return Err(Error::field(Code::Missing, "day", "a day"));
    }
    let malformed = || Error::field(Code::TimeMalformed, "day", "year-month-day");
    let date: chrono::NaiveDate = day.trim().replace(['/', '.'], "-").parse().map_err(|_| malformed())?;
    let start = day_start(date, zone).ok_or_else(malformed)?;
    let (from, to) = if part == SINCE {
        (start, now)
    } else {
        let (_, from, to) =
            PARTS.into_iter().find(|(name, ..)| *name == part).ok_or_else(|| Error::field(Code::Malformed, "part", "one of the list"))?;
        (start + from * HOUR_MS, (start + to * HOUR_MS - 1).min(now))
    };
    if from > now {
        return Err(Error::field(Code::TimeInFuture, "day", "not after now"));
    }
    Ok((format_rfc3339(from), format_rfc3339(to)))
}

/// Today in that zone, as a form has it.
pub(super) fn today(zone: Tz, now: i64) -> String {
    shown_at(now, zone, "%Y-%m-%d")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-02T10:00+08:00
    const NOW: i64 = 1_767_319_200_000;
    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    #[test]
    fn a_part_of_a_day_is_a_span_that_ends_now_at_most() {
        let of = |day: &str, part: &str| span(day, part, ZONE, NOW).map_err(|error| (error.code, error.field.into_owned()));
        let utc = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(of("2026-01-01", "evening"), utc("2026-01-01T10:00:00.000Z", "2026-01-01T15:59:59.999Z"));
        assert_eq!(of("2026/01/02", "morning"), utc("2026-01-01T22:00:00.000Z", "2026-01-02T02:00:00.000Z"));
        assert_eq!(of("2026-01-01", "since"), utc("2025-12-31T16:00:00.000Z", "2026-01-02T02:00:00.000Z"));
        for (day, part, code, field) in [
            ("2026-01-02", "evening", Code::TimeInFuture, "day"),
            ("2026-01-03", "any", Code::TimeInFuture, "day"),
            ("2026-02-30", "any", Code::TimeMalformed, "day"),
            ("yesterday", "any", Code::TimeMalformed, "day"),
            (" ", "any", Code::Missing, "day"),
            ("2026-01-01", "teatime", Code::Malformed, "part"),
        ] {
            assert_eq!(of(day, part), Err((code, field.to_owned())), "{day} {part}");
        }
    }
}
