//! Measures searches on phones with more and more records. What counts is the slowest query, as a median of its rounds.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Figure, LIMIT, Work, build};
use crate::process::{self, command, say};

/// How many records, and what a line of the result is called.
const SIZES: &[(&str, &str)] = &[("search-1k", "1000"), ("search-10k", "10000"), ("search-100k", "100000")];

/// What a search may take, in microseconds: it is done while somebody types.
const ALLOWED: f64 = 20_000.0;

/// Filling a phone with a hundred thousand records takes seconds; a machine that is busy with other things takes longer.
const RUN_LIMIT: Duration = Duration::from_secs(10 * 60);

/// One query of a run: its text, and nanoseconds of the middle and the slowest answer.
type Line<'a> = (&'a str, f64, f64);

pub(super) fn measure(place: &Path) -> Result<Vec<Figure>> {
    let worker = build("bench_search", &[])?;
    let mut figures = Vec::new();
    for (work, records) in SIZES {
        let mut run = command(&worker.to_string_lossy());
        run.arg(place).arg(records);
        let finished = process::logged(work, run, RUN_LIMIT)?;
        ensure!(finished.success, "{work} failed ({}):\n{}", finished.ending, finished.output);
        let lines = lines(&finished.output)?;
        for (query, middle, slowest) in &lines {
            say(format!("  {work}: {:>8.0} µs, at most {:>8.0} µs  {query}", middle / 1000.0, slowest / 1000.0));
        }
        figures.push(figure(work, &lines).with_context(|| format!("{work} measured nothing"))?);
    }
    Ok(figures)
}

/// What a worker said of each query.
fn lines(output: &str) -> Result<Vec<Line<'_>>> {
    let answers = output.lines().filter(|line| !line.starts_with("filled"));
    answers
        .map(|line| {
            let mut parts = line.split('\t');
            let mut next = || parts.next().with_context(|| format!("the worker said {line:?}"));
            let query = next()?;
            Ok((query, next()?.parse()?, next()?.parse()?))
        })
        .collect()
}

fn figure(work: &'static str, lines: &[Line<'_>]) -> Option<Figure> {
    let value = lines.iter().map(|(_, middle, _)| middle / 1000.0).max_by(f64::total_cmp)?;
    let (ratio, goal) = (value / ALLOWED, Work::Search.goal());
    Some(Figure { work, value, baseline: ALLOWED, unit: "µs", limit: LIMIT, ratio, goal, met: ratio <= goal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_query_counts_and_what_a_worker_says_else_does_not() {
        let lines = lines("filled\t900\t4096\n钱包\t5000000\t90000000\n护 栏\t30000000\t40000000\n").unwrap();
        assert_eq!(lines.len(), 2);
        let figure = figure("search-1k", &lines).unwrap();
        assert!((figure.value - 30_000.0).abs() < 1e-9 && (figure.ratio - 1.5).abs() < 1e-9);
        assert!(!figure.met && figure.ratio <= figure.limit);
    }

    #[test]
    fn a_worker_that_says_nothing_or_nonsense_is_no_figure() {
        assert!(figure("search-1k", &[]).is_none());
        assert!(lines("钱包\tfast\n").is_err());
    }
}
