//! The personnel base as a table for spreadsheets.

use chrono_tz::Tz;
use liuye_core::domain::{Certificate, Person, day_that_starts, format_rfc3339, neutralised};
use liuye_core::{Error, Result};

use super::words::{COLUMNS, FORCES, NONE, ROLES, STATUSES, TRADES, word};

/// Spreadsheets take a CSV for UTF-8 only where it says so.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The entries as of `now` (UTC ms), by id, in the columns that an import reads.
pub(super) fn csv(persons: &[Person], tz: Tz, now: i64) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(MARK.to_vec());
    let broken = |_| Error::internal("memory takes what is written");
    writer.write_record(COLUMNS.iter().map(|(field, _)| *field)).map_err(broken)?;
    for person in persons {
        let cells = COLUMNS.iter().map(|(field, _)| neutralised(&cell(person, field, tz, now)).into_owned());
        writer.write_record(cells).map_err(broken)?;
    }
    writer.into_inner().map_err(|_| Error::internal("memory takes what is written"))
}

fn cell(person: &Person, field: &str, tz: Tz, now: i64) -> String {
    match field {
        "id" => person.id.clone(),
        "name_zh" => person.name.zh.clone(),
        "name_en" => person.name.en.clone(),
        "force" => word(FORCES, &person.force).to_owned(),
        "trades" => person.trades.iter().map(|trade| word(TRADES, trade)).collect::<Vec<_>>().join("; "),
        "roles" => match person.roles_at(now).as_slice() {
            [] => NONE.0.to_owned(),
            roles => roles.iter().map(|role| word(ROLES, role)).collect::<Vec<_>>().join("; "),
        },
        "zones" => person.zones_at(now).join("; "),
        "company" => person.company.clone().unwrap_or_default(),
        "certificates" => person.certificates.iter().map(|paper| certificate(paper, tz)).collect::<Vec<_>>().join("; "),
        "status" => word(STATUSES, &person.status_at(now)).to_owned(),
        _ => String::new(),
    }
}

fn certificate(paper: &Certificate, tz: Tz) -> String {
    let last_day = |at: i64| day_that_starts(at, tz).and_then(|day| day.pred_opt());
    let from = paper.from.map_or_else(String::new, |at| day_that_starts(at, tz).map_or_else(|| format_rfc3339(at), |day| day.to_string()));
    let to = paper.to.map_or_else(String::new, |at| last_day(at).map_or_else(|| format_rfc3339(at), |day| day.to_string()));
    if from.is_empty() && to.is_empty() { paper.name.clone() } else { format!("{} {from}/{to}", paper.name) }
}
