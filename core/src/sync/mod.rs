//! Sync: the messages, the limits, and the engine that decides what to send next without doing any I/O itself.

pub mod backoff;
pub mod engine;
pub mod policy;
pub mod signature;
pub mod version;
pub mod wipe;
pub mod wire;
