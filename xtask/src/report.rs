//! What the suites came to: a table, and one closing line.

use crate::process::say;

/// How much of a failing suite's output is shown.
const TAIL: usize = 60;

/// Tests of one suite.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed, or broke off.
    pub(crate) failed: u64,
    /// Tests that did not run.
    pub(crate) skipped: u64,
    /// The names of those that failed.
    pub(crate) failures: Vec<String>,
    /// The names of those that did not run, with the reason where one is given.
    pub(crate) skips: Vec<String>,
}

/// What a suite is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// One thing that holds or does not, such as the format.
    Check,
    /// Many tests, counted.
    Tests(Counts),
}

/// A suite that has run.
#[derive(Debug)]
pub(crate) struct Suite {
    /// Its name, also that of its log.
    pub(crate) name: String,
    /// How long it took.
    pub(crate) seconds: f64,
    /// What it came to.
    pub(crate) kind: Kind,
    /// Why it fails beyond its counts: a compiler error, a limit, no test at all.
    pub(crate) trouble: Option<String>,
    /// What it printed.
    pub(crate) output: String,
}

impl Suite {
    /// A suite of tests, which must hold at least one.
    pub(crate) fn tests(name: &str, seconds: f64, counts: Counts, trouble: Option<String>, output: String) -> Self {
        let none = counts.passed + counts.failed == 0;
        let trouble = trouble.or_else(|| none.then(|| "no test has run".to_owned()));
        Self { name: name.to_owned(), seconds, kind: Kind::Tests(counts), trouble, output }
    }

    /// Whether nothing is wrong.
    pub(crate) fn holds(&self) -> bool {
        self.trouble.is_none() && self.failed() == 0
    }

    /// Failed tests; trouble that no test accounts for is one more, so that the closing line shows it.
    fn failed(&self) -> u64 {
        let counted = match &self.kind {
            Kind::Check => 0,
            Kind::Tests(counts) => counts.failed,
        };
        if counted == 0 && self.trouble.is_some() { 1 } else { counted }
    }

    fn passed(&self) -> u64 {
        match &self.kind {
            Kind::Check => 0,
            Kind::Tests(counts) => counts.passed,
        }
    }

    fn skipped(&self) -> u64 {
        match &self.kind {
            Kind::Check => 0,
            Kind::Tests(counts) => counts.skipped,
        }
    }

    /// One line for the table.
    fn row(&self) -> String {
        let counts = match &self.kind {
            Kind::Check if self.holds() => "ok".to_owned(),
            Kind::Check => "FAILED".to_owned(),
            Kind::Tests(_) => format!("{} passed, {} failed, {} skipped", self.passed(), self.failed(), self.skipped()),
        };
        format!("{:<24} {:>8.1} s  {counts}", self.name, self.seconds)
    }

    /// What went wrong, with the end of what was printed.
    fn show_failure(&self) {
        say(format!("\n--- {} {}", self.name, self.trouble.as_deref().unwrap_or("has failures")));
        let lines: Vec<&str> = self.output.lines().collect();
        let from = lines.len().saturating_sub(TAIL);
        for line in lines.iter().skip(from) {
            say(line);
        }
        if let Kind::Tests(counts) = &self.kind {
            for failure in &counts.failures {
                say(format!("failed: {failure}"));
            }
        }
        say(format!("--- the whole output is in {}", crate::process::logs().display()));
    }
}

/// Prints everything and says whether all holds. Its last line is the counts, and nothing follows it.
pub(crate) fn close(suites: &[Suite], seconds: f64) -> bool {
    for suite in suites.iter().filter(|suite| !suite.holds()) {
        suite.show_failure();
    }
    say("");
    for suite in suites {
        say(suite.row());
    }
    say(format!("{:<24} {seconds:>8.1} s", "all, side by side"));
    for suite in suites {
        if let Kind::Tests(counts) = &suite.kind {
            for skip in &counts.skips {
                say(format!("skipped: {} {skip}", suite.name));
            }
        }
    }
    say(line(suites));
    !suites.is_empty() && suites.iter().all(Suite::holds)
}

/// `N passed, N failed, N skipped`
fn line(suites: &[Suite]) -> String {
    let sum = |part: fn(&Suite) -> u64| suites.iter().map(part).sum::<u64>();
    format!("{} passed, {} failed, {} skipped", sum(Suite::passed), sum(Suite::failed), sum(Suite::skipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(trouble: Option<&str>) -> Suite {
        Suite { name: "format".to_owned(), seconds: 0.1, kind: Kind::Check, trouble: trouble.map(str::to_owned), output: String::new() }
    }

    fn tests(passed: u64, failed: u64, skipped: u64, trouble: Option<&str>) -> Suite {
        let counts = Counts { passed, failed, skipped, ..Counts::default() };
        Suite::tests("rust", 1.0, counts, trouble.map(str::to_owned), String::new())
    }

    #[test]
    fn a_suite_without_a_test_that_ran_fails() {
        assert!(!tests(0, 0, 0, None).holds());
        assert!(!tests(0, 0, 9, None).holds());
        assert!(tests(1, 0, 0, None).holds());
        assert!(!tests(1, 1, 0, None).holds());
    }

    #[test]
    fn trouble_is_counted_as_a_failure_once() {
        let suites = [check(None), check(Some("differs")), tests(5, 0, 1, Some("ended by a signal")), tests(2, 3, 0, Some("exit 101"))];
        assert_eq!(line(&suites), "7 passed, 5 failed, 1 skipped");
    }

    #[test]
    fn a_check_counts_no_test() {
        assert_eq!(line(&[check(None)]), "0 passed, 0 failed, 0 skipped");
    }
}
