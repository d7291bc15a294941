//! Lost-property reports. The contact of whoever lost something travels and is kept apart from the report.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, next, staff};
use super::due::{Tick, Timed};
use super::{Actor, Bucket, DocumentKind, IdentityNumber, Kind, PassportNumber, PhoneNumber, Role, Settings, Text, Zone, claim};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// What was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ItemCategory {
    /// 手机
    Phone,
    /// 钱包
    Wallet,
    /// 箱包
    Bag,
    /// 证件
    Document,
    /// 相机
    Camera,
    /// 首饰
    Jewellery,
    /// 钥匙
    Keys,
    /// 衣物
    Clothing,
    /// 电子产品
    Electronics,
    /// 其他
    Other,
}

/// Who lost it, and how to reach them. Validated before it is stored; never part of an operation or a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// A name, 1 to 100 characters.
    pub name: String,
    /// An E.164 number; a bare Chinese mobile number is completed.
    pub phone: String,
    /// A resident identity number (GB 11643), where the owner gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_number: Option<String>,
    /// A passport number (6 to 12 letters and digits), where the owner gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passport: Option<String>,
}

/// The body of [`super::Kind::LossReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossRecord {
    /// What it is.
    pub category: ItemCategory,
    /// In the owner's words; 1 to 2,000 characters.
    pub description: String,
    /// Its brand; at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Its colour; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// What only the owner knows of it; at most 1,000 characters. Never shown to the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<String>,
    /// Where; at most 500 characters.
    pub place: String,
    /// The zone, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Lost not before this, UTC ms.
    pub lost_from: i64,
    /// Lost not after this, UTC ms.
    pub lost_to: i64,
    /// SHA-256 of the tracking code (upper case, no hyphens).
    pub tracking_digest: Digest,
    /// The digest of a serial number or IMEI (see [`super::serial_digest`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_digest: Option<Digest>,
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LostReportState {
    /// Nothing found yet.
    Open,
    /// Staff found what may be it.
    Candidate,
    /// The owner claimed it.
    Claimed,
    /// It went back.
    Returned,
    /// The owner gave up.
    Withdrawn,
    /// Too old.
    Expired,
}

/// What moves a report on: the body of its later operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostReportEvent {
    /// Why, or how; at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A report as its author and the desk see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostReport {
    /// What was reported.
    pub loss: LossRecord,
    /// Where it stands.
    pub state: LostReportState,
    /// Who reported it: a person's id, or `tourist`.
    pub reporter: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that reported it.
    pub operation: Uuid,
    /// When it was reported, UTC ms.
    pub at: i64,
    /// Whether a contact was given; it stays so once that is erased, because counts are made of it.
    pub has_contact: bool,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it went back, UTC ms: by the hub's clock where a claim was released; absent where an earlier version took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_at: Option<i64>,
    /// When it expired, by the hub's clock, UTC ms; absent where an earlier version let it expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<i64>,
    /// When its owner was erased, UTC ms: texts are empty from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<i64>,
}

/// What moves a report on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LostReportMove {
    /// Staff found what may be it.
    Candidate,
    /// The owner claims it.
    Claim,
    /// It goes back.
    Return,
    /// The owner gives up.
    Withdraw,
    /// Time passes.
    Expire,
}

impl LostReportState {
    /// Every step that a report can take.
    pub const TRANSITIONS: &'static [(Self, LostReportMove, Self)] = &[
        (Self::Open, LostReportMove::Candidate, Self::Candidate),
        (Self::Open, LostReportMove::Withdraw, Self::Withdrawn),
        (Self::Open, LostReportMove::Expire, Self::Expired),
        (Self::Candidate, LostReportMove::Claim, Self::Claimed),
        (Self::Candidate, LostReportMove::Return, Self::Returned),
        (Self::Candidate, LostReportMove::Withdraw, Self::Withdrawn),
        (Self::Candidate, LostReportMove::Expire, Self::Expired),
        (Self::Claimed, LostReportMove::Return, Self::Returned),
        (Self::Claimed, LostReportMove::Withdraw, Self::Withdrawn),
        (Self::Claimed, LostReportMove::Expire, Self::Expired),
    ];
}

/// Anyone may report a loss but those who only read.
const REPORTERS: &[Role] = Role::RECORDING;
const DAY_MS: i64 = 86_400_000;
const FINDERS: &[Role] = &[Role::Auxiliary, Role::Inspector, Role::Desk];
const DESK: &[Role] = &[Role::Desk];

impl Contact {
    /// The contact with its name in NFC, its phone in E.164 and its documents' numbers in upper case. `now` is the
    /// time, UTC ms.
    ///
    /// # Errors
    /// The code of the type at `name`, `phone`, `identity_number` or `passport`.
    pub fn normalised(self, now: i64) -> Result<Self> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Ok(Self {
            name: Text::required("name", &self.name, 100)?.into_string(),
            phone: PhoneNumber::parse(&self.phone).map_err(|error| error.within("phone"))?.as_str().to_owned(),
            identity_number: given(&self.identity_number)
                .map(|text| IdentityNumber::parse(&text, now).map(|number| number.as_str().to_owned()))
                .transpose()
                .map_err(|error| error.within("identity_number"))?,
            passport: given(&self.passport)
                .map(|text| PassportNumber::parse(&text).map(|number| number.as_str().to_owned()))
                .transpose()
                .map_err(|error| error.within("passport"))?,
        })
    }
}

impl LossRecord {
    /// The record with its texts in NFC. `now` is the time, UTC ms: nothing was lost after it.
    ///
    /// # Errors
    /// A text's code at its field; [`Code::TimeOrder`] at `lost_from` where it is after `lost_to`;
    /// [`Code::TimeInFuture`] at `lost_to` (or `lost_from`).
    pub fn normalised(self, now: i64) -> Result<Self> {
        let future = |field| Error::field(Code::TimeInFuture, field, "not after now");
        if self.lost_from > now {
            return Err(future("lost_from"));
        }
        if self.lost_from > self.lost_to {
            return Err(Error::field(Code::TimeOrder, "lost_from", "not after lost_to"));
        }
        if self.lost_to > now {
            return Err(future("lost_to"));
        }
        Ok(Self {
            description: Text::required_lines("description", &self.description, 2000)?.into_string(),
            brand: Text::optional("brand", self.brand.as_deref(), 100)?.map(Text::into_string),
            colour: Text::optional("colour", self.colour.as_deref(), 50)?.map(Text::into_string),
            marks: Text::optional_lines("marks", self.marks.as_deref(), 1000)?.map(Text::into_string),
            place: Text::required("place", &self.place, 500)?.into_string(),
            zone: Text::optional("zone", self.zone.as_deref(), 64)?.map(Text::into_string),
            ..self
        })
    }

    /// The record without what its owner typed. The tracking code's digest stays: it says nothing to whoever has not the code.
    #[must_use]
    pub fn redacted(self) -> Self {
        Self { description: String::new(), brand: None, colour: None, marks: None, place: String::new(), serial_digest: None, ..self }
    }
}

impl LostReport {
    /// The report without what anyone typed, and without its photos. Everything that counts are made of stays.
    #[must_use]
    pub fn redacted(self, erased_at: i64) -> Self {
        Self { loss: self.loss.redacted(), photos: Vec::new(), note: None, erased_at: self.erased_at.or(Some(erased_at)), ..self }
    }

    /// Takes a step where the table has it.
    pub(super) fn take(&mut self, step: LostReportMove) -> bool {
        next(LostReportState::TRANSITIONS, self.state, step).map(|state| self.state = state).is_some()
    }

    /// When contacts of this report are to be erased, UTC ms: at once where the owner gave up, [`Settings::contact_days`] after
    /// `returned_at` where the thing went back, and as long after nobody looks for it any more. None while somebody may still have
    /// to reach the owner.
    #[must_use]
    pub fn erase_from(&self, returned_at: Option<i64>, settings: &Settings) -> Option<i64> {
        let days_after = |ended: i64| ended.saturating_add(i64::from(settings.contact_days) * DAY_MS);
        match self.state {
            LostReportState::Withdrawn => Some(i64::MIN),
            LostReportState::Returned => Some(days_after(self.returned_at.or(returned_at)?)),
            LostReportState::Expired => Some(days_after(self.expired_at.unwrap_or_else(|| self.looked_for_until(settings)))),
            LostReportState::Open | LostReportState::Candidate | LostReportState::Claimed => None,
        }
    }

    const fn looked_for_until(&self, settings: &Settings) -> i64 {
        self.at.saturating_add(settings.loss_keep_days as i64 * DAY_MS)
    }
}

impl LostReportEvent {
    /// The event with its note in NFC.
    ///
    /// # Errors
    /// A text's code at `note`.
    pub fn normalised(self) -> Result<Self> {
        Ok(Self { note: Text::optional_lines("note", self.note.as_deref(), 1000)?.map(Text::into_string) })
    }
}

impl Timed for LostReport {
    fn deadline(&self, settings: &Settings) -> Option<i64> {
        use LostReportState::{Candidate, Claimed, Open};
        matches!(self.state, Open | Candidate | Claimed).then(|| self.looked_for_until(settings))
    }

    /// Too old.
    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        if self.take(LostReportMove::Expire) {
            self.expired_at = Some(tick.now);
        }
        Ok(())
    }
}

impl Noun for LostReport {
    const KIND: DocumentKind = DocumentKind::LostReport;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_lost_report(staff(&self.reporter), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.reporter)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn report(mut case: Case<'_>, loss: LossRecord) -> Judgement {
    case.authorise(REPORTERS)?;
    case.must_be_new()?;
    if let Some(zone) = &loss.zone {
        case.reference::<Zone>(DocumentKind::Zone, zone, "zone")?;
    }
    let operation = case.operation;
    let report = LostReport {
        loss,
        state: LostReportState::Open,
        reporter: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        has_contact: operation.contact_digest.is_some(),
        photos: case.photos(),
        note: None,
        returned_at: None,
        expired_at: None,
        erased_at: None,
    };
    case.created(&report)
}

pub(super) fn advance(mut case: Case<'_>, kind: Kind, event: LostReportEvent) -> Judgement {
    let by = match kind {
        Kind::LossCandidate => LostReportMove::Candidate,
        Kind::LossReturn => LostReportMove::Return,
        Kind::LossWithdraw => LostReportMove::Withdraw,
        _ => return Err(Error::internal("no step of a lost report").into()),
    };
    match by {
        LostReportMove::Candidate => case.authorise(FINDERS)?,
        LostReportMove::Return => case.authorise(DESK)?,
        _ => {}
    }
    let (document, before): (_, LostReport) = case.existing()?;
    // A tourist has no account: the phone that reported the loss is what may take the report back, and whoever shows its tracking
    // code to the hub.
    let by_code = *case.context.actor == Actor::Public;
    if by == LostReportMove::Withdraw && before.device != case.operation.device && !by_code {
        case.authorise(DESK)?;
    }
    let Some(state) = next(LostReportState::TRANSITIONS, before.state, by) else {
        return case.illegal(&document, &before);
    };
    let returned_at = if by == LostReportMove::Return { Some(case.at.max(before.at)) } else { before.returned_at };
    let after = LostReport { state, note: event.note.or_else(|| before.note.clone()), returned_at, ..before.clone() };
    // Whoever takes the report back takes the claims back that they made for it: no item stays locked by them.
    let claims = match by {
        LostReportMove::Withdraw => claim::withdrawn_with(&case, before.device)?,
        _ => Vec::new(),
    };
    let mut outcome = case.changed(&document, &before, &after)?;
    outcome.writes.extend(claims);
    Ok(outcome)
}
