//! Bodies that are announced as too large.

use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use liuye_core::sync::policy::MAX_BODY_BYTES;
use liuye_core::{Code, Error};

use super::ApiError;

/// So much of such a body is read and thrown away: whoever announces more is not listening for an answer.
const PATIENCE_BYTES: usize = 4 * MAX_BODY_BYTES;

/// Refuses a body that is announced as too large, once it has come. A sender whose connection ends while it is still sending
/// never sees why: a phone has to see the 413, by which it sends less.
pub(super) async fn refuse(request: Request, next: Next) -> Response {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_none_or(|bytes| bytes <= MAX_BODY_BYTES) {
        return next.run(request).await;
    }
    let mut body = request.into_body();
    let mut read = 0;
    while read < PATIENCE_BYTES
        && let Some(Ok(frame)) = body.frame().await
    {
        read += frame.data_ref().map_or(0, |data| data.len());
    }
    ApiError::from(Error::field(Code::TooLarge, "body", format!("at most {MAX_BODY_BYTES} bytes"))).into_response()
}
