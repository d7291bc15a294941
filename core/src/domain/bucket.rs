//! Buckets: where a document lies, and what a device may see.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Role;

/// A part of a site's documents. A device receives the documents of the buckets in its scope, and no others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// What anyone may know: the site, its zones.
    Public,
    /// What every member of the staff may know: checkpoints, routes, venues, names of colleagues.
    Staff,
    /// What is of a zone.
    Zone(String),
    /// What is for everyone with a role.
    Role(Role),
    /// What is of a person.
    Person(String),
    /// What is for one device, its late verdicts first.
    Device(crate::log::DeviceId),
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Staff => f.write_str("staff"),
            Self::Zone(id) => write!(f, "zone:{id}"),
            Self::Role(role) => write!(f, "role:{}", role.as_str()),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Device(id) => write!(f, "device:{id}"),
        }
    }
}

impl FromStr for Bucket {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once(':') {
            None if text == "public" => Ok(Self::Public),
            None if text == "staff" => Ok(Self::Staff),
            Some(("zone", id)) => Ok(Self::Zone(id.to_owned())),
            Some(("role", role)) => Role::parse(role).map(Self::Role).ok_or(()),
            Some(("person", id)) => Ok(Self::Person(id.to_owned())),
            Some(("device", id)) => crate::log::DeviceId::parse(id).map(Self::Device).map_err(drop),
            _ => Err(()),
        }
    }
}

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|()| serde::de::Error::custom("not a bucket"))
    }
}
