//! Generates Kotlin from the library that was built, with the generator of the same crate and version.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{self, Finished, cargo, command, root, say, target};

/// A cold build on two cores takes a third of it.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// One selection of packages and features for every unoptimised run of cargo: with another, cargo would compile half
/// of the dependencies a second time.
pub(crate) const WHOLE: &[&str] = &["--workspace", "--features", "liuye-ffi/bindgen"];

/// Builds and generates.
pub(crate) fn run() -> Result<bool> {
    let status = cargo().arg("build").args(WHOLE).status().context("cannot start cargo")?;
    if !status.success() {
        bail!("the library does not build");
    }
    let library = library(&target().join("debug"));
    let finished = generate(&library)?;
    if !finished.success {
        bail!("the generator failed ({}):\n{}", finished.ending, finished.output);
    }
    say(format!("Kotlin is in {}", directory().display()));
    Ok(true)
}

/// The host's library in a directory of cargo's.
pub(crate) fn library(directory: &Path) -> PathBuf {
    directory.join(format!("{}liuye_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}

/// Where the generated Kotlin goes: Maven compiles it from there, and nothing of it is committed.
pub(crate) fn directory() -> PathBuf {
    root().join("bindings/kotlin/target/uniffi")
}

/// Generates from a library that is built, by the generator that was built beside it.
pub(crate) fn generate(library: &Path) -> Result<Finished> {
    let directory = directory();
    // A file of an earlier package name would be compiled too.
    if directory.exists() {
        fs::remove_dir_all(&directory).with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    fs::create_dir_all(&directory)?;
    let generator = target().join("debug").join(format!("uniffi-bindgen{}", std::env::consts::EXE_SUFFIX));
    let mut generate = command(&generator.to_string_lossy());
    // It fails by errors that speak for themselves; forty lines of its own frames would bury them.
    generate.env("RUST_BACKTRACE", "0");
    generate.args(["generate", "--language", "kotlin", "--no-format", "--out-dir"]).arg(&directory).arg(library);
    let mut finished = process::logged("bindings", generate, LIMIT)?;
    if finished.success && kotlin_files(&directory)? == 0 {
        finished.success = false;
        finished.output.push_str("\nthe library exports nothing: no Kotlin was generated\n");
    }
    Ok(finished)
}

fn kotlin_files(directory: &Path) -> Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            count += kotlin_files(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "kt") {
            count += 1;
        }
    }
    Ok(count)
}
