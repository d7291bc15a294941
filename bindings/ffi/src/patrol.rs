//! Patrols: check-ins, and the points that are visited.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::error::{Result, malformed};
use crate::types::{Bilingual, Fix, Flag, Page, Position, Recorded, digests, fix, flags, hex, mirror, uuid};

mirror! {
    /// How somebody moves between checkpoints.
    Movement = domain::Movement {
        /// On foot.
        Foot,
        /// In a vehicle.
        Vehicle,
    }
}

mirror! {
    /// Whether a check-in counts.
    CheckInVerdict = domain::CheckInVerdict {
        /// It counts.
        Accepted,
        /// Somebody should look at it.
        Flagged,
        /// A supervisor looked, and it does not count.
        Rejected,
    }
}

mirror! {
    /// Where the fix lies against the checkpoint's radius.
    Inside = domain::Inside {
        /// Distance + accuracy ≤ radius.
        Inside,
        /// Distance − accuracy > radius.
        Outside,
        /// Neither.
        Uncertain,
        /// There is no fix.
        Unknown,
    }
}

/// How somebody shows that they were there.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum CheckInEvidence {
    /// The text of the checkpoint's QR code.
    Qr {
        /// As scanned.
        payload: String,
    },
    /// What the checkpoint's NFC tag mirrored (NTAG 424 DNA, Secure Unique NFC).
    Nfc {
        /// 14 hexadecimal digits.
        uid: String,
        /// The tag's read counter, 24 bits.
        counter: i64,
        /// 16 hexadecimal digits.
        cmac: String,
    },
    /// The position alone.
    Gps,
}

impl CheckInEvidence {
    fn into_core(self) -> Result<domain::CheckInEvidence> {
        Ok(match self {
            Self::Qr { payload } => domain::CheckInEvidence::Qr { payload },
            Self::Nfc { uid, counter, cmac } => {
                let counter = u32::try_from(counter).map_err(|_| malformed("evidence.counter", "a counter of 24 bits"))?;
                domain::CheckInEvidence::Nfc { uid, counter, cmac }
            }
            Self::Gps => domain::CheckInEvidence::Gps,
        })
    }
}

/// One visit of a checkpoint, as an app knows it.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct CheckInDraft {
    /// The checkpoint's id; may be left out where a QR tag names it.
    #[uniffi(default = None)]
    pub checkpoint: Option<String>,
    /// How somebody shows that they are there.
    pub evidence: CheckInEvidence,
    /// Where the phone is; required with GPS.
    #[uniffi(default = None)]
    pub fix: Option<Fix>,
    /// How they move.
    pub movement: Movement,
    /// What there is to say; at most 500 characters.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// SHA-256 of photos that were attached before; at most six.
    #[uniffi(default = [])]
    pub photos: Vec<String>,
}

impl CheckInDraft {
    fn into_core(self) -> Result<core::CheckInDraft> {
        Ok(core::CheckInDraft {
            checkpoint: self.checkpoint,
            evidence: self.evidence.into_core()?,
            fix: fix(self.fix)?,
            movement: self.movement.into(),
            note: self.note,
            photos: digests(&self.photos)?,
        })
    }
}

/// A check-in that was saved.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RecordedCheckIn {
    /// The operation's id.
    pub operation: String,
    /// The check-in's id.
    pub id: String,
    /// The checkpoint's id; empty where this phone cannot tell yet.
    pub checkpoint: String,
    /// Whether it counts, as far as this phone can tell; the hub decides.
    pub verdict: CheckInVerdict,
    /// Why somebody should look at it.
    pub flags: Vec<Flag>,
}

impl From<core::RecordedCheckIn> for RecordedCheckIn {
    fn from(recorded: core::RecordedCheckIn) -> Self {
        Self {
            operation: recorded.operation.to_string(),
            id: recorded.id,
            checkpoint: recorded.checkpoint,
            verdict: recorded.verdict.into(),
            flags: flags(recorded.flags),
        }
    }
}

/// A check-in as this phone sees it.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct CheckIn {
    /// Its id.
    pub id: String,
    /// The checkpoint.
    pub checkpoint: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// Who.
    pub person: String,
    /// The operation that recorded it.
    pub operation: String,
    /// When, UTC ms.
    pub at: i64,
    /// How: `qr`, `nfc` or `gps`.
    pub method: String,
    /// How they moved.
    pub movement: Movement,
    /// Where the fix lies against the radius.
    pub inside: Inside,
    /// Distance of the fix from the checkpoint, whole metres.
    pub distance_m: Option<i64>,
    /// The fix.
    pub fix: Option<Fix>,
    /// Whether it counts.
    pub verdict: CheckInVerdict,
    /// Why somebody should look at it.
    pub flags: Vec<Flag>,
    /// What there was to say.
    pub note: Option<String>,
    /// Photos, by SHA-256.
    pub photos: Vec<String>,
    /// Who decided on the flags.
    pub reviewed_by: Option<String>,
    /// And why.
    pub review_reason: Option<String>,
}

impl From<(String, domain::CheckIn)> for CheckIn {
    fn from((id, check_in): (String, domain::CheckIn)) -> Self {
        Self {
            id,
            checkpoint: check_in.checkpoint,
            zone: check_in.zone,
            person: check_in.person,
            operation: check_in.operation.to_string(),
            at: check_in.at,
            method: check_in.method,
            movement: check_in.movement.into(),
            inside: check_in.inside.into(),
            distance_m: check_in.distance_m.map(i64::from),
            fix: check_in.fix.map(Fix::from),
            verdict: check_in.verdict.into(),
            flags: flags(check_in.flags),
            note: check_in.note,
            photos: hex(&check_in.photos),
            reviewed_by: check_in.reviewed_by,
            review_reason: check_in.review_reason,
        }
    }
}

/// A point with a radius, marked by a QR code and, where fitted, an NFC tag.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Checkpoint {
    /// Such as `cp-01`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The zone in which it lies.
    pub zone: String,
    /// Where it is.
    pub at: Position,
    /// How near a visitor has to be, in metres.
    pub radius_m: i64,
    /// The NFC tag's UID, 14 upper-case hexadecimal digits, where one is fitted.
    pub nfc_uid: Option<String>,
    /// From when on it is no longer visited, UTC ms.
    pub retired_at: Option<i64>,
}

impl From<domain::Checkpoint> for Checkpoint {
    fn from(checkpoint: domain::Checkpoint) -> Self {
        Self {
            id: checkpoint.id,
            name: checkpoint.name.into(),
            zone: checkpoint.zone,
            at: checkpoint.at.into(),
            radius_m: checkpoint.radius_m.into(),
            nfc_uid: checkpoint.nfc_uid,
            retired_at: checkpoint.retired_at,
        }
    }
}

/// A round, with the time of day in which it is walked.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Route {
    /// Such as `r-night-1`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// The checkpoints' ids.
    pub checkpoints: Vec<String>,
    /// Whether they are visited in this order.
    pub ordered: bool,
    /// Start of the window, `HH:MM` in the site's zone.
    pub from: String,
    /// End of the window, `HH:MM`; before `from` where it passes midnight.
    pub to: String,
    /// How late a visit may be, in minutes.
    pub grace_min: i64,
}

impl From<domain::Route> for Route {
    fn from(route: domain::Route) -> Self {
        Self {
            id: route.id,
            name: route.name.into(),
            checkpoints: route.checkpoints,
            ordered: route.ordered,
            from: route.from,
            to: route.to,
            grace_min: route.grace_min.into(),
        }
    }
}

/// One grid patrol zone. Zones of a site do not overlap.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Zone {
    /// Such as `z1`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// Its area: closed rings, the outer one first.
    pub area: Vec<Vec<Position>>,
}

impl From<domain::Zone> for Zone {
    fn from(zone: domain::Zone) -> Self {
        let ring = |ring: &Vec<[f64; 2]>| ring.iter().map(|&[lon, lat]| Position { lat, lon }).collect();
        Self { area: zone.area.rings().iter().map(ring).collect(), id: zone.id, name: zone.name.into() }
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Records a visit of a checkpoint. Works offline and before enrolment.
    ///
    /// # Errors
    /// Those of the rules, with the field: `tag_unsigned`, `tag_unknown`, `tag_retired`, `duplicate_check_in`,
    /// `missing`, …; those of the store.
    pub fn check_in(&self, draft: CheckInDraft) -> Result<RecordedCheckIn> {
        Ok(self.core.patrol().check_in(draft.into_core()?)?.into())
    }

    /// Corrects a check-in that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `check_in`.
    pub fn amend_check_in(&self, operation: &str, draft: CheckInDraft) -> Result<RecordedCheckIn> {
        Ok(self.core.patrol().amend_check_in(uuid("operation", operation)?, draft.into_core()?)?.into())
    }

    /// A supervisor's decision on a flagged check-in.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`, `missing` at `reason`.
    pub fn review_check_in(&self, check_in: &str, accepted: bool, reason: &str) -> Result<Recorded> {
        Ok(self.core.patrol().review(check_in, accepted, reason)?.into())
    }

    /// All checkpoints that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>> {
        Ok(self.core.patrol().checkpoints()?.into_iter().map(Checkpoint::from).collect())
    }

    /// All routes that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn routes(&self) -> Result<Vec<Route>> {
        Ok(self.core.patrol().routes()?.into_iter().map(Route::from).collect())
    }

    /// All zones that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn zones(&self) -> Result<Vec<Zone>> {
        Ok(self.core.patrol().zones()?.into_iter().map(Zone::from).collect())
    }

    /// Check-ins, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn check_ins(&self, page: Page) -> Result<Vec<CheckIn>> {
        Ok(self.core.patrol().check_ins(page.try_into()?)?.into_iter().map(CheckIn::from).collect())
    }
}
