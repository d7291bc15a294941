//! Which version of the protocol a request speaks: it is answered in that one, or told which there are.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use liuye_core::sync::version::{PROTOCOL, PROTOCOL_RANGE, ProtocolRange, ProtocolVersion};

use super::ApiError;

/// Refuses versions that this hub does not speak before anything of the request is read, and names the version of each answer.
pub(super) async fn negotiate(mut request: Request, next: Next) -> Response {
    let header = request.headers().get(PROTOCOL).map(|value| value.to_str().unwrap_or_default());
    let mut response = match ProtocolVersion::of_header(header) {
        Ok(version) => {
            request.extensions_mut().insert(version);
            let mut response = next.run(request).await;
            name(&mut response, PROTOCOL, &version.to_string());
            response
        }
        Err(error) => ApiError::from(error).into_response(),
    };
    name(&mut response, PROTOCOL_RANGE, &ProtocolRange::OURS.to_string());
    response
}

fn name(response: &mut Response, header: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(header), value);
    }
}
