//! PINs for shared phones: set by an officer, kept as what they are held against.

use liuye_core::domain::{Pin, PinVerifier};
use liuye_core::{Code, Error, Result};

use super::person_of;
use crate::holders::tell;
use crate::hub::Hub;

/// Sets a person's PIN on every phone that they share; the phones learn it with their next sync, and whoever is signed in there
/// signs in again. Without a PIN one of six digits is made and returned: it is shown once.
///
/// # Errors
/// [`Code::UnknownReference`] at `person`; those of [`Pin::choose`] at `pin`; those of the store.
pub fn set(hub: &Hub, person: &str, pin: Option<&str>) -> Result<Option<String>> {
    person_of(hub, person)?;
    let made = if pin.is_none() { Some(make(hub)?) } else { None };
    let chosen = Pin::choose(made.as_deref().or(pin).unwrap_or_default())?;
    keep(hub, person, &PinVerifier::make(&chosen, hub.env().random())?)?;
    Ok(made)
}

/// Sets what a person's PIN is held against, for whoever made it elsewhere.
///
/// # Errors
/// [`Code::UnknownReference`] at `person`; those of the store.
pub fn keep(hub: &Hub, person: &str, verifier: &PinVerifier) -> Result<()> {
    person_of(hub, person)?;
    hub.write(&hub.site()?, |tx| {
        tx.set_pin(person, verifier)?;
        tx.devices_of(person)?.iter().try_for_each(|device| tell(tx, device))
    })
}

/// Six digits that nobody guesses first.
fn make(hub: &Hub) -> Result<String> {
    for _ in 0..100 {
        // Of 2⁶⁴ numbers, the bias of a remainder is none that anyone could use.
        let digits = format!("{:06}", u64::from_be_bytes(hub.env().random()) % 1_000_000);
        if Pin::choose(&digits).is_ok() {
            return Ok(digits);
        }
    }
    Err(Error::new(Code::Internal, "a hundred random PINs were all guessable"))
}
