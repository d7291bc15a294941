//! Who holds a phone: one person, or several who share it and tell each other apart by PIN.

use serde::{Deserialize, Serialize};

use super::PinVerifier;
use crate::log::DeviceId;

/// The persons of one staff phone. Lies in the device's own bucket alone: nobody else receives their verifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holders {
    /// In the order in which they were named.
    pub persons: Vec<Holder>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holder {
    /// The person's id.
    pub person: String,
    /// What their PIN is held against; absent until one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub pin: Option<PinVerifier>,
}

impl Holders {
    /// The id of a device's document. No site file and no operation can make one like it.
    #[must_use]
    pub fn document_id(device: &DeviceId) -> String {
        format!("holders.{device}")
    }

    /// Whether somebody has to sign in before anything is recorded. A phone of one person without a PIN asks for none.
    #[must_use]
    pub fn ask_for_pin(&self) -> bool {
        self.alone().is_none()
    }

    /// The one person of a phone that asks for no PIN.
    #[must_use]
    pub fn alone(&self) -> Option<&str> {
        match self.persons.as_slice() {
            [alone] if alone.pin.is_none() => Some(&alone.person),
            _ => None,
        }
    }

    /// The entry of a person.
    #[must_use]
    pub fn get(&self, person: &str) -> Option<&Holder> {
        self.persons.iter().find(|holder| holder.person == person)
    }
}
