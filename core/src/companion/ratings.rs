//! Ratings: one tap by whoever was helped.

use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::Result;
use crate::domain::{DocumentKind, Kind, Rating, RatingRecord, rating_id};

/// What those who were helped say. Get it by [`Companion::ratings`].
#[derive(Debug, Clone, Copy)]
pub struct Ratings<'a>(&'a Companion);

impl Companion {
    /// What those who were helped say.
    #[must_use]
    pub const fn ratings(&self) -> Ratings<'_> {
        Ratings(self)
    }
}

impl Ratings<'_> {
    /// Rates a closed call or a returned report, from 1, bad, to 5, very good; once. `code` is the report's tracking code, where
    /// another phone reported the loss. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `stars`; at `about`: [`crate::Code::Exists`], [`crate::Code::StateRefused`] where it is not over,
    /// [`crate::Code::NotPermitted`] where somebody else was helped, [`crate::Code::UnknownReference`]; those of the store.
    pub fn give(&self, about: &str, stars: u8, code: Option<String>) -> Result<Recorded> {
        let record = RatingRecord { about: about.to_owned(), stars, code }.normalised()?;
        Ok(self.0.record(NewOperation::new(Kind::RatingGive, rating_id(&record.about), &record)?)?.0)
    }

    /// Ratings that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn all(&self, page: Page) -> Result<Vec<(String, Rating)>> {
        self.0.typed(DocumentKind::Rating, page)
    }
}
