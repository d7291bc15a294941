//! Figures as a table, as JSON, or as CSV, and the records behind them.

use clap::ValueEnum;
use liuye_core::domain::{Figure, RatingFigure, ResponseFigure, Statistics, format_rfc3339, neutralised};
use liuye_core::{Code, Error, Result};
use serde::Serialize;
use utoipa::ToSchema;

use crate::hub::Hub;
use crate::ledger::OperationRow;
use crate::statistics::Behind;

/// How figures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// All of it, for programs.
    Json,
    /// Figure, value, version of its definition.
    Csv,
}

/// Records of one answer at most: whoever wants more asks for a smaller window.
const MAX_BEHIND: usize = 100_000;

/// Prints the figures of a window.
///
/// # Errors
/// Those of the serialiser.
pub fn print(statistics: &Statistics, format: Format) -> Result<String> {
    Ok(match format {
        Format::Json => serde_json::to_string_pretty(statistics)? + "\n",
        Format::Csv => {
            let rows: Vec<_> = rows(statistics).into_iter().map(|(name, value, version)| vec![name, value, version.to_string()]).collect();
            csv(&["figure", "value", "definition_version"], &rows)?
        }
        Format::Table => table(statistics),
    })
}

/// Prints what a figure counts and the operations that say so: one line an operation, in the order of time.
///
/// # Errors
/// [`Code::NotFound`] at `figure`; those of [`Hub::behind`]; those of the serialiser.
pub fn behind(hub: &Hub, figure: &str, (from, to): (i64, i64), as_of: Option<u64>, format: Format) -> Result<String> {
    let unknown = || Error::field(Code::NotFound, "figure", "no such figure");
    let found = hub.behind(Figure::parse(figure).ok_or_else(unknown)?, from, to, as_of, MAX_BEHIND, 0)?;
    if format == Format::Json {
        return Ok(serde_json::to_string_pretty(&found.iter().map(BehindAnswer::of).collect::<Vec<_>>())? + "\n");
    }
    let mut rows = Vec::new();
    for one in &found {
        let at = if one.at == 0 { String::new() } else { format_rfc3339(one.at) };
        for operation in &one.operations {
            let operation = [operation.position.to_string(), operation.id.clone(), operation.kind.clone(), operation.actor.clone()];
            rows.push([vec![at.clone(), one.document.clone()], operation.to_vec()].concat());
        }
        if one.operations.is_empty() {
            rows.push(vec![at, one.document.clone(), String::new(), String::new(), String::new(), String::new()]);
        }
    }
    if format == Format::Csv {
        return csv(&["at", "document", "position", "operation", "kind", "actor"], &rows);
    }
    Ok(rows.iter().map(|row| row.join("  ").trim_end().to_owned() + "\n").collect())
}

/// What stands behind a figure, as the api has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BehindAnswer {
    /// The document that is counted.
    document: String,
    /// When, UTC ms; 0 where it has no time of its own.
    at: i64,
    /// The operations about it that had taken effect by then, oldest first.
    operations: Vec<BehindOperation>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BehindOperation {
    /// Its place in the site's log.
    position: u64,
    /// Its id.
    id: String,
    /// What was done, such as `check_in.record`.
    kind: String,
    /// Who did it.
    actor: String,
}

impl BehindAnswer {
    /// As the api has it.
    pub(crate) fn of(behind: &Behind) -> Self {
        let named = |operation: &OperationRow| BehindOperation {
            position: operation.position,
            id: operation.id.to_string(),
            kind: operation.kind.clone(),
            actor: operation.actor.clone(),
        };
        Self { document: behind.document.clone(), at: behind.at, operations: behind.operations.iter().map(named).collect() }
    }
}

/// One line a number: some figures have several.
fn rows(statistics: &Statistics) -> Vec<(String, String, u32)> {
    let mut rows = Vec::new();
    for figure in Figure::ALL {
        let name = figure.as_str();
        let numbers = match figure {
            Figure::Response => response_rows(&statistics.response),
            Figure::Ratings => rating_rows(&statistics.ratings),
            _ => vec![(String::new(), statistics.number(*figure))],
        };
        for (part, value) in numbers {
            let name = if part.is_empty() { name.to_owned() } else { format!("{name}.{part}") };
            rows.push((name, value.map_or_else(String::new, number), figure.version()));
        }
    }
    rows
}

type Numbers = Vec<(String, Option<f64>)>;

fn response_rows(response: &ResponseFigure) -> Numbers {
    let mut rows = Vec::new();
    for tier in &response.tiers {
        for (start, share) in [("from_received", &tier.from_received), ("from_dispatched", &tier.from_dispatched)] {
            rows.push((format!("{}.{start}", tier.name), share.share));
        }
    }
    rows.push(("median_s".to_owned(), response.median_s));
    rows.push(("p90_s".to_owned(), response.p90_s));
    rows
}

fn rating_rows(ratings: &RatingFigure) -> Numbers {
    let whole = |count: u64| u32::try_from(count).ok().map(f64::from);
    let rows = [("asked", whole(ratings.asked)), ("given", whole(ratings.given)), ("share", ratings.share), ("median", ratings.median)];
    rows.map(|(part, value)| (part.to_owned(), value)).to_vec()
}

fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn table(statistics: &Statistics) -> String {
    let mut text = format!("{} – {}, as of position {}\n", statistics.from, statistics.to, statistics.as_of);
    for (name, value, version) in rows(statistics) {
        let value = if value.is_empty() { "–" } else { &value };
        text.push_str(&format!("{name:<32} {value:>12}   v{version}\n"));
    }
    let gaps = statistics.details.duty.posts.iter().flat_map(|post| post.gaps.iter().map(move |gap| (&post.post, gap)));
    for (post, gap) in gaps {
        text.push_str(&format!("nobody at {post} from {} to {}\n", format_rfc3339(gap.from), format_rfc3339(gap.to)));
    }
    text
}

/// A spreadsheet takes nothing of it for a formula.
fn csv(header: &[&str], rows: &[Vec<String>]) -> Result<String> {
    let broken = |_| Error::internal("a table that is no CSV");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(broken)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| neutralised(cell).into_owned())).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|_| Error::internal("a table that is no CSV"))?;
    String::from_utf8(bytes).map_err(|_| Error::internal("a table that is no CSV"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_of_a_csv_is_a_formula() {
        let cells = ["=1+1", "@cmd", "-2", "＝1", "campaigns"].map(str::to_owned).to_vec();
        assert_eq!(csv(&["a", "b", "c", "d", "e"], &[cells]).unwrap(), "a,b,c,d,e\n'=1+1,'@cmd,'-2,'＝1,campaigns\n");
    }
}
