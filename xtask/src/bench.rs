//! Measures a save as ratios of one run, and a search against what it may take.
//!
//! Each side is a process of its own that saves on request; this chore asks them in turn, so that whatever else the
//! machine does falls on all of them alike. A ratio is the median of the rounds' ratios.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::maven::{self, Built};
use crate::process::{self, cargo, command, end_tree, root, say, target};
use crate::{bindings, packages};

mod search;
mod statistics;

/// How often every side is asked; odd, so that a median is one of the figures.
const ROUNDS: usize = 9;
/// Saves a round.
const SAVES: usize = 200;
/// Rounds before the first that counts: caches fill, the JVM compiles.
const WARM_UP: usize = 3;
/// What no ratio may pass, whatever the goal.
const LIMIT: f64 = 2.0;
/// A release build on two cores.
const BUILD_LIMIT: Duration = Duration::from_secs(25 * 60);

/// What is measured.
#[derive(Args)]
pub(crate) struct Options {
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measures only this work.
    #[arg(long, value_name = "WORK")]
    only: Option<Work>,
}

/// One comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Work {
    /// A check-in through Rust, against one raw transaction that writes the same bytes.
    SaveRust,
    /// A check-in through Kotlin, against Rust.
    SaveKotlin,
    /// Statistics of a year with 1,000,000 check-ins on a hub, against 100 ms; and of a month, alone in the ledger and as one of twelve.
    Statistics,
    /// The slowest of several searches on a phone, against 20 ms.
    Search,
    /// Precision and recall of matching lost and found, on the labelled set.
    Matching,
}

impl Work {
    const fn name(self) -> &'static str {
        match self {
            Self::SaveRust => "save-rust",
            Self::SaveKotlin => "save-kotlin",
            Self::Statistics => "statistics",
            Self::Search => "search",
            Self::Matching => "matching",
        }
    }

    /// The goal of the issue on speed.
    const fn goal(self) -> f64 {
        match self {
            Self::SaveRust => 1.4,
            Self::SaveKotlin => 1.2,
            Self::Statistics | Self::Search => 1.0,
            // Shares: see `matching`.
            Self::Matching => 0.95,
        }
    }
}

/// One line of the result.
#[derive(Debug, Serialize)]
struct Figure {
    work: &'static str,
    /// Median of a save, or of the slowest search.
    value: f64,
    /// Median of what it is held against.
    baseline: f64,
    unit: &'static str,
    /// What the ratio must not pass.
    limit: f64,
    ratio: f64,
    /// What the ratio should not pass.
    goal: f64,
    met: bool,
}

impl Figure {
    fn holds(&self) -> bool {
        self.ratio <= self.limit
    }
}

/// Runs the measurements. Does not hold where a ratio passes its limit.
pub(crate) fn run(options: &Options) -> Result<bool> {
    packages::ensure()?;
    if options.only == Some(Work::Matching) {
        return matching(options);
    }
    let wanted = |work: Work| options.only.is_none_or(|only| only == work);
    let place = target().join("xtask/bench");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;
    if options.only == Some(Work::Statistics) {
        // Filling a hub with a million check-ins takes minutes: only where it is asked for.
        return close(&statistics::measure(&place)?, options);
    }
    let mut figures = if options.only == Some(Work::Search) { Vec::new() } else { saves(wanted, &place)? };
    if wanted(Work::Search) {
        figures.extend(search::measure(&place)?);
    }
    close(&figures, options)
}

/// Measures saves.
fn saves(wanted: impl Fn(Work) -> bool, place: &Path) -> Result<Vec<Figure>> {
    let worker = build("bench_save", &["--package", "liuye-ffi", "--lib"])?;
    prepare(&worker, place)?;

    let rust = |name: &str| {
        let mut rust = command(&worker.to_string_lossy());
        rust.arg(name);
        rust
    };
    let mut sides = vec![Side::start(COMPANION, rust(COMPANION), place)?];
    if wanted(Work::SaveRust) {
        sides.push(Side::start(RAW, rust(RAW), place)?);
    }
    if wanted(Work::SaveKotlin) {
        sides.push(Side::start(KOTLIN, jvm()?, place)?);
    }

    say(format!("{ROUNDS} rounds of {SAVES} saves on every side, after {WARM_UP} to warm up"));
    for round in 0..WARM_UP + ROUNDS {
        // Every other round the other way about: a side must not always follow the same one.
        let turn: Box<dyn Iterator<Item = &mut Side>> =
            if round % 2 == 0 { Box::new(sides.iter_mut()) } else { Box::new(sides.iter_mut().rev()) };
        for side in turn {
            side.round()?;
        }
    }
    Ok(figures(&sides))
}

/// Shows the figures, and says whether each keeps its limit.
fn close(figures: &[Figure], options: &Options) -> Result<bool> {
    table(figures);
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(figures)? + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(!figures.is_empty() && figures.iter().all(Figure::holds))
}

/// What the worker prints of matching: shares, which no machine's speed moves.
#[derive(Debug, Serialize, Deserialize)]
struct Matched {
    half: String,
    losses: usize,
    finds: usize,
    told: usize,
    precision: f64,
    recall_at_3: f64,
    told_recall: f64,
}

/// Of those found at the first three places, at least so many.
const RECALL_GOAL: f64 = 0.85;

/// Prints precision and recall of matching. Does not hold where one of them misses its goal.
fn matching(options: &Options) -> Result<bool> {
    let mut worker = cargo();
    worker.args(["run", "--quiet", "--package", "liuye-tests", "--bin", "bench_matching"]);
    let finished = process::logged("bench-matching", worker, BUILD_LIMIT)?;
    ensure!(finished.success, "matching was not measured ({}):\n{}", finished.ending, finished.output);
    let line = finished.output.lines().rfind(|line| line.starts_with('[')).context("no figures")?;
    let figures: Vec<Matched> = serde_json::from_str(line).context("no figures")?;
    say(format!("{:<10} {:>7} {:>6} {:>6} {:>10} {:>9} {:>12}", "half", "losses", "finds", "told", "precision", "recall@3", "told recall"));
    for figure in &figures {
        let Matched { half, losses, finds, told, precision, recall_at_3, told_recall } = figure;
        say(format!("{half:<10} {losses:>7} {finds:>6} {told:>6} {precision:>10.3} {recall_at_3:>9.3} {told_recall:>12.3}"));
    }
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(&figures)? + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    let holds = |figure: &Matched| figure.precision >= Work::Matching.goal() && figure.recall_at_3 >= RECALL_GOAL;
    Ok(!figures.is_empty() && figures.iter().all(holds))
}

/// The sides, as the Rust worker's own commands name them.
const COMPANION: &str = "companion";
const RAW: &str = "raw";
const KOTLIN: &str = "kotlin";

/// Builds a Rust worker and what it is held against: all optimised, all from the same core.
fn build(worker: &str, also: &[&str]) -> Result<PathBuf> {
    say("building with optimisation …");
    let mut build = cargo();
    build.args(["build", "--release", "--package", "liuye-tests", "--bin", worker]).args(also);
    let finished = process::logged("bench-build", build, BUILD_LIMIT)?;
    ensure!(finished.success, "the release build failed ({}):\n{}", finished.ending, finished.output);
    Ok(target().join("release").join(format!("{worker}{}", std::env::consts::EXE_SUFFIX)))
}

/// Makes the database from which every side starts: an enrolled phone that has its site.
fn prepare(worker: &Path, place: &Path) -> Result<()> {
    let mut prepare = command(&worker.to_string_lossy());
    prepare.arg("prepare").arg(place);
    let finished = process::logged("bench-prepare", prepare, Duration::from_secs(120))?;
    ensure!(finished.success, "no database could be prepared ({}):\n{}", finished.ending, finished.output);
    Ok(())
}

/// Compiles the Kotlin worker and gives the command that starts it.
fn jvm() -> Result<Command> {
    let module = root().join("bindings/kotlin");
    let source = module.join("src/test/kotlin/dev/liuye/bench/SaveBench.kt");
    if !source.is_file() {
        bail!("the Kotlin package has no SaveBench.kt: measure the rest with --only {}", Work::SaveRust.name());
    }
    say("compiling the Kotlin side …");
    ensure!(bindings::run()?, "no bindings");
    let native = target().join("release");
    let hub = target().join("debug").join(format!("liuye{}", std::env::consts::EXE_SUFFIX));
    let built = Built { native: native.clone(), hub };
    let class_path = maven::test_class_path(&built, "bench-kotlin")?;
    let mut java = command("java");
    java.arg(format!("-Djna.library.path={}", native.display()));
    java.arg("-cp").arg(class_path).arg("dev.liuye.bench.SaveBenchKt");
    Ok(java)
}

/// A process that saves on request: `ready` once it is, then for every line that it is sent the nanoseconds of a round.
struct Side {
    name: &'static str,
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Microseconds a save, one figure a round.
    rounds: Vec<f64>,
}

impl Side {
    fn start(name: &'static str, mut program: Command, place: &Path) -> Result<Self> {
        program.arg(place).args([SAVES.to_string(), (ROUNDS + WARM_UP).to_string()]);
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            end_tree(&mut child);
            bail!("{name} has no pipes");
        };
        let mut side = Self { name, child, requests, answers: BufReader::new(answers), rounds: Vec::new() };
        let ready = side.answer()?;
        ensure!(ready == "ready", "{name} said {ready:?} instead of being ready");
        Ok(side)
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line)?;
        ensure!(read > 0, "{} ended before it answered", self.name);
        Ok(line.trim().to_owned())
    }

    #[allow(clippy::cast_precision_loss, reason = "nanoseconds of a round are far below 2^52")]
    fn round(&mut self) -> Result<()> {
        writeln!(self.requests, "round")?;
        self.requests.flush()?;
        let answer = self.answer()?;
        let nanos: u64 = answer.parse().with_context(|| format!("{} answered {answer:?}", self.name))?;
        ensure!(nanos > 0, "{} measured nothing", self.name);
        self.rounds.push(nanos as f64 / 1000.0 / SAVES as f64);
        Ok(())
    }

    /// The rounds that count.
    fn counted(&self) -> &[f64] {
        self.rounds.get(WARM_UP..).unwrap_or_default()
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        end_tree(&mut self.child);
    }
}

fn figures(sides: &[Side]) -> Vec<Figure> {
    let side = |name: &str| sides.iter().find(|side| side.name == name).map(Side::counted);
    [(Work::SaveRust, COMPANION, RAW), (Work::SaveKotlin, KOTLIN, COMPANION)]
        .into_iter()
        .filter_map(|(work, ours, baseline)| figure(work, side(ours)?, side(baseline)?))
        .collect()
}

/// `None` where there is nothing to compare.
fn figure(work: Work, ours: &[f64], baseline: &[f64]) -> Option<Figure> {
    // Round by round: both of a pair ran within the same second or two.
    let ratio = median(ours.iter().zip(baseline).map(|(ours, baseline)| ours / baseline).collect())?;
    let (value, baseline) = (median(ours.to_vec())?, median(baseline.to_vec())?);
    Some(Figure { work: work.name(), value, baseline, unit: "µs", limit: LIMIT, ratio, goal: work.goal(), met: ratio <= work.goal() })
}

/// The middle figure; the mean of both where there are two.
fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let upper = *figures.get(figures.len() / 2)?;
    let lower = *figures.get(figures.len().checked_sub(1)? / 2)?;
    Some(f64::midpoint(lower, upper))
}

fn table(figures: &[Figure]) {
    say(format!("{:<12} {:>12} {:>12} {:>8} {:>8} {:>8}", "work", "time", "baseline", "ratio", "goal", "limit"));
    for figure in figures {
        let met = if figure.met { "met" } else { "not met" };
        say(format!(
            "{:<12} {:>9.0} {} {:>9.0} {} {:>8.2} {:>8.2} {:>8.2}  {met}",
            figure.work, figure.value, figure.unit, figure.baseline, figure.unit, figure.ratio, figure.goal, figure.limit
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(vec![9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), Some(3.0));
        assert_eq!(median(vec![7.0]), Some(7.0));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn a_ratio_pairs_the_rounds_and_is_not_moved_by_one_slow_moment() {
        // The machine was busy in the second round: both sides took ten times as long.
        let figure = figure(Work::SaveRust, &[150.0, 1500.0, 150.0], &[100.0, 1000.0, 100.0]).unwrap();
        assert!((figure.ratio - 1.5).abs() < 1e-9);
        assert!(!figure.met);
        assert!(figure.ratio <= figure.limit);
    }

    #[test]
    fn nothing_measured_is_no_figure() {
        assert!(figure(Work::SaveKotlin, &[], &[100.0]).is_none());
    }
}
