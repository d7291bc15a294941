//! The steps of calls, duties, found property, the platform and whoever serves.

use liuye_core::Result;
use liuye_core::companion::{
    CampaignDraft, ClaimDraft, Companion, CrowdDraft, DisputeDraft, FoundDraft, HelpDraft, NoticeDraft, Page, RaisedCall, Recorded,
    SessionDraft, ShiftDraft, ShiftStart, TaskDraft, TourDraft, WelfareDraft, WorkPlanDraft,
};
use liuye_core::domain::{Assignment, Contact, OpenMatter, Responder, WelfareState};
use serde_json::{Value, json};

use super::{fix, fixes, number, optional, parse, photos, recorded, required};

/// What a step gives; none where no group knows it.
pub(super) fn step(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let groups = [calls, assignments, welfare, shifts, tours, found, claims, campaigns, publicity, disputes, duty, work_plans, people];
    groups.into_iter().find_map(|group| group(phone, step))
}

fn name(step: &Value) -> &str {
    step["do"].as_str().unwrap()
}

fn id(step: &Value) -> &str {
    step["id"].as_str().unwrap_or_else(|| panic!("{step} lacks id"))
}

fn text<'a>(step: &'a Value, field: &str) -> &'a str {
    step[field].as_str().unwrap_or_else(|| panic!("{step} lacks {field}"))
}

fn texts(step: &Value, field: &str) -> Vec<String> {
    step.get(field).map(parse).unwrap_or_default()
}

fn calls(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let calls = phone.calls();
    let draft = &step["draft"];
    let note = optional(step, "note");
    Some(match name(step) {
        "raise" => help(draft).and_then(|draft| calls.raise(draft)).map(raised),
        "enter_110" => help(draft).and_then(|draft| calls.enter_110(draft, step["told_at"].as_str())).map(raised),
        "give_clue" => help(draft).and_then(|draft| calls.give_clue(draft)).map(raised),
        "begin_exercise" => help(draft).and_then(|draft| calls.begin_exercise(draft)).map(raised),
        "open_call" => open_call(phone, id(step)),
        "triage" => {
            let category = step.get("category").map(parse);
            recorded(calls.triage(id(step), parse(&step["severity"]), category, optional(step, "zone")))
        }
        "dispatch" => {
            let persons = texts(step, "persons").into_iter().map(|person| Responder::Person { person });
            let units = texts(step, "units").into_iter().map(|unit| Responder::Unit { unit });
            recorded(calls.dispatch(id(step), persons.chain(units).collect()))
        }
        "muster" => recorded(calls.muster(id(step), optional(step, "zone"))),
        "handle" => recorded(calls.handle(id(step))),
        "close_call" => recorded(calls.close(id(step), note, optional(step, "referral"))),
        "cancel_call" => recorded(calls.cancel(id(step), text(step, "reason"))),
        "unfounded" => recorded(calls.unfounded(id(step), text(step, "reason"))),
        "merge_calls" => recorded(calls.merge(id(step), text(step, "into"))),
        "reopen_call" => recorded(calls.reopen(id(step), text(step, "reason"))),
        _ => return None,
    })
}

fn assignments(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let calls = phone.calls();
    let at = || fix(step);
    Some(match name(step) {
        "acknowledge" => recorded(calls.acknowledge(id(step))),
        "en_route" => recorded(at().and_then(|fix| calls.en_route(id(step), fix))),
        "arrived" => recorded(at().and_then(|fix| calls.arrived(id(step), fix))),
        "cleared" => recorded(calls.cleared(id(step), optional(step, "note"))),
        "decline" => recorded(calls.decline(id(step), text(step, "reason"))),
        "release_assignment" => recorded(calls.release(id(step), text(step, "reason"))),
        _ => return None,
    })
}

fn help(draft: &Value) -> Result<HelpDraft> {
    Ok(HelpDraft {
        category: parse(&draft["category"]),
        description: optional(draft, "description"),
        place: optional(draft, "place"),
        zone: optional(draft, "zone"),
        fix: fix(draft)?,
        contact: draft.get("contact").map(parse::<Contact>),
        photos: photos(draft)?,
    })
}

fn raised(raised: RaisedCall) -> Value {
    let Recorded { operation, id, flags } = raised.recorded;
    json!({"operation": operation, "id": id, "flags": flags, "dial": raised.dial})
}

fn open_call(phone: &Companion, id: &str) -> Result<Value> {
    let open = phone.calls().open_calls(Page::first(200))?.into_iter().find(|open| open.id == id);
    let sent = |(id, assignment): &(String, Assignment)| json!({"id": id, "state": assignment.state, "persons": assignment.persons});
    Ok(open.map_or(Value::Null, |open| {
        json!({"state": open.call.state, "severity": open.call.severity, "category": open.call.record.category,
            "zone": open.call.record.zone, "exercise": open.call.record.exercise, "reporter": open.call.reporter,
            "assignments": open.assignments.iter().map(sent).collect::<Vec<_>>(), "mine": open.mine})
    }))
}

fn welfare(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let welfare = phone.welfare();
    let note = optional(step, "note");
    Some(match name(step) {
        "arm" => {
            let draft = &step["draft"];
            recorded(fix(draft).and_then(|fix| {
                welfare.arm(WelfareDraft {
                    duration_s: number(draft, "duration_s"),
                    note: optional(draft, "note"),
                    code: required(draft, "code"),
                    duress_code: optional(draft, "duress_code"),
                    fix,
                })
            }))
        }
        "cancel_timer" => recorded(fix(step).and_then(|fix| welfare.cancel(id(step), text(step, "code"), fix))),
        "acknowledge_alarm" => recorded(welfare.acknowledge(id(step))),
        "resolve_alarm" => recorded(welfare.resolve(id(step), note)),
        "false_alarm" => recorded(welfare.false_alarm(id(step), note)),
        "alarm" => welfare.timers(Page::first(200)).map(|timers| {
            let alarm = timers.into_iter().find(|(_, timer)| timer.state == WelfareState::Alarmed);
            alarm.map_or(Value::Null, |(id, timer)| json!({"id": id, "person": timer.person, "duress": timer.duress}))
        }),
        "timers" => welfare
            .timers(Page::first(200))
            .map(|timers| timers.into_iter().map(|(id, timer)| json!({"id": id, "state": timer.state, "duress": timer.duress})).collect()),
        _ => return None,
    })
}

fn shifts(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let patrol = phone.patrol();
    let draft = &step["draft"];
    Some(match name(step) {
        "start_shift" => {
            let start = match step["shift"].as_str() {
                Some(shift) => ShiftStart::Planned { shift: shift.to_owned() },
                None => {
                    ShiftStart::Unplanned { zone: optional(step, "zone"), post: optional(step, "post"), minutes: number(step, "minutes") }
                }
            };
            recorded(patrol.start_shift(start))
        }
        "end_shift" => recorded(patrol.end_shift(id(step), optional(step, "note"))),
        "plan_shift" => recorded(patrol.plan_shift(ShiftDraft {
            person: required(draft, "person"),
            zone: optional(draft, "zone"),
            post: optional(draft, "post"),
            from: required(draft, "from"),
            to: required(draft, "to"),
        })),
        "cancel_shift" => recorded(patrol.cancel_shift(id(step), text(step, "reason"))),
        "current_shift" => patrol.current_shift().map(|shift| {
            shift.map_or(
                Value::Null,
                |(id, shift)| json!({"id": id, "state": shift.state, "person": shift.person, "zone": shift.zone, "post": shift.post}),
            )
        }),
        "record_track" => recorded(fixes(step).and_then(|fixes| patrol.record_track(&fixes))),
        "count_visitors" => {
            recorded(phone.zones().count_visitors(CrowdDraft { zone: required(draft, "zone"), visitors: number(draft, "visitors") }))
        }
        _ => return None,
    })
}

fn tours(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let patrol = phone.patrol();
    let draft = &step["draft"];
    Some(match name(step) {
        "schedule_tour" => recorded(patrol.schedule_tour(TourDraft {
            route: required(draft, "route"),
            person: required(draft, "person"),
            day: required(draft, "day"),
        })),
        "start_tour" => recorded(patrol.start_tour(id(step))),
        "finish_tour" => recorded(patrol.finish_tour(id(step), optional(step, "note"))),
        "tour_progress" => patrol.tour_progress(id(step)).map(|progress| {
            let visited: Vec<_> = progress.visits.into_iter().map(|visit| visit.checkpoint).collect();
            json!({"visited": visited, "missing": progress.missing, "doubtful": progress.doubtful})
        }),
        "coverage" => patrol
            .coverage(text(step, "from"), text(step, "to"))
            .map(|coverage| json!({"planned": coverage.planned, "covered": coverage.covered, "hours": coverage.hours.len()})),
        "night_density" => phone
            .zones()
            .night_density(text(step, "from"), text(step, "to"))
            .map(|density| json!({"roads": density.roads.len(), "zones": density.zones.len()})),
        _ => return None,
    })
}

fn found(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let lost = phone.lost();
    Some(match name(step) {
        "register_found" => recorded(found_draft(&step["draft"]).and_then(|draft| lost.register_found(draft))),
        "store" => recorded(lost.store(id(step), text(step, "place"))),
        "sign_custody" => recorded(lost.sign_custody(id(step))),
        "hand_over" => recorded(lost.hand_over(id(step), text(step, "to"))),
        "accept_custody" => recorded(lost.accept_custody(id(step), optional(step, "place"))),
        "transfer" => recorded(lost.transfer(id(step), text(step, "authority"), step["police"] == json!(true))),
        "notice" => recorded(lost.notice(id(step))),
        "release_on_spot" => recorded(lost.release_on_spot(id(step), text(step, "reason"))),
        "release" => recorded(lost.release(id(step), text(step, "claim"))),
        "forfeit" => recorded(lost.forfeit(id(step))),
        "dispose" => recorded(lost.dispose(id(step), text(step, "note"))),
        "found_item" => lost.found_items(Page::first(200)).map(|items| {
            let item = items.into_iter().find(|(item, _)| item == id(step));
            item.map_or(Value::Null, |(_, item)| {
                json!({"state": item.state, "category": item.found.category, "custody": item.custody.len(), "claims": item.claims,
                    "signatures": item.signatures, "kept_at": item.kept_at, "released_for": item.released_for})
            })
        }),
        "notices" => lost.notices(Page::first(200)).map(|notices| {
            notices.into_iter().map(|notice| json!({"item": notice.item, "category": notice.category, "open": notice.open})).collect()
        }),
        "candidates" => lost.candidates(id(step), number(step, "limit")).map(|candidates| {
            let candidate = |candidate: &liuye_core::domain::Candidate| {
                json!({"id": candidate.id, "score": candidate.fit.score, "factors": candidate.fit.factors.len()})
            };
            candidates.iter().map(candidate).collect()
        }),
        _ => return None,
    })
}

fn found_draft(draft: &Value) -> Result<FoundDraft> {
    Ok(FoundDraft {
        category: parse(&draft["category"]),
        description: required(draft, "description"),
        brand: optional(draft, "brand"),
        colour: optional(draft, "colour"),
        place: required(draft, "place"),
        zone: optional(draft, "zone"),
        found_at: required(draft, "found_at"),
        valuable: draft["valuable"] == json!(true),
        prohibited: draft.get("prohibited").map(parse),
        serial: optional(draft, "serial"),
        hidden: optional(draft, "hidden"),
        photos: photos(draft)?,
    })
}

fn claims(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let lost = phone.lost();
    let draft = &step["draft"];
    Some(match name(step) {
        "claim" => recorded(lost.claim(ClaimDraft {
            item: required(draft, "item"),
            report: optional(draft, "report"),
            statement: required(draft, "statement"),
            contact: draft.get("contact").map(parse::<Contact>),
        })),
        "question" => recorded(lost.question(id(step), texts(step, "questions"))),
        "answer" => recorded(lost.answer(id(step), texts(step, "answers"))),
        "verify" => recorded(lost.verify(id(step), optional(step, "note"))),
        "reject" => recorded(lost.reject(id(step), text(step, "reason"))),
        "withdraw_claim" => recorded(lost.withdraw_claim(id(step))),
        "claim_of" => lost.claims(Page::first(200)).map(|claims| {
            let claim = claims.into_iter().find(|(claim, _)| claim == id(step));
            claim.map_or(
                Value::Null,
                |(_, claim)| json!({"state": claim.state, "item": claim.item, "questions": claim.questions, "answers": claim.answers}),
            )
        }),
        _ => return None,
    })
}

fn campaigns(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let safety = phone.safety();
    let draft = &step["draft"];
    Some(match name(step) {
        "plan_campaign" => recorded(safety.plan_campaign(CampaignDraft {
            name: required(draft, "name"),
            purpose: parse(&draft["purpose"]),
            venues: texts(draft, "venues"),
            zones: texts(draft, "zones"),
            checklist: optional(draft, "checklist"),
            from: required(draft, "from"),
            to: required(draft, "to"),
        })),
        "start_campaign" => recorded(safety.start_campaign(id(step))),
        "close_campaign" => recorded(safety.close_campaign(id(step), optional(step, "summary"))),
        "plan_inspection" => {
            recorded(safety.plan_inspection(text(step, "venue"), text(step, "inspector"), optional(step, "campaign"), step["due"].as_str()))
        }
        "start_planned" => recorded(fix(step).and_then(|fix| safety.start_planned(id(step), fix))),
        "questions" => safety.questions(id(step)).map(|items| items.into_iter().map(|item| json!(item.id)).collect()),
        "witness" => recorded(safety.witness(id(step))),
        "reopen_hazard" => recorded(safety.reopen(id(step), text(step, "reason"))),
        "issue_notice" => recorded(safety.issue_notice(NoticeDraft {
            hazard: required(draft, "hazard"),
            requirement: required(draft, "requirement"),
            legal_basis: required(draft, "legal_basis"),
        })),
        "sign_notice" => recorded(safety.sign_notice(id(step), parse(&step["signature"]))),
        "history" => safety.history(id(step)).map(|history| {
            let ids = |hazards: &[(String, liuye_core::domain::Hazard)]| hazards.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
            json!({"open": ids(&history.open), "earlier": ids(&history.earlier), "inspections": history.inspections.len()})
        }),
        "dynamic_zero" => safety
            .dynamic_zero()
            .map(|zero| json!({"open": zero.open, "overdue": zero.overdue, "closed": zero.closed, "unwitnessed": zero.unwitnessed})),
        _ => return None,
    })
}

fn publicity(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let publicity = phone.publicity();
    let draft = &step["draft"];
    let note = optional(step, "note");
    let session = || text(step, "session");
    Some(match name(step) {
        "plan_session" => recorded(publicity.plan(SessionDraft {
            topics: texts(draft, "topics"),
            materials: texts(draft, "materials"),
            zone: required(draft, "zone"),
            place: required(draft, "place"),
            from: required(draft, "from"),
            to: required(draft, "to"),
        })),
        "hold_session" => {
            let given = fix(step).and_then(|fix| Ok((fix, photos(step)?)));
            recorded(given.and_then(|(fix, photos)| publicity.hold(id(step), number(step, "audience"), note, fix, photos)))
        }
        "verify_session" => recorded(publicity.verify(id(step), note)),
        "stock_leaflets" => recorded(publicity.stock_leaflets(text(step, "material"), number(step, "quantity"))),
        "issue_leaflets" => recorded(publicity.issue_leaflets(id(step), session(), number(step, "quantity"))),
        "return_leaflets" => recorded(publicity.return_leaflets(id(step), session(), number(step, "quantity"))),
        "waste_leaflets" => recorded(publicity.waste_leaflets(id(step), session(), number(step, "quantity"))),
        "batch" => publicity.batches(Page::first(200)).map(|batches| {
            let batch = batches.into_iter().find(|(batch, _)| batch == id(step));
            batch.map_or(Value::Null, |(_, batch)| {
                let used = batch.sessions.iter().map(|used| json!([used.issued, used.returned, used.wasted]));
                json!({"material": batch.material, "stocked": batch.stocked, "used": used.collect::<Vec<_>>()})
            })
        }),
        _ => return None,
    })
}

fn disputes(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let disputes = phone.disputes();
    let note = optional(step, "note");
    let mediators = || texts(step, "mediators");
    Some(match name(step) {
        "report_dispute" => recorded(dispute(&step["draft"]).and_then(|draft| disputes.report(draft))),
        "screen" => recorded(disputes.screen(id(step), note)),
        "mediate" => recorded(disputes.mediate(id(step), parse(&step["road"]), mediators())),
        "retry_mediation" => recorded(disputes.retry(id(step), mediators())),
        "refer_dispute" => recorded(disputes.refer(id(step), text(step, "authority"), text(step, "reason"))),
        "agree" => recorded(disputes.agree(id(step), mediators(), text(step, "terms"), text(step, "perform_by"))),
        "perform" => recorded(disputes.perform(id(step), note)),
        "revisit" => recorded(disputes.revisit(id(step), text(step, "note"))),
        "close_dispute" => recorded(disputes.close(id(step), note)),
        "fail_mediation" => recorded(disputes.fail(id(step), mediators(), text(step, "reason"))),
        "legal_route" => recorded(disputes.legal_route(id(step), text(step, "note"))),
        "dispute" => disputes.all(Page::first(200)).map(|all| {
            let dispute = all.into_iter().find(|(dispute, _)| dispute == id(step));
            dispute.map_or(Value::Null, |(_, dispute)| {
                json!({"state": dispute.state, "road": dispute.road, "attempts": dispute.attempts, "mediators": dispute.mediators,
                    "terms": dispute.terms})
            })
        }),
        _ => return None,
    })
}

fn dispute(draft: &Value) -> Result<DisputeDraft> {
    Ok(DisputeDraft {
        category: parse(&draft["category"]),
        description: required(draft, "description"),
        parties: number(draft, "parties"),
        zone: optional(draft, "zone"),
        place: required(draft, "place"),
        fix: fix(draft)?,
        photos: photos(draft)?,
    })
}

fn duty(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let duty = phone.duty();
    let note = optional(step, "note");
    Some(match name(step) {
        "write_log" => recorded(photos(step).and_then(|photos| duty.write_log(parse(&step["draft"]), photos))),
        "record_consultation" => recorded(duty.record_consultation(parse(&step["draft"]))),
        "open_matters" => duty.open_matters(text(step, "post"), text(step, "person")).map(matters),
        "offer_handover" => recorded(duty.offer_handover(text(step, "post"), text(step, "to"), note)),
        "to_accept" => duty.to_accept(id(step)).map(matters),
        "accept_handover" => recorded(duty.accept_handover(id(step), texts(step, "accepted"), note)),
        "staffing" => duty
            .staffing(text(step, "post"), text(step, "from"), text(step, "to"))
            .map(|staffing| json!({"staffed_ms": staffing.staffed_ms, "window_ms": staffing.window_ms, "gaps": staffing.gaps.len()})),
        _ => return None,
    })
}

fn matters(open: Vec<OpenMatter>) -> Value {
    let kinds: Vec<_> = open.iter().map(|matter| matter.kind).collect();
    json!({"kinds": kinds, "ids": open.into_iter().map(|matter| matter.id).collect::<Vec<_>>()})
}

fn work_plans(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let plans = phone.work_plans();
    let draft = &step["draft"];
    let note = optional(step, "note");
    let task = || text(step, "task");
    Some(match name(step) {
        "adopt" => recorded(plans.adopt(WorkPlanDraft {
            title: required(draft, "title"),
            from: required(draft, "from"),
            to: required(draft, "to"),
            tasks: draft["tasks"].as_array().into_iter().flatten().map(plan_task).collect(),
        })),
        "add_task" => recorded(plans.add_task(id(step), plan_task(draft))),
        "report_task" => recorded(plans.report(id(step), task(), text(step, "note"))),
        "accept_task" => recorded(plans.accept(id(step), task(), note)),
        "return_task" => recorded(plans.return_task(id(step), task(), text(step, "reason"))),
        "extend_task" => recorded(plans.extend(id(step), task(), text(step, "due"), text(step, "reason"))),
        "drop_task" => recorded(plans.drop_task(id(step), task(), text(step, "reason"))),
        "conclude_plan" => recorded(plans.conclude(id(step), note)),
        "plan" => plans.all(Page::first(200)).map(|all| {
            let plan = all.into_iter().find(|(plan, _)| plan == id(step));
            plan.map_or(Value::Null, |(_, plan)| {
                let tasks = plan.tasks.iter().map(|task| json!({"id": task.draft.id, "state": task.state, "persons": task.persons}));
                json!({"title": plan.title, "state": plan.state, "tasks": tasks.collect::<Vec<_>>()})
            })
        }),
        _ => return None,
    })
}

fn plan_task(task: &Value) -> TaskDraft {
    TaskDraft { id: required(task, "id"), title: required(task, "title"), owner: required(task, "owner"), due: required(task, "due") }
}

fn people(phone: &Companion, step: &Value) -> Option<Result<Value>> {
    let personnel = phone.personnel();
    Some(match name(step) {
        "rate" => recorded(phone.ratings().give(id(step), number(step, "stars"), optional(step, "code"))),
        "person" => personnel.person(id(step)).map(|person| {
            person.map_or(Value::Null, |person| {
                json!({"name": person.name.zh, "force": person.force, "trades": person.trades, "zones": person.zones, "status": person.status})
            })
        }),
        "serving" => personnel
            .serving(step.get("force").map(parse), step.get("trade").map(parse))
            .map(|persons| persons.into_iter().map(|person| json!(person.id)).collect()),
        "unit" => personnel.units().map(|units| {
            let unit = units.into_iter().find(|unit| unit.id == id(step));
            unit.map_or(Value::Null, |unit| json!({"leader": unit.leader, "members": unit.members, "home_zone": unit.home_zone}))
        }),
        _ => return None,
    })
}
