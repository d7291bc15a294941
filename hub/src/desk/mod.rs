//! The desk.
use axum::Router;
use crate::hub::Hub;
pub(crate) fn router(_hub: Hub, _secure: bool) -> Router { Router::new() }
