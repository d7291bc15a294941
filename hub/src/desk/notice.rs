//! A rectification notice, to be looked at and printed.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use liuye_core::Code;
use liuye_core::domain::Role;

use super::Desk;
use super::form::Fields;
use super::frame::{Visit, forbidden, rendered};
use super::pages::Page;
use crate::blocking::blocking;

/// `GET /desk/notices/{id}`
pub(super) async fn show(visit: Visit, State(desk): State<Desk>, Path(id): Path<String>) -> Response {
    if !Page::Safety.is_for(visit.session.role) {
        return visit.refuse(&forbidden());
    }
    let csrf = may_print(visit.session.role).then(|| visit.session.csrf.clone());
    answer(&visit, desk, id, None, csrf).await
}

/// `POST /desk/notices/{id}/print`: with a new link for the venue's operator.
pub(super) async fn print(visit: Visit, State(desk): State<Desk>, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    if !visit.is_own(&fields) || !may_print(visit.session.role) {
        return visit.refuse(&forbidden());
    }
    let Some(address) = visit.host() else { return StatusCode::BAD_REQUEST.into_response() };
    answer(&visit, desk, id, Some(address), None).await
}

/// Whoever answers for hazards. An auditor reads, and hands nothing out.
const fn may_print(role: Role) -> bool {
    matches!(role, Role::Desk | Role::Commander | Role::Inspector)
}

async fn answer(visit: &Visit, desk: Desk, id: String, address: Option<String>, csrf: Option<String>) -> Response {
    let lang = visit.preferences.lang;
    let page = match blocking(move || desk.hub.notice_page(&id, lang, address.as_deref(), csrf)).await {
        Ok(page) => page,
        Err(error) if error.code == Code::StateRefused => {
            let words = lang.pick("隐患已处理完毕，不能再生成链接", "The hazard is settled: no link can be made");
            return (StatusCode::CONFLICT, Html(words)).into_response();
        }
        Err(error) => return visit.refuse(&error),
    };
    let mut response = rendered(&page);
    // The page is one file, so that it can be kept: its style and its pictures are in it.
    let policy =
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
