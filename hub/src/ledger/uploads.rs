//! Photos: those that are here whole, and those that are on their way.

use liuye_core::Result;
use liuye_core::log::{DeviceId, Digest};
use rusqlite::OptionalExtension;

use super::Tx;

/// A photo on its way.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) device: DeviceId,
    pub(crate) sha256: Digest,
    pub(crate) len: u64,
    pub(crate) expires_at: i64,
}

impl Tx<'_> {
    /// An upload by its id.
    pub(crate) fn upload(&self, id: &str) -> Result<Option<Upload>> {
        let found: Option<(String, String, u64, i64)> = self
            .connection
            .query_row("SELECT device, sha256, len, expires_at FROM uploads WHERE site = ?1 AND id = ?2", (self.site, id), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        found
            .map(|(device, sha256, len, expires_at)| {
                Ok(Upload { id: id.to_owned(), device: DeviceId::parse(&device)?, sha256: Digest::parse(&sha256)?, len, expires_at })
            })
            .transpose()
    }

    /// Keeps or renews an upload.
    pub(crate) fn put_upload(&self, upload: &Upload) -> Result<()> {
        self.connection.execute(
            "INSERT OR REPLACE INTO uploads (site, id, device, sha256, len, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (self.site, &upload.id, upload.device.to_string(), upload.sha256.to_string(), upload.len, upload.expires_at),
        )?;
        Ok(())
    }

    /// Bytes that a device has promised and not delivered.
    pub(crate) fn promised_bytes(&self, device: &DeviceId) -> Result<u64> {
        let sql = "SELECT coalesce(sum(len), 0) FROM uploads WHERE site = ?1 AND device = ?2";
        Ok(self.connection.query_row(sql, (self.site, device.to_string()), |row| row.get(0))?)
    }

    /// A photo is here whole.
    pub(crate) fn complete_upload(&self, upload: &Upload, format: &str) -> Result<()> {
        self.connection.execute("DELETE FROM uploads WHERE site = ?1 AND sha256 = ?2", (self.site, upload.sha256.to_string()))?;
        self.connection.execute(
            "INSERT OR IGNORE INTO blobs (site, sha256, len, format, device, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (self.site, upload.sha256.to_string(), upload.len, format, upload.device.to_string(), self.now),
        )?;
        Ok(())
    }

    /// Forgets a photo, whole or on its way. Returns the uploads that were under way.
    pub(crate) fn remove_photo(&self, sha256: &Digest) -> Result<Vec<String>> {
        let sha256 = sha256.to_string();
        self.connection.execute("DELETE FROM blobs WHERE site = ?1 AND sha256 = ?2", (self.site, &sha256))?;
        let mut statement = self.connection.prepare("DELETE FROM uploads WHERE site = ?1 AND sha256 = ?2 RETURNING id")?;
        Ok(statement.query_map((self.site, &sha256), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The length and format of a photo that is here whole.
    pub(crate) fn blob(&self, sha256: &Digest) -> Result<Option<(u64, String)>> {
        Ok(self
            .connection
            .prepare_cached("SELECT len, format FROM blobs WHERE site = ?1 AND sha256 = ?2")?
            .query_row((self.site, sha256.to_string()), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }
}
