//! What `cargo test` printed, counted.

use crate::report::Counts;

/// Counts every `test result:` line, doc tests included, and names what failed or was ignored.
pub(crate) fn count(output: &str) -> Counts {
    let mut counts = Counts::default();
    let mut target = "";
    for line in output.lines() {
        let line = line.trim_end();
        if let Some(name) = heading(line) {
            target = name;
        } else if let Some(results) = line.strip_prefix("test result: ") {
            add(&mut counts, results);
        } else if let Some(test) = line.strip_prefix("test ") {
            if let Some(name) = test.strip_suffix(" ... FAILED") {
                counts.failures.push(format!("{target} {name}"));
            } else if let Some((name, reason)) = test.split_once(" ... ignored") {
                counts.skips.push(format!("{target} {name}{reason}"));
            }
        }
    }
    counts
}

/// `Running unittests src/lib.rs (target/debug/deps/liuye_core-0f)` or `Doc-tests liuye_core`.
fn heading(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(name);
    }
    let path = line.strip_prefix("Running ")?.rsplit_once('(')?.1.strip_suffix(')')?;
    let file = path.rsplit(['/', '\\']).next()?;
    Some(file.rsplit_once('-').map_or(file, |(name, _)| name))
}

/// `ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn add(counts: &mut Counts, results: &str) {
    let numbers = results.split_once(". ").map_or("", |(_, numbers)| numbers);
    for part in numbers.split("; ") {
        let Some((number, what)) = part.split_once(' ') else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        match what {
            "passed" => counts.passed += number,
            "failed" => counts.failed += number,
            // A filter leaves tests out as silently as an attribute does.
            "ignored" | "filtered out" => counts.skipped += number,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_and_the_doc_tests_are_added_up() {
        let output = "   Compiling liuye-core v0.1.0 (/r/core)
     Running unittests src/lib.rs (target/debug/deps/liuye_core-0f3a)

running 4 tests
test log::a_chain_holds ... ok
test log::slow ... ignored, takes an hour
test log::broken ... FAILED
test store::opens ... ok

failures:

---- log::broken stdout ----
test result: of another program that a test printed

failures:
    log::broken

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s

     Running tests/wire-format.rs (target/debug/deps/wire_format-99)

running 1 test
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests liuye_core

running 2 tests
test core/src/lib.rs - Companion (line 9) ... ignored
test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.44s; merged doctests compilation took 0.2s
";
        let counts = count(output);
        assert_eq!((counts.passed, counts.failed, counts.skipped), (4, 1, 5));
        assert_eq!(counts.failures, ["liuye_core log::broken"]);
        assert_eq!(counts.skips, ["liuye_core log::slow, takes an hour", "liuye_core core/src/lib.rs - Companion (line 9)"]);
    }

    #[test]
    fn an_output_without_results_counts_nothing() {
        assert_eq!(count("error: could not compile `liuye-core`\n"), Counts::default());
        assert_eq!(count("test result: ok. x passed; many failed\n"), Counts::default());
    }
}
