//! Hints: urgent operations ahead of their turn. They are looked at, and believed only once the log brings them.

use liuye_core::Result;
use liuye_core::log::{DeviceId, Operation};
use liuye_core::sync::policy::{MAX_HINT_BYTES, MAX_HINTS};

use crate::ingest::Ingest;

/// For how long a hint is shown that the log neither proves nor contradicts: longer than a phone lies in a drawer over a holiday.
const MAX_AGE_MS: i64 = 7 * 86_400_000;

impl Ingest<'_> {
    /// Keeps what a device hints at beyond what it has sent. What is no hint is passed over: nothing may stop the log itself.
    pub(crate) fn keep_hints(&self, device: &DeviceId, epoch: u32, acked: u64, hints: &[Operation]) -> Result<()> {
        let mut room = MAX_HINTS.saturating_sub(self.tx.count_hints(device)?);
        let mut bytes = MAX_HINT_BYTES;
        for hint in hints {
            let is_own = hint.device == *device && hint.epoch == epoch && hint.seq > acked;
            let size = hint.body_text().len();
            if !is_own || !hint.is_urgent() || size > bytes || room == 0 || hint.verify().is_err() {
                continue;
            }
            self.tx.insert_hint(hint)?;
            (room, bytes) = (room - 1, bytes - size);
        }
        Ok(())
    }

    /// Forgets hints that nothing came of.
    pub(crate) fn sweep_hints(&self) -> Result<usize> {
        self.tx.forget_hints(self.tx.now - MAX_AGE_MS)
    }
}
