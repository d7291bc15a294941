//! What an operation does to the documents: the one entrance to the rules, for phones and hub alike.

use serde_json::Value;
use uuid::Uuid;

use super::case::{Case, Judgement, Stop};
use super::{Actor, Body, Bucket, Conflict, Document, DocumentKind, Kind, Photo, Until, Verdict, Visit};
use super::{OpenMatter, consultation, dispute, duty_log, handover, leaflets, publicity, rating, work_plan};
use super::{
    assignment, call, campaign, check_fix, check_in, claim, crowd, found_item, hazard_steps, inspection, lost_report, notice, shift, tour,
    track, welfare,
};
use crate::log::{DeviceId, Digest, Operation};
use crate::{Code, Error, Result};

/// What the rules may ask of the side that they run on. On a phone: the hub's documents with its own unsettled
/// operations on top. On the hub: the ledger, inside the transaction that takes the operation in.
pub trait World {
    /// A document by its id.
    ///
    /// # Errors
    /// Those of the store.
    fn document(&self, id: &str) -> Result<Option<Document>>;

    /// The visits of a person with `from ≤ at ≤ to` (UTC ms), in any order.
    ///
    /// # Errors
    /// Those of the store.
    fn visits_of(&self, person: &str, from: i64, to: i64) -> Result<Vec<Visit>>;

    /// The shifts or tours (`kind`) of a person with `from ≤ at ≤ to` (UTC ms), in any order.
    ///
    /// # Errors
    /// Those of the store.
    fn duties_of(&self, kind: DocumentKind, person: &str, from: i64, to: i64) -> Result<Vec<Document>>;

    /// Who else changed the document after `base_rev` (0 where the author had none): the last operation of another
    /// device, or the hub's clock.
    ///
    /// # Errors
    /// Those of the store.
    fn overtaken_by(&self, entity: &str, base_rev: u64, device: &DeviceId) -> Result<Option<Overtaker>>;

    /// The persons who are on duty at `at` (UTC ms), in that zone or on the whole site, each once and in the order of their
    /// ids, as far as this side knows. Read from the shifts.
    ///
    /// # Errors
    /// Those of the store.
    fn on_duty(&self, zone: Option<&str>, at: i64) -> Result<Vec<String>>;

    /// The claims that a device made with `from ≤ at ≤ to` (UTC ms), in any order.
    ///
    /// # Errors
    /// Those of the store.
    fn claims_of(&self, device: &DeviceId, from: i64, to: i64) -> Result<Vec<Document>>;

    /// What is open for a person who serves at a post in that zone, in its order, as far as this side knows
    /// (see [`OpenMatter::of`]).
    ///
    /// # Errors
    /// Those of the store.
    fn open_matters(&self, person: &str, zone: &str) -> Result<Vec<OpenMatter>>;

    /// Whether the photo is here, whole.
    ///
    /// # Errors
    /// Those of the store.
    fn has_blob(&self, sha256: &Digest) -> Result<bool>;

    /// The AES key of a checkpoint's NFC tag. A phone never has one.
    ///
    /// # Errors
    /// Those of the store.
    fn nfc_key(&self, checkpoint: &str) -> Result<Option<[u8; 16]>>;

    /// When the position of the site's log was written, by the hub's clock, where this side knows.
    ///
    /// # Errors
    /// Those of the store.
    fn written_at(&self, position: u64) -> Result<Option<i64>>;

    /// When this person ceased to share the device, by the hub's clock, UTC ms; none where they still do, and on a phone.
    ///
    /// # Errors
    /// Those of the store.
    fn left_device_at(&self, _device: &DeviceId, _person: &str) -> Result<Option<i64>> {
        Ok(None)
    }

    /// Whether all reference data of the author's scope is here. Where it is not, an unknown reference is no reason
    /// to refuse: the hub will know.
    fn is_complete(&self) -> bool;
}

/// Who was faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overtaker {
    /// Somebody else's operation.
    Operation(Uuid),
    /// The hub's clock (see [`super::due`]).
    Clock,
}

/// What surrounds an operation when it is judged.
pub struct Context<'a> {
    /// The side that judges.
    pub world: &'a dyn World,
    /// The author.
    pub actor: &'a Actor,
    /// The id of the site's document; empty on a phone that is not enrolled.
    pub site: &'a str,
    /// When the hub received it, by the hub's clock, UTC ms. Absent on a phone.
    pub received_at: Option<i64>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The documents to write. Empty unless the operation was applied or is a conflict.
    pub writes: Vec<Write>,
}

/// A document to write: the whole of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The document's id.
    pub id: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its contents.
    pub body: Value,
    /// Where it lies now.
    pub buckets: Vec<Bucket>,
    /// Whose it is, for [`World::visits_of`] and lists.
    pub person: Option<String>,
    /// Its own time, UTC ms, for lists.
    pub at: i64,
    /// A conflict to add to those that it has.
    pub conflict: Option<Conflict>,
}

/// Judges an operation and says what it changes. It reads the world and writes nothing; the same operation, world
/// and context give the same outcome.
///
/// The hash chain, the signature and the device's right to speak are the caller's business, as are kinds that
/// this version does not know beyond holding them (see [`Until::Kind`]).
///
/// # Errors
/// Those of the world only: whatever is wrong with the operation is a verdict.
pub fn apply(operation: &Operation, context: &Context<'_>) -> Result<Outcome> {
    match judgement(operation, context) {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Verdict(verdict)) => Ok(Outcome { verdict, writes: Vec::new() }),
        Err(Stop::World(error)) => Err(error),
    }
}

fn judgement(operation: &Operation, context: &Context<'_>) -> Judgement {
    let version = operation.schema_version;
    let kind = match Kind::parse(&operation.kind) {
        Some(kind) if version <= Kind::SCHEMA_VERSION => kind,
        _ => {
            return Err(Stop::Verdict(Verdict::Held { until: Until::Kind(operation.kind.clone(), version) }));
        }
    };
    let mut case = Case::new(operation, context)?;
    case.check_holder()?;
    let body = Body::of(kind, operation)?;
    if operation.body.is_some() {
        // What a person typed was typed by the light of the device's own clock: a slow one must not put it in the future.
        body.check(case.at.max(operation.recorded_at))?;
    }
    check_photos(operation)?;
    if let Some(fix) = &operation.fix {
        check_fix(fix)?;
    }
    match body {
        Body::Enrol(_) | Body::Discard(_) => Ok(case.applied(Vec::new())),
        Body::CheckIn(body) => check_in::record(case, body),
        Body::Review(body) => check_in::review(case, body),
        Body::Shift(body) => shift::apply(case, body),
        Body::Tour(body) => tour::apply(case, body),
        Body::Crowd(body) => crowd::record(case, body),
        Body::Track(body) => track::record(case, body),
        Body::Loss(body) => lost_report::report(case, body),
        Body::LossEvent(body) => lost_report::advance(case, kind, body),
        Body::Found(body) => found_item::apply(case, body),
        Body::Claim(body) => claim::apply(case, body),
        Body::Campaign(body) => campaign::apply(case, body),
        Body::Inspection(body) => inspection::apply(case, kind, body),
        Body::Hazard(body) => hazard_steps::apply(case, body),
        Body::Notice(body) => notice::apply(case, body),
        Body::Call(body) => call::apply(case, body),
        Body::Assignment(body) => assignment::apply(case, body),
        Body::Welfare(body) => welfare::apply(case, body),

        Body::Publicity(body) => publicity::apply(case, body),
        Body::Leaflets(body) => leaflets::apply(case, body),
        Body::Dispute(body) => dispute::apply(case, body),
        Body::WorkPlan(body) => work_plan::apply(case, body),
        Body::Rating(body) => rating::give(case, body),
        Body::Consultation(body) => consultation::record(case, body),
        Body::DutyLog(body) => duty_log::write(case, body),
        Body::Handover(body) => handover::apply(case, body),
    }
}

fn check_photos(operation: &Operation) -> Result<()> {
    Photo::check_count(operation.blobs.len())?;
    for (index, blob) in operation.blobs.iter().enumerate() {
        if blob.len == 0 || blob.len > Photo::MAX_BYTES as u64 {
            return Err(Error::field(Code::PhotoTooLarge, format!("photos[{index}]"), "1 byte to 10 MB"));
        }
    }
    Ok(())
}
