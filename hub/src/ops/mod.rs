//! What operators do from the command line.

pub mod backup;
pub mod device;
pub mod enrol_code;
pub mod pin;
pub mod stats;
pub mod verify;

use liuye_core::domain::DocumentKind;
use liuye_core::{Code, Error, Result};

use crate::hub::Hub;

/// Checks that somebody of this id is in the personnel base.
fn person_of(hub: &Hub, id: &str) -> Result<()> {
    if hub.document(id)?.is_none_or(|document| document.kind != DocumentKind::Person.as_str()) {
        return Err(Error::field(Code::UnknownReference, "person", "nobody of this id in the personnel base"));
    }
    Ok(())
}
