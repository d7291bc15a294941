//! `bench_statistics FOLDER`: a hub whose year has 1,000,000 check-ins of 800 persons, and what its statistics take. Its last line
//! is JSON: the medians in ms of the whole year, of its last month where that is all that the ledger holds, and of the same month
//! with the eleven others before it.
//!
//! Documents are put into the ledger as the hub writes them, without the operations: a million of those would take an hour. What
//! figures are counted from is made of the documents by the hub itself.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program of the tests: what is measured is real time"
)]

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use liuye_core::env::Env;
use liuye_hub::Hub;
use liuye_hub::ops::verify::verify;
use liuye_tests::District;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2024-01-01T00:00:00+08:00
const BEGIN: i64 = 1_704_038_400_000;
/// Twelve months of thirty days.
const YEAR: Range<i64> = BEGIN..BEGIN + 360 * DAY;
const MONTH: Range<i64> = YEAR.end - 30 * DAY..YEAR.end;

/// Check-ins of the year, on shifts of ten each, in the five zones.
const CHECK_INS: i64 = 1_000_000;
const A_SHIFT: i64 = 10;
const PERSONS: i64 = 800;
/// How often each window is asked for.
const ASKED: usize = 15;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap());
    let hub = Hub::open(&folder.join("hub"), Env::system()).unwrap();
    hub.import_site(&site()).unwrap();
    let ledger = folder.join("hub/ledger.db");
    let started = Instant::now();
    fill(&hub, &ledger, MONTH);
    let month_alone = measure(&hub, MONTH);
    fill(&hub, &ledger, YEAR.start..MONTH.start);
    println!("filled in {:.0} s", started.elapsed().as_secs_f64());
    let (month, year) = (measure(&hub, MONTH), measure(&hub, YEAR));
    let faults = verify(&hub).unwrap().faults;
    assert!(!faults.iter().any(|fault| fault.contains("figures")), "{faults:?}");
    println!("{}", json!({ "year_ms": year, "month_ms": month, "month_alone_ms": month_alone }));
}

/// The site with so many persons that a year of shifts is spread over them.
fn site() -> String {
    let mut site: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    site["units"] = json!([]);
    let person = |number: i64| {
        let force = ["police", "auxiliary", "auxiliary", "guard"][usize::try_from(number).unwrap() % 4];
        let roles = [json!({ "role": "guard", "from": "2023-01-01T00:00:00+08:00" })];
        json!({ "id": person(number), "name": { "zh": "示例", "en": "Example" }, "force": force, "trades": ["patrol"], "roles": roles, "status": "active" })
    };
    site["persons"] = (0..PERSONS).map(person).collect();
    site.to_string()
}

fn person(number: i64) -> String {
    format!("p-{:03}", number % PERSONS + 1)
}

/// Shifts that begin within this.
fn shifts(window: &Range<i64>) -> Range<i64> {
    let (all, length) = (CHECK_INS / A_SHIFT, YEAR.end - YEAR.start);
    let first_from = |at: i64| ((at - YEAR.start) * all + length - 1) / length;
    first_from(window.start)..first_from(window.end)
}

/// The median of a window, ms.
fn measure(hub: &Hub, window: Range<i64>) -> f64 {
    let mut times: Vec<f64> = (0..ASKED)
        .map(|_| {
            let started = Instant::now();
            let counted = hub.statistics(window.start, window.end, None).unwrap();
            let took = started.elapsed().as_secs_f64() * 1000.0;
            // Guards' turns stand apart, and all of them are turns; a shift that began before the window goes on in it.
            let (turns, begun) = (counted.details.turns_by_force.values().sum::<u64>(), shifts(&window));
            let begun = u64::try_from(begun.end - begun.start).unwrap();
            assert!((begun..begun + 60).contains(&turns), "{turns} turns, {begun} shifts");
            assert!(counted.details.coverage.share.is_some_and(|share| share > 0.5));
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ASKED / 2]
}

/// Shifts of four hours with their check-ins, spread evenly over days, persons and zones.
fn fill(hub: &Hub, ledger: &Path, window: Range<i64>) {
    let mut connection = Connection::open(ledger).unwrap();
    let transaction = connection.transaction().unwrap();
    {
        let mut document = transaction
            .prepare(
                "INSERT INTO documents (site, id, kind, rev, schema_version, body, buckets, conflicts, person, at)
                 VALUES ('liuye-lake', ?1, ?2, 1, 1, ?3, '[]', '[]', ?4, ?5)",
            )
            .unwrap();
        let (device, operation) = ("07".repeat(16), Uuid::nil());
        for number in shifts(&window) {
            let start = YEAR.start + number * (YEAR.end - YEAR.start) / (CHECK_INS / A_SHIFT);
            let (shift, person, zone) = (format!("shift-{number}"), person(number), format!("z{}", number % 5 + 1));
            let end = start + 4 * HOUR;
            let body = json!({
                "person": person, "zone": zone, "from": start, "to": end, "state": "ended", "device": device, "operation": operation,
                "at": start, "started_at": start, "ended_at": end,
            });
            document.execute(params![shift, "shift", body.to_string(), person, start]).unwrap();
            for visit in 0..A_SHIFT {
                let at = start + visit * 20 * 60_000;
                let body = json!({
                    "checkpoint": format!("cp-{:02}", visit + 1), "zone": zone, "person": person, "device": device, "operation": operation,
                    "at": at, "recorded_at": at, "method": "qr", "movement": "foot", "inside": "inside", "verdict": "accepted",
                    "shift": shift,
                });
                document.execute(params![format!("{shift}-{visit}"), "check_in", body.to_string(), person, at]).unwrap();
            }
        }
    }
    transaction.commit().unwrap();
    hub.rebuild_statistics().unwrap();
}
