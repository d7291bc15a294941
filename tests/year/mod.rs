//! The Liuye year: the article's seven months, made from a seed, recorded on phones, and counted again at the hub.
//!
//! The engine, the encrypted stores, the ingest and the rules are the real ones; the disks and the time are simulated. The
//! network drops, repeats, delays and reorders, and phones are killed on the way. Each phone is open on the days on which
//! its holder does something.

mod acts;
mod article;
mod calls;
mod deed;
mod network;
mod phone;
mod plan;
mod publicity;
mod staff;
mod world;

pub use article::{Line, beside};
pub use plan::Size;
pub use world::{Told, Year, play};
