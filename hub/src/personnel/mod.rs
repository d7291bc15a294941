//! The personnel base by files: what a table brings, row by row, and what is written out again.

mod export;
mod row;
mod words;

use std::collections::{HashMap, HashSet};

use chrono_tz::Tz;
use liuye_core::domain::{Bucket, DocumentKind, Person, Site, Write, Zone};
use liuye_core::{Code, Error, Result};

use crate::hub::Hub;
use crate::ledger::Tx;
use crate::sheet::{self, Columns, Sheet, SheetRow};

/// What an import did, row by row. It names lines, ids and fields, never what somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonnelReport {
    /// How the file was written: `utf-8`, `gb18030`, `utf-16` or `xlsx`.
    pub form: &'static str,
    /// What became of each row, in the file's order.
    pub rows: Vec<RowReport>,
    /// Columns of which nothing was taken.
    pub ignored_columns: Vec<String>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// The line of the file, or the row of the sheet, from 1.
    pub line: u64,
    /// The person's id; empty where the row gives none that is one.
    pub person: String,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Fields that a spreadsheet would have taken for formulas, and that were made harmless.
    pub neutralised: Vec<&'static str>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// The person is new.
    Added,
    /// The person's entry is another one now.
    Changed,
    /// The person's entry said that already.
    Unchanged,
    /// Nothing of the row was taken.
    Refused(Error),
}

impl PersonnelReport {
    /// Rows that added a person.
    #[must_use]
    pub fn added(&self) -> usize {
        self.count(&RowOutcome::Added)
    }

    /// Rows that changed a person's entry.
    #[must_use]
    pub fn changed(&self) -> usize {
        self.count(&RowOutcome::Changed)
    }

    /// Rows that said what was known.
    #[must_use]
    pub fn unchanged(&self) -> usize {
        self.count(&RowOutcome::Unchanged)
    }

    /// Rows of which nothing was taken.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.outcome, RowOutcome::Refused(_))).count()
    }

    fn count(&self, outcome: &RowOutcome) -> usize {
        self.rows.iter().filter(|row| row.outcome == *outcome).count()
    }
}

/// What a row needs to know of the site.
struct Surroundings {
    tz: Tz,
    /// Zones by id and by Chinese name.
    zones: HashMap<String, String>,
    /// The hub's clock, UTC ms.
    now: i64,
}

impl Hub {
    /// Takes a table of persons in, CSV or XLSX: each good row, whatever the others are. The same file twice changes
    /// nothing. With `dry_run` nothing is written, and the report says what would have been.
    ///
    /// A person whom an import has named is kept by imports from then on: site files change and remove them no more.
    ///
    /// # Errors
    /// Where no row can be read, at `file` or at a column: [`Code::TooLarge`], [`Code::ArchiveBomb`], [`Code::Malformed`],
    /// [`Code::Missing`], [`Code::DuplicateId`]; those of the store. What is wrong with a row stands in the report.
    pub fn import_personnel(&self, bytes: &[u8], dry_run: bool) -> Result<PersonnelReport> {
        let sheet = sheet::read(bytes)?;
        let columns = Columns::find(&sheet.header, words::COLUMNS)?;
        columns.require(&["id", "name_zh", "force"])?;
        let site = self.site()?;
        if dry_run {
            self.read(&site, |tx| import(tx, &sheet, &columns, false))
        } else {
            self.write(&site, |tx| import(tx, &sheet, &columns, true))
        }
    }

    /// The personnel base as a CSV for spreadsheets, as of now: what [`Hub::import_personnel`] reads. Texts that a
    /// spreadsheet would take for formulas are made harmless.
    ///
    /// # Errors
    /// Those of the store.
    pub fn export_personnel(&self) -> Result<Vec<u8>> {
        self.read(&self.site()?, |tx| export::csv(&all_persons(tx)?, surroundings(tx)?.tz, tx.now))
    }
}

fn import(tx: &Tx<'_>, sheet: &Sheet, columns: &Columns, is_written: bool) -> Result<PersonnelReport> {
    let around = surroundings(tx)?;
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for row in &sheet.rows {
        rows.push(take(tx, &around, columns, row, &mut seen, is_written)?);
    }
    Ok(PersonnelReport { form: sheet.form, rows, ignored_columns: columns.ignored.clone() })
}

/// Takes one row in. Errors are those of the store: what is wrong with the row is its outcome.
fn take(
    tx: &Tx<'_>,
    around: &Surroundings,
    columns: &Columns,
    row: &SheetRow,
    seen: &mut HashSet<String>,
    is_written: bool,
) -> Result<RowReport> {
    let refused =
        |person: String, error| RowReport { line: row.line, person, outcome: RowOutcome::Refused(error), neutralised: Vec::new() };
    let id = match row::id(columns, row) {
        Ok(id) => id,
        Err(error) => return Ok(refused(String::new(), error)),
    };
    if !seen.insert(id.clone()) {
        return Ok(refused(id, Error::field(Code::DuplicateId, "id", "an earlier row of this file has the same id")));
    }
    let stored = tx.document(&id)?.map(|stored| stored.document);
    if stored.as_ref().is_some_and(|document| document.kind != DocumentKind::Person.as_str()) {
        return Ok(refused(id, Error::field(Code::DuplicateId, "id", "something else of the site has this id")));
    }
    let before: Option<Person> = stored.map(|document| serde_json::from_value(document.body)).transpose()?;
    let (person, neutralised) = match row::person(&id, columns, row, before.as_ref(), around) {
        Ok(read) => read,
        Err(error) => return Ok(refused(id, error)),
    };
    let outcome = match &before {
        None => RowOutcome::Added,
        Some(before) if *before == person => RowOutcome::Unchanged,
        Some(_) => RowOutcome::Changed,
    };
    if is_written {
        tx.put_reference(entry(&person)?)?;
        tx.keep_person(&id)?;
    }
    Ok(RowReport { line: row.line, person: id, outcome, neutralised })
}

fn entry(person: &Person) -> Result<Write> {
    let body = serde_json::to_value(person)?;
    Ok(Write { id: person.id.clone(), kind: DocumentKind::Person, body, buckets: vec![Bucket::Staff], person: None, at: 0, conflict: None })
}

fn surroundings(tx: &Tx<'_>) -> Result<Surroundings> {
    let site: Option<Site> = tx.document(tx.site)?.map(|stored| serde_json::from_value(stored.document.body)).transpose()?;
    let tz = site.map_or(chrono_tz::UTC, |site| site.tz());
    let mut zones = HashMap::new();
    for document in tx.between(DocumentKind::Zone, i64::MIN, i64::MAX)? {
        let zone: Zone = serde_json::from_value(document.body)?;
        zones.insert(zone.name.zh, zone.id.clone());
        zones.insert(zone.id.clone(), zone.id);
    }
    Ok(Surroundings { tz, zones, now: tx.now })
}

fn all_persons(tx: &Tx<'_>) -> Result<Vec<Person>> {
    let documents = tx.between(DocumentKind::Person, i64::MIN, i64::MAX)?;
    documents.into_iter().map(|document| Ok(serde_json::from_value(document.body)?)).collect()
}
