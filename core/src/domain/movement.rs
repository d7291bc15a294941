//! How fast somebody moved between two check-ins, how often, and whether two are one.

use super::case::{Case, Judgement, Stop, parse};
use super::{CheckIn, Checkpoint, Coordinate, Flag, Movement, check_fix};
use crate::log::{DeviceId, Fix};
use crate::{Code, Error};

/// How far back a neighbour still says something about speed: in six hours even a walker's limit of 12 m/s reaches
/// across the province.
const NEIGHBOUR_MS: i64 = 6 * 3_600_000;

/// What the rules of movement need to know of a check-in.
pub(super) struct Visit<'a> {
    pub(super) device: DeviceId,
    /// The judged time, UTC ms.
    pub(super) at: i64,
    /// The device's own time, UTC ms.
    pub(super) recorded_at: i64,
    pub(super) fix: Option<&'a Fix>,
    pub(super) checkpoint: &'a str,
}

impl<'a> Visit<'a> {
    fn of(check_in: &'a CheckIn) -> Self {
        Self {
            device: check_in.device,
            at: check_in.at,
            recorded_at: check_in.recorded_at,
            fix: check_in.fix.as_ref(),
            checkpoint: &check_in.checkpoint,
        }
    }

    /// Milliseconds from `earlier` to this. By the clock of the device where both have the same one: judged times may
    /// have been clamped together.
    const fn since(&self, earlier: &Self, one_device: bool) -> i64 {
        if one_device { self.recorded_at.saturating_sub(earlier.recorded_at) } else { self.at.saturating_sub(earlier.at) }
    }

    /// As [`Visit::since`], between the moments at which the positions were taken.
    fn moved_since(&self, earlier: &Self, one_device: bool) -> i64 {
        let taken = |visit: &Self| visit.fix.map_or(visit.recorded_at, |fix| fix.at);
        if one_device { taken(self).saturating_sub(taken(earlier)) } else { self.at.saturating_sub(earlier.at) }
    }
}

/// Judges a check-in against the person's others.
///
/// It is held against what came *before* it only, so that a jump flags the check-in that jumped; and of those against
/// the last that is not itself flagged as too fast, so that one false position is one flag: coming back from it is
/// no second jump. What is measured is the distance that was surely covered: without what the two accuracies (or,
/// with no fix, the checkpoint's radius) leave open.
pub(super) fn judge(case: &Case<'_>, this: &Visit<'_>, movement: Movement) -> Judgement<Vec<Flag>> {
    let settings = &case.settings;
    let scans_window = i64::from(settings.scans_window_s) * 1000;
    let duplicate_window = i64::from(settings.duplicate_window_s) * 1000;
    let from = this.at.saturating_sub(NEIGHBOUR_MS.max(scans_window).max(duplicate_window));
    let to = this.at.saturating_add(duplicate_window);
    let documents = case.context.world.check_ins_of(case.actor(), from, to).map_err(Stop::World)?;
    let others: Vec<CheckIn> = documents.iter().filter_map(parse::<CheckIn>).filter(|other| other.operation != case.operation.id).collect();

    let mut scans = 1;
    let mut neighbour: Option<(i64, &CheckIn)> = None;
    for other in &others {
        let visit = Visit::of(other);
        let gap = this.since(&visit, visit.device == this.device);
        if visit.checkpoint == this.checkpoint && gap.saturating_abs() <= duplicate_window {
            return Err(Error::field(Code::DuplicateCheckIn, "checkpoint", "this visit is recorded already").into());
        }
        if gap < 0 {
            continue;
        }
        if gap <= scans_window {
            scans += 1;
        }
        if !other.flags.contains(&Flag::TooFast) && neighbour.is_none_or(|(nearest, _)| gap <= nearest) {
            neighbour = Some((gap, other));
        }
    }

    let mut flags = Vec::new();
    if let Some((_, neighbour)) = neighbour
        && is_too_fast(case, &Visit::of(neighbour), this, movement)?
    {
        flags.push(Flag::TooFast);
    }
    if scans > settings.scans_max {
        flags.push(Flag::TooManyScans);
    }
    Ok(flags)
}

fn is_too_fast(case: &Case<'_>, before: &Visit<'_>, this: &Visit<'_>, movement: Movement) -> Judgement<bool> {
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
fn position(case: &Case<'_>, visit: &Visit<'_>) -> Judgement<Option<(Coordinate, f64)>> {
    if let Some(fix) = visit.fix {
        return Ok(check_fix(fix).ok().map(|at| (at, fix.accuracy_m())));
    }
    let checkpoint: Option<Checkpoint> = case.document(visit.checkpoint)?.as_ref().and_then(parse);
    Ok(checkpoint.map(|checkpoint| (checkpoint.at, f64::from(checkpoint.radius_m))))
}
