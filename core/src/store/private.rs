//! What stays apart from operations and documents: contacts and tracking codes.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::Result;
use crate::log::Salt;

/// Keeps a contact beside its operation.
pub(crate) fn insert_contact(connection: &Connection, operation: Uuid, entity: &str, salt: Salt, content: &str) -> Result<()> {
    connection.execute(
        "INSERT INTO contacts (operation, entity, salt, content) VALUES (?1, ?2, ?3, ?4)",
        (operation.as_bytes(), entity, salt.0, content),
    )?;
    Ok(())
}

/// The contact that travels beside an operation.
pub(crate) fn contact_of(connection: &Connection, operation: Uuid) -> Result<Option<(Salt, String)>> {
    Ok(connection
        .prepare_cached("SELECT salt, content FROM contacts WHERE operation = ?1")?
        .query_row([operation.as_bytes()], |row| Ok((Salt(row.get(0)?), row.get(1)?)))
        .optional()?)
}

/// The last contact given for a document.
pub(crate) fn contact_of_entity(connection: &Connection, entity: &str) -> Result<Option<String>> {
    Ok(connection
        .query_row("SELECT content FROM contacts WHERE entity = ?1 ORDER BY rowid DESC LIMIT 1", [entity], |row| row.get(0))
        .optional()?)
}

/// Keeps the tracking code of a loss report.
pub(crate) fn insert_tracking_code(connection: &Connection, entity: &str, code: &str) -> Result<()> {
    connection.execute("INSERT OR IGNORE INTO tracking_codes (entity, code) VALUES (?1, ?2)", (entity, code))?;
    Ok(())
}

/// The tracking code of a loss report that this phone made.
pub(crate) fn tracking_code(connection: &Connection, entity: &str) -> Result<Option<String>> {
    Ok(connection.query_row("SELECT code FROM tracking_codes WHERE entity = ?1", [entity], |row| row.get(0)).optional()?)
}
