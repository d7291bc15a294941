//! A hub that a chore starts and stops, as a process of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{ask, command, end_tree, logs};

/// How long a hub may take to end by itself: it finishes the requests that it has.
const GRACE: Duration = Duration::from_secs(15);

/// A port of loopback on which nobody listens now. Whoever is offline keeps the address, and later finds the hub there.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port of loopback is free")?;
    Ok(listener.local_addr()?)
}

/// The library that gives a process another clock.
fn faketime() -> Result<String> {
    let listing = ask("dpkg", &["-L", "libfaketime"]).context("the Debian package libfaketime is not installed")?;
    let library = listing.lines().find(|line| line.ends_with("/libfaketime.so.1")).context("libfaketime has no library")?;
    Ok(library.to_owned())
}

/// A hub's data, and the hub while it runs.
pub(crate) struct Hub {
    binary: PathBuf,
    data: PathBuf,
    address: SocketAddr,
    running: Option<Child>,
    /// How far in the past its clock stands.
    behind: Duration,
}

impl Hub {
    /// A hub that does not run yet.
    pub(crate) const fn new(binary: PathBuf, data: PathBuf, address: SocketAddr) -> Self {
        Self { binary, data, address, running: None, behind: Duration::ZERO }
    }

    /// What is started from now on believes that it is earlier than it is.
    pub(crate) const fn live_behind(&mut self, behind: Duration) {
        self.behind = behind;
    }

    /// Where it listens while it runs.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Runs one of its other commands on its data, and gives what that printed.
    pub(crate) fn tell(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments)?.output().with_context(|| format!("cannot start {}", self.binary.display()))?;
        ensure!(
            output.status.success(),
            "liuye {} failed ({}): {}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut hub = command(&self.binary.to_string_lossy());
        hub.args(arguments).arg("--data").arg(&self.data);
        if !self.behind.is_zero() {
            // The hub has no switch for a false clock; the process around it has.
            hub.env("LD_PRELOAD", faketime()?).env("FAKETIME", format!("-{}s", self.behind.as_secs()));
            hub.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        Ok(hub)
    }

    /// Starts it, and returns once it listens. Does nothing where it runs.
    pub(crate) fn start(&mut self) -> Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        std::fs::create_dir_all(logs())?;
        let log = File::options().create(true).append(true).open(logs().join("hub.log"))?;
        let mut hub = self.command(&["hub", "--listen", &self.address.to_string()])?;
        let mut child =
            hub.stdout(Stdio::piped()).stderr(log).spawn().with_context(|| format!("cannot start {}", self.binary.display()))?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        if !line.starts_with("listening on ") {
            end_tree(&mut child);
            bail!("the hub does not listen on {}: see {}", self.address, logs().join("hub.log").display());
        }
        self.running = Some(child);
        Ok(())
    }

    /// Asks it to end, by its id, and returns once it has. Does nothing where it does not run.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.running.take() else { return Ok(()) };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).stderr(Stdio::null()).status();
        let started = Instant::now();
        while asked.is_ok() && started.elapsed() < GRACE {
            if child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        end_tree(&mut child);
        bail!("the hub did not end within {} s of being asked to", GRACE.as_secs())
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> Result<()> {
        if let Some(mut child) = self.running.take() {
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            end_tree(&mut child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stand-in with the hub's manners: `listens` or not, and ends when it is asked to.
    fn stand_in(script: &str) -> (Hub, PathBuf) {
        use std::os::unix::fs::PermissionsExt;
        let dir = std::env::temp_dir().join(format!("liuye-xtask-{}-{}", std::process::id(), script.len()));
        std::fs::create_dir_all(&dir).unwrap();
        let binary = dir.join("liuye");
        std::fs::write(&binary, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).unwrap();
        (Hub::new(binary, dir.join("data"), free_address().unwrap()), dir)
    }

    #[test]
    fn a_hub_is_started_once_it_listens_and_ends_when_asked() {
        let (mut hub, dir) = stand_in("echo \"listening on http://$3\"; exec sleep 60");
        hub.start().unwrap();
        let id = hub.running.as_ref().unwrap().id();
        assert!(Path::new(&format!("/proc/{id}")).exists());
        hub.start().unwrap();
        assert_eq!(hub.running.as_ref().unwrap().id(), id);
        hub.stop().unwrap();
        assert!(!Path::new(&format!("/proc/{id}")).exists());
        hub.stop().unwrap();
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_hub_that_does_not_listen_is_an_error() {
        let (mut hub, dir) = stand_in("echo 'cannot open the data' >&2; exit 1");
        assert!(hub.start().unwrap_err().to_string().contains("does not listen"));
        assert!(hub.running.is_none());
        let error = hub.tell(&["site", "import", "x"]).unwrap_err().to_string();
        assert!(error.contains("cannot open the data"), "{error}");
        std::fs::remove_dir_all(dir).unwrap();
    }
}
