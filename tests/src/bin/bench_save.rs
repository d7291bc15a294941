//! The Rust sides of `cargo xtask bench`: a check-in through the companion, and one raw transaction that writes the
//! same bytes. It says `ready`, and then answers every line that it reads with the nanoseconds of a round of saves.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a process of the bench: a failure ends it, and the bench notices")]
#![allow(clippy::disallowed_methods, reason = "what is measured is real time")]

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use liuye_core::companion::{CheckInDraft, Companion, Config, DatabaseKey};
use liuye_core::domain::{CheckInEvidence, Checkpoint, Movement};
use liuye_core::env::Clock;
use liuye_core::log::{Fix, FixSource};
use liuye_tests::District;
use rusqlite::{Connection, TransactionBehavior};

/// The key of the tests' phones, as `liuye_tests::open_phone` has it.
const KEY: [u8; 32] = [42; 32];
/// Who checks in: an auxiliary of the fixtures.
const PERSON: &str = "p-014";
/// A brisk round: the rules look six hours back, so that every save is judged against 36 earlier ones.
const BETWEEN_MS: i64 = 10 * 60_000;

/// A clock that moves from one check-in to the next.
struct Shift(AtomicI64);

impl Clock for Shift {
    fn wall_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn elapsed_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed).unsigned_abs()
    }

    fn boot_id(&self) -> String {
        "a boot of the bench".to_owned()
    }
}

/// A phone whose holder walks from checkpoint to checkpoint.
struct Walker {
    phone: Companion,
    clock: Arc<Shift>,
    checkpoints: Vec<Checkpoint>,
    next: usize,
}

impl Walker {
    fn open(path: &Path) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let clock = Arc::new(Shift(AtomicI64::new(i64::try_from(now).unwrap())));
        let mut config = Config::new(path, DatabaseKey::from_bytes(KEY), "a phone of the bench");
        config.clock = Some(clock.clone());
        let phone = Companion::open(config).unwrap();
        let mut checkpoints = phone.patrol().checkpoints().unwrap();
        checkpoints.retain(|checkpoint| checkpoint.retired_at.is_none());
        assert!(checkpoints.len() > 2, "the phone has no site");
        Self { phone, clock, checkpoints, next: 0 }
    }

    fn draft(&mut self) -> CheckInDraft {
        let at = self.clock.0.fetch_add(BETWEEN_MS, Ordering::Relaxed) + BETWEEN_MS;
        let checkpoint = &self.checkpoints[self.next % self.checkpoints.len()];
        self.next += 1;
        let fix = Fix {
            lat_e7: (checkpoint.at.lat() * 1e7).round() as i32,
            lon_e7: (checkpoint.at.lon() * 1e7).round() as i32,
            accuracy_mm: 8000,
            at,
            is_mock: false,
            source: FixSource::Gnss,
        };
        CheckInDraft {
            checkpoint: Some(checkpoint.id.clone()),
            evidence: CheckInEvidence::Gps,
            fix: Some(fix),
            movement: Movement::Foot,
            note: Some("护栏完好，水位正常".to_owned()),
            photos: Vec::new(),
        }
    }

    fn save(&mut self) {
        let draft = self.draft();
        self.phone.patrol().check_in(draft).unwrap();
    }
}

/// All that a save stores in `operations`.
struct OperationRow {
    seq: i64,
    epoch: i64,
    id: Vec<u8>,
    kind: String,
    entity: String,
    recorded_at: i64,
    hash: Vec<u8>,
    content: String,
}

/// All that a save stores in `documents`.
struct DocumentRow {
    id: String,
    kind: String,
    schema_version: i64,
    person: Option<String>,
    at: i64,
    body: String,
    buckets: String,
}

/// Opens a database as the core does: the same cipher and the same pragmas.
fn keyed(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode(KEY))).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;
             PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
        )
        .unwrap();
    connection.set_prepared_statement_cache_capacity(64);
    connection
}

/// What a phone stored for so many check-ins, one after the other.
fn rows(path: &Path, count: usize) -> Vec<(OperationRow, DocumentRow)> {
    let mut walker = Walker::open(path);
    for _ in 0..count {
        walker.save();
    }
    walker.phone.close().unwrap();
    let connection = keyed(path);
    let mut statement = connection
        .prepare(
            "SELECT o.seq, o.epoch, o.id, o.kind, o.entity, o.recorded_at, o.hash, o.content,
                    d.id, d.kind, d.schema_version, d.person, d.at, d.body, d.buckets
             FROM operations o JOIN documents d ON d.id = o.entity WHERE d.kind = 'check_in' ORDER BY o.epoch, o.seq",
        )
        .unwrap();
    let rows = statement.query_map([], |row| {
        let operation = OperationRow {
            seq: row.get(0)?,
            epoch: row.get(1)?,
            id: row.get(2)?,
            kind: row.get(3)?,
            entity: row.get(4)?,
            recorded_at: row.get(5)?,
            hash: row.get(6)?,
            content: row.get(7)?,
        };
        let document = DocumentRow {
            id: row.get(8)?,
            kind: row.get(9)?,
            schema_version: row.get(10)?,
            person: row.get(11)?,
            at: row.get(12)?,
            body: row.get(13)?,
            buckets: row.get(14)?,
        };
        Ok((operation, document))
    });
    let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), count, "every save is an operation and a document");
    rows
}

/// Two tables with the columns of the core's and no index but their keys.
fn raw_tables(path: &Path) -> Connection {
    let connection = keyed(path);
    connection
        .execute_batch(
            "CREATE TABLE operations (seq INTEGER NOT NULL, epoch INTEGER NOT NULL, id BLOB NOT NULL, kind TEXT NOT NULL, entity TEXT NOT NULL,
                 recorded_at INTEGER NOT NULL, hash BLOB NOT NULL, content TEXT NOT NULL, PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID;
             CREATE TABLE documents (id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, schema_version INTEGER NOT NULL, person TEXT,
                 at INTEGER NOT NULL, body TEXT NOT NULL, buckets TEXT NOT NULL) STRICT;",
        )
        .unwrap();
    connection
}

fn save_raw(connection: &mut Connection, (operation, document): &(OperationRow, DocumentRow)) {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    transaction
        .prepare_cached("INSERT INTO operations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        .unwrap()
        .execute((
            operation.seq,
            operation.epoch,
            &operation.id,
            &operation.kind,
            &operation.entity,
            operation.recorded_at,
            &operation.hash,
            &operation.content,
        ))
        .unwrap();
    transaction
        .prepare_cached("INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .unwrap()
        .execute((&document.id, &document.kind, document.schema_version, &document.person, document.at, &document.body, &document.buckets))
        .unwrap();
    transaction.commit().unwrap();
}

/// Answers every line on standard input with the nanoseconds of so many saves.
fn serve(saves: usize, mut save: impl FnMut()) {
    let mut out = std::io::stdout();
    let mut answer = |text: &str| {
        writeln!(out, "{text}").unwrap();
        out.flush().unwrap();
    };
    answer("ready");
    for line in std::io::stdin().lock().lines() {
        line.unwrap();
        let started = Instant::now();
        for _ in 0..saves {
            save();
        }
        answer(&started.elapsed().as_nanos().to_string());
    }
}

/// A database of one side's own, as it was prepared.
fn copy(place: &Path, name: &str) -> PathBuf {
    let to = place.join(name);
    std::fs::copy(place.join("phone.db"), &to).unwrap();
    to
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().unwrap();
    match *arguments.as_slice() {
        ["prepare", place] => {
            let district = District::open();
            district.staff(PERSON).close().unwrap();
            std::fs::copy(district.phone_path(PERSON), Path::new(place).join("phone.db")).unwrap();
        }
        ["companion", place, saves, _] => {
            let mut walker = Walker::open(&copy(Path::new(place), "companion.db"));
            serve(number(saves), || walker.save());
        }
        ["raw", place, saves, rounds] => {
            let place = Path::new(place);
            let mut rows = rows(&copy(place, "model.db"), number(saves) * number(rounds)).into_iter();
            let mut connection = raw_tables(&place.join("raw.db"));
            serve(number(saves), || save_raw(&mut connection, &rows.next().unwrap()));
        }
        _ => panic!("bench_save (prepare DIR | companion DIR SAVES ROUNDS | raw DIR SAVES ROUNDS)"),
    }
}
