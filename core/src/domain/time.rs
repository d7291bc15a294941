//! Times: an offset is required where they come in, UTC milliseconds everywhere inside.

use chrono::{DateTime, SecondsFormat, Utc};

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
