//! Calls: help that is asked for, who is sent, and how far they are.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, Outward, draft, given, mirror, noun, record, sum};
use crate::error::Result;
use crate::lost::Contact;
use crate::personnel::Force;
use crate::types::{Fix, Page, Recorded};

mirror! {
    /// What a call is about.
    CallCategory = domain::CallCategory {
        /// 急病受伤
        Medical,
        /// 落水
        Drowning,
        /// 人员走失
        LostPerson,
        /// 火情
        Fire,
        /// 交通
        Traffic,
        /// 拥挤踩踏
        Crowding,
        /// 纠纷
        Quarrel,
        /// 盗窃
        Theft,
        /// 诈骗
        Fraud,
        /// 打架斗殴
        Affray,
        /// 寻衅滋事
        ProvokingTrouble,
        /// 欺行霸市
        MarketBullying,
        /// 涉黄
        Vice,
        /// 涉赌
        Gambling,
        /// 涉毒
        Drugs,
        /// 其他
        Other,
    }
}

mirror! {
    /// How a call came.
    CallSource = domain::CallSource {
        /// By this app.
        App,
        /// Passed on by 110 and entered by hand.
        Dial110,
        /// 线索: nobody asks for help, somebody knows something. No clock runs.
        Clue,
    }
}

mirror! {
    /// How bad a call is.
    Severity = domain::Severity {
        /// Somebody's life may depend on it.
        Critical,
        /// It cannot wait.
        Urgent,
        /// It can.
        General,
    }
}

mirror! {
    /// Where a call stands.
    CallState = domain::CallState {
        /// 接警
        Received,
        /// The desk has looked at it.
        Triaged,
        /// 派警
        Dispatched,
        /// 到场
        OnScene,
        /// 处置
        Handling,
        /// 结案
        Closed,
        /// Whoever called needs nothing any more.
        Cancelled,
        /// There was nothing.
        Unfounded,
        /// Another call is about the same.
        Merged,
    }
}

mirror! {
    /// How far an assignment is.
    AssignmentState = domain::AssignmentState {
        /// 派出
        Offered,
        /// A phone has it.
        Delivered,
        /// 接单
        Acknowledged,
        /// 出发
        EnRoute,
        /// 到场
        Arrived,
        /// 处置完毕
        Cleared,
        /// They cannot come.
        Declined,
        /// The desk needs them no more.
        Released,
    }
}

mirror! {
    /// What moves an assignment on.
    AssignmentMove = domain::AssignmentMove {
        /// A phone has it.
        Deliver,
        /// 接单
        Acknowledge,
        /// 出发
        EnRoute,
        /// 到场
        Arrive,
        /// 处置完毕
        Clear,
        /// They cannot come.
        Decline,
        /// The desk needs them no more.
        Release,
    }
}

mirror! {
    /// Which event starts the clock of a tier.
    ClockStart = domain::ClockStart {
        /// The call reached the district.
        Received,
        /// Somebody was sent.
        Dispatched,
    }
}

mirror! {
    /// Whether a limit was kept.
    Answer = domain::Answer {
        /// Surely not.
        Missed,
        /// The clocks do not say.
        Uncertain,
        /// Surely.
        Met,
    }
}

sum! {
    /// Who is to be sent.
    Responder = domain::Responder {
        /// One member of the staff.
        Person {
            /// Their id.
            person: String,
        },
        /// A standing team: any of its members answers for it.
        Unit {
            /// Its id.
            unit: String,
        },
    }
}

draft! {
    /// What somebody tells who calls for help, passes a call on, or gives a clue.
    HelpDraft = core::HelpDraft {
        /// What it is about.
        category: CallCategory,
        /// What happened; at most 2,000 characters.
        description: Option<String> = None,
        /// Where, in words; at most 500 characters.
        place: Option<String> = None,
        /// The zone's id; where it is left out, the one in which the fix lies.
        zone: Option<String> = None,
        /// Where the phone is.
        fix: Option<Fix> = None,
        /// How to reach whoever called; kept and sent apart from the call.
        contact: Option<Contact> = None,
        /// SHA-256 of photos that were attached before; at most six.
        photos: Vec<String> = [],
    }
}

record! {
    /// When something happened, by the hub's clock, as far as can be known.
    Moment = domain::Moment {
        /// The best estimate, UTC ms.
        at: i64,
        /// Surely not before this, UTC ms; absent where nothing is sure.
        earliest: Option<i64>,
        /// Surely not after this, UTC ms; absent where nothing is sure.
        latest: Option<i64>,
    }
}

record! {
    /// A tier as one call is held to it.
    TierClock = domain::TierClock {
        /// Its name in the standard.
        name: String,
        /// Its limit, seconds.
        limit_s: i64,
        /// Whose arrival counts; all where empty.
        forces: Vec<Force>,
        /// When the hub warned that it is about to be missed, UTC ms.
        warned_at: Option<i64>,
        /// When the limit passed with nobody known to be there, UTC ms. It stays, whatever a late phone says.
        missed_at: Option<i64>,
        /// From when the call was received; absent while nobody came.
        from_received: Option<Answer>,
        /// From when somebody was first sent; absent while nobody came.
        from_dispatched: Option<Answer>,
    }
}

record! {
    /// Somebody came.
    Arrival = domain::Arrival {
        /// By which assignment.
        assignment: String,
        /// Of which force, where it is known.
        force: Option<Force>,
        /// When.
        moment: Moment,
    }
}

record! {
    /// The clocks of one call. The standard is written into it when it starts: a district that changes its standard changes
    /// no clock that runs, and no figure of the past.
    Response = domain::Response {
        /// The start of the clock that escalates.
        start: ClockStart,
        /// So long before a limit the desk is warned, in seconds.
        warn_before_s: i64,
        /// When the call was received; absent while only its phone knows of it.
        received: Option<Moment>,
        /// When somebody was first sent.
        dispatched: Option<Moment>,
        /// Who may have come first, by force.
        arrivals: Vec<Arrival>,
        /// The tiers.
        tiers: Vec<TierClock>,
    }
}

record! {
    /// Somebody who was sent.
    Assigned = domain::Assigned {
        /// The assignment.
        assignment: String,
        /// Who may answer for it.
        persons: Vec<String>,
    }
}

noun! {
    /// A call as the desk, its zone, whoever is sent, and its caller see it.
    Call = domain::Call {
        /// How it came.
        source: CallSource = record.source,
        /// What it is about.
        category: CallCategory = record.category,
        /// What happened; at most 2,000 characters. Who needs help may have no time to type.
        description: Option<String> = record.description,
        /// Where, in words; at most 500 characters.
        place: Option<String> = record.place,
        /// The zone, where it is known.
        zone: Option<String> = record.zone,
        /// When 110 took it, by 110's clock, UTC ms; only for what 110 passed on.
        told_at: Option<i64> = record.told_at,
        /// A drill: it never enters a figure.
        exercise: bool = record.exercise,
        /// How bad it is.
        severity: Severity,
        /// Where it stands.
        state: CallState,
        /// Who called by this app or entered it: a person's id, or `tourist`.
        reporter: String,
        /// The operation that raised it.
        operation: String,
        /// When it was raised, UTC ms.
        at: i64,
        /// Where the phone was.
        fix: Option<Fix>,
        /// Whether a contact was given.
        has_contact: bool,
        /// Photos, by SHA-256.
        photos: Vec<String>,
        /// Its clocks.
        response: Response,
        /// Everyone who was ever sent.
        assigned: Vec<Assigned>,
        /// The call that goes on, where this one was merged.
        merged_into: Option<String>,
        /// When it ended, UTC ms.
        ended_at: Option<i64>,
    }
}

record! {
    /// One step, as it was written down.
    Milestone = domain::Milestone {
        /// What was done.
        step: AssignmentMove,
        /// By whom.
        by: String,
        /// The operation that says so.
        operation: String,
        /// Whether it moved the assignment on. What came too late for that is kept all the same.
        counted: bool,
        /// When.
        moment: Moment,
        /// Where the phone was.
        fix: Option<Fix>,
    }
}

noun! {
    /// One person or unit that was sent to a call, as the desk and those who were sent see it.
    Assignment = domain::Assignment {
        /// The call.
        call: String,
        /// The unit, where one was sent.
        unit: Option<String>,
        /// Who may answer for it.
        persons: Vec<String>,
        /// Whether the call is a drill.
        exercise: bool,
        /// How far it is.
        state: AssignmentState,
        /// Who sent them.
        sent_by: String,
        /// The operation that sent them.
        operation: String,
        /// When they were sent, UTC ms.
        at: i64,
        /// By then a phone is to have it, UTC ms by the hub's clock.
        reach_by: Option<i64>,
        /// When the hub found that no phone has it: use the radio. UTC ms.
        unreached_at: Option<i64>,
        /// Every step that anybody wrote down.
        milestones: Vec<Milestone>,
        /// The last word on it.
        note: Option<String>,
    }
}

record! {
    /// A call that was saved. It is no answer yet: until the hub has it, nobody else knows.
    RaisedCall = core::RaisedCall {
        /// The call, and the operation that raised it.
        recorded: Recorded,
        /// What to offer to dial beside it, always: Liuye does not replace the police's own number.
        dial: String,
    }
}

/// A call as a screen shows it.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct OpenCall {
    /// The call.
    pub call: Call,
    /// Who was sent, as far as this phone may see.
    pub assignments: Vec<Assignment>,
    /// The live assignment of whoever holds this phone.
    pub mine: Option<String>,
}

impl Outward<OpenCall> for core::OpenCall {
    fn outward(self) -> OpenCall {
        OpenCall { call: (self.id, self.call).outward(), assignments: self.assignments.outward(), mine: self.mine }
    }
}

/// The number that every screen that asks for help offers to dial, also where `raise_help` fails.
#[uniffi::export]
#[must_use]
pub fn police_dial() -> String {
    domain::POLICE_DIAL.to_owned()
}

#[uniffi::export]
impl CompanionHandle {
    /// Calls for help. Works offline and before enrolment; offer to dial 110 whatever comes of it.
    ///
    /// # Errors
    /// Those of the rules, with the field, such as `phone_malformed` at `contact.phone`; those of the store.
    pub fn raise_help(&self, help: HelpDraft) -> Result<RaisedCall> {
        given(self.core.calls().raise(help.inward("")?))
    }

    /// Enters by hand what 110 passed on. `told_at` is when 110 took the call (RFC 3339 with an offset), where it is known.
    ///
    /// # Errors
    /// `time_malformed` or `time_in_future` at `told_at`, `not_permitted`; those of `raise_help`.
    pub fn enter_110(&self, call: HelpDraft, told_at: Option<String>) -> Result<RaisedCall> {
        given(self.core.calls().enter_110(call.inward("")?, told_at.as_deref()))
    }

    /// Gives a clue: nobody needs help, somebody knows something.
    ///
    /// # Errors
    /// `missing` at `description`; those of `raise_help`.
    pub fn give_clue(&self, clue: HelpDraft) -> Result<RaisedCall> {
        given(self.core.calls().give_clue(clue.inward("")?))
    }

    /// Begins a drill with a call of its own: it runs like any other, and enters no figure.
    ///
    /// # Errors
    /// `not_permitted`; those of `raise_help`.
    pub fn begin_exercise(&self, call: HelpDraft) -> Result<RaisedCall> {
        given(self.core.calls().begin_exercise(call.inward("")?))
    }

    /// Calls that are not over, newest first, with who was sent.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn open_calls(&self, page: Page) -> Result<Vec<OpenCall>> {
        given(self.core.calls().open_calls(page.inward("")?))
    }

    /// The desk says how bad a call is, and where, and what it is about, where that is another thing than was thought.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`, `unknown_reference` at `zone`.
    pub fn triage_call(&self, call: &str, severity: Severity, category: Option<CallCategory>, zone: Option<String>) -> Result<Recorded> {
        given(self.core.calls().triage(call, severity.inward("severity")?, category.inward("category")?, zone))
    }

    /// The desk sends persons and units. They hear of it once the hub has it.
    ///
    /// # Errors
    /// `unknown_reference` at `responders[n]`, `out_of_range` at `responders`,
    /// `not_permitted`, `state_refused`.
    pub fn dispatch_call(&self, call: &str, responders: Vec<Responder>) -> Result<Recorded> {
        given(self.core.calls().dispatch(call, responders.inward("responders")?))
    }

    /// 一呼百应: the desk sends everyone on duty in a zone, or on the whole site.
    ///
    /// # Errors
    /// As `triage_call`.
    pub fn muster_call(&self, call: &str, zone: Option<String>) -> Result<Recorded> {
        given(self.core.calls().muster(call, zone))
    }

    /// Those on scene, or the desk for them, are at work.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`.
    pub fn handle_call(&self, call: &str) -> Result<Recorded> {
        given(self.core.calls().handle(call))
    }

    /// A call is over. Where nobody was sent, `referral` says under which number it goes on.
    ///
    /// # Errors
    /// `missing` at `referral`; as `handle_call`.
    pub fn close_call(&self, call: &str, note: Option<String>, referral: Option<String>) -> Result<Recorded> {
        given(self.core.calls().close(call, note, referral))
    }

    /// Help is not needed any more; for the phone that called, and the desk.
    ///
    /// # Errors
    /// `missing` at `reason`; as `handle_call`.
    pub fn cancel_call(&self, call: &str, reason: &str) -> Result<Recorded> {
        given(self.core.calls().cancel(call, reason))
    }

    /// There was nothing.
    ///
    /// # Errors
    /// As `cancel_call`.
    pub fn unfounded_call(&self, call: &str, reason: &str) -> Result<Recorded> {
        given(self.core.calls().unfounded(call, reason))
    }

    /// A call goes on as another one.
    ///
    /// # Errors
    /// `unknown_reference` or `state_refused` at `into`; as `handle_call`.
    pub fn merge_calls(&self, call: &str, into: &str) -> Result<Recorded> {
        given(self.core.calls().merge(call, into))
    }

    /// A call was not over.
    ///
    /// # Errors
    /// As `cancel_call`.
    pub fn reopen_call(&self, call: &str, reason: &str) -> Result<Recorded> {
        given(self.core.calls().reopen(call, reason))
    }

    /// 接单: whoever is sent says that they heard. Works offline, like all milestones.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`; those of the store.
    pub fn acknowledge_assignment(&self, assignment: &str) -> Result<Recorded> {
        given(self.core.calls().acknowledge(assignment))
    }

    /// 出发: they set out.
    ///
    /// # Errors
    /// As `acknowledge_assignment`.
    pub fn en_route(&self, assignment: &str, fix: Option<Fix>) -> Result<Recorded> {
        given(self.core.calls().en_route(assignment, fix.inward("fix")?))
    }

    /// 到场: they are there.
    ///
    /// # Errors
    /// As `acknowledge_assignment`.
    pub fn arrived(&self, assignment: &str, fix: Option<Fix>) -> Result<Recorded> {
        given(self.core.calls().arrived(assignment, fix.inward("fix")?))
    }

    /// 处置完毕: they are done.
    ///
    /// # Errors
    /// As `acknowledge_assignment`.
    pub fn cleared(&self, assignment: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.calls().cleared(assignment, note))
    }

    /// They cannot come.
    ///
    /// # Errors
    /// `missing` at `reason`; as `acknowledge_assignment`.
    pub fn decline_assignment(&self, assignment: &str, reason: &str) -> Result<Recorded> {
        given(self.core.calls().decline(assignment, reason))
    }

    /// The desk needs them no more.
    ///
    /// # Errors
    /// As `decline_assignment`.
    pub fn release_assignment(&self, assignment: &str, reason: &str) -> Result<Recorded> {
        given(self.core.calls().release(assignment, reason))
    }
}
