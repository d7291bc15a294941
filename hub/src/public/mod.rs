//! Pages for people without an account: small, in two languages, and of use without a script.

mod operator;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
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
}

/// The routes of the public pages.
pub(crate) fn router(hub: Hub) -> Router {
    let state = Public {
        hub,
        guesses: Arc::default(),
        sendings: Arc::new(Tries::of_sendings()),
        room: Arc::new(Semaphore::new(operator::SENDINGS_AT_ONCE)),
    };
    Router::new()
        .route("/r/{token}", get(operator::show).post(operator::send))
        .route("/public.css", get(style))
        .layer(DefaultBodyLimit::max(operator::MAX_BODY_BYTES))
        .with_state(state)
}

async fn style() -> impl IntoResponse {
    let css = include_str!("../../static/public.css");
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], css)
}
