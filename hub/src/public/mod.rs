//! Pages for people without an account: small, in two languages, and of use without a script. What they do, programs may do as well.

mod claim;
mod form;
mod found;
mod kind;
mod limits;
mod operator;
mod page;
mod program;
mod report;
mod track;
mod when;
mod words;

pub(crate) use kind::kindly;
pub(crate) use program::PublicApi;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::hub::Hub;
use crate::tries::Tries;

/// What the pages share.
#[derive(Clone)]
pub(crate) struct Public {
    hub: Hub,
    /// Who tried links that are none, by address.
    guesses: Arc<Tries>,
    /// How often photos came, by link.
    sendings: Arc<Tries>,
    /// Sendings whose photos are in memory.
    room: Arc<Semaphore>,
    /// What one address, and everybody, may do in a time.
    limits: Arc<limits::Limits>,
}

/// The routes of the public pages.
pub(crate) fn router(hub: Hub) -> Router {
    let state = Public {
        hub,
        guesses: Arc::default(),
        sendings: Arc::new(Tries::of_sendings()),
        room: Arc::new(Semaphore::new(operator::SENDINGS_AT_ONCE)),
        limits: Arc::default(),
    };
    let with_photos = Router::new()
        .route("/r/{token}", get(operator::show).post(operator::send))
        .route("/lost/send", post(report::send).get(report::begin_again))
        .route("/v1/public/lost-reports", post(program::report))
        .layer(DefaultBodyLimit::max(operator::MAX_BODY_BYTES));
    let small = Router::new()
        .route("/", get(page::home))
        .route("/lost", get(report::what).post(report::who))
        .route("/lost/edit", post(report::edit).get(report::begin_again))
        .route("/track", get(track::ask).post(track::show))
        .route("/track/withdraw", post(track::withdraw).get(track::begin_again))
        .route("/found", get(found::list))
        .route("/found/{item}", get(claim::form).post(claim::send))
        .route("/v1/public/lost-reports/state", post(program::state))
        .route("/v1/public/lost-reports/withdraw", post(program::withdraw))
        .route("/v1/public/claims", post(program::claim))
        .route("/v1/public/found", get(program::found))
        .route("/public.css", get(style))
        .layer(DefaultBodyLimit::max(form::MAX_TEXT_BYTES));
    with_photos.merge(small).with_state(state)
}

async fn style() -> impl IntoResponse {
    let css = include_str!("../../static/public.css");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, css)
}
