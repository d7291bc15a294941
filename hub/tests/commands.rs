//! The command line over tables: what it prints, and what its exit code says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::Command;

/// Runs `liuye` on a data folder: whether it succeeded, and what it printed.
fn liuye(data: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_liuye")).args(arguments).arg("--data").arg(data).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn tables_come_in_by_the_command_line_and_go_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("hub");
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/liuye-lake/site.json");
    assert!(liuye(&data, &["site", "import", site.to_str().unwrap()]).0);
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let table = file("persons.csv", "编号,姓名,队伍,四类力量,电话\ng-1,=甲,保安,巡逻防控,1\ng-2,乙,保安,打杂,1\n");
    let told = "line 2 g-1: looks like a formula, made harmless at name_zh\nline 3 g-2: malformed at trades\nnothing was taken of the column 电话\n";
    let (ok, text) = liuye(&data, &["personnel", "import", &table, "--dry-run"]);
    assert_eq!((ok, text), (false, format!("{told}utf-8: 1 added, 0 changed, 0 unchanged, 1 refused; nothing was written\n")));
    let (ok, text) = liuye(&data, &["personnel", "import", &table]);
    assert_eq!((ok, text), (false, format!("{told}utf-8: 1 added, 0 changed, 0 unchanged, 1 refused\n")));
    let (ok, text) = liuye(&data, &["personnel", "export"]);
    assert!(ok && text.contains("g-1,'=甲,'=甲,guard,patrol,guard,,,,active,\n"), "{text}");
    let (ok, again) = liuye(&data, &["personnel", "import", &file("again.csv", &text)]);
    assert_eq!((ok, again.as_str()), (true, "utf-8: 0 added, 0 changed, 31 unchanged, 0 refused\n"));

    let counts = file("crowd.csv", "网格,时间,客流\nz1,2026-05-01T20:00:00+08:00,8000\nz1,8 pm,1\nz9,2026-05-01T20:00:00+08:00,1\n");
    let (ok, text) = liuye(&data, &["crowd", "import", &counts]);
    let told = "line 3: time_malformed at at\nline 4: unknown_reference at zone\n";
    assert_eq!((ok, text), (false, format!("{told}1 added, 0 changed, 0 unchanged, 2 refused\n")));
    assert!(!liuye(&data, &["personnel", "import", "/nothing/there.csv"]).0);
}
