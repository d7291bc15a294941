//! Values that several groups use.

use liuye_core::companion as core;
use liuye_core::domain;
use liuye_core::log;
use liuye_core::{Code, Error};

use crate::crossing::{Inward, Outward, mirror, mirror_open, path, record};
use crate::error::{Result, malformed};

mirror_open! {
    /// Why an applied operation, or a check-in, deserves a look.
    Flag = domain::Flag {
        /// No position at all where one was needed.
        FixMissing,
        /// The position is older than 60 s *(default)*.
        FixStale,
        /// The position is coarser than 50 m *(default)*, or claims no error at all.
        FixInaccurate,
        /// The platform says that the position is a mock.
        FixMock,
        /// The position lies outside the site's box.
        FixOutsideSite,
        /// The position is surely outside the checkpoint's radius.
        Outside,
        /// The position's error circle crosses the checkpoint's radius.
        Uncertain,
        /// Faster than a person on foot, or than a vehicle, can be.
        TooFast,
        /// More than eight scans within ten minutes.
        TooManyScans,
        /// The device's clock is off by more than 120 s.
        ClockOffset,
        /// Written more than five minutes in the future; the time was clamped.
        ClockFuture,
        /// Arrived more than 72 h after it was written.
        Late,
        /// An NFC counter that is not above the last one seen.
        TagReplay,
        /// The role holds for one end of the interval in which this happened, and not for the other.
        AuthorityUncertain,
    }
}

mirror! {
    /// What a person may do.
    Role = domain::Role {
        /// Reports a loss, claims, calls for help; sees their own alone.
        Tourist,
        /// 保安: checks in, reports, hands in.
        Guard,
        /// 志愿者: as a guard.
        Volunteer,
        /// 辅警: also assists, registers, drafts hazards.
        Auxiliary,
        /// 商户: sees one hazard by a link.
        VenueOperator,
        /// 民警检查员: also assigns and re-inspects hazards.
        Inspector,
        /// 值班员: dispatches, releases, resolves.
        Desk,
        /// 指挥员: verifies, approves.
        Commander,
        /// Accounts, devices, zones, personnel; no case content.
        Admin,
        /// Reads everything, each reading logged.
        Auditor,
    }
}

mirror! {
    /// Where a position comes from.
    FixSource = log::FixSource {
        /// Satellites.
        Gnss,
        /// The platform's mixture of satellites, Wi-Fi and cells.
        Fused,
        /// Wi-Fi or cells alone.
        Network,
        /// Put on a map by a person.
        Manual,
    }
}

mirror! {
    /// A format of photos that is taken.
    PhotoFormat = domain::PhotoFormat {
        /// image/jpeg
        Jpeg,
        /// image/png
        Png,
        /// image/webp
        Webp,
        /// image/heic
        Heic,
    }
}

record! {
    /// A name or sentence in both languages.
    Bilingual = domain::Bilingual {
        /// zh-CN
        zh: String,
        /// English
        en: String,
    }
}

/// A WGS-84 position in degrees.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct Position {
    /// Latitude.
    pub lat: f64,
    /// Longitude.
    pub lon: f64,
}

impl Outward<Position> for domain::Coordinate {
    fn outward(self) -> Position {
        Position { lat: self.lat(), lon: self.lon() }
    }
}

impl Inward<domain::Coordinate> for Position {
    fn inward(self, at: &str) -> Result<domain::Coordinate> {
        Ok(domain::Coordinate::new(self.lat, self.lon, domain::Datum::Wgs84).map_err(|error| error.within(at))?)
    }
}

/// A position of the phone, in WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct Fix {
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lon: f64,
    /// Radius of 68 % confidence in metres, as the platform gave it; 0 where it gave none.
    pub accuracy_m: f64,
    /// When the position was taken: wall clock, UTC ms.
    pub at: i64,
    /// Whether the platform says that the position is a mock.
    #[uniffi(default = false)]
    pub is_mock: bool,
    /// Where it comes from.
    pub source: FixSource,
}

impl Inward<log::Fix> for Fix {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate, which is what is meant")]
    fn inward(self, at: &str) -> Result<log::Fix> {
        let position: domain::Coordinate = Position { lat: self.lat, lon: self.lon }.inward(at)?;
        Ok(log::Fix {
            lat_e7: (position.lat() * 1e7).round() as i32,
            lon_e7: (position.lon() * 1e7).round() as i32,
            // Rounded up: an accuracy of a tenth of a millimetre is absurd, but it is not "none given".
            accuracy_mm: (self.accuracy_m * 1e3).ceil() as u32,
            at: self.at,
            is_mock: self.is_mock,
            source: self.source.inward("source")?,
        })
    }
}

impl Outward<Fix> for log::Fix {
    fn outward(self) -> Fix {
        Fix {
            lat: self.lat(),
            lon: self.lon(),
            accuracy_m: self.accuracy_m(),
            at: self.at,
            is_mock: self.is_mock,
            source: self.source.outward(),
        }
    }
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Page {
    /// At most so many; 1 to 200.
    #[uniffi(default = 50)]
    pub limit: i32,
    /// After so many.
    #[uniffi(default = 0)]
    pub offset: i32,
}

impl Inward<core::Page> for Page {
    fn inward(self, at: &str) -> Result<core::Page> {
        let limit = u32::try_from(self.limit).map_err(|_| Error::field(Code::OutOfRange, path(at, "limit"), "1 to 200"))?;
        let offset = u32::try_from(self.offset).map_err(|_| Error::field(Code::OutOfRange, path(at, "offset"), "0 or more"))?;
        Ok(core::Page { limit, offset })
    }
}

record! {
    /// What a save returned: it survives a power cut.
    Recorded = core::Recorded {
        /// The operation's id.
        operation: String,
        /// The document that it is about.
        id: String,
        /// Why the hub may want a look at it, as far as this phone can tell.
        flags: Vec<Flag>,
    }
}

record! {
    /// Who this phone is.
    Identity = core::Identity {
        /// The device's id; it has one before it ever meets a hub.
        device: String,
        /// The site, once enrolled.
        site: Option<String>,
        /// The hub's address, once enrolled.
        hub_url: Option<String>,
        /// Whose name is on what is recorded: who holds the phone, or signed in on it. None for a tourist's, before enrolment, and
        /// where several share it and nobody is signed in.
        person: Option<String>,
        /// Their name, once a first sync has brought it.
        person_name: Option<Bilingual>,
        /// The roles that they hold now, by this phone's clock.
        roles: Vec<Role>,
        /// Whether somebody has to give their PIN before anything is recorded.
        locked: bool,
        /// Those who may sign in; empty on a phone that asks for no PIN.
        sharers: Vec<Sharer>,
    }
}

record! {
    /// One of those who share a phone.
    Sharer = core::Sharer {
        /// The person's id.
        person: String,
        /// Whether a PIN is set: without one they cannot sign in.
        has_pin: bool,
        /// When the next try makes sense after too many wrong ones, UTC ms by this phone's clock.
        next_try_at: Option<i64>,
    }
}

record! {
    /// A photo that this phone keeps and that a record may name.
    AttachedBlob = core::AttachedBlob {
        /// SHA-256 of the bytes, hexadecimal: its name in drafts.
        sha256: String,
        /// Number of bytes.
        len: i64,
        /// Pixels.
        width: i32,
        /// Pixels.
        height: i32,
        /// By its first bytes.
        format: PhotoFormat,
    }
}

record! {
    /// What a commit changed.
    ChangeEvent = core::ChangeEvent {
        /// The kinds of documents that changed, each once.
        kinds: Vec<String>,
        /// The documents that changed, each once; empty where there were too many: read the list again.
        ids: Vec<String>,
        /// Whether the outbox or an operation's state changed.
        outbox_changed: bool,
    }
}

mirror_open! {
    /// What a document is.
    DocumentKind = domain::DocumentKind {
        /// The district itself.
        Site,
        /// A grid patrol zone.
        Zone,
        /// A point that is visited.
        Checkpoint,
        /// A round of checkpoints.
        Route,
        /// Premises that are checked.
        Venue,
        /// A standing team.
        Unit,
        /// A road whose night density is watched.
        KeyRoad,
        /// A post that must be staffed.
        DutyPost,
        /// An entry of the personnel base.
        Person,
        /// One visit of a checkpoint.
        CheckIn,
        /// A person on duty for a window.
        Shift,
        /// A walk of a route.
        Tour,
        /// Visitors of a zone at a time.
        CrowdCount,
        /// A piece of the way that somebody on duty went.
        Track,
        /// A loss.
        LostReport,
        /// A thing that was found.
        FoundItem,
        /// What anyone may know of it.
        FoundNotice,
        /// Somebody's word that a found thing is theirs.
        Claim,
        /// Questions of a safety check, with their versions.
        Checklist,
        /// A named operation of checks.
        Campaign,
        /// One visit of a venue.
        Inspection,
        /// One hazard.
        Hazard,
        /// A rectification notice.
        RectificationNotice,
        /// A call for help, or a clue.
        Call,
        /// What the desk keeps of a call for itself.
        CallFile,
        /// One person or unit that was sent to a call.
        Assignment,
        /// Somebody who is asked after.
        WelfareTimer,
        /// What publicity speaks on.
        Topic,
        /// What publicity works with.
        Material,
        /// One publicity session.
        PublicitySession,
        /// A batch of leaflets.
        Leaflets,
        /// One dispute.
        Dispute,
        /// A plan of the leading group.
        WorkPlan,
        /// What whoever was helped says of it.
        Rating,
        /// A question that was answered.
        Consultation,
        /// An entry of a post's book.
        DutyLog,
        /// A post that passes to the next.
        Handover,
    }
}

impl Inward<domain::DocumentKind> for DocumentKind {
    fn inward(self, _at: &str) -> Result<domain::DocumentKind> {
        let known = domain::DocumentKind::ALL.iter().copied().find(|core| self != Self::Other && self == core.outward());
        known.ok_or_else(|| malformed("kind", "a kind of documents that phones keep"))
    }
}

/// A document as this phone sees it: the hub's, with this phone's own unsettled operations on top.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Document {
    /// Unique within the site.
    pub id: String,
    /// Its noun, such as `check_in`.
    pub kind: String,
    /// The log position of its last change; 0 for this phone's own prediction of a new document.
    pub rev: i64,
    /// The version of the body's shape.
    pub schema_version: i32,
    /// The noun's contents, JSON.
    pub body: String,
    /// Where it lies, as far as this phone may know.
    pub buckets: Vec<String>,
    /// What came too late for it, with its evidence.
    pub conflicts: Vec<Conflict>,
}

/// An operation that somebody else's had overtaken.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Conflict {
    /// The operation that lost.
    pub operation: String,
    /// What it tried, such as `hazard.rectify`.
    pub kind: String,
    /// The code of why it could not be applied.
    pub code: String,
    /// Who did it.
    pub actor: String,
    /// When, by the device's clock, UTC ms.
    pub recorded_at: i64,
    /// Its body, JSON.
    pub body: String,
    /// The photos it carried, by SHA-256.
    pub photos: Vec<String>,
}

impl Outward<Document> for domain::Document {
    fn outward(self) -> Document {
        Document {
            id: self.id,
            kind: self.kind,
            rev: self.rev.outward(),
            schema_version: self.schema_version.outward(),
            body: self.body.to_string(),
            buckets: self.buckets.iter().map(ToString::to_string).collect(),
            conflicts: self.conflicts.into_iter().map(|conflict| conflict.into_known().outward()).collect(),
        }
    }
}

impl Outward<Conflict> for domain::Conflict {
    fn outward(self) -> Conflict {
        Conflict {
            operation: self.operation.outward(),
            kind: self.kind,
            code: self.code.outward(),
            actor: self.actor,
            recorded_at: self.recorded_at,
            body: self.body.to_string(),
            photos: self.photos.outward(),
        }
    }
}
