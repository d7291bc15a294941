//! Who is on duty, and where they were seen last: for the desk's map, and for whom it sends.

use std::collections::{BTreeMap, HashMap, HashSet};

use liuye_core::Result;
use liuye_core::domain::{
    Assignment, Available, Call, CheckIn, CheckInVerdict, Checkpoint, Coordinate, Datum, Document, DocumentKind, Person, Responder,
    SendHint, Track, Unit, Zone, send_hints,
};
use liuye_core::log::Fix;
use serde::de::DeserializeOwned;

use crate::hub::Hub;
use crate::ledger::Tx;
use crate::nouns::bare_nouns;

/// Where somebody was longer ago says nothing of where they are.
const SEEN_WITHIN_MS: i64 = 60 * 60_000;

/// A track is known by its beginning, and may be so long.
const TRACK_MS: i64 = 60 * 60_000;

/// A person or a standing team on duty.
#[derive(Debug, Clone, PartialEq)]
pub struct OnDuty {
    /// What the rules ask of whom to send.
    pub available: Available,
    /// When one of them was seen last, UTC ms.
    pub seen_at: Option<i64>,
}

/// A place and when somebody was there, UTC ms.
type Sighting = (Coordinate, i64);

impl Hub {
    /// Who is on duty now: each standing team with somebody on duty, and everyone on duty who is in none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn on_duty_now(&self) -> Result<Vec<OnDuty>> {
        self.read(&self.site()?, on_duty)
    }

    /// Whom to send to a call, the best first, of those who were not sent to it yet. A call of which no more is known than its zone
    /// is taken to be in the middle of it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn send_hints(&self, call: &Call) -> Result<Vec<SendHint>> {
        self.read(&self.site()?, |tx| {
            let sent: HashSet<_> = call.assigned.iter().flat_map(|assigned| &assigned.persons).collect();
            let available: Vec<_> = on_duty(tx)?
                .into_iter()
                .map(|on_duty| on_duty.available)
                .filter(|available| !available.on_duty.iter().all(|person| sent.contains(person)))
                .collect();
            let zone = call.record.zone.as_deref().map(|zone| tx.noun::<Zone>(zone)).transpose()?.flatten();
            let at = call.fix.as_ref().and_then(place_of).or_else(|| zone?.area.middle());
            Ok(send_hints(call.record.category, call.record.zone.as_deref(), at.as_ref(), &available))
        })
    }

    /// The calls and welfare timers that somebody still has to see to.
    ///
    /// # Errors
    /// Those of the store.
    pub fn open_matters(&self) -> Result<Vec<Document>> {
        self.read(&self.site()?, |tx| tx.all_open_matters())
    }
}

/// Where a phone says that it was.
pub(crate) fn place_of(fix: &Fix) -> Option<Coordinate> {
    if fix.is_mock { None } else { Coordinate::new(fix.lat(), fix.lon(), Datum::Wgs84).ok() }
}

fn on_duty(tx: &Tx<'_>) -> Result<Vec<OnDuty>> {
    let mut zones: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, shift) in tx.shifts_on_duty(None, tx.now)? {
        zones.entry(shift.person).or_default().push(shift.zone);
    }
    let (sightings, busy) = (sightings(tx)?, busy(tx)?);
    let mut people = HashMap::new();
    for id in zones.keys() {
        people.extend(tx.noun::<Person>(id)?.map(|person| (id.clone(), person)));
    }
    let group = |responder: Responder, on_duty: Vec<String>| of_group(responder, on_duty, &zones, &people, &sightings, &busy);
    let (mut all, mut in_units) = (Vec::new(), HashSet::new());
    for unit in all_of::<Unit>(tx, DocumentKind::Unit)?.into_iter().filter(|unit| unit.stands(tx.now)) {
        let members: HashSet<_> = unit.members.iter().chain([&unit.leader]).collect();
        let there: Vec<_> = zones.keys().filter(|person| members.contains(person)).cloned().collect();
        if !there.is_empty() {
            in_units.extend(there.iter().cloned());
            all.push(group(Responder::Unit { unit: unit.id }, there));
        }
    }
    let alone = zones.keys().filter(|person| !in_units.contains(*person));
    all.extend(alone.map(|person| group(Responder::Person { person: person.clone() }, vec![person.clone()])));
    Ok(all)
}

fn of_group(
    responder: Responder,
    on_duty: Vec<String>,
    zones: &BTreeMap<String, Vec<String>>,
    people: &HashMap<String, Person>,
    sightings: &HashMap<String, Sighting>,
    busy: &HashSet<String>,
) -> OnDuty {
    let of_all = || on_duty.iter().filter_map(|person| people.get(person));
    let mut in_zones: Vec<_> = on_duty.iter().filter_map(|person| zones.get(person)).flatten().cloned().collect();
    in_zones.sort_unstable();
    in_zones.dedup();
    let last = on_duty.iter().filter_map(|person| sightings.get(person)).max_by_key(|(_, at)| *at).copied();
    let available = Available {
        forces: of_all().map(|person| person.force).collect(),
        trades: of_all().flat_map(|person| person.trades.iter().copied()).collect(),
        zones: in_zones,
        seen: last.map(|(place, _)| place),
        is_busy: on_duty.iter().any(|person| busy.contains(person)),
        responder,
        on_duty,
    };
    OnDuty { available, seen_at: last.map(|(_, at)| at) }
}

/// Whoever is on the way to a call, or at one.
fn busy(tx: &Tx<'_>) -> Result<HashSet<String>> {
    Ok(live_assignments(tx)?.into_iter().flat_map(|assignment| assignment.persons).collect())
}

fn live_assignments(tx: &Tx<'_>) -> Result<Vec<Assignment>> {
    let mut live = Vec::new();
    for call in tx.all_open_matters()?.iter().filter(|document| document.kind == DocumentKind::Call.as_str()) {
        live.extend(bare_nouns::<Assignment>(tx.assignments_of(&call.id)?).filter(|assignment| assignment.state.is_live()));
    }
    Ok(live)
}

/// Where each person was seen last: by a check-in, by their track, by a milestone.
fn sightings(tx: &Tx<'_>) -> Result<HashMap<String, Sighting>> {
    let (from, until) = (tx.now - SEEN_WITHIN_MS, tx.now + 1);
    let mut last: HashMap<String, Sighting> = HashMap::new();
    let mut saw = |person: &str, place: Option<Coordinate>, at: i64| {
        if let (Some(place), true) = (place, (from..until).contains(&at))
            && last.get(person).is_none_or(|(_, before)| *before < at)
        {
            last.insert(person.to_owned(), (place, at));
        }
    };
    for check_in in bare_nouns::<CheckIn>(tx.between(DocumentKind::CheckIn, from, until)?) {
        let by_fix = check_in.fix.as_ref().and_then(place_of);
        let place = match by_fix {
            Some(place) => Some(place),
            None if check_in.verdict == CheckInVerdict::Accepted => tx.noun::<Checkpoint>(&check_in.checkpoint)?.map(|point| point.at),
            None => None,
        };
        saw(&check_in.person, place, check_in.at);
    }
    for track in bare_nouns::<Track>(tx.between(DocumentKind::Track, from - TRACK_MS, until)?) {
        let end = track.path.unpack().ok().and_then(|points| points.last().copied());
        let place = end.and_then(|end| {
            let degrees = |e5: i32| f64::from(e5) / 1e5;
            Coordinate::new(degrees(end.lat_e5), degrees(end.lon_e5), Datum::Wgs84).ok()
        });
        saw(&track.person, place, track.to);
    }
    for assignment in live_assignments(tx)? {
        for milestone in &assignment.milestones {
            saw(&milestone.by, milestone.fix.as_ref().and_then(place_of), milestone.moment.at);
        }
    }
    Ok(last)
}

fn all_of<T: DeserializeOwned>(tx: &Tx<'_>, kind: DocumentKind) -> Result<Vec<T>> {
    Ok(bare_nouns(tx.between(kind, i64::MIN, i64::MAX)?).collect())
}
