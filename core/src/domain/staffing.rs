//! 365天×24小时值守: how much of a window somebody was at a duty post, and every stretch in which nobody was.

use serde::{Deserialize, Serialize};

use super::case::parse;
use super::{Document, DocumentKind, DutyPost, Shift};

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffingGap {
    /// From when, UTC ms.
    pub from: i64,
    /// Until when, UTC ms, not included.
    pub to: i64,
}

/// How a post was staffed over a window: staffed time ÷ time of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staffing {
    /// The post.
    pub post: String,
    /// How long somebody was there, in ms; two at once count once.
    pub staffed_ms: i64,
    /// How long somebody had to be, in ms: the window, up to where the post was given up.
    pub window_ms: i64,
    /// Every stretch in which nobody was, in its order. With the staffed time they make up the window.
    pub gaps: Vec<StaffingGap>,
}

impl Staffing {
    /// Counts for one post over `[from, to)` (UTC ms), as of `now`: what lies after it is no part of the window, for nobody knows yet.
    ///
    /// Somebody is there from when they said that they came until they said that they went. Whoever never said so was there
    /// until the planned end at most: a forgotten phone staffs no post.
    #[must_use]
    pub fn count<'a>(post: &DutyPost, shifts: impl IntoIterator<Item = &'a Shift>, (from, to): (i64, i64), now: i64) -> Self {
        let to = to.min(now).min(post.retired_at.unwrap_or(i64::MAX));
        let mut present: Vec<_> = shifts
            .into_iter()
            .filter(|shift| shift.post.as_deref() == Some(&post.id))
            .filter_map(|shift| shift.presence())
            .map(|(came, went)| (came.max(from), went.min(to)))
            .filter(|(came, went)| came < went)
            .collect();
        present.sort_unstable();
        let (mut gaps, mut staffed_until) = (Vec::new(), from);
        for (came, went) in present {
            if staffed_until < came {
                gaps.push(StaffingGap { from: staffed_until, to: came });
            }
            staffed_until = staffed_until.max(went);
        }
        if staffed_until < to {
            gaps.push(StaffingGap { from: staffed_until, to });
        }
        let window_ms = to.saturating_sub(from).max(0);
        let missing: i64 = gaps.iter().map(|gap| gap.to - gap.from).sum();
        Self { post: post.id.clone(), staffed_ms: window_ms - missing, window_ms, gaps }
    }

    /// [`Staffing::count`] from documents: the shifts among them.
    #[must_use]
    pub fn of_documents(post: &DutyPost, documents: &[Document], window: (i64, i64), now: i64) -> Self {
        let is_shift = |document: &&Document| document.kind == DocumentKind::Shift.as_str();
        let shifts: Vec<Shift> = documents.iter().filter(is_shift).filter_map(parse).collect();
        Self::count(post, &shifts, window, now)
    }

    /// The share in thousandths, rounded down, so that 1,000 means no gap at all; none where the window is empty.
    #[must_use]
    pub fn permille(&self) -> Option<i64> {
        (self.window_ms > 0).then(|| (i128::from(self.staffed_ms) * 1000 / i128::from(self.window_ms)) as i64)
    }
}

impl Shift {
    /// From when to when the person was there, UTC ms; none where nobody came.
    #[must_use]
    pub fn presence(&self) -> Option<(i64, i64)> {
        let came = self.started_at?;
        Some((came, self.ended_at.unwrap_or(self.to)))
    }
}
