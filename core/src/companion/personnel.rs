//! The personnel base as a phone of the staff knows it.

use super::Companion;
use crate::Result;
use crate::domain::{Certificate, DocumentKind, Force, Person, Trade, Unit};

/// Who serves. Get it by [`Companion::personnel`].
#[derive(Debug, Clone, Copy)]
pub struct Personnel<'a>(&'a Companion);

impl Companion {
    /// Who serves.
    #[must_use]
    pub const fn personnel(&self) -> Personnel<'_> {
        Personnel(self)
    }
}

impl Personnel<'_> {
    /// All persons that this phone knows, by id, whether they serve or not.
    ///
    /// # Errors
    /// Those of the store.
    pub fn persons(&self) -> Result<Vec<Person>> {
        self.0.reference(DocumentKind::Person)
    }

    /// One person.
    ///
    /// # Errors
    /// Those of the store.
    pub fn person(&self, id: &str) -> Result<Option<Person>> {
        let document = self.0.document(id)?.filter(|document| document.kind == DocumentKind::Person.as_str());
        Ok(document.and_then(|document| serde_json::from_value(document.body).ok()))
    }

    /// Those who serve now, by this phone's clock, of a force and of a trade where they are given, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn serving(&self, force: Option<Force>, trade: Option<Trade>) -> Result<Vec<Person>> {
        let now = self.0.env.clock.wall_ms();
        let mut persons = self.persons()?;
        persons.retain(|person| {
            person.serves(now)
                && force.is_none_or(|force| person.force == force)
                && trade.is_none_or(|trade| person.trades.contains(&trade))
        });
        Ok(persons)
    }

    /// Certificates of those who serve that are no longer good in so many days, by this phone's clock: person's id and paper,
    /// the first to end first. Those that have ended already are among them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn expiring_certificates(&self, days: u32) -> Result<Vec<(String, Certificate)>> {
        let now = self.0.env.clock.wall_ms();
        let until = now.saturating_add(i64::from(days) * 86_400_000);
        let mut ending = Vec::new();
        for person in self.serving(None, None)? {
            ending.extend(person.papers_ending(until).map(|paper| (person.id.clone(), paper.clone())));
        }
        ending.sort_by(|(a, x), (b, y)| (x.to, a).cmp(&(y.to, b)));
        Ok(ending)
    }

    /// All units that this phone knows, by id, whether they stand or not.
    ///
    /// # Errors
    /// Those of the store.
    pub fn units(&self) -> Result<Vec<Unit>> {
        self.0.reference(DocumentKind::Unit)
    }
}
