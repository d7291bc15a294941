//! 交接班: a duty post passes from one person to the next, with everything that is open, by name.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, next, parse, staff};
use super::text::id_list;
use super::{Bucket, DocumentKind, Kind, MatterKind, OpenMatter, Person, Role, Shift, Text, custody};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// The bodies of a handover's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HandoverEvent {
    /// [`Kind::HandoverOffer`]
    Offer {
        /// Which post.
        post: String,
        /// To whom: a person's id.
        to: String,
        /// What the next one has to know; at most 2,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`Kind::HandoverAccept`]
    Accept {
        /// The ids of what is open, each of them; at most 200.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accepted: Vec<String>,
        /// A word on it; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// Where a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverState {
    /// Somebody wants to pass the post on.
    Offered,
    /// The next one has it.
    Accepted,
}

/// What moves a handover on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandoverMove {
    /// The next one takes it.
    Accept,
}

impl HandoverState {
    /// Every step that a handover can take.
    pub const TRANSITIONS: &'static [(Self, HandoverMove, Self)] = &[(Self::Offered, HandoverMove::Accept, Self::Accepted)];
}

/// A handover as those two and the desk see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Which post.
    pub post: String,
    /// The post's zone; empty where the phone does not know it yet.
    pub zone: String,
    /// Who passes it on.
    pub from: String,
    /// On which shift of theirs; absent where the phone does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
    /// To whom.
    pub to: String,
    /// Where it stands.
    pub state: HandoverState,
    /// With which device it was offered.
    pub device: DeviceId,
    /// The operation that offered it.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
    /// What was open: at the offer, and once it is accepted what was taken over by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matters: Vec<OpenMatter>,
    /// What the next one has to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was accepted, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<i64>,
    /// What the next one said to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// Who staffs a post.
const STAFF: &[Role] = Role::SERVING;
/// Who may take over what was found.
const CUSTODIANS: &[Role] = &[Role::Auxiliary, Role::Inspector, Role::Desk, Role::Commander];

impl HandoverEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Offer { .. } => Kind::HandoverOffer,
            Self::Accept { .. } => Kind::HandoverAccept,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] or [`Code::DuplicateId`] at `accepted`; a text's code at its field.
    pub fn normalised(self) -> Result<Self> {
        let note = |note: Option<String>, max| Ok::<_, Error>(Text::optional_lines("note", note.as_deref(), max)?.map(Text::into_string));
        Ok(match self {
            Self::Offer { post, to, note: text } => Self::Offer {
                post: Text::required("post", &post, 64)?.into_string(),
                to: Text::required("to", &to, 64)?.into_string(),
                note: note(text, 2000)?,
            },
            Self::Accept { accepted, note: text } => {
                Self::Accept { accepted: id_list("accepted", accepted, 200)?, note: note(text, 1000)? }
            }
        })
    }
}

impl Handover {
    /// What has to be accepted by name: what is open as this side sees it, and of what was open at the offer whatever this side may
    /// not see (`is_here`), because it cannot tell whether that is over.
    ///
    /// # Errors
    /// Those of `is_here`.
    pub fn to_accept<E>(&self, open: Vec<OpenMatter>, is_here: impl Fn(&str) -> Result<bool, E>) -> Result<Vec<OpenMatter>, E> {
        let mut matters = open;
        for matter in &self.matters {
            if !matters.contains(matter) && !is_here(&matter.id)? {
                matters.push(matter.clone());
            }
        }
        matters.sort_unstable();
        Ok(matters)
    }
}

impl Noun for Handover {
    const KIND: DocumentKind = DocumentKind::Handover;

    fn buckets(&self) -> Vec<Bucket> {
        let persons = staff(&self.from).into_iter().chain(staff(&self.to));
        Bucket::of_persons(&[], persons, self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.from)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(case: Case<'_>, event: HandoverEvent) -> Judgement {
    match event {
        HandoverEvent::Offer { post, to, note } => offer(case, post, to, note),
        HandoverEvent::Accept { accepted, note } => accept(case, &accepted, note),
    }
}

fn offer(mut case: Case<'_>, post: String, to: String, note: Option<String>) -> Judgement {
    case.authorise(STAFF)?;
    case.must_be_new()?;
    let zone = case.post(&post)?.map(|post| post.zone).unwrap_or_default();
    if to == case.actor() {
        return Err(Error::field(Code::NotPermitted, "to", "nobody hands over to themselves").into());
    }
    let next: Option<Person> = case.reference(DocumentKind::Person, &to, "to")?;
    if next.is_some_and(|next| !next.serves(case.at)) {
        return Err(Error::field(Code::UnknownReference, "to", "does not serve then").into());
    }
    let shift = shift_at(&case, &post)?;
    let operation = case.operation;
    let handover = Handover {
        matters: open_matters(&case, case.actor(), &zone)?,
        post,
        zone,
        from: case.actor().to_owned(),
        shift,
        to,
        state: HandoverState::Offered,
        device: operation.device,
        operation: operation.id,
        at: case.at,
        note,
        accepted_at: None,
        answer: None,
    };
    case.created(&handover)
}

fn accept(mut case: Case<'_>, accepted: &[String], note: Option<String>) -> Judgement {
    case.authorise(STAFF)?;
    let (document, before): (_, Handover) = case.existing()?;
    if !case.is_author(&before.to) {
        return Err(Error::new(Code::NotPermitted, "it was offered to somebody else").into());
    }
    let Some(state) = next(HandoverState::TRANSITIONS, before.state, HandoverMove::Accept) else {
        return case.illegal(&document, &before);
    };
    shift_at(&case, &before.post)?;
    let open = open_matters(&case, &before.from, &before.zone)?;
    let matters = before.to_accept(open, |id| Ok::<_, Stop>(case.document(id)?.is_some()))?;
    if matters.iter().any(|matter| !accepted.contains(&matter.id)) {
        return Err(Error::field(Code::HandoverOpen, "accepted", "something is open that was not accepted by name").into());
    }
    let items: Vec<&str> = matters.iter().filter(|matter| matter.kind == MatterKind::FoundItem).map(|matter| matter.id.as_str()).collect();
    if !items.is_empty() {
        case.authorise(CUSTODIANS)?;
    }
    // Custody has no gap: what was held for the post is the next one's in the very moment in which the post is.
    let passed_on = custody::pass_on(&mut case, &items, &before.from, before.device)?;
    let after = Handover { state, matters, accepted_at: Some(case.at), answer: note, ..before.clone() };
    let mut outcome = case.changed(&document, &before, &after)?;
    outcome.writes.extend(passed_on);
    Ok(outcome)
}

/// The author's running shift at a post. None only where this side may not know all of their shifts.
fn shift_at(case: &Case<'_>, post: &str) -> Judgement<Option<String>> {
    let around = case.duties_around(DocumentKind::Shift, case.at)?;
    let mut running = around
        .into_iter()
        .filter(|document| parse::<Shift>(document).is_some_and(|shift| shift.post.as_deref() == Some(post) && shift.is_running(case.at)));
    match running.next() {
        Some(document) => Ok(Some(document.id)),
        None if case.context.world.is_complete() => Err(Error::field(Code::OffShift, "post", "no running shift at this post").into()),
        None => Ok(None),
    }
}

fn open_matters(case: &Case<'_>, person: &str, zone: &str) -> Judgement<Vec<OpenMatter>> {
    case.context.world.open_matters(person, zone).map_err(Stop::World)
}
