//! The year as it passes: deeds in their order, phones that are killed and try again, and the figures at its end.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use liuye_core::companion::{OutboxStatus, SyncReason};
use liuye_core::domain::{Statistics, format_rfc3339};
use liuye_core::{Code, Error};
use liuye_hub::Hub;
use liuye_hub::ops::enrol_code;
use liuye_hub::ops::verify::{VerifyReport, verify};
use serde_json::Value;

use super::article::{Line, beside};
use super::deed::{Deed, Event};
use super::network::Mail;
use super::phone::Phone;
use super::plan::{self, BEGIN, DAY, HOUR, MINUTE, Size};
use super::staff::{person, site};
use crate::INLINE_URL;
use crate::disk::{self, Fault};
use crate::sim::chance::Chance;
use crate::sim::clock::Time;
use crate::sim::hub::HubMachine;

/// How far a year is.
pub struct Told {
    /// Days that have passed.
    pub day: i64,
    /// Of so many.
    pub days: i64,
}

/// A year that has passed. Its hub lives as long as this.
pub struct Year {
    world: Arc<World>,
    /// What it had to come to, and came to.
    pub lines: Vec<Line>,
    /// All figures.
    pub statistics: Statistics,
    /// What `liuye verify` says.
    pub verified: VerifyReport,
    /// What went wrong on the way, by name.
    pub faults: BTreeMap<&'static str, u64>,
    /// Operations that are not applied, and are to be.
    pub unsettled: u64,
}

impl Year {
    /// The hub.
    #[must_use]
    pub fn hub(&self) -> Hub {
        self.world.hub.hub().unwrap()
    }

    /// Its ledger, to be looked at and spoiled by SQL.
    #[must_use]
    pub fn ledger(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.world.hub.folder.join("ledger.db")).unwrap()
    }

    /// The window that the figures are of, UTC ms.
    #[must_use]
    pub fn window(&self) -> (i64, i64) {
        (BEGIN, BEGIN + self.world.size.days * DAY)
    }

    /// Whether every figure is what it had to be, everything has taken effect, and every chain holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lines.iter().all(Line::agrees) && self.verified.faults.is_empty() && self.unsettled == 0
    }
}

impl Drop for Year {
    fn drop(&mut self) {
        for phone in &self.world.phones {
            phone.quit();
            phone.disk.clear();
        }
        self.world.hub.stop();
        self.world.hub.disk.clear();
    }
}

/// How often somebody looks at once for what is new: a line that fails one time in six fails so often in a row in no year.
const TRIES: u32 = 50;

pub(super) struct World {
    size: Size,
    pub(super) time: Arc<Time>,
    pub(super) chance: Chance,
    pub(super) hub: HubMachine,
    pub(super) mail: Mail,
    phones: Vec<Phone>,
    /// Id, QR text, latitude and longitude in 1e-7 degrees.
    pub(super) checkpoints: Vec<(String, String, i32, i32)>,
    clean: AtomicBool,
    faults: Mutex<BTreeMap<&'static str, u64>>,
    myself: Weak<World>,
}

/// Plays a year of this size from a seed in a folder, and tells of each day.
#[must_use]
pub fn play(size: Size, seed: u64, folder: &Path, mut tell: impl FnMut(Told)) -> Year {
    disk::install();
    let (world, events) = World::begin(size, seed, folder);
    world.live(events, &mut tell);
    let hub = world.hub.hub().unwrap();
    let statistics = hub.statistics(BEGIN, BEGIN + size.days * DAY, None).unwrap();
    let faults = world.faults.lock().unwrap().clone();
    let unsettled = hub.attention(100_000).unwrap().len() as u64;
    Year { lines: beside(&size, &statistics), verified: verify(&hub).unwrap(), faults, statistics, unsettled, world }
}

impl World {
    fn begin(size: Size, seed: u64, folder: &Path) -> (Arc<Self>, Vec<Event>) {
        let time = Arc::new(Time::at(BEGIN - HOUR));
        let hub = HubMachine::new(&folder.join("hub"), &time, seed, 1);
        hub.start();
        let running = hub.hub().unwrap();
        let site = site(&size);
        running.import_site(&site.to_string()).unwrap();
        let checkpoints = checkpoints(&site, &running.tags().unwrap());
        let listed = |noun: &str, field: &str| {
            site[noun].as_array().unwrap().iter().map(|entry| entry[field].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let zones: BTreeMap<_, _> = listed("checkpoints", "id").into_iter().zip(listed("checkpoints", "zone")).collect();
        let places: Vec<_> = checkpoints.iter().map(|(id, ..)| (id.clone(), zones[id].clone())).collect();
        let events = plan::events(&size, seed, &places, &listed("venues", "id"));
        let phones = (0..size.phones()).map(|index| Phone::new(folder, &time, seed, index)).collect();
        let world = Arc::new_cyclic(|myself| Self {
            size,
            time,
            chance: Chance::new(seed, 51),
            hub,
            mail: Mail::default(),
            phones,
            checkpoints,
            clean: AtomicBool::new(false),
            faults: Mutex::default(),
            myself: Weak::clone(myself),
        });
        (world, events)
    }

    fn live(&self, events: Vec<Event>, tell: &mut impl FnMut(Told)) {
        let mut agenda: BTreeMap<(i64, u64), Event> = BTreeMap::new();
        for (turn, event) in events.into_iter().enumerate() {
            agenda.insert((event.at, turn as u64), event);
        }
        let (mut turn, mut day) = (agenda.len() as u64, -1);
        while let Some(((at, _), event)) = agenda.pop_first() {
            self.time.reach(at);
            if (at - BEGIN).div_euclid(DAY) > day {
                day = (at - BEGIN).div_euclid(DAY);
                self.hub.hub().unwrap().tick().unwrap();
                self.phones.iter().for_each(Phone::quit);
                tell(Told { day: day.clamp(0, self.size.days), days: self.size.days });
            }
            for request in self.mail.arrived(at) {
                self.hub.answer(&request);
            }
            // What must come at its minute meets no trouble, and at the end everyone finds a network.
            let is_after = at >= BEGIN + self.size.days * DAY;
            self.clean.store(is_after || event.deed.is_timed(), Ordering::SeqCst);
            if let Some(later) = self.event(event) {
                agenda.insert((later.at.max(at + 1), turn), later);
                turn += 1;
            }
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.clean.load(Ordering::SeqCst)
    }

    pub(super) fn count(&self, fault: &'static str) {
        *self.faults.lock().unwrap().entry(fault).or_default() += 1;
    }

    /// Lets something happen, and syncs. Returns what is to be tried again later: the deed, where it goes on with what has not
    /// come yet; else the sync, where that did not go through.
    fn event(&self, event: Event) -> Option<Event> {
        let phone = &self.phones[event.phone];
        self.enrol(event.phone);
        if event.deed.needs_news() {
            // Whoever goes on with another's work has looked at it before.
            if !self.look(phone) {
                return Some(Event { at: event.at + 2 * MINUTE, ..event });
            }
        }
        if !self.save(phone, &event.deed) {
            return Some(Event { at: event.at + HOUR, ..event });
        }
        let later = |at| Some(Event { at, phone: event.phone, deed: Deed::Sync });
        // Not everyone has a network at once.
        if !self.is_clean() && self.chance.one_in(3) {
            return later(event.at + self.chance.ms(10 * MINUTE..3 * HOUR));
        }
        self.sync(phone).and_then(later)
    }

    fn enrol(&self, index: usize) {
        let phone = &self.phones[index];
        let mut enrolled = phone.enrolled.lock().unwrap();
        if *enrolled {
            return;
        }
        let holder = (index < self.size.loser()).then(|| person(index));
        let code = enrol_code::make(&self.hub.hub().unwrap(), holder.as_deref(), 100, 60).unwrap();
        loop {
            match phone.app(&self.myself).enrol(INLINE_URL, &code) {
                Ok(_) => break,
                Err(error) if error.code == Code::AlreadyEnrolled => break,
                Err(_) => {}
            }
        }
        *enrolled = true;
        drop(enrolled);
        self.look(phone);
    }

    /// Looks what is new, as often as the network makes it necessary. False where a process that was killed still has the lease.
    fn look(&self, phone: &Phone) -> bool {
        (0..TRIES).any(|_| self.round(phone).is_none())
    }

    /// Saves what somebody does. Now and then the phone is killed in the middle: then what counts is what is there. False where
    /// it goes on with another's work, and that has not come yet.
    fn save(&self, phone: &Phone, deed: &Deed) -> bool {
        loop {
            let app = phone.app(&self.myself);
            let before = total(&app.outbox().unwrap());
            if !self.is_clean() && self.chance.one_in(25) {
                phone.disk.plan(self.chance.of(1..40), Fault::Kill);
            }
            let done = self.deed(&app, deed);
            let fell = phone.disk.is_down();
            phone.disk.unplan();
            if !fell {
                let waits = |error: &Error| deed.needs_news() && matches!(error.code, Code::NotFound | Code::StateRefused);
                let is_waiting = done.as_ref().is_err_and(waits);
                assert!(done.is_ok() || is_waiting, "{deed:?} at {}: {done:?}", format_rfc3339(self.time.now()));
                return !is_waiting;
            }
            drop((app, done));
            self.count("killed_saving");
            if total(&phone.app(&self.myself).outbox().unwrap()) > before && !matches!(deed, Deed::Desk) {
                return true;
            }
        }
    }

    /// Syncs once, and may be killed meanwhile. Returns when to try again, where it did not go through.
    fn sync(&self, phone: &Phone) -> Option<i64> {
        if !self.is_clean() && self.chance.one_in(40) {
            phone.disk.plan(self.chance.of(1..120), Fault::Kill);
        }
        self.round(phone)
    }

    fn round(&self, phone: &Phone) -> Option<i64> {
        let app = phone.app(&self.myself);
        let report = app.sync(SyncReason::User);
        phone.disk.unplan();
        if phone.disk.is_down() {
            self.count("killed_syncing");
            // The lease of the process that is gone runs out.
            return Some(self.time.now() + 2 * MINUTE);
        }
        match report {
            Ok(report) => match report.blocked_reason {
                None => {
                    let status = app.outbox().unwrap();
                    (status.pending + status.blobs > 0).then(|| self.time.now() + MINUTE)
                }
                Some(_) => Some(report.next_allowed_at.unwrap_or(self.time.now() + MINUTE)),
            },
            Err(_) => Some(self.time.now() + 2 * MINUTE),
        }
    }
}

const fn total(status: &OutboxStatus) -> u64 {
    status.pending + status.applied + status.held + status.quarantined + status.conflicts
}

fn checkpoints(site: &Value, tags: &[(String, String)]) -> Vec<(String, String, i32, i32)> {
    let e7 = |value: &Value| (value.as_f64().unwrap_or(0.0) * 1e7) as i32;
    let listed = site["checkpoints"].as_array().unwrap().iter().filter(|checkpoint| checkpoint["retired_at"].is_null());
    listed
        .filter_map(|checkpoint| {
            let id = checkpoint["id"].as_str()?;
            let (_, payload) = tags.iter().find(|(tag, _)| tag == id)?;
            Some((id.to_owned(), payload.clone(), e7(&checkpoint["at"]["lat"]), e7(&checkpoint["at"]["lon"])))
        })
        .collect()
}
