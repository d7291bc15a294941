//! Calls: help that is asked for, who is sent, and how far they are.

use serde::Serialize;

use super::observe::Changes;
use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::domain::{
    Assignment, AssignmentEvent, AssignmentState, Call, CallCategory, CallEvent, CallRecord, CallSource, Contact, Coordinate, Datum,
    DocumentKind, Kind, POLICE_DIAL, Responder, Severity, Zone, parse_rfc3339,
};
use crate::log::{Digest, Fix};
use crate::store::{Meta, documents};
use crate::{Error, ErrorKind, Result};

/// What somebody tells who calls for help, passes a call on, or gives a clue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpDraft {
    /// What it is about.
    pub category: CallCategory,
    /// What happened; at most 2,000 characters.
    pub description: Option<String>,
    /// Where, in words; at most 500 characters.
    pub place: Option<String>,
    /// The zone's id; where it is left out, the one in which the fix lies.
    pub zone: Option<String>,
    /// Where the phone is.
    pub fix: Option<Fix>,
    /// How to reach whoever called; kept and sent apart from the call.
    pub contact: Option<Contact>,
    /// Photos that were attached before.
    pub photos: Vec<Digest>,
}

/// A call that was saved. It is no answer yet: until the hub has it, nobody else knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedCall {
    /// The call, and the operation that raised it.
    pub recorded: Recorded,
    /// What to offer to dial beside it, always: Liuye does not replace the police's own number.
    pub dial: &'static str,
}

/// A call as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCall {
    /// The call's id.
    pub id: String,
    /// The call.
    pub call: Call,
    /// Who was sent, as far as this phone may see, with the assignments' ids.
    pub assignments: Vec<(String, Assignment)>,
    /// The live assignment of whoever holds this phone.
    pub mine: Option<String>,
}

/// What is done about calls. Get it by [`Companion::calls`].
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a>(&'a Companion);

impl Companion {
    /// What is done about calls.
    #[must_use]
    pub const fn calls(&self) -> Calls<'_> {
        Calls(self)
    }
}

impl Calls<'_> {
    /// Calls for help. Works offline and before enrolment; offer to dial 110 whatever comes of it (see [`Calls::dial`]).
    ///
    /// # Errors
    /// Those of the rules, with the field, such as [`crate::Code::PhoneMalformed`] at `contact.phone`; those of the store.
    pub fn raise(&self, help: HelpDraft) -> Result<RaisedCall> {
        self.file(help, CallSource::App, None, false)
    }

    /// The number that every screen that asks for help offers to dial, also where [`Calls::raise`] fails.
    #[must_use]
    pub const fn dial(&self) -> &'static str {
        POLICE_DIAL
    }

    /// Enters by hand what 110 passed on. `told_at` is when 110 took the call (RFC 3339 with an offset), where it is known.
    ///
    /// # Errors
    /// [`crate::Code::TimeMalformed`] or [`crate::Code::TimeInFuture`] at `told_at`, [`crate::Code::NotPermitted`]; those of [`Calls::raise`].
    pub fn enter_110(&self, call: HelpDraft, told_at: Option<&str>) -> Result<RaisedCall> {
        let told_at = told_at.map(parse_rfc3339).transpose().map_err(|error| error.within("told_at"))?;
        self.file(call, CallSource::Dial110, told_at, false)
    }

    /// Gives a clue: nobody needs help, somebody knows something.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `description`; those of [`Calls::raise`].
    pub fn give_clue(&self, clue: HelpDraft) -> Result<RaisedCall> {
        self.file(clue, CallSource::Clue, None, false)
    }

    /// Begins a drill with a call of its own: it runs like any other, and enters no figure.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`]; those of [`Calls::raise`].
    pub fn begin_exercise(&self, call: HelpDraft) -> Result<RaisedCall> {
        self.file(call, CallSource::App, None, true)
    }

    fn file(&self, draft: HelpDraft, source: CallSource, told_at: Option<i64>, exercise: bool) -> Result<RaisedCall> {
        let now = self.0.env.clock.wall_ms();
        let contact = draft.contact.map(|contact| contact.normalised(now).map_err(|error| error.within("contact"))).transpose()?;
        let zone = match draft.zone {
            Some(zone) => Some(zone),
            None => self.zone_at(draft.fix.as_ref())?,
        };
        let record =
            CallRecord { source, category: draft.category, description: draft.description, place: draft.place, zone, told_at, exercise };
        let event = CallEvent::Raise(record).normalised(now)?;
        let id = self.0.env.new_id().to_string();
        let mut new = NewOperation::new(Kind::CallRaise, id, &event)?.with_fix(draft.fix).with_photos(draft.photos);
        new.contact = contact;
        let (recorded, _) = self.0.record(new)?;
        Ok(RaisedCall { recorded, dial: POLICE_DIAL })
    }

    /// The zone in which a position lies, as far as this phone knows the zones.
    fn zone_at(&self, fix: Option<&Fix>) -> Result<Option<String>> {
        let Some(at) = fix.and_then(|fix| Coordinate::new(fix.lat(), fix.lon(), Datum::Wgs84).ok()) else { return Ok(None) };
        let zones: Vec<Zone> = self.0.reference(DocumentKind::Zone)?;
        Ok(zones.into_iter().find(|zone| zone.area.contains(&at)).map(|zone| zone.id))
    }

    /// Calls that are not over, newest first, with who was sent.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn open_calls(&self, page: Page) -> Result<Vec<OpenCall>> {
        let page = page.checked()?;
        let person = self.0.identity()?.person;
        let calls = self.0.all_typed::<Call>(DocumentKind::Call)?.into_iter().filter(|(_, call)| call.state.is_open());
        let calls = calls.skip(page.offset as usize).take(page.limit as usize);
        calls.map(|(id, call)| self.open_call(id, call, person.as_deref())).collect()
    }

    fn open_call(&self, id: String, call: Call, person: Option<&str>) -> Result<OpenCall> {
        let mut assignments = Vec::with_capacity(call.assigned.len());
        for assigned in &call.assigned {
            let document = self.0.document(&assigned.assignment)?;
            let assignment = document.and_then(|document| serde_json::from_value::<Assignment>(document.body).ok());
            assignments.extend(assignment.map(|assignment| (assigned.assignment.clone(), assignment)));
        }
        let is_mine = |assignment: &Assignment| {
            assignment.state.is_live() && person.is_some_and(|person| assignment.persons.iter().any(|one| one == person))
        };
        let mine = assignments.iter().find(|(_, assignment)| is_mine(assignment)).map(|(id, _)| id.clone());
        Ok(OpenCall { id, call, assignments, mine })
    }

    /// The desk says how bad a call is, and where, and what it is about, where that is another thing than was thought.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`], [`crate::Code::UnknownReference`] at `zone`.
    pub fn triage(&self, call: &str, severity: Severity, category: Option<CallCategory>, zone: Option<String>) -> Result<Recorded> {
        self.call(call, CallEvent::Triage { severity, category, zone })
    }

    /// The desk sends persons and units. They hear of it once the hub has it.
    ///
    /// # Errors
    /// [`crate::Code::UnknownReference`] at `responders[n]`, [`crate::Code::OutOfRange`] at `responders`,
    /// [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`].
    pub fn dispatch(&self, call: &str, responders: Vec<Responder>) -> Result<Recorded> {
        self.call(call, CallEvent::Dispatch { responders })
    }

    /// 一呼百应: the desk sends everyone on duty in a zone, or on the whole site.
    ///
    /// # Errors
    /// As [`Calls::triage`].
    pub fn muster(&self, call: &str, zone: Option<String>) -> Result<Recorded> {
        self.call(call, CallEvent::Muster { zone })
    }

    /// Those on scene, or the desk for them, are at work.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`].
    pub fn handle(&self, call: &str) -> Result<Recorded> {
        self.call(call, CallEvent::Handle {})
    }

    /// A call is over. Where nobody was sent, `referral` says under which number it goes on.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `referral`; as [`Calls::handle`].
    pub fn close(&self, call: &str, note: Option<String>, referral: Option<String>) -> Result<Recorded> {
        self.call(call, CallEvent::Close { note, referral })
    }

    /// Help is not needed any more; for the phone that called, and the desk.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `reason`; as [`Calls::handle`].
    pub fn cancel(&self, call: &str, reason: &str) -> Result<Recorded> {
        self.call(call, CallEvent::Cancel { reason: reason.to_owned() })
    }

    /// There was nothing.
    ///
    /// # Errors
    /// As [`Calls::cancel`].
    pub fn unfounded(&self, call: &str, reason: &str) -> Result<Recorded> {
        self.call(call, CallEvent::Unfounded { reason: reason.to_owned() })
    }

    /// A call goes on as another one.
    ///
    /// # Errors
    /// [`crate::Code::UnknownReference`] or [`crate::Code::StateRefused`] at `into`; as [`Calls::handle`].
    pub fn merge(&self, call: &str, into: &str) -> Result<Recorded> {
        self.call(call, CallEvent::Merge { into: into.to_owned() })
    }

    /// A call was not over.
    ///
    /// # Errors
    /// As [`Calls::cancel`].
    pub fn reopen(&self, call: &str, reason: &str) -> Result<Recorded> {
        self.call(call, CallEvent::Reopen { reason: reason.to_owned() })
    }

    /// 接单: whoever is sent says that they heard. Works offline, like all milestones.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`]; those of the store.
    pub fn acknowledge(&self, assignment: &str) -> Result<Recorded> {
        self.milestone(assignment, AssignmentEvent::Acknowledge {}, None)
    }

    /// 出发: they set out.
    ///
    /// # Errors
    /// As [`Calls::acknowledge`].
    pub fn en_route(&self, assignment: &str, fix: Option<Fix>) -> Result<Recorded> {
        self.milestone(assignment, AssignmentEvent::EnRoute {}, fix)
    }

    /// 到场: they are there.
    ///
    /// # Errors
    /// As [`Calls::acknowledge`].
    pub fn arrived(&self, assignment: &str, fix: Option<Fix>) -> Result<Recorded> {
        self.milestone(assignment, AssignmentEvent::Arrive {}, fix)
    }

    /// 处置完毕: they are done.
    ///
    /// # Errors
    /// As [`Calls::acknowledge`].
    pub fn cleared(&self, assignment: &str, note: Option<String>) -> Result<Recorded> {
        self.milestone(assignment, AssignmentEvent::Clear { note }, None)
    }

    /// They cannot come.
    ///
    /// # Errors
    /// [`crate::Code::Missing`] at `reason`; as [`Calls::acknowledge`].
    pub fn decline(&self, assignment: &str, reason: &str) -> Result<Recorded> {
        self.milestone(assignment, AssignmentEvent::Decline { reason: reason.to_owned() }, None)
    }

    /// The desk needs them no more.
    ///
    /// # Errors
    /// As [`Calls::decline`].
    pub fn release(&self, assignment: &str, reason: &str) -> Result<Recorded> {
        self.milestone(assignment, AssignmentEvent::Release { reason: reason.to_owned() }, None)
    }

    fn call(&self, call: &str, event: CallEvent) -> Result<Recorded> {
        let event = event.normalised(self.0.env.clock.wall_ms())?;
        self.act(event.kind(), call, &event, None)
    }

    fn milestone(&self, assignment: &str, event: AssignmentEvent, fix: Option<Fix>) -> Result<Recorded> {
        let event = event.normalised()?;
        self.act(event.kind(), assignment, &event, fix)
    }

    fn act(&self, kind: Kind, entity: &str, event: &impl Serialize, fix: Option<Fix>) -> Result<Recorded> {
        Ok(self.0.record(NewOperation::new(kind, entity, event)?.with_fix(fix))?.0)
    }
}

impl Companion {
    /// Writes down that this phone has the assignments of whoever holds it, in the transaction that brought them: the desk
    /// then knows that no radio is needed.
    pub(super) fn take_assignments(&self, connection: &rusqlite::Connection, changes: &mut Changes, arrived: &[&str]) -> Result<()> {
        let Some(person) = Meta::Enrolment.read::<super::enrol::Enrolment>(connection)?.and_then(|enrolment| enrolment.person) else {
            return Ok(());
        };
        for id in arrived {
            let document = documents::get(connection, id)?;
            let Some(assignment) = document.and_then(|document| serde_json::from_value::<Assignment>(document.body).ok()) else { continue };
            if assignment.state != AssignmentState::Offered || !assignment.persons.contains(&person) {
                continue;
            }
            let event = AssignmentEvent::Deliver {};
            match self.append(connection, changes, NewOperation::new(event.kind(), *id, &event)?) {
                Ok(_) => {}
                // Nobody typed this: what the rules say against it is nobody's trouble, and stops no sync.
                Err(error) if is_of_rules(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn is_of_rules(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Refused | ErrorKind::State | ErrorKind::NotPermitted)
}
