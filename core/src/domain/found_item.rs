//! Found property, from the hand that picked it up to the hand that gets it back. Marks that only the owner knows lie apart from
//! the item, in a document that nobody receives; the public sees a notice that has no room for them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, changed_write, created_write, json, merged, next, parse, staff, write_of};
use super::custody::{self, Custodian, CustodyLeg};
use super::due::{Tick, Timed};
use super::statutory::Term;
use super::{Bucket, Claim, Document, DocumentKind, ItemCategory, Kind, Role, Settings, Text, Write, Zone, claim};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// What nobody may give back or keep: it goes straight to the police, and is never noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prohibited {
    /// 枪支、弹药、管制刀具
    Weapon,
    /// 违禁品
    Contraband,
}

/// What was found: the part of it that staff may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRecord {
    /// What it is.
    pub category: ItemCategory,
    /// What it looks like; 1 to 2,000 characters.
    pub description: String,
    /// Its brand; at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Its colour; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Where; 1 to 500 characters.
    pub place: String,
    /// The zone, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// When it was found, UTC ms.
    pub found_at: i64,
    /// Whether it is worth two signatures, in the eyes of whoever registers it; some categories always are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub valuable: bool,
    /// What may never go back over the counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prohibited: Option<Prohibited>,
    /// The digest of a serial number or IMEI (see [`super::serial_digest`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_digest: Option<Digest>,
}

/// The bodies of a found item's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum FoundItemEvent {
    /// [`super::Kind::FoundRegister`]: whoever registers it holds it from then on.
    Register {
        /// What was found.
        found: FoundRecord,
        /// Marks and contents that only the owner can know; at most 1,000 characters. They are in no answer of any API.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hidden: Option<String>,
    },
    /// [`super::Kind::CustodyStore`]: it is put away, by whoever holds it.
    Store {
        /// Where; 1 to 200 characters.
        place: String,
    },
    /// [`super::Kind::CustodySign`]: the second signature, of somebody else than who registered it.
    Sign {},
    /// [`super::Kind::CustodyHandOver`]: offered to another; nothing changes hands until they accept.
    HandOver {
        /// To whom: a person's id.
        to: String,
    },
    /// [`super::Kind::CustodyAccept`]: they have it now. Also what was transferred, and comes back.
    Accept {
        /// Where it is put away; at most 200 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
    },
    /// [`super::Kind::FoundTransfer`]: another authority keeps it.
    Transfer {
        /// Which; 1 to 200 characters.
        authority: String,
        /// Whether that is the police.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        police: bool,
    },
    /// [`super::Kind::FoundNotice`]: it is announced, and the statutory year begins.
    Notice {},
    /// [`super::Kind::FoundReturn`]: it goes back on the spot, to an owner who is plain.
    ReleaseOnSpot {
        /// Why the owner is plain; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::FoundRelease`]: it goes to whoever made this claim.
    Release {
        /// The verified claim.
        claim: String,
    },
    /// [`super::Kind::FoundForfeit`]: a year has passed, and it is the State's.
    Forfeit {},
    /// [`super::Kind::FoundDispose`]: what was forfeited is disposed of.
    Dispose {
        /// How; 1 to 1,000 characters.
        note: String,
    },
}

/// Where a found item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundItemState {
    /// 登记
    Registered,
    /// 保管
    InCustody,
    /// 招领公告
    Noticed,
    /// Somebody claims it.
    ClaimPending,
    /// Several claim it: locked.
    Disputed,
    /// 返还
    Released,
    /// 移交
    Transferred,
    /// 无人认领，归国家
    Forfeited,
    /// 处置
    Disposed,
}

/// What moves a found item on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoundItemMove {
    /// It is put away, or somebody else has accepted it.
    Take,
    /// The owner is plain.
    ReleaseOnSpot,
    /// Another authority keeps it.
    Transfer,
    /// It is announced.
    Notice,
    /// Somebody claims it.
    Claim,
    /// Somebody else claims it as well.
    Dispute,
    /// Of several live claims one is left.
    Settle,
    /// No live claim is left.
    Unclaim,
    /// It goes to whoever claimed it.
    Release,
    /// The year has passed.
    Forfeit,
    /// It is disposed of.
    Dispose,
}

impl FoundItemState {
    /// Every step that a found item can take.
    pub const TRANSITIONS: &'static [(Self, FoundItemMove, Self)] = &[
        (Self::Registered, FoundItemMove::Take, Self::InCustody),
        (Self::Registered, FoundItemMove::ReleaseOnSpot, Self::Released),
        (Self::Registered, FoundItemMove::Transfer, Self::Transferred),
        (Self::InCustody, FoundItemMove::Notice, Self::Noticed),
        (Self::InCustody, FoundItemMove::Transfer, Self::Transferred),
        (Self::Transferred, FoundItemMove::Take, Self::InCustody),
        (Self::Noticed, FoundItemMove::Claim, Self::ClaimPending),
        (Self::Noticed, FoundItemMove::Transfer, Self::Transferred),
        (Self::Noticed, FoundItemMove::Forfeit, Self::Forfeited),
        (Self::ClaimPending, FoundItemMove::Dispute, Self::Disputed),
        (Self::ClaimPending, FoundItemMove::Unclaim, Self::Noticed),
        (Self::ClaimPending, FoundItemMove::Release, Self::Released),
        (Self::Disputed, FoundItemMove::Settle, Self::ClaimPending),
        (Self::Forfeited, FoundItemMove::Dispose, Self::Disposed),
    ];

    /// Whether somebody of the district has it in hand, and may hand it on.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Registered | Self::InCustody | Self::Noticed | Self::ClaimPending | Self::Disputed | Self::Forfeited)
    }
}

/// A found item as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundItem {
    /// What was found.
    pub found: FoundRecord,
    /// Where it stands.
    pub state: FoundItemState,
    /// Who registered it.
    pub registered_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that registered it.
    pub operation: Uuid,
    /// Its own time, UTC ms: when it was found.
    pub at: i64,
    /// When it was registered, UTC ms.
    pub registered_at: i64,
    /// Who else signed for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<String>,
    /// Who held it, one after another, with no gap.
    pub custody: Vec<CustodyLeg>,
    /// To whom it is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_to: Option<String>,
    /// On which device it was offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_on: Option<DeviceId>,
    /// Where it is put away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_at: Option<String>,
    /// When it was first announced, UTC ms: a later notice gives no new year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noticed_at: Option<i64>,
    /// From when on it may be forfeited, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forfeit_from: Option<i64>,
    /// When the hub's clock warned that the statutory day is near, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_near_at: Option<i64>,
    /// When the hub's clock said that the year had passed, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_over_at: Option<i64>,
    /// The claims that are still alive, in the order in which they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
    /// The claim by which it went back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_for: Option<String>,
    /// When it went back, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<i64>,
    /// The authority that keeps or kept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transferred_to: Option<String>,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What only the owner can know of an item. It lies in no bucket: no phone receives it, and at the hub each reading is logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundSecrets {
    /// The item's id.
    pub item: String,
    /// When it was registered, UTC ms.
    pub at: i64,
    /// Marks and contents.
    pub hidden: String,
}

/// A part of the day of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DayPart {
    /// 00:00 to 06:00
    Night,
    /// 06:00 to 12:00
    Morning,
    /// 12:00 to 18:00
    Afternoon,
    /// 18:00 to 24:00
    Evening,
}

/// What anyone may know of a found item: category, coarse place and time. It has no field that could say more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundNotice {
    /// The item's id.
    pub item: String,
    /// What it is.
    pub category: ItemCategory,
    /// The zone in which it was found, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The beginning of the day on which it was found, in the site's zone, UTC ms.
    pub day: i64,
    /// In which part of that day.
    pub part: DayPart,
    /// When it was announced, UTC ms.
    pub at: i64,
    /// Whether it may still be claimed.
    pub open: bool,
}

const REGISTRARS: &[Role] = &[Role::Guard, Role::Volunteer, Role::Auxiliary, Role::Inspector, Role::Desk];
/// Who may hold valuables.
pub(super) const TRUSTED: &[Role] = &[Role::Auxiliary, Role::Inspector, Role::Desk];
const DESK: &[Role] = &[Role::Desk];
const KEEPERS: &[Role] = &[Role::Desk, Role::Commander];
const COMMANDER: &[Role] = &[Role::Commander];

impl FoundRecord {
    /// Whether two people have to sign for it: because it was said, or because its category always asks for that.
    #[must_use]
    pub const fn is_valuable(&self) -> bool {
        use ItemCategory::{Camera, Electronics, Jewellery, Phone};
        self.valuable || matches!(self.category, Phone | Camera | Jewellery | Electronics)
    }

    /// The record with its texts in NFC. `now` is the time, UTC ms: nothing was found after it.
    ///
    /// # Errors
    /// A text's code at its field; [`Code::TimeInFuture`] at `found_at`.
    pub fn normalised(self, now: i64) -> Result<Self> {
        if self.found_at > now {
            return Err(Error::field(Code::TimeInFuture, "found_at", "not after now"));
        }
        Ok(Self {
            description: Text::required_lines("description", &self.description, 2000)?.into_string(),
            brand: Text::optional("brand", self.brand.as_deref(), 100)?.map(Text::into_string),
            colour: Text::optional("colour", self.colour.as_deref(), 50)?.map(Text::into_string),
            place: Text::required("place", &self.place, 500)?.into_string(),
            zone: Text::optional("zone", self.zone.as_deref(), 64)?.map(Text::into_string),
            ..self
        })
    }
}

impl FoundItemEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Register { .. } => Kind::FoundRegister,
            Self::Store { .. } => Kind::CustodyStore,
            Self::Sign {} => Kind::CustodySign,
            Self::HandOver { .. } => Kind::CustodyHandOver,
            Self::Accept { .. } => Kind::CustodyAccept,
            Self::Transfer { .. } => Kind::FoundTransfer,
            Self::Notice {} => Kind::FoundNotice,
            Self::ReleaseOnSpot { .. } => Kind::FoundReturn,
            Self::Release { .. } => Kind::FoundRelease,
            Self::Forfeit {} => Kind::FoundForfeit,
            Self::Dispose { .. } => Kind::FoundDispose,
        }
    }

    /// The event with its texts in NFC. `now` is the time, UTC ms.
    ///
    /// # Errors
    /// A text's code at its field; those of [`FoundRecord::normalised`] within `found`.
    pub fn normalised(self, now: i64) -> Result<Self> {
        Ok(match self {
            Self::Register { found, hidden } => Self::Register {
                found: found.normalised(now).map_err(|error| error.within("found"))?,
                hidden: Text::optional_lines("hidden", hidden.as_deref(), 1000)?.map(Text::into_string),
            },
            Self::Store { place } => Self::Store { place: Text::required("place", &place, 200)?.into_string() },
            Self::HandOver { to } => Self::HandOver { to: Text::required("to", &to, 64)?.into_string() },
            Self::Accept { place } => Self::Accept { place: Text::optional("place", place.as_deref(), 200)?.map(Text::into_string) },
            Self::Transfer { authority, police } => {
                Self::Transfer { authority: Text::required("authority", &authority, 200)?.into_string(), police }
            }
            Self::ReleaseOnSpot { reason } => Self::ReleaseOnSpot { reason: Text::required_lines("reason", &reason, 1000)?.into_string() },
            Self::Release { claim } => Self::Release { claim: Text::required("claim", &claim, 64)?.into_string() },
            Self::Dispose { note } => Self::Dispose { note: Text::required_lines("note", &note, 1000)?.into_string() },
            plain @ (Self::Sign {} | Self::Notice {} | Self::Forfeit {}) => plain,
        })
    }

    const fn roles(&self) -> &'static [Role] {
        match self {
            Self::Register { .. } | Self::Store { .. } | Self::HandOver { .. } | Self::Accept { .. } => REGISTRARS,
            Self::Sign {} | Self::Transfer { .. } | Self::ReleaseOnSpot { .. } => TRUSTED,
            Self::Notice {} | Self::Release { .. } => DESK,
            Self::Forfeit {} => KEEPERS,
            Self::Dispose { .. } => COMMANDER,
        }
    }
}

impl FoundItem {
    /// Takes a step where the table has it.
    pub(super) fn take(&mut self, step: FoundItemMove) -> bool {
        next(FoundItemState::TRANSITIONS, self.state, step).map(|state| self.state = state).is_some()
    }

    /// The id of the document with what only the owner knows. No operation can be about it: ids that phones make have no full stop.
    #[must_use]
    pub fn secrets_id(item: &str) -> String {
        format!("{item}.secrets")
    }

    /// The id of an item's public notice.
    #[must_use]
    pub fn notice_id(item: &str) -> String {
        format!("{item}.notice")
    }

    /// Whether a loss may still be found in it: what went back, was forfeited or goes to the police is nobody's candidate.
    #[must_use]
    pub const fn may_be_sought(&self) -> bool {
        use FoundItemState::{ClaimPending, Disputed, InCustody, Noticed, Registered, Transferred};
        self.found.prohibited.is_none() && matches!(self.state, Registered | InCustody | Noticed | ClaimPending | Disputed | Transferred)
    }

    /// Whether several people claim it: nobody gets it until that is settled.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.claims.len() > 1
    }
}

impl Timed for FoundItem {
    /// 民法典第三百一十八条: what nobody has claimed within a year of the notice is the State's. Whoever keeps it is told before,
    /// and when the year is over.
    fn deadline(&self, settings: &Settings) -> Option<i64> {
        let over = self.forfeit_from.filter(|_| self.state == FoundItemState::Noticed)?;
        match (self.year_near_at, self.year_over_at) {
            (_, Some(_)) => None,
            (Some(_), None) => Some(over),
            (None, None) => Some(over.saturating_sub(i64::from(settings.statutory_warning_days) * DAY_MS)),
        }
    }

    fn step(&mut self, tick: &Tick<'_>) -> Result<()> {
        self.year_near_at = self.year_near_at.or(Some(tick.now));
        if self.forfeit_from.is_some_and(|over| over <= tick.now) {
            self.year_over_at = Some(tick.now);
        }
        Ok(())
    }
}

const DAY_MS: i64 = 86_400_000;

impl Noun for FoundItem {
    const KIND: DocumentKind = DocumentKind::FoundItem;

    /// The desk, who registered it, who holds it and to whom it is offered.
    fn buckets(&self) -> Vec<Bucket> {
        let holders = self.custody.iter().filter_map(|leg| match &leg.custodian {
            Custodian::Person { person } => staff(person),
            Custodian::Authority { .. } => None,
        });
        let persons = holders.chain(self.offered_to.clone()).chain(staff(&self.registered_by));
        Bucket::of_found_item(persons, self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.registered_by)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Noun for FoundSecrets {
    const KIND: DocumentKind = DocumentKind::FoundSecrets;

    fn buckets(&self) -> Vec<Bucket> {
        Vec::new()
    }

    fn person(&self) -> Option<String> {
        None
    }

    fn at(&self) -> i64 {
        self.at
    }
}

impl Noun for FoundNotice {
    const KIND: DocumentKind = DocumentKind::FoundNotice;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_public_reference()
    }

    fn person(&self) -> Option<String> {
        None
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: FoundItemEvent) -> Judgement {
    case.authorise(event.roles())?;
    if let FoundItemEvent::Register { found, hidden } = event {
        return register(case, found, hidden);
    }
    let (document, before): (_, FoundItem) = case.existing()?;
    let mut after = before.clone();
    let is_transfer = matches!(event, FoundItemEvent::Transfer { police: true, .. });
    if before.found.prohibited.is_some() && !is_transfer {
        return Err(Error::new(Code::ItemProhibited, "weapons and contraband go straight to the police").into());
    }
    if before.is_locked() && !matches!(event, FoundItemEvent::HandOver { .. } | FoundItemEvent::Accept { .. } | FoundItemEvent::Sign {}) {
        return locked(&case, &document, &before);
    }
    if let FoundItemEvent::Release { claim } = event {
        return release(case, &document, &before, &claim);
    }
    if !advance(&mut case, &mut after, event)? {
        return case.illegal(&document, &before);
    }
    let notice = notice_write(&case, &document.id, &before, &after)?;
    let mut outcome = case.changed(&document, &before, &after)?;
    outcome.writes.extend(notice);
    Ok(outcome)
}

/// A conflict where the author could not know of the second claim, refused by name where they could.
fn locked(case: &Case<'_>, document: &Document, item: &FoundItem) -> Judgement {
    match case.overtaken(document)? {
        Some(winner) => Ok(case.lost_to(document, item, Code::ItemDisputed, winner)),
        None => Err(Error::new(Code::ItemDisputed, "two live claims lock the item").into()),
    }
}

fn register(mut case: Case<'_>, found: FoundRecord, hidden: Option<String>) -> Judgement {
    case.must_be_new()?;
    if found.is_valuable() {
        // A guard brings it to somebody who may hold it: they register it.
        case.authorise(TRUSTED)?;
    }
    if let Some(zone) = &found.zone {
        case.reference::<Zone>(DocumentKind::Zone, zone, "found.zone")?;
    }
    let operation = case.operation;
    let at = case.at;
    let item = FoundItem {
        at: found.found_at,
        found,
        state: FoundItemState::Registered,
        registered_by: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        registered_at: at,
        signatures: Vec::new(),
        custody: vec![CustodyLeg { custodian: Custodian::Person { person: case.actor().to_owned() }, from: at, to: None }],
        offered_to: None,
        offered_on: None,
        kept_at: None,
        noticed_at: None,
        forfeit_from: None,
        year_near_at: None,
        year_over_at: None,
        claims: Vec::new(),
        released_for: None,
        released_at: None,
        transferred_to: None,
        photos: case.photos(),
        note: None,
    };
    let id = operation.entity.clone();
    let secrets = match hidden {
        Some(hidden) => Some(created_write(&FoundItem::secrets_id(&id), &FoundSecrets { item: id, at, hidden })?),
        None => None,
    };
    let mut outcome = case.created(&item)?;
    outcome.writes.extend(secrets);
    Ok(outcome)
}

/// Takes a step other than register and release. False where the state does not allow it.
fn advance(case: &mut Case<'_>, item: &mut FoundItem, event: FoundItemEvent) -> Judgement<bool> {
    let at = case.at;
    match event {
        FoundItemEvent::Register { .. } | FoundItemEvent::Release { .. } => Err(Error::internal("taken before").into()),
        FoundItemEvent::Store { place } => custody::store(case, item, place),
        FoundItemEvent::Sign {} => custody::sign(case, item),
        FoundItemEvent::HandOver { to } => custody::hand_over(case, item, to),
        FoundItemEvent::Accept { place } => custody::accept(case, item, place),
        FoundItemEvent::Transfer { authority, police } => custody::transfer(case, item, authority, police),
        FoundItemEvent::Notice {} => Ok(item.take(FoundItemMove::Notice) && noticed(case, item)),
        FoundItemEvent::ReleaseOnSpot { reason } => {
            if item.found.is_valuable() {
                return Err(Error::new(Code::CustodyTwoPeople, "a valuable does not go back on the spot").into());
            }
            item.note = Some(reason);
            Ok(item.take(FoundItemMove::ReleaseOnSpot) && custody::end(item, at))
        }
        FoundItemEvent::Forfeit {} => {
            if item.state == FoundItemState::Noticed && item.forfeit_from.is_none_or(|from| surely(case) < from) {
                return Err(Error::new(Code::ForfeitTooEarly, "one full year from the notice has to pass").into());
            }
            Ok(item.take(FoundItemMove::Forfeit))
        }
        FoundItemEvent::Dispose { note } => {
            item.note = Some(note);
            Ok(item.take(FoundItemMove::Dispose) && custody::end(item, at))
        }
    }
}

/// The latest time that the operation surely had: a phone's clock that runs ahead makes no year shorter.
fn surely(case: &Case<'_>) -> i64 {
    case.context.received_at.map_or(case.at, |received| received.min(case.at))
}

fn noticed(case: &Case<'_>, item: &mut FoundItem) -> bool {
    if item.noticed_at.is_none() {
        let zone = case.site.as_ref().map_or(chrono_tz::UTC, super::Site::tz);
        item.noticed_at = Some(case.at);
        item.forfeit_from = Term::year_from(case.at, zone).map(|term| term.over_at);
    }
    true
}

/// The public notice, where it is made or where what it says has changed.
fn notice_write(case: &Case<'_>, id: &str, before: &FoundItem, after: &FoundItem) -> Judgement<Option<Write>> {
    use FoundItemState::{ClaimPending, Disputed, Noticed};
    let is_open = |item: &FoundItem| matches!(item.state, Noticed | ClaimPending | Disputed);
    if is_open(before) == is_open(after) {
        return Ok(None);
    }
    let notice_id = FoundItem::notice_id(id);
    if let Some(document) = case.document(&notice_id)?
        && let Some(old) = parse::<FoundNotice>(&document)
    {
        return changed_write(&document, &old, &FoundNotice { open: is_open(after), ..old.clone() }).map(Some);
    }
    let zone = case.site.as_ref().map_or(chrono_tz::UTC, super::Site::tz);
    let (day, minute) = super::time::local(after.found.found_at, zone).unwrap_or_default();
    let part = match minute / 360 {
        0 => DayPart::Night,
        1 => DayPart::Morning,
        2 => DayPart::Afternoon,
        _ => DayPart::Evening,
    };
    let notice = FoundNotice {
        item: id.to_owned(),
        category: after.found.category,
        zone: after.found.zone.clone(),
        day: super::day_start(day, zone).unwrap_or(after.found.found_at),
        part,
        at: case.at,
        open: is_open(after),
    };
    created_write(&notice_id, &notice).map(Some)
}

/// It goes to whoever proved that it is theirs: item, claim and report move in one judgement.
fn release(case: Case<'_>, document: &Document, before: &FoundItem, claim_id: &str) -> Judgement {
    let mut after = before.clone();
    let Some((claim_document, made)) = claim_of(&case, claim_id)? else {
        return Err(Error::field(Code::UnknownReference, "claim", "no claim of this item").into());
    };
    if !before.claims.iter().any(|live| live == claim_id) {
        return match case.overtaken(document)? {
            Some(_) => case.illegal(document, before),
            None => Err(Error::field(Code::UnknownReference, "claim", "no live claim of this item").into()),
        };
    }
    let Some(released) = made.released(claim::ending(&case)) else {
        return Err(Error::field(Code::StateRefused, "claim", "the claim is not verified").into());
    };
    custody::check_release(&case, before, &made)?;
    if !after.take(FoundItemMove::Release) {
        return case.illegal(document, before);
    }
    custody::end(&mut after, case.at);
    (after.claims, after.released_for, after.released_at) = (Vec::new(), Some(claim_id.to_owned()), Some(case.at));
    let notice = notice_write(&case, &document.id, before, &after)?;
    let report = claim::report_returned(&case, &made)?;
    let claim_write = changed_write(&claim_document, &made, &released)?;
    let mut outcome = case.changed(document, before, &after)?;
    outcome.writes.push(claim_write);
    outcome.writes.extend(notice.into_iter().chain(report));
    Ok(outcome)
}

fn claim_of(case: &Case<'_>, id: &str) -> Judgement<Option<(Document, Claim)>> {
    let document = case.document(id)?.filter(|document| document.kind == DocumentKind::Claim.as_str());
    let found = document.and_then(|document| parse::<Claim>(&document).map(|claim| (document, claim)));
    Ok(found.filter(|(_, claim)| claim.item == case.operation.entity))
}

/// The item after a claim of it came alive or died, as a document to write; none where nothing changes.
pub(super) fn claims_write(case: &Case<'_>, item: &str, change: impl FnOnce(&mut FoundItem)) -> Judgement<Option<Write>> {
    let Some(document) = case.document(item)?.filter(|document| document.kind == DocumentKind::FoundItem.as_str()) else {
        return Ok(None);
    };
    let Some(before) = parse::<FoundItem>(&document) else { return Ok(None) };
    let mut after = before.clone();
    change(&mut after);
    if after == before {
        return Ok(None);
    }
    let body = merged(&document.body, &json(&before)?, json(&after)?);
    Ok(Some(write_of(&document.id, body, &after)))
}
