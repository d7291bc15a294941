//! What the desk asks of duty posts: how they were staffed, who is there, and what passes on with them.

use liuye_core::Result;
use liuye_core::domain::{DocumentKind, DutyPost, Handover, OpenMatter, Shift, Staffing};

use crate::hub::Hub;
use crate::nouns::bare_nouns;

/// Somebody at a duty post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtPost {
    /// The post's id.
    pub post: String,
    /// The person's id.
    pub person: String,
    /// The id of the shift on which they are there.
    pub shift: String,
    /// Since when, UTC ms.
    pub since: i64,
    /// Until when it was to last, UTC ms.
    pub until: i64,
    /// What whoever follows them would have to take by name.
    pub matters: Vec<OpenMatter>,
}

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
            Ok(bare_nouns::<DutyPost>(posts).map(|post| Staffing::of_documents(&post, &shifts, (from, to), tx.now)).collect())
        })
    }

    /// Who is at the duty posts now, each with what is open for them, by post and since when.
    ///
    /// # Errors
    /// Those of the store.
    pub fn at_posts(&self) -> Result<Vec<AtPost>> {
        self.read(&self.site()?, |tx| {
            let (open, mut found) = (tx.all_open_matters()?, Vec::new());
            for (id, shift) in tx.shifts_on_duty(None, tx.now)? {
                let Some(post) = shift.post.clone() else { continue };
                found.push(AtPost {
                    matters: OpenMatter::of_all(open.iter().cloned(), &shift.person, &shift.zone),
                    shift: id,
                    since: shift.started_at.unwrap_or(shift.from),
                    until: shift.to,
                    person: shift.person,
                    post,
                });
            }
            found.sort_by(|a, b| (&a.post, a.since, &a.person).cmp(&(&b.post, b.since, &b.person)));
            Ok(found)
        })
    }

    /// What has to be accepted by name where a handover is accepted now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn to_accept(&self, handover: &Handover) -> Result<Vec<OpenMatter>> {
        self.read(&self.site()?, |tx| {
            handover.to_accept(tx.open_matters(&handover.from, &handover.zone)?, |id| Ok(tx.document(id)?.is_some()))
        })
    }
}
