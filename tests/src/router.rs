//! A hub's router called without a socket.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use liuye_core::env::{HttpRequest, HttpResponse};
use tower::ServiceExt;

/// Where phones believe such a hub to be.
pub const INLINE_URL: &str = "http://hub.test";

/// What a router makes of a request to [`INLINE_URL`]; nothing where it gives no whole answer.
pub(crate) async fn call(router: Router, request: &HttpRequest) -> Option<HttpResponse> {
    let path = request.url.strip_prefix(INLINE_URL)?;
    let mut builder = axum::http::Request::builder().method(request.method.as_str()).uri(path);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let mut message = builder.body(Body::from(request.body.clone())).ok()?;
    message.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    let (head, body) = router.oneshot(message).await.ok()?.into_parts();
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    let body = axum::body::to_bytes(body, usize::MAX).await.ok()?.to_vec();
    Some(HttpResponse { status: head.status.as_u16(), headers, body })
}
