//! What people do about publicity, disputes, the platform and ratings.

use liuye_core::Result;
use liuye_core::companion::{Companion, DisputeDraft, Page, Recorded, SessionDraft, ShiftStart};
use liuye_core::domain::{
    Call, CallState, DisputeCategory, DisputeState, DocumentKind, DutyLogRecord, DutyLogTopic, HandoverState, MediationRoad,
    PublicityState, format_rfc3339,
};
use liuye_core::env::Clock;
use uuid::Uuid;

use super::phone::Phone;
use super::site::STAFF;

const POST: &str = "dp-platform";

/// Lets whoever carries a phone do one thing. Returns the operations that it promised.
pub(super) fn do_something(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let recorded = match phone.person() {
        None => rate(phone, app)?,
        Some(_) => match phone.chance.of(0..5) {
            0 => publicity(phone, app)?,
            1 => leaflets(phone, app)?,
            2 => dispute(phone, app)?,
            _ => platform(phone, app)?,
        },
    };
    Ok(recorded.into_iter().map(|recorded| recorded.operation).collect())
}

fn rate(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let calls = app.documents(DocumentKind::Call, Page::first(50))?;
    let is_closed = |body| serde_json::from_value::<Call>(body).is_ok_and(|call| call.state == CallState::Closed);
    let closed: Vec<_> = calls.into_iter().filter(|document| is_closed(document.body.clone())).collect();
    let Some(call) = phone.chance.pick(&closed) else { return Ok(None) };
    app.ratings().give(&call.id, 5, None).map(Some)
}

fn publicity(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let sessions = app.publicity().sessions(Page::first(50))?;
    let Some((id, session)) = phone.chance.pick(&sessions).filter(|_| !phone.chance.one_in(3)) else {
        let now = phone.clock.wall_ms();
        let draft = SessionDraft {
            topics: vec!["t-fraud".to_owned()],
            materials: Vec::new(),
            zone: "z1".to_owned(),
            place: "night market".to_owned(),
            from: format_rfc3339(now),
            to: format_rfc3339(now + 3_600_000),
        };
        return app.publicity().plan(draft).map(Some);
    };
    match session.state {
        PublicityState::Planned => app.publicity().hold(id, 12, None, None, Vec::new()).map(Some),
        PublicityState::Held => app.publicity().verify(id, None).map(Some),
        PublicityState::Verified => Ok(None),
    }
}

fn leaflets(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, publicity) = (&phone.chance, app.publicity());
    let batches = publicity.batches(Page::first(50))?;
    let Some((batch, _)) = chance.pick(&batches) else { return publicity.stock_leaflets("m-fraud-leaflet", 100).map(Some) };
    let sessions = publicity.sessions(Page::first(50))?;
    let Some((session, _)) = chance.pick(&sessions) else { return Ok(None) };
    let recorded = match chance.of(0..4) {
        0 => publicity.return_leaflets(batch, session, 10)?,
        1 => publicity.waste_leaflets(batch, session, 5)?,
        _ => publicity.issue_leaflets(batch, session, 35)?,
    };
    Ok(Some(recorded))
}

fn dispute(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, disputes) = (&phone.chance, app.disputes());
    let known = disputes.all(Page::first(50))?;
    let Some((id, dispute)) = chance.pick(&known).filter(|_| !chance.one_in(3)) else {
        let draft = DisputeDraft {
            category: DisputeCategory::Purchase,
            description: "weighing".to_owned(),
            parties: 2,
            zone: None,
            place: "stall 12".to_owned(),
            fix: None,
            photos: Vec::new(),
        };
        return disputes.report(draft).map(Some);
    };
    let panel = || vec!["p-005".to_owned(), "p-012".to_owned()];
    let in_two_days = || format_rfc3339(phone.clock.wall_ms() + 2 * 86_400_000);
    let recorded = match dispute.state {
        DisputeState::Reported => disputes.screen(id, None)?,
        DisputeState::Screened if chance.one_in(2) => disputes.mediate(id, MediationRoad::Police, panel())?,
        DisputeState::Screened => disputes.mediate(id, MediationRoad::Peoples, panel())?,
        DisputeState::PoliceMediation | DisputeState::PeoplesMediation => match chance.of(0..3) {
            0 => disputes.retry(id, panel())?,
            1 => disputes.fail(id, panel(), "no way")?,
            _ => disputes.agree(id, panel(), "half back", &in_two_days())?,
        },
        DisputeState::Agreed => disputes.perform(id, None)?,
        DisputeState::Performed => disputes.revisit(id, "content")?,
        DisputeState::Revisited => disputes.close(id, None)?,
        DisputeState::Failed => disputes.legal_route(id, "the court")?,
        _ => return Ok(None),
    };
    Ok(Some(recorded))
}

fn platform(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, duty) = (&phone.chance, app.duty());
    let offered = duty.handovers(Page::first(50))?;
    let mine = |to: &str| Some(to) == phone.person();
    let to_me: Vec<_> = offered.iter().filter(|(_, it)| it.state == HandoverState::Offered && mine(&it.to)).collect();
    let recorded = match (app.patrol().current_shift()?, chance.pick(&to_me)) {
        (None, _) => app.patrol().start_shift(ShiftStart::Unplanned { zone: None, post: Some(POST.to_owned()), minutes: 1_440 })?,
        (Some(_), Some((id, _))) => {
            let names = duty.to_accept(id)?.into_iter().map(|matter| matter.id).collect();
            duty.accept_handover(id, names, None)?
        }
        (Some(_), None) if chance.one_in(2) => {
            let to = STAFF[chance.of(0..STAFF.len() as u64) as usize];
            duty.offer_handover(POST, to, None)?
        }
        (Some(_), None) => {
            let entry = DutyLogRecord { post: POST.to_owned(), topic: DutyLogTopic::Other, text: "quiet".to_owned(), corrects: None };
            duty.write_log(entry, Vec::new())?
        }
    };
    Ok(Some(recorded))
}
