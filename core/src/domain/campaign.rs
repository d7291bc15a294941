//! 集中清查: a named operation of safety checks or of public-order clean-up, to which inspections belong.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, next, parse, staff};
use super::{Bucket, Checklist, DocumentKind, Inspection, InspectionState, Kind, Role, Text, Venue, Zone};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// What a campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignPurpose {
    /// 安全检查
    SafetyCheck,
    /// 治安清查
    PublicOrder,
}

/// The bodies of a campaign's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CampaignEvent {
    /// [`Kind::CampaignPlan`]
    Plan {
        /// Its name; 1 to 100 characters.
        name: String,
        /// What it is for.
        purpose: CampaignPurpose,
        /// The venues that are to be visited, each once; at most 2,000. With `zones` empty as well: all of the site.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        venues: Vec<String>,
        /// The zones whose venues are to be visited, each once; at most 100.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        zones: Vec<String>,
        /// The checklist that its visits ask; each venue's own, where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checklist: Option<String>,
        /// When it is to begin, UTC ms.
        from: i64,
        /// When it is to be over, UTC ms; after `from`.
        to: i64,
    },
    /// [`Kind::CampaignStart`]
    Start {},
    /// [`Kind::CampaignClose`]
    Close {
        /// What came of it; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
    },
}

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// It will be.
    Planned,
    /// It is going on.
    Running,
    /// It is over.
    Closed,
}

/// What moves a campaign on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CampaignMove {
    /// It begins.
    Start,
    /// It is over.
    Close,
}

impl CampaignState {
    /// Every step that a campaign can take.
    pub const TRANSITIONS: &'static [(Self, CampaignMove, Self)] =
        &[(Self::Planned, CampaignMove::Start, Self::Running), (Self::Running, CampaignMove::Close, Self::Closed)];
}

/// A campaign as those who inspect see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: CampaignPurpose,
    /// Where it stands.
    pub state: CampaignState,
    /// The venues that are to be visited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub venues: Vec<String>,
    /// The zones whose venues are to be visited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// The checklist that its visits ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checklist: Option<String>,
    /// When it is to begin, UTC ms.
    pub from: i64,
    /// When it is to be over, UTC ms.
    pub to: i64,
    /// Who planned it.
    pub planned_by: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that planned it.
    pub operation: Uuid,
    /// When it was planned, UTC ms.
    pub at: i64,
    /// When it began, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When it was over, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<i64>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

const OFFICERS: &[Role] = &[Role::Inspector, Role::Desk, Role::Commander];

/// Most venues that one names.
const MAX_VENUES: usize = 2_000;

/// Most zones that one names.
const MAX_ZONES: usize = 100;

impl CampaignEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Plan { .. } => Kind::CampaignPlan,
            Self::Start {} => Kind::CampaignStart,
            Self::Close { .. } => Kind::CampaignClose,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at its field, such as `venues[2]`; [`Code::DuplicateId`] at one that is named twice; [`Code::OutOfRange`] at
    /// `venues` or `zones`; [`Code::TimeOrder`] at `to`.
    pub fn normalised(self) -> Result<Self> {
        Ok(match self {
            Self::Plan { name, purpose, venues, zones, checklist, from, to } => {
                if to <= from {
                    return Err(Error::field(Code::TimeOrder, "to", "after its beginning"));
                }
                Self::Plan {
                    name: Text::required("name", &name, 100)?.into_string(),
                    purpose,
                    venues: ids("venues", venues, MAX_VENUES)?,
                    zones: ids("zones", zones, MAX_ZONES)?,
                    checklist: Text::optional("checklist", checklist.as_deref(), 64)?.map(Text::into_string),
                    from,
                    to,
                }
            }
            Self::Start {} => Self::Start {},
            Self::Close { summary } => {
                Self::Close { summary: Text::optional_lines("summary", summary.as_deref(), 1000)?.map(Text::into_string) }
            }
        })
    }
}

fn ids(list: &'static str, ids: Vec<String>, most: usize) -> Result<Vec<String>> {
    if ids.len() > most {
        return Err(Error::field(Code::OutOfRange, list, format!("at most {most}")));
    }
    let mut seen = std::collections::HashSet::new();
    for (index, id) in ids.iter().enumerate() {
        let at = || format!("{list}[{index}]");
        Text::required("", id, 64).map_err(|error| Error { field: at().into(), ..error })?;
        if !seen.insert(id) {
            return Err(Error::field(Code::DuplicateId, at(), "named twice"));
        }
    }
    Ok(ids)
}

impl Campaign {
    /// Whether a visit of this venue is a part of it.
    #[must_use]
    pub fn covers(&self, venue: &Venue) -> bool {
        (self.venues.is_empty() && self.zones.is_empty()) || self.venues.contains(&venue.id) || self.zones.contains(&venue.zone)
    }

    /// Whether it was going on at a time (UTC ms).
    #[must_use]
    pub fn is_running(&self, at: i64) -> bool {
        self.started_at.is_some_and(|started| started <= at) && self.closed_at.is_none_or(|closed| at <= closed)
    }
}

/// How far a campaign has come, by the premises that it is to visit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CampaignProgress {
    /// Premises that are to be visited: those that it is for, and that were not struck off before it was over.
    pub venues: usize,
    /// Those of which a visit was approved.
    pub approved: usize,
    /// Of the others, those of which a visit waits for a decision.
    pub submitted: usize,
    /// The rest, by id: nothing was handed in there, or it was sent back.
    pub left: Vec<String>,
}

impl CampaignProgress {
    /// The progress at a moment (UTC ms), by the visits that name the campaign. Those that it is not for do not count.
    #[must_use]
    pub fn of(campaign: &Campaign, venues: &[Venue], visits: &[Inspection], now: i64) -> Self {
        let end = campaign.closed_at.unwrap_or(now);
        let is_meant = |venue: &&Venue| campaign.covers(venue) && venue.retired_at.is_none_or(|retired| retired > end);
        let mut progress = Self::default();
        for venue in venues.iter().filter(is_meant) {
            let stands = |state| visits.iter().any(|visit| visit.venue == venue.id && !visit.outside_campaign && visit.state == state);
            progress.venues += 1;
            if stands(InspectionState::Approved) {
                progress.approved += 1;
            } else if stands(InspectionState::Submitted) {
                progress.submitted += 1;
            } else {
                progress.left.push(venue.id.clone());
            }
        }
        progress
    }
}

impl Noun for Campaign {
    const KIND: DocumentKind = DocumentKind::Campaign;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_campaign(staff(&self.planned_by), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.planned_by)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: CampaignEvent) -> Judgement {
    case.authorise(OFFICERS)?;
    let by = match &event {
        CampaignEvent::Plan { .. } => return plan(case, event),
        CampaignEvent::Start {} => CampaignMove::Start,
        CampaignEvent::Close { .. } => CampaignMove::Close,
    };
    let (document, before): (_, Campaign) = case.existing()?;
    let Some(state) = next(CampaignState::TRANSITIONS, before.state, by) else {
        return case.illegal(&document, &before);
    };
    let mut after = Campaign { state, ..before.clone() };
    match event {
        // A clock that was set right in between must not end it before it began.
        CampaignEvent::Close { summary } => {
            (after.closed_at, after.summary) = (Some(case.at.max(before.started_at.unwrap_or(case.at))), summary);
        }
        _ => after.started_at = Some(case.at),
    }
    case.changed(&document, &before, &after)
}

fn plan(case: Case<'_>, event: CampaignEvent) -> Judgement {
    let CampaignEvent::Plan { name, purpose, venues, zones, checklist, from, to } = event else {
        return Err(Error::internal("no campaign is planned").into());
    };
    case.must_be_new()?;
    for venue in &venues {
        case.reference::<Venue>(DocumentKind::Venue, venue, "venues")?;
    }
    for zone in &zones {
        case.reference::<Zone>(DocumentKind::Zone, zone, "zones")?;
    }
    if let Some(list) = &checklist {
        case.reference::<Checklist>(DocumentKind::Checklist, list, "checklist")?;
    }
    let operation = case.operation;
    let campaign = Campaign {
        name,
        purpose,
        state: CampaignState::Planned,
        venues,
        zones,
        checklist,
        from,
        to,
        planned_by: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        started_at: None,
        closed_at: None,
        summary: None,
    };
    case.created(&campaign)
}

/// The campaign of that id. A phone of 0.1 names one by any text: that is no campaign here, and no reason to refuse.
pub(super) fn campaign(case: &Case<'_>, id: &str) -> Judgement<Option<Campaign>> {
    Ok(case.document(id)?.filter(|document| document.kind == DocumentKind::Campaign.as_str()).as_ref().and_then(parse))
}
