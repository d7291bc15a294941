//! Which operations a hub understands.

use liuye_core::domain::Kind;
use liuye_core::log::Operation;

/// What a hub understands: all that its build does, or less. Yesterday's hub is today's without what is new, which is how
/// upgrades and rollbacks are tried with one build.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Edition {
    without: &'static [Kind],
}

impl Edition {
    /// An edition from before these kinds.
    #[must_use]
    pub const fn without(kinds: &'static [Kind]) -> Self {
        Self { without: kinds }
    }

    /// Whether it can judge an operation; what it cannot, it holds for a later one.
    pub(crate) fn knows(self, operation: &Operation) -> bool {
        Kind::parse(&operation.kind).is_some_and(|kind| operation.schema_version <= Kind::SCHEMA_VERSION && !self.without.contains(&kind))
    }
}
