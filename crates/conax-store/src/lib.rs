//! Worlds in a file: the engine behind `serve --store FILE`.
//!
//! The file is an SQLite database of three tables ([`FileEngine`]); what it holds of a world is
//! sealed by whoever hands it over, but for names and numbers. One process has it at a time: it
//! holds the lock of a second file beside it, which says who it is, for as long as it lives.

mod file;
mod lock;

pub use file::{FileEngine, Survives};
