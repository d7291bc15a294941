//! Taking an erased subject out of this phone: texts of operations, contacts, tracking codes, photos.

use rusqlite::Connection;
use uuid::Uuid;

use super::{Meta, OperationState, outbox, search};
use crate::domain::{Kind, redact_operation};
use crate::log::{Digest, Operation};
use crate::{Error, Result};

/// Which operations are taken the text of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those that the hub has answered for: what it has not taken yet has to reach it as it was written.
    Answered,
    /// All of them: what never left this phone does not have to leave it any more.
    Everything,
}

/// Erases a subject. Headers and chain stay, and so do the counts.
pub(crate) fn erase(connection: &Connection, subject: &str, reach: Reach) -> Result<()> {
    search::forget(connection, subject)?;
    let mut photos = Vec::new();
    for (mut operation, state) in about(connection, subject)? {
        if reach == Reach::Answered && state == OperationState::Pending {
            continue;
        }
        connection.execute("DELETE FROM contacts WHERE operation = ?1", [operation.id.as_bytes()])?;
        photos.extend(operation.blobs.iter().map(|blob| blob.sha256));
        if operation.body.is_some() {
            redact_operation(&mut operation)?;
            outbox::replace(connection, (operation.epoch, operation.seq), &operation)?;
        }
    }
    connection
        .execute("DELETE FROM tracking_codes WHERE entity = ?1 AND NOT EXISTS (SELECT 1 FROM contacts WHERE entity = ?1)", [subject])?;
    for photo in photos {
        forget_photo(connection, &photo)?;
    }
    Meta::Scrub.write(connection, &true)
}

/// Forgets how to reach whoever a document is about, and nothing else of it.
pub(crate) fn forget_contact(connection: &Connection, entity: &str) -> Result<()> {
    if connection.execute("DELETE FROM contacts WHERE entity = ?1", [entity])? > 0 {
        Meta::Scrub.write(connection, &true)?;
    }
    Ok(())
}

/// This phone's operations about a subject, and those by which it gave up one of them.
fn about(connection: &Connection, subject: &str) -> Result<Vec<(Operation, OperationState)>> {
    let mut operations = of_entity(connection, subject)?;
    let ids: Vec<Uuid> = operations.iter().map(|(operation, _)| operation.id).collect();
    for id in ids {
        let given_up = of_entity(connection, &id.to_string())?;
        operations.extend(given_up.into_iter().filter(|(operation, _)| operation.kind == Kind::OperationDiscard.as_str()));
    }
    Ok(operations)
}

fn of_entity(connection: &Connection, entity: &str) -> Result<Vec<(Operation, OperationState)>> {
    let mut statement = connection.prepare_cached("SELECT content, state FROM operations WHERE entity = ?1")?;
    let mut rows = statement.query([entity])?;
    let mut operations = Vec::new();
    while let Some(row) = rows.next()? {
        let content = row.get_ref(0)?.as_str().map_err(|_| Error::internal("content is text"))?;
        operations.push((serde_json::from_str(content)?, OperationState::from_code(row.get(1)?)));
    }
    Ok(operations)
}

/// Removes a photo, unless an operation that still has its text names it as well.
fn forget_photo(connection: &Connection, photo: &Digest) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT content FROM operations WHERE content LIKE ?1")?;
    let mut rows = statement.query([format!("%{photo}%")])?;
    while let Some(row) = rows.next()? {
        let content = row.get_ref(0)?.as_str().map_err(|_| Error::internal("content is text"))?;
        let operation: Operation = serde_json::from_str(content)?;
        if operation.body.is_some() && operation.blobs.iter().any(|blob| blob.sha256 == *photo) {
            return Ok(());
        }
    }
    connection.execute("DELETE FROM blobs WHERE sha256 = ?1", [photo.0])?;
    Ok(())
}
