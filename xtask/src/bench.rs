//! Measures a save as ratios of one run.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

/// What is measured.
#[derive(Args)]
pub(crate) struct Options {
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measures only this work.
    #[arg(long, value_name = "WORK")]
    only: Option<String>,
}

/// Runs the measurements.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let _ = (&options.json, &options.only);
    bail!("nothing is measured yet")
}
