//! Taking operations in: the chain is checked here, the rules are `core::domain`'s, and nothing stops the next one.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::VecDeque;

use liuye_core::domain::{
    Actor, Bucket, Contact, Context, DocumentKind, Kind, OperationDiscard, Standing, Until, Verdict, Write, apply, redact_operation,
};
use liuye_core::env::Env;
use liuye_core::log::{ContactSeal, DeviceId, Digest, Operation, head_preimage, verify_chain};
use liuye_core::sync::policy::MAX_OPERATIONS;
use liuye_core::sync::wire::{ContactEnvelope, HeadSignature, OperationVerdict};
use liuye_core::{Code, Error, Result};
use uuid::Uuid;

use crate::edition::Edition;
use crate::keys::Keys;
use crate::ledger::{Branch, DeviceRow, HubWorld, Taken, Tx};
use crate::scope::author;

/// What taking operations in needs beside the transaction.
pub(crate) struct Ingest<'a> {
    pub(crate) tx: &'a Tx<'a>,
    pub(crate) keys: &'a Keys,
    pub(crate) env: &'a Env,
    pub(crate) edition: Edition,
    /// Reports and claims that somebody gave up, to be erased once the transaction is through.
    pub(crate) given_up: &'a RefCell<Vec<String>>,
}

/// What a phone sends.
pub(crate) struct Push<'a> {
    pub(crate) device: &'a DeviceRow,
    pub(crate) branch: &'a Branch,
    pub(crate) first_seq: u64,
    pub(crate) operations: &'a [Operation],
    pub(crate) contacts: &'a [ContactEnvelope],
    pub(crate) head: Option<&'a HeadSignature>,
}

/// Why a push was not taken in at all.
#[derive(Debug)]
pub(crate) enum PushError {
    /// The hub expects another seq.
    Gap(u64),
    /// Anything else.
    Other(Error),
}

impl From<Error> for PushError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Ingest<'_> {
    /// Takes a push in and returns the verdict of each operation, by seq. What is already here keeps its verdict.
    pub(crate) fn push(&self, push: &Push<'_>) -> std::result::Result<(u64, Vec<OperationVerdict>), PushError> {
        let (device, branch) = (push.device, push.branch);
        if branch.is_frozen {
            return Err(Error::field(Code::Forked, "epoch", "the device left this branch of its log").into());
        }
        if push.operations.len() > MAX_OPERATIONS {
            return Err(Error::field(Code::TooLarge, "operations", format!("at most {MAX_OPERATIONS}")).into());
        }
        if push.first_seq > branch.acked_seq + 1 || push.first_seq == 0 {
            return Err(PushError::Gap(branch.acked_seq + 1));
        }
        let mut verdicts = Vec::with_capacity(push.operations.len());
        let known = usize::try_from(branch.acked_seq + 1 - push.first_seq).unwrap_or(usize::MAX).min(push.operations.len());
        let (repeated, new) = push.operations.split_at(known);
        for operation in repeated {
            verdicts.push(self.already_done(device, branch, operation)?);
        }
        if new.first().is_some_and(|first| first.prev_hash != branch.acked_hash) {
            return Err(Error::field(Code::Forked, "operations", "the log goes on from another operation than the last one here").into());
        }
        verify_chain((branch.acked_seq, branch.acked_hash), new)?;
        if let Some(operation) = new.iter().find(|operation| operation.device != device.device || operation.epoch != branch.epoch) {
            return Err(Error::field(Code::ChainBroken, "device", format!("at seq {}", operation.seq)).into());
        }
        self.check_head(push)?;
        for operation in new {
            let contact = push.contacts.iter().find(|contact| contact.operation == operation.id);
            verdicts.push(OperationVerdict { operation: operation.id, verdict: self.take(device, operation, contact)? });
        }
        let acked = new.last().map_or(branch.acked_seq, |last| last.seq);
        if let Some(last) = new.last() {
            self.tx.acknowledge(&device.device, branch.epoch, last.seq, &last.hash)?;
            self.tx.pass_hints(&device.device, branch.epoch, last.seq)?;
        }
        // An operation of this very push may have settled an earlier one of it.
        for verdict in &mut verdicts {
            if matches!(verdict.verdict, Verdict::Held { .. })
                && let Some(taken) = self.tx.operation(verdict.operation)?
            {
                verdict.verdict = taken.verdict;
            }
        }
        Ok((acked, verdicts))
    }

    /// Same seq and same hash: already done. Same seq, another hash: the log branched.
    fn already_done(&self, device: &DeviceRow, branch: &Branch, operation: &Operation) -> Result<OperationVerdict> {
        let (hash, own) = match self.tx.operation_at(&device.device, branch.epoch, operation.seq)? {
            Some(taken) => (taken.operation.hash, Some(taken.verdict)),
            None => {
                let repeat = self.tx.repeat_at(&device.device, branch.epoch, operation.seq)?;
                let (repeated, own) = repeat.ok_or_else(|| Error::internal("everything acknowledged is stored"))?;
                (repeated.hash, own)
            }
        };
        if hash != operation.hash {
            return Err(Error::field(Code::Forked, "operations", format!("seq {} is here with another hash", operation.seq)));
        }
        let verdict = match own {
            Some(verdict) => verdict,
            None => self.first_of(operation.id)?.verdict,
        };
        Ok(OperationVerdict { operation: operation.id, verdict })
    }

    fn first_of(&self, id: Uuid) -> Result<Taken> {
        self.tx.operation(id)?.ok_or_else(|| Error::internal("what is repeated came before"))
    }

    /// The phone's word on where its log stands is signed, and is about this log: a clone may have as many operations.
    fn check_head(&self, push: &Push<'_>) -> Result<()> {
        let Some(head) = push.head else { return Ok(()) };
        let (device, branch) = (&push.device.device, push.branch);
        let bytes = head_preimage(device, branch.epoch, head.seq, &head.hash);
        let agrees = push.operations.last().is_none_or(|last| last.seq == head.seq && last.hash == head.hash);
        // A phone with nothing new to say signs the same head each time.
        let is_known = self.tx.signed_head(device, branch.epoch)? == Some((head.seq, head.hash, head.signature.to_bytes()));
        if !agrees || !(is_known || push.device.public_key.verifies(&bytes, &head.signature)) {
            return Err(Error::field(Code::SignatureInvalid, "head_signature", "not this device's signature of this head"));
        }
        if push.operations.is_empty() && self.hash_at(device, branch, head.seq)?.is_some_and(|here| here != head.hash) {
            return Err(Error::field(Code::Forked, "head_signature", "another operation stands there"));
        }
        Ok(())
    }

    /// The hash of the operation at a place of a branch, where there is one.
    fn hash_at(&self, device: &DeviceId, branch: &Branch, seq: u64) -> Result<Option<Digest>> {
        if seq == branch.acked_seq {
            return Ok(Some(branch.acked_hash));
        }
        if let Some(taken) = self.tx.operation_at(device, branch.epoch, seq)? {
            return Ok(Some(taken.operation.hash));
        }
        Ok(self.tx.repeat_at(device, branch.epoch, seq)?.map(|(operation, _)| operation.hash))
    }

    /// Takes one operation in. Whatever is wrong with it is its verdict.
    fn take(&self, device: &DeviceRow, operation: &Operation, contact: Option<&ContactEnvelope>) -> Result<Verdict> {
        self.tx.prove_hint(operation)?;
        if let Some(known) = self.tx.operation(operation.id)? {
            return self.repeat(operation, &known);
        }
        let subject = self.tx.subject_of(operation)?;
        let erased_at = self.tx.erased_at(&subject)?;
        let position = self.tx.append_entry("operation", &operation.id.to_string(), &operation.hash)?;
        let (verdict, writes) = self.judge(device, operation, contact, erased_at.is_some())?;
        let kept = self.as_kept(operation, erased_at)?;
        self.tx.insert_operation(&kept, position, &verdict)?;
        if let (Some(contact), Some(digest), None) = (contact, operation.contact_digest, erased_at)
            && verdict != quarantined(Code::ContactMismatch, "contact")
        {
            let sealed = self.keys.seal(self.env, &operation.id.to_string(), contact.salt, contact.contact.get())?;
            self.tx.insert_contact(operation.id, &operation.entity, &digest, &sealed)?;
        }
        self.effects(operation, &verdict, &writes, position)?;
        match erased_at {
            Some(at) => self.stays_erased(operation, &subject, at)?,
            None if operation.body.is_none() => self.came_redacted(operation, &verdict)?,
            None => {}
        }
        Ok(verdict)
    }

    /// An operation as it is stored: nothing is kept that says who an erased person was.
    fn as_kept<'o>(&self, operation: &'o Operation, erased_at: Option<i64>) -> Result<Cow<'o, Operation>> {
        if operation.body.is_some() && erased_at.is_none() && operation.residue.is_none() {
            return Ok(Cow::Borrowed(operation));
        }
        let mut kept = operation.clone();
        if erased_at.is_some() {
            redact_operation(&mut kept)?;
        } else if kept.body.is_some() {
            // Nothing covers a residue: beside its body it says nothing.
            kept.residue = None;
        }
        Ok(Cow::Owned(kept))
    }

    /// A late phone wrote about a person who is erased: it is told, and the log says why the text is not here.
    fn stays_erased(&self, operation: &Operation, subject: &str, erased_at: i64) -> Result<()> {
        let position = self.tx.append_entry("redact", &operation.id.to_string(), &operation.hash)?;
        self.tx.tell_of_erasure(subject, &[operation.device], erased_at, position)
    }

    /// A phone redacted an operation before this hub saw it: its owner was erased here before the hub was put back from a
    /// backup, or gave the report up before it was sent.
    fn came_redacted(&self, operation: &Operation, verdict: &Verdict) -> Result<()> {
        self.tx.append_entry("redact", &operation.id.to_string(), &operation.hash)?;
        if verdict.is_applied() && is_of_owner(&operation.kind) {
            self.given_up.borrow_mut().push(operation.entity.clone());
        }
        Ok(())
    }

    /// An operation of this id is here: on another branch the same one is already done. Another of the same name must neither
    /// hide the first nor stop what comes after it.
    fn repeat(&self, operation: &Operation, known: &Taken) -> Result<Verdict> {
        let position = self.tx.append_entry("repeat", &operation.id.to_string(), &operation.hash)?;
        let own = (!operation.says_the_same_as(&known.operation)).then(|| quarantined(Code::DuplicateId, "id"));
        let subject = self.tx.subject_of(operation)?;
        let erased_at = self.tx.erased_at(&subject)?;
        let kept = self.as_kept(operation, erased_at)?;
        self.tx.insert_repeat(&kept, position, own.as_ref())?;
        match erased_at {
            Some(at) => self.stays_erased(operation, &subject, at)?,
            None if operation.body.is_none() => {
                self.tx.append_entry("redact", &operation.id.to_string(), &operation.hash)?;
            }
            None => {}
        }
        Ok(own.unwrap_or_else(|| known.verdict.clone()))
    }

    /// What the rules say of an operation, and what it would write.
    fn judge(
        &self,
        device: &DeviceRow,
        operation: &Operation,
        contact: Option<&ContactEnvelope>,
        is_erased: bool,
    ) -> Result<(Verdict, Vec<Write>)> {
        // Before the kind: what is held for a newer hub is judged there by the rules alone.
        if !self.may_write_as(device, &operation.actor)? {
            return Ok((quarantined(Code::NotPermitted, "actor"), Vec::new()));
        }
        // A contact goes with the text that it belongs to. Without it a call is a call all the same: the site's days for it may be over, or its phone's file was damaged.
        let is_call = operation.kind == Kind::CallRaise.as_str();
        let may_be_gone = contact.is_none() && (is_erased || operation.body.is_none() || is_call);
        if !may_be_gone && let Some(verdict) = self.contact_fault(operation, contact)? {
            return Ok((verdict, Vec::new()));
        }
        if let Some(fault) = self.reference_fault(device, operation)? {
            return Ok((fault, Vec::new()));
        }
        if !self.edition.knows(operation) {
            return Ok((held(Until::Kind(operation.kind.clone(), operation.schema_version)), Vec::new()));
        }
        if let Some(blocking) = self.tx.unsettled_before(operation)? {
            return Ok((held(Until::Operation(blocking)), Vec::new()));
        }
        self.apply(device, operation, self.tx.now)
    }

    /// Before enrolment a phone writes as `self`; after it, as a tourist's or as one of those who share it. Nobody writes as another,
    /// and the hub's own device alone for those who have none here, and for officers who logged in at the desk. Whether somebody who
    /// no longer shares it wrote in time is for the rules to say.
    fn may_write_as(&self, device: &DeviceRow, actor: &str) -> Result<bool> {
        Ok(match actor {
            Actor::SELF => true,
            Actor::TOURIST => device.held_by.is_empty(),
            Actor::OPERATOR | Actor::PUBLIC => self.is_own(device)?,
            person => device.held_by.iter().any(|held| held.person == person) || self.is_own(device)?,
        })
    }

    /// Whether it is the hub's own device.
    fn is_own(&self, device: &DeviceRow) -> Result<bool> {
        Ok(device.public_key == self.keys.tag_key(self.env, self.tx.site)?.public())
    }

    fn apply(&self, device: &DeviceRow, operation: &Operation, received_at: i64) -> Result<(Verdict, Vec<Write>)> {
        let actor = author(self.tx, device, &operation.actor)?;
        let world = HubWorld { tx: self.tx, keys: self.keys };
        let context = Context { world: &world, actor: &actor, site: self.tx.site, received_at: Some(received_at) };
        let mut outcome = apply(operation, &context)?;
        for write in outcome.writes.iter_mut().filter(|write| matches!(write.kind, DocumentKind::LostReport | DocumentKind::Claim)) {
            if let Some(erased_at) = self.tx.erased_at(&write.id)? {
                write.redact(erased_at);
            }
        }
        Ok((outcome.verdict, outcome.writes))
    }

    /// A contact has to be what the operation committed to, and has to be one.
    fn contact_fault(&self, operation: &Operation, envelope: Option<&ContactEnvelope>) -> Result<Option<Verdict>> {
        let mismatch = || Some(quarantined(Code::ContactMismatch, "contact"));
        Ok(match (operation.contact_digest, envelope) {
            (None, None) => None,
            (None, Some(_)) | (Some(_), None) => mismatch(),
            (Some(digest), Some(envelope)) if ContactSeal::digest(envelope.contact.get(), envelope.salt) != digest => mismatch(),
            (Some(_), Some(envelope)) => match serde_json::from_str::<Contact>(envelope.contact.get()) {
                Ok(contact) => contact.normalised(self.tx.now).err().map(|error| {
                    let error = error.within("contact");
                    quarantined(error.code, &error.field)
                }),
                Err(_) => Some(quarantined(Code::Malformed, "contact")),
            },
        })
    }

    /// What a correction corrects, and what is given up, has to be there, of this device and of this author; at the desk an officer
    /// settles what anyone wrote.
    fn reference_fault(&self, device: &DeviceRow, operation: &Operation) -> Result<Option<Verdict>> {
        let target = match (operation.amends, discard_target(operation)) {
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => return Ok(None),
        };
        let Some(taken) = self.tx.operation(target)? else { return Ok(Some(quarantined(Code::AmendsNothing, "amends"))) };
        let is_unsettled = !taken.verdict.is_applied() && taken.amended_by.is_none();
        let is_own = taken.operation.device == device.device && Actor::may_correct(&operation.actor, &taken.operation.actor);
        let open = match (is_own, operation.amends) {
            (true, _) => is_unsettled && !self.tx.is_given_up(&taken)?,
            (false, None) if self.is_own(device)? => {
                if !self.may_settle(device, operation)? {
                    return Ok(Some(quarantined(Code::NotPermitted, "actor")));
                }
                is_unsettled && !taken.discarded
            }
            (false, _) => false,
        };
        Ok((!open).then(|| quarantined(Code::AmendsNothing, "amends")))
    }

    /// Whether an officer may say that nobody has to look at somebody's operation any more.
    fn may_settle(&self, device: &DeviceRow, operation: &Operation) -> Result<bool> {
        let now = self.tx.now;
        Ok(author(self.tx, device, &operation.actor)?.standing(OperationDiscard::SETTLERS, now, now) == Standing::Held)
    }

    /// Everything that follows from a verdict: documents, marks, and a new look at what waited.
    fn effects(&self, operation: &Operation, verdict: &Verdict, writes: &[Write], position: u64) -> Result<()> {
        for write in writes {
            self.tx.write_document(write, position)?;
        }
        let mut arrived = VecDeque::new();
        self.claims_of_erased(operation)?;
        if verdict.is_applied() {
            self.withdraws(operation, writes);
            if let Some(amended) = operation.amends {
                self.tx.mark_amended(amended, operation.id)?;
                arrived.push_back(Until::Operation(amended));
            }
            if let Some(target) = discard_target(operation) {
                self.tx.mark_discarded(target)?;
                let given_up = self.tx.operation(target)?.map(|taken| taken.operation);
                // What the desk settles is still its author's, with whom they are.
                self.gives_up(given_up.filter(|target| target.device == operation.device))?;
                arrived.push_back(Until::Operation(target));
            }
        }
        arrived.extend(settles(operation, verdict, writes));
        self.rejudge(arrived)
    }

    /// A withdrawn report is erased at once, and so is a withdrawn claim, whether it was withdrawn by itself or with its report.
    fn withdraws(&self, operation: &Operation, writes: &[Write]) {
        let is_over = |write: &&Write| write.kind == DocumentKind::Claim && write.body["state"] == "withdrawn";
        let mut given_up = self.given_up.borrow_mut();
        given_up.extend(writes.iter().filter(is_over).map(|write| write.id.clone()));
        if operation.kind == Kind::LossWithdraw.as_str() {
            given_up.push(operation.entity.clone());
        }
    }

    /// A claim by a report whose owner is erased brings nobody back: it is erased as well, whatever became of it.
    fn claims_of_erased(&self, operation: &Operation) -> Result<()> {
        if operation.kind != Kind::ClaimSubmit.as_str() {
            return Ok(());
        }
        let body: serde_json::Value = serde_json::from_str(operation.text_or_residue()).unwrap_or_default();
        if let Some(report) = body["report"].as_str()
            && self.tx.erased_at(report)?.is_some()
            && self.tx.erased_at(&operation.entity)?.is_none()
        {
            self.given_up.borrow_mut().push(operation.entity.clone());
        }
        Ok(())
    }

    /// So is one that never took effect and that its author gave up.
    fn gives_up(&self, target: Option<Operation>) -> Result<()> {
        if let Some(target) = target.filter(|target| is_of_owner(&target.kind))
            && self.tx.document(&target.entity)?.is_none()
        {
            self.given_up.borrow_mut().push(target.entity);
        }
        Ok(())
    }

    /// A photo is here whole: what waited for it is judged again.
    pub(crate) fn blob_arrived(&self, sha256: &Digest) -> Result<()> {
        self.rejudge(VecDeque::from([Until::Blob(*sha256)]))
    }

    /// Looks again at everything that is held: after an upgrade, and for what has waited too long.
    pub(crate) fn sweep(&self) -> Result<usize> {
        let oldest = self.tx.now - i64::from(self.tx.settings()?.held_max_days) * 86_400_000;
        let held = self.tx.all_held()?;
        for taken in &held {
            if taken.received_at < oldest {
                self.settle(taken, quarantined(Code::HeldTooLong, ""), &[])?;
            } else {
                self.judge_again(taken)?;
            }
        }
        Ok(held.len())
    }

    fn rejudge(&self, mut arrived: VecDeque<Until>) -> Result<()> {
        while let Some(until) = arrived.pop_front() {
            for taken in self.tx.held_for(&until.to_string())? {
                arrived.extend(self.judge_again(&taken)?);
            }
        }
        Ok(())
    }

    /// Judges a held operation again, as of when it came. Returns what that settles for others.
    fn judge_again(&self, taken: &Taken) -> Result<Vec<Until>> {
        let operation = &taken.operation;
        let Some(device) = self.tx.device(&operation.device)? else { return Ok(Vec::new()) };
        if !self.edition.knows(operation) {
            return Ok(Vec::new());
        }
        let (verdict, writes) = match self.tx.unsettled_before(operation)? {
            Some(blocking) => (held(Until::Operation(blocking)), Vec::new()),
            None => self.apply(&device, operation, taken.received_at)?,
        };
        if verdict == taken.verdict {
            return Ok(Vec::new());
        }
        self.settle(taken, verdict.clone(), &writes)?;
        Ok(settles(operation, &verdict, &writes))
    }

    /// Writes a later verdict down and lets its author know.
    fn settle(&self, taken: &Taken, verdict: Verdict, writes: &[Write]) -> Result<()> {
        let operation = &taken.operation;
        let body = serde_json::to_value(&verdict)?;
        let position = self.tx.append_entry("verdict", &operation.id.to_string(), &Digest::of(body.to_string().as_bytes()))?;
        for write in writes {
            self.tx.write_document(write, position)?;
        }
        self.tx.set_verdict(operation.id, &verdict, position)?;
        if verdict.is_applied() {
            self.withdraws(operation, writes);
        }
        self.tx.write_verdict(operation.id.to_string(), body, Bucket::Device(operation.device), position)?;
        if verdict.is_applied()
            && let Some(amended) = operation.amends
        {
            self.tx.mark_amended(amended, operation.id)?;
        }
        Ok(())
    }
}

/// What waits for this operation, or for a document that it made.
fn settles(operation: &Operation, verdict: &Verdict, writes: &[Write]) -> Vec<Until> {
    match verdict {
        Verdict::Applied { .. } => {
            let made = writes.iter().map(|write| &write.id).filter(|id| **id != operation.entity);
            let own = [Until::Operation(operation.id), Until::Entity(operation.entity.clone())];
            own.into_iter().chain(made.map(|id| Until::Entity(id.clone()))).collect()
        }
        Verdict::Conflict { .. } => vec![Until::Operation(operation.id)],
        _ => Vec::new(),
    }
}

/// Whether an operation of this kind makes a record that is some owner's, and goes with them.
fn is_of_owner(kind: &str) -> bool {
    matches!(Kind::parse(kind), Some(Kind::LossReport | Kind::ClaimSubmit))
}

fn discard_target(operation: &Operation) -> Option<Uuid> {
    if Kind::parse(&operation.kind) != Some(Kind::OperationDiscard) {
        return None;
    }
    let body: serde_json::Value = serde_json::from_str(operation.text_or_residue()).ok()?;
    body.get("target")?.as_str()?.parse().ok()
}

fn held(until: Until) -> Verdict {
    Verdict::Held { until }
}

fn quarantined(code: Code, field: &str) -> Verdict {
    Verdict::Quarantined { code, field: field.to_owned() }
}
