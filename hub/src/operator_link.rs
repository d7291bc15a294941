//! The link of a venue's operator: it opens one hazard's notice, and takes photos of its rectification, until that is closed.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use liuye_core::domain::{Actor, Hazard, HazardEvent, Kind, Photo, RectificationNotice, Verdict};
use liuye_core::log::{AuthLevel, BlobRef, Digest};
use liuye_core::{Code, Error, Result};

use crate::hub::Hub;
use crate::ledger::OperatorLink;
use crate::own_device::OwnOperation;
use crate::{blobs, stripped};

/// Bytes of a token: 128 bits, which nobody guesses however long a hazard is open.
const TOKEN_BYTES: usize = 16;

/// What a link opens.
pub(crate) struct Opened {
    pub(crate) notice: RectificationNotice,
    pub(crate) hazard: Hazard,
    hazard_id: String,
}

impl Hub {
    /// Makes a link for a notice and returns its token. Links that were made before stay good: they stand on paper.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is no such notice; [`Code::StateRefused`] where its hazard is not open; those of the store.
    pub(crate) fn make_operator_link(&self, notice: &str) -> Result<String> {
        let site = self.site()?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(self.env().random::<TOKEN_BYTES>());
        self.write(&site, |tx| {
            let missing = || Error::new(Code::NotFound, "no such notice");
            let about: RectificationNotice = tx.noun(notice)?.ok_or_else(missing)?;
            let hazard: Hazard = tx.noun(&about.hazard)?.ok_or_else(missing)?;
            if !hazard.is_open() {
                return Err(over());
            }
            tx.insert_link(&digest_of(&token), notice, &about.hazard)
        })?;
        Ok(token)
    }

    /// What a token opens.
    ///
    /// # Errors
    /// [`Code::NotFound`] where nobody made it; [`Code::StateRefused`] once its hazard is closed, referred or void, also where that
    /// was reopened since: whoever has to rectify it again gets a new notice. Those of the store.
    pub(crate) fn open_operator_link(&self, token: &str) -> Result<Opened> {
        self.read(&self.site()?, |tx| {
            let missing = || Error::new(Code::NotFound, "no such link");
            let OperatorLink { notice, hazard: hazard_id, made_at } = tx.link(&digest_of(token))?.ok_or_else(missing)?;
            let notice = tx.noun(&notice)?.ok_or_else(missing)?;
            let hazard: Hazard = tx.noun(&hazard_id)?.ok_or_else(missing)?;
            if !hazard.is_open() || hazard.reopened_at.is_some_and(|reopened| made_at <= reopened) {
                return Err(over());
            }
            Ok(Opened { notice, hazard, hazard_id })
        })
    }

    /// Keeps photos of the rectification, without what their cameras wrote beside them, and writes them down as evidence on the
    /// hazard that the token opens. A photo that was sent before is one.
    ///
    /// # Errors
    /// Those of [`Hub::open_operator_link`]; of [`stripped::strip`]; a text's code at `note`; [`Code::PhotoTooMany`] or
    /// [`Code::PhotoMissing`] at `photos`; those of the store.
    pub(crate) fn take_operator_photos(&self, token: &str, photos: &[Vec<u8>], note: Option<String>) -> Result<()> {
        let opened = self.open_operator_link(token)?;
        let event = HazardEvent::Evidence { note }.normalised()?;
        Photo::check_count(photos.len())?;
        // All of them are looked at before any is kept.
        let bare = photos.iter().map(|photo| stripped::strip(photo)).collect::<Result<Vec<_>>>()?;
        let mut new: Vec<Vec<u8>> = Vec::new();
        for photo in bare {
            if !new.contains(&photo) && !opened.hazard.operator_photos.contains(&Digest::of(&photo)) {
                new.push(photo);
            }
        }
        if new.is_empty() && !photos.is_empty() {
            return Ok(());
        }
        if opened.hazard.operator_photos.len() + new.len() > Hazard::MAX_OPERATOR_PHOTOS {
            return Err(Error::field(Code::PhotoTooMany, "photos", "at most 24 about one hazard"));
        }
        let site = self.site()?;
        let blobs = new.iter().map(|photo| blobs::keep_own(self, &site, photo)).collect::<Result<Vec<BlobRef>>>()?;
        let (actor, kind) = (Actor::OPERATOR, Kind::HazardEvidence);
        let own =
            OwnOperation { actor, auth_level: AuthLevel::Device, kind, entity: &opened.hazard_id, body: &event, blobs, contact: None };
        match self.write_own(&site, &own)? {
            Verdict::Applied { .. } => Ok(()),
            Verdict::Conflict { .. } => Err(over()),
            Verdict::Quarantined { code, field } => Err(Error::field(code, field, "the rules refuse it")),
            Verdict::Held { .. } => Err(Error::internal("what the hub has just stored is there")),
        }
    }
}

fn over() -> Error {
    Error::new(Code::StateRefused, "the hazard is not open any more")
}

fn digest_of(token: &str) -> Digest {
    Digest::of(format!("liuye-link-1\n{token}").as_bytes())
}
