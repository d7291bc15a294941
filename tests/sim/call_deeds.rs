//! What people do when somebody calls for help.

use liuye_core::Result;
use liuye_core::companion::{Companion, HelpDraft, OpenCall, Page, Recorded, WelfareDraft};
use liuye_core::domain::{AssignmentState, CallCategory, CallState, Responder, Severity, WelfareState};
use uuid::Uuid;

use super::phone::Phone;
use super::site::STAFF;

/// Lets whoever carries a phone do one thing about a call or a timer. Returns the operations that it promised.
pub(super) fn do_something(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let recorded = match phone.person() {
        None => call(phone, app)?,
        Some("p-003") => desk(phone, app)?,
        Some(_) => responder(phone, app)?,
    };
    Ok(recorded.into_iter().map(|recorded| recorded.operation).collect())
}

fn open_calls(phone: &Phone, app: &Companion) -> Result<Option<OpenCall>> {
    Ok(phone.chance.pick(&app.calls().open_calls(Page::first(50))?).cloned())
}

fn call(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    if phone.chance.one_in(4)
        && let Some(open) = open_calls(phone, app)?
    {
        return app.calls().cancel(&open.id, "found again").map(Some);
    }
    let category = *phone.chance.pick(&[CallCategory::Medical, CallCategory::LostPerson, CallCategory::Theft]).unwrap();
    let zone = phone.chance.one_in(2).then(|| "z1".to_owned());
    let help = HelpDraft { category, description: None, place: None, zone, fix: None, contact: None, photos: Vec::new() };
    Ok(Some(app.calls().raise(help)?.recorded))
}

fn desk(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, calls) = (&phone.chance, app.calls());
    if chance.one_in(4) {
        return see_to_alarms(phone, app);
    }
    let Some(open) = open_calls(phone, app)? else { return call(phone, app) };
    let id = &open.id;
    let live: Vec<_> = open.assignments.iter().filter(|(_, assignment)| assignment.state.is_live()).collect();
    let recorded = match (open.call.state, chance.of(0..8)) {
        (_, 0) => calls.unfounded(id, "nobody there")?,
        (_, 1) => match open_calls(phone, app)? {
            Some(other) if other.id != *id => calls.merge(id, &other.id)?,
            _ => return Ok(None),
        },
        (_, 2) if !live.is_empty() => calls.release(&chance.pick(&live).unwrap().0, "enough")?,
        (CallState::Received, _) => calls.triage(id, Severity::Urgent, None, None)?,
        (CallState::Handling, 3..6) => calls.close(id, None, None)?,
        (CallState::OnScene, 3..6) => calls.handle(id)?,
        _ => {
            let person = STAFF[chance.of(0..STAFF.len() as u64) as usize].to_owned();
            calls.dispatch(id, vec![Responder::Person { person }])?
        }
    };
    Ok(Some(recorded))
}

fn see_to_alarms(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let timers = app.welfare().timers(Page::first(50))?;
    let Some((id, timer)) = phone.chance.pick(&timers) else { return Ok(None) };
    Ok(match timer.state {
        WelfareState::Alarmed => Some(app.welfare().acknowledge(id)?),
        WelfareState::Acknowledged => Some(app.welfare().resolve(id, None)?),
        _ => None,
    })
}

fn responder(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, calls) = (&phone.chance, app.calls());
    let mine = open_calls(phone, app)?.and_then(|open| open.assignments.into_iter().find(|(id, _)| Some(id) == open.mine.as_ref()));
    let Some((id, assignment)) = mine else { return watched(phone, app) };
    let recorded = match assignment.state {
        _ if chance.one_in(8) => calls.decline(&id, "too far")?,
        AssignmentState::Offered | AssignmentState::Delivered => calls.acknowledge(&id)?,
        AssignmentState::Acknowledged if chance.one_in(2) => calls.en_route(&id, None)?,
        AssignmentState::Arrived => calls.cleared(&id, None)?,
        _ => calls.arrived(&id, None)?,
    };
    Ok(Some(recorded))
}

fn watched(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let timers = app.welfare().timers(Page::first(50))?;
    let own = |state| matches!(state, WelfareState::Armed | WelfareState::Prompted);
    let running: Vec<_> = timers.iter().filter(|(_, timer)| own(timer.state) && Some(timer.person.as_str()) == phone.person()).collect();
    if let Some((id, _)) = phone.chance.pick(&running) {
        let code = if phone.chance.one_in(3) { "2581" } else { "2580" };
        return app.welfare().cancel(id, code, None).map(Some);
    }
    let draft = WelfareDraft { duration_s: 3600, note: None, code: "2580".to_owned(), duress_code: Some("2581".to_owned()), fix: None };
    app.welfare().arm(draft).map(Some)
}
