//! Errors as RFC 9457 problem documents: the one mapping from code to status.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use liuye_core::sync::wire::Problem;
use liuye_core::{Code, Error, ErrorKind};

/// An error on its way to a program.
#[derive(Debug)]
pub(crate) struct ApiError {
    error: Error,
    status: StatusCode,
    expected_seq: Option<u64>,
    retry_after_s: Option<u64>,
    wipe: Option<String>,
}

impl ApiError {
    /// An error with another status than its code usually has.
    pub(crate) fn with_status(error: Error, status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, ..Self::from(error) }
    }

    /// Whether somebody may be guessing: a code that is none, a signature that is not theirs.
    pub(crate) fn is_guess(&self) -> bool {
        self.status.is_client_error() && self.status != StatusCode::TOO_MANY_REQUESTS && self.error.code != Code::DeviceRevoked
    }

    /// The hub expects another seq.
    pub(crate) fn gap(expected: u64) -> Self {
        let error = Error::field(Code::SequenceGap, "first_seq", "the log goes on elsewhere");
        Self { expected_seq: Some(expected), ..Self::from(error) }
    }

    /// The device was reported lost; with the site's order where it is to forget everything.
    pub(crate) fn revoked(wipe: Option<String>) -> Self {
        Self { wipe, ..Self::from(Error::new(Code::DeviceRevoked, "the device was reported lost")) }
    }

    /// The hub has too much to do, or this sender has too much with it.
    pub(crate) fn try_again(error: Error) -> Self {
        Self { retry_after_s: Some(5), ..Self::with_status(error, 503) }
    }

    /// Too many tries.
    pub(crate) fn too_many(retry_after_s: u64) -> Self {
        let error = Error::new(Code::HubBusy, "too many tries for now");
        Self { retry_after_s: Some(retry_after_s), ..Self::with_status(error, 429) }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let status = match error.code {
            Code::SequenceGap | Code::Forked | Code::Exists => StatusCode::CONFLICT,
            Code::TooLarge | Code::PhotoTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::NotFound => StatusCode::NOT_FOUND,
            // Not 401: no other signature would help.
            Code::DeviceRevoked => StatusCode::FORBIDDEN,
            Code::Busy | Code::DiskFull => StatusCode::SERVICE_UNAVAILABLE,
            _ => match error.kind() {
                ErrorKind::Unauthorised => StatusCode::UNAUTHORIZED,
                ErrorKind::NotPermitted => StatusCode::FORBIDDEN,
                ErrorKind::Storage | ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::BAD_REQUEST,
            },
        };
        let retry_after_s = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(5);
        Self { error, status, expected_seq: None, retry_after_s, wipe: None }
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::error!(code = %self.error.code, detail = %self.error.detail, "request failed");
        }
        let problem = Problem {
            kind: format!("urn:liuye:problem:{}", self.error.code),
            title: self.error.code.as_str().replace('_', " "),
            status: self.status.as_u16(),
            code: self.error.code,
            field: self.error.field.into_owned(),
            detail: self.error.detail.into_owned(),
            expected_seq: self.expected_seq,
            wipe: self.wipe,
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
