//! Single values, by name.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::stored;
use crate::Result;

/// The names of the single values. Each holds JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Meta {
    /// The device's secret key, hexadecimal.
    DeviceKey,
    /// The enrolment.
    Enrolment,
    /// Where the phone stands in the site's log, as the hub wrote it.
    Cursor,
    /// The position that the phone has applied.
    Seen,
    /// Whether a first fill has been completed.
    Filled,
    /// The nonce for the next request.
    Nonce,
    /// What was last measured of the hub's clock.
    HubClock,
    /// What this phone asks for a branch with, until it has one.
    BranchClaim,
    /// Buckets that are not what the hub has, to be filled again.
    Refill,
    /// What the hub last said of the buckets, where this phone agreed.
    Digests,
    /// Operations of the current branch up to this seq survive the loss of the hub's disk.
    DurableThrough,
    /// The place in this phone's log up to which the search index has what was saved.
    Indexed,
    /// Whether something was erased whose traces may still be in the file.
    Scrub,
    /// How the last sync ended, and when the next may begin.
    SyncState,
    /// Who shares this phone, as the hub last said.
    Holders,
    /// Who is signed in.
    Session,
    /// Wrong PINs in a row, by person.
    PinTries,
    /// Whether the log has holes and has to go on on a branch of its own.
    Torn,
    /// How many places of the log are empty since a recovery.
    Holes,
    /// What the last recovery of a damaged database saved and lost.
    Recovery,
    /// What the hub last said that it speaks.
    HubProtocol,
    /// The build that left something aside which only a newer one can read.
    LeftAside,
}

impl Meta {
    const fn name(self) -> &'static str {
        match self {
            Self::DeviceKey => "device_key",
            Self::Enrolment => "enrolment",
            Self::Cursor => "cursor",
            Self::Seen => "seen",
            Self::Filled => "filled",
            Self::Nonce => "nonce",
            Self::HubClock => "hub_clock",
            Self::BranchClaim => "branch_claim",
            Self::Refill => "refill",
            Self::Digests => "digests",
            Self::DurableThrough => "durable_through",
            Self::Indexed => "indexed",
            Self::Scrub => "scrub",
            Self::SyncState => "sync_state",
            Self::Holders => "holders",
            Self::Session => "session",
            Self::PinTries => "pin_tries",
            Self::Torn => "torn",
            Self::Holes => "holes",
            Self::Recovery => "recovery",
            Self::HubProtocol => "hub_protocol",
            Self::LeftAside => "left_aside",
        }
    }

    /// The value, where there is one.
    pub(crate) fn read<T: DeserializeOwned>(self, connection: &Connection) -> Result<Option<T>> {
        let text: Option<String> =
            connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([self.name()], |row| row.get(0)).optional()?;
        text.map(|text| stored(&text)).transpose()
    }

    /// Writes the value.
    pub(crate) fn write<T: Serialize>(self, connection: &Connection, value: &T) -> Result<()> {
        connection
            .prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
            .execute((self.name(), serde_json::to_string(value)?))?;
        Ok(())
    }

    /// Forgets the value.
    pub(crate) fn clear(self, connection: &Connection) -> Result<()> {
        connection.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([self.name()])?;
        Ok(())
    }
}
