//! Whatever the facade offers crosses the bridge: each method of each group, by its own name.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What the bridge offers in another way, with the reason.
const OTHERWISE: &[(&str, &str)] = &[
    ("device", "the host gave it itself, when it opened the companion"),
    ("calls().dial", "a function, `police_dial`: it has to be there where nothing else works"),
    ("zones().all", "as `patrol().zones`"),
    ("zones().duty_posts", "as `duty().posts`"),
];

fn sources(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// The name of a method, where the line begins a public one that takes the companion or a group.
fn method(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("    pub ")?;
    let (name, arguments) = rest.strip_prefix("const ").unwrap_or(rest).strip_prefix("fn ")?.split_once('(')?;
    // A signature over several lines names the receiver on the next one: only constructors take none, and they have arguments at once.
    (arguments.is_empty() || arguments.starts_with("&self")).then_some(name)
}

/// Every method as it is called: `sync`, `calls().close`.
fn offered(sources: &[String]) -> BTreeSet<String> {
    let mut accessors = BTreeMap::new();
    for line in sources.iter().flat_map(|source| source.lines()) {
        let group = line.split_once("-> ").and_then(|(_, gives)| gives.strip_suffix("<'_> {"));
        if let (Some(name), Some(group)) = (method(line), group) {
            accessors.insert(group.to_owned(), name.to_owned());
        }
    }
    let mut offered = BTreeSet::new();
    for source in sources {
        let mut owner: Option<String> = None;
        for line in source.lines() {
            if let Some(of) = line.strip_prefix("impl ") {
                let of = of.trim_end_matches(" {");
                let group = of.strip_suffix("<'_>").and_then(|group| accessors.get(group));
                owner = if of == "Companion" { Some(String::new()) } else { group.map(|accessor| format!("{accessor}().")) };
            }
            if let (Some(owner), Some(name)) = (&owner, method(line)) {
                let is_group = owner.is_empty() && accessors.values().any(|accessor| accessor == name);
                offered.extend((!is_group).then(|| format!("{owner}{name}")));
            }
        }
    }
    offered
}

#[test]
fn every_method_of_the_facade_crosses_the_bridge() {
    let offered = offered(&sources("../../core/src/companion"));
    let bridge = sources("src").concat();
    assert!(offered.len() > 150 && offered.contains("calls().raise") && offered.contains("sync"), "{offered:?}");
    let crosses = |method: &&String| bridge.contains(&format!("self.core.{method}("));
    let missing: Vec<&str> = offered.iter().filter(|method| !crosses(method)).map(String::as_str).collect();
    assert_eq!(missing, OTHERWISE.iter().map(|(method, _)| *method).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
}

#[test]
fn a_method_that_the_bridge_lacks_is_noticed() {
    let facade = "impl Companion {\n    pub const fn calls(&self) -> Calls<'_> {\n    }\n    pub fn sync(&self) {\n    }\n}\n\nimpl Calls<'_> {\n    pub fn raise(\n        &self,\n    }\n    fn own(&self) {\n    }\n}\n";
    let expected = ["calls().raise", "sync"].map(str::to_owned);
    assert_eq!(offered(&[facade.to_owned()]), BTreeSet::from(expected));
}
