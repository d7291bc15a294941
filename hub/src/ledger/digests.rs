//! What each bucket holds, kept up with every change.

use std::collections::BTreeMap;

use liuye_core::Result;
use liuye_core::domain::{Bucket, BucketDigest, Document, DocumentKind};
use rusqlite::OptionalExtension;

use super::Tx;

impl Tx<'_> {
    /// What these buckets hold.
    pub(crate) fn digests(&self, scope: &[Bucket]) -> Result<BTreeMap<Bucket, BucketDigest>> {
        scope.iter().map(|bucket| Ok((bucket.clone(), self.digest(bucket)?))).collect()
    }

    fn digest(&self, bucket: &Bucket) -> Result<BucketDigest> {
        let found: Option<(u64, [u8; 16])> = self
            .connection
            .prepare_cached("SELECT documents, sum FROM bucket_digests WHERE site = ?1 AND bucket = ?2")?
            .query_row((self.site, bucket.to_string()), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found.map_or_else(BucketDigest::default, |(documents, sum)| BucketDigest { documents, sum: u128::from_be_bytes(sum) }))
    }

    /// A document takes the place of another, or of none, or leaves.
    pub(super) fn count_digests(&self, before: Option<&Document>, after: Option<&Document>) -> Result<()> {
        for (document, is_added) in [(before, false), (after, true)] {
            let Some(document) = document.filter(|document| is_counted(document)) else { continue };
            let term = BucketDigest::of(document)?;
            for bucket in &document.buckets {
                let mut digest = self.digest(bucket)?;
                if is_added {
                    digest.add(term);
                } else {
                    digest.remove(term);
                }
                self.write_digest(bucket, digest)?;
            }
        }
        Ok(())
    }

    fn write_digest(&self, bucket: &Bucket, digest: BucketDigest) -> Result<()> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO bucket_digests (site, bucket, documents, sum) VALUES (?1, ?2, ?3, ?4)")?
            .execute((self.site, bucket.to_string(), digest.documents, digest.sum.to_be_bytes()))?;
        Ok(())
    }

    /// What the buckets hold, counted anew from every document.
    pub(crate) fn counted_digests(&self) -> Result<BTreeMap<Bucket, BucketDigest>> {
        let mut digests: BTreeMap<Bucket, BucketDigest> = BTreeMap::new();
        for document in self.all_documents()?.iter().filter(|document| is_counted(document)) {
            let term = BucketDigest::of(document)?;
            for bucket in &document.buckets {
                digests.entry(bucket.clone()).or_default().add(term);
            }
        }
        Ok(digests)
    }

    /// What the buckets hold, as it was kept up.
    pub(crate) fn kept_digests(&self) -> Result<BTreeMap<Bucket, BucketDigest>> {
        let mut statement =
            self.connection.prepare("SELECT bucket, documents, sum FROM bucket_digests WHERE site = ?1 AND documents > 0")?;
        let rows = statement.query_map([self.site], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, [u8; 16]>(2)?)))?;
        let mut digests = BTreeMap::new();
        for row in rows {
            let (bucket, documents, sum) = row?;
            let Ok(bucket) = bucket.parse();
            digests.insert(bucket, BucketDigest { documents, sum: u128::from_be_bytes(sum) });
        }
        Ok(digests)
    }

    /// Counts every bucket anew where none was counted yet: a ledger from before there were digests.
    pub(super) fn begin_digests(&self) -> Result<()> {
        if self.kept_digests()?.is_empty() {
            for (bucket, digest) in self.counted_digests()? {
                self.write_digest(&bucket, digest)?;
            }
        }
        Ok(())
    }
}

/// Late verdicts travel as documents, and phones do not keep them as such.
fn is_counted(document: &Document) -> bool {
    document.kind != DocumentKind::Verdict.as_str()
}
