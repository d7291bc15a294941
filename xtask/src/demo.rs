//! Runs the main job from end to end.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

/// What the demo is asked for.
#[derive(Args)]
pub(crate) struct Options {
    /// End after the story instead of leaving the hub open.
    #[arg(long)]
    once: bool,
    /// Keep the phones' and the hub's data here for the next start.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs the demo.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let _ = (options.once, &options.data);
    bail!("the demo's driver is not there yet")
}
