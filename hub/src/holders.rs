//! Who shares a phone, as the phone is told: a document of its own bucket, written whenever the answer changes.

use liuye_core::Result;
use liuye_core::domain::{Bucket, DocumentKind, Holders, Write};
use liuye_core::log::{DeviceId, Digest};

use crate::ledger::Tx;

/// Writes down for a device who shares it now, where it does not know yet. A phone of one person without a PIN needs no telling.
pub(crate) fn tell(tx: &Tx<'_>, device: &DeviceId) -> Result<()> {
    let (id, holders) = (Holders::document_id(device), tx.holders(device)?);
    let told = tx.document(&id)?;
    if told.is_none() && (holders.persons.is_empty() || !holders.ask_for_pin()) {
        return Ok(());
    }
    let body = serde_json::to_value(&holders)?;
    if told.is_some_and(|told| told.document.body == body) {
        return Ok(());
    }
    let position = tx.append_entry("holders", &device.to_string(), &Digest::of(body.to_string().as_bytes()))?;
    let (kind, buckets) = (DocumentKind::Holders, vec![Bucket::Device(*device)]);
    tx.write_document(&Write { id, kind, body, buckets, person: None, at: tx.now, conflict: None }, position)
}
