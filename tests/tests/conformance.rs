//! The scenario set that every language runs: `bindings/conformance/README.md` says what each step means.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use liuye_core::companion::{
    AssignDraft, ChangeEvent, ChangeListener, CheckInDraft, Companion, Config, DatabaseKey, HazardDraft, InspectionDraft, LostReportDraft,
    OutboxEntry, Page, Recorded, RecordedCheckIn, ReportedLoss, Subscription, SyncReason, SyncReport,
};
use liuye_core::domain::{AnswerOutcome, ChecklistAnswer, Contact, Coordinate, Datum, DocumentKind, MajorPlan, Role, format_rfc3339};
use liuye_core::log::{Digest, Fix};
use liuye_core::native::NativeTransport;
use liuye_core::{Code, Error, ErrorKind, Result};
use liuye_hub::ops;
use liuye_tests::{District, png, repository};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[path = "conformance/nouns.rs"]
mod nouns;

macro_rules! scenarios {
    ($($test:ident = $file:literal;)*) => {
        $(#[test] fn $test() { run($file); })*

        #[test]
        fn no_scenario_is_left_out() {
            let folder = repository().join("bindings/conformance/scenarios");
            let there: BTreeSet<String> =
                std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            assert_eq!(there, BTreeSet::from([$($file.to_owned()),*]));
        }
    };
}

scenarios! {
    amend_by_body = "amend-by-body.json";
    call_answered = "call-answered.json";
    check_in_offline = "check-in-offline.json";
    dispute_mediated = "dispute-mediated.json";
    found_and_returned = "found-and-returned.json";
    handover_refused_while_open = "handover-refused-while-open.json";
    hazard_closed_by_another = "hazard-closed-by-another.json";
    hazard_conflict = "hazard-conflict.json";
    held_for_a_photo = "held-for-a-photo.json";
    inspection_amended = "inspection-amended.json";
    loss_before_enrolment = "loss-before-enrolment.json";
    observe = "observe.json";
    open_and_close = "open-and-close.json";
    publicity_with_leaflets = "publicity-with-leaflets.json";
    refused = "refused.json";
    review_of_a_flag = "review-of-a-flag.json";
    search = "search.json";
    shared_phone = "shared-phone.json";
    shift_without_overlap = "shift-without-overlap.json";
    welfare_duress = "welfare-duress.json";
    work_plan = "work-plan.json";
}

#[derive(Default)]
struct Heard(Mutex<(BTreeSet<String>, bool)>);

impl ChangeListener for Heard {
    fn changed(&self, event: ChangeEvent) {
        let mut heard = self.0.lock().unwrap();
        heard.0.extend(event.kinds);
        heard.1 |= event.outbox_changed;
    }
}

struct Runner {
    district: District,
    phones: HashMap<String, Companion>,
    kept: HashMap<String, Value>,
    listening: HashMap<String, (Arc<Heard>, Subscription)>,
}

fn run(file: &str) {
    let text = std::fs::read_to_string(repository().join("bindings/conformance/scenarios").join(file)).unwrap();
    let scenario: Value = serde_json::from_str(&text).unwrap();
    let steps = scenario["steps"].as_array().unwrap();
    assert!(!steps.is_empty());
    let mut runner = Runner { district: District::open(), phones: HashMap::new(), kept: HashMap::new(), listening: HashMap::new() };
    for (index, step) in steps.iter().enumerate() {
        let step = runner.resolve(step);
        let at = format!("{file} step {index}: {step}");
        runner.step(&step, &at);
    }
    assert_eq!(runner.district.faults(), Vec::<String>::new(), "{file}");
}

impl Runner {
    fn step(&mut self, step: &Value, at: &str) {
        let wanted = step.get("error");
        let before = wanted.and_then(|_| self.standing(step));
        match (self.call(step, at), wanted) {
            (Ok(result), None) => {
                if let Some(expected) = step.get("expect") {
                    assert!(holds(&result, expected), "{at}\ngave {result}");
                }
                if let Some(name) = step["as"].as_str() {
                    self.kept.insert(name.to_owned(), result);
                }
            }
            (Err(error), Some(wanted)) => {
                let got = json!({"kind": kind(error.kind()), "code": error.code, "field": error.field});
                assert_eq!(got, *wanted, "{at}");
                assert_eq!(self.standing(step), before, "{at}: something was stored");
            }
            (Ok(result), Some(_)) => panic!("{at}\nwas not refused: {result}"),
            (Err(error), None) => panic!("{at}\nfailed: {error}"),
        }
    }

    /// The outbox, where it can be read.
    fn standing(&self, step: &Value) -> Option<Value> {
        let status = self.phones.get(step["phone"].as_str()?)?.outbox().ok()?;
        Some(json!([status.pending, status.applied, status.held, status.quarantined, status.conflicts, status.blobs]))
    }

    /// Puts what was kept, tags, photos and times in the place of what begins with `$`.
    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Object(object) if object.len() == 2 && object.contains_key("repeat") => {
                let times = usize::try_from(object["times"].as_u64().unwrap()).unwrap();
                Value::String(object["repeat"].as_str().unwrap().repeat(times))
            }
            Value::Object(object) => Value::Object(object.iter().map(|(key, value)| (key.clone(), self.resolve(value))).collect()),
            Value::Array(array) => Value::Array(array.iter().map(|value| self.resolve(value)).collect()),
            Value::String(text) => text.strip_prefix('$').map_or_else(|| value.clone(), |name| self.named(name)),
            other => other.clone(),
        }
    }

    fn named(&self, name: &str) -> Value {
        if name == "now" {
            return json!(now());
        }
        if let Some(seconds) = name.strip_prefix("now:") {
            return json!(format_rfc3339(now() + seconds.parse::<i64>().unwrap() * 1000));
        }
        if let Some(checkpoint) = name.strip_prefix("qr:") {
            return json!(self.district.qr(checkpoint));
        }
        if let Some(seed) = name.strip_prefix("photo:") {
            return self.kept[&format!("photo:{seed}")].clone();
        }
        let (result, field) = name.split_once('.').unwrap();
        self.kept[result][field].clone()
    }

    fn call(&mut self, step: &Value, at: &str) -> Result<Value> {
        let text = |field: &str| step[field].as_str().unwrap_or_else(|| panic!("{at}\nlacks {field}"));
        match text("do") {
            "hub" => {
                if text("state") == "stop" {
                    self.district.stop()
                } else {
                    self.district.start()
                }
                return Ok(Value::Null);
            }
            "import" => {
                self.district.hub().import_site(&District::site_file(text("file"))).unwrap();
                return Ok(Value::Null);
            }
            "pin" => {
                ops::pin::set(self.district.hub(), text("person"), Some(text("pin"))).unwrap();
                return Ok(Value::Null);
            }
            "open" => {
                let key = u8::try_from(step["key"].as_u64().unwrap_or(42)).unwrap();
                let phone = text("phone");
                let mut config = Config::new(self.district.phone_path(phone), DatabaseKey::from_bytes([key; 32]), phone);
                config.transport = Some(Arc::new(NativeTransport::new()));
                self.phones.insert(phone.to_owned(), Companion::open(config)?);
                return Ok(Value::Null);
            }
            "attach" => {
                let bytes = match step["hex"].as_str() {
                    Some(hex) => hex::decode(hex).unwrap(),
                    None => png(number(step, "seed"), number(step, "padding")),
                };
                let blob = self.phones[text("phone")].attach(&bytes)?;
                self.kept.insert(format!("photo:{}", step["seed"]), json!(blob.sha256));
                return Ok(json!({"sha256": blob.sha256, "len": blob.len, "width": blob.width, "height": blob.height,
                    "format": blob.format.as_str()}));
            }
            "observe" => {
                let heard = Arc::new(Heard::default());
                let subscription = self.phones[text("phone")].observe(Arc::clone(&heard) as Arc<dyn ChangeListener>)?;
                self.listening.insert(text("name").to_owned(), (heard, subscription));
                return Ok(Value::Null);
            }
            "events" => {
                let (heard, subscription) = self.listening.remove(text("name")).unwrap();
                subscription.cancel();
                let heard = heard.0.lock().unwrap();
                return Ok(json!({"kinds": heard.0, "outbox_changed": heard.1}));
            }
            _ => {}
        }
        let phone = self.phones.get(text("phone")).unwrap_or_else(|| panic!("{at}\nno such phone"));
        if text("do") == "enrol" {
            let code = match (step["code"].as_str(), step.get("persons")) {
                (Some(code), _) => code.to_owned(),
                (None, Some(persons)) => ops::enrol_code::make_shared(self.district.hub(), &parse::<Vec<String>>(persons), 1, 60).unwrap(),
                (None, None) => self.district.code(step["person"].as_str()),
            };
            phone.enrol(&self.district.url(), &code)?;
            return identity(phone);
        }
        let known = records(phone, step, at).or_else(|| nouns::step(phone, step));
        known.unwrap_or_else(|| states(phone, step, at))
    }
}

/// The steps that read or sync.
fn states(phone: &Companion, step: &Value, at: &str) -> Result<Value> {
    let text = |field: &str| step[field].as_str().unwrap_or_else(|| panic!("{at}\nlacks {field}"));
    match text("do") {
        "close" => phone.close().map(Value::from),
        "suspend" => phone.suspend().map(Value::from),
        "resume" => phone.resume().map(Value::from),
        "cancel" => {
            phone.cancel();
            Ok(Value::Null)
        }
        "identity" => identity(phone),
        "sign_in" => {
            phone.sign_in(text("person"), text("pin"))?;
            identity(phone)
        }
        "sign_out" => {
            phone.sign_out()?;
            Ok(Value::Null)
        }
        "sync" => Ok(report(&phone.sync(reason(step["reason"].as_str().unwrap_or("user")))?)),
        "outbox" => {
            let status = phone.outbox()?;
            Ok(json!({"pending": status.pending, "applied": status.applied, "held": status.held, "quarantined": status.quarantined,
                "conflicts": status.conflicts, "blobs": status.blobs, "blocked_reason": status.blocked_reason}))
        }
        "operation" => {
            let entries = phone.operations(Page::first(200))?;
            Ok(entries.iter().find(|entry| entry.operation.to_string() == text("operation")).map_or(Value::Null, entry))
        }
        "attention" => Ok(phone.needs_attention()?.iter().map(|item| json!(item.entry.operation)).collect()),
        "document" => Ok(phone.document(text("id"))?.map_or(Value::Null, |document| document.body)),
        "search" => {
            let kind =
                |name: &Value| DocumentKind::parse(name.as_str().unwrap()).unwrap_or_else(|| panic!("{at}\nno kind is called {name}"));
            let kinds: Vec<DocumentKind> = step["kinds"].as_array().into_iter().flatten().map(kind).collect();
            let limit = step["limit"].as_u64().map_or(50, |limit| u32::try_from(limit).unwrap());
            Ok(phone.search(text("text"), &kinds, limit)?.into_iter().map(|document| json!(document.id)).collect())
        }
        "conflicts" => {
            let conflicts = phone.document(text("id"))?.map(|document| document.conflicts).unwrap_or_default();
            let conflict = |lost: liuye_core::domain::AsTold<liuye_core::domain::Conflict>| json!({"operation": lost.operation, "actor": lost.actor, "code": lost.code});
            Ok(conflicts.into_iter().map(conflict).collect())
        }
        unknown => panic!("{at}\nno step is called {unknown}"),
    }
}

/// The steps that record something.
fn records(phone: &Companion, step: &Value, at: &str) -> Option<Result<Value>> {
    let text = |field: &str| step[field].as_str().unwrap_or_else(|| panic!("{at}\nlacks {field}"));
    let note = || step["note"].as_str().map(str::to_owned);
    let operation = || text("operation").parse().unwrap();
    let draft = &step["draft"];
    let safety = phone.safety();
    let lost = phone.lost();
    Some(match text("do") {
        "check_in" => check_in_draft(draft).and_then(|draft| phone.patrol().check_in(draft)).map(check_in),
        "amend_check_in" => check_in_draft(draft).and_then(|draft| phone.patrol().amend_check_in(operation(), draft)).map(check_in),
        "review" => recorded(phone.patrol().review(text("id"), step["accepted"] == json!(true), text("reason"))),
        "report" => loss_draft(draft).and_then(|draft| lost.report(draft)).map(reported),
        "amend_report" => loss_draft(draft).and_then(|draft| lost.amend_report(operation(), draft)).map(reported),
        "mark_candidate" => recorded(lost.mark_candidate(text("id"), note())),
        "mark_returned" => recorded(lost.mark_returned(text("id"), note())),
        "withdraw" => recorded(lost.withdraw(text("id"), note())),
        "start_inspection" => recorded(inspection_draft(draft).and_then(|draft| safety.start_inspection(draft))),
        "amend_inspection" => recorded(inspection_draft(draft).and_then(|draft| safety.amend_inspection(operation(), draft))),
        "submit" => recorded(submit(phone, step)),
        "approve" => recorded(safety.approve(text("id"))),
        "return_inspection" => recorded(safety.return_inspection(text("id"), text("reason"))),
        "add_hazard" => recorded(hazard_draft(draft).and_then(|draft| safety.add_hazard(draft))),
        "amend_hazard" => recorded(hazard_draft(draft).and_then(|draft| safety.amend_hazard(operation(), draft))),
        "assign" => {
            let plan = draft.get("plan").map(parse::<MajorPlan>);
            recorded(safety.assign(text("id"), AssignDraft { owner: required(draft, "owner"), due: required(draft, "due"), plan }))
        }
        "start_rectification" => recorded(safety.start_rectification(text("id"))),
        "rectify" => recorded(photos(step).and_then(|photos| safety.rectify(text("id"), text("note"), photos))),
        "reinspect" => recorded(safety.reinspect(text("id"), step["passed"] == json!(true), note())),
        "close_hazard" => recorded(safety.close(text("id"), note())),
        "close_on_spot" => {
            let (before, after) = (parse(&step["before"]), parse(&step["after"]));
            recorded(safety.close_on_spot(text("id"), text("rectified_by"), text("witness"), before, after))
        }
        "extend" => recorded(safety.extend(text("id"), text("due"), text("reason"))),
        "refer" => recorded(safety.refer(text("id"), text("authority"), text("reason"))),
        "void" => recorded(safety.void(text("id"), text("reason"))),
        "amend" => recorded(phone.amend(operation(), &step["body"].to_string())),
        "discard" => recorded(phone.discard(operation(), text("reason"))),
        _ => return None,
    })
}

fn recorded(saved: Result<Recorded>) -> Result<Value> {
    saved.map(|saved| json!({"operation": saved.operation, "id": saved.id, "flags": saved.flags}))
}

fn submit(phone: &Companion, step: &Value) -> Result<Recorded> {
    let outcome: AnswerOutcome = parse(&step["outcome"]);
    let skip = usize::try_from(step["skip"].as_u64().unwrap_or(0)).unwrap();
    let checklist = phone.safety().checklist()?;
    let answers = checklist.into_iter().skip(skip).map(|item| ChecklistAnswer { item: item.id, outcome, note: None }).collect();
    phone.safety().submit(step["id"].as_str().unwrap(), answers, optional(step, "summary"), photos(step)?)
}

fn check_in_draft(draft: &Value) -> Result<CheckInDraft> {
    let evidence = &draft["evidence"];
    // A counter beyond what the type holds is refused where the types are made.
    if evidence["counter"].as_i64().is_some_and(|counter| u32::try_from(counter).is_err()) {
        return Err(Error::field(Code::Malformed, "evidence.counter", "a counter of 24 bits"));
    }
    Ok(CheckInDraft {
        checkpoint: optional(draft, "checkpoint"),
        evidence: parse(evidence),
        fix: fix(draft)?,
        movement: draft.get("movement").map(parse).unwrap_or_default(),
        note: optional(draft, "note"),
        photos: photos(draft)?,
    })
}

fn loss_draft(draft: &Value) -> Result<LostReportDraft> {
    Ok(LostReportDraft {
        category: parse(&draft["category"]),
        description: required(draft, "description"),
        brand: optional(draft, "brand"),
        colour: optional(draft, "colour"),
        marks: optional(draft, "marks"),
        place: required(draft, "place"),
        zone: optional(draft, "zone"),
        lost_from: required(draft, "lost_from"),
        lost_to: required(draft, "lost_to"),
        contact: draft.get("contact").map(parse::<Contact>),
        photos: photos(draft)?,
    })
}

fn inspection_draft(draft: &Value) -> Result<InspectionDraft> {
    Ok(InspectionDraft { venue: required(draft, "venue"), campaign: optional(draft, "campaign"), fix: fix(draft)?, photos: photos(draft)? })
}

fn hazard_draft(draft: &Value) -> Result<HazardDraft> {
    Ok(HazardDraft {
        venue: required(draft, "venue"),
        inspection: optional(draft, "inspection"),
        description: required(draft, "description"),
        grade: parse(&draft["grade"]),
        fix: fix(draft)?,
        photos: photos(draft)?,
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the scenarios hold positions on earth")]
fn position(fix: &Value, at: &str) -> Result<Fix> {
    let degrees = |field: &str| fix[field].as_f64().unwrap();
    let at = Coordinate::new(degrees("lat"), degrees("lon"), Datum::Wgs84).map_err(|error| error.within(at))?;
    Ok(Fix {
        lat_e7: (at.lat() * 1e7).round() as i32,
        lon_e7: (at.lon() * 1e7).round() as i32,
        accuracy_mm: (degrees("accuracy_m") * 1e3).ceil() as u32,
        at: fix["at"].as_i64().unwrap(),
        is_mock: fix["is_mock"] == json!(true),
        source: parse(&fix["source"]),
    })
}

fn fix(draft: &Value) -> Result<Option<Fix>> {
    draft.get("fix").map(|fix| position(fix, "fix")).transpose()
}

fn fixes(step: &Value) -> Result<Vec<Fix>> {
    step["path"].as_array().unwrap().iter().enumerate().map(|(index, fix)| position(fix, &format!("path[{index}]"))).collect()
}

fn photos(of: &Value) -> Result<Vec<Digest>> {
    let named = of["photos"].as_array().map_or(&[][..], Vec::as_slice);
    let digest = |(index, name): (usize, &Value)| {
        Digest::parse(name.as_str().unwrap()).map_err(|_| Error::field(Code::Malformed, format!("photos[{index}]"), "a digest"))
    };
    named.iter().enumerate().map(digest).collect()
}

fn check_in(saved: RecordedCheckIn) -> Value {
    json!({"operation": saved.operation, "id": saved.id, "checkpoint": saved.checkpoint, "verdict": saved.verdict, "flags": saved.flags})
}

fn reported(saved: ReportedLoss) -> Value {
    json!({"operation": saved.operation, "id": saved.id, "tracking_code": saved.tracking_code})
}

fn identity(phone: &Companion) -> Result<Value> {
    let identity = phone.identity()?;
    let roles: Vec<_> = identity.roles.into_iter().map(Role::as_str).collect();
    Ok(json!({"device": identity.device, "site": identity.site, "person": identity.person, "roles": roles, "locked": identity.locked,
        "sharers": identity.sharers.iter().map(|sharer| &sharer.person).collect::<Vec<_>>()}))
}

fn report(report: &SyncReport) -> Value {
    let verdicts: Vec<_> = report.verdicts.iter().map(|said| json!({"operation": said.operation, "state": said.verdict.name()})).collect();
    json!({"sent": report.sent, "received": report.received, "gone": report.gone, "blobs_sent": report.blobs_sent, "verdicts": verdicts,
        "blocked_reason": report.blocked_reason, "rearmed": report.next_allowed_at.is_some()})
}

fn entry(entry: &OutboxEntry) -> Value {
    json!({"state": format!("{:?}", entry.state).to_lowercase(), "code": entry.code, "field": entry.field, "flags": entry.flags,
        "actor": entry.actor, "kind": entry.kind, "entity": entry.entity, "discarded": entry.discarded, "amended": entry.amended_by.is_some()})
}

fn reason(name: &str) -> SyncReason {
    match name {
        "write" => SyncReason::Write,
        "connect" => SyncReason::Connect,
        "timer" => SyncReason::Timer,
        "launch" => SyncReason::Launch,
        "head" => SyncReason::Head,
        "user" => SyncReason::User,
        unknown => panic!("no reason is called {unknown}"),
    }
}

fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Refused => "refused",
        ErrorKind::State => "state",
        ErrorKind::NotPermitted => "not_permitted",
        ErrorKind::Storage => "storage",
        ErrorKind::Network => "network",
        ErrorKind::Unauthorised => "unauthorised",
        ErrorKind::Busy => "busy",
        ErrorKind::Closed => "closed",
        ErrorKind::Internal => "internal",
    }
}

/// Whether the result holds at least what is expected.
fn holds(result: &Value, expected: &Value) -> bool {
    match (result, expected) {
        (Value::Object(result), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| holds(result.get(key).unwrap_or(&Value::Null), expected))
        }
        (Value::Array(result), Value::Array(expected)) => {
            result.len() == expected.len() && result.iter().zip(expected).all(|(result, expected)| holds(result, expected))
        }
        _ => result == expected,
    }
}

fn parse<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn required(of: &Value, field: &str) -> String {
    of[field].as_str().unwrap_or_else(|| panic!("{of} lacks {field}")).to_owned()
}

fn optional(of: &Value, field: &str) -> Option<String> {
    of[field].as_str().map(str::to_owned)
}

fn number<T: TryFrom<u64>>(step: &Value, field: &str) -> T {
    step[field].as_u64().and_then(|number| T::try_from(number).ok()).unwrap_or_else(|| panic!("{step} lacks {field}"))
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
