//! The desk: what duty officers see. Server-rendered, in two languages, and of use without a script.

mod page;
mod session;
mod words;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};

use crate::hub::Hub;

/// What the pages share.
#[derive(Clone)]
pub(crate) struct Desk {
    hub: Hub,
    /// Whether the hub speaks TLS: the session's cookie then travels by TLS alone.
    secure: bool,
}

/// The routes of the desk.
pub(crate) fn router(hub: Hub, secure: bool) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/desk") }))
        .route("/desk", get(page::records))
        .route("/desk/attention", get(page::attention))
        .route("/desk/login", get(session::form).post(session::log_in))
        .route("/desk/logout", post(session::log_out))
        .route("/desk/desk.css", get(style))
        .with_state(Desk { hub, secure })
}

async fn style() -> impl IntoResponse {
    let css = include_str!("../../static/desk.css");
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], css)
}
