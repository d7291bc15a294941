//! 责令限期改正通知书: what a venue's operator is handed about one hazard: what is wrong, by which law, until when; and their signature.

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::apply::Write;
use super::case::{Case, Judgement, Noun, changed_write, created_write, next, staff};
use super::{Bucket, DocumentKind, Hazard, Kind, Role, Text, time};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// How the venue's operator says that they have the notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Signature {
    /// Written on the phone: strokes of points `[x, y]`, in thousandths of the box's width; the box is 1000 wide and 400 high.
    Strokes {
        /// 1 to 64 strokes, 2,000 points in all.
        strokes: Vec<Vec<[u16; 2]>>,
    },
    /// A photo of the signed paper; it comes with the operation.
    Photo {
        /// By SHA-256.
        sha256: Digest,
    },
    /// 拒签: they will not sign.
    Refused {
        /// Who saw that, another than the author; 1 to 100 characters.
        witness: String,
    },
}

/// The bodies of a notice's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum NoticeEvent {
    /// [`Kind::NoticeIssue`]
    Issue {
        /// The hazard, which has its owner and due date.
        hazard: String,
        /// What has to be done; 1 to 2,000 characters.
        requirement: String,
        /// By which law, article by article; 1 to 1,000 characters.
        legal_basis: String,
    },
    /// [`Kind::NoticeSign`]
    Sign {
        /// How.
        signature: Signature,
    },
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// It is written.
    Issued,
    /// It is signed for, or the signature was refused before a witness.
    Served,
}

impl NoticeState {
    /// Every step that a notice can take: it is signed for once.
    pub const TRANSITIONS: &'static [(Self, (), Self)] = &[(Self::Issued, (), Self::Served)];
}

/// The number of a notice: the hub gives it, in the order of the site's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeNumber {
    /// Of the site's calendar.
    pub year: i32,
    /// From 1, within the year.
    pub serial: u32,
}

/// A rectification notice as those who inspect see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RectificationNotice {
    /// Its number; none until the hub has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NoticeNumber>,
    /// The hazard.
    pub hazard: String,
    /// The venue.
    pub venue: String,
    /// Its zone; empty where the phone does not know it yet.
    pub zone: String,
    /// What is wrong, as it was when the notice was written.
    pub description: String,
    /// What has to be done.
    pub requirement: String,
    /// By which law.
    pub legal_basis: String,
    /// Until when, UTC ms.
    pub due: i64,
    /// Where it stands.
    pub state: NoticeState,
    /// Who wrote it.
    pub issued_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that wrote it.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
    /// How it was signed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// When, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_at: Option<i64>,
}

const INSPECTORS: &[Role] = &[Role::Inspector];

impl Signature {
    /// Most strokes.
    pub const MAX_STROKES: usize = 64;
    /// Most points of all strokes.
    pub const MAX_POINTS: usize = 2_000;
    /// How wide the box is.
    pub const WIDTH: u16 = 1_000;
    /// How high.
    pub const HEIGHT: u16 = 400;

    fn normalised(self) -> Result<Self> {
        match self {
            Self::Strokes { strokes } => {
                let points: usize = strokes.iter().map(Vec::len).sum();
                if strokes.is_empty() || strokes.len() > Self::MAX_STROKES || points > Self::MAX_POINTS {
                    return Err(Error::field(Code::OutOfRange, "strokes", "1 to 64 strokes, 2,000 points in all"));
                }
                let inside = |[x, y]: &[u16; 2]| *x <= Self::WIDTH && *y <= Self::HEIGHT;
                if strokes.iter().any(|stroke| stroke.is_empty() || !stroke.iter().all(inside)) {
                    return Err(Error::field(Code::OutOfRange, "strokes", "points within 1000 by 400"));
                }
                Ok(Self::Strokes { strokes })
            }
            Self::Refused { witness } => Ok(Self::Refused { witness: Text::required("witness", &witness, 100)?.into_string() }),
            Self::Photo { .. } => Ok(self),
        }
    }
}

impl NoticeEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Issue { .. } => Kind::NoticeIssue,
            Self::Sign { .. } => Kind::NoticeSign,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at its field; [`Code::OutOfRange`] at `signature.strokes`.
    pub fn normalised(self) -> Result<Self> {
        Ok(match self {
            Self::Issue { hazard, requirement, legal_basis } => Self::Issue {
                hazard: Text::required("hazard", &hazard, 64)?.into_string(),
                requirement: Text::required_lines("requirement", &requirement, 2000)?.into_string(),
                legal_basis: Text::required_lines("legal_basis", &legal_basis, 1000)?.into_string(),
            },
            Self::Sign { signature } => Self::Sign { signature: signature.normalised().map_err(|error| error.within("signature"))? },
        })
    }
}

impl Noun for RectificationNotice {
    const KIND: DocumentKind = DocumentKind::RectificationNotice;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_safety_check(&self.zone, staff(&self.issued_by), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.issued_by)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: NoticeEvent) -> Judgement {
    case.authorise(INSPECTORS)?;
    match event {
        NoticeEvent::Issue { hazard, requirement, legal_basis } => issue(case, hazard, requirement, legal_basis),
        NoticeEvent::Sign { signature } => sign(case, signature),
    }
}

fn issue(case: Case<'_>, id: String, requirement: String, legal_basis: String) -> Judgement {
    case.must_be_new()?;
    let (_, hazard): (_, Hazard) = case.existing_of(&id, "hazard")?;
    let Some(due) = hazard.due.filter(|_| hazard.is_open()) else {
        return Err(Error::field(Code::StateRefused, "hazard", "an open hazard with a due date").into());
    };
    let (operation, (number, counter)) = (case.operation, numbered(&case)?);
    let notice = RectificationNotice {
        number,
        hazard: id,
        venue: hazard.venue,
        zone: hazard.zone,
        description: hazard.description,
        requirement,
        legal_basis,
        due,
        state: NoticeState::Issued,
        issued_by: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        signature: None,
        served_at: None,
    };
    let written = created_write(&operation.entity, &notice)?;
    Ok(case.applied([written].into_iter().chain(counter).collect()))
}

/// The next number of the year, and the counter after it. Only the hub sees every notice: a phone leaves it to the hub.
fn numbered(case: &Case<'_>) -> Judgement<(Option<NoticeNumber>, Option<Write>)> {
    let zone = case.site.as_ref().map(super::Site::tz);
    let Some((day, _)) = zone.filter(|_| case.is_hub()).and_then(|zone| time::local(case.at, zone)) else { return Ok((None, None)) };
    let year = day.year();
    let id = format!("notice_serial.{year}");
    let last = case.document(&id)?.and_then(|document| document.body.get("serial").and_then(serde_json::Value::as_u64)).unwrap_or(0);
    let serial = u32::try_from(last + 1).map_err(|_| Error::internal("a year has not so many notices"))?;
    let body = json!({ "serial": serial });
    let counter = Write { id, kind: DocumentKind::NoticeSerial, body, buckets: Vec::new(), person: None, at: case.at, conflict: None };
    Ok((Some(NoticeNumber { year, serial }), Some(counter)))
}

fn sign(case: Case<'_>, signature: Signature) -> Judgement {
    let (document, before): (_, RectificationNotice) = case.existing()?;
    let Some(state) = next(NoticeState::TRANSITIONS, before.state, ()) else {
        return case.illegal(&document, &before);
    };
    match &signature {
        Signature::Photo { sha256 } if !case.photos().contains(sha256) => {
            return Err(Error::field(Code::PhotoMissing, "signature.sha256", "comes with the operation").into());
        }
        Signature::Photo { sha256 } => case.wait_for(&[*sha256])?,
        Signature::Refused { witness } if witness == case.actor() => {
            return Err(Error::field(Code::HazardFourEyes, "signature.witness", "another than the author").into());
        }
        Signature::Refused { .. } | Signature::Strokes { .. } => {}
    }
    let after = RectificationNotice { state, signature: Some(signature), served_at: Some(case.at), ..before.clone() };
    Ok(case.applied(vec![changed_write(&document, &before, &after)?]))
}
