//! What changed for one device since its cursor: pages in the order of the site's log, buckets filled one by one.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use liuye_core::domain::{Bucket, BucketDigest, Document};
use liuye_core::log::Digest;
use liuye_core::sync::wire::Change;
use liuye_core::{Code, Error, Result};
use serde::{Deserialize, Serialize};

use crate::ledger::{LogEpoch, Tx};

/// Where a device stands. Opaque to the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// The branch of the site's log.
    e: u32,
    /// Everything up to this position is there, in the buckets that are not being filled.
    p: u64,
    /// The chain's hash at that position: a hub that was put back by copying files is noticed.
    h: Digest,
    /// The buckets that the device holds.
    b: Vec<Bucket>,
    /// Those that are still being filled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    f: Vec<Fill>,
}

/// A bucket that came into the scope while the device stood at `upto`: later changes come with everyone else's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Fill {
    bucket: Bucket,
    at: u64,
    upto: u64,
}

/// A page of changes.
#[derive(Debug)]
pub(crate) struct ChangePage {
    pub(crate) changes: Vec<Change>,
    pub(crate) cursor: String,
    pub(crate) more: bool,
    pub(crate) position: u64,
    pub(crate) log_epoch: u32,
    /// With the last page, for whoever compares.
    pub(crate) digest: Option<BTreeMap<Bucket, BucketDigest>>,
}

/// What a device asks for.
pub(crate) struct Asked<'a> {
    pub(crate) scope: &'a [Bucket],
    pub(crate) cursor: Option<&'a str>,
    /// Buckets to be filled again; none where the device does not compare digests.
    pub(crate) refill: Option<&'a [Bucket]>,
    pub(crate) limit: usize,
}

/// The next page for a device.
///
/// # Errors
/// [`Code::Malformed`] at `cursor` where it is none.
pub(crate) fn page(tx: &Tx<'_>, asked: &Asked<'_>) -> Result<ChangePage> {
    let (scope, limit) = (asked.scope, asked.limit);
    let (head, _) = tx.head()?;
    let epochs = tx.log_epochs()?;
    let log_epoch = epochs.last().map_or(1, |last| last.epoch);
    let mut changes = Vec::new();
    let mut cursor = match asked.cursor {
        None => Cursor { e: log_epoch, p: 0, h: Digest([0; 32]), b: scope.to_vec(), f: Vec::new() },
        Some(text) => {
            let cursor = on_this_log(tx, decode(text)?, &epochs, head, asked.refill.is_some(), &mut changes)?;
            let cursor = empty(cursor, asked.refill.unwrap_or_default(), &mut changes);
            rescope(cursor, scope, &mut changes)
        }
    };
    let moved = whole_positions(tx.moved(scope, cursor.p, head, limit + SLACK)?, limit);
    let caught_up = !is_cut(&moved, tx, scope, head)?;
    for (_, id) in &moved {
        changes.push(visible(tx, id, scope)?);
    }
    cursor.p = if caught_up { head } else { moved.last().map_or(head, |(position, _)| *position) };
    if caught_up {
        fill(tx, scope, &mut cursor, &mut changes, limit)?;
    }
    cursor.h = tx.hash_at(cursor.p)?.ok_or_else(|| Error::internal("every position has an entry"))?;
    let more = !caught_up || !cursor.f.is_empty();
    let digest = if more || asked.refill.is_none() { None } else { Some(tx.digests(scope)?) };
    let encoded = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor)?);
    Ok(ChangePage { changes, cursor: encoded, more, position: head, log_epoch, digest })
}

/// An operation changes a handful of documents at one position; more than a page's limit may be needed to keep them together.
const SLACK: usize = 16;

/// The first `limit` rows, and what else stands at the position of the last one.
fn whole_positions(mut moved: Vec<(u64, String)>, limit: usize) -> Vec<(u64, String)> {
    if let Some((last, _)) = moved.get(limit.saturating_sub(1)).cloned() {
        let end = moved.iter().position(|(position, _)| *position > last).unwrap_or(moved.len());
        moved.truncate(end);
    }
    moved
}

/// Whether there is more after these rows.
fn is_cut(moved: &[(u64, String)], tx: &Tx<'_>, scope: &[Bucket], head: u64) -> Result<bool> {
    match moved.last() {
        None => Ok(false),
        Some((position, _)) => Ok(!tx.moved(scope, *position, head, 1)?.is_empty()),
    }
}

/// Where a cursor stands in the log as it is now. After a restore a part of what the device has seen is gone.
fn on_this_log(tx: &Tx<'_>, cursor: Cursor, epochs: &[LogEpoch], head: u64, compares: bool, changes: &mut Vec<Change>) -> Result<Cursor> {
    let current = epochs.last().map_or(1, |last| last.epoch);
    let shared = epochs.iter().filter(|epoch| epoch.epoch > cursor.e).map(|epoch| epoch.began_after).min().unwrap_or(head);
    if cursor.p <= shared && tx.hash_at(cursor.p)? == Some(cursor.h) {
        return Ok(Cursor { e: current, ..cursor });
    }
    let is_ours = cursor.e < current && epochs.iter().any(|epoch| epoch.epoch == cursor.e);
    if is_ours && compares && cursor.p > shared {
        // Go on from what is shared. What the device has of the lost part shows in the digests.
        let fills = cursor.f.into_iter().map(|fill| Fill { at: fill.at.min(shared), upto: fill.upto.min(shared), ..fill });
        return Ok(Cursor { e: current, p: shared, h: Digest([0; 32]), b: cursor.b, f: fills.collect() });
    }
    // Another log: files that were put back by hand, or a device that cannot compare. It gets everything anew.
    changes.extend(cursor.b.into_iter().map(|bucket| Change::Purge { bucket }));
    Ok(Cursor { e: current, p: head, h: Digest([0; 32]), b: Vec::new(), f: Vec::new() })
}

/// Takes these buckets away, to be filled again.
fn empty(mut cursor: Cursor, buckets: &[Bucket], changes: &mut Vec<Change>) -> Cursor {
    for bucket in buckets.iter().filter(|bucket| cursor.b.contains(bucket)) {
        changes.push(Change::Purge { bucket: bucket.clone() });
    }
    cursor.b.retain(|bucket| !buckets.contains(bucket));
    cursor.f.retain(|fill| !buckets.contains(&fill.bucket));
    cursor
}

/// Takes buckets that left the scope away, and begins to fill those that came.
fn rescope(mut cursor: Cursor, scope: &[Bucket], changes: &mut Vec<Change>) -> Cursor {
    for bucket in cursor.b.iter().filter(|bucket| !scope.contains(bucket)) {
        changes.push(Change::Purge { bucket: bucket.clone() });
    }
    cursor.f.retain(|fill| scope.contains(&fill.bucket));
    for bucket in scope.iter().filter(|bucket| !cursor.b.contains(bucket)) {
        cursor.f.push(Fill { bucket: bucket.clone(), at: 0, upto: cursor.p });
    }
    cursor.b = scope.to_vec();
    cursor
}

/// Fills buckets with what room the page has left.
fn fill(tx: &Tx<'_>, scope: &[Bucket], cursor: &mut Cursor, changes: &mut Vec<Change>, limit: usize) -> Result<()> {
    while let Some(filling) = cursor.f.first_mut() {
        let room = limit.saturating_sub(changes.len());
        if room == 0 {
            return Ok(());
        }
        let bucket = std::slice::from_ref(&filling.bucket);
        let moved = whole_positions(tx.moved(bucket, filling.at, filling.upto, room + SLACK)?, room);
        for (_, id) in &moved {
            changes.push(visible(tx, id, scope)?);
        }
        match moved.last() {
            Some((position, _)) if moved.len() >= room => filling.at = *position,
            _ => {
                cursor.f.remove(0);
            }
        }
    }
    Ok(())
}

/// The document as this scope may see it now.
fn visible(tx: &Tx<'_>, id: &str, scope: &[Bucket]) -> Result<Change> {
    let gone = || Change::Gone { id: id.to_owned() };
    let Some(stored) = tx.document(id)? else { return Ok(gone()) };
    let buckets: Vec<Bucket> = stored.document.buckets.iter().filter(|bucket| scope.contains(bucket)).cloned().collect();
    Ok(if buckets.is_empty() { gone() } else { Change::Document(Document { buckets, ..stored.document }) })
}

fn decode(text: &str) -> Result<Cursor> {
    let foreign = || Error::field(Code::Malformed, "cursor", "not a cursor");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| foreign())?;
    serde_json::from_slice(&bytes).map_err(|_| foreign())
}
