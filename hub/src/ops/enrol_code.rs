//! Enrolment codes: short enough to type, long enough not to be guessed, kept as digests.

use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};

use crate::hub::Hub;
use crate::ledger::EnrolCode;

/// Crockford's base 32: no letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes a code: 10 characters, 50 bits. `person` is absent for a tourist's phone.
///
/// # Errors
/// [`Code::UnknownReference`] at `person`; [`Code::OutOfRange`] at `uses` or `valid_minutes`; those of the store.
pub fn make(hub: &Hub, person: Option<&str>, uses: u32, valid_minutes: u32) -> Result<String> {
    if uses == 0 || valid_minutes == 0 {
        return Err(Error::field(Code::OutOfRange, "uses", "at least one use, for at least one minute"));
    }
    let site = hub.site()?;
    if let Some(id) = person
        && hub.document(id)?.is_none_or(|document| document.kind != "person")
    {
        return Err(Error::field(Code::UnknownReference, "person", "nobody of this id in the personnel base"));
    }
    let random = u64::from_be_bytes(hub.env().random());
    let character = |index: u32| char::from(ALPHABET[usize::try_from((random >> (5 * index)) & 31).unwrap_or(0)]);
    let code: String = (0..10).map(character).collect();
    let row = EnrolCode {
        hash: digest_of(&code),
        person: person.map(str::to_owned),
        uses_left: uses,
        expires_at: hub.now() + i64::from(valid_minutes) * 60_000,
    };
    hub.write(&site, |tx| tx.insert_code(&row))?;
    Ok(code)
}

/// The digest under which a code is kept: upper case, without spaces and hyphens, letters that look like digits read as such.
pub(crate) fn digest_of(code: &str) -> Digest {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Digest::of(format!("liuye-code-1\n{plain}").as_bytes())
}
