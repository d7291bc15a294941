//! The simulator by hand: `sim --seeds N [--from SEED] [--seconds S] [--trail]`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program of the tests")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use liuye_tests::sim::{Climate, Regression, Tally, run, shrink};

/// Runs simulated districts from seeds, and stops at the first broken promise.
#[derive(Parser)]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Stops after so many seconds, however many seeds are left.
    #[arg(long)]
    seconds: Option<u64>,
    /// Prints what happened in the last run.
    #[arg(long)]
    trail: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let started = Instant::now();
    let mut tally = Tally::default();
    let mut ran = 0;
    for seed in arguments.from..arguments.from + arguments.seeds {
        if arguments.seconds.is_some_and(|seconds| started.elapsed() > Duration::from_secs(seconds)) {
            break;
        }
        let outcome = run(seed, Climate::of(seed));
        tally.add(&outcome.tally);
        ran += 1;
        if arguments.trail {
            println!("{}", outcome.trail.join("\n"));
        }
        if let Some(failure) = outcome.failure {
            println!("seed {seed} breaks a promise: {failure}");
            println!("shrinking …");
            let climate = shrink(seed, Climate::of(seed));
            let taught = run(seed, climate).failure.unwrap_or_default();
            println!("keep it in tests/regressions:");
            println!("{}", serde_json::to_string_pretty(&Regression { taught, seed, climate }).unwrap());
            println!("{tally}");
            return ExitCode::FAILURE;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{ran} seeds in {seconds:.1} s, {:.1} ms a phone-day", seconds * 1000.0 / tally.phone_days().max(1) as f64);
    println!("{tally}");
    ExitCode::SUCCESS
}
