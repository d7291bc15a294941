//! Runs the main job from end to end: builds what it needs, and lends the story a hub.
//!
//! The story itself is told by a Kotlin program whose phones are JVMs of their own. It gets every path as a system
//! property. On a line of its own it prints `@hub start`, `@hub start SECONDS` (a hub whose clock stands that far in the
//! past) or `@hub stop`, and reads `ok` once that is done; all else that it prints is for whoever watches.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::hub::{Hub, free_address};
use crate::maven::{self, Built};
use crate::process::{command, end_tree, root, say, target};
use crate::{bindings, packages};

/// The program that tells the story: its source, and its main class.
const DRIVER: (&str, &str) = ("bindings/kotlin/src/test/kotlin/dev/liuye/demo/Demo.kt", "dev.liuye.demo.DemoKt");
/// Before the story begins.
const BEFORE: Duration = Duration::from_secs(9_100);
/// The site of the story.
const SITE: &str = "fixtures/liuye-lake/site.json";
/// The officer who looks at the desk.
const LOGIN: &str = "desk";

/// What the demo is asked for.
#[derive(Args)]
pub(crate) struct Options {
    /// End after the story instead of leaving the hub open.
    #[arg(long)]
    once: bool,
    /// Keep the phones' and the hub's data here for the next start.
    #[arg(long, value_name = "DIR", conflicts_with = "year")]
    data: Option<PathBuf>,
    /// Play the Liuye year instead: seven months on 800 phones, and the article's figures beside Liuye's. Always ends by itself.
    #[arg(long)]
    year: bool,
}

/// Runs the demo. Does not hold where a record was lost, doubled or left without a verdict.
pub(crate) fn run(options: &Options) -> Result<bool> {
    if options.year {
        return crate::year::run();
    }
    let (source, _) = DRIVER;
    if !root().join(source).is_file() {
        bail!("the demo has no story yet: {source} is not there");
    }
    packages::ensure()?;
    let built = build()?;
    let class_path = maven::test_class_path(&built, "demo-kotlin")?;

    let results = target().join("demo");
    empty(&results)?;
    let data = match &options.data {
        Some(data) => std::path::absolute(data)?,
        None => {
            let data = results.join("data");
            empty(&data)?;
            data
        }
    };
    let mut hub = Hub::new(built.hub.clone(), data.join("hub"), free_address()?);
    let password = found(&mut hub, &data)?;

    let mut java = java(&built, &class_path, &hub, &data, &results);
    java.arg(format!("-Dliuye.desk.login={LOGIN}")).arg(format!("-Dliuye.desk.password={password}")).arg(DRIVER.1);
    let held = tell(java, &mut hub)?;
    if held && !options.once {
        hub.start()?;
        say(format!("\nthe desk is at {}/desk, login {LOGIN}, password {password}; Ctrl-C ends it", hub.url()));
        hub.wait()?;
    } else {
        hub.stop()?;
    }
    Ok(held)
}

fn empty(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    Ok(fs::create_dir_all(directory)?)
}

/// The hub, the library and the bindings.
fn build() -> Result<Built> {
    say("building …");
    ensure!(bindings::run()?, "no bindings");
    let native = target().join("debug");
    Ok(Built { hub: native.join(format!("liuye{}", std::env::consts::EXE_SUFFIX)), native })
}

/// Imports the site and makes the desk's login; a folder that was kept has both. Gives the password.
fn found(hub: &mut Hub, data: &Path) -> Result<String> {
    fs::create_dir_all(data)?;
    let kept = data.join("desk-password");
    if let Ok(password) = fs::read_to_string(&kept) {
        return Ok(password.trim().to_owned());
    }
    hub.live_behind(BEFORE);
    say(format!("the site: {}", hub.tell(&["site", "import", SITE])?));
    hub.live_behind(Duration::ZERO);
    let password = hub.tell(&["user", "add", LOGIN, "--role", "desk", "--person", "p-003"])?;
    fs::write(&kept, &password)?;
    Ok(password)
}

fn java(built: &Built, class_path: &str, hub: &Hub, data: &Path, results: &Path) -> Command {
    let mut java = command("java");
    java.arg("-Djava.awt.headless=true").arg(format!("-Djna.library.path={}", built.native.display()));
    for (name, value) in [
        ("liuye.root", root().display().to_string()),
        ("liuye.hub", built.hub.display().to_string()),
        ("liuye.hub.data", hub.data().display().to_string()),
        ("liuye.hub.url", hub.url()),
        ("liuye.phones", data.join("phones").display().to_string()),
        ("liuye.results", results.display().to_string()),
    ] {
        java.arg(format!("-D{name}={value}"));
    }
    java.arg("-cp").arg(class_path);
    java
}

/// Runs the story, and starts and stops the hub as it asks.
fn tell(mut java: Command, hub: &mut Hub) -> Result<bool> {
    let mut child = java.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start java")?;
    let (Some(mut answers), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
        end_tree(&mut child);
        bail!("the story has no pipes");
    };
    let told = (|| {
        for line in BufReader::new(out).lines() {
            let line = line?;
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["@hub", "start"] => hub.start()?,
                ["@hub", "start", seconds] => {
                    hub.live_behind(Duration::from_secs(seconds.parse()?));
                    hub.start()?;
                    hub.live_behind(Duration::ZERO);
                }
                ["@hub", "stop"] => hub.stop()?,
                _ => {
                    say(line);
                    continue;
                }
            }
            writeln!(answers, "ok")?;
            answers.flush()?;
        }
        anyhow::Ok(())
    })();
    if let Err(error) = told {
        end_tree(&mut child);
        return Err(error);
    }
    Ok(child.wait()?.success())
}
