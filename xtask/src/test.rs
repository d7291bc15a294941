//! Every check and every test. Cargo's suites wait for each other (they share one target directory);
//! Maven's run beside them as soon as library, hub and bindings are built.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::bindings::WHOLE;
use crate::maven::Built;
use crate::process::{self, ask, cargo, logs, say, target};
use crate::report::{self, Counts, Kind, Suite};
use crate::{bindings, maven, packages, rust};

/// No suite takes so long on two cores, even cold: what does has got stuck.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// Runs everything, and says whether it holds.
pub(crate) fn run() -> Result<bool> {
    let started = Instant::now();
    environment();
    let ready = timed("packages", packages::ensure);
    if !ready.holds() {
        return Ok(report::close(&[ready], started.elapsed().as_secs_f64()));
    }
    let mut suites = vec![ready, check("format", LIMIT, || with(&["fmt", "--all", "--check"]))];
    let built = build(&mut suites);
    std::thread::scope(|scope| {
        let beside = built.as_ref().map(|built| scope.spawn(|| jvm(built)));
        suites.push(check("clippy", LIMIT, || {
            let mut clippy = with(&["clippy", "--all-targets"]);
            clippy.args(WHOLE).args(["--", "--deny", "warnings"]);
            clippy
        }));
        suites.push(rust_tests());
        match beside.map(|beside| beside.join()) {
            Some(Ok(jvm)) => suites.extend(jvm),
            Some(Err(_)) => suites.extend(unable("the thread that ran Maven broke off")),
            None => suites.extend(unable("not run, for there is nothing to run it with")),
        }
    });
    Ok(report::close(&suites, started.elapsed().as_secs_f64()))
}

/// Prints what the figures below were measured with.
fn environment() {
    let first = |text: Option<String>| text.and_then(|text| text.lines().next().map(str::to_owned)).unwrap_or_else(|| "absent".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    say(format!(
        "{} · {} · {} · {cores} cores",
        first(ask("rustc", &["--version"])),
        first(ask("javac", &["-version"])),
        first(ask("mvn", &["--batch-mode", "--version"]))
    ));
}

fn with(arguments: &[&str]) -> Command {
    let mut cargo = cargo();
    cargo.args(arguments);
    cargo
}

/// Library, hub and generator, then the bindings; `None` where one of them is not there.
fn build(suites: &mut Vec<Suite>) -> Option<Built> {
    suites.push(check("build", LIMIT, || {
        let mut build = with(&["build"]);
        build.args(WHOLE);
        build
    }));
    if !suites.last().is_some_and(Suite::holds) {
        return None;
    }
    let mut built = None;
    suites.push(timed("bindings", || {
        let place = set_aside()?;
        let finished = bindings::generate(&bindings::library(&place.native))?;
        anyhow::ensure!(finished.success, "{}: {}", finished.ending, finished.output);
        built = Some(place);
        Ok(())
    }));
    built
}

/// Copies what the JVMs load: cargo replaces its own files while they run.
fn set_aside() -> Result<Built> {
    let debug = target().join("debug");
    let native = logs().join("native");
    fs::create_dir_all(&native)?;
    let built = Built { hub: native.join(format!("liuye{}", std::env::consts::EXE_SUFFIX)), native };
    let hub = debug.join(format!("liuye{}", std::env::consts::EXE_SUFFIX));
    for (from, to) in [(bindings::library(&debug), bindings::library(&built.native)), (hub, built.hub.clone())] {
        // Onto a new file, not into one that a process of an earlier run may still have mapped.
        let _ = fs::remove_file(&to);
        fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(built)
}

fn rust_tests() -> Suite {
    let mut tests = with(&["test", "--no-fail-fast"]);
    tests.args(WHOLE);
    say("rust …");
    let suite = match process::logged("rust", tests, LIMIT) {
        Ok(finished) => {
            let trouble = (!finished.success).then(|| format!("cargo test: {}", finished.ending));
            Suite::tests("rust", finished.seconds, rust::count(&finished.output), trouble, finished.output)
        }
        Err(error) => Suite::tests("rust", 0.0, Counts::default(), Some(format!("{error:#}")), String::new()),
    };
    told(suite)
}

fn jvm(built: &Built) -> Vec<Suite> {
    say("maven …");
    match maven::test(built) {
        Ok(suites) => suites.into_iter().map(told).collect(),
        Err(error) => unable(&format!("{error:#}")),
    }
}

/// The JVM suites where none of them could run: each is a suite of zero tests, which fails.
fn unable(why: &str) -> Vec<Suite> {
    ["kotlin", "android"].iter().map(|name| Suite::tests(name, 0.0, Counts::default(), Some(why.to_owned()), String::new())).collect()
}

/// A check by a program's exit code.
fn check(name: &str, limit: Duration, make: impl Fn() -> Command) -> Suite {
    say(format!("{name} …"));
    let suite = match process::logged(name, make(), limit) {
        Ok(finished) => Suite {
            name: name.to_owned(),
            seconds: finished.seconds,
            kind: Kind::Check,
            trouble: (!finished.success).then(|| finished.ending.clone()),
            output: finished.output,
        },
        Err(error) => failed(name, 0.0, &error),
    };
    told(suite)
}

/// A check that is code of ours.
fn timed(name: &str, work: impl FnOnce() -> Result<()>) -> Suite {
    let started = Instant::now();
    let done = work();
    let seconds = started.elapsed().as_secs_f64();
    told(match done {
        Ok(()) => Suite { name: name.to_owned(), seconds, kind: Kind::Check, trouble: None, output: String::new() },
        Err(error) => failed(name, seconds, &error),
    })
}

fn failed(name: &str, seconds: f64, error: &anyhow::Error) -> Suite {
    Suite { name: name.to_owned(), seconds, kind: Kind::Check, trouble: Some(format!("{error:#}")), output: String::new() }
}

/// Says that a suite has ended, while others go on.
fn told(suite: Suite) -> Suite {
    say(format!("{} {} after {:.1} s", suite.name, if suite.holds() { "holds" } else { "FAILS" }, suite.seconds));
    suite
}
