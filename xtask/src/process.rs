//! Starting programs, keeping what they print, and ending what they leave behind.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(50);

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Where logs are kept.
pub(crate) fn logs() -> PathBuf {
    target().join("xtask")
}

/// Prints a line at once; a reader that went away is no reason to stop.
pub(crate) fn say(line: impl AsRef<str>) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", line.as_ref());
    let _ = out.flush();
}

/// A command in the repository's root.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The cargo that started this.
pub(crate) fn cargo() -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = command(&program);
    // A log is read by people and by parsers.
    command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
    // What Cargo says of this chore is no business of what it builds: some build scripts run again where it differs, and all that
    // depends on them with it, each time that somebody builds with and without a chore.
    let of_this_chore = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_this_chore)) {
        command.env_remove(name);
    }
    command
}

/// What a short program printed on both streams; `None` where it is not there or failed.
pub(crate) fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// How a logged program ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Whether it ended with code 0 and in time.
    pub(crate) success: bool,
    /// How it ended, in words.
    pub(crate) ending: String,
    /// All that it printed, both streams in their order.
    pub(crate) output: String,
    /// How long it ran.
    pub(crate) seconds: f64,
}

/// Runs a program to its end with both streams in `target/xtask/<name>.log`, and ends it with all its children after `limit`.
pub(crate) fn logged(name: &str, mut command: Command, limit: Duration) -> Result<Finished> {
    fs::create_dir_all(logs())?;
    let path = logs().join(format!("{name}.log"));
    let log = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let program = command.get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    let mut child = command.stdout(log.try_clone()?).stderr(log).spawn().with_context(|| format!("cannot start {program}"))?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if started.elapsed() > limit {
            end_tree(&mut child);
            break None;
        }
        std::thread::sleep(POLL);
    };
    let ending = status.map_or_else(|| format!("ended after its limit of {} s", limit.as_secs()), |status| status.to_string());
    Ok(Finished {
        success: status.is_some_and(|status| status.success()),
        ending,
        output: String::from_utf8_lossy(&fs::read(&path)?).into_owned(),
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// Kills a child and its descendants by their ids, and reaps it.
pub(crate) fn end_tree(child: &mut Child) {
    let mut ids = descendants(child.id());
    ids.push(child.id());
    let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
    // A descendant may have ended by itself meanwhile: that is what is wanted.
    let _ = Command::new("kill").arg("-KILL").args(&ids).stderr(Stdio::null()).status();
    let _ = child.kill();
    let _ = child.wait();
}

/// The processes below one, found through `/proc`; empty where there is none.
fn descendants(id: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let parents: Vec<(u32, u32)> = entries
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((id, parent_of(&stat)?))
        })
        .collect();
    let mut found = vec![id];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        next += 1;
    }
    found.split_off(1)
}

/// The parent's id in a line of `/proc/<id>/stat`; the name before it may hold spaces and brackets.
fn parent_of(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_found_behind_any_name() {
        assert_eq!(parent_of("42 (a) b (c) S 7 42 42 0"), Some(7));
        assert_eq!(parent_of("42 (sh) R x"), None);
        assert_eq!(parent_of(""), None);
    }

    #[test]
    fn a_program_past_its_limit_is_ended_with_its_children() {
        let mut shell = command("sh");
        shell.args(["-c", "echo begun; sleep 61.25 & wait"]);
        let started = Instant::now();
        let finished = logged("self-test-limit", shell, Duration::from_millis(400)).unwrap();
        assert!(!finished.success);
        assert!(finished.output.contains("begun"));
        assert!(started.elapsed() < Duration::from_secs(20));
        let is_left = || {
            let processes = fs::read_dir("/proc").unwrap().flatten();
            processes
                .map(|entry| entry.path().join("cmdline"))
                .any(|line| fs::read(line).is_ok_and(|line| line.starts_with(b"sleep\x0061.25")))
        };
        // A signal that is sent has not arrived yet.
        while is_left() && started.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(POLL);
        }
        assert!(!is_left(), "the child of the shell is still there");
    }

    #[test]
    fn both_streams_and_the_exit_code_are_kept() {
        let mut shell = command("sh");
        shell.args(["-c", "echo out; echo err >&2; exit 3"]);
        let finished = logged("self-test-streams", shell, Duration::from_secs(20)).unwrap();
        assert!(!finished.success);
        assert_eq!(finished.output, "out\nerr\n");
        assert!(finished.ending.contains('3'));
    }
}
