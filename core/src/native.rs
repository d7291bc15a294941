//! A blocking HTTP client for hosts that have none of their own: tests, tools, Python.

use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::env::{HttpRequest, HttpResponse, Method, Transport, TransportError};
use crate::{Code, Error, Result};

/// An answer beyond this is no answer of a hub.
const MAX_ANSWER_BYTES: u64 = 64 << 20;

/// HTTP and HTTPS by rustls. Redirects are not followed, statuses are not judged.
#[derive(Debug, Clone)]
pub struct NativeTransport(ureq::Agent);

impl NativeTransport {
    /// A client with its own pool of connections.
    #[must_use]
    pub fn new() -> Self {
        Self::with(TlsConfig::default())
    }

    /// A client that trusts this certificate authority alone: a district's own, as PEM.
    ///
    /// # Errors
    /// [`Code::Malformed`] at `certificate` where the text is no certificate.
    pub fn trusting(certificate: &str) -> Result<Self> {
        let malformed = |_| Error::field(Code::Malformed, "certificate", "a certificate as PEM");
        let authority = Certificate::from_pem(certificate.as_bytes()).map_err(malformed)?;
        Ok(Self::with(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[authority])).build()))
    }

    fn with(tls: TlsConfig) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
        Self(config.tls_config(tls).build().new_agent())
    }

    fn exchange(&self, request: &HttpRequest) -> std::result::Result<HttpResponse, ureq::Error> {
        let method = match request.method {
            Method::Get => ureq::http::Method::GET,
            Method::Head => ureq::http::Method::HEAD,
            Method::Post => ureq::http::Method::POST,
            Method::Patch => ureq::http::Method::PATCH,
        };
        let mut builder = ureq::http::Request::builder().method(method).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let outgoing = builder.body(request.body.clone())?;
        let timeout = Duration::from_millis(request.timeout_ms);
        let configured = self.0.configure_request(outgoing).timeout_global(Some(timeout)).build();
        let mut answer = self.0.run(configured)?;
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = headers.collect();
        let body = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
        Ok(HttpResponse { status: answer.status().as_u16(), headers, body })
    }
}

impl Default for NativeTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for NativeTransport {
    fn send(&self, request: HttpRequest) -> std::result::Result<HttpResponse, TransportError> {
        self.exchange(&request).map_err(|error| match error {
            // No connection was made: the request did not leave.
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::BadUri(_) | ureq::Error::Tls(_) => {
                TransportError::Offline
            }
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => TransportError::Offline,
            _ => TransportError::LineCut,
        })
    }
}
