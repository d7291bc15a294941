//! What each operation makes of a hazard.

use super::case::{Case, Judgement, Stop, next, parse};
use super::hazard::four_eyes;
use super::{Actor, Document, DocumentKind, Hazard, HazardEvent, HazardGrade, HazardState, Inspection, Person, Until, Verdict};
use crate::{Code, Error};

pub(super) fn apply(mut case: Case<'_>, event: HazardEvent) -> Judgement {
    case.authorise(event.roles())?;
    let Some(step) = event.step() else {
        return match event {
            HazardEvent::Witness {} => witness(case),
            HazardEvent::Evidence { note } => evidence(case, note),
            other => find(case, other),
        };
    };
    let (document, before): (_, Hazard) = case.existing()?;
    let Some(state) = next(HazardState::TRANSITIONS, before.state, step) else {
        return case.illegal(&document, &before);
    };
    let after = advance(&case, &before, state, event)?;
    case.changed(&document, &before, &after)
}

fn find(case: Case<'_>, event: HazardEvent) -> Judgement {
    let HazardEvent::Find { venue, inspection, description, grade } = event else {
        return Err(Error::internal("no hazard is found").into());
    };
    case.must_be_new()?;
    let zone = case.venue(&venue)?.map(|venue| venue.zone).unwrap_or_default();
    if let Some(id) = &inspection {
        check_inspection(&case, id)?;
    }
    let operation = case.operation;
    let hazard = Hazard {
        venue,
        zone,
        inspection,
        description,
        grade,
        state: HazardState::Found,
        found_by: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        owner: None,
        due: None,
        overdue_at: None,
        extensions: 0,
        plan: None,
        rectified_by: None,
        rectifiers: Vec::new(),
        referred_to: None,
        closed_by: None,
        closed_at: None,
        witness: None,
        witnessed_at: None,
        reopened: 0,
        reopened_at: None,
        note: None,
        photos: case.photos(),
        rectification_photos: Vec::new(),
        operator_photos: Vec::new(),
        operator_note: None,
        operator_at: None,
    };
    case.created(&hazard)
}

/// The inspection may be on its way from another phone, so that the hub waits for it.
fn check_inspection(case: &Case<'_>, id: &str) -> Judgement<()> {
    let found: Option<Document> = case.document(id)?;
    match found {
        Some(document) if parse::<Inspection>(&document).is_some() => Ok(()),
        None if case.is_hub() => Err(Stop::Verdict(Verdict::Held { until: Until::Entity(id.to_owned()) })),
        None if !case.context.world.is_complete() => Ok(()),
        _ => Err(Error::field(Code::UnknownReference, "inspection", "no such inspection").into()),
    }
}

/// The hazard after a step that its state allows, where the step's own rules allow it too.
fn advance(case: &Case<'_>, before: &Hazard, state: HazardState, event: HazardEvent) -> Judgement<Hazard> {
    let mut after = Hazard { state, ..before.clone() };
    match event {
        HazardEvent::Find { .. } | HazardEvent::Start {} | HazardEvent::Witness {} | HazardEvent::Evidence { .. } => {}
        HazardEvent::Assign { owner, due, plan } => {
            if due < before.at {
                return Err(Error::field(Code::TimeOrder, "due", "not before the hazard was found").into());
            }
            match &plan {
                None if before.grade == HazardGrade::Major => {
                    return Err(Error::field(Code::HazardPlanMissing, "plan", "a major hazard needs its plan").into());
                }
                Some(plan) if plan.deadline < before.at => {
                    return Err(Error::field(Code::TimeOrder, "plan.deadline", "not before the hazard was found").into());
                }
                _ => {}
            }
            (after.owner, after.due, after.plan, after.overdue_at) = (Some(owner), Some(due), plan, None);
        }
        HazardEvent::Rectify { note } => {
            let photos = case.photos();
            if photos.is_empty() {
                return Err(Error::field(Code::PhotoMissing, "photos", "a rectification is shown by a photo").into());
            }
            case.wait_for(&photos)?;
            rectified(&mut after, case.actor().to_owned());
            after.rectification_photos = photos;
            after.note = Some(note);
        }
        HazardEvent::Reinspect { note, .. } => {
            if before.was_rectified_by(case.actor()) {
                return Err(four_eyes("").into());
            }
            after.note = note.or(after.note);
        }
        HazardEvent::Close { note } => {
            if before.was_rectified_by(case.actor()) {
                return Err(four_eyes("").into());
            }
            closed(&mut after, case);
            after.note = note.or(after.note);
        }
        HazardEvent::CloseOnSpot { rectified_by, witness, before: photo_before, after: photo_after } => {
            let photos = case.photos();
            for (photo, field) in [(photo_before, "before"), (photo_after, "after")] {
                if !photos.contains(&photo) {
                    return Err(Error::field(Code::PhotoMissing, field, "comes with the operation").into());
                }
            }
            let (author, rectifier, second) = (names_of_author(case), names_of(case, &rectified_by)?, names_of(case, &witness)?);
            if are_same(&author, &rectifier) {
                return Err(four_eyes("rectified_by").into());
            }
            if are_same(&second, &author) || are_same(&second, &rectifier) {
                return Err(four_eyes("witness").into());
            }
            case.wait_for(&photos)?;
            rectified(&mut after, rectified_by);
            closed(&mut after, case);
            after.witness = Some(witness);
            after.rectification_photos = vec![photo_after];
            after.photos.extend(photos.into_iter().filter(|photo| *photo != photo_after));
        }
        HazardEvent::Extend { due, reason } => {
            check_extension(case, before, due)?;
            (after.due, after.note, after.overdue_at) = (Some(due), Some(reason), None);
            after.extensions += 1;
        }
        HazardEvent::Refer { authority, reason } => (after.referred_to, after.note) = (Some(authority), Some(reason)),
        HazardEvent::Void { reason } => after.note = Some(reason),
        HazardEvent::Reopen { reason } => reopened(&mut after, case, reason),
    }
    Ok(after)
}

/// A due date moves so often and so far only; whoever needs more refers the hazard, or answers for its being overdue.
fn check_extension(case: &Case<'_>, before: &Hazard, due: i64) -> Judgement<()> {
    let old = before.due.unwrap_or(before.at);
    if due <= old {
        return Err(Error::field(Code::TimeOrder, "due", "after the old due date").into());
    }
    if due - old > i64::from(case.settings.hazard_extension_max_days) * 86_400_000 {
        return Err(Error::field(Code::OutOfRange, "due", "further than one extension may move it").into());
    }
    if before.extensions >= case.settings.hazard_extensions_max {
        return Err(Error::field(Code::OutOfRange, "due", "moved as often as it may").into());
    }
    Ok(())
}

/// The same hazard is there again: it begins anew, and whoever had a hand in it before is still not who closes it.
fn reopened(hazard: &mut Hazard, case: &Case<'_>, reason: String) {
    (hazard.owner, hazard.due, hazard.plan, hazard.overdue_at, hazard.extensions) = (None, None, None, None, 0);
    (hazard.closed_by, hazard.closed_at, hazard.witness, hazard.witnessed_at) = (None, None, None, None);
    hazard.reopened += 1;
    hazard.reopened_at = Some(case.at);
    hazard.note = Some(reason);
}

/// The second person of a closing on the spot says so themselves.
fn witness(case: Case<'_>) -> Judgement {
    let (document, before): (_, Hazard) = case.existing()?;
    let Some(named) = before.witness.as_deref().filter(|_| before.awaits_witness()) else {
        return case.illegal(&document, &before);
    };
    if !are_same(&names_of_author(&case), &names_of(&case, named)?) {
        return Err(Error::new(Code::NotPermitted, "the closing names another second person").into());
    }
    if before.closed_by.as_deref() == Some(case.actor()) || before.was_rectified_by(case.actor()) {
        return Err(four_eyes("").into());
    }
    let after = Hazard { witnessed_at: Some(case.at), ..before.clone() };
    case.changed(&document, &before, &after)
}

/// What the venue's operator sends is evidence, and no step: an inspector looks at it, and hands the rectification in.
fn evidence(case: Case<'_>, note: Option<String>) -> Judgement {
    let photos = case.photos();
    if photos.is_empty() {
        return Err(Error::field(Code::PhotoMissing, "photos", "a rectification is shown by a photo").into());
    }
    let (document, before): (_, Hazard) = case.existing()?;
    if !before.is_open() {
        return case.illegal(&document, &before);
    }
    case.wait_for(&photos)?;
    let mut after = before.clone();
    for photo in photos {
        if !after.operator_photos.contains(&photo) {
            after.operator_photos.push(photo);
        }
    }
    if after.operator_photos.len() > Hazard::MAX_OPERATOR_PHOTOS {
        return Err(Error::field(Code::PhotoTooMany, "photos", "at most 24 about one hazard").into());
    }
    (after.operator_note, after.operator_at) = (note.or(after.operator_note), Some(case.at));
    case.changed(&document, &before, &after)
}

fn rectified(hazard: &mut Hazard, by: String) {
    if !hazard.rectifiers.contains(&by) {
        hazard.rectifiers.push(by.clone());
    }
    hazard.rectified_by = Some(by);
}

fn closed(hazard: &mut Hazard, case: &Case<'_>) {
    hazard.closed_by = Some(case.actor().to_owned());
    hazard.closed_at = Some(case.at);
}

/// All names under which the author may stand in a form: whoever writes their own name is not a second person.
fn names_of_author(case: &Case<'_>) -> Vec<String> {
    match case.context.actor {
        Actor::Person(person) => names(person),
        actor => vec![actor.name().to_owned()],
    }
}

fn names_of(case: &Case<'_>, who: &str) -> Judgement<Vec<String>> {
    let person: Option<Person> =
        case.document(who)?.filter(|document| document.kind == DocumentKind::Person.as_str()).as_ref().and_then(parse);
    Ok(person.map_or_else(|| vec![who.to_lowercase()], |person| names(&person)))
}

fn names(person: &Person) -> Vec<String> {
    [&person.id, &person.name.zh, &person.name.en].map(|name| name.to_lowercase()).to_vec()
}

fn are_same(a: &[String], b: &[String]) -> bool {
    a.iter().any(|name| b.contains(name))
}
