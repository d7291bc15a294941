//! What people do with their phones.

use chrono::DateTime;
use liuye_core::Result;
use liuye_core::companion::{
    AssignDraft, CheckInDraft, Companion, CrowdDraft, HazardDraft, InspectionDraft, LostReportDraft, OperationState, Page, ShiftDraft,
    ShiftStart,
};
use liuye_core::domain::{
    AnswerOutcome, CheckInEvidence, ChecklistAnswer, Contact, HazardGrade, HazardState, InspectionState, ItemCategory, LostReportState,
    Movement, ShiftState,
};
use liuye_core::env::Clock;
use liuye_core::log::{Digest, Fix, FixSource};
use uuid::Uuid;

use super::phone::Phone;
use super::site::PIN;
use super::world::World;

/// Lets whoever carries a phone do one thing. Returns the operations that it promised.
pub(super) fn do_something(world: &World, phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let chance = &phone.chance;
    if chance.one_in(6) {
        return mend(phone, app);
    }
    match phone.person() {
        None => tourist(phone, app),
        Some("p-003") => desk(phone, app),
        Some("p-005" | "p-006" | "p-009") => inspector(phone, app),
        Some(person) if chance.one_in(4) => duty(person, phone, app),
        Some(_) => check_in(world, phone, app),
    }
}

/// On a phone that is shared, now and then another one of them takes it into their hands.
pub(super) fn take_over(phone: &Phone, app: &Companion) -> Result<()> {
    if phone.holders().len() < 2 {
        return Ok(());
    }
    let identity = app.identity()?;
    phone.journal.lock().unwrap().look_at(identity.person.as_deref());
    // Before a phone has met its hub it asks nobody who they are.
    if identity.sharers.is_empty() || (!identity.locked && !phone.chance.one_in(3)) {
        return Ok(());
    }
    let Some(person) = phone.chance.pick(&phone.holders()).copied() else { return Ok(()) };
    phone.journal.lock().unwrap().signing_in = Some(person);
    app.sign_in(person, PIN)?;
    phone.journal.lock().unwrap().look_at(Some(person));
    Ok(())
}

/// Looks at what needs attention: corrects it as it is, or gives it up.
fn mend(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let items = app.needs_attention()?;
    let Some(item) = phone.chance.pick(&items) else { return Ok(Vec::new()) };
    let recorded = if phone.chance.one_in(2) || item.entry.state == OperationState::Held {
        app.discard(item.entry.operation, "not needed any more")?
    } else {
        app.amend(item.entry.operation, &item.body)?
    };
    Ok(vec![recorded.operation])
}

fn check_in(world: &World, phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let chance = &phone.chance;
    let Some((checkpoint, payload, lat_e7, lon_e7)) = chance.pick(&world.checkpoints) else { return Ok(Vec::new()) };
    let fix = Fix {
        lat_e7: lat_e7 + if chance.one_in(8) { 90_000 } else { 100 },
        lon_e7: *lon_e7,
        accuracy_mm: 8_000,
        at: phone.clock.wall_ms() - 1_000,
        is_mock: false,
        source: FixSource::Gnss,
    };
    let evidence = if chance.one_in(3) { CheckInEvidence::Gps } else { CheckInEvidence::Qr { payload: payload.clone() } };
    let draft = CheckInDraft {
        checkpoint: Some(checkpoint.clone()),
        evidence,
        fix: Some(fix),
        movement: Movement::Vehicle,
        note: chance.one_in(4).then(|| "all quiet".to_owned()),
        photos: if chance.one_in(10) { vec![photo(phone, app)?] } else { Vec::new() },
    };
    Ok(vec![app.patrol().check_in(draft)?.operation])
}

/// Comes on duty or goes, or counts visitors.
fn duty(person: &str, phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let chance = &phone.chance;
    let patrol = app.patrol();
    if chance.one_in(4) {
        let draft = CrowdDraft { zone: "z1".to_owned(), visitors: u32::try_from(chance.of(0..9000)).unwrap_or(0) };
        return Ok(vec![app.zones().count_visitors(draft)?.operation]);
    }
    if let Some((id, _)) = patrol.current_shift()? {
        return Ok(vec![patrol.end_shift(&id, None)?.operation]);
    }
    let shifts = patrol.shifts(Page::first(50))?;
    let planned: Vec<_> = shifts.iter().filter(|(_, it)| it.state == ShiftState::Planned && it.person == person).collect();
    let start = match chance.pick(&planned) {
        Some((shift, _)) if chance.one_in(2) => ShiftStart::Planned { shift: shift.clone() },
        _ => ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 120 },
    };
    Ok(vec![patrol.start_shift(start)?.operation])
}

fn tourist(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let chance = &phone.chance;
    if chance.one_in(3) {
        let reports = app.lost().reports(Page::first(50))?;
        let open: Vec<_> = reports.iter().filter(|(_, report)| report.state == LostReportState::Open).collect();
        if let Some((id, _)) = chance.pick(&open) {
            return Ok(vec![app.lost().withdraw(id, None)?.operation]);
        }
    }
    let draft = LostReportDraft {
        category: ItemCategory::Keys,
        description: format!("a bunch of keys, number {}", chance.of(0..1000)),
        brand: None,
        colour: Some("red".to_owned()),
        marks: None,
        place: "by the lake".to_owned(),
        zone: None,
        lost_from: rfc3339(phone.clock.wall_ms() - 7_200_000),
        lost_to: rfc3339(phone.clock.wall_ms() - 60_000),
        contact: chance.one_in(2).then(|| Contact {
            name: "某某".to_owned(),
            phone: "13900001234".to_owned(),
            identity_number: None,
            passport: None,
        }),
        photos: if chance.one_in(4) { vec![photo(phone, app)?] } else { Vec::new() },
    };
    Ok(vec![app.lost().report(draft)?.operation])
}

fn desk(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let chance = &phone.chance;
    let safety = app.safety();
    let recorded = match chance.of(0..4) {
        3 => {
            let from = phone.clock.wall_ms() + i64::try_from(chance.of(0..12)).unwrap_or(0) * 3_600_000;
            app.patrol().plan_shift(ShiftDraft {
                person: ["p-011", "p-012", "p-014", "p-017"][usize::try_from(chance.of(0..4)).unwrap_or(0)].to_owned(),
                zone: Some("z2".to_owned()),
                post: None,
                from: rfc3339(from),
                to: rfc3339(from + 4 * 3_600_000),
            })?
        }
        0 => {
            let reports = app.lost().reports(Page::first(50))?;
            let Some((id, report)) = chance.pick(&reports) else { return Ok(Vec::new()) };
            match report.state {
                LostReportState::Open => app.lost().mark_candidate(id, None)?,
                LostReportState::Candidate => app.lost().mark_returned(id, None)?,
                _ => return Ok(Vec::new()),
            }
        }
        1 => {
            let inspections = safety.inspections(Page::first(50))?;
            let handed_in: Vec<_> = inspections.iter().filter(|(_, it)| it.state == InspectionState::Submitted).collect();
            let Some((id, _)) = chance.pick(&handed_in) else { return Ok(Vec::new()) };
            if chance.one_in(3) { safety.return_inspection(id, "a photo is missing")? } else { safety.approve(id)? }
        }
        _ => {
            let hazards = safety.hazards(Page::first(50))?;
            let found: Vec<_> = hazards.iter().filter(|(_, hazard)| hazard.state == HazardState::Found).collect();
            let Some((id, _)) = chance.pick(&found) else { return Ok(Vec::new()) };
            safety.assign(id, assignment(phone))?
        }
    };
    Ok(vec![recorded.operation])
}

fn inspector(phone: &Phone, app: &Companion) -> Result<Vec<Uuid>> {
    let chance = &phone.chance;
    let safety = app.safety();
    let venues = safety.venues()?;
    let Some(venue) = chance.pick(&venues) else { return Ok(Vec::new()) };
    let recorded = match chance.of(0..4) {
        0 => {
            let inspections = safety.inspections(Page::first(50))?;
            let open: Vec<_> = inspections.iter().filter(|(_, it)| it.state == InspectionState::InProgress).collect();
            match chance.pick(&open) {
                Some((id, _)) => safety.submit(id, answers(app, id)?, None, vec![photo(phone, app)?])?,
                None => {
                    safety.start_inspection(InspectionDraft { venue: venue.id.clone(), campaign: None, fix: None, photos: Vec::new() })?
                }
            }
        }
        1 => safety.add_hazard(HazardDraft {
            venue: venue.id.clone(),
            inspection: None,
            description: "the exit is locked".to_owned(),
            grade: HazardGrade::General,
            fix: None,
            photos: if chance.one_in(2) { vec![photo(phone, app)?] } else { Vec::new() },
        })?,
        _ => {
            let hazards = safety.hazards(Page::first(50))?;
            let Some((id, hazard)) = chance.pick(&hazards) else { return Ok(Vec::new()) };
            match hazard.state {
                HazardState::Found => safety.assign(id, assignment(phone))?,
                HazardState::Assigned => safety.start_rectification(id)?,
                HazardState::Rectifying => safety.rectify(id, "unlocked", vec![photo(phone, app)?])?,
                HazardState::Submitted => safety.reinspect(id, !chance.one_in(4), None)?,
                HazardState::Reinspected => safety.close(id, None)?,
                _ => return Ok(Vec::new()),
            }
        }
    };
    Ok(vec![recorded.operation])
}

fn assignment(phone: &Phone) -> AssignDraft {
    AssignDraft { owner: "the venue".to_owned(), due: rfc3339(phone.clock.wall_ms() + 3 * 86_400_000), plan: None }
}

fn answers(app: &Companion, inspection: &str) -> Result<Vec<ChecklistAnswer>> {
    let checklist = app.safety().questions(inspection)?;
    Ok(checklist.into_iter().map(|item| ChecklistAnswer { item: item.id, outcome: AnswerOutcome::Pass, note: None }).collect())
}

fn photo(phone: &Phone, app: &Companion) -> Result<Digest> {
    let seed = phone.chance.of(0..256);
    Ok(app.attach(&crate::png(u8::try_from(seed).unwrap_or(0), 200 + phone.index))?.sha256)
}

fn rfc3339(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).map(|time| time.to_rfc3339()).unwrap_or_default()
}
