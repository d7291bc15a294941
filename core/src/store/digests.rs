//! What this phone holds of each bucket, summed up from the documents themselves: what is wrong on the disk shows as well.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use crate::Result;
use crate::domain::{Bucket, BucketDigest};

/// The digest of every bucket, over the hub's word alone: what this phone has on top is its own.
pub(crate) fn of_buckets(connection: &Connection) -> Result<BTreeMap<Bucket, BucketDigest>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, kind, rev, schema_version, body, conflicts, buckets FROM documents
         WHERE rev > 0 AND NOT EXISTS (SELECT 1 FROM bases WHERE bases.id = documents.id)
         UNION ALL SELECT id, kind, rev, schema_version, body, conflicts, buckets FROM bases",
    )?;
    // Few lists of buckets stand in many documents: each is read once.
    let mut lists: HashMap<String, BucketDigest> = HashMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |index: usize| row.get_ref(index).and_then(|value| Ok(value.as_str()?));
        let term = BucketDigest::term(text(0)?, text(1)?, row.get(2)?, row.get(3)?, text(4)?, text(5)?);
        match lists.get_mut(text(6)?) {
            Some(digest) => digest.add(term),
            None => lists.entry(text(6)?.to_owned()).or_default().add(term),
        }
    }
    let mut digests: BTreeMap<Bucket, BucketDigest> = BTreeMap::new();
    for (list, digest) in lists {
        for bucket in super::stored::<Vec<Bucket>>(&list)? {
            digests.entry(bucket).or_default().add_all(digest);
        }
    }
    Ok(digests)
}
