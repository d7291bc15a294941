//! Every chore of Liuye, one file a chore: `cargo xtask --help` lists them.

// A chore measures real time; nothing of it is replayed by a seed.
#![allow(clippy::disallowed_methods)]

mod bench;
mod bindings;
mod demo;
mod hub;
mod kills;
mod maven;
mod packages;
mod process;
mod report;
mod rust;
mod sim;
mod test;
mod year;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Every chore of Liuye.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Runs every check and every test, and closes with one line of counts.
    Test,
    /// Runs the main job from end to end: phones with no network, then the hub, then a verdict for each record.
    Demo(demo::Options),
    /// Measures a save as ratios of one run, and a search against what it may take.
    Bench(bench::Options),
    /// Simulates whole districts from seeds, and stops at the first broken promise.
    Sim(sim::Options),
    /// Kills real phones and a real hub under load, again and again.
    Kills(kills::Options),
    /// Generates the Kotlin bindings from the built library.
    Bindings,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().chore {
        Chore::Test => test::run(),
        Chore::Demo(options) => demo::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Sim(options) => sim::run(&options),
        Chore::Kills(options) => kills::run(&options),
        Chore::Bindings => bindings::run(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Where even stderr is gone, the exit code still says it.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
