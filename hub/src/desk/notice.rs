//! A rectification notice, to be looked at and printed.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use liuye_core::domain::Role;
use liuye_core::{Code, Error};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::Desk;
use super::page::{Asked, rendered};
use super::session::session;
use super::words::Lang;
use crate::notice::address_of;

/// What the print button sends.
#[derive(Deserialize)]
pub(super) struct Print {
    csrf: String,
    lang: Option<String>,
}

/// `GET /desk/notices/{id}`
pub(super) async fn show(State(desk): State<Desk>, Path(id): Path<String>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let Some(session) = session(&desk, &headers) else { return Redirect::to("/desk/login").into_response() };
    if session.role == Role::Admin {
        return forbidden(lang);
    }
    let csrf = may_print(session.role).then_some(session.csrf);
    answer(desk, lang, id, None, csrf).await
}

/// `POST /desk/notices/{id}/print`: with a new link for the venue's operator.
pub(super) async fn print(State(desk): State<Desk>, Path(id): Path<String>, headers: HeaderMap, Form(asked): Form<Print>) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let Some(session) = session(&desk, &headers) else { return Redirect::to("/desk/login").into_response() };
    if !bool::from(session.csrf.as_bytes().ct_eq(asked.csrf.as_bytes())) || !may_print(session.role) {
        return forbidden(lang);
    }
    let Some(address) = address_of(&headers, desk.secure) else { return StatusCode::BAD_REQUEST.into_response() };
    answer(desk, lang, id, Some(address), None).await
}

/// Whoever answers for hazards. An auditor reads, and hands nothing out.
const fn may_print(role: Role) -> bool {
    matches!(role, Role::Desk | Role::Commander | Role::Inspector)
}

fn forbidden(lang: Lang) -> Response {
    (StatusCode::FORBIDDEN, Html(lang.pick("无权打印通知书", "You may not print notices"))).into_response()
}

async fn answer(desk: Desk, lang: Lang, id: String, address: Option<String>, csrf: Option<String>) -> Response {
    let built = tokio::task::spawn_blocking(move || desk.hub.notice_page(&id, lang, address.as_deref(), csrf)).await;
    let page = match built.unwrap_or_else(|_| Err(Error::internal("a handler ended early"))) {
        Ok(page) => page,
        Err(error) => return refused(lang, error.code),
    };
    let mut response = rendered(&page);
    // The page is one file, so that it can be kept: its style and its pictures are in it.
    let policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

fn refused(lang: Lang, code: Code) -> Response {
    let (status, words) = match code {
        Code::NotFound => (StatusCode::NOT_FOUND, lang.pick("没有这份通知书", "There is no such notice")),
        Code::StateRefused => {
            (StatusCode::CONFLICT, lang.pick("隐患已处理完毕，不能再生成链接", "The hazard is settled: no link can be made"))
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, lang.pick("暂时无法读取，请稍后再试", "Cannot be read now, please try again")),
    };
    (status, Html(words)).into_response()
}
