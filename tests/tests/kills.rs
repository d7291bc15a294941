//! kill -9 at any moment of writing or syncing: what a save returned is there after the restart, and the hub has it once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use liuye_core::companion::{Companion, Page, SyncReason};
use liuye_core::native::NativeTransport;
use liuye_tests::{District, open_phone};

/// Kills in a run of this test.
const KILLS: u64 = 100;

/// Runs the phone's process for a while, kills it, and returns what it said that it had saved.
fn run_and_kill(path: &Path, mode: &str, after: Option<Duration>) -> Vec<String> {
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_phone")).arg(path).arg(mode).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || output.lines().map_while(Result::ok).collect::<Vec<_>>());
    if let Some(after) = after {
        std::thread::sleep(after);
        child.kill().unwrap();
    }
    child.wait().unwrap();
    // A line that was cut by the kill was never a promise.
    reader.join().unwrap().into_iter().filter(|line| line.len() == 36).collect()
}

fn recorded(phone: &Companion) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    loop {
        let page = Page { limit: 200, offset: u32::try_from(ids.len()).unwrap() };
        let entries = phone.operations(page).unwrap();
        if entries.is_empty() {
            return ids;
        }
        ids.extend(entries.into_iter().map(|entry| entry.operation.to_string()));
    }
}

#[test]
fn a_hundred_kills_lose_nothing_and_double_nothing() {
    let district = District::open();
    let path = district.phone_path("killed");
    let phone = district.phone("killed");
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    drop(phone);
    let mut promised = BTreeSet::new();
    for kill in 0..KILLS {
        // A fixed spread over start-up, saving and syncing; one kill in ten sits exactly between the two commits.
        let said = if kill % 10 == 9 {
            run_and_kill(&path, "dies-on-answer", None)
        } else {
            run_and_kill(&path, "lives", Some(Duration::from_millis(20 + kill * 37 % 160)))
        };
        promised.extend(said);
    }
    assert!(promised.len() > 100, "the process must have got to save something: {}", promised.len());
    let phone = open_phone(&path, Arc::new(NativeTransport::new()));
    let kept = recorded(&phone);
    assert!(promised.is_subset(&kept), "a save that returned is there");
    while phone.outbox().unwrap().pending > 0 {
        phone.sync(SyncReason::User).unwrap();
    }
    let outbox = phone.outbox().unwrap();
    assert_eq!((outbox.held, outbox.quarantined, outbox.conflicts), (0, 0, 0));
    assert_eq!(district.count("SELECT count(*) FROM operations"), kept.len() as u64);
    assert_eq!(district.count("SELECT count(DISTINCT id) FROM operations"), kept.len() as u64);
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), kept.len() as u64 - 1);
    assert_eq!(district.faults(), Vec::<String>::new());
}
