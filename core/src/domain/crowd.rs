//! Visitors in a zone, counted by hand or imported: they drive the hint to move units where the visitors are.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::apply::Write;
use super::case::{Case, Judgement, Noun, staff, write_of};
use super::{Bucket, DocumentKind, Role, Text, Zone};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// The body of [`super::Kind::CrowdCount`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrowdRecord {
    /// In which zone.
    pub zone: String,
    /// How many; at most 1,000,000.
    pub visitors: u32,
}

/// Where a count comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrowdSource {
    /// Somebody on the spot counted or estimated.
    Hand,
    /// Gates, cameras or ticket sales, by a file.
    Import,
}

/// Visitors of a zone at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrowdCount {
    /// In which zone.
    pub zone: String,
    /// How many.
    pub visitors: u32,
    /// When, UTC ms.
    pub at: i64,
    /// Where it comes from.
    pub source: CrowdSource,
    /// Who counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// With which device it was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The operation that wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Uuid>,
}

/// Who counts visitors.
const COUNTERS: &[Role] = Role::SERVING;

/// More people than that stand in no zone.
const MAX_VISITORS: u32 = 1_000_000;

impl CrowdRecord {
    /// The record with its zone trimmed.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `visitors`; a text's code at `zone`.
    pub fn normalised(self) -> Result<Self> {
        if self.visitors > MAX_VISITORS {
            return Err(Error::field(Code::OutOfRange, "visitors", "0 to 1,000,000"));
        }
        Ok(Self { zone: Text::required("zone", &self.zone, 64)?.into_string(), ..self })
    }
}

impl CrowdCount {
    /// The document of an imported count. Its id is made of zone and time, so that a file may come twice.
    ///
    /// # Errors
    /// Those of [`CrowdRecord::normalised`].
    pub fn imported(record: CrowdRecord, at: i64) -> Result<Write> {
        let CrowdRecord { zone, visitors } = record.normalised()?;
        let count = Self { zone, visitors, at, source: CrowdSource::Import, person: None, device: None, operation: None };
        let id = format!("crowd.{}.{at}", count.zone);
        let body = serde_json::to_value(&count)?;
        Ok(write_of(&id, body, &count))
    }
}

impl Noun for CrowdCount {
    const KIND: DocumentKind = DocumentKind::CrowdCount;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_crowd_count(&self.zone, self.device.map(|device| (self.person.as_deref().and_then(staff), device)))
    }

    fn person(&self) -> Option<String> {
        self.person.clone()
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn record(mut case: Case<'_>, record: CrowdRecord) -> Judgement {
    case.authorise(COUNTERS)?;
    case.must_be_new()?;
    case.reference::<Zone>(DocumentKind::Zone, &record.zone, "zone")?;
    let count = CrowdCount {
        zone: record.zone,
        visitors: record.visitors,
        at: case.at,
        source: CrowdSource::Hand,
        person: Some(case.actor().to_owned()),
        device: Some(case.operation.device),
        operation: Some(case.operation.id),
    };
    case.created(&count)
}
