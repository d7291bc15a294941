//! Facts: what figures are counted from, kept with the documents that say it, and since when until when they did.

use std::collections::{BTreeMap, BTreeSet};

use liuye_core::Result;
use liuye_core::domain::{Document, Fact, FactKind};
use rusqlite::{OptionalExtension, Row};

use super::Tx;

/// How zones' check-ins are cut into pieces of which the first is kept: the hours of every time zone begin at one, ms.
pub(crate) const QUARTER_MS: i64 = 15 * 60_000;

/// Of what a first check-in is the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FirstOf {
    /// A person's shift.
    Turn { shift: String, person: String },
    /// A quarter of an hour of a zone.
    Quarter { zone: String, from: i64 },
}

impl FirstOf {
    /// What a fact may be the first of.
    fn of(fact: &Fact) -> Vec<Self> {
        let mut of = Vec::new();
        if fact.kind != FactKind::CheckIn {
            return of;
        }
        if !fact.subject.is_empty() {
            of.push(Self::Turn { shift: fact.subject.clone(), person: fact.party.clone() });
        }
        if !fact.place.is_empty() {
            of.push(Self::Quarter { zone: fact.place.clone(), from: fact.at - fact.at.rem_euclid(QUARTER_MS) });
        }
        of
    }

    fn key(&self) -> (&'static str, &str, String) {
        match self {
            Self::Turn { shift, person } => ("turn", shift, person.clone()),
            Self::Quarter { zone, from } => ("quarter", zone, from.to_string()),
        }
    }
}

type Firsts = BTreeMap<(String, String, String), i64>;

impl Tx<'_> {
    /// Keeps what a document says that was just written at `position`, and closes what it said before and no longer does.
    pub(super) fn keep_facts(&self, document: &Document, position: u64) -> Result<()> {
        self.replace_facts(&document.id, &Fact::of_document(document), position)
    }

    /// Closes what a document said that is gone.
    pub(super) fn drop_facts(&self, document: &str, position: u64) -> Result<()> {
        self.replace_facts(document, &[], position)
    }

    fn replace_facts(&self, document: &str, said: &[Fact], position: u64) -> Result<()> {
        let before = self.facts_of(document)?;
        let mut touched = BTreeSet::new();
        for (row, fact) in before.iter().filter(|(_, fact)| !said.contains(fact)) {
            self.close_fact(*row, position)?;
            touched.extend(FirstOf::of(fact));
            if is_plan(fact) {
                self.drop_planned(fact)?;
            }
        }
        for fact in said.iter().filter(|fact| !before.iter().any(|(_, held)| held == *fact)) {
            self.open_fact(fact, position)?;
            touched.extend(FirstOf::of(fact));
            if is_plan(fact) {
                self.add_planned(fact)?;
            }
        }
        touched.iter().try_for_each(|of| self.keep_first(of, position))
    }

    fn facts_of(&self, document: &str) -> Result<Vec<(i64, Fact)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT kind, at, until, subject, party, place, value, detail, document, rowid FROM facts
             WHERE site = ?1 AND document = ?2 AND until_position IS NULL",
        )?;
        let rows = statement.query_map((self.site, document), |row| Ok((row.get(9)?, fact(row)?)))?;
        Ok(rows.filter_map(|row| row.map(|(row, fact)| Some((row, fact?))).transpose()).collect::<std::result::Result<_, _>>()?)
    }

    fn open_fact(&self, fact: &Fact, position: u64) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO facts (site, kind, at, until, subject, party, place, value, detail, document, from_position)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute((
                self.site,
                fact.kind.as_str(),
                fact.at,
                fact.until,
                &fact.subject,
                &fact.party,
                &fact.place,
                fact.value,
                &fact.detail,
                &fact.document,
                position,
            ))?;
        Ok(())
    }

    /// What held at no position is gone: a document may be written twice at one.
    fn close_fact(&self, row: i64, position: u64) -> Result<()> {
        let gone = self.connection.prepare_cached("DELETE FROM facts WHERE rowid = ?1 AND from_position = ?2")?.execute((row, position))?;
        if gone == 0 {
            self.connection.prepare_cached("UPDATE facts SET until_position = ?2 WHERE rowid = ?1")?.execute((row, position))?;
        }
        Ok(())
    }

    fn keep_first(&self, of: &FirstOf, position: u64) -> Result<()> {
        let (name, subject, party) = of.key();
        let first = self.first(of)?;
        // By name: without it the key is walked through, and each check-in takes longer than the one before.
        let held: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT at FROM first_check_ins INDEXED BY first_check_ins_now
                 WHERE site = ?1 AND of = ?2 AND subject = ?3 AND party = ?4 AND until_position IS NULL",
            )?
            .query_row((self.site, name, subject, &party), |row| row.get(0))
            .optional()?;
        if held == first {
            return Ok(());
        }
        if let (FirstOf::Quarter { zone, from }, true) = (of, held.is_some() != first.is_some()) {
            self.keep_seen(zone, *from, first.is_some())?;
        }
        if let Some(at) = held {
            let key = (self.site, name, at, subject, &party, position);
            let gone = self
                .connection
                .prepare_cached(
                    "DELETE FROM first_check_ins WHERE site = ?1 AND of = ?2 AND at = ?3 AND subject = ?4 AND party = ?5 AND from_position = ?6",
                )?
                .execute(key)?;
            if gone == 0 {
                self.connection
                    .prepare_cached(
                        "UPDATE first_check_ins SET until_position = ?6
                         WHERE site = ?1 AND of = ?2 AND at = ?3 AND subject = ?4 AND party = ?5 AND until_position IS NULL",
                    )?
                    .execute(key)?;
            }
        }
        if let Some(at) = first {
            self.connection
                .prepare_cached(
                    "INSERT INTO first_check_ins (site, of, at, subject, party, from_position) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET until_position = NULL",
                )?
                .execute((self.site, name, at, subject, &party, position))?;
        }
        Ok(())
    }

    fn first(&self, of: &FirstOf) -> Result<Option<i64>> {
        Ok(match of {
            FirstOf::Turn { shift, person } => self
                .connection
                .prepare_cached(
                    "SELECT min(at) FROM facts WHERE site = ?1 AND kind = 'check_in' AND subject = ?2 AND party = ?3 AND until_position IS NULL",
                )?
                .query_row((self.site, shift, person), |row| row.get(0))?,
            FirstOf::Quarter { zone, from } => self
                .connection
                .prepare_cached(
                    "SELECT min(at) FROM facts WHERE site = ?1 AND kind = 'check_in' AND place = ?2 AND at >= ?3 AND at < ?4 AND until_position IS NULL",
                )?
                .query_row((self.site, zone, from, from + QUARTER_MS), |row| row.get(0))?,
        })
    }

    /// Finds what documents say that an earlier version wrote or did not look for. What holds already stays, with its positions.
    pub(super) fn begin_facts(&self) -> Result<()> {
        self.each_document(|document| self.keep_facts(&document, document.rev))?;
        self.rebuild_zone_days()
    }

    /// Makes the facts anew of the documents as they are. What held only before is forgotten: figures as of earlier positions
    /// are then those of now. Returns how many facts there are.
    pub(crate) fn rebuild_facts(&self) -> Result<u64> {
        for table in ["facts", "first_check_ins", "zone_days"] {
            self.connection.execute(&format!("DELETE FROM {table} WHERE site = ?1"), [self.site])?;
        }
        self.begin_facts()?;
        Ok(self.connection.query_row("SELECT count(*) FROM facts WHERE site = ?1", [self.site], |row| row.get(0))?)
    }

    /// Whether the facts that hold are those that the documents say.
    pub(crate) fn facts_fit(&self) -> Result<bool> {
        let mut said = Vec::new();
        self.each_document(|document| {
            said.extend(Fact::of_document(&document));
            Ok(())
        })?;
        said.sort_unstable();
        let mut statement = self.connection.prepare(
            "SELECT kind, at, until, subject, party, place, value, detail, document FROM facts WHERE site = ?1 AND until_position IS NULL",
        )?;
        let mut held: Vec<Option<Fact>> = statement.query_map([self.site], fact)?.collect::<std::result::Result<_, _>>()?;
        held.sort_unstable();
        Ok(held.into_iter().eq(said.iter().cloned().map(Some)) && self.kept_firsts()? == firsts(&said) && self.zone_days_fit(&said)?)
    }

    fn kept_firsts(&self) -> Result<Firsts> {
        let mut statement =
            self.connection.prepare("SELECT of, subject, party, at FROM first_check_ins WHERE site = ?1 AND until_position IS NULL")?;
        let rows = statement.query_map([self.site], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }
}

fn is_plan(fact: &Fact) -> bool {
    fact.kind == FactKind::Planned && !fact.place.is_empty()
}

fn firsts(said: &[Fact]) -> Firsts {
    let mut firsts = Firsts::new();
    for fact in said {
        for of in FirstOf::of(fact) {
            let (name, subject, party) = of.key();
            let first = firsts.entry((name.to_owned(), subject.to_owned(), party)).or_insert(fact.at);
            *first = fact.at.min(*first);
        }
    }
    firsts
}

/// A row as a fact, of the columns kind, at, until, subject, party, place, value, detail, document; none of a kind that this version does not know.
pub(crate) fn fact(row: &Row<'_>) -> rusqlite::Result<Option<Fact>> {
    let kind: String = row.get(0)?;
    let Some(kind) = FactKind::ALL.iter().copied().find(|known| known.as_str() == kind) else { return Ok(None) };
    Ok(Some(Fact {
        kind,
        at: row.get(1)?,
        until: row.get(2)?,
        subject: row.get(3)?,
        party: row.get(4)?,
        place: row.get(5)?,
        value: row.get(6)?,
        detail: row.get(7)?,
        document: row.get(8)?,
    }))
}
