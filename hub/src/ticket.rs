//! The hub's signed word on an enrolment: a phone shows it to a hub that was put back from an older backup.

use liuye_core::log::{DeviceId, DeviceKey, PublicKey, open_statement, seal_statement};
use serde::{Deserialize, Serialize};

use crate::ledger::For;

/// What the signature of a ticket is for.
const PURPOSE: &str = "liuye-ticket-1";

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) site: String,
    pub(crate) device: DeviceId,
    pub(crate) person: Option<String>,
    /// Those who shared it then, where there were several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sharers: Vec<String>,
    /// UTC ms.
    pub(crate) enrolled_at: i64,
}

impl Ticket {
    /// For whom the device was enrolled.
    pub(crate) fn whom(&self) -> For {
        match &self.person {
            Some(person) => For::Person(person.clone()),
            None if self.sharers.is_empty() => For::Tourist,
            None => For::Sharers(self.sharers.clone()),
        }
    }

    /// The ticket as it travels: what it says, a full stop, the site's signature.
    pub(crate) fn seal(&self, key: &DeviceKey) -> liuye_core::Result<String> {
        seal_statement(PURPOSE, self, key)
    }

    /// What a ticket says, where this site signed it.
    pub(crate) fn open(text: &str, key: &PublicKey) -> Option<Self> {
        open_statement(PURPOSE, text, key)
    }
}
