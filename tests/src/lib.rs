//! What the end-to-end tests share: a whole district in a temporary folder, with a real hub on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "this crate is for tests alone")]

mod district;
mod faulty;
mod photo;

pub use district::{District, open_phone};
pub use faulty::{FaultyTransport, Mishap, one_answer_hub};
pub use photo::png;

use std::path::PathBuf;

/// The repository's root.
#[must_use]
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_owned()
}
