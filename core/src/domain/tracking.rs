//! Tracking codes: what a tourist without an account shows for a report of theirs.

use crate::log::Digest;

/// The digest by which a report knows its tracking code: SHA-256 over its letters and digits in upper case, however it was typed.
#[must_use]
pub fn tracking_digest(code: &str) -> Digest {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_uppercase()).collect();
    Digest::of(plain.as_bytes())
}
