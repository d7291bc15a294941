//! Publicity: its sessions, who vouches for them, and where every leaflet went.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use axum::response::Response;
use liuye_core::domain::{
    Body, DocumentKind, LeafletEvent, Leaflets, Material, MaterialKind, PublicityEvent, PublicitySession, PublicityState, Role, Topic,
};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::Names;
use super::calls::zone_choices;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::nouns::noun;
use super::nouns::nouns;
use super::pages::Page;
use super::site::SiteView;
use super::words::Lang;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Whose accounts act here; what the person may do, the rules say.
const ACTORS: &[Role] = &[Role::Desk, Role::Commander];

/// Sessions of one page.
const ROWS: u32 = 50;

/// Batches that are shown, and topics and materials at most.
const ALL: u32 = 200;

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    after: Option<u32>,
}

/// A session as the page shows it.
struct Session {
    id: String,
    when: String,
    place: String,
    topics: String,
    state: &'static str,
    class: &'static str,
    held_by: String,
    audience: String,
    leaflets: u64,
    note: String,
    photos: Vec<String>,
    is_planned: bool,
    is_held: bool,
}

/// A batch of leaflets.
struct Batch {
    id: String,
    material: String,
    when: String,
    stocked: u64,
    left: u64,
    uses: Vec<Use>,
}

/// What of a batch went to a session.
struct Use {
    session: String,
    issued: u64,
    returned: u64,
    wasted: u64,
    distributed: u64,
}

#[derive(Template)]
#[template(path = "desk/publicity.html")]
pub(super) struct PublicityPage {
    frame: Frame,
    sessions: Vec<Session>,
    older: Option<u32>,
    batches: Vec<Batch>,
    topics: Vec<(String, String)>,
    materials: Vec<(String, String)>,
    leaflets: Vec<(String, String)>,
    zones: Vec<(String, String)>,
    /// The sessions whose leaflets can still move.
    open: Vec<(String, String)>,
    batch_choices: Vec<(String, String)>,
    may_act: bool,
}

/// `GET /desk/publicity`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Publicity, move |hub, frame| build(hub, frame, asked.after.unwrap_or(0))).await
}

/// `POST /desk/publicity`: a session is planned.
pub(super) async fn plan(visit: Visit, Form(fields): Form<Fields>) -> Response {
    visit.act(Page::Publicity, ACTORS, "plan", fields, plan_session, again).await
}

/// `POST /desk/publicity/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some(form) = ["hold", "verify"].into_iter().find(|known| *known == step) else {
        return visit.refuse(&Error::new(Code::NotFound, "no such step"));
    };
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| {
        noun::<PublicitySession>(hub, DocumentKind::PublicitySession, &id)?;
        let event = match form {
            "hold" => PublicityEvent::Hold { audience: number(fields, "audience")?, note: fields.typed("note") },
            _ => PublicityEvent::Verify { note: fields.typed("note") },
        };
        let kind = event.kind();
        let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, &id, Body::Publicity(event)))?;
        Ok(Done::new(kind, is_flagged, "/desk/publicity"))
    };
    visit.act(Page::Publicity, ACTORS, form, fields, work, again).await
}

/// `POST /desk/publicity/leaflets/{step}`
pub(super) async fn leaflets(visit: Visit, Path(step): Path<String>, Form(fields): Form<Fields>) -> Response {
    let Some(form) = ["stock", "issue", "return", "waste"].into_iter().find(|known| *known == step) else {
        return visit.refuse(&Error::new(Code::NotFound, "no such step"));
    };
    // One form moves leaflets of a batch, whichever way.
    let shown_at = if form == "stock" { "stock" } else { "move" };
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| move_leaflets(hub, officer, fields, form);
    visit.act(Page::Publicity, ACTORS, shown_at, fields, work, again).await
}

fn again(hub: &Hub, frame: Frame) -> Result<PublicityPage> {
    build(hub, frame, 0)
}

fn number(fields: &Fields, name: &'static str) -> Result<u32> {
    fields.get(name).trim().parse().map_err(|_| Error::field(Code::OutOfRange, name, "a whole number"))
}

fn plan_session(hub: &Hub, officer: &Officer, fields: &Fields) -> Result<Done> {
    let site = SiteView::read(hub, Lang::Zh)?;
    let event = PublicityEvent::Plan {
        topics: fields.all("topics").map(str::to_owned).collect(),
        materials: fields.all("materials").map(str::to_owned).collect(),
        zone: fields.get("zone").to_owned(),
        place: fields.get("place").to_owned(),
        from: fields.moment("from", site.zone())?,
        to: fields.moment("to", site.zone())?,
    };
    let (id, kind) = (hub.env().new_id().to_string(), event.kind());
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, &id, Body::Publicity(event)))?;
    Ok(Done::new(kind, is_flagged, "/desk/publicity"))
}

fn move_leaflets(hub: &Hub, officer: &Officer, fields: &Fields, step: &str) -> Result<Done> {
    let (session, quantity) = (fields.get("session").to_owned(), number(fields, "quantity")?);
    let event = match step {
        "stock" => LeafletEvent::Stock { material: fields.get("material").to_owned(), quantity },
        "issue" => LeafletEvent::Issue { session, quantity },
        "return" => LeafletEvent::Return { session, quantity },
        _ => LeafletEvent::Waste { session, quantity },
    };
    let id = if step == "stock" { hub.env().new_id().to_string() } else { fields.get("batch").to_owned() };
    if step != "stock" {
        let missing = |error: Error| Error::field(error.code, "batch", "no such batch");
        noun::<Leaflets>(hub, DocumentKind::Leaflets, &id).map_err(missing)?;
    }
    let kind = event.kind();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, &id, Body::Leaflets(event)))?;
    Ok(Done::new(kind, is_flagged, "/desk/publicity"))
}

fn build(hub: &Hub, frame: Frame, after: u32) -> Result<PublicityPage> {
    let (lang, now, names) = (frame.lang, hub.now(), Names::read(hub, frame.lang)?);
    let is_used = |retired: Option<i64>| retired.is_none_or(|retired| now < retired);
    let sessions: Vec<(String, PublicitySession)> = nouns(hub.documents(DocumentKind::PublicitySession, ROWS, after)?).collect();
    let batches: Vec<(String, Leaflets)> = nouns(hub.documents(DocumentKind::Leaflets, ALL, 0)?).collect();
    let topics = nouns::<Topic>(hub.documents(DocumentKind::Topic, ALL, 0)?).filter(|(_, topic)| is_used(topic.retired_at));
    let materials: Vec<(String, Material)> = nouns(hub.documents(DocumentKind::Material, ALL, 0)?)
        .filter(|(_, material): &(String, Material)| is_used(material.retired_at))
        .collect();
    let named = |(id, material): &(String, Material)| (id.clone(), lang.of_both(&material.name));
    let open = sessions.iter().filter(|(_, session)| session.state != PublicityState::Verified);
    Ok(PublicityPage {
        older: (sessions.len() == ROWS as usize).then(|| after + ROWS),
        topics: topics.map(|(id, topic)| (id, lang.of_both(&topic.name))).collect(),
        materials: materials.iter().map(named).collect(),
        leaflets: materials.iter().filter(|(_, material)| material.kind == MaterialKind::Leaflet).map(named).collect(),
        zones: zone_choices(hub, lang)?,
        open: open.map(|(id, session)| (id.clone(), format!("{} {}", frame.site.minute(session.at), session.place))).collect(),
        batch_choices: batches
            .iter()
            .map(|(id, batch)| {
                (id.clone(), format!("{} · {} {}", names.of(&batch.material), lang.pick("库存", "in stock:"), batch.in_stock()))
            })
            .collect(),
        sessions: sessions.iter().map(|(id, session)| shown(id, session, &batches, &frame, &names)).collect(),
        batches: batches.iter().map(|(id, batch)| stocked(id, batch, hub, &frame, &names)).collect::<Result<_>>()?,
        may_act: frame.is_any(ACTORS),
        frame,
    })
}

fn shown(id: &str, session: &PublicitySession, batches: &[(String, Leaflets)], frame: &Frame, names: &Names) -> Session {
    let (state, class) = frame.lang.publicity_state(session.state);
    Session {
        id: id.to_owned(),
        when: format!("{} – {}", frame.site.minute(session.from), frame.site.time_of_day(session.to)),
        place: format!("{} · {}", names.of(&session.zone), session.place),
        topics: session.topics.iter().map(|topic| names.of(topic)).collect::<Vec<_>>().join(frame.pick("、", ", ")),
        state,
        class,
        held_by: names.of(session.held_by.as_deref().unwrap_or(&session.planned_by)),
        audience: session.audience.map_or_else(String::new, |audience| audience.to_string()),
        leaflets: batches.iter().map(|(_, batch)| batch.distributed(|one| one == id)).sum(),
        note: session.note.clone().unwrap_or_default(),
        photos: session.photos.iter().map(ToString::to_string).collect(),
        is_planned: session.state == PublicityState::Planned,
        is_held: session.state == PublicityState::Held,
    }
}

fn stocked(id: &str, batch: &Leaflets, hub: &Hub, frame: &Frame, names: &Names) -> Result<Batch> {
    let uses = batch.sessions.iter().map(|used| {
        let session: Option<PublicitySession> =
            hub.document(&used.session)?.and_then(|document| serde_json::from_value(document.body).ok());
        Ok(Use {
            session: session.map_or_else(|| used.session.clone(), |session| format!("{} {}", frame.site.minute(session.at), session.place)),
            issued: used.issued,
            returned: used.returned,
            wasted: used.wasted,
            distributed: used.distributed(),
        })
    });
    Ok(Batch {
        id: id.to_owned(),
        material: names.of(&batch.material),
        when: frame.site.minute(batch.at),
        stocked: batch.stocked,
        left: batch.in_stock(),
        uses: uses.collect::<Result<_>>()?,
    })
}
