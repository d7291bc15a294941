//! What a device's clock is worth.

use super::{Flag, Settings};
use crate::log::Operation;

/// When an operation happened, as far as can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The best estimate, UTC ms.
    pub at: i64,
    /// What is odd about it.
    pub flags: Vec<Flag>,
}

/// Judges an operation's time. `received_at` is the hub's clock when it arrived; absent on a phone. `not_before` is when
/// the hub wrote what the phone had already seen: no operation is older than that, whatever its clock says.
///
/// A clock is never a reason to refuse: the time is corrected by the offset last measured, raised to `not_before`,
/// lowered to `received_at` where it lies too far in the future, and flagged.
#[must_use]
pub fn judge(operation: &Operation, settings: &Settings, received_at: Option<i64>, not_before: Option<i64>) -> Judged {
    const SECOND: i64 = 1000;
    const HOUR: i64 = 3_600_000;
    let offset_max = i64::from(settings.clock_offset_max_s) * SECOND;
    let offset = operation.clock_offset_ms.unwrap_or(0);
    let mut at = operation.recorded_at.saturating_add(offset);
    let mut flags = Vec::new();
    let mut is_off = offset.saturating_abs() > offset_max;
    if let Some(not_before) = not_before
        && at < not_before
    {
        is_off |= not_before.saturating_sub(at) > offset_max;
        at = not_before;
    }
    if is_off {
        flags.push(Flag::ClockOffset);
    }
    if let Some(received_at) = received_at {
        if at.saturating_sub(received_at) > i64::from(settings.clock_future_max_s) * SECOND {
            at = received_at;
            flags.push(Flag::ClockFuture);
        }
        if received_at.saturating_sub(at) > i64::from(settings.late_after_h) * HOUR {
            flags.push(Flag::Late);
        }
    }
    Judged { at, flags }
}
