//! Documents as the nouns that they say.

use liuye_core::domain::Document;
use serde::de::DeserializeOwned;

/// Documents as their nouns, with their ids. What a newer version wrote in another shape is left out.
pub(crate) fn nouns<T: DeserializeOwned>(documents: Vec<Document>) -> impl Iterator<Item = (String, T)> {
    documents.into_iter().filter_map(|document| Some((document.id, serde_json::from_value(document.body).ok()?)))
}

/// [`nouns`], for whoever needs no ids.
pub(crate) fn bare_nouns<T: DeserializeOwned>(documents: Vec<Document>) -> impl Iterator<Item = T> {
    nouns(documents).map(|(_, noun)| noun)
}
