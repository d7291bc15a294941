//! Prints how well matching does on the labelled set, as JSON: `cargo xtask bench --only matching` reads it.
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use liuye_tests::matching::Labelled;
use serde_json::json;

fn main() {
    let set = Labelled::read();
    let figures: Vec<_> = [("all", None), ("tuning", Some("tuning")), ("held-out", Some("held_out"))]
        .into_iter()
        .map(|(name, half)| {
            let measured = set.measure(half);
            json!({"half": name, "losses": measured.losses, "finds": set.found.len(), "told": measured.told,
                "precision": measured.precision(), "recall_at_3": measured.recall_at_3(), "told_recall": measured.told_recall()})
        })
        .collect();
    println!("{}", json!(figures));
}
