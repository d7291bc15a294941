//! A disk in memory that can be told to fail: under SQLite, for whole machines at once.
//!
//! Once [`install`]ed, every database that this process opens lives here. A folder is a machine: what is told to a machine
//! happens to every file of that folder. What was written and not synced is known, so that a power cut can lose it.

mod machine;
mod node;
mod vfs;

pub use machine::{Fault, Keep, Machine, machine};
pub use vfs::install;
