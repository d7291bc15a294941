//! 宣传单页: a batch of leaflets, and where each of them went. What was handed out is counted from what left the stock and did
//! not come back, never typed in.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, parse, staff};
use super::{Bucket, Document, DocumentKind, Kind, Material, MaterialKind, PublicitySession, PublicityState, Role, Text, Until, Verdict};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// The bodies of a batch's operations, told apart by `event`. A quantity is 1 to 1,000,000 leaflets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LeafletEvent {
    /// [`Kind::LeafletsStock`]
    Stock {
        /// What they are: the id of material that is a leaflet.
        material: String,
        /// How many came.
        quantity: u32,
    },
    /// [`Kind::LeafletsIssue`]
    Issue {
        /// For which session.
        session: String,
        /// How many leave the stock.
        quantity: u32,
    },
    /// [`Kind::LeafletsReturn`]
    Return {
        /// From which session.
        session: String,
        /// How many are back in the stock.
        quantity: u32,
    },
    /// [`Kind::LeafletsWaste`]
    Waste {
        /// In which session.
        session: String,
        /// How many were spoilt or lost.
        quantity: u32,
    },
}

/// What one session had of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafletUse {
    /// The session.
    pub session: String,
    /// When the first of them left, UTC ms.
    pub at: i64,
    /// How many left the stock for it.
    pub issued: u64,
    /// How many came back.
    #[serde(default)]
    pub returned: u64,
    /// How many were spoilt or lost.
    #[serde(default)]
    pub wasted: u64,
}

/// A batch of leaflets as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaflets {
    /// What they are.
    pub material: String,
    /// How many came.
    pub stocked: u64,
    /// Where they went, in the order of the first issue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<LeafletUse>,
    /// Who took them in.
    pub stocked_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that took them in.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
}

/// Who takes batches in.
const STOCKERS: &[Role] = &[Role::Desk, Role::Commander];
/// Who takes leaflets to a session and back.
const HOLDERS: &[Role] = &[Role::Auxiliary, Role::Inspector, Role::Desk, Role::Commander];

impl LeafletEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Stock { .. } => Kind::LeafletsStock,
            Self::Issue { .. } => Kind::LeafletsIssue,
            Self::Return { .. } => Kind::LeafletsReturn,
            Self::Waste { .. } => Kind::LeafletsWaste,
        }
    }

    /// The event as it travels.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `quantity`; a text's code at `material` or `session`.
    pub fn normalised(self) -> Result<Self> {
        let id = |field, text: &str| Ok::<_, Error>(Text::required(field, text, 64)?.into_string());
        let counted = |quantity: u32| match quantity {
            1..=1_000_000 => Ok(quantity),
            _ => Err(Error::field(Code::OutOfRange, "quantity", "1 to 1,000,000")),
        };
        Ok(match self {
            Self::Stock { material, quantity } => Self::Stock { material: id("material", &material)?, quantity: counted(quantity)? },
            Self::Issue { session, quantity } => Self::Issue { session: id("session", &session)?, quantity: counted(quantity)? },
            Self::Return { session, quantity } => Self::Return { session: id("session", &session)?, quantity: counted(quantity)? },
            Self::Waste { session, quantity } => Self::Waste { session: id("session", &session)?, quantity: counted(quantity)? },
        })
    }
}

impl LeafletUse {
    /// How many went into people's hands: issued − returned − wasted.
    #[must_use]
    pub const fn distributed(&self) -> u64 {
        self.issued.saturating_sub(self.returned).saturating_sub(self.wasted)
    }
}

impl Leaflets {
    /// How many lie in the stock.
    #[must_use]
    pub fn in_stock(&self) -> u64 {
        // What came back may have gone out again: all that came first, then all that left.
        let came = self.sessions.iter().fold(self.stocked, |came, used| came.saturating_add(used.returned));
        self.sessions.iter().fold(came, |left, used| left.saturating_sub(used.issued))
    }

    /// How many went into people's hands, in these sessions.
    #[must_use]
    pub fn distributed(&self, counts: impl Fn(&str) -> bool) -> u64 {
        self.sessions.iter().filter(|used| counts(&used.session)).map(LeafletUse::distributed).sum()
    }

    /// The batch after a movement at that time (UTC ms); none where more would be moved than is there.
    fn moved(&self, event: &LeafletEvent, at: i64) -> Option<Self> {
        let mut after = self.clone();
        match event {
            LeafletEvent::Stock { .. } => return None,
            LeafletEvent::Issue { session, quantity } => {
                let quantity = u64::from(*quantity);
                if quantity > self.in_stock() {
                    return None;
                }
                match after.sessions.iter_mut().find(|used| used.session == *session) {
                    Some(used) => used.issued = used.issued.checked_add(quantity)?,
                    None => after.sessions.push(LeafletUse { session: session.clone(), at, issued: quantity, returned: 0, wasted: 0 }),
                }
            }
            LeafletEvent::Return { session, quantity } => after.out(session, *quantity)?.returned += u64::from(*quantity),
            LeafletEvent::Waste { session, quantity } => after.out(session, *quantity)?.wasted += u64::from(*quantity),
        }
        Some(after)
    }

    /// What a session has of the batch, where it still has so many.
    fn out(&mut self, session: &str, quantity: u32) -> Option<&mut LeafletUse> {
        self.sessions.iter_mut().find(|used| used.session == session && used.distributed() >= u64::from(quantity))
    }
}

impl Noun for Leaflets {
    const KIND: DocumentKind = DocumentKind::Leaflets;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_publicity(self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.stocked_by)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: LeafletEvent) -> Judgement {
    let session = match &event {
        LeafletEvent::Stock { material, quantity } => return stock(case, material.clone(), *quantity),
        LeafletEvent::Issue { session, .. } | LeafletEvent::Return { session, .. } | LeafletEvent::Waste { session, .. } => session,
    };
    case.authorise(HOLDERS)?;
    let (document, before): (_, Leaflets) = case.existing()?;
    if let Some((verified, _)) = session_of(&case, session)?.filter(|(_, session)| session.state == PublicityState::Verified) {
        // Somebody has vouched for its figures: they stay as they were vouched for.
        let operation = case.operation;
        let winner = case.context.world.overtaken_by(&verified.id, operation.seen, &operation.device).map_err(Stop::World)?;
        let Some(winner) = winner else {
            return Err(Error::field(Code::StateRefused, "session", "the session is verified").into());
        };
        return Ok(case.lost_to(&document, &before, Code::Overtaken, winner));
    }
    let Some(after) = before.moved(&event, case.at) else {
        let Some(winner) = case.overtaken(&document)? else {
            return Err(Error::field(Code::LeafletsShort, "quantity", "so many are not there").into());
        };
        return Ok(case.lost_to(&document, &before, Code::LeafletsShort, winner));
    };
    case.changed(&document, &before, &after)
}

fn stock(mut case: Case<'_>, material: String, quantity: u32) -> Judgement {
    case.authorise(STOCKERS)?;
    case.must_be_new()?;
    let entry: Option<Material> = case.reference(DocumentKind::Material, &material, "material")?;
    if entry.is_some_and(|entry| entry.kind != MaterialKind::Leaflet) {
        return Err(Error::field(Code::UnknownReference, "material", "no leaflet").into());
    }
    let operation = case.operation;
    let batch = Leaflets {
        material,
        stocked: u64::from(quantity),
        sessions: Vec::new(),
        stocked_by: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
    };
    case.created(&batch)
}

/// The session may be on its way from another phone, so that the hub waits for it.
fn session_of(case: &Case<'_>, id: &str) -> Judgement<Option<(Document, PublicitySession)>> {
    let found = case.document(id)?;
    match found {
        Some(document) if document.kind == DocumentKind::PublicitySession.as_str() => {
            let session = parse(&document);
            Ok(session.map(|session| (document, session)))
        }
        None if case.is_hub() => Err(Stop::Verdict(Verdict::Held { until: Until::Entity(id.to_owned()) })),
        None if !case.context.world.is_complete() => Ok(None),
        _ => Err(Error::field(Code::UnknownReference, "session", "no such session").into()),
    }
}
