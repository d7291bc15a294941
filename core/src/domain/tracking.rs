//! Tracking codes: what a tourist without an account shows for a report of theirs.

use crate::log::Digest;

/// The alphabet of tracking codes: Crockford's base 32 has no letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The tracking code of a number's lower 80 bits, which nobody may be able to guess: four groups of four characters.
#[must_use]
pub fn tracking_code(number: u128) -> String {
    let character = |index: u32| char::from(ALPHABET[usize::try_from((number >> (5 * index)) & 31).unwrap_or(0)]);
    let group = |group: u32| (0..4).map(|index| character(4 * group + index)).collect::<String>();
    (0..4).map(group).collect::<Vec<_>>().join("-")
}

/// The digest by which a report knows its tracking code: SHA-256 over its letters and digits in upper case, however it was typed.
#[must_use]
pub fn tracking_digest(code: &str) -> Digest {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_uppercase()).collect();
    Digest::of(plain.as_bytes())
}

/// A code as it was read off a paper: letters that the alphabet lacks become the digits that they look like.
#[must_use]
pub fn tracking_code_as_read(code: &str) -> String {
    let as_digit = |character: char| match character {
        'o' | 'O' => '0',
        'i' | 'I' | 'l' | 'L' => '1',
        other => other,
    };
    code.chars().map(as_digit).collect()
}
