//! The desk: what duty officers see. Server-rendered, in two languages, and of use without a script.

mod about;
mod notice;
mod page;
mod record;
mod session;
mod statistics;
mod words;

pub(crate) use page::rendered;
pub(crate) use session::officer;
pub(crate) use statistics::FiguresApi;
pub(crate) use words::Lang;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};

use crate::hub::Hub;
use crate::tries::Tries;

/// What the pages share.
#[derive(Clone)]
pub(crate) struct Desk {
    hub: Hub,
    /// Whether the hub speaks TLS: the session's cookie then travels by TLS alone.
    secure: bool,
    /// Who failed to log in lately, by address and by name.
    logins: Arc<Tries>,
}

/// The routes of the desk.
pub(crate) fn router(hub: Hub, secure: bool) -> Router {
    Router::new()
        .route("/desk", get(page::records))
        .route("/desk/attention", get(page::attention))
        .route("/desk/records/{position}", get(record::show))
        .route("/desk/records/{position}/contact", post(record::contact))
        .route("/desk/photos/{sha256}", get(record::photo))
        .route("/desk/notices/{id}", get(notice::show))
        .route("/desk/notices/{id}/print", post(notice::print))
        .route("/desk/login", get(session::form).post(session::log_in))
        .route("/desk/logout", post(session::log_out))
        .route("/v1/sites/{site}/stats", get(statistics::show))
        .route("/desk/desk.css", get(style))
        .with_state(Desk { hub, secure, logins: Arc::default() })
}

async fn style() -> impl IntoResponse {
    let css = include_str!("../../static/desk.css");
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], css)
}
