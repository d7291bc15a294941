//! What nobody answered, and what the framework refused by itself: a problem document for programs, a kind sentence for people.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use liuye_core::{Code, Error};

use super::page::said;
use super::words::Said;
use crate::api::ApiError;
use crate::desk::Lang;

/// Puts words into answers that refuse a request without any: unknown routes, other methods, bodies and addresses that cannot be read.
pub(crate) async fn kindly(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_for_programs = path.starts_with("/v1/") || path == "/openapi.json";
    let asked = request.uri().query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang=")));
    let lang = Lang::of(asked, request.headers());
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || has_words(&response) {
        return response;
    }
    let mut worded = if is_for_programs {
        ApiError::with_status(problem(status), status.as_u16()).into_response()
    } else {
        said(status, lang, sentence(lang, status))
    };
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            worded.headers_mut().insert(name, value.clone());
        }
    }
    worded
}

/// The framework's own words are plain text, for whoever wrote the request by hand.
fn has_words(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| !kind.starts_with(b"text/plain"))
}

fn problem(status: StatusCode) -> Error {
    match status.as_u16() {
        404 => Error::new(Code::NotFound, "no such address"),
        405 => Error::field(Code::Malformed, "method", "another method"),
        413 => Error::field(Code::TooLarge, "body", "the body is too large"),
        415 => Error::field(Code::Malformed, "content-type", "another media type"),
        400..=499 => Error::new(Code::Malformed, "the request cannot be read"),
        _ => Error::internal("a handler ended early"),
    }
}

fn sentence(lang: Lang, status: StatusCode) -> Said {
    let words = match status.as_u16() {
        404 => lang.pick("没有这个页面。请从首页重新开始。", "There is no such page. Please begin again from the first page."),
        413 => lang.pick("发送的内容过大。", "What was sent is too large."),
        400..=499 => lang.pick("请求无法识别。请从首页重新开始。", "That could not be read. Please begin again from the first page."),
        _ => lang.pick("暂时无法处理，请稍后再试。", "It cannot be done now: please try again."),
    };
    Said { field: "", words }
}
