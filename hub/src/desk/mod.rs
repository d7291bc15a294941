//! The desk.
use crate::hub::Hub;
use axum::Router;
pub(crate) fn router(_hub: Hub, _secure: bool) -> Router {
    Router::new()
}
