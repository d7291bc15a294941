//! A damaged database: it is told from a wrong key, moved aside, and what lies on its readable pages reaches the hub once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use liuye_core::Code;
use liuye_core::companion::{Companion, Config, DatabaseKey, LostReportDraft, OperationState, Page, SyncReason};
use liuye_core::domain::Contact;
use liuye_core::native::NativeTransport;
use liuye_tests::{District, copy_tree, lost_keys, png};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rusqlite::Connection;

const PAGE: usize = 4096;

/// Operations that the hub has answered for, and those that it has not.
const SETTLED: u64 = 21;
const PENDING: u64 = 30;

fn config(path: &Path, key: u8) -> Config {
    let mut config = Config::new(path, DatabaseKey::from_bytes([key; 32]), "a phone of the tests");
    config.transport = Some(Arc::new(NativeTransport::new()));
    config
}

fn report(phone: &Companion, number: u64) -> liuye_core::Result<String> {
    let photo = (number % 10 == 3).then(|| phone.attach(&png(u8::try_from(number).unwrap(), 30_000))).transpose()?;
    let contact = Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None };
    let draft = LostReportDraft {
        description: format!("number {number}, {}", "with a long description ".repeat(usize::try_from(number % 7 * 40).unwrap())),
        contact: number.is_multiple_of(3).then_some(contact),
        photos: photo.map(|photo| photo.sha256).into_iter().collect(),
        ..lost_keys()
    };
    // A description has its limit; what is longer is cut here, so that rows of every length are on the disk.
    let description = draft.description.chars().take(900).collect();
    Ok(phone.lost().report(LostReportDraft { description, ..draft })?.operation.to_string())
}

/// The ids of a phone's operations, all or those in a state.
fn operations(phone: &Companion, state: Option<OperationState>) -> liuye_core::Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for offset in (0..).step_by(200) {
        let entries = phone.operations(Page { limit: 200, offset })?;
        if entries.is_empty() {
            break;
        }
        ids.extend(entries.iter().filter(|entry| state.is_none_or(|state| state == entry.state)).map(|entry| entry.operation.to_string()));
    }
    Ok(ids)
}

/// A connection of another program with the phone's key.
fn unlocked(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode([42; 32]))).unwrap();
    connection
}

/// A phone that was at work, as files to be damaged.
struct Original {
    district: District,
    dir: tempfile::TempDir,
    all: BTreeSet<String>,
    pending: BTreeSet<String>,
    device: String,
    /// How many operations a page can cost: those that lie on it, or the one that goes on on it.
    costs: BTreeMap<usize, usize>,
    /// How many pages the file has.
    pages: usize,
}

impl Original {
    fn new() -> Self {
        let district = District::open();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("original/phone.db");
        fs::create_dir(path.parent().unwrap()).unwrap();
        let phone = Companion::open(config(&path, 42)).unwrap();
        phone.enrol(&district.url(), &district.code(None)).unwrap();
        for number in 1..SETTLED {
            report(&phone, number).unwrap();
        }
        assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
        for number in 0..PENDING {
            report(&phone, 100 + number).unwrap();
        }
        let all = operations(&phone, None).unwrap();
        let pending = operations(&phone, Some(OperationState::Pending)).unwrap();
        assert_eq!((all.len() as u64, pending.len() as u64), (SETTLED + PENDING, PENDING));
        let device = phone.identity().unwrap().device.to_string();
        phone.close().unwrap();
        copy_tree(&district.hub_folder(), &dir.path().join("hub"));
        let connection = unlocked(&path);
        let mut statement = connection.prepare("SELECT pageno, pagetype, ncell FROM dbstat WHERE name = 'operations'").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))).unwrap();
        let costs = rows.map(|row| row.unwrap()).map(|(page, kind, cells)| (page, if kind == "overflow" { 1 } else { cells })).collect();
        let pages = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap() / PAGE;
        drop(statement);
        drop(connection);
        Self { district, dir, all, pending, device, costs, pages }
    }

    /// A fresh copy of the phone, with its hub as it was.
    fn copy(&self) -> PathBuf {
        let folder = self.dir.path().join("copy");
        let _ = fs::remove_dir_all(&folder);
        copy_tree(&self.dir.path().join("original"), &folder);
        folder.join("phone.db")
    }

    /// The pages of which the file's own statistics say this.
    fn pages_of(&self, what: &str) -> BTreeSet<usize> {
        let connection = unlocked(&self.dir.path().join("original/phone.db"));
        let mut statement = connection.prepare(&format!("SELECT pageno FROM dbstat WHERE {what}")).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// How many operations the damage of these pages may cost at most.
    fn cost(&self, pages: &BTreeSet<usize>) -> usize {
        pages.iter().map(|page| self.costs.get(page).copied().unwrap_or(0)).sum()
    }

    /// Syncs with the hub as it was, and checks that it has what it had and what was saved, each once.
    ///
    /// # Errors
    /// What the phone's store says.
    fn sync(&mut self, phone: &Companion) -> liuye_core::Result<()> {
        self.district.put_files_back(&self.dir.path().join("hub"));
        self.go_on(phone)
    }

    /// Syncs with the hub as it is now.
    fn go_on(&mut self, phone: &Companion) -> liuye_core::Result<()> {
        let mut expected = &self.all - &self.pending;
        expected.extend(operations(phone, None)?);
        for _ in 0..3 {
            assert_eq!(phone.sync(SyncReason::User)?.blocked_reason, None);
        }
        assert_eq!(phone.outbox()?.pending, 0);
        let ledger = self.district.ledger();
        let mut statement = ledger.prepare("SELECT id FROM operations").unwrap();
        let there: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(there.len(), expected.len(), "each once");
        assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), expected);
        assert_eq!(self.district.faults(), Vec::<String>::new());
        Ok(())
    }
}

/// Does what an app does. Fails with what the store says.
fn use_it(phone: &Companion) -> liuye_core::Result<BTreeSet<String>> {
    let there = operations(phone, None)?;
    phone.outbox()?;
    phone.needs_attention()?;
    phone.identity()?;
    phone.lost().reports(Page::first(200))?;
    report(phone, 500)?;
    Ok(there)
}

/// Opens a damaged file, and recovers it where it says that it is corrupt. Returns the phone, what of the original is there, and
/// whether it had to be recovered.
fn open_or_recover(original: &Original, path: &Path, pages: &BTreeSet<usize>) -> (Companion, BTreeSet<String>, bool) {
    let used = Companion::open(config(path, 42)).and_then(|phone| {
        let there = use_it(&phone)?;
        Ok((phone, there))
    });
    match used {
        Ok((phone, there)) => {
            assert_eq!(there, original.all, "a phone that works lacks nothing");
            (phone, there, false)
        }
        Err(error) => {
            assert_eq!(error.code, Code::Corrupt, "{error} with pages {pages:?}");
            let phone = Companion::recover(config(path, 42)).unwrap();
            let there = operations(&phone, None).unwrap();
            use_it(&phone).unwrap();
            (phone, &there & &original.all, true)
        }
    }
}

fn damage(path: &Path, pages: &BTreeSet<usize>, chance: &mut Pcg64) {
    let mut bytes = fs::read(path).unwrap();
    for page in pages {
        let place = (page - 1) * PAGE;
        match chance.random_range(0..3) {
            0 => bytes[place + chance.random_range(0..PAGE)] ^= 1 << chance.random_range(0..8),
            1 => bytes[place..place + PAGE].fill(0),
            _ => chance.fill(&mut bytes[place..place + PAGE]),
        }
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn each_damaged_page_costs_what_lies_on_it_and_nothing_else() {
    let original = Original::new();
    let mut chance = Pcg64::seed_from_u64(1);
    let (mut recovered, mut lossless) = (0, 0);
    for page in 1..=original.pages {
        let path = original.copy();
        let pages = BTreeSet::from([page]);
        damage(&path, &pages, &mut chance);
        let (phone, there, was_recovered) = open_or_recover(&original, &path, &pages);
        let lost = original.all.len() - there.len();
        assert!(lost <= original.cost(&pages), "page {page} cost {lost} operations, {} lay on it", original.cost(&pages));
        assert_eq!(phone.identity().unwrap().device.to_string(), original.device);
        assert!(phone.identity().unwrap().site.is_some());
        recovered += u64::from(was_recovered);
        lossless += u64::from(was_recovered && lost == 0);
        if was_recovered {
            let told = phone.recovery().unwrap().unwrap();
            assert!(told.aside.exists() && told.same_device && told.enrolled && told.unreadable_pages == 1, "{told:?}");
        }
    }
    assert!(recovered > 20 && lossless > 10, "{recovered} recoveries, {lossless} without a loss, of {} pages", original.pages);
    let cost: usize = original.costs.values().sum();
    assert!(cost > 10, "operations lie on several pages: {cost}");
}

#[test]
fn what_was_saved_reaches_the_hub_once() {
    let mut original = Original::new();
    let mut recovered = 0;
    for seed in 0..24 {
        let mut chance = Pcg64::seed_from_u64(seed);
        let path = original.copy();
        let first = chance.random_range(1..=original.pages);
        let mut pages: BTreeSet<usize> = (0..chance.random_range(1..4)).map(|_| chance.random_range(1..=original.pages)).collect();
        if seed % 4 == 3 {
            // A file that ends early.
            fs::OpenOptions::new().write(true).open(&path).unwrap().set_len((first * PAGE - 100) as u64).unwrap();
            pages = (first..=original.pages).collect();
        } else {
            damage(&path, &pages, &mut chance);
        }
        let (mut phone, there, mut was_recovered) = open_or_recover(&original, &path, &pages);
        let lost = original.all.len() - there.len();
        assert!(lost <= original.cost(&pages), "seed {seed} cost {lost} of at most {}", original.cost(&pages));
        // What no local call had to read, such as a photo, is found when it is to be sent.
        if let Err(error) = original.sync(&phone) {
            assert!(!was_recovered && error.code == Code::Corrupt, "seed {seed}: {error}");
            drop(phone);
            (phone, was_recovered) = (Companion::recover(config(&path, 42)).unwrap(), true);
            original.go_on(&phone).unwrap();
        }
        let outbox = phone.outbox().unwrap();
        assert_eq!((outbox.pending, outbox.held, outbox.blobs), (0, 0, 0), "seed {seed}: every photo that is left is at the hub");
        if let Some(told) = phone.recovery().unwrap() {
            recovered += 1;
            assert!(was_recovered && told.operations as usize >= there.len(), "seed {seed}");
            assert_eq!(outbox.quarantined, told.contacts_lost, "seed {seed}: {told:?}");
            let photos = original.district.count("SELECT count(*) FROM blobs");
            assert!(lost > 0 || photos + told.photos_lost >= 5, "seed {seed}: {photos} {told:?}");
        }
        assert_eq!(outbox.applied + outbox.quarantined, operations(&phone, None).unwrap().len() as u64, "seed {seed}");
        report(&phone, 501).unwrap();
        assert_eq!(phone.sync(SyncReason::User).unwrap().sent, 1, "seed {seed}: and it goes on");
    }
    assert!(recovered > 12, "{recovered}");
}

#[test]
fn a_damaged_photo_is_found_when_it_is_to_be_sent() {
    let mut original = Original::new();
    let pages = original.pages_of("name = 'blob_chunks' AND pagetype = 'overflow'");
    assert!(pages.len() > 20);
    let (mut found, mut lost) = (0, 0);
    for page in pages.into_iter().step_by(6) {
        let path = original.copy();
        damage(&path, &BTreeSet::from([page]), &mut Pcg64::seed_from_u64(3));
        let phone = Companion::open(config(&path, 42)).unwrap();
        assert_eq!(use_it(&phone).unwrap(), original.all);
        let Err(error) = original.sync(&phone) else { continue };
        assert_eq!(error.code, Code::Corrupt);
        drop(phone);
        let phone = Companion::recover(config(&path, 42)).unwrap();
        let told = phone.recovery().unwrap().unwrap();
        assert_eq!(told.photos, 4, "page {page}: one is lost of five");
        // Two of the five are at the hub already: losing one of those is no loss.
        lost += told.photos_lost;
        original.sync(&phone).unwrap();
        assert_eq!(phone.outbox().unwrap().blobs, 0);
        found += 1;
    }
    assert!(found > 3 && lost > 0 && lost < found, "{lost} lost of {found} found");
}

#[test]
fn a_wrong_key_is_told_from_a_damaged_file() {
    let original = Original::new();
    let codes = |path: &Path| [42, 43].map(|key| Companion::open(config(path, key)).err().map(|error| error.code));
    let path = original.copy();
    assert_eq!(codes(&path), [None, Some(Code::KeyWrong)]);
    let identity = path.with_file_name("phone.db-identity");
    // The salt, the first page, all of the schema: under the right key each is damage, under a wrong one it is a wrong key.
    for damaged in [0..8, 16..4096, 0..5 * PAGE] {
        let path = original.copy();
        let mut bytes = fs::read(&path).unwrap();
        bytes[damaged.clone()].fill(0x55);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(codes(&path), [Some(Code::Corrupt), Some(Code::KeyWrong)], "{damaged:?}");
        assert_eq!(Companion::recover(config(&path, 43)).unwrap_err().code, Code::KeyWrong);
        assert_eq!(fs::read(&path).unwrap(), bytes, "whoever has not the key moves nothing");
        fs::remove_file(&identity).unwrap();
        // Without the copy of the identity the file's other pages tell; without the salt none of them can.
        let without = if damaged.start == 0 { Code::KeyWrong } else { Code::Corrupt };
        assert_eq!(codes(&path), [Some(without), Some(Code::KeyWrong)], "{damaged:?}");
    }
}

#[test]
fn a_database_that_is_gone_leaves_the_phone_its_identity() {
    let mut original = Original::new();
    for gone in [true, false] {
        let path = original.copy();
        if gone {
            fs::remove_file(&path).unwrap()
        } else {
            fs::write(&path, []).unwrap()
        }
        for _ in 0..2 {
            assert_eq!(Companion::open(config(&path, 42)).unwrap_err().code, Code::Corrupt, "it is not made anew without a word");
        }
        let phone = Companion::recover(config(&path, 42)).unwrap();
        let told = phone.recovery().unwrap().unwrap();
        assert_eq!((told.operations, told.same_device, told.enrolled), (0, true, true));
        assert_eq!(phone.identity().unwrap().device.to_string(), original.device);
        report(&phone, 1).unwrap();
        original.sync(&phone).unwrap();
        assert_eq!(phone.lost().reports(Page::first(200)).unwrap().len() as u64, SETTLED, "the hub's word came again");
    }
}

#[test]
fn a_phone_that_lost_its_key_goes_on_as_another_device_and_sends_what_was_pending() {
    let mut original = Original::new();
    let path = original.copy();
    fs::remove_file(path.with_file_name("phone.db-identity")).unwrap();
    let pages = original.pages_of("name = 'meta' AND pagetype = 'leaf'");
    damage(&path, &pages, &mut Pcg64::seed_from_u64(1));
    assert_eq!(Companion::open(config(&path, 42)).unwrap_err().code, Code::Corrupt);
    let phone = Companion::recover(config(&path, 42)).unwrap();
    let told = phone.recovery().unwrap().unwrap();
    assert_eq!((told.operations, told.pending, told.same_device, told.enrolled), (PENDING, PENDING, false, false));
    assert_ne!(phone.identity().unwrap().device.to_string(), original.device);
    original.district.put_files_back(&original.dir.path().join("hub"));
    phone.enrol(&original.district.url(), &original.district.code(None)).unwrap();
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
    let outbox = phone.outbox().unwrap();
    assert_eq!((outbox.applied, outbox.pending, outbox.held, outbox.quarantined), (PENDING + 1, 0, 0, 0));
    assert_eq!(original.district.count("SELECT count(DISTINCT id) FROM operations"), SETTLED + PENDING + 1);
    assert_eq!(original.district.faults(), Vec::<String>::new());
}

#[test]
fn a_recovery_that_broke_off_is_finished_and_overwrites_nothing() {
    let mut original = Original::new();
    let whole = {
        let path = original.copy();
        damage(&path, &BTreeSet::from([1]), &mut Pcg64::seed_from_u64(1));
        drop(Companion::recover(config(&path, 42)).unwrap());
        (fs::read(&path).unwrap(), fs::read(path.with_file_name("phone.db-identity")).unwrap())
    };
    // Made and not moved; the damaged file moved and nothing in its place; the same, with an app that looked meanwhile.
    for stage in 0..3 {
        let path = original.copy();
        damage(&path, &BTreeSet::from([1, 2]), &mut Pcg64::seed_from_u64(2));
        let damaged = fs::read(&path).unwrap();
        fs::write(path.with_file_name("phone.db.recovered"), &whole.0).unwrap();
        fs::write(path.with_file_name("phone.db-identity"), &whole.1).unwrap();
        if stage > 0 {
            fs::rename(&path, path.with_file_name("phone.db.corrupt-earlier")).unwrap();
        }
        if stage > 1 {
            assert_eq!(Companion::open(config(&path, 42)).unwrap_err().code, Code::Corrupt);
        }
        let phone = Companion::recover(config(&path, 42)).unwrap();
        assert_eq!(operations(&phone, None).unwrap(), original.all, "stage {stage}");
        let files: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
        assert!(files.contains(&damaged), "stage {stage}: the damaged file is still there");
        original.sync(&phone).unwrap();
    }
}

#[test]
fn a_recovery_that_is_killed_is_done_again_and_loses_nothing() {
    let original = Original::new();
    let mut chance = Pcg64::seed_from_u64(7);
    let mut killed = 0;
    for round in 0..12 {
        let path = original.copy();
        damage(&path, &BTreeSet::from([1]), &mut chance);
        let damaged = fs::read(&path).unwrap();
        for _ in 0..3 {
            let mut child = Command::new(env!("CARGO_BIN_EXE_phone")).arg(&path).arg("recovers").spawn().unwrap();
            std::thread::sleep(Duration::from_millis(chance.random_range(1..120)));
            killed += u64::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let phone = Companion::recover(config(&path, 42)).unwrap();
        assert_eq!(operations(&phone, None).unwrap(), original.all, "round {round}");
        assert!(phone.recovery().unwrap().is_some());
        let mut files = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
        assert!(files.any(|bytes| bytes == damaged), "round {round}: the damaged file is still there");
    }
    assert!(killed > 8, "{killed} kills came in time");
}

#[test]
fn a_whole_database_is_opened_and_left_as_it_is() {
    let original = Original::new();
    let path = original.copy();
    let phone = Companion::recover(config(&path, 42)).unwrap();
    assert_eq!(operations(&phone, None).unwrap(), original.all);
    assert_eq!(phone.recovery().unwrap(), None);
    let names: BTreeSet<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains("corrupt")), "{names:?}");
}
