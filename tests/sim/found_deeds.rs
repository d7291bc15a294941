//! What people do with what was found: they keep it, pass it on, announce it, claim it and give it back.

use liuye_core::Result;
use liuye_core::companion::{ClaimDraft, Companion, FoundDraft, Page, Recorded};
use liuye_core::domain::{Claim, ClaimState, Contact, FoundItem, FoundItemState, ItemCategory, format_rfc3339};
use liuye_core::env::Clock;
use uuid::Uuid;

use super::phone::Phone;
use super::site::STAFF;

/// Lets whoever carries a phone do one thing about something that was found. Returns the operations that it promised.
pub(super) fn do_something(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let recorded = match phone.person() {
        None => owner(phone, app)?,
        Some(person) if person == "p-003" && phone.chance.one_in(2) => counter(phone, app)?,
        Some(person) => keeper(person, phone, app)?,
    };
    Ok(recorded.into_iter().map(|recorded| recorded.operation).collect())
}

fn register(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let chance = &phone.chance;
    let category = *chance.pick(&[ItemCategory::Keys, ItemCategory::Keys, ItemCategory::Phone]).unwrap();
    let draft = FoundDraft {
        category,
        description: "lay on a bench".to_owned(),
        brand: None,
        colour: Some("red".to_owned()),
        place: "by the lake".to_owned(),
        zone: chance.one_in(2).then(|| "z1".to_owned()),
        found_at: format_rfc3339(phone.clock.wall_ms() - 600_000),
        valuable: chance.one_in(8),
        prohibited: None,
        serial: None,
        hidden: chance.one_in(2).then(|| "a blue ribbon".to_owned()),
        photos: Vec::new(),
    };
    app.lost().register_found(draft).map(Some)
}

/// Whoever holds a thing, or may hold it.
fn keeper(person: &str, phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, lost) = (&phone.chance, app.lost());
    let items = lost.found_items(Page::first(50))?;
    let Some((id, item)) = chance.pick(&items).filter(|_| !chance.one_in(4)) else { return register(phone, app) };
    if item.offered_to.as_deref() == Some(person) {
        return lost.accept_custody(id, Some("locker 4".to_owned())).map(Some);
    }
    if !item.is_held_by(person) {
        return sign_or_take_back(person, phone, app, (id, item));
    }
    Ok(Some(match (item.state, chance.of(0..5)) {
        (_, 0 | 1) => lost.hand_over(id, STAFF[chance.of(0..STAFF.len() as u64) as usize])?,
        (FoundItemState::Registered, 2) => lost.release_on_spot(id, "the name is in it")?,
        (FoundItemState::Registered, _) => lost.store(id, "shelf 2")?,
        (FoundItemState::InCustody | FoundItemState::Noticed, 2) => lost.transfer(id, "the district's office", false)?,
        _ => return register(phone, app),
    }))
}

fn sign_or_take_back(person: &str, phone: &Phone, app: &Companion, (id, item): (&String, &FoundItem)) -> Result<Option<Recorded>> {
    if item.state == FoundItemState::Transferred && person == "p-003" {
        return app.lost().accept_custody(id, None).map(Some);
    }
    if item.state.is_kept() && phone.chance.one_in(2) { app.lost().sign_custody(id).map(Some) } else { Ok(None) }
}

/// The desk announces, asks, judges and gives back.
fn counter(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, lost) = (&phone.chance, app.lost());
    let claims = lost.claims(Page::first(50))?;
    if let Some((id, claim)) = claims.iter().find(|(_, claim)| claim.state == ClaimState::Verified).filter(|_| chance.one_in(2)) {
        return lost.release(&claim.item, id).map(Some);
    }
    let live: Vec<_> = claims.iter().filter(|(_, claim)| claim.state.is_live()).collect();
    if let Some((id, claim)) = chance.pick(&live).filter(|_| !chance.one_in(3)) {
        return judge(phone, app, id, claim).map(Some);
    }
    let items = lost.found_items(Page::first(50))?;
    let kept: Vec<_> = items.iter().filter(|(_, item)| item.state == FoundItemState::InCustody).collect();
    let Some((id, _)) = chance.pick(&kept) else { return Ok(None) };
    lost.notice(id).map(Some)
}

fn judge(phone: &Phone, app: &Companion, id: &str, claim: &Claim) -> Result<Recorded> {
    let (chance, lost) = (&phone.chance, app.lost());
    match claim.state {
        _ if chance.one_in(6) => lost.reject(id, "not theirs"),
        ClaimState::Submitted => lost.question(id, vec!["what hangs on it?".to_owned()]),
        ClaimState::Questioned if claim.answers.is_empty() => lost.answer(id, vec!["a ribbon, they say".to_owned()]),
        ClaimState::Questioned => lost.verify(id, None),
        _ => lost.release(&claim.item, id),
    }
}

/// A tourist claims what was announced, answers what the desk asks, or gives up.
fn owner(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, lost) = (&phone.chance, app.lost());
    let mine = lost.claims(Page::first(50))?;
    let live: Vec<_> = mine.iter().filter(|(_, claim)| claim.state.is_live()).collect();
    if let Some((id, claim)) = chance.pick(&live).filter(|_| !chance.one_in(4)) {
        return match claim.state {
            ClaimState::Questioned if claim.answers.is_empty() => lost.answer(id, vec!["a bunch of keys on a ribbon".to_owned()]).map(Some),
            _ if chance.one_in(3) => lost.withdraw_claim(id).map(Some),
            _ => Ok(None),
        };
    }
    let notices = lost.notices(Page::first(50))?;
    let open: Vec<_> = notices.iter().filter(|notice| notice.open).collect();
    let Some(notice) = chance.pick(&open) else { return Ok(None) };
    let reports = lost.reports(Page::first(50))?;
    let draft = ClaimDraft {
        item: notice.item.clone(),
        report: chance.pick(&reports).filter(|_| chance.one_in(2)).map(|(id, _)| id.clone()),
        statement: "a bunch of keys, and they are mine".to_owned(),
        contact: chance.one_in(2).then(|| Contact {
            name: "某某".to_owned(),
            phone: "13900001234".to_owned(),
            identity_number: None,
            passport: None,
        }),
    };
    lost.claim(draft).map(Some)
}
