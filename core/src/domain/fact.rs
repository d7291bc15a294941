//! Facts: what a document says that a figure counts, so that a figure of a year is read from its window alone.

use serde::{Deserialize, Serialize};

use super::case::{parse, staff};
use super::coverage::Planned;
use super::{
    Answer, Assignment, AssignmentMove, Call, CallSource, CallState, CheckIn, CheckInVerdict, Consultation, Document, DocumentKind,
    DutyPost, Hazard, HazardState, Inspection, InspectionState, LeafletUse, Leaflets, LostReport, LostReportState, Moment, Person,
    PublicitySession, Rating, Shift, Tour,
};

macro_rules! fact_kinds {
    ($($(#[$item:meta])* $variant:ident = $text:literal;)*) => {
        /// What a fact is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FactKind { $($(#[$item])* $variant,)* }

        impl FactKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

fact_kinds! {
    /// An accepted check-in: subject its shift, party who, place the zone.
    CheckIn = "check_in";
    /// Somebody reached a call, and not as a drill: subject the assignment, party who.
    Arrival = "arrival";
    /// A shift that began: subject who, party the shift, place the zone; open where nobody ended it.
    Shift = "shift";
    /// Somebody was at a duty post: subject the post, party who; open where nobody ended the shift.
    Staffed = "staffed";
    /// Somebody was to be in a zone: subject the shift or tour, place the zone.
    Planned = "planned";
    /// An entry of the personnel base: subject who, party their force; the whole entry is the detail.
    Person = "person";
    /// A zone: subject its id.
    Zone = "zone";
    /// A post that must be staffed: subject its id; until it was given up.
    Post = "post";
    /// A call with its clocks: subject the call; see [`CallFact`].
    Call = "call";
    /// An inspection that was handed in and not sent back: subject the campaign, party the venue.
    InspectionSubmitted = "inspection_submitted";
    /// An inspection that the desk took: subject the campaign, party the venue.
    InspectionApproved = "inspection_approved";
    /// A hazard, from found until it was closed: party how it stands (see [`HazardStanding`]), value its due time, UTC ms.
    HazardFound = "hazard_found";
    /// A hazard was closed: value the ms since it was found.
    HazardClosed = "hazard_closed";
    /// A publicity session was held and verified.
    SessionVerified = "session_verified";
    /// Leaflets went out: value issued − returned − wasted.
    Leaflets = "leaflets";
    /// A question was answered at a duty post: subject the post, party who.
    Consultation = "consultation";
    /// Somebody who was helped is asked how it was: subject the call or the report.
    RatingAsked = "rating_asked";
    /// They answered: subject what is rated, value the stars.
    RatingGiven = "rating_given";
    /// A loss was reported and not withdrawn.
    LossReported = "loss_reported";
    /// A lost thing went back: value the ms since it was reported.
    LossReturned = "loss_returned";
}

/// One thing that a document says and a figure counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fact {
    /// What it is.
    pub kind: FactKind,
    /// When, UTC ms; 0 where it has no time of its own.
    pub at: i64,
    /// Until when, UTC ms; absent where it is a moment, or still holds.
    pub until: Option<i64>,
    /// What it is about.
    pub subject: String,
    /// Who, or which of several.
    pub party: String,
    /// In which zone.
    pub place: String,
    /// How much.
    pub value: i64,
    /// What else is needed, as JSON.
    pub detail: Option<String>,
    /// The document that says so.
    pub document: String,
}

impl Fact {
    fn new(document: &Document, kind: FactKind, at: i64) -> Self {
        let (subject, party, place) = (document.id.clone(), String::new(), String::new());
        Self { kind, at, until: None, subject, party, place, value: 0, detail: None, document: document.id.clone() }
    }

    /// What a document says that figures count; nothing where this version cannot read it. The same document gives the same
    /// facts, whatever else there is: no figure depends on the order in which records came.
    #[must_use]
    pub fn of_document(document: &Document) -> Vec<Self> {
        match DocumentKind::parse(&document.kind) {
            Some(DocumentKind::CheckIn) => of_check_in(document),
            Some(DocumentKind::Assignment) => of_assignment(document),
            Some(DocumentKind::Shift) => of_shift(document),
            Some(DocumentKind::Tour) => of_tour(document),
            Some(DocumentKind::Person) => of_person(document),
            Some(DocumentKind::Zone) => vec![Self::new(document, FactKind::Zone, 0)],
            Some(DocumentKind::DutyPost) => of_post(document),
            Some(DocumentKind::Call) => of_call(document),
            Some(DocumentKind::Inspection) => of_inspection(document),
            Some(DocumentKind::Hazard) => of_hazard(document),
            Some(DocumentKind::LostReport) => of_lost_report(document),
            Some(DocumentKind::PublicitySession) => of_session(document),
            Some(DocumentKind::Leaflets) => of_leaflets(document),
            Some(DocumentKind::Consultation) => of_consultation(document),
            Some(DocumentKind::Rating) => of_rating(document),
            _ => Vec::new(),
        }
    }
}

fn of_check_in(document: &Document) -> Vec<Fact> {
    let Some(check_in) = parse::<CheckIn>(document).filter(|check_in| check_in.verdict == CheckInVerdict::Accepted) else {
        return Vec::new();
    };
    let fact = Fact::new(document, FactKind::CheckIn, check_in.at);
    vec![Fact { subject: check_in.shift.unwrap_or_default(), party: check_in.person, place: check_in.zone, ..fact }]
}

fn of_assignment(document: &Document) -> Vec<Fact> {
    let Some(assignment) = parse::<Assignment>(document).filter(|assignment| !assignment.exercise) else { return Vec::new() };
    let came = assignment.milestones.iter().filter(|milestone| milestone.step == AssignmentMove::Arrive && milestone.counted);
    // Where the desk says it for them, the first who was sent came.
    let who = |by: &String| if assignment.persons.contains(by) { Some(by.clone()) } else { assignment.persons.first().cloned() };
    let fact = |at| Fact::new(document, FactKind::Arrival, at);
    came.filter_map(|milestone| Some(Fact { party: who(&milestone.by)?, ..fact(milestone.moment.at) })).collect()
}

fn of_shift(document: &Document) -> Vec<Fact> {
    let Some(shift) = parse::<Shift>(document) else { return Vec::new() };
    let mut facts = Vec::new();
    if let Some(plan) = Planned::of_shift(&shift) {
        facts.push(planned(document, plan));
    }
    let Some(started) = shift.started_at else { return facts };
    let (until, person) = (shift.ended_at, shift.person);
    if let Some(post) = shift.post {
        facts.push(Fact { until, subject: post, party: person.clone(), ..Fact::new(document, FactKind::Staffed, started) });
    }
    let party = document.id.clone();
    facts.push(Fact { until, subject: person, party, place: shift.zone, ..Fact::new(document, FactKind::Shift, started) });
    facts
}

fn of_tour(document: &Document) -> Vec<Fact> {
    parse::<Tour>(document).iter().flat_map(Planned::of_tour).map(|plan| planned(document, plan)).collect()
}

fn planned(document: &Document, plan: Planned) -> Fact {
    Fact { until: Some(plan.to), place: plan.zone, ..Fact::new(document, FactKind::Planned, plan.from) }
}

fn of_person(document: &Document) -> Vec<Fact> {
    let Some(person) = Person::read(document.body.clone()) else { return Vec::new() };
    let (party, detail) = (name_of(&person.force), Some(document.body.to_string()));
    vec![Fact { party, detail, ..Fact::new(document, FactKind::Person, 0) }]
}

fn of_post(document: &Document) -> Vec<Fact> {
    let post = parse::<DutyPost>(document);
    post.map(|post| Fact { until: post.retired_at, ..Fact::new(document, FactKind::Post, 0) }).into_iter().collect()
}

/// What a call says of the response: each tier with its answers, as [`Fact::detail`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFact {
    /// A drill: it enters no share.
    #[serde(default)]
    pub exercise: bool,
    /// From received to the first arrival, ms; absent while nobody came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<i64>,
    /// The tiers that the call is held to.
    #[serde(default)]
    pub tiers: Vec<TierFact>,
}

/// One tier of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierFact {
    /// Its name in the standard.
    pub name: String,
    /// Its limit, seconds.
    pub limit_s: u32,
    /// From received; absent where the call was over before the limit and nobody came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_received: Option<Answer>,
    /// From the first dispatch; absent also where nobody was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_dispatched: Option<Answer>,
}

/// A clue asks for nobody, and a merged call is counted as the one that goes on.
fn of_call(document: &Document) -> Vec<Fact> {
    let Some(call) = parse::<Call>(document) else { return Vec::new() };
    if call.record.source == CallSource::Clue || call.state == CallState::Merged {
        return Vec::new();
    }
    let response = &call.response;
    let at = response.received.as_ref().map_or(call.at, |received| received.at);
    let first = response.arrivals.iter().map(|arrival| &arrival.moment).min_by_key(|moment| moment.at);
    let took_ms = response.received.as_ref().zip(first).map(|(received, first)| took(received, first));
    let tiers = response.tiers.iter().map(|tier| {
        let of = |start: Option<&Moment>, answer| fate(&call, start, i64::from(tier.limit_s) * 1000, answer);
        TierFact {
            name: tier.name.clone(),
            limit_s: tier.limit_s,
            from_received: of(response.received.as_ref(), tier.from_received),
            from_dispatched: of(response.dispatched.as_ref(), tier.from_dispatched),
        }
    });
    let said = CallFact { exercise: call.record.exercise, took_ms, tiers: tiers.collect() };
    let zone = call.record.zone.clone().unwrap_or_default();
    let mut facts = vec![Fact { place: zone, detail: serde_json::to_string(&said).ok(), ..Fact::new(document, FactKind::Call, at) }];
    facts.extend(call.ended_at.filter(|_| is_rated(&call)).map(|ended| Fact::new(document, FactKind::RatingAsked, ended)));
    facts
}

/// Whether who called is asked how it was: somebody from outside, for whom somebody came.
fn is_rated(call: &Call) -> bool {
    call.state == CallState::Closed && call.counts() && call.record.source == CallSource::App && staff(&call.reporter).is_none()
}

/// The time to an arrival: exact where one clock saw both, else between the best estimates.
fn took(start: &Moment, end: &Moment) -> i64 {
    let span = end.since(start);
    if span.max_ms == Some(span.min_ms) { span.min_ms } else { end.at.saturating_sub(start.at).max(0) }
}

/// A missing arrival fails, unless the call was called off before the limit had passed.
fn fate(call: &Call, start: Option<&Moment>, limit_ms: i64, answer: Option<Answer>) -> Option<Answer> {
    let start = start?;
    let is_off = matches!(call.state, CallState::Cancelled | CallState::Unfounded);
    let in_time = call.ended_at.is_some_and(|ended| ended.saturating_sub(start.at) <= limit_ms);
    answer.or_else(|| (!(is_off && in_time)).then_some(Answer::Missed))
}

fn of_inspection(document: &Document) -> Vec<Fact> {
    let Some(inspection) = parse::<Inspection>(document) else { return Vec::new() };
    let Some(at) = inspection.submitted_at else { return Vec::new() };
    let kinds: &[FactKind] = match inspection.state {
        InspectionState::Submitted => &[FactKind::InspectionSubmitted],
        InspectionState::Approved => &[FactKind::InspectionSubmitted, FactKind::InspectionApproved],
        InspectionState::Planned | InspectionState::InProgress | InspectionState::Returned => &[],
    };
    let (subject, party, place) = (inspection.campaign.unwrap_or_default(), inspection.venue, inspection.zone);
    let fact = |kind| Fact { subject: subject.clone(), party: party.clone(), place: place.clone(), ..Fact::new(document, kind, at) };
    kinds.iter().map(|kind| fact(*kind)).collect()
}

/// How a hazard stands, as far as figures tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HazardStanding {
    /// Somebody still has to do something here.
    Open,
    /// It is closed.
    Closed,
    /// Another authority has it.
    Referred,
    /// It was none.
    Void,
}

impl HazardStanding {
    /// The name as it stands in a fact.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Referred => "referred",
            Self::Void => "void",
        }
    }

    const fn of(state: HazardState) -> Self {
        match state {
            HazardState::Closed => Self::Closed,
            HazardState::Referred => Self::Referred,
            HazardState::Void => Self::Void,
            _ => Self::Open,
        }
    }
}

fn of_hazard(document: &Document) -> Vec<Fact> {
    let Some(hazard) = parse::<Hazard>(document) else { return Vec::new() };
    let standing = HazardStanding::of(hazard.state);
    let closed_at = hazard.closed_at.filter(|_| standing == HazardStanding::Closed);
    let (party, value) = (standing.as_str().to_owned(), hazard.due.unwrap_or(i64::MAX));
    let found = Fact::new(document, FactKind::HazardFound, hazard.at);
    let mut facts = vec![Fact { until: closed_at, party, place: hazard.zone.clone(), value, ..found }];
    if let Some(at) = closed_at {
        let value = at.saturating_sub(hazard.at).max(0);
        facts.push(Fact { place: hazard.zone, value, ..Fact::new(document, FactKind::HazardClosed, at) });
    }
    facts
}

fn of_lost_report(document: &Document) -> Vec<Fact> {
    let Some(report) = parse::<LostReport>(document) else { return Vec::new() };
    if report.state == LostReportState::Withdrawn {
        return Vec::new();
    }
    let mut facts = vec![Fact::new(document, FactKind::LossReported, report.at)];
    if let Some(at) = report.returned_at.filter(|_| report.state == LostReportState::Returned) {
        facts.push(Fact { value: at.saturating_sub(report.at).max(0), ..Fact::new(document, FactKind::LossReturned, at) });
        facts.push(Fact::new(document, FactKind::RatingAsked, at));
    }
    facts
}

fn of_session(document: &Document) -> Vec<Fact> {
    let verified = parse::<PublicitySession>(document).filter(PublicitySession::counts);
    verified.map(|session| Fact { place: session.zone, ..Fact::new(document, FactKind::SessionVerified, session.at) }).into_iter().collect()
}

fn of_leaflets(document: &Document) -> Vec<Fact> {
    let used = parse::<Leaflets>(document).map(|leaflets| leaflets.sessions).unwrap_or_default();
    let fact = |used: LeafletUse| {
        let value = i64::try_from(used.distributed()).unwrap_or(i64::MAX);
        Fact { subject: used.session, value, ..Fact::new(document, FactKind::Leaflets, used.at) }
    };
    used.into_iter().map(fact).collect()
}

fn of_consultation(document: &Document) -> Vec<Fact> {
    let Some(consultation) = parse::<Consultation>(document) else { return Vec::new() };
    let fact = Fact::new(document, FactKind::Consultation, consultation.at);
    vec![Fact { subject: consultation.record.post, party: consultation.person, place: consultation.zone, ..fact }]
}

fn of_rating(document: &Document) -> Vec<Fact> {
    let fact = |rating: Rating| Fact {
        subject: rating.about,
        value: i64::from(rating.stars),
        ..Fact::new(document, FactKind::RatingGiven, rating.at)
    };
    parse(document).map(fact).into_iter().collect()
}

/// A name as JSON has it, without its quotes.
pub(super) fn name_of(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
