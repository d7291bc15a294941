//! Days of zones: in which quarters of an hour somebody was to be there, and in which somebody was. What holds now alone; what held
//! before is read from the facts one by one.

use std::collections::BTreeMap;

use liuye_core::Result;
use liuye_core::domain::{Counted, Fact, FactKind};
use rusqlite::OptionalExtension;

use super::Tx;
use super::facts::QUARTER_MS;

const DAY_MS: i64 = 96 * QUARTER_MS;

/// The quarters of one day (UTC) of a zone, from the lowest bit on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ZoneDay {
    /// Somebody was to be there for a part of it at least.
    pub(crate) planned: u128,
    /// Somebody checked in.
    pub(crate) seen: u128,
}

/// By day since 1970, and zone.
pub(crate) type ZoneDays = BTreeMap<(i64, String), ZoneDay>;

/// The days that `[from, to)` (UTC ms) touches, each with its quarters that it touches.
fn quarters(from: i64, to: i64) -> impl Iterator<Item = (i64, u128)> {
    let (first, end) = (from.div_euclid(QUARTER_MS), to.saturating_add(QUARTER_MS - 1).div_euclid(QUARTER_MS));
    (first.div_euclid(96)..=(end - 1).div_euclid(96)).filter(move |_| from < to).map(move |day| {
        let (start, stop) = ((first - day * 96).max(0), (end - day * 96).min(96));
        (day, (start..stop).fold(0, |bits, quarter| bits | 1 << quarter))
    })
}

/// The runs of set bits as spans of time, UTC ms.
pub(crate) fn spans(day: i64, bits: u128) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for start in moments(day, bits) {
        match spans.last_mut() {
            Some((_, end)) if *end == start => *end = start + QUARTER_MS,
            _ => spans.push((start, start + QUARTER_MS)),
        }
    }
    spans
}

/// The beginning of each quarter whose bit is set, UTC ms.
pub(crate) fn moments(day: i64, bits: u128) -> impl Iterator<Item = i64> {
    (0..96).filter(move |quarter| bits >> quarter & 1 == 1).map(move |quarter| day * DAY_MS + quarter * QUARTER_MS)
}

impl ZoneDay {
    fn of_row(planned: &[u8], seen: &[u8]) -> Self {
        let bits = |bytes: &[u8]| bytes.try_into().map_or(0, u128::from_le_bytes);
        Self { planned: bits(planned), seen: bits(seen) }
    }
}

impl Tx<'_> {
    /// What is known of `[from, to)` (UTC ms), both at the beginning of a quarter.
    pub(crate) fn zone_days(&self, from: i64, to: i64) -> Result<ZoneDays> {
        let mut days = self.read_zone_days(from.div_euclid(DAY_MS), (to - 1).div_euclid(DAY_MS))?;
        for ((day, _), held) in &mut days {
            let start = *day * DAY_MS;
            let within = quarters(from.max(start), to.min(start + DAY_MS)).fold(0, |all, (_, bits)| all | bits);
            *held = ZoneDay { planned: held.planned & within, seen: held.seen & within };
        }
        Ok(days)
    }

    fn read_zone_days(&self, first: i64, last: i64) -> Result<ZoneDays> {
        let mut statement =
            self.connection.prepare_cached("SELECT day, zone, planned, seen FROM zone_days WHERE site = ?1 AND day BETWEEN ?2 AND ?3")?;
        let mut rows = statement.query((self.site, first, last))?;
        let mut days = ZoneDays::new();
        while let Some(row) = rows.next()? {
            let bits = |index: usize| Ok::<_, rusqlite::Error>(row.get_ref(index)?.as_blob()?);
            days.insert((row.get(0)?, row.get(1)?), ZoneDay::of_row(bits(2)?, bits(3)?));
        }
        Ok(days)
    }

    /// Keeps that a plan holds from now on.
    pub(super) fn add_planned(&self, fact: &Fact) -> Result<()> {
        quarters(fact.at, fact.until.unwrap_or(fact.at)).try_for_each(|(day, bits)| {
            self.change_zone_day(day, &fact.place, |before| ZoneDay { planned: before.planned | bits, ..before })
        })
    }

    /// Keeps that a plan holds no more: others may fill its time.
    pub(super) fn drop_planned(&self, fact: &Fact) -> Result<()> {
        for (day, _) in quarters(fact.at, fact.until.unwrap_or(fact.at)) {
            let start = day * DAY_MS;
            let mut statement = self.connection.prepare_cached(
                "SELECT at, until FROM facts WHERE site = ?1 AND kind = 'planned' AND at >= ?2 AND at < ?3 AND until > ?4 AND place = ?5
                 AND until_position IS NULL",
            )?;
            let key = (self.site, start - Counted::REACH_MS, start + DAY_MS, start, &fact.place);
            let mut rows = statement.query(key)?;
            let mut planned = 0;
            while let Some(row) = rows.next()? {
                planned |= quarters(row.get(0)?, row.get(1)?).filter(|(of, _)| *of == day).fold(0, |all, (_, bits)| all | bits);
            }
            self.change_zone_day(day, &fact.place, |before| ZoneDay { planned, ..before })?;
        }
        Ok(())
    }

    /// Keeps whether somebody was in a zone in the quarter that begins at `from`, UTC ms.
    pub(super) fn keep_seen(&self, zone: &str, from: i64, is_seen: bool) -> Result<()> {
        quarters(from, from + QUARTER_MS).try_for_each(|(day, bit)| {
            let seen = |before: u128| if is_seen { before | bit } else { before & !bit };
            self.change_zone_day(day, zone, |before| ZoneDay { seen: seen(before.seen), ..before })
        })
    }

    fn change_zone_day(&self, day: i64, zone: &str, change: impl FnOnce(ZoneDay) -> ZoneDay) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("SELECT planned, seen FROM zone_days WHERE site = ?1 AND day = ?2 AND zone = ?3")?;
        let held: Option<(Vec<u8>, Vec<u8>)> =
            statement.query_row((self.site, day, zone), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let before = held.map_or_else(ZoneDay::default, |(planned, seen)| ZoneDay::of_row(&planned, &seen));
        let after = change(before);
        if after != before {
            self.write_zone_day(day, zone, after)?;
        }
        Ok(())
    }

    fn write_zone_day(&self, day: i64, zone: &str, after: ZoneDay) -> Result<()> {
        let key = (self.site, day, zone);
        if after == ZoneDay::default() {
            self.connection.prepare_cached("DELETE FROM zone_days WHERE site = ?1 AND day = ?2 AND zone = ?3")?.execute(key)?;
            return Ok(());
        }
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO zone_days (site, day, zone, planned, seen) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((self.site, day, zone, after.planned.to_le_bytes(), after.seen.to_le_bytes()))?;
        Ok(())
    }

    /// Makes the days anew of the facts that hold.
    pub(super) fn rebuild_zone_days(&self) -> Result<()> {
        let mut statement = self.connection.prepare(
            "SELECT kind, at, until, place FROM facts
             WHERE site = ?1 AND kind IN ('planned', 'check_in') AND until_position IS NULL",
        )?;
        let mut rows = statement.query([self.site])?;
        let mut days = ZoneDays::new();
        while let Some(row) = rows.next()? {
            let is_plan = row.get_ref(0)?.as_str().is_ok_and(|kind| kind == FactKind::Planned.as_str());
            note(&mut days, is_plan, row.get(1)?, row.get(2)?, row.get_ref(3)?.as_str().unwrap_or_default());
        }
        self.connection.execute("DELETE FROM zone_days WHERE site = ?1", [self.site])?;
        days.into_iter().try_for_each(|((day, zone), after)| self.write_zone_day(day, &zone, after))
    }

    /// Whether the days are those that these facts say.
    pub(super) fn zone_days_fit(&self, said: &[Fact]) -> Result<bool> {
        let mut days = ZoneDays::new();
        for fact in said.iter().filter(|fact| matches!(fact.kind, FactKind::Planned | FactKind::CheckIn)) {
            note(&mut days, fact.kind == FactKind::Planned, fact.at, fact.until, &fact.place);
        }
        Ok(self.read_zone_days(i64::MIN, i64::MAX)? == days)
    }
}

fn note(days: &mut ZoneDays, is_plan: bool, at: i64, until: Option<i64>, zone: &str) {
    if zone.is_empty() {
        return;
    }
    let end = if is_plan { until.unwrap_or(at) } else { at + 1 };
    for (day, bits) in quarters(at, end) {
        let of_day = days.entry((day, zone.to_owned())).or_default();
        let kept = if is_plan { &mut of_day.planned } else { &mut of_day.seen };
        *kept |= bits;
    }
}
