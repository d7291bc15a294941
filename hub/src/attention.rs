//! What somebody at the desk has to look at: records that did not take effect, forked logs, devices that are silent or whose clocks
//! are wrong, and who read what.

use std::collections::BTreeSet;

use liuye_core::Result;
use liuye_core::domain::{DocumentKind, Flag, Shift, ShiftState, judge};
use liuye_core::log::DeviceId;
use uuid::Uuid;

use crate::hub::Hub;
use crate::ledger::{AttentionRow, BranchRow, DeviceRow, OperationRow, ReadingRow, Tx};
use crate::nouns::bare_nouns;

/// A device whose log went on twice: a clone, or a backup that was put back.
#[derive(Debug, Clone)]
pub struct Fork {
    /// The device.
    pub device: DeviceRow,
    /// Its branches, oldest first, each with the last operation that stands on it here.
    pub branches: Vec<(BranchRow, Option<OperationRow>)>,
}

/// A device whose clock was wrong when it last wrote.
#[derive(Debug, Clone)]
pub struct WrongClock {
    /// The device.
    pub device: DeviceRow,
    /// What it wrote last.
    pub last: OperationRow,
    /// How far its clock was behind the hub's by its own measure, in ms; none where it never measured.
    pub behind_ms: Option<i64>,
}

impl Hub {
    /// What needs attention before a position, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn attention_before(&self, before: u64, limit: u32) -> Result<Vec<AttentionRow>> {
        self.read(&self.site()?, |tx| tx.attention(before, limit))
    }

    /// An operation by its id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn operation(&self, id: Uuid) -> Result<Option<OperationRow>> {
        self.read(&self.site()?, |tx| Ok(tx.operation(id)?.map(OperationRow::from)))
    }

    /// The devices in use whose logs forked, the last fork first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn forks(&self) -> Result<Vec<Fork>> {
        self.read(&self.site()?, |tx| {
            let mut forks = Vec::new();
            for id in tx.forked_devices()? {
                let Some(device) = tx.device(&id)?.filter(|device| device.revoked_at.is_none()) else { continue };
                let branches = tx.branch_rows(&id)?.into_iter().map(|branch| Ok((branch, last_of_branch(tx, &id, branch)?)));
                forks.push(Fork { branches: branches.collect::<Result<_>>()?, device });
            }
            Ok(forks)
        })
    }

    /// The devices in use that were not heard of for so long as the site's settings say, while one of those who hold them is on
    /// shift by the roster; the longest silent first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn silent_devices(&self) -> Result<Vec<DeviceRow>> {
        self.read(&self.site()?, |tx| {
            let (settings, on_shift) = (tx.settings()?, on_shift(tx)?);
            let mut silent = tx.devices()?;
            silent.retain(|device| {
                let is_theirs = device.persons().any(|person| on_shift.contains(person));
                device.revoked_at.is_none() && is_theirs && settings.is_silent(device.last_seen, tx.now)
            });
            silent.reverse();
            Ok(silent)
        })
    }

    /// The devices in use whose clocks were wrong when they last wrote, by the rules' own limits.
    ///
    /// # Errors
    /// Those of the store.
    pub fn wrong_clocks(&self) -> Result<Vec<WrongClock>> {
        self.read(&self.site()?, |tx| {
            let (settings, mut found) = (tx.settings()?, Vec::new());
            for device in tx.devices()?.into_iter().filter(|device| device.revoked_at.is_none()) {
                let Some(last) = tx.last_of(&device.device)? else { continue };
                let flags = judge(&last.operation, &settings, Some(last.received_at), None).flags;
                if flags.contains(&Flag::ClockOffset) || flags.contains(&Flag::ClockFuture) {
                    found.push(WrongClock { device, behind_ms: last.operation.clock_offset_ms, last: OperationRow::from(last) });
                }
            }
            Ok(found)
        })
    }

    /// Who read what that is logged, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn readings(&self, limit: u32) -> Result<Vec<ReadingRow>> {
        self.read(&self.site()?, |tx| tx.readings(limit))
    }
}

fn last_of_branch(tx: &Tx<'_>, device: &DeviceId, branch: BranchRow) -> Result<Option<OperationRow>> {
    Ok(tx.operation_at(device, branch.epoch, branch.acked_seq)?.map(OperationRow::from))
}

/// Who is on shift now, whether or not their phones could say that they came.
fn on_shift(tx: &Tx<'_>) -> Result<BTreeSet<String>> {
    let around = tx.between(DocumentKind::Shift, tx.now.saturating_sub(2 * Shift::MAX_MS), tx.now.saturating_add(1))?;
    let shifts = bare_nouns::<Shift>(around);
    let is_on = |shift: &Shift| match shift.state {
        ShiftState::Active => shift.is_running(tx.now),
        ShiftState::Planned | ShiftState::NoShow => shift.from <= tx.now && tx.now < shift.to,
        ShiftState::Ended | ShiftState::Cancelled => false,
    };
    Ok(shifts.filter(is_on).map(|shift| shift.person).collect())
}
