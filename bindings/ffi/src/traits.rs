//! What the host gives: HTTP, clocks, a log, a listener. All synchronous, and none of them can hurt the core: whatever
//! a callback throws becomes a typed failure here.

use std::sync::Arc;

use liuye_core::companion as core;
use liuye_core::env;

use crate::crossing::Outward;
use crate::types::ChangeEvent;

/// A method of HTTP that Liuye uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum HttpMethod {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PATCH
    Patch,
}

/// One header of a request or an answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpHeader {
    /// Its name; lower case in requests, any case in answers.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An HTTP request, ready to be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpRequest {
    /// The method.
    pub method: HttpMethod,
    /// The whole address.
    pub url: String,
    /// The headers.
    pub headers: Vec<HttpHeader>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
    /// How long the whole exchange may take, in milliseconds.
    pub timeout_ms: i64,
}

/// An HTTP answer, whole. Any status is an answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpResponse {
    /// The status code.
    pub status: i32,
    /// The headers.
    pub headers: Vec<HttpHeader>,
    /// The body, decoded.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TransportFailure {
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

impl From<uniffi::UnexpectedUniFFICallbackError> for TransportFailure {
    /// The host's client failed in a way that it does not know itself: the request may have arrived.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::LineCut
    }
}

/// The host's HTTP client. It owns sockets, proxies and pinning, and follows no redirect.
#[uniffi::export(with_foreign)]
pub trait Transport: Send + Sync {
    /// Sends one request and blocks for the whole answer, at most `timeout_ms`. Called on the thread of the sync.
    ///
    /// # Errors
    /// [`TransportFailure`] where there is no whole answer.
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportFailure>;

    /// Ends what `send` waits for, from another thread. May do nothing.
    ///
    /// # Errors
    /// Whatever the host threw; it is ignored.
    fn cancel(&self) -> Result<(), CallbackFailure>;
}

/// A callback threw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CallbackFailure {
    /// It threw.
    #[error("the callback failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for CallbackFailure {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

/// The clocks of a device. The core has the system's own; a host that knows better, or a test, gives another.
#[uniffi::export(with_foreign)]
pub trait Clock: Send + Sync {
    /// Wall clock: milliseconds since 1970-01-01T00:00:00Z, as the device believes.
    ///
    /// # Errors
    /// Whatever the host threw; the system's clock then stands in.
    fn wall_ms(&self) -> Result<i64, CallbackFailure>;
    /// Monotonic clock: milliseconds since an unknown start; counts during sleep where the platform can.
    ///
    /// # Errors
    /// As `wall_ms`.
    fn elapsed_ms(&self) -> Result<i64, CallbackFailure>;
    /// Names the boot to which `elapsed_ms` belongs: differences are valid within one boot only.
    ///
    /// # Errors
    /// As `wall_ms`.
    fn boot_id(&self) -> Result<String, CallbackFailure>;
}

/// The level of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
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
#[uniffi::export(with_foreign)]
pub trait LogSink: Send + Sync {
    /// Takes one line, on the thread that wrote it.
    ///
    /// # Errors
    /// Whatever the host threw; the line is then lost.
    fn log(&self, level: LogLevel, target: String, line: String) -> Result<(), CallbackFailure>;
}

/// Is told what changed, after commit, on the thread that changed it, under no lock. It may call the companion.
#[uniffi::export(with_foreign)]
pub trait ChangeListener: Send + Sync {
    /// Something changed.
    ///
    /// # Errors
    /// Whatever the host threw; what is committed stays.
    fn changed(&self, event: ChangeEvent) -> Result<(), CallbackFailure>;
}

pub(crate) struct HostTransport(pub(crate) Arc<dyn Transport>);

impl env::Transport for HostTransport {
    fn send(&self, request: env::HttpRequest) -> Result<env::HttpResponse, env::TransportError> {
        let header = |(name, value)| HttpHeader { name, value };
        let request = HttpRequest {
            method: match request.method {
                env::Method::Get => HttpMethod::Get,
                env::Method::Head => HttpMethod::Head,
                env::Method::Post => HttpMethod::Post,
                env::Method::Patch => HttpMethod::Patch,
            },
            url: request.url,
            headers: request.headers.into_iter().map(header).collect(),
            body: request.body,
            timeout_ms: i64::try_from(request.timeout_ms).unwrap_or(i64::MAX),
        };
        let response = self.0.send(request).map_err(|failure| match failure {
            TransportFailure::Offline => env::TransportError::Offline,
            TransportFailure::LineCut => env::TransportError::LineCut,
            TransportFailure::Cancelled => env::TransportError::Cancelled,
        })?;
        Ok(env::HttpResponse {
            // A status that is none is one that no part of the protocol knows.
            status: u16::try_from(response.status).unwrap_or(0),
            headers: response.headers.into_iter().map(|header| (header.name, header.value)).collect(),
            body: response.body,
        })
    }

    fn cancel(&self) {
        // Cancelling is a wish: where the host cannot, the request ends by its own timeout.
        let _ = self.0.cancel();
    }
}

pub(crate) struct HostClock {
    pub(crate) host: Arc<dyn Clock>,
    pub(crate) fallback: env::SystemClock,
}

impl env::Clock for HostClock {
    fn wall_ms(&self) -> i64 {
        self.host.wall_ms().unwrap_or_else(|_| self.fallback.wall_ms())
    }

    fn elapsed_ms(&self) -> u64 {
        self.host.elapsed_ms().ok().and_then(|ms| u64::try_from(ms).ok()).unwrap_or_else(|| self.fallback.elapsed_ms())
    }

    fn boot_id(&self) -> String {
        self.host.boot_id().unwrap_or_else(|_| self.fallback.boot_id())
    }
}

pub(crate) struct HostLog(pub(crate) Arc<dyn LogSink>);

impl env::LogSink for HostLog {
    fn log(&self, level: env::LogLevel, target: &str, line: &str) {
        let level = match level {
            env::LogLevel::Debug => LogLevel::Debug,
            env::LogLevel::Info => LogLevel::Info,
            env::LogLevel::Warn => LogLevel::Warn,
            env::LogLevel::Error => LogLevel::Error,
        };
        // A log that cannot be written is no reason to fail what it tells of.
        let _ = self.0.log(level, target.to_owned(), line.to_owned());
    }
}

pub(crate) struct HostListener(pub(crate) Arc<dyn ChangeListener>);

impl core::ChangeListener for HostListener {
    fn changed(&self, event: core::ChangeEvent) {
        // What is committed stays, whatever a listener makes of it.
        let _ = self.0.changed(event.outward());
    }
}
