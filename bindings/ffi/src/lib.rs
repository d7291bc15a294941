//! liuye-core for other languages: uniffi exports and the conversions that they need. No rule of the field is here.
//!
//! The bridge is not an API: each language has its own thin layer over what is generated from this crate, and apps
//! use that. Calls are few and whole, one for a save and one for a list. Times are UTC milliseconds, digests are
//! hexadecimal, ids are text. Every call but [`companion::CompanionHandle::sync`], `enrol` and `next_event` blocks for
//! less than a frame and may come from any thread; those three, and `recover`, belong on a background thread.

mod crossing;

pub mod calls;
pub mod campaigns;
pub mod check;
pub mod companion;
pub mod config;
pub mod disputes;
pub mod duty;
pub mod error;
pub mod found;
pub mod lost;
pub mod outbox;
pub mod patrol;
pub mod personnel;
pub mod publicity;
pub mod ratings;
pub mod recovery;
pub mod safety;
pub mod shifts;
pub mod traits;
pub mod types;
pub mod welfare;
pub mod work_plans;
pub mod zones;

uniffi::setup_scaffolding!();
