//! How phones do what is planned.

use liuye_core::companion::{AssignDraft, CheckInDraft, Companion, HazardDraft, InspectionDraft, LostReportDraft, Page, ShiftStart};
use liuye_core::domain::{
    AnswerOutcome, CheckInEvidence, CheckInVerdict, ChecklistAnswer, ConsultationRecord, ConsultationTopic, HazardGrade, HazardState,
    InspectionState, ItemCategory, LostReportState, Movement, format_rfc3339,
};
use liuye_core::log::{Digest, Fix, FixSource};
use liuye_core::{Code, Error, Result};

use super::deed::Deed;
use super::plan::{DAY, HOUR};
use super::world::World;
use super::{calls, publicity};

impl World {
    /// Does a deed on a phone.
    pub(super) fn deed(&self, app: &Companion, deed: &Deed) -> Result<()> {
        match deed {
            Deed::StartShift { zone, post, minutes } => {
                let start = ShiftStart::Unplanned { zone: zone.clone(), post: post.clone(), minutes: *minutes };
                app.patrol().start_shift(start).map(drop)
            }
            Deed::CheckIn { checkpoint, note } => self.check_in(app, *checkpoint, *note),
            Deed::EndShift => match app.patrol().current_shift()? {
                Some((id, _)) => app.patrol().end_shift(&id, None).map(drop),
                None => Err(Error::new(Code::StateRefused, "nobody is on duty")),
            },
            Deed::StartInspection { venue, campaign } => {
                let draft = InspectionDraft { venue: venue.clone(), campaign: Some(campaign.clone()), fix: None, photos: Vec::new() };
                app.safety().start_inspection(draft).map(drop)
            }
            Deed::Submit { sloppy } => submit(app, *sloppy),
            Deed::FindHazard { number, venue } => {
                let draft = HazardDraft {
                    venue: venue.clone(),
                    inspection: None,
                    description: hazard_name(*number),
                    grade: HazardGrade::General,
                    fix: None,
                    photos: Vec::new(),
                };
                app.safety().add_hazard(draft).map(drop)
            }
            Deed::Publicity(step) => publicity::take(app, *step, self.time.now()),
            Deed::Call { number, step } => calls::take(app, *number, *step, self.time.now()),
            Deed::Consult => consult(app),
            Deed::ReportLoss => self.report_loss(app),
            Deed::RateReturn => {
                let reports = app.lost().reports(Page::first(10))?;
                let (id, _) = reports.first().ok_or_else(|| Error::new(Code::NotFound, "no report"))?;
                app.ratings().give(id, 5, None).map(drop)
            }
            Deed::Candidate | Deed::Return => {
                let reports = app.lost().reports(Page::first(10))?;
                let (id, report) = reports.first().ok_or_else(|| Error::new(Code::NotFound, "no report"))?;
                match report.state {
                    LostReportState::Open => app.lost().mark_candidate(id, None).map(drop),
                    _ => app.lost().mark_returned(id, None).map(drop),
                }
            }
            Deed::Desk => desk(app),
            Deed::Sync => Ok(()),
            _ => self.hazard(app, deed),
        }
    }

    fn check_in(&self, app: &Companion, checkpoint: usize, note: Option<&'static str>) -> Result<()> {
        let (id, payload, lat_e7, lon_e7) = &self.checkpoints[checkpoint];
        let at = self.time.now() - 1_000;
        let fix = Fix { lat_e7: *lat_e7, lon_e7: *lon_e7, accuracy_mm: 8_000, at, is_mock: false, source: FixSource::Gnss };
        let (evidence, fix) =
            if note.is_some() { (CheckInEvidence::Gps, None) } else { (CheckInEvidence::Qr { payload: payload.clone() }, Some(fix)) };
        let draft = CheckInDraft {
            checkpoint: Some(id.clone()),
            evidence,
            fix,
            movement: Movement::Foot,
            note: note.map(str::to_owned),
            photos: Vec::new(),
        };
        app.patrol().check_in(draft).map(drop)
    }

    fn report_loss(&self, app: &Companion) -> Result<()> {
        let at = |before: i64| format_rfc3339(self.time.now() - before);
        let draft = LostReportDraft {
            category: ItemCategory::Wallet,
            description: "a wallet".to_owned(),
            brand: None,
            colour: Some("brown".to_owned()),
            marks: None,
            place: "by the lake".to_owned(),
            zone: None,
            lost_from: at(2 * HOUR),
            lost_to: at(HOUR),
            contact: None,
            photos: Vec::new(),
        };
        app.lost().report(draft).map(drop)
    }

    fn hazard(&self, app: &Companion, deed: &Deed) -> Result<()> {
        let safety = app.safety();
        let number = match deed {
            Deed::CloseOnSpot { number, .. } | Deed::Assign { number } | Deed::Void { number } | Deed::Begin { number } => *number,
            Deed::Rectify { number } | Deed::Reinspect { number } | Deed::CloseHazard { number } => *number,
            _ => return Err(Error::internal("no deed on a hazard")),
        };
        let name = hazard_name(number);
        let found = safety.hazards(Page::first(200))?.into_iter().find(|(_, hazard)| hazard.description == name);
        let (id, hazard) = found.ok_or_else(|| Error::new(Code::NotFound, "no such hazard here"))?;
        let photo = |which: usize| Ok::<Digest, Error>(app.attach(&photo(number, which))?.sha256);
        match deed {
            Deed::CloseOnSpot { witness, .. } => safety.close_on_spot(&id, "the venue", witness, photo(1)?, photo(2)?),
            Deed::Assign { .. } => {
                let due = format_rfc3339(self.time.now() + 7 * DAY);
                safety.assign(&id, AssignDraft { owner: "the venue".to_owned(), due, plan: None })
            }
            Deed::Void { .. } => safety.void(&id, "it was in order"),
            Deed::Begin { .. } => safety.start_rectification(&id),
            Deed::Rectify { .. } => safety.rectify(&id, "in order now", vec![photo(1)?]),
            Deed::Reinspect { .. } => safety.reinspect(&id, true, None),
            _ if hazard.state == HazardState::Reinspected => safety.close(&id, None),
            _ => return Err(Error::new(Code::StateRefused, "nobody has looked yet")),
        }
        .map(drop)
    }
}

fn submit(app: &Companion, sloppy: bool) -> Result<()> {
    let safety = app.safety();
    let open = safety
        .inspections(Page::first(50))?
        .into_iter()
        .find(|(_, it)| it.state == InspectionState::InProgress && is_own(app, &it.inspector));
    let (id, _) = open.ok_or_else(|| Error::new(Code::NotFound, "no inspection is in progress"))?;
    let answer = |item: String| ChecklistAnswer { item, outcome: AnswerOutcome::Pass, note: None };
    let answers = safety.checklist()?.into_iter().map(|item| answer(item.id)).collect();
    safety.submit(&id, answers, sloppy.then(|| "in a hurry".to_owned()), Vec::new()).map(drop)
}

fn consult(app: &Companion) -> Result<()> {
    let (post, topic) = ("dp-platform".to_owned(), ConsultationTopic::Directions);
    let (question, answer) = (Some("where the boats are".to_owned()), Some("at the pier".to_owned()));
    app.duty().record_consultation(ConsultationRecord { post, topic, question, answer }).map(drop)
}

fn is_own(app: &Companion, person: &str) -> bool {
    app.identity().is_ok_and(|identity| identity.person.as_deref() == Some(person))
}

/// Looks at what was handed in, what was held, and what is flagged.
fn desk(app: &Companion) -> Result<()> {
    let safety = app.safety();
    for (id, inspection) in safety.inspections(Page::first(200))? {
        match (inspection.state, &inspection.summary) {
            (InspectionState::Submitted, Some(_)) => drop(safety.return_inspection(&id, "once more, please")?),
            (InspectionState::Submitted, None) => drop(safety.approve(&id)?),
            _ => {}
        }
    }
    publicity::verify(app)?;
    for (id, check_in) in app.patrol().check_ins(Page::first(200))? {
        if check_in.verdict == CheckInVerdict::Flagged {
            let accepted = check_in.note.as_deref() != Some("no visit");
            app.patrol().review(&id, accepted, "asked on the radio")?;
        }
    }
    Ok(())
}

fn hazard_name(number: u64) -> String {
    format!("hazard {number:03}")
}

fn photo(number: u64, which: usize) -> Vec<u8> {
    crate::png(u8::try_from(number % 251).unwrap_or(0), 100 + which + usize::try_from(number).unwrap_or(0) / 251 * 10)
}
