//! Who is signed in on a phone that asks for a PIN: offline, with few tries, and locked again when nobody uses it.
//!
//! The session says in whose name operations are written from now on. What was written before keeps its name, whoever is
//! signed in when it is sent.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::Companion;
use super::enrol::{Enrolment, Identity};
use super::moment::Moment;
use crate::domain::{Actor, Document, DocumentKind, Holder, Holders, Pin, PinVerifier, Settings, Site};
use crate::env::Env;
use crate::log::{AuthLevel, DeviceId};
use crate::store::{Meta, documents};
use crate::{Code, Error, Result};

/// Using the phone is written down at most so often, ms: a save must not pay for it each time.
const NOTE_USE_EVERY_MS: u64 = 10_000;

/// Whoever gave their PIN last.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Session {
    person: String,
    /// When the phone was last used.
    used: Moment,
}

/// Wrong PINs of one person in a row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Tries {
    failures: u32,
    /// Not before this.
    next: Option<Moment>,
}

/// In whose name an operation is written, and how sure the phone is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Author {
    pub(super) name: String,
    pub(super) level: AuthLevel,
}

/// One of those who share a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharer {
    /// The person's id.
    pub person: String,
    /// Whether a PIN is set: without one they cannot sign in.
    pub has_pin: bool,
    /// When the next try makes sense after too many wrong ones, UTC ms by this phone's clock.
    pub next_try_at: Option<i64>,
}

/// Where signing in stands.
pub(super) struct Standing {
    /// Who holds the phone, or is signed in, even where it has locked itself since.
    pub(super) person: Option<String>,
    pub(super) is_locked: bool,
    /// None on a phone that asks for no PIN.
    pub(super) sharers: Option<Vec<Sharer>>,
}

impl Companion {
    /// Signs a person in who shares this phone: what is recorded from now on is theirs. Works offline; takes some ten
    /// milliseconds, so that guessing does too. Whoever was signed in before is signed out.
    ///
    /// After five wrong PINs in a row a person waits for a minute, then for twice as long after each further one, up to an
    /// hour. Neither a restart nor another wall clock shortens that.
    ///
    /// # Errors
    /// [`Code::PinWrong`], [`Code::PinLocked`], [`Code::PinMissing`]; [`Code::UnknownReference`] at `person` for somebody who
    /// does not share this phone; [`Code::Malformed`] or [`Code::OutOfRange`] at `pin`; [`Code::NotEnrolled`]; those of the store.
    pub fn sign_in(&self, person: &str, pin: &str) -> Result<Identity> {
        let pin = Pin::parse(pin)?;
        // The try counts before it is made: whoever kills the app in between has used it up.
        let verifier = self.write(|connection, _| begin_try(connection, &self.env, person))?;
        if !verifier.verifies(&pin) {
            return Err(Error::field(Code::PinWrong, "pin", "another PIN"));
        }
        self.write(|connection, changes| {
            // A sync may have taken the person off this phone, or brought another PIN, in the meantime.
            if holder_pin(connection, person)? != verifier {
                return Err(Error::field(Code::PinWrong, "pin", "the PIN was changed just now"));
            }
            forget_tries(connection, person)?;
            changes.document(DocumentKind::Holders.as_str(), &Holders::document_id(&self.device()));
            Meta::Session.write(connection, &Session { person: person.to_owned(), used: Moment::after(&self.env, 0) })
        })?;
        self.identity()
    }

    /// Signs out whoever is signed in. Nothing is lost: what they recorded is sent under their name, whoever signs in next.
    /// Does nothing where nobody is signed in.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sign_out(&self) -> Result<()> {
        self.write(|connection, changes| {
            changes.document(DocumentKind::Holders.as_str(), &Holders::document_id(&self.device()));
            Meta::Session.clear(connection)
        })
    }

    /// Says that whoever is signed in is using the phone, so that it does not lock itself: for an app that is touched without
    /// recording anything. Does nothing on a phone that is locked, or that asks for no PIN.
    ///
    /// # Errors
    /// Those of the store.
    pub fn touch(&self) -> Result<()> {
        let is_due = self.read(|connection| Ok(Session::open(connection, &self.env)?.is_some_and(|session| session.is_due(&self.env))))?;
        if !is_due {
            return Ok(());
        }
        self.write(|connection, _| match Session::open(connection, &self.env)? {
            Some(session) => session.note_use(connection, &self.env),
            None => Ok(()),
        })
    }
}

impl Session {
    /// The session, where there is one that has not locked itself.
    fn open(connection: &Connection, env: &Env) -> Result<Option<Self>> {
        let Some(session) = Meta::Session.read::<Self>(connection)? else { return Ok(None) };
        let limit = u64::from(settings(connection)?.app_lock_s) * 1000;
        Ok(session.used.ago(env).is_some_and(|ago| ago < limit).then_some(session))
    }

    /// Writes down that the phone is used, where that is due.
    fn note_use(&self, connection: &Connection, env: &Env) -> Result<()> {
        if !self.is_due(env) {
            return Ok(());
        }
        Meta::Session.write(connection, &Self { used: Moment::after(env, 0), ..self.clone() })
    }

    /// Whether it is time to write down that the phone is used.
    fn is_due(&self, env: &Env) -> bool {
        self.used.ago(env).is_none_or(|ago| ago >= NOTE_USE_EVERY_MS)
    }
}

impl Tries {
    /// How long to wait yet, ms. Whoever restarts the phone waits from the start: rebooting is no way round.
    fn wait_ms(&self, env: &Env) -> u64 {
        let whole = Pin::wait_after_ms(self.failures);
        match &self.next {
            Some(next) if next.is_of_this_boot(env) => next.remaining(env).min(whole),
            _ => whole,
        }
    }
}

/// Who writes now.
///
/// # Errors
/// [`Code::Locked`] where somebody has to sign in first.
pub(super) fn author(connection: &Connection, env: &Env, enrolment: Option<&Enrolment>) -> Result<Author> {
    let holders = Meta::Holders.read::<Holders>(connection)?;
    let Some(holders) = holders.as_ref().filter(|holders| holders.ask_for_pin()) else {
        return Ok(Author { name: alone(holders.as_ref(), enrolment).to_owned(), level: AuthLevel::Device });
    };
    let session = Session::open(connection, env)?.filter(|session| holders.get(&session.person).is_some());
    let session = session.ok_or_else(|| Error::new(Code::Locked, "sign in first"))?;
    session.note_use(connection, env)?;
    Ok(Author { name: session.person, level: AuthLevel::Pin })
}

/// The name under which a phone writes that asks for no PIN.
fn alone<'a>(holders: Option<&'a Holders>, enrolment: Option<&'a Enrolment>) -> &'a str {
    holders.and_then(Holders::alone).unwrap_or_else(|| enrolment.map_or(Actor::SELF, Enrolment::actor_name))
}

/// Where signing in stands.
pub(super) fn standing(connection: &Connection, env: &Env, enrolment: Option<&Enrolment>) -> Result<Standing> {
    let holders = Meta::Holders.read::<Holders>(connection)?;
    let Some(holders) = holders.as_ref().filter(|holders| holders.ask_for_pin()) else {
        let name = alone(holders.as_ref(), enrolment);
        let person = (!matches!(name, Actor::SELF | Actor::TOURIST)).then(|| name.to_owned());
        return Ok(Standing { person, is_locked: false, sharers: None });
    };
    let tries = all_tries(connection)?;
    let now = env.clock.wall_ms();
    let sharer = |holder: &Holder| {
        let wait = tries.get(&holder.person).map_or(0, |tries| tries.wait_ms(env));
        Sharer {
            person: holder.person.clone(),
            has_pin: holder.pin.is_some(),
            next_try_at: (wait > 0).then(|| now.saturating_add_unsigned(wait)),
        }
    };
    Ok(Standing {
        person: Meta::Session.read::<Session>(connection)?.map(|session| session.person),
        is_locked: Session::open(connection, env)?.is_none(),
        sharers: Some(holders.persons.iter().map(sharer).collect()),
    })
}

/// Takes the hub's word on who shares this phone. Whoever was taken off it, or has another PIN, is signed out.
pub(super) fn take_holders(connection: &Connection, device: &DeviceId, document: &Document) -> Result<()> {
    if document.id != Holders::document_id(device) {
        return Ok(());
    }
    // In a shape that only a newer version knows: whoever may sign in now may do so still.
    let Ok(new) = serde_json::from_value::<Holders>(document.body.clone()) else { return Ok(()) };
    keep_holders(connection, &new)
}

/// Keeps who shares this phone.
pub(super) fn keep_holders(connection: &Connection, new: &Holders) -> Result<()> {
    let old = Meta::Holders.read::<Holders>(connection)?.unwrap_or_default();
    let changed = |person: &str| new.get(person).is_none_or(|holder| old.get(person) != Some(holder));
    for person in all_tries(connection)?.into_keys().filter(|person| changed(person)) {
        forget_tries(connection, &person)?;
    }
    if Meta::Session.read::<Session>(connection)?.is_some_and(|session| changed(&session.person)) {
        Meta::Session.clear(connection)?;
    }
    Meta::Holders.write(connection, new)
}

/// Lets every wait that was cut by a reboot begin anew, so that it ends one day.
pub(super) fn restart_waits(connection: &Connection, env: &Env) -> Result<()> {
    let mut all = all_tries(connection)?;
    let mut restarted = false;
    for tries in all.values_mut().filter(|tries| tries.next.as_ref().is_some_and(|next| !next.is_of_this_boot(env))) {
        tries.next = Some(Moment::after(env, Pin::wait_after_ms(tries.failures)));
        restarted = true;
    }
    if restarted { Meta::PinTries.write(connection, &all) } else { Ok(()) }
}

fn begin_try(connection: &Connection, env: &Env, person: &str) -> Result<PinVerifier> {
    let verifier = holder_pin(connection, person)?;
    restart_waits(connection, env)?;
    let mut all = all_tries(connection)?;
    let tries = all.entry(person.to_owned()).or_default();
    let wait = tries.wait_ms(env);
    if wait > 0 {
        return Err(Error::field(Code::PinLocked, "pin", format!("the next try is in {} s", wait.div_ceil(1000))));
    }
    tries.failures = tries.failures.saturating_add(1);
    let wait = Pin::wait_after_ms(tries.failures);
    tries.next = (wait > 0).then(|| Moment::after(env, wait));
    Meta::PinTries.write(connection, &all)?;
    Ok(verifier)
}

fn holder_pin(connection: &Connection, person: &str) -> Result<PinVerifier> {
    if Meta::Enrolment.read::<Enrolment>(connection)?.is_none() {
        return Err(Error::new(Code::NotEnrolled, "enrol first; what is recorded stays queued"));
    }
    let holders = Meta::Holders.read::<Holders>(connection)?.unwrap_or_default();
    let unknown = || Error::field(Code::UnknownReference, "person", "nobody of this id shares this phone");
    let holder = holders.get(person).ok_or_else(unknown)?;
    holder.pin.clone().ok_or_else(|| Error::field(Code::PinMissing, "person", "an officer has to set a PIN first"))
}

fn all_tries(connection: &Connection) -> Result<BTreeMap<String, Tries>> {
    Ok(Meta::PinTries.read(connection)?.unwrap_or_default())
}

fn forget_tries(connection: &Connection, person: &str) -> Result<()> {
    let mut all = all_tries(connection)?;
    if all.remove(person).is_some() { Meta::PinTries.write(connection, &all) } else { Ok(()) }
}

/// The site's settings; the defaults until they are here.
fn settings(connection: &Connection) -> Result<Settings> {
    let Some(enrolment) = Meta::Enrolment.read::<Enrolment>(connection)? else { return Ok(Settings::default()) };
    let site = documents::get(connection, &enrolment.site)?.and_then(|document| serde_json::from_value::<Site>(document.body).ok());
    Ok(site.map_or_else(Settings::default, |site| site.settings))
}
