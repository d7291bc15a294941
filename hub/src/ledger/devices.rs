//! Devices: whose they are, how far their logs are here, and what they may see.

use liuye_core::domain::Bucket;
use liuye_core::log::{DeviceId, PublicKey};
use liuye_core::{Error, Result};
use rusqlite::{OptionalExtension, Row};

use super::Tx;

/// A device as the hub knows it.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Its id.
    pub device: DeviceId,
    /// Its key.
    pub public_key: PublicKey,
    /// Who holds it; none for a tourist's.
    pub person: Option<String>,
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
}

const COLUMNS: &str = "device, public_key, person, name, scope, scope_version, enrolled_at, last_seen";

impl Tx<'_> {
    /// A device of this site.
    pub(crate) fn device(&self, device: &DeviceId) -> Result<Option<DeviceRow>> {
        let sql = format!("SELECT {COLUMNS} FROM devices WHERE site = ?1 AND device = ?2");
        self.connection.prepare_cached(&sql)?.query_row((self.site, device.to_string()), raw).optional()?.map(parse).transpose()
    }

    /// All devices of this site, last heard of first.
    pub(crate) fn devices(&self) -> Result<Vec<DeviceRow>> {
        let sql = format!("SELECT {COLUMNS} FROM devices WHERE site = ?1 ORDER BY last_seen DESC, device");
        let mut statement = self.connection.prepare_cached(&sql)?;
        statement.query_map([self.site], raw)?.map(|row| parse(row?)).collect()
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

type Raw = (String, [u8; 32], Option<String>, String, String, u64, i64, i64);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?))
}

fn parse(raw: Raw) -> Result<DeviceRow> {
    let (device, key, person, name, scope, scope_version, enrolled_at, last_seen) = raw;
    Ok(DeviceRow {
        device: DeviceId::parse(&device).map_err(|_| Error::internal("a stored device id is valid"))?,
        public_key: PublicKey::from_bytes(&key)?,
        person,
        name,
        scope: serde_json::from_str(&scope)?,
        scope_version,
        enrolled_at,
        last_seen,
    })
}
