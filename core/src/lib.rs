//! Liuye's core: what a phone and the hub of one tourist district have in common, and all of what a phone does.
//!
//! [`domain`] holds the rules of the field, [`log`] the evidence format, [`store`] the encrypted database of a phone,
//! [`search`] the full-text index that phones and hub share, [`sync`] the messages and the engine, and [`companion`] the facade
//! that app developers use.
//! The core opens no socket and starts no thread; clock, randomness and network come in through [`env`].

pub mod companion;
pub mod domain;
pub mod env;
mod error;
pub mod log;
#[cfg(feature = "native-http")]
pub mod native;
#[cfg(feature = "openapi")]
mod schema;
pub mod search;
pub mod store;
pub mod sync;

pub use error::{Code, Error, ErrorKind, Result};
