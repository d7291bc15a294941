//! The rules for single values, so that a form can say what is wrong while somebody types.

use liuye_core::domain;

use crate::crossing::given;
use crate::error::Result;
use crate::types::Position;

/// A phone number in E.164; a bare Chinese mobile number is completed.
///
/// # Errors
/// `phone_malformed`, `phone_emergency`.
#[uniffi::export]
pub fn check_phone(text: &str) -> Result<String> {
    Ok(domain::PhoneNumber::parse(text)?.as_str().to_owned())
}

/// A resident identity number (GB 11643) in its one form. `now` is the time, UTC ms: nobody is born after it.
///
/// # Errors
/// `identity_malformed`, `identity_checksum`.
#[uniffi::export]
pub fn check_identity_number(text: &str, now: i64) -> Result<String> {
    Ok(domain::IdentityNumber::parse(text, now)?.as_str().to_owned())
}

/// A passport number, upper case.
///
/// # Errors
/// `malformed`.
#[uniffi::export]
pub fn check_passport(text: &str) -> Result<String> {
    Ok(domain::PassportNumber::parse(text)?.as_str().to_owned())
}

/// A text in its one form: trimmed, in NFC, with no control and bidirectional-override characters, 1 to `max` characters.
/// `lines` allows line breaks.
///
/// # Errors
/// `missing`, `too_long` or `text_forbidden_character`, at `text`.
#[uniffi::export]
pub fn check_text(text: &str, max: i32, lines: bool) -> Result<String> {
    let max = usize::try_from(max).unwrap_or(0);
    let read = if lines { domain::Text::required_lines } else { domain::Text::required };
    Ok(read("text", text, max)?.into_string())
}

/// A WGS-84 position in degrees.
///
/// # Errors
/// `coordinate_swapped`, `coordinate_invalid`.
#[uniffi::export]
pub fn check_coordinate(lat: f64, lon: f64) -> Result<Position> {
    given(domain::Coordinate::new(lat, lon, domain::Datum::Wgs84))
}

/// A GCJ-02 position (maps made in China), in degrees, as WGS-84.
///
/// # Errors
/// As [`check_coordinate`].
#[uniffi::export]
pub fn convert_gcj02(lat: f64, lon: f64) -> Result<Position> {
    given(domain::Coordinate::new(lat, lon, domain::Datum::Gcj02))
}

/// Checks the area of a zone: closed rings, the outer one first.
///
/// # Errors
/// `polygon_malformed`, `polygon_self_crossing`, or a coordinate's code, with the path of the ring or position.
#[uniffi::export]
pub fn check_polygon(rings: Vec<Vec<Position>>) -> Result<()> {
    Ok(polygon(rings).check()?)
}

/// Checks that no two areas overlap. Each must have passed [`check_polygon`].
///
/// # Errors
/// `polygon_overlap` at the later one, such as `zones[1].area`.
#[uniffi::export]
pub fn check_zones_apart(areas: Vec<Vec<Vec<Position>>>) -> Result<()> {
    let unnamed = || domain::Bilingual { zh: String::new(), en: String::new() };
    let zones: Vec<_> = areas.into_iter().map(|rings| domain::Zone { id: String::new(), name: unnamed(), area: polygon(rings) }).collect();
    Ok(domain::Zone::check_apart(&zones)?)
}

/// A time with its offset (RFC 3339) as UTC ms.
///
/// # Errors
/// `time_malformed`.
#[uniffi::export]
pub fn parse_time(text: &str) -> Result<i64> {
    Ok(domain::parse_rfc3339(text)?)
}

/// UTC ms as RFC 3339 in UTC; empty where the calendar does not reach that far.
#[uniffi::export]
#[must_use]
pub fn format_time(ms: i64) -> String {
    domain::format_rfc3339(ms)
}

/// A checkpoint's QR tag as scanned.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct QrTag {
    /// The site that it names.
    pub site: String,
    /// The checkpoint that it names.
    pub checkpoint: String,
}

/// Reads the text of a QR code. The signature is checked when somebody checks in with it.
///
/// # Errors
/// `tag_unsigned` for any other text.
#[uniffi::export]
pub fn parse_qr(payload: &str) -> Result<QrTag> {
    let tag = domain::QrTag::parse(payload)?;
    Ok(QrTag { site: tag.site, checkpoint: tag.checkpoint })
}

fn polygon(rings: Vec<Vec<Position>>) -> domain::Polygon {
    let ring = |ring: Vec<Position>| ring.into_iter().map(|at| [at.lon, at.lat]).collect();
    domain::Polygon::Polygon { coordinates: rings.into_iter().map(ring).collect() }
}
