//! 动态清零: how far a district's hazards are from zero, as of one moment.

use super::{Hazard, HazardState};

/// What is open, what is late, and how long closing takes. A hazard counts once, however often it was reopened, and not at all
/// where it was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DynamicZero {
    /// Hazards that are neither closed, nor referred, nor void.
    pub open: usize,
    /// Of these, those whose due date passed before their rectification was handed in.
    pub overdue: usize,
    /// Hazards that are closed.
    pub closed: usize,
    /// Of these, those closed on the spot whose second person has not said so yet.
    pub unwitnessed: usize,
    /// Median of closed − found over the closed ones, ms; none where there are none.
    pub median_ms_to_close: Option<i64>,
}

impl DynamicZero {
    /// The figure of these hazards at a moment (UTC ms).
    #[must_use]
    pub fn of(hazards: &[Hazard], now: i64) -> Self {
        let count = |is: &dyn Fn(&Hazard) -> bool| hazards.iter().filter(|hazard| is(hazard)).count();
        let closed = hazards.iter().filter(|hazard| hazard.state == HazardState::Closed);
        // A clock that was set right in between must not make a time negative.
        let times = closed.filter_map(|hazard| Some((hazard.closed_at? - hazard.at).max(0))).collect();
        Self {
            open: count(&Hazard::is_open),
            overdue: count(&|hazard| hazard.is_overdue(now)),
            closed: count(&|hazard| hazard.state == HazardState::Closed),
            unwitnessed: count(&Hazard::awaits_witness),
            median_ms_to_close: median(times),
        }
    }

    /// Whether the district is at zero: nothing is open that should be closed.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.overdue == 0
    }

    /// The median in days.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years")]
    pub fn median_days_to_close(&self) -> Option<f64> {
        self.median_ms_to_close.map(|ms| ms as f64 / 86_400_000.0)
    }
}

/// The middle value; of an even number, the mean of the two in the middle.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some(values[middle - 1].midpoint(upper)) }
}
