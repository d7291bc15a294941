//! Officers who ask as programs do, by the session of the desk.

use axum::http::HeaderMap;
use liuye_core::domain::Role;
use liuye_core::{Code, Error};

use super::ApiError;
use crate::accounts::Session;
use crate::desk::session_of;
use crate::hub::Hub;

/// Whoever is logged in at the desk, where their role may. `whom` says for whom it is.
///
/// # Errors
/// [`Code::NotPermitted`], as 401 where nobody is logged in, and as 403 where they may not.
pub(crate) fn officer(hub: &Hub, headers: &HeaderMap, whom: &'static str, may: impl Fn(Role) -> bool) -> Result<Session, ApiError> {
    let refused = |status| ApiError::with_status(Error::new(Code::NotPermitted, whom), status);
    let session = session_of(hub, headers).ok_or_else(|| refused(401))?;
    if may(session.role) { Ok(session) } else { Err(refused(403)) }
}

/// An admin reads no case content, and needs no word of it either.
pub(super) fn reads_cases(role: Role) -> bool {
    role != Role::Admin
}
