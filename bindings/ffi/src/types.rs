//! Values that several groups use, and how they turn into the core's own.

use liuye_core::companion as core;
use liuye_core::domain;
use liuye_core::log;
use liuye_core::{Code, Error};
use uuid::Uuid;

use crate::error::{LiuyeError, Result, malformed};

/// Counts cross the bridge signed: no language likes an unsigned long.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn uuid(field: &'static str, text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| malformed(field, "a UUID"))
}

pub(crate) fn digest(field: impl Into<String>, text: &str) -> Result<log::Digest> {
    log::Digest::parse(text).map_err(|_| malformed(field, "SHA-256 as 64 hexadecimal digits"))
}

pub(crate) fn digests(texts: &[String]) -> Result<Vec<log::Digest>> {
    texts.iter().enumerate().map(|(index, text)| digest(format!("photos[{index}]"), text)).collect()
}

pub(crate) fn hex(digests: &[log::Digest]) -> Vec<String> {
    digests.iter().map(ToString::to_string).collect()
}

/// An enum of the core, variant for variant, both ways.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl From<$core> for $name {
            fn from(value: $core) -> Self {
                match value { $(<$core>::$variant => Self::$variant,)* }
            }
        }

        impl From<$name> for $core {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant,)* }
            }
        }
    };
}
pub(crate) use mirror;

/// An open enum of the core: what a newer core adds shows as `Other`.
macro_rules! mirror_open {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            $($(#[$item])* $variant,)*
            /// One that this version of the bridge does not know.
            Other,
        }

        impl From<$core> for $name {
            fn from(value: $core) -> Self {
                match value { $(<$core>::$variant => Self::$variant,)* _ => Self::Other }
            }
        }
    };
}

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

pub(crate) fn flags(flags: Vec<domain::Flag>) -> Vec<Flag> {
    flags.into_iter().map(Flag::from).collect()
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

/// A name or sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Bilingual {
    /// zh-CN
    pub zh: String,
    /// English
    pub en: String,
}

impl From<domain::Bilingual> for Bilingual {
    fn from(text: domain::Bilingual) -> Self {
        Self { zh: text.zh, en: text.en }
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

impl From<domain::Coordinate> for Position {
    fn from(at: domain::Coordinate) -> Self {
        Self { lat: at.lat(), lon: at.lon() }
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

impl Fix {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate, which is what is meant")]
    pub(crate) fn into_core(self) -> Result<log::Fix> {
        let at = domain::Coordinate::new(self.lat, self.lon, domain::Datum::Wgs84).map_err(|error| error.within("fix"))?;
        Ok(log::Fix {
            lat_e7: (at.lat() * 1e7).round() as i32,
            lon_e7: (at.lon() * 1e7).round() as i32,
            // Rounded up: an accuracy of a tenth of a millimetre is absurd, but it is not "none given".
            accuracy_mm: (self.accuracy_m * 1e3).ceil() as u32,
            at: self.at,
            is_mock: self.is_mock,
            source: self.source.into(),
        })
    }
}

impl From<log::Fix> for Fix {
    fn from(fix: log::Fix) -> Self {
        Self { lat: fix.lat(), lon: fix.lon(), accuracy_m: fix.accuracy_m(), at: fix.at, is_mock: fix.is_mock, source: fix.source.into() }
    }
}

pub(crate) fn fix(fix: Option<Fix>) -> Result<Option<log::Fix>> {
    fix.map(Fix::into_core).transpose()
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

impl TryFrom<Page> for core::Page {
    type Error = LiuyeError;

    fn try_from(page: Page) -> Result<Self> {
        let limit = u32::try_from(page.limit).map_err(|_| Error::field(Code::OutOfRange, "limit", "1 to 200"))?;
        let offset = u32::try_from(page.offset).map_err(|_| Error::field(Code::OutOfRange, "offset", "0 or more"))?;
        Ok(Self { limit, offset })
    }
}

/// What a save returned: it survives a power cut.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Recorded {
    /// The operation's id.
    pub operation: String,
    /// The document that it is about.
    pub id: String,
    /// Why the hub may want a look at it, as far as this phone can tell.
    pub flags: Vec<Flag>,
}

impl From<core::Recorded> for Recorded {
    fn from(recorded: core::Recorded) -> Self {
        Self { operation: recorded.operation.to_string(), id: recorded.id, flags: flags(recorded.flags) }
    }
}

/// Who this phone is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Identity {
    /// The device's id; it has one before it ever meets a hub.
    pub device: String,
    /// The site, once enrolled.
    pub site: Option<String>,
    /// The hub's address, once enrolled.
    pub hub_url: Option<String>,
    /// Whose name is on what is recorded: who holds the phone, or signed in on it. None for a tourist's, before enrolment, and
    /// where several share it and nobody is signed in.
    pub person: Option<String>,
    /// Their name, once a first sync has brought it.
    pub person_name: Option<Bilingual>,
    /// The roles that they hold now, by this phone's clock.
    pub roles: Vec<Role>,
    /// Whether somebody has to give their PIN before anything is recorded.
    pub locked: bool,
    /// Those who may sign in; empty on a phone that asks for no PIN.
    pub sharers: Vec<Sharer>,
}

/// One of those who share a phone.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Sharer {
    /// The person's id.
    pub person: String,
    /// Whether a PIN is set: without one they cannot sign in.
    pub has_pin: bool,
    /// When the next try makes sense after too many wrong ones, UTC ms by this phone's clock.
    pub next_try_at: Option<i64>,
}

impl From<core::Sharer> for Sharer {
    fn from(sharer: core::Sharer) -> Self {
        Self { person: sharer.person, has_pin: sharer.has_pin, next_try_at: sharer.next_try_at }
    }
}

impl From<core::Identity> for Identity {
    fn from(identity: core::Identity) -> Self {
        Self {
            device: identity.device.to_string(),
            site: identity.site,
            hub_url: identity.hub_url,
            person: identity.person,
            person_name: identity.person_name.map(Bilingual::from),
            roles: identity.roles.into_iter().map(Role::from).collect(),
            locked: identity.locked,
            sharers: identity.sharers.into_iter().map(Sharer::from).collect(),
        }
    }
}

/// A photo that this phone keeps and that a record may name.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AttachedBlob {
    /// SHA-256 of the bytes, hexadecimal: its name in drafts.
    pub sha256: String,
    /// Number of bytes.
    pub len: i64,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// By its first bytes.
    pub format: PhotoFormat,
}

impl From<core::AttachedBlob> for AttachedBlob {
    fn from(blob: core::AttachedBlob) -> Self {
        let pixels = |number| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            sha256: blob.sha256.to_string(),
            len: count(blob.len),
            width: pixels(blob.width),
            height: pixels(blob.height),
            format: blob.format.into(),
        }
    }
}

/// What a commit changed.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChangeEvent {
    /// The kinds of documents that changed, each once.
    pub kinds: Vec<String>,
    /// The documents that changed, each once; empty where there were too many: read the list again.
    pub ids: Vec<String>,
    /// Whether the outbox or an operation's state changed.
    pub outbox_changed: bool,
}

impl From<core::ChangeEvent> for ChangeEvent {
    fn from(event: core::ChangeEvent) -> Self {
        Self { kinds: event.kinds, ids: event.ids, outbox_changed: event.outbox_changed }
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
        /// An entry of the personnel base.
        Person,
        /// One visit of a checkpoint.
        CheckIn,
        /// A loss.
        LostReport,
        /// One visit of a venue.
        Inspection,
        /// One hazard.
        Hazard,
    }
}

impl TryFrom<DocumentKind> for domain::DocumentKind {
    type Error = LiuyeError;

    fn try_from(kind: DocumentKind) -> Result<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|core| kind != DocumentKind::Other && DocumentKind::from(*core) == kind)
            .ok_or_else(|| malformed("kind", "a kind of documents that phones keep"))
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

impl From<domain::Document> for Document {
    fn from(document: domain::Document) -> Self {
        Self {
            id: document.id,
            kind: document.kind,
            rev: count(document.rev),
            schema_version: i32::try_from(document.schema_version).unwrap_or(i32::MAX),
            body: document.body.to_string(),
            buckets: document.buckets.iter().map(ToString::to_string).collect(),
            conflicts: document.conflicts.into_iter().map(|conflict| conflict.into_known().into()).collect(),
        }
    }
}

impl From<domain::Conflict> for Conflict {
    fn from(conflict: domain::Conflict) -> Self {
        Self {
            operation: conflict.operation.to_string(),
            kind: conflict.kind,
            code: conflict.code.as_str().to_owned(),
            actor: conflict.actor,
            recorded_at: conflict.recorded_at,
            body: conflict.body.to_string(),
            photos: hex(&conflict.photos),
        }
    }
}
