//! Tables that people send: CSV in UTF-8 or GB18030, and the first sheet of an XLSX workbook, as rows of texts.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};
use encoding_rs::{Encoding, GB18030, UTF_8};
use liuye_core::{Code, Error, Result};

use crate::archive;

/// A file of many thousand rows is a tenth of this.
const MAX_BYTES: usize = 8 << 20;

/// More rows than the personnel of a province's district.
const MAX_ROWS: usize = 20_000;

/// More columns than anybody reads.
const MAX_COLUMNS: usize = 64;

/// A table: its first row, and the others that have anything in them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// How it was written: `utf-8`, `gb18030`, `utf-16` or `xlsx`.
    pub(crate) form: &'static str,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<SheetRow>,
}

/// One row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SheetRow {
    /// Its line in the file, or its row in the sheet, from 1.
    pub(crate) line: u64,
    /// Its cells, trimmed.
    pub(crate) cells: Vec<String>,
}

/// Reads a table. What it is, its first bytes say, not its name.
///
/// # Errors
/// At `file`: [`Code::TooLarge`], [`Code::ArchiveBomb`], [`Code::Malformed`], [`Code::Missing`] where there is no row.
pub(crate) fn read(bytes: &[u8]) -> Result<Sheet> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::field(Code::TooLarge, "file", format!("at most {} MiB", MAX_BYTES >> 20)));
    }
    let (form, rows) = if bytes.starts_with(b"PK") {
        archive::check(bytes)?;
        ("xlsx", workbook(bytes)?)
    } else {
        let (form, text) = decoded(bytes)?;
        (form, lines(&text)?)
    };
    let mut rows = rows.into_iter().filter(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    let header = rows.next().ok_or_else(|| Error::field(Code::Missing, "file", "a row that names the columns"))?.cells;
    Ok(Sheet { form, header, rows: rows.collect() })
}

/// The text, by its byte order mark, else as UTF-8, else as GB18030: what spreadsheets write in China.
fn decoded(bytes: &[u8]) -> Result<(&'static str, String)> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]).ok_or_else(foreign)?;
        return Ok((if encoding == UTF_8 { "utf-8" } else { "utf-16" }, text.into_owned()));
    }
    let as_utf8 = UTF_8.decode_without_bom_handling_and_without_replacement(bytes).map(|text| ("utf-8", text));
    let as_gb = || GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(|text| ("gb18030", text));
    let (form, text) = as_utf8.or_else(as_gb).filter(|(_, text)| !text.contains('\0')).ok_or_else(foreign)?;
    Ok((form, text.into_owned()))
}

fn foreign() -> Error {
    Error::field(Code::Malformed, "file", "neither XLSX nor CSV in UTF-8 or GB18030")
}

fn lines(text: &str) -> Result<Vec<SheetRow>> {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: &char| first.matches(*separator).count();
    let separator = [',', ';', '\t'].into_iter().max_by_key(count).unwrap_or(',');
    let separator = if count(&separator) == count(&',') { ',' } else { separator };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| Error::field(Code::Malformed, "file", "not a CSV"))?;
        if record.len() > MAX_COLUMNS {
            return Err(too_wide());
        }
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(SheetRow { line, cells: record.iter().map(|cell| cell.trim().to_owned()).collect() });
        check_length(rows.len())?;
    }
    Ok(rows)
}

/// The first sheet, cell by cell: a range as a whole would take the memory of all cells between the first and the last.
fn workbook(bytes: &[u8]) -> Result<Vec<SheetRow>> {
    let unreadable = || Error::field(Code::Malformed, "file", "an archive that is no XLSX workbook");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let name = workbook.sheet_names().into_iter().next().ok_or_else(unreadable)?;
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(|_| unreadable())?;
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(|_| unreadable())? {
        let (row, column) = cell.get_position();
        let text = shown(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let column = usize::try_from(column).ok().filter(|column| *column < MAX_COLUMNS).ok_or_else(too_wide)?;
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
        check_length(rows.len())?;
    }
    Ok(rows.into_iter().map(|(row, cells)| SheetRow { line: u64::from(row) + 1, cells }).collect())
}

/// A cell's value as people see it; of a formula, the value that the workbook keeps with it.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute) == (0, 0) { date } else { format!("{date} {hour:02}:{minute:02}") }
        }
        // What is broken in the workbook is broken here too: the row says so at its field.
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn check_length(rows: usize) -> Result<()> {
    if rows > MAX_ROWS { Err(Error::field(Code::TooLarge, "file", format!("at most {MAX_ROWS} rows"))) } else { Ok(()) }
}

fn too_wide() -> Error {
    Error::field(Code::TooLarge, "file", format!("at most {MAX_COLUMNS} columns"))
}

/// Which column of a table is which, by its names in both languages; names are compared without case and spaces.
pub(crate) struct Columns {
    /// The place of each field that the table has.
    places: BTreeMap<&'static str, usize>,
    /// The names of what nobody asked for.
    pub(crate) ignored: Vec<String>,
}

impl Columns {
    /// Finds the columns. `known` are fields with the names that they go by.
    ///
    /// # Errors
    /// [`Code::DuplicateId`] at a field that two columns give.
    pub(crate) fn find(header: &[String], known: &[(&'static str, &[&str])]) -> Result<Self> {
        let plain = |name: &str| name.chars().filter(|c| !c.is_whitespace() && *c != '_').flat_map(char::to_lowercase).collect::<String>();
        let (mut places, mut ignored) = (BTreeMap::new(), Vec::new());
        for (place, name) in header.iter().enumerate() {
            let is_it = |(field, names): &&(&'static str, &[&str])| {
                plain(field) == plain(name) || names.iter().any(|known| plain(known) == plain(name))
            };
            match known.iter().find(is_it) {
                Some((field, _)) => {
                    if places.insert(*field, place).is_some() {
                        return Err(Error::field(Code::DuplicateId, *field, "two columns are this one"));
                    }
                }
                None if name.is_empty() => {}
                None => ignored.push(name.clone()),
            }
        }
        Ok(Self { places, ignored })
    }

    /// Checks that these are there.
    ///
    /// # Errors
    /// [`Code::Missing`] at the first that is not.
    pub(crate) fn require(&self, fields: &[&'static str]) -> Result<()> {
        match fields.iter().find(|field| !self.places.contains_key(*field)) {
            Some(field) => Err(Error::field(Code::Missing, *field, "the table has no such column")),
            None => Ok(()),
        }
    }

    /// The row's cell of a field; none where the table has no such column.
    pub(crate) fn cell<'a>(&self, row: &'a SheetRow, field: &'static str) -> Option<&'a str> {
        self.places.get(field).map(|place| row.cells.get(*place).map_or("", String::as_str))
    }
}
