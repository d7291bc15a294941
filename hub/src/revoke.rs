//! Phones that were reported lost: refused from then on, whatever backup the hub is put back from.

use liuye_core::Result;
use liuye_core::log::{DeviceId, Digest};

use crate::holders::tell;
use crate::hub::Hub;
use crate::journal::Revocation;
use crate::ledger::Tx;

impl Hub {
    /// Revokes a device. The journal has it first: what breaks off in between is finished by [`Hub::keep_revoked`].
    pub(crate) fn revoke(&self, revocation: &Revocation) -> Result<()> {
        self.journal().promise_revocation(revocation)?;
        self.journal().copy_out(|copy| copy.promise_revocation(revocation))?;
        self.write(&revocation.site, |tx| revoke(tx, revocation))
    }

    /// Revokes every device that the journal has, and this ledger takes for one in use: an old backup undid it.
    pub(crate) fn keep_revoked(&self) -> Result<()> {
        for revocation in self.journal().revocations()? {
            let row = self.read(&revocation.site, |tx| tx.device(&revocation.device))?;
            if row.is_some_and(|row| row.revoked_at.is_none() || (revocation.wipe && !row.wipe)) {
                self.write(&revocation.site, |tx| revoke(tx, &revocation))?;
            }
        }
        Ok(())
    }

    /// What the journal says of a device that this ledger does not know: it was enrolled, and lost, after the backup.
    pub(crate) fn revocation_of(&self, site: &str, device: &DeviceId) -> Result<Option<Revocation>> {
        Ok(self.journal().revocations()?.into_iter().find(|revocation| revocation.site == site && revocation.device == *device))
    }
}

/// Revokes a device in the ledger alone.
pub(crate) fn revoke(tx: &Tx<'_>, revocation: &Revocation) -> Result<()> {
    let what = if revocation.wipe { "wipe" } else { "revocation" };
    tx.append_entry(what, &revocation.device.to_string(), &Digest::of(what.as_bytes()))?;
    tx.revoke_device(&revocation.device, revocation.wipe)?;
    tell(tx, &revocation.device)
}
