//! What operators do from the command line.

pub mod backup;
pub mod enrol_code;
pub mod verify;
