//! PINs: what a person types on a shared phone, what it is held against, and how often it may be wrong.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::ZeroizeOnDrop;

use crate::{Code, Error, Result};

/// KiB of memory that a guess costs: what an old phone has to spare for a moment.
const MEMORY_KIB: u32 = 19 * 1024;

/// Passes over it: with [`MEMORY_KIB`], the least that OWASP's cheat sheet on password storage asks of argon2id.
const PASSES: u32 = 2;

/// A verifier that asks for more than this is none of ours: it must not fill a phone's memory.
const MAX_MEMORY_KIB: u32 = 64 * 1024;

/// A PIN in its one form: 6 to 12 digits. It is wiped when dropped, and never shown.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Pin(String);

/// What a PIN is held against: an argon2id hash in PHC form. It says nothing of the PIN but by trying.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PinVerifier(String);

impl Pin {
    /// The fewest digits.
    pub const MIN_DIGITS: usize = 6;
    /// The most digits.
    pub const MAX_DIGITS: usize = 12;
    /// Wrong tries in a row before one has to wait.
    pub const TRIES: u32 = 5;

    /// Reads what a person typed; full-width digits are digits.
    ///
    /// # Errors
    /// [`Code::Missing`], [`Code::Malformed`] or [`Code::OutOfRange`] at `pin`.
    pub fn parse(text: &str) -> Result<Self> {
        let digits: String = text.trim().nfkc().collect();
        if digits.is_empty() {
            return Err(Error::field(Code::Missing, "pin", "must not be empty"));
        }
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::field(Code::Malformed, "pin", "digits alone"));
        }
        if !(Self::MIN_DIGITS..=Self::MAX_DIGITS).contains(&digits.len()) {
            return Err(Error::field(Code::OutOfRange, "pin", "6 to 12 digits"));
        }
        Ok(Self(digits))
    }

    /// Reads a PIN that is to be set: one that the first five guesses would find is refused.
    ///
    /// # Errors
    /// Those of [`Pin::parse`]; [`Code::OutOfRange`] at `pin` for one digit repeated, and for a run such as 123456.
    pub fn choose(text: &str) -> Result<Self> {
        let pin = Self::parse(text)?;
        let bytes = pin.0.as_bytes();
        let steps = |step: i16| bytes.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step);
        if [-1, 0, 1].into_iter().any(steps) {
            return Err(Error::field(Code::OutOfRange, "pin", "neither one digit repeated nor a run of digits"));
        }
        Ok(pin)
    }

    /// How long one has to wait after so many wrong tries in a row, ms: nothing up to the fourth, a minute after the fifth, then
    /// twice as long each time, up to an hour.
    #[must_use]
    pub const fn wait_after_ms(failures: u32) -> u64 {
        const MINUTE_MS: u64 = 60_000;
        match failures.checked_sub(Self::TRIES) {
            None => 0,
            Some(more) if more < 6 => MINUTE_MS << more,
            Some(_) => 60 * MINUTE_MS,
        }
    }
}

impl PinVerifier {
    /// What this PIN will be held against. `salt` is random. Takes some ten milliseconds and 19 MiB.
    ///
    /// # Errors
    /// None in practice; [`Code::Internal`] is what the library's signature asks for.
    pub fn make(pin: &Pin, salt: [u8; 16]) -> Result<Self> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| Error::internal("these parameters are argon2id's own"))?;
        let hashed = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_with_salt(pin.0.as_bytes(), &salt);
        Ok(Self(hashed.map_err(|_| Error::internal("a PIN can be hashed"))?.to_string()))
    }

    /// Whether this is the PIN. Takes as long as [`PinVerifier::make`].
    #[must_use]
    pub fn verifies(&self, pin: &Pin) -> bool {
        let Ok(hash) = PasswordHash::new(&self.0) else { return false };
        let bounded = Params::try_from(&hash).is_ok_and(|params| params.m_cost() <= MAX_MEMORY_KIB);
        bounded && Argon2::default().verify_password(pin.0.as_bytes(), &hash).is_ok()
    }

    /// The hash as it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A hash that was kept.
    #[must_use]
    pub const fn from_kept(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl fmt::Debug for PinVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinVerifier(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(pin: Result<Pin>) -> Option<Code> {
        pin.err().map(|error| error.code)
    }

    #[test]
    fn a_pin_has_six_to_twelve_digits_and_full_width_ones_are_digits() {
        assert_eq!(Pin::parse(" 704913 ").unwrap(), Pin::parse("７０４９１３").unwrap());
        assert_eq!(code(Pin::parse(" ")), Some(Code::Missing));
        for text in ["70491", "7049137049137"] {
            assert_eq!(code(Pin::parse(text)), Some(Code::OutOfRange), "{text}");
        }
        for text in ["70491a", "七零四九一三", "704 913", "٧٠٤٩١٣"] {
            assert_eq!(code(Pin::parse(text)), Some(Code::Malformed), "{text}");
        }
    }

    #[test]
    fn a_pin_that_anyone_guesses_is_not_chosen() {
        for text in ["000000", "123456", "987654", "3456789"] {
            assert_eq!(code(Pin::choose(text)), Some(Code::OutOfRange), "{text}");
            assert!(Pin::parse(text).is_ok());
        }
        assert!(Pin::choose("123457").is_ok());
    }

    #[test]
    fn a_verifier_knows_its_pin_alone_and_shows_neither() {
        let pin = Pin::parse("704913").unwrap();
        let verifier = PinVerifier::make(&pin, [7; 16]).unwrap();
        assert!(verifier.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verifier.verifies(&pin));
        assert!(!verifier.verifies(&Pin::parse("704914").unwrap()));
        assert_ne!(PinVerifier::make(&pin, [8; 16]).unwrap(), verifier);
        assert_eq!(format!("{pin:?} {verifier:?}"), "Pin(…) PinVerifier(…)");
    }

    #[test]
    fn a_verifier_that_would_fill_the_memory_verifies_nothing() {
        let pin = Pin::parse("704913").unwrap();
        let text = PinVerifier::make(&pin, [7; 16]).unwrap().as_str().replace("m=19456", "m=4194304");
        assert!(!PinVerifier::from_kept(text).verifies(&pin));
        assert!(!PinVerifier::from_kept("704913".to_owned()).verifies(&pin));
    }

    #[test]
    fn the_wait_grows_from_a_minute_to_an_hour() {
        let minutes = |failures| Pin::wait_after_ms(failures) / 60_000;
        assert_eq!([0, 4, 5, 6, 7, 10, 11, 12, u32::MAX].map(minutes), [0, 0, 1, 2, 4, 32, 60, 60, 60]);
    }
}
