//! What whoever has no account may do about lost property: report a loss, ask after it by its tracking code, withdraw it, claim by
//! it, and read what was announced. The page and the api for programs call the same functions.

use liuye_core::domain::{
    Actor, Claim, ClaimEvent, ClaimState, Contact, FoundItem, FoundNotice, ItemCategory, Kind, LossRecord, LostReport, LostReportEvent,
    LostReportState, Verdict, Zone, parse_rfc3339, serial_digest, tracking_code, tracking_code_as_read, tracking_digest,
};
use liuye_core::log::{AuthLevel, BlobRef, Digest};
use liuye_core::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::hub::Hub;
use crate::ledger::{PublicReport, Tx};
use crate::own_device::OwnOperation;
use crate::{blobs, stripped};

/// Photos of one report: a form on a bad line carries no more.
pub(crate) const MAX_PHOTOS: usize = 3;

/// For so long a repeated submit is known as one, ms.
const REPEAT_MS: i64 = 24 * 3_600_000;

/// Notices of one page.
pub(crate) const NOTICES: u32 = 20;

/// A loss as its owner tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicLoss {
    /// What it is.
    pub(crate) category: ItemCategory,
    /// In the owner's words; 1 to 2,000 characters.
    pub(crate) description: String,
    /// Its brand; at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) brand: Option<String>,
    /// Its colour; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) colour: Option<String>,
    /// What only the owner knows of it; at most 1,000 characters. In no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) marks: Option<String>,
    /// Where; 1 to 500 characters.
    pub(crate) place: String,
    /// The zone's id, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
    /// Lost not before this: RFC 3339 with an offset.
    pub(crate) lost_from: String,
    /// Lost not after this: RFC 3339 with an offset.
    pub(crate) lost_to: String,
    /// A serial number or an IMEI; its digest alone is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serial: Option<String>,
    /// How to reach the owner; kept apart and sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<PublicContact>,
}

/// How to reach an owner. Numbers of identity papers are not taken here: nobody needs them to phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicContact {
    /// A name, 1 to 100 characters.
    pub(crate) name: String,
    /// An E.164 number; a bare Chinese mobile number is completed.
    pub(crate) phone: String,
}

/// The key by which a repeated submit is known as one. Whoever has it gets the report's tracking code: nobody else may be able to
/// guess it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnceKey(Digest);

/// What became of a submit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// What its owner needs to ask after it: four groups of four characters. The hub keeps its digest alone.
    pub(crate) tracking_code: String,
    /// When the hub took it, UTC ms.
    pub(crate) reported_at: i64,
    /// How many photos are kept.
    pub(crate) photos: usize,
    /// Whether the same submit made the report before.
    pub(crate) repeated: bool,
}

/// What a submit made, where it was not refused.
#[derive(Debug)]
pub(crate) enum Reported {
    /// The report, made now or before by the same submit.
    Taken(Receipt),
    /// The key made a report of other contents before: nothing of these was taken.
    OtherBefore(Receipt),
}

/// What the holder of a tracking code may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LossState {
    /// Where the report stands.
    pub(crate) state: LostReportState,
    /// What was lost.
    pub(crate) category: ItemCategory,
    /// When it was reported, UTC ms.
    pub(crate) reported_at: i64,
    /// Whether there is a way to reach the owner.
    pub(crate) has_contact: bool,
    /// Where the claims stand that were made for it, the first one first.
    pub(crate) claims: Vec<ClaimState>,
    /// Whether its owner was erased.
    pub(crate) erased: bool,
}

/// What anyone may know of a found item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Announced {
    /// The notice itself: category, coarse place and part of a day.
    #[serde(flatten)]
    pub(crate) notice: FoundNotice,
    /// The zone's name in both languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) zone_name: Option<liuye_core::domain::Bilingual>,
}

impl OnceKey {
    /// The key that a program sends as `Idempotency-Key`.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `idempotency-key`.
    pub(crate) fn of_program(text: &str) -> Result<Self> {
        let plain = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if !(16..=128).contains(&plain.len()) || !plain.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::field(Code::Malformed, "idempotency-key", "16 to 128 visible characters that nobody guesses"));
        }
        Ok(Self(Digest::of(format!("liuye-once-program-1\n{plain}").as_bytes())))
    }

    /// The key that the page wrote into its form, apart from those of programs.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `once`.
    pub(crate) fn of_form(text: &str) -> Result<Self> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| Error::field(Code::Malformed, "once", "as the page wrote it"))?;
        Ok(Self(Digest::of(format!("liuye-once-form-1\n{}", hex::encode(bytes)).as_bytes())))
    }

    /// The name by which the ledger knows it; the key is not computed from that.
    fn name(&self) -> Digest {
        Digest::of(&[b"liuye-once-name-1\n".as_slice(), &self.0.0].concat())
    }

    /// The digest of contents under this key.
    fn seal(&self, contents: &Digest) -> Digest {
        Digest::of(&[b"liuye-once-contents-1\n".as_slice(), &self.0.0, &contents.0].concat())
    }
}

impl PublicLoss {
    /// Checks all but the zone, which has to be known to the site.
    ///
    /// # Errors
    /// The code of a field at it.
    pub(crate) fn check(&self, now: i64) -> Result<()> {
        self.clone().read(now, "").map(drop)
    }

    /// The record and the contact as the rules want them.
    fn read(self, now: i64, code: &str) -> Result<(LossRecord, Option<Contact>)> {
        let time = |field: &str, text: &str| parse_rfc3339(text).map_err(|error| error.within(field));
        let serial = self.serial.as_deref().filter(|serial| !serial.trim().is_empty());
        let loss = LossRecord {
            category: self.category,
            description: self.description,
            brand: self.brand,
            colour: self.colour,
            marks: self.marks,
            place: self.place,
            zone: self.zone,
            lost_from: time("lost_from", &self.lost_from)?,
            lost_to: time("lost_to", &self.lost_to)?,
            tracking_digest: tracking_digest(code),
            serial_digest: serial.map(serial_digest).transpose().map_err(|error| error.within("serial"))?,
        }
        .normalised(now)?;
        let contact = self.contact.map(|PublicContact { name, phone }| Contact { name, phone, identity_number: None, passport: None });
        let contact = contact.map(|contact| contact.normalised(now)).transpose().map_err(|error| error.within("contact"))?;
        Ok((loss, contact))
    }
}

impl Hub {
    /// Reports a loss for somebody without an account: an operation of the hub's own device, with its contact sealed beside it. The
    /// same key makes one report, however often it is sent within a day; `contents` is the digest of what was sent with it.
    ///
    /// # Errors
    /// The code of a field at it, such as `contact.phone`; [`Code::PhotoTooMany`], [`Code::PhotoNotImage`] and the like at `photos`;
    /// those of the store.
    pub(crate) fn report_in_public(&self, key: OnceKey, contents: Digest, loss: PublicLoss, photos: &[Vec<u8>]) -> Result<Reported> {
        let site = self.site()?;
        let (code, made) = (self.code_of(&site, key)?, key.seal(&contents));
        if let Some(before) = self.read(&site, |tx| before(tx, key, made, &code))? {
            return Ok(before);
        }
        let (loss, contact) = loss.read(self.now(), &code)?;
        let blobs = self.keep_public_photos(&site, photos)?;
        let count = blobs.len();
        self.ingest(&site, |ingest| {
            let tx = ingest.tx;
            // The same submit may have come in between.
            if let Some(before) = before(tx, key, made, &code)? {
                return Ok(before);
            }
            if let Some(zone) = &loss.zone {
                known_zone(tx, zone)?;
            }
            let report = self.env().new_id().to_string();
            let own = OwnOperation {
                actor: Actor::PUBLIC,
                auth_level: AuthLevel::Device,
                kind: Kind::LossReport,
                entity: &report,
                body: &loss,
                blobs,
                contact: contact.as_ref(),
            };
            applied(ingest.write_own(&own)?)?;
            tx.forget_public_reports(tx.now - REPEAT_MS)?;
            tx.insert_public_report(&key.name(), &PublicReport { contents: made, report })?;
            Ok(Reported::Taken(Receipt { tracking_code: code.clone(), reported_at: tx.now, photos: count, repeated: false }))
        })
    }

    /// The tracking code of a key's report. It is computed from the key and the site's secret, so that a repeated submit gets it
    /// again though only its digest is kept: the hub does not keep the key, and alone can make no code.
    fn code_of(&self, site: &str, key: OnceKey) -> Result<String> {
        let secret = self.keys().tag_key(self.env(), site)?;
        let signed = secret.sign(&[b"liuye-tracking-1\n".as_slice(), &key.0.0].concat());
        let bits = Digest::of(&signed.to_bytes()).0;
        Ok(tracking_code(bits.into_iter().take(10).fold(0, |number, byte| number << 8 | u128::from(byte))))
    }

    /// Keeps photos without what their cameras wrote beside them. One that was erased with its owner is not kept again.
    fn keep_public_photos(&self, site: &str, photos: &[Vec<u8>]) -> Result<Vec<BlobRef>> {
        if photos.len() > MAX_PHOTOS {
            return Err(Error::field(Code::PhotoTooMany, "photos", format!("at most {MAX_PHOTOS}")));
        }
        let at_photos = |error: Error| Error { field: "photos".into(), ..error };
        // All of them are looked at before any is kept.
        let mut bare = photos.iter().map(|photo| stripped::strip(photo)).collect::<Result<Vec<_>>>().map_err(at_photos)?;
        bare.sort_unstable();
        bare.dedup();
        let erased = self.read(site, |tx| bare.iter().map(|photo| tx.is_erased_photo(&Digest::of(photo))).collect::<Result<Vec<_>>>())?;
        let kept = bare.iter().zip(erased).filter(|(_, erased)| !erased);
        kept.map(|(photo, _)| blobs::keep_own(self, site, photo)).collect()
    }

    /// What the holder of a tracking code may know.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `tracking_code`; those of the store.
    pub(crate) fn loss_by_code(&self, code: &str) -> Result<LossState> {
        self.read(&self.site()?, |tx| {
            let (id, report) = by_code(tx, code)?;
            let claims = tx.claims_for(&id)?;
            let mut claims = claims.iter().filter_map(|claim| tx.noun::<Claim>(claim).transpose()).collect::<Result<Vec<_>>>()?;
            claims.sort_by_key(|claim| (claim.at, claim.operation));
            Ok(LossState {
                state: report.state,
                category: report.loss.category,
                reported_at: report.at,
                has_contact: report.has_contact && report.erased_at.is_none(),
                claims: claims.into_iter().map(|claim| claim.state).collect(),
                erased: report.erased_at.is_some(),
            })
        })
    }

    /// Withdraws a report by its code, also one that a phone made: its owner is erased with what they claimed by it. Again is nothing.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `tracking_code`; [`Code::StateRefused`] where the thing went back, or the report expired; those of the store.
    pub(crate) fn withdraw_by_code(&self, code: &str) -> Result<()> {
        let site = self.site()?;
        self.ingest(&site, |ingest| {
            let (id, report) = by_code(ingest.tx, code)?;
            if report.state == LostReportState::Withdrawn {
                return Ok(());
            }
            let (kind, body) = (Kind::LossWithdraw, LostReportEvent { note: None });
            let own = OwnOperation {
                actor: Actor::PUBLIC,
                auth_level: AuthLevel::Device,
                kind,
                entity: &id,
                body: &body,
                blobs: Vec::new(),
                contact: None,
            };
            applied(ingest.write_own(&own)?)
        })
    }

    /// Claims an announced item by the code of a report that came by the public page. A claim that is live is not made again: two
    /// of them would lock the item.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `tracking_code` or `item`; [`Code::NotPermitted`] at `tracking_code` where a phone made the report: its
    /// app claims; a text's code at `statement`; [`Code::ClaimLimit`]; [`Code::StateRefused`]; those of the store.
    pub(crate) fn claim_by_code(&self, code: &str, item: &str, statement: &str) -> Result<()> {
        let site = self.site()?;
        let own_device = self.keys().tag_key(self.env(), &site)?.device();
        self.ingest(&site, |ingest| {
            let tx = ingest.tx;
            let (id, report) = by_code(tx, code)?;
            if report.device != own_device {
                return Err(Error::field(Code::NotPermitted, "tracking_code", "the app that reported it claims"));
            }
            let event =
                ClaimEvent::Submit { item: item.to_owned(), report: Some(id.clone()), statement: statement.to_owned() }.normalised()?;
            let notice: Option<FoundNotice> = tx.noun(&FoundItem::notice_id(item))?;
            if notice.is_none_or(|notice| !notice.open) {
                return Err(Error::field(Code::NotFound, "item", "nothing of this id may be claimed"));
            }
            for claim in tx.claims_for(&id)? {
                if tx.noun::<Claim>(&claim)?.is_some_and(|claim| claim.item == item && claim.state.is_live()) {
                    return Ok(());
                }
            }
            let (claim, kind) = (self.env().new_id().to_string(), Kind::ClaimSubmit);
            let own = OwnOperation {
                actor: Actor::PUBLIC,
                auth_level: AuthLevel::Device,
                kind,
                entity: &claim,
                body: &event,
                blobs: Vec::new(),
                contact: None,
            };
            applied(ingest.write_own(&own)?)
        })
    }

    /// What was announced and may be claimed, the latest first: a page of [`NOTICES`], and whether there are more.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) fn announced(&self, category: Option<ItemCategory>, page: u32) -> Result<(Vec<Announced>, bool)> {
        let name = category.and_then(|category| serde_json::to_value(category).ok());
        self.read(&self.site()?, |tx| {
            let mut notices =
                tx.open_notices(name.as_ref().and_then(serde_json::Value::as_str), NOTICES + 1, page.saturating_mul(NOTICES))?;
            let more = notices.len() > NOTICES as usize;
            notices.truncate(NOTICES as usize);
            let named = |notice: FoundNotice| {
                let zone = notice.zone.as_deref().map(|zone| tx.noun::<Zone>(zone)).transpose()?.flatten();
                Ok(Announced { notice, zone_name: zone.map(|zone| zone.name) })
            };
            Ok((notices.into_iter().map(named).collect::<Result<_>>()?, more))
        })
    }

    /// One notice of what may be claimed.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `item`; those of the store.
    pub(crate) fn announced_item(&self, item: &str) -> Result<FoundNotice> {
        let notice: Option<FoundNotice> = self.read(&self.site()?, |tx| tx.noun(&FoundItem::notice_id(item)))?;
        notice.filter(|notice| notice.open).ok_or_else(|| Error::field(Code::NotFound, "item", "nothing of this id may be claimed"))
    }
}

/// What the key made before, where it made something.
fn before(tx: &Tx<'_>, key: OnceKey, contents: Digest, code: &str) -> Result<Option<Reported>> {
    let Some(made) = tx.public_report(&key.name())? else { return Ok(None) };
    let report: LostReport = tx.noun(&made.report)?.ok_or_else(|| Error::internal("what a submit made is there"))?;
    let receipt = Receipt { tracking_code: code.to_owned(), reported_at: report.at, photos: report.photos.len(), repeated: true };
    Ok(Some(if made.contents == contents { Reported::Taken(receipt) } else { Reported::OtherBefore(receipt) }))
}

/// The report of a code, as it was typed or as it looks on paper. Both are looked up whatever the first look finds.
fn by_code(tx: &Tx<'_>, code: &str) -> Result<(String, LostReport)> {
    let typed = tx.report_by_code(&tracking_digest(code))?;
    let read = tx.report_by_code(&tracking_digest(&tracking_code_as_read(code)))?;
    typed.or(read).ok_or_else(|| Error::field(Code::NotFound, "tracking_code", "no report has this code"))
}

fn known_zone(tx: &Tx<'_>, zone: &str) -> Result<()> {
    let is_zone = tx.document(zone)?.is_some_and(|stored| stored.document.kind == "zone");
    if is_zone { Ok(()) } else { Err(Error::field(Code::UnknownReference, "zone", "no such zone")) }
}

/// Nothing is kept of what the rules do not apply at once: whoever sends it is told, and can mend it.
fn applied(verdict: Verdict) -> Result<()> {
    match verdict {
        Verdict::Applied { .. } => Ok(()),
        Verdict::Conflict { .. } => Err(Error::new(Code::StateRefused, "its state does not allow this")),
        Verdict::Quarantined { code, field } => Err(Error::field(code, field, "the rules refuse it")),
        Verdict::Held { .. } => Err(Error::internal("what the hub has just stored is there")),
    }
}
