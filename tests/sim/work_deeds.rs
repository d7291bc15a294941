//! What people do by a plan: campaigns, visits and tours that somebody set, tasks of the leading group, and what is decided later
//! about hazards, check-ins and calls.

use liuye_core::companion::{CampaignDraft, Companion, NoticeDraft, Page, Recorded, ShiftDraft, TaskDraft, TourDraft, WorkPlanDraft};
use liuye_core::domain::{
    CallCategory, CallState, CampaignPurpose, CampaignState, CheckInVerdict, ConsultationRecord, ConsultationTopic, DisputeState,
    HazardState, InspectionState, LostReportState, NoticeState, ShiftState, Signature, TaskState, TourState, WelfareState, WorkPlanState,
    format_rfc3339,
};
use liuye_core::env::Clock;
use liuye_core::log::{Fix, FixSource};
use liuye_core::{ErrorKind, Result};
use serde_json::Value;
use uuid::Uuid;

use super::phone::Phone;
use super::site::{COMMANDER, ROUTE, STAFF};
use super::{call_deeds, found_deeds, platform_deeds};
use crate::help;

const HOUR: i64 = 3_600_000;

/// What somebody gets done at once, and what a desk does, for which everyone else waits.
const AT_ONCE: usize = 3;
const AT_ONCE_AT_THE_DESK: usize = 12;

/// Lets whoever carries a phone do a few things in a row: a desk works through what waits for it. Returns the operations that it
/// promised.
pub(super) fn do_something(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let mut promised = Vec::new();
    for _ in 0..if phone.person() == Some("p-003") { AT_ONCE_AT_THE_DESK } else { AT_ONCE } {
        match do_one_thing(phone, app) {
            Ok(done) => promised.extend(done),
            Err(error) if promised.is_empty() => return Err(error),
            Err(error) => {
                // What was saved before is promised all the same.
                phone.journal.lock().unwrap().unsure |= error.kind() == ErrorKind::Storage;
                break;
            }
        }
    }
    Ok(promised)
}

fn do_one_thing(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    // A tourist has no work; whoever was helped says how it was.
    let Some(person) = phone.person() else { return rate(phone, app) };
    let recorded = match (person, phone.chance.of(0..6)) {
        ("p-003", 0) => plan_duty(phone, app)?,
        ("p-003", 1) => return found_deeds::do_something(phone, app),
        ("p-003", 2 | 3) => return call_deeds::do_something(phone, app),
        ("p-003", _) => decide(phone, app)?,
        (COMMANDER, 0..3) => lead(phone, app)?,
        ("p-005" | "p-006" | "p-009", 0..4) => inspect(phone, app)?,
        _ => go(person, phone, app)?,
    };
    Ok(recorded.into_iter().map(|recorded| recorded.operation).collect())
}

fn rate(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let reports = app.lost().reports(Page::first(50))?;
    let back: Vec<_> = reports.iter().filter(|(_, it)| it.state == LostReportState::Returned).collect();
    match phone.chance.pick(&back) {
        Some((id, _)) => Ok(vec![app.ratings().give(id, 5, None)?.operation]),
        None => platform_deeds::do_something(phone, app),
    }
}

fn one_of_the_staff(phone: &Phone) -> String {
    STAFF[phone.chance.of(0..STAFF.len() as u64) as usize].to_owned()
}

fn later(phone: &Phone, ms: i64) -> String {
    format_rfc3339(phone.clock.wall_ms() + ms)
}

/// What is planned ahead: tours, shifts, campaigns, visits.
fn plan_duty(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let chance = &phone.chance;
    Ok(match chance.of(0..5) {
        0 => {
            let day = later(phone, 0)[..10].to_owned();
            Some(app.patrol().schedule_tour(TourDraft { route: ROUTE.to_owned(), person: one_of_the_staff(phone), day })?)
        }
        1 => {
            let shifts = app.patrol().shifts(Page::first(50))?;
            let planned: Vec<_> = shifts.iter().filter(|(_, it)| it.state == ShiftState::Planned).collect();
            match chance.pick(&planned) {
                Some((id, _)) => Some(app.patrol().cancel_shift(id, "rain")?),
                None => Some(app.patrol().plan_shift(ShiftDraft {
                    person: one_of_the_staff(phone),
                    zone: Some("z1".to_owned()),
                    post: None,
                    from: later(phone, 8 * HOUR),
                    to: later(phone, 12 * HOUR),
                })?),
            }
        }
        2 => campaign(phone, app)?,
        3 => {
            let venues = app.safety().venues()?;
            let Some(venue) = chance.pick(&venues) else { return Ok(None) };
            Some(app.safety().plan_inspection(&venue.id, "p-005", None, Some(&later(phone, 24 * HOUR)))?)
        }
        _ => {
            let flagged = app.patrol().check_ins(Page::first(50))?;
            let flagged: Vec<_> = flagged.iter().filter(|(_, it)| it.verdict == CheckInVerdict::Flagged).collect();
            let Some((id, _)) = chance.pick(&flagged) else { return Ok(None) };
            Some(app.patrol().review(id, chance.one_in(2), "seen by a colleague")?)
        }
    })
}

fn campaign(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let safety = app.safety();
    let campaigns = safety.campaigns(Page::first(50))?;
    let Some((id, campaign)) = phone.chance.pick(&campaigns).filter(|_| !phone.chance.one_in(3)) else {
        let draft = CampaignDraft {
            name: "summer nights".to_owned(),
            purpose: CampaignPurpose::SafetyCheck,
            venues: safety.venues()?.into_iter().take(2).map(|venue| venue.id).collect(),
            zones: Vec::new(),
            checklist: None,
            from: later(phone, 0),
            to: later(phone, 24 * HOUR),
        };
        return safety.plan_campaign(draft).map(Some);
    };
    Ok(match campaign.state {
        CampaignState::Planned => Some(safety.start_campaign(id)?),
        CampaignState::Running => Some(safety.close_campaign(id, None)?),
        CampaignState::Closed => None,
    })
}

/// What the desk decides later about calls, alarms and disputes.
fn decide(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, calls) = (&phone.chance, app.calls());
    Ok(match chance.of(0..9) {
        5 => settle(phone, app)?,
        6 => give_back(phone, app)?,
        0 => {
            let open = calls.open_calls(Page::first(50))?;
            let Some(open) = chance.pick(&open) else { return Ok(None) };
            Some(calls.muster(&open.id, Some("z1".to_owned()))?)
        }
        1 => {
            let over = app.documents(liuye_core::domain::DocumentKind::Call, Page::first(50))?;
            let again = |state: &Value| state == "unfounded" || state == "closed" && chance.one_in(4);
            let over: Vec<_> = over.iter().filter(|call| again(&call.body["state"])).collect();
            let Some(call) = chance.pick(&over) else { return Ok(None) };
            Some(calls.reopen(&call.id, "they called again")?)
        }
        2 => {
            let timers = app.welfare().timers(Page::first(50))?;
            let heard: Vec<_> = timers.iter().filter(|(_, timer)| timer.state == WelfareState::Acknowledged).collect();
            let Some((id, _)) = chance.pick(&heard) else { return Ok(None) };
            Some(app.welfare().false_alarm(id, None)?)
        }
        3 => {
            let disputes = app.disputes().all(Page::first(50))?;
            let screened: Vec<_> = disputes.iter().filter(|(_, it)| it.state == DisputeState::Screened).collect();
            let Some((id, _)) = chance.pick(&screened) else { return Ok(None) };
            Some(app.disputes().refer(id, "the market office", "a matter of rent")?)
        }
        _ => {
            // A call that went well to its end, so that whoever called can say how it was.
            let open = calls.open_calls(Page::first(50))?;
            let there: Vec<_> = open.iter().filter(|it| matches!(it.call.state, CallState::OnScene | CallState::Handling)).collect();
            match chance.pick(&there) {
                Some(open) if open.call.state == CallState::OnScene => Some(calls.handle(&open.id)?),
                Some(open) => Some(calls.close(&open.id, None, None)?),
                None => None,
            }
        }
    })
}

/// A dispute that was begun goes to its end.
fn settle(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let disputes = app.disputes();
    for (id, dispute) in disputes.all(Page::first(50))? {
        return match dispute.state {
            DisputeState::PoliceMediation | DisputeState::PeoplesMediation => {
                let panel = vec!["p-005".to_owned(), "p-012".to_owned()];
                match phone.chance.of(0..4) {
                    0 => disputes.fail(&id, panel, "no way"),
                    1 => disputes.retry(&id, panel),
                    _ => disputes.agree(&id, panel, "half back", &later(phone, 48 * HOUR)),
                }
            }
            DisputeState::Agreed => disputes.perform(&id, None),
            DisputeState::Performed => disputes.revisit(&id, "content"),
            DisputeState::Revisited => disputes.close(&id, None),
            DisputeState::Failed => disputes.legal_route(&id, "the court"),
            _ => continue,
        }
        .map(Some);
    }
    Ok(None)
}

/// What staff saw to be a lost thing goes back with no claim: its owner stands at the counter.
fn give_back(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let reports = app.lost().reports(Page::first(50))?;
    let seen: Vec<_> = reports.iter().filter(|(_, it)| it.state == LostReportState::Candidate).collect();
    let Some((id, _)) = phone.chance.pick(&seen) else { return Ok(None) };
    app.lost().mark_returned(id, None).map(Some)
}

/// The leading group: its plan, and a drill now and then.
fn lead(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, plans) = (&phone.chance, app.work_plans());
    if chance.one_in(6) {
        return Ok(Some(app.calls().begin_exercise(help(CallCategory::Medical))?.recorded));
    }
    let known = plans.all(Page::first(50))?;
    let running: Vec<_> = known.iter().filter(|(_, plan)| plan.state == WorkPlanState::Running).collect();
    let task = |id: &str| TaskDraft {
        id: id.to_owned(),
        title: "lamps on the pier".to_owned(),
        owner: one_of_the_staff(phone),
        due: later(phone, 20 * HOUR),
    };
    let Some((id, plan)) = chance.pick(&running).filter(|_| !chance.one_in(6)) else {
        let draft = WorkPlanDraft {
            title: "the golden week".to_owned(),
            from: later(phone, 0),
            to: later(phone, 240 * HOUR),
            tasks: vec![task("t1"), task("t2")],
        };
        return plans.adopt(draft).map(Some);
    };
    let Some(of_plan) = chance.pick(&plan.tasks) else { return Ok(None) };
    let name = of_plan.draft.id.as_str();
    if plan.tasks.iter().all(|task| matches!(task.state, TaskState::Accepted | TaskState::Dropped)) {
        return plans.conclude(id, None).map(Some);
    }
    Ok(match of_plan.state {
        TaskState::Reported if chance.one_in(3) => Some(plans.return_task(id, name, "two lamps are dark")?),
        TaskState::Reported => Some(plans.accept(id, name, None)?),
        TaskState::Open => Some(match chance.of(0..4) {
            0 => plans.add_task(id, task(&format!("t{}", plan.tasks.len() + 1)))?,
            1 => plans.extend(id, name, &later(phone, 60 * HOUR), "parts are late")?,
            _ => plans.drop_task(id, name, "not wanted")?,
        }),
        _ => None,
    })
}

/// What inspectors do about hazards beyond the board: they move the date, refer, void, reopen, witness, and hand a notice out.
fn inspect(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, safety) = (&phone.chance, app.safety());
    match chance.of(0..4) {
        0 => return notice(phone, app),
        1 => return settle(phone, app),
        _ => {}
    }
    let hazards = safety.hazards(Page::first(50))?;
    let Some((id, hazard)) = chance.pick(&hazards) else { return Ok(None) };
    let witness = if phone.person() == Some("p-005") { "p-006" } else { "p-005" };
    if let Some((id, _)) = hazards.iter().find(|(_, it)| it.awaits_witness() && it.witness.as_deref() == phone.person()) {
        return safety.witness(id).map(Some);
    }
    let photo = |seed: u8| app.attach(&crate::png(seed, 220 + phone.index)).map(|blob| blob.sha256);
    Ok(match (hazard.state, chance.of(0..6)) {
        (HazardState::Closed, 0) => Some(safety.reopen(id, "locked again")?),
        (HazardState::Closed | HazardState::Void | HazardState::Referred, _) => None,
        (_, 0) if chance.one_in(3) => Some(safety.refer(id, "the fire brigade", "theirs")?),
        (_, 0) => Some(safety.void(id, "there was none")?),
        (HazardState::Found, 1) => Some(safety.close_on_spot(id, "the landlord", witness, photo(1)?, photo(2)?)?),
        (HazardState::Assigned | HazardState::Rectifying, 1) => Some(safety.extend(id, &later(phone, 200 * HOUR), "parts are late")?),
        (HazardState::Assigned | HazardState::Extended, _) => Some(safety.start_rectification(id)?),
        (HazardState::Rectifying, _) => Some(safety.rectify(id, "unlocked", vec![photo(3)?])?),
        (HazardState::Submitted, _) => Some(safety.reinspect(id, true, None)?),
        (HazardState::Reinspected, _) => Some(safety.close(id, None)?),
        _ => None,
    })
}

fn notice(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, safety) = (&phone.chance, app.safety());
    let notices = safety.notices(Page::first(50))?;
    let unsigned: Vec<_> = notices.iter().filter(|(_, notice)| notice.state == NoticeState::Issued).collect();
    if let Some((id, _)) = chance.pick(&unsigned).filter(|_| chance.one_in(2)) {
        return safety.sign_notice(id, Signature::Strokes { strokes: vec![vec![[10, 20], [300, 200]]] }).map(Some);
    }
    let hazards = safety.hazards(Page::first(50))?;
    let due: Vec<_> = hazards.iter().filter(|(_, it)| matches!(it.state, HazardState::Assigned | HazardState::Rectifying)).collect();
    let Some((hazard, _)) = chance.pick(&due) else { return Ok(None) };
    let draft = NoticeDraft { hazard: hazard.clone(), requirement: "unlock it".to_owned(), legal_basis: "the fire law".to_owned() };
    safety.issue_notice(draft).map(Some)
}

/// Whoever is on the way: they walk tours, are followed on shift, answer questions, and report what they were given to do.
fn go(person: &str, phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    let (chance, patrol) = (&phone.chance, app.patrol());
    match chance.of(0..5) {
        0 => {
            let tours = patrol.tours(Page::first(50))?;
            let mine: Vec<_> = tours.iter().filter(|(_, tour)| tour.person == person).collect();
            if let Some((id, _)) = mine.iter().find(|(_, tour)| tour.state == TourState::InProgress) {
                return patrol.finish_tour(id, None).map(Some);
            }
            let set: Vec<_> = mine.iter().filter(|(_, tour)| matches!(tour.state, TourState::Scheduled | TourState::Missed)).collect();
            let Some((id, _)) = chance.pick(&set) else { return Ok(None) };
            patrol.start_tour(id).map(Some)
        }
        1 => track(phone, app),
        2 => {
            let question = ConsultationRecord {
                post: "dp-platform".to_owned(),
                topic: ConsultationTopic::Directions,
                question: Some("where is the pier?".to_owned()),
                answer: Some("along the river".to_owned()),
            };
            app.duty().record_consultation(question).map(Some)
        }
        3 => {
            let inspections = app.safety().inspections(Page::first(50))?;
            let planned: Vec<_> =
                inspections.iter().filter(|(_, it)| it.state == InspectionState::Planned && it.inspector == person).collect();
            let Some((id, _)) = chance.pick(&planned) else { return campaign(phone, app) };
            app.safety().start_planned(id, None).map(Some)
        }
        _ => {
            let plans = app.work_plans().all(Page::first(50))?;
            let tasks = plans.iter().flat_map(|(id, plan)| plan.tasks.iter().map(move |task| (id, task)));
            let mine: Vec<_> = tasks.filter(|(_, task)| task.state == TaskState::Open && task.draft.owner == person).collect();
            let Some((plan, task)) = chance.pick(&mine) else { return Ok(None) };
            app.work_plans().report(plan, &task.draft.id, "done").map(Some)
        }
    }
}

fn track(phone: &Phone, app: &Companion) -> Result<Option<Recorded>> {
    if app.patrol().current_shift()?.is_none() {
        return Ok(None);
    }
    let now = phone.clock.wall_ms();
    let fix = |step: i32| Fix {
        lat_e7: 290_690_000 + step * 600,
        lon_e7: 1_117_320_000,
        accuracy_mm: 8_000,
        at: now - 30_000 + i64::from(step) * 5_000,
        is_mock: false,
        source: FixSource::Gnss,
    };
    app.patrol().record_track(&(0..6).map(fix).collect::<Vec<_>>()).map(Some)
}
