//! Enrolment codes: short enough to type, long enough not to be guessed, kept as digests.

use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};

use super::person_of;
use crate::hub::Hub;
use crate::ledger::{EnrolCode, For};

/// Crockford's base 32: no letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes a code: 10 characters, 50 bits. `person` is absent for a tourist's phone.
///
/// # Errors
/// [`Code::UnknownReference`] at `person`; [`Code::OutOfRange`] at `uses` or `valid_minutes`; those of the store.
pub fn make(hub: &Hub, person: Option<&str>, uses: u32, valid_minutes: u32) -> Result<String> {
    let whom = person.map_or(For::Tourist, |person| For::Person(person.to_owned()));
    keep(hub, whom, uses, None, valid_minutes)
}

/// Makes a code for a phone that these persons share. One person alone holds the phone without a PIN until they have one.
///
/// # Errors
/// [`Code::Missing`], [`Code::Exists`] or [`Code::UnknownReference`] at `person`; those of [`make`].
pub fn make_shared(hub: &Hub, persons: &[String], uses: u32, valid_minutes: u32) -> Result<String> {
    let whom = match persons {
        [] => return Err(Error::field(Code::Missing, "person", "at least one")),
        [person] => For::Person(person.clone()),
        _ => For::Sharers(persons.to_vec()),
    };
    if persons.iter().enumerate().any(|(index, person)| persons[..index].contains(person)) {
        return Err(Error::field(Code::Exists, "person", "named twice"));
    }
    keep(hub, whom, uses, None, valid_minutes)
}

/// Makes a code for a poster: tourists enrol by it as long as it is good, at most so many in an hour. It gives each phone a
/// bucket of its own and what anyone may know.
///
/// # Errors
/// [`Code::OutOfRange`] at `per_hour`; those of [`make`].
pub fn make_public(hub: &Hub, per_hour: u32, valid_minutes: u32) -> Result<String> {
    if per_hour == 0 {
        return Err(Error::field(Code::OutOfRange, "per_hour", "at least one"));
    }
    keep(hub, For::Tourist, 1, Some(per_hour), valid_minutes)
}

/// Lets nobody enrol by a code any more. Phones that did stay enrolled.
///
/// # Errors
/// [`Code::NotFound`] at `code`; those of the store.
pub fn revoke(hub: &Hub, code: &str) -> Result<()> {
    let revoked = hub.write(&hub.site()?, |tx| tx.revoke_code(&digest_of(code)))?;
    if revoked { Ok(()) } else { Err(Error::field(Code::NotFound, "code", "no such code, or it was revoked before")) }
}

fn keep(hub: &Hub, whom: For, uses: u32, per_hour: Option<u32>, valid_minutes: u32) -> Result<String> {
    if uses == 0 || valid_minutes == 0 {
        return Err(Error::field(Code::OutOfRange, "uses", "at least one use, for at least one minute"));
    }
    let site = hub.site()?;
    match &whom {
        For::Tourist => {}
        For::Person(person) => person_of(hub, person)?,
        For::Sharers(persons) => persons.iter().try_for_each(|person| person_of(hub, person))?,
    }
    let random = u64::from_be_bytes(hub.env().random());
    let character = |index: u32| char::from(ALPHABET[usize::try_from((random >> (5 * index)) & 31).unwrap_or(0)]);
    let code: String = (0..10).map(character).collect();
    let row = EnrolCode {
        hash: digest_of(&code),
        whom,
        uses_left: uses,
        per_hour,
        is_revoked: false,
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
