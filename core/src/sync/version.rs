//! The versions of the protocol: which there are, who still speaks them, and how two ends find one that both speak.

use std::fmt;
use std::str::FromStr;

use crate::{Code, Error};

/// The header that names the version of a message, both ways. Where it is missing, that is 0.1.
pub const PROTOCOL: &str = "liuye-protocol";

/// The header of every answer that names all that the hub speaks, such as `0.1-0.2`. Hubs of 0.1 do not send it.
pub const PROTOCOL_RANGE: &str = "liuye-protocol-range";

/// A version of the protocol. Within one, fields may come but never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProtocolVersion {
    major: u16,
    minor: u16,
}

impl ProtocolVersion {
    /// Enrolment, sync, photos. Spoken by phones and hubs of release 0.1, and by whoever names no version.
    pub const V0_1: Self = Self { major: 0, minor: 1 };

    /// Also digests of buckets, branches, tickets and hints; flags and buckets that the reader does not know. Spoken by everything
    /// since.
    pub const V0_2: Self = Self { major: 0, minor: 2 };

    /// The oldest that this build speaks: phones of 0.1 lie in drawers, and wake up years later with records in them.
    pub const MIN: Self = Self::V0_1;

    /// The newest that this build speaks.
    pub const MAX: Self = Self::V0_2;

    /// The version that a header names; 0.1 where there is none.
    ///
    /// # Errors
    /// [`Code::ProtocolUnsupported`] where this build does not speak it, or the header names none.
    pub fn of_header(value: Option<&str>) -> Result<Self, Error> {
        let refused = || Error::field(Code::ProtocolUnsupported, PROTOCOL, format!("{} are spoken here", ProtocolRange::OURS));
        let version = value.map_or(Ok(Self::V0_1), str::parse).map_err(|()| refused())?;
        if ProtocolRange::OURS.contains(version) { Ok(version) } else { Err(refused()) }
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for ProtocolVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (major, minor) = text.trim().split_once('.').ok_or(())?;
        Ok(Self { major: major.parse().map_err(drop)?, minor: minor.parse().map_err(drop)? })
    }
}

/// All versions from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtocolRange {
    /// The oldest.
    pub min: ProtocolVersion,
    /// The newest.
    pub max: ProtocolVersion,
}

impl ProtocolRange {
    /// What this build speaks.
    pub const OURS: Self = Self { min: ProtocolVersion::MIN, max: ProtocolVersion::MAX };

    /// What a hub of 0.1 speaks, which does not say so.
    pub const OF_0_1: Self = Self { min: ProtocolVersion::V0_1, max: ProtocolVersion::V0_1 };

    /// Whether the version is one of them.
    #[must_use]
    pub fn contains(self, version: ProtocolVersion) -> bool {
        self.min <= version && version <= self.max
    }

    /// The newest version in both, where there is one.
    #[must_use]
    pub fn common(self, other: Self) -> Option<ProtocolVersion> {
        let newest = self.max.min(other.max);
        (self.contains(newest) && other.contains(newest)).then_some(newest)
    }
}

impl fmt::Display for ProtocolRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.min, self.max)
    }
}

impl FromStr for ProtocolRange {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (min, max) = text.split_once('-').ok_or(())?;
        Ok(Self { min: min.parse()?, max: max.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> ProtocolRange {
        text.parse().unwrap()
    }

    #[test]
    fn two_ends_find_the_newest_version_that_both_speak() {
        for (one, other, common) in [
            ("0.1-0.2", "0.1-0.2", Some("0.2")),
            ("0.1-0.2", "0.1-0.1", Some("0.1")),
            ("0.2-0.4", "0.1-0.2", Some("0.2")),
            ("0.2-0.10", "0.9-1.3", Some("0.10")),
            ("0.1-0.2", "0.3-0.5", None),
        ] {
            let common = common.map(|text| text.parse().unwrap());
            assert_eq!(range(one).common(range(other)), common, "{one} and {other}");
            assert_eq!(range(other).common(range(one)), common, "{other} and {one}");
        }
    }

    #[test]
    fn no_header_is_the_first_version_and_nonsense_is_none() {
        assert_eq!(ProtocolVersion::of_header(None).unwrap(), ProtocolVersion::V0_1);
        for text in ["", "1", "0.1.2", "-1.2", "0.0", "9.9"] {
            assert_eq!(ProtocolVersion::of_header(Some(text)).unwrap_err().code, Code::ProtocolUnsupported, "{text}");
        }
    }
}
