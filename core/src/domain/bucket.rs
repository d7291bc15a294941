//! Buckets: where a document lies, and what a device may see.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Role;
use crate::log::DeviceId;

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
    Device(DeviceId),
    /// One that a newer version knows: a phone keeps what lies in it, and gives it up with it.
    Other(String),
}

/// Who sees all of a district's work.
const OVERSEERS: [Role; 3] = [Role::Desk, Role::Commander, Role::Auditor];

/// Who sees what. The desk sees all of a district's work, and those who command and audit it see what the desk sees.
impl Bucket {
    /// Where the site and its zones lie: anyone may know them.
    pub(super) fn of_public_reference() -> Vec<Self> {
        vec![Self::Public, Self::Staff]
    }

    /// Where checkpoints, routes, venues and the personnel base lie.
    pub(super) fn of_staff_reference() -> Vec<Self> {
        vec![Self::Staff]
    }

    /// A check-in: its zone, its author, the desk.
    pub(super) fn of_check_in(zone: &str, person: Option<String>, device: DeviceId) -> Vec<Self> {
        Self::of_work(&[], Some(zone), person, device)
    }

    /// A shift or tour: its zones, whose it is, the desk.
    pub(super) fn of_duty(zones: &[String], person: Option<String>, device: DeviceId) -> Vec<Self> {
        let mut buckets = Self::of_work(&[], None, person, device);
        let mut zones: Vec<_> = zones.iter().filter(|zone| !zone.is_empty()).cloned().map(Self::Zone).collect();
        zones.append(&mut buckets);
        zones
    }

    /// A count of visitors: whoever serves in the zone, and the desk.
    pub(super) fn of_crowd_count(zone: &str, author: Option<(Option<String>, DeviceId)>) -> Vec<Self> {
        match author {
            Some((person, device)) => Self::of_work(&[], Some(zone), person, device),
            None => [Self::Zone(zone.to_owned())].into_iter().chain(Self::of_overseers()).collect(),
        }
    }

    /// A track: whoever went and the desk, nobody else.
    pub(super) fn of_track(person: Option<String>, device: DeviceId) -> Vec<Self> {
        Self::of_work(&[], None, person, device)
    }

    fn of_overseers() -> impl Iterator<Item = Self> {
        [Role::Desk, Role::Commander, Role::Auditor].into_iter().map(Self::Role)
    }

    /// A loss: its author and the desk alone.
    pub(super) fn of_lost_report(person: Option<String>, device: DeviceId) -> Vec<Self> {
        Self::of_work(&[], None, person, device)
    }

    /// A found item: who registered it, who holds or held it, to whom it is offered, and the desk.
    pub(super) fn of_found_item(persons: impl Iterator<Item = String>, device: DeviceId) -> Vec<Self> {
        Self::of_call(None, persons, device)
    }

    /// An inspection or a hazard: also whoever inspects, and the zone.
    pub(super) fn of_safety_check(zone: &str, person: Option<String>, device: DeviceId) -> Vec<Self> {
        Self::of_work(&[Role::Inspector], Some(zone), person, device)
    }

    /// A campaign: whoever inspects, and the desk. Nobody else is told where a check is to be.
    pub(super) fn of_campaign(person: Option<String>, device: DeviceId) -> Vec<Self> {
        Self::of_work(&[Role::Inspector, Role::Auxiliary], None, person, device)
    }

    /// A call: its zone, who called and who is sent, the desk.
    pub(super) fn of_call(zone: Option<&str>, persons: impl Iterator<Item = String>, device: DeviceId) -> Vec<Self> {
        let mut buckets = Self::of_work(&[], zone, None, device);
        buckets.extend(persons.map(Self::Person));
        buckets.sort_unstable();
        buckets.dedup();
        buckets
    }

    /// An assignment: who is sent, and the desk.
    pub(super) fn of_assignment(persons: impl Iterator<Item = String>) -> Vec<Self> {
        Self::of_desk().into_iter().chain(persons.map(Self::Person)).collect()
    }

    /// A welfare timer: its holder and the desk.
    pub(super) fn of_welfare(person: Option<String>, device: DeviceId) -> Vec<Self> {
        Self::of_work(&[], None, person, device)
    }

    /// What is the desk's alone: its own words on a call, and what a duress code calls up, which the phone that it was typed
    /// on must not show.
    pub(super) fn of_desk() -> Vec<Self> {
        OVERSEERS.map(Self::Role).to_vec()
    }

    /// Publicity sessions and leaflets: all of the staff takes part in them.
    pub(super) fn of_publicity(device: DeviceId) -> Vec<Self> {
        vec![Self::Staff, Self::Device(device)]
    }

    /// What happens at a duty post: whoever serves in its zone, its author, the desk.
    pub(super) fn of_platform(zone: &str, person: Option<String>, device: DeviceId) -> Vec<Self> {
        Self::of_work(&[], Some(zone), person, device)
    }

    /// What is between these persons, those roles and the desk.
    pub(super) fn of_persons(also: &[Role], persons: impl Iterator<Item = String>, device: DeviceId) -> Vec<Self> {
        let mut buckets = Self::of_work(also, None, None, device);
        buckets.extend(persons.map(Self::Person));
        buckets.sort_unstable();
        buckets.dedup();
        buckets
    }

    fn of_work(also: &[Role], zone: Option<&str>, person: Option<String>, device: DeviceId) -> Vec<Self> {
        let zone = zone.filter(|zone| !zone.is_empty()).map(|zone| Self::Zone(zone.to_owned()));
        let mut buckets: Vec<_> = zone.into_iter().chain(also.iter().chain(&OVERSEERS).copied().map(Self::Role)).collect();
        buckets.extend(person.map(Self::Person));
        buckets.push(Self::Device(device));
        buckets
    }
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
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl FromStr for Bucket {
    type Err = std::convert::Infallible;

    /// Whatever this version cannot read is [`Bucket::Other`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = match text.split_once(':') {
            None if text == "public" => Some(Self::Public),
            None if text == "staff" => Some(Self::Staff),
            Some(("zone", id)) => Some(Self::Zone(id.to_owned())),
            Some(("role", role)) => Role::parse(role).map(Self::Role),
            Some(("person", id)) => Some(Self::Person(id.to_owned())),
            Some(("device", id)) => DeviceId::parse(id).map(Self::Device).ok(),
            _ => None,
        };
        Ok(known.unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Ok(bucket) = String::deserialize(deserializer)?.parse();
        Ok(bucket)
    }
}
