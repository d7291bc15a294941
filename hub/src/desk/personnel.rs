//! A table of persons, taken in at the desk: what became of it row by row, before anything is written or after.

use askama::Template;
use axum::extract::Multipart;
use axum::extract::multipart::{Field as MultipartField, MultipartRejection};
use axum::response::Response;
use liuye_core::{Code, Error, Result};

use super::form::Fields;
use super::frame::{Frame, Visit};
use super::pages::Page;
use super::people::KEEPERS;
use crate::hub::Hub;
use crate::personnel::{PersonnelReport, RowOutcome, RowReport};

/// What is read of a form at all. A table that is larger than tables may be is read to its end and thrown away, so that the browser
/// hears why.
pub(super) const MAX_BODY: usize = 64 << 20;

/// What is kept of a file: enough for the table's own limit to see that it is too much.
const MAX_KEPT: usize = 9 << 20;

/// Fields of the form beside the file, each at most so long.
const MAX_FIELD: usize = 200;

/// Rows that are listed: what was refused comes first.
const ROWS: usize = 500;

/// A row of the report.
struct Row {
    line: u64,
    person: String,
    outcome: &'static str,
    class: &'static str,
    reason: String,
}

/// What became of a table.
struct Report {
    form: &'static str,
    added: usize,
    changed: usize,
    unchanged: usize,
    refused: usize,
    ignored: String,
    rows: Vec<Row>,
    more: usize,
    is_dry: bool,
}

#[derive(Template)]
#[template(path = "desk/import.html")]
struct ImportPage {
    frame: Frame,
    report: Option<Report>,
    may_keep: bool,
}

/// `GET /desk/people/import`
pub(super) async fn form(visit: Visit) -> Response {
    visit.page(Page::People, |_, frame| Ok(build(frame, None))).await
}

/// `POST /desk/people/import`
pub(super) async fn take(visit: Visit, form: std::result::Result<Multipart, MultipartRejection>) -> Response {
    let (fields, file) = match read(form).await {
        Ok(sent) => sent,
        Err(error) => return visit.refuse(&error),
    };
    let is_dry = fields.get("dry_run") == "yes";
    let work = move |hub: &Hub, _: &Fields| {
        if file.is_empty() {
            return Err(Error::field(Code::Missing, "file", "a table"));
        }
        Ok((hub.import_personnel(&file, is_dry)?, is_dry))
    };
    visit.administer(Page::People, KEEPERS, "import", fields, work, |_, frame, report| Ok(build(frame, report))).await
}

async fn read(form: std::result::Result<Multipart, MultipartRejection>) -> Result<(Fields, Vec<u8>)> {
    let malformed = || Error::field(Code::Malformed, "file", "no form with a file");
    let mut form = form.map_err(|_| malformed())?;
    let (mut fields, mut file) = (Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = kept(field).await?;
        match name.as_str() {
            "file" => file = bytes,
            "csrf" | "dry_run" if bytes.len() <= MAX_FIELD => fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            _ => {}
        }
    }
    Ok((Fields::of(fields), file))
}

/// The beginning of a field, all of it read.
async fn kept(mut field: MultipartField<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Error::field(Code::TooLarge, "file", "far too much"))? {
        if bytes.len() < MAX_KEPT {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

fn build(frame: Frame, report: Option<(PersonnelReport, bool)>) -> ImportPage {
    let report = report.map(|(report, is_dry)| reported(&report, &frame, is_dry));
    ImportPage { report, may_keep: frame.is_any(KEEPERS), frame }
}

fn reported(report: &PersonnelReport, frame: &Frame, is_dry: bool) -> Report {
    let mut told: Vec<_> = report.rows.iter().filter(|row| row.outcome != RowOutcome::Unchanged).collect();
    told.sort_by_key(|row| (!matches!(row.outcome, RowOutcome::Refused(_)), row.line));
    Report {
        form: report.form,
        added: report.added(),
        changed: report.changed(),
        unchanged: report.unchanged(),
        refused: report.refused(),
        ignored: report.ignored_columns.join(frame.pick("、", ", ")),
        more: told.len().saturating_sub(ROWS),
        rows: told.into_iter().take(ROWS).map(|row| told_row(row, frame)).collect(),
        is_dry,
    }
}

fn told_row(row: &RowReport, frame: &Frame) -> Row {
    let (outcome, class) = frame.lang.row_outcome(&row.outcome);
    let why = match &row.outcome {
        RowOutcome::Refused(error) => Some(format!("{}: {}", error.field, frame.lang.code(error.code))),
        _ => None,
    };
    let harmless =
        (!row.neutralised.is_empty()).then(|| format!("{} {}", frame.pick("已去除公式：", "made harmless:"), row.neutralised.join(", ")));
    Row {
        line: row.line,
        person: row.person.clone(),
        outcome,
        class,
        reason: why.into_iter().chain(harmless).collect::<Vec<_>>().join(" · "),
    }
}
