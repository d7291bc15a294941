//! Calls for help: what is planned of them, and how phones do it. What is measured in seconds meets no trouble on the way.

use liuye_core::companion::{Companion, HelpDraft, OpenCall, Page};
use liuye_core::domain::{CallCategory, DocumentKind, Responder, Severity, format_rfc3339};
use liuye_core::{Code, Error, Result};

use super::deed::Deed;
use super::plan::{HOUR, MINUTE, Plan, Size};
use super::staff::person;

const SECOND: i64 = 1_000;

/// What is done about a call, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A tourist calls.
    Raise,
    /// The desk enters what 110 passed on, and when 110 says that it was told.
    Enter,
    /// The commander begins a drill.
    Drill,
    /// The desk sends somebody, by the index of their phone.
    Dispatch { responder: usize },
    /// They are there.
    Arrive,
    /// They are done.
    Clear,
    /// The desk closes it.
    Close,
    /// There was nothing, and nobody came.
    Unfounded,
    /// Who called says how it was.
    Rate { stars: u8 },
}

impl Step {
    /// Whether it goes on with what another phone recorded.
    pub(super) const fn needs_news(self) -> bool {
        !matches!(self, Self::Raise | Self::Enter | Self::Drill)
    }
}

/// One call of the plan.
struct Sort {
    /// By which way it comes.
    by: Step,
    /// Seconds until somebody is there; nobody comes where it is absent.
    took: Option<i64>,
    /// What the caller says of it.
    stars: Option<u8>,
}

/// The sorts of calls, which follow each other. A time that 110 tells is good to the minute: nobody knows whether that was kept.
const SORTS: [Sort; 6] = [
    Sort { by: Step::Raise, took: Some(40), stars: Some(5) },
    Sort { by: Step::Raise, took: Some(120), stars: Some(4) },
    Sort { by: Step::Raise, took: Some(240), stars: Some(3) },
    Sort { by: Step::Raise, took: None, stars: None },
    Sort { by: Step::Enter, took: Some(40), stars: None },
    Sort { by: Step::Raise, took: Some(40), stars: None },
];

/// Seconds from a call to its dispatch.
const DISPATCHED: i64 = 15;

/// What the calls of a year come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Response {
    /// Calls, the drill apart.
    pub(super) calls: u64,
    /// Per limit in seconds how many surely kept it from received and from dispatched, and of how many from received nobody knows.
    pub(super) tiers: [(u32, u64, u64, u64); 3],
    /// How often who called was asked, and answered.
    pub(super) asked: u64,
    pub(super) given: u64,
}

impl Response {
    /// Of a year of this size. What the clocks do not say is what was told within a minute of the limit.
    pub(super) fn of(size: &Size) -> Self {
        let of = |counts: &dyn Fn(&Sort) -> bool| (0..size.calls).filter(|number| counts(sort(*number))).count() as u64;
        let tier = |limit: u32| {
            let kept = |took: Option<i64>, since: i64| took.is_some_and(|took| took - since <= i64::from(limit));
            let told = |sort: &Sort| if sort.by == Step::Enter { 60 } else { 0 };
            let received = of(&|sort| kept(sort.took, -told(sort)));
            (limit, received, of(&|sort| kept(sort.took, DISPATCHED)), of(&|sort| kept(sort.took, 0)) - received)
        };
        let tiers = [tier(60), tier(180), tier(300)];
        let asked = of(&|sort| sort.by == Step::Raise && sort.took.is_some());
        Self { calls: size.calls, tiers, asked, given: of(&|sort| sort.stars.is_some()) }
    }
}

/// Calls that somebody reached on a shift: each is a turn, without any check-in.
pub(super) fn reached(size: &Size) -> u64 {
    (0..size.calls).filter(|number| sort(*number).took.is_some()).count() as u64
}

fn sort(number: u64) -> &'static Sort {
    &SORTS[usize::try_from(number).unwrap() % SORTS.len()]
}

impl Plan<'_> {
    /// Calls in the evening, and a drill as the last. Whoever is sent has nothing else to do that would keep their phone.
    pub(super) fn calls(&mut self) {
        let (calls, drill) = (self.size.calls, Sort { by: Step::Drill, took: Some(30), stars: None });
        for number in 0..=calls {
            let sort = if number < calls { sort(number) } else { &drill };
            let responders = self.staff.responders.clone();
            let responder = responders.start + usize::try_from(number).unwrap() % responders.len();
            let at = self.day(number, calls + 2) + 20 * HOUR + i64::try_from(number % 50).unwrap() * MINUTE;
            let caller = match sort.by {
                Step::Raise => self.size.phone_of_caller(number),
                Step::Drill => self.staff.commander,
                _ => self.staff.desk,
            };
            let is_turn = sort.took.is_some() && number < calls;
            if is_turn {
                self.add(at - HOUR, responder, Deed::StartShift { zone: Some("z1".to_owned()), post: None, minutes: 120 });
                self.add(at + HOUR, responder, Deed::EndShift);
            }
            let desk = self.staff.desk;
            self.call(at, caller, number, sort.by);
            self.call(at + DISPATCHED * SECOND, desk, number, Step::Dispatch { responder });
            match sort.took {
                Some(took) => {
                    self.call(at + took * SECOND, responder, number, Step::Arrive);
                    self.call(at + 20 * MINUTE, responder, number, Step::Clear);
                    self.call(at + 30 * MINUTE, desk, number, Step::Close);
                }
                None => self.call(at + 20 * MINUTE, desk, number, Step::Unfounded),
            }
            if let Some(stars) = sort.stars {
                self.call(at + 40 * MINUTE, caller, number, Step::Rate { stars });
            }
        }
    }

    fn call(&mut self, at: i64, phone: usize, number: u64, step: Step) {
        self.add(at, phone, Deed::Call { number, step });
    }
}

/// Does a step on a phone, at `now` (UTC ms).
pub(super) fn take(app: &Companion, number: u64, step: Step, now: i64) -> Result<()> {
    let calls = app.calls();
    match step {
        Step::Raise => calls.raise(help(number)).map(drop),
        Step::Enter => calls.enter_110(help(number), Some(&format_rfc3339(now))).map(drop),
        Step::Drill => calls.begin_exercise(help(number)).map(drop),
        Step::Rate { stars } => app.ratings().give(&closed(app, number)?, stars, None).map(drop),
        Step::Dispatch { responder } => {
            let id = open(app, number)?.id;
            calls.triage(&id, Severity::Urgent, None, None)?;
            calls.dispatch(&id, vec![Responder::Person { person: person(responder) }]).map(drop)
        }
        Step::Arrive => {
            let mine = mine(open(app, number)?)?;
            calls.acknowledge(&mine)?;
            calls.en_route(&mine, None)?;
            calls.arrived(&mine, None).map(drop)
        }
        Step::Clear => {
            let call = open(app, number)?;
            calls.handle(&call.id)?;
            calls.cleared(&mine(call)?, None).map(drop)
        }
        Step::Close => calls.close(&open(app, number)?.id, None, None).map(drop),
        Step::Unfounded => calls.unfounded(&open(app, number)?.id, "nobody there").map(drop),
    }
}

/// By this a call is found again.
fn words(number: u64) -> String {
    format!("call {number:03}")
}

fn help(number: u64) -> HelpDraft {
    let (category, zone) = (CallCategory::Medical, Some("z1".to_owned()));
    HelpDraft { category, description: Some(words(number)), place: None, zone, fix: None, contact: None, photos: Vec::new() }
}

fn open(app: &Companion, number: u64) -> Result<OpenCall> {
    let words = words(number);
    let found = app.calls().open_calls(Page::first(50))?.into_iter().find(|open| open.call.record.description.as_ref() == Some(&words));
    found.ok_or_else(|| Error::new(Code::NotFound, "no such call here"))
}

fn mine(call: OpenCall) -> Result<String> {
    call.mine.ok_or_else(|| Error::new(Code::NotFound, "sent to nobody here"))
}

fn closed(app: &Companion, number: u64) -> Result<String> {
    let words = words(number);
    let found = app.documents(DocumentKind::Call, Page::first(50))?.into_iter().find(|document| document.body["description"] == words);
    found.map(|document| document.id).ok_or_else(|| Error::new(Code::NotFound, "no such call here"))
}
