//! What a bucket holds, in one number: equal contents give equal numbers, in whatever order they came.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::Document;

/// The sum of the digests of a bucket's documents. Documents are added and taken away one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BucketDigest {
    /// How many documents there are.
    pub documents: u64,
    /// The first 16 bytes of each document's SHA-256 as a big-endian number, added modulo 2¹²⁸; 32 hexadecimal digits in JSON.
    #[serde(serialize_with = "write_sum", deserialize_with = "read_sum")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sum: u128,
}

impl BucketDigest {
    /// Adds a document's digest.
    pub const fn add(&mut self, term: u128) {
        self.documents += 1;
        self.sum = self.sum.wrapping_add(term);
    }

    /// Takes a document's digest away.
    pub const fn remove(&mut self, term: u128) {
        self.documents = self.documents.saturating_sub(1);
        self.sum = self.sum.wrapping_sub(term);
    }

    /// Adds what other documents add up to.
    pub const fn add_all(&mut self, other: Self) {
        self.documents += other.documents;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// What a document adds, from its parts as both ends store them. Where it lies is no part of it: readers see different buckets.
    #[must_use]
    pub fn term(id: &str, kind: &str, rev: u64, schema_version: u32, body: &str, conflicts: &str) -> u128 {
        let mut hash = Sha256::new();
        hash.update(b"liuye-document-1");
        for text in [id, kind, body, conflicts] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(rev.to_be_bytes());
        hash.update(schema_version.to_be_bytes());
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        u128::from_be_bytes(first)
    }

    /// What this document adds.
    ///
    /// # Errors
    /// [`crate::Code::Internal`] where its body cannot be written as JSON.
    pub fn of(document: &Document) -> crate::Result<u128> {
        let (body, conflicts) = (serde_json::to_string(&document.body)?, serde_json::to_string(&document.conflicts)?);
        Ok(Self::term(&document.id, &document.kind, document.rev, document.schema_version, &body, &conflicts))
    }
}

fn write_sum<S: Serializer>(sum: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{sum:032x}"))
}

fn read_sum<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    u128::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_does_not_matter_and_every_part_does() {
        let term = |id: &str, rev| BucketDigest::term(id, "hazard", rev, 1, r#"{"state":"found"}"#, "[]");
        let (mut one, mut other) = (BucketDigest::default(), BucketDigest::default());
        for id in ["a", "b", "c"] {
            one.add(term(id, 1));
        }
        for id in ["c", "x", "a", "b"] {
            other.add(term(id, 1));
        }
        assert_ne!(one, other);
        other.remove(term("x", 1));
        assert_eq!(one, other);
        assert_ne!(term("a", 1), term("a", 2));
        assert_ne!(BucketDigest::term("ab", "c", 1, 1, "", ""), BucketDigest::term("a", "bc", 1, 1, "", ""));
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<BucketDigest>(&json).unwrap(), one);
    }
}
