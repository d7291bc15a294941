//! One row of a personnel table, as an entry of the personnel base.

use chrono::NaiveDate;
use chrono_tz::Tz;
use liuye_core::domain::{
    Bilingual, Certificate, Force, Person, PersonStatus, Role, RoleAssignment, StatusChange, Text, day_start, is_reference_id, neutralised,
    parse_rfc3339,
};
use liuye_core::{Code, Error, Result};

use super::Surroundings;
use super::words::{FORCES, NONE, ROLES, STATUSES, TRADES, value};
use crate::sheet::{Columns, SheetRow};

/// The row's id.
pub(super) fn id(columns: &Columns, row: &SheetRow) -> Result<String> {
    match columns.cell(row, "id").unwrap_or_default() {
        "" => Err(Error::field(Code::Missing, "id", "must not be empty")),
        id if is_reference_id(id) => Ok(id.to_owned()),
        _ => Err(Error::field(Code::Malformed, "id", "an id has lower-case letters, digits, - and _; at most 64")),
    }
}

/// The row as the next edition of `before`, and the fields that were made harmless. A column that the table does not have leaves
/// what is known; an empty cell means none, or what goes without saying: the role of the force, a status that stays.
pub(super) fn person(
    id: &str,
    columns: &Columns,
    row: &SheetRow,
    before: Option<&Person>,
    around: &Surroundings,
) -> Result<(Person, Vec<&'static str>)> {
    let mut read = Cells { columns, row, neutralised: Vec::new() };
    let zh = read.text("name_zh", 200)?.ok_or_else(|| Error::field(Code::Missing, "name_zh", "must not be empty"))?;
    let en = match read.text("name_en", 200)? {
        Some(en) => en,
        None if columns.cell(row, "name_en").is_none() => before.map_or_else(|| zh.clone(), |before| before.name.en.clone()),
        None => zh.clone(),
    };
    let force = one(FORCES, "force", read.cell("force").unwrap_or_default())?;
    let since = read.cell("since").filter(|text| !text.is_empty()).map(|text| start("since", text, around.tz)).transpose()?;
    let at = since.unwrap_or(around.now);
    let trades = match (read.cell("trades"), before) {
        (Some(text), _) => many(TRADES, "trades", text)?,
        (None, Some(before)) => before.trades.clone(),
        (None, None) => Vec::new(),
    };
    let zones = match (read.cell("zones"), before) {
        (Some(text), _) => known_zones(text, around)?,
        (None, Some(before)) => before.zones_at(at),
        (None, None) => Vec::new(),
    };
    let roles = match (read.cell("roles"), before) {
        (Some(text), _) => roles(text, force)?,
        (None, Some(before)) => before.roles_at(at),
        (None, None) => roles("", force)?,
    };
    let status = match (read.cell("status").filter(|text| !text.is_empty()), before) {
        (Some(text), _) => one(STATUSES, "status", text)?,
        (None, Some(before)) => before.status_at(at),
        (None, None) => PersonStatus::Active,
    };
    let certificates = match (read.cell("certificates"), before) {
        (Some(_), _) => read.certificates(around.tz)?,
        (None, Some(before)) => before.certificates.clone(),
        (None, None) => Vec::new(),
    };
    let company = match (read.text("company", 100)?, before) {
        (None, Some(before)) if columns.cell(row, "company").is_none() => before.company.clone(),
        (company, _) => company,
    };
    let wanted = Person {
        id: id.to_owned(),
        name: Bilingual { zh, en },
        force,
        trades,
        roles: Vec::new(),
        zones,
        zone_history: Vec::new(),
        company,
        certificates,
        status,
        status_history: Vec::new(),
    };
    let person = match before {
        Some(before) => next_edition(wanted, before, &roles, at, around.now),
        None => first_edition(wanted, &roles, since),
    };
    person.check()?;
    Ok((person, read.neutralised))
}

fn next_edition(wanted: Person, before: &Person, roles: &[Role], at: i64, now: i64) -> Person {
    let mut person = Person { roles: before.roles.clone(), ..wanted }.succeeding(before, at);
    person.assign_roles(roles, at);
    // What begins later is in the histories; whoever does not read them sees what holds today.
    person.zones = person.zones_at(now);
    person.status = person.status_at(now);
    person
}

fn first_edition(mut person: Person, roles: &[Role], since: Option<i64>) -> Person {
    person.roles = roles.iter().map(|role| RoleAssignment { role: *role, from: since, to: None }).collect();
    if let (Some(from), PersonStatus::Suspended | PersonStatus::Left) = (since, person.status) {
        person.status_history.push(StatusChange { status: person.status, from });
    }
    person
}

struct Cells<'a> {
    columns: &'a Columns,
    row: &'a SheetRow,
    neutralised: Vec<&'static str>,
}

impl<'a> Cells<'a> {
    fn cell(&self, field: &'static str) -> Option<&'a str> {
        self.columns.cell(self.row, field)
    }

    fn text(&mut self, field: &'static str, max: usize) -> Result<Option<String>> {
        self.harmless(field, self.cell(field), max)
    }

    /// A text that goes into other people's spreadsheets one day.
    fn harmless(&mut self, field: &'static str, text: Option<&str>, max: usize) -> Result<Option<String>> {
        let Some(text) = Text::optional(field, text, max)?.map(Text::into_string) else { return Ok(None) };
        let harmless = neutralised(&text).into_owned();
        if harmless != text && !self.neutralised.contains(&field) {
            self.neutralised.push(field);
        }
        Ok(Some(harmless))
    }

    /// `name`, `name from/to` or `name from/`, by semicolons; both days are good days.
    fn certificates(&mut self, tz: Tz) -> Result<Vec<Certificate>> {
        let mut papers = Vec::new();
        for text in self.cell("certificates").unwrap_or_default().split([';', '；']).map(str::trim).filter(|text| !text.is_empty()) {
            let (name, span) = match text.rsplit_once(char::is_whitespace) {
                Some((name, span)) if span.contains('/') => (name, span.split_once('/')),
                _ => (text, None),
            };
            let (from, to) = span.unwrap_or_default();
            let given = |text: &str| !matches!(text, "" | "..");
            papers.push(Certificate {
                name: self
                    .harmless("certificates", Some(name), 100)?
                    .ok_or_else(|| Error::field(Code::Missing, "certificates", "which paper"))?,
                from: if given(from) { Some(start("certificates", from, tz)?) } else { None },
                to: if given(to) { Some(end("certificates", to, tz)?) } else { None },
            });
        }
        Ok(papers)
    }
}

fn one<T: Copy>(words: &'static [(T, &'static str, &'static str)], field: &'static str, text: &str) -> Result<T> {
    if text.is_empty() {
        return Err(Error::field(Code::Missing, field, "must not be empty"));
    }
    value(words, text).ok_or_else(|| Error::field(Code::Malformed, field, "none of the words for it"))
}

fn many<T: Copy + PartialEq>(words: &'static [(T, &'static str, &'static str)], field: &'static str, text: &str) -> Result<Vec<T>> {
    let mut values = Vec::new();
    for word in parts(text) {
        let value = one(words, field, word)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；', '、', ',', '，', '|']).map(str::trim).filter(|part| !part.is_empty())
}

/// The roles that are named; where none is, the one of the force. What police may do has to be said.
fn roles(text: &str, force: Force) -> Result<Vec<Role>> {
    if text.eq_ignore_ascii_case(NONE.0) || text == NONE.1 {
        return Ok(Vec::new());
    }
    let named = many(ROLES, "roles", text)?;
    match (named.is_empty(), force) {
        (false, _) => Ok(named),
        (true, Force::Guard) => Ok(vec![Role::Guard]),
        (true, Force::Volunteer) => Ok(vec![Role::Volunteer]),
        (true, Force::Auxiliary) => Ok(vec![Role::Auxiliary]),
        (true, Force::Police) => Err(Error::field(Code::Missing, "roles", "which, or none")),
    }
}

fn known_zones(text: &str, around: &Surroundings) -> Result<Vec<String>> {
    let mut zones = Vec::new();
    for part in parts(text) {
        let zone = around.zones.get(part).ok_or_else(|| Error::field(Code::UnknownReference, "zones", "no such zone"))?;
        if !zones.contains(zone) {
            zones.push(zone.clone());
        }
    }
    Ok(zones)
}

/// The beginning of a day of the site, or a time with its offset, UTC ms.
fn start(field: &'static str, text: &str, tz: Tz) -> Result<i64> {
    match day(text) {
        Some(day) => day_start(day, tz).ok_or_else(|| malformed(field)),
        None => parse_rfc3339(text).map_err(|_| malformed(field)),
    }
}

/// The end of a day of the site, or a time with its offset, UTC ms.
fn end(field: &'static str, text: &str, tz: Tz) -> Result<i64> {
    match day(text) {
        Some(day) => day.succ_opt().and_then(|next| day_start(next, tz)).ok_or_else(|| malformed(field)),
        None => parse_rfc3339(text).map_err(|_| malformed(field)),
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

fn malformed(field: &'static str) -> Error {
    Error::field(Code::TimeMalformed, field, "a day such as 2026-05-01, or a time with its offset")
}
