//! Runs that once broke a promise, kept in `tests/regressions`, one file a lesson.

use serde::{Deserialize, Serialize};

use super::climate::Climate;

/// A run that must never break a promise again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Regression {
    /// What it taught, in a line.
    pub taught: String,
    /// Its seed.
    pub seed: u64,
    /// Its climate, as small as it still failed.
    pub climate: Climate,
}

impl Regression {
    /// Every run that is kept, with the name of its file.
    #[must_use]
    pub fn all() -> Vec<(String, Self)> {
        let folder = crate::repository().join("tests/regressions");
        let mut kept: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| {
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                (name, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
            })
            .collect();
        kept.sort_by(|(one, _), (other, _)| one.cmp(other));
        kept
    }
}
