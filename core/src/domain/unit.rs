//! Standing teams: each works alone in peacetime, and answers one call with all others.

use serde::{Deserialize, Serialize};

use super::{Bilingual, Text};
use crate::{Code, Error, Result};

/// A standing team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Such as `u-01`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// Who leads it: one of its members.
    pub leader: String,
    /// The persons in it.
    pub members: Vec<String>,
    /// The zone in which it stands ready.
    pub home_zone: String,
    /// The security company that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// From when on it no longer stands (RFC 3339 with an offset).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub disbanded_at: Option<i64>,
}

impl Unit {
    /// Whether the unit stands at that time (UTC ms).
    #[must_use]
    pub fn stands(&self, at: i64) -> bool {
        self.disbanded_at.is_none_or(|disbanded| at < disbanded)
    }

    /// Checks the unit by itself: names, nobody twice, the leader among the members.
    ///
    /// # Errors
    /// A text's code; [`Code::DuplicateId`] at `members[n]`; [`Code::UnknownReference`] at `leader`.
    pub fn check(&self) -> Result<()> {
        self.name.check()?;
        for (index, member) in self.members.iter().enumerate() {
            if self.members[..index].contains(member) {
                return Err(Error::field(Code::DuplicateId, format!("members[{index}]"), "is in the unit already"));
            }
        }
        if !self.members.contains(&self.leader) {
            return Err(Error::field(Code::UnknownReference, "leader", "the leader is one of the members"));
        }
        Text::optional("company", self.company.as_deref(), 100).map(drop)
    }
}
