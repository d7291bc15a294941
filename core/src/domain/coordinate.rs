//! Positions on earth: WGS-84 inside, anything else converted at the edge, by name.

use std::f64::consts::PI;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Code, Error, Result};

/// The system in which an incoming position is expressed. It is never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum {
    /// What satellites give.
    Wgs84,
    /// What maps made in China give.
    Gcj02,
}

/// A valid WGS-84 position in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coordinate {
    lat: f64,
    lon: f64,
}

/// Mean radius of the earth (IUGG), metres.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

impl Coordinate {
    /// A position in degrees, converted where it is not WGS-84.
    ///
    /// # Errors
    /// [`Code::CoordinateSwapped`] for a latitude that can only be a longitude; [`Code::CoordinateInvalid`] where a
    /// number is not finite or out of range, and for (0, 0), which is what a failed lookup leaves behind.
    pub fn new(lat: f64, lon: f64, datum: Datum) -> Result<Self> {
        if !lat.is_finite() {
            return Err(Error::field(Code::CoordinateInvalid, "lat", "a finite number of degrees"));
        }
        if !lon.is_finite() {
            return Err(Error::field(Code::CoordinateInvalid, "lon", "a finite number of degrees"));
        }
        if lat.abs() > 90.0 {
            return Err(if lat.abs() <= 180.0 && lon.abs() <= 90.0 {
                Error::field(Code::CoordinateSwapped, "lat", "over 90 degrees: latitude and longitude are swapped")
            } else {
                Error::field(Code::CoordinateInvalid, "lat", "between -90 and 90 degrees")
            });
        }
        if lon.abs() > 180.0 {
            return Err(Error::field(Code::CoordinateInvalid, "lon", "between -180 and 180 degrees"));
        }
        if lat == 0.0 && lon == 0.0 {
            return Err(Error::new(Code::CoordinateInvalid, "(0, 0) is no position"));
        }
        Ok(match datum {
            Datum::Wgs84 => Self { lat, lon },
            Datum::Gcj02 => {
                let (lat, lon) = gcj02_to_wgs84(lat, lon);
                Self { lat, lon }
            }
        })
    }

    /// Latitude in degrees.
    #[must_use]
    pub const fn lat(&self) -> f64 {
        self.lat
    }

    /// Longitude in degrees.
    #[must_use]
    pub const fn lon(&self) -> f64 {
        self.lon
    }

    /// Great-circle distance in metres (haversine: exact enough for short distances, where a cosine rule is not).
    #[must_use]
    pub fn distance_m(&self, other: &Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let dlat = (lat2 - lat1) / 2.0;
        let dlon = (other.lon - self.lon).to_radians() / 2.0;
        let h = dlat.sin().powi(2) + lat1.cos() * lat2.cos() * dlon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

impl<'de> Deserialize<'de> for Coordinate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            lat: f64,
            lon: f64,
        }
        let raw = Raw::deserialize(deserializer)?;
        Self::new(raw.lat, raw.lon, Datum::Wgs84).map_err(serde::de::Error::custom)
    }
}

/// The box within which maps made in China are shifted.
fn is_shifted(lat: f64, lon: f64) -> bool {
    (0.8293..=55.8271).contains(&lat) && (72.004..=137.8347).contains(&lon)
}

/// How far GCJ-02 lies from WGS-84 at a WGS-84 position, in degrees.
fn gcj02_shift(lat: f64, lon: f64) -> (f64, f64) {
    // Krasovsky 1940: semi-major axis and first eccentricity squared.
    const A: f64 = 6_378_245.0;
    const EE: f64 = 0.006_693_421_622_965_943;
    let (x, y) = (lon - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let waves = |v: f64, a: f64, b: f64| (a * (v * PI).sin() + b * (v * PI / 3.0).sin()) * 2.0 / 3.0;
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + waves(y, 20.0, 40.0)
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + waves(x, 20.0, 40.0)
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let radians = lat.to_radians();
    let magic = 1.0 - EE * radians.sin().powi(2);
    let dlat = north * 180.0 / ((A * (1.0 - EE)) / (magic * magic.sqrt()) * PI);
    let dlon = east * 180.0 / (A / magic.sqrt() * radians.cos() * PI);
    (dlat, dlon)
}

/// The shift has no closed inverse. It changes slowly, so that taking it off at the last estimate converges:
/// after ten rounds the rest is far below a millimetre.
fn gcj02_to_wgs84(lat: f64, lon: f64) -> (f64, f64) {
    if !is_shifted(lat, lon) {
        return (lat, lon);
    }
    (0..10).fold((lat, lon), |(wgs_lat, wgs_lon), _| {
        let (dlat, dlon) = gcj02_shift(wgs_lat, wgs_lon);
        (lat - dlat, lon - dlon)
    })
}
