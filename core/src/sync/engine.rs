//! What to do next: events in, actions out, no I/O. The companion is a loop over it; another host may be as well.
//!
//! A run pushes what is pending and pulls what changed until neither has more, then sends photos, then asks once more
//! where photos were sent, because verdicts may have waited for them.

use super::policy::{BLOB_CHUNK_BYTES, MAX_CHANGES, MAX_OPERATIONS, MAX_REQUEST_BYTES, REQUEST_TIMEOUT_MS};
use super::signature::sign;
use super::version::{PROTOCOL, PROTOCOL_RANGE, ProtocolRange, ProtocolVersion};
use super::wipe::WipeOrder;
use super::wire::{
    BranchAnswer, BranchRequest, ContactEnvelope, EnrolAnswer, EnrolRequest, HeadSignature, Problem, SyncAnswer, SyncRequest, URGENT,
};
use crate::domain::Bucket;
use crate::env::{HttpRequest, HttpResponse, Method, TransportError};
use crate::log::{DeviceKey, Digest, Operation, PublicKey, head_preimage};
use crate::{Code, Error, Result};
use uuid::Uuid;

/// Where the requests go, and in whose name.
#[derive(Debug, Clone)]
pub struct Route {
    /// The hub's address without a trailing slash.
    pub hub_url: String,
    /// The site.
    pub site: String,
    /// The branch of the log.
    pub epoch: u32,
    /// The device's key.
    pub key: DeviceKey,
    /// What the device calls itself.
    pub device_name: String,
    /// The hub's signed word on the enrolment, where it gave one.
    pub ticket: Option<String>,
    /// What the site's orders are signed with, where it is known.
    pub site_key: Option<PublicKey>,
    /// The version of the protocol to begin with.
    pub version: ProtocolVersion,
}

/// What the store has to send.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The seq of the first operation, or of the next one to come.
    pub first_seq: u64,
    /// The operations.
    pub operations: Vec<Operation>,
    /// Their contacts.
    pub contacts: Vec<ContactEnvelope>,
    /// Urgent operations that come after them.
    pub hints: Vec<Operation>,
    /// The last seq of the log and its hash.
    pub head: Option<(u64, Digest)>,
    /// Where the phone stands.
    pub cursor: Option<String>,
    /// Buckets that have to be filled again.
    pub refill: Vec<Bucket>,
    /// The nonce that the hub gave last.
    pub nonce: Option<String>,
}

/// A piece of a photo to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobPiece {
    /// The photo.
    pub sha256: Digest,
    /// Its number of bytes.
    pub len: u64,
    /// Where the piece begins.
    pub offset: u64,
    /// The piece.
    pub bytes: Vec<u8>,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// The answer to [`Action::LoadBatch`].
    Batch(Batch),
    /// The answer to [`Action::LoadBatch`] and [`Action::Store`] where the hub has more of the log than this phone: it was
    /// put back from a backup.
    Behind,
    /// The answer to [`Action::NameClaim`].
    Claim(Uuid),
    /// The answer to [`Action::Send`].
    Response(HttpResponse),
    /// There is none.
    Failed(TransportError),
    /// The answer to [`Action::Store`], [`Action::ForgetCursor`] and [`Action::Branch`]; whether operations are still pending.
    Stored {
        /// Whether operations are still pending.
        pending: bool,
    },
    /// The answer to [`Action::NextBlob`]; and to [`Action::LoadPiece`] where that photo was erased meanwhile.
    Blob(Option<(Digest, u64)>),
    /// The answer to [`Action::LoadPiece`].
    Piece(BlobPiece),
    /// The answer to [`Action::BlobProgress`].
    Noted,
}

/// What to do next. Each action but [`Action::Done`] is answered by the event that it names.
#[derive(Debug)]
pub enum Action {
    /// Load what is pending, from `from_seq` or from the first pending operation.
    LoadBatch {
        /// Where the hub wants the log to go on.
        from_seq: Option<u64>,
        /// At most so many operations.
        max_operations: usize,
        /// At most so many bytes.
        max_bytes: usize,
    },
    /// Send a request.
    Send(HttpRequest),
    /// Write down an answer, in one transaction.
    Store(Box<SyncAnswer>),
    /// The log forked: name the claim with which to ask for a branch, the same one until there is an answer.
    NameClaim,
    /// Go on on this branch: write there what the hub has not taken.
    Branch(BranchAnswer),
    /// The hub does not take the cursor: fetch everything again.
    ForgetCursor,
    /// Name the next photo to send.
    NextBlob,
    /// Load a piece of a photo.
    LoadPiece {
        /// The photo.
        sha256: Digest,
        /// Where the piece begins.
        offset: u64,
    },
    /// Write down how far the hub has a photo.
    BlobProgress {
        /// The photo.
        sha256: Digest,
        /// Bytes that the hub has.
        sent: u64,
        /// Whether it has it whole.
        whole: bool,
    },
    /// The run is over.
    Done(End),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Why it ended early; none where everything is through.
    pub blocked: Option<Error>,
    /// How long the hub asks to wait, ms; 0 for no wish.
    pub hub_wish_ms: u64,
    /// Operations that the hub took in.
    pub sent: u64,
    /// Photos that it has whole now.
    pub blobs_sent: u64,
    /// Whether the site ordered this phone to forget everything.
    pub wipe: bool,
}

#[derive(Debug)]
enum State {
    Start,
    LoadingBatch,
    Syncing { operations: u64 },
    Storing { more: bool },
    ForgettingCursor,
    NamingClaim,
    Claiming,
    Branching { epoch: u32 },
    Readmitting,
    NamingBlob,
    Creating { sha256: Digest, len: u64 },
    LoadingPiece,
    Sending { sha256: Digest, len: u64, end: u64 },
    Noting { next: Option<(Digest, u64)> },
    Over,
}

/// One run of the sync.
#[derive(Debug)]
pub struct Engine {
    route: Route,
    state: State,
    max_operations: usize,
    from_seq: Option<u64>,
    rewinds: u32,
    forks: u32,
    readmitted: bool,
    renegotiated: bool,
    cursor_forgotten: bool,
    blobs_this_pass: u64,
    blob_repeats: u32,
    hub_wish_ms: u64,
    sent: u64,
    blobs_sent: u64,
    wipe: bool,
}

/// How often one run may be told to begin at another seq, or to send a piece again, before it gives up until later.
const MAX_REPEATS: u32 = 3;

impl Engine {
    /// A run for this route.
    #[must_use]
    pub const fn new(route: Route) -> Self {
        Self {
            route,
            state: State::Start,
            max_operations: MAX_OPERATIONS,
            from_seq: None,
            rewinds: 0,
            forks: 0,
            readmitted: false,
            renegotiated: false,
            cursor_forgotten: false,
            blobs_this_pass: 0,
            blob_repeats: 0,
            hub_wish_ms: 0,
            sent: 0,
            blobs_sent: 0,
            wipe: false,
        }
    }

    /// The first action.
    pub fn start(&mut self) -> Action {
        self.load_batch()
    }

    /// The next action after an event.
    ///
    /// # Errors
    /// [`Code::Internal`] where the event does not answer the last action.
    pub fn next(&mut self, event: Event) -> Result<Action> {
        let state = std::mem::replace(&mut self.state, State::Over);
        Ok(match (state, event) {
            (State::LoadingBatch, Event::Batch(batch)) => self.send_batch(batch)?,
            (State::LoadingBatch | State::Storing { .. }, Event::Behind) => self.fork(),
            (State::NamingClaim, Event::Claim(claim)) => self.claim_branch(claim)?,
            (State::Claiming, Event::Response(response)) => self.on_branch_answer(&response),
            (State::Readmitting, Event::Response(response)) => self.on_readmission(&response),
            (State::Branching { epoch }, Event::Stored { .. }) => {
                self.route.epoch = epoch;
                self.load_batch()
            }
            (State::Syncing { operations }, Event::Response(response)) => self.on_sync_answer(operations, &response),
            (State::Storing { more }, Event::Stored { pending }) => {
                if more || pending {
                    self.load_batch()
                } else {
                    self.name_blob()
                }
            }
            (State::ForgettingCursor, Event::Stored { .. }) => self.load_batch(),
            (State::NamingBlob | State::LoadingPiece, Event::Blob(Some((sha256, len)))) => self.create_upload(sha256, len),
            (State::NamingBlob | State::LoadingPiece, Event::Blob(None)) => self.after_blobs(),
            (State::Creating { sha256, len }, Event::Response(response)) => self.on_upload_created(sha256, len, &response),
            (State::LoadingPiece, Event::Piece(piece)) => self.send_piece(&piece),
            (State::Sending { sha256, len, end }, Event::Response(response)) => self.on_piece_taken(sha256, len, end, &response),
            (State::Noting { next: Some((sha256, offset)) }, Event::Noted) => self.load_piece(sha256, offset),
            (State::Noting { next: None }, Event::Noted) => self.name_blob(),
            (_, Event::Failed(error)) => self.end(Some(transport_error(error))),
            _ => return Err(Error::internal("this event answers another action")),
        })
    }

    fn load_batch(&mut self) -> Action {
        self.state = State::LoadingBatch;
        Action::LoadBatch { from_seq: self.from_seq.take(), max_operations: self.max_operations, max_bytes: MAX_REQUEST_BYTES }
    }

    fn send_batch(&mut self, batch: Batch) -> Result<Action> {
        let operations = batch.operations.len() as u64;
        let head = batch.operations.last().map(|last| (last.seq, last.hash)).or(batch.head);
        let device = self.route.key.device();
        let head_signature = head.map(|(seq, hash)| HeadSignature {
            seq,
            hash,
            signature: self.route.key.sign(&head_preimage(&device, self.route.epoch, seq, &hash)),
        });
        let is_urgent = !batch.hints.is_empty() || batch.operations.iter().any(Operation::is_urgent);
        let hints = if self.route.version >= ProtocolVersion::V0_2 { batch.hints } else { Vec::new() };
        let request = SyncRequest {
            epoch: self.route.epoch,
            first_seq: batch.first_seq,
            operations: batch.operations,
            contacts: batch.contacts,
            cursor: batch.cursor,
            refill: Some(batch.refill),
            limit: MAX_CHANGES,
            head_signature,
            hints,
        };
        let path = format!("/v1/sites/{}/sync", self.route.site);
        let body = serde_json::to_vec(&request)?;
        self.state = State::Syncing { operations };
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if is_urgent {
            headers.push((URGENT.to_owned(), "1".to_owned()));
        }
        Ok(Action::Send(self.request(Method::Post, &path, headers, body, batch.nonce.as_deref())))
    }

    fn on_sync_answer(&mut self, operations: u64, response: &HttpResponse) -> Action {
        match response.status {
            200 => match serde_json::from_slice::<SyncAnswer>(&response.body) {
                Ok(answer) if answer.acked.epoch == self.route.epoch => {
                    self.sent += operations;
                    self.hub_wish_ms = answer.backoff_ms;
                    self.state = State::Storing { more: answer.more };
                    Action::Store(Box::new(answer))
                }
                _ => self.end(Some(Error::new(Code::AnswerInvalid, "200 without a sync answer"))),
            },
            409 => self.on_conflict(response),
            401 if !self.readmitted && self.route.ticket.is_some() && is_unknown_device(response) => self.readmit(),
            413 if self.max_operations > 1 => {
                self.max_operations /= 2;
                self.load_batch()
            }
            400 if !self.cursor_forgotten && problem(response).is_some_and(|problem| problem.field == "cursor") => {
                self.cursor_forgotten = true;
                self.state = State::ForgettingCursor;
                Action::ForgetCursor
            }
            400 if !self.renegotiated && is_unsupported(response) => self.renegotiate(response),
            _ => self.refused(response),
        }
    }

    /// The hub speaks no such version: it says which it speaks, and one of them may be ours.
    fn renegotiate(&mut self, response: &HttpResponse) -> Action {
        match hub_range(response).and_then(|range| range.common(ProtocolRange::OURS)) {
            Some(version) if version != self.route.version => {
                (self.renegotiated, self.route.version) = (true, version);
                self.load_batch()
            }
            _ => self.refused(response),
        }
    }

    /// The hub wants the log from another seq on: it lost an answer, or we did.
    fn on_conflict(&mut self, response: &HttpResponse) -> Action {
        match problem(response) {
            Some(Problem { code: Code::SequenceGap, expected_seq: Some(expected), .. }) if self.rewinds < MAX_REPEATS => {
                self.rewinds += 1;
                self.from_seq = Some(expected);
                self.load_batch()
            }
            Some(Problem { code: Code::Forked, .. }) => self.fork(),
            _ => self.refused(response),
        }
    }

    /// The log went on elsewhere under this device's name: a clone of this phone, or its own life after a backup.
    fn fork(&mut self) -> Action {
        if self.forks >= MAX_REPEATS {
            return self.end(Some(Error::new(Code::Forked, "the log forks again and again")));
        }
        self.forks += 1;
        self.rewinds = 0;
        self.state = State::NamingClaim;
        Action::NameClaim
    }

    /// The hub does not know this device: it was put back from a backup that is older than the enrolment.
    fn readmit(&mut self) -> Action {
        self.readmitted = true;
        let request = EnrolRequest {
            code: String::new(),
            ticket: self.route.ticket.clone(),
            public_key: self.route.key.public(),
            device_name: self.route.device_name.clone(),
        };
        let Ok(body) = serde_json::to_vec(&request) else { return self.end(Some(Error::internal("a request can be written"))) };
        self.state = State::Readmitting;
        let json = [("content-type".to_owned(), "application/json".to_owned())];
        Action::Send(self.request(Method::Post, "/v1/enrol", json.into(), body, None))
    }

    fn on_readmission(&mut self, response: &HttpResponse) -> Action {
        match (response.status, serde_json::from_slice::<EnrolAnswer>(&response.body)) {
            (200, Ok(_)) => self.load_batch(),
            (200, Err(_)) => self.end(Some(Error::new(Code::AnswerInvalid, "200 without an enrolment"))),
            (400 | 404, _) => self.end(Some(Error::new(Code::DeviceRefused, "the hub knows neither device nor ticket"))),
            _ => self.refused(response),
        }
    }

    fn claim_branch(&mut self, claim: Uuid) -> Result<Action> {
        let body = serde_json::to_vec(&BranchRequest { from_epoch: self.route.epoch, claim })?;
        let path = format!("/v1/sites/{}/branches", self.route.site);
        self.state = State::Claiming;
        let json = [("content-type".to_owned(), "application/json".to_owned())];
        Ok(Action::Send(self.request(Method::Post, &path, json.into(), body, None)))
    }

    fn on_branch_answer(&mut self, response: &HttpResponse) -> Action {
        match (response.status, serde_json::from_slice::<BranchAnswer>(&response.body)) {
            (200, Ok(answer)) if answer.epoch > self.route.epoch => {
                self.state = State::Branching { epoch: answer.epoch };
                Action::Branch(answer)
            }
            (200, _) => self.end(Some(Error::new(Code::AnswerInvalid, "200 without a branch"))),
            _ => self.refused(response),
        }
    }

    fn name_blob(&mut self) -> Action {
        self.state = State::NamingBlob;
        Action::NextBlob
    }

    fn after_blobs(&mut self) -> Action {
        if self.blobs_this_pass > 0 {
            self.blobs_this_pass = 0;
            self.load_batch()
        } else {
            self.end(None)
        }
    }

    fn create_upload(&mut self, sha256: Digest, len: u64) -> Action {
        use base64::Engine as _;
        let metadata = format!("sha256 {}", base64::prelude::BASE64_STANDARD.encode(sha256.to_string()));
        self.state = State::Creating { sha256, len };
        let headers = vec![("upload-length".to_owned(), len.to_string()), ("upload-metadata".to_owned(), metadata), tus_version()];
        Action::Send(self.request(Method::Post, "/v1/blobs", headers, Vec::new(), None))
    }

    fn on_upload_created(&mut self, sha256: Digest, len: u64, response: &HttpResponse) -> Action {
        match (response.status, upload_offset(response)) {
            (200 | 201, Some(offset)) if offset <= len => self.note_progress(sha256, len, offset),
            (200 | 201, _) => self.end(Some(Error::new(Code::AnswerInvalid, "an upload without a valid offset"))),
            _ => self.refused(response),
        }
    }

    fn load_piece(&mut self, sha256: Digest, offset: u64) -> Action {
        self.state = State::LoadingPiece;
        Action::LoadPiece { sha256, offset }
    }

    fn send_piece(&mut self, piece: &BlobPiece) -> Action {
        use base64::Engine as _;
        let checksum = base64::prelude::BASE64_STANDARD.encode(Digest::of(&piece.bytes).0);
        self.state = State::Sending { sha256: piece.sha256, len: piece.len, end: piece.offset + piece.bytes.len() as u64 };
        let headers = vec![
            ("content-type".to_owned(), "application/offset+octet-stream".to_owned()),
            ("upload-offset".to_owned(), piece.offset.to_string()),
            ("upload-checksum".to_owned(), format!("sha256 {checksum}")),
            tus_version(),
        ];
        let path = format!("/v1/blobs/{}-{}", self.route.key.device(), piece.sha256);
        debug_assert!(piece.bytes.len() <= BLOB_CHUNK_BYTES);
        Action::Send(self.request(Method::Patch, &path, headers, piece.bytes.clone(), None))
    }

    fn on_piece_taken(&mut self, sha256: Digest, len: u64, end: u64, response: &HttpResponse) -> Action {
        match (response.status, upload_offset(response)) {
            (204, Some(offset)) if offset <= len => {
                self.blob_repeats = 0;
                self.note_progress(sha256, len, offset)
            }
            (204, None) => self.note_progress(sha256, len, end),
            // Another offset, a wrong checksum, or an upload that expired: ask where it stands and go on from there.
            (404 | 409 | 410 | 460, _) if self.blob_repeats < MAX_REPEATS => {
                self.blob_repeats += 1;
                self.create_upload(sha256, len)
            }
            (204, Some(_)) => self.end(Some(Error::new(Code::AnswerInvalid, "an upload offset beyond its end"))),
            _ => self.refused(response),
        }
    }

    fn note_progress(&mut self, sha256: Digest, len: u64, sent: u64) -> Action {
        let whole = sent == len;
        if whole {
            self.blobs_sent += 1;
            self.blobs_this_pass += 1;
        }
        self.state = State::Noting { next: (!whole).then_some((sha256, sent)) };
        Action::BlobProgress { sha256, sent, whole }
    }

    fn refused(&mut self, response: &HttpResponse) -> Action {
        if let Some(seconds) = response.header("retry-after").and_then(|value| value.trim().parse::<u64>().ok()) {
            self.hub_wish_ms = seconds.saturating_mul(1000);
        }
        if let Some(revoked) = problem(response).filter(|problem| problem.code == Code::DeviceRevoked) {
            return self.revoked(revoked.wipe.as_deref());
        }
        let error = match response.status {
            429 | 503 => Error::new(Code::HubBusy, format!("the hub answered {}", response.status)),
            500..=599 => Error::new(Code::HubError, format!("the hub answered {}", response.status)),
            401 | 403 => Error::new(Code::DeviceRefused, format!("the hub answered {}", response.status)),
            // A code that this version does not know is no bug of ours.
            status => problem(response).filter(|problem| problem.code != Code::Internal).map_or_else(
                || Error::new(Code::AnswerInvalid, format!("the hub answered {status}")),
                |problem| Error::field(problem.code, problem.field, problem.detail),
            ),
        };
        self.end(Some(error))
    }

    /// The hub takes nothing from this phone any more. Whether it may also ask it to forget, a signature has to say: whoever
    /// stands between the two can refuse, and must not be able to wipe.
    fn revoked(&mut self, order: Option<&str>) -> Action {
        let (key, device) = (self.route.site_key.as_ref(), self.route.key.device());
        self.wipe = order.zip(key).is_some_and(|(order, key)| WipeOrder::is_for(order, key, &self.route.site, &device));
        self.end(Some(Error::new(Code::DeviceRevoked, "the device was reported lost")))
    }

    fn end(&mut self, blocked: Option<Error>) -> Action {
        self.state = State::Over;
        Action::Done(End { blocked, hub_wish_ms: self.hub_wish_ms, sent: self.sent, blobs_sent: self.blobs_sent, wipe: self.wipe })
    }

    fn request(&self, method: Method, path: &str, mut headers: Vec<(String, String)>, body: Vec<u8>, nonce: Option<&str>) -> HttpRequest {
        headers.extend(sign(&self.route.key, method.as_str(), path, &body, nonce));
        headers.push((PROTOCOL.to_owned(), self.route.version.to_string()));
        HttpRequest { method, url: format!("{}{path}", self.route.hub_url), headers, body, timeout_ms: REQUEST_TIMEOUT_MS }
    }
}

fn tus_version() -> (String, String) {
    ("tus-resumable".to_owned(), "1.0.0".to_owned())
}

fn upload_offset(response: &HttpResponse) -> Option<u64> {
    response.header("upload-offset")?.trim().parse().ok()
}

/// What the hub says that it speaks; none where the answer does not say.
pub(crate) fn hub_range(response: &HttpResponse) -> Option<ProtocolRange> {
    response.header(PROTOCOL_RANGE)?.parse().ok()
}

/// Whether the hub does not speak the version of the request.
pub(crate) fn is_unsupported(response: &HttpResponse) -> bool {
    problem(response).is_some_and(|problem| problem.code == Code::ProtocolUnsupported)
}

/// Whether the hub says that the device was reported lost.
pub(crate) fn is_revoked(response: &HttpResponse) -> bool {
    problem(response).is_some_and(|problem| problem.code == Code::DeviceRevoked)
}

fn is_unknown_device(response: &HttpResponse) -> bool {
    problem(response).is_some_and(|problem| problem.code == Code::DeviceRefused)
}

fn problem(response: &HttpResponse) -> Option<Problem> {
    serde_json::from_slice(&response.body).ok()
}

pub(crate) fn transport_error(error: TransportError) -> Error {
    match error {
        TransportError::Offline => Error::new(Code::Offline, "no connection to the hub"),
        TransportError::LineCut => Error::new(Code::LineCut, "the connection ended before the answer was there"),
        TransportError::Cancelled => Error::new(Code::Cancelled, "the caller cancelled"),
    }
}
