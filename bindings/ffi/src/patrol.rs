//! Patrols: check-ins, and the points that are visited.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, Outward, draft, given, mirror, noun, path, record};
use crate::error::{Result, malformed};
use crate::types::{Bilingual, Fix, Flag, Page, Position, Recorded};

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

impl Inward<domain::CheckInEvidence> for CheckInEvidence {
    fn inward(self, at: &str) -> Result<domain::CheckInEvidence> {
        Ok(match self {
            Self::Qr { payload } => domain::CheckInEvidence::Qr { payload },
            Self::Nfc { uid, counter, cmac } => {
                let counter = u32::try_from(counter).map_err(|_| malformed(path(at, "counter"), "a counter of 24 bits"))?;
                domain::CheckInEvidence::Nfc { uid, counter, cmac }
            }
            Self::Gps => domain::CheckInEvidence::Gps,
        })
    }
}

draft! {
    /// One visit of a checkpoint, as an app knows it.
    CheckInDraft = core::CheckInDraft {
        /// The checkpoint's id; may be left out where a QR tag names it.
        checkpoint: Option<String> = None,
        /// How somebody shows that they are there.
        evidence: CheckInEvidence,
        /// Where the phone is; required with GPS.
        fix: Option<Fix> = None,
        /// How they move.
        movement: Movement,
        /// What there is to say; at most 500 characters.
        note: Option<String> = None,
        /// SHA-256 of photos that were attached before; at most six.
        photos: Vec<String> = [],
    }
}

record! {
    /// A check-in that was saved.
    RecordedCheckIn = core::RecordedCheckIn {
        /// The operation's id.
        operation: String,
        /// The check-in's id.
        id: String,
        /// The checkpoint's id; empty where this phone cannot tell yet.
        checkpoint: String,
        /// Whether it counts, as far as this phone can tell; the hub decides.
        verdict: CheckInVerdict,
        /// Why somebody should look at it.
        flags: Vec<Flag>,
    }
}

noun! {
    /// A check-in as everyone sees it.
    CheckIn = domain::CheckIn {
        /// The checkpoint.
        checkpoint: String,
        /// Its zone; empty where the phone does not know it yet.
        zone: String,
        /// Who.
        person: String,
        /// The operation that recorded it.
        operation: String,
        /// When, UTC ms: the device's clock, corrected by its offset and clamped by the hub.
        at: i64,
        /// When, by the device's own clock, UTC ms.
        recorded_at: i64,
        /// How: `qr`, `nfc` or `gps`.
        method: String,
        /// How they move.
        movement: Movement,
        /// Where the fix lies against the radius.
        inside: Inside,
        /// Distance of the fix from the checkpoint, whole metres.
        distance_m: Option<i64>,
        /// The fix.
        fix: Option<Fix>,
        /// Whether it counts.
        verdict: CheckInVerdict,
        /// Why somebody should look at it.
        flags: Vec<Flag>,
        /// What there was to say.
        note: Option<String>,
        /// Photos, by SHA-256.
        photos: Vec<String>,
        /// The shift that its author had running.
        shift: Option<String>,
        /// The tour that its author was walking, where this is one of its checkpoints.
        tour: Option<String>,
        /// Who decided on the flags.
        reviewed_by: Option<String>,
        /// And why.
        review_reason: Option<String>,
    }
}

record! {
    /// A point with a radius, marked by a QR code and, where fitted, an NFC tag.
    Checkpoint = domain::Checkpoint {
        /// Such as `cp-01`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// The zone in which it lies.
        zone: String,
        /// Where it is.
        at: Position,
        /// How near a visitor has to be, in metres.
        radius_m: i64,
        /// The NFC tag's UID, 14 upper-case hexadecimal digits, where one is fitted.
        nfc_uid: Option<String>,
        /// From when on it is no longer visited, UTC ms.
        retired_at: Option<i64>,
    }
}

record! {
    /// A round, with the time of day in which it is walked.
    Route = domain::Route {
        /// Such as `r-night-1`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// The checkpoints' ids.
        checkpoints: Vec<String>,
        /// Whether they are visited in this order.
        ordered: bool,
        /// Start of the window, `HH:MM` in the site's zone.
        from: String,
        /// End of the window, `HH:MM`; before `from` where it passes midnight.
        to: String,
        /// How late a visit may be, in minutes.
        grace_min: i64,
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

impl Outward<Zone> for domain::Zone {
    fn outward(self) -> Zone {
        let ring = |ring: &Vec<[f64; 2]>| ring.iter().map(|&[lon, lat]| Position { lat, lon }).collect();
        Zone { area: self.area.rings().iter().map(ring).collect(), id: self.id, name: self.name.outward() }
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
        given(self.core.patrol().check_in(draft.inward("")?))
    }

    /// Corrects a check-in that the hub quarantined.
    ///
    /// # Errors
    /// `amends_nothing`; those of `check_in`.
    pub fn amend_check_in(&self, operation: &str, draft: CheckInDraft) -> Result<RecordedCheckIn> {
        given(self.core.patrol().amend_check_in(operation.inward("operation")?, draft.inward("")?))
    }

    /// A supervisor's decision on a flagged check-in.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`, `missing` at `reason`.
    pub fn review_check_in(&self, check_in: &str, accepted: bool, reason: &str) -> Result<Recorded> {
        given(self.core.patrol().review(check_in, accepted, reason))
    }

    /// All checkpoints that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>> {
        given(self.core.patrol().checkpoints())
    }

    /// All routes that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn routes(&self) -> Result<Vec<Route>> {
        given(self.core.patrol().routes())
    }

    /// All zones that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn zones(&self) -> Result<Vec<Zone>> {
        given(self.core.patrol().zones())
    }

    /// Check-ins, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn check_ins(&self, page: Page) -> Result<Vec<CheckIn>> {
        given(self.core.patrol().check_ins(page.inward("")?))
    }
}
