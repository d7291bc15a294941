//! The Liuye year by hand: `year [--seed N] [--days30] --out FILE`. Ends in the article's figures beside Liuye's.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program of the tests")]

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use liuye_tests::year::{Size, Told, Year, play};
use serde_json::json;

/// Plays the Liuye year from a seed, and holds its figures against the article's.
#[derive(Parser)]
struct Arguments {
    /// The seed.
    #[arg(long, default_value_t = 2024)]
    seed: u64,
    /// Thirty days with a tenth of the persons.
    #[arg(long)]
    days30: bool,
    /// Where the figures go, as JSON.
    #[arg(long)]
    out: PathBuf,
}

/// The width of the bar.
const BAR: i64 = 40;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let started = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let size = if arguments.days30 { Size::THIRTY_DAYS } else { Size::YEAR };
    println!("{} days, {} phones, seed {}", size.days, size.persons, arguments.seed);
    let year = play(size, arguments.seed, folder.path(), |told| bar(&told, started));
    println!();
    let seconds = started.elapsed().as_secs_f64();
    table(&year);
    println!(
        "{} operations, {} entries; verify finds {} faults; {seconds:.0} s",
        year.verified.operations,
        year.verified.entries,
        year.verified.faults.len()
    );
    println!("on the way: {}", year.faults.iter().map(|(name, times)| format!("{name} {times}")).collect::<Vec<_>>().join(", "));
    let figures = json!({
        "seed": arguments.seed, "seconds": seconds, "holds": year.holds(), "figures": year.lines, "statistics": year.statistics,
        "faults": year.faults, "verify": year.verified.faults, "unsettled": year.unsettled,
    });
    std::fs::write(&arguments.out, serde_json::to_string_pretty(&figures).unwrap() + "\n").unwrap();
    if year.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn bar(told: &Told, started: Instant) {
    let filled = told.day * BAR / told.days;
    let bar: String = (0..BAR).map(|place| if place < filled { '█' } else { '·' }).collect();
    print!("\r{bar} day {:>3} of {} · {:.0} s ", told.day, told.days, started.elapsed().as_secs_f64());
    let _ = std::io::stdout().flush();
}

fn table(year: &Year) {
    println!("{} {:<36} {:>10} {:>10}", padded("指标", 26), "figure", "article", "Liuye");
    for line in &year.lines {
        let liuye = line.liuye.map_or_else(|| "–".to_owned(), number);
        let mark = if line.agrees() { "" } else { "  DIFFERS" };
        println!("{} {:<36} {:>10} {liuye:>10}{mark}", padded(line.zh, 26), line.en, number(line.article));
    }
    println!("where the article gives no number (trades, calls, questions, ratings), that of the plan stands in its place");
}

fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text and as many spaces as make it so wide on a terminal, where a Chinese character takes two columns.
fn padded(text: &str, width: usize) -> String {
    let columns: usize = text.chars().map(|character| if character > '\u{2e7f}' { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(columns)))
}
