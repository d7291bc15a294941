//! Documents as the nouns that the pages speak of.

use liuye_core::domain::DocumentKind;
use liuye_core::{Code, Error, Result};
use serde::de::DeserializeOwned;

use crate::hub::Hub;
pub(super) use crate::nouns::nouns;

/// One noun by its id.
///
/// # Errors
/// [`Code::NotFound`] where there is no such document, or one of another kind; those of the store.
pub(super) fn noun<T: DeserializeOwned>(hub: &Hub, kind: DocumentKind, id: &str) -> Result<T> {
    let found = hub.document(id)?.filter(|document| document.kind == kind.as_str());
    let document = found.ok_or_else(|| Error::new(Code::NotFound, "no such document"))?;
    Ok(serde_json::from_value(document.body)?)
}

/// The nouns of a kind in one of these states, newest first.
pub(super) fn in_states<T: DeserializeOwned>(
    hub: &Hub,
    kind: DocumentKind,
    states: &[&str],
    limit: u32,
    offset: u32,
) -> Result<Vec<(String, T)>> {
    let documents = hub.read(&hub.site()?, |tx| tx.in_states(kind, states, limit, offset))?;
    Ok(nouns(documents).collect())
}
