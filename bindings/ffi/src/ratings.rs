//! Ratings: one tap by whoever was helped.

use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, given, mirror, noun};
use crate::error::Result;
use crate::types::{Page, Recorded};

mirror! {
    /// What was rated.
    RatedKind = domain::RatedKind {
        /// A call that was closed.
        Call,
        /// A lost thing that went back.
        LostReport,
    }
}

noun! {
    /// A rating as the desk sees it. The tracking code is not in it.
    Rating = domain::Rating {
        /// What was rated.
        about: String,
        /// Of which kind that is; absent where the phone does not know it.
        kind: Option<RatedKind>,
        /// How it was: 1, bad, to 5, very good.
        stars: i64,
        /// Who rated it: a person's id, or `tourist`.
        rater: String,
        /// The operation that rated it.
        operation: String,
        /// When, UTC ms.
        at: i64,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Rates a closed call or a returned report, from 1, bad, to 5, very good; once. `code` is the report's tracking code, where
    /// another phone reported the loss. Works offline.
    ///
    /// # Errors
    /// `out_of_range` at `stars`; at `about`: `exists`, `state_refused` where it is not over,
    /// `not_permitted` where somebody else was helped, `unknown_reference`; those of the store.
    pub fn give_rating(&self, about: &str, stars: i64, code: Option<String>) -> Result<Recorded> {
        given(self.core.ratings().give(about, stars.inward("stars")?, code))
    }

    /// Ratings that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn ratings(&self, page: Page) -> Result<Vec<Rating>> {
        given(self.core.ratings().all(page.inward("")?))
    }
}
