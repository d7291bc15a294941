//! Checking every chain: the devices' logs, the site's own, the signed heads and the contacts.

use std::collections::HashSet;

use liuye_core::Result;
use liuye_core::log::{ContactSeal, Digest, Signature, head_preimage, verify_chain};

use crate::hub::Hub;
use crate::ledger::{Branch, DeviceRow, Tx, entry_hash, genesis};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Devices whose logs were read.
    pub devices: u64,
    /// Operations of those.
    pub operations: u64,
    /// Entries of the sites' own logs.
    pub entries: u64,
    /// Contacts.
    pub contacts: u64,
    /// Operations whose text was redacted.
    pub redacted: u64,
    /// What does not fit, each in a sentence.
    pub faults: Vec<String>,
}

/// Checks everything that this hub keeps.
///
/// # Errors
/// Those of the store; what does not fit is in the report.
pub fn verify(hub: &Hub) -> Result<VerifyReport> {
    let mut report = VerifyReport::default();
    for site in hub.sites()? {
        hub.read(&site, |tx| {
            check_devices(tx, &redactions(tx)?, &mut report)?;
            check_entries(tx, &mut report)?;
            check_erased(hub, tx, &mut report)?;
            check_digests(tx, &mut report)?;
            check_facts(tx, &mut report)?;
            check_contacts(hub, tx, &mut report)
        })?;
    }
    Ok(report)
}

/// What the site's log says was redacted: subjects, and single operations.
fn redactions(tx: &Tx<'_>) -> Result<HashSet<String>> {
    let mut statement = tx.connection.prepare("SELECT reference FROM entries WHERE site = ?1 AND what = 'redact'")?;
    Ok(statement.query_map([tx.site], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?)
}

fn check_devices(tx: &Tx<'_>, redacted: &HashSet<String>, report: &mut VerifyReport) -> Result<()> {
    for device in tx.devices()? {
        report.devices += 1;
        for branch in tx.branches(&device.device)? {
            check_branch(tx, &device, &branch, redacted, report)?;
        }
    }
    Ok(())
}

fn check_branch(tx: &Tx<'_>, device: &DeviceRow, branch: &Branch, redacted: &HashSet<String>, report: &mut VerifyReport) -> Result<()> {
    let name = format!("device {}, branch {}", device.device, branch.epoch);
    let operations = match tx.operations_of_branch(&device.device, branch.epoch) {
        Ok(operations) => operations,
        Err(error) => {
            report.faults.push(format!("{name}: an operation cannot be read ({error})"));
            return Ok(());
        }
    };
    report.operations += operations.len() as u64;
    // A chain holds without bodies: whoever takes one away has to have said so.
    for operation in operations.iter().filter(|operation| operation.body.is_none()) {
        if redacted.contains(&operation.entity) || redacted.contains(&operation.id.to_string()) {
            report.redacted += 1;
        } else {
            report.faults.push(format!("{name}: the body at seq {} is missing, and nothing says that it was redacted", operation.seq));
        }
    }
    match verify_chain((0, Digest::genesis(&device.device, branch.epoch)), &operations) {
        Err(error) => report.faults.push(format!("{name}: {error}")),
        Ok(end) if end != (branch.acked_seq, branch.acked_hash) => {
            report.faults.push(format!("{name}: the log ends at seq {}, acknowledged is {}", end.0, branch.acked_seq));
        }
        Ok(_) => {}
    }
    if let Some((seq, hash, signature)) = tx.signed_head(&device.device, branch.epoch)? {
        let bytes = head_preimage(&device.device, branch.epoch, seq, &hash);
        let stored = operations.iter().find(|operation| operation.seq == seq).map(|operation| operation.hash);
        if !device.public_key.verifies(&bytes, &Signature::from_bytes(signature)) || stored.is_some_and(|stored| stored != hash) {
            report.faults.push(format!("{name}: the signed head at seq {seq} does not fit"));
        }
    }
    Ok(())
}

fn check_entries(tx: &Tx<'_>, report: &mut VerifyReport) -> Result<()> {
    let mut statement =
        tx.connection.prepare("SELECT position, what, reference, digest, at, hash FROM entries WHERE site = ?1 ORDER BY position")?;
    let mut rows = statement.query([tx.site])?;
    let (mut last, mut chain) = (0, genesis(tx.site));
    while let Some(row) = rows.next()? {
        let (position, what, reference): (u64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (digest, at, stored) = (Digest(row.get(3)?), row.get(4)?, Digest(row.get(5)?));
        if position != last + 1 {
            report.faults.push(format!("site {}: position {} is missing", tx.site, last + 1));
        }
        chain = entry_hash(&chain, position, &what, &reference, &digest, at);
        if chain != stored {
            report.faults.push(format!("site {}: the entry at position {position} was altered", tx.site));
            chain = stored;
        }
        let stands = match what.as_str() {
            "operation" => operation_stands(tx, &reference, position, &digest)?,
            "repeat" => repeat_stands(tx, &reference, position, &digest)?,
            _ => true,
        };
        if !stands {
            report.faults.push(format!("site {}: the operation at position {position} is missing or another one", tx.site));
        }
        last = position;
        report.entries += 1;
    }
    if tx.head()? != (last, chain) {
        report.faults.push(format!("site {}: the head does not fit its log", tx.site));
    }
    Ok(())
}

fn operation_stands(tx: &Tx<'_>, id: &str, position: u64, digest: &Digest) -> Result<bool> {
    let Ok(id) = id.parse() else { return Ok(false) };
    Ok(tx.operation(id)?.is_some_and(|taken| taken.position == position && taken.operation.hash == *digest))
}

fn repeat_stands(tx: &Tx<'_>, id: &str, position: u64, digest: &Digest) -> Result<bool> {
    let Ok(id) = id.parse() else { return Ok(false) };
    Ok(tx.is_repeated_at(id, position)?.is_some_and(|operation| operation.hash == *digest))
}

fn check_digests(tx: &Tx<'_>, report: &mut VerifyReport) -> Result<()> {
    let (kept, counted) = (tx.kept_digests()?, tx.counted_digests()?);
    for bucket in kept.keys().chain(counted.keys()).filter(|bucket| kept.get(bucket) != counted.get(bucket)) {
        report.faults.push(format!("site {}: the digest of bucket {bucket} does not fit its documents", tx.site));
    }
    Ok(())
}

/// Figures are counted from facts, and facts are what the documents say.
fn check_facts(tx: &Tx<'_>, report: &mut VerifyReport) -> Result<()> {
    if !tx.facts_fit()? {
        report.faults.push(format!("site {}: what figures are counted from does not fit the documents", tx.site));
    }
    Ok(())
}

/// Whoever is in the journal is erased here.
fn check_erased(hub: &Hub, tx: &Tx<'_>, report: &mut VerifyReport) -> Result<()> {
    for erasure in hub.journal().of_site(tx.site)? {
        let is_there = tx.erased_at(&erasure.subject)?.is_none() || tx.contact_of(&erasure.subject)?.is_some();
        if is_there || tx.has_text_about(&erasure.subject)? {
            report.faults.push(format!("site {}: {} was erased, and something of it is here", tx.site, erasure.subject));
        }
    }
    Ok(())
}

fn check_contacts(hub: &Hub, tx: &Tx<'_>, report: &mut VerifyReport) -> Result<()> {
    for (operation, digest, sealed) in tx.contacts()? {
        report.contacts += 1;
        match hub.keys().unseal(&operation, &sealed) {
            Ok(Some((salt, contact))) if ContactSeal::digest(&contact, salt) == digest => {}
            // Its key was destroyed: the person is erased, and the digest says nothing any more.
            Ok(None) => {}
            _ => report.faults.push(format!("site {}: the contact of operation {operation} does not fit its digest", tx.site)),
        }
    }
    Ok(())
}
