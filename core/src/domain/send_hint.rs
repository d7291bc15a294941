//! The hint whom to send to a call: who is on duty, suits it, is free, and is near. A hint: who is sent is the desk's to say.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{CallCategory, Coordinate, Force, Responder, Trade};

/// Somebody on duty who could be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Available {
    /// One person, or a standing team.
    pub responder: Responder,
    /// Who of them is on duty, by id.
    pub on_duty: Vec<String>,
    /// The forces of those.
    pub forces: Vec<Force>,
    /// Their trades.
    pub trades: Vec<Trade>,
    /// The zones in which they are on duty.
    pub zones: Vec<String>,
    /// Where one of them was seen last.
    pub seen: Option<Coordinate>,
    /// Whether they were sent to another call that is open.
    pub is_busy: bool,
}

/// Somebody who could be sent, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendHint {
    /// One person, or a standing team.
    pub responder: Responder,
    /// Who of them is on duty, by id.
    pub on_duty: Vec<String>,
    /// Whether they are whom such a call needs.
    pub suits: bool,
    /// Whether they have no other call.
    pub is_free: bool,
    /// Whether they are on duty in the call's zone.
    pub is_in_zone: bool,
    /// How far they were from it when they were seen last, whole metres; absent where one of the two places is not known.
    pub distance_m: Option<u32>,
}

/// Whoever is somewhere in the call's zone is taken to be so far: a zone is a kilometre or two across.
const SOMEWHERE_IN_ZONE_M: u32 = 1000;

impl SendHint {
    fn of(available: &Available, category: CallCategory, zone: Option<&str>, at: Option<&Coordinate>) -> Self {
        let distance = at.zip(available.seen.as_ref()).map(|(at, seen)| at.distance_m(seen));
        Self {
            responder: available.responder.clone(),
            on_duty: available.on_duty.clone(),
            suits: suits(category, available),
            is_free: !available.is_busy,
            is_in_zone: zone.is_some_and(|zone| available.zones.iter().any(|one| one == zone)),
            distance_m: distance.map(whole_metres),
        }
    }

    /// How far they are taken to be, m.
    const fn reach(&self) -> u32 {
        match (self.distance_m, self.is_in_zone) {
            (Some(distance), _) => distance,
            (None, true) => SOMEWHERE_IN_ZONE_M,
            (None, false) => u32::MAX,
        }
    }
}

/// Says who could be sent to a call of this category, in this zone, at this place, the best first: who suits it before who does
/// not, who is free before who is not, then the nearest, then the most.
#[must_use]
pub fn send_hints(category: CallCategory, zone: Option<&str>, at: Option<&Coordinate>, available: &[Available]) -> Vec<SendHint> {
    let mut hints: Vec<_> = available.iter().map(|one| SendHint::of(one, category, zone, at)).collect();
    hints.sort_by(|a, b| {
        let key = |hint: &SendHint| (!hint.suits, !hint.is_free, hint.reach(), Reverse(hint.on_duty.len()));
        key(a).cmp(&key(b)).then_with(|| a.responder.id().cmp(b.responder.id()))
    });
    hints
}

/// A guard may not search, seize or detain, and an auxiliary does not enforce alone: an offence needs police. A life needs who was
/// trained to save one.
fn suits(category: CallCategory, available: &Available) -> bool {
    match category {
        category if category.is_offence() => available.forces.contains(&Force::Police),
        CallCategory::Medical | CallCategory::Drowning | CallCategory::Fire => available.trades.contains(&Trade::EmergencyRescue),
        _ => available.trades.contains(&Trade::Patrol) || available.forces.contains(&Force::Police),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a distance on the earth, in whole metres")]
const fn whole_metres(distance: f64) -> u32 {
    distance.round() as u32
}
