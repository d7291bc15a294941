//! The site file: all reference data of a district in one JSON file, checked as a whole.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check_fixed_point;
use super::checklist::check_items;
use super::time::parse_time_of_day;
use super::{
    Bilingual, Bucket, Checklist, ChecklistEntry, Checkpoint, Coordinate, Datum, DocumentKind, DutyPost, KeyRoad, NfcTag, Person, Route,
    Site, SiteBox, Text, Unit, Venue, Zone,
};
use super::{Material, Topic};
use crate::log::PublicKey;
use crate::{Code, Error, Result};

/// Whether a text can be an id: lower-case letters, digits, `-` and `_`, at most 64, the first a letter or digit.
/// Ids stand in tags, buckets and addresses, so that they hold nothing that separates.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    bytes.len() <= 64 && bytes.first().is_some_and(plain) && bytes.iter().all(|byte| plain(byte) || matches!(byte, b'-' | b'_'))
}

/// Whether a text can be the id of reference data: four ids stand in documents for authors who are no entry of the
/// personnel base.
#[must_use]
pub fn is_reference_id(text: &str) -> bool {
    is_id(text) && !matches!(text, "self" | "tourist" | "operator" | "public")
}

/// What `liuye site import` reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteFile {
    /// A sentence on where the data comes from and what it is good for.
    pub about: String,
    /// The district.
    pub site: Site,
    /// Its zones.
    pub zones: Vec<Zone>,
    /// Its checkpoints.
    pub checkpoints: Vec<Checkpoint>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its venues.
    pub venues: Vec<Venue>,
    /// Its personnel; the rest may come by other ways.
    #[serde(default)]
    pub persons: Vec<Person>,
    /// Its standing units. Their members may be persons who came by other ways.
    #[serde(default)]
    pub units: Vec<Unit>,
    /// The roads whose night density is watched.
    #[serde(default)]
    pub key_roads: Vec<KeyRoad>,
    /// The posts that must be staffed.
    #[serde(default)]
    pub duty_posts: Vec<DutyPost>,
    /// Checklists beside the site's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklists: Vec<ChecklistEntry>,
    /// What its publicity speaks on.
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// What its publicity works with.
    #[serde(default)]
    pub materials: Vec<Material>,
}

/// One entry of a site file as the document that phones receive.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceDocument {
    /// The document's id.
    pub id: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its contents.
    pub body: serde_json::Value,
    /// Who receives it.
    pub buckets: Vec<Bucket>,
}

impl SiteFile {
    /// Reads and checks a site file as a whole: ids are unique, references resolve, fixed points lie in the box and
    /// checkpoints in their zone, zones do not overlap, times and names are in order.
    ///
    /// # Errors
    /// The code of the first rule that is broken, with a path such as `checkpoints[3].at`.
    pub fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)?;
        // A position refuses to be read where it is none: look at it first, so that the error can say where it stands.
        for list in ["checkpoints", "venues", "duty_posts"] {
            for (index, entry) in value.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
                check_position(entry.get("at")).map_err(|error| error.within(&format!("{list}[{index}].at")))?;
            }
        }
        let file: Self = super::body::read(text)?;
        file.check()?;
        Ok(file)
    }

    /// Its entries as documents. The site's own document gets the key of its QR tags.
    ///
    /// # Errors
    /// None in practice; [`Code::Malformed`] is what serde's signature asks for.
    pub fn documents(&self, tag_key: PublicKey) -> Result<Vec<ReferenceDocument>> {
        let site = Site { tag_key: Some(tag_key), ..self.site.clone() };
        let mut documents = vec![document(&site.id, DocumentKind::Site, &site)?];
        for zone in &self.zones {
            documents.push(document(&zone.id, DocumentKind::Zone, zone)?);
        }
        for checkpoint in &self.checkpoints {
            documents.push(document(&checkpoint.id, DocumentKind::Checkpoint, checkpoint)?);
        }
        for route in &self.routes {
            documents.push(document(&route.id, DocumentKind::Route, route)?);
        }
        for venue in &self.venues {
            documents.push(document(&venue.id, DocumentKind::Venue, venue)?);
        }
        for person in &self.persons {
            documents.push(document(&person.id, DocumentKind::Person, person)?);
        }
        for unit in &self.units {
            documents.push(document(&unit.id, DocumentKind::Unit, unit)?);
        }
        for road in &self.key_roads {
            documents.push(document(&road.id, DocumentKind::KeyRoad, road)?);
        }
        for post in &self.duty_posts {
            documents.push(document(&post.id, DocumentKind::DutyPost, post)?);
        }
        for list in self.checklists() {
            documents.push(document(&list.id, DocumentKind::Checklist, &list)?);
        }
        for topic in &self.topics {
            documents.push(document(&topic.id, DocumentKind::Topic, topic)?);
        }
        for material in &self.materials {
            documents.push(document(&material.id, DocumentKind::Material, material)?);
        }
        Ok(documents)
    }

    /// The checklists, the site's own first.
    fn checklists(&self) -> impl Iterator<Item = Checklist> {
        let own = (!self.site.checklist.is_empty()).then(|| Checklist::of_site(self.site.checklist.clone()));
        own.into_iter().chain(self.checklists.iter().cloned().map(Checklist::of_entry))
    }

    fn check(&self) -> Result<()> {
        self.check_ids()?;
        self.check_site().map_err(|error| error.within("site"))?;
        each("zones", &self.zones, |zone| {
            zone.name.check()?;
            zone.area.check().map_err(|error| error.within("area"))
        })?;
        Zone::check_apart(&self.zones)?;
        self.check_checkpoints()?;
        each("routes", &self.routes, |route| self.check_route(route))?;
        each("venues", &self.venues, |venue| {
            venue.name.check()?;
            self.zone(&venue.zone)?;
            check_fixed_point(&venue.at, &self.site).map_err(|error| error.within("at"))
        })?;
        each("persons", &self.persons, |person| self.check_person(person))?;
        each("units", &self.units, |unit| {
            unit.check()?;
            self.known_zone("home_zone", &unit.home_zone)
        })?;
        each("key_roads", &self.key_roads, |road| {
            road.check()?;
            self.zone(&road.zone)?;
            self.check_visited(&road.checkpoints)
        })?;
        each("duty_posts", &self.duty_posts, |post| {
            post.name.check()?;
            self.zone(&post.zone)?;
            check_fixed_point(&post.at, &self.site).map_err(|error| error.within("at"))
        })?;
        each("topics", &self.topics, |topic| topic.name.check())?;
        each("materials", &self.materials, |material| self.check_material(material))?;
        each("checklists", &self.checklists, ChecklistEntry::check)
    }

    fn check_ids(&self) -> Result<()> {
        let site = std::iter::once(("site.id".to_owned(), &self.site.id));
        let lists: [(&str, Vec<&String>); 11] = [
            ("zones", self.zones.iter().map(|entry| &entry.id).collect()),
            ("checkpoints", self.checkpoints.iter().map(|entry| &entry.id).collect()),
            ("routes", self.routes.iter().map(|entry| &entry.id).collect()),
            ("venues", self.venues.iter().map(|entry| &entry.id).collect()),
            ("persons", self.persons.iter().map(|entry| &entry.id).collect()),
            ("units", self.units.iter().map(|entry| &entry.id).collect()),
            ("key_roads", self.key_roads.iter().map(|entry| &entry.id).collect()),
            ("duty_posts", self.duty_posts.iter().map(|entry| &entry.id).collect()),
            ("checklists", self.checklists.iter().map(|entry| &entry.id).collect()),
            ("topics", self.topics.iter().map(|entry| &entry.id).collect()),
            ("materials", self.materials.iter().map(|entry| &entry.id).collect()),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(list, ids)| ids.into_iter().enumerate().map(move |(index, id)| (format!("{list}[{index}].id"), id)));
        let mut seen = HashSet::new();
        for (path, id) in site.chain(listed) {
            if !is_reference_id(id) || id == Checklist::OF_SITE {
                return Err(Error::field(Code::Malformed, path, "an id has lower-case letters, digits, - and _; at most 64"));
            }
            if !seen.insert(id) {
                return Err(Error::field(Code::DuplicateId, path, "another entry of this file has the same id"));
            }
        }
        Ok(())
    }

    fn check_site(&self) -> Result<()> {
        let site = &self.site;
        site.name.check()?;
        if site.time_zone.parse::<chrono_tz::Tz>().is_err() {
            return Err(Error::field(Code::Malformed, "time_zone", "no zone of the IANA database"));
        }
        let SiteBox { west, south, east, north } = site.bounds;
        let corner = |lat, lon| Coordinate::new(lat, lon, Datum::Wgs84).map_err(|error| error.within("box"));
        corner(south, west)?;
        corner(north, east)?;
        if west >= east || south >= north {
            return Err(Error::field(Code::OutOfRange, "box", "west before east, south before north"));
        }
        if site.tag_key.is_some() {
            return Err(Error::field(Code::Malformed, "tag_key", "the hub sets it, never a site file"));
        }
        site.response.check().map_err(|error| error.within("response"))?;
        each("response.tiers", &site.response.tiers, |tier| each("zones", &tier.zones, |zone| self.zone(zone).map(drop)))?;
        check_items("checklist", &site.checklist)
    }

    fn check_checkpoints(&self) -> Result<()> {
        each("checkpoints", &self.checkpoints, |checkpoint| {
            checkpoint.name.check()?;
            let zone = self.zone(&checkpoint.zone)?;
            check_fixed_point(&checkpoint.at, &self.site).map_err(|error| error.within("at"))?;
            if !zone.area.contains(&checkpoint.at) {
                return Err(Error::field(Code::OutOfRange, "at", "outside its zone"));
            }
            if checkpoint.radius_m == 0 || checkpoint.radius_m > MAX_RADIUS_M {
                return Err(Error::field(Code::OutOfRange, "radius_m", "1 to 1,000 metres"));
            }
            if let Some(uid) = &checkpoint.nfc_uid
                && NfcTag::parse(uid, 0, "0000000000000000").map_err(|_| nfc_uid())?.uid() != *uid
            {
                return Err(nfc_uid());
            }
            Ok(())
        })?;
        let mut uids = HashSet::new();
        for (index, checkpoint) in self.checkpoints.iter().enumerate() {
            if checkpoint.nfc_uid.as_ref().is_some_and(|uid| !uids.insert(uid)) {
                return Err(Error::field(
                    Code::DuplicateId,
                    format!("checkpoints[{index}].nfc_uid"),
                    "another checkpoint has the same tag",
                ));
            }
        }
        Ok(())
    }

    fn check_route(&self, route: &Route) -> Result<()> {
        route.name.check()?;
        if route.checkpoints.is_empty() {
            return Err(Error::field(Code::Missing, "checkpoints", "at least one"));
        }
        self.check_visited(&route.checkpoints)?;
        parse_time_of_day(&route.from).map_err(|error| error.within("from"))?;
        parse_time_of_day(&route.to).map_err(|error| error.within("to")).map(drop)
    }

    fn check_visited(&self, checkpoints: &[String]) -> Result<()> {
        for (index, id) in checkpoints.iter().enumerate() {
            if !self.checkpoints.iter().any(|checkpoint| checkpoint.id == *id) {
                return Err(Error::field(Code::UnknownReference, format!("checkpoints[{index}]"), "no such checkpoint"));
            }
        }
        Ok(())
    }

    fn check_person(&self, person: &Person) -> Result<()> {
        person.check()?;
        for (index, id) in person.zones.iter().enumerate() {
            self.known_zone("zones", id).map_err(|error| Error { field: format!("zones[{index}]").into(), ..error })?;
        }
        each("zone_history", &person.zone_history, |served| self.known_zone("zone", &served.zone))
    }

    fn check_material(&self, material: &Material) -> Result<()> {
        material.check()?;
        for (index, id) in material.topics.iter().enumerate() {
            if !self.topics.iter().any(|topic| topic.id == *id) {
                return Err(Error::field(Code::UnknownReference, format!("topics[{index}]"), "no such topic"));
            }
        }
        Ok(())
    }

    fn known_zone(&self, field: &'static str, id: &str) -> Result<()> {
        self.zone(id).map(drop).map_err(|error| Error { field: field.into(), ..error })
    }

    fn zone(&self, id: &str) -> Result<&Zone> {
        self.zones.iter().find(|zone| zone.id == id).ok_or_else(|| Error::field(Code::UnknownReference, "zone", "no such zone"))
    }
}

/// A checkpoint is a place: further away nobody has visited it.
const MAX_RADIUS_M: u32 = 1000;

impl Bilingual {
    pub(super) fn check(&self) -> Result<()> {
        self.check_at("name")
    }

    pub(super) fn check_at(&self, parent: &str) -> Result<()> {
        for (field, text) in [("zh", &self.zh), ("en", &self.en)] {
            Text::required(field, text, 200).map_err(|error| error.within(parent))?;
        }
        Ok(())
    }
}

fn each<T>(list: &str, entries: &[T], check: impl Fn(&T) -> Result<()>) -> Result<()> {
    entries.iter().enumerate().try_for_each(|(index, entry)| check(entry).map_err(|error| error.within(&format!("{list}[{index}]"))))
}

fn check_position(at: Option<&Value>) -> Result<()> {
    let degrees = |field: &'static str| match at.and_then(|at| at.get(field)) {
        None => Err(Error::field(Code::Missing, field, "required")),
        Some(value) => value.as_f64().ok_or_else(|| Error::field(Code::CoordinateInvalid, field, "a number of degrees")),
    };
    Coordinate::new(degrees("lat")?, degrees("lon")?, Datum::Wgs84).map(drop)
}

fn nfc_uid() -> Error {
    Error::field(Code::Malformed, "nfc_uid", "14 upper-case hexadecimal digits")
}

fn document<T: Serialize>(id: &str, kind: DocumentKind, entry: &T) -> Result<ReferenceDocument> {
    let buckets = match kind {
        DocumentKind::Site | DocumentKind::Zone => Bucket::of_public_reference(),
        _ => Bucket::of_staff_reference(),
    };
    Ok(ReferenceDocument { id: id.to_owned(), kind, body: serde_json::to_value(entry)?, buckets })
}
