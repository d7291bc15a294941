//! Counts of visitors by file: from gates, cameras or ticket sales.

use liuye_core::domain::{CrowdCount, CrowdRecord, DocumentKind, Write, parse_rfc3339};
use liuye_core::{Code, Error, Result};

use crate::hub::Hub;
use crate::ledger::{Put, Tx};
use crate::sheet::{self, Columns, SheetRow};

/// What an import of counts did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrowdReport {
    /// Counts that are new.
    pub added: usize,
    /// Counts of a zone and time that say another number now.
    pub changed: usize,
    /// Counts that were known.
    pub unchanged: usize,
    /// Rows of which nothing was taken: the line, and why.
    pub refused: Vec<(u64, Error)>,
}

const COLUMNS: &[(&str, &[&str])] =
    &[("zone", &["网格", "巡逻区"]), ("at", &["时间", "time"]), ("visitors", &["客流", "人数", "游客人数", "count"])];

impl Hub {
    /// Takes a table of counts in, CSV or XLSX: zone (its id), time (RFC 3339 with an offset) and visitors. Each good row is
    /// taken; the same file twice changes nothing.
    ///
    /// # Errors
    /// Where no row can be read, as [`Hub::import_personnel`]; those of the store.
    pub fn import_crowd_counts(&self, bytes: &[u8]) -> Result<CrowdReport> {
        let sheet = sheet::read(bytes)?;
        let columns = Columns::find(&sheet.header, COLUMNS)?;
        columns.require(&["zone", "at", "visitors"])?;
        self.write(&self.site()?, |tx| {
            let mut report = CrowdReport::default();
            for row in &sheet.rows {
                match count(tx, &columns, row) {
                    Ok(write) => match tx.put_reference(write)? {
                        Put::Added => report.added += 1,
                        Put::Changed => report.changed += 1,
                        Put::Unchanged => report.unchanged += 1,
                    },
                    Err(error) if error.kind() == liuye_core::ErrorKind::Refused => report.refused.push((row.line, error)),
                    Err(error) => return Err(error),
                }
            }
            Ok(report)
        })
    }
}

fn count(tx: &Tx<'_>, columns: &Columns, row: &SheetRow) -> Result<Write> {
    let cell = |field| columns.cell(row, field).unwrap_or_default();
    let zone = cell("zone").to_owned();
    if tx.document(&zone)?.is_none_or(|stored| stored.document.kind != DocumentKind::Zone.as_str()) {
        return Err(Error::field(Code::UnknownReference, "zone", "no such zone"));
    }
    let at = parse_rfc3339(cell("at")).map_err(|error| error.within("at"))?;
    if at > tx.now {
        return Err(Error::field(Code::TimeInFuture, "at", "not after now"));
    }
    let visitors = cell("visitors").parse().map_err(|_| Error::field(Code::Malformed, "visitors", "a whole number"))?;
    CrowdCount::imported(CrowdRecord { zone, visitors }, at)
}
