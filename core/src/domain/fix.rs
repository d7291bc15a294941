//! What a phone's position is worth.

use super::{Checkpoint, Coordinate, Datum, Flag, Inside, Settings, Site};
use crate::log::Fix;
use crate::{Code, Error, Result};

/// The fix as a position.
///
/// # Errors
/// Those of [`Coordinate::new`], at `fix`.
pub fn check_fix(fix: &Fix) -> Result<Coordinate> {
    Coordinate::new(fix.lat(), fix.lon(), Datum::Wgs84).map_err(|error| Error { field: "fix".into(), ..error })
}

/// What is odd about a fix. `recorded_at` is when the operation was written, by the same clock as the fix: a clock that
/// is wrong makes no fix stale. A mock position is a flag of its own; the accuracy stays as the platform gave it.
pub(super) fn fix_flags(fix: &Fix, recorded_at: i64, settings: &Settings, site: Option<&Site>) -> Vec<Flag> {
    let mut flags = Vec::new();
    if recorded_at.abs_diff(fix.at) > u64::from(settings.fix_max_age_s) * 1000 {
        flags.push(Flag::FixStale);
    }
    if fix.accuracy_mm == 0 || u64::from(fix.accuracy_mm) > u64::from(settings.fix_max_accuracy_m) * 1000 {
        flags.push(Flag::FixInaccurate);
    }
    if fix.is_mock {
        flags.push(Flag::FixMock);
    }
    if site.is_some_and(|site| !site.bounds.contains(fix.lat(), fix.lon())) {
        flags.push(Flag::FixOutsideSite);
    }
    flags
}

/// Where a fix lies against a checkpoint's radius, and its distance in metres.
///
/// # Errors
/// Those of [`check_fix`].
pub fn inside(fix: &Fix, checkpoint: &Checkpoint) -> Result<(Inside, f64)> {
    let distance = check_fix(fix)?.distance_m(&checkpoint.at);
    Ok((against_radius(distance, fix.accuracy_m(), f64::from(checkpoint.radius_m)), distance))
}

fn against_radius(distance: f64, accuracy: f64, radius: f64) -> Inside {
    if distance + accuracy <= radius {
        Inside::Inside
    } else if distance - accuracy > radius {
        Inside::Outside
    } else {
        Inside::Uncertain
    }
}

/// Checks that a fixed point lies in the site's box.
///
/// # Errors
/// [`Code::CoordinateOutsideSite`].
pub fn check_fixed_point(at: &Coordinate, site: &Site) -> Result<()> {
    if site.bounds.contains(at.lat(), at.lon()) { Ok(()) } else { Err(Error::new(Code::CoordinateOutsideSite, "outside the site's box")) }
}
