//! Real processes: the hub's own program and several phones, killed under load again and again, with a bad line between them and
//! clocks that are years off; a hub whose disk fills up; a hub whose ledger is damaged.
//!
//! `cargo xtask kills` runs the first for longer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use liuye_core::Code;
use liuye_core::companion::{Companion, LostReportDraft, Page, SyncReason};
use liuye_core::native::NativeTransport;
use liuye_tests::{HubProgram, PhoneProgram, ToxicProxy, copy_tree, lost_keys, open_phone, repository};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rusqlite::Connection;

const HUB: &str = env!("CARGO_BIN_EXE_liuye-under-test");
const PHONE: &str = env!("CARGO_BIN_EXE_phone");

/// Kills where nobody asks for more by `LIUYE_KILLS`.
const KILLS: u64 = 150;

/// How far the clocks of the phones are off.
const CLOCKS: [Option<&str>; 4] = [None, Some("+3650d"), Some("-3650d"), Some("+7h")];

/// A hub with the site and nobody in it.
fn hub(folder: &Path) -> HubProgram {
    let hub = HubProgram::new(HUB, folder);
    let site = repository().join("fixtures/liuye-lake/site.json");
    hub.run(&["site", "import", &site.to_string_lossy()]).unwrap();
    hub
}

fn enrolled(hub: &HubProgram, path: &Path, url: &str) -> Companion {
    let phone = open_phone(path, Arc::new(NativeTransport::new()));
    phone.enrol(url, &hub.run(&["enrol-code", "--tourist"]).unwrap()).unwrap();
    phone
}

/// The environment in which a program believes another time; the monotonic clock stays true, as on a phone.
fn clock(offset: &str) -> Vec<(String, String)> {
    let listing = Command::new("dpkg").args(["-L", "libfaketime"]).output().unwrap().stdout;
    let listing = String::from_utf8(listing).unwrap();
    let library = listing.lines().find(|line| line.ends_with("/libfaketime.so.1")).unwrap_or_default();
    assert!(!library.is_empty(), "the Debian package libfaketime is missing");
    [("LD_PRELOAD", library), ("FAKETIME", offset), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

fn recorded(phone: &Companion) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for offset in (0..).step_by(200) {
        let page = phone.operations(Page { limit: 200, offset }).unwrap();
        if page.is_empty() {
            break;
        }
        ids.extend(page.iter().map(|entry| entry.operation.to_string()));
    }
    ids
}

/// Syncs until the hub has everything; a phone that gets stuck is noticed. Requests of a killed phone may hang at the hub for as
/// long as a request may take, and until then it asks the phone to come back.
fn settle(phone: &Companion) {
    const PAUSE: Duration = Duration::from_millis(50);
    for tries in 1.. {
        let outbox = phone.outbox().unwrap();
        if outbox.pending == 0 && outbox.blobs == 0 {
            assert_eq!((outbox.held, outbox.quarantined, outbox.conflicts), (0, 0, 0));
            return;
        }
        assert!(tries < 2_000, "stuck: {outbox:?}");
        let report = phone.sync(SyncReason::User).unwrap();
        if report.blocked_reason.is_some() {
            std::thread::sleep(PAUSE);
        }
    }
}

/// The ids in a ledger, each as often as it stands there.
fn taken(ledger: &Path) -> Vec<String> {
    let connection = Connection::open(ledger).unwrap();
    let mut statement = connection.prepare("SELECT id FROM operations").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").unwrap();
}

#[test]
fn p01_hub_and_phones_that_are_killed_under_load_lose_nothing_and_double_nothing() {
    let kills = std::env::var("LIUYE_KILLS").map_or(KILLS, |count| count.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("hub");
    let mut hub = hub(&folder);
    hub.start();
    let proxy = ToxicProxy::open(hub.port(), kills);
    let mut phones = Vec::new();
    for (number, offset) in CLOCKS.iter().enumerate() {
        let path = dir.path().join(format!("phone-{number}.db"));
        drop(enrolled(&hub, &path, &proxy.url()));
        phones.push(PhoneProgram::new(PHONE, &path, offset.map(clock).unwrap_or_default()));
    }
    proxy.set_toxic(true);
    phones.iter_mut().for_each(|phone| phone.start("works"));
    let mut chance = Pcg64::seed_from_u64(kills);
    let mut of_the_hub = 0;
    for _ in 0..kills {
        std::thread::sleep(Duration::from_millis(chance.random_range(20..160)));
        let victim = chance.random_range(0..=phones.len());
        match phones.get_mut(victim) {
            Some(phone) => {
                phone.kill();
                phone.start("works");
            }
            None => {
                of_the_hub += 1;
                hub.kill();
                std::thread::sleep(Duration::from_millis(chance.random_range(0..100)));
                hub.start();
            }
        }
    }
    phones.iter_mut().for_each(PhoneProgram::kill);
    let (connections, suffered) = proxy.connections();
    proxy.set_toxic(false);

    let mut all = BTreeSet::new();
    let mut total = 0;
    for phone in &phones {
        let promised = phone.promised();
        assert!(promised.len() > 10, "the phone must have got to save something: {}", promised.len());
        let companion = open_phone(phone.path(), Arc::new(NativeTransport::new()));
        let kept = recorded(&companion);
        assert!(promised.iter().all(|id| kept.contains(id)), "a save that returned is there");
        settle(&companion);
        assert_eq!(recorded(&companion), kept);
        total += kept.len();
        all.extend(kept);
    }
    hub.kill();
    let taken = taken(&folder.join("ledger.db"));
    assert_eq!((taken.len(), all.len()), (total, total), "nothing is doubled");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), all, "nothing is lost");
    let ledger = Connection::open(folder.join("ledger.db")).unwrap();
    let count = |sql: &str| ledger.query_row(sql, [], |row| row.get::<_, usize>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM operations WHERE state <> 'applied'"), 0);
    assert_eq!(count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), total - phones.len());
    hub.run(&["verify"]).unwrap();
    assert!(suffered > kills / 10, "the line was bad: {suffered} of {connections} connections");
    say(&format!(
        "{kills} kills, {of_the_hub} of them of the hub; {total} operations, each once; {suffered} of {connections} connections suffered"
    ));
}

#[test]
fn a_hub_whose_disk_is_full_acknowledges_nothing_that_it_cannot_keep_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let (prepared, folder) = (dir.path().join("prepared"), dir.path().join("hub"));
    let code = hub(&prepared).run(&["enrol-code", "--tourist"]).unwrap();
    fs::create_dir(&folder).unwrap();
    let mut hub = HubProgram::new(HUB, &folder);
    // A name space of its own: the small disk goes with the process. Without root, the kernel's user name spaces do it.
    let mut unshare = Command::new("unshare");
    if Command::new("id").arg("-u").output().unwrap().stdout != b"0\n" {
        unshare.arg("--map-root-user");
    }
    let script = "mount -t tmpfs -o size=6m liuye \"$1\" && cp -r \"$2\"/. \"$1\" && head -c 1500000 /dev/zero > \"$1/room\" && shift 2 && exec \"$@\"";
    unshare.args(["--mount", "sh", "-c", script, "sh"]).args([&folder, &prepared]).arg(HUB).args(hub.serving());
    hub.start_by(unshare);
    // What the hub sees, from outside of its name space.
    let inside = PathBuf::from(format!("/proc/{}/root{}", hub.id().unwrap(), folder.display()));
    let look = || {
        // SQLite would leave the name space on its way to the file: what is looked at is a copy.
        let copy = tempfile::tempdir().unwrap();
        for file in ["ledger.db", "ledger.db-wal"] {
            fs::copy(inside.join(file), copy.path().join(file)).unwrap();
        }
        taken(&copy.path().join("ledger.db"))
    };
    let phone = open_phone(&dir.path().join("phone.db"), Arc::new(NativeTransport::new()));
    phone.enrol(&format!("http://127.0.0.1:{}", hub.port()), &code).unwrap();
    let draft = |number: u64| LostReportDraft { description: format!("keys {number} {}", "with many words ".repeat(50)), ..lost_keys() };
    let mut number = 0;
    let blocked = loop {
        for _ in 0..40 {
            number += 1;
            phone.lost().report(draft(number)).unwrap();
        }
        if let Some(blocked) = phone.sync(SyncReason::User).unwrap().blocked_reason {
            break blocked;
        }
        assert!(number < 20_000, "the disk is never full");
    };
    assert_eq!(blocked, Code::HubBusy);
    let acknowledged = phone.outbox().unwrap();
    assert!(acknowledged.applied > 40 && acknowledged.pending >= 40, "{acknowledged:?}");
    let there = look().len() as u64;
    assert!(there >= acknowledged.applied, "{there} are there, {} were acknowledged", acknowledged.applied);
    fs::remove_file(inside.join("room")).unwrap();
    std::thread::sleep(Duration::from_secs(5));
    for _ in 0..20 {
        if phone.outbox().unwrap().pending == 0 {
            break;
        }
        phone.sync(SyncReason::User).unwrap();
    }
    assert_eq!(phone.outbox().unwrap().pending, 0);
    let there = look();
    assert_eq!(there.len(), recorded(&phone).len(), "nothing is doubled");
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), recorded(&phone), "nothing is lost");
}

#[test]
fn a_hub_with_a_damaged_ledger_does_not_start_and_says_how_to_put_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    let backup = dir.path().join("backup");
    let program = hub(&whole);
    program.run(&["backup", "--to", &backup.to_string_lossy()]).unwrap();
    let ledger = fs::read(whole.join("ledger.db")).unwrap();
    // The first page, one in the middle, the end.
    for (number, damaged) in [0..100, ledger.len() / 2..ledger.len() / 2 + 4096, ledger.len() - 9000..ledger.len()].into_iter().enumerate()
    {
        let folder = dir.path().join(format!("damaged-{number}"));
        copy_tree(&whole, &folder);
        let mut bytes = ledger.clone();
        bytes[damaged.clone()].fill(0xa5);
        fs::write(folder.join("ledger.db"), &bytes).unwrap();
        let hub = HubProgram::new(HUB, &folder);
        let said = hub.run(&["hub", "--listen", "127.0.0.1:0"]).unwrap_err();
        assert!(said.contains("liuye restore --from") && said.contains("corrupt"), "{said}");
        let left = fs::read(folder.join("ledger.db")).unwrap();
        assert!(left.len() == bytes.len() && left[damaged.clone()] == bytes[damaged], "and what is damaged is left as it is");
        fs::rename(&folder, folder.with_extension("aside")).unwrap();
        hub.run(&["restore", "--from", &backup.to_string_lossy()]).unwrap();
        let mut restored = hub;
        restored.start();
        restored.kill();
    }
}
