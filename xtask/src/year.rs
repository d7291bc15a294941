//! The Liuye year, in an optimised build: `target/demo/year.json` holds its figures.

use std::fs;

use anyhow::Result;

use crate::process::{cargo, say, target};

/// Plays it, and says whether every figure is the article's.
pub(crate) fn run() -> Result<bool> {
    let results = target().join("demo");
    fs::create_dir_all(&results)?;
    say("the Liuye year: building …");
    let mut year = cargo();
    year.args(["run", "--quiet", "--release", "--package", "liuye-tests", "--bin", "year", "--", "--out"]);
    year.arg(results.join("year.json"));
    Ok(year.status()?.success())
}
