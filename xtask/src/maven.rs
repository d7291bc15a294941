//! The Kotlin and Android modules: one run of Maven over the reactor, counted from surefire's reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use roxmltree::{Document, Node};

use crate::process::{self, Finished, command, root, say};
use crate::report::{Counts, Kind, Suite};

/// Downloads of a first run included.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// Modules that must be there and must have tests, each with the name of its suite.
const REQUIRED: &[(&str, &str)] = &[("kotlin", "bindings/kotlin"), ("android", "android-demo")];

/// What surefire writes where a test JVM broke off: tests that never ran leave no report to count.
const BROKEN_OFF: &[&str] = &["The forked VM terminated", "There was a timeout", "Error occurred in starting fork"];

/// Writes a class path to a file; its version is named, or each run would look for a newer one.
const CLASS_PATH_GOAL: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

/// What the modules are given.
#[derive(Debug)]
pub(crate) struct Built {
    /// The directory of the native library.
    pub(crate) native: PathBuf,
    /// The hub's binary.
    pub(crate) hub: PathBuf,
}

/// A module of the reactor.
#[derive(Debug)]
struct Module {
    directory: String,
    /// As the reactor summary names it.
    name: String,
}

impl Module {
    fn path(&self) -> PathBuf {
        root().join(&self.directory)
    }

    fn reports(&self) -> PathBuf {
        self.path().join("target/surefire-reports")
    }

    fn suite(&self) -> String {
        REQUIRED
            .iter()
            .find(|(_, directory)| *directory == self.directory)
            .map_or_else(|| self.directory.clone(), |(name, _)| (*name).to_owned())
    }
}

/// A Maven command that knows where the native side is.
pub(crate) fn maven(built: &Built) -> Command {
    let mut maven = command("mvn");
    maven.arg("--batch-mode").arg("--no-transfer-progress");
    // The daemon would outlive the run, and keeps its memory.
    maven.arg("-Dkotlin.compiler.daemon=false");
    for (name, path) in [("native.dir", &built.native), ("liuye.hub", &built.hub), ("liuye.root", &root())] {
        maven.arg(format!("-D{name}={}", path.display()));
    }
    maven
}

/// Runs Maven from what is downloaded already, and once more with the network where something is missing.
pub(crate) fn offline_first(log: &str, limit: Duration, make: impl Fn() -> Command) -> Result<Finished> {
    let mut offline = make();
    offline.arg("--offline");
    let finished = process::logged(log, offline, limit)?;
    if finished.success || !is_unresolved(&finished.output) {
        return Ok(finished);
    }
    say("  maven: something is not downloaded yet, running once more with the network");
    process::logged(log, make(), limit)
}

/// Compiles the Kotlin package with its tests, and gives the class path on which a main of theirs runs.
pub(crate) fn test_class_path(built: &Built, log: &str) -> Result<String> {
    let module = root().join("bindings/kotlin");
    let list = process::logs().join(format!("{log}.classpath"));
    let finished = offline_first(log, LIMIT, || {
        let mut compile = maven(built);
        compile.args(["--projects", "bindings/kotlin", "test-compile"]);
        compile.args([CLASS_PATH_GOAL, "-Dmdep.includeScope=test"]);
        compile.arg(format!("-Dmdep.outputFile={}", list.display()));
        compile
    })?;
    if !finished.success {
        bail!("the Kotlin package does not compile ({}):\n{}", finished.ending, finished.output);
    }
    let dependencies = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let classes = ["target/classes", "target/test-classes"].map(|part| module.join(part).display().to_string());
    Ok(format!("{}:{}", classes.join(":"), dependencies.trim()))
}

fn is_unresolved(output: &str) -> bool {
    output.contains("offline mode") || output.contains("has not been downloaded from it before")
}

/// Runs every module's tests. A module with tests that ran none fails, and so does a missing one.
pub(crate) fn test(built: &Built) -> Result<Vec<Suite>> {
    let modules = modules(&root())?;
    for module in &modules {
        let reports = module.reports();
        if reports.exists() {
            // An old report would pass for a new one.
            fs::remove_dir_all(&reports).with_context(|| format!("cannot empty {}", reports.display()))?;
        }
    }
    let finished = offline_first("maven", LIMIT, || {
        let mut verify = maven(built);
        // One module's failing test must not hide another module's: failures are counted from the reports below.
        verify.args(["--fail-at-end", "-Dmaven.test.failure.ignore=true", "-DtrimStackTrace=false", "verify"]);
        verify
    })?;
    let broken = BROKEN_OFF.iter().find(|sign| finished.output.contains(*sign));
    let trouble = match broken {
        Some(sign) => Some(format!("a test JVM broke off: {sign}")),
        None => (!finished.success).then(|| format!("mvn verify: {}", finished.ending)),
    };
    let mut suites =
        vec![Suite { name: "maven".to_owned(), seconds: finished.seconds, kind: Kind::Check, trouble, output: finished.output.clone() }];
    for module in modules.iter().filter(|module| module.path().join("src/test").is_dir()) {
        suites.push(suite(module, &finished.output)?);
    }
    for (name, directory) in REQUIRED {
        if !suites.iter().any(|suite| suite.name == *name) {
            let trouble = format!("{directory} is no module of the reactor, or has no src/test");
            suites.push(Suite::tests(name, 0.0, Counts::default(), Some(trouble), String::new()));
        }
    }
    Ok(suites)
}

fn suite(module: &Module, output: &str) -> Result<Suite> {
    let mut counts = Counts::default();
    let mut measured = 0.0;
    let reports = module.reports();
    if reports.is_dir() {
        let mut files: Vec<PathBuf> = fs::read_dir(&reports)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "xml"));
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file)?;
            measured += count(&mut counts, &text).with_context(|| format!("cannot read {}", file.display()))?;
        }
    }
    let seconds = module_seconds(output, &module.name).unwrap_or(measured);
    // What Maven printed is shown once, with the whole run; a failing test's own words are in its name's line.
    Ok(Suite::tests(&module.suite(), seconds, counts, None, String::new()))
}

/// The reactor's modules, from the root's own list.
fn modules(root: &Path) -> Result<Vec<Module>> {
    let path = root.join("pom.xml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    directories(&text)?
        .into_iter()
        .map(|directory| {
            let pom = root.join(&directory).join("pom.xml");
            let text = fs::read_to_string(&pom).with_context(|| format!("cannot read {}", pom.display()))?;
            Ok(Module { directory, name: name(&text)? })
        })
        .collect()
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn directories(pom: &str) -> Result<Vec<String>> {
    let document = Document::parse(pom)?;
    let Some(modules) = child(document.root_element(), "modules") else { bail!("the root's pom.xml lists no modules") };
    Ok(modules
        .children()
        .filter(|node| node.tag_name().name() == "module")
        .filter_map(|node| node.text())
        .map(|text| text.trim().to_owned())
        .collect())
}

/// The name of a project, or its artifact where it has none.
fn name(pom: &str) -> Result<String> {
    let document = Document::parse(pom)?;
    let project = document.root_element();
    let named = child(project, "name").or_else(|| child(project, "artifactId")).and_then(|node| node.text());
    named.map(|text| text.trim().to_owned()).context("a pom.xml has neither name nor artifactId")
}

/// Adds one report of surefire, and gives its seconds.
fn count(counts: &mut Counts, report: &str) -> Result<f64> {
    let document = Document::parse(report)?;
    let suite = document.root_element();
    if suite.tag_name().name() != "testsuite" {
        bail!("its root is {}, not testsuite", suite.tag_name().name());
    }
    for case in suite.children().filter(|node| node.tag_name().name() == "testcase") {
        let name = format!("{} {}", case.attribute("classname").unwrap_or("?"), case.attribute("name").unwrap_or("?"));
        if let Some(failure) = child(case, "failure").or_else(|| child(case, "error")) {
            counts.failed += 1;
            let message = failure.attribute("message").and_then(|text| text.lines().next()).unwrap_or("");
            counts.failures.push(format!("{name}: {message}"));
        } else if let Some(skipped) = child(case, "skipped") {
            counts.skipped += 1;
            counts.skips.push(format!("{name}: {}", skipped.attribute("message").unwrap_or("no reason given")));
        } else {
            counts.passed += 1;
        }
    }
    Ok(suite.attribute("time").and_then(|time| time.replace(',', "").parse().ok()).unwrap_or(0.0))
}

/// The time of a module in the reactor summary: `[INFO] name ..... SUCCESS [  5.150 s]` or `[01:07 min]`.
fn module_seconds(output: &str, name: &str) -> Option<f64> {
    let line = output.lines().rev().find(|line| {
        let row = line.strip_prefix("[INFO] ").and_then(|row| row.strip_prefix(name));
        row.is_some_and(|row| row.starts_with(' ') && row.ends_with(']'))
    })?;
    let time = line.rsplit_once('[')?.1.strip_suffix(']')?.trim();
    if let Some(seconds) = time.strip_suffix(" s") {
        return seconds.trim().parse().ok();
    }
    let (minutes, seconds) = time.strip_suffix(" min")?.split_once(':')?;
    Some(minutes.trim().parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_of_a_report_is_counted_once() {
        let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="dev.liuye.CompanionTest" time="1,002.5" tests="5" errors="1" skipped="1" failures="1">
  <properties><property name="testcase" value="no case"/></properties>
  <testcase name="saves" classname="dev.liuye.CompanionTest" time="0.3"><system-out><![CDATA[<failure/>]]></system-out></testcase>
  <testcase name="syncs" classname="dev.liuye.CompanionTest" time="0.3"><failure message="expected 1&#10;but was 2" type="X">at …</failure></testcase>
  <testcase name="" classname="dev.liuye.CompanionTest" time="0"><error type="java.lang.UnsatisfiedLinkError">no library</error></testcase>
  <testcase name="later" classname="dev.liuye.CompanionTest" time="0"><skipped message="needs a phone"/></testcase>
  <testcase name="closes" classname="dev.liuye.CompanionTest" time="0"/>
</testsuite>"#;
        let mut counts = Counts::default();
        let seconds = count(&mut counts, report).unwrap();
        assert!((seconds - 1002.5).abs() < 1e-9);
        assert_eq!((counts.passed, counts.failed, counts.skipped), (2, 2, 1));
        assert_eq!(counts.failures, ["dev.liuye.CompanionTest syncs: expected 1", "dev.liuye.CompanionTest : "]);
        assert_eq!(counts.skips, ["dev.liuye.CompanionTest later: needs a phone"]);
    }

    #[test]
    fn a_report_that_was_cut_or_is_none_is_an_error() {
        let mut counts = Counts::default();
        assert!(count(&mut counts, "<testsuite><testcase name=\"a\"").is_err());
        assert!(count(&mut counts, "<html/>").is_err());
        assert_eq!(counts, Counts::default());
    }

    #[test]
    fn modules_and_names_are_read_from_the_poms() {
        let pom = r#"<project xmlns="http://maven.apache.org/POM/4.0.0"><artifactId>liuye</artifactId>
            <modules><module>bindings/kotlin</module> <!-- <module>old</module> --> <module> android-demo </module></modules></project>"#;
        assert_eq!(directories(pom).unwrap(), ["bindings/kotlin", "android-demo"]);
        assert!(directories("<project/>").is_err());
        let child = "<project><parent><artifactId>liuye</artifactId></parent><artifactId>liuye-kotlin</artifactId></project>";
        assert_eq!(name(child).unwrap(), "liuye-kotlin");
        assert_eq!(name("<project><artifactId>a</artifactId><name>The one</name></project>").unwrap(), "The one");
    }

    #[test]
    fn the_time_of_a_module_is_read_from_the_summary() {
        let output = "[INFO] Building liuye-kotlin 0.1.0 [1/3]
[INFO] Reactor Summary for liuye-parent 0.1.0:
[INFO] liuye-parent ....................................... SUCCESS [  0.001 s]
[INFO] liuye-kotlin ....................................... SUCCESS [ 25.150 s]
[INFO] liuye-kotlin-extra ................................. SUCCESS [  1.000 s]
[INFO] liuye-android ...................................... FAILURE [01:07 min]
[INFO] liuye-demo ......................................... SKIPPED";
        let close = |found: Option<f64>, wanted: f64| assert!(found.is_some_and(|found| (found - wanted).abs() < 1e-9), "{found:?}");
        close(module_seconds(output, "liuye-kotlin"), 25.15);
        close(module_seconds(output, "liuye-android"), 67.0);
        assert_eq!(module_seconds(output, "liuye-demo"), None);
        assert_eq!(module_seconds(output, "absent"), None);
    }

    #[test]
    fn only_what_is_not_downloaded_asks_for_the_network() {
        assert!(is_unresolved(
            "Cannot access central (https://repo.maven.apache.org/maven2) in offline mode and the artifact x has not been downloaded from it before."
        ));
        assert!(!is_unresolved("[ERROR] COMPILATION ERROR"));
    }
}
