//! What the desk asks of duty posts: how they were staffed.

use liuye_core::Result;
use liuye_core::domain::{DocumentKind, DutyPost, Shift, Staffing};

use crate::hub::Hub;

impl Hub {
    /// How each duty post was staffed over `[from, to)` (UTC ms), every gap listed, by id. What lies after the hub's clock is no
    /// part of it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn staffing(&self, from: i64, to: i64) -> Result<Vec<Staffing>> {
        let posts = self.documents(DocumentKind::DutyPost, 10_000, 0)?;
        self.read(&self.site()?, |tx| {
            // Shifts lie by where their window begins; somebody may come a day before it and stay a day after it.
            let (first, last) = (from.saturating_sub(3 * Shift::MAX_MS), to.saturating_add(Shift::MAX_MS));
            let shifts = tx.between(DocumentKind::Shift, first, last)?;
            let posts = posts.into_iter().filter_map(|document| serde_json::from_value::<DutyPost>(document.body).ok());
            Ok(posts.map(|post| Staffing::of_documents(&post, &shifts, (from, to), tx.now)).collect())
        })
    }
}
