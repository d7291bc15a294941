//! P4: a cursor never skips a change, however many write at once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use liuye_core::companion::{Companion, LostReportDraft, Page, SyncReason};
use liuye_tests::{District, lost_keys};
use rusqlite::Connection;

const WRITERS: u64 = 4;
const EACH: u64 = 15;

/// Something that many write to, and one reads from by a cursor.
trait Log: Sync {
    /// Writes one change.
    fn write(&self, writer: u64, number: u64);
    /// Reads what came since the last call.
    fn read(&self);
    /// How many changes the reader has seen in all.
    fn seen(&self) -> u64;
}

/// Lets all write while one reads, and says how many changes the reader never saw.
fn skipped(log: &impl Log) -> u64 {
    let done = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let done = &done;
            scope.spawn(move || {
                for number in 0..EACH {
                    log.write(writer, number);
                }
                done.fetch_add(1, Ordering::SeqCst);
            });
        }
        while done.load(Ordering::SeqCst) < WRITERS {
            log.read();
        }
    });
    log.read();
    WRITERS * EACH - log.seen()
}

struct Hub {
    writers: Vec<Companion>,
    reader: Companion,
}

impl Log for Hub {
    fn write(&self, writer: u64, number: u64) {
        let phone = &self.writers[usize::try_from(writer).unwrap()];
        let draft = LostReportDraft { description: format!("{writer}-{number}"), ..lost_keys() };
        phone.lost().report(draft).unwrap();
        assert_eq!(phone.sync(SyncReason::Write).unwrap().blocked_reason, None);
    }

    fn read(&self) {
        assert_eq!(self.reader.sync(SyncReason::User).unwrap().blocked_reason, None);
    }

    fn seen(&self) -> u64 {
        self.reader.lost().reports(Page::first(200)).unwrap().len() as u64
    }
}

#[test]
fn p04_a_reader_misses_nothing_of_what_many_write_at_once() {
    let district = District::open();
    let writers = (0..WRITERS).map(|writer| {
        let phone = district.phone(&format!("writer-{writer}"));
        phone.enrol(&district.url(), &district.code(None)).unwrap();
        phone
    });
    let hub = Hub { writers: writers.collect(), reader: district.staff("p-003") };
    assert_eq!(skipped(&hub), 0);
}

/// The negative control: numbers from a sequence, as databases give them, before the transaction that writes them.
struct BareSequence {
    connection: Mutex<Connection>,
    next: AtomicU64,
    cursor: Mutex<(u64, BTreeSet<u64>)>,
}

impl Log for BareSequence {
    fn write(&self, writer: u64, number: u64) {
        let position = self.next.fetch_add(1, Ordering::SeqCst);
        // A transaction takes its time, and not every one the same.
        std::thread::sleep(Duration::from_micros((writer * 7 + number * 13) % 5 * 300));
        self.connection.lock().unwrap().execute("INSERT INTO changes VALUES (?1)", [position]).unwrap();
    }

    fn read(&self) {
        let mut cursor = self.cursor.lock().unwrap();
        let connection = self.connection.lock().unwrap();
        let mut statement = connection.prepare("SELECT position FROM changes WHERE position > ?1").unwrap();
        let new: Vec<u64> = statement.query_map([cursor.0], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        cursor.0 = new.iter().copied().max().unwrap_or(cursor.0);
        cursor.1.extend(new);
    }

    fn seen(&self) -> u64 {
        self.cursor.lock().unwrap().1.len() as u64
    }
}

#[test]
fn p04_the_check_notices_a_bare_sequence() {
    let noticed = (0..20).any(|_| {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE changes (position INTEGER)").unwrap();
        let log = BareSequence { connection: Mutex::new(connection), next: AtomicU64::new(1), cursor: Mutex::default() };
        skipped(&log) > 0
    });
    assert!(noticed);
}
