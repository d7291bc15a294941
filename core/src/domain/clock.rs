//! What a device's clock is worth.
use super::{Flag, Settings};
use crate::log::Operation;
/// When an operation happened, as far as can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The best estimate, UTC ms.
    pub at: i64,
    /// What is odd about it.
    pub flags: Vec<Flag>,
}
/// Judges an operation's time.
pub fn judge(operation: &Operation, settings: &Settings, received_at: Option<i64>) -> Judged {
    let _ = (settings, received_at);
    Judged { at: operation.recorded_at, flags: Vec::new() }
}
