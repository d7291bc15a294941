//! The statistics of a year with a million check-ins, against what they may take, and against how much lies outside their window.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{BUILD_LIMIT, Figure, LIMIT, Work};
use crate::process::{self, cargo, say};

/// What the statistics of a year may take, ms.
const ALLOWED: f64 = 100.0;
/// A month may take so much longer in a ledger with eleven others: nothing, but for a few levels of an index and the machine's mood.
const GROWTH_GOAL: f64 = 1.3;

/// What the worker says: medians, ms.
#[derive(Debug, Deserialize)]
struct Measured {
    /// Of the whole year.
    year_ms: f64,
    /// Of its last month.
    month_ms: f64,
    /// Of the same month, where the ledger holds no other.
    month_alone_ms: f64,
}

/// Measures them in a process of their own.
pub(super) fn measure(place: &Path) -> Result<Vec<Figure>> {
    say("building, and filling a hub with a year of 1,000,000 check-ins …");
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--package", "liuye-tests", "--bin", "bench_statistics", "--"]);
    bench.arg(place.join("statistics"));
    let finished = process::logged("bench-statistics", bench, BUILD_LIMIT)?;
    ensure!(finished.success, "the statistics could not be measured ({}):\n{}", finished.ending, finished.output);
    let line = finished.output.lines().rfind(|line| line.starts_with('{')).context("no figures")?;
    Ok(figures(&serde_json::from_str(line).context("no figures")?))
}

fn figures(measured: &Measured) -> Vec<Figure> {
    let (ratio, goal) = (measured.year_ms / ALLOWED, Work::Statistics.goal());
    let (value, unit) = (measured.year_ms, "ms");
    let year = Figure { work: Work::Statistics.name(), value, baseline: ALLOWED, unit, limit: goal, ratio, goal, met: ratio <= goal };
    let (value, baseline) = (measured.month_ms, measured.month_alone_ms);
    let (ratio, goal) = (value / baseline, GROWTH_GOAL);
    vec![year, Figure { work: "month in 12", value, baseline, unit, limit: LIMIT, ratio, goal, met: ratio <= goal }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_that_takes_too_long_does_not_hold_and_a_month_that_grows_misses_its_goal() {
        let of = |year_ms, month_ms| figures(&Measured { year_ms, month_ms, month_alone_ms: 10.0 });
        assert!(of(90.0, 11.0).iter().all(|figure| figure.met && figure.holds()));
        let slow = of(110.0, 15.0);
        assert!(!slow[0].met && !slow[0].holds());
        assert!(!slow[1].met && slow[1].holds());
        assert!(!of(90.0, 21.0)[1].holds());
    }
}
