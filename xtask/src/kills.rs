//! Real processes, killed for longer than the ordinary suite does it.

use anyhow::Result;

use crate::process::{cargo, say};

/// How to run it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many kills of phones and hub.
    #[arg(long, default_value_t = 1_000)]
    count: u64,
}

/// Kills so often, and says whether nothing was lost, doubled or stuck.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut test = cargo();
    test.args(["test", "--package", "liuye-tests", "--test", "processes", "killed_under_load", "--", "--nocapture"]);
    test.env("LIUYE_KILLS", options.count.to_string());
    say(format!("{} kills …", options.count));
    Ok(test.status()?.success())
}
