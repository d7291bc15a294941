//! The order to wipe a lost phone: signed by its site, so that nobody between hub and phone can give it.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::log::{DeviceId, DeviceKey, PublicKey, open_statement, seal_statement};

/// What the signature of an order is for.
const PURPOSE: &str = "liuye-wipe-1";

/// What an order says. It names a device's key: a phone that was wiped has another one, and an old order means nothing to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeOrder {
    /// The site.
    pub site: String,
    /// The device that is to forget everything.
    pub device: DeviceId,
    /// When it was ordered, UTC ms.
    pub ordered_at: i64,
}

impl WipeOrder {
    /// The order as it travels: what it says, a full stop, the site's signature.
    ///
    /// # Errors
    /// None in practice; [`crate::Code::Malformed`] is what serde's signature asks for.
    pub fn seal(&self, key: &DeviceKey) -> Result<String> {
        seal_statement(PURPOSE, self, key)
    }

    /// Whether a text is this site's order for this very device.
    #[must_use]
    pub fn is_for(text: &str, key: &PublicKey, site: &str, device: &DeviceId) -> bool {
        open_statement(PURPOSE, text, key).is_some_and(|order: Self| order.site == site && order.device == *device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_good_for_its_device_and_site_alone_and_from_its_site_alone() {
        let (site_key, stranger) = (DeviceKey::from_bytes(&[1; 32]), DeviceKey::from_bytes(&[2; 32]));
        let (device, other) = (DeviceKey::from_bytes(&[3; 32]).device(), DeviceKey::from_bytes(&[4; 32]).device());
        let order = WipeOrder { site: "lake".to_owned(), device, ordered_at: 1 }.seal(&site_key).unwrap();
        assert!(WipeOrder::is_for(&order, &site_key.public(), "lake", &device));
        assert!(!WipeOrder::is_for(&order, &site_key.public(), "lake", &other));
        assert!(!WipeOrder::is_for(&order, &site_key.public(), "river", &device));
        assert!(!WipeOrder::is_for(&order, &stranger.public(), "lake", &device));
        for broken in ["", ".", "a.b", &order[1..], &format!("{order}A")] {
            assert!(!WipeOrder::is_for(broken, &site_key.public(), "lake", &device), "{broken}");
        }
    }
}
