//! Schema versions. A migration never rewrites the log.

use rusqlite::{Connection, TransactionBehavior};

use crate::{Code, Error, Result};

/// The migrations in their order; the version of a file is how many of them it has seen.
const MIGRATIONS: &[&str] = &[
    include_str!("sql/001_initial.sql"),
    include_str!("sql/002_lighter_saves.sql"),
    include_str!("sql/003_duties.sql"),
    include_str!("sql/004_search.sql"),
    include_str!("sql/005_searched_texts.sql"),
];

/// The schema version that this build writes.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings the schema up to date in one transaction. A database that is to be made is refused where `was_there` says that this
/// phone had one: what is gone is not to be made anew without a word.
pub(super) fn migrate(connection: &mut Connection, was_there: impl FnOnce() -> Result<bool>) -> Result<()> {
    // Most openings have nothing to do, and must not wait for a writer to find that out.
    if version(connection)? == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > SCHEMA_VERSION {
        return Err(Error::new(Code::SchemaNewer, format!("the file has schema {found}, this version knows {SCHEMA_VERSION}")));
    }
    // Asked under the write lock: whoever made a database a moment ago has left it here.
    if found == 0 && was_there()? {
        return Err(Error::new(Code::Corrupt, "the database is gone, and the copy of the identity beside it is not"));
    }
    for migration in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    Ok(transaction.commit()?)
}

fn version(connection: &Connection) -> Result<u32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
