//! How fast somebody moved between two check-ins, how often, and whether two are one.

use serde::Deserialize;
use uuid::Uuid;

use super::case::{Case, Judgement, Stop, parse};
use super::{CheckInVerdict, Checkpoint, Coordinate, Flag, Movement, check_fix};
use crate::log::{DeviceId, Fix};
use crate::{Code, Error};

/// How far back a neighbour still says something about speed: in six hours even a walker's limit of 12 m/s reaches
/// across the province.
const NEIGHBOUR_MS: i64 = 6 * 3_600_000;

/// What the rules of movement and of tours read of a check-in, and no more: every new one is held against all of the last hours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Visit {
    /// The checkpoint.
    pub checkpoint: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that recorded it.
    pub operation: Uuid,
    /// The judged time, UTC ms.
    pub at: i64,
    /// The device's own time, UTC ms.
    #[serde(default)]
    pub recorded_at: i64,
    /// The fix.
    #[serde(default)]
    pub fix: Option<Fix>,
    /// What is odd about it.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// Whether it counts.
    #[serde(default)]
    pub verdict: Option<CheckInVerdict>,
    /// The tour to which it belongs.
    #[serde(default)]
    pub tour: Option<String>,
}

impl Visit {
    /// Reads it from the body of a check-in's document; none where a newer version wrote something else.
    #[must_use]
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }

    /// Milliseconds from `earlier` to this. By the clock of the device where both have the same one: judged times may
    /// have been clamped together.
    const fn since(&self, earlier: &Self, one_device: bool) -> i64 {
        if one_device { self.recorded_at.saturating_sub(earlier.recorded_at) } else { self.at.saturating_sub(earlier.at) }
    }

    /// As [`Visit::since`], between the moments at which the positions were taken.
    fn moved_since(&self, earlier: &Self, one_device: bool) -> i64 {
        let taken = |visit: &Self| visit.fix.as_ref().map_or(visit.recorded_at, |fix| fix.at);
        if one_device { taken(self).saturating_sub(taken(earlier)) } else { self.at.saturating_sub(earlier.at) }
    }
}

/// Judges a check-in against the person's others.
///
/// It is held against what came *before* it only, so that a jump flags the check-in that jumped; and of those against
/// the last that is not itself flagged as too fast, so that one false position is one flag: coming back from it is
/// no second jump. What is measured is the distance that was surely covered: without what the two accuracies (or,
/// with no fix, the checkpoint's radius) leave open.
pub(super) fn judge(case: &Case<'_>, this: &Visit, movement: Movement) -> Judgement<Vec<Flag>> {
    let settings = &case.settings;
    let scans_window = i64::from(settings.scans_window_s) * 1000;
    let duplicate_window = i64::from(settings.duplicate_window_s) * 1000;
    let from = this.at.saturating_sub(NEIGHBOUR_MS.max(scans_window).max(duplicate_window));
    let to = this.at.saturating_add(duplicate_window);
    let others = case.context.world.visits_of(case.actor(), from, to).map_err(Stop::World)?;

    let mut scans = 1;
    let mut neighbour: Option<(i64, &Visit)> = None;
    for other in others.iter().filter(|other| other.operation != this.operation) {
        let gap = this.since(other, other.device == this.device);
        if other.checkpoint == this.checkpoint && gap.saturating_abs() <= duplicate_window {
            return Err(Error::field(Code::DuplicateCheckIn, "checkpoint", "this visit is recorded already").into());
        }
        if gap < 0 {
            continue;
        }
        if gap <= scans_window {
            scans += 1;
        }
        if !other.flags.contains(&Flag::TooFast)
            && neighbour.is_none_or(|(nearest, found)| (gap, other.operation) < (nearest, found.operation))
        {
            neighbour = Some((gap, other));
        }
    }

    let mut flags = Vec::new();
    if let Some((_, neighbour)) = neighbour
        && is_too_fast(case, neighbour, this, movement)?
    {
        flags.push(Flag::TooFast);
    }
    if scans > settings.scans_max {
        flags.push(Flag::TooManyScans);
    }
    Ok(flags)
}

fn is_too_fast(case: &Case<'_>, before: &Visit, this: &Visit, movement: Movement) -> Judgement<bool> {
    let (Some((start, start_slack)), Some((end, end_slack))) = (position(case, before)?, position(case, this)?) else {
        return Ok(false);
    };
    let limit = match movement {
        Movement::Foot => case.settings.foot_max_mps,
        Movement::Vehicle => case.settings.vehicle_max_mps,
    };
    // Positions come once a second: a shorter interval is the clock's grain, not somebody's speed.
    let millis = this.moved_since(before, before.device == this.device).max(1000);
    #[allow(clippy::cast_precision_loss, reason = "at most some hours")]
    let seconds = millis as f64 / 1000.0;
    Ok((start.distance_m(&end) - start_slack - end_slack) / seconds > f64::from(limit))
}

/// Where somebody was, and by how many metres that may be wrong.
fn position(case: &Case<'_>, visit: &Visit) -> Judgement<Option<(Coordinate, f64)>> {
    if let Some(fix) = &visit.fix {
        return Ok(check_fix(fix).ok().map(|at| (at, fix.accuracy_m())));
    }
    let checkpoint: Option<Checkpoint> = case.document(&visit.checkpoint)?.as_ref().and_then(parse);
    Ok(checkpoint.map(|checkpoint| (checkpoint.at, f64::from(checkpoint.radius_m))))
}
