//! The world: what happens next, and what goes wrong meanwhile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use liuye_core::Code;
use liuye_core::companion::SyncReason;
use liuye_core::env::{HttpRequest, HttpResponse};
use liuye_core::log::Digest;
use liuye_hub::ops::enrol_code;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call_deeds;
use super::chance::Chance;
use super::check;
use super::clock::{MachineClock, Time};
use super::deeds;
use super::hub::{HubMachine, URL};
use super::phone::Phone;
use super::site;
use super::tally::Tally;
use crate::disk::{self, Fault, Keep};

/// 2026-10-01, eight in the morning at the lake.
const BEGIN: i64 = 1_790_812_800_000;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Clones that one world has at most.
const MAX_CLONES: usize = 2;

/// How rough a world is. Each `…_in` is one time in so many; 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Climate {
    /// Phones.
    pub phones: usize,
    /// Days.
    pub days: i64,
    /// Mean minutes between two deeds of one phone.
    pub deed_minutes: i64,
    /// Exchanges that the network spoils.
    pub line_fault_in: u32,
    /// Deeds that come with a fault of the phone.
    pub phone_fault_in: u32,
    /// Deeds that come with a fault of the hub.
    pub hub_fault_in: u32,
    /// Deeds that come with a change of who may see what.
    pub churn_in: u32,
    /// Deeds that come with a clone, a backup or a put-back of the phone.
    #[serde(default)]
    pub fork_in: u32,
    /// Deeds that come with a backup of the hub, or with its loss and a restore.
    #[serde(default)]
    pub restore_in: u32,
    /// Deeds that are about a call for help, or a welfare timer.
    #[serde(default)]
    pub calls_in: u32,
    /// Moments of a request under way in which somebody else does something.
    pub meanwhile_in: u32,
}

impl Climate {
    /// What a seed means: from a calm day to a week in which everything breaks.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let chance = Chance::new(seed, 2);
        let rough = |mild: u32, wild: u32| match chance.of(0..3) {
            0 => 0,
            1 => mild,
            _ => wild,
        };
        Self {
            phones: chance.of(2..8) as usize,
            days: chance.ms(2..8),
            deed_minutes: chance.ms(40..600),
            line_fault_in: rough(20, 4),
            phone_fault_in: rough(40, 12),
            hub_fault_in: rough(80, 25),
            churn_in: rough(120, 40),
            fork_in: rough(150, 50),
            restore_in: rough(150, 50),
            meanwhile_in: rough(20, 4),
            calls_in: rough(4, 2),
        }
    }
}

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
enum Due {
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
            | Self::Fork(index) => Some(*index),
            Self::HubStart | Self::Mail(_) | Self::HubFault | Self::Churn | Self::Restore => None,
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
    site: Mutex<Value>,
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
        let hub = HubMachine::new(&folder.join("hub"), &time, seed);
        hub.start();
        let site = site::small();
        let running = hub.hub().unwrap();
        running.import_site(&site.to_string()).unwrap();
        let checkpoints = checkpoints(&site, &running.tags().unwrap());
        let chance = Chance::new(seed, 3);
        let phones = (0..climate.phones + MAX_CLONES).map(|index| {
            let person = (index % 3 != 2).then(|| site::STAFF[index % site::STAFF.len()]);
            let name = format!("phone-{index}");
            Phone::new(index, &folder.join(&name), person, MachineClock::new(&time, &name), seed)
        });
        let phones: Vec<_> = phones.collect();
        for phone in &phones[..climate.phones] {
            // Codes are handed out on paper beforehand: a phone that is offline keeps one until it can use it.
            phone.journal.lock().unwrap().code = Some(enrol_code::make(&running, phone.person(), 1, 60 * 24 * 30).unwrap());
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
        if let Some(hub) = self.hub.hub() {
            // The hub's own second; a disk that fails meanwhile is its process's trouble.
            let _ = hub.tick();
        }
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
            Due::Fork(index) => self.fork(&self.phones[index]),
        }
    }

    fn due(&self, in_ms: i64, due: Due) {
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
            (self.climate.fork_in, Due::Fork(phone.index)),
        ] {
            if self.chance.one_in(one_in) {
                self.due(self.chance.ms(0..10 * MINUTE), fault);
            }
        }
        let Some(app) = phone.app() else { return };
        let done = if self.chance.one_in(self.climate.calls_in) {
            call_deeds::do_something(phone, &app)
        } else {
            deeds::do_something(self, phone, &app)
        };
        self.tell(|| format!("phone {} did {:?}", phone.index, done.as_ref().map_err(|error| error.code)));
        phone.note(done);
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
        let outcome = app.enrol(URL, &code);
        let enrolled = outcome.is_ok() || outcome.as_ref().is_err_and(|error| error.code == Code::AlreadyEnrolled);
        self.tell(|| format!("phone {} enrolled: {:?}", phone.index, outcome.as_ref().map(drop).map_err(|error| error.code)));
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
    fn launch(&self, phone: &Phone) {
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

    fn spoil_phone(&self, phone: &Phone) {
        if self.is_healed() {
            return;
        }
        let n = self.chance.of(1..120);
        let name = match self.chance.of(0..12) {
            0 | 1 => self.plan(&phone.disk, n, Fault::Kill, "phone_kill"),
            2 => self.plan(&phone.disk, n, Fault::PowerCut(Keep::Nothing), "phone_power_cut"),
            3 => self.plan(&phone.disk, n, Fault::PowerCut(Keep::Some(n)), "phone_torn_pages"),
            4 => self.plan(&phone.disk, n, Fault::Error, "phone_disk_error"),
            5 => self.plan(&phone.disk, n, Fault::Full, "phone_disk_full"),
            6 => {
                phone.disk.limit_growth(Some(self.chance.of(0..40_000)));
                "phone_disk_small"
            }
            7 => {
                phone.disk.limit_growth(None);
                "phone_disk_room"
            }
            8 => {
                phone.clock.set_wrong(self.chance.ms(-10 * 365 * DAY..10 * 365 * DAY));
                "clock_by_years"
            }
            9 => {
                phone.clock.set_wrong(self.chance.ms(-2 * HOUR..2 * HOUR));
                "clock_by_hours"
            }
            10 => {
                phone.clock.set_wrong(0);
                "clock_right"
            }
            _ => {
                phone.disk.kill();
                phone.clock.reboot();
                "phone_reboot"
            }
        };
        self.count(name);
    }

    fn plan(&self, disk: &disk::Machine, n: u64, fault: Fault, name: &'static str) -> &'static str {
        disk.plan(n, fault);
        name
    }

    fn spoil_hub(&self) {
        if self.is_healed() {
            return;
        }
        let n = self.chance.of(1..200);
        let disk = &self.hub.disk;
        let name = match self.chance.of(0..8) {
            0 | 1 => self.plan(disk, n, Fault::Kill, "hub_kill"),
            2 => self.plan(disk, n, Fault::PowerCut(Keep::Nothing), "hub_power_cut"),
            3 => self.plan(disk, n, Fault::PowerCut(Keep::Some(n)), "hub_torn_pages"),
            4 => self.plan(disk, n, Fault::Error, "hub_disk_error"),
            5 => self.plan(disk, n, Fault::Full, "hub_disk_full"),
            6 => {
                self.hub.clock.set_wrong(self.chance.ms(-5 * MINUTE..5 * MINUTE));
                "hub_clock"
            }
            _ => {
                self.hub.disk.kill();
                "hub_restart"
            }
        };
        self.count(name);
    }

    /// Backs a phone up, puts it back, or makes a clone of it that lives on beside it.
    fn fork(&self, phone: &Phone) {
        if self.is_healed() || phone.disk.is_down() {
            return;
        }
        match self.chance.of(0..4) {
            0 => phone.back_up(),
            1 | 2 => {
                if phone.put_back() {
                    self.count("phone_put_back");
                    self.due(MINUTE, Due::Launch(phone.index));
                } else {
                    phone.back_up();
                }
            }
            _ => {
                let asleep = |other: &&Phone| other.index >= self.climate.phones && other.app().is_none() && other.disk.bytes() == 0;
                let Some(clone) = self.phones.iter().find(asleep) else { return };
                clone.become_clone_of(phone);
                self.count("phone_clone");
                self.wake(clone);
            }
        }
    }

    /// Backs the hub up, or loses it and puts it back.
    fn restore(&self) {
        if self.is_healed() || !self.hub.is_up() {
            return;
        }
        if self.chance.one_in(2) {
            if self.hub.back_up() {
                self.tell(|| "hub backed up".to_owned());
            }
        } else if self.hub.put_back() {
            self.count("hub_restore");
        }
    }

    /// Lets a phone live: its app runs, whoever carries it does things, and the network comes and goes.
    fn wake(&self, phone: &Phone) {
        self.due(0, Due::Launch(phone.index));
        self.due(self.chance.ms(0..30 * MINUTE), Due::Deed(phone.index));
        self.due(self.chance.ms(MINUTE..HOUR), Due::Poll(phone.index));
        self.due(self.chance.ms(HOUR..6 * HOUR), Due::NetworkChange(phone.index));
    }

    fn churn(&self) {
        if self.is_healed() {
            return;
        }
        let mut site = self.site.lock().unwrap();
        let mut changed = site.clone();
        site::churn(&mut changed, &self.chance);
        if let Some(hub) = self.hub.hub()
            && hub.import_site(&changed.to_string()).is_ok()
        {
            *site = changed;
            drop(site);
            self.count("scope_change");
        }
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

    fn tell(&self, line: impl FnOnce() -> String) {
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
