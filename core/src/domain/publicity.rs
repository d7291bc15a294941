//! Publicity sessions: planned on topics, held where the visitors are, and verified by somebody else.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, next, staff};
use super::text::id_list;
use super::{Bucket, DocumentKind, Kind, Material, Role, Text, Topic, Zone};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// The bodies of a session's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PublicityEvent {
    /// [`Kind::PublicityPlan`]
    Plan {
        /// What it is about: ids of topics, 1 to 10.
        topics: Vec<String>,
        /// What it works with: ids of material, at most 20.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        materials: Vec<String>,
        /// In which zone.
        zone: String,
        /// Where in it; 1 to 200 characters.
        place: String,
        /// From when, UTC ms.
        from: i64,
        /// Until when, UTC ms.
        to: i64,
    },
    /// [`Kind::PublicityHold`]
    Hold {
        /// How many people it reached, as counted or judged on the spot; 0 to 100,000.
        audience: u32,
        /// How it went; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::PublicityVerify`]
    Verify {
        /// What was seen to; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicityState {
    /// It is to be held.
    Planned,
    /// It was held.
    Held,
    /// Somebody else vouches for it: it counts.
    Verified,
}

/// What moves a session on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicityMove {
    /// It takes place.
    Hold,
    /// Somebody else vouches for it.
    Verify,
}

impl PublicityState {
    /// Every step that a session can take.
    pub const TRANSITIONS: &'static [(Self, PublicityMove, Self)] =
        &[(Self::Planned, PublicityMove::Hold, Self::Held), (Self::Held, PublicityMove::Verify, Self::Verified)];
}

/// A session as staff see it. What was handed out in it stands with the leaflets (see [`super::Leaflets`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicitySession {
    /// What it is about.
    pub topics: Vec<String>,
    /// What it works with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// In which zone.
    pub zone: String,
    /// Where in it.
    pub place: String,
    /// From when, UTC ms.
    pub from: i64,
    /// Until when, UTC ms.
    pub to: i64,
    /// Where it stands.
    pub state: PublicityState,
    /// Who planned it.
    pub planned_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that planned it.
    pub operation: Uuid,
    /// Its own time, UTC ms: its beginning, and once it was held the time at which that was said.
    pub at: i64,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// How many people it reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<u32>,
    /// Who vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
    /// Since when, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<i64>,
    /// Photos of it, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who plans and holds sessions.
const HOLDERS: &[Role] = &[Role::Auxiliary, Role::Inspector, Role::Desk, Role::Commander];
/// Who vouches for those of others.
const VERIFIERS: &[Role] = &[Role::Desk, Role::Commander];

impl PublicityEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Plan { .. } => Kind::PublicityPlan,
            Self::Hold { .. } => Kind::PublicityHold,
            Self::Verify { .. } => Kind::PublicityVerify,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// [`Code::Missing`] or [`Code::OutOfRange`] at `topics` or `materials`, [`Code::DuplicateId`] where one stands there twice;
    /// [`Code::TimeOrder`] or [`Code::OutOfRange`] at `to`; [`Code::OutOfRange`] at `audience`; a text's code at its field.
    pub fn normalised(self) -> Result<Self> {
        let note = |note: Option<String>| Ok::<_, Error>(Text::optional_lines("note", note.as_deref(), 1000)?.map(Text::into_string));
        Ok(match self {
            Self::Plan { topics, materials, zone, place, from, to } => {
                if to <= from {
                    return Err(Error::field(Code::TimeOrder, "to", "after from"));
                }
                if to.saturating_sub(from) > MAX_MS {
                    return Err(Error::field(Code::OutOfRange, "to", "at most 24 hours after from"));
                }
                let topics = id_list("topics", topics, 10)?;
                if topics.is_empty() {
                    return Err(Error::field(Code::Missing, "topics", "at least one"));
                }
                Self::Plan {
                    topics,
                    materials: id_list("materials", materials, 20)?,
                    zone: Text::required("zone", &zone, 64)?.into_string(),
                    place: Text::required("place", &place, 200)?.into_string(),
                    from,
                    to,
                }
            }
            Self::Hold { audience, .. } if audience > 100_000 => return Err(Error::field(Code::OutOfRange, "audience", "0 to 100,000")),
            Self::Hold { audience, note: text } => Self::Hold { audience, note: note(text)? },
            Self::Verify { note: text } => Self::Verify { note: note(text)? },
        })
    }
}

/// The longest that a session may last, ms.
const MAX_MS: i64 = 24 * 3_600_000;

impl PublicitySession {
    /// Whether it enters the district's figures.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.state == PublicityState::Verified
    }
}

impl Noun for PublicitySession {
    const KIND: DocumentKind = DocumentKind::PublicitySession;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_publicity(self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.planned_by)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: PublicityEvent) -> Judgement {
    let step = match &event {
        PublicityEvent::Plan { .. } => return plan(case, event),
        PublicityEvent::Hold { .. } => PublicityMove::Hold,
        PublicityEvent::Verify { .. } => PublicityMove::Verify,
    };
    case.authorise(if step == PublicityMove::Verify { VERIFIERS } else { HOLDERS })?;
    let (document, before): (_, PublicitySession) = case.existing()?;
    let Some(state) = next(PublicityState::TRANSITIONS, before.state, step) else {
        return case.illegal(&document, &before);
    };
    let mut after = PublicitySession { state, ..before.clone() };
    match event {
        PublicityEvent::Hold { audience, note } => {
            (after.at, after.held_by, after.audience) = (case.at, Some(case.actor().to_owned()), Some(audience));
            (after.photos, after.note) = (case.photos(), note);
        }
        PublicityEvent::Verify { note } => {
            if before.held_by.as_deref() == Some(case.actor()) {
                return Err(Error::new(Code::NotPermitted, "nobody vouches for a session of their own").into());
            }
            (after.verified_by, after.verified_at) = (Some(case.actor().to_owned()), Some(case.at));
            after.note = note.or(after.note);
        }
        PublicityEvent::Plan { .. } => {}
    }
    case.changed(&document, &before, &after)
}

fn plan(mut case: Case<'_>, event: PublicityEvent) -> Judgement {
    let PublicityEvent::Plan { topics, materials, zone, place, from, to } = event else {
        return Err(Error::internal("no session is planned").into());
    };
    case.authorise(HOLDERS)?;
    case.must_be_new()?;
    case.reference::<Zone>(DocumentKind::Zone, &zone, "zone")?;
    for id in &topics {
        let topic: Option<Topic> = case.reference(DocumentKind::Topic, id, "topics")?;
        in_use(topic.and_then(|topic| topic.retired_at), from, "topics")?;
    }
    for id in &materials {
        let material: Option<Material> = case.reference(DocumentKind::Material, id, "materials")?;
        in_use(material.and_then(|material| material.retired_at), from, "materials")?;
    }
    let operation = case.operation;
    let session = PublicitySession {
        topics,
        materials,
        zone,
        place,
        from,
        to,
        state: PublicityState::Planned,
        planned_by: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: from,
        held_by: None,
        audience: None,
        verified_by: None,
        verified_at: None,
        photos: Vec::new(),
        note: None,
    };
    case.created(&session)
}

fn in_use(retired_at: Option<i64>, from: i64, field: &'static str) -> Result<()> {
    if retired_at.is_some_and(|retired| retired <= from) {
        return Err(Error::field(Code::UnknownReference, field, "out of use by then"));
    }
    Ok(())
}
