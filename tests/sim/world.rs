//! The world: what happens next, and what goes wrong meanwhile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use liuye_core::Code;
use liuye_core::companion::SyncReason;
use liuye_core::domain::PinVerifier;
use liuye_core::env::{HttpRequest, HttpResponse};
use liuye_core::log::Digest;
use liuye_hub::ops::{enrol_code, pin};
use serde_json::Value;

use super::call_deeds;
use super::chance::Chance;
use super::check;
use super::climate::Climate;
use super::clock::{MachineClock, Time};
use super::deeds;
use super::found_deeds;
use super::hub::HubMachine;
use super::phone::Phone;
use super::platform_deeds;
use super::site;
use super::tally::Tally;
use super::work_deeds;
use crate::INLINE_URL;
use crate::disk;

/// 2026-10-01, eight in the morning at the lake.
const BEGIN: i64 = 1_790_812_800_000;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Clones that one world has at most.
const MAX_CLONES: usize = 2;

/// Something that is broken on purpose: a check that does not notice it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// Phones' disks say that they synced, and did not: P1.
    LyingPhoneDisks,
    /// Something between one phone and the hub acknowledges what never arrives: P1, P6.
    HastyAcknowledgement,
    /// The cursor goes ahead of the contents, and no digest tells: P5.
    SkippedChange,
    /// The hub has no time for one phone, for ever: P7.
    DeafHub,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What it counted.
    pub tally: Tally,
    /// The first promise that was broken.
    pub failure: Option<String>,
    /// Over everything that happened: equal for equal runs.
    pub digest: Digest,
    /// What happened last, for whoever looks for the cause.
    pub trail: Vec<String>,
}

/// Something that is due.
#[derive(Debug)]
pub(super) enum Due {
    Deed(usize),
    /// The app's own next sync.
    Sync(usize),
    /// What a platform's scheduler does now and then.
    Poll(usize),
    Launch(usize),
    NetworkChange(usize),
    HubStart,
    Mail(Box<HttpRequest>),
    PhoneFault(usize),
    HubFault,
    Churn,
    Fork(usize),
    Restore,
    Upgrade,
    Erase,
    Wipe(usize),
}

impl Due {
    const fn phone(&self) -> Option<usize> {
        match self {
            Self::Deed(index)
            | Self::Sync(index)
            | Self::Poll(index)
            | Self::Launch(index)
            | Self::NetworkChange(index)
            | Self::PhoneFault(index)
            | Self::Fork(index)
            | Self::Wipe(index) => Some(*index),
            Self::HubStart | Self::Mail(_) | Self::HubFault | Self::Churn | Self::Restore | Self::Upgrade | Self::Erase => None,
        }
    }
}

/// Everything that there is in one run.
pub(super) struct World {
    pub(super) sabotage: Option<Sabotage>,
    pub(super) time: Arc<Time>,
    pub(super) chance: Chance,
    pub(super) climate: Climate,
    pub(super) phones: Vec<Phone>,
    pub(super) hub: HubMachine,
    /// Id, text of the QR code, position × 10⁷.
    pub(super) checkpoints: Vec<(String, String, i32, i32)>,
    pub(super) site: Mutex<Value>,
    myself: Weak<World>,
    agenda: Mutex<BTreeMap<(i64, u64), Due>>,
    turn: AtomicU64,
    depth: AtomicU32,
    healed: std::sync::atomic::AtomicBool,
    pub(super) tally: Mutex<Tally>,
    trace: Mutex<(Digest, Vec<String>)>,
    failure: Mutex<Option<String>>,
}

/// Runs the world of a seed.
#[must_use]
pub fn run(seed: u64, climate: Climate) -> Outcome {
    run_sabotaged(seed, climate, None)
}

/// Runs the world of a seed with something broken on purpose.
#[must_use]
pub fn run_sabotaged(seed: u64, climate: Climate, sabotage: Option<Sabotage>) -> Outcome {
    disk::install();
    let folder = tempfile::tempdir().unwrap();
    let world = World::begin(seed, climate, folder.path(), sabotage);
    world.live();
    check::at_the_end(&world);
    let mut tally = world.tally.lock().unwrap().clone();
    tally.phone_ms = (world.time.now() - BEGIN).unsigned_abs() * world.climate.phones as u64;
    tally.operations = world.phones.iter().map(|phone| phone.journal.lock().unwrap().promised.len() as u64).sum();
    let (digest, trail) = world.trace.lock().unwrap().clone();
    let failure = world.failure.lock().unwrap().clone();
    for phone in &world.phones {
        phone.clear();
    }
    world.hub.stop();
    world.hub.disk.clear();
    Outcome { tally, failure, digest, trail }
}

impl World {
    fn begin(seed: u64, climate: Climate, folder: &Path, sabotage: Option<Sabotage>) -> Arc<Self> {
        let time = Arc::new(Time::at(BEGIN));
        let hub = HubMachine::new(&folder.join("hub"), &time, seed, climate.hubs);
        hub.start();
        let site = site::small();
        let running = hub.hub().unwrap();
        running.import_site(&site.to_string()).unwrap();
        let checkpoints = checkpoints(&site, &running.tags().unwrap());
        let chance = Chance::new(seed, 3);
        let phones = (0..climate.phones + MAX_CLONES).map(|index| {
            let mut holders = Vec::new();
            if index % 3 != 2 {
                holders.push(site::STAFF[index % site::STAFF.len()]);
                if chance.one_in(climate.shared_in) {
                    holders.push(site::STAFF[(index + 3) % site::STAFF.len()]);
                }
            }
            let name = format!("phone-{index}");
            Phone::new(index, &folder.join(&name), holders, MachineClock::new(&time, &name), seed)
        });
        let phones: Vec<_> = phones.collect();
        for phone in &phones[..climate.phones] {
            // Codes are handed out on paper beforehand: a phone that is offline keeps one until it can use it.
            let holders: Vec<_> = phone.holders().into_iter().map(str::to_owned).collect();
            let code = match holders.len() {
                0 | 1 => enrol_code::make(&running, holders.first().map(String::as_str), 20, 60 * 24 * 30),
                _ => enrol_code::make_shared(&running, &holders, 20, 60 * 24 * 30),
            };
            phone.journal.lock().unwrap().code = Some(code.unwrap());
            if holders.len() > 1 {
                let verifier = PinVerifier::from_kept(site::VERIFIER.to_owned());
                holders.iter().for_each(|person| pin::keep(&running, person, &verifier).unwrap());
            }
        }
        for phone in &phones {
            phone.disk.lie_about_syncs(sabotage == Some(Sabotage::LyingPhoneDisks));
        }
        Arc::new_cyclic(|myself| Self {
            sabotage,
            time,
            chance,
            climate,
            phones,
            hub,
            checkpoints,
            site: Mutex::new(site),
            myself: Weak::clone(myself),
            agenda: Mutex::default(),
            turn: AtomicU64::new(0),
            depth: AtomicU32::new(0),
            healed: std::sync::atomic::AtomicBool::new(false),
            tally: Mutex::default(),
            trace: Mutex::new((Digest([0; 32]), Vec::new())),
            failure: Mutex::default(),
        })
    }

    /// Lives through the days.
    fn live(&self) {
        for phone in &self.phones[..self.climate.phones] {
            self.wake(phone);
        }
        self.until(BEGIN + self.climate.days * DAY);
    }

    /// Does what is due, until then or until a promise is broken.
    pub(super) fn until(&self, end: i64) {
        while !self.has_failed() {
            let next = self.agenda.lock().unwrap().first_key_value().map(|((at, _), _)| *at);
            match next {
                Some(at) if at <= end => self.step(),
                _ => break,
            }
        }
        self.time.reach(end);
    }

    fn step(&self) {
        let Some(((at, _), due)) = self.agenda.lock().unwrap().pop_first() else { return };
        self.time.reach(at);
        self.hub.chores(self.time.now());
        let touched = due.phone();
        self.handle(due);
        self.notice_ends();
        if let Some(index) = touched {
            check::after_a_step(self, &self.phones[index]);
        }
    }

    fn handle(&self, due: Due) {
        match due {
            Due::Deed(index) => self.deed(&self.phones[index]),
            Due::Sync(index) => {
                let phone = &self.phones[index];
                // Planned anew since, perhaps more than once; and a platform wakes nobody to sync without a network.
                if phone.is_online() && phone.journal.lock().unwrap().sync_due.is_some_and(|due| due <= self.time.now()) {
                    self.sync(phone, SyncReason::Timer);
                }
            }
            Due::Poll(index) => {
                self.due(self.chance.ms(2 * HOUR..4 * HOUR), Due::Poll(index));
                if self.phones[index].is_online() {
                    self.sync(&self.phones[index], SyncReason::Timer);
                }
            }
            Due::Launch(index) => self.launch(&self.phones[index]),
            Due::NetworkChange(index) => self.change_network(&self.phones[index]),
            Due::HubStart => self.start_hub(),
            Due::Mail(request) => {
                self.deliver(&request);
            }
            Due::PhoneFault(index) => self.spoil_phone(&self.phones[index]),
            Due::HubFault => self.spoil_hub(),
            Due::Churn => self.churn(),
            Due::Restore => self.restore(),
            Due::Upgrade => self.upgrade(),
            Due::Erase => self.erase(),
            Due::Wipe(index) => self.wipe(&self.phones[index]),
            Due::Fork(index) => self.fork(&self.phones[index]),
        }
    }

    pub(super) fn due(&self, in_ms: i64, due: Due) {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        self.agenda.lock().unwrap().insert((self.time.now() + in_ms, turn), due);
    }

    /// Somebody else does something while a request is under way.
    pub(super) fn meanwhile(&self) {
        let within = self.depth.fetch_add(1, Ordering::SeqCst);
        if within < 2 && !self.is_healed() && self.chance.one_in(self.climate.meanwhile_in) {
            self.step();
        }
        self.depth.fetch_sub(1, Ordering::SeqCst);
        self.notice_ends();
    }

    fn deed(&self, phone: &Phone) {
        if self.is_healed() {
            return;
        }
        self.due(self.chance.ms(1..2 * self.climate.deed_minutes * MINUTE), Due::Deed(phone.index));
        for (one_in, fault) in [
            (self.climate.phone_fault_in, Due::PhoneFault(phone.index)),
            (self.climate.hub_fault_in, Due::HubFault),
            (self.climate.churn_in, Due::Churn),
            (self.climate.restore_in, Due::Restore),
            (self.climate.upgrade_in, Due::Upgrade),
            (self.climate.erase_in, Due::Erase),
            (self.climate.wipe_in, Due::Wipe(phone.index)),
            (self.climate.fork_in, Due::Fork(phone.index)),
        ] {
            if self.chance.one_in(one_in) {
                self.due(self.chance.ms(0..10 * MINUTE), fault);
            }
        }
        let Some(app) = phone.app() else { return };
        let done = deeds::take_over(phone, &app).and_then(|()| {
            if self.chance.one_in(self.climate.calls_in) {
                call_deeds::do_something(phone, &app)
            } else if self.chance.one_in(self.climate.platform_in) {
                platform_deeds::do_something(phone, &app)
            } else if self.chance.one_in(self.climate.found_in) {
                found_deeds::do_something(phone, &app)
            } else if self.chance.one_in(self.climate.work_in) {
                work_deeds::do_something(phone, &app)
            } else {
                deeds::do_something(self, phone, &app)
            }
        });
        self.tell(|| format!("phone {} did {:?}", phone.index, done.as_ref().map_err(|error| error.code)));
        phone.note(&app, done);
        if !self.chance.one_in(3) {
            self.sync(phone, SyncReason::Write);
        }
    }

    /// What an app does when there is a reason to sync.
    pub(super) fn sync(&self, phone: &Phone, reason: SyncReason) {
        let Some(app) = phone.app() else { return };
        if !self.is_enrolled(phone, &app) {
            return self.again(phone, 10 * MINUTE);
        }
        let outcome = app.sync(reason);
        self.tell(|| format!("phone {} synced for {reason:?}: {:?}", phone.index, outcome.as_ref().map_err(|error| error.code)));
        match outcome {
            Ok(report) => {
                if report.blocked_reason.is_some() && report.next_allowed_at.is_none() {
                    self.fail(format!("phone {}: a round that failed named no time for the next", phone.index));
                }
                match report.next_allowed_at {
                    Some(wall) => self.again(phone, (phone.clock.true_time(wall) - self.time.now()).max(1)),
                    None => phone.journal.lock().unwrap().sync_due = None,
                }
            }
            // A lease outlives the process that held it.
            Err(error) if error.code == Code::Busy => self.again(phone, MINUTE + 1),
            Err(error) if error.code == Code::Wiped => {
                phone.begin_anew();
                self.count("phone_wiped");
                self.due(MINUTE, Due::Launch(phone.index));
            }
            // This phone's own trouble: an app tries again when it is next woken.
            Err(_) => {}
        }
    }

    fn again(&self, phone: &Phone, in_ms: i64) {
        phone.journal.lock().unwrap().sync_due = Some(self.time.now() + in_ms);
        self.due(in_ms, Due::Sync(phone.index));
    }

    fn is_enrolled(&self, phone: &Phone, app: &liuye_core::companion::Companion) -> bool {
        let code = {
            let journal = phone.journal.lock().unwrap();
            if journal.enrolled {
                return true;
            }
            journal.code.clone().unwrap_or_default()
        };
        let outcome = app.enrol(INLINE_URL, &code);
        let enrolled = outcome.is_ok() || outcome.as_ref().is_err_and(|error| error.code == Code::AlreadyEnrolled);
        self.tell(|| format!("phone {} enrolled: {:?}", phone.index, outcome.as_ref().map(drop).map_err(|error| error.code)));
        if outcome.as_ref().is_err_and(|error| error.code == Code::DeviceRevoked) {
            // It was reported lost before it knew that it was enrolled, and whoever found it sets it up anew.
            phone.clear();
            phone.begin_anew();
            self.count("phone_set_up_anew");
            self.due(MINUTE, Due::Launch(phone.index));
            return false;
        }
        if enrolled {
            phone.journal.lock().unwrap().enrolled = true;
            // The enrolment is an operation too.
            if let Ok(there) = super::phone::operations(app) {
                phone.journal.lock().unwrap().promised.extend(there);
            }
        } else if outcome.is_err_and(|error| error.kind() == liuye_core::ErrorKind::Storage) {
            phone.journal.lock().unwrap().unsure = true;
        }
        enrolled
    }

    /// Starts a phone that is down, and lets its app begin as an app does.
    pub(super) fn launch(&self, phone: &Phone) {
        if phone.app().is_some() {
            return;
        }
        if phone.launch(&self.myself) {
            self.tell(|| format!("phone {} launched", phone.index));
            self.sync(phone, SyncReason::Launch);
        } else {
            self.due(MINUTE, Due::Launch(phone.index));
        }
    }

    fn change_network(&self, phone: &Phone) {
        if self.is_healed() {
            return;
        }
        let online = !phone.is_online();
        phone.set_online(online);
        self.due(if online { self.chance.ms(HOUR..8 * HOUR) } else { self.chance.ms(MINUTE..5 * HOUR) }, Due::NetworkChange(phone.index));
        if online {
            self.sync(phone, SyncReason::Connect);
        } else {
            self.count("offline");
        }
    }

    /// Lets a phone live: its app runs, whoever carries it does things, and the network comes and goes.
    pub(super) fn wake(&self, phone: &Phone) {
        self.due(0, Due::Launch(phone.index));
        self.due(self.chance.ms(0..30 * MINUTE), Due::Deed(phone.index));
        self.due(self.chance.ms(MINUTE..HOUR), Due::Poll(phone.index));
        self.due(self.chance.ms(HOUR..6 * HOUR), Due::NetworkChange(phone.index));
    }

    fn start_hub(&self) {
        if !self.hub.is_up() {
            self.hub.start();
            if !self.hub.is_up() {
                self.due(MINUTE, Due::HubStart);
            }
            self.tell(|| "hub started".to_owned());
        }
    }

    /// Machines that went down lose their processes, and somebody starts them again later.
    fn notice_ends(&self) {
        for phone in &self.phones {
            if phone.notice_end() {
                self.tell(|| format!("phone {} went down", phone.index));
                phone.journal.lock().unwrap().unsure = true;
                let rest = if self.is_healed() { 1 } else { self.chance.ms(MINUTE..2 * HOUR) };
                self.due(rest, Due::Launch(phone.index));
            }
        }
        if self.hub.notice_end() {
            self.tell(|| "hub went down".to_owned());
            self.due(if self.is_healed() { 1 } else { self.chance.ms(MINUTE..HOUR) }, Due::HubStart);
        }
    }

    /// Hands a request to the hub, and writes down what was said.
    pub(super) fn deliver(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let answer = self.hub.answer(request);
        let mut trace = self.trace.lock().unwrap();
        let said = [&trace.0.0[..], &request.body, answer.as_ref().map_or(&[], |answer| &answer.body)].concat();
        trace.0 = Digest::of(&said);
        drop(trace);
        self.notice_ends();
        answer
    }

    pub(super) fn deliver_later(&self, request: HttpRequest, in_ms: i64) {
        self.due(in_ms, Due::Mail(Box::new(request)));
    }

    pub(super) fn count(&self, fault: &'static str) {
        *self.tally.lock().unwrap().faults.entry(fault).or_default() += 1;
        self.tell(|| fault.to_owned());
    }

    /// Ends every fault, and lets nobody write any more.
    pub(super) fn heal(&self) {
        self.healed.store(true, Ordering::SeqCst);
        self.notice_ends();
        for disk in self.phones.iter().map(|phone| &phone.disk).chain([&self.hub.disk]) {
            disk.limit_growth(None);
            disk.unplan();
        }
        if self.hub.is_old() {
            self.hub.change_edition(false);
        }
        self.start_hub();
        for phone in self.phones.iter().filter(|phone| phone.disk.bytes() > 0) {
            phone.set_online(true);
            self.launch(phone);
        }
    }

    pub(super) fn is_healed(&self) -> bool {
        self.healed.load(Ordering::SeqCst)
    }

    /// The hub's folder, with its ledger.
    pub(super) fn ledger(&self) -> PathBuf {
        self.hub.folder.join("ledger.db")
    }

    pub(super) fn tell(&self, line: impl FnOnce() -> String) {
        let line = format!("{} {}", self.time.now() - BEGIN, line());
        let mut trace = self.trace.lock().unwrap();
        let hashed = [&trace.0.0[..], line.as_bytes()].concat();
        trace.0 = Digest::of(&hashed);
        trace.1.push(line);
    }

    pub(super) fn fail(&self, what: String) {
        self.tell(|| format!("BROKEN: {what}"));
        self.failure.lock().unwrap().get_or_insert(what);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.lock().unwrap().is_some()
    }
}

fn checkpoints(site: &Value, tags: &[(String, String)]) -> Vec<(String, String, i32, i32)> {
    let e7 = |value: &Value| (value.as_f64().unwrap_or(0.0) * 1e7) as i32;
    let listed = site["checkpoints"].as_array().unwrap().iter();
    listed
        .filter_map(|checkpoint| {
            let id = checkpoint["id"].as_str()?;
            let (_, payload) = tags.iter().find(|(tag, _)| tag == id)?;
            Some((id.to_owned(), payload.clone(), e7(&checkpoint["at"]["lat"]), e7(&checkpoint["at"]["lon"])))
        })
        .collect()
}
