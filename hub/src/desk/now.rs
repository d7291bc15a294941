//! What is going on: alarms, calls with their clocks, timers, gaps, and who is where. The page for a whole night.

use askama::Template;
use axum::response::Response;
use liuye_core::Result;
use liuye_core::domain::{
    Assignment, AssignmentState, Call, CallSource, CallState, DocumentKind, MoveHint, Responder, Role, TierClock, WelfareState,
    WelfareTimer,
};

use super::about::Names;
use super::calls::{Row, open_calls};
use super::clock::counted;
use super::frame::{Frame, Visit};
use super::map::{MapView, Thing};
use super::nouns::nouns;
use super::pages::Page;
use super::records::{Hint, told_ahead};
use super::words::Lang;
use crate::hub::Hub;
use crate::whereabouts::{OnDuty, place_of};

/// Something that somebody has to see at once.
struct Alarm {
    /// By which a page knows whether it has been heard.
    key: String,
    words: String,
    to: String,
    /// Whether it sounds again until somebody has acted.
    insists: bool,
}

/// A welfare timer.
struct Timer {
    id: String,
    who: String,
    state: &'static str,
    class: &'static str,
    until: Option<i64>,
    words: String,
    note: Option<String>,
    is_alarm: bool,
    is_seen_to: bool,
    is_duress: bool,
}

/// An hour of a zone that will go uncovered.
struct Gap {
    zone: String,
    hours: String,
    planned: u32,
}

/// Somebody on duty.
struct Duty {
    who: String,
    people: String,
    zones: String,
    seen: String,
    is_busy: bool,
}

#[derive(Template)]
#[template(path = "desk/now.html")]
pub(super) struct NowPage {
    frame: Frame,
    now: i64,
    shown_at: String,
    alarms: Vec<Alarm>,
    hints: Vec<Hint>,
    calls: Vec<Row>,
    drills: Vec<Row>,
    timers: Vec<Timer>,
    gaps: Vec<Gap>,
    moves: Vec<String>,
    duties: Vec<Duty>,
    map: MapView,
    may_act: bool,
}

/// `GET /desk`
pub(super) async fn show(visit: Visit) -> Response {
    visit.page(Page::Now, build).await
}

pub(super) fn build(hub: &Hub, frame: Frame) -> Result<NowPage> {
    let (now, names) = (hub.now(), Names::read(hub, frame.lang)?);
    let calls = open_calls(hub)?;
    let timers: Vec<_> =
        nouns::<WelfareTimer>(hub.open_matters()?.into_iter().filter(|one| one.kind == DocumentKind::WelfareTimer.as_str()).collect())
            .collect();
    let (gaps, on_duty) = (hub.coverage_warnings()?, hub.on_duty_now()?);
    let mut map = MapView::read(hub, &frame)?;
    gaps.iter().for_each(|gap| map.warn_of(&gap.zone));
    let alarmed = timers.iter().filter(|(_, timer)| is_alarm(timer)).map(|(_, timer)| timer_on_map(timer, &frame, &names));
    map.mark(calls.iter().map(|(id, call)| call_on_map(id, call, &frame)).chain(alarmed).collect());
    map.mark(on_duty.iter().filter_map(|one| on_map(one, &names)).collect());
    let (drills, real): (Vec<_>, Vec<_>) = calls.iter().partition(|(_, call)| call.record.exercise);
    let row = |(id, call): &(String, Call)| Row::of(id, call, &frame, &names, now);
    Ok(NowPage {
        now,
        shown_at: frame.site.show(now),
        alarms: alarms(hub, &frame, &names, &calls, &timers)?,
        hints: told_ahead(hub, &frame, &names)?,
        calls: real.into_iter().map(row).collect(),
        drills: drills.into_iter().map(row).collect(),
        timers: timers.iter().map(|(id, timer)| shown_timer(id, timer, &frame, &names, now)).collect(),
        gaps: gaps
            .iter()
            .map(|gap| Gap { zone: names.of(&gap.zone), hours: hours(&frame, gap.from, gap.to()), planned: gap.planned })
            .collect(),
        moves: hub.move_hints()?.iter().map(|hint| moved(hint, &frame, &names)).collect(),
        duties: on_duty.iter().map(|one| duty(one, &frame, &names, now)).collect(),
        map,
        may_act: frame.is_any(&[Role::Desk]),
        frame,
    })
}

fn hours(frame: &Frame, from: i64, to: i64) -> String {
    format!("{}–{}", frame.site.time_of_day(from), frame.site.time_of_day(to))
}

const fn is_alarm(timer: &WelfareTimer) -> bool {
    matches!(timer.state, WelfareState::Alarmed | WelfareState::Acknowledged)
}

/// What sounds: a call that nobody has looked at, a limit that passes, somebody whom no phone reaches, somebody who did not say
/// that they are well.
fn alarms(hub: &Hub, frame: &Frame, names: &Names, calls: &[(String, Call)], timers: &[(String, WelfareTimer)]) -> Result<Vec<Alarm>> {
    let mut alarms = Vec::new();
    for (id, timer) in timers.iter().filter(|(_, timer)| timer.state == WelfareState::Alarmed) {
        let what = if timer.duress { frame.pick("胁迫告警", "Duress") } else { frame.pick("平安告警", "Welfare alarm") };
        let words = format!("{what} · {}", names.of(&timer.person));
        alarms.push(Alarm { key: format!("welfare-{id}"), words, to: "#timers".to_owned(), insists: true });
    }
    for (id, call) in calls {
        alarms.extend(alarm_of(hub, frame, names, id, call)?);
    }
    for hint in hub.hints(20)?.iter().filter(|hint| !hint.contradicted) {
        let what = frame.lang.kind(&hint.operation.kind);
        let words = format!("{} · {what}", frame.pick("紧急提示（未证实）", "Urgent, unconfirmed"));
        alarms.push(Alarm { key: format!("hint-{}", hint.operation.id), words, to: "#hints".to_owned(), insists: false });
    }
    Ok(alarms)
}

/// What is wrong with a call, as one alarm: its key changes with each thing that comes to it, so that each is heard.
fn alarm_of(hub: &Hub, frame: &Frame, names: &Names, id: &str, call: &Call) -> Result<Option<Alarm>> {
    let is_new = call.state == CallState::Received && call.record.source != CallSource::Clue;
    let mut told = Vec::new();
    if is_new {
        told.push(frame.pick("新警情，待研判", "a new call, to be triaged").to_owned());
    }
    let waited_for = || call.response.limits().filter(|(_, limit)| limit.is_some()).map(|(tier, _)| tier);
    let missed = tiers(waited_for().filter(|tier| tier.missed_at.is_some()));
    let near = tiers(waited_for().filter(|tier| tier.missed_at.is_none() && tier.warned_at.is_some()));
    if !missed.is_empty() {
        told.push(format!(
            "{} {missed} {}",
            frame.pick("时限", "limits of"),
            frame.pick("已超时，尚无人到场", "min have passed, nobody is there")
        ));
    }
    if !near.is_empty() {
        told.push(format!("{} {near} {}", frame.pick("时限", "the limit of"), frame.pick("即将超时", "min is about to pass")));
    }
    for (_, sent) in nouns::<Assignment>(hub.assignments_of(id)?) {
        if sent.unreached_at.is_some() && sent.state == AssignmentState::Offered {
            let who = names.of(sent.unit.as_deref().or_else(|| sent.persons.first().map(String::as_str)).unwrap_or_default());
            told.push(format!("{who} {}", frame.pick("手机未收到，请用电台", "has no phone that answers: use the radio")));
        }
    }
    if told.is_empty() {
        return Ok(None);
    }
    let drill = if call.record.exercise { frame.pick("演练 · ", "Drill · ") } else { "" };
    Ok(Some(Alarm {
        key: format!("call-{id}-{}-{missed}-{near}", told.len()),
        words: format!("{drill}{} · {}", frame.lang.call_category(call.record.category), told.join(frame.pick("；", "; "))),
        to: format!("/desk/calls/{id}"),
        insists: is_new && !call.record.exercise,
    }))
}

fn tiers<'a>(tiers: impl Iterator<Item = &'a TierClock>) -> String {
    tiers.map(|tier| tier.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn shown_timer(id: &str, timer: &WelfareTimer, frame: &Frame, names: &Names, now: i64) -> Timer {
    let grace = i64::from(timer.grace_s) * 1000;
    let until = match timer.state {
        WelfareState::Armed => Some(timer.due_at),
        WelfareState::Prompted => Some(timer.prompted_at.unwrap_or(timer.due_at) + grace),
        _ => None,
    };
    Timer {
        id: id.to_owned(),
        who: names.of(&timer.person),
        state: frame.lang.welfare_state(timer.state),
        class: match timer.state {
            WelfareState::Alarmed => "bad",
            WelfareState::Prompted | WelfareState::Acknowledged => "look",
            _ => "wait",
        },
        until,
        words: until.map_or_else(String::new, |until| counted(until - now)),
        note: timer.note.clone(),
        is_alarm: timer.state == WelfareState::Alarmed,
        is_seen_to: timer.state == WelfareState::Acknowledged,
        is_duress: timer.duress,
    }
}

fn moved(hint: &MoveHint, frame: &Frame, names: &Names) -> String {
    let (from, to, persons) = (names.of(&hint.from), names.of(&hint.to), hint.persons);
    let units = names.of_all(&hint.units);
    let units = if units.is_empty() { String::new() } else { format!(" ({units})") };
    match frame.lang {
        Lang::Zh => format!("{from} → {to}：{persons} 人{units}"),
        Lang::En => format!("{from} → {to}: {persons} person(s){units}"),
    }
}

fn duty(one: &OnDuty, frame: &Frame, names: &Names, now: i64) -> Duty {
    let minutes = |at: i64| (now - at).max(0) / 60_000;
    let seen = one.seen_at.map(|at| match frame.lang {
        Lang::Zh => format!("{}（{} 分钟前）", frame.site.time_of_day(at), minutes(at)),
        Lang::En => format!("{} ({} min ago)", frame.site.time_of_day(at), minutes(at)),
    });
    Duty {
        who: names.of(one.available.responder.id()),
        people: names.of_all(&one.available.on_duty),
        zones: names.of_all(&one.available.zones),
        seen: seen.unwrap_or_else(|| frame.pick("一小时内无位置", "not within an hour").to_owned()),
        is_busy: one.available.is_busy,
    }
}

fn on_map(one: &OnDuty, names: &Names) -> Option<Thing> {
    let is_unit = matches!(one.available.responder, Responder::Unit { .. });
    Some(Thing {
        at: Some(one.available.seen?),
        zone: None,
        label: names.of(one.available.responder.id()),
        to: None,
        class: if is_unit { "unit" } else { "person" },
    })
}

fn call_on_map(id: &str, call: &Call, frame: &Frame) -> Thing {
    Thing {
        at: call.fix.as_ref().and_then(place_of),
        zone: call.record.zone.clone(),
        label: frame.lang.call_category(call.record.category).to_owned(),
        to: Some(format!("/desk/calls/{id}")),
        class: if call.record.exercise { "drill" } else { "call" },
    }
}

fn timer_on_map(timer: &WelfareTimer, frame: &Frame, names: &Names) -> Thing {
    Thing {
        at: timer.fix.as_ref().and_then(place_of),
        zone: None,
        label: format!("{} {}", frame.lang.welfare_state(timer.state), names.of(&timer.person)),
        to: Some("#timers".to_owned()),
        class: "call",
    }
}
