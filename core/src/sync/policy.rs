//! Every limit of the sync, each with its reason.

/// Operations in one request: keeps a request under a second on a slow uplink.
pub const MAX_OPERATIONS: usize = 500;

/// Bytes of one request's operations: what a phone and a hub hold in memory a few times over.
pub const MAX_REQUEST_BYTES: usize = 1 << 20;

/// Hints in one request, and of one device at the hub: what a desk can look at.
pub const MAX_HINTS: usize = 20;

/// Bytes of one request's hints: they must not crowd out the log that proves them.
pub const MAX_HINT_BYTES: usize = 64 * 1024;

/// Changes in one answer: a page that a phone writes in one short transaction.
pub const MAX_CHANGES: u32 = 500;

/// Bytes of one photo chunk: small enough that a line that drops every minute still gets on.
pub const BLOB_CHUNK_BYTES: usize = 256 * 1024;

/// Bytes of one request as a hub reads it: operations, contacts and JSON around them.
pub const MAX_BODY_BYTES: usize = 4 << 20;

/// The first wait after a failure; doubles with each one that follows.
pub const BACKOFF_BASE_MS: u64 = 1_000;

/// The longest wait: a phone that came back under a roof must not sleep for an hour.
pub const BACKOFF_CAP_MS: u64 = 5 * 60_000;

/// How long one exchange may take: a slow uplink needs time, a dead one must not hold the lease.
pub const REQUEST_TIMEOUT_MS: u64 = 30_000;

/// How long a sender holds the lease before another process may take it; longer than one exchange.
pub const LEASE_MS: u64 = 60_000;
