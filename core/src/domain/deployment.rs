//! The hint to move units where the visitors are. A hint: who goes where is the desk's to say.

use serde::{Deserialize, Serialize};

use super::{CrowdCount, Settings, Shift, Unit};

/// What a zone has to do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneLoad {
    /// The zone.
    pub zone: String,
    /// Visitors, as last counted.
    pub visitors: u32,
    /// Who is on duty there, by id.
    pub on_duty: Vec<String>,
}

/// A hint to move some of those on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveHint {
    /// From which zone.
    pub from: String,
    /// To which zone.
    pub to: String,
    /// How many persons.
    pub persons: u32,
    /// Units that stand there with so many of theirs on duty, or fewer: moving them whole keeps teams together.
    pub units: Vec<String>,
}

impl ZoneLoad {
    /// What each zone with a count that still says something has to do with at `now` (UTC ms), by zone.
    #[must_use]
    pub fn of(counts: &[CrowdCount], shifts: &[Shift], settings: &Settings, now: i64) -> Vec<Self> {
        let oldest = now.saturating_sub(i64::from(settings.crowd_max_age_min) * 60_000);
        let mut fresh: Vec<_> = counts.iter().filter(|count| (oldest..=now).contains(&count.at)).collect();
        // The last word on a zone; of two at one time the greater, so that their order says nothing.
        fresh.sort_by(|a, b| (&a.zone, b.at, b.visitors).cmp(&(&b.zone, a.at, a.visitors)));
        fresh.dedup_by(|later, first| later.zone == first.zone);
        let on_duty = |zone: &str| {
            let mut persons: Vec<_> =
                shifts.iter().filter(|shift| shift.zone == zone && shift.is_running(now)).map(|shift| shift.person.clone()).collect();
            persons.sort_unstable();
            persons.dedup();
            persons
        };
        let load = |count: &&CrowdCount| Self { zone: count.zone.clone(), visitors: count.visitors, on_duty: on_duty(&count.zone) };
        fresh.iter().map(load).collect()
    }
}

/// Says who should move so that those on duty stand where the visitors are: shared out by visitors, the remainders to the
/// largest, and one always stays where anybody stands. The most crowded zone is served first, from where there are most to spare.
#[must_use]
pub fn move_hints(loads: &[ZoneLoad], units: &[Unit], now: i64) -> Vec<MoveHint> {
    let wanted = shares(loads);
    let mut spare: Vec<i64> = loads.iter().zip(&wanted).map(|(load, wanted)| count(&load.on_duty) - wanted).collect();
    let mut short: Vec<usize> = (0..loads.len()).filter(|index| spare[*index] < 0).collect();
    short.sort_by_key(|index| (spare[*index], &loads[*index].zone));
    let mut hints = Vec::new();
    for to in short {
        while spare[to] < 0 {
            let most = (0..loads.len()).filter(|index| spare[*index] > 0).max_by(|a, b| {
                let key = |index: usize| (spare[index], std::cmp::Reverse(&loads[index].zone));
                key(*a).cmp(&key(*b))
            });
            let Some(from) = most else { return hints };
            let moved = spare[from].min(-spare[to]);
            spare[from] -= moved;
            spare[to] += moved;
            let persons = u32::try_from(moved).unwrap_or(u32::MAX);
            let units = whole_units(&loads[from], units, persons, now);
            hints.push(MoveHint { from: loads[from].zone.clone(), to: loads[to].zone.clone(), persons, units });
        }
    }
    hints
}

/// How many should stand in each zone.
fn shares(loads: &[ZoneLoad]) -> Vec<i64> {
    let kept: Vec<i64> = loads.iter().map(|load| count(&load.on_duty).min(1)).collect();
    let free: i64 = loads.iter().map(|load| count(&load.on_duty)).sum::<i64>() - kept.iter().sum::<i64>();
    let visitors: i64 = loads.iter().map(|load| i64::from(load.visitors)).sum();
    if visitors == 0 {
        return loads.iter().map(|load| count(&load.on_duty)).collect();
    }
    let exact = |load: &ZoneLoad| free.saturating_mul(i64::from(load.visitors));
    let mut shares: Vec<i64> = loads.iter().zip(&kept).map(|(load, kept)| kept + exact(load) / visitors).collect();
    let mut by_remainder: Vec<usize> = (0..loads.len()).collect();
    by_remainder.sort_by_key(|index| (-(exact(&loads[*index]) % visitors), &loads[*index].zone));
    let left = free - loads.iter().map(|load| exact(load) / visitors).sum::<i64>();
    for index in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[index] += 1;
    }
    shares
}

/// Units that can go whole, the largest first, as long as they make no more than `persons`.
fn whole_units(load: &ZoneLoad, units: &[Unit], persons: u32, now: i64) -> Vec<String> {
    let here = |unit: &Unit| unit.members.iter().filter(|member| load.on_duty.contains(member)).count();
    let mut there: Vec<_> =
        units.iter().filter(|unit| unit.stands(now)).map(|unit| (here(unit), &unit.id)).filter(|(n, _)| *n > 0).collect();
    there.sort_by(|(a, x), (b, y)| (b, x).cmp(&(a, y)));
    let mut room = usize::try_from(persons).unwrap_or(usize::MAX);
    let mut chosen = Vec::new();
    for (size, id) in there {
        if size <= room {
            room -= size;
            chosen.push(id.clone());
        }
    }
    chosen
}

fn count(persons: &[String]) -> i64 {
    i64::try_from(persons.len()).unwrap_or(i64::MAX)
}
