//! Phone numbers (E.164).

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::{Code, Error, Result};

/// A valid phone number at which a person can be reached. It shows nothing of itself in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

/// Police, fire, ambulance: nobody's own number.
const EMERGENCY: [&str; 3] = ["110", "119", "120"];

impl PhoneNumber {
    /// Reads one; a bare Chinese mobile number is completed.
    ///
    /// # Errors
    /// [`Code::PhoneEmergency`] for 110, 119 and 120, with or without +86; [`Code::PhoneMalformed`] for whatever is not E.164.
    pub fn parse(text: &str) -> Result<Self> {
        let text: String = text.trim().nfkc().collect();
        if EMERGENCY.contains(&text.strip_prefix("+86").unwrap_or(&text)) {
            return Err(Error::new(Code::PhoneEmergency, "an emergency number cannot be a contact"));
        }
        let text = if is_chinese_mobile(&text) { format!("+86{text}") } else { text };
        let digits = text.strip_prefix('+').unwrap_or_default().as_bytes();
        let is_e164 = (7..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) && digits[0] != b'0';
        // China's trunk prefix is not dialled after the country code: 0736… must come as +86736….
        if !is_e164 || digits.starts_with(b"860") {
            return Err(Error::new(Code::PhoneMalformed, "E.164, such as +8613800138000, or a Chinese mobile number"));
        }
        Ok(Self(text))
    }

    /// In E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_chinese_mobile(text: &str) -> bool {
    matches!(text.as_bytes(), [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit))
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}
