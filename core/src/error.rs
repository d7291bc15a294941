//! One error for the whole core: a kind that says what to do about it, a stable [`Code`], the field, a detail.
//!
//! A detail names a rule or a limit, never what a person typed: errors end up in logs and crash reports.

use std::borrow::Cow;
use std::fmt;

/// What a caller can do about an error. Every foreign binding has one error class a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input breaks a rule; nothing was stored. Mend the named field and call again.
    Refused,
    /// The record is not in a state that allows this; nothing was stored.
    State,
    /// The person has not the role that this needs; nothing was stored.
    NotPermitted,
    /// The database cannot be opened, read or written: key, version, disk.
    Storage,
    /// The hub cannot be reached, or its answer makes no sense. What is stored stays queued.
    Network,
    /// The hub does not take this device or code, or the PIN is wrong.
    Unauthorised,
    /// Another call of the same sort is running.
    Busy,
    /// The call was cancelled, or the companion is closed, suspended or wiped.
    Closed,
    /// A bug of ours. Nothing was stored.
    Internal,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $kind:ident;)*) => {
        /// The stable name of a reason. It never changes its meaning; new ones may be added.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of declaration; CI holds it against what each language handles.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable text, as it stands in verdicts, problem documents and foreign errors.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The kind of error that this code belongs to.
            #[must_use]
            pub const fn kind(self) -> ErrorKind {
                match self { $(Self::$variant => ErrorKind::$kind,)* }
            }
        }
    };
}

codes! {
    /// A required value is missing or empty.
    Missing = "missing", Refused;
    /// A text is longer than its limit.
    TooLong = "too_long", Refused;
    /// A number, list or size is out of its range.
    OutOfRange = "out_of_range", Refused;
    /// A value is not in the form that its type requires.
    Malformed = "malformed", Refused;
    /// A control or bidirectional-override character.
    TextForbiddenCharacter = "text_forbidden_character", Refused;
    /// Not in Unicode normalisation form C.
    TextNotNormalised = "text_not_normalised", Refused;
    /// GB 11643: the shape, the date or the length of an identity number.
    IdentityMalformed = "identity_malformed", Refused;
    /// GB 11643: the check character is another one.
    IdentityChecksum = "identity_checksum", Refused;
    /// Not an E.164 number.
    PhoneMalformed = "phone_malformed", Refused;
    /// An emergency number cannot be a contact.
    PhoneEmergency = "phone_emergency", Refused;
    /// Not finite, out of range, or (0, 0).
    CoordinateInvalid = "coordinate_invalid", Refused;
    /// A latitude over 90: latitude and longitude are swapped.
    CoordinateSwapped = "coordinate_swapped", Refused;
    /// A fixed point lies outside the site's box.
    CoordinateOutsideSite = "coordinate_outside_site", Refused;
    /// Fewer than four positions, or not closed.
    PolygonMalformed = "polygon_malformed", Refused;
    /// The polygon crosses itself.
    PolygonSelfCrossing = "polygon_self_crossing", Refused;
    /// The polygon overlaps another zone.
    PolygonOverlap = "polygon_overlap", Refused;
    /// A time without an offset, or none at all.
    TimeMalformed = "time_malformed", Refused;
    /// A time lies in the future.
    TimeInFuture = "time_in_future", Refused;
    /// Two times stand in the wrong order.
    TimeOrder = "time_order", Refused;
    /// The tag carries no valid signature.
    TagUnsigned = "tag_unsigned", Refused;
    /// The tag belongs to no checkpoint of this site.
    TagUnknown = "tag_unknown", Refused;
    /// The checkpoint is retired.
    TagRetired = "tag_retired", Refused;
    /// A photo that is no JPEG, PNG, WebP or HEIC by its first bytes.
    PhotoNotImage = "photo_not_image", Refused;
    /// A photo over 10 MB.
    PhotoTooLarge = "photo_too_large", Refused;
    /// A photo over 40 megapixels.
    PhotoTooManyPixels = "photo_too_many_pixels", Refused;
    /// More than six photos on one record.
    PhotoTooMany = "photo_too_many", Refused;
    /// A photo that the record requires is missing.
    PhotoMissing = "photo_missing", Refused;
    /// The same id came with other contents.
    DuplicateId = "duplicate_id", Refused;
    /// The same person was at the same checkpoint within the last minute.
    DuplicateCheckIn = "duplicate_check_in", Refused;
    /// A record refers to something that this site does not have.
    UnknownReference = "unknown_reference", Refused;
    /// A record refers to a venue that was struck off.
    VenueRetired = "venue_retired", Refused;
    /// A major hazard lacks its measures, owner, funds, deadline or contingency plan.
    HazardPlanMissing = "hazard_plan_missing", Refused;
    /// Who rectified a hazard cannot close it.
    HazardFourEyes = "hazard_four_eyes", Refused;
    /// A person's shifts would overlap.
    ShiftOverlap = "shift_overlap", Refused;
    /// Only somebody whose shift is running may be followed.
    OffShift = "off_shift", Refused;
    /// Weapons and contraband go straight to the police.
    ItemProhibited = "item_prohibited", Refused;
    /// A found valuable takes two people, and who releases an item is not the only one who registered it.
    CustodyTwoPeople = "custody_two_people", Refused;
    /// One full year from the notice has to pass before a found item is forfeited.
    ForfeitTooEarly = "forfeit_too_early", State;
    /// Several people claim the item: it is locked until that is settled.
    ItemDisputed = "item_disputed", State;
    /// A phone may have three claims open in 24 hours.
    ClaimLimit = "claim_limit", Refused;
    /// More leaflets would be moved than are there.
    LeafletsShort = "leaflets_short", Refused;
    /// A post passes on only with everything that is open, accepted by name.
    HandoverOpen = "handover_open", State;
    /// An archive that holds more than it may: nothing of it was unpacked.
    ArchiveBomb = "archive_bomb", Refused;
    /// A correction names an operation that is not there, or is not this author's, or needs none.
    AmendsNothing = "amends_nothing", Refused;
    /// The record's state does not allow this.
    StateRefused = "state_refused", State;
    /// Somebody else's operation came first.
    Overtaken = "overtaken", State;
    /// The record exists already.
    Exists = "exists", State;
    /// The person's role does not allow this.
    NotPermitted = "not_permitted", NotPermitted;
    /// The role holds for one end of the interval in which this happened, and not for the other.
    AuthorityUncertain = "authority_uncertain", NotPermitted;
    /// The operation's hash, body digest or place in its chain is wrong.
    ChainBroken = "chain_broken", Refused;
    /// The device's log branched: a cloned phone or a restored backup.
    Forked = "forked", Refused;
    /// A contact does not match its digest, or did not come.
    ContactMismatch = "contact_mismatch", Refused;
    /// Held for longer than the site allows.
    HeldTooLong = "held_too_long", Refused;
    /// The kind or its version is newer than this hub.
    KindUnknown = "kind_unknown", State;
    /// The key does not open the database, or the file is no database.
    KeyWrong = "key_wrong", Storage;
    /// The database was written by a newer version.
    SchemaNewer = "schema_newer", Storage;
    /// No room on the disk.
    DiskFull = "disk_full", Storage;
    /// The database is corrupt.
    Corrupt = "corrupt", Storage;
    /// Any other error of the database or the disk.
    Storage = "storage", Storage;
    /// No connection to the hub.
    Offline = "offline", Network;
    /// The connection ended before the whole answer was there.
    LineCut = "line_cut", Network;
    /// The hub answered 5xx.
    HubError = "hub_error", Network;
    /// The hub asks for patience (429, 503).
    HubBusy = "hub_busy", Network;
    /// The answer is not one that this protocol knows.
    AnswerInvalid = "answer_invalid", Network;
    /// Phone and hub speak no common version of the protocol: one of them has to be brought up to date.
    ProtocolUnsupported = "protocol_unsupported", Network;
    /// The host gave no transport.
    NoTransport = "no_transport", Network;
    /// The hub does not know this device, or no longer takes it.
    DeviceRefused = "device_refused", Unauthorised;
    /// A request's signature or digest is wrong.
    SignatureInvalid = "signature_invalid", Unauthorised;
    /// The hub was told that this device is lost: it takes nothing from it and gives it nothing.
    DeviceRevoked = "device_revoked", Unauthorised;
    /// The enrolment code is wrong, used or expired.
    EnrolmentRefused = "enrolment_refused", Unauthorised;
    /// This phone is enrolled already.
    AlreadyEnrolled = "already_enrolled", State;
    /// This phone is not enrolled yet.
    NotEnrolled = "not_enrolled", State;
    /// Somebody who shares this phone has to sign in first.
    Locked = "locked", State;
    /// The PIN is another one.
    PinWrong = "pin_wrong", Unauthorised;
    /// Too many wrong PINs: the next try has to wait.
    PinLocked = "pin_locked", State;
    /// This person has no PIN yet.
    PinMissing = "pin_missing", State;
    /// A sync is running.
    Busy = "busy", Busy;
    /// The call was cancelled.
    Cancelled = "cancelled", Closed;
    /// The companion is closed.
    Closed = "closed", Closed;
    /// The companion is suspended.
    Suspended = "suspended", Closed;
    /// The hub ordered this lost phone to forget everything, and it has. Opening it anew makes it a new phone.
    Wiped = "wiped", Closed;
    /// Nothing of that id is here.
    NotFound = "not_found", State;
    /// A message is larger than its limit.
    TooLarge = "too_large", Refused;
    /// The first sequence number is not the one that the hub expects.
    SequenceGap = "sequence_gap", Refused;
    /// A bug of ours.
    Internal = "internal", Internal;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(())
    }
}

/// An error of the core. The code is stable; the detail is for developers and names no person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}{field}: {detail}", if field.is_empty() { "" } else { " at " })]
pub struct Error {
    /// The stable reason.
    pub code: Code,
    /// The path of the input field at fault, such as `contact.phone`; empty where there is none.
    pub field: Cow<'static, str>,
    /// The rule or the limit, for developers.
    pub detail: Cow<'static, str>,
}

/// The core's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error about one input field.
    pub fn field(code: Code, field: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, field: field.into(), detail: detail.into() }
    }

    /// An error about no field in particular.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::field(code, "", detail)
    }

    /// A bug of ours: `what` says which assumption failed.
    pub fn internal(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Internal, what)
    }

    /// What a caller can do about it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.code.kind()
    }

    /// The same error one level up: `phone` becomes `contact.phone`.
    #[must_use]
    pub fn within(mut self, parent: &str) -> Self {
        self.field = if self.field.is_empty() { parent.to_owned() } else { format!("{parent}.{}", self.field) }.into();
        self
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi::ErrorCode;
        let (code, detail) = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => (Code::KeyWrong, "the key does not open this file"),
            Some(ErrorCode::DiskFull) => (Code::DiskFull, "no room on the disk"),
            Some(ErrorCode::DatabaseCorrupt) => (Code::Corrupt, "the database is corrupt"),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (Code::Busy, "the database is locked"),
            // Statements and values may hold what a person typed: the result code is all that may leave.
            _ => return Self::new(Code::Storage, sqlite_detail(&error)),
        };
        Self::new(code, detail)
    }
}

fn sqlite_detail(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => format!("sqlite result {}", failure.extended_code),
        rusqlite::Error::QueryReturnedNoRows => "no row where one was expected".to_owned(),
        rusqlite::Error::FromSqlConversionFailure(column, ..) => format!("column {column} has another type"),
        rusqlite::Error::InvalidColumnType(column, ..) => format!("column {column} has another type"),
        _ => "statement failed".to_owned(),
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::new(Code::Malformed, format!("JSON: line {} column {}", error.line(), error.column()))
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    /// A code that this version does not know becomes [`Code::Internal`]: a newer hub must not stop an older phone.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = <Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        Ok(text.parse().unwrap_or(Self::Internal))
    }
}
