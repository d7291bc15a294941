//! What operators do from the command line.

pub mod enrol_code;
pub mod verify;
