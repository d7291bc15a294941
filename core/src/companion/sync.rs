//! The loop over the sync engine: it sends, writes down answers, and says when to come back.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, TryLockError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Companion;
use super::enrol::Enrolment;
use super::moment::Moment;
use super::newer::{BUILD, told_late, told_verdict};
use super::observe::Changes;
use super::record::HubClock;
use super::session::take_holders;
use super::view::Judge;
use crate::domain::{Bucket, BucketDigest, Document, DocumentKind, Kind, Redaction, Until, Verdict};
use crate::env::{Env, LogLevel, Transport};
use crate::log::DeviceId;
use crate::store::erase::{Reach, erase, forget_contact};
use crate::store::{Meta, blobs, digests, documents, outbox, private, search};
use crate::sync::backoff::wait_ms;
use crate::sync::engine::{Action, Batch, BlobPiece, End, Engine, Event, Route};
use crate::sync::policy::{LEASE_MS, MAX_HINT_BYTES, MAX_HINTS, MAX_OPERATIONS};
use crate::sync::version::{ProtocolRange, ProtocolVersion};
use crate::sync::wire::{Change, ContactEnvelope, OperationVerdict, SyncAnswer};
use crate::{Code, Error, Result};

/// Why a sync is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncReason {
    /// Something was written.
    Write,
    /// The network is back.
    Connect,
    /// The time that the last report named has come, or a scheduler woke the app.
    Timer,
    /// The app starts.
    Launch,
    /// The hub's live line named a new head.
    Head,
    /// Somebody pressed a button.
    User,
}

/// How a sync went. A network that fails is no error of the call: it is told here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncReport {
    /// Operations that the hub took in.
    pub sent: u64,
    /// The verdicts that came, late ones too.
    pub verdicts: Vec<OperationVerdict>,
    /// Documents that came.
    pub received: u64,
    /// Documents that went.
    pub gone: u64,
    /// Photos that the hub has whole now.
    pub blobs_sent: u64,
    /// Buckets that did not hold what the hub said they held, and were fetched again: a bug, or a hub that was restored.
    pub mended: u64,
    /// When to sync again, UTC ms by this phone's clock; none where only a new reason matters.
    pub next_allowed_at: Option<i64>,
    /// Why it did not go through.
    pub blocked_reason: Option<Code>,
}

/// What is kept from one sync to the next.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct SyncState {
    /// When a sync last went through, by this phone's clock.
    pub(super) last_ok: Option<i64>,
    /// Failures in a row.
    failures: u32,
    /// Why the last one failed.
    pub(super) blocked: Option<Code>,
    /// Not before this: the phone's own patience, which a new reason overrides.
    retry_at: Option<Moment>,
    /// Not before this: the hub's wish, which nothing overrides.
    wish_at: Option<Moment>,
}

impl SyncState {
    pub(super) fn next_allowed_at(&self, env: &Env) -> Option<i64> {
        let moments = [self.retry_at.as_ref(), self.wish_at.as_ref()];
        let remaining = moments.into_iter().flatten().map(|moment| moment.remaining(env)).max()?;
        Some(env.clock.wall_ms().saturating_add_unsigned(remaining))
    }

    /// How long this reason has to wait yet.
    fn must_wait(&self, reason: SyncReason, env: &Env) -> u64 {
        let remaining = |moment: Option<&Moment>| moment.map_or(0, |moment| moment.remaining(env));
        let own = if reason == SyncReason::Timer { remaining(self.retry_at.as_ref()) } else { 0 };
        own.max(remaining(self.wish_at.as_ref()))
    }
}

impl Companion {
    /// Sends what is pending, fetches what changed, sends photos. Blocks for as long as that takes; call it from a
    /// background thread. Local calls go on meanwhile.
    ///
    /// Call it after a write, when the network is back, at launch, and when the time of the last report's
    /// `next_allowed_at` has come: a failed round always names one.
    ///
    /// # Errors
    /// [`Code::Busy`] at once where a sync runs, in this process or another; [`Code::Cancelled`];
    /// [`Code::NoTransport`]; [`Code::NotEnrolled`]; [`Code::Wiped`] where the hub ordered that, and from then on; those of the
    /// store. A network that fails is told in the report.
    pub fn sync(&self, reason: SyncReason) -> Result<SyncReport> {
        let _running = self.begin()?;
        let transport = self.transport.as_ref().ok_or_else(|| Error::new(Code::NoTransport, "the configuration has no transport"))?;
        let enrolment = self
            .read_to_write(|connection| Meta::Enrolment.read::<Enrolment>(connection))?
            .ok_or_else(|| Error::new(Code::NotEnrolled, "enrol first; what is recorded stays queued"))?;
        let state = self.read_to_write(|connection| Meta::SyncState.read::<SyncState>(connection))?.unwrap_or_default();
        if state.must_wait(reason, &self.env) > 0 {
            return Ok(SyncReport {
                next_allowed_at: state.next_allowed_at(&self.env),
                blocked_reason: state.blocked,
                ..SyncReport::default()
            });
        }
        self.hold_lease()?;
        let mut run = Run {
            companion: self,
            transport: transport.as_ref(),
            report: SyncReport::default(),
            epoch: enrolment.epoch,
            first_seq: 0,
            mended: false,
            leased_at: self.env.clock.elapsed_ms(),
            sent_at: (0, 0),
            hub_speaks: None,
            hinted: false,
        };
        self.understand_what_was_left_aside()?;
        let outcome = run.drive(&enrolment);
        let report = run.report;
        if let Ok(End { wipe: true, .. }) = outcome {
            return Err(self.wipe());
        }
        self.finish(outcome, state, report)
    }

    fn begin(&self) -> Result<MutexGuard<'_, ()>> {
        self.check_not_closed()?;
        let running = match self.syncing.try_lock() {
            Ok(running) => running,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(Error::new(Code::Busy, "a sync is running")),
        };
        self.cancelled.store(false, Ordering::SeqCst);
        Ok(running)
    }

    fn hold_lease(&self) -> Result<()> {
        let held = self.write(|connection, _| self.lease.take(connection, self.env.clock.as_ref(), LEASE_MS))?;
        if held { Ok(()) } else { Err(Error::new(Code::Busy, "another process is syncing")) }
    }

    /// Writes down how the run ended and when the next one makes sense, and gives the lease back.
    fn finish(&self, outcome: Result<End>, mut state: SyncState, mut report: SyncReport) -> Result<SyncReport> {
        let end = match outcome {
            Ok(end) => end,
            Err(error) => End { blocked: Some(error), hub_wish_ms: 0, sent: 0, blobs_sent: 0, wipe: false },
        };
        (report.sent, report.blobs_sent) = (end.sent, end.blobs_sent);
        state.blocked = end.blocked.as_ref().map(|error| error.code);
        state.wish_at = (end.hub_wish_ms > 0).then(|| Moment::after(&self.env, end.hub_wish_ms));
        if end.blocked.is_none() {
            (state.failures, state.retry_at, state.last_ok) = (0, None, Some(self.env.clock.wall_ms()));
        } else {
            state.failures = state.failures.saturating_add(1);
            let wait = wait_ms(state.failures, u64::from_be_bytes(self.env.random()), end.hub_wish_ms);
            state.retry_at = Some(Moment::after(&self.env, wait));
        }
        report.blocked_reason = state.blocked;
        report.next_allowed_at = state.next_allowed_at(&self.env);
        self.write(|connection, changes| {
            changes.outbox();
            self.lease.release(connection)?;
            Meta::SyncState.write(connection, &state)
        })?;
        self.index_after_sync();
        self.scrub();
        match end.blocked {
            Some(error) if !is_told_in_report(error.code) => Err(error),
            Some(error) => {
                self.log(LogLevel::Info, "sync", error.code.as_str());
                Ok(report)
            }
            None => Ok(report),
        }
    }
}

/// What the network or the hub did is told in the report; what this phone did is an error of the call.
const fn is_told_in_report(code: Code) -> bool {
    use crate::ErrorKind::{Closed, Internal, Storage};
    !matches!(code.kind(), Closed | Internal | Storage)
}

/// One run of the engine.
struct Run<'a> {
    companion: &'a Companion,
    transport: &'a dyn Transport,
    report: SyncReport,
    /// The branch of the log that is sent.
    epoch: u32,
    /// The first seq of the batch that was sent last.
    first_seq: u64,
    /// Whether buckets were asked for again: once a run, so that no run goes on for ever.
    mended: bool,
    /// Monotonic clock when the lease was last taken.
    leased_at: u64,
    /// Wall and monotonic clock when the last request left.
    sent_at: (i64, u64),
    /// What the hub last said that it speaks.
    hub_speaks: Option<ProtocolRange>,
    /// Whether the hub has this run's hints.
    hinted: bool,
}

impl Run<'_> {
    fn drive(&mut self, enrolment: &Enrolment) -> Result<End> {
        let companion = self.companion;
        self.hub_speaks = companion.hub_speaks()?;
        let spoken = self.hub_speaks.unwrap_or(ProtocolRange::OURS);
        let mut engine = Engine::new(Route {
            hub_url: enrolment.hub_url.clone(),
            site: enrolment.site.clone(),
            epoch: enrolment.epoch,
            key: companion.device_key.clone(),
            device_name: companion.device_name.clone(),
            ticket: enrolment.ticket.clone(),
            site_key: companion.site_key(enrolment)?,
            // Where there is none, the hub says so again, and it can change its mind.
            version: spoken.common(ProtocolRange::OURS).unwrap_or(ProtocolVersion::MAX),
        });
        let mut action = engine.start();
        loop {
            if companion.cancelled.load(Ordering::SeqCst) {
                return Err(Error::new(Code::Cancelled, "the caller cancelled"));
            }
            let event = match action {
                Action::Done(end) => return Ok(end),
                Action::LoadBatch { from_seq, max_operations, max_bytes } => {
                    let batch = self.load(from_seq, max_operations, max_bytes)?;
                    self.first_seq = batch.as_ref().map_or(0, |batch| batch.first_seq);
                    batch.map_or(Event::Behind, Event::Batch)
                }
                Action::Send(request) => {
                    self.renew_lease()?;
                    self.sent_at = (companion.env.clock.wall_ms(), companion.env.clock.elapsed_ms());
                    match self.transport.send(request) {
                        Ok(response) => {
                            companion.note_what_the_hub_speaks(&mut self.hub_speaks, &response)?;
                            Event::Response(response)
                        }
                        Err(error) => Event::Failed(error),
                    }
                }
                Action::Store(answer) => self.store(&answer)?,
                Action::NameClaim => Event::Claim(companion.branch_claim()?),
                Action::Branch(answer) => {
                    companion.branch_to(&answer)?;
                    self.epoch = answer.epoch;
                    Event::Stored { pending: true }
                }
                Action::ForgetCursor => {
                    companion.write(|connection, _| Meta::Cursor.clear(connection))?;
                    Event::Stored { pending: true }
                }
                Action::NextBlob => Event::Blob(companion.read_to_write(blobs::next_to_send)?.map(|row| (row.sha256, row.len))),
                Action::LoadPiece { sha256, offset } => {
                    match companion.read(|connection| blobs::read_piece(connection, &sha256, offset))? {
                        Some((len, bytes)) => Event::Piece(BlobPiece { sha256, len, offset, bytes }),
                        // Its owner withdrew the report meanwhile.
                        None => Event::Blob(companion.read_to_write(blobs::next_to_send)?.map(|row| (row.sha256, row.len))),
                    }
                }
                Action::BlobProgress { sha256, sent, whole } => {
                    companion.write(|connection, changes| {
                        changes.outbox();
                        blobs::set_sent(connection, &sha256, sent, whole)
                    })?;
                    Event::Noted
                }
            };
            action = engine.next(event)?;
        }
    }

    /// Renews the lease where less than half of it is left: an exchange may take as long as that.
    fn renew_lease(&mut self) -> Result<()> {
        let now = self.companion.env.clock.elapsed_ms();
        if now.saturating_sub(self.leased_at) > LEASE_MS / 2 {
            self.companion.hold_lease()?;
            self.leased_at = now;
        }
        Ok(())
    }

    /// What is to be sent; none where the hub expects more than was ever written here, or the log has holes: both are for a
    /// branch to mend.
    fn load(&self, from_seq: Option<u64>, max_operations: usize, max_bytes: usize) -> Result<Option<Batch>> {
        let epoch = self.epoch;
        self.companion.read_to_write(|connection| {
            if Meta::Torn.read(connection)?.unwrap_or(false) {
                return Ok(None);
            }
            let (last_seq, last_hash) = outbox::head(connection, &self.companion.device(), epoch)?;
            let first_seq = match from_seq {
                Some(seq) => seq,
                None => outbox::first_pending(connection, epoch)?.unwrap_or(last_seq + 1),
            };
            if first_seq > last_seq + 1 {
                return Ok(None);
            }
            let operations = outbox::from_seq(connection, epoch, first_seq, max_operations, max_bytes)?;
            // A hint is for what would have to wait for the next request; a hub that takes no large request gets none.
            let is_cut = operations.last().is_some_and(|last| last.seq < last_seq);
            let hints = match operations.last() {
                Some(last) if is_cut && !self.hinted && max_operations == MAX_OPERATIONS => {
                    outbox::urgent_after(connection, epoch, last.seq, MAX_HINTS, MAX_HINT_BYTES)?
                }
                _ => Vec::new(),
            };
            let mut contacts = Vec::new();
            for operation in operations.iter().filter(|operation| operation.contact_digest.is_some()) {
                if let Some((salt, content)) = private::contact_of(connection, operation.id)? {
                    contacts.push(ContactEnvelope { operation: operation.id, salt, contact: RawValue::from_string(content)? });
                }
            }
            Ok(Some(Batch {
                first_seq,
                operations,
                contacts,
                hints,
                head: (last_seq > 0).then_some((last_seq, last_hash)),
                cursor: Meta::Cursor.read(connection)?,
                refill: Meta::Refill.read(connection)?.unwrap_or_default(),
                nonce: Meta::Nonce.read(connection)?,
            }))
        })
    }

    /// Writes down an answer whole, in one transaction: verdicts, documents and cursor belong together.
    fn store(&mut self, answer: &SyncAnswer) -> Result<Event> {
        let (companion, epoch) = (self.companion, self.epoch);
        self.hinted = true;
        let (report, mended) = (&mut self.report, &mut self.mended);
        let (sent_at, first_seq) = (self.sent_at, self.first_seq);
        companion.write(|connection, changes| {
            let mut page = Page { connection, device: companion.device(), changes, report, touched: Vec::new(), left_aside: false };
            for (verdict, seq) in answer.verdicts.iter().zip(first_seq..) {
                page.settle(verdict, &told_verdict(verdict)?, Some((epoch, seq)))?;
            }
            for change in &answer.changes {
                page.apply(change)?;
            }
            if !answer.more {
                page.touched.extend(outbox::stop_replaying_settled(connection, None)?);
            }
            page.rebuild()?;
            if page.left_aside {
                Meta::LeftAside.write(connection, &BUILD)?;
            }
            Meta::Cursor.write(connection, &answer.cursor)?;
            Meta::DurableThrough.write(connection, &answer.durable_through)?;
            // The cursor says from here on what is being filled.
            Meta::Refill.clear(connection)?;
            let differing = page.differing(answer)?;
            if !differing.is_empty() {
                Meta::Refill.write(connection, &differing)?;
            }
            Meta::Nonce.write(connection, &answer.nonce)?;
            if !answer.more {
                Meta::Seen.write(connection, &answer.position)?;
                Meta::Filled.write(connection, &true)?;
            }
            Meta::HubClock.write(connection, &hub_clock(&companion.env, sent_at, answer.server_time))?;
            companion.take_assignments(connection, page.changes, &assignments(answer))?;
            let (last_seq, _) = outbox::head(connection, &companion.device(), epoch)?;
            let behind = answer.acked.epoch == epoch && answer.acked.seq > last_seq;
            let pending = outbox::first_pending(connection, epoch)?.is_some();
            let mend = !differing.is_empty() && !std::mem::replace(mended, true);
            Ok(if behind { Event::Behind } else { Event::Stored { pending: pending || mend } })
        })
    }
}

/// The assignments that an answer brings.
fn assignments(answer: &SyncAnswer) -> Vec<&str> {
    let documents = answer.changes.iter().filter_map(|change| match change {
        Change::Document(document) if document.kind == DocumentKind::Assignment.as_str() => Some(document.id.as_str()),
        _ => None,
    });
    documents.collect()
}

fn hub_clock(env: &Env, (_, sent_elapsed): (i64, u64), server_time: i64) -> HubClock {
    let round = env.clock.elapsed_ms().saturating_sub(sent_elapsed);
    HubClock {
        hub_ms: server_time,
        elapsed_ms: sent_elapsed + round / 2,
        boot_id: env.clock.boot_id(),
        err_ms: u32::try_from(round.div_ceil(2)).unwrap_or(u32::MAX),
    }
}

/// One answer on its way into the store.
struct Page<'a> {
    connection: &'a rusqlite::Connection,
    device: DeviceId,
    changes: &'a mut Changes,
    report: &'a mut SyncReport,
    /// Documents whose view has to be rebuilt.
    touched: Vec<String>,
    /// Whether something came that only a newer version can read.
    left_aside: bool,
}

impl Page<'_> {
    /// Buckets that do not hold what the hub says they hold. Without a last page there is nothing to compare.
    fn differing(&mut self, answer: &SyncAnswer) -> Result<Vec<Bucket>> {
        let Some(told) = &answer.digest else { return Ok(Vec::new()) };
        let unchanged = answer.changes.is_empty() && Meta::Digests.read(self.connection)?.as_ref() == Some(told);
        if unchanged {
            return Ok(Vec::new());
        }
        let held = digests::of_buckets(self.connection)?;
        let empty = BucketDigest::default();
        let differing = |bucket: &&Bucket| held.get(bucket).unwrap_or(&empty) != told.get(bucket).unwrap_or(&empty);
        let differing: Vec<_> = told.keys().filter(differing).cloned().collect();
        if differing.is_empty() {
            Meta::Digests.write(self.connection, told)?;
        }
        self.report.mended += differing.len() as u64;
        Ok(differing)
    }

    /// Writes down a verdict in the words in which it was `told`. `place` is where its operation probably is.
    fn settle(&mut self, verdict: &OperationVerdict, told: &str, place: Option<(u32, u64)>) -> Result<()> {
        match &verdict.verdict {
            Verdict::Held { until: Until::Blob(sha256) } => blobs::send_again(self.connection, sha256)?,
            Verdict::Held { until: Until::Other(_) } => self.left_aside = true,
            _ => {}
        }
        if let Some(entity) = outbox::settle(self.connection, verdict.operation, place, &verdict.verdict, told)? {
            self.touched.push(entity);
            self.report.verdicts.push(verdict.clone());
            self.changes.outbox();
            if verdict.verdict.is_applied() {
                self.forget_withdrawn(verdict.operation)?;
            }
        }
        Ok(())
    }

    /// The hub has taken a withdrawal: whoever withdrew is forgotten here as well.
    fn forget_withdrawn(&mut self, operation: Uuid) -> Result<()> {
        let withdrawal = outbox::get(self.connection, operation)?.map(|row| row.operation);
        let withdraws = |kind: &str| matches!(Kind::parse(kind), Some(Kind::LossWithdraw | Kind::ClaimWithdraw));
        match withdrawal.filter(|operation| withdraws(&operation.kind)) {
            Some(withdrawal) => erase(self.connection, &withdrawal.entity, Reach::Answered),
            None => Ok(()),
        }
    }

    fn apply(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::Document(document) if document.kind == DocumentKind::Verdict.as_str() => {
                let late = document.id.parse().ok().zip(serde_json::from_value::<Verdict>(document.body.clone()).ok());
                if let Some((operation, verdict)) = late {
                    let told = told_late(&verdict, &document.body)?;
                    self.settle(&OperationVerdict { operation, verdict }, &told, None)?;
                }
            }
            Change::Document(document) => {
                if document.kind == DocumentKind::Holders.as_str() {
                    take_holders(self.connection, &self.device, document)?;
                }
                documents::write_from_hub(self.connection, document)?;
                if let Some(redaction) = Redaction::read(document) {
                    erase(self.connection, &redaction.entity, Reach::Answered)?;
                    self.touched.push(redaction.entity);
                }
                self.forget_what_went(document)?;
                if document.body.get("erased_at").is_some() {
                    search::forget(self.connection, &document.id)?;
                    Meta::Scrub.write(self.connection, &true)?;
                }
                outbox::stop_replaying_settled(self.connection, Some(&document.id))?;
                self.touched.push(document.id.clone());
                self.changes.document(&document.kind, &document.id);
                self.report.received += 1;
            }
            Change::Newer(_) => self.left_aside = true,
            Change::Gone { id } => self.remove(id)?,
            Change::Purge { bucket } => {
                for id in documents::leave_bucket(self.connection, bucket)? {
                    self.remove(&id)?;
                }
            }
        }
        Ok(())
    }

    /// What the hub keeps no longer, this phone does not either: points of its own tracks, the contact of its own call.
    fn forget_what_went(&mut self, document: &Document) -> Result<()> {
        let is_there = |field: &str| document.body.get(field).is_some();
        match DocumentKind::parse(&document.kind) {
            Some(DocumentKind::Track) if is_there("erased_at") => erase(self.connection, &document.id, Reach::Answered),
            Some(DocumentKind::Call) if is_there("contact_erased_at") => forget_contact(self.connection, &document.id),
            _ => Ok(()),
        }
    }

    fn remove(&mut self, id: &str) -> Result<()> {
        if let Some(kind) = documents::remove(self.connection, id)? {
            if kind == DocumentKind::LostReport.as_str() {
                // Whoever lost something may be erased later, and then nobody tells this phone any more.
                Meta::Scrub.write(self.connection, &true)?;
            }
            self.changes.document(&kind, id);
            self.report.gone += 1;
        }
        // What this phone has not sent stays, and goes on showing.
        self.touched.push(id.to_owned());
        Ok(())
    }

    /// Replays what is unsettled over each touched document, once.
    fn rebuild(&mut self) -> Result<()> {
        self.touched.sort_unstable();
        self.touched.dedup();
        let judge = Judge::new(self.connection)?;
        for entity in std::mem::take(&mut self.touched) {
            judge.rebuild(&entity, self.changes)?;
        }
        Ok(())
    }
}
