//! A disk of a few megabytes that fills up: a typed error, nothing lost, and work goes on once there is room.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Command;

#[test]
fn a_full_disk_is_a_typed_error_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // A name space of its own: the small disk goes with the process. Without root, the kernel's user name spaces do it.
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut unshare = Command::new("unshare");
    if !is_root {
        unshare.arg("--map-root-user");
    }
    let script = "mount -t tmpfs -o size=2m liuye \"$1\" && exec \"$2\" \"$1/phone.db\" fills-disk";
    unshare.args(["--mount", "sh", "-c", script, "sh"]).arg(dir.path()).arg(env!("CARGO_BIN_EXE_phone"));
    let output = unshare.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let words: Vec<&str> = said.split_whitespace().collect();
    let number = |index: usize| words[index].parse::<u64>().unwrap();
    assert!(number(0) > 20, "{said}");
    assert_eq!(words[1], "disk_full", "{said}");
    assert_eq!(number(2), number(0), "what returned is there, what was refused is not: {said}");
    assert_eq!(number(3), number(0) + 1, "{said}");
}
