//! Devices: whose they are, how far their logs are here, and what they may see.

use liuye_core::domain::Bucket;
use liuye_core::log::{DeviceId, PublicKey};
use liuye_core::{Error, Result};
use rusqlite::{OptionalExtension, Row};

use super::{HeldBy, Tx};

/// A device as the hub knows it.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Its id.
    pub device: DeviceId,
    /// Its key.
    pub public_key: PublicKey,
    /// For whom alone it was enrolled; none for a tourist's, and where several share it.
    pub person: Option<String>,
    /// Everyone of the staff who holds or held it; nobody for a tourist's.
    pub held_by: Vec<HeldBy>,
    /// What it calls itself.
    pub name: String,
    /// What it may see.
    pub scope: Vec<Bucket>,
    /// The version of that.
    pub scope_version: u64,
    /// When it was enrolled, UTC ms.
    pub enrolled_at: i64,
    /// When it was last heard of, UTC ms.
    pub last_seen: i64,
    /// Since when it counts as lost, UTC ms.
    pub revoked_at: Option<i64>,
    /// Whether it is to forget everything.
    pub wipe: bool,
    /// When it was first told so, UTC ms.
    pub wipe_told_at: Option<i64>,
}

impl DeviceRow {
    /// A device that is enrolled now, for nobody yet, and may see nothing.
    pub(crate) fn enrolled(public_key: PublicKey, name: String, now: i64) -> Self {
        Self {
            device: public_key.device(),
            public_key,
            person: None,
            held_by: Vec::new(),
            name,
            scope: Vec::new(),
            scope_version: 1,
            enrolled_at: now,
            last_seen: now,
            revoked_at: None,
            wipe: false,
            wipe_told_at: None,
        }
    }

    /// Those who hold it now.
    pub fn persons(&self) -> impl Iterator<Item = &str> {
        self.held_by.iter().filter(|held| held.left_at.is_none()).map(|held| held.person.as_str())
    }
}

const COLUMNS: &str = "device, public_key, person, name, scope, scope_version, enrolled_at, last_seen, revoked_at, wipe, wipe_told_at";

impl Tx<'_> {
    /// A device of this site.
    pub(crate) fn device(&self, device: &DeviceId) -> Result<Option<DeviceRow>> {
        let sql = format!("SELECT {COLUMNS} FROM devices WHERE site = ?1 AND device = ?2");
        let found = self.connection.prepare_cached(&sql)?.query_row((self.site, device.to_string()), raw).optional()?;
        found.map(|row| self.parse(row)).transpose()
    }

    /// All devices of this site, last heard of first.
    pub(crate) fn devices(&self) -> Result<Vec<DeviceRow>> {
        let sql = format!("SELECT {COLUMNS} FROM devices WHERE site = ?1 ORDER BY last_seen DESC, device");
        let mut statement = self.connection.prepare_cached(&sql)?;
        statement.query_map([self.site], raw)?.map(|row| self.parse(row?)).collect()
    }

    /// Takes a device in.
    pub(crate) fn insert_device(&self, row: &DeviceRow) -> Result<()> {
        self.connection.execute(
            "INSERT INTO devices (site, device, public_key, person, name, nonce, scope, scope_version, enrolled_at, last_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, '', ?6, ?7, ?8, ?9)",
            rusqlite::params![
                self.site,
                row.device.to_string(),
                row.public_key.to_bytes(),
                row.person,
                row.name,
                serde_json::to_string(&row.scope)?,
                row.scope_version,
                row.enrolled_at,
                row.last_seen,
            ],
        )?;
        Ok(())
    }

    fn parse(&self, raw: Raw) -> Result<DeviceRow> {
        let (device, key, person, name, scope, scope_version, enrolled_at, last_seen, revoked_at, wipe, wipe_told_at) = raw;
        let device = DeviceId::parse(&device).map_err(|_| Error::internal("a stored device id is valid"))?;
        Ok(DeviceRow {
            device,
            public_key: PublicKey::from_bytes(&key)?,
            person,
            held_by: self.held_by(&device)?,
            name,
            scope: serde_json::from_str(&scope)?,
            scope_version,
            enrolled_at,
            last_seen,
            revoked_at,
            wipe,
            wipe_told_at,
        })
    }

    /// Marks a device as lost. An order to wipe stays one.
    pub(crate) fn revoke_device(&self, device: &DeviceId, wipe: bool) -> Result<()> {
        self.connection.execute(
            "UPDATE devices SET revoked_at = coalesce(revoked_at, ?3), wipe = wipe OR ?4 WHERE site = ?1 AND device = ?2",
            (self.site, device.to_string(), self.now, wipe),
        )?;
        Ok(())
    }

    /// Writes down that a device was told to wipe itself.
    pub(crate) fn note_wipe_told(&self, device: &DeviceId) -> Result<()> {
        let sql = "UPDATE devices SET wipe_told_at = ?3 WHERE site = ?1 AND device = ?2 AND wipe_told_at IS NULL";
        self.connection.execute(sql, (self.site, device.to_string(), self.now))?;
        Ok(())
    }

    /// Writes down that a device was heard of, and the nonce that it was given.
    pub(crate) fn heard_of(&self, device: &DeviceId, nonce: &str) -> Result<()> {
        self.connection.prepare_cached("UPDATE devices SET last_seen = ?3, nonce = ?4 WHERE site = ?1 AND device = ?2")?.execute((
            self.site,
            device.to_string(),
            self.now,
            nonce,
        ))?;
        Ok(())
    }

    /// Gives a device another scope.
    pub(crate) fn set_scope(&self, device: &DeviceId, scope: &[Bucket], version: u64) -> Result<()> {
        self.connection.execute(
            "UPDATE devices SET scope = ?3, scope_version = ?4 WHERE site = ?1 AND device = ?2",
            (self.site, device.to_string(), serde_json::to_string(scope)?, version),
        )?;
        Ok(())
    }
}

type Raw = (String, [u8; 32], Option<String>, String, String, u64, i64, i64, Option<i64>, bool, Option<i64>);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
        row.get(8)?,
        row.get(9)?,
        row.get(10)?,
    ))
}
