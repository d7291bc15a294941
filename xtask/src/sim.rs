//! The simulator: whole districts from seeds, in an optimised build.

use anyhow::Result;

use crate::process::{cargo, say};

/// How to run it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 300)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Stops after so many seconds, however many seeds are left.
    #[arg(long)]
    seconds: Option<u64>,
    /// Prints what happened, for looking into one seed.
    #[arg(long)]
    trail: bool,
    /// The nightly search: 2,000 seeds.
    #[arg(long)]
    nightly: bool,
}

/// Runs the seeds, and says whether every promise held.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut sim = cargo();
    let seeds = if options.nightly { options.seeds.max(2_000) } else { options.seeds };
    sim.args(["run", "--quiet", "--release", "--package", "liuye-tests", "--bin", "sim", "--"]);
    sim.args(["--seeds", &seeds.to_string(), "--from", &options.from.to_string()]);
    if let Some(seconds) = options.seconds {
        sim.args(["--seconds", &seconds.to_string()]);
    }
    if options.trail {
        sim.arg("--trail");
    }
    say(format!("{seeds} seeds from {} …", options.from));
    Ok(sim.status()?.success())
}
