//! Who shares which device, and what their PINs are held against.

use liuye_core::Result;
use liuye_core::domain::{Holder, Holders, PinVerifier};
use liuye_core::log::DeviceId;
use rusqlite::OptionalExtension;

use super::Tx;

/// A person who holds a device, or held it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBy {
    /// The person's id.
    pub person: String,
    /// When they ceased to, UTC ms.
    pub left_at: Option<i64>,
}

impl Tx<'_> {
    /// Everyone who holds or held a device, in the order in which they were named.
    pub(crate) fn held_by(&self, device: &DeviceId) -> Result<Vec<HeldBy>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT person, left_at FROM device_persons WHERE site = ?1 AND device = ?2 ORDER BY place, person")?;
        let rows = statement.query_map((self.site, device.to_string()), |row| Ok(HeldBy { person: row.get(0)?, left_at: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lets a person share a device, once more where they did before. False where they do.
    pub(crate) fn add_holder(&self, device: &DeviceId, person: &str) -> Result<bool> {
        let added = self.connection.execute(
            "INSERT INTO device_persons (site, device, person, place, since)
             VALUES (?1, ?2, ?3, (SELECT count(*) FROM device_persons WHERE site = ?1 AND device = ?2), ?4)
             ON CONFLICT (site, device, person) DO UPDATE SET left_at = NULL WHERE left_at IS NOT NULL",
            (self.site, device.to_string(), person, self.now),
        )?;
        Ok(added > 0)
    }

    /// Takes a person off a device. False where they do not share it.
    pub(crate) fn remove_holder(&self, device: &DeviceId, person: &str) -> Result<bool> {
        let sql = "UPDATE device_persons SET left_at = ?4 WHERE site = ?1 AND device = ?2 AND person = ?3 AND left_at IS NULL";
        Ok(self.connection.execute(sql, (self.site, device.to_string(), person, self.now))? > 0)
    }

    /// The devices that a person shares.
    pub(crate) fn devices_of(&self, person: &str) -> Result<Vec<DeviceId>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT device FROM device_persons WHERE site = ?1 AND person = ?2 AND left_at IS NULL ORDER BY device")?;
        let devices = statement.query_map((self.site, person), |row| row.get::<_, String>(0))?;
        devices.map(|device| DeviceId::parse(&device?)).collect()
    }

    /// Who shares a device now, with what their PINs are held against.
    pub(crate) fn holders(&self, device: &DeviceId) -> Result<Holders> {
        let now = self.held_by(device)?.into_iter().filter(|held| held.left_at.is_none());
        let persons = now.map(|held| Ok(Holder { pin: self.pin(&held.person)?, person: held.person })).collect::<Result<_>>()?;
        Ok(Holders { persons })
    }

    fn pin(&self, person: &str) -> Result<Option<PinVerifier>> {
        let kept: Option<String> = self
            .connection
            .prepare_cached("SELECT verifier FROM pins WHERE site = ?1 AND person = ?2")?
            .query_row((self.site, person), |row| row.get(0))
            .optional()?;
        Ok(kept.map(PinVerifier::from_kept))
    }

    /// Keeps what a person's PIN is held against.
    pub(crate) fn set_pin(&self, person: &str, verifier: &PinVerifier) -> Result<()> {
        self.connection.execute(
            "INSERT OR REPLACE INTO pins (site, person, verifier, set_at) VALUES (?1, ?2, ?3, ?4)",
            (self.site, person, verifier.as_str(), self.now),
        )?;
        Ok(())
    }
}
