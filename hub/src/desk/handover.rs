//! A post that passes on: what goes with it by name, what keeps it from being offered or taken, and how it was passed on before.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{
    Body, Call, DocumentKind, Handover, HandoverEvent, HandoverState, Kind, MatterKind, OpenMatter, Person, Role, Shift, WelfareTimer,
};

use super::about::Names;
use super::duty::{ACTORS, again};
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::{noun, nouns};
use super::pages::Page;
use crate::duty::AtPost;
use crate::hub::Hub;
use crate::nouns::bare_nouns;
use crate::officer::{Officer, OfficerOperation};

/// Handovers of the past that are shown.
const PAST: u32 = 20;

/// Persons of whom a choice is made, at most: the personnel base of a district.
const PERSONS: u32 = 10_000;

/// Something that is open, by its name.
pub(super) struct Matter {
    pub(super) id: String,
    pub(super) words: String,
    /// Where it is seen to.
    pub(super) to: Option<String>,
}

/// A handover as the page shows it.
pub(super) struct Passing {
    pub(super) id: String,
    pub(super) post: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) when: String,
    pub(super) state: &'static str,
    pub(super) is_open: bool,
    pub(super) note: Option<String>,
    pub(super) answer: Option<String>,
    pub(super) matters: Vec<Matter>,
    /// Whether it was offered to whoever reads.
    pub(super) is_for_reader: bool,
    /// What keeps the reader from taking it.
    pub(super) hindrance: Option<&'static str>,
}

/// What the page says of handovers.
pub(super) struct Handovers {
    pub(super) open: Vec<Passing>,
    pub(super) past: Vec<Passing>,
    /// The posts that the reader can offer, being there.
    pub(super) posts: Vec<(String, String)>,
    /// To whom.
    pub(super) next: Vec<(String, String)>,
    /// What they would pass on.
    pub(super) matters: Vec<Matter>,
    /// Why they can offer none.
    pub(super) hindrance: Option<&'static str>,
}

impl Matter {
    pub(super) fn of(hub: &Hub, matter: &OpenMatter, frame: &Frame, names: &Names) -> Result<Self> {
        let (lang, document) = (frame.lang, hub.document(&matter.id)?);
        let body = document.map(|document| document.body).unwrap_or_default();
        let (words, to) = match matter.kind {
            MatterKind::Call => {
                let call: Option<Call> = serde_json::from_value(body).ok();
                let what = call.map(|call| {
                    let place = call.record.zone.as_deref().map(|zone| names.of(zone)).into_iter().chain(call.record.place.clone());
                    let about = [lang.call_category(call.record.category).to_owned(), frame.site.time_of_day(call.at)];
                    about.into_iter().chain(place).collect::<Vec<_>>().join(" · ")
                });
                let to = Some(format!("/desk/calls/{}", matter.id));
                (format!("{} {}", lang.pick("警情", "Call:"), what.unwrap_or_default()), to)
            }
            MatterKind::WelfareTimer => {
                let timer: Option<WelfareTimer> = serde_json::from_value(body).ok();
                let who = timer.map(|timer| names.of(&timer.person)).unwrap_or_default();
                (format!("{} {who}", lang.pick("平安计时", "Welfare timer:")), Some("/desk#timers".to_owned()))
            }
            MatterKind::FoundItem => {
                let category = body["found"]["category"].as_str().map(|category| lang.category(category)).unwrap_or_default();
                (format!("{} {category}", lang.pick("保管物品", "In custody:")), None)
            }
        };
        Ok(Self { id: matter.id.clone(), words, to })
    }
}

impl Handovers {
    pub(super) fn read(hub: &Hub, frame: &Frame, names: &Names, at_posts: &[AtPost]) -> Result<Self> {
        let reader = frame.session.person.as_deref().filter(|_| frame.is_any(ACTORS));
        let own: Vec<_> = at_posts.iter().filter(|one| Some(one.person.as_str()) == reader).collect();
        let next = match (reader, own.first()) {
            (Some(reader), Some(own)) => followers(hub, &own.post, reader, names)?,
            _ => Vec::new(),
        };
        let hindrance = match reader {
            None => Some(frame.pick("这个账号不对应人员库中的人员。", "This account stands for nobody of the personnel base.")),
            Some(_) if own.is_empty() => Some(
                frame
                    .pick("您不在任何值守点的班次上，先上岗才能交班。", "You are on no running shift at a post: come on duty there first."),
            ),
            Some(_) if next.is_empty() => Some(frame.pick("没有可以接班的人员。", "There is nobody who could take it.")),
            Some(_) => None,
        };
        let matters = own.first().map(|own| own.matters.iter().map(|matter| Matter::of(hub, matter, frame, names)).collect());
        let (open, past): (Vec<_>, Vec<_>) = nouns::<Handover>(hub.documents(DocumentKind::Handover, PAST, 0)?)
            .map(|(id, handover)| passing(hub, id, &handover, frame, names, at_posts))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .partition(|passing| passing.is_open);
        Ok(Self {
            open,
            past,
            posts: own.iter().map(|one| (one.post.clone(), names.of(&one.post))).collect(),
            next,
            matters: matters.transpose()?.unwrap_or_default(),
            hindrance,
        })
    }
}

fn passing(hub: &Hub, id: String, handover: &Handover, frame: &Frame, names: &Names, at_posts: &[AtPost]) -> Result<Passing> {
    let is_open = handover.state == HandoverState::Offered;
    // What is open by now counts, not what was when it was offered.
    let matters = if is_open { hub.to_accept(handover)? } else { handover.matters.clone() };
    let is_for_reader = is_open && frame.is_any(ACTORS) && frame.session.person.as_deref() == Some(handover.to.as_str());
    let is_there = at_posts.iter().any(|one| one.post == handover.post && one.person == handover.to);
    Ok(Passing {
        id,
        post: names.of(&handover.post),
        from: names.of(&handover.from),
        to: names.of(&handover.to),
        when: frame.site.minute(handover.accepted_at.unwrap_or(handover.at)),
        state: frame.lang.handover_state(handover.state),
        is_open,
        note: handover.note.clone(),
        answer: handover.answer.clone(),
        matters: matters.iter().map(|matter| Matter::of(hub, matter, frame, names)).collect::<Result<_>>()?,
        is_for_reader,
        hindrance: (is_for_reader && !is_there).then(|| {
            frame.pick("您还没有在这个值守点上岗，先上岗才能接班。", "You are not on duty at this post yet: come on duty there first.")
        }),
    })
}

/// Who may follow at a post: whoever has a shift there about now, and everyone who holds the desk's role.
fn followers(hub: &Hub, post: &str, but: &str, names: &Names) -> Result<Vec<(String, String)>> {
    let now = hub.now();
    let shifts = hub.read(&hub.site()?, |tx| tx.between(DocumentKind::Shift, now - Shift::MAX_MS, now + Shift::MAX_MS))?;
    let around: BTreeSet<_> = bare_nouns::<Shift>(shifts)
        .filter(|shift| shift.post.as_deref() == Some(post) && shift.occupies().is_some_and(|(_, to)| now < to))
        .map(|shift| shift.person)
        .collect();
    let persons = hub.documents(DocumentKind::Person, PERSONS, 0)?.into_iter().filter_map(|document| Person::read(document.body));
    let mut found: Vec<_> = persons
        .filter(|person| person.id != but && person.serves(now) && (around.contains(&person.id) || person.holds(&[Role::Desk], now)))
        .map(|person| (!around.contains(&person.id), person.id.clone(), names.of(&person.id)))
        .collect();
    found.sort();
    Ok(found.into_iter().map(|(_, id, name)| (id, name)).collect())
}

/// `POST /desk/duty/handover`
pub(super) async fn offer(visit: Visit, Form(fields): Form<Fields>) -> Response {
    let work = |hub: &Hub, officer: &Officer, fields: &Fields| {
        let event =
            HandoverEvent::Offer { post: fields.get("post").to_owned(), to: fields.get("to").to_owned(), note: fields.typed("note") };
        passed(hub, officer, &hub.env().new_id().to_string(), event)
    };
    visit.act(Page::DutyBook, ACTORS, "offer", fields, work, again).await
}

/// `POST /desk/duty/handover/{id}/accept`
pub(super) async fn accept(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| {
        noun::<Handover>(hub, DocumentKind::Handover, &id)?;
        let accepted = fields.all("accepted").map(str::to_owned).collect();
        passed(hub, officer, &id, HandoverEvent::Accept { accepted, note: fields.typed("note") })
    };
    visit.act(Page::DutyBook, ACTORS, "accept", fields, work, again).await
}

fn passed(hub: &Hub, officer: &Officer, id: &str, event: HandoverEvent) -> Result<Done> {
    let kind: Kind = event.kind();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, id, Body::Handover(event)))?;
    Ok(Done::new(kind, is_flagged, "/desk/duty"))
}
