//! Statistics on the ledger: the figures of a window as of a position, and the records behind each.

use std::collections::BTreeSet;

use liuye_core::domain::{Counted, Fact, FactKind, Figure, Site, Statistics, StatisticsWindow, day_start, parse_rfc3339, shift_at};
use liuye_core::{Code, Error, Result};
use rusqlite::named_params;

use crate::hub::Hub;
use crate::ledger::{OperationRow, QUARTER_MS, Tx, fact, moments, spans};

/// One thing that a figure counts, and the records that say so.
#[derive(Debug, Clone)]
pub struct Behind {
    /// The document.
    pub document: String,
    /// When, UTC ms; 0 where it has no time of its own.
    pub at: i64,
    /// The operations about it that had taken effect by then, oldest first. None for reference data, which imports write.
    pub operations: Vec<OperationRow>,
}

impl Hub {
    /// The figures of `[from, to)` (UTC ms) as of a position of the site's log; as of now where none is given.
    ///
    /// # Errors
    /// [`Code::TimeOrder`] at `to`; [`Code::OutOfRange`] at `as_of` for a position that there is not yet; those of the store.
    pub fn statistics(&self, from: i64, to: i64, as_of: Option<u64>) -> Result<Statistics> {
        self.read(&self.site()?, |tx| {
            let window = window(tx, from, to, as_of)?;
            Ok(Statistics::count(&counted(tx, &window)?, &window))
        })
    }

    /// What a figure of `[from, to)` (UTC ms) counts as of a position, in the order of time: at most `limit` after `offset`.
    ///
    /// # Errors
    /// Those of [`Hub::statistics`].
    pub fn behind(&self, figure: Figure, from: i64, to: i64, as_of: Option<u64>, limit: usize, offset: usize) -> Result<Vec<Behind>> {
        self.read(&self.site()?, |tx| {
            let window = window(tx, from, to, as_of)?;
            let mut facts = facts_behind(tx, figure, &window)?;
            facts.sort_by(|a, b| (a.at, &a.document).cmp(&(b.at, &b.document)));
            facts.dedup_by(|a, b| a.document == b.document);
            facts.into_iter().skip(offset).take(limit).map(|fact| behind(tx, fact, window.as_of)).collect()
        })
    }

    /// When what a figure counts was, in `[from, to)` (UTC ms) as of a position, in that order; for figures that count what lies within.
    ///
    /// # Errors
    /// Those of [`Hub::statistics`].
    pub(crate) fn times(&self, figure: Figure, from: i64, to: i64, as_of: Option<u64>) -> Result<Vec<i64>> {
        self.read(&self.site()?, |tx| {
            let (window, mut times) = (window(tx, from, to, as_of)?, Vec::new());
            for kind in figure.facts() {
                let found = facts(tx, *kind, window.from, window.to, window.as_of)?;
                times.extend(found.iter().filter(|fact| figure.counts(fact, &window)).map(|fact| fact.at));
            }
            times.sort_unstable();
            Ok(times)
        })
    }

    /// Makes what figures are counted from anew of the documents as they are. Returns how many facts there are.
    ///
    /// # Errors
    /// Those of the store.
    pub fn rebuild_statistics(&self) -> Result<u64> {
        self.write(&self.site()?, |tx| tx.rebuild_facts())
    }

    /// A time as somebody asks for it: RFC 3339 with an offset, or a day of the site's zone, which begins at its midnight.
    ///
    /// # Errors
    /// [`Code::TimeMalformed`]; those of the store.
    pub fn moment(&self, text: &str) -> Result<i64> {
        let Ok(day) = text.parse::<chrono::NaiveDate>() else { return parse_rfc3339(text) };
        let zone = self.read(&self.site()?, |tx| Ok(site(tx)?.tz()))?;
        day_start(day, zone).ok_or_else(|| Error::new(Code::TimeMalformed, "a day that the calendar has"))
    }
}

fn site(tx: &Tx<'_>) -> Result<Site> {
    let stored = tx.document(tx.site)?.ok_or_else(|| Error::internal("every site has its document"))?;
    Ok(serde_json::from_value(stored.document.body)?)
}

fn window(tx: &Tx<'_>, from: i64, to: i64, as_of: Option<u64>) -> Result<StatisticsWindow> {
    if to <= from {
        return Err(Error::field(Code::TimeOrder, "to", "after from"));
    }
    let (head, zone) = (tx.head()?.0, site(tx)?.tz());
    match as_of {
        None => Ok(StatisticsWindow { from, to, as_of: head, now: tx.now, zone }),
        Some(as_of) => {
            let now = if as_of <= head { tx.written_at(as_of)? } else { None };
            let now = now.ok_or_else(|| Error::field(Code::OutOfRange, "as_of", "a position of the site's log"))?;
            Ok(StatisticsWindow { from, to, as_of, now, zone })
        }
    }
}

/// Reads what the figures are made of: the rows of the window, and no others.
fn counted(tx: &Tx<'_>, window: &StatisticsWindow) -> Result<Counted> {
    use FactKind as Kind;
    let reach = window.from.saturating_sub(Counted::REACH_MS);
    let mut counted = Counted::default();
    count_turns(tx, window, &mut counted)?;
    cover(tx, window, &mut counted)?;
    let ever = (i64::MIN, i64::MAX);
    let within = (window.from, window.to);
    for (kind, (from, to)) in [
        (Kind::Person, ever),
        (Kind::Zone, ever),
        (Kind::Post, ever),
        (Kind::Staffed, (reach, window.to)),
        (Kind::Call, within),
        (Kind::InspectionSubmitted, within),
        (Kind::InspectionApproved, within),
        (Kind::HazardClosed, within),
        (Kind::SessionVerified, within),
        (Kind::Leaflets, within),
        (Kind::Consultation, within),
        (Kind::RatingAsked, within),
        (Kind::RatingGiven, within),
        (Kind::LossReported, within),
        (Kind::LossReturned, within),
    ] {
        counted.facts.extend(facts(tx, kind, from, to, window.as_of)?);
    }
    counted.facts.extend(hazards(tx, window)?);
    let mut statement = tx.connection.prepare_cached(
        "SELECT subject, party FROM facts WHERE site = ?1 AND kind = 'person' AND from_position <= ?2 ORDER BY from_position",
    )?;
    let forces = statement.query_map((tx.site, window.as_of), |row| Ok((row.get(0)?, row.get(1)?)))?;
    // Whoever has left the base since keeps the force that they had.
    counted.forces = forces.collect::<std::result::Result<_, _>>()?;
    Ok(counted)
}

/// Facts of a kind whose time lies in `[from, to)` and that held at the position.
fn facts(tx: &Tx<'_>, kind: FactKind, from: i64, to: i64, as_of: u64) -> Result<Vec<Fact>> {
    select(
        tx,
        "kind = :kind AND at >= :from AND at < :to",
        named_params! { ":site": tx.site, ":kind": kind.as_str(), ":from": from, ":to": to, ":as_of": as_of },
    )
}

fn select(tx: &Tx<'_>, which: &str, values: &[(&str, &dyn rusqlite::ToSql)]) -> Result<Vec<Fact>> {
    let sql = format!(
        "SELECT kind, at, until, subject, party, place, value, detail, document FROM facts WHERE site = :site AND {which}
         AND from_position <= :as_of AND (until_position IS NULL OR until_position > :as_of)"
    );
    let mut statement = tx.connection.prepare_cached(&sql)?;
    let rows = statement.query_map(values, fact)?;
    Ok(rows.filter_map(std::result::Result::transpose).collect::<std::result::Result<_, _>>()?)
}

/// Hazards of the window, and those from before it that were open at its end.
fn hazards(tx: &Tx<'_>, window: &StatisticsWindow) -> Result<Vec<Fact>> {
    let mut found = facts(tx, FactKind::HazardFound, window.from, window.to, window.as_of)?;
    found.extend(select(
        tx,
        "kind = 'hazard_found' AND until IS NULL AND at < :from AND party = 'open'",
        named_params! { ":site": tx.site, ":from": window.from, ":as_of": window.as_of },
    )?);
    found.extend(select(
        tx,
        "kind = 'hazard_found' AND until >= :end AND at < :from",
        named_params! { ":site": tx.site, ":from": window.from, ":end": window.end(), ":as_of": window.as_of },
    )?);
    Ok(found)
}

/// A turn lies in the window where its first check-in does; one that began before it, where a later one does; and one without
/// a check-in there, where somebody reached a call on it.
fn count_turns(tx: &Tx<'_>, window: &StatisticsWindow, counted: &mut Counted) -> Result<()> {
    let values = named_params! { ":site": tx.site, ":from": window.from, ":to": window.to, ":as_of": window.as_of };
    let mut statement = tx.connection.prepare_cached(
        "SELECT party, count(*) FROM first_check_ins WHERE site = :site AND of = 'turn' AND at >= :from AND at < :to
         AND from_position <= :as_of AND (until_position IS NULL OR until_position > :as_of) GROUP BY party",
    )?;
    counted.turns = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<std::result::Result<_, _>>()?;
    for (shift, person) in begun_before(tx, "turn", window.from.saturating_sub(Counted::REACH_MS), window)? {
        if has_check_in(tx, &shift, &person, window)? {
            *counted.turns.entry(person).or_default() += 1;
        }
    }
    let mut reached = BTreeSet::new();
    for arrival in facts(tx, FactKind::Arrival, window.from, window.to, window.as_of)? {
        let values = named_params! { ":site": tx.site, ":who": arrival.party, ":from": arrival.at - Counted::REACH_MS, ":at": arrival.at, ":as_of": window.as_of };
        let own = select(tx, "kind = 'shift' AND subject = :who AND at >= :from AND at <= :at", values)?;
        if let Some(shift) = shift_at(own.iter(), arrival.at) {
            reached.insert((shift.to_owned(), arrival.party));
        }
    }
    for (shift, person) in reached {
        if !has_check_in(tx, &shift, &person, window)? {
            *counted.turns.entry(person).or_default() += 1;
        }
    }
    Ok(())
}

/// What began in `[reach, from)`: whether it goes on in the window, its other check-ins tell.
fn begun_before(tx: &Tx<'_>, of: &str, reach: i64, window: &StatisticsWindow) -> Result<Vec<(String, String)>> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT subject, party FROM first_check_ins WHERE site = ?1 AND of = ?2 AND at >= ?3 AND at < ?4
         AND from_position <= ?5 AND (until_position IS NULL OR until_position > ?5)",
    )?;
    let rows = statement.query_map((tx.site, of, reach, window.from, window.as_of), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn has_check_in(tx: &Tx<'_>, shift: &str, person: &str, window: &StatisticsWindow) -> Result<bool> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM facts WHERE site = ?1 AND kind = 'check_in' AND subject = ?2 AND party = ?3 AND at >= ?4 AND at < ?5
         AND from_position <= ?6 AND (until_position IS NULL OR until_position > ?6))",
    )?;
    Ok(statement.query_row((tx.site, shift, person, window.from, window.to, window.as_of), |row| row.get(0))?)
}

/// Who was to be where, and who was. As of now, whole quarters of an hour are read by the day; the rest, and what held before, one by one.
fn cover(tx: &Tx<'_>, window: &StatisticsWindow, counted: &mut Counted) -> Result<()> {
    let is_now = window.as_of == tx.head()?.0;
    let (from, to) = (window.from + (-window.from).rem_euclid(QUARTER_MS), window.to - window.to.rem_euclid(QUARTER_MS));
    if !is_now || from >= to {
        return cover_one_by_one(tx, window, counted);
    }
    for (from, to) in [(window.from, from), (to, window.to)] {
        if from < to {
            cover_one_by_one(tx, &StatisticsWindow { from, to, ..*window }, counted)?;
        }
    }
    for ((day, zone), held) in tx.zone_days(from, to)? {
        counted.planned.extend(spans(day, held.planned).into_iter().map(|(from, to)| (zone.clone(), from, to)));
        counted.seen.entry(zone).or_default().extend(moments(day, held.seen));
    }
    Ok(())
}

fn cover_one_by_one(tx: &Tx<'_>, window: &StatisticsWindow, counted: &mut Counted) -> Result<()> {
    counted.planned.extend(planned(tx, window.from.saturating_sub(Counted::REACH_MS), window)?);
    for (zone, at) in seen(tx, window)? {
        counted.seen.entry(zone).or_default().push(at);
    }
    Ok(())
}

/// One check-in of each quarter of an hour of each zone, where there is one in the window.
fn seen(tx: &Tx<'_>, window: &StatisticsWindow) -> Result<Vec<(String, i64)>> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT subject, at FROM first_check_ins WHERE site = ?1 AND of = 'quarter' AND at >= ?2 AND at < ?3
         AND from_position <= ?4 AND (until_position IS NULL OR until_position > ?4)",
    )?;
    let rows = statement.query_map((tx.site, window.from, window.to, window.as_of), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut seen: Vec<(String, i64)> = rows.collect::<std::result::Result<_, _>>()?;
    let quarter = window.from - window.from.rem_euclid(QUARTER_MS);
    for (zone, _) in begun_before(tx, "quarter", quarter, window)? {
        let mut statement = tx.connection.prepare_cached(
            "SELECT min(at) FROM facts WHERE site = ?1 AND kind = 'check_in' AND place = ?2 AND at >= ?3 AND at < ?4
             AND from_position <= ?5 AND (until_position IS NULL OR until_position > ?5)",
        )?;
        let to = window.to.min(quarter + QUARTER_MS);
        let at: Option<i64> = statement.query_row((tx.site, &zone, window.from, to, window.as_of), |row| row.get(0))?;
        seen.extend(at.map(|at| (zone, at)));
    }
    Ok(seen)
}

fn planned(tx: &Tx<'_>, reach: i64, window: &StatisticsWindow) -> Result<BTreeSet<(String, i64, i64)>> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT place, at, until FROM facts WHERE site = ?1 AND kind = 'planned' AND at >= ?2 AND at < ?3 AND until > ?4
         AND from_position <= ?5 AND (until_position IS NULL OR until_position > ?5)",
    )?;
    let rows =
        statement.query_map((tx.site, reach, window.to, window.from, window.as_of), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn facts_behind(tx: &Tx<'_>, figure: Figure, window: &StatisticsWindow) -> Result<Vec<Fact>> {
    let counted = counted(tx, window)?;
    let counts = |person: &str| counted.forces.get(person).is_some_and(|force| Figure::counts_turns_of(force));
    let mut behind = Vec::new();
    for kind in figure.facts() {
        let found = match kind {
            FactKind::CheckIn | FactKind::Arrival => {
                let mut found = facts(tx, *kind, window.from, window.to, window.as_of)?;
                found.retain(|fact| counts(&fact.party) && (*kind == FactKind::Arrival || !fact.subject.is_empty()));
                found
            }
            kind => counted.facts.iter().filter(|fact| fact.kind == *kind).cloned().collect(),
        };
        behind.extend(found);
    }
    behind.retain(|fact| figure.counts(fact, window));
    Ok(behind)
}

fn behind(tx: &Tx<'_>, fact: Fact, as_of: u64) -> Result<Behind> {
    let mut operations = tx.about(&fact.document)?;
    operations.retain(|operation| operation.verdict.is_applied() && operation.position <= as_of);
    Ok(Behind { document: fact.document, at: fact.at, operations })
}
