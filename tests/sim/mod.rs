//! A whole district in one process and one thread, from one seed: phones, their disks and clocks, the network and the hub.
//!
//! The engine, the store, the ingest and the rules are the real ones. Time is virtual; what goes wrong, and when, is drawn
//! from the seed, and so a seed gives the same run to the byte. After each step what phones promised is held against what
//! they have; at the end everything heals, and everything has to be where it belongs.

mod call_deeds;
pub(crate) mod chance;
mod check;
mod climate;
pub(crate) mod clock;
mod deeds;
mod faults;
mod found_deeds;
pub(crate) mod hub;
mod network;
mod phone;
mod platform_deeds;
mod regression;
mod sabotage;
mod shrink;
mod site;
mod tally;
mod work_deeds;
mod world;

pub use climate::Climate;
pub use regression::Regression;
pub use shrink::shrink;
pub use tally::Tally;
pub use world::{Outcome, Sabotage, run, run_sabotaged};
