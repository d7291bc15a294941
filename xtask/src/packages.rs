//! What the machine must have before anything is built.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{ask, say};

/// Debian packages, each with what needs it.
const PACKAGES: &[(&str, &str)] = &[
    ("libssl-dev", "libcrypto, which SQLCipher links"),
    ("pkg-config", "finds libcrypto"),
    ("aapt", "aapt2, which compiles the Android resources"),
    ("fonts-wqy-microhei", "Chinese pages are empty boxes without it"),
    ("sqlcipher", "the tests open a phone's database with the stock program"),
    ("sqlite3", "the demo reads the hub's ledger with the stock program"),
    ("chromium", "the tests take pictures of the desk"),
    ("libfaketime", "the demo's patrol began two hours ago; the tests have phones whose clocks are years off"),
];

/// The oldest JDK that the Kotlin and Android modules compile with.
const JDK: u32 = 17;

/// Installs what is missing where that is allowed, and says exactly what is missing where it is not.
pub(crate) fn ensure() -> Result<()> {
    debian()?;
    java()
}

fn debian() -> Result<()> {
    let missing = missing()?;
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if ask("id", &["-u"]).is_none_or(|id| id.trim() != "0") {
        let why: Vec<String> =
            PACKAGES.iter().filter(|(name, _)| missing.contains(name)).map(|(name, reason)| format!("  {name}: {reason}")).collect();
        bail!("these Debian packages are missing, and only root may install them:\n{}\nrun: sudo apt-get install {names}", why.join("\n"));
    }
    say(format!("installing Debian packages: {names}"));
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&missing);
    apt(&install)?;
    let left = self::missing()?;
    if !left.is_empty() {
        bail!("apt-get ended well, but these packages are still missing: {}", left.join(" "));
    }
    Ok(())
}

/// The packages of [`PACKAGES`] that are not installed.
fn missing() -> Result<Vec<&'static str>> {
    let names = PACKAGES.iter().map(|(name, _)| *name);
    // Its exit code is 1 as soon as one name is unknown; what it prints is right all the same.
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${Package} ${db:Status-Status}\n"])
        .args(names)
        .stderr(Stdio::null())
        .output()
        .with_context(|| format!("dpkg-query is not there; on another system, install what these are: {}", list()))?;
    Ok(absent(&String::from_utf8_lossy(&output.stdout)))
}

fn list() -> String {
    PACKAGES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

fn absent(listing: &str) -> Vec<&'static str> {
    let installed = |name: &str| listing.lines().any(|line| line.split_once(' ') == Some((name, "installed")));
    PACKAGES.iter().map(|(name, _)| *name).filter(|name| !installed(name)).collect()
}

fn apt(arguments: &[&str]) -> Result<()> {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("cannot start apt-get")?;
    if !status.success() {
        bail!("apt-get {} failed: {status}", arguments.join(" "));
    }
    Ok(())
}

/// A compiler, not only a runtime; and Maven.
fn java() -> Result<()> {
    let Some(version) = ask("javac", &["-version"]) else {
        bail!("there is no JDK: install version {JDK} or newer (Debian: openjdk-17-jdk-headless)");
    };
    match major(&version) {
        Some(found) if found >= JDK => {}
        Some(found) => bail!("the JDK is version {found}: install version {JDK} or newer (Debian: openjdk-17-jdk-headless)"),
        None => bail!("javac -version answered {:?}, which names no version", version.trim()),
    }
    if ask("mvn", &["-version"]).is_none() {
        bail!("there is no working Maven: install version 3.8 or newer (Debian: maven)");
    }
    Ok(())
}

/// The major version in `javac 17.0.15` or `javac 1.8.0_402`; lines about picked-up options may come before it.
fn major(text: &str) -> Option<u32> {
    let version = text.lines().find_map(|line| line.strip_prefix("javac "))?;
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    match numbers.next()?.ok()? {
        1 => numbers.next()?.ok(),
        found => Some(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_in_old_and_new_style() {
        assert_eq!(major("javac 17.0.15\n"), Some(17));
        assert_eq!(major("javac 21-ea"), Some(21));
        assert_eq!(major("javac 1.8.0_402"), Some(8));
        assert_eq!(major("Picked up JAVA_TOOL_OPTIONS: -Xmx1g\njavac 25\n"), Some(25));
        assert_eq!(major("bash: javac: not found"), None);
    }

    #[test]
    fn a_package_that_is_half_installed_or_unknown_is_missing() {
        let listing = "libssl-dev installed\npkg-config config-files\nsqlcipher installed\nchromium half-installed\n";
        assert_eq!(absent(listing), ["pkg-config", "aapt", "fonts-wqy-microhei", "sqlite3", "chromium", "libfaketime"]);
        assert_eq!(absent("").len(), PACKAGES.len());
    }
}
