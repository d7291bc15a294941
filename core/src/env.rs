//! All that is not deterministic comes in through these traits, so that one seed replays one run.

use std::sync::Arc;

/// The clocks of a device.
pub trait Clock: Send + Sync {
    /// Wall clock: milliseconds since 1970-01-01T00:00:00Z, as the device believes.
    fn wall_ms(&self) -> i64;
    /// Monotonic clock: milliseconds since an unknown start; counts during sleep where the platform can.
    fn elapsed_ms(&self) -> u64;
    /// Names the boot to which [`Clock::elapsed_ms`] belongs: differences are valid within one boot only.
    fn boot_id(&self) -> String;
}

/// The source of randomness.
pub trait Rng: Send + Sync {
    /// Fills `target` with unpredictable bytes.
    fn fill(&self, target: &mut [u8]);
}

/// A method of HTTP that Liuye uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PATCH
    Patch,
}

impl Method {
    /// The method's name, upper case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

/// An HTTP request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Header names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
    /// How long the whole exchange may take.
    pub timeout_ms: u64,
}

/// An HTTP answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Header names (any case) and values.
    pub headers: Vec<(String, String)>,
    /// The body, decoded.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection could be made; the request did not leave.
    #[error("offline")]
    Offline,
    /// The line was cut or timed out after the request had begun: it may have arrived.
    #[error("line cut")]
    LineCut,
    /// The caller cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// The host's HTTP client. The host owns sockets, proxies, pinning and redirects (none are followed).
pub trait Transport: Send + Sync {
    /// Sends one request and blocks for the whole answer, at most `request.timeout_ms`.
    ///
    /// # Errors
    /// [`TransportError`] where there is no whole answer. Any status is an answer.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;

    /// Ends what [`Transport::send`] is waiting for, from another thread. May do nothing.
    fn cancel(&self) {}
}

/// The level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For developers of the core.
    Debug,
    /// What an operator may want to see.
    Info,
    /// Something was refused, retried or mended.
    Warn,
    /// A bug of ours, or a disk that fails.
    Error,
}

/// Where the core's log lines go. They hold codes and counts, never what a person typed.
pub trait LogSink: Send + Sync {
    /// Takes one line.
    fn log(&self, level: LogLevel, target: &str, line: &str);
}

/// A log sink that drops everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLog;

impl LogSink for NoLog {
    fn log(&self, _: LogLevel, _: &str, _: &str) {}
}

/// The device's own clocks.
#[derive(Debug, Clone)]
pub struct SystemClock {
    boot: String,
    started: std::time::Instant,
}

impl SystemClock {
    /// Reads the boot id once: Linux and Android name it, elsewhere this process is the boot.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the one place where the real clock comes in")]
    pub fn new() -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(
            |_| {
                let mut bytes = [0; 8];
                SystemRng.fill(&mut bytes);
                hex::encode(bytes)
            },
            |text| text.trim().to_owned(),
        );
        Self { boot, started: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place where the real clock comes in")]
    fn wall_ms(&self) -> i64 {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed_ms(&self) -> u64 {
        // Where the kernel tells, the time since boot: it is comparable across processes of one boot.
        std::fs::read_to_string("/proc/uptime")
            .ok()
            .and_then(|text| text.split_whitespace().next().and_then(|field| field.parse::<f64>().ok()))
            .map_or_else(
                || u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "uptime is positive")]
                |seconds| (seconds * 1000.0) as u64,
            )
    }

    fn boot_id(&self) -> String {
        self.boot.clone()
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[allow(clippy::expect_used, reason = "without randomness no key and no id may be made: there is nothing to go on with")]
    fn fill(&self, target: &mut [u8]) {
        getrandom::fill(target).expect("the operating system has randomness");
    }
}

/// The two sources that every write needs, together.
#[derive(Clone)]
pub struct Env {
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// The randomness.
    pub rng: Arc<dyn Rng>,
}

impl Env {
    /// The device's own clocks and randomness.
    #[must_use]
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock::new()), rng: Arc::new(SystemRng) }
    }

    /// A new UUIDv7 from the injected clock and randomness. It is a name only: nothing sorts by it.
    #[must_use]
    pub fn new_id(&self) -> uuid::Uuid {
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(self.clock.wall_ms()).unwrap_or(0), &random).into_uuid()
    }

    /// Random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes);
        bytes
    }
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}
