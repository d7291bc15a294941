//! The order to wipe a lost phone: signed by its site, so that nobody between hub and phone can give it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::log::{DeviceId, DeviceKey, PublicKey, Signature};

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
        let said = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?);
        let signature = key.sign(&preimage(&said));
        Ok(format!("{said}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }

    /// Whether a text is this site's order for this very device.
    #[must_use]
    pub fn is_for(text: &str, key: &PublicKey, site: &str, device: &DeviceId) -> bool {
        Self::open(text, key).is_some_and(|order| order.site == site && order.device == *device)
    }

    fn open(text: &str, key: &PublicKey) -> Option<Self> {
        let (said, signature) = text.split_once('.')?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        if !key.verifies(&preimage(said), &Signature::from_bytes(signature)) {
            return None;
        }
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(said).ok()?).ok()
    }
}

/// The same key signs tags and tickets: none passes for another.
fn preimage(said: &str) -> Vec<u8> {
    format!("liuye-wipe-1\n{said}").into_bytes()
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
