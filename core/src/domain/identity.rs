//! Resident identity numbers (GB 11643) and passport numbers.

use std::fmt;

use chrono::{DateTime, Datelike, Duration, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use crate::{Code, Error, Result};

/// A valid resident identity number. It shows nothing of itself in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber(String);

/// A passport number: 6 to 12 letters and digits. It shows nothing of itself in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct PassportNumber(String);

/// GB 11643-1999, 4.2: the weights of the first seventeen digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder of the weighted sum.
const CHECK: &[u8; 11] = b"10X98765432";

impl IdentityNumber {
    /// Reads one. `today` is the current time, UTC ms: nobody is born after it, by the calendar of China.
    ///
    /// # Errors
    /// [`Code::IdentityMalformed`] for another shape or an impossible date, [`Code::IdentityChecksum`] for a wrong
    /// check character.
    pub fn parse(text: &str, today: i64) -> Result<Self> {
        let text: String = text.trim().nfkc().map(|c| if c == 'x' { 'X' } else { c }).collect();
        let bytes = text.as_bytes();
        if bytes.len() == 15 && bytes.iter().all(u8::is_ascii_digit) {
            return Err(malformed("numbers of 15 digits are no longer valid"));
        }
        let Some((head, &[check])) =
            bytes.split_at_checked(17).filter(|(_, tail)| tail.len() == 1).and_then(|(head, tail)| Some((head, tail.first_chunk::<1>()?)))
        else {
            return Err(malformed("17 digits and a check character"));
        };
        if !head.iter().all(u8::is_ascii_digit) || head[0] == b'0' || !(check.is_ascii_digit() || check == b'X') {
            return Err(malformed("17 digits and a check character"));
        }
        let number = |from: usize, to: usize| head[from..to].iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        let year = number(6, 10);
        if !(1800..2100).contains(&year) {
            return Err(malformed("a year of birth from 1800 to 2099"));
        }
        let born = NaiveDate::from_ymd_opt(year.cast_signed(), number(10, 12), number(12, 14)).ok_or_else(|| malformed("no such date"))?;
        if china_date(today).is_some_and(|today| born > today) {
            return Err(malformed("a date of birth in the future"));
        }
        let sum: u32 = head.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if CHECK[(sum % 11) as usize] != check {
            return Err(Error::new(Code::IdentityChecksum, "the check character of GB 11643 is another one"));
        }
        Ok(Self(text))
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn malformed(detail: &'static str) -> Error {
    Error::new(Code::IdentityMalformed, detail)
}

/// The date in China, which has one zone and no summer time; none where the calendar does not reach.
fn china_date(ms: i64) -> Option<NaiveDate> {
    let local = DateTime::from_timestamp_millis(ms)?.checked_add_signed(Duration::hours(8))?;
    NaiveDate::from_ymd_opt(local.year(), local.month(), local.day())
}

impl PassportNumber {
    /// Reads one; letters become upper case.
    ///
    /// # Errors
    /// [`Code::Malformed`] unless it has 6 to 12 letters and digits of ASCII.
    pub fn parse(text: &str) -> Result<Self> {
        let text: String = text.trim().nfkc().map(|c| c.to_ascii_uppercase()).collect();
        if (6..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Ok(Self(text))
        } else {
            Err(Error::new(Code::Malformed, "a passport number has 6 to 12 letters and digits"))
        }
    }

    /// The number, upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityNumber(…)")
    }
}

impl fmt::Debug for PassportNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassportNumber(…)")
    }
}
