//! 口碑: one tap by whoever was helped, after a lost thing went back or a call was closed. Once each.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, parse, staff};
use super::{
    Actor, Bucket, Call, CallSource, CallState, Document, DocumentKind, LostReport, LostReportState, Role, Text, Until, Verdict,
    tracking_digest,
};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// The body of [`super::Kind::RatingGive`]. The operation is about [`rating_id`], so that nothing is rated twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingRecord {
    /// What is rated: a call or a lost report.
    pub about: String,
    /// How it was: 1, bad, to 5, very good.
    pub stars: u8,
    /// The report's tracking code, where it is rated from another phone than the one that reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What was rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatedKind {
    /// A call that was closed.
    Call,
    /// A lost thing that went back.
    LostReport,
}

/// A rating as the desk sees it. The tracking code is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// What was rated.
    pub about: String,
    /// Of which kind that is; absent where the phone does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RatedKind>,
    /// How it was: 1, bad, to 5, very good.
    pub stars: u8,
    /// Who rated it: a person's id, or `tourist`.
    pub rater: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that rated it.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
}

/// The id of the one rating that a call or a report can have.
#[must_use]
pub fn rating_id(about: &str) -> String {
    format!("{about}.rating")
}

/// Those who are helped. Nobody of the staff rates the staff.
const HELPED: &[Role] = &[Role::Tourist, Role::VenueOperator];

impl RatingRecord {
    /// The record as it travels.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `stars`; a text's code at `about` or `code`.
    pub fn normalised(self) -> Result<Self> {
        if !(1..=5).contains(&self.stars) {
            return Err(Error::field(Code::OutOfRange, "stars", "1 to 5"));
        }
        Ok(Self {
            about: Text::required("about", &self.about, 64)?.into_string(),
            code: Text::optional("code", self.code.as_deref(), 64)?.map(Text::into_string),
            ..self
        })
    }

    /// The record without its tracking code.
    #[must_use]
    pub fn redacted(self) -> Self {
        Self { code: None, ..self }
    }
}

impl Noun for Rating {
    const KIND: DocumentKind = DocumentKind::Rating;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_persons(&[], staff(&self.rater).into_iter(), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.rater)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn give(mut case: Case<'_>, record: RatingRecord) -> Judgement {
    case.authorise(HELPED)?;
    let operation = case.operation;
    if operation.entity != rating_id(&record.about) {
        return Err(Error::field(Code::Malformed, "entity", "the id of what is rated, and .rating").into());
    }
    if case.document(&operation.entity)?.is_some() {
        return Err(Error::field(Code::Exists, "about", "it was rated already").into());
    }
    let rating = Rating {
        kind: rated(&case, &record)?,
        about: record.about,
        stars: record.stars,
        rater: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
    };
    case.created(&rating)
}

/// What is rated, where it is over and the author is who was helped. A phone that does not have it leaves that to the hub.
fn rated(case: &Case<'_>, record: &RatingRecord) -> Judgement<Option<RatedKind>> {
    let Some(document) = case.document(&record.about)? else {
        if case.is_hub() {
            return Err(Stop::Verdict(Verdict::Held { until: Until::Entity(record.about.clone()) }));
        }
        if record.code.is_some() || !case.context.world.is_complete() {
            return Ok(None);
        }
        return Err(Error::field(Code::UnknownReference, "about", "nothing of this phone").into());
    };
    match DocumentKind::parse(&document.kind) {
        Some(DocumentKind::Call) => check_call(case, &document).map(|()| Some(RatedKind::Call)),
        Some(DocumentKind::LostReport) => check_report(case, &document, record.code.as_deref()).map(|()| Some(RatedKind::LostReport)),
        _ => Err(Error::field(Code::UnknownReference, "about", "a call or a lost report").into()),
    }
}

fn check_call(case: &Case<'_>, document: &Document) -> Judgement<()> {
    let call: Call = read(document)?;
    let is_caller = call.device == case.operation.device || *case.context.actor != Actor::Tourist && call.reporter == case.actor();
    // What 110 passed on was entered by the desk, and a clue asks for no help.
    if !is_caller || call.record.source != CallSource::App || !call.counts() {
        return Err(not_theirs());
    }
    over(call.state == CallState::Closed)
}

fn check_report(case: &Case<'_>, document: &Document, code: Option<&str>) -> Judgement<()> {
    let report: LostReport = read(document)?;
    let shows = code.is_some_and(|code| tracking_digest(code) == report.loss.tracking_digest);
    if !shows && report.device != case.operation.device {
        return Err(not_theirs());
    }
    over(report.state == LostReportState::Returned)
}

fn read<N: Noun>(document: &Document) -> Judgement<N> {
    parse(document).ok_or_else(|| Error::field(Code::StateRefused, "about", "the document is of a newer version").into())
}

fn over(is_over: bool) -> Judgement<()> {
    if is_over { Ok(()) } else { Err(Error::field(Code::StateRefused, "about", "it is not over").into()) }
}

fn not_theirs() -> Stop {
    Error::field(Code::NotPermitted, "about", "who was helped rates it, nobody else").into()
}
