//! Who holds a found item. Exactly one custodian at any time and no gap; valuables take two people.

use serde::{Deserialize, Serialize};

use super::case::{Case, Judgement, Stop, changed_write, parse};
use super::found_item::TRUSTED;
use super::{Claim, DocumentKind, FoundItem, FoundItemMove, FoundItemState, Person, Write};
use crate::log::{AuthLevel, DeviceId};
use crate::{Code, Error};

/// Who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "custodian", rename_all = "snake_case")]
pub enum Custodian {
    /// Somebody of the staff.
    Person {
        /// Their id.
        person: String,
    },
    /// Another authority.
    Authority {
        /// Its name.
        name: String,
    },
}

/// One custodian's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyLeg {
    /// Who.
    #[serde(flatten)]
    pub custodian: Custodian,
    /// From when, UTC ms: the moment at which the one before ended.
    pub from: i64,
    /// Until when, UTC ms; absent while they hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

impl FoundItem {
    /// Who holds it now; none once it went back or was disposed of.
    #[must_use]
    pub fn custodian(&self) -> Option<&Custodian> {
        self.custody.last().filter(|leg| leg.to.is_none()).map(|leg| &leg.custodian)
    }

    /// Whether this person holds it now.
    #[must_use]
    pub fn is_held_by(&self, person: &str) -> bool {
        matches!(self.custodian(), Some(Custodian::Person { person: holder }) if holder == person)
    }
}

/// It changes hands: the one ends in the moment in which the other begins. A clock that is behind makes no time run backwards.
fn pass_to(item: &mut FoundItem, custodian: Custodian, at: i64) {
    end(item, at);
    let from = item.custody.last().and_then(|leg| leg.to).unwrap_or(at);
    item.custody.push(CustodyLeg { custodian, from, to: None });
    (item.offered_to, item.offered_on) = (None, None);
}

/// Nobody of the district holds it any more.
pub(super) fn end(item: &mut FoundItem, at: i64) -> bool {
    if let Some(leg) = item.custody.last_mut().filter(|leg| leg.to.is_none()) {
        leg.to = Some(at.max(leg.from));
    }
    true
}

fn two_people(detail: &'static str) -> Stop {
    Error::new(Code::CustodyTwoPeople, detail).into()
}

/// A second person signs on a phone of their own, or on the first one's by their own PIN: whoever merely holds a phone is no second
/// person.
fn check_own_hand(case: &Case<'_>, first: &DeviceId) -> Judgement<()> {
    if case.operation.device == *first && case.operation.auth_level != AuthLevel::Pin {
        return Err(two_people("on one phone the second person gives their PIN"));
    }
    Ok(())
}

/// Whether the author holds it. False where it passed on from them before they could know; refused where it was not theirs.
fn holds(case: &Case<'_>, item: &FoundItem) -> Judgement<bool> {
    // Before enrolment, a phone writes for whoever holds it.
    if item.is_held_by(case.actor()) || item.is_held_by("self") {
        return Ok(true);
    }
    let of_author = |leg: &CustodyLeg| matches!(&leg.custodian, Custodian::Person { person } if person == case.actor());
    if item.custody.iter().any(of_author) && case.is_overtaken()? {
        return Ok(false);
    }
    Err(Error::new(Code::NotPermitted, "not the one who holds it").into())
}

/// What only some may hold is not held by others.
fn check_may_hold(case: &mut Case<'_>, item: &FoundItem) -> Judgement<()> {
    if item.found.is_valuable() { case.authorise(TRUSTED) } else { Ok(()) }
}

pub(super) fn store(case: &mut Case<'_>, item: &mut FoundItem, place: String) -> Judgement<bool> {
    if item.state != FoundItemState::Registered {
        return Ok(false);
    }
    if !holds(case, item)? {
        return Ok(false);
    }
    if item.found.is_valuable() && item.signatures.is_empty() {
        return Err(two_people("a valuable is put away under two signatures"));
    }
    item.kept_at = Some(place);
    Ok(item.take(FoundItemMove::Take))
}

pub(super) fn sign(case: &Case<'_>, item: &mut FoundItem) -> Judgement<bool> {
    if !item.state.is_kept() {
        return Ok(false);
    }
    let actor = case.actor().to_owned();
    if actor == item.registered_by {
        return Err(two_people("the second signature is another person's"));
    }
    check_own_hand(case, &item.device)?;
    if !item.signatures.contains(&actor) {
        item.signatures.push(actor);
    }
    Ok(true)
}

pub(super) fn hand_over(case: &Case<'_>, item: &mut FoundItem, to: String) -> Judgement<bool> {
    if !item.state.is_kept() || !holds(case, item)? {
        return Ok(false);
    }
    let person: Option<Person> = case.reference(DocumentKind::Person, &to, "to")?;
    if to == case.actor() {
        return Err(Error::field(Code::CustodyTwoPeople, "to", "another than who holds it").into());
    }
    if let Some(person) = person
        && item.found.is_valuable()
        && !person.holds(TRUSTED, case.at)
    {
        return Err(Error::field(Code::NotPermitted, "to", "may not hold valuables").into());
    }
    (item.offered_to, item.offered_on) = (Some(to), Some(case.operation.device));
    Ok(true)
}

pub(super) fn accept(case: &mut Case<'_>, item: &mut FoundItem, place: Option<String>) -> Judgement<bool> {
    let comes_back = item.state == FoundItemState::Transferred;
    let is_offered = item.state.is_kept() && item.offered_to.is_some();
    if !comes_back && !is_offered {
        return Ok(false);
    }
    if comes_back {
        case.authorise(&[super::Role::Desk])?;
    } else if item.offered_to.as_deref().is_none_or(|to| !case.is_author(to)) {
        return Err(Error::new(Code::NotPermitted, "it is offered to somebody else").into());
    }
    let first = item.offered_on;
    take_over(case, item, first)?;
    item.kept_at = place;
    Ok(true)
}

/// The author holds it from now on, and signs for it by that. `first` is the device on which the one before gave it away.
fn take_over(case: &mut Case<'_>, item: &mut FoundItem, first: Option<DeviceId>) -> Judgement<()> {
    check_may_hold(case, item)?;
    if let Some(first) = first.filter(|_| item.found.is_valuable()) {
        check_own_hand(case, &first)?;
    }
    let actor = case.actor().to_owned();
    pass_to(item, Custodian::Person { person: actor.clone() }, case.at);
    if actor != item.registered_by && !item.signatures.contains(&actor) {
        item.signatures.push(actor);
    }
    item.take(FoundItemMove::Take);
    Ok(())
}

/// What `from` held when a post passed on, as documents to write: the author holds it from the same moment on, and it stays where it
/// is put away. `first` is the device on which the post was offered. What this side may not see, or what `from` does not hold, is
/// left out.
pub(super) fn pass_on(case: &mut Case<'_>, ids: &[&str], from: &str, first: DeviceId) -> Judgement<Vec<Write>> {
    let mut writes = Vec::new();
    for id in ids {
        let Some(document) = case.document(id)?.filter(|document| document.kind == DocumentKind::FoundItem.as_str()) else { continue };
        let Some(before) = parse::<FoundItem>(&document).filter(|item| item.is_held_by(from)) else { continue };
        if before.found.prohibited.is_some() {
            return Err(Error::field(Code::ItemProhibited, "accepted", "weapons and contraband go straight to the police").into());
        }
        let mut after = before.clone();
        take_over(case, &mut after, Some(first))?;
        writes.push(changed_write(&document, &before, &after)?);
    }
    Ok(writes)
}

pub(super) fn transfer(case: &Case<'_>, item: &mut FoundItem, authority: String, police: bool) -> Judgement<bool> {
    let is_desk = matches!(case.context.actor, super::Actor::Person(person) if person.holds(&[super::Role::Desk], case.at));
    if !is_desk && !holds(case, item)? {
        return Ok(false);
    }
    if item.found.is_valuable() && item.signatures.is_empty() && item.found.prohibited.is_none() {
        return Err(two_people("a valuable changes hands under two signatures"));
    }
    if !item.take(FoundItemMove::Transfer) {
        return Ok(false);
    }
    let name = if police { format!("police: {authority}") } else { authority.clone() };
    pass_to(item, Custodian::Authority { name }, case.at);
    (item.transferred_to, item.kept_at) = (Some(authority), None);
    Ok(true)
}

/// Who releases an item is not the only one who registered it, and of a valuable not the only one who verified the claim.
pub(super) fn check_release(case: &Case<'_>, item: &FoundItem, claim: &Claim) -> Judgement<()> {
    let actor = case.actor();
    if item.registered_by == actor && item.signatures.iter().all(|name| name == actor) {
        return Err(two_people("who releases it is not the only one who registered it"));
    }
    if item.found.is_valuable() && claim.verified_by.as_deref() == Some(actor) {
        return Err(two_people("a valuable is verified by one and released by another"));
    }
    Ok(())
}

/// The items of which this person has custody, among documents: what a handover has to pass on by name.
#[must_use]
pub fn held_by(documents: &[super::Document], person: &str) -> Vec<String> {
    let held = documents.iter().filter(|document| parse::<FoundItem>(document).is_some_and(|item| item.is_held_by(person)));
    held.map(|document| document.id.clone()).collect()
}
