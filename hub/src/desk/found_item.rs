//! One found item: who holds it and held it, who claims it, and everything that the desk can do about it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::domain::{
    Body, Claim, Contact, DocumentKind, FoundItem, FoundItemEvent, FoundItemMove, FoundItemState, FoundNotice, LostReport, Person, Role,
};
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};

use super::about::Names;
use super::claim::ClaimView;
use super::form::Fields;
use super::frame::{Done, Frame, Visit};
use super::lost::{DESK, found_in_words, keeper, lost_in_words, no_such_step, placed};
use super::matched::Matched;
use super::nouns::{in_states, noun, nouns};
use super::pages::Page;
use super::words::found_class;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// Reports that may be an item's, as its page shows them.
const OWNERS: usize = 5;

/// A step that the page has a form for, and whose accounts take it.
struct Step {
    name: &'static str,
    by: &'static [Role],
}

const STEPS: &[Step] = &[
    Step { name: "store", by: DESK },
    Step { name: "sign", by: DESK },
    Step { name: "hand_over", by: DESK },
    Step { name: "accept", by: DESK },
    Step { name: "transfer", by: DESK },
    Step { name: "notice", by: DESK },
    Step { name: "return", by: DESK },
    Step { name: "release", by: DESK },
    Step { name: "forfeit", by: &[Role::Desk, Role::Commander] },
    Step { name: "dispose", by: &[Role::Commander] },
];

/// Somebody's time with the item.
struct Leg {
    who: String,
    from: String,
    to: Option<String>,
}

/// What was asked for by an act of its own, and is shown this once.
#[derive(Default)]
pub(super) struct Told {
    /// The contact of this claim; none where none is kept.
    pub(super) contact: Option<(String, Option<Contact>)>,
    /// What only the owner knows; none where nothing is kept.
    pub(super) secrets: Option<Option<String>>,
}

#[derive(Template)]
#[template(path = "desk/found_item.html")]
pub(super) struct ItemPage {
    frame: Frame,
    id: String,
    what: String,
    item: FoundItem,
    state: &'static str,
    class: &'static str,
    prohibited: Option<&'static str>,
    place: String,
    found_at: String,
    registered: String,
    signatures: String,
    photos: Vec<String>,
    custody: Vec<Leg>,
    offered_to: Option<String>,
    /// When it was announced, and when the year is over.
    noticed: Option<String>,
    forfeit_from: Option<String>,
    is_over: bool,
    is_announced: bool,
    is_released: bool,
    owners: Vec<Matched>,
    claims: Vec<ClaimView>,
    may_have_secrets: bool,
    secrets: Option<Option<String>>,
    offered: Vec<&'static str>,
    keepers: Vec<(String, String)>,
    reports: Vec<(String, String)>,
    first_record: Option<u64>,
}

impl ItemPage {
    /// Whether the page has a form for this step, now and for this account.
    fn can(&self, step: &str) -> bool {
        self.offered.contains(&step)
    }

    /// Whether anything at all can be done.
    fn can_any(&self) -> bool {
        self.offered.iter().any(|step| *step != "release")
    }
}

/// `GET /desk/lost/items/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.page(Page::LostAndFound, move |hub, frame| page(hub, frame, &id, Told::default())).await
}

/// `POST /desk/lost/items/{id}/secrets`: the reading is written down before anything is shown.
pub(super) async fn secrets(visit: Visit, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    if !visit.is_own(&fields) || !DESK.contains(&visit.session.role) {
        return visit.refuse(&Error::new(Code::NotPermitted, "not with this account"));
    }
    let told = move |hub: &Hub, frame: Frame| {
        noun::<FoundItem>(hub, DocumentKind::FoundItem, &id)?;
        let secrets = hub.found_secrets(&id, &frame.session.officer).ok();
        page(hub, frame, &id, Told { secrets: Some(secrets), ..Told::default() })
    };
    visit.page(Page::LostAndFound, told).await
}

/// `POST /desk/lost/items/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some(step) = STEPS.iter().find(|known| known.name == step) else { return visit.refuse(&no_such_step()) };
    let again = id.clone();
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| take_step(hub, officer, fields, &id, step.name);
    visit.act(Page::LostAndFound, step.by, step.name, fields, work, move |hub, frame| page(hub, frame, &again, Told::default())).await
}

fn take_step(hub: &Hub, officer: &Officer, fields: &Fields, id: &str, step: &str) -> Result<Done> {
    noun::<FoundItem>(hub, DocumentKind::FoundItem, id)?;
    let text = |name| fields.get(name).to_owned();
    let event = match step {
        "store" => FoundItemEvent::Store { place: text("place") },
        "sign" => FoundItemEvent::Sign {},
        "hand_over" => FoundItemEvent::HandOver { to: text("to") },
        "accept" => FoundItemEvent::Accept { place: fields.typed("place") },
        "transfer" => FoundItemEvent::Transfer { authority: text("authority"), police: fields.has("police", "yes") },
        "notice" => FoundItemEvent::Notice {},
        "return" => FoundItemEvent::ReleaseOnSpot { reason: text("reason") },
        "release" => FoundItemEvent::Release { claim: text("claim") },
        "forfeit" => FoundItemEvent::Forfeit {},
        "dispose" => FoundItemEvent::Dispose { note: text("note") },
        _ => return Err(no_such_step()),
    };
    let kind = event.kind();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, id, Body::Found(event)))?;
    Ok(Done::new(kind, is_flagged, format!("/desk/lost/items/{id}")))
}

/// The steps that are worth a form: what the item's state allows, by whoever it concerns. The rules judge each one all the same.
fn offered(item: &FoundItem, frame: &Frame, now: i64) -> Vec<&'static str> {
    let me = frame.session.person.as_deref();
    let allows = |step| FoundItemState::TRANSITIONS.iter().any(|(from, by, _)| *from == item.state && *by == step);
    let is_plain = item.found.prohibited.is_none();
    let is_free = is_plain && !item.is_locked();
    let holds = me.is_some_and(|me| item.is_held_by(me));
    let signed = |me| item.registered_by == me || item.signatures.iter().any(|name| name == me);
    let fits = |step: &Step| match step.name {
        "store" => is_free && item.state == FoundItemState::Registered && holds,
        "sign" => is_plain && item.state.is_kept() && me.is_some_and(|me| !signed(me)),
        "hand_over" => is_plain && item.state.is_kept() && holds,
        "accept" => {
            is_plain && (item.state == FoundItemState::Transferred || (item.offered_to.is_some() && item.offered_to.as_deref() == me))
        }
        "transfer" => !item.is_locked() && allows(FoundItemMove::Transfer),
        "notice" => is_free && allows(FoundItemMove::Notice),
        "return" => is_free && allows(FoundItemMove::ReleaseOnSpot) && !item.found.is_valuable(),
        "release" => is_free && allows(FoundItemMove::Release),
        "forfeit" => is_free && allows(FoundItemMove::Forfeit) && item.forfeit_from.is_some_and(|from| from <= now),
        "dispose" => is_free && allows(FoundItemMove::Dispose),
        _ => false,
    };
    STEPS.iter().filter(|step| frame.is_any(step.by) && fits(step)).map(|step| step.name).collect()
}

/// The item's page, with what was asked for by an act of its own.
pub(super) fn page(hub: &Hub, frame: Frame, id: &str, told: Told) -> Result<ItemPage> {
    let (lang, names, now) = (frame.lang, Names::read(hub, frame.lang)?, hub.now());
    let item: FoundItem = noun(hub, DocumentKind::FoundItem, id)?;
    let offered = offered(&item, &frame, now);
    let is_announced = matches!(item.state, FoundItemState::Noticed | FoundItemState::ClaimPending | FoundItemState::Disputed);
    let may_claim = is_announced && frame.is_any(DESK);
    let tell = hub.read(&hub.site()?, |tx| Ok(tx.settings()?.match_tell))?;
    let owner = |candidate: liuye_core::domain::Candidate| {
        let report: LostReport = noun(hub, DocumentKind::LostReport, &candidate.id)?;
        Ok(Matched::of(candidate.id, lost_in_words(&report, lang), &candidate.fit, tell, lang))
    };
    let owners: Vec<Matched> =
        hub.owners(id, OWNERS)?.into_iter().filter(|one| Matched::is_worth_a_look(&one.fit)).map(owner).collect::<Result<_>>()?;
    let claims = ClaimView::of_item(hub, id, &item, &frame, &names, told.contact)?;
    let legs = item.custody.iter().map(|leg| Leg {
        who: keeper(&leg.custodian, &names),
        from: frame.site.minute(leg.from),
        to: leg.to.map(|to| frame.site.minute(to)),
    });
    Ok(ItemPage {
        what: found_in_words(&item, lang),
        state: lang.found_state(item.state),
        class: found_class(item.state),
        prohibited: item.found.prohibited.map(|what| lang.prohibited(what)),
        place: placed(item.found.zone.as_deref(), &item.found.place, &names),
        found_at: frame.site.minute(item.found.found_at),
        registered: format!("{} · {}", names.of(&item.registered_by), frame.site.minute(item.registered_at)),
        signatures: names.of_all(&item.signatures),
        photos: item.photos.iter().map(Digest::to_string).collect(),
        custody: legs.collect(),
        offered_to: item.offered_to.as_deref().map(|to| names.of(to)),
        noticed: item.noticed_at.map(|at| frame.site.minute(at)),
        forfeit_from: item.forfeit_from.map(|from| frame.site.day(from).to_string()),
        is_over: item.forfeit_from.is_some_and(|from| from <= now),
        is_announced,
        is_released: item.state == FoundItemState::Released,
        owners,
        claims,
        may_have_secrets: frame.is_any(DESK),
        secrets: told.secrets,
        keepers: if offered.contains(&"hand_over") { keepers(hub, &item, &frame, now)? } else { Vec::new() },
        reports: if may_claim { reports(hub, &item, &frame)? } else { Vec::new() },
        offered: offered.into_iter().chain(may_claim.then_some("claim")).collect(),
        first_record: hub.about(id)?.first().map(|record| record.position),
        id: id.to_owned(),
        item,
        frame,
    })
}

/// Whoever may be handed the item, but its holder.
fn keepers(hub: &Hub, item: &FoundItem, frame: &Frame, now: i64) -> Result<Vec<(String, String)>> {
    const ANY: &[Role] = &[Role::Guard, Role::Volunteer, Role::Auxiliary, Role::Inspector, Role::Desk];
    const TRUSTED: &[Role] = &[Role::Auxiliary, Role::Inspector, Role::Desk];
    let roles = if item.found.is_valuable() { TRUSTED } else { ANY };
    let persons = nouns::<Person>(hub.documents(DocumentKind::Person, 10_000, 0)?);
    let may = |(id, person): &(String, Person)| person.serves(now) && person.holds(roles, now) && !item.is_held_by(id);
    let mut keepers: Vec<_> = persons.filter(may).map(|(id, person)| (id, frame.lang.of_both(&person.name))).collect();
    keepers.sort();
    Ok(keepers)
}

/// The reports that somebody's claim of the item may go with: the likeliest by their kind, and none.
fn reports(hub: &Hub, item: &FoundItem, frame: &Frame) -> Result<Vec<(String, String)>> {
    let open: Vec<(String, LostReport)> = in_states(hub, DocumentKind::LostReport, &["open", "candidate", "claimed"], 500, 0)?;
    let fits = |(_, report): &(String, LostReport)| report.erased_at.is_none() && report.loss.category.fits(item.found.category).is_some();
    let named =
        |(id, report): (String, LostReport)| (id, format!("{} · {}", frame.site.minute(report.at), lost_in_words(&report, frame.lang)));
    let none = (String::new(), frame.pick("没有报失记录", "There is no report").to_owned());
    Ok([none].into_iter().chain(open.into_iter().filter(fits).map(named)).collect())
}

#[derive(Template)]
#[template(path = "desk/receipt.html")]
struct Receipt {
    frame: Frame,
    id: String,
    item: FoundItem,
    what: String,
    found: String,
    released: String,
    released_by: String,
    registered_by: String,
    signatures: String,
    now: String,
}

/// `GET /desk/lost/items/{id}/print/receipt`: what whoever gets it back signs. Their name is written by their own hand.
pub(super) async fn receipt(visit: Visit, Path(id): Path<String>) -> Response {
    let build = move |hub: &Hub, frame: Frame| {
        let (item, names): (FoundItem, _) = (noun(hub, DocumentKind::FoundItem, &id)?, Names::read(hub, frame.lang)?);
        if item.state != FoundItemState::Released {
            return Err(Error::new(Code::NotFound, "it was not released"));
        }
        let records = hub.about(&id)?;
        let is_release = |kind: &str| matches!(kind, "found.release" | "found.return");
        let by = records.iter().rev().find(|record| is_release(&record.kind) && record.verdict.is_applied());
        let ended = item.released_at.or_else(|| item.custody.last().and_then(|leg| leg.to));
        Ok(Receipt {
            what: frame.lang.category(&found_tag(&item)),
            found: format!(
                "{} · {}",
                frame.site.minute(item.found.found_at),
                placed(item.found.zone.as_deref(), &item.found.place, &names)
            ),
            released: ended.map_or_else(String::new, |at| frame.site.minute(at)),
            released_by: by.map_or_else(String::new, |record| names.of(&record.actor)),
            registered_by: names.of(&item.registered_by),
            signatures: names.of_all(&item.signatures),
            now: frame.site.minute(hub.now()),
            id,
            item,
            frame,
        })
    };
    visit.page(Page::LostAndFound, build).await
}

fn found_tag(item: &FoundItem) -> String {
    serde_json::to_value(item.found.category).ok().and_then(|tag| tag.as_str().map(str::to_owned)).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "desk/found_notice.html")]
struct NoticePage {
    frame: Frame,
    category: String,
    zone: Option<String>,
    when: String,
    at: String,
    until: Option<String>,
}

/// `GET /desk/lost/items/{id}/print/notice`: the public notice, to be printed. It is made of the notice alone, which has no room for more.
pub(super) async fn notice(visit: Visit, Path(id): Path<String>) -> Response {
    let build = move |hub: &Hub, frame: Frame| {
        let item: FoundItem = noun(hub, DocumentKind::FoundItem, &id)?;
        let notice: FoundNotice = noun(hub, DocumentKind::FoundNotice, &FoundItem::notice_id(&id))?;
        if !notice.open {
            return Err(Error::new(Code::NotFound, "it is announced no more"));
        }
        let names = Names::read(hub, frame.lang)?;
        Ok(NoticePage {
            category: frame.lang.category(&found_tag(&item)),
            zone: notice.zone.as_deref().map(|zone| names.of(zone)),
            when: format!("{} {}", frame.site.day(notice.day), frame.lang.day_part(notice.part)),
            at: frame.site.day(notice.at).to_string(),
            until: item.forfeit_from.map(|from| frame.site.day(from - 1).to_string()),
            frame,
        })
    };
    visit.page(Page::LostAndFound, build).await
}

/// The item that a claim is of.
pub(super) fn item_of(hub: &Hub, claim: &str) -> Result<String> {
    Ok(noun::<Claim>(hub, DocumentKind::Claim, claim)?.item)
}
