//! The way of a request to the head-end: take, send, settle.
//!
//! The head-end is reached over bytes only ([`crate::link`]); its answer comes back as a value and
//! becomes a settlement by a pure table. No lock is held while waiting: what is changed before and
//! after is in `book`.

mod book;
mod recover;
mod redact;
mod run;
mod send;
mod settle;
mod settlement;
#[cfg(test)]
mod tests;

pub(crate) use book::create_if;
pub(crate) use recover::recover;
pub use run::{RunReport, run_on_interval, run_once, run_through};
pub use send::{DispatchOutcome, WorldReplaced, create_and_send};
pub(crate) use send::{origin, wait_as_ruled};
pub use settle::{Next, Settling, SettlingEnd, SettlingGoal, advance_with_runs, settle};
