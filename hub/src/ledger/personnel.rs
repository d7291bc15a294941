//! Whose entries of the personnel base its own imports keep: a site file speaks of the others only.

use std::collections::HashSet;

use liuye_core::Result;

use super::Tx;

impl Tx<'_> {
    /// The persons whom an import of the personnel base has named.
    pub(crate) fn kept_persons(&self) -> Result<HashSet<String>> {
        let mut statement = self.connection.prepare_cached("SELECT person FROM personnel WHERE site = ?1")?;
        Ok(statement.query_map([self.site], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// An import of the personnel base has named this person.
    pub(crate) fn keep_person(&self, person: &str) -> Result<()> {
        self.connection.prepare_cached("INSERT OR IGNORE INTO personnel (site, person) VALUES (?1, ?2)")?.execute((self.site, person))?;
        Ok(())
    }
}
