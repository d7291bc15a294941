//! Times as clocks on a wall show them.

use chrono::DateTime;
use chrono_tz::Tz;

/// A time (UTC ms) as the clocks of that zone show it; empty outside of the calendar.
pub(crate) fn shown_at(ms: i64, zone: Tz, format: &str) -> String {
    let time = DateTime::from_timestamp_millis(ms).map(|time| time.with_timezone(&zone));
    time.map_or_else(String::new, |time| time.format(format).to_string())
}
