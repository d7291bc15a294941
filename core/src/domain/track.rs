//! Tracks: where somebody on duty went, in a compact form. Nobody is followed off duty.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, staff};
use super::{Bucket, Coordinate, Datum, DocumentKind, Flag, Role, Settings};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// One position of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackPoint {
    /// When, whole seconds since 1970-01-01T00:00:00Z by the device's clock.
    pub at_s: i64,
    /// Latitude, WGS-84, degrees × 10⁵: a metre.
    pub lat_e5: i32,
    /// Longitude, WGS-84, degrees × 10⁵.
    pub lon_e5: i32,
}

/// A piece of a track as it travels: each point is three differences from the one before it (seconds, latitude,
/// longitude), the first from zero, as zigzag varints (LEB128), the whole in base64url without padding. Whoever walks
/// costs about four characters a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrackPath(String);

/// The body of [`super::Kind::TrackRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackRecord {
    /// The positions; 2 to 720, over an hour at most.
    pub path: TrackPath,
    /// Whether the platform called any of them a mock.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mock: bool,
    /// What stays once the points are gone; never in a body that somebody wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<TrackLeft>,
}

/// What stays of a track whose points are gone: when somebody went, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackLeft {
    /// The first point's time, seconds since 1970-01-01T00:00:00Z by the device's clock.
    pub from_s: i64,
    /// The last point's.
    pub to_s: i64,
    /// How many points there were.
    pub points: u32,
    /// How long it was, whole metres.
    pub length_m: u32,
}

/// A piece of a track as its author and the desk see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Who.
    pub person: String,
    /// On which shift.
    pub shift: String,
    /// When it begins, UTC ms: the device's clock, set right.
    pub at: i64,
    /// When it ends, UTC ms.
    pub to: i64,
    /// The hub's clock minus the one of the path's times, ms.
    pub clock_offset_ms: i64,
    /// How many points it has.
    pub points: u32,
    /// How long it is, whole metres.
    pub length_m: u32,
    /// The points; none once the site's days for them are over.
    pub path: TrackPath,
    /// When the points went, by the hub's clock, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<i64>,
    /// With which device.
    pub device: DeviceId,
    /// The operation that recorded it.
    pub operation: Uuid,
}

/// Whose way is recorded.
const ON_DUTY: &[Role] = Role::PATROLLING;

/// A piece is sent when it is this long at most: what a lost phone takes with it stays small.
const MAX_SECONDS: i64 = 3600;
/// A point each five seconds for an hour.
const MAX_POINTS: usize = 720;
/// A position's clock is the satellites': it may be a little ahead of the phone's.
const AHEAD_S: i64 = 60;

impl TrackPath {
    /// Packs points. Says nothing about whether they make a track: see [`TrackRecord::normalised`].
    #[must_use]
    pub fn pack(points: &[TrackPoint]) -> Self {
        let mut bytes = Vec::with_capacity(points.len() * 4);
        let mut before = [0; 3];
        for point in points {
            let now = [point.at_s, i64::from(point.lat_e5), i64::from(point.lon_e5)];
            for (now, before) in now.iter().zip(&before) {
                put(&mut bytes, now.wrapping_sub(*before));
            }
            before = now;
        }
        Self(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The points.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `path`.
    pub fn unpack(&self) -> Result<Vec<TrackPoint>> {
        let malformed = || Error::field(Code::Malformed, "path", "not a packed track");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| malformed())?;
        let (mut rest, mut points, mut last) = (bytes.as_slice(), Vec::new(), [0_i64; 3]);
        while !rest.is_empty() {
            for value in &mut last {
                *value = value.checked_add(take(&mut rest).ok_or_else(malformed)?).ok_or_else(malformed)?;
            }
            let degrees = |value: i64| i32::try_from(value).map_err(|_| malformed());
            points.push(TrackPoint { at_s: last[0], lat_e5: degrees(last[1])?, lon_e5: degrees(last[2])? });
        }
        Ok(points)
    }

    /// The text as it travels.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn put(bytes: &mut Vec<u8>, value: i64) {
    let mut zigzag = ((value << 1) ^ (value >> 63)).cast_unsigned();
    loop {
        #[allow(clippy::cast_possible_truncation, reason = "seven bits")]
        let low = (zigzag & 0x7f) as u8;
        zigzag >>= 7;
        if zigzag == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

/// The next value; none where the bytes end within it, or it is longer than 64 bits.
fn take(rest: &mut &[u8]) -> Option<i64> {
    let mut zigzag = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        zigzag |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let half = (zigzag >> 1).cast_signed();
            return Some(if zigzag & 1 == 0 { half } else { !half });
        }
    }
    None
}

impl TrackPoint {
    fn place(&self) -> Result<Coordinate> {
        let degrees = |e5: i32| f64::from(e5) / 1e5;
        let place = Coordinate::new(degrees(self.lat_e5), degrees(self.lon_e5), Datum::Wgs84);
        place.map_err(|error| Error { field: "path".into(), ..error })
    }
}

impl TrackRecord {
    /// The record, checked.
    ///
    /// # Errors
    /// At `path`: [`Code::Malformed`], [`Code::OutOfRange`] for too few or many points or over an hour,
    /// [`Code::TimeOrder`] where a point is not after the one before it, and those of a coordinate.
    pub fn normalised(self) -> Result<Self> {
        if self.left.is_some() {
            return Err(Error::field(Code::Malformed, "left", "is in no body"));
        }
        let points = self.path.unpack()?;
        if !(2..=MAX_POINTS).contains(&points.len()) {
            return Err(Error::field(Code::OutOfRange, "path", "2 to 720 points"));
        }
        for pair in points.windows(2) {
            if pair[0].at_s >= pair[1].at_s {
                return Err(Error::field(Code::TimeOrder, "path", "each point after the one before it"));
            }
        }
        if span(&points).is_none_or(|(from, to)| to.saturating_sub(from) > MAX_SECONDS) {
            return Err(Error::field(Code::OutOfRange, "path", "over an hour at most"));
        }
        points.iter().try_for_each(|point| point.place().map(drop))?;
        // One way to write a track: a longer varint of the same value would be another text of the same meaning.
        Ok(Self { path: TrackPath::pack(&points), ..self })
    }

    /// The record without where anybody was. What its shift and its figures are judged by stays.
    #[must_use]
    pub fn redacted(self) -> Self {
        let left = self.left.or_else(|| self.left().ok());
        Self { path: TrackPath::pack(&[]), left, ..self }
    }

    /// What stays of it, or stayed.
    fn left(&self) -> Result<TrackLeft> {
        if let Some(left) = self.left {
            return Ok(left);
        }
        let points = self.path.unpack()?;
        let (from_s, to_s) = span(&points).ok_or_else(|| Error::field(Code::OutOfRange, "path", "2 to 720 points"))?;
        Ok(TrackLeft { from_s, to_s, points: u32::try_from(points.len()).unwrap_or(u32::MAX), length_m: length_m(&points)? })
    }
}

fn span(points: &[TrackPoint]) -> Option<(i64, i64)> {
    Some((points.first()?.at_s, points.last()?.at_s))
}

fn length_m(points: &[TrackPoint]) -> Result<u32> {
    let places = points.iter().map(TrackPoint::place).collect::<Result<Vec<_>>>()?;
    let metres: f64 = places.windows(2).map(|pair| pair[0].distance_m(&pair[1])).sum();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let whole = metres.round() as u32;
    Ok(whole)
}

impl Track {
    /// When its points have to be gone, UTC ms.
    #[must_use]
    pub const fn keep_until(&self, settings: &Settings) -> i64 {
        self.to.saturating_add(settings.track_keep_days as i64 * 86_400_000)
    }

    /// The track without its points: who went when on which shift, and how far, stays.
    #[must_use]
    pub fn redacted(self, erased_at: i64) -> Self {
        Self { path: TrackPath::pack(&[]), erased_at: self.erased_at.or(Some(erased_at)), ..self }
    }
}

impl Noun for Track {
    const KIND: DocumentKind = DocumentKind::Track;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_track(staff(&self.person), self.device)
    }

    fn person(&self) -> Option<String> {
        Some(self.person.clone())
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn record(mut case: Case<'_>, record: TrackRecord) -> Judgement {
    case.authorise(ON_DUTY)?;
    case.must_be_new()?;
    let operation = case.operation;
    let left = record.left()?;
    let written = operation.recorded_at.div_euclid(1000);
    if left.to_s.saturating_sub(written) > AHEAD_S {
        return Err(Error::field(Code::TimeInFuture, "path", "nobody was there yet").into());
    }
    // What the hub's clock made of the operation's time holds for the track's.
    let clock_offset_ms = case.at.saturating_sub(operation.recorded_at);
    let judged = |seconds: i64| seconds.saturating_mul(1000).saturating_add(clock_offset_ms);
    let (from, to) = (judged(left.from_s), judged(left.to_s));
    let Some(shift) = case.shift_over(from, to)? else {
        return Err(Error::field(Code::OffShift, "path", "no shift of yours ran all that time").into());
    };
    if record.mock {
        case.flag(Flag::FixMock);
    }
    let track = Track {
        person: case.actor().to_owned(),
        shift,
        at: from,
        to,
        clock_offset_ms,
        points: left.points,
        length_m: left.length_m,
        path: record.path,
        erased_at: None,
        device: operation.device,
        operation: operation.id,
    };
    case.created(&track)
}
