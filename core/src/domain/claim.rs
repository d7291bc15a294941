//! Claims of found property. Whoever claims is asked what only the owner can know; two live claims lock the item.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, changed_write, next, parse, staff};
use super::{
    Actor, Bucket, DocumentKind, FoundItem, FoundItemMove, FoundItemState, FoundNotice, Kind, LostReport, LostReportMove, LostReportState,
    Role, Text, Until, Verdict, Write, found_item,
};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// The bodies of a claim's operations, told apart by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ClaimEvent {
    /// [`super::Kind::ClaimSubmit`]; a contact may ride beside it.
    Submit {
        /// The item's id.
        item: String,
        /// The claimant's own loss report, where there is one: it moves on with the claim.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<String>,
        /// Why it is theirs; 1 to 2,000 characters.
        statement: String,
    },
    /// [`super::Kind::ClaimQuestion`]: what only the owner can answer. The right answers are in no operation.
    Question {
        /// 1 to 5 questions of 1 to 500 characters.
        questions: Vec<String>,
    },
    /// [`super::Kind::ClaimAnswer`]: once, so that nobody tries until it fits.
    Answer {
        /// As many as there are questions, each 1 to 1,000 characters.
        answers: Vec<String>,
    },
    /// [`super::Kind::ClaimVerify`]
    Verify {
        /// What it was known by; at most 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// [`super::Kind::ClaimReject`]
    Reject {
        /// Why; 1 to 1,000 characters.
        reason: String,
    },
    /// [`super::Kind::ClaimWithdraw`]: the claimant gives up, and is forgotten.
    Withdraw {},
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ClaimState {
    /// 提出
    Submitted,
    /// 核问
    Questioned,
    /// 核实
    Verified,
    /// 驳回
    Rejected,
    /// 领回
    Released,
    /// 撤回
    Withdrawn,
}

/// What moves a claim on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimMove {
    /// The desk asks.
    Question,
    /// The claimant answers.
    Answer,
    /// It is theirs.
    Verify,
    /// It is not.
    Reject,
    /// They get it.
    Release,
    /// They give up.
    Withdraw,
}

impl ClaimState {
    /// Every step that a claim can take. One that was verified may still be rejected: where a better one comes before the item went.
    pub const TRANSITIONS: &'static [(Self, ClaimMove, Self)] = &[
        (Self::Submitted, ClaimMove::Question, Self::Questioned),
        (Self::Submitted, ClaimMove::Withdraw, Self::Withdrawn),
        (Self::Questioned, ClaimMove::Answer, Self::Questioned),
        (Self::Questioned, ClaimMove::Verify, Self::Verified),
        (Self::Questioned, ClaimMove::Reject, Self::Rejected),
        (Self::Questioned, ClaimMove::Withdraw, Self::Withdrawn),
        (Self::Verified, ClaimMove::Release, Self::Released),
        (Self::Verified, ClaimMove::Reject, Self::Rejected),
        (Self::Verified, ClaimMove::Withdraw, Self::Withdrawn),
    ];

    /// Whether it still waits for its end.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Submitted | Self::Questioned | Self::Verified)
    }
}

/// A claim as the claimant and the desk see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The item.
    pub item: String,
    /// The claimant's loss report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Where it stands.
    pub state: ClaimState,
    /// Who claims: a person's id, or `tourist`.
    pub claimant: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that claimed it.
    pub operation: Uuid,
    /// When it was claimed, UTC ms.
    pub at: i64,
    /// Whether a contact was given; it stays so once that is erased, because counts are made of it.
    pub has_contact: bool,
    /// Why it is theirs.
    pub statement: String,
    /// What they were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// What they answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// Who found that it is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
    /// When it ended, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// The last word on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When the claimant was erased, UTC ms: texts are empty from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<i64>,
}

/// Claims of one phone that may be open within [`CLAIMS_WINDOW_MS`].
const CLAIMS_MAX: usize = 3;
const CLAIMS_WINDOW_MS: i64 = 24 * 3_600_000;
const CLAIMANTS: &[Role] = Role::RECORDING;
const DESK: &[Role] = &[Role::Desk];

impl ClaimEvent {
    /// The kind of operation that carries this body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Submit { .. } => Kind::ClaimSubmit,
            Self::Question { .. } => Kind::ClaimQuestion,
            Self::Answer { .. } => Kind::ClaimAnswer,
            Self::Verify { .. } => Kind::ClaimVerify,
            Self::Reject { .. } => Kind::ClaimReject,
            Self::Withdraw {} => Kind::ClaimWithdraw,
        }
    }

    /// The event with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at its field, with its place in a list; [`Code::OutOfRange`] at `questions` or `answers`.
    pub fn normalised(self) -> Result<Self> {
        Ok(match self {
            Self::Submit { item, report, statement } => Self::Submit {
                item: Text::required("item", &item, 64)?.into_string(),
                report: Text::optional("report", report.as_deref(), 64)?.map(Text::into_string),
                statement: Text::required_lines("statement", &statement, 2000)?.into_string(),
            },
            Self::Question { questions } => Self::Question { questions: lines("questions", questions, 500)? },
            Self::Answer { answers } => Self::Answer { answers: lines("answers", answers, 1000)? },
            Self::Verify { note } => Self::Verify { note: Text::optional_lines("note", note.as_deref(), 1000)?.map(Text::into_string) },
            Self::Reject { reason } => Self::Reject { reason: Text::required_lines("reason", &reason, 1000)?.into_string() },
            Self::Withdraw {} => self,
        })
    }

    /// The event without what anyone typed. How many questions there were and how many answers stays: the next step is judged by it.
    #[must_use]
    pub fn redacted(self) -> Self {
        let emptied = |texts: Vec<String>| texts.into_iter().map(|_| String::new()).collect();
        match self {
            Self::Submit { item, report, .. } => Self::Submit { item, report, statement: String::new() },
            Self::Question { questions } => Self::Question { questions: emptied(questions) },
            Self::Answer { answers } => Self::Answer { answers: emptied(answers) },
            Self::Verify { .. } => Self::Verify { note: None },
            Self::Reject { .. } => Self::Reject { reason: String::new() },
            Self::Withdraw {} => self,
        }
    }

    /// The step that it takes; none for the one that claims.
    const fn step(&self) -> Option<ClaimMove> {
        Some(match self {
            Self::Submit { .. } => return None,
            Self::Question { .. } => ClaimMove::Question,
            Self::Answer { .. } => ClaimMove::Answer,
            Self::Verify { .. } => ClaimMove::Verify,
            Self::Reject { .. } => ClaimMove::Reject,
            Self::Withdraw {} => ClaimMove::Withdraw,
        })
    }
}

fn lines(field: &'static str, texts: Vec<String>, max: usize) -> Result<Vec<String>> {
    if !(1..=5).contains(&texts.len()) {
        return Err(Error::field(Code::OutOfRange, field, "1 to 5"));
    }
    let read = |(place, text): (usize, String)| {
        Text::required_lines(field, &text, max)
            .map(Text::into_string)
            .map_err(|error| Error { field: format!("{field}[{place}]").into(), ..error })
    };
    texts.into_iter().enumerate().map(read).collect()
}

impl Claim {
    /// The claim without what anyone typed. Everything that counts are made of stays.
    #[must_use]
    pub fn redacted(self, erased_at: i64) -> Self {
        let emptied = |texts: Vec<String>| texts.into_iter().map(|_| String::new()).collect();
        Self {
            statement: String::new(),
            questions: emptied(self.questions),
            answers: emptied(self.answers),
            note: None,
            erased_at: self.erased_at.or(Some(erased_at)),
            ..self
        }
    }

    /// When the claimant is to be erased, UTC ms: at once where they gave up, `days` after the end where the claim has one. None
    /// while somebody may still have to reach them.
    #[must_use]
    pub fn erase_from(&self, days: u32) -> Option<i64> {
        match self.state {
            ClaimState::Withdrawn => Some(i64::MIN),
            ClaimState::Released | ClaimState::Rejected => Some(self.ended_at?.saturating_add(i64::from(days) * 86_400_000)),
            ClaimState::Submitted | ClaimState::Questioned | ClaimState::Verified => None,
        }
    }

    fn take(&mut self, step: ClaimMove) -> bool {
        next(ClaimState::TRANSITIONS, self.state, step).map(|state| self.state = state).is_some()
    }

    /// The claim once its item went to the claimant; none where it is not verified.
    pub(super) fn released(&self, at: i64) -> Option<Self> {
        let mut after = self.clone();
        after.ended_at = Some(at);
        after.take(ClaimMove::Release).then_some(after)
    }
}

impl Noun for Claim {
    const KIND: DocumentKind = DocumentKind::Claim;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_lost_report(staff(&self.claimant), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.claimant)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn apply(mut case: Case<'_>, event: ClaimEvent) -> Judgement {
    let step = match event {
        ClaimEvent::Submit { item, report, statement } => return submit(case, item, report, statement),
        ref event => event.step().ok_or_else(|| Error::internal("every later step is one"))?,
    };
    if matches!(step, ClaimMove::Question | ClaimMove::Verify | ClaimMove::Reject) {
        case.authorise(DESK)?;
    }
    let (document, before): (_, Claim) = case.existing()?;
    // A tourist has no account: the phone that claimed is what may answer, and take the claim back.
    if matches!(step, ClaimMove::Answer | ClaimMove::Withdraw) && before.device != case.operation.device {
        case.authorise(DESK)?;
    }
    let mut after = before.clone();
    let is_second_answer = step == ClaimMove::Answer && !before.answers.is_empty();
    if is_second_answer || !after.take(step) {
        return case.illegal(&document, &before);
    }
    advance(&case, &mut after, event)?;
    let dead = std::slice::from_ref(&case.operation.entity);
    let item = if after.state.is_live() { None } else { item_without(&case, &before.item, dead)? };
    let mut outcome = case.changed(&document, &before, &after)?;
    outcome.writes.extend(item);
    Ok(outcome)
}

fn advance(case: &Case<'_>, claim: &mut Claim, event: ClaimEvent) -> Judgement<()> {
    match event {
        ClaimEvent::Submit { .. } => {}
        ClaimEvent::Question { questions } => claim.questions = questions,
        ClaimEvent::Answer { answers } => {
            if answers.len() != claim.questions.len() {
                return Err(Error::field(Code::OutOfRange, "answers", "as many as there are questions").into());
            }
            claim.answers = answers;
        }
        ClaimEvent::Verify { note } => {
            if claim.answers.is_empty() {
                return Err(Error::field(Code::Missing, "answers", "nothing is verified that was not answered").into());
            }
            if claimed_item(case, &claim.item)?.is_some_and(|item| item.is_locked()) {
                return Err(Error::new(Code::ItemDisputed, "another live claim has to be settled first").into());
            }
            claim.verified_by = Some(case.actor().to_owned());
            claim.note = note.or_else(|| claim.note.take());
        }
        ClaimEvent::Reject { reason } => (claim.note, claim.ended_at) = (Some(reason), Some(ending(case))),
        ClaimEvent::Withdraw {} => claim.ended_at = Some(ending(case)),
    }
    Ok(())
}

/// When a claim ends: by the hub's clock, because the days until its author is erased are counted from it.
pub(super) fn ending(case: &Case<'_>) -> i64 {
    case.context.received_at.unwrap_or(case.at)
}

fn submit(mut case: Case<'_>, item: String, report: Option<String>, statement: String) -> Judgement {
    case.authorise(CLAIMANTS)?;
    case.must_be_new()?;
    check_claimable(&case, &item)?;
    check_limit(&case, report.as_deref())?;
    let report_write = match &report {
        Some(report) => report_claimed(&mut case, report)?,
        None => None,
    };
    let operation = case.operation;
    let claim = Claim {
        item: item.clone(),
        report,
        state: ClaimState::Submitted,
        claimant: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        has_contact: operation.contact_digest.is_some(),
        statement,
        questions: Vec::new(),
        answers: Vec::new(),
        verified_by: None,
        ended_at: None,
        note: None,
        erased_at: None,
    };
    let item_write = found_item::claims_write(&case, &item, |item| {
        item.claims.push(operation.entity.clone());
        let _ = item.take(FoundItemMove::Claim) || item.take(FoundItemMove::Dispute);
    })?;
    let mut outcome = case.created(&claim)?;
    outcome.writes.extend(item_write.into_iter().chain(report_write));
    Ok(outcome)
}

fn claimed_item(case: &Case<'_>, id: &str) -> Judgement<Option<FoundItem>> {
    Ok(case.document(id)?.filter(|document| document.kind == DocumentKind::FoundItem.as_str()).as_ref().and_then(parse))
}

/// What was announced may be claimed. A tourist's phone has the notice alone; without either, the hub knows.
fn check_claimable(case: &Case<'_>, id: &str) -> Judgement<()> {
    use FoundItemState::{ClaimPending, Disputed, Noticed};
    let refused = || Err(Error::field(Code::StateRefused, "item", "it cannot be claimed").into());
    if case.document(id)?.is_some_and(|document| document.kind != DocumentKind::FoundItem.as_str()) {
        return Err(Error::field(Code::UnknownReference, "item", "a document of another kind").into());
    }
    if let Some(item) = claimed_item(case, id)? {
        return match item.found.prohibited {
            Some(_) => Err(Error::field(Code::ItemProhibited, "item", "weapons and contraband go to the police").into()),
            None if matches!(item.state, Noticed | ClaimPending | Disputed) => Ok(()),
            None => refused(),
        };
    }
    if case.is_hub() {
        return Err(Stop::Verdict(Verdict::Held { until: Until::Entity(id.to_owned()) }));
    }
    let notice: Option<FoundNotice> = case.document(&FoundItem::notice_id(id))?.as_ref().and_then(parse);
    if notice.is_some_and(|notice| !notice.open) { refused() } else { Ok(()) }
}

/// A phone may have three claims open in 24 hours, and so may whoever shows a report's code: the hub's device writes for all of
/// them. The desk writes claims down for whoever comes to the counter.
fn check_limit(case: &Case<'_>, report: Option<&str>) -> Judgement<()> {
    if matches!(case.context.actor, Actor::Person(person) if person.holds(DESK, case.at)) {
        return Ok(());
    }
    let (from, to) = (case.at.saturating_sub(CLAIMS_WINDOW_MS - 1), case.at.saturating_add(CLAIMS_WINDOW_MS - 1));
    let claims = case.context.world.claims_of(&case.operation.device, from, to).map_err(Stop::World)?;
    let by_code = *case.context.actor == Actor::Public;
    let counts = |claim: &Claim| claim.state.is_live() && (!by_code || claim.report.as_deref() == report);
    let open = claims.iter().filter_map(parse::<Claim>).filter(counts).count();
    if open < CLAIMS_MAX { Ok(()) } else { Err(Error::new(Code::ClaimLimit, "at most 3 open claims of a phone in 24 hours").into()) }
}

fn loss_report(case: &Case<'_>, id: &str) -> Judgement<Option<(super::Document, LostReport)>> {
    let document = case.document(id)?.filter(|document| document.kind == DocumentKind::LostReport.as_str());
    Ok(document.and_then(|document| parse(&document).map(|report| (document, report))))
}

/// The report moves on with the claim. One in which nobody saw a candidate yet passes through that step in the same moment.
fn report_claimed(case: &mut Case<'_>, id: &str) -> Judgement<Option<Write>> {
    let Some((document, before)) = loss_report(case, id)? else {
        if case.document(id)?.is_some() {
            return Err(Error::field(Code::UnknownReference, "report", "a document of another kind").into());
        }
        if case.is_hub() {
            return Err(Stop::Verdict(Verdict::Held { until: Until::Entity(id.to_owned()) }));
        }
        return Ok(None);
    };
    if before.device != case.operation.device {
        case.authorise(DESK)?;
    }
    let mut after = before.clone();
    if before.state != LostReportState::Claimed {
        let _ = after.take(LostReportMove::Candidate);
        if !after.take(LostReportMove::Claim) {
            return Err(Error::field(Code::StateRefused, "report", "the report is over").into());
        }
    }
    if after == before { Ok(None) } else { changed_write(&document, &before, &after).map(Some) }
}

/// The report of a claim whose item went back. Where it expired or was withdrawn meanwhile, it stays as it is.
pub(super) fn report_returned(case: &Case<'_>, claim: &Claim) -> Judgement<Option<Write>> {
    let Some(id) = &claim.report else { return Ok(None) };
    let Some((document, before)) = loss_report(case, id)? else { return Ok(None) };
    let mut after = LostReport { returned_at: Some(ending(case)), ..before.clone() };
    if after.take(LostReportMove::Return) { changed_write(&document, &before, &after).map(Some) } else { Ok(None) }
}

/// The item once claims of it have died.
fn item_without(case: &Case<'_>, item: &str, claims: &[String]) -> Judgement<Option<Write>> {
    found_item::claims_write(case, item, |item| {
        item.claims.retain(|live| !claims.contains(live));
        if item.claims.len() < 2 {
            item.take(FoundItemMove::Settle);
        }
        if item.claims.is_empty() {
            item.take(FoundItemMove::Unclaim);
        }
    })
}

/// The live claims that this device made for the report that is withdrawn, and their items, as they are after it.
pub(super) fn withdrawn_with(case: &Case<'_>, device: DeviceId) -> Judgement<Vec<Write>> {
    let report = Some(&case.operation.entity);
    let mut writes = Vec::new();
    let mut items: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for document in case.context.world.claims_of(&device, i64::MIN, i64::MAX).map_err(Stop::World)? {
        let Some(before) = parse::<Claim>(&document).filter(|claim| claim.report.as_ref() == report) else { continue };
        let mut after = Claim { ended_at: Some(ending(case)), ..before.clone() };
        if after.take(ClaimMove::Withdraw) {
            writes.push(changed_write(&document, &before, &after)?);
            items.entry(before.item).or_default().push(document.id);
        }
    }
    for (item, claims) in items {
        writes.extend(item_without(case, &item, &claims)?);
    }
    Ok(writes)
}
