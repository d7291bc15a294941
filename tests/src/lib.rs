//! What the end-to-end tests share: a whole district in a temporary folder, with a real hub on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "this crate is for tests alone")]

mod browser;
mod clock;
mod desk;
pub mod disk;
mod district;
mod drafts;
mod faulty;
mod inline;
mod live;
pub mod matching;
mod photo;
pub mod plain;
mod processes;
mod raw_phone;
mod recorder;
mod router;
#[path = "../sim/mod.rs"]
pub mod sim;
mod toxic;
#[path = "../year/mod.rs"]
pub mod year;

pub use browser::{Browser, Shown};
pub use clock::HandClock;
pub use desk::{DeskAnswer, DeskBrowser, INJECTIONS, is_harmless};
pub use district::{District, open_phone, open_phone_at};
pub use drafts::{found_umbrella, help, lost_keys, lost_umbrella, night_market};
pub use faulty::{FaultyTransport, Mishap, one_answer_hub};
pub use inline::{HastyLine, InlineHub, InlineLine};
pub use live::{LiveEvent, LiveLine};
pub use photo::{camera_png, png, png_of};
pub use processes::{HubProgram, PhoneProgram, free_port};
pub use raw_phone::{RawPhone, problem, tus_sha256};
pub use recorder::Recorder;
pub use router::INLINE_URL;
pub use toxic::ToxicProxy;

use std::path::{Path, PathBuf};

/// The repository's root.
#[must_use]
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_owned()
}

/// Copies a folder with all that is in it.
pub fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
