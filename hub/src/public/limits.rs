//! What one address, and everybody, may do in a time; and how much is in memory at once. None of it locks anybody out for longer than
//! its span, and no address is shut out by what others do but where the disk has to be kept.

use std::net::IpAddr;
use std::time::Duration;

use liuye_core::{Code, Error, Result};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::tries::Tries;

/// No answer about a code comes sooner: whether it is one cannot be told from the time, because the work takes a part of it.
pub(super) const CODE_TIME: Duration = Duration::from_millis(100);

/// Reports whose photos are in memory at once: eight of thirty megabytes.
const PHOTOS_AT_ONCE: usize = 8;

/// So long a report with photos waits for room: then it is asked to come without them, and keeps what was typed.
const PHOTO_PATIENCE: Duration = Duration::from_secs(10);

/// Looks at the ledger by a code at once: each takes less than a millisecond, and holds a connection meanwhile.
const LOOKS_AT_ONCE: usize = 8;

/// What is counted.
#[derive(Debug)]
pub(super) struct Limits {
    codes: Tries,
    all_codes: Tries,
    reports: Tries,
    all_reports: Tries,
    photos: Semaphore,
    looks: Semaphore,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            codes: Tries::of_codes(),
            all_codes: Tries::of_all_codes(),
            reports: Tries::of_reports(),
            all_reports: Tries::of_all_reports(),
            photos: Semaphore::new(PHOTOS_AT_ONCE),
            looks: Semaphore::new(LOOKS_AT_ONCE),
        }
    }
}

const ALL: &str = "";

impl Limits {
    /// Takes one of the tries that this address has (UTC ms). It is taken before the look, so that many at once are no more than many.
    ///
    /// # Errors
    /// [`Code::HubBusy`] where too many wrong ones came.
    pub(super) fn try_code(&self, from: &str, now: i64) -> Result<()> {
        let is_calm = self.all_codes.may_try(ALL, now) || self.codes.is_new(from, now);
        if !is_calm || !self.codes.take(from, now) {
            return Err(Error::new(Code::HubBusy, "too many codes that are none"));
        }
        self.all_codes.count(ALL, now);
        Ok(())
    }

    /// A right code costs no try.
    pub(super) fn was_right(&self, from: &str, now: i64) {
        self.codes.give_back(from, now);
        self.all_codes.give_back(ALL, now);
    }

    /// A turn to look by a code, in the order in which they come.
    ///
    /// # Errors
    /// None while the hub runs.
    pub(super) async fn look(&self) -> Result<SemaphorePermit<'_>> {
        self.looks.acquire().await.map_err(|_| Error::internal("the hub outlives its requests"))
    }

    /// Whether this address may report another loss now (UTC ms).
    ///
    /// # Errors
    /// [`Code::HubBusy`] where too many came.
    pub(super) fn may_report(&self, from: &str, now: i64) -> Result<()> {
        let is_free = self.reports.may_try(from, now) && self.all_reports.may_try(ALL, now);
        if is_free { Ok(()) } else { Err(Error::new(Code::HubBusy, "too many reports in an hour")) }
    }

    /// Remembers a report that was new.
    pub(super) fn reported(&self, from: &str, now: i64) {
        self.reports.count(from, now);
        self.all_reports.count(ALL, now);
    }

    /// Room for the photos of one report.
    ///
    /// # Errors
    /// [`Code::HubBusy`] at `photos`.
    pub(super) async fn room_for_photos(&self) -> Result<SemaphorePermit<'_>> {
        let full = || Error::field(Code::HubBusy, "photos", "too many photos at once");
        tokio::time::timeout(PHOTO_PATIENCE, self.photos.acquire()).await.map_err(|_| full())?.map_err(|_| full())
    }
}

/// The name under which an address is counted. Of IPv6 a household has a whole network of 64 bits, and so has whoever guesses.
pub(super) fn name_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_address_and_its_neighbour_another() {
        let name = |text: &str| name_of(text.parse().unwrap());
        assert_eq!(name("2001:db8:1:2::1"), name("2001:db8:1:2:ffff::9"));
        assert_ne!(name("2001:db8:1:2::1"), name("2001:db8:1:3::1"));
        assert_eq!(name("::ffff:192.0.2.1"), name("192.0.2.1"));
    }

    #[test]
    fn guesses_from_everywhere_shut_out_nobody_who_has_not_guessed() {
        let limits = Limits::default();
        for number in 0..2_000 {
            limits.try_code(&format!("guesser-{}", number % 500), 0).unwrap();
        }
        assert!(limits.try_code("guesser-1", 0).is_err(), "one that guessed waits, though it had tries left of its own");
        limits.try_code("tourist", 0).unwrap();
        limits.was_right("tourist", 0);
        limits.try_code("tourist", 0).unwrap();
        assert!(limits.try_code("tourist", 0).is_err(), "that one was wrong");
        assert!(limits.try_code("guesser-1", 60_000).is_ok() && limits.try_code("tourist", 60_000).is_ok(), "until the minute is over");
    }

    #[test]
    fn a_family_behind_one_address_may_mistype_and_ask_as_often_as_it_likes() {
        let limits = Limits::default();
        for _ in 0..100 {
            limits.try_code("family", 0).unwrap();
            limits.was_right("family", 0);
        }
        for _ in 0..20 {
            limits.try_code("family", 0).unwrap();
        }
        assert!(limits.try_code("family", 0).is_err() && limits.try_code("other", 0).is_ok());
    }
}
