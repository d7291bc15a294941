//! Who sent a request: RFC 9421 signatures, checked against the device's key.

use axum::http::HeaderMap;
use liuye_core::log::PublicKey;
use liuye_core::sync::signature::{CONTENT_DIGEST, Claim, SIGNATURE, SIGNATURE_INPUT};
use liuye_core::sync::wipe::WipeOrder;
use liuye_core::{Code, Error, Result};

use super::ApiError;
use crate::hub::Hub;
use crate::ledger::DeviceRow;

/// Checks that a device was not reported lost. One that is to forget everything is told so, and that is written down.
pub(super) fn not_revoked(hub: &Hub, site: &str, device: &DeviceRow) -> Result<(), ApiError> {
    let Some(ordered_at) = device.revoked_at else { return Ok(()) };
    if !device.wipe {
        return Err(ApiError::revoked(None));
    }
    if device.wipe_told_at.is_none() {
        hub.write(site, |tx| tx.note_wipe_told(&device.device))?;
    }
    let order = WipeOrder { site: site.to_owned(), device: device.device, ordered_at };
    Err(ApiError::revoked(Some(order.seal(&hub.keys().tag_key(hub.env(), site)?)?)))
}

/// A request as far as its signature covers it.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Signed<'_> {
    /// The device that signed the request, and its site.
    ///
    /// # Errors
    /// [`Code::DeviceRefused`], [`Code::SignatureInvalid`]; [`Code::DeviceRevoked`] for whoever signs with a lost phone's key.
    pub(crate) fn device(&self, hub: &Hub) -> Result<(String, DeviceRow), ApiError> {
        let claim = self.claim()?;
        let refused = || Error::new(Code::DeviceRefused, "this hub does not know the device");
        let site = hub.site_of(&claim.device.to_string())?.ok_or_else(refused)?;
        let device = hub.read(&site, |tx| tx.device(&claim.device))?.ok_or_else(refused)?;
        self.check(&claim, &device.public_key)?;
        not_revoked(hub, &site, &device)?;
        Ok((site, device))
    }

    /// Checks that this key signed the request.
    pub(crate) fn by(&self, key: &PublicKey) -> Result<()> {
        self.check(&self.claim()?, key)
    }

    fn claim(&self) -> Result<Claim> {
        Claim::parse(self.header(SIGNATURE_INPUT)?, self.header(SIGNATURE)?)
    }

    fn check(&self, claim: &Claim, key: &PublicKey) -> Result<()> {
        claim.verify(key, self.method, self.path, self.header(CONTENT_DIGEST)?, self.body)
    }

    fn header(&self, name: &'static str) -> Result<&str> {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(|| Error::field(Code::SignatureInvalid, name, "the header is missing"))
    }
}
