//! The year within which an owner may claim what was found.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use super::time::{day_start, local};

/// A statutory year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Its last day, in the site's zone.
    pub last_day: NaiveDate,
    /// The beginning of the day after, UTC ms: the first moment at which the year has passed.
    pub over_at: i64,
}

impl Term {
    /// The year that a notice begins (`from`, UTC ms). None beyond the calendar.
    ///
    /// 民法典第三百一十八条 gives the owner one year from the notice. 第二百零一条: the day on which it begins is not counted.
    /// 第二百零二条: it ends on the same date of the next year, and where that has none, on the last day of the month.
    /// 第二百零三条: that day is counted to its end.
    #[must_use]
    pub fn year_from(from: i64, zone: Tz) -> Option<Self> {
        let (day, _) = local(from, zone)?;
        let next_year = day.year() + 1;
        // Only 29 February has no date of its own in the next year.
        let last_day = NaiveDate::from_ymd_opt(next_year, day.month(), day.day())
            .or_else(|| NaiveDate::from_ymd_opt(next_year, day.month(), day.day() - 1))?;
        Some(Self { last_day, over_at: day_start(last_day.succ_opt()?, zone)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> i64 {
        crate::domain::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_year_ends_with_the_same_date_of_the_next_and_the_last_of_the_month_where_there_is_none() {
        for (notice, over) in [
            ("2026-05-01T00:00:00+08:00", "2027-05-02T00:00:00+08:00"),
            ("2026-05-01T23:59:59.999+08:00", "2027-05-02T00:00:00+08:00"),
            ("2024-02-29T12:00:00+08:00", "2025-03-01T00:00:00+08:00"),
            ("2023-02-28T12:00:00+08:00", "2024-02-29T00:00:00+08:00"),
            ("2023-03-01T12:00:00+08:00", "2024-03-02T00:00:00+08:00"),
            ("2025-12-31T12:00:00+08:00", "2027-01-01T00:00:00+08:00"),
        ] {
            assert_eq!(Term::year_from(at(notice), Shanghai).unwrap().over_at, at(over), "{notice}");
        }
        // Which day it is depends on the site: there it is tomorrow already.
        assert_eq!(Term::year_from(at("2026-05-01T20:00:00Z"), Shanghai).unwrap().over_at, at("2027-05-03T00:00:00+08:00"));
    }
}
