//! The hub's signed word on an enrolment: a phone shows it to a hub that was put back from an older backup.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use liuye_core::log::{DeviceId, DeviceKey, PublicKey, Signature};
use serde::{Deserialize, Serialize};

use crate::ledger::For;

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
        let said = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?);
        let signature = key.sign(&preimage(&said));
        Ok(format!("{said}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }

    /// What a ticket says, where this site signed it.
    pub(crate) fn open(text: &str, key: &PublicKey) -> Option<Self> {
        let (said, signature) = text.split_once('.')?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        if !key.verifies(&preimage(said), &Signature::from_bytes(signature)) {
            return None;
        }
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(said).ok()?).ok()
    }
}

/// The same key signs checkpoints' tags: neither passes for the other.
fn preimage(said: &str) -> Vec<u8> {
    format!("liuye-ticket-1\n{said}").into_bytes()
}
