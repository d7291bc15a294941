//! `bench_statistics FOLDER`: a year with 1,000,000 check-ins on a hub, and what its statistics take. Prints the medians of one window
//! in ms: alone in the ledger, and with another year of as many check-ins before it.
//!
//! The rows are put into the ledger as the hub writes them, without the operations: a million of those would take an hour.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program of the tests: what is measured is real time"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use liuye_core::env::Env;
use liuye_hub::Hub;
use liuye_tests::District;
use rusqlite::{Connection, params};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2023-01-01T00:00:00+08:00
const BEGIN: i64 = 1_672_502_400_000;
const YEAR: i64 = 365 * DAY;

/// Check-ins of a year, on shifts of ten each.
const CHECK_INS: i64 = 1_000_000;
const A_SHIFT: i64 = 10;
/// How often each window is asked for.
const ASKED: usize = 15;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap());
    let hub = Hub::open(&folder.join("hub"), Env::system()).unwrap();
    hub.import_site(&District::site_file("site.json")).unwrap();
    let ledger = folder.join("hub/ledger.db");
    fill(&ledger, BEGIN + YEAR);
    let alone = measure(&hub);
    fill(&ledger, BEGIN);
    println!("{alone:.2} {:.2}", measure(&hub));
}

/// The median of the year from [`BEGIN`] + [`YEAR`] on, ms.
fn measure(hub: &Hub) -> f64 {
    let mut times: Vec<f64> = (0..ASKED)
        .map(|_| {
            let started = Instant::now();
            let counted = hub.statistics(BEGIN + YEAR, BEGIN + 2 * YEAR, None).unwrap();
            let took = started.elapsed().as_secs_f64() * 1000.0;
            // Guards' turns stand apart; all of them are turns.
            assert_eq!(counted.details.turns_by_force.values().sum::<u64>(), u64::try_from(CHECK_INS / A_SHIFT).unwrap());
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ASKED / 2]
}

/// A year of shifts with their check-ins, spread evenly over days, persons and zones.
fn fill(ledger: &Path, from: i64) {
    let mut connection = Connection::open(ledger).unwrap();
    let transaction = connection.transaction().unwrap();
    {
        let mut fact = transaction
            .prepare(
                "INSERT INTO facts (site, kind, at, until, subject, party, place, value, document, from_position)
                 VALUES ('liuye-lake', ?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 1)",
            )
            .unwrap();
        let mut first = transaction
            .prepare(
                "INSERT OR IGNORE INTO first_check_ins (site, of, at, subject, party, from_position) VALUES ('liuye-lake', ?1, ?2, ?3, ?4, 1)",
            )
            .unwrap();
        for number in 0..CHECK_INS / A_SHIFT {
            let start = from + number * (YEAR - 5 * HOUR) / (CHECK_INS / A_SHIFT);
            let (shift, person, zone) = (format!("{from}-{number}"), format!("p-{:03}", number % 30 + 1), format!("z{}", number % 5 + 1));
            fact.execute(params!["shift", start, start + 4 * HOUR, person, shift, zone, shift]).unwrap();
            fact.execute(params!["planned", start, start + 4 * HOUR, shift, "", zone, shift]).unwrap();
            for visit in 0..A_SHIFT {
                let at = start + visit * 20 * 60_000;
                fact.execute(params!["check_in", at, None::<i64>, shift, person, zone, format!("{shift}-{visit}")]).unwrap();
                let quarter = (at - at.rem_euclid(HOUR / 4)).to_string();
                let is_new = transaction
                    .prepare_cached(
                        "SELECT NOT EXISTS (SELECT 1 FROM first_check_ins WHERE site = 'liuye-lake' AND of = 'quarter' AND subject = ?1
                         AND party = ?2 AND until_position IS NULL)",
                    )
                    .unwrap()
                    .query_row(params![zone, quarter], |row| row.get::<_, bool>(0))
                    .unwrap();
                if is_new {
                    first.execute(params!["quarter", at, zone, quarter]).unwrap();
                }
            }
            first.execute(params!["turn", start, shift, person]).unwrap();
        }
    }
    transaction.commit().unwrap();
}
